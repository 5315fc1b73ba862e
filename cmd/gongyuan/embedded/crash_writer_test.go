//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"golang.org/x/sync/errgroup"
)

// These variables turn this test binary into the process that writes until it
// is killed: the data file, and the first number that it may use.
const (
	crashFile  = "GONGYUAN_TEST_CRASH_FILE"
	crashFirst = "GONGYUAN_TEST_CRASH_FIRST"
)

func TestMain(m *testing.M) {
	path := os.Getenv(crashFile)
	if path == "" {
		os.Exit(m.Run())
	}
	first, err := strconv.Atoi(os.Getenv(crashFirst))
	if err == nil {
		err = writeUntilKilled(context.Background(), path, first)
	}
	fmt.Fprintln(os.Stderr, "the crash writer ended:", err)
	os.Exit(1)
}

// writeUntilKilled writes from two goroutines and says on standard output what
// it is about to delete and what it has been acknowledged, one line each.
func writeUntilKilled(ctx context.Context, path string, first int) error {
	store, err := Open(path)
	if err != nil {
		return err
	}
	defer store.Close()
	database := store.Database("crash")
	_, err = database.Collection("ops").Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys: bson.D{{Key: "mark", Value: 1}}, Options: options.Index().SetUnique(true),
	})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return writeOps(ctx, database, first) })
	group.Go(func() error { return writePairs(ctx, database, first) })
	return group.Wait()
}

// writeOps inserts, counts, and deletes one in three of its inserts.
func writeOps(ctx context.Context, database lungo.IDatabase, first int) error {
	ops, state := database.Collection("ops"), database.Collection("state")
	for n := first; ; n++ {
		if _, err := ops.InsertOne(ctx, bson.M{"_id": n, "mark": n, "text": crashText(n)}); err != nil {
			return err
		}
		say("inserted", n)
		_, err := state.UpdateOne(ctx, bson.M{"_id": "counter"}, bson.M{"$set": bson.M{"n": n}}, options.Update().SetUpsert(true))
		if err != nil {
			return err
		}
		say("counted", n)
		if n%3 != 0 {
			continue
		}
		say("deleting", n)
		if _, err := ops.DeleteOne(ctx, bson.M{"_id": n}); err != nil {
			return err
		}
		say("deleted", n)
	}
}

// writePairs inserts two documents and moves a counter in one bulk write, which
// lungo commits as one. After a kill it is there whole or not at all.
func writePairs(ctx context.Context, database lungo.IDatabase, first int) error {
	pairs := database.Collection("pairs")
	for n := first; ; n++ {
		_, err := pairs.BulkWrite(ctx, []mongo.WriteModel{
			mongo.NewInsertOneModel().SetDocument(bson.M{"_id": fmt.Sprintf("left-%d", n), "n": n}),
			mongo.NewInsertOneModel().SetDocument(bson.M{"_id": fmt.Sprintf("right-%d", n), "n": n}),
			mongo.NewUpdateOneModel().SetFilter(bson.M{"_id": "head"}).SetUpdate(bson.M{"$set": bson.M{"head": n}}).SetUpsert(true),
		})
		if err != nil {
			return err
		}
		say("paired", n)
	}
}

// crashText makes documents of different sizes, so that pages split and merge.
func crashText(n int) string { return fmt.Sprintf("%0*d", 10+n%7*300, n) }

// say writes one line with one call, so that lines never mix. A line that the
// kill cut off lacks its full stop.
func say(what string, n int) {
	if _, err := fmt.Printf("%s %d.\n", what, n); err != nil {
		panic(errors.Join(errors.New("the test that reads this has gone"), err))
	}
}

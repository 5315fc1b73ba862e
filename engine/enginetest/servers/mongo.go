package servers

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"

	"gongyuan/cmd/gongyuan/embedded"
)

const (
	redisVariable   = "GONGYUAN_TEST_REDIS_URL"
	mongodbVariable = "GONGYUAN_TEST_MONGODB_URL"
)

// cleanupWait bounds what is done after a test, when its own context has ended.
const cleanupWait = 30 * time.Second

// Mongo returns an empty database on the server of this run: FerretDB, or
// whatever GONGYUAN_TEST_MONGODB_URL names. It is dropped at the end of the
// test. Reads and writes are set to majority, as in production; FerretDB
// ignores that.
func Mongo(t testing.TB) lungo.IDatabase {
	t.Helper()
	journal := true
	client, err := lungo.Connect(t.Context(), options.Client().
		ApplyURI(address(t, mongodbVariable)).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetServerSelectionTimeout(10*time.Second))
	if err != nil {
		t.Fatalf("connect to %s: %v", mongodbVariable, err)
	}
	database := client.Database("gongyuan_test_" + unique())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupWait)
		defer cancel()
		if err := database.Drop(ctx); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
		if err := client.Disconnect(ctx); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return database
}

// Embedded returns an empty database in an embedded store with a file of its
// own, which is removed at the end of the test.
func Embedded(t testing.TB) lungo.IDatabase {
	t.Helper()
	store, err := embedded.Open(filepath.Join(t.TempDir(), "gongyuan.db"))
	if err != nil {
		t.Fatalf("open the embedded store: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the embedded store: %v", err)
		}
	})
	return store.Database("gongyuan")
}

// EachMongo runs the test on the embedded store and on the server, in parallel
// subtests named after them, each with an empty database.
func EachMongo(t *testing.T, test func(t *testing.T, database lungo.IDatabase)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, Embedded(t))
	})
	t.Run("mongodb", func(t *testing.T) {
		t.Parallel()
		test(t, Mongo(t))
	})
}

// address returns the value of the variable and fails the test without it.
func address(t testing.TB, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Fatalf("%s is not set: run `make test` or `go run ./cmd/testservers -- go test ./...`", variable)
	}
	return value
}

// unique returns a name that no other test of any process has.
func unique() string { return strings.ToLower(rand.Text()[:16]) }

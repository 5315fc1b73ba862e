package embedded

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("OK creates the folder", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "new", "folder", "gongyuan.db")
		store := mustOpen(t, path)
		names, err := store.Client().ListDatabaseNames(t.Context(), bson.M{})
		if err != nil || len(names) != 1 || names[0] != "local" {
			t.Errorf("databases of an empty store: %v, %v; want lungo's own local alone", names, err)
		}
	})
	t.Run("Err in use", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "gongyuan.db")
		mustOpen(t, path)
		_, err := open(path, bbolt.Options{Timeout: 1})
		if !errors.Is(err, ErrInUse) {
			t.Fatalf("second open: %v, want ErrInUse", err)
		}
		for _, part := range []string{path, "另一个 gongyuan 正在使用", "another gongyuan process"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is more than one line", err)
		}
	})
	t.Run("OK again after close", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "gongyuan.db")
		store := mustOpen(t, path)
		for range 2 {
			if err := store.Close(); err != nil {
				t.Fatalf("close: %v", err)
			}
		}
		mustOpen(t, path)
		_, err := store.Database("exam").Collection("items").InsertOne(t.Context(), bson.M{"_id": 1})
		if !errors.Is(err, lungo.ErrEngineClosed) {
			t.Errorf("insert after close: %v, want ErrEngineClosed", err)
		}
	})
	t.Run("Err not ours", func(t *testing.T) {
		t.Parallel()
		text := filepath.Join(t.TempDir(), "text.db")
		if err := os.WriteFile(text, bytes.Repeat([]byte("贡院 "), 8192), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(text); !errors.Is(err, ErrNotData) {
			t.Errorf("open a text file: %v, want ErrNotData", err)
		}
		foreign := filepath.Join(t.TempDir(), "foreign.db")
		bolt, err := bbolt.Open(foreign, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = bolt.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("other")); return err })
		if err := errors.Join(err, bolt.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(foreign); !errors.Is(err, ErrNotData) {
			t.Errorf("open another program's bbolt file: %v, want ErrNotData", err)
		}
	})
}

func TestReopenKeeps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	store := mustOpen(t, path)
	items := store.Database("exam").Collection("items.first")
	scores := store.Database("exam").Collection("scores")
	names := []string{"stem_1", "kind_1_level_-1"}
	_, err := items.Indexes().CreateMany(ctx, []mongo.IndexModel{
		{Keys: bson.D{{Key: "stem", Value: 1}}, Options: options.Index().SetUnique(true)},
		{Keys: bson.D{{Key: "kind", Value: 1}, {Key: "level", Value: -1}}},
	})
	if err != nil {
		t.Fatalf("create indexes: %v", err)
	}
	_, err = items.InsertMany(ctx, []any{
		bson.D{{Key: "_id", Value: "i1"}, {Key: "stem", Value: "职业道德"}, {Key: "options", Value: bson.A{bson.D{{Key: "key", Value: "A"}}, "text"}}},
		bson.D{{Key: "_id", Value: "i2"}, {Key: "stem", Value: "安全"}, {Key: "blob", Value: []byte{0, 1, 2}}},
		bson.D{{Key: "_id", Value: "i3"}, {Key: "stem", Value: "质量"}, {Key: "n", Value: int64(1) << 40}},
		bson.D{{Key: "_id", Value: "i4"}, {Key: "stem", Value: "环境"}, {Key: "f", Value: 0.5}, {Key: "none", Value: nil}},
	})
	if err != nil {
		t.Fatalf("insert many: %v", err)
	}
	if _, err := scores.InsertOne(ctx, bson.M{"_id": "s1"}); err != nil {
		t.Fatalf("insert: %v", err)
	}
	if _, err := items.UpdateOne(ctx, bson.M{"_id": "i2"}, bson.M{"$set": bson.M{"level": int32(3)}}); err != nil {
		t.Fatalf("update: %v", err)
	}
	if _, err := items.DeleteOne(ctx, bson.M{"_id": "i1"}); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if _, err := items.InsertOne(ctx, bson.M{"_id": "i5", "stem": "法律"}); err != nil {
		t.Fatalf("insert: %v", err)
	}
	if err := scores.Drop(ctx); err != nil {
		t.Fatalf("drop: %v", err)
	}
	want := all(t, items)

	for range 2 {
		store = reopen(t, store, path)
		items = store.Database("exam").Collection("items.first")
		if diff := cmp.Diff(want, all(t, items)); diff != "" {
			t.Errorf("documents after reopening (-want +got):\n%s", diff)
		}
		_, err = items.InsertOne(ctx, bson.M{"_id": "i6", "stem": "安全"})
		if !lungo.IsUniquenessError(err) {
			t.Errorf("insert of a taken stem: %v, want a uniqueness error", err)
		}
		got := indexNames(t, items)
		for _, name := range append(names, "_id_") {
			if !slices.Contains(got, name) {
				t.Errorf("index %s is missing after reopening; there are %v", name, got)
			}
		}
		collections, err := store.Database("exam").ListCollectionNames(ctx, bson.M{})
		if diff := cmp.Diff([]string{"items.first"}, collections); diff != "" || err != nil {
			t.Errorf("collections (-want +got):\n%s%v", diff, err)
		}
	}

	if _, err := items.Indexes().DropOne(ctx, "stem_1"); err != nil {
		t.Fatalf("drop index: %v", err)
	}
	if _, err := items.DeleteMany(ctx, bson.M{}); err != nil {
		t.Fatalf("delete many: %v", err)
	}
	store = reopen(t, store, path)
	items = store.Database("exam").Collection("items.first")
	for _, id := range []string{"a", "b"} {
		if _, err := items.InsertOne(ctx, bson.M{"_id": id, "stem": "安全"}); err != nil {
			t.Errorf("insert after the unique index was dropped: %v", err)
		}
	}
	if got := all(t, items); len(got) != 2 {
		t.Errorf("%d documents after deleting all and inserting two", len(got))
	}
}

func TestFailedWriteChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	store := mustOpen(t, path)
	items := store.Database("exam").Collection("items")
	if _, err := items.InsertOne(ctx, bson.M{"_id": "small"}); err != nil {
		t.Fatalf("insert: %v", err)
	}
	_, err := items.InsertOne(ctx, bson.M{"_id": "large", "text": strings.Repeat("x", maxDocument)})
	if !errors.Is(err, ErrTooLarge) {
		t.Fatalf("insert of 16 MiB: %v, want ErrTooLarge", err)
	}
	if _, err := items.InsertOne(ctx, bson.M{"_id": "after"}); err != nil {
		t.Fatalf("insert after a refused one: %v", err)
	}
	want := all(t, items)
	if len(want) != 2 {
		t.Fatalf("documents: %v, want small and after", want)
	}
	items = reopen(t, store, path).Database("exam").Collection("items")
	if diff := cmp.Diff(want, all(t, items)); diff != "" {
		t.Errorf("documents after reopening (-want +got):\n%s", diff)
	}
}

func TestFailedCommitStopsWriting(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	store, err := open(path, bbolt.Options{MaxSize: 1 << 20})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	items := store.Database("exam").Collection("items")
	acknowledged := 0
	for range 100 {
		_, err = items.InsertOne(ctx, bson.M{"_id": acknowledged, "text": strings.Repeat("x", 64<<10)})
		if err != nil {
			break
		}
		acknowledged++
	}
	if !errors.Is(err, ErrCommitFailed) || acknowledged == 0 {
		t.Fatalf("filled file after %d inserts: %v, want ErrCommitFailed", acknowledged, err)
	}
	if _, err := items.DeleteMany(ctx, bson.M{}); !errors.Is(err, ErrCommitFailed) {
		t.Errorf("write after a failed commit: %v, want ErrCommitFailed", err)
	}
	if got := all(t, items); len(got) != acknowledged {
		t.Errorf("%d documents readable after a failed commit, want %d", len(got), acknowledged)
	}
	items = reopen(t, store, path).Database("exam").Collection("items")
	if got := all(t, items); len(got) != acknowledged {
		t.Errorf("%d documents after reopening, want %d", len(got), acknowledged)
	}
	if _, err := items.InsertOne(ctx, bson.M{"_id": "again"}); err != nil {
		t.Errorf("insert after reopening: %v", err)
	}
}

func TestBucketSurvives(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	store := mustOpen(t, path)
	picture := bytes.Repeat([]byte{1, 2, 3, 250}, 200_000)
	bucket := lungo.NewBucket(store.Database("exam"))
	id, err := bucket.UploadFromStream(ctx, "drawing.png", bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("upload: %v", err)
	}
	store = reopen(t, store, path)
	var got bytes.Buffer
	bucket = lungo.NewBucket(store.Database("exam"))
	if _, err := bucket.DownloadToStream(ctx, id, &got); err != nil {
		t.Fatalf("download: %v", err)
	}
	if !bytes.Equal(picture, got.Bytes()) {
		t.Errorf("got %d bytes that differ from the %d that were stored", got.Len(), len(picture))
	}
	if err := bucket.Delete(ctx, id); err != nil {
		t.Fatalf("delete: %v", err)
	}
	bucket = lungo.NewBucket(reopen(t, store, path).Database("exam"))
	if _, err := bucket.DownloadToStream(ctx, id, &got); !errors.Is(err, lungo.ErrFileNotFound) {
		t.Errorf("download of a deleted file: %v, want ErrFileNotFound", err)
	}
}

func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	const writers, writes = 8, 25
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	store := mustOpen(t, path)
	items := store.Database("exam").Collection("items")
	var running sync.WaitGroup
	for writer := range writers {
		running.Go(func() {
			for n := range writes {
				if _, err := items.InsertOne(t.Context(), bson.M{"_id": writer*writes + n}); err != nil {
					t.Errorf("insert: %v", err)
				}
			}
		})
	}
	running.Wait()
	items = reopen(t, store, path).Database("exam").Collection("items")
	if got := all(t, items); len(got) != writers*writes {
		t.Errorf("%d documents, want %d", len(got), writers*writes)
	}
}

// mustOpen opens the store for the length of the test.
func mustOpen(t testing.TB, path string) *Mongo {
	t.Helper()
	store, err := Open(path)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func reopen(t testing.TB, store *Mongo, path string) *Mongo {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	return mustOpen(t, path)
}

// all returns every document in the order in which the store gives them.
func all(t testing.TB, collection lungo.ICollection) []bson.D {
	t.Helper()
	cursor, err := collection.Find(t.Context(), bson.M{})
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	var documents []bson.D
	if err := cursor.All(t.Context(), &documents); err != nil {
		t.Fatalf("read documents: %v", err)
	}
	return documents
}

func indexNames(t testing.TB, collection lungo.ICollection) []string {
	t.Helper()
	// Lungo does not implement ListSpecifications, so the list is decoded here.
	cursor, err := collection.Indexes().List(t.Context())
	if err != nil {
		t.Fatalf("list indexes: %v", err)
	}
	var specifications []struct{ Name string }
	if err := cursor.All(t.Context(), &specifications); err != nil {
		t.Fatalf("read indexes: %v", err)
	}
	var names []string
	for _, specification := range specifications {
		names = append(names, specification.Name)
	}
	return names
}

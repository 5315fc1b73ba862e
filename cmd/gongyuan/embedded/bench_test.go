package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
)

// benchmarkItems is the number of documents that architecture.md speaks of.
const benchmarkItems = 10_000

// BenchmarkUpdate measures one update of one document among 10,000, synced to
// the disk, and beside it the two parts that it cannot be faster than: lungo's
// own work without any store, and the two synced writes of a bbolt commit done
// by hand on the same disk. Compare the figures of one run only; a disk's sync
// time differs by a factor of ten from machine to machine.
func BenchmarkUpdate(b *testing.B) {
	b.Run("bbolt", func(b *testing.B) {
		store := mustOpen(b, filepath.Join(b.TempDir(), "gongyuan.db"))
		benchmarkUpdate(b, store.Database("bank"))
	})
	b.Run("lungo-alone", func(b *testing.B) {
		client, engine, err := lungo.Open(context.Background(), lungo.Options{Store: lungo.NewMemoryStore()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(engine.Close)
		benchmarkUpdate(b, client.Database("bank"))
	})
	b.Run("raw-fsync", func(b *testing.B) {
		file, err := os.Create(filepath.Join(b.TempDir(), "raw"))
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		pages := make([]byte, 16<<10)
		for b.Loop() {
			// A commit syncs the changed pages first and the root after them.
			for _, part := range [][]byte{pages, pages[:4<<10]} {
				if _, err := file.WriteAt(part, 0); err != nil {
					b.Fatal(err)
				}
				if err := file.Sync(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func benchmarkUpdate(b *testing.B, database lungo.IDatabase) {
	items := database.Collection("items")
	for first := 0; first < benchmarkItems; first += 500 {
		var batch []any
		for n := first; n < first+500; n++ {
			batch = append(batch, bson.M{"_id": fmt.Sprintf("item-%05d", n), "stem": fmt.Sprintf("题干 %0200d", n), "level": n % 5})
		}
		if _, err := items.InsertMany(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	for b.Loop() {
		n++
		id := fmt.Sprintf("item-%05d", n*7919%benchmarkItems)
		result, err := items.UpdateOne(b.Context(), bson.M{"_id": id}, bson.M{"$set": bson.M{"revision": n}})
		if err != nil || result.ModifiedCount != 1 {
			b.Fatalf("update %s: %v, %v", id, result, err)
		}
	}
}

package servers_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/enginetest/servers/launch"
)

func TestEachRedis(t *testing.T) {
	t.Parallel()
	script := redis.NewScript(`
		local applied = redis.call('HINCRBY', KEYS[1], 'applied', ARGV[1])
		redis.call('ZADD', KEYS[2], redis.call('TIME')[1], 'attempt')
		return applied`)
	servers.EachRedis(t, func(t *testing.T, client *redis.Client, prefix string) {
		keys := []string{prefix + "{b00}:attempt", prefix + "{b00}:due"}
		for _, want := range []int{3, 6} {
			got, err := script.Run(t.Context(), client, keys, 3).Int()
			if err != nil || got != want {
				t.Errorf("script: %d, %v; want %d", got, err, want)
			}
		}
		if seconds, err := client.ZScore(t.Context(), keys[1], "attempt").Result(); err != nil || seconds < 1e9 {
			t.Errorf("the time in Lua: %v, %v", seconds, err)
		}
	})
}

func TestRedisRemovesItsKeys(t *testing.T) {
	t.Parallel()
	watcher, _ := servers.Redis(t)
	var key string
	t.Run("inner", func(t *testing.T) {
		client, prefix := servers.Redis(t)
		key = prefix + "key"
		if err := client.Set(t.Context(), key, "value", 0).Err(); err != nil {
			t.Fatal(err)
		}
	})
	if err := watcher.Get(t.Context(), key).Err(); !errors.Is(err, redis.Nil) {
		t.Errorf("a key outlives its test: %v", err)
	}
}

func TestOwnRedisRestarts(t *testing.T) {
	t.Parallel()
	// Synced at every write, so that what was acknowledged must be there again.
	server, options := servers.OwnRedis(t, "--appendfsync", "always")
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Set(t.Context(), "answer", "B", 0).Err(); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if err := client.Get(t.Context(), "answer").Err(); err == nil {
		t.Error("a killed server answers")
	}
	again, err := launch.StartRedis(t.Context(), options)
	if err != nil {
		t.Fatalf("restart: %v", err)
	}
	t.Cleanup(again.Stop)
	if got, err := client.Get(t.Context(), "answer").Result(); err != nil || got != "B" {
		t.Errorf("after the restart: %q, %v", got, err)
	}
}

func TestEachMongo(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, database lungo.IDatabase) {
		ctx := t.Context()
		items := database.Collection("items")
		_, err := items.Indexes().CreateOne(ctx, mongo.IndexModel{
			Keys: bson.D{{Key: "code", Value: 1}}, Options: options.Index().SetUnique(true),
		})
		if err != nil {
			t.Fatalf("create index: %v", err)
		}
		_, err = items.InsertMany(ctx, []any{
			bson.M{"_id": "i1", "code": "1-1", "grams": bson.A{"职业", "业道", "道德"}},
			bson.M{"_id": "i2", "code": "1-2", "grams": bson.A{"职业", "业安", "安全"}},
			bson.M{"_id": "i3", "code": "1-3", "grams": bson.A{"质量"}},
		})
		if err != nil {
			t.Fatalf("insert: %v", err)
		}
		for _, duplicate := range []bson.M{{"_id": "i1", "code": "new"}, {"_id": "new", "code": "1-1"}} {
			if _, err := items.InsertOne(ctx, duplicate); !lungo.IsUniquenessError(err) {
				t.Errorf("insert %v: %v, want a uniqueness error", duplicate, err)
			}
		}
		cursor, err := items.Find(ctx, bson.M{"grams": bson.M{"$all": bson.A{"职业"}}}, options.Find().SetSort(bson.M{"_id": -1}))
		if err != nil {
			t.Fatalf("find: %v", err)
		}
		var found []struct{ Code string }
		if err := cursor.All(ctx, &found); err != nil {
			t.Fatalf("read: %v", err)
		}
		if diff := cmp.Diff([]struct{ Code string }{{"1-2"}, {"1-1"}}, found); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		var updated struct{ Revision int }
		err = items.FindOneAndUpdate(ctx, bson.M{"_id": "i3"}, bson.M{"$inc": bson.M{"revision": 1}},
			options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&updated)
		if err != nil || updated.Revision != 1 {
			t.Errorf("find one and update: %+v, %v", updated, err)
		}
		if err := items.FindOne(ctx, bson.M{"_id": "none"}).Err(); !errors.Is(err, mongo.ErrNoDocuments) {
			t.Errorf("find what is not there: %v", err)
		}

		picture := []byte(strings.Repeat("贡院", 100_000))
		bucket := lungo.NewBucket(database)
		id, err := bucket.UploadFromStream(ctx, "picture", bytes.NewReader(picture))
		if err != nil {
			t.Fatalf("upload: %v", err)
		}
		var got bytes.Buffer
		if _, err := bucket.DownloadToStream(ctx, id, &got); err != nil || !bytes.Equal(got.Bytes(), picture) {
			t.Errorf("download: %d bytes, %v", got.Len(), err)
		}
	})
}

func TestMongoDropsItsDatabase(t *testing.T) {
	t.Parallel()
	watcher := servers.Mongo(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		database := servers.Mongo(t)
		name = database.Name()
		if _, err := database.Collection("c").InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
			t.Fatal(err)
		}
	})
	names, err := watcher.Client().ListDatabaseNames(t.Context(), bson.M{"name": name})
	if err != nil || len(names) != 0 {
		t.Errorf("databases after the test: %v, %v", names, err)
	}
}

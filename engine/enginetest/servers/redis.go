package servers

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"gongyuan/cmd/gongyuan/embedded"
	"gongyuan/engine/enginetest/servers/launch"
)

// Redis returns a client of the server of this run and a key prefix that no
// other test has. Every key of the test must begin with the prefix; the keys
// are removed and the client is closed at the end of the test.
func Redis(t testing.TB) (client *redis.Client, prefix string) {
	t.Helper()
	client = connect(t, address(t, redisVariable))
	prefix = newPrefix()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupWait)
		defer cancel()
		if err := removeKeys(ctx, client, prefix); err != nil {
			t.Errorf("remove the test's keys: %v", err)
		}
	})
	return client, prefix
}

// EmbeddedRedis returns a client of an embedded Redis that the test has for
// itself, and a key prefix as Redis does. Both end with the test.
func EmbeddedRedis(t testing.TB) (client *redis.Client, prefix string) {
	t.Helper()
	server, err := embedded.NewRedis()
	if err != nil {
		t.Fatalf("start the embedded redis: %v", err)
	}
	t.Cleanup(server.Close)
	return connect(t, server.URL()), newPrefix()
}

// EachRedis runs the test on the embedded Redis and on the server, in parallel
// subtests named after them, each with a prefix of its own.
func EachRedis(t *testing.T, test func(t *testing.T, client *redis.Client, prefix string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		client, prefix := EmbeddedRedis(t)
		test(t, client, prefix)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		client, prefix := Redis(t)
		test(t, client, prefix)
	})
}

// OwnRedis starts a redis-server for this test alone, which the test may fill,
// flush and kill, and returns it with the options it was started with. After a
// Kill, launch.StartRedis with those options brings it back on the same port
// with what its append-only file kept. Further arguments go to redis-server.
// The server that the test ends with must be stopped by whoever restarted it;
// the first one is stopped here.
func OwnRedis(t testing.TB, args ...string) (*launch.Redis, launch.RedisOptions) {
	t.Helper()
	options := launch.RedisOptions{Folder: t.TempDir(), Args: args}
	server, err := launch.StartRedis(t.Context(), options)
	if err != nil {
		t.Fatalf("start a redis for this test: %v", err)
	}
	t.Cleanup(server.Stop)
	options.Port = server.Port
	return server, options
}

// connect returns a client of the URL that is closed at the end of the test.
func connect(t testing.TB, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatalf("redis address: %v", err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("connect to redis: %v", err)
	}
	return client
}

// newPrefix returns a prefix without braces, so that the hash tag of a key
// stays the one that its name gives it.
func newPrefix() string { return "test:" + unique() + ":" }

func removeKeys(ctx context.Context, client *redis.Client, prefix string) error {
	keys := client.Scan(ctx, 0, prefix+"*", 1000).Iterator()
	for keys.Next(ctx) {
		if err := client.Unlink(ctx, keys.Val()).Err(); err != nil {
			return err
		}
	}
	return keys.Err()
}

package redislimit_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people/redislimit"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	servers.EachRedis(t, func(t *testing.T, client *redis.Client, prefix string) {
		l, ctx := redislimit.New(client, prefix), t.Context()
		take := func(key string) time.Duration {
			t.Helper()
			wait, err := l.Take(ctx, key, 3, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		for i := range 3 {
			if wait := take("a"); wait != 0 {
				t.Fatalf("attempt %d has to wait %s", i+1, wait)
			}
		}
		if wait := take("a"); wait <= 0 || wait > time.Minute {
			t.Errorf("fourth attempt waits %s, want up to a minute", wait)
		}
		if wait := take("b"); wait != 0 {
			t.Errorf("another key waits %s", wait)
		}
		if err := l.Clear(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if wait := take("a"); wait != 0 {
			t.Errorf("after Clear: waits %s", wait)
		}
		for range 10 { // each taken back, so none counts
			if wait := take("d"); wait != 0 {
				t.Errorf("waits %s though all were returned", wait)
			}
			if err := l.Return(ctx, "d"); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Return(ctx, "never"); err != nil {
			t.Error(err)
		}
		t.Run("the window ends", func(t *testing.T) {
			for range 2 {
				if _, err := l.Take(ctx, "c", 1, 20*time.Millisecond); err != nil {
					t.Fatal(err)
				}
			}
			for until := time.Now().Add(5 * time.Second); ; {
				wait, err := l.Take(ctx, "c", 1, 20*time.Millisecond)
				if err != nil || time.Now().After(until) {
					t.Fatalf("still waits %s, %v", wait, err)
				}
				if wait == 0 {
					return
				}
			}
		})
	})
}

package redischallenge_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel/redischallenge"
)

func TestStore(t *testing.T) {
	t.Parallel()
	servers.EachRedis(t, func(t *testing.T, client *redis.Client, prefix string) {
		s, ctx := redischallenge.New(client, prefix), t.Context()
		t.Run("ErrNone", func(t *testing.T) {
			if _, err := s.Take(ctx, "none"); !errors.Is(err, people.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		})
		t.Run("OK one of many gets it", func(t *testing.T) {
			for _, state := range []string{"old", "new"} { // the later voids the earlier
				if err := s.Keep(ctx, "a", []byte(state), time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			if ttl := client.PTTL(ctx, prefix+"challenge:a").Val(); ttl <= 0 || ttl > time.Minute {
				t.Errorf("lives %s", ttl)
			}
			var won atomic.Int32
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() {
					state, err := s.Take(ctx, "a")
					switch {
					case err == nil && string(state) == "new":
						won.Add(1)
					case !errors.Is(err, people.ErrNotFound):
						t.Errorf("got %q, %v", state, err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Errorf("%d got it, want 1", won.Load())
			}
		})
	})
}

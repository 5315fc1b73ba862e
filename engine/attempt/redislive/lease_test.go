package redislive_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestSweepers(t *testing.T) {
	t.Parallel()
	servers.EachRedis(t, func(t *testing.T, client *redis.Client, prefix string) {
		enginetest.RunSweepers(t, open(t, client, prefix))
	})
}

// BenchmarkIdleSweep measures what a copy that has nothing to close costs at
// each sweep, alone and as one of two.
func BenchmarkIdleSweep(b *testing.B) {
	for name, connect := range map[string]func(testing.TB) (*redis.Client, string){
		"embedded": servers.EmbeddedRedis, "redis": servers.Redis,
	} {
		b.Run(name, func(b *testing.B) {
			client, prefix := connect(b)
			idleSweep(b, open(b, client, prefix))
		})
	}
	b.Run("cluster", func(b *testing.B) {
		idleSweep(b, open(b, servers.ClusterClient(b, servers.Cluster(b, 0)), "test:"))
	})
}

func idleSweep(b *testing.B, live attempt.Live) {
	if err := live.Schedule(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	for _, copies := range [][]string{{"one"}, {"one", "two"}} {
		b.Run(map[int]string{1: "alone", 2: "two"}[len(copies)], func(b *testing.B) {
			for b.Loop() {
				for _, name := range copies {
					if _, err := live.Due(b.Context(), name, enginetest.Start, 64); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

package attempt_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest/servers"
)

// BenchmarkSave has a hundred candidates save one operation each, again and
// again, each waiting for the receipt. One iteration is one durable save.
func BenchmarkSave(b *testing.B) {
	b.Run("embedded", func(b *testing.B) {
		client, prefix := servers.EmbeddedRedis(b)
		benchmarkSave(b, newWorld(b, client, prefix, servers.Embedded(b)))
	})
	b.Run("servers", func(b *testing.B) {
		client, prefix := servers.Redis(b)
		benchmarkSave(b, newWorld(b, client, prefix, servers.Mongo(b)))
	})
}

func benchmarkSave(b *testing.B, w *world) {
	const candidates = 100
	ids := make([]attempt.AttemptID, candidates)
	for i := range ids {
		ids[i] = w.running(b)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			for seq := 1; left.Add(-1) >= 0; seq++ {
				cmd := saveCommand(id, 1, seq, seq)
				if saved, err := w.Save(b.Context(), cmd); err != nil || saved.Pending {
					b.Errorf("save: %+v, %v", saved, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

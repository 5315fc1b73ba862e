//go:build unix

package proof

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"gongyuan/cmd/gongyuan/drill"
)

// TestMemoryReached is I1 with a Redis that has no memory left, which refuses
// every write and forgets nothing: answers are refused for the time being,
// none is acknowledged meanwhile, and it goes on when there is memory again.
func TestMemoryReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{copies: 1, redis: []string{"--maxmemory-policy", "noeviction"}})
	var h drill.Hall
	full := fault{"maxmemory reached", func(ctx context.Context, w *world, _ *rand.Rand) error {
		if err := w.cache.client.ConfigSet(ctx, "maxmemory", "1").Err(); err != nil {
			return err
		}
		// Answers that Redis had taken when the memory went become durable and
		// are acknowledged still; once none was for a while, none may be.
		before, quiet := h.Tally(), 0
		for tries := 0; quiet < 5 && tries < 100; tries++ {
			wait(ctx, 100*time.Millisecond)
			now := h.Tally()
			if quiet++; now.Acknowledged != before.Acknowledged {
				quiet = 0
			}
			before = now
		}
		if ctx.Err() == nil && quiet < 5 {
			t.Error("answers go on being acknowledged without memory")
		}
		wait(ctx, 700*time.Millisecond)
		after := h.Tally()
		if ctx.Err() == nil && after.Acknowledged != before.Acknowledged {
			t.Errorf("%d answers were acknowledged without memory", after.Acknowledged-before.Acknowledged)
		}
		if ctx.Err() == nil && after.Sent == before.Sent {
			t.Error("nothing was sent without memory, so nothing was tested")
		}
		return w.cache.client.ConfigSet(context.WithoutCancel(ctx), "maxmemory", "0").Err()
	}}
	s := newSaboteur(t, w, 3*scale(t), full)
	s.quiet = true
	trial := s.trial()
	trial.During = func(ctx context.Context, hall drill.Hall) {
		h = hall
		s.during(ctx, hall)
	}
	report := w.hold(t, w.exam(8*scale(t)), trial)
	s.tell("maxmemory", report)
	if report.Errors["save unavailable"] == 0 {
		t.Errorf("no save was refused as unavailable: %v", report.Errors)
	}
	noneInside(t, report)
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

//go:build unix

package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/cmd/gongyuan/drill"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
)

// The failpoints, see engine/attempt/failpoint, in the order in which an exam
// passes them, with the passage at which the program dies.
var (
	pointsOfAnswering = []string{"enter.recorded:2", "enter.live:2", "save.applied:5", "commit.stored:5", "save.confirmed:5"}
	pointsOfOrdering  = []string{"adjust.recorded:1"}
	pointsOfClosing   = []string{"close.live:1", "close.noted:1", "close.stored:1", "close.marked:1"}
)

// meetWithin is how long the program may go without passing the next
// failpoint, its start included.
const meetWithin = 20 * time.Second

// TestFailpoints is I1 and I3 with the program killed at each named point. A
// point that is never passed fails the test.
func TestFailpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{copies: 1})
	c := w.copies[0]
	var answered atomic.Bool
	trial := drill.Trial{
		More: func() bool { return !answered.Load() },
		During: func(ctx context.Context, h drill.Hall) {
			defer answered.Store(true)
			c.order(slices.Concat(pointsOfAnswering, pointsOfOrdering, pointsOfClosing)...)
			c.meet(ctx, len(pointsOfOrdering)+len(pointsOfClosing))
			if err := w.extend(ctx, h); err != nil {
				t.Errorf("extend: %v", err)
			}
			c.meet(ctx, len(pointsOfClosing))
			answered.Store(true)
			c.meet(ctx, 0)
		},
	}
	report := w.hold(t, w.exam(10*scale(t)), trial)
	// The last points may be passed by the sweeper, when nobody waits for it.
	c.meet(t.Context(), 0)
	if left := c.left(); len(left) > 0 {
		t.Errorf("never passed: %v", left)
	}
	t.Logf("I1: n=%d saves acknowledged, %d faults, %d lost (killed at %v)", report.Acknowledged, c.died(), report.Lost, c.points())
	noneInside(t, report)
}

// extend gives everybody a minute more, as staff do who see no answer and send
// the same order again, and makes sure that everybody got it once: in the
// records and in the live store.
func (w *world) extend(ctx context.Context, h drill.Hall) error {
	before, err := w.deadlines(ctx, h)
	if err != nil {
		return err
	}
	err = h.Ask(ctx, http.MethodPost, "/api/v1/sittings/"+h.Sitting()+"/orders", map[string]any{
		"id": uuid.NewString(), "kind": "extend", "scope": map[string]any{"all": true}, "minutes": 1, "reason": "试验",
	}, nil)
	if err != nil {
		return err
	}
	after, err := w.deadlines(ctx, h)
	if err != nil {
		return err
	}
	live, err := redislive.New(w.cache.client, "gy:")
	if err != nil {
		return err
	}
	progress, err := live.Progress(ctx, slices.Collect(maps.Keys(before)))
	if err != nil || len(progress) != len(before) {
		return fmt.Errorf("%d of %d attempts are live: %w", len(progress), len(before), err)
	}
	var faults []error
	for _, p := range progress {
		want := before[p.Attempt].Add(time.Minute)
		if !after[p.Attempt].Equal(want) || !p.Deadline.Equal(want) {
			faults = append(faults, fmt.Errorf("attempt %s: deadline %s recorded, %s live, want %s", p.Attempt, after[p.Attempt], p.Deadline, want))
		}
	}
	return errors.Join(faults...)
}

// deadlines waits until everybody has entered and returns what is recorded.
func (w *world) deadlines(ctx context.Context, h drill.Hall) (map[attempt.AttemptID]time.Time, error) {
	for {
		recs, err := w.records(ctx, h)
		if err != nil {
			return nil, err
		}
		out := map[attempt.AttemptID]time.Time{}
		for _, r := range recs {
			if !r.Deadline.IsZero() {
				out[r.ID] = r.Deadline
			}
		}
		if len(out) == len(recs) {
			return out, nil
		}
		if wait(ctx, 50*time.Millisecond); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// meet waits until only so many failpoints are left, or gives up, which the
// test finds out by what is left.
func (c *copyOf) meet(ctx context.Context, left int) {
	last, since := len(c.left()), time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for last > left && time.Since(since) < meetWithin {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if n := len(c.left()); n < last {
			last, since = n, time.Now()
		}
	}
}

// points returns the failpoints at which it has died.
func (c *copyOf) points() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.met)
}

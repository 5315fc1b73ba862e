//go:build unix

package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/api/contract"
	"gongyuan/cmd/gongyuan/drill"
	"gongyuan/engine/attempt"
	"gongyuan/engine/mongostore"
)

// window is how long after its plan a sitting ends whose deadline is wanted. It
// has to hold the registration, the sealing, the signing in and some answers,
// which take the longer the busier the machine is; so did the world's start.
func (w *world) window() time.Duration { return 6*time.Second + w.took }

// records reads the attempts past the program.
func (w *world) records(ctx context.Context, h drill.Hall) ([]attempt.Record, error) {
	ids := make([]attempt.AttemptID, 0, len(h.Attempts()))
	for _, id := range h.Attempts() {
		ids = append(ids, attempt.AttemptID(id))
	}
	recs, err := mongostore.New(w.db).Attempts().Several(ctx, ids)
	if err == nil && len(recs) != len(ids) {
		err = fmt.Errorf("%d records of %d attempts", len(recs), len(ids))
	}
	return recs, err
}

// closeWithin is the promise for what came due while the program was down. It
// counts from when the program serves: how long a busy machine takes to load it
// is not its own.
const closeWithin = 5 * time.Second

// TestRestartWithDueDeadlines is I9: the program is down when deadlines pass,
// and closes all of them within five seconds of its start.
func TestRestartWithDueDeadlines(t *testing.T) {
	t.Parallel()
	together(t,
		part{"Redis stays", testRestart(func(context.Context, *world, *rand.Rand) error { return nil })},
		part{"Redis comes back empty", testRestart(emptyRedis.strike)},
	)
}

func testRestart(redis func(context.Context, *world, *rand.Rand) error) func(t *testing.T) {
	return func(t *testing.T) {
		w := newWorld(t, plan{copies: 2})
		cfg := w.exam(8 * scale(t))
		var saved atomic.Int64
		trial := drill.Trial{
			Window: w.window(), Stay: true,
			Ready: func(context.Context) error { saved.Add(1); return nil },
			During: func(ctx context.Context, h drill.Hall) {
				if err := sleepThrough(ctx, w, h, &saved, redis); err != nil {
					t.Error(err)
					return
				}
				started := time.Now()
				for _, each := range w.copies {
					each.release()
				}
				if err := w.copies[0].await(ctx); err != nil {
					t.Error(err)
					return
				}
				serving := time.Now()
				if err := w.allSubmitted(ctx, cfg.Candidates); err != nil {
					t.Error(err)
					return
				}
				t.Logf("I9: n=%d attempts came due while the program was down, all closed %s after it served, %s after its start",
					cfg.Candidates, time.Since(serving).Round(time.Millisecond), time.Since(started).Round(time.Millisecond))
			},
		}
		noneInside(t, w.hold(t, cfg, trial))
	}
}

// sleepThrough stops the program when everybody has saved, and returns when the
// deadlines have passed with nobody there to see it.
func sleepThrough(ctx context.Context, w *world, h drill.Hall, saved *atomic.Int64, redis func(context.Context, *world, *rand.Rand) error) error {
	for saved.Load() < int64(len(h.Attempts())) && ctx.Err() == nil {
		wait(ctx, 50*time.Millisecond)
	}
	for _, c := range w.copies {
		c.hold()
	}
	recs, err := w.records(ctx, h)
	if err != nil {
		return err
	}
	last := slices.MaxFunc(recs, func(a, b attempt.Record) int { return a.Deadline.Compare(b.Deadline) }).Deadline
	if time.Until(last) < 0 {
		return fmt.Errorf("the deadline passed %s before the program was down; the machine is too slow for this window", -time.Until(last))
	}
	if err := redis(ctx, w, rand.New(rand.NewPCG(1, 1))); err != nil {
		return err
	}
	wait(ctx, time.Until(last.Add(attempt.DefaultGrace+100*time.Millisecond)))
	if recs, err = w.records(ctx, h); err != nil {
		return err
	}
	for _, r := range recs {
		if r.State != attempt.Running {
			return fmt.Errorf("attempt %s is %s with no program there", r.ID, r.State)
		}
	}
	return nil
}

// allSubmitted waits until every attempt has its submission, for as long as is
// promised.
func (w *world) allSubmitted(ctx context.Context, attempts int) error {
	until := time.Now().Add(closeWithin)
	for {
		n, err := w.db.Collection("submissions").CountDocuments(ctx, bson.M{})
		if err != nil || n == int64(attempts) {
			return err
		}
		if time.Now().After(until) {
			return fmt.Errorf("%d of %d attempts are closed %s after the start", n, attempts, closeWithin)
		}
		wait(ctx, 50*time.Millisecond)
	}
}

// TestOneSubmission is I3 with processes: each candidate hands in twice, staff
// collect twice, and the deadline comes, all at the same moment and on two
// copies of the program. All of them get the same submission, and there is one
// submission and one result.
func TestOneSubmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{copies: 2})
	cfg := w.exam(12 * scale(t))
	end := make(chan time.Time, 1) // when it all happens
	var ready sync.WaitGroup
	ready.Add(cfg.Candidates)
	race := &race{receipts: map[string][]contract.Receipt{}}
	report := w.hold(t, cfg, drill.Trial{
		Window: w.window(),
		Ready: func(ctx context.Context) error {
			ready.Done()
			at := <-end
			end <- at
			wait(ctx, time.Until(jittered(at)))
			return ctx.Err()
		},
		During: func(ctx context.Context, h drill.Hall) {
			ready.Wait()
			recs, err := w.records(ctx, h)
			if err != nil {
				t.Error(err)
				end <- time.Now()
				return
			}
			due := recs[0].Deadline.Add(attempt.DefaultGrace)
			if time.Until(due) < 0 {
				t.Errorf("the deadline passed %s before everybody was ready; the machine is too slow for this window", -time.Until(due))
			}
			end <- due
			race.collect(ctx, t, h, due)
		},
	})
	noneInside(t, report)
	race.check(t, w)
}

// jittered is within 60 ms of an instant.
func jittered(at time.Time) time.Time {
	return at.Add(time.Duration(rand.Int64N(int64(120*time.Millisecond))) - 60*time.Millisecond)
}

// race gathers what those got who collected. What candidates got the drill
// compares with what the server keeps.
type race struct {
	mu       sync.Mutex
	receipts map[string][]contract.Receipt
}

// collect collects every attempt from two sides around the instant.
func (r *race) collect(ctx context.Context, t *testing.T, h drill.Hall, at time.Time) {
	ctx = context.WithoutCancel(ctx)
	var wg sync.WaitGroup
	for _, id := range slices.Concat(h.Attempts(), h.Attempts()) {
		wg.Go(func() {
			wait(ctx, time.Until(jittered(at)))
			var got contract.Receipt
			err := h.Ask(ctx, http.MethodPost, "/api/v1/sittings/"+h.Sitting()+"/attempts/"+id+"/collect", contract.CollectRequest{Reason: "试验"}, &got)
			if err != nil {
				t.Errorf("collect: %v", err)
				return
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.receipts[id] = append(r.receipts[id], got)
		})
	}
	wg.Wait()
}

// check compares every receipt with the one submission in the store.
func (r *race) check(t *testing.T, w *world) {
	t.Helper()
	manners := map[string]int{}
	for id, all := range r.receipts {
		var stored struct {
			Manner      string
			SubmittedAt time.Time `bson:"submittedAt"`
			Answered    int
		}
		if err := w.db.Collection("submissions").FindOne(t.Context(), bson.M{"attempt": id}).Decode(&stored); err != nil {
			t.Errorf("submission of %s: %v", id, err)
			continue
		}
		manners[stored.Manner]++
		for _, got := range all {
			if string(got.Manner) != stored.Manner || !got.SubmittedAt.Equal(stored.SubmittedAt) || got.Answered != stored.Answered {
				t.Errorf("who collected %s got %s at %s with %d answers, stored is %s at %s with %d", id,
					got.Manner, got.SubmittedAt, got.Answered, stored.Manner, stored.SubmittedAt, stored.Answered)
			}
		}
	}
	if t.Failed() {
		return
	}
	t.Logf("I3: n=%d attempts handed in, collected twice and due at one moment on two copies, one submission each: %s", len(r.receipts), summary(manners))
}

//go:build unix

package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyuan/cmd/gongyuan/drill"
)

// fault is something that happens to a world. strike returns when it is over,
// which does not mean that the world has recovered.
type fault struct {
	name   string
	strike func(ctx context.Context, w *world, rng *rand.Rand) error
}

// between waits for a random time.
func between(ctx context.Context, rng *rand.Rand, least, most time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(least + time.Duration(rng.Int64N(int64(most-least)))):
	}
}

// Faults of processes.
var (
	killCopy = fault{"kill an API", func(_ context.Context, w *world, rng *rand.Rand) error {
		w.copies[rng.IntN(len(w.copies))].kill()
		return nil
	}}
	killCopies = fault{"kill every API", func(_ context.Context, w *world, _ *rand.Rand) error {
		var wg sync.WaitGroup
		for _, c := range w.copies {
			wg.Go(c.kill)
		}
		wg.Wait()
		return nil
	}}
	killRedis = fault{"kill Redis, back with its file", func(ctx context.Context, w *world, rng *rand.Rand) error {
		w.cache.kill()
		between(ctx, rng, 0, 300*time.Millisecond)
		return w.cache.start(context.WithoutCancel(ctx))
	}}
	emptyRedis = fault{"kill Redis, back empty", func(ctx context.Context, w *world, rng *rand.Rand) error {
		w.cache.kill()
		err := w.cache.forget()
		between(ctx, rng, 0, 300*time.Millisecond)
		return errors.Join(err, w.cache.start(context.WithoutCancel(ctx)))
	}}
	flushRedis = fault{"FLUSHALL", func(ctx context.Context, w *world, _ *rand.Rand) error {
		return w.cache.client.FlushAll(context.WithoutCancel(ctx)).Err()
	}}
	flushScripts = fault{"SCRIPT FLUSH", func(ctx context.Context, w *world, _ *rand.Rand) error {
		return w.cache.client.ScriptFlush(context.WithoutCancel(ctx)).Err()
	}}
	killStore = fault{"kill FerretDB", func(ctx context.Context, w *world, rng *rand.Rand) error {
		w.store.kill()
		between(ctx, rng, 0, 500*time.Millisecond)
		return w.raiseStore(context.WithoutCancel(ctx))
	}}
	killAll = fault{"kill every API, Redis back empty, FerretDB", func(ctx context.Context, w *world, rng *rand.Rand) error {
		w.store.kill()
		return errors.Join(killCopies.strike(ctx, w, rng), emptyRedis.strike(ctx, w, rng), w.raiseStore(context.WithoutCancel(ctx)))
	}}
)

// raiseStore starts a killed FerretDB and leads the link to its new port.
func (w *world) raiseStore(ctx context.Context) error {
	if err := w.store.start(ctx); err != nil {
		return err
	}
	return w.mongo.lead(strings.TrimSuffix(strings.TrimPrefix(w.store.url(), "mongodb://"), "/"))
}

// linkFaults are what can happen to a link. least and most bound how long it
// lasts.
func linkFaults(name string, which func(*world) *link) []fault {
	poison := func(what string, least, most time.Duration, brew func(rng *rand.Rand) toxic) fault {
		return fault{name + ": " + what, func(ctx context.Context, w *world, rng *rand.Rand) error {
			cure, err := which(w).poison(brew(rng))
			if err != nil {
				return err
			}
			between(ctx, rng, least, most)
			return cure()
		}}
	}
	return []fault{
		{name + ": cut", func(ctx context.Context, w *world, rng *rand.Rand) error {
			which(w).cut()
			between(ctx, rng, 20*time.Millisecond, 400*time.Millisecond)
			return which(w).join()
		}},
		poison("reset after the request was sent", 100*time.Millisecond, 400*time.Millisecond, func(*rand.Rand) toxic {
			return toxic{Type: "reset_peer", Stream: "downstream", Toxicity: 1, Attributes: map[string]int{"timeout": 0}}
		}),
		poison("broken within a request", 100*time.Millisecond, 400*time.Millisecond, func(rng *rand.Rand) toxic {
			return toxic{Type: "limit_data", Stream: "upstream", Toxicity: 1, Attributes: map[string]int{"bytes": 1 + rng.IntN(2000)}}
		}),
		poison("broken within a reply", 100*time.Millisecond, 400*time.Millisecond, func(rng *rand.Rand) toxic {
			return toxic{Type: "limit_data", Stream: "downstream", Toxicity: 1, Attributes: map[string]int{"bytes": 1 + rng.IntN(600)}}
		}),
		poison("200 to 2000 ms late", 500*time.Millisecond, 1500*time.Millisecond, func(rng *rand.Rand) toxic {
			late := 200 + rng.IntN(1800)
			return toxic{Type: "latency", Stream: "upstream", Toxicity: 1, Attributes: map[string]int{"latency": late, "jitter": late / 4}}
		}),
	}
}

// recoverWithin is how long a world may need after a fault until it
// acknowledges answers again, on a machine that has other things to do.
const recoverWithin = 30 * time.Second

// saboteur lets faults happen while candidates answer: each of them rounds
// times, in a random order, and each after the world has recovered from the
// one before. Some more happen while they hand in.
type saboteur struct {
	t      *testing.T
	world  *world
	rng    *rand.Rand
	faults []fault
	rounds int
	quiet  bool // nothing happens while they hand in

	done    atomic.Bool
	struck  int
	slowest time.Duration // until the world acknowledged again
	after   string        // which fault
}

func newSaboteur(t *testing.T, w *world, rounds int, faults ...fault) *saboteur {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("faults by seed %d", seed)
	return &saboteur{t: t, world: w, rng: rand.New(rand.NewPCG(seed, 1)), faults: faults, rounds: rounds}
}

// trial is the trial of a drill in which the saboteur is at work.
func (s *saboteur) trial() drill.Trial {
	return drill.Trial{During: s.during, More: func() bool { return !s.done.Load() }}
}

func (s *saboteur) during(ctx context.Context, h drill.Hall) {
	defer s.done.Store(true)
	s.await(ctx, h, "the start")
	for range s.rounds {
		for _, i := range s.rng.Perm(len(s.faults)) {
			between(ctx, s.rng, 50*time.Millisecond, 250*time.Millisecond)
			if ctx.Err() != nil {
				s.t.Error("all candidates were gone before all faults had happened")
				return
			}
			s.strike(ctx, s.faults[i])
			s.await(ctx, h, s.faults[i].name)
		}
	}
	s.done.Store(true)
	if s.quiet {
		return
	}
	for range 2 + s.rounds {
		between(ctx, s.rng, 100*time.Millisecond, 400*time.Millisecond)
		if ctx.Err() != nil {
			return
		}
		s.strike(ctx, s.faults[s.rng.IntN(len(s.faults))])
	}
}

func (s *saboteur) strike(ctx context.Context, f fault) {
	s.struck++
	if err := f.strike(ctx, s.world, s.rng); err != nil {
		s.t.Errorf("%s: %v", f.name, err)
	}
}

// await waits until answers are acknowledged again.
func (s *saboteur) await(ctx context.Context, h drill.Hall, after string) {
	began := time.Now()
	want := h.Tally().Acknowledged + int64(len(h.Attempts()))
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for h.Tally().Acknowledged < want {
		if time.Since(began) > recoverWithin {
			s.t.Errorf("nothing is acknowledged %s after: %s", recoverWithin, after)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	if took := time.Since(began); took > s.slowest && after != "the start" {
		s.slowest, s.after = took, after
	}
}

// tell prints the figures of a test of I1.
func (s *saboteur) tell(what string, r drill.Report) {
	faults := s.struck
	for _, n := range r.Faults {
		faults += n
	}
	s.t.Logf("I1: n=%d saves acknowledged, %d faults, %d lost (%s; %d candidates, slowest recovery %s after: %s)",
		r.Acknowledged, faults, r.Lost, what, r.Candidates, s.slowest.Round(time.Millisecond), s.after)
	s.t.Log("errors that the pages met: ", summary(r.Errors))
}

func summary(counts map[string]int) string {
	var out []string
	for k, n := range counts {
		out = append(out, fmt.Sprintf("%s %d", k, n))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

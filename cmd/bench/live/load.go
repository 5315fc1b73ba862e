package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tally collects what requests of one kind came to. It is safe for concurrent
// use.
type tally struct {
	mu    sync.Mutex
	took  []time.Duration
	fails map[string]int
}

func (t *tally) add(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.took = append(t.took, took)
		return
	}
	if t.fails == nil {
		t.fails = map[string]int{}
	}
	t.fails[kindOf(err)]++
}

// kindOf names an error in a few words.
func kindOf(err error) string {
	var o *outcome
	if errors.As(err, &o) && o.status > 0 {
		_, kind, _ := strings.Cut(o.text, "urn:gongyuan:problem:")
		kind, _, _ = strings.Cut(kind, `"`)
		return strings.TrimSpace(fmt.Sprintf("%d %s", o.status, kind))
	}
	return err.Error()
}

func (t *tally) failures() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, f := range t.fails {
		n += f
	}
	return n
}

// quantile is the nearest-rank quantile of those that succeeded, 0 for none.
func (t *tally) quantile(q float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.took) == 0 {
		return 0
	}
	slices.Sort(t.took)
	return t.took[min(max(int(math.Ceil(q*float64(len(t.took)))), 1), len(t.took))-1]
}

// String gives the count, quantiles and failures in one line.
func (t *tally) String() string {
	p50, p99, most := t.quantile(.5), t.quantile(.99), t.quantile(1)
	text := fmt.Sprintf("n=%d p50=%s p99=%s max=%s", len(t.took), brief(p50), brief(p99), brief(most))
	if len(t.fails) == 0 {
		return text + " no errors"
	}
	for _, kind := range slices.SortedFunc(maps.Keys(t.fails), func(a, b string) int { return cmp.Compare(t.fails[b], t.fails[a]) }) {
		text += fmt.Sprintf(" error(%s)=%d", kind, t.fails[kind])
	}
	return text
}

func brief(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d.Microseconds())/1000)
}

// each does something for every candidate, so many at once, until ctx ends.
func each(ctx context.Context, all []*candidate, atOnce int, do func(*candidate)) {
	work := make(chan *candidate)
	var wg sync.WaitGroup
	for range min(atOnce, len(all)) {
		wg.Go(func() {
			for c := range work {
				do(c)
			}
		})
	}
	for _, c := range all {
		if ctx.Err() != nil {
			break
		}
		work <- c
	}
	close(work)
	wg.Wait()
}

// aside bounds what is done for figures and is not measured.
const aside = 3 * time.Minute

// untimed does something for every candidate, a few at once and again where it
// fails, and returns an error unless all succeeded.
func untimed(ctx context.Context, what string, all []*candidate, do func(*candidate) error) error {
	ctx, cancel := context.WithTimeout(ctx, aside)
	defer cancel()
	var t tally
	each(ctx, all, 8, func(c *candidate) {
		t.add(0, c.persist(ctx, func() error { return do(c) }))
	})
	if len(t.took) < len(all) {
		return fmt.Errorf("%s of %d candidates within %s: %s", what, len(all), aside, &t)
	}
	return nil
}

// enterAll brings candidates in where entering is not what is measured.
func enterAll(ctx context.Context, all []*candidate) error {
	return untimed(ctx, "entry", all, func(c *candidate) error {
		if c.epoch > 0 {
			return nil
		}
		return c.enter()
	})
}

// within lets every candidate do one thing at a moment of its own within the
// span. Times are from that moment on, so that a load that falls behind is not
// flattered.
func within(ctx context.Context, all []*candidate, span time.Duration, do func(*candidate) error) *tally {
	var t tally
	var wg sync.WaitGroup
	start := time.Now().Add(100 * time.Millisecond)
	for _, c := range all {
		at := start.Add(rand.N(span))
		wg.Go(func() {
			if sleepUntil(ctx, at) != nil {
				return
			}
			err := do(c)
			t.add(time.Since(at), err)
		})
	}
	wg.Wait()
	return &t
}

// pace is how often a page that is open speaks; 0 for never.
type pace struct{ save, beat time.Duration }

// steadily lets every candidate save and beat at its pace for a time, each at
// moments of its own, one connection and one request at a time as a page does.
func steadily(ctx context.Context, all []*candidate, p pace, span time.Duration) (saves, beats *tally) {
	saves, beats = &tally{}, &tally{}
	var wg sync.WaitGroup
	start := time.Now().Add(200 * time.Millisecond)
	end := start.Add(span)
	for _, c := range all {
		nextSave, nextBeat := moment(start, p.save), moment(start, p.beat)
		wg.Go(func() {
			for {
				at, save := nextBeat, false
				if nextSave.Before(nextBeat) {
					at, save = nextSave, true
				}
				if !at.Before(end) || sleepUntil(ctx, at) != nil {
					return
				}
				if save {
					nextSave = nextSave.Add(p.save)
					err := c.save(1)
					saves.add(time.Since(at), err)
				} else {
					nextBeat = nextBeat.Add(p.beat)
					err := c.beat()
					beats.add(time.Since(at), err)
				}
			}
		})
	}
	wg.Wait()
	return saves, beats
}

// moment is one within the first interval, or never.
func moment(start time.Time, every time.Duration) time.Time {
	if every == 0 {
		return start.Add(24 * time.Hour)
	}
	return start.Add(rand.N(every))
}

// closed lets so many candidates save as fast as they are answered, and returns
// how many saves were stored per second.
func closed(ctx context.Context, all []*candidate, span time.Duration) (float64, *tally) {
	var t tally
	var wg sync.WaitGroup
	start := time.Now()
	end := start.Add(span)
	var stored atomic.Int64
	for _, c := range all {
		wg.Go(func() {
			for ctx.Err() == nil && time.Now().Before(end) {
				began := time.Now()
				err := c.save(1)
				t.add(time.Since(began), err)
				if err != nil {
					time.Sleep(10 * time.Millisecond)
				} else if time.Now().Before(end) {
					stored.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return float64(stored.Load()) / span.Seconds(), &t
}

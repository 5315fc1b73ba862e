package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"gongyuan/cmd/bench/figure"
)

const (
	peakTime     = 4 * time.Second
	overloadTime = 12 * time.Second
	// overloadLead is how much of that time is left out at its beginning.
	overloadLead = 2 * time.Second
)

// overload is G7: what is left of the best throughput when twice as much is
// asked for.
func (s *session) overload(ctx context.Context, i *installation) error {
	id := "G7" + i.suffix
	if !s.wanted(id) {
		return nil
	}
	all, err := i.take(s.crowd())
	if err != nil {
		return err
	}
	if err := renew(all); err != nil {
		return err
	}
	if err := enterAll(ctx, all); err != nil {
		return err
	}
	s.say("%s: the most that is stored per second", id)
	f := figure.Figure{ID: id, Unit: "ratio", Aim: figure.AtLeast(.9)}
	peak := 0.0
	for _, n := range []int{32, 128, 512} {
		some := all[:min(n, len(all))]
		rate, t := closed(ctx, some, peakTime)
		peak = max(peak, rate)
		f.Notes = append(f.Notes, fmt.Sprintf("%d pages that save as fast as they are answered: %.0f saves stored per second, %s", len(some), rate, t))
	}
	if peak == 0 {
		return errors.New(id + ": nothing was stored")
	}
	s.say("%s: %d pages ask for %.0f per second", id, len(all), 2*peak)
	o := overloaded{rate: 2 * peak, span: overloadTime}
	before, err := i.usage()
	if err != nil {
		return err
	}
	o.run(ctx, all)
	after, err := i.usage()
	if err != nil {
		return err
	}
	lost, err := s.lost(ctx, i, all)
	f.Value, f.Broken = o.goodput()/peak, lost != 0
	f.Notes = append(f.Notes,
		fmt.Sprintf("%d pages that want to save %.0f times a second, whatever comes back: %.0f stored per second, %d answered 429, %s", len(all), o.rate, o.goodput(), o.refused.Load(), &o.all),
		fmt.Sprintf("acknowledged answers that are not in permanent storage: %d of %d pages; %s", lost, len(all), shares(after.since(before), overloadTime)))
	f.Notes[0] = "saves of one answer through HTTP" + i.on() + ". " + f.Notes[0]
	return errors.Join(err, s.publish(ctx, f))
}

// lost counts pages of which permanent storage lacks an acknowledged answer.
func (s *session) lost(ctx context.Context, i *installation, all []*candidate) (int, error) {
	stored, err := i.kept(ctx, all)
	if err != nil {
		return -1, fmt.Errorf("check: %w", err)
	}
	lost := 0
	for _, c := range all {
		if stored[c.attempt].LastSeq < c.durable {
			lost++
		}
	}
	return lost, nil
}

// overloaded is a load that does not wait for what it asked before. Each page
// has one request at a time, as pages do; an answer that falls due meanwhile
// goes out right after.
type overloaded struct {
	rate    float64
	span    time.Duration
	stored  atomic.Int64
	refused atomic.Int64
	all     tally
}

// goodput is what was stored per second once the load was up.
func (o *overloaded) goodput() float64 {
	return float64(o.stored.Load()) / (o.span - overloadLead).Seconds()
}

func (o *overloaded) run(ctx context.Context, pages []*candidate) {
	every := time.Duration(float64(len(pages)) / o.rate * float64(time.Second))
	start := time.Now()
	from, end := start.Add(overloadLead), start.Add(o.span)
	var wg sync.WaitGroup
	for _, c := range pages {
		next := start.Add(rand.N(every))
		wg.Go(func() {
			for next.Before(end) && sleepUntil(ctx, next) == nil && time.Now().Before(end) {
				began := time.Now()
				err := c.save(1)
				now := time.Now()
				var refusal *outcome
				switch {
				case err == nil:
					o.all.add(now.Sub(began), nil)
					if now.After(from) && now.Before(end) {
						o.stored.Add(1)
					}
					next = next.Add(every)
				case errors.As(err, &refusal) && refusal.status == 429:
					o.refused.Add(1)
					next = now.Add(refusal.after + rand.N(max(refusal.after, time.Second)))
				default:
					o.all.add(0, err)
					next = now.Add(time.Second + rand.N(time.Second))
				}
			}
		})
	}
	wg.Wait()
}

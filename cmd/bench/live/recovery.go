package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gongyuan/cmd/bench/figure"
)

const (
	// probers is how many pages save while something is killed.
	probers = 8
	// kills is how often each is killed; the longest recovery counts.
	kills = 2
	// giveUp bounds the wait for the first save after a kill.
	giveUp = 60 * time.Second
)

// recovery is G9: from the kill of a process, which is started again at once,
// to the first save that is stored.
func (s *session) recovery(ctx context.Context, i *installation) error {
	if !s.any("G9-api", "G9-redis", "G9-store") {
		return nil
	}
	pages, err := i.take(probers)
	if err != nil {
		return err
	}
	if err := renew(pages); err != nil {
		return err
	}
	if err := enterAll(ctx, pages); err != nil {
		return err
	}
	for _, victim := range []struct {
		id, what string
		most     float64
		kill     func()
		restart  func(context.Context) error
	}{
		{"G9-api", "gongyuan", 2, func() { i.api.kill() }, i.start},
		{"G9-redis", "redis-server", 5, func() { s.servers.redis.Kill() }, s.servers.restartRedis},
		{"G9-store", "FerretDB", 10, func() { s.servers.ferret.kill() }, s.servers.startFerret},
	} {
		if !s.wanted(victim.id) {
			continue
		}
		s.say("%s: killing %s", victim.id, victim.what)
		var took []float64
		for range kills {
			one, err := s.recover(ctx, pages, victim.kill, victim.restart)
			if err != nil {
				return fmt.Errorf("%s: %w", victim.id, err)
			}
			took = append(took, one.Seconds())
		}
		lost, err := s.lost(ctx, i, pages)
		if err != nil {
			return fmt.Errorf("%s: %w", victim.id, err)
		}
		err = s.publish(ctx, figure.Figure{
			ID: victim.id, Value: slices.Max(took), Unit: "s", Aim: figure.AtMost(victim.most), Broken: lost > 0,
			Notes: []string{fmt.Sprintf("from kill -9 of %s, started again at once, to the first save that was sent after it and is stored; the longest of %.3g s; %d pages save, %d attempts live in this installation; %d pages lost an acknowledged answer",
				victim.what, took, len(pages), s.running(i), lost)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// running counts the attempts that were entered and not handed in.
func (s *session) running(i *installation) int {
	n := 0
	for _, c := range i.candidates {
		if c.epoch > 0 && c.receipt == "" {
			n++
		}
	}
	return n
}

// recover kills while pages save, and returns how long it took until one of
// them got something stored that it sent after the kill.
func (s *session) recover(ctx context.Context, pages []*candidate, kill func(), restart func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	var began time.Time // of the kill; set before gone
	var gone atomic.Pointer[time.Time]
	good := make(chan time.Duration, len(pages))
	var wg sync.WaitGroup
	for _, c := range pages {
		wg.Go(func() {
			for ctx.Err() == nil {
				sent := time.Now()
				err := c.save(1)
				if at := gone.Load(); err == nil && at != nil && sent.After(*at) {
					good <- time.Since(began)
					return
				}
				// A page waits longer; these look how soon it could have known.
				_ = sleepUntil(ctx, time.Now().Add(20*time.Millisecond))
			}
		})
	}
	_ = sleepUntil(ctx, time.Now().Add(time.Second)) // saves are under way
	began = time.Now()
	kill()
	now := time.Now()
	gone.Store(&now)
	if err := restart(ctx); err != nil {
		cancel()
		wg.Wait()
		return 0, err
	}
	var first time.Duration
	select {
	case first = <-good:
	case <-ctx.Done():
		return 0, errors.New("nothing was stored within a minute")
	}
	wg.Wait()
	return first, nil
}

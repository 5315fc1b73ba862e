package attempt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	sweepEvery   = time.Second
	rebuildEvery = 5 * time.Minute // what the live store lost without our noticing
	sweepLimit   = 64              // attempts of one bucket in one pass
	rebuildPage  = 500
)

// Swept counts what a sweep did.
type Swept struct {
	Expired  int // closed because their time was over
	Finished int // submissions made or found, whoever closed the attempt
	Failed   int // tried again by the next sweep
}

// Sweep closes what is due at now and finishes what has ended but lacks its
// submission or its marking. One pass takes a bounded number of attempts of
// each bucket. Copies may sweep at the same time: every step is idempotent.
func (s *Service) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	due, err := s.cfg.Live.Due(ctx, now, sweepLimit)
	if err != nil {
		return Swept{}, fmt.Errorf("attempt: sweep: %w", err)
	}
	if due.Lost {
		if _, err := s.schedule(ctx); err != nil {
			return Swept{}, err
		}
		if due, err = s.cfg.Live.Due(ctx, now, sweepLimit); err != nil {
			return Swept{}, fmt.Errorf("attempt: sweep: %w", err)
		}
	}
	var swept Swept
	var mu sync.Mutex
	count := func(n *int) { mu.Lock(); *n++; mu.Unlock() }
	fail := func(id AttemptID, err error) {
		count(&swept.Failed)
		s.cfg.Log.ErrorContext(ctx, "sweep", "attempt", id, "err", err)
	}
	// First all doors are shut, then the submissions are written at leisure.
	closing := due.Closing
	s.each(ctx, due.Expired, func(id AttemptID) {
		closed, err := s.expire(ctx, id, now)
		if err != nil {
			fail(id, err)
		}
		if closed {
			count(&swept.Expired)
			mu.Lock()
			closing = append(closing, id)
			mu.Unlock()
		}
	})
	s.each(ctx, closing, func(id AttemptID) {
		if err := s.finish(ctx, id); err != nil {
			fail(id, err)
			return
		}
		count(&swept.Finished)
	})
	return swept, nil
}

// expire closes one attempt in the live store, and reports whether it is this
// call that did.
func (s *Service) expire(ctx context.Context, id AttemptID, now time.Time) (bool, error) {
	_, err := s.cfg.Live.Expire(ctx, id, now)
	if needsRestore(err) {
		switch err = s.restore(ctx, id); {
		case err == nil:
			_, err = s.cfg.Live.Expire(ctx, id, now)
		case errors.Is(err, ErrClosed), errors.Is(err, ErrNotFound), errors.Is(err, ErrNotStarted):
			return false, s.cfg.Live.Finished(ctx, id)
		}
	}
	if errors.Is(err, ErrClosed) || errors.Is(err, ErrState) {
		return false, nil // closed by another, or given more time
	}
	return err == nil, err
}

// finish makes the submission of an attempt that has ended.
func (s *Service) finish(ctx context.Context, id AttemptID) error {
	_, err := s.finalise(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return s.cfg.Live.Finished(ctx, id)
	}
	return err
}

// each calls fn for all ids, a few at a time, and returns when all are done.
func (s *Service) each(ctx context.Context, ids []AttemptID, fn func(AttemptID)) {
	var wg sync.WaitGroup
	work := make(chan AttemptID)
	for range min(s.cfg.Sweepers, len(ids)) {
		wg.Go(func() {
			for id := range work {
				fn(id)
			}
		})
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		work <- id
	}
	close(work)
	wg.Wait()
}

// Rebuild brings the live store in line with the records: every deadline and
// every unfinished attempt is noted for the sweeper, and running attempts that
// it lacks are restored. What the live store has already stays. It is
// idempotent.
func (s *Service) Rebuild(ctx context.Context) error {
	running, err := s.schedule(ctx)
	if err != nil {
		return err
	}
	return s.restoreMissing(ctx, running)
}

// schedule notes all unfinished attempts for the sweeper and returns those that
// run. This is the part of Rebuild that must be quick.
func (s *Service) schedule(ctx context.Context) ([]AttemptID, error) {
	var running []AttemptID
	after := AttemptID("")
	for {
		recs, err := s.cfg.Records.Unfinished(ctx, after, rebuildPage)
		if err != nil {
			return nil, fmt.Errorf("attempt: rebuild: %w", err)
		}
		all := make([]Appointment, len(recs))
		for i, r := range recs {
			all[i] = Appointment{Attempt: r.ID, State: r.State, Due: r.Deadline.Add(s.cfg.Grace)}
			if r.State == Running {
				running = append(running, r.ID)
			}
			after = r.ID
		}
		// Called for an empty page as well: it tells that nothing is lost.
		if err := s.cfg.Live.Schedule(ctx, all); err != nil {
			return nil, fmt.Errorf("attempt: rebuild: %w", err)
		}
		if len(recs) < rebuildPage {
			return running, nil
		}
	}
}

// restoreMissing restores those attempts that the live store lacks.
func (s *Service) restoreMissing(ctx context.Context, ids []AttemptID) error {
	live, err := s.cfg.Live.Progress(ctx, ids)
	if err != nil {
		return fmt.Errorf("attempt: rebuild: %w", err)
	}
	there := make(map[AttemptID]bool, len(live))
	for _, p := range live {
		there[p.Attempt] = true
	}
	var missing []AttemptID
	for _, id := range ids {
		if !there[id] {
			missing = append(missing, id)
		}
	}
	var mu sync.Mutex
	var failed error
	s.each(ctx, missing, func(id AttemptID) {
		err := s.restore(ctx, id)
		if err == nil || errors.Is(err, ErrClosed) {
			return
		}
		mu.Lock()
		failed = errors.Join(failed, err)
		mu.Unlock()
	})
	return failed
}

// Run rebuilds, sweeps each second, and returns when ctx ends. Each copy of the
// program runs one.
func (s *Service) Run(ctx context.Context) {
	rebuilt := time.Time{}
	var restoring sync.WaitGroup
	defer restoring.Wait()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if now := time.Now(); now.Sub(rebuilt) > rebuildEvery {
			if running, err := s.schedule(ctx); err != nil {
				s.cfg.Log.ErrorContext(ctx, "rebuild", "err", err)
			} else {
				rebuilt = now
				restoring.Go(func() {
					if err := s.restoreMissing(ctx, running); err != nil {
						s.cfg.Log.ErrorContext(ctx, "rebuild", "err", err)
					}
				})
			}
		}
		if _, err := s.Sweep(ctx, s.cfg.Clock.Now()); err != nil && ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "sweep", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

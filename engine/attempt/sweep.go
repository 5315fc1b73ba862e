package attempt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	sweepEvery   = 500 * time.Millisecond // all is closed within a second of its deadline
	rebuildEvery = 5 * time.Minute        // what the live store lost without our noticing
	rebuildAgain = 5 * time.Second        // when it failed
	sweepLimit   = 64                     // attempts of one bucket in one pass
	rebuildPage  = 500
)

// Swept counts what a sweep did.
type Swept struct {
	Expired  int // closed because their time was over
	Finished int // submissions made or found, whoever closed the attempt
	Failed   int // tried again by the next sweep
}

// Sweep closes what is due at now and finishes what has ended but lacks its
// submission or its marking, in this copy's share of the attempts. One pass
// takes a bounded number of each bucket. Copies may sweep the same at the same
// time: every step is idempotent. Where a part of the live store is not
// reached, the rest is swept, and an error is returned as well.
func (s *Service) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	swept, closing, err := s.shut(ctx, now)
	finished := s.finishAll(ctx, closing)
	swept.Finished += finished.Finished
	swept.Failed += finished.Failed
	return swept, err
}

// shut closes what is due, and returns what has to be finished. It comes first
// and alone: submissions are written at leisure once all doors are shut.
func (s *Service) shut(ctx context.Context, now time.Time) (Swept, []AttemptID, error) {
	due, err := s.cfg.Live.Due(ctx, s.sweeper, now, sweepLimit)
	if due.Lost {
		_, lost := s.schedule(ctx)
		again, failed := s.cfg.Live.Due(ctx, s.sweeper, now, sweepLimit)
		due, err = again, errors.Join(lost, failed)
	}
	if err != nil {
		err = fmt.Errorf("attempt: sweep: %w", err)
	}
	var swept Swept
	var mu sync.Mutex
	closing := due.Closing
	// An order counts from when it is recorded, also where the program died
	// before it could tell the live store.
	recs, failed := s.several(ctx, due.Expired)
	if failed != nil {
		return swept, closing, errors.Join(err, failed)
	}
	s.each(ctx, due.Expired, func(id AttemptID) {
		closed, finish, err := s.expire(ctx, id, recs[id].DeadlineVersion, now)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			swept.Failed++
			s.cfg.Log.ErrorContext(ctx, "sweep", "attempt", id, "err", err)
		}
		if closed {
			swept.Expired++
		}
		if finish {
			closing = append(closing, id)
		}
	})
	return swept, closing, err
}

// finishAll finishes what has ended. Its counts are Finished and Failed.
func (s *Service) finishAll(ctx context.Context, ids []AttemptID) Swept {
	var swept Swept
	for some := range slices.Chunk(ids, groupSize) {
		for i, o := range s.finaliseAll(ctx, some) {
			err := o.err
			if errors.Is(err, ErrNotFound) {
				err = s.cfg.Live.Finished(ctx, some[i:i+1])
			}
			if err != nil {
				swept.Failed++
				s.cfg.Log.ErrorContext(ctx, "sweep", "attempt", some[i], "err", err)
				continue
			}
			swept.Finished++
		}
		s.tell(ctx, some...)
	}
	return swept
}

// expire closes one attempt in the live store. It reports whether it is this
// call that did, and whether the attempt has to be finished.
func (s *Service) expire(ctx context.Context, id AttemptID, version int, now time.Time) (closed, finish bool, err error) {
	st, err := s.inLive(ctx, id, func() (LiveState, error) { return s.cfg.Live.Expire(ctx, id, version, now) })
	switch {
	case err == nil:
		return true, true, nil
	case st.State == "" && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrNotStarted)):
		// The live store has only the date of it, and there is nothing to close.
		return false, false, s.cfg.Live.Finished(ctx, []AttemptID{id})
	case st.State == "" && errors.Is(err, ErrClosed):
		// So it is here, but its submission may still have to be marked.
		return false, true, nil
	case errors.Is(err, ErrClosed), errors.Is(err, ErrState):
		return false, false, nil // closed by another, or given more time
	}
	return false, false, err
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
	var all []Appointment
	after := AttemptID("")
	for more := true; more; {
		recs, err := s.cfg.Records.Unfinished(ctx, after, rebuildPage)
		if err != nil {
			return nil, fmt.Errorf("attempt: rebuild: %w", err)
		}
		for _, r := range recs {
			// A paused attempt comes due at no moment.
			if r.State != Paused {
				all = append(all, Appointment{Attempt: r.ID, State: r.State, Due: r.Deadline.Add(s.cfg.Grace)})
			}
			if r.State.GoesOn() {
				running = append(running, r.ID)
			}
			after = r.ID
		}
		more = len(recs) == rebuildPage
	}
	// At once, and also where there is nothing: it tells that nothing is lost.
	// A live store that is away in part then costs its patience once.
	if err := s.cfg.Live.Schedule(ctx, all); err != nil {
		return nil, fmt.Errorf("attempt: rebuild: %w", err)
	}
	return running, nil
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

// Run sweeps twice a second, rebuilds now and then, and returns when ctx ends.
// Each copy of the program runs one. What takes long goes on beside the sweeps:
// no attempt stays open because the submissions of others are being written.
func (s *Service) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { s.rebuildNowAndThen(ctx) })
	var finishing atomic.Bool
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for away := false; ; {
		_, closing, err := s.shut(ctx, s.cfg.Clock.Now())
		if ctx.Err() != nil {
			return
		}
		// Said when it begins and when it ends, not twice a second.
		if err != nil && !away {
			s.cfg.Log.ErrorContext(ctx, "sweep", "err", err)
		} else if err == nil && away {
			s.cfg.Log.InfoContext(ctx, "sweep: everything is reached again")
		}
		away = err != nil
		// While the submissions before are still being written, these wait in
		// the live store, which names them again.
		if len(closing) > 0 && finishing.CompareAndSwap(false, true) {
			work.Go(func() {
				defer finishing.Store(false)
				s.finishAll(ctx, closing)
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// rebuildNowAndThen rebuilds until ctx ends.
func (s *Service) rebuildNowAndThen(ctx context.Context) {
	for ctx.Err() == nil {
		wait := rebuildEvery
		if err := s.Rebuild(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "rebuild", "err", err)
			wait = rebuildAgain
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

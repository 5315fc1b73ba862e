package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// recent is how many of the newest durable operations a restored attempt gets
// back, so that a sequence that is used again is still found out. It is what
// the live store keeps as well.
const recent = 64

// needsRestore tells whether the live store lacks the attempt or what is newest
// of it.
func needsRestore(err error) bool { return errors.Is(err, ErrUnknown) || errors.Is(err, ErrAhead) }

// restoreTries is how often an attempt is put back for one call: each time the
// live store would have to be lost again in between.
const restoreTries = 3

// inLive does a step of the live store, with the attempt put back first where
// the store lacks it or what is newest of it. ErrUnknown never comes out of it;
// ErrAhead does where even the journal knows nothing so new.
func (s *Service) inLive(ctx context.Context, id AttemptID, step func() (LiveState, error)) (LiveState, error) {
	st, err := step()
	for try := 0; needsRestore(err); try++ {
		if try == restoreTries {
			if errors.Is(err, ErrAhead) {
				return st, err
			}
			return st, fmt.Errorf("attempt %s: lost %d times: %w", id, try, ErrUnavailable)
		}
		if rerr := s.restore(ctx, id); rerr != nil {
			return LiveState{}, rerr
		}
		st, err = step()
	}
	return st, err
}

// withoutFallback does a step that the live store may refuse for operations that are
// missing before it. As a rule that is the page's own gap. It can also be that
// the live store fell back to an older state, and it can do so again after it
// has been restored: only a journal read after the refusal, which lacks them
// too, shows that the page was never told they are saved. ErrGap comes out of
// it for the page's own gap alone.
func (s *Service) withoutFallback(ctx context.Context, id AttemptID, step func() (LiveState, error)) (LiveState, error) {
	st, err := s.inLive(ctx, id, step)
	for range restoreTries {
		if !errors.Is(err, ErrGap) {
			return st, err
		}
		if rerr := s.restore(ctx, id); rerr != nil {
			return LiveState{}, rerr
		}
		if st, err = s.inLive(ctx, id, step); !errors.Is(err, ErrGap) {
			return st, err
		}
		all, jerr := s.cfg.Journal.Operations(ctx, []AttemptID{id})
		if jerr != nil {
			return LiveState{}, fmt.Errorf("attempt %s: gap: %w", id, jerr)
		}
		if contiguous(all[id], st.Epoch) <= st.AppliedSeq {
			return st, err
		}
	}
	return st, fmt.Errorf("attempt %s: fell back %d times: %w", id, restoreTries, ErrUnavailable)
}

// restore puts an attempt back into the live store from its record and its
// journal. It returns ErrNotFound, ErrNotStarted, or ErrClosed for an attempt
// whose submission exists: that one needs no live state any more.
func (s *Service) restore(ctx context.Context, id AttemptID) error {
	_, err := s.restores.do(ctx, id, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.restoreNow(ctx, id)
	})
	return err
}

// restoreNow takes another snapshot where the live state moved on meanwhile, as
// another copy of the program can have restored it.
func (s *Service) restoreNow(ctx context.Context, id AttemptID) error {
	var err error
	for range restoreTries {
		if err = s.restoreOnce(ctx, id); !errors.Is(err, ErrAhead) {
			return err
		}
	}
	return fmt.Errorf("attempt %s: restore: it goes on meanwhile: %w", id, ErrUnavailable)
}

func (s *Service) restoreOnce(ctx context.Context, id AttemptID) error {
	over, err := s.held(ctx, id)
	if err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	rec, err := s.cfg.Records.Record(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	case rec.State == Ready:
		return fmt.Errorf("attempt %s: %w", id, ErrNotStarted)
	case rec.State == Submitted:
		return fmt.Errorf("attempt %s: %w", id, ErrClosed)
	}
	newest, err := s.cfg.Records.Newest(ctx, id)
	if err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	if newest.Epoch > rec.Lease.Epoch {
		rec.Lease = newest
	}
	all, err := s.cfg.Journal.Operations(ctx, []AttemptID{id})
	if err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	snap := s.snapshot(rec, all[id], s.cfg.Clock.Now())
	snap.Over = &over
	if err := s.cfg.Live.Restore(ctx, snap); err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	s.cfg.Log.DebugContext(ctx, "live state compared with the journal",
		"attempt", id, "epoch", snap.Epoch, "applied", snap.Applied)
	return nil
}

// held tells how far the live state has come, and writes to the journal what it
// has applied up to there.
func (s *Service) held(ctx context.Context, id AttemptID) (Held, error) {
	at, err := s.cfg.Live.Progress(ctx, []AttemptID{id})
	if err != nil {
		return Held{}, err
	}
	if len(at) == 0 {
		claim, err := s.cfg.Live.Claim(ctx, id)
		return Held{Claim: claim}, err
	}
	if _, err := s.drain(ctx, id); err != nil && !errors.Is(err, ErrUnknown) {
		return Held{}, err
	}
	return Held{There: true, Epoch: at[0].Epoch, Applied: at[0].AppliedSeq}, nil
}

// snapshot is the live state that follows from record and journal.
func (s *Service) snapshot(rec Record, ops []Operation, now time.Time) Snapshot {
	snap := Snapshot{
		Begin: s.begin(rec, now), State: rec.State, Round: rec.Round, Paused: rec.PausedSince(), Epoch: rec.Lease.Epoch,
		Applied: contiguous(ops, rec.Lease.Epoch), Answers: Fold(ops), Closing: rec.Closing,
	}
	for _, op := range ops {
		if op.Epoch == snap.Epoch && op.Seq <= snap.Applied && op.Seq > snap.Applied-recent {
			snap.Recent = append(snap.Recent, op)
		}
		if seen := time.UnixMilli(op.ReceivedMs); op.ReceivedMs > 0 && seen.After(snap.LastSeen) {
			snap.LastSeen = seen
		}
	}
	return snap
}

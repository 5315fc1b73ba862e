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

// restore puts an attempt back into the live store from its record and its
// journal. It returns ErrNotFound, ErrNotStarted, or ErrClosed for an attempt
// whose submission exists: that one needs no live state any more.
func (s *Service) restore(ctx context.Context, id AttemptID) error {
	_, err := s.restores.do(ctx, id, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.restoreNow(ctx, id)
	})
	return err
}

func (s *Service) restoreNow(ctx context.Context, id AttemptID) error {
	rec, err := s.cfg.Records.Record(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	case rec.State == Ready:
		return fmt.Errorf("attempt %s: %w", id, ErrNotStarted)
	case rec.State == Submitted:
		return fmt.Errorf("attempt %s: %w", id, ErrClosed)
	}
	ops, err := s.cfg.Journal.Operations(ctx, id)
	if err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	snap := s.snapshot(rec, ops, s.cfg.Clock.Now())
	if err := s.cfg.Live.Restore(ctx, snap); err != nil {
		return fmt.Errorf("attempt %s: restore: %w", id, err)
	}
	s.cfg.Log.DebugContext(ctx, "live state compared with the journal",
		"attempt", id, "epoch", snap.Epoch, "applied", snap.Applied)
	return nil
}

// snapshot is the live state that follows from record and journal.
func (s *Service) snapshot(rec Record, ops []Operation, now time.Time) Snapshot {
	snap := Snapshot{
		Begin: s.begin(rec, now), State: rec.State, Epoch: rec.Lease.Epoch,
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

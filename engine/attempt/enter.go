package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Enter gives the lease to the page that asks, and begins the attempt if
// nobody has yet. The page before, on whatever device, can write no more: its
// next save gets ErrTakenOver.
//
// The lease and the start are in permanent storage before the live state
// changes and before the page learns of them, and each is inserted once: a
// crash in between can cost an epoch, never move the start. Entering again
// takes another lease. Errors: ErrNotFound, what MayStart returned, ErrClosed
// as a *Refusal once the attempt has ended, ErrUnavailable.
func (s *Service) Enter(ctx context.Context, cmd EnterCommand) (Entered, error) {
	// Whole milliseconds, which is what every store keeps.
	now := s.cfg.Clock.Now().UTC().Truncate(time.Millisecond)
	rec, err := s.own(ctx, cmd.Attempt, cmd.Candidate)
	if err != nil {
		return Entered{}, err
	}
	if rec.State.Over() {
		return Entered{}, &Refusal{Reason: ErrClosed, Holder: rec.Lease}
	}
	var first FirstEntry
	if rec.State == Ready {
		if first, err = s.firstEntry(ctx, rec, now); err != nil {
			return Entered{}, err
		}
	}
	device := Lease{DeviceID: cmd.DeviceID, DeviceLabel: cmd.DeviceLabel, Since: now}
	rec, previous, err := s.cfg.Records.Enter(ctx, rec, device, first)
	if err != nil {
		return Entered{}, fmt.Errorf("attempt %s: enter: %w", cmd.Attempt, err)
	}
	if _, err := s.takeLease(ctx, rec, now); err != nil {
		return Entered{}, err
	}
	return s.entered(ctx, rec, previous, now)
}

// firstEntry asks whether a ready attempt may begin, and until when it runs.
func (s *Service) firstEntry(ctx context.Context, rec Record, now time.Time) (FirstEntry, error) {
	allowance, err := s.cfg.MayStart(ctx, rec, now)
	if err != nil {
		return FirstEntry{}, fmt.Errorf("attempt %s: start: %w", rec.ID, err)
	}
	allowance.Start = now
	deadline, _ := allowance.Deadline(now)
	return FirstEntry{Allowance: allowance, Deadline: deadline}, nil
}

// takeLease tells the live store of a lease that is recorded already.
func (s *Service) takeLease(ctx context.Context, rec Record, now time.Time) (LiveState, error) {
	// Only the first lease finds an attempt without operations. Any later one
	// of an attempt that the live store lacks needs its journal: restore.
	if rec.Lease.Epoch == 1 {
		if err := s.cfg.Live.Start(ctx, s.begin(rec, now)); err != nil {
			return LiveState{}, fmt.Errorf("attempt %s: start: %w", rec.ID, err)
		}
	}
	st, err := s.cfg.Live.Enter(ctx, rec.ID, rec.Candidate, rec.Lease.Epoch, now)
	if errors.Is(err, ErrUnknown) {
		if err = s.restore(ctx, rec.ID); err == nil {
			st, err = s.cfg.Live.Enter(ctx, rec.ID, rec.Candidate, rec.Lease.Epoch, now)
		}
	}
	switch {
	case err == nil:
		return st, nil
	case errors.Is(err, ErrTakenOver):
		// A still newer page has entered meanwhile.
		return st, s.refusal(ctx, rec.ID, rec.Lease.Epoch, st, ErrTakenOver)
	case errors.Is(err, ErrLate), errors.Is(err, ErrClosed):
		return st, &Refusal{Reason: ErrClosed}
	}
	return st, fmt.Errorf("attempt %s: enter: %w", rec.ID, err)
}

// begin describes a started attempt to the live store.
func (s *Service) begin(rec Record, now time.Time) Begin {
	return Begin{
		Attempt: rec.ID, Candidate: rec.Candidate, Slots: rec.Slots,
		Deadline: rec.Deadline, Due: rec.Deadline.Add(s.cfg.Grace), Version: rec.DeadlineVersion, Now: now,
	}
}

// entered gathers what the page needs after it holds the lease.
func (s *Service) entered(ctx context.Context, rec Record, previous Lease, now time.Time) (Entered, error) {
	// The page before may have sent operations that are applied but not yet
	// durable. They become so now rather than at the close.
	tail, err := s.drain(ctx, rec.ID)
	if err != nil {
		return Entered{}, err
	}
	if tail.State.Over() {
		return Entered{}, &Refusal{Reason: ErrClosed}
	}
	answers, err := s.cfg.Live.Answers(ctx, rec.ID)
	if err != nil {
		return Entered{}, fmt.Errorf("attempt %s: answers: %w", rec.ID, err)
	}
	paper, err := s.cfg.Records.Paper(ctx, rec.ID)
	if err != nil {
		return Entered{}, fmt.Errorf("attempt %s: paper: %w", rec.ID, err)
	}
	return Entered{
		Record: rec, Paper: paper, Epoch: rec.Lease.Epoch, Answers: answers, Previous: previous,
		Deadline: rec.Deadline, Explanation: rec.Explanation(now), Version: rec.DeadlineVersion, Now: now,
	}, nil
}

// drain writes to the journal what the live store has applied and the journal
// may lack, and returns the tail that it found.
func (s *Service) drain(ctx context.Context, id AttemptID) (Tail, error) {
	tail, err := s.cfg.Live.Tail(ctx, id)
	if err != nil {
		return Tail{}, fmt.Errorf("attempt %s: tail: %w", id, err)
	}
	if len(tail.Operations) == 0 {
		return tail, nil
	}
	if err := s.cfg.Journal.Append(ctx, entries(id, tail.Operations)); err != nil {
		return Tail{}, fmt.Errorf("attempt %s: journal: %w", id, err)
	}
	for run := range runs(tail.Operations) {
		first, last := run[0], run[len(run)-1]
		// The watermark only spares work; the operations are safe without it.
		if _, err := s.cfg.Live.Durable(ctx, id, first.Epoch, first.Seq, last.Seq); err != nil {
			s.cfg.Log.DebugContext(ctx, "watermark not raised", "attempt", id, "err", err)
		}
	}
	return tail, nil
}

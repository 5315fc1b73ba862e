package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"gongyuan/engine/attempt/failpoint"
)

// backgroundTime bounds the work that a save leaves behind when its caller has
// been answered or has gone.
const backgroundTime = 30 * time.Second

// Save applies a batch and makes it durable. The moment that counts against
// the deadline is when Save was called, not when a store got to it. Sending the
// same batch again, or a longer one that begins with it, is always right.
//
// Errors: a *Refusal with ErrTakenOver, ErrGap, ErrConflict, ErrLate or
// ErrClosed; ErrBusy before anything was applied; ErrInvalid; ErrNotFound;
// ErrNotStarted; ErrUnavailable, after which the batch may be applied or not.
// A batch that is not durable within Config.DurableWait is no error: Saved is
// Pending and the work goes on.
func (s *Service) Save(ctx context.Context, cmd SaveCommand) (Saved, error) {
	now := s.cfg.Clock.Now()
	if err := cmd.check(); err != nil {
		return Saved{}, err
	}
	ops := cmd.stamped(now)
	if !s.commit.reserve(len(ops)) {
		return Saved{}, ErrBusy
	}
	st, err := s.apply(ctx, cmd, ops, now)
	s.noteGap(cmd.Attempt, st, now)
	if err != nil {
		s.commit.release(len(ops))
		return Saved{}, s.refuse(ctx, cmd, ops, st, err)
	}
	s.cfg.Stirred(cmd.Attempt)
	if st.DurableSeq >= ops[len(ops)-1].Seq {
		s.commit.release(len(ops))
		return saved(st, now, false), nil
	}
	failpoint.Hit("save.applied")
	return s.makeDurable(ctx, cmd, ops, st, now)
}

// check refuses what no page of ours sends.
func (c *SaveCommand) check() error {
	if len(c.Operations) == 0 || len(c.Operations) > MaxBatch || c.Epoch < 1 {
		return fmt.Errorf("%d operations of epoch %d: %w", len(c.Operations), c.Epoch, ErrInvalid)
	}
	first := c.Operations[0].Seq
	for i, op := range c.Operations {
		if op.Seq < 1 || op.Seq != first+i || op.Slot < 1 || len(op.Response) > MaxResponse || !utf8.ValidString(op.Response) {
			return fmt.Errorf("operation %d at slot %d: %w", op.Seq, op.Slot, ErrInvalid)
		}
	}
	return nil
}

// stamped copies the operations and sets what the server decides.
func (c *SaveCommand) stamped(now time.Time) []Operation {
	ops := make([]Operation, len(c.Operations))
	for i, op := range c.Operations {
		op.Epoch, op.ReceivedMs = c.Epoch, now.UnixMilli()
		ops[i] = op
	}
	return ops
}

// apply saves to the live store, restoring the attempt there if need be.
func (s *Service) apply(ctx context.Context, cmd SaveCommand, ops []Operation, now time.Time) (LiveState, error) {
	save := func() (LiveState, error) { return s.cfg.Live.Save(ctx, cmd.Attempt, cmd.Candidate, ops, now) }
	st, err := s.withoutFallback(ctx, cmd.Attempt, save)
	if errors.Is(err, ErrLate) || errors.Is(err, ErrClosed) && st.State.Over() {
		more, rerr := s.retimed(ctx, cmd.Attempt, st.Version)
		if rerr != nil || !more {
			return st, errors.Join(err, rerr)
		}
		return s.withoutFallback(ctx, cmd.Attempt, save)
	}
	if errors.Is(err, ErrAhead) {
		return st, fmt.Errorf("epoch %d was never given: %w", cmd.Epoch, ErrInvalid)
	}
	return st, err
}

// makeDurable sends what is applied to the group commit and waits for it.
func (s *Service) makeDurable(ctx context.Context, cmd SaveCommand, ops []Operation, st LiveState, now time.Time) (Saved, error) {
	type outcome struct {
		st  LiveState
		err error
	}
	done := make(chan outcome, 1)
	// The request may go away while its operations are on their way.
	bg, cancel := context.WithTimeout(context.WithoutCancel(ctx), backgroundTime)
	go func() {
		defer cancel()
		err := s.commit.append(bg, entries(cmd.Attempt, ops))
		if err != nil {
			done <- outcome{st, err}
			return
		}
		confirmed, err := s.confirm(bg, cmd, ops, now)
		done <- outcome{confirmed, err}
	}()
	wait := time.NewTimer(s.cfg.DurableWait)
	defer wait.Stop()
	select {
	case o := <-done:
		switch {
		case o.err == nil:
			return saved(o.st, now, o.st.DurableSeq < ops[len(ops)-1].Seq), nil
		case errors.Is(o.err, ErrUnavailable):
			s.cfg.Log.WarnContext(ctx, "save not durable yet", "attempt", cmd.Attempt, "err", o.err)
			return saved(st, now, true), nil
		}
		return Saved{}, s.refuse(ctx, cmd, ops, o.st, o.err)
	case <-wait.C:
		return saved(st, now, true), nil
	case <-ctx.Done():
		return Saved{}, ctx.Err()
	}
}

// confirm raises the watermark after the journal has the operations, and only
// then may the page be told that they are saved: if the live store has lost
// them meanwhile, they are applied once more, or refused after all.
func (s *Service) confirm(ctx context.Context, cmd SaveCommand, ops []Operation, now time.Time) (LiveState, error) {
	first, last := ops[0].Seq, ops[len(ops)-1].Seq
	var st LiveState
	var err error
	for range 3 {
		st, err = s.marks.do(ctx, Mark{cmd.Attempt, cmd.Epoch, first, last})
		switch {
		case err == nil:
			failpoint.Hit("save.confirmed")
			return st, nil
		case errors.Is(err, ErrGap):
			// Another request applied what lies before and has not stored it.
			if _, err := s.drain(ctx, cmd.Attempt); err != nil {
				return st, err
			}
		case needsRestore(err):
			if st, err = s.apply(ctx, cmd, ops, now); err != nil {
				return st, err
			}
		default:
			return st, err
		}
	}
	switch {
	case errors.Is(err, ErrGap):
		return st, nil // pending: the page asks again
	case needsRestore(err):
		return st, fmt.Errorf("watermark: %w", ErrUnavailable)
	}
	return st, err
}

// raise raises the watermarks of several saves at once: those of one group
// commit all come at the same moment.
func (s *Service) raise(ctx context.Context, marks []Mark) []outcome[LiveState] {
	states, errs := s.cfg.Live.Durable(ctx, marks)
	out := make([]outcome[LiveState], len(marks))
	for i := range marks {
		out[i] = outcome[LiveState]{states[i], errs[i]}
	}
	return out
}

func saved(st LiveState, now time.Time, pending bool) Saved {
	return Saved{AppliedSeq: st.AppliedSeq, DurableSeq: st.DurableSeq, Pending: pending,
		Now: now, Deadline: receding(st.Deadline, st.PausedSince, now), PausedSince: st.PausedSince, Version: st.Version}
}

// refuse turns what a live save answered into what the caller gets, and keeps
// apart what came too late.
func (s *Service) refuse(ctx context.Context, cmd SaveCommand, ops []Operation, st LiveState, reason error) error {
	late, closed := errors.Is(reason, ErrLate), errors.Is(reason, ErrClosed)
	if !late && !closed {
		return s.refusal(ctx, cmd.Attempt, cmd.Epoch, st, reason)
	}
	if st.State == "" {
		// The attempt is over and gone from the live store.
		var err error
		if st, err = s.final(ctx, cmd); err != nil {
			return err
		}
		if st.Epoch != cmd.Epoch {
			return s.refusal(ctx, cmd.Attempt, cmd.Epoch, st, ErrTakenOver)
		}
	}
	r := &Refusal{Reason: ErrLate, AppliedSeq: st.AppliedSeq, DurableSeq: st.DurableSeq}
	why := LateReason
	if closed {
		r.Reason, why = ErrClosed, ClosedReason
	}
	var aside []LateOperation
	for _, op := range ops {
		if op.Seq > st.AppliedSeq {
			aside = append(aside, LateOperation{Attempt: cmd.Attempt, Operation: op, Reason: why})
		}
	}
	if len(aside) > 0 {
		if err := s.cfg.Journal.SetAside(ctx, aside); err != nil {
			return fmt.Errorf("attempt %s: set aside: %w", cmd.Attempt, err)
		}
		r.SetAside = len(aside)
	}
	return r
}

// final is the state of an attempt that only permanent storage holds any more.
func (s *Service) final(ctx context.Context, cmd SaveCommand) (LiveState, error) {
	rec, err := s.own(ctx, cmd.Attempt, cmd.Candidate)
	if err != nil {
		return LiveState{}, err
	}
	// Not what the journal holds now: an operation can have reached it after
	// the fold, if the live store was lost in between. It does not count.
	sub, err := s.cfg.Records.Submission(ctx, cmd.Attempt, rec.Round)
	if err != nil {
		return LiveState{}, fmt.Errorf("attempt %s: %w", cmd.Attempt, err)
	}
	return LiveState{State: rec.State, Epoch: sub.Epoch, AppliedSeq: sub.LastSeq, DurableSeq: sub.LastSeq,
		Deadline: rec.Deadline, Version: rec.DeadlineVersion}, nil
}

// refusal dresses the reasons that have something to tell, and wraps the rest.
func (s *Service) refusal(ctx context.Context, id AttemptID, epoch int, st LiveState, reason error) error {
	r := &Refusal{AppliedSeq: st.AppliedSeq, DurableSeq: st.DurableSeq}
	switch {
	case errors.Is(reason, ErrGap):
		r.Reason, r.Expected = ErrGap, st.AppliedSeq+1
	case errors.Is(reason, ErrConflict):
		r.Reason, r.Expected = ErrConflict, st.Conflict
	case errors.Is(reason, ErrTakenOver):
		rec, err := s.cfg.Records.Record(ctx, id)
		if err != nil {
			return fmt.Errorf("attempt %s: %w", id, err)
		}
		// What was applied in the newer epoch means nothing to the older page.
		r = &Refusal{Reason: ErrTakenOver, Holder: rec.Lease}
	default:
		return fmt.Errorf("attempt %s: epoch %d: %w", id, epoch, reason)
	}
	return r
}

package attempt

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/people"
)

// Submit hands the attempt in for the candidate and returns the submission,
// which is stored by then. Called again, or after the deadline or staff have
// closed the attempt, it returns the same submission. Errors: a *Refusal with
// ErrGap (send the operations from Expected on, then submit again) or
// ErrTakenOver; ErrNotFound; ErrNotStarted; ErrUnavailable, after which the
// attempt may be closed already and Submit should be repeated.
func (s *Service) Submit(ctx context.Context, cmd SubmitCommand) (Submission, error) {
	now := s.cfg.Clock.Now()
	submit := func() (LiveState, error) {
		return s.cfg.Live.Submit(ctx, cmd.Attempt, cmd.Candidate, cmd.Epoch, cmd.LastSeq, now)
	}
	st, err := submit()
	if needsRestore(err) || errors.Is(err, ErrGap) {
		if err = s.restore(ctx, cmd.Attempt); err == nil {
			st, err = submit()
		}
	}
	switch {
	case err == nil:
		return s.finalise(ctx, cmd.Attempt)
	case errors.Is(err, ErrClosed):
		if _, err := s.own(ctx, cmd.Attempt, cmd.Candidate); err != nil {
			return Submission{}, err
		}
		return s.finalise(ctx, cmd.Attempt)
	case errors.Is(err, ErrAhead):
		err = fmt.Errorf("epoch %d was never given: %w", cmd.Epoch, ErrInvalid)
	}
	return Submission{}, s.refusal(ctx, cmd.Attempt, cmd.Epoch, st, err)
}

// Collect takes the attempt in for staff, whatever its page is doing, and
// returns the submission. On an attempt that has ended it returns the one that
// exists. Errors: ErrNotFound, ErrNotStarted, ErrUnavailable.
func (s *Service) Collect(ctx context.Context, cmd CollectCommand) (Submission, error) {
	now := s.cfg.Clock.Now()
	_, err := s.cfg.Live.Force(ctx, cmd.Attempt, cmd.By, cmd.Reason, now)
	if needsRestore(err) {
		if err = s.restore(ctx, cmd.Attempt); err == nil {
			_, err = s.cfg.Live.Force(ctx, cmd.Attempt, cmd.By, cmd.Reason, now)
		}
	}
	if err != nil && !errors.Is(err, ErrClosed) {
		return Submission{}, fmt.Errorf("attempt %s: collect: %w", cmd.Attempt, err)
	}
	return s.finalise(ctx, cmd.Attempt)
}

// Receipt returns the submission of the candidate's attempt, or
// ErrNotSubmitted while it has not ended, or ErrNotFound.
func (s *Service) Receipt(ctx context.Context, id AttemptID, who people.CandidateID) (Submission, error) {
	rec, err := s.own(ctx, id, who)
	if err != nil {
		return Submission{}, err
	}
	if rec.State == Closed {
		return s.finalise(ctx, id)
	}
	sub, err := s.cfg.Records.Submission(ctx, id)
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: receipt: %w", id, err)
	}
	return sub, nil
}

// finalise makes the one submission of an attempt that has ended, or finds it.
func (s *Service) finalise(ctx context.Context, id AttemptID) (Submission, error) {
	return s.closes.do(ctx, id, func(ctx context.Context) (Submission, error) {
		return s.finaliseNow(ctx, id)
	})
}

func (s *Service) finaliseNow(ctx context.Context, id AttemptID) (Submission, error) {
	rec, err := s.cfg.Records.Record(ctx, id)
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: close: %w", id, err)
	}
	var sub Submission
	if rec.State == Submitted {
		sub, err = s.cfg.Records.Submission(ctx, id)
	} else {
		sub, err = s.submission(ctx, &rec)
	}
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: close: %w", id, err)
	}
	s.mark(ctx, rec, sub)
	return sub, nil
}

// submission folds and inserts. The end is noted in the record before the
// journal is read: from there on a live state that is lost comes back as
// closed, so nothing can be applied behind the fold.
func (s *Service) submission(ctx context.Context, rec *Record) (Submission, error) {
	tail, err := s.cfg.Live.Tail(ctx, rec.ID)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Submission{}, err
	}
	closing := tail.Closing
	if errors.Is(err, ErrUnknown) {
		closing = rec.Closing
	}
	if closing.Manner == "" {
		// It was restored as running after it had been closed: the caller
		// repeats its act, or the sweeper does.
		return Submission{}, fmt.Errorf("not closed in the live store: %w", ErrUnavailable)
	}
	if rec.Closing, err = s.cfg.Records.Close(ctx, rec.ID, closing); err != nil {
		return Submission{}, err
	}
	if len(tail.Operations) > 0 {
		if err := s.cfg.Journal.Append(ctx, entries(rec.ID, tail.Operations)); err != nil {
			return Submission{}, err
		}
	}
	ops, err := s.cfg.Journal.Operations(ctx, rec.ID)
	if err != nil {
		return Submission{}, err
	}
	sub, err := s.cfg.Records.Insert(ctx, newSubmission(*rec, ops))
	if err == nil {
		rec.State = Submitted
	}
	return sub, err
}

// newSubmission is what a closed attempt comes to.
func newSubmission(rec Record, ops []Operation) Submission {
	answers := Fold(ops)
	return Submission{
		Attempt: rec.ID, Sitting: rec.Sitting, Candidate: rec.Candidate,
		SubmittedAt: rec.Closing.At, Manner: rec.Closing.Manner, By: rec.Closing.By, Reason: rec.Closing.Reason,
		Answers: answers, Answered: Answered(answers), Total: rec.Slots, Operations: len(ops),
		Epoch: rec.Lease.Epoch, LastSeq: contiguous(ops, rec.Lease.Epoch), Digest: Digest(rec.ID, answers),
	}
}

// mark hands the submission to the Marker and then lets the sweeper forget the
// attempt. What fails here is tried again by the sweeper: the submission stands.
func (s *Service) mark(ctx context.Context, rec Record, sub Submission) {
	if !rec.Marked {
		err := s.cfg.Marker(ctx, rec, sub)
		if err == nil {
			err = s.cfg.Records.Marked(ctx, rec.ID)
		}
		if err != nil {
			s.cfg.Log.ErrorContext(ctx, "submission not marked yet", "attempt", rec.ID, "err", err)
			return
		}
	}
	if err := s.cfg.Live.Finished(ctx, rec.ID); err != nil {
		s.cfg.Log.WarnContext(ctx, "closed attempt not forgotten", "attempt", rec.ID, "err", err)
	}
}

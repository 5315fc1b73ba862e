package attempt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gongyuan/engine/attempt/failpoint"
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
	st, err := s.withoutFallback(ctx, cmd.Attempt, func() (LiveState, error) {
		return s.cfg.Live.Submit(ctx, cmd.Attempt, cmd.Candidate, cmd.Epoch, cmd.LastSeq, now)
	})
	switch {
	case err == nil:
		failpoint.Hit("close.live")
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
	_, err := s.inLive(ctx, cmd.Attempt, func() (LiveState, error) {
		return s.cfg.Live.Force(ctx, cmd.Attempt, cmd.By, cmd.Reason, now)
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		return Submission{}, fmt.Errorf("attempt %s: collect: %w", cmd.Attempt, err)
	}
	sub, err := s.finalise(ctx, cmd.Attempt)
	if err == nil {
		s.tell(ctx, cmd.Attempt)
	}
	return sub, err
}

// Receipt returns the submission of the candidate's attempt, or
// ErrNotSubmitted while it has not ended, or ErrNotFound.
func (s *Service) Receipt(ctx context.Context, id AttemptID, who people.CandidateID) (Submission, error) {
	rec, err := s.own(ctx, id, who)
	if err != nil {
		return Submission{}, err
	}
	switch {
	case rec.State == Closed:
		return s.finalise(ctx, id)
	case rec.State != Submitted:
		return Submission{}, fmt.Errorf("attempt %s: receipt: %w", id, ErrNotSubmitted)
	}
	sub, err := s.cfg.Records.Submission(ctx, id, rec.Round)
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: receipt: %w", id, err)
	}
	return sub, nil
}

// finalise makes the one submission of an attempt that has ended, or finds it.
func (s *Service) finalise(ctx context.Context, id AttemptID) (Submission, error) {
	defer s.cfg.Stirred(id)
	return s.closes.do(ctx, id, func(ctx context.Context) (Submission, error) {
		return s.submissions.do(ctx, id)
	})
}

// finaliseAll makes the submissions of attempts that have ended, or finds them,
// each step for all of them at once. What fails for one attempt leaves the
// others alone; a store that fails fails for all, and the sweeper comes back.
func (s *Service) finaliseAll(ctx context.Context, ids []AttemptID) []outcome[Submission] {
	recs, err := s.several(ctx, ids)
	if err != nil {
		return failAll[Submission](len(ids), err)
	}
	made, failed := map[AttemptID]Submission{}, map[AttemptID]error{}
	var open []Record
	for id, rec := range recs {
		if rec.State != Submitted {
			open = append(open, rec)
			continue
		}
		sub, err := s.cfg.Records.Submission(ctx, id, rec.Round)
		if err != nil {
			failed[id] = err
			continue
		}
		made[id] = sub
	}
	fresh, err := s.submit(ctx, open, failed)
	if err != nil {
		for _, rec := range open {
			failed[rec.ID] = err
		}
	}
	var dealt []Marking
	for _, m := range fresh {
		recs[m.Record.ID], made[m.Record.ID] = m.Record, m.Submission
	}
	for id, sub := range made {
		dealt = append(dealt, Marking{Record: recs[id], Submission: sub})
	}
	s.mark(ctx, dealt)
	out := make([]outcome[Submission], len(ids))
	for i, id := range ids {
		sub, ok := made[id]
		switch {
		case ok:
			out[i].val = sub
		case failed[id] != nil:
			out[i].err = fmt.Errorf("attempt %s: close: %w", id, failed[id])
		default:
			out[i].err = fmt.Errorf("attempt %s: close: %w", id, ErrNotFound)
		}
	}
	return out
}

// submit folds and inserts. The ends are noted in the records before the
// journal is read: from there on a live state that is lost comes back as
// closed, so nothing can be applied behind the fold.
func (s *Service) submit(ctx context.Context, recs []Record, failed map[AttemptID]error) ([]Marking, error) {
	if len(recs) == 0 {
		return nil, nil
	}
	ends, tails, err := s.ends(ctx, recs, failed)
	if err != nil || len(ends) == 0 {
		return nil, err
	}
	closed, err := s.cfg.Records.Close(ctx, ends)
	if err != nil {
		return nil, err
	}
	failpoint.Hit("close.noted")
	ids := slices.Collect(maps.Keys(ends))
	if len(tails) > 0 {
		if err := s.cfg.Journal.Append(ctx, tails); err != nil {
			return nil, err
		}
	}
	ops, err := s.cfg.Journal.Operations(ctx, ids)
	if err != nil {
		return nil, err
	}
	var subs []Submission
	for _, id := range ids {
		subs = append(subs, newSubmission(closed[id], ops[id]))
	}
	if subs, err = s.cfg.Records.Insert(ctx, subs); err != nil {
		return nil, err
	}
	failpoint.Hit("close.stored")
	out := make([]Marking, len(subs))
	for i, sub := range subs {
		out[i] = Marking{Record: closed[sub.Attempt], Submission: sub}
	}
	return out, nil
}

// ends finds how attempts ended and what their journal lacks.
func (s *Service) ends(ctx context.Context, recs []Record, failed map[AttemptID]error) (map[AttemptID]Closing, []JournalEntry, error) {
	ids := make([]AttemptID, len(recs))
	for i, rec := range recs {
		ids[i] = rec.ID
	}
	tails, err := s.cfg.Live.Tails(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	ends := make(map[AttemptID]Closing, len(recs))
	var missing []JournalEntry
	for _, rec := range recs {
		tail, live := tails[rec.ID]
		closing := rec.Closing
		if live {
			closing = tail.Closing
		}
		if closing.Manner == "" {
			// It was restored as running after it had been closed: the caller
			// repeats its act, or the sweeper does.
			failed[rec.ID] = fmt.Errorf("not closed in the live store: %w", ErrUnavailable)
			continue
		}
		ends[rec.ID] = closing
		missing = append(missing, entries(rec.ID, tail.Operations)...)
	}
	return ends, missing, nil
}

// newSubmission is what a closed attempt comes to.
func newSubmission(rec Record, ops []Operation) Submission {
	answers := Fold(ops)
	return Submission{
		Attempt: rec.ID, Round: rec.Round, Sitting: rec.Sitting, Candidate: rec.Candidate,
		SubmittedAt: rec.Closing.At, Manner: rec.Closing.Manner, By: rec.Closing.By, Reason: rec.Closing.Reason,
		Answers: answers, Answered: Answered(answers), Total: rec.Slots, Operations: len(ops),
		Epoch: rec.Lease.Epoch, LastSeq: contiguous(ops, rec.Lease.Epoch), Digest: Digest(rec.ID, answers),
	}
}

// mark hands submissions to the Marker, notes them, and then lets the sweeper
// forget the attempts. What fails here is tried again by the sweeper: the
// submission stands.
func (s *Service) mark(ctx context.Context, all []Marking) {
	var unmarked []Marking
	for _, m := range all {
		if !m.Record.Marked {
			unmarked = append(unmarked, m)
		}
	}
	var errs []error
	if len(unmarked) > 0 {
		errs = s.cfg.Marker(ctx, unmarked)
		failpoint.Hit("close.marked")
	}
	done := make([]Finished, 0, len(unmarked))
	pending := map[AttemptID]bool{}
	for i, m := range unmarked {
		f := Finished{Attempt: m.Record.ID, Round: m.Submission.Round, Answered: m.Submission.Answered, Marked: errs[i] == nil}
		if errs[i] != nil {
			s.cfg.Log.ErrorContext(ctx, "submission not marked yet", "attempt", m.Record.ID, "err", errs[i])
			pending[m.Record.ID] = true
		}
		done = append(done, f)
	}
	if len(done) > 0 {
		if err := s.cfg.Records.Finish(ctx, done); err != nil {
			s.cfg.Log.ErrorContext(ctx, "submissions not noted yet", "attempts", len(done), "err", err)
			return
		}
	}
	var finished []AttemptID
	for _, m := range all {
		if !pending[m.Record.ID] {
			finished = append(finished, m.Record.ID)
		}
	}
	if len(finished) == 0 {
		return
	}
	if err := s.cfg.Live.Finished(ctx, finished); err != nil {
		s.cfg.Log.WarnContext(ctx, "closed attempts not forgotten", "attempts", len(finished), "err", err)
	}
}

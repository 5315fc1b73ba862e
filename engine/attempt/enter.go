package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/attempt/failpoint"
	"gongyuan/engine/sitting"
)

// Admission is the answer to whether a ready attempt may begin.
type Admission struct {
	Allowance sitting.Allowance
	Err       error // goes to the caller of Enter as it is
}

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
	in, err := s.enters.do(ctx, entering{cmd, now})
	if err != nil {
		return Entered{}, err
	}
	if in.Previous.Epoch > 0 {
		s.tell(ctx, cmd.Attempt)
	} else {
		s.cfg.Stirred(cmd.Attempt)
	}
	return in, nil
}

// entering is a command and the moment it came.
type entering struct {
	EnterCommand
	at time.Time
}

// enterAll enters several attempts, each step for all of them at once: so the
// start of a whole room costs hardly more than that of one candidate.
func (s *Service) enterAll(ctx context.Context, cmds []entering) []outcome[Entered] {
	out := make([]outcome[Entered], len(cmds))
	claims, at, err := s.claims(ctx, cmds, out)
	if err != nil {
		return failAll[Entered](len(cmds), err)
	}
	taken, err := s.cfg.Records.Enter(ctx, claims)
	if err != nil {
		err = fmt.Errorf("attempt: enter: %w", err)
		for _, i := range at {
			out[i].err = err
		}
		return out
	}
	failpoint.Hit("enter.recorded")
	s.takeLeases(ctx, cmds, taken, at, out)
	failpoint.Hit("enter.live")
	s.gatherEntered(ctx, cmds, taken, at, out)
	return out
}

// claims finds out who may enter. at tells whose command each claim is.
func (s *Service) claims(ctx context.Context, cmds []entering, out []outcome[Entered]) (claims []Entry, at []int, err error) {
	recs, err := s.several(ctx, attemptsOf(cmds))
	if err != nil {
		return nil, nil, err
	}
	var ready []Record
	var readyAt []int
	var asked []time.Time
	for i, cmd := range cmds {
		rec, ok := recs[cmd.Attempt]
		switch {
		case !ok || rec.Candidate != cmd.Candidate:
			out[i].err = fmt.Errorf("attempt %s: %w", cmd.Attempt, ErrNotFound)
			continue
		case rec.State.Over():
			out[i].err = &Refusal{Reason: ErrClosed, Holder: rec.Lease}
			continue
		case rec.State == Ready:
			ready, readyAt, asked = append(ready, rec), append(readyAt, len(claims)), append(asked, cmd.at)
		}
		device := Lease{DeviceID: cmd.DeviceID, DeviceLabel: cmd.DeviceLabel, Since: cmd.at}
		claims, at = append(claims, Entry{Record: rec, Device: device}), append(at, i)
	}
	if len(ready) == 0 {
		return claims, at, nil
	}
	admissions, err := s.cfg.MayStart(ctx, ready, asked)
	if err != nil {
		return nil, nil, fmt.Errorf("attempt: start: %w", err)
	}
	for n, a := range admissions {
		i := readyAt[n]
		if a.Err != nil {
			out[at[i]].err = fmt.Errorf("attempt %s: start: %w", ready[n].ID, a.Err)
			continue
		}
		a.Allowance.Start = cmds[at[i]].at
		deadline, _ := a.Allowance.Deadline(a.Allowance.Start)
		claims[i].First = FirstEntry{Allowance: a.Allowance, Deadline: deadline}
	}
	kept, keptAt := claims[:0], at[:0]
	for i := range claims {
		if out[at[i]].err == nil {
			kept, keptAt = append(kept, claims[i]), append(keptAt, at[i])
		}
	}
	return kept, keptAt, nil
}

func attemptsOf(cmds []entering) []AttemptID {
	ids := make([]AttemptID, len(cmds))
	for i, cmd := range cmds {
		ids[i] = cmd.Attempt
	}
	return ids
}

// several reads records by id.
func (s *Service) several(ctx context.Context, ids []AttemptID) (map[AttemptID]Record, error) {
	recs, err := s.cfg.Records.Several(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: %d records: %w", len(ids), err)
	}
	out := make(map[AttemptID]Record, len(recs))
	for _, r := range recs {
		out[r.ID] = r
	}
	return out, nil
}

// takeLeases tells the live store of leases that are recorded already.
func (s *Service) takeLeases(ctx context.Context, cmds []entering, taken []Taken, at []int, out []outcome[Entered]) {
	var fresh []Begin
	var freshAt []int
	var rest []int
	for n, t := range taken {
		// Only the first lease finds an attempt without operations. Any later
		// one of an attempt that the live store lacks needs its journal.
		if t.Record.Lease.Epoch == 1 {
			fresh, freshAt = append(fresh, s.begin(t.Record, cmds[at[n]].at)), append(freshAt, n)
		} else {
			rest = append(rest, n)
		}
	}
	if len(fresh) > 0 {
		states, err := s.cfg.Live.Start(ctx, fresh)
		for i, n := range freshAt {
			if err != nil {
				out[at[n]].err = fmt.Errorf("attempt %s: start: %w", fresh[i].Attempt, err)
			} else if states[i].Epoch != 1 || !states[i].State.GoesOn() {
				rest = append(rest, n) // it was there already
			}
		}
	}
	for _, n := range rest {
		i := at[n]
		if _, err := s.takeLease(ctx, taken[n].Record, cmds[i].at); err != nil {
			out[i].err = err
		}
	}
}

// takeLease tells the live store of one lease.
func (s *Service) takeLease(ctx context.Context, rec Record, now time.Time) (LiveState, error) {
	enter := func() (LiveState, error) {
		return s.cfg.Live.Enter(ctx, rec.ID, rec.Candidate, rec.Lease.Epoch, now)
	}
	st, err := s.inLive(ctx, rec.ID, enter)
	if st.Round < rec.Round && (err == nil || errors.Is(err, ErrClosed)) {
		if err = s.restore(ctx, rec.ID); err == nil {
			st, err = s.inLive(ctx, rec.ID, enter)
		}
	}
	if errors.Is(err, ErrLate) {
		if more, rerr := s.retimed(ctx, rec.ID, st.Version); rerr == nil && more {
			st, err = s.inLive(ctx, rec.ID, enter)
		}
	}
	switch {
	case err == nil:
		s.noteGap(rec.ID, st, now)
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

// gatherEntered gathers what the pages need after they hold their leases.
func (s *Service) gatherEntered(ctx context.Context, cmds []entering, taken []Taken, at []int, out []outcome[Entered]) {
	ids := make([]AttemptID, 0, len(taken))
	for n, t := range taken {
		if out[at[n]].err == nil {
			ids = append(ids, t.Record.ID)
		}
	}
	papers, err := s.cfg.Records.Papers(ctx, ids)
	for n, t := range taken {
		o := &out[at[n]]
		switch {
		case o.err != nil:
		case err != nil:
			o.err = fmt.Errorf("attempt: papers: %w", err)
		default:
			o.val, o.err = s.entered(ctx, t, papers[t.Record.ID], cmds[at[n]].at)
		}
	}
}

// entered is what one page needs.
func (s *Service) entered(ctx context.Context, t Taken, paper bank.Paper, now time.Time) (Entered, error) {
	rec := t.Record
	in := Entered{
		Record: rec, Paper: paper, Epoch: rec.Lease.Epoch, Previous: t.Previous, Deadline: rec.DeadlineAt(now),
		PausedSince: rec.PausedSince(), Explanation: rec.Explanation(now), Version: rec.DeadlineVersion, Now: now,
	}
	if in.Epoch == 1 {
		return in, nil // nobody can have written yet
	}
	_, err := s.inLive(ctx, rec.ID, func() (LiveState, error) {
		// The page before may have sent operations that are applied but not
		// yet durable. They become so now rather than at the close.
		tail, err := s.drain(ctx, rec.ID)
		if err == nil && tail.State.Over() {
			err = &Refusal{Reason: ErrClosed}
		}
		return LiveState{}, err
	})
	if err != nil {
		return Entered{}, fmt.Errorf("attempt %s: answers: %w", rec.ID, err)
	}
	// From the journal, as the submission will be: a live state that was lost
	// and restored meanwhile may lack what an older page has just saved.
	ops, err := s.cfg.Journal.Operations(ctx, []AttemptID{rec.ID})
	if err != nil {
		return Entered{}, fmt.Errorf("attempt %s: answers: %w", rec.ID, err)
	}
	in.Answers = Fold(ops[rec.ID])
	return in, nil
}

// drain writes to the journal what the live store has applied and the journal
// may lack, and returns the tail that it found.
func (s *Service) drain(ctx context.Context, id AttemptID) (Tail, error) {
	tails, err := s.cfg.Live.Tails(ctx, []AttemptID{id})
	if err != nil {
		return Tail{}, fmt.Errorf("attempt %s: tail: %w", id, err)
	}
	tail, ok := tails[id]
	if !ok {
		return Tail{}, fmt.Errorf("attempt %s: tail: %w", id, ErrUnknown)
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
		if _, err := s.marks.do(ctx, Mark{id, first.Epoch, first.Seq, last.Seq}); err != nil {
			s.cfg.Log.DebugContext(ctx, "watermark not raised", "attempt", id, "err", err)
		}
	}
	return tail, nil
}

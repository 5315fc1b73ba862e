package attempt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/attempt/failpoint"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Order is what staff decide about the time of one, some or all attempts of a
// sitting. It is kept as the record of who did what and why.
type Order struct {
	ID      string // chosen by whoever gives it; one ID reaches an attempt once
	Sitting sitting.ID
	Kind    Event // Extend, Pause, Resume or Reopen
	// Room and Registration say whom it is for; both empty mean everybody.
	Room         string
	Registration sitting.RegistrationID
	Extension    time.Duration // of Extend; of Reopen, on top of what was left
	Incident     string        // what an extension makes good; may be empty
	// Evacuation tells that the pause is of a room that is left, or its end.
	Evacuation bool
	Reason     string
	By         people.AccountID
	At         time.Time
	Count      int // attempts in its scope when it was given
}

// Adjustment is one change of an attempt's time, or of its end. It carries all
// that follows from it, so that it can be noted again.
type Adjustment struct {
	Attempt   AttemptID
	Version   int // of the deadline, raised by one with each
	Order     string
	Kind      Event
	Hold      Hold // of Pause and Resume
	By        people.AccountID
	Reason    string
	At        time.Time
	State     State // after it
	Round     int
	Allowance sitting.Allowance
	Deadline  time.Time
	Ended     Closing // of Reopen and Amend: the end before
}

// Ordered is what became of an order for one attempt.
type Ordered struct {
	Record Record // after it
	// Err is nil where the order reached the attempt, or wraps ErrNotStarted,
	// ErrClosed, ErrState (paused already, not paused, not ended), ErrHeld (it
	// stays paused for another reason), ErrNoTime or ErrUnavailable.
	Err error
}

// orderTries is how often one order is tried on an attempt that other orders
// reach at the same time.
const orderTries = 5

// Give keeps an order and applies it to the attempts, and returns it as it is
// kept and what became of it for each, in the order of ids. An order with an ID
// that is kept already is not changed; attempts that it had not reached are
// reached now. Errors: ErrDecided where the ID belongs to another order,
// ErrSettled where another order makes the same incident good, ErrInvalid for
// an order that makes no sense, ErrUnavailable.
func (s *Service) Give(ctx context.Context, o Order, ids []AttemptID) (Order, []Ordered, error) {
	if err := o.check(); err != nil {
		return o, nil, err
	}
	o.At, o.Count = s.cfg.Clock.Now().UTC().Truncate(time.Millisecond), len(ids)
	kept, err := s.cfg.Records.InsertOrder(ctx, o)
	if err != nil {
		return o, nil, fmt.Errorf("attempt: order: %w", err)
	}
	if kept.ID != o.ID {
		return kept, nil, fmt.Errorf("attempt: order %s: %s makes it good: %w", o.ID, kept.ID, ErrSettled)
	}
	if kept.Sitting != o.Sitting || kept.Kind != o.Kind || kept.Room != o.Room || kept.Registration != o.Registration ||
		kept.Extension != o.Extension || kept.Evacuation != o.Evacuation {
		return kept, nil, fmt.Errorf("attempt: order %s: %w", o.ID, ErrDecided)
	}
	// Its time is when it reaches the attempt: what a repeated order finds has
	// gone on meanwhile.
	again := kept
	again.At = o.At
	done, err := s.adjust(ctx, again, ids)
	return kept, done, err
}

func (o *Order) check() error {
	switch {
	case o.ID == "" || o.Sitting == "" || o.Extension < 0 || o.Registration != "" && (o.Room != "" || o.Evacuation):
	case o.Kind == Extend && o.Extension > 0, o.Kind == Pause && o.Extension == 0, o.Kind == Resume && o.Extension == 0, o.Kind == Reopen:
		return nil
	}
	return fmt.Errorf("attempt: order %q to %s: %w", o.ID, o.Kind, ErrInvalid)
}

// Orders returns the orders of a sitting, newest first.
func (s *Service) Orders(ctx context.Context, id sitting.ID) ([]Order, error) {
	all, err := s.cfg.Records.OrdersOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("attempt: orders of %s: %w", id, err)
	}
	return all, nil
}

// adjust applies an order to attempts: first the records, then the live state,
// then the pages are told.
func (s *Service) adjust(ctx context.Context, o Order, ids []AttemptID) ([]Ordered, error) {
	out := make([]Ordered, len(ids))
	at := make(map[AttemptID]int, len(ids))
	for i, id := range ids {
		at[id] = i
		out[i] = Ordered{Record: Record{ID: id}, Err: ErrNotFound}
	}
	open := slices.Clone(ids)
	for range orderTries {
		taken, err := s.adjustOnce(ctx, o, open, func(id AttemptID, done Ordered) { out[at[id]] = done })
		if err != nil {
			return out, err
		}
		if open = taken; len(open) == 0 {
			break
		}
	}
	for _, id := range open {
		out[at[id]].Err = fmt.Errorf("attempt %s: %d orders at once: %w", id, orderTries, ErrUnavailable)
	}
	failpoint.Hit("adjust.recorded")
	var changed []AttemptID
	for i := range out {
		if out[i].Err == nil {
			changed = append(changed, ids[i]) // #nosec G602 -- out has an entry for each of ids
		}
	}
	s.each(ctx, changed, func(id AttemptID) {
		o := &out[at[id]]
		o.Err = s.sync(ctx, &o.Record)
	})
	s.tell(ctx, changed...)
	return out, nil
}

// adjustOnce changes the records and returns the attempts whose next version
// another order has taken.
func (s *Service) adjustOnce(ctx context.Context, o Order, ids []AttemptID, done func(AttemptID, Ordered)) ([]AttemptID, error) {
	recs, err := s.cfg.Records.Several(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: order: %w", err)
	}
	past, err := s.cfg.Records.Adjustments(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: order: %w", err)
	}
	var fresh, missed []Adjustment
	changed := map[AttemptID]Record{}
	for _, rec := range recs {
		before := past[rec.ID]
		// A change may have been inserted by a program that died before it
		// could note it in the record. It counts.
		if n := len(before); n > 0 && before[n-1].Version > rec.DeadlineVersion {
			missed = append(missed, before[n-1])
			rec = before[n-1].apply(rec)
		}
		if slices.ContainsFunc(before, func(a Adjustment) bool { return a.Order == o.ID }) {
			done(rec.ID, Ordered{Record: rec})
			continue
		}
		next, err := s.change(rec, o, before)
		if err != nil {
			done(rec.ID, Ordered{Record: rec, Err: err})
			continue
		}
		fresh = append(fresh, next)
		changed[rec.ID] = next.apply(rec)
	}
	if err := s.cfg.Records.Note(ctx, missed); err != nil {
		return nil, fmt.Errorf("attempt: order: %w", err)
	}
	taken, err := s.cfg.Records.Adjust(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("attempt: order: %w", err)
	}
	for id, rec := range changed {
		if !slices.Contains(taken, id) {
			done(id, Ordered{Record: rec})
		}
	}
	return taken, nil
}

// apply is the record after the change.
func (a *Adjustment) apply(r Record) Record {
	r.State, r.Round, r.Allowance, r.Deadline, r.DeadlineVersion = a.State, a.Round, a.Allowance, a.Deadline, a.Version
	switch a.Kind {
	case Reopen:
		r.Closing, r.Marked, r.Answered = Closing{}, false, 0
	case Amend:
		r.Marked = false
	}
	return r
}

// change is what an order does to a record, after its changes so far.
func (s *Service) change(rec Record, o Order, past []Adjustment) (Adjustment, error) {
	a := Adjustment{
		Attempt: rec.ID, Version: rec.DeadlineVersion + 1, Order: o.ID, Kind: o.Kind, By: o.By, Reason: o.Reason, At: o.At,
		State: rec.State, Round: rec.Round, Allowance: rec.Allowance, Deadline: rec.Deadline, Ended: rec.Closing,
	}
	if o.Kind == Pause || o.Kind == Resume {
		a.Hold = o.hold()
	}
	if stays, err := o.stays(&rec, past); stays || err != nil {
		return a, err
	}
	to, err := rec.State.Next(o.Kind)
	if o.Kind == Reopen && errors.Is(err, ErrClosed) {
		err = fmt.Errorf("the submission is being made: %w", ErrUnavailable)
	}
	if err != nil {
		return Adjustment{}, err
	}
	if o.Kind == Extend && rec.State == Running && !o.At.Before(rec.Deadline.Add(s.cfg.Grace)) {
		return a, fmt.Errorf("its time is over: %w", ErrClosed)
	}
	// The grace is for what is on its way, and no time to be kept: a clock that
	// stood still in it would let the page write until it is resumed.
	if o.Kind == Pause && !o.At.Before(rec.Deadline) {
		return a, fmt.Errorf("its time is over: %w", ErrClosed)
	}
	a.State = to
	if o.Kind == Reopen || o.Kind == Amend {
		a.Round++
	}
	a.Allowance.Pauses = o.pauses(&rec)
	// One seat's extension is individual extra time, which the sentence says.
	if o.Registration != "" {
		a.Allowance.Extra += o.Extension
	} else {
		a.Allowance.Extension += o.Extension
	}
	a.Deadline, _ = a.Allowance.Deadline(a.Allowance.Stored(o.At))
	if o.Kind == Reopen && !a.Deadline.After(o.At) {
		return a, fmt.Errorf("reopened until %s: %w", a.Deadline, ErrNoTime)
	}
	return a, nil
}

// pauses are those of an attempt after an order.
func (o *Order) pauses(rec *Record) []sitting.Pause {
	out := slices.Clone(rec.Allowance.Pauses)
	switch o.Kind {
	case Pause:
		return append(out, sitting.Pause{From: o.At})
	case Resume:
		out[len(out)-1].Until = o.At
	case Reopen:
		// From its end until now the clock stood still; what was taken in while
		// it was paused, was paused until then.
		if n := len(out); n > 0 && out[n-1].Until.IsZero() {
			out[n-1].Until = rec.Closing.At
		}
		return append(out, sitting.Pause{From: rec.Closing.At, Until: o.At})
	}
	return out
}

// sync brings the live state up to the record. An attempt that was reopened is
// put back whole. ErrClosed tells that it has ended.
func (s *Service) sync(ctx context.Context, rec *Record) error {
	if !rec.State.GoesOn() {
		return nil
	}
	adjust := func() (LiveState, error) { return s.cfg.Live.Adjust(ctx, s.timing(rec)) }
	st, err := s.inLive(ctx, rec.ID, adjust)
	if st.Round < rec.Round && (err == nil || errors.Is(err, ErrClosed)) {
		if err = s.restore(ctx, rec.ID); err == nil {
			_, err = s.inLive(ctx, rec.ID, adjust)
		}
	}
	if err != nil {
		return fmt.Errorf("attempt %s: %w", rec.ID, err)
	}
	return nil
}

func (s *Service) timing(rec *Record) Timing {
	return Timing{
		Attempt: rec.ID, Deadline: rec.Deadline, Due: rec.Deadline.Add(s.cfg.Grace), Version: rec.DeadlineVersion,
		PausedSince: rec.PausedSince(),
	}
}

// retimed asks the record whether an attempt has more time than the live state
// knows of, tells the live state, and reports whether it had. An order counts
// from when it is in the records; here the live state catches up with one that
// has just been given, or that a program died over.
func (s *Service) retimed(ctx context.Context, id AttemptID, version int) (bool, error) {
	rec, err := s.cfg.Records.Record(ctx, id)
	if err != nil {
		return false, fmt.Errorf("attempt %s: %w", id, err)
	}
	if !rec.State.GoesOn() || rec.DeadlineVersion <= version {
		return false, nil
	}
	if err := s.sync(ctx, &rec); err != nil && !errors.Is(err, ErrClosed) {
		return false, err
	}
	return true, nil
}

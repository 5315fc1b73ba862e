package proctor

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// mostCalls and mostSigns bound what one candidate's page can leave behind.
// Signals are bounded each by itself: who leaves the window a hundred times does
// not hide thereby that the exam went on elsewhere.
const (
	mostCalls = 50
	mostSigns = 100
)

// Raise takes a candidate's call. While a raised hand is open, raising it again
// is the same call. Errors: a *FieldError, ErrUsed, ErrState once there were too
// many.
func (d *Desk) Raise(ctx context.Context, c Call, s *Seat) (Call, error) {
	if err := c.check(); err != nil {
		return Call{}, err
	}
	if c.Kind == Question && c.Slot > s.Total {
		return Call{}, &FieldError{"/slot", "unknown"}
	}
	log, err := d.Store.Log(ctx, c.Sitting, c.Registration)
	if err != nil {
		return Call{}, err
	}
	for _, open := range log.Calls {
		if open.Kind == Help && c.Kind == Help && open.State != Done {
			return open, nil
		}
	}
	if len(log.Calls) >= mostCalls {
		return Call{}, fmt.Errorf("proctor: %d calls: %w", len(log.Calls), ErrState)
	}
	c.At, c.State, c.Version = d.now(), Raised, 1
	kept, err := d.Store.InsertCall(ctx, c)
	if err != nil {
		return Call{}, err
	}
	if kept.Registration != c.Registration || kept.Kind != c.Kind || kept.Slot != c.Slot || kept.Text != c.Text {
		return Call{}, ErrUsed
	}
	d.Floor.Recorded(c.Sitting)
	return kept, nil
}

// Handling is what staff do about a call.
type Handling struct {
	Call string
	Act  CallAct
	Word string // what came of it; needed to close or forward a question
	By   people.AccountID
}

// done tells whether the call has been closed just so: the answer was lost, and
// who closed it asks again.
func (h *Handling) done(c *Call) bool {
	return c.State == Done && h.Act != Take && c.By == h.By && c.Word == h.Word && c.Forwarded == (h.Act == Forward)
}

// Handle moves a call on. Errors: ErrNotFound, ErrState, ErrConflict, a
// *FieldError.
func (d *Desk) Handle(ctx context.Context, id sitting.ID, h Handling) (Call, error) {
	if err := sitting.Within(ctx, d.Sittings, id); err != nil {
		return Call{}, err
	}
	c, err := d.Store.Call(ctx, h.Call)
	if err != nil {
		return Call{}, err
	}
	if c.Sitting != id {
		return Call{}, ErrNotFound
	}
	if h.done(&c) {
		if h.Act == Forward { // where the program died the editors may not have heard of it
			err = d.hand(ctx, &c)
		}
		return c, err
	}
	before := c
	if c.State, err = c.State.Next(h.Act); err != nil {
		return Call{}, err
	}
	switch {
	case h.Act == Forward && c.Kind != Question:
		return Call{}, ErrState
	case h.Act != Take && c.Kind == Question && !long(h.Word, 2, 200), len([]rune(h.Word)) > 200:
		return Call{}, &FieldError{"/word", "length-2-200"}
	}
	c.By, c.ByAt, c.Forwarded = h.By, d.now(), h.Act == Forward
	if h.Act != Take {
		c.Word = h.Word
	}
	err = audit.Do(ctx, d.Audit, audit.Event{
		Actor: string(h.By), Act: "proctor.call." + string(h.Act), Object: "call:" + c.ID, Why: h.Word, Before: before.State, After: c.State,
	}, func() error {
		// Before the editors hear of it: of two who forward it at once, one does.
		if c, err = d.Store.ReplaceCall(ctx, c); err != nil || h.Act != Forward {
			return err
		}
		return d.forward(ctx, &before, &c)
	})
	d.Floor.Recorded(id)
	if err == nil {
		d.notifyOf(ctx, &c)
	}
	return c, err
}

// forward hands a doubted question to its editors. Where they cannot hear of
// it, the call stands as it did before.
func (d *Desk) forward(ctx context.Context, before, c *Call) error {
	err := d.hand(ctx, c)
	if err != nil {
		was := *before
		was.Version = c.Version
		_, back := d.Store.ReplaceCall(context.WithoutCancel(ctx), was)
		return errors.Join(err, back)
	}
	return nil
}

func (d *Desk) hand(ctx context.Context, c *Call) error {
	s, err := d.Rosters.Seat(ctx, c.Sitting, c.Registration)
	if err != nil {
		return err
	}
	paper, err := d.Attempts.Paper(ctx, s.Attempt)
	if err != nil {
		return err
	}
	if c.Slot < 1 || c.Slot > len(paper.Slots) {
		return &FieldError{"/slot", "unknown"}
	}
	return d.Editors.Doubt(ctx, paper.Slots[c.Slot-1].Ref, c.Word+"（考生："+c.Text+"）", c.By)
}

// notifyOf tells the candidate's page that its call has moved on.
func (d *Desk) notifyOf(ctx context.Context, c *Call) {
	if s, err := d.Rosters.Seat(ctx, c.Sitting, c.Registration); err == nil && s.Attempt != "" {
		d.Floor.Notify(s.Attempt)
	}
}

// Calls returns the calls of a sitting, oldest first.
func (d *Desk) Calls(ctx context.Context, id sitting.ID) ([]Call, error) {
	if err := sitting.Within(ctx, d.Sittings, id); err != nil {
		return nil, err
	}
	log, err := d.Store.Log(ctx, id, "")
	return log.Calls, err
}

// Told is what a candidate's page shows of the room: what is to be read, and
// what became of its calls.
type Told struct {
	Notices []Notice
	Calls   []Call
	Lock    *Act // that holds the page; nil for none
}

// Tell returns what the page of a seat shows.
func (d *Desk) Tell(ctx context.Context, id sitting.ID, s *Seat) (Told, error) {
	log, err := d.Store.Log(ctx, id, s.Registration)
	if err != nil {
		return Told{}, err
	}
	return Told{log.Notices(s), log.Calls, standingOf(log.Acts)[s.Registration].Lock}, nil
}

// Acknowledge notes that the candidate has read notices. It is idempotent;
// those that are not for the seat are passed over.
func (d *Desk) Acknowledge(ctx context.Context, id sitting.ID, s *Seat, acts []string) error {
	log, err := d.Store.Log(ctx, id, s.Registration)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, a := range acts {
		named[a] = true
	}
	var fresh []Read
	for _, n := range log.Notices(s) {
		if named[n.Act] && n.Read.IsZero() {
			fresh = append(fresh, Read{n.Act, id, s.Registration, d.now()})
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := d.Store.InsertReads(ctx, fresh); err != nil {
		return err
	}
	d.Floor.Recorded(id)
	return nil
}

// Observe keeps signals about a page, as facts: nothing follows from them. What
// is beyond the bound on one signal of one seat is dropped.
func (d *Desk) Observe(ctx context.Context, id sitting.ID, reg sitting.RegistrationID, signs []Sign) error {
	log, err := d.Store.Log(ctx, id, reg)
	if err != nil {
		return err
	}
	kept := map[Signal]int{}
	for _, s := range log.Signs {
		kept[s.Signal]++
	}
	var fresh []Sign
	for _, s := range signs {
		if !s.Signal.Known() {
			return &FieldError{"/signals", "unknown"}
		}
		if kept[s.Signal] < mostSigns {
			kept[s.Signal]++
			s.Sitting, s.Registration, s.At = id, reg, d.now()
			fresh = append(fresh, s)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := d.Store.InsertSigns(ctx, fresh); err != nil {
		return err
	}
	d.Floor.Recorded(id)
	return nil
}

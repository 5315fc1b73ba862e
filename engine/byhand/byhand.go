package byhand

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Errors of this package.
var (
	ErrNotFound = errors.New("byhand: not found")
	// ErrState tells that the sheet or the sitting stands otherwise.
	ErrState    = errors.New("byhand: not possible in this state")
	ErrConflict = errors.New("byhand: changed meanwhile")
	// ErrSecondPerson tells that somebody would type twice, or settle what he
	// typed.
	ErrSecondPerson = errors.New("byhand: another person is needed")
	ErrInvalid      = errors.New("byhand: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return "byhand: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Code names a sheet; it is printed on every page of it.
type Code string

// State is where a sheet stands.
type State string

// The states of a sheet.
const (
	Printed State = "printed" // nobody has typed
	Once    State = "once"    // one person has
	Differs State = "differs" // both have, and not the same
	Entered State = "entered" // the answers are with the attempt
)

// Typed is what one person read on the sheet.
type Typed struct {
	By      people.AccountID
	At      time.Time
	Answers map[int]string // encoded responses by slot; blank ones are absent
}

// Sheet is one printed paper.
type Sheet struct {
	Code         Code
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Attempt      attempt.AttemptID
	Epoch        int // the lease that the sheet was given
	Slots        int
	Why          string
	By           people.AccountID
	At           time.Time
	State        State
	Typed        []Typed // at most two
	Settled      *Typed  // the answers that stand; once Entered they are with the attempt
	Handed       attempt.HandedIn
	Version      int
}

// Differences lists the slots at which the two differ, in order.
func (s *Sheet) Differences() []int {
	if len(s.Typed) < 2 {
		return nil
	}
	var out []int
	for slot := 1; slot <= s.Slots; slot++ {
		if s.Typed[0].Answers[slot] != s.Typed[1].Answers[slot] {
			out = append(out, slot)
		}
	}
	return out
}

// Has tells whether somebody typed.
func (s *Sheet) Has(who people.AccountID) bool {
	return slices.ContainsFunc(s.Typed, func(t Typed) bool { return t.By == who })
}

// Store keeps sheets.
type Store interface {
	// InsertSheet returns ErrConflict where the code is taken.
	InsertSheet(ctx context.Context, s Sheet) error
	// Sheet returns ErrNotFound where there is none.
	Sheet(ctx context.Context, code Code) (Sheet, error)
	// ReplaceSheet stores s with Version+1 if the stored version is still
	// s.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceSheet(ctx context.Context, s Sheet) (Sheet, error)
	// SheetsOf lists those of a sitting, the oldest first.
	SheetsOf(ctx context.Context, id sitting.ID) ([]Sheet, error)
}

// Attempts are the attempts of candidates; *attempt.Service is it.
type Attempts interface {
	Enter(ctx context.Context, cmd attempt.EnterCommand) (attempt.Entered, error)
	Record(ctx context.Context, id attempt.AttemptID) (attempt.Record, error)
	HandIn(ctx context.Context, cmd attempt.HandInCommand) (attempt.HandedIn, error)
	Aside(ctx context.Context, ids ...attempt.AttemptID) ([]attempt.LateOperation, error)
	Decide(ctx context.Context, cmd attempt.DecideCommand) error
}

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Attempts Attempts
	Sittings interface {
		Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	}
	Audit audit.Recorder
	Clock attempt.Clock
}

// Desk prints sheets and takes their answers in. It is safe for concurrent use.
// Who may call it at all is the caller's: invigilators of the sitting and
// administrators.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// newCode returns ten letters and digits that are not taken for each other.
func newCode() Code {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 10)
	rand.Read(b) // never fails, by its documentation
	for i := range b {
		b[i] = signs[int(b[i])%len(signs)]
	}
	return Code(b[:5]) + "-" + Code(b[5:])
}

// Device is what candidates are told where their exam goes on.
const Device = "纸笔作答"

// Give gives an attempt that goes on, or has not begun, to a sheet of paper.
// Errors: a *FieldError, ErrState, what entering says.
func (d *Desk) Give(ctx context.Context, by people.AccountID, id attempt.AttemptID, why string) (Sheet, error) {
	if n := len([]rune(strings.TrimSpace(why))); n < 2 || n > 500 {
		return Sheet{}, &FieldError{"/reason", "length-2-500"}
	}
	rec, err := d.in.Attempts.Record(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	if rec.State.Over() {
		return Sheet{}, fmt.Errorf("a paper after the end: %w", ErrState)
	}
	s := Sheet{
		Code: newCode(), Sitting: rec.Sitting, Registration: rec.Registration, Attempt: id, Slots: rec.Slots,
		Why: strings.TrimSpace(why), By: by, At: d.now(), State: Printed,
	}
	err = audit.Do(ctx, d.in.Audit, s.event("paper.give", by, s.Why), func() error {
		entered, err := d.in.Attempts.Enter(ctx, attempt.EnterCommand{
			Attempt: id, Candidate: rec.Candidate, DeviceID: "paper-" + string(s.Code), DeviceLabel: Device + " " + string(s.Code),
		})
		if err != nil {
			return err
		}
		s.Epoch = entered.Epoch
		return d.in.Store.InsertSheet(ctx, s)
	})
	return s, err
}

func (s *Sheet) event(act string, by people.AccountID, why string) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "registration:" + string(s.Registration), Why: why, After: map[string]any{"sheet": s.Code}}
}

// Sheets lists those of a sitting.
func (d *Desk) Sheets(ctx context.Context, id sitting.ID) ([]Sheet, error) {
	return d.in.Store.SheetsOf(ctx, id)
}

// Sheet returns a sheet of a sitting, or ErrNotFound.
func (d *Desk) Sheet(ctx context.Context, id sitting.ID, code Code) (Sheet, error) {
	s, err := d.in.Store.Sheet(ctx, code)
	if err == nil && s.Sitting != id {
		err = ErrNotFound
	}
	return s, err
}

// Print takes down that a sheet is printed, then lets it be.
func (d *Desk) Print(ctx context.Context, by people.AccountID, s *Sheet, print func() error) error {
	return audit.Do(ctx, d.in.Audit, s.event("paper.print", by, s.Why), print)
}

// open returns a sheet whose answers may still change anything.
func (d *Desk) open(ctx context.Context, id sitting.ID, code Code) (Sheet, error) {
	s, err := d.Sheet(ctx, id, code)
	if err != nil {
		return Sheet{}, err
	}
	x, err := d.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	if s.Settled != nil && s.State != Entered { // broken off in the middle
		if s, err = d.finish(ctx, s); err != nil {
			return Sheet{}, err
		}
	}
	if s.State == Entered || x.State == sitting.Released {
		return Sheet{}, fmt.Errorf("sheet %s is %s, its sitting %s: %w", code, s.State, x.State, ErrState)
	}
	return s, nil
}

// Type keeps what somebody read on a sheet. The second to type learns nothing of
// the first; where both read the same, the answers enter the attempt. Errors:
// ErrNotFound, ErrState, ErrSecondPerson for who has typed, ErrConflict.
func (d *Desk) Type(ctx context.Context, by people.AccountID, id sitting.ID, code Code, answers map[int]string) (Sheet, error) {
	s, err := d.open(ctx, id, code)
	if err != nil {
		return Sheet{}, err
	}
	switch {
	case s.Has(by):
		return Sheet{}, ErrSecondPerson
	case s.State == Differs:
		return Sheet{}, fmt.Errorf("two have typed: %w", ErrState)
	}
	s.Typed = append(s.Typed, Typed{by, d.now(), answers})
	err = audit.Do(ctx, d.in.Audit, s.event("paper.type", by, ""), func() error {
		switch {
		case len(s.Typed) == 1:
			s.State = Once
		case len(s.Differences()) > 0:
			s.State = Differs
		default:
			s, err = d.settle(ctx, s, Typed{by, d.now(), answers})
			return err
		}
		s, err = d.in.Store.ReplaceSheet(ctx, s)
		return err
	})
	return s, err
}

// Settle says what stands at the slots where two people differ, and takes the
// answers in. Errors: as Type; ErrSecondPerson for who typed; a *FieldError
// where a difference is not settled or something else is.
func (d *Desk) Settle(ctx context.Context, by people.AccountID, id sitting.ID, code Code, given map[int]string) (Sheet, error) {
	s, err := d.open(ctx, id, code)
	if err != nil {
		return Sheet{}, err
	}
	switch {
	case s.State != Differs:
		return Sheet{}, fmt.Errorf("nothing differs: %w", ErrState)
	case s.Has(by):
		return Sheet{}, ErrSecondPerson
	}
	differ := s.Differences()
	answers := maps.Clone(s.Typed[0].Answers)
	if answers == nil {
		answers = map[int]string{}
	}
	for _, slot := range differ {
		what, ok := given[slot]
		if !ok {
			return Sheet{}, &FieldError{fmt.Sprintf("/answers/%d", slot), "required"}
		}
		delete(answers, slot)
		if what != "" {
			answers[slot] = what
		}
	}
	if len(given) != len(differ) {
		return Sheet{}, &FieldError{"/answers", "unknown"}
	}
	e := s.event("paper.settle", by, "")
	e.After = map[string]any{"sheet": s.Code, "slots": differ}
	err = audit.Do(ctx, d.in.Audit, e, func() error {
		s, err = d.settle(ctx, s, Typed{by, d.now(), answers})
		return err
	})
	return s, err
}

// settle keeps the answers that stand, and only then hands them in: of two
// people who settle at once one is refused before anything is with the attempt.
func (d *Desk) settle(ctx context.Context, s Sheet, what Typed) (Sheet, error) {
	s.Settled = &what
	s, err := d.in.Store.ReplaceSheet(ctx, s)
	if err != nil {
		return s, err
	}
	return d.finish(ctx, s)
}

// finish takes the settled answers into the attempt. It may be repeated: what is
// there already is passed over.
func (d *Desk) finish(ctx context.Context, s Sheet) (Sheet, error) {
	var ops []attempt.Operation
	for i, slot := range slices.Sorted(maps.Keys(s.Settled.Answers)) {
		ops = append(ops, attempt.Operation{Seq: i + 1, Slot: slot, Response: s.Settled.Answers[slot], ClientMs: s.At.UnixMilli()})
	}
	if len(ops) > 0 {
		var err error
		if s.Handed, err = d.in.Attempts.HandIn(ctx, attempt.HandInCommand{Attempt: s.Attempt, Epoch: s.Epoch, Operations: ops}); err != nil {
			return s, err
		}
		if err := d.count(ctx, &s, s.Settled.By); err != nil {
			return s, err
		}
	}
	s.State = Entered
	return d.in.Store.ReplaceSheet(ctx, s)
}

// count decides for what was kept apart because the attempt had ended. While it
// goes on under another lease it stays apart, for the page of late answers.
func (d *Desk) count(ctx context.Context, s *Sheet, by people.AccountID) error {
	rec, err := d.in.Attempts.Record(ctx, s.Attempt)
	if err != nil || !rec.State.Over() {
		return err
	}
	aside, err := d.in.Attempts.Aside(ctx, s.Attempt)
	if err != nil {
		return err
	}
	var ids []string
	for _, o := range aside {
		if o.Epoch == s.Epoch && (o.Decision == nil || o.Decision.Count) {
			ids = append(ids, o.ID())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return d.in.Attempts.Decide(ctx, attempt.DecideCommand{
		Attempt: s.Attempt, Operations: ids, Count: true, By: by, Reason: Device + " " + string(s.Code) + "：" + s.Why,
	})
}

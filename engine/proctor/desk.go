package proctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/sitting"
)

// codeLasts is how long the code is good by which a candidate signs in at
// another computer.
const codeLasts = 10 * time.Minute

// DeskDeps is what a Desk works with.
type DeskDeps struct {
	Store    Store
	Sittings interface {
		Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	}
	Rosters  Seating
	Attempts Attempts
	Places   Places
	Accusers Accusers
	Editors  Editors
	Hasher   Hasher
	Audit    audit.Recorder
	Clock    attempt.Clock
}

// Desk is where invigilators act and candidates call. It is safe for concurrent
// use, also by several copies of the program.
type Desk struct {
	DeskDeps
	Floor    *Floor // told of everything; set before use
	standing standingCache
}

// NewDesk returns a Desk.
func NewDesk(d DeskDeps) *Desk { return &Desk{DeskDeps: d} }

// Outcome is what came of an act.
type Outcome struct {
	Act     Act
	Reached int    // seats for which it took effect
	Code    string // of Transfer: signs the candidate in at another computer, once
}

// Do carries an act out. An act whose ID is known already is not done as
// something else: it is brought to its end, where a crash or a lost answer left
// it. Errors: a *FieldError, ErrState, ErrUsed, a *sitting.TakenError, and what
// the stores say.
func (d *Desk) Do(ctx context.Context, a Act) (Outcome, error) {
	if err := a.check(); err != nil {
		return Outcome{}, err
	}
	x, err := d.Sittings.Sitting(ctx, a.Sitting)
	if err != nil {
		return Outcome{}, err
	}
	if x.State != sitting.Sealed && x.State != sitting.Open {
		return Outcome{}, fmt.Errorf("%s at a sitting that is %s: %w", a.Kind, x.State, sitting.ErrState)
	}
	if a.Kind == Evacuate {
		if a.Present, err = d.present(ctx, a.Sitting); err != nil {
			return Outcome{}, err
		}
	}
	seats, err := d.reached(ctx, &a)
	if err != nil {
		return Outcome{}, err
	}
	if err := d.fits(ctx, &a, &seats[0]); err != nil {
		return Outcome{}, err
	}
	a.At, a.Count = d.now(), len(seats)
	a.FromRoom, a.FromPlace = "", ""
	if a.Kind == Transfer {
		a.FromRoom, a.FromPlace = seats[0].Room, seats[0].Place
	}
	out := Outcome{Act: a}
	err = audit.Do(ctx, d.Audit, audit.Event{
		Actor: string(a.By), Act: "proctor." + string(a.Kind), Object: a.object(), Why: a.Reason, After: a.kept(),
	}, func() error {
		if err := d.place(ctx, &a, &seats[0]); err != nil {
			return err
		}
		kept, err := d.Store.InsertAct(ctx, a)
		if err != nil {
			return err
		}
		if !kept.same(&a) {
			return ErrUsed
		}
		out.Act = kept
		return d.effect(ctx, &out, seats)
	})
	d.standing.drop(a.Sitting)
	d.Floor.Recorded(a.Sitting)
	if err == nil && (shown[a.Kind] || a.Kind == Lock || a.Kind == Unlock) {
		for _, s := range seats {
			d.Floor.Notify(s.Attempt)
		}
	}
	return out, err
}

// present are the registrations of a sitting whose exam runs.
func (d *Desk) present(ctx context.Context, id sitting.ID) ([]sitting.RegistrationID, error) {
	recs, err := d.Attempts.OfSitting(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []sitting.RegistrationID
	for _, r := range recs {
		if !r.Started.IsZero() && !r.State.Over() {
			out = append(out, r.Registration)
		}
	}
	return out, nil
}

// reached are the seats that an act is for.
func (d *Desk) reached(ctx context.Context, a *Act) ([]Seat, error) {
	if a.Registration != "" {
		s, err := d.Rosters.Seat(ctx, a.Sitting, a.Registration)
		return []Seat{s}, err
	}
	seats, err := d.Rosters.Seats(ctx, a.Sitting)
	if err != nil {
		return nil, err
	}
	seats = slices.DeleteFunc(seats, func(s Seat) bool { return !a.covers(&s) })
	if len(seats) == 0 {
		return nil, &FieldError{"/scope", "no-such-room"}
	}
	return seats, nil
}

func (d *Desk) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Millisecond) }

func (a *Act) object() string {
	switch {
	case a.Registration != "":
		return "registration:" + string(a.Registration)
	case a.Room != "":
		return "room:" + string(a.Sitting) + ":" + a.Room
	}
	return "sitting:" + string(a.Sitting)
}

// kept is what the audit keeps of an act.
func (a *Act) kept() map[string]string {
	out := map[string]string{"id": a.ID}
	for name, v := range map[string]string{"text": a.Text, "toRoom": a.ToRoom, "toSeat": a.ToPlace, "fromRoom": a.FromRoom, "fromSeat": a.FromPlace} {
		if v != "" {
			out[name] = v
		}
	}
	return out
}

// fits refuses what makes no sense for where the candidate stands.
func (d *Desk) fits(ctx context.Context, a *Act, s *Seat) error {
	if a.Registration == "" || s.Attempt == "" {
		return nil
	}
	rec, err := d.Attempts.Record(ctx, s.Attempt)
	if err != nil {
		return err
	}
	switch a.Kind {
	case MarkGone, Undo:
		if rec.State != attempt.Ready {
			return fmt.Errorf("%s once the exam has begun: %w", a.Kind, ErrState)
		}
	case Warn, Transfer, CheckIn, Lock:
		if rec.State.Over() {
			return fmt.Errorf("%s after the end: %w", a.Kind, ErrState)
		}
	}
	return nil
}

// effect is what follows from an act. All of it may be repeated.
func (d *Desk) effect(ctx context.Context, out *Outcome, seats []Seat) error {
	a := &out.Act
	out.Reached = len(seats)
	switch a.Kind {
	case Expel:
		return d.expel(ctx, a, &seats[0])
	case Transfer:
		return d.transfer(ctx, out, &seats[0])
	case Evacuate, Return:
		kind := attempt.Pause
		if a.Kind == Return {
			kind = attempt.Resume
		}
		ids := make([]attempt.AttemptID, 0, len(seats))
		for _, s := range seats {
			if s.Attempt != "" {
				ids = append(ids, s.Attempt)
			}
		}
		order := attempt.Order{ID: a.ID, Sitting: a.Sitting, Kind: kind, Room: a.Room, Evacuation: true, Reason: a.Reason, By: a.By}
		_, done, err := d.Attempts.Give(ctx, order, ids)
		out.Reached = 0
		for _, o := range done {
			// Who is paused for another reason as well is back and goes on waiting.
			if o.Err == nil && (kind == attempt.Pause || o.Record.State == attempt.Running) {
				out.Reached++
			}
		}
		return err
	}
	return nil
}

// expel ends the exam and proposes what follows from it, which others decide.
func (d *Desk) expel(ctx context.Context, a *Act, s *Seat) error {
	if s.Attempt != "" {
		_, err := d.Attempts.Collect(ctx, attempt.CollectCommand{Attempt: s.Attempt, By: a.By, Reason: a.Reason})
		// Who has not begun has nothing to be taken in.
		if err != nil && !errors.Is(err, attempt.ErrNotStarted) {
			return err
		}
	}
	return d.Accusers.Accuse(ctx, a.By, a.Sitting, a.Registration, a.Reason)
}

// place gives the candidate of a transfer another place. It comes first: where
// somebody sits already, nothing was done that could be kept.
func (d *Desk) place(ctx context.Context, a *Act, s *Seat) error {
	if a.Kind != Transfer || s.Room == a.ToRoom && s.Place == a.ToPlace {
		return nil
	}
	if err := d.Places.MovePlace(ctx, a.Registration, a.ToRoom, a.ToPlace); err != nil {
		return err
	}
	d.Floor.Placed(a.Sitting)
	return nil
}

// transfer cuts the old computer off and makes the code for the new one.
func (d *Desk) transfer(ctx context.Context, out *Outcome, s *Seat) error {
	a := &out.Act
	if s.Attempt == "" {
		return nil // who writes nothing here has no computer
	}
	rec, err := d.Attempts.Record(ctx, s.Attempt)
	if err != nil {
		return err
	}
	if rec.State.GoesOn() {
		// The page before becomes read-only with the newer lease.
		if _, err := d.Attempts.Enter(ctx, attempt.EnterCommand{
			Attempt: s.Attempt, Candidate: s.Candidate, DeviceID: "staff:" + a.ID, DeviceLabel: a.ToRoom + "-" + a.ToPlace,
		}); err != nil {
			return err
		}
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("proctor: code: %w", err)
	}
	out.Code = fmt.Sprintf("%06d", n.Int64())
	return d.Store.PutCode(ctx, a.Registration, d.Hasher.Hash(codeText(a.Registration, out.Code)), d.now().Add(codeLasts))
}

func codeText(id sitting.RegistrationID, code string) string {
	return "proctor:" + string(id) + ":" + code
}

// Code tells whether a text has the form of a code, which no identity number
// has.
func Code(text string) bool {
	return len(text) == 6 && strings.Trim(text, "0123456789") == ""
}

// Admit tells whether a code signs the candidate of a registration in. It does
// so once.
func (d *Desk) Admit(ctx context.Context, id sitting.RegistrationID, code string) (bool, error) {
	return d.Store.TakeCode(ctx, id, d.Hasher.Hash(codeText(id, code)), d.now())
}

// Acts returns what was done at a sitting, oldest first.
func (d *Desk) Acts(ctx context.Context, id sitting.ID) ([]Act, error) {
	if err := sitting.Within(ctx, d.Sittings, id); err != nil {
		return nil, err
	}
	log, err := d.Store.Log(ctx, id, "")
	return log.Acts, err
}

// MarksOf implements Records.
func (d *Desk) MarksOf(ctx context.Context, id sitting.ID, seats []Seat) (map[sitting.RegistrationID]Marks, error) {
	log, err := d.Store.Log(ctx, id, "")
	if err != nil {
		return nil, err
	}
	return log.Marks(seats), nil
}

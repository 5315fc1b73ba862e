package seating

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// State is where a seating stands.
type State string

// The states. Proposed is seen by nobody but staff; Applying may be applied
// again where that was cut off.
const (
	Proposed State = "proposed"
	Applying State = "applying"
	Applied  State = "applied"
)

// Run is one seating of a sitting by rule.
type Run struct {
	ID       string
	Sitting  sitting.ID
	Seed     string // hex; with roster and rooms it makes the places
	Keep     bool   // whoever had a seat keeps it
	Places   []sitting.Place
	Unseated int
	Beside   int    // pairs of one employer beside each other
	Basis    string // digest of roster and rooms as they were
	State    State
	By       people.AccountID
	At       time.Time
	Version  int // raised by each change, guards concurrent ones
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("seating: not found")
	ErrForbidden = errors.New("seating: not yours to do")
	ErrConflict  = errors.New("seating: changed by someone else meanwhile")
	ErrChanged   = errors.New("seating: roster or rooms are other than they were")
	ErrState     = errors.New("seating: not possible in this state of the sitting")
	ErrRooms     = errors.New("seating: the sitting has no rooms")
	ErrInvalid   = errors.New("seating: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("seating: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Store keeps seatings.
type Store interface {
	InsertSeating(ctx context.Context, r Run) error
	// Seating returns ErrNotFound where there is none.
	Seating(ctx context.Context, id string) (Run, error)
	// ReplaceSeating stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceSeating(ctx context.Context, r Run) (Run, error)
	// SeatingsOf lists those of a sitting, the newest first.
	SeatingsOf(ctx context.Context, id sitting.ID) ([]Run, error)
}

// Venues knows which rooms a sitting uses: see venue.Office.
type Venues interface {
	Of(ctx context.Context, id sitting.ID) (venue.Plan, error)
}

// Sittings finds sittings.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
}

// Registrations gives places: see sitting.Registrations.
type Registrations interface {
	Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error)
	SetPlaces(ctx context.Context, id sitting.ID, places []sitting.Place) error
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with.
type Deps struct {
	Store         Store
	Sittings      Sittings
	Registrations Registrations
	Venues        Venues
	Accounts      Accounts
	Audit         audit.Recorder
	Clock         Clock
}

// Desk seats candidates. Administrators alone do. It is safe for concurrent
// use.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// may tells whether places of the sitting may still be given here: on the day
// the live board moves people.
func (d *Desk) may(ctx context.Context, by people.AccountID, id sitting.ID) (sitting.Sitting, error) {
	if err := d.mustLead(ctx, by); err != nil {
		return sitting.Sitting{}, err
	}
	s, err := d.in.Sittings.Sitting(ctx, id)
	if err == nil && s.State != sitting.Draft && s.State != sitting.Sealed {
		err = ErrState
	}
	return s, err
}

// basis is what an arrangement is made of.
type basis struct {
	persons []Person
	seats   []Seat
	taken   map[Seat]Person
	digest  string
}

func (d *Desk) basis(ctx context.Context, id sitting.ID, keep bool) (*basis, error) {
	p, err := d.in.Venues.Of(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(p.Staffing.Rooms) == 0 {
		return nil, ErrRooms
	}
	out := &basis{taken: map[Seat]Person{}}
	var b strings.Builder
	at := map[[2]string]Seat{}
	for _, use := range p.Staffing.Rooms {
		room := p.Rooms[use.Room]
		for _, s := range room.Seats() {
			if s.Usable {
				seat := Seat{room.Name, s.Label, s.Row, s.Column, s.Accessible, use.Apart}
				out.seats = append(out.seats, seat)
				at[[2]string{seat.Room, seat.Label}] = seat
				fmt.Fprintf(&b, "%v\x1e", seat)
			}
		}
	}
	slices.SortFunc(p.Roster, func(x, y sitting.Registration) int { return strings.Compare(string(x.ID), string(y.ID)) })
	for _, r := range p.Roster {
		person := Person{r.ID, strings.TrimSpace(r.Employer), r.Needs}
		fmt.Fprintf(&b, "%v\x1f%s\x1f%s\x1e", person, r.Room, r.Seat)
		if seat, ok := at[[2]string{r.Room, r.Seat}]; keep && ok && fits(person, seat) {
			out.taken[seat] = person
			continue
		}
		out.persons = append(out.persons, person)
	}
	out.digest = uuid.NewSHA1(uuid.NameSpaceOID, []byte(b.String())).String()
	return out, nil
}

// Propose works out who would sit where, by a seed of its own. Nothing changes
// for anybody. It returns ErrRooms for a sitting without rooms, ErrState once it
// is open.
func (d *Desk) Propose(ctx context.Context, by people.AccountID, id sitting.ID, keep bool) (Run, error) {
	if _, err := d.may(ctx, by, id); err != nil {
		return Run{}, err
	}
	b, err := d.basis(ctx, id, keep)
	if err != nil {
		return Run{}, fmt.Errorf("propose a seating: %w", err)
	}
	var seed Seed
	rand.Read(seed[:]) // never fails, by its documentation
	a := Arrange(seed, b.persons, b.seats, b.taken)
	for _, id := range a.Unseated { // they lose the seat that they had
		a.Places = append(a.Places, sitting.Place{Registration: id})
	}
	r := Run{
		ID: uuid.NewString(), Sitting: id, Seed: hex.EncodeToString(seed[:]), Keep: keep, Places: a.Places, Unseated: len(a.Unseated), Beside: a.Beside,
		Basis: b.digest, State: Proposed, By: by, At: d.in.Clock.Now().UTC().Truncate(time.Millisecond), Version: 1,
	}
	return r, d.in.Store.InsertSeating(ctx, r)
}

// Apply gives everybody the places of a proposal. It returns ErrChanged where
// roster or rooms are other than they were, or everybody would not have a seat.
func (d *Desk) Apply(ctx context.Context, by people.AccountID, id sitting.ID, run string) (Run, error) {
	if _, err := d.may(ctx, by, id); err != nil {
		return Run{}, err
	}
	r, err := d.in.Store.Seating(ctx, run)
	switch {
	case err != nil:
		return r, err
	case r.Sitting != id:
		return r, ErrNotFound
	case r.State == Applied:
		return r, nil
	}
	b, err := d.basis(ctx, id, r.Keep)
	if err != nil {
		return r, fmt.Errorf("apply a seating: %w", err)
	}
	// One that was cut off in the middle has changed the basis itself.
	if r.State == Proposed && b.digest != r.Basis {
		return r, ErrChanged
	}
	event := audit.Event{Actor: string(by), Act: "seating.apply", Object: "sitting:" + string(id), After: map[string]any{
		"run": r.ID, "seed": r.Seed, "places": len(r.Places), "unseated": r.Unseated,
	}}
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		if r, err = d.mark(ctx, r, Applying); err != nil {
			return err
		}
		if err := d.in.Registrations.SetPlaces(ctx, id, r.Places); err != nil {
			return err
		}
		r, err = d.mark(ctx, r, Applied)
		return err
	})
	return r, err
}

func (d *Desk) mark(ctx context.Context, r Run, to State) (Run, error) {
	r.State = to
	return d.in.Store.ReplaceSeating(ctx, r)
}

// Move gives one person another seat by hand; whoever sits there gets theirs in
// return where swap says so. Once the papers are sealed it needs a reason.
type Move struct {
	Registration sitting.RegistrationID
	Room, Seat   string
	Swap         bool
	Reason       string
}

// Move carries out a move. It returns a *FieldError for a seat that the plan
// does not have or that somebody has.
func (d *Desk) Move(ctx context.Context, by people.AccountID, id sitting.ID, m Move) error {
	s, err := d.may(ctx, by, id)
	if err != nil {
		return err
	}
	m.Reason = strings.TrimSpace(m.Reason)
	if n := len([]rune(m.Reason)); n > 200 || s.State == sitting.Sealed && n < 2 {
		return &FieldError{"/reason", "length-2-200"}
	}
	if !s.Admits(m.Registration) {
		return ErrNotFound
	}
	r, err := d.in.Registrations.Registration(ctx, m.Registration)
	if err != nil {
		return err
	}
	p, err := d.in.Venues.Of(ctx, id)
	if err != nil {
		return fmt.Errorf("move a place: %w", err)
	}
	if !hasSeat(&p, m.Room, m.Seat) {
		return &FieldError{"/seat", "no-such-seat"}
	}
	places := []sitting.Place{{Registration: r.ID, Room: m.Room, Seat: m.Seat}}
	for _, o := range p.Roster {
		if o.Room != m.Room || o.Seat != m.Seat || o.ID == r.ID {
			continue
		}
		if !m.Swap {
			return &FieldError{"/seat", "taken"}
		}
		places = append(places, sitting.Place{Registration: o.ID, Room: r.Room, Seat: r.Seat})
	}
	event := audit.Event{
		Actor: string(by), Act: "seating.move", Object: "sitting:" + string(id), Why: m.Reason,
		Before: sitting.Place{Registration: r.ID, Room: r.Room, Seat: r.Seat}, After: places,
	}
	return audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Registrations.SetPlaces(ctx, id, places) })
}

// hasSeat tells whether the plan has a usable seat of that name.
func hasSeat(p *venue.Plan, room, seat string) bool {
	for _, use := range p.Staffing.Rooms {
		r := p.Rooms[use.Room]
		if r.Name == room && slices.ContainsFunc(r.Seats(), func(s venue.Seat) bool { return s.Label == seat && s.Usable }) {
			return true
		}
	}
	return false
}

// Seatings lists those of a sitting, the newest first.
func (d *Desk) Seatings(ctx context.Context, by people.AccountID, id sitting.ID) ([]Run, error) {
	if err := d.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	if err := sitting.Within(ctx, d.in.Sittings, id); err != nil {
		return nil, err
	}
	return d.in.Store.SeatingsOf(ctx, id)
}

package enrol

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Store keeps windows, applications and the sealed content of files.
type Store interface {
	// Window returns one of Version 0 where there is none.
	Window(ctx context.Context, id sitting.ID) (Window, error)
	// PutWindow stores w with Version+1 if what is stored has its Version, 0
	// being nothing, else it returns ErrConflict.
	PutWindow(ctx context.Context, w Window) (Window, error)
	// InsertApplication returns ErrThere where there is one of the ID.
	InsertApplication(ctx context.Context, a Application) error
	// ReplaceApplication is guarded by the version, as PutWindow.
	ReplaceApplication(ctx context.Context, a Application) (Application, error)
	Application(ctx context.Context, id string) (Application, error)
	ApplicationByNumber(ctx context.Context, number string) (Application, error)
	// ApplicationsOf lists those of a sitting, what was sent first first.
	ApplicationsOf(ctx context.Context, id sitting.ID) ([]Application, error)
	PutContent(ctx context.Context, file string, sealed []byte, at time.Time) error
	Content(ctx context.Context, file string) ([]byte, error)
	// DropOrphans deletes the contents that were put before a moment and that
	// no application names, and returns how many they were.
	DropOrphans(ctx context.Context, before time.Time) (int, error)
}

// Sittings finds sittings.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
}

// Roster admits people to a sitting.
type Roster interface {
	Register(ctx context.Context, id sitting.ID, entries []sitting.Entry) ([]sitting.Registration, error)
	Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error)
}

// Portraits keeps photographs of those who are registered.
type Portraits interface {
	// Portray makes a photograph the one of a registration. The same file again
	// changes nothing.
	Portray(ctx context.Context, by people.AccountID, r sitting.Registration, file string, photo []byte) error
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Sittings Sittings
	Roster   Roster
	Portrait Portraits
	Accounts Accounts
	Sealer   *people.Sealer
	Vault    *evidence.Vault
	Audit    audit.Recorder
	Clock    Clock
	Rules    Rules
}

// Desk takes applications and lets staff decide them. It is safe for concurrent
// use.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

// Rules returns the parameters.
func (d *Desk) Rules() Rules { return d.in.Rules }

func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

func (d *Desk) mustBe(ctx context.Context, by people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, by, ErrForbidden, roles...)
}

// Public is what anybody may know of a sitting that takes applications; it
// returns ErrNotFound for any other.
func (d *Desk) Public(ctx context.Context, id sitting.ID) (sitting.Sitting, Window, error) {
	s, err := d.in.Sittings.Sitting(ctx, id)
	if errors.Is(err, sitting.ErrNotFound) {
		return s, Window{}, ErrNotFound
	} else if err != nil {
		return s, Window{}, err
	}
	w, err := d.in.Store.Window(ctx, id)
	if err == nil && !w.On {
		err = ErrNotFound
	}
	return s, w, err
}

// SetWindow says when a sitting takes applications.
func (d *Desk) SetWindow(ctx context.Context, by people.AccountID, w Window) (Window, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return w, err
	}
	s, err := d.in.Sittings.Sitting(ctx, w.Sitting)
	if err != nil {
		return w, err
	}
	if s.State != sitting.Draft {
		return w, ErrState
	}
	if w.On && !w.Closes.After(w.Opens) {
		return w, &FieldError{"/closes", "after-opens"}
	}
	w.By, w.At = by, d.now()
	err = audit.Do(ctx, d.in.Audit, audit.Event{Actor: string(by), Act: "enrol.window", Object: "sitting:" + string(w.Sitting), After: w}, func() (err error) {
		w, err = d.in.Store.PutWindow(ctx, w)
		return err
	})
	return w, err
}

// id makes an application unique in a sitting by its name alone.
func (d *Desk) id(of sitting.ID, hash string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("enrol:"+string(of)+":"+hash)).String()
}

// Send takes an application, or one again that was returned. It returns a
// *FieldError, ErrClosed, or ErrThere for who applied already. Everything is
// kept when it returns without an error, and nothing counts otherwise.
func (d *Desk) Send(ctx context.Context, id sitting.ID, f Form) (Application, error) {
	s, w, err := d.Public(ctx, id)
	if err != nil {
		return Application{}, err
	}
	now := d.now()
	if !w.Open(now) || s.State != sitting.Draft {
		return Application{}, ErrClosed
	}
	if err := d.in.Rules.clean(&f, s.Level, now); err != nil {
		return Application{}, err
	}
	hash := d.in.Sealer.Hash(f.IDNumber)
	a := Application{ID: d.id(id, hash), Sitting: id, IDHash: hash, IDMasked: people.MaskIdentity(f.IDNumber), Number: newNumber(), Version: 1}
	again := f.Number != ""
	if again {
		was, err := d.Look(ctx, f.Number, f.IDNumber)
		if err != nil {
			return a, err
		}
		if was.State != Returned || was.Sitting != id {
			return a, ErrState
		}
		a = was
	}
	a.Name, a.Employer, a.Condition, a.State, a.Reason, a.Sent = f.Name, f.Employer, f.Condition, Sent, "", now
	a.IDSealed, a.Phone = d.in.Sealer.Seal(f.IDNumber, a.ID), d.in.Sealer.Seal(f.Phone, PhoneContext(a.ID))
	if a.Files, err = d.keep(ctx, &f, now); err != nil {
		return a, err
	}
	a.Names = d.in.Sealer.Seal(joinNames(a.Files), NamesContext(a.ID))
	if again {
		return d.in.Store.ReplaceApplication(ctx, a)
	}
	return a, d.in.Store.InsertApplication(ctx, a)
}

// keep stores the files of a form. Those of an application that is then refused
// belong to nobody, are never shown, and go with the next Purge.
func (d *Desk) keep(ctx context.Context, f *Form, now time.Time) ([]File, error) {
	photo, err := d.in.Rules.photo(f.Photo)
	if err != nil {
		return nil, err
	}
	files, contents := []File{{uuid.NewString(), true, "photo.jpg", evidence.JPEG, len(photo)}}, [][]byte{photo}
	for i, x := range f.Evidence {
		kind, data, err := evidence.Inspect(x.Data, d.in.Rules.limits())
		if err != nil {
			return nil, &FieldError{fmt.Sprintf("/evidence/%d", i), "evidence-type"}
		}
		files, contents = append(files, File{uuid.NewString(), false, cleanName(x.Name), kind, len(data)}), append(contents, data)
	}
	for i, file := range files {
		if err := d.in.Store.PutContent(ctx, file.ID, d.in.Vault.Seal(contents[i], ContentContext(file.ID)), now); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// newNumber is a number that nobody guesses: BM and ten characters without
// those that look alike.
func newNumber() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	b := make([]byte, 10)
	rand.Read(b) // never fails, by its documentation
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return "BM" + string(b)
}

// Look finds an application by its number and the identity number. Everything
// that does not fit is ErrNotFound.
func (d *Desk) Look(ctx context.Context, number, identity string) (Application, error) {
	a, err := d.in.Store.ApplicationByNumber(ctx, strings.ToUpper(strings.TrimSpace(number)))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Application{}, err
	}
	normal, wrong := people.NormalIdentity(identity, d.now())
	if d.in.Sealer.Hash(normal) != a.IDHash || wrong != nil || err != nil {
		return Application{}, ErrNotFound
	}
	return a, nil
}

// List returns the window and the applications of a sitting.
func (d *Desk) List(ctx context.Context, by people.AccountID, id sitting.ID) (Window, []Application, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Window{}, nil, err
	}
	if _, err := d.in.Sittings.Sitting(ctx, id); err != nil {
		return Window{}, nil, err
	}
	w, err := d.in.Store.Window(ctx, id)
	if err != nil {
		return w, nil, err
	}
	all, err := d.in.Store.ApplicationsOf(ctx, id)
	for i := range all {
		if err == nil {
			err = d.named(&all[i])
		}
	}
	return w, all, err
}

// Open returns the content of a file of an application, and records who saw it.
func (d *Desk) Open(ctx context.Context, by people.AccountID, of sitting.ID, id, file string) (File, []byte, error) {
	a, err := d.ofSitting(ctx, by, of, id)
	if err != nil {
		return File{}, nil, err
	}
	for _, f := range a.Files {
		if f.ID != file {
			continue
		}
		var out []byte
		err := audit.Do(ctx, d.in.Audit, audit.Event{Actor: string(by), Act: "enrol.read", Object: "enrolment:" + a.ID, After: f.ID}, func() error {
			sealed, err := d.in.Store.Content(ctx, f.ID)
			if err == nil {
				out, err = d.in.Vault.Open(sealed, ContentContext(f.ID))
			}
			return err
		})
		return f, out, err
	}
	return File{}, nil, ErrNotFound
}

func (d *Desk) ofSitting(ctx context.Context, by people.AccountID, of sitting.ID, id string) (Application, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Application{}, err
	}
	if err := sitting.Within(ctx, d.in.Sittings, of); err != nil {
		return Application{}, err
	}
	a, err := d.in.Store.Application(ctx, id)
	if err == nil && a.Sitting != of {
		err = ErrNotFound
	}
	if err == nil {
		err = d.named(&a)
	}
	return a, err
}

// Decide returns, refuses or admits an application as its caller saw it. Whoever
// is admitted is on the roster when it returns, once.
func (d *Desk) Decide(ctx context.Context, by people.AccountID, of sitting.ID, id string, version int, what Decision, reason string) (Application, error) {
	a, err := d.ofSitting(ctx, by, of, id)
	if err != nil {
		return a, err
	}
	to, known := decided[what]
	reason = strings.TrimSpace(reason)
	switch {
	case !known:
		return a, &FieldError{"/decision", "unknown"}
	case what != Admit && !within(reason, 2, 500):
		return a, &FieldError{"/reason", "length-2-500"}
	case a.Version != version:
		return a, ErrConflict
	case a.State != Sent:
		return a, ErrState
	}
	was := a.State
	a.State, a.Reason, a.By, a.Decided = to, reason, by, d.now()
	err = audit.Do(ctx, d.in.Audit, audit.Event{
		Actor: string(by), Act: "enrol." + string(what), Object: "enrolment:" + a.ID, Why: reason, Before: was, After: to,
	}, func() (err error) {
		if what == Admit {
			if a.Admission, err = d.admit(ctx, by, &a); err != nil {
				return err
			}
		}
		a, err = d.in.Store.ReplaceApplication(ctx, a)
		return err
	})
	return a, err
}

// PhoneContext is what the telephone of an application is sealed for; its
// document number is for the application itself.
func PhoneContext(id string) string { return "phone:" + id }

// ContentContext is what the content of a file is sealed for.
func ContentContext(file string) string { return "enrol:" + file }

// NamesContext is what the names of an application's files are sealed for.
func NamesContext(id string) string { return "names:" + id }

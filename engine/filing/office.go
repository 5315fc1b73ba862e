package filing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Store keeps the register.
type Store interface {
	// InsertFiling adds an entry, or returns ErrDuplicate.
	InsertFiling(ctx context.Context, f Filing) error
	// ReplaceFiling stores f with Version+1 if the stored version is still
	// f.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceFiling(ctx context.Context, f Filing) (Filing, error)
	// Filing returns ErrNotFound where there is none.
	Filing(ctx context.Context, id ID) (Filing, error)
	// Filings lists all by kind and name.
	Filings(ctx context.Context) ([]Filing, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Office works with.
type Deps struct {
	Store    Store
	Accounts Accounts
	Audit    audit.Recorder
	Clock    Clock
}

// Office (备案登记) keeps the register. Administrators alone see it; those
// without limits change it, as it is of the body.
// It is safe for concurrent use: an entry is guarded by its version.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, o.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

func (o *Office) mustKeep(ctx context.Context, by people.AccountID) error {
	return people.MustBeUnlimited(ctx, o.in.Accounts, by, ErrForbidden, people.Administrator)
}

// List returns the register.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]Filing, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	return o.in.Store.Filings(ctx)
}

// One returns one entry, or ErrNotFound.
func (o *Office) One(ctx context.Context, by people.AccountID, id ID) (Filing, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return Filing{}, err
	}
	return o.in.Store.Filing(ctx, id)
}

// Enter adds an entry with its application. own says that it is the
// installation's own body, of which there is one. It returns a *FieldError for
// what cannot be, ErrDuplicate for a second own one.
func (o *Office) Enter(ctx context.Context, by people.AccountID, f Filing, first Step, own bool) (Filing, error) {
	if err := o.mustKeep(ctx, by); err != nil {
		return Filing{}, err
	}
	return o.enter(ctx, by, f, first, own)
}

func (o *Office) enter(ctx context.Context, by people.AccountID, f Filing, first Step, own bool) (Filing, error) {
	if err := f.Subject.check(f.Kind); err != nil {
		return Filing{}, err
	}
	if own && f.Kind != Body {
		return Filing{}, &FieldError{"/own", "own-body"}
	}
	if err := o.known(ctx, f.Subject.Of); err != nil {
		return Filing{}, err
	}
	id := ID(uuid.NewString())
	if own {
		id = Own
	}
	first.Act = Apply
	f, err := o.stepped(Filing{ID: id, Kind: f.Kind, Subject: f.Subject, Version: 1}, by, first)
	if err != nil {
		return Filing{}, err
	}
	event := audit.Event{Actor: string(by), Act: "filing.enter", Object: "filing:" + string(id), After: f.noted()}
	return f, audit.Do(ctx, o.in.Audit, event, func() error { return o.in.Store.InsertFiling(ctx, f) })
}

// known refuses a body that is not in the register, or is none.
func (o *Office) known(ctx context.Context, of ID) error {
	if of == "" {
		return nil
	}
	body, err := o.in.Store.Filing(ctx, of)
	if errors.Is(err, ErrNotFound) || err == nil && body.Kind != Body {
		return &FieldError{"/of", "unknown"}
	}
	return err
}

func (o *Office) stepped(f Filing, by people.AccountID, s Step) (Filing, error) {
	now := o.in.Clock.Now()
	s.By, s.At = by, now.UTC().Truncate(time.Millisecond)
	return f.Then(s, now)
}

// Do adds a step to the entry as its caller saw it. A Change may bring new
// particulars; other acts leave them, and subject is nil. It returns ErrNotFound,
// ErrConflict for an old version, ErrState, a *FieldError.
func (o *Office) Do(ctx context.Context, by people.AccountID, id ID, version int, s Step, subject *Subject) (Filing, error) {
	if err := o.mustKeep(ctx, by); err != nil {
		return Filing{}, err
	}
	return o.do(ctx, by, id, version, s, subject)
}

func (o *Office) do(ctx context.Context, by people.AccountID, id ID, version int, s Step, subject *Subject) (Filing, error) {
	before, err := o.in.Store.Filing(ctx, id)
	if err != nil {
		return Filing{}, err
	}
	if before.Version != version {
		return Filing{}, ErrConflict
	}
	after, err := o.stepped(before, by, s)
	if err != nil {
		return Filing{}, err
	}
	if subject != nil {
		if s.Act != Change && s.Act != Apply {
			return Filing{}, &FieldError{"/subject", "only-by-change"}
		}
		if err := subject.check(before.Kind); err != nil {
			return Filing{}, err
		}
		if err := o.known(ctx, subject.Of); err != nil {
			return Filing{}, err
		}
		after.Subject = *subject
	}
	event := audit.Event{Actor: string(by), Act: "filing." + string(s.Act), Object: "filing:" + string(id), Why: s.Note, Before: before.noted(), After: after.noted()}
	err = audit.Do(ctx, o.in.Audit, event, func() error {
		after, err = o.in.Store.ReplaceFiling(ctx, after)
		return err
	})
	return after, err
}

// Permit tells whether the installation's own body may open sittings and issue
// certificates at a moment: nil, or ErrNone, ErrNotFiled, ErrRunOut.
func (o *Office) Permit(ctx context.Context, at time.Time) error {
	own, err := o.in.Store.Filing(ctx, Own)
	if errors.Is(err, ErrNotFound) {
		return ErrNone
	}
	if err != nil {
		return fmt.Errorf("filing: %w", err)
	}
	return own.Valid(at)
}

// site finds a site of the installation's own body, or ErrNotFound.
func (o *Office) site(ctx context.Context, id string) (Filing, error) {
	f, err := o.in.Store.Filing(ctx, ID(id))
	if err == nil && (f.Kind != Site || f.Subject.Of != Own) {
		err = ErrNotFound
	}
	return f, err
}

// KnownSite tells whether the installation's own body has such a site.
func (o *Office) KnownSite(ctx context.Context, id string) (bool, error) {
	_, err := o.site(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// PermitSite tells whether sittings may be opened at a site of the own body at
// a moment: nil or ErrSite.
func (o *Office) PermitSite(ctx context.Context, id string, at time.Time) error {
	f, err := o.site(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && f.Valid(at) != nil {
		return ErrSite
	}
	return err
}

// SiteName is the name of a site for whoever sees a sitting, "" where there is
// none.
func (o *Office) SiteName(ctx context.Context, id string) (string, error) {
	f, err := o.site(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return f.Subject.Name, err
}

// SiteSerial is the six digits that were assigned to a site, "" where there are
// none.
func (o *Office) SiteSerial(ctx context.Context, id string) (string, error) {
	f, err := o.site(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return f.Subject.Code, err
}

// Provide enters an own body that is filed and registered, where there is none:
// what a demonstration needs. Its name says that it is a sample (示例). It is
// idempotent, and carries on what was cut off.
func (o *Office) Provide(ctx context.Context, name string) error {
	today := Today(o.in.Clock.Now())
	until := Today(o.in.Clock.Now().AddDate(3, 0, 0))
	f, err := o.in.Store.Filing(ctx, Own)
	if errors.Is(err, ErrNotFound) {
		f, err = o.enter(ctx, audit.System, Filing{Kind: Body, Subject: Subject{Name: name, Code: "0000", City: "示例市", Standing: "示例"}}, Step{On: today, Note: "示例"}, true)
		if errors.Is(err, ErrDuplicate) { // another copy of the program does the same
			f, err = o.in.Store.Filing(ctx, Own)
		}
	}
	if err != nil {
		return err
	}
	for _, act := range []Act{Assess, Opine, Review, File, Register} {
		if _, err := f.State.Next(act); err != nil || f.Steps[len(f.Steps)-1].By != audit.System {
			continue // done before, or staff have taken it over
		}
		s := Step{Act: act, On: today, Document: "示例"}
		if act == File {
			s.From, s.Until = today, until
		}
		if f, err = o.do(ctx, audit.System, Own, f.Version, s, nil); err != nil {
			return err
		}
	}
	return nil
}

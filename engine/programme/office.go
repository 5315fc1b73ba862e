package programme

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Store keeps programmes.
type Store interface {
	// PutProgramme stores p with Version+1 if what is stored has its Version, 0
	// being nothing, else it returns ErrConflict. It returns what it stored.
	PutProgramme(ctx context.Context, p Programme) (Programme, error)
	// Programme returns ErrNotFound where there is none.
	Programme(ctx context.Context, id ID) (Programme, error)
	// Programmes lists all, those last changed first.
	Programmes(ctx context.Context) ([]Programme, error)
}

// Sittings finds the sittings that are part of programmes, whoever asks: places
// are counted over all of them.
type Sittings interface {
	SittingsOf(ctx context.Context, programme string) ([]sitting.Sitting, error)
}

// Sites knows the sites of the body.
type Sites interface {
	KnownSite(ctx context.Context, site string) (bool, error)
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
	Sittings Sittings
	Sites    Sites
	Accounts Accounts
	Standard standard.Standard
	Audit    audit.Recorder
	Clock    Clock
}

// Office keeps programmes. Administrators write them, within their limits. It is
// safe for concurrent use: a programme is guarded by its version.
type Office struct{ in Deps }

var _ sitting.Programmes = (*Office)(nil)

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, o.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// within tells whether whoever acts deals with the whole programme.
func (p *Programme) within(ctx context.Context) error {
	limits := people.LimitsOf(ctx)
	for _, l := range p.Levels {
		if !limits.Allow(p.Site, int(l.Level)) {
			return people.ErrOutside
		}
	}
	return nil
}

// shown leaves in p what whoever asks deals with, and tells whether that is
// anything.
func (p *Programme) shown(ctx context.Context) bool {
	limits := people.LimitsOf(ctx)
	p.Levels = slices.DeleteFunc(slices.Clone(p.Levels), func(l Level) bool { return !limits.Allow(p.Site, int(l.Level)) })
	return len(p.Levels) > 0
}

// List returns the programmes that by deals with.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]Programme, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	all, err := o.in.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p Programme) bool { return !p.shown(ctx) }), nil
}

// One returns a programme, ErrNotFound, or people.ErrOutside.
func (o *Office) One(ctx context.Context, by people.AccountID, id ID) (Programme, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return Programme{}, err
	}
	p, err := o.in.Store.Programme(ctx, id)
	if err == nil && !p.shown(ctx) {
		err = people.ErrOutside
	}
	return p, err
}

// Public returns what is announced and not over, for everybody: the next to end
// first.
func (o *Office) Public(ctx context.Context) ([]Programme, error) {
	all, err := o.in.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	today := o.in.Clock.Now().In(standard.Zone).Format(time.DateOnly)
	all = slices.DeleteFunc(all, func(p Programme) bool { return p.State != Announced || p.Last() < today })
	slices.SortStableFunc(all, func(a, b Programme) int { return strings.Compare(a.Last(), b.Last()) })
	return all, nil
}

// Put writes a programme, a new one where Version is 0. A change of what was
// announced needs a reason. It returns a *FieldError for what cannot be, such as
// days that leave out a sitting that is planned, ErrConflict, ErrState for one
// that was withdrawn.
func (o *Office) Put(ctx context.Context, by people.AccountID, p Programme) (Programme, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return p, err
	}
	p.Occupation, p.State, p.By, p.Changed = o.in.Standard.Occupation, Draft, by, o.now()
	p.Reason = strings.TrimSpace(p.Reason)
	if err := errors.Join(p.check(&o.in.Standard), p.within(ctx)); err != nil {
		return p, err
	}
	if err := o.knownSite(ctx, p.Site); err != nil {
		return p, err
	}
	if p.Version == 0 {
		p.ID = ID(uuid.NewString())
		return o.put(ctx, "programme.put", nil, p)
	}
	was, err := o.open(ctx, p.ID, p.Version)
	if err != nil {
		return p, err
	}
	if p.State = was.State; p.State == Announced && !reasoned(p.Reason) {
		return p, &FieldError{"/reason", "length-2-500"}
	}
	if err := o.holdsAll(ctx, &p); err != nil {
		return p, err
	}
	return o.put(ctx, "programme.put", was, p)
}

func (o *Office) knownSite(ctx context.Context, site string) error {
	if site == "" {
		return nil
	}
	known, err := o.in.Sites.KnownSite(ctx, site)
	if err == nil && !known {
		err = &FieldError{"/site", "no-such-site"}
	}
	return err
}

// Announce shows a draft to everybody.
func (o *Office) Announce(ctx context.Context, by people.AccountID, id ID, version int) (Programme, error) {
	return o.move(ctx, by, id, version, "programme.announce", func(p *Programme) error {
		if p.State != Draft {
			return ErrState
		}
		p.State = Announced
		return nil
	})
}

// Withdraw ends a programme that no sitting is part of, else it returns
// ErrUsed. The reason is shown with it.
func (o *Office) Withdraw(ctx context.Context, by people.AccountID, id ID, version int, reason string) (Programme, error) {
	return o.move(ctx, by, id, version, "programme.withdraw", func(p *Programme) error {
		if p.Reason = strings.TrimSpace(reason); !reasoned(p.Reason) {
			return &FieldError{"/reason", "length-2-500"}
		}
		held, err := o.in.Sittings.SittingsOf(ctx, string(p.ID))
		if err == nil && len(held) > 0 {
			err = ErrUsed
		}
		p.State = Withdrawn
		return err
	})
}

func (o *Office) move(ctx context.Context, by people.AccountID, id ID, version int, act string, step func(*Programme) error) (Programme, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return Programme{}, err
	}
	was, err := o.open(ctx, id, version)
	if err != nil {
		return Programme{}, err
	}
	p := *was
	p.By, p.Changed = by, o.now()
	if err := step(&p); err != nil {
		return p, err
	}
	return o.put(ctx, act, was, p)
}

// open returns a programme that whoever acts may change.
func (o *Office) open(ctx context.Context, id ID, version int) (*Programme, error) {
	p, err := o.in.Store.Programme(ctx, id)
	if err == nil {
		err = p.within(ctx)
	}
	switch {
	case err != nil:
		return nil, err
	case p.Version != version:
		return nil, ErrConflict
	case p.State == Withdrawn:
		return nil, ErrState
	}
	return &p, nil
}

func (o *Office) put(ctx context.Context, act string, was *Programme, p Programme) (Programme, error) {
	e := audit.Event{Actor: string(p.By), Act: act, Object: "programme:" + string(p.ID), Why: p.Reason, After: p}
	if was != nil {
		e.Before = *was
	}
	out := p
	err := audit.Do(ctx, o.in.Audit, e, func() (err error) {
		out, err = o.in.Store.PutProgramme(ctx, p)
		return err
	})
	return out, err
}

func (o *Office) now() time.Time { return o.in.Clock.Now().UTC().Truncate(time.Millisecond) }

func reasoned(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 500
}

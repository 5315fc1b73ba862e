package venue

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Store keeps sites, rooms and staffings. What is put is stored with Version+1
// if what is stored has its Version, 0 being nothing, else ErrConflict is
// returned. Putting returns what was stored.
type Store interface {
	PutSite(ctx context.Context, s Site) (Site, error)
	// Sites lists them by name.
	Sites(ctx context.Context) ([]Site, error)
	PutRoom(ctx context.Context, r Room) (Room, error)
	// Rooms lists them by site and name.
	Rooms(ctx context.Context) ([]Room, error)
	PutStaffing(ctx context.Context, s Staffing) (Staffing, error)
	// Staffing returns one of Version 0 where there is none.
	Staffing(ctx context.Context, id sitting.ID) (Staffing, error)
	PutRules(ctx context.Context, r Rules) (Rules, error)
	// Rules returns ErrNotFound where nobody set any.
	Rules(ctx context.Context) (Rules, error)
}

// Sittings finds sittings, and who is on their rosters.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Deps is what an Office works with.
type Deps struct {
	Store    Store
	Sittings Sittings
	Accounts Accounts
	Audit    audit.Recorder
	Rules    Rules // that count until somebody sets others
}

// Office keeps sites and rooms. Administrators alone do. It is safe for
// concurrent use.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

// Rules returns the parameters.
func (o *Office) Rules(ctx context.Context) (Rules, error) {
	r, err := o.in.Store.Rules(ctx)
	if errors.Is(err, ErrNotFound) {
		return o.in.Rules, nil
	}
	if err != nil {
		return r, fmt.Errorf("rules of rooms: %w", err)
	}
	return r, nil
}

// PutRules sets the parameters. They count at once and for every sitting.
func (o *Office) PutRules(ctx context.Context, by people.AccountID, r Rules) (Rules, error) {
	if err := o.mustKeep(ctx, by); err != nil {
		return r, err
	}
	r.Sample = false // somebody in charge sets them
	if err := r.check(); err != nil {
		return r, err
	}
	was, err := o.Rules(ctx)
	if err == nil && was.Version != r.Version {
		err = ErrConflict // nothing is done that the record could tell
	}
	if err != nil {
		return r, err
	}
	out := r
	err = audit.Do(ctx, o.in.Audit, audit.Event{Actor: string(by), Act: "venue.rules", Object: "venue:rules", Before: was, After: r}, func() (err error) {
		out, err = o.in.Store.PutRules(ctx, r)
		return err
	})
	return out, err
}

func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, o.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// mustKeep is for what counts for every sitting: an account with limits is
// outside.
func (o *Office) mustKeep(ctx context.Context, by people.AccountID) error {
	return people.MustBeUnlimited(ctx, o.in.Accounts, by, ErrForbidden, people.Administrator)
}

// List returns all sites and rooms.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]Site, []Room, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, nil, err
	}
	return o.all(ctx)
}

func (o *Office) all(ctx context.Context) ([]Site, []Room, error) {
	sites, err := o.in.Store.Sites(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("sites: %w", err)
	}
	rooms, err := o.in.Store.Rooms(ctx)
	return sites, rooms, err
}

// PutSite adds a site, or changes one.
func (o *Office) PutSite(ctx context.Context, by people.AccountID, s Site) (Site, error) {
	if err := o.mustKeep(ctx, by); err != nil {
		return s, err
	}
	sites, _, err := o.all(ctx)
	if err != nil {
		return s, err
	}
	if err := s.check(); err != nil {
		return s, err
	}
	for _, other := range sites {
		if other.Name == s.Name && other.ID != s.ID {
			return s, &FieldError{"/name", "duplicate"}
		}
	}
	if s.Version == 0 {
		s.ID = SiteID(uuid.NewString())
	}
	return put(ctx, o, by, "venue.site", "site:"+string(s.ID), s, o.in.Store.PutSite)
}

// PutRoom adds a room, or changes one.
func (o *Office) PutRoom(ctx context.Context, by people.AccountID, r Room) (Room, error) {
	if err := o.mustKeep(ctx, by); err != nil {
		return r, err
	}
	sites, rooms, err := o.all(ctx)
	if err != nil {
		return r, err
	}
	if err := r.check(); err != nil {
		return r, err
	}
	if !slices.ContainsFunc(sites, func(s Site) bool { return s.ID == r.Site }) {
		return r, &FieldError{"/site", "unknown"}
	}
	for _, other := range rooms {
		if other.Site == r.Site && other.Name == r.Name && other.ID != r.ID {
			return r, &FieldError{"/name", "duplicate"}
		}
		if other.ID == r.ID && other.Site != r.Site {
			return r, &FieldError{"/site", "unknown"}
		}
	}
	if r.Version == 0 {
		r.ID = RoomID(uuid.NewString())
	}
	return put(ctx, o, by, "venue.room", "room:"+string(r.ID), r, o.in.Store.PutRoom)
}

func put[T any](ctx context.Context, o *Office, by people.AccountID, act, object string, what T, store func(context.Context, T) (T, error)) (T, error) {
	var out T
	err := audit.Do(ctx, o.in.Audit, audit.Event{Actor: string(by), Act: act, Object: object, After: what}, func() (err error) {
		out, err = store(ctx, what)
		return err
	})
	return out, err
}

// Plan returns which rooms a sitting uses, with what the rules say of it.
func (o *Office) Plan(ctx context.Context, by people.AccountID, id sitting.ID) (Plan, []Finding, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return Plan{}, nil, err
	}
	p, err := o.Of(ctx, id)
	if err != nil {
		return p, nil, err
	}
	rules, err := o.Rules(ctx)
	return p, rules.Check(&p), err
}

// Of returns which rooms a sitting uses, for whoever may know.
func (o *Office) Of(ctx context.Context, id sitting.ID) (Plan, error) {
	s, err := o.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Rooms: map[RoomID]Room{}}
	if p.Roster, err = o.in.Sittings.Roster(ctx, s); err != nil {
		return p, err
	}
	p.Roster = slices.DeleteFunc(p.Roster, func(r sitting.Registration) bool { return !r.Takes(standard.Theory) })
	if p.Staffing, err = o.in.Store.Staffing(ctx, id); err != nil {
		return p, fmt.Errorf("rooms of a sitting: %w", err)
	}
	rooms, err := o.in.Store.Rooms(ctx)
	if err != nil {
		return p, fmt.Errorf("rooms of a sitting: %w", err)
	}
	for _, r := range rooms {
		p.Rooms[r.ID] = r
	}
	return p, nil
}

// Staff says which rooms a sitting uses and who invigilates in them. It returns
// ErrState once the sitting is over.
func (o *Office) Staff(ctx context.Context, by people.AccountID, s Staffing) (Staffing, error) {
	_, rooms, err := o.List(ctx, by)
	if err != nil {
		return s, err
	}
	of, err := o.in.Sittings.Sitting(ctx, s.Sitting)
	if err != nil {
		return s, err
	}
	if of.State == sitting.Closed || of.State == sitting.Released {
		return s, ErrState
	}
	if len(s.Rooms) > 200 {
		return s, &FieldError{"/rooms", "maxItems"}
	}
	names := map[string]bool{}
	for i, use := range s.Rooms {
		at := slices.IndexFunc(rooms, func(r Room) bool { return r.ID == use.Room })
		switch {
		case at < 0:
			return s, &FieldError{fmt.Sprintf("/rooms/%d/room", i), "unknown"}
		case names[rooms[at].Name]: // candidates are told the name alone
			return s, &FieldError{fmt.Sprintf("/rooms/%d/room", i), "room-name-twice"}
		case len(use.Invigilators) > 20:
			return s, &FieldError{fmt.Sprintf("/rooms/%d/invigilators", i), "maxItems"}
		}
		names[rooms[at].Name] = true
		for k, who := range use.Invigilators {
			a, err := o.in.Accounts.Account(ctx, who)
			if err != nil && !errors.Is(err, people.ErrNotFound) {
				return s, err
			}
			if err != nil || a.Disabled || !a.Has(people.Invigilator) || slices.Contains(use.Invigilators[:k], who) {
				return s, &FieldError{fmt.Sprintf("/rooms/%d/invigilators/%d", i, k), "no-invigilator"}
			}
		}
	}
	return put(ctx, o, by, "venue.staff", "sitting:"+string(s.Sitting), s, o.in.Store.PutStaffing)
}

// Sites returns all sites by their id, for whoever may know.
func (o *Office) Sites(ctx context.Context) (map[SiteID]Site, error) {
	all, err := o.in.Store.Sites(ctx)
	if err != nil {
		return nil, fmt.Errorf("sites: %w", err)
	}
	out := make(map[SiteID]Site, len(all))
	for _, s := range all {
		out[s.ID] = s
	}
	return out, nil
}

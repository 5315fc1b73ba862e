package sitting

import (
	"context"
	"errors"

	"gongyuan/engine/people"
)

// Within returns people.ErrOutside where whoever acts does not deal with the
// sitting.
func (s *Sitting) Within(ctx context.Context) error {
	if !people.LimitsOf(ctx).Allow(s.Site, int(s.Level)) {
		return people.ErrOutside
	}
	return nil
}

// Finder finds sittings.
type Finder interface {
	Sitting(ctx context.Context, id ID) (Sitting, error)
}

// Within returns people.ErrOutside where whoever acts does not deal with one of
// the sittings. It looks at none for who has no limits.
func Within(ctx context.Context, from Finder, ids ...ID) error {
	if people.LimitsOf(ctx).None() {
		return nil
	}
	for _, id := range ids {
		s, err := from.Sitting(ctx, id)
		if err == nil {
			err = s.Within(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Visible leaves out what is of a sitting that whoever acts does not deal with.
// A sitting that is gone hides nothing.
func Visible[T any](ctx context.Context, from Finder, all []T, sittings func(*T) []ID) ([]T, error) {
	if people.LimitsOf(ctx).None() {
		return all, nil
	}
	out := make([]T, 0, len(all))
	known := map[ID]error{}
	for i := range all {
		shown := true
		for _, id := range sittings(&all[i]) {
			if _, ok := known[id]; !ok {
				known[id] = Within(ctx, from, id)
			}
			switch err := known[id]; {
			case errors.Is(err, people.ErrOutside):
				shown = false
			case err != nil && !errors.Is(err, ErrNotFound):
				return nil, err
			}
		}
		if shown {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// Backing is a store of sittings and their registrations.
type Backing interface {
	Store
	Registrations
	// RegistrationsByID returns those that exist.
	RegistrationsByID(ctx context.Context, ids []RegistrationID) (map[RegistrationID]Registration, error)
	// MovePlace gives one registration another place.
	MovePlace(ctx context.Context, id RegistrationID, room, seat string) error
}

// Guard is a store that keeps to the limits of whoever acts (people.Limited):
// what is of a sitting outside them is people.ErrOutside, and lists leave it
// out. Packages that act on sittings are given it instead of the store, so that
// none of them can forget. Admission numbers find everybody: candidates sign in
// by them.
type Guard struct{ Backing }

var (
	_ Store         = (*Guard)(nil)
	_ Registrations = (*Guard)(nil)
)

// NewGuard returns the store, guarded.
func NewGuard(b Backing) *Guard { return &Guard{b} }

// Sitting implements Store.
func (g *Guard) Sitting(ctx context.Context, id ID) (Sitting, error) {
	s, err := g.Backing.Sitting(ctx, id)
	if err == nil {
		err = s.Within(ctx)
	}
	if err != nil {
		return Sitting{}, err
	}
	return s, nil
}

// InsertSitting implements Store.
func (g *Guard) InsertSitting(ctx context.Context, s Sitting) error {
	if err := s.Within(ctx); err != nil {
		return err
	}
	return g.Backing.InsertSitting(ctx, s)
}

// ReplaceSitting implements Store. Neither what stands nor what comes may be
// outside.
func (g *Guard) ReplaceSitting(ctx context.Context, s Sitting) (Sitting, error) {
	if err := errors.Join(s.Within(ctx), Within(ctx, g, s.ID)); err != nil {
		return Sitting{}, err
	}
	return g.Backing.ReplaceSitting(ctx, s)
}

// page is how many sittings are read at once to find those within limits.
const page = 200

// Sittings implements Store: skip, limit and the count are of what is within.
func (g *Guard) Sittings(ctx context.Context, skip, limit int) ([]Sitting, int, error) {
	if people.LimitsOf(ctx).None() {
		return g.Backing.Sittings(ctx, skip, limit)
	}
	var within []Sitting
	for at := 0; ; at += page {
		some, total, err := g.Backing.Sittings(ctx, at, page)
		if err != nil {
			return nil, 0, err
		}
		for i := range some {
			if some[i].Within(ctx) == nil {
				within = append(within, some[i])
			}
		}
		if at+page >= total || len(some) == 0 {
			break
		}
	}
	total := len(within)
	within = within[min(skip, total):]
	return within[:min(limit, len(within))], total, nil
}

// RegistrationsOf implements Registrations.
func (g *Guard) RegistrationsOf(ctx context.Context, id ID) ([]Registration, error) {
	if err := Within(ctx, g, id); err != nil {
		return nil, err
	}
	return g.Backing.RegistrationsOf(ctx, id)
}

// Registration implements Registrations.
func (g *Guard) Registration(ctx context.Context, id RegistrationID) (Registration, error) {
	r, err := g.Backing.Registration(ctx, id)
	if err == nil {
		err = Within(ctx, g, r.Sitting)
	}
	if err != nil {
		return Registration{}, err
	}
	return r, nil
}

// RegistrationsByID implements Backing.
func (g *Guard) RegistrationsByID(ctx context.Context, ids []RegistrationID) (map[RegistrationID]Registration, error) {
	all, err := g.Backing.RegistrationsByID(ctx, ids)
	if err != nil || people.LimitsOf(ctx).None() {
		return all, err
	}
	seen := map[ID]bool{}
	for _, r := range all {
		if !seen[r.Sitting] {
			if err := Within(ctx, g, r.Sitting); err != nil {
				return nil, err
			}
			seen[r.Sitting] = true
		}
	}
	return all, nil
}

// InsertRegistrations implements Registrations.
func (g *Guard) InsertRegistrations(ctx context.Context, rs []Registration) error {
	seen := map[ID]bool{}
	for _, r := range rs {
		if !seen[r.Sitting] {
			if err := Within(ctx, g, r.Sitting); err != nil {
				return err
			}
			seen[r.Sitting] = true
		}
	}
	return g.Backing.InsertRegistrations(ctx, rs)
}

// SetPlaces implements Registrations.
func (g *Guard) SetPlaces(ctx context.Context, id ID, places []Place) error {
	if err := Within(ctx, g, id); err != nil {
		return err
	}
	return g.Backing.SetPlaces(ctx, id, places)
}

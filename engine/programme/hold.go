package programme

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Use is how far the places of a level are given out.
type Use struct {
	Given      int // places of its sittings
	Registered int // people on their rosters
}

// Sittings returns the sittings of a programme that whoever asks deals with.
func (o *Office) Sittings(ctx context.Context, id ID) ([]sitting.Sitting, error) {
	all, err := o.in.Sittings.SittingsOf(ctx, string(id))
	if err != nil {
		return nil, err
	}
	within := all[:0]
	for i := range all {
		if all[i].Within(ctx) == nil {
			within = append(within, all[i])
		}
	}
	return within, nil
}

// Uses counts the places of a programme that are given to sittings.
func (o *Office) Uses(ctx context.Context, id ID) (map[standard.Level]Use, error) {
	all, err := o.in.Sittings.SittingsOf(ctx, string(id))
	if err != nil {
		return nil, err
	}
	uses := map[standard.Level]Use{}
	for i := range all {
		u := uses[all[i].Level]
		u.Given += all[i].Capacity
		u.Registered += len(all[i].Roster)
		uses[all[i].Level] = u
	}
	return uses, nil
}

// Holds implements sitting.Programmes: it returns a *sitting.FieldError where a
// sitting is not within its programme. Places are counted when a sitting is
// planned; two that are planned in the same moment may take more than there are,
// which the page of the programme then shows. What a single sitting takes in is
// exact (sitting.Office.Register).
func (o *Office) Holds(ctx context.Context, s *sitting.Sitting) error {
	p, err := o.in.Store.Programme(ctx, ID(s.Programme))
	if errors.Is(err, ErrNotFound) || err == nil && p.State == Withdrawn {
		return &sitting.FieldError{Field: "/programme", Reason: "no-such-programme"}
	}
	if err != nil {
		return fmt.Errorf("programme of a sitting: %w", err)
	}
	if err := p.holds(s); err != nil {
		return err
	}
	all, err := o.in.Sittings.SittingsOf(ctx, s.Programme)
	if err != nil {
		return fmt.Errorf("programme of a sitting: %w", err)
	}
	given := s.Capacity
	for i := range all {
		if all[i].ID != s.ID && all[i].Level == s.Level {
			given += all[i].Capacity
		}
	}
	if l, _ := p.Of(s.Level); given > l.Capacity {
		return &sitting.FieldError{Field: "/capacity", Reason: "programme-capacity"}
	}
	return nil
}

// holds tells whether a sitting keeps to what the programme says of one.
func (p *Programme) holds(s *sitting.Sitting) error {
	l, ok := p.Of(s.Level)
	days, held := l.On(standard.Theory)
	switch {
	case !ok || !held:
		return &sitting.FieldError{Field: "/level", Reason: "programme-level"}
	case p.Site != "" && s.Site != p.Site:
		return &sitting.FieldError{Field: "/site", Reason: "programme-site"}
	case dayOf(s.Opens) < days.From || dayOf(s.Opens) > days.Until:
		return &sitting.FieldError{Field: "/opens", Reason: "programme-theory-days"}
	case dayOf(s.Closes) > days.Until:
		return &sitting.FieldError{Field: "/closes", Reason: "programme-theory-days"}
	case s.Capacity < 1:
		return &sitting.FieldError{Field: "/capacity", Reason: "between-1-100000"}
	}
	return nil
}

func dayOf(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

// holdsAll tells whether a programme as changed still holds its sittings. Days
// that are behind a sitting that was held still have to be there.
func (o *Office) holdsAll(ctx context.Context, p *Programme) error {
	all, err := o.in.Sittings.SittingsOf(ctx, string(p.ID))
	if err != nil {
		return err
	}
	given := map[standard.Level]int{}
	for i := range all {
		if err := p.holds(&all[i]); err != nil {
			return &FieldError{"/levels", "programme-leaves-out"}
		}
		given[all[i].Level] += all[i].Capacity
	}
	for i, l := range p.Levels {
		if given[l.Level] > l.Capacity {
			return &FieldError{fmt.Sprintf("/levels/%d/capacity", i), "programme-given"}
		}
	}
	return nil
}

// Level returns what its programme holds of a sitting's level, for whoever may
// know of the sitting; nothing for a sitting that is part of none.
func (o *Office) Level(ctx context.Context, s *sitting.Sitting) (Level, error) {
	if s.Programme == "" {
		return Level{}, nil
	}
	p, err := o.in.Store.Programme(ctx, ID(s.Programme))
	if err != nil {
		return Level{}, fmt.Errorf("programme of a sitting: %w", err)
	}
	l, _ := p.Of(s.Level)
	return l, nil
}

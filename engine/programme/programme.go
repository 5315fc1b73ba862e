package programme

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// ID names a programme.
type ID string

// State is where a programme stands.
type State string

// A programme is written, announced, and may be withdrawn from either.
const (
	Draft     State = "draft"
	Announced State = "announced"
	Withdrawn State = "withdrawn"
)

// Days is when a component is held: from one day to another, both included, as
// 2006-01-02 in standard.Zone.
type Days struct {
	Kind  standard.Kind
	From  string
	Until string
}

// Level is what a programme holds of one level.
type Level struct {
	Level    standard.Level
	Capacity int    // people, in all sittings together
	Days     []Days // of every component of the level, in the standard's order
}

// On returns the days of a component, false where there are none.
func (l *Level) On(k standard.Kind) (Days, bool) {
	at := slices.IndexFunc(l.Days, func(d Days) bool { return d.Kind == k })
	if at < 0 {
		return Days{}, false
	}
	return l.Days[at], true
}

// Programme is one programme of the body.
type Programme struct {
	ID         ID
	Title      string
	Site       string // of the register of filings, "" for any
	Occupation standard.Occupation
	Levels     []Level // the lowest first, as in the standard
	Note       string  // for candidates
	State      State
	Reason     string // why it was withdrawn, or last changed once announced
	Version    int    // raised by each change, guards concurrent ones; 0 is new
	Changed    time.Time
	By         people.AccountID // who changed it last
}

// Of returns what the programme holds of a level, false for nothing.
func (p *Programme) Of(l standard.Level) (Level, bool) {
	at := slices.IndexFunc(p.Levels, func(x Level) bool { return x.Level == l })
	if at < 0 {
		return Level{}, false
	}
	return p.Levels[at], true
}

// Last is the last day of any component.
func (p *Programme) Last() string {
	last := ""
	for _, l := range p.Levels {
		for _, d := range l.Days {
			last = max(last, d.Until)
		}
	}
	return last
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("programme: not found")
	ErrForbidden = errors.New("programme: not for this account")
	ErrConflict  = errors.New("programme: changed by someone else meanwhile")
	ErrState     = errors.New("programme: not possible in this state")
	ErrInvalid   = errors.New("programme: invalid")
	ErrUsed      = errors.New("programme: sittings are part of it")
)

// FieldError names the field of a programme that is wrong.
type FieldError struct {
	Field  string // JSON pointer within the request
	Reason string
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("programme: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// mostPlaces bounds the places of a level.
const mostPlaces = 100_000

// check tells what is wrong with a programme as written, as a *FieldError. It
// trims texts and puts levels and days into the standard's order.
func (p *Programme) check(s *standard.Standard) error {
	p.Title, p.Note = strings.TrimSpace(p.Title), strings.TrimSpace(p.Note)
	if n := utf8.RuneCountInString(p.Title); n < 2 || n > 80 {
		return &FieldError{"/title", "length-2-80"}
	}
	if utf8.RuneCountInString(p.Note) > 500 {
		return &FieldError{"/note", "length-0-500"}
	}
	if len(p.Levels) == 0 {
		return &FieldError{"/levels", "programme-levels"}
	}
	seen := map[standard.Level]bool{}
	for i := range p.Levels {
		at, l := fmt.Sprintf("/levels/%d", i), &p.Levels[i]
		scheme, ok := s.Scheme(l.Level)
		switch {
		case !ok:
			return &FieldError{at + "/level", "no-such-level"}
		case seen[l.Level]:
			return &FieldError{at + "/level", "duplicate"}
		case l.Capacity < 1 || l.Capacity > mostPlaces:
			return &FieldError{at + "/capacity", "between-1-100000"}
		}
		seen[l.Level] = true
		if err := l.check(at, &scheme); err != nil {
			return err
		}
	}
	order := func(l Level) int {
		return slices.IndexFunc(s.Schemes, func(c standard.Scheme) bool { return c.Level == l.Level })
	}
	slices.SortFunc(p.Levels, func(a, b Level) int { return order(a) - order(b) })
	return nil
}

func (l *Level) check(at string, scheme *standard.Scheme) error {
	days := make([]Days, len(scheme.Components))
	for k, d := range l.Days {
		at := fmt.Sprintf("%s/days/%d", at, k)
		c := slices.IndexFunc(scheme.Components, func(c standard.Component) bool { return c.Kind == d.Kind })
		switch {
		case c < 0:
			return &FieldError{at + "/kind", "no-such-component"}
		case days[c].Kind != "":
			return &FieldError{at + "/kind", "duplicate"}
		case !isDay(d.From):
			return &FieldError{at + "/from", "pick-day"}
		case !isDay(d.Until):
			return &FieldError{at + "/until", "pick-day"}
		case d.Until < d.From:
			return &FieldError{at + "/until", "ends-before"}
		}
		days[c] = d
	}
	if slices.ContainsFunc(days, func(d Days) bool { return d.Kind == "" }) {
		return &FieldError{at + "/days", "programme-days"}
	}
	l.Days = days
	return nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

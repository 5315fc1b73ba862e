package marking

import (
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Plan is who marks the theory papers of a sitting, and how.
type Plan struct {
	Sitting sitting.ID
	Markers []Marker
	// Tolerance is how far apart two marks may lie, in per cent of what the
	// slot is worth.
	Tolerance int
	// Every is after how many pieces a marker gets an own one again; 0 never.
	Every int
	// Grace is how long after the last mark of a piece its marks may still be
	// corrected, before they become one.
	Grace   time.Duration
	Version int // from 1, 0 while it is not kept; guards concurrent changes
	By      people.AccountID
	At      time.Time
}

// Marker is somebody who marks.
type Marker struct {
	Account people.AccountID
	Types   []bank.Type // which types of questions; none means all
}

// What a plan holds where nobody says otherwise.
const (
	DefaultTolerance = 20
	DefaultEvery     = 10
	DefaultGrace     = 2 * time.Minute
)

// The bounds of a plan.
const (
	mostMarkers = 100
	mostEvery   = 1000
	mostGrace   = 24 * time.Hour
)

// Check tells what is wrong with a plan, as a *FieldError.
func (p *Plan) Check() error {
	switch {
	case len(p.Markers) < 2:
		return &FieldError{"/markers", "two-markers"}
	case len(p.Markers) > mostMarkers:
		return &FieldError{"/markers", "maxItems"}
	case p.Tolerance < 0 || p.Tolerance > 100:
		return &FieldError{"/tolerance", "between-0-100"}
	case p.Every < 0 || p.Every == 1 || p.Every > mostEvery:
		return &FieldError{"/every", "zero-or-2-1000"}
	case p.Grace < 0 || p.Grace > mostGrace:
		return &FieldError{"/correctionSeconds", "within-a-day"}
	}
	seen := map[people.AccountID]bool{}
	for i, m := range p.Markers {
		if seen[m.Account] {
			return &FieldError{fmt.Sprintf("/markers/%d/account", i), "twice"}
		}
		seen[m.Account] = true
		for j, t := range m.Types {
			if t != bank.ShortAnswer && t != bank.Essay || slices.Contains(m.Types[:j], t) {
				return &FieldError{fmt.Sprintf("/markers/%d/types/%d", i, j), "unknown"}
			}
		}
	}
	for _, t := range []bank.Type{bank.ShortAnswer, bank.Essay} {
		// A type that one alone marks would never be settled.
		if n := p.count(t); n == 1 {
			return &FieldError{"/markers", "two-per-type"}
		}
	}
	return nil
}

// count is how many mark a type.
func (p *Plan) count(t bank.Type) int {
	n := 0
	for i := range p.Markers {
		if p.Markers[i].marks(t) {
			n++
		}
	}
	return n
}

func (m *Marker) marks(t bank.Type) bool { return len(m.Types) == 0 || slices.Contains(m.Types, t) }

// Marker returns somebody's part in the plan.
func (p *Plan) Marker(who people.AccountID) (Marker, bool) {
	i := slices.IndexFunc(p.Markers, func(m Marker) bool { return m.Account == who })
	if i < 0 {
		return Marker{}, false
	}
	return p.Markers[i], true
}

// Within is how far apart two marks of a slot may lie, in hundredths: the
// tolerance of its points, half up.
func (p *Plan) Within(points bank.Marks) bank.Marks {
	return (points*bank.Marks(p.Tolerance) + 50) / 100
}

// Package figure is the form of a measured number: its value beside its aim,
// and beside what the same machine did in the same minute.
package figure

import (
	"fmt"
	"strings"
)

// Aim is what a figure should reach. Op is "<=" where less is better and ">="
// where more is.
type Aim struct {
	Op    string
	Value float64
}

// AtMost is an aim for a figure of which less is better.
func AtMost(v float64) Aim { return Aim{"<=", v} }

// AtLeast is an aim for a figure of which more is better.
func AtLeast(v float64) Aim { return Aim{">=", v} }

// Met tells whether the value reaches the aim.
func (a Aim) Met(v float64) bool {
	if a.Op == ">=" {
		return v >= a.Value
	}
	return v <= a.Value
}

// Calibration is something simple that the machine did in the same minute.
type Calibration struct {
	Name  string
	Value float64
	Unit  string
}

// Figure is one measured number.
type Figure struct {
	ID    string
	Value float64
	Unit  string
	Aim   Aim
	// Broken is set where a condition of the figure does not hold, such as an
	// error where there may be none: the aim is then not met, whatever the value.
	Broken bool
	// Notes say what was measured, how, and what came out beside it; one line
	// each.
	Notes        []string
	Calibrations []Calibration
}

// String is the figure as it is printed: notes, calibrations, and last the
// line of the figure.
func (f *Figure) String() string {
	var b strings.Builder
	for _, note := range f.Notes {
		fmt.Fprintf(&b, "# %s: %s\n", f.ID, note)
	}
	for _, c := range f.Calibrations {
		fmt.Fprintf(&b, "calibration %s %.4g %s\n", c.Name, c.Value, c.Unit)
	}
	verdict := "met"
	if f.Broken || !f.Aim.Met(f.Value) {
		verdict = "short"
	}
	fmt.Fprintf(&b, "figure %s %.4g %s aim %s%g %s", f.ID, f.Value, f.Unit, f.Aim.Op, f.Aim.Value, verdict)
	return b.String()
}

// Command bench measures the figures that the README and the release notes
// state, each beside what it is compared with in the same run, and prints one
// line per figure:
//
//	figure ID VALUE UNIT aim <=AIM met|short
//
// Calibrations stand above, as "calibration NAME VALUE UNIT". A figure that is
// short of its aim is no failure: these machines are shared. Arguments are the
// beginnings of the IDs to measure; none means all. Lines that begin with #
// explain what was measured.
//
// To add figures, write a file for their family with a function that returns
// them, and name it in families.
package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
)

// figure is one measured number. Less is better.
type figure struct {
	id    string
	value float64
	unit  string
	aim   float64
	note  string // what was measured and how, one line
	// calibration is what the figure is measured beside, in the same rounds.
	calibration *calibration
}

type calibration struct {
	name  string
	value float64
	unit  string
}

// family measures figures whose IDs begin with the same letters.
type family struct {
	prefix  string
	measure func() ([]figure, error)
}

func families() []family {
	return []family{
		{"D", drawFigures},
	}
}

func main() {
	status := 0
	for _, f := range families() {
		if !wanted(f.prefix, os.Args[1:]) {
			continue
		}
		figures, err := f.measure()
		if err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", f.prefix, err)
			status = 1
		}
		for _, fig := range figures {
			if !wanted(fig.id, os.Args[1:]) {
				continue
			}
			fmt.Println(fig.line())
		}
	}
	os.Exit(status)
}

// wanted tells whether the figure, or one of the family, was asked for.
func wanted(id string, asked []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool {
		return strings.HasPrefix(id, a) || strings.HasPrefix(a, id)
	})
}

func (f figure) line() string {
	verdict := "met"
	if f.value > f.aim {
		verdict = "short"
	}
	head := fmt.Sprintf("# %s: %s\n", f.id, f.note)
	if c := f.calibration; c != nil {
		head += fmt.Sprintf("calibration %s %.4g %s\n", c.name, c.value, c.unit)
	}
	return head + fmt.Sprintf("figure %s %.4g %s aim <=%g %s", f.id, f.value, f.unit, f.aim, verdict)
}

// median of a list that is not empty.
func median[T cmp.Ordered](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

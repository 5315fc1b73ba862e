package figure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyuan/cmd/bench/figure"
)

func TestString(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   figure.Figure
		want string
	}{
		"OK less is better": {
			figure.Figure{ID: "D1", Value: 12.34567, Unit: "µs", Aim: figure.AtMost(1000)},
			"figure D1 12.35 µs aim <=1000 met",
		},
		"OK at the aim": {
			figure.Figure{ID: "G4", Value: .3, Unit: "ratio", Aim: figure.AtLeast(.3)},
			"figure G4 0.3 ratio aim >=0.3 met",
		},
		"OK notes and calibrations stand above": {
			figure.Figure{ID: "G4", Value: .43, Unit: "ratio", Aim: figure.AtLeast(.3), Notes: []string{"one", "two"},
				Calibrations: []figure.Calibration{{Name: "raw-evalsha", Value: 30000, Unit: "1/s"}}},
			"# G4: one\n# G4: two\ncalibration raw-evalsha 3e+04 1/s\nfigure G4 0.43 ratio aim >=0.3 met",
		},
		"Err too little":            {figure.Figure{ID: "G4", Value: .29, Unit: "ratio", Aim: figure.AtLeast(.3)}, "figure G4 0.29 ratio aim >=0.3 short"},
		"Err too much":              {figure.Figure{ID: "G2", Value: 2, Unit: "s", Aim: figure.AtMost(1)}, "figure G2 2 s aim <=1 short"},
		"Err a condition is broken": {figure.Figure{ID: "G2", Value: .5, Unit: "s", Aim: figure.AtMost(1), Broken: true}, "figure G2 0.5 s aim <=1 short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, c.in.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

package periodic_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/periodic"
	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// school and bank are two places; the first is a key unit.
func school(l standard.Level) periodic.Place {
	return periodic.Place{Level: l, City: "甲市", Industry: profile.Schools, Known: true, KeyUnit: true}
}

func bank(l standard.Level) periodic.Place {
	return periodic.Place{Level: l, City: "乙市", Industry: profile.Finance, Known: true}
}

var (
	theory = []standard.Kind{standard.Theory}
	both   = []standard.Kind{standard.Theory, standard.Skill}
	all    = []standard.Kind{standard.Theory, standard.Skill, standard.Review}
)

// small is data whose figures were computed by hand, in testdata/figures.txt:
// five registrations at level 3 and one at level 2; three certificates issued,
// one of them voided in the period, and one older that was voided; four people
// who were trained, one of them twice.
func small() periodic.Facts {
	return periodic.Facts{
		Seats: []periodic.Seat{
			{Place: at("东站", school(3)), Admitted: true, Took: both, Passed: both, Qualified: true},
			{Place: school(3), Admitted: true, Took: both, Passed: theory},
			{Place: at("东站", bank(3)), Admitted: true, Took: both, Passed: both, Qualified: true},
			{Place: bank(3), Admitted: true},  // did not come
			{Place: periodic.Place{Level: 3}}, // not admitted yet, no profile
			{Place: at(periodic.Unknown, school(2)), Admitted: true, Took: all, Passed: all, Qualified: true},
		},
		Holders: []periodic.Holder{
			{Place: at("东站", school(3)), Issued: true, Incentive: true}, {Place: bank(3), Issued: true, Voided: true}, {Place: school(2), Issued: true},
			{Place: periodic.Place{Level: 3}, Voided: true},
		},
		Trained: []periodic.Trained{
			trained(school(0), did{3, training.Initial}), trained(school(0), did{3, training.Rotation}, did{2, training.Rotation}),
			trained(bank(0), did{3, training.Initial}, did{3, training.Initial}, did{0, training.Rotation}), trained(periodic.Place{}, did{0, training.Rotation}),
		},
		Staff: periodic.Staff{Bodies: 1, Sites: 2, Examiners: 3, Assessed: 1, NotPassed: 1, Unassessed: 1},
	}
}

// did is a training of a level, 0 of none.
type did struct {
	level standard.Level
	kind  training.Kind
}

func trained(p periodic.Place, all ...did) periodic.Trained {
	out := periodic.Trained{Place: p}
	for _, d := range all {
		out.Add(d.level, d.kind)
	}
	return out
}

// at gives a place a site.
func at(site string, p periodic.Place) periodic.Place {
	p.Site = site
	return p
}

func table(f *periodic.Figures) string {
	var b strings.Builder
	for _, l := range f.Lines {
		fmt.Fprintf(&b, "%s/%s", l.Group, l.Key)
		for _, n := range l.Counts {
			fmt.Fprintf(&b, " %d", n)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%+v\n", f.Staff)
	return b.String()
}

func TestCompute(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/figures.txt")
	if err != nil {
		t.Fatal(err)
	}
	facts := small()
	got := periodic.Compute(&facts)
	if diff := cmp.Diff(string(want), table(&got)); diff != "" {
		t.Errorf("figures (-by hand +computed):\n%s", diff)
	}
	empty := periodic.Compute(&periodic.Facts{})
	if len(empty.Lines) != 1 || empty.Lines[0].Count(periodic.Registered) != 0 {
		t.Errorf("of nothing: %+v", empty)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{0, 0, -1}, {0, 3, 0}, {1, 3, 333}, {2, 3, 667}, {3, 3, 1000}, {1, 8, 125}, {1, 2000, 1}, {1, 2001, 0}} {
		if got := periodic.Rate(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	facts := small()
	was := periodic.Compute(&facts)
	if d := periodic.Differences(&was, &was); d != nil {
		t.Errorf("of the same: %v", d)
	}
	old := was // before trainings were counted
	old.Lines = nil
	for _, l := range was.Lines {
		l.Counts = l.Counts[:14]
		old.Lines = append(old.Lines, l)
	}
	if d := periodic.Differences(&old, &was); d != nil {
		t.Errorf("in columns that were not counted: %v", d)
	}
	old = was // before sites were counted
	old.Lines = slices.DeleteFunc(slices.Clone(was.Lines), func(l periodic.Line) bool { return l.Group == periodic.BySite })
	if d := periodic.Differences(&old, &was); d != nil {
		t.Errorf("in a group that was not counted: %v", d)
	}
	facts.Seats[3].Place.City = "丙市"
	now := periodic.Compute(&facts)
	want := []periodic.Difference{
		{periodic.ByCity, "丙市", periodic.Registered, 0, 1}, {periodic.ByCity, "丙市", periodic.Admitted, 0, 1},
		{periodic.ByCity, "乙市", periodic.Registered, 2, 1}, {periodic.ByCity, "乙市", periodic.Admitted, 2, 1},
	}
	if diff := cmp.Diff(want, periodic.Differences(&was, &now)); diff != "" {
		t.Error(diff)
	}
	if d := periodic.Differences(&now, &was); len(d) != 4 {
		t.Errorf("a line that is gone: %v", d)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for p, want := range map[periodic.Period]periodic.Span{
		"2026-Q1": {"2026-01-01", "2026-03-31", "2026-03-20"}, "2026-Q2": {"2026-04-01", "2026-06-30", "2026-06-20"},
		"2026-Q3": {"2026-07-01", "2026-09-30", "2026-09-20"}, "2026-Q4": {"2026-10-01", "2026-12-31", "2026-12-20"}, "2028": {"2028-01-01", "2028-12-31", "2028-12-10"},
	} {
		if got, err := p.Span(); err != nil || got != want {
			t.Errorf("%s: %v, %v", p, got, err)
		}
	}
	for _, p := range []periodic.Period{"", "2026-Q5", "2026-Q", "26", "2026-01", "2026-Q1\n", "x2026"} {
		if _, err := p.Span(); !errors.Is(err, periodic.ErrInvalid) {
			t.Errorf("%q: %v", p, err)
		}
	}
	got := fmt.Sprint(periodic.Around(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC))) // the first of January in China
	if want := "[2026-Q4 2027-Q1 2026 2027]"; got != want {
		t.Errorf("around: %s, want %s", got, want)
	}
}

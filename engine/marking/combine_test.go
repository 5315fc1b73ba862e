package marking_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/result"
)

func of(m bank.Marks) *bank.Marks { return &m }

func TestCombine(t *testing.T) {
	t.Parallel()
	none := (*bank.Marks)(nil)
	for name, c := range map[string]struct {
		first, second, third *bank.Marks
		want                 marking.Combined
	}{
		"nothing yet":                    {none, none, none, marking.Combined{}},
		"one mark":                       {of(400), none, none, marking.Combined{}},
		"a third alone says nothing":     {of(400), none, of(500), marking.Combined{}},
		"equal":                          {of(400), of(400), none, marking.Combined{Known: true, Awarded: 400, Rule: result.AgreedMean}},
		"at the tolerance":               {of(400), of(600), none, marking.Combined{Known: true, Awarded: 500, Rule: result.AgreedMean}},
		"half up":                        {of(400), of(425), none, marking.Combined{Known: true, Awarded: 413, Rule: result.AgreedMean}},
		"over it by a hundredth":         {of(400), of(601), none, marking.Combined{Third: true}},
		"third near the first":           {of(200), of(900), of(300), marking.Combined{Known: true, Third: true, Awarded: 250, Rule: result.NearestMean}},
		"third near the second":          {of(200), of(900), of(850), marking.Combined{Known: true, Third: true, Awarded: 875, Rule: result.NearestMean}},
		"third far from both":            {of(200), of(500), of(1000), marking.Combined{Known: true, Third: true, Awarded: 350, Rule: result.NearestMean}},
		"third in the middle":            {of(200), of(600), of(400), marking.Combined{Known: true, Third: true, Awarded: 400, Rule: result.ThirdCounts}},
		"third as far beyond":            {of(200), of(600), of(1000), marking.Combined{Known: true, Third: true, Awarded: 1000, Rule: result.ThirdCounts}},
		"third is as one of them":        {of(200), of(600), of(600), marking.Combined{Known: true, Third: true, Awarded: 600, Rule: result.NearestMean}},
		"first two agree after all":      {of(400), of(500), of(1000), marking.Combined{Known: true, Awarded: 450, Rule: result.AgreedMean}},
		"above the points, below zero":   {of(-50), of(2000), of(2000), marking.Combined{Known: true, Third: true, Awarded: 1000, Rule: result.NearestMean}},
		"beyond the points they agree":   {of(1000), of(1500), none, marking.Combined{Known: true, Awarded: 1000, Rule: result.AgreedMean}},
		"nothing for anybody's liking":   {of(0), of(0), none, marking.Combined{Known: true, Rule: result.AgreedMean}},
		"everything for everybody's eye": {of(1000), of(1000), none, marking.Combined{Known: true, Awarded: 1000, Rule: result.AgreedMean}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, marking.Combine(1000, 200, c.first, c.second, c.third)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestCombineBounds holds random marks to: within 0 and the points, within the
// least and the most that was given, no difference who of the first two came
// first, and a third only where the two are too far apart.
func TestCombineBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		points := bank.Marks(rapid.Int64Range(0, 3000).Draw(t, "points"))
		mark := func(name string) *bank.Marks {
			return of(bank.Marks(rapid.Int64Range(-100, int64(points)+100).Draw(t, name)))
		}
		within := bank.Marks(rapid.Int64Range(0, 600).Draw(t, "within"))
		a, b, c := mark("first"), mark("second"), mark("third")
		if !rapid.Bool().Draw(t, "with a third") {
			c = nil
		}
		got := marking.Combine(points, within, a, b, c)
		if d := cmp.Diff(got, marking.Combine(points, within, b, a, c)); d != "" {
			t.Fatalf("it matters who was first: %s", d)
		}
		if got.Known != (!got.Third || c != nil) {
			t.Fatalf("%+v with a third %v", got, c != nil)
		}
		if !got.Known {
			return
		}
		least, most := min(*a, *b), max(*a, *b)
		if got.Third {
			least, most = min(least, *c), max(most, *c)
		}
		if got.Awarded < max(0, min(least, points)) || got.Awarded > min(points, max(most, 0)) {
			t.Fatalf("%d of %d from %d … %d", got.Awarded, points, least, most)
		}
	})
}

func TestPlanCheck(t *testing.T) {
	t.Parallel()
	good := marking.Plan{Markers: []marking.Marker{{Account: "a"}, {Account: "b"}}, Tolerance: 20, Every: 10}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(*marking.Plan)
		want  marking.FieldError
	}{
		"Err nobody":      {func(p *marking.Plan) { p.Markers = nil }, marking.FieldError{Field: "/markers", Reason: "two-markers"}},
		"Err one":         {func(p *marking.Plan) { p.Markers = p.Markers[:1] }, marking.FieldError{Field: "/markers", Reason: "two-markers"}},
		"Err twice":       {func(p *marking.Plan) { p.Markers[1].Account = "a" }, marking.FieldError{Field: "/markers/1/account", Reason: "twice"}},
		"Err tolerance":   {func(p *marking.Plan) { p.Tolerance = 101 }, marking.FieldError{Field: "/tolerance", Reason: "between-0-100"}},
		"Err every piece": {func(p *marking.Plan) { p.Every = 1 }, marking.FieldError{Field: "/every", Reason: "zero-or-2-1000"}},
		"Err grace":       {func(p *marking.Plan) { p.Grace = -1 }, marking.FieldError{Field: "/correctionSeconds", Reason: "within-a-day"}},
		"Err other type":  {func(p *marking.Plan) { p.Markers[0].Types = []bank.Type{bank.Single} }, marking.FieldError{Field: "/markers/0/types/0", Reason: "unknown"}},
		"Err type alone":  {func(p *marking.Plan) { p.Markers[0].Types = []bank.Type{bank.Essay} }, marking.FieldError{Field: "/markers", Reason: "two-per-type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := good
			p.Markers = append([]marking.Marker(nil), good.Markers...)
			c.spoil(&p)
			err := p.Check()
			if d := cmp.Diff(&c.want, err); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	for tolerance, want := range map[int]bank.Marks{0: 0, 20: 67, 15: 50, 100: 333} {
		p := marking.Plan{Tolerance: tolerance}
		if got := p.Within(333); got != want {
			t.Errorf("%d %% of 3.33 is %d, want %d", tolerance, got, want)
		}
	}
}

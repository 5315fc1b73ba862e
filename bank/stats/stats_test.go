package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gongyuan/bank"
)

// lsat is section 6 of the Law School Admission Test, 1,000 people, 5 items
// (Bock & Lieberman, Psychometrika 35, 1970).
func lsat() *Matrix {
	counts := []int{3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15, 10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298}
	m := &Matrix{Items: make([]Item, 5)}
	for pattern, n := range counts {
		var p Person
		for i := range 5 {
			p = append(p, Cell{Item: i, Full: 100, Score: bank.Marks(100 * (pattern >> (4 - i) & 1))})
		}
		for range n {
			m.People = append(m.People, p)
		}
	}
	return m
}

func near(t *testing.T, what string, got Figure, want, within float64) {
	t.Helper()
	if !got.Known() || math.Abs(got.Value-want) > within {
		t.Errorf("%s = %+v, want %v", what, got, want)
	}
}

func TestLSAT(t *testing.T) {
	t.Parallel()
	a := Analyse(lsat())
	for i, want := range []struct{ p, total, rest float64 }{
		{.924, .3620, .1128}, {.709, .5668, .1532}, {.553, .6184, .1728}, {.763, .5344, .1444}, {.870, .4354, .1216},
	} {
		f := a.Items[i].Figures()
		near(t, fmt.Sprint("p of ", i+1), f.Facility, want.p, 5e-7)
		near(t, fmt.Sprint("item–total of ", i+1), f.ItemTotal, want.total, 5e-5)
		near(t, fmt.Sprint("item–rest of ", i+1), f.ItemRest, want.rest, 5e-5)
	}
	near(t, "alpha", a.Paper.Reliability, .294997, 5e-7)
	near(t, "mean", a.Paper.Mean, 381.9, 1e-9)
	if a.Paper.Method != KR20 || a.Paper.People != 1000 || a.Paper.Items != 5 || a.Paper.Full != 500 {
		t.Errorf("paper: %+v", a.Paper)
	}
	near(t, "SEM", a.Paper.SEM, a.Paper.SD.Value*math.Sqrt(1-.294997), 1e-4)
}

func cells(scores ...bank.Marks) Person {
	var p Person
	for i, s := range scores {
		p = append(p, Cell{Item: i, Score: s, Full: 100})
	}
	return p
}

// TestUndefined goes through what the data do not determine.
func TestUndefined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		people  []Person
		rest, d Why
		paper   Why
	}{
		"nobody":               {nil, NoPeople, NoPeople, NoPeople},
		"one":                  {[]Person{cells(100, 0)}, TooFew, TooFew, TooFew},
		"two":                  {[]Person{cells(100, 100), cells(0, 0)}, TooFew, TooFew, ""},
		"all right":            {[]Person{cells(100, 0), cells(100, 100), cells(100, 100)}, NoVariance, "", ""},
		"all the same":         {[]Person{cells(100, 33), cells(100, 33), cells(100, 33), cells(100, 33)}, NoVariance, NoVariance, NoVariance},
		"the rest is the same": {[]Person{cells(100, 0), cells(0, 0), cells(100, 0)}, NoVariance, "", ""},
		"one item":             {[]Person{cells(100), cells(0), cells(100)}, NoRest, "", TooFew},
	} {
		items := 2
		if name == "one item" {
			items = 1
		}
		a := Analyse(&Matrix{Items: make([]Item, items), People: c.people})
		f := a.Items[0].Figures()
		if f.ItemRest.Why != c.rest || f.D.Why != c.d || a.Paper.Reliability.Why != c.paper {
			t.Errorf("%s: rest %+v, D %+v, reliability %+v", name, f.ItemRest, f.D, a.Paper.Reliability)
		}
		if f.Median.Why != NotAsked {
			t.Errorf("%s: a time that nobody took: %+v", name, f.Median)
		}
	}
}

// TestMissingByDesign: an item that a paper does not hold counts nowhere; one
// that was left blank counts as nothing earned.
func TestMissingByDesign(t *testing.T) {
	t.Parallel()
	blank := Cell{Item: 0, Full: 100, Omitted: true}
	m := &Matrix{Items: make([]Item, 3), People: []Person{
		{blank, {Item: 1, Full: 100, Score: 100}},
		{{Item: 0, Full: 100, Score: 100}, {Item: 2, Full: 100}},
		{{Item: 1, Full: 100}, {Item: 2, Full: 100, Score: 100}},
	}}
	a := Analyse(m)
	f := a.Items[0].Figures()
	near(t, "facility", f.Facility, .5, 0)
	near(t, "omitted", f.Omitted, .5, 0)
	if f.People != 2 || a.Paper.Method != Nested || a.Paper.Items != 3 || a.Paper.Length != 2 {
		t.Errorf("figures %+v, paper %+v", f, a.Paper)
	}
}

// TestTies: in what order people are listed decides nothing, also where the
// borders of groups fall among equal totals.
func TestTies(t *testing.T) {
	t.Parallel()
	m := lsat()
	want := Analyse(m)
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(m.People), func(i, j int) { m.People[i], m.People[j] = m.People[j], m.People[i] })
	got := Analyse(m)
	for i := range want.Items {
		near(t, "D", got.Items[i].Figures().D, want.Items[i].Figures().D.Value, 1e-12)
		if got.Items[i].Thirds != want.Items[i].Thirds || got.Items[i].Right != want.Items[i].Right {
			t.Errorf("thirds moved: %v, %v", got.Items[i].Thirds, want.Items[i].Thirds)
		}
	}
	// Ten people: 2.7 at either end. Two have 2, the next four 1: of those four
	// 0.7 together.
	var people []Person
	for _, s := range [][2]bank.Marks{{100, 100}, {100, 100}, {100, 0}, {0, 100}, {100, 0}, {100, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}} {
		people = append(people, cells(s[0], s[1]))
	}
	f := Analyse(&Matrix{Items: make([]Item, 2), People: people})
	s := f.Items[0].Figures()
	near(t, "D with ties", s.D, (2+.7*.75)/2.7, 1e-12)
	if f.Items[0].Thirds != (Thirds{4, 4, 2}) {
		t.Errorf("thirds = %v", f.Items[0].Thirds)
	}
}

// TestPlus: what is kept of two sittings gives what they would have given as
// one, as far as sums go; a stronger sitting is no discrimination.
func TestPlus(t *testing.T) {
	t.Parallel()
	m := lsat()
	whole := Analyse(m)
	sum := whole.Items[2].Plus(whole.Items[2])
	a, b := sum.Figures(), whole.Items[2].Figures()
	near(t, "facility", a.Facility, b.Facility.Value, 1e-12)
	near(t, "rest", a.ItemRest, b.ItemRest.Value, 1e-12)
	near(t, "D", a.D, b.D.Value, 1e-12)
	if a.People != 2000 || sum.Sittings != 2 {
		t.Errorf("sum: %+v", a)
	}
	// Within each sitting the item does not go with the rest at all.
	weak := Analyse(&Matrix{Items: make([]Item, 3), People: []Person{cells(0, 0, 0), cells(0, 100, 0), cells(0, 0, 0), cells(0, 0, 100)}})
	strong := Analyse(&Matrix{Items: make([]Item, 3), People: []Person{cells(100, 100, 100), cells(100, 0, 100), cells(100, 100, 100), cells(100, 100, 0)}})
	both := weak.Items[0].Plus(strong.Items[0])
	if r := both.Figures().ItemRest; r.Why != NoVariance {
		t.Errorf("between sittings taken for discrimination: %+v", r)
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	var d Durations
	for _, s := range []float64{0, -3, math.NaN(), math.Inf(1), 20, 21, 40, 60, 7200} {
		d.add(s)
	}
	near(t, "median", d.Median(), 40, 40*.05)
	near(t, "of two", d.plus(d).Median(), 40, 40*.05)
}

// TestJudge goes through the kinds.
func TestJudge(t *testing.T) {
	t.Parallel()
	item := Item{Type: bank.Single, Options: []bank.OptionID{"A", "B", "C", "D"}, Key: []bank.OptionID{"A"}}
	known := func(v float64) Figure { return Figure{Value: v} }
	options := func(high ...int) []OptionSums {
		var out []OptionSums
		for i, n := range high {
			out = append(out, OptionSums{Option: bank.OptionID(bank.Letter(i)), Thirds: Thirds{30, 30, n}})
		}
		return out
	}
	limits := DefaultLimits()
	for name, c := range map[string]struct {
		s    Sums
		f    Figures
		want []Kind
	}{
		"fine":      {Sums{People: 400, Thirds: Thirds{137, 138, 137}, Options: options(100, 20, 10, 7)}, Figures{Facility: known(.6), ItemRest: known(.3)}, nil},
		"wrong key": {Sums{People: 400, Thirds: Thirds{137, 138, 137}, Options: options(23, 101, 8, 4)}, Figures{Facility: known(.31), ItemRest: known(-.27)}, []Kind{KeyDoubt, Negative}},
		"hard for all": {Sums{People: 400, Thirds: Thirds{137, 138, 137}, Options: options(23, 41, 38, 35)},
			Figures{Facility: known(.19), ItemRest: known(.2), Options: []OptionFigures{{Option: "B", Chosen: known(.3), Rest: known(-.05)}}}, []Kind{TooHard}},
		"few":  {Sums{People: 29, Thirds: Thirds{10, 9, 10}, Options: options(0, 10, 0, 0)}, Figures{Facility: known(.31), ItemRest: known(-.27)}, nil},
		"easy": {Sums{People: 400}, Figures{Facility: known(.97), ItemRest: known(.05), Options: []OptionFigures{{Option: "D", Chosen: known(0)}}}, []Kind{LowDisc, TooEasy}},
		"hard, blank, slow": {Sums{People: 400}, Figures{Facility: known(.1), ItemRest: known(.2), Omitted: known(.3), Median: known(200), Options: []OptionFigures{{Option: "D", Chosen: known(.01)}}},
			[]Kind{TooHard, Blank, Slow, Rare}},
		"fast": {Sums{People: 400}, Figures{Facility: known(.5), ItemRest: known(.2), Median: known(5)}, []Kind{Fast}},
	} {
		if c.f.Median.Value == 0 {
			c.f.Median = undefined(NotAsked)
		}
		var kinds []Kind
		for _, f := range Judge(&item, &c.s, &c.f, 40, &limits) {
			kinds = append(kinds, f.Kind)
		}
		if !slices.Equal(kinds, c.want) {
			t.Errorf("%s: %v, want %v", name, kinds, c.want)
		}
	}
	s := Sums{People: 400, Thirds: Thirds{137, 138, 137}, Options: options(23, 101, 8, 4)}
	got := Judge(&item, &s, &Figures{Facility: known(.31), ItemRest: known(-.27)}, 0, &limits)[0]
	if got.Option != "B" || math.Abs(got.Value-101./137) > 1e-9 || math.Abs(got.Limit-23./137) > 1e-9 {
		t.Errorf("finding: %+v", got)
	}
	if _, ok := limits.Valid(); !ok {
		t.Error("the default limits are refused")
	}
	limits.Low = math.NaN()
	if field, ok := limits.Valid(); ok || field != "low" {
		t.Errorf("NaN taken: %s", field)
	}
}

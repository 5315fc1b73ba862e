package result_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/standard"
)

// station is one station's panel and what its examiners signed.
type station struct {
	panel  assess.Panel
	scores []assess.Score
	marks  []int64
}

// onePage is a sheet with one row that is worth everything.
var onePage = assess.Sheet{Sections: []assess.Section{{Rows: []assess.Row{{ID: "all", Full: bank.FullMarks}}}}}

// anyStations draws the stations of a component, whose weights come to 100, and
// scores that no chair has to look at.
func anyStations(t *rapid.T, k standard.Kind) []station {
	var out []station
	for left := 100; left > 0; {
		weight := left
		if len(out) < 3 {
			weight = rapid.IntRange(1, left).Draw(t, "weight")
		}
		left -= weight
		n := len(out) + 1
		s := station{panel: assess.Panel{
			ID: assess.PanelAt("s", k, n), Kind: k, Station: n, Weight: weight, Spread: bank.FullMarks,
			Rule: rapid.SampledFrom([]assess.Rule{assess.Mean, assess.TrimmedMean, assess.Median}).Draw(t, "rule"),
		}}
		for i := range rapid.SampledFrom([]int{3, 5, 7}).Draw(t, "examiners") {
			who := people.AccountID(rune('a' + i))
			lost := rapid.Int64Range(0, int64(bank.FullMarks)).Draw(t, "lost")
			s.panel.Examiners = append(s.panel.Examiners, who)
			s.marks = append(s.marks, int64(bank.FullMarks)-lost)
			s.scores = append(s.scores, assess.Score{
				ScoreKey: assess.ScoreKey{Panel: s.panel.ID, Registration: "r", Examiner: who}, State: assess.Locked, Version: 2,
				Rows: []assess.RowScore{{Row: "all", Touched: true, Other: bank.Marks(lost)}},
			})
		}
		out = append(out, s)
	}
	return out
}

// composed is the way from signed sheets to an outcome.
func composed(scheme standard.Scheme, parts map[standard.Kind][]station) result.Outcome {
	all := map[standard.Kind]result.Part{standard.Theory: {State: result.Scored, Awarded: 7000}}
	for k, stations := range parts {
		var outcomes []assess.StationOutcome
		for _, s := range stations {
			o := assess.Component(&s.panel, &onePage, assess.Evidence{Scores: s.scores})
			outcomes = append(outcomes, assess.StationOutcome{Panel: s.panel.ID, Station: s.panel.Station, Weight: s.panel.Weight, Outcome: o})
		}
		whole := assess.Combined(outcomes)
		all[k] = result.PartOfAssessment(&whole)
	}
	return result.Compose(scheme, all)
}

// halfUp is ⌊x + 1/2⌋.
func halfUp(x *big.Rat) *big.Int {
	y := new(big.Rat).Add(x, big.NewRat(1, 2))
	return new(big.Int).Div(y.Num(), y.Denom())
}

// exactly is what a component's stations come to in exact fractions, rounded to
// hundredths where the rules round: at each station and in the end.
func exactly(stations []station) *big.Int {
	sum := new(big.Rat)
	for _, s := range stations {
		all := slices.Sorted(slices.Values(s.marks))
		switch n := len(all); {
		case s.panel.Rule == assess.Median:
			all = all[n/2 : n/2+1]
		case s.panel.Rule == assess.TrimmedMean && n >= 5:
			all = all[1 : n-1]
		}
		x := new(big.Rat)
		for _, m := range all {
			x.Add(x, new(big.Rat).SetInt64(m))
		}
		x.Quo(x, new(big.Rat).SetInt64(int64(len(all))))
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetInt(halfUp(x)), big.NewRat(int64(s.panel.Weight), 100)))
	}
	return halfUp(sum)
}

// TestArrival lets the sheets of a whole level arrive in any order, station by
// station and examiner by examiner: the outcome is the same, and its figures
// agree with exact fractions, which share no code with those of the program.
func TestArrival(t *testing.T) {
	t.Parallel()
	scheme := schemeOf(t, "2")
	rapid.Check(t, func(t *rapid.T) {
		parts := map[standard.Kind][]station{}
		for _, k := range []standard.Kind{standard.Skill, standard.Review} {
			parts[k] = anyStations(t, k)
		}
		want := composed(scheme, parts)
		for _, c := range want.Components {
			if c.Kind == standard.Theory {
				continue
			}
			exact := exactly(parts[c.Kind])
			if c.State != result.Scored || big.NewInt(int64(c.Awarded)).Cmp(exact) != 0 {
				t.Fatalf("%s: %s %d, want %s", c.Kind, c.State, c.Awarded, exact)
			}
			if passed := exact.Cmp(big.NewInt(int64(c.Pass))) >= 0; passed != (c.Verdict == result.Passed) {
				t.Fatalf("%s: %d is %s", c.Kind, c.Awarded, c.Verdict)
			}
		}
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		for _, stations := range parts {
			order.Shuffle(len(stations), func(i, j int) { stations[i], stations[j] = stations[j], stations[i] })
			for _, s := range stations {
				order.Shuffle(len(s.scores), func(i, j int) { s.scores[i], s.scores[j] = s.scores[j], s.scores[i] })
			}
		}
		if d := cmp.Diff(want, composed(scheme, parts)); d != "" {
			t.Fatalf("the order matters (-want +got):\n%s", d)
		}
	})
}

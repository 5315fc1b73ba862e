package assess_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
)

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s = %.4f, want %.4f", name, got, want)
	}
}

// shroutFleiss is table 2 of Shrout and Fleiss (1979): six targets, four
// judges, here in points.
func shroutFleiss() [][]assess.Rating {
	var out [][]assess.Rating
	for _, row := range [][]bank.Marks{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}} {
		ratings := make([]assess.Rating, len(row))
		for i, m := range row {
			ratings[i] = assess.Rating{Marks: 100 * m, Passed: m >= 6}
		}
		out = append(out, ratings)
	}
	return out
}

func TestAgree(t *testing.T) {
	t.Parallel()
	a, err := assess.Agree(shroutFleiss())
	if err != nil {
		t.Fatal(err)
	}
	// Their table 4.
	near(t, "ICC(2,1)", a.Single.Value, 0.29, 0.005)
	near(t, "ICC(2,k)", a.Average.Value, 0.62, 0.005)
	// The judges' means are 46/6, 15/6, 26/6 and 40/6.
	for j, want := range []float64{46, 15, 26, 40} {
		near(t, "mean", a.Severity[j].Mean, 100*want/6, 1e-9)
		near(t, "severity", a.Severity[j].Difference, 100*(want-(127-want)/3)/6, 1e-9)
	}
	near(t, "apart", a.Apart, 100*float64(pairSum())/36, 1e-9)
	if a.Candidates != 6 || a.Examiners != 4 || a.Unanimous != 0 {
		t.Errorf("%+v", a)
	}
	t.Run("OK everybody agrees", func(t *testing.T) {
		t.Parallel()
		a, err := assess.Agree([][]assess.Rating{{{5000, false}, {5000, false}, {5000, false}}, {{7000, true}, {7000, true}, {7000, true}}})
		if err != nil || !a.Single.Known || a.Single.Value != 1 || a.Average.Value != 1 || a.Kappa.Value != 1 || a.Unanimous != 2 || a.Apart != 0 {
			t.Errorf("%+v, %v", a, err)
		}
	})
	t.Run("OK a candidate's own severity shifts nothing but severity", func(t *testing.T) {
		t.Parallel()
		// One examiner who is four points lower than the others on everybody.
		var rows [][]assess.Rating
		r := rand.New(rand.NewPCG(1, 2))
		for range 40 {
			m := bank.Marks(4000 + r.IntN(4000))
			rows = append(rows, []assess.Rating{{m, true}, {m - 400, true}, {m, true}})
		}
		a, err := assess.Agree(rows)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "severity", a.Severity[1].Difference, -400, 1e-6)
		near(t, "of the others", a.Severity[0].Difference, 200, 1e-6)
	})
	t.Run("OK what cannot be said is not said", func(t *testing.T) {
		t.Parallel()
		a, err := assess.Agree([][]assess.Rating{{{7000, true}, {7000, true}}, {{7000, true}, {7000, true}}})
		if err != nil || a.Single.Known || a.Average.Known || a.Kappa.Known {
			t.Errorf("%+v, %v: nobody differs, so there is no correlation", a, err)
		}
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		one := []assess.Rating{{7000, true}}
		two := []assess.Rating{{7000, true}, {6000, true}}
		for name, c := range map[string]struct {
			in   [][]assess.Rating
			want error
		}{
			"nothing": {nil, assess.ErrTooFew}, "one candidate": {[][]assess.Rating{two}, assess.ErrTooFew},
			"one examiner": {[][]assess.Rating{one, one}, assess.ErrTooFew}, "ragged": {[][]assess.Rating{two, one}, assess.ErrRagged},
		} {
			if _, err := assess.Agree(c.in); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

func pairSum() int {
	sum := 0
	for _, row := range shroutFleiss() {
		for i := range row {
			for j := range i {
				sum += int(max(row[i].Marks-row[j].Marks, row[j].Marks-row[i].Marks)) / 100
			}
		}
	}
	return sum
}

func TestKappa(t *testing.T) {
	t.Parallel()
	// Ten subjects, fourteen raters, five categories: the worked example that
	// goes with the formula in textbooks, κ = 0.210.
	fleiss := assess.Fleiss([][]int{
		{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1},
		{7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7},
	})
	near(t, "Fleiss's kappa", fleiss.Value, 0.210, 0.0005)
	// Twenty agreed on yes, fifteen on no, of fifty: (0.7 − 0.5) / (1 − 0.5).
	near(t, "Cohen's kappa", assess.Cohen([][]int{{20, 5}, {10, 15}}).Value, 0.4, 1e-9)
	near(t, "against each other", assess.Cohen([][]int{{0, 5}, {5, 0}}).Value, -1, 1e-9)
	if k := assess.Fleiss([][]int{{3, 0}, {3, 0}}); k.Known {
		t.Errorf("kappa of one category = %v", k)
	}
	if k := assess.Fleiss(nil); k.Known {
		t.Errorf("kappa of nothing = %v", k)
	}
	t.Run("OK two examiners by Cohen", func(t *testing.T) {
		t.Parallel()
		var rows [][]assess.Rating
		for _, c := range []struct {
			n    int
			a, b bool
		}{{20, true, true}, {5, true, false}, {10, false, true}, {15, false, false}} {
			for range c.n {
				rows = append(rows, []assess.Rating{{6000, c.a}, {6100, c.b}})
			}
		}
		a, err := assess.Agree(rows)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "kappa", a.Kappa.Value, 0.4, 1e-9)
		if a.Unanimous != 35 {
			t.Errorf("unanimous = %d", a.Unanimous)
		}
	})
}

func TestAgreeOf(t *testing.T) {
	t.Parallel()
	signed := func(marks ...bank.Marks) assess.Outcome {
		var o assess.Outcome
		for i, m := range marks {
			o.Sheets = append(o.Sheets, assess.Signature{Examiner: people.AccountID(rune('a' + i)), Total: assess.Total{Sum: m, Vetoed: m == 9999}})
		}
		return o
	}
	a, names, err := assess.AgreeOf([]assess.Outcome{signed(5900, 6100, 6200), {State: assess.Scoring}, signed(7000, 9999, 7000)}, 6000)
	if err != nil || a.Candidates != 2 || len(names) != 3 || a.Unanimous != 0 {
		t.Errorf("%+v of %v, %v", a, names, err)
	}
	absent := signed(7000, 7000)
	absent.Absent = true
	for name, all := range map[string][]assess.Outcome{"nobody": nil, "nobody signed": {{}}, "absent": {absent, absent}, "one": {signed(5000, 6000)}} {
		if _, _, err := assess.AgreeOf(all, 6000); !errors.Is(err, assess.ErrTooFew) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := assess.AgreeOf([]assess.Outcome{signed(5000, 6000), signed(5000, 6000, 7000)}, 6000); !errors.Is(err, assess.ErrRagged) {
		t.Errorf("two panels: %v", err)
	}
}

package stats

import (
	"math"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/bank"
)

// pearson by the schoolbook formula on raw sums, in whole numbers where the
// data are: another way to the same number.
func pearson(xs, ys []float64) (float64, bool) {
	var n, x, y, xx, yy, xy float64
	for i := range xs {
		n, x, y = n+1, x+xs[i], y+ys[i]
		xx, yy, xy = xx+xs[i]*xs[i], yy+ys[i]*ys[i], xy+xs[i]*ys[i]
	}
	a, b := n*xx-x*x, n*yy-y*y
	if a < 1e-7 || b < 1e-7 {
		return 0, false
	}
	return (n*xy - x*y) / math.Sqrt(a*b), true
}

func variance(xs []float64) float64 {
	var n, x, xx float64
	for _, v := range xs {
		n, x, xx = n+1, x+v, xx+v*v
	}
	return (xx - x*x/n) / (n - 1)
}

// TestAgainstNaive compares with a second implementation that takes the
// definitions word by word, on marks of a paper that everybody had.
func TestAgainstNaive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, items := rapid.IntRange(3, 40).Draw(t, "people"), rapid.IntRange(2, 8).Draw(t, "items")
		full := make([]int, items)
		for i := range full {
			full[i] = rapid.IntRange(1, 4).Draw(t, "full")
		}
		scores := make([][]float64, people)
		m := &Matrix{Items: make([]Item, items)}
		for p := range scores {
			scores[p] = make([]float64, items)
			var row Person
			for i := range items {
				s := rapid.IntRange(0, full[i]).Draw(t, "score")
				scores[p][i] = float64(s)
				row = append(row, Cell{Item: i, Score: bank.Marks(s), Full: bank.Marks(full[i])})
			}
			m.People = append(m.People, row)
		}
		a := Analyse(m)
		totals, parts := make([]float64, people), 0.0
		for i := range items {
			column, rest := make([]float64, people), make([]float64, people)
			for p := range scores {
				column[p] = scores[p][i]
				totals[p] += scores[p][i]
			}
			parts += variance(column)
			for p := range scores {
				for j := range items {
					if j != i {
						rest[p] += scores[p][j]
					}
				}
			}
			f := a.Items[i].Figures()
			agree(t, "item–rest", f.ItemRest, column, rest)
			sum := 0.0
			for _, x := range column {
				sum += x / float64(full[i])
			}
			if math.Abs(f.Facility.Value-sum/float64(people)) > 1e-12 {
				t.Fatalf("facility %v, want %v", f.Facility, sum/float64(people))
			}
		}
		for i := range items {
			column := make([]float64, people)
			for p := range scores {
				column[p] = scores[p][i]
			}
			f := a.Items[i].Figures()
			agree(t, "item–total", f.ItemTotal, column, totals)
			if d, ok := naiveD(column, totals, float64(full[i])); ok && f.D.Known() && math.Abs(f.D.Value-d) > 1e-9 {
				t.Fatalf("D = %v, want %v", f.D.Value, d)
			}
		}
		k, v := float64(items), variance(totals)
		if v > 1e-7 != a.Paper.Reliability.Known() {
			t.Fatalf("alpha %+v with a variance of %v", a.Paper.Reliability, v)
		}
		if want := k / (k - 1) * (1 - parts/v); v > 1e-7 && math.Abs(a.Paper.Reliability.Value-want) > 1e-6 {
			t.Fatalf("alpha = %v, want %v", a.Paper.Reliability.Value, want)
		}
	})
}

func agree(t *rapid.T, what string, got Figure, xs, ys []float64) {
	want, ok := pearson(xs, ys)
	if ok != got.Known() || ok && math.Abs(got.Value-want) > 1e-7 {
		t.Fatalf("%s = %+v, want %v %v", what, got, want, ok)
	}
}

// naiveD averages D over the borders' ties by listing each person in hundredths.
func naiveD(xs, totals []float64, full float64) (float64, bool) {
	type piece struct{ total, x float64 }
	var all []piece
	for i := range xs {
		var x, n float64
		for j := range xs { // among equals each stands for all
			if totals[j] == totals[i] {
				x, n = x+xs[j], n+1
			}
		}
		for range 100 {
			all = append(all, piece{totals[i], x / n / full})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].total < all[j].total })
	size := 27 * len(xs)
	var low, high float64
	for i := range size {
		low, high = low+all[i].x, high+all[len(all)-1-i].x
	}
	return (high - low) / float64(size), all[0].total != all[len(all)-1].total
}

// TestNothingIsNoNumber: whatever people had and did, every figure is a number
// in its range or says why there is none.
func TestNothingIsNoNumber(t *testing.T) {
	t.Parallel()
	letters := []bank.OptionID{"A", "B", "C"}
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.IntRange(1, 5).Draw(t, "items")
		m := &Matrix{}
		for range items {
			m.Items = append(m.Items, Item{Type: bank.Single, Options: letters, Key: letters[:1]})
		}
		for range rapid.IntRange(0, 12).Draw(t, "people") {
			var p Person
			for i := range items {
				if rapid.Bool().Draw(t, "held") {
					full := rapid.SampledFrom([]bank.Marks{0, 50, 100}).Draw(t, "full")
					c := Cell{Item: i, Full: full, Score: rapid.SampledFrom([]bank.Marks{0, full}).Draw(t, "score"), Seconds: rapid.Float64().Draw(t, "seconds")}
					if o := rapid.IntRange(0, 3).Draw(t, "option"); o < 3 {
						c.Chosen = letters[o : o+1]
					} else {
						c.Omitted, c.Score = true, 0
					}
					p = append(p, c)
				}
			}
			m.People = append(m.People, p)
		}
		a := Analyse(m)
		limits := DefaultLimits()
		limits.MinPeople = 3
		for i := range a.Items {
			f := a.Items[i].Figures()
			for _, x := range []Figure{f.Facility, f.ItemRest, f.ItemTotal, f.D, f.Omitted} {
				in(t, x, -1, 1)
			}
			in(t, f.Median, 0, 1e5)
			Judge(&m.Items[i], &a.Items[i], &f, 30, &limits)
			if n := a.Items[i].Thirds.Sum(); n != f.People {
				t.Fatalf("thirds hold %d of %d", n, f.People)
			}
		}
		in(t, a.Paper.Mean, 0, 1e6)
		in(t, a.Paper.SD, 0, 1e6)
		in(t, a.Paper.SEM, 0, 1e6)
		in(t, a.Paper.Reliability, -1e9, 1)
	})
}

func in(t *rapid.T, f Figure, least, most float64) {
	if math.IsNaN(f.Value) || f.Value < least || f.Value > most || f.Why != "" && f.Value != 0 {
		t.Fatalf("%+v is not in %v … %v", f, least, most)
	}
}

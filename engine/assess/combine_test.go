package assess_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
)

func TestCombine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		rule  assess.Rule
		marks []bank.Marks
		want  bank.Marks
	}{
		{"the design's example", assess.Mean, []bank.Marks{7800, 7450, 6100}, 7117},
		{"half goes up", assess.Mean, []bank.Marks{1, 2}, 2},
		{"below half goes down", assess.Mean, []bank.Marks{1, 1, 2}, 1},
		{"nobody", assess.Mean, nil, 0},
		{"highest and lowest fall out", assess.TrimmedMean, []bank.Marks{0, 7000, 7001, 7003, 10000}, 7001},
		{"too few to trim", assess.TrimmedMean, []bank.Marks{0, 6000, 9000}, 5000},
		{"the middle one", assess.Median, []bank.Marks{9000, 0, 6100}, 6100},
		{"between two middles", assess.Median, []bank.Marks{10, 2, 1, 5}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := assess.Combine(c.rule, c.marks); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestCombineExact holds Combine against exact fractions, with marks in any
// order.
func TestCombineExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom([]assess.Rule{assess.Mean, assess.TrimmedMean, assess.Median}).Draw(t, "rule")
		raw := rapid.SliceOfN(rapid.Int64Range(-10000, 10000), 1, 25).Draw(t, "marks")
		marks := make([]bank.Marks, len(raw))
		for i, m := range raw {
			marks[i] = bank.Marks(m)
		}
		want := exact(rule, raw)
		if got := assess.Combine(rule, marks); int64(got) != want {
			t.Fatalf("%s of %v: got %d, want %d", rule, raw, got, want)
		}
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		shuffle.Shuffle(len(marks), func(i, j int) { marks[i], marks[j] = marks[j], marks[i] })
		if got := assess.Combine(rule, marks); int64(got) != want {
			t.Fatalf("%s of %v: the order matters", rule, marks)
		}
	})
}

// exact is ⌊x + 1/2⌋ of the rule's fraction x.
func exact(rule assess.Rule, raw []int64) int64 {
	all := slices.Sorted(slices.Values(raw))
	n := len(all)
	if rule == assess.TrimmedMean && n >= 5 {
		all = all[1 : n-1]
	}
	if rule == assess.Median {
		all = []int64{all[(n-1)/2], all[n/2]}
	}
	x := new(big.Rat)
	for _, m := range all {
		x.Add(x, new(big.Rat).SetInt64(m))
	}
	x.Quo(x, new(big.Rat).SetInt64(int64(len(all))))
	x.Add(x, big.NewRat(1, 2))
	floor, remainder := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	if remainder.Sign() < 0 {
		panic("Euclidean division has no negative remainder")
	}
	return floor.Int64()
}

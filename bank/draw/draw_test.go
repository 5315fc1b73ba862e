package draw_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestSeed pins the scheme: whoever audits a sitting computes the same. The
// wanted value was computed with Python's hmac.
func TestSeed(t *testing.T) {
	t.Parallel()
	if got, want := fmt.Sprintf("%x", draw.Seed([]byte("secret"), "s", "c", 1)), "35ce935e4a70dc100989b20f90a5d654f1f49a6ca0bc55ef883e10f65bfcc409"; got != want {
		t.Errorf("seed %s, want %s", got, want)
	}
	if got, want := draw.Digest([]byte("secret")), "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	seen := map[[32]byte]bool{}
	for _, s := range [][32]byte{
		draw.Seed([]byte("k"), "ab", "c", 1), draw.Seed([]byte("k"), "a", "bc", 1), draw.Seed([]byte("k"), "abc", "", 1),
		draw.Seed([]byte("k"), "ab", "c", 2), draw.Seed([]byte("l"), "ab", "c", 1),
	} {
		if seen[s] {
			t.Error("two inputs have the same seed")
		}
		seen[s] = true
	}
}

// golden is a bank with every type, options that stay last, a case of three
// parts and exclusions.
func golden() ([]bank.Revision, bank.Blueprint) {
	revs, _ := banktest.Generate(3, 400)
	for i := range 4 {
		e := item(fmt.Sprintf("E-%d", i), bank.Case, point("A-A-A", 500+i), 2+i%3)
		e.Item = bank.NewItemID(banktest.Bank, fmt.Sprintf("E-A-A-A-%d-001", 500+i))
		revs = append(revs, e)
	}
	bp := bank.Blueprint{
		ID: "golden", Bank: banktest.Bank, MaxPerPoint: 2, Difficulty: map[int]int{1: 20, 2: 30, 3: 30, 4: 10, 5: 10},
		Sections: []bank.Section{{Type: bank.Single, Count: 8, Points: 100}, {Type: bank.Multiple, Count: 4, Points: 200}, {Type: bank.Judgement, Count: 4, Points: 50}, {Type: bank.Blank, Count: 2, Points: 100}, {Type: bank.Case, Count: 1, Points: 1000}},
	}
	return revs, bp
}

// TestGolden notices when a change of the algorithm changes papers.
func TestGolden(t *testing.T) {
	t.Parallel()
	revs, bp := golden()
	plan := mustPlan(t, revs, bp)
	paper, err := plan.Draw(draw.Request{Seed: seed(1)})
	if err != nil {
		t.Fatal(err)
	}
	mustObey(t, bp, byID(revs), paper)
	got := write(plan, paper)
	path := filepath.Join("testdata", "paper.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("paper (-want +got):\n%s", diff)
	}
}

func write(plan *draw.Plan, paper bank.Paper) string {
	var b strings.Builder
	fmt.Fprintf(&b, "blueprint %s\nbank %s\nseed %s\n", paper.Blueprint, paper.Bank, paper.Seed)
	fmt.Fprintf(&b, "expected %s, target %s, mix %v, total %s\n----------\n", plan.Expected(paper), plan.Target(), plan.Mix(), paper.Total())
	for _, s := range paper.Slots {
		fmt.Fprintf(&b, "%d section %d %s revision %d part %d points %s order %v\n", s.Number, s.Section, s.Ref.Item, s.Ref.Revision, s.Ref.Part, s.Points, s.Order)
	}
	return b.String()
}

// TestCaseParts checks how the points of a case are spread.
func TestCaseParts(t *testing.T) {
	t.Parallel()
	revs := []bank.Revision{item("e", bank.Case, point("A", 1), 3)}
	plan := mustPlan(t, revs, bank.Blueprint{Bank: "t", Sections: []bank.Section{{Type: bank.Case, Count: 1, Points: 1001}}})
	paper, err := plan.Draw(draw.Request{Seed: seed(1)})
	if err != nil {
		t.Fatal(err)
	}
	var got []bank.Marks
	for i, s := range paper.Slots {
		if s.Ref.Part != i+1 {
			t.Errorf("slot %d has part %d", i, s.Ref.Part)
		}
		got = append(got, s.Points)
	}
	if diff := cmp.Diff([]bank.Marks{334, 334, 333}, got); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

// TestSampleBanks draws many papers from banks of several sizes with
// everything demanded at once and checks each, and that any two are at most
// one point apart.
func TestSampleBanks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		n, count int
	}{{"small", 3000, 100}, {"twenty thousand", 20_000, 150}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			revs, _ := banktest.Generate(11, c.n)
			bp, index := standardBlueprint(), byID(revs)
			for _, mix := range []map[int]int{bp.Difficulty, nil} {
				bp.Difficulty = mix
				plan := mustPlan(t, revs, bp)
				low, high := 1<<60, 0
				for i := range c.count {
					paper, err := plan.Draw(draw.Request{Seed: seed(i)})
					if err != nil {
						t.Fatal(err)
					}
					expected := mustObey(t, bp, index, paper)
					low, high = min(low, expected), max(high, expected)
					in, err := plan.Inspect(paper, nil)
					if off, proved := plan.Deviation(); err != nil || !proved || in.Deviation != off {
						t.Fatalf("deviation %d of %d, proved %v, %v", in.Deviation, off, proved, err)
					}
				}
				if high-low > 10_000 {
					t.Errorf("expected scores from %d to %d ten-thousandths", low, high)
				}
			}
		})
	}
}

// TestScarceMix takes nearly all very hard items away. The mix is then relaxed
// by as little as possible, and the expected score is kept.
func TestScarceMix(t *testing.T) {
	t.Parallel()
	for keep, want := range map[int]int{40: 2, 100: 9, 400: 9} {
		revs, _ := banktest.Generate(5, 3000)
		for i := range revs {
			if revs[i].Difficulty == 5 && i%keep > 0 {
				revs[i].Difficulty = 4
			}
		}
		bp := standardBlueprint()
		plan := mustPlan(t, revs, bp)
		if got, proved := plan.Deviation(); got != want || !proved {
			t.Errorf("one of %d kept: deviation %d, proved %v, want %d", keep, got, proved, want)
		}
		for i := range 20 {
			paper, err := plan.Draw(draw.Request{Seed: seed(i)})
			if err != nil {
				t.Fatal(err)
			}
			mustObey(t, bp, byID(revs), paper)
			if in, _ := plan.Inspect(paper, nil); in.Deviation != want {
				t.Errorf("one of %d kept: a paper with deviation %d", keep, in.Deviation)
			}
		}
	}
}

// TestProperties draws banks and blueprints at random. What is promised must
// hold of every paper, and nothing may depend on the order of the input.
func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(60, 600).Draw(t, "items")
		revs, _ := banktest.Generate(rapid.Uint64().Draw(t, "bank"), n)
		bp := bank.Blueprint{ID: "p", Bank: banktest.Bank, MaxPerPoint: rapid.IntRange(1, 3).Draw(t, "per point"), AvoidMet: rapid.Bool().Draw(t, "avoid")}
		for _, kind := range []bank.Type{bank.Single, bank.Multiple, bank.Judgement} {
			bp.Sections = append(bp.Sections, bank.Section{Type: kind, Count: rapid.IntRange(1, 12).Draw(t, "count"), Points: bank.Marks(rapid.IntRange(1, 6).Draw(t, "points") * 50)})
		}
		if rapid.Bool().Draw(t, "weights") {
			bp.Weights = standardBlueprint().Weights
		}
		if rapid.Bool().Draw(t, "mix") {
			bp.Difficulty = standardBlueprint().Difficulty
		}
		plan, err := draw.NewPool(revs).Plan(bp)
		var short *draw.Shortage
		if errors.As(err, &short) {
			if len(short.Cells) == 0 && !short.Undecided {
				t.Fatalf("names no cell: %v", short)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		req := draw.Request{Seed: seed(rapid.IntRange(0, 1000).Draw(t, "seed")), Met: map[bank.ItemID]bool{}}
		for i := 0; i < n; i += rapid.IntRange(1, 9).Draw(t, "met") {
			req.Met[revs[i].Item] = true
		}
		paper, err := plan.Draw(req)
		if err != nil {
			t.Fatal(err)
		}
		mustObey(t, bp, byID(revs), paper)
		if off := plan.Expected(paper) - plan.Target(); off > 50 || off < -50 {
			t.Fatalf("expected score is off the target by %s", off)
		}
		mixed := slices.Clone(revs)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		other, err := draw.NewPool(mixed).Plan(bp)
		if err != nil {
			t.Fatal(err)
		}
		again, err := other.Draw(req)
		if diff := cmp.Diff(paper, again); err != nil || diff != "" {
			t.Fatalf("%v, not the same paper:\n%s", err, diff)
		}
	})
}

// TestUniform draws from a bank that leaves everything free and checks with
// Pearson's chi-square test that the items of a cell and difficulty come
// equally often, and those of a cell about equally often.
func TestUniform(t *testing.T) {
	t.Parallel()
	var revs []bank.Revision
	for i := range 60 {
		revs = append(revs, item(fmt.Sprintf("%02d", i), bank.Single, point("A", i), 2+i%3))
	}
	for _, mix := range []map[int]int{nil, {2: 25, 3: 50, 4: 25}} {
		bp := bank.Blueprint{Bank: "t", Difficulty: mix, Sections: []bank.Section{{Type: bank.Single, Count: 12, Points: 100}}}
		plan := mustPlan(t, revs, bp)
		count := map[bank.ItemID]int{}
		first := map[bank.OptionID]int{}
		const papers = 3000
		for i := range papers {
			paper, err := plan.Draw(draw.Request{Seed: seed(i)})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range paper.Slots {
				count[s.Ref.Item]++
				first[s.Order[0]]++
			}
		}
		for d := range 3 {
			sum := 0
			for i := d; i < 60; i += 3 {
				sum += count[revs[i].Item]
			}
			mean, chi := float64(sum)/20, 0.0
			for i := d; i < 60; i += 3 {
				chi += (float64(count[revs[i].Item]) - mean) * (float64(count[revs[i].Item]) - mean) / mean
			}
			// 19 degrees of freedom: 43.8 is exceeded once in a thousand.
			if chi > 43.8 {
				t.Errorf("mix %v, difficulty %d: chi-square %.1f", mix, 2+d, chi)
			}
			if share := mean / papers; mix == nil && (share < 0.185 || share > 0.215) {
				t.Errorf("difficulty %d: an item stands on %.3f of the papers, want 0.200", 2+d, share)
			}
		}
		for _, o := range []bank.OptionID{"A", "B", "C", "D"} {
			if share := float64(first[o]) / papers / 12; share < 0.24 || share > 0.26 {
				t.Errorf("option %s stands first in %.3f", o, share)
			}
		}
	}
}

// TestBlueprintErrors checks what is refused before any bank is looked at.
func TestBlueprintErrors(t *testing.T) {
	t.Parallel()
	ok := []bank.Section{{Type: bank.Single, Count: 1, Points: 100}}
	for name, bp := range map[string]bank.Blueprint{
		"no sections":  {},
		"per point":    {Sections: ok, MaxPerPoint: -1},
		"exposure":     {Sections: ok, Exposure: 101},
		"facility":     {Sections: ok, Facility: map[int]int{1: 120}},
		"zero weights": {Sections: ok, Weights: []bank.RangeWeight{{Range: "A"}}},
	} {
		if _, err := draw.NewPool(nil).Plan(bp); !errors.Is(err, bank.ErrBlueprint) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestPool checks which revision counts and which items are left out.
func TestPool(t *testing.T) {
	t.Parallel()
	old, now := item("a", bank.Single, point("A", 1), 3), item("a", bank.Single, point("A", 1), 3)
	now.Number = 4
	empty := item("e", bank.Case, point("A", 2), 3)
	empty.Parts = nil
	foreign := item("b", bank.Single, point("A", 2), 3)
	foreign.Item = "t2/b"
	pool := draw.NewPool([]bank.Revision{old, now, empty, foreign})
	if pool.Len() != 2 {
		t.Errorf("pool has %d items", pool.Len())
	}
	bp := bank.Blueprint{Bank: "t", Sections: []bank.Section{{Type: bank.Single, Count: 1, Points: 100}}}
	plan, err := pool.Plan(bp)
	if err != nil {
		t.Fatal(err)
	}
	paper, err := plan.Draw(draw.Request{})
	if err != nil || paper.Slots[0].Ref != (bank.Ref{Item: "t/a", Revision: 4}) {
		t.Errorf("got %+v, %v", paper.Slots, err)
	}
}

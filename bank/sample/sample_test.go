package sample_test

import (
	"testing"
	"time"
	"unicode"

	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"
	"gongyuan/bank/sample"
)

func load(t *testing.T, l sample.Level) exchange.Import {
	t.Helper()
	f, err := l.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := xlsx.Read(f, xlsx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestLevels holds the sample banks to what their writers were asked for.
func TestLevels(t *testing.T) {
	t.Parallel()
	for _, l := range sample.Levels() {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			in := load(t, l)
			for _, v := range in.Verdicts {
				if v.Outcome != exchange.Kept {
					t.Errorf("row %d %s: %s %s: %q", v.Row, v.Field, v.Outcome, v.Reason, v.Old)
				}
			}
			if n := len(in.Revisions); n < 160 || in.Counts.Kept != n {
				t.Errorf("%d items, counts %+v", n, in.Counts)
			}
			if in.Bank != l.Bank || in.Title != l.Title {
				t.Errorf("bank %q, title %q", in.Bank, in.Title)
			}
			if faults := in.Outline.Check(); len(faults) > 0 {
				t.Errorf("outline: %+v", faults)
			}
			checkBlueprint(t, in.Blueprint)
			checkItems(t, in.Revisions)
			checkLetters(t, in.Revisions)
			checkStems(t, in.Revisions)
			checkPoints(t, in)
		})
	}
}

func checkBlueprint(t *testing.T, b *bank.Blueprint) {
	t.Helper()
	sum := 0
	for _, w := range b.Weights {
		sum += w.Weight
	}
	if b.Total() != bank.FullMarks || b.MaxPerPoint != 2 || sum != 100 || b.Duration != 90*time.Minute {
		t.Errorf("blueprint: %+v", b)
	}
}

// TestDraw draws papers by the blueprint of each level.
func TestDraw(t *testing.T) {
	t.Parallel()
	for _, l := range sample.Levels() {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			in := load(t, l)
			plan, err := draw.NewPool(in.Revisions).Plan(*in.Blueprint)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 20 {
				paper, err := plan.Draw(draw.Request{Seed: draw.Seed([]byte("secret"), "sitting", "candidate", i)})
				if err != nil {
					t.Fatal(err)
				}
				if paper.Total() != bank.FullMarks {
					t.Fatalf("a paper is worth %s", paper.Total())
				}
			}
		})
	}
}

func checkItems(t *testing.T, revisions []bank.Revision) {
	t.Helper()
	held := map[bank.ItemID]bool{}
	for _, r := range revisions {
		held[r.Item] = true
	}
	for _, r := range revisions {
		for _, q := range append([]bank.Question{r.Question}, r.Parts...) {
			if q.Type.Choice() && q.Explanation == "" {
				t.Errorf("%s has no explanation", r.Item)
			}
			if q.Type == bank.Multiple && len(q.Key.Options) < 2 {
				t.Errorf("%s has %d right options", r.Item, len(q.Key.Options))
			}
		}
		for _, id := range r.Excludes {
			if !held[id] {
				t.Errorf("%s excludes %s, which is not there", r.Item, id)
			}
		}
	}
}

// checkLetters: no letter is right much more often than the others.
func checkLetters(t *testing.T, revisions []bank.Revision) {
	t.Helper()
	count, all := map[bank.OptionID]int{}, 0
	right := map[bank.OptionID]int{}
	for _, r := range revisions {
		switch r.Type {
		case bank.Single:
			count[r.Key.Options[0]]++
			all++
		case bank.Judgement:
			right[r.Key.Options[0]]++
		}
	}
	for _, id := range []bank.OptionID{"A", "B", "C", "D"} {
		if share := 100 * count[id] / all; share < 22 || share > 28 {
			t.Errorf("%s is right in %d %% of the single choices", id, share)
		}
	}
	if yes, no := right[bank.True], right[bank.False]; 100*yes < 35*(yes+no) || 100*no < 35*(yes+no) {
		t.Errorf("%d judgements are right, %d wrong", yes, no)
	}
}

// checkStems: no two stems of a bank are alike, measured by the pairs of
// neighbouring characters that they share.
func checkStems(t *testing.T, revisions []bank.Revision) {
	t.Helper()
	pairs := make([]map[[2]rune]bool, len(revisions))
	for i, r := range revisions {
		pairs[i] = map[[2]rune]bool{}
		var before rune
		for _, c := range r.Stem {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				pairs[i][[2]rune{before, c}] = true
				before = c
			}
		}
		for j := range i {
			common := 0
			for p := range pairs[i] {
				if pairs[j][p] {
					common++
				}
			}
			if union := len(pairs[i]) + len(pairs[j]) - common; 10*common >= 7*union {
				t.Errorf("stems alike: %s, %s: %s", revisions[j].Item, r.Item, r.Stem)
			}
		}
	}
}

// checkPoints: each point has at least three items, four on the average.
func checkPoints(t *testing.T, in exchange.Import) {
	t.Helper()
	count := map[bank.PointCode]int{}
	for _, r := range in.Revisions {
		count[r.Point]++
	}
	points := in.Outline.Points()
	for _, p := range points {
		if count[p.Code] < 3 {
			t.Errorf("point %s has %d items", p.Code, count[p.Code])
		}
	}
	if len(in.Revisions) < 4*len(points) {
		t.Errorf("%d items for %d points", len(in.Revisions), len(points))
	}
}

// TestEqualPapers draws the papers of a sitting of 300 and holds any two of
// them to within a point of expected score.
func TestEqualPapers(t *testing.T) {
	t.Parallel()
	for _, l := range sample.Levels() {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			in := load(t, l)
			plan, err := draw.NewPool(in.Revisions).Plan(*in.Blueprint)
			if err != nil {
				t.Fatal(err)
			}
			reqs := make([]draw.Request, 300)
			for i := range reqs {
				reqs[i].Seed = draw.Seed([]byte("secret"), "sitting", string(rune('a'+i)), 1)
			}
			papers, err := plan.DrawAll(t.Context(), reqs, nil)
			if err != nil {
				t.Fatal(err)
			}
			least, most := bank.FullMarks, bank.Marks(0)
			for _, p := range papers {
				e := plan.Expected(p)
				least, most = min(least, e), max(most, e)
			}
			if most-least > 100 {
				t.Errorf("expected scores from %s to %s", least, most)
			}
			t.Logf("expected scores from %s to %s", least, most)
		})
	}
}

// TestWritten draws papers with questions that people mark, each of which says
// what it looks for.
func TestWritten(t *testing.T) {
	t.Parallel()
	in := load(t, sample.Levels()[1])
	bp := sample.Written()
	if bp.Total() != bank.FullMarks || bp.Bank != in.Bank {
		t.Errorf("blueprint: %+v", bp)
	}
	plan, err := draw.NewPool(in.Revisions).Plan(bp)
	if err != nil {
		t.Fatal(err)
	}
	met := map[bank.ItemID]bool{}
	for i := range 60 {
		paper, err := plan.Draw(draw.Request{Seed: draw.Seed([]byte("secret"), "sitting", "candidate", i)})
		if err != nil || paper.Total() != bank.FullMarks {
			t.Fatalf("a paper is worth %s: %v", paper.Total(), err)
		}
		for _, s := range paper.Slots {
			met[s.Ref.Item] = true
		}
	}
	words := 0
	for _, r := range in.Revisions {
		for _, q := range append([]bank.Question{r.Question}, r.Parts...) {
			if q.Type.ByEngine() || q.Type == bank.Case {
				continue
			}
			words++
			if len(q.Key.Rubric) < 3 || !met[r.Item] {
				t.Errorf("%s: %d criteria, drawn: %v", r.Item, len(q.Key.Rubric), met[r.Item])
			}
		}
	}
	if words < 8 {
		t.Errorf("%d questions for people", words)
	}
}

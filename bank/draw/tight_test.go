package draw_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/draw"
)

// staircase makes, in every range, seven types of which the first has items
// at point 1 only, the second at 1 and 2, and so on. With one item per point
// only the diagonal fits. Decoys at a point that is always taken make the
// narrow types look wide.
func staircase(ranges int) ([]bank.Revision, bank.Blueprint) {
	var revs []bank.Revision
	bp := bank.Blueprint{Bank: "t"}
	types := bank.Types()
	for _, kind := range slices.Backward(types) {
		bp.Sections = append(bp.Sections, bank.Section{Type: kind, Count: ranges, Points: 100})
	}
	for r := range ranges {
		code := fmt.Sprintf("R%02d", r)
		bp.Weights = append(bp.Weights, bank.RangeWeight{Range: bank.RangeCode(code), Weight: 1})
		for k, kind := range types {
			for p := range k + 1 {
				revs = append(revs, item(fmt.Sprintf("%s-%d-%d", code, k, p), kind, point(code, p), 3))
			}
			// The decoys exclude the only item of the first type.
			for d := range 3 * (len(types) - k) {
				if k > 0 {
					revs = append(revs, item(fmt.Sprintf("%s-%d-decoy-%d", code, k, d), kind, point(code, 100+d), 3, fmt.Sprintf("%s-0-0", code)))
				}
			}
		}
	}
	return revs, bp
}

// greedy is the naive draw: a random item at a time, the whole paper again
// when stuck. It reports how often it finished.
func greedy(revs []bank.Revision, bp bank.Blueprint, tries int) int {
	rng := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range tries {
		points, taken, barred := map[bank.PointCode]bool{}, map[bank.ItemID]bool{}, map[bank.ItemID]bool{}
		ok := true
		for _, c := range bp.Cells() {
			var open []*bank.Revision
			for i := range revs {
				r := &revs[i]
				if r.Type == c.Type && c.Range.Contains(r.Point) && !points[r.Point] && !barred[r.Item] && !slices.ContainsFunc(r.Excludes, func(e bank.ItemID) bool { return taken[e] }) {
					open = append(open, r)
				}
			}
			if len(open) == 0 {
				ok = false
				break
			}
			r := open[rng.IntN(len(open))]
			points[r.Point], taken[r.Item] = true, true
			for _, e := range r.Excludes {
				barred[e] = true
			}
		}
		if ok {
			found++
		}
	}
	return found
}

// TestOnlyOnePaper draws from banks that hold a single paper, which the naive
// draw does not find.
func TestOnlyOnePaper(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func() ([]bank.Revision, bank.Blueprint){
		"staircase": func() ([]bank.Revision, bank.Blueprint) { return staircase(12) },
		"chain":     func() ([]bank.Revision, bank.Blueprint) { return chain(30) },
		"mix":       func() ([]bank.Revision, bank.Blueprint) { return onlyMix(8) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			revs, bp := make()
			if n := greedy(revs, bp, 200); name != "mix" && n > 0 {
				t.Errorf("the naive draw found %d papers", n)
			}
			plan := mustPlan(t, revs, bp)
			var want []bank.ItemID
			for i := range 5 {
				paper, err := plan.Draw(draw.Request{Seed: seed(i)})
				if err != nil {
					t.Fatal(err)
				}
				mustObey(t, bp, byID(revs), paper)
				var items []bank.ItemID
				for _, s := range paper.Slots {
					items = append(items, s.Ref.Item)
				}
				slices.Sort(items)
				if items = slices.Compact(items); want != nil && !slices.Equal(items, want) {
					t.Errorf("there is a second paper: %v and %v", items, want)
				}
				want = items
			}
		})
	}
}

// chain has two items per range, a and b, but for the last, which has only a.
// b of one range excludes a of the next, so that b once taken leads to b up to
// the last range, where nothing is left: a must be taken everywhere.
func chain(n int) ([]bank.Revision, bank.Blueprint) {
	var revs []bank.Revision
	bp := bank.Blueprint{Bank: "t", Sections: []bank.Section{{Type: bank.Single, Count: n, Points: 100}}}
	for i := range n {
		code := fmt.Sprintf("R%02d", i)
		bp.Weights = append(bp.Weights, bank.RangeWeight{Range: bank.RangeCode(code), Weight: 1})
		revs = append(revs, item(fmt.Sprintf("a%02d", i), bank.Single, point(code, 1), 3))
		if i < n-1 {
			revs = append(revs, item(fmt.Sprintf("b%02d", i), bank.Single, point(code, 2), 3, fmt.Sprintf("a%02d", i+1)))
		}
	}
	return revs, bp
}

// onlyMix has in each range a pair of items of one difficulty, which share a
// point, and one item of a difficulty that only the mix forces: the demanded
// mix exists once.
func onlyMix(n int) ([]bank.Revision, bank.Blueprint) {
	var revs []bank.Revision
	bp := bank.Blueprint{Bank: "t", Difficulty: map[int]int{2: 50, 4: 50}}
	bp.Sections = []bank.Section{{Type: bank.Single, Count: n, Points: 500}, {Type: bank.Judgement, Count: n, Points: 500}}
	for i := range n {
		code := fmt.Sprintf("R%02d", i)
		bp.Weights = append(bp.Weights, bank.RangeWeight{Range: bank.RangeCode(code), Weight: 1})
		revs = append(revs,
			item(fmt.Sprintf("s%02d-x", i), bank.Single, point(code, 1), 2),
			item(fmt.Sprintf("s%02d-y", i), bank.Single, point(code, 2), 3),
			item(fmt.Sprintf("j%02d-x", i), bank.Judgement, point(code, 2), 4),
			item(fmt.Sprintf("j%02d-y", i), bank.Judgement, point(code, 1), 4))
	}
	return revs, bp
}

// TestNotDecided gives a pigeonhole problem, one paper less than there is
// room for: hopeless, but not to be proved by a bounded search. The answer
// must not say that it is impossible.
func TestNotDecided(t *testing.T) {
	t.Parallel()
	const holes = 11
	var revs []bank.Revision
	bp := bank.Blueprint{Bank: "t", Sections: []bank.Section{{Type: bank.Single, Count: holes + 1, Points: 100}}}
	for p := range holes + 1 {
		code := fmt.Sprintf("R%02d", p)
		bp.Weights = append(bp.Weights, bank.RangeWeight{Range: bank.RangeCode(code), Weight: 1})
		for h := range holes {
			var others []string
			for q := range p {
				others = append(others, fmt.Sprintf("%02d-%02d", q, h))
			}
			revs = append(revs, item(fmt.Sprintf("%02d-%02d", p, h), bank.Single, point(code, h), 3, others...))
		}
	}
	_, err := draw.NewPool(revs).Plan(bp)
	var short *draw.Shortage
	if !errors.As(err, &short) || !short.Undecided {
		t.Fatalf("got %v", err)
	}
	t.Log(short.Text("zh-CN"), short.Text("en"))
}

// TestShortageTexts checks data and sentences of the reasons.
func TestShortageTexts(t *testing.T) {
	t.Parallel()
	b := func(count int) bank.Blueprint {
		return bank.Blueprint{Bank: "t", Sections: []bank.Section{{Type: bank.Single, Count: count, Points: 100}}, Weights: []bank.RangeWeight{{Range: "A", Weight: 1}}}
	}
	var spread, heap, foes []bank.Revision
	for i := range 6 {
		spread = append(spread, item(fmt.Sprint(i), bank.Single, point("A", i), 1))
		heap = append(heap, item(fmt.Sprint(i), bank.Single, point("A", i/3), 3))
		foes = append(foes, item(fmt.Sprint(i), bank.Single, point("A", i), 3, fmt.Sprint(i^1)))
	}
	hard := b(4)
	hard.Difficulty = map[int]int{5: 100}
	rare := b(4)
	rare.Exposure = 50
	for _, c := range []struct {
		name   string
		revs   []bank.Revision
		bp     bank.Blueprint
		zh, en string
	}{
		{"too few", spread, b(8), "题库不能满足组卷方案。范围 A 题型 B：需要 8 题，可用 6 题，缺 2 题，原因：试题数量不足。可以：新增 2 道试题（属于未被占用的鉴定点），或将题数降为 6。",
			"The bank cannot meet the blueprint. Type B in range A: 8 needed, 6 usable, 2 missing, because there are too few items. What would help: add 2 items at points not yet taken, or lower the count to 6."},
		{"per point", heap, b(4), "题库不能满足组卷方案。范围 A 题型 B：需要 4 题，可用 6 题，缺 2 题，原因：受每个鉴定点题数上限限制。可以：新增 2 道试题（属于未被占用的鉴定点），或将题数降为 2，或每个鉴定点允许 2 题。",
			"The bank cannot meet the blueprint. Type B in range A: 4 needed, 6 usable, 2 missing, because of the limit per assessment point. What would help: add 2 items at points not yet taken, or lower the count to 2, or allow 2 per point."},
		{"exclusions", foes, b(4), "题库不能满足组卷方案。范围 A 题型 B：需要 4 题，可用 6 题，缺 1 题，原因：受互斥试题限制。可以：新增 1 道试题（属于未被占用的鉴定点），或将题数降为 3。",
			"The bank cannot meet the blueprint. Type B in range A: 4 needed, 6 usable, 1 missing, because items exclude each other. What would help: add 1 item at points not yet taken, or lower the count to 3."},
		{"difficulty", spread, hard, "题库不能满足组卷方案。范围 A 题型 B：需要 4 题，可用 6 题，缺 4 题，原因：难度分布达不到预期得分。可以：新增 4 道难度为 5 的试题（属于未被占用的鉴定点），或调整难度比例。", ""},
		{"exposure", spread[:6], rare, "", ""},
	} {
		_, err := draw.NewPool(c.revs).Plan(c.bp)
		var short *draw.Shortage
		if !errors.As(err, &short) {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		if got := short.Text("zh-CN"); c.zh != "" && got != c.zh {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.zh)
		}
		if got := short.Text("en"); c.en != "" && got != c.en {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.en)
		}
		t.Log(err)
	}
}

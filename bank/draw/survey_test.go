package draw_test

import (
	"math"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
)

// TestSurvey takes one demand after another beyond what the bank has and wants
// every repair to be a blueprint that can be drawn.
func TestSurvey(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(3, 600)
	pool := draw.NewPool(revs)
	for name, c := range map[string]struct {
		change func(*bank.Blueprint)
		want   []draw.Change // among the repairs
	}{
		"OK":            {func(*bank.Blueprint) {}, nil},
		"Err too few":   {func(b *bank.Blueprint) { b.Sections[3].Count = 25 }, []draw.Change{draw.LowerSection}},
		"Err weight":    {func(b *bank.Blueprint) { b.Weights[0].Weight, b.Sections[2].Count = 200, 12 }, []draw.Change{draw.ShiftWeight}},
		"Err per point": {func(b *bank.Blueprint) { b.Weights[0].Weight = 200 }, []draw.Change{draw.AllowPerPoint, draw.ShiftWeight}},
		"Err mix":       {func(b *bank.Blueprint) { b.Difficulty = map[int]int{5: 100} }, []draw.Change{draw.ChangeMix}},
		"Err exposure":  {func(b *bank.Blueprint) { b.Exposure = 2 }, []draw.Change{draw.RaiseExposure}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bp := standardBlueprint()
			bp.Sections[0].Count, bp.Sections[1].Count = 12, 4
			bp.Sections[2].Count, bp.Sections[3].Count = 4, 2
			bp.Difficulty = nil
			c.change(&bp)
			s, err := pool.Survey(bp)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Cells) != len(bp.Cells()) {
				t.Errorf("%d cells, want %d", len(s.Cells), len(bp.Cells()))
			}
			if c.want == nil {
				if s.Plan == nil || s.Short != nil || s.Repairs() != nil {
					t.Errorf("%v", s.Short)
				}
				return
			}
			if s.Plan != nil || s.Short == nil {
				t.Fatal("there is a paper")
			}
			found := map[draw.Change]bool{}
			repairs := s.Repairs()
			for i, r := range repairs {
				found[r.Change] = true
				if i > 0 && r.Size < repairs[i-1].Size || r.Size < 1 || len(r.Edits) == 0 {
					t.Errorf("repair %d: %+v", i, r)
				}
				if _, err := pool.Plan(r.Blueprint); err != nil {
					t.Errorf("%s %+v: %v", r.Change, r.Edits, err)
				}
			}
			for _, w := range c.want {
				if !found[w] {
					t.Errorf("no %s in %+v, short of %s", w, repairs, s.Short.Text("en"))
				}
			}
		})
	}
}

// TestOutlookCounts holds the estimate of how many papers there are against
// their number, counted one by one.
func TestOutlookCounts(t *testing.T) {
	t.Parallel()
	far := 0
	for n := range 24 {
		revs, _ := banktest.Generate(uint64(n), 60+5*n)
		bp := bank.Blueprint{
			ID: "b", Bank: banktest.Bank, MaxPerPoint: 1 + n%2,
			Sections: []bank.Section{{Type: bank.Single, Count: 3, Points: 100}, {Type: bank.Judgement, Count: 2, Points: 100}},
			Weights:  []bank.RangeWeight{{Range: "B", Weight: 50}, {Range: "C", Weight: 50}},
		}
		if n%3 > 0 {
			bp.Difficulty = map[int]int{1: 20, 2: 20, 3: 40, 4: 20}
		}
		plan, err := draw.NewPool(revs).Plan(bp)
		if err != nil {
			continue
		}
		out, err := plan.Outlook(t.Context(), 20, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := math.Log10(float64(countPapers(revs, bp, plan.Mix())))
		if want < 3 && out.Log10 < 3.1 {
			continue // few papers: all that is said of them is that they are few
		}
		far++
		if math.Abs(out.Log10-want) > 0.3 {
			t.Errorf("bank %d: 10^%.2f papers, counted 10^%.2f", n, out.Log10, want)
		}
	}
	if far < 10 {
		t.Errorf("only %d banks have many papers", far)
	}
}

// countPapers goes through every set of items.
func countPapers(revs []bank.Revision, bp bank.Blueprint, mix map[int]int) int {
	left := map[bank.Cell]int{}
	for _, c := range bp.Cells() {
		left[bank.Cell{Type: c.Type, Range: c.Range}] = c.Count
	}
	need := 0
	for _, n := range left {
		need += n
	}
	have, points := map[int]int{}, map[bank.PointCode]int{}
	var walk func(at, need int) int
	walk = func(at, need int) int {
		if need == 0 {
			for d, n := range mix {
				if have[d] != n {
					return 0
				}
			}
			return 1
		}
		if at == len(revs) {
			return 0
		}
		sum := walk(at+1, need)
		r := &revs[at]
		cell := bank.Cell{Type: r.Type, Range: bank.RangeCode(r.Point[:1])}
		if left[cell] > 0 && points[r.Point] < bp.MaxPerPoint && (mix == nil || have[r.Difficulty] < mix[r.Difficulty]) {
			left[cell]--
			points[r.Point]++
			have[r.Difficulty]++
			sum += walk(at+1, need-1)
			left[cell]++
			points[r.Point]--
			have[r.Difficulty]--
		}
		return sum
	}
	return walk(0, need)
}

// TestSurveyBlames wants what is lacking told of the type that asks for too
// much, not of another that shares its points.
func TestSurveyBlames(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(3, 600)
	bp := standardBlueprint()
	bp.Sections = []bank.Section{{Type: bank.Single, Count: 10, Points: 100}, {Type: bank.Judgement, Count: 60, Points: 100}, {Type: bank.Multiple, Count: 4, Points: 100}}
	s, err := draw.NewPool(revs).Survey(bp)
	if err != nil || s.Short == nil {
		t.Fatal(err, "there is a paper")
	}
	for _, c := range s.Short.Cells {
		if c.Cell.Type != bank.Judgement {
			t.Errorf("%s lacks %d", c.Cell.Type, c.Missing)
		}
	}
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(1, 2000)
	plan := mustPlan(t, revs, standardBlueprint())
	half := func(bank.ItemID) (float64, bool) { return 0.5, true }
	got, err := plan.Outlook(t.Context(), 50, half)
	if err != nil {
		t.Fatal(err)
	}
	// 50, 20 and 30 items of 1, 1.5 and 0.5 or 1 points: half of 100.
	if math.Abs(got.Expected-5000) > 1 || got.Between > 0.01 || got.Measured != got.Usable {
		t.Errorf("%+v", got)
	}
	want := math.Sqrt(50*100*100+20*150*150+20*50*50+10*100*100) / 2
	if math.Abs(got.Within-want) > 0.01 {
		t.Errorf("within %f, want %f", got.Within, want)
	}
	byDifficulty, err := plan.Outlook(t.Context(), 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(byDifficulty.Expected-float64(plan.Target())) > 50 || byDifficulty.Measured != 0 {
		t.Errorf("expected %f, target %d", byDifficulty.Expected, plan.Target())
	}
	// Two sets of 100 out of some 2,000 share about 5 in 100.
	if got.Overlap < 0.02 || got.Overlap > 0.2 || got.Log10 < 50 || len(got.Most) != 5 || got.Most[0].Share < got.Most[4].Share {
		t.Errorf("%+v", got)
	}
}

func BenchmarkSurvey(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	pool := draw.NewPool(revs)
	for name, change := range map[string]func(*bank.Blueprint){
		"feasible":   func(*bank.Blueprint) {},
		"unmixed":    func(bp *bank.Blueprint) { bp.Difficulty, bp.Weights = nil, nil },
		"perpoint":   func(bp *bank.Blueprint) { bp.Weights[0].Weight = 95 },
		"mix":        func(bp *bank.Blueprint) { bp.Difficulty = map[int]int{5: 100}; bp.Sections[0].Count = 350 },
		"toofew":     func(bp *bank.Blueprint) { bp.Sections[3].Count = 3000 },
		"hard":       func(bp *bank.Blueprint) { bp.Sections[0].Count, bp.Sections[1].Count = 230, 100 },
		"everything": func(bp *bank.Blueprint) { bp.Sections[0].Count, bp.Sections[1].Count = 2300, 1000 },
	} {
		b.Run(name, func(b *testing.B) {
			bp := standardBlueprint()
			change(&bp)
			for range b.N {
				start := time.Now()
				s, err := pool.Survey(bp)
				if err != nil {
					b.Fatal(err)
				}
				mid := time.Since(start)
				if s.Plan != nil {
					if _, err := s.Plan.Outlook(b.Context(), 100, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(mid.Milliseconds()), "survey-ms")
				if b.N == 1 {
					b.Logf("%v, %d repairs", s.Short, len(s.Repairs()))
				}
			}
		})
	}
}

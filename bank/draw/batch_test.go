package draw_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
)

func requests(n int) []draw.Request {
	reqs := make([]draw.Request, n)
	for i := range reqs {
		reqs[i].Seed = seed(i)
	}
	return reqs
}

// mustKeep checks that no item stands on more papers than the ceiling says.
func mustKeep(t fatal, papers []bank.Paper, percent int) {
	t.Helper()
	used := map[bank.ItemID]int{}
	for _, p := range papers {
		for _, s := range p.Slots {
			if s.Ref.Part <= 1 {
				used[s.Ref.Item]++
			}
		}
	}
	for id, n := range used {
		if n > max(len(papers)*percent/100, 1) {
			t.Fatalf("%s stands on %d of %d papers", id, n, len(papers))
		}
	}
}

// TestDrawAll checks the ceiling, the progress, and that the number of
// goroutines changes nothing. It is not parallel, since it sets that number.
func TestDrawAll(t *testing.T) {
	revs, _ := banktest.Generate(5, 3000)
	bp, index := standardBlueprint(), byID(revs)
	for _, exposure := range []int{0, 9} {
		bp.Exposure = exposure
		plan := mustPlan(t, revs, bp)
		last, calls := 0, 0
		papers, err := plan.DrawAll(context.Background(), requests(200), func(done int) {
			if done != last+1 {
				t.Errorf("progress went from %d to %d", last, done)
			}
			last, calls = done, calls+1
		})
		if err != nil || calls != 200 {
			t.Fatalf("exposure %d: %d calls, %v", exposure, calls, err)
		}
		for i := range papers {
			mustObey(t, bp, index, papers[i])
			alone, _ := plan.Draw(draw.Request{Seed: seed(i)})
			if exposure == 0 && !reflect.DeepEqual(alone, papers[i]) {
				t.Fatalf("paper %d differs from the one drawn alone", i)
			}
		}
		if exposure > 0 {
			mustKeep(t, papers, exposure)
		}
		before := runtime.GOMAXPROCS(1)
		again, err := plan.DrawAll(context.Background(), requests(200), nil)
		runtime.GOMAXPROCS(before)
		if err != nil || !reflect.DeepEqual(papers, again) {
			t.Errorf("exposure %d: one goroutine gives other papers, %v", exposure, err)
		}
	}
}

func TestDrawAllErr(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(5, 3000)
	plan := mustPlan(t, revs, standardBlueprint())
	ctx, cancel := context.WithCancel(context.Background())
	papers, err := plan.DrawAll(ctx, requests(50), func(int) { cancel() })
	if !errors.Is(err, context.Canceled) || papers != nil {
		t.Errorf("got %d papers, %v", len(papers), err)
	}
	if papers, err := plan.DrawAll(context.Background(), nil, nil); err != nil || len(papers) != 0 {
		t.Errorf("no requests: got %v, %v", papers, err)
	}
}

// TestTightExposure leaves no use of an item to spare: every item of the
// tight cell must stand on exactly as many papers as the ceiling allows.
func TestTightExposure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ items, need, papers, percent int }{{4, 2, 40, 50}, {3, 2, 9, 67}, {10, 3, 60, 30}, {20, 10, 100, 50}, {7, 6, 70, 86}} {
		var revs []bank.Revision
		for i := range c.items {
			revs = append(revs, item(fmt.Sprintf("%02d", i), bank.Single, point("A", i), 2+i%2))
		}
		bp := bank.Blueprint{Bank: "t", Exposure: c.percent, Sections: []bank.Section{{Type: bank.Single, Count: c.need, Points: 100}}}
		plan := mustPlan(t, revs, bp)
		papers, err := plan.DrawAll(context.Background(), requests(c.papers), nil)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		for i := range papers {
			mustObey(t, bp, byID(revs), papers[i])
		}
		mustKeep(t, papers, c.percent)
	}
}

// TestExposureProperty compares batches of small banks without exclusions
// with the count of uses that there are.
func TestExposureProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, per := rapid.IntRange(2, 12).Draw(t, "items"), rapid.IntRange(1, 2).Draw(t, "per point")
		var revs []bank.Revision
		for i := range n {
			revs = append(revs, item(fmt.Sprintf("%02d", i), bank.Single, point("A", i/per), 3))
		}
		bp := bank.Blueprint{Bank: "t", MaxPerPoint: per, Exposure: rapid.IntRange(1, 100).Draw(t, "exposure")}
		bp.Sections = []bank.Section{{Type: bank.Single, Count: rapid.IntRange(1, n).Draw(t, "count"), Points: 100}}
		papers := rapid.IntRange(1, 30).Draw(t, "papers")
		enough := n*bp.Exposure >= bp.Sections[0].Count*100
		plan, err := draw.NewPool(revs).Plan(bp)
		if (err == nil) != enough {
			t.Fatalf("uses suffice: %v, got %v", enough, err)
		}
		if err != nil {
			return
		}
		most := max(papers*bp.Exposure/100, 1)
		enough = n*min(most, papers) >= bp.Sections[0].Count*papers
		all, err := plan.DrawAll(context.Background(), requests(papers), nil)
		if (err == nil) != enough {
			t.Fatalf("uses suffice: %v, got %v", enough, err)
		}
		mustKeep(t, all, bp.Exposure)
	})
}

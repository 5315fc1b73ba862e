package bank_test

import (
	"fmt"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNearIndex(t *testing.T) {
	t.Parallel()
	x := bank.NewNearIndex()
	x.Put("b/1", "视频监控系统的录像存储时间，应当满足管理制度规定。")
	x.Put("b/2", "视频监控系统的录像存储时间应当满足管理制度的规定。下列")
	x.Put("b/3", "发现火情首先应（　　）。")
	got := x.Find("b/1", "视频监控系统的录像存储时间，应当满足管理制度规定。", 60, 10)
	if len(got) != 1 || got[0].Item != "b/2" || got[0].Similarity < 70 || got[0].Similarity > 95 {
		t.Errorf("Find = %+v", got)
	}
	if got := x.Find("", "发现火情，首先应", 60, 10); len(got) != 1 || got[0] != (bank.Near{Item: "b/3", Similarity: 100}) {
		t.Errorf("Find without punctuation = %+v", got)
	}
	x.Put("b/3", "完全不同的题干")
	if got := x.Find("", "发现火情，首先应", 60, 10); len(got) != 0 {
		t.Errorf("Find what was replaced = %+v", got)
	}
	x.Drop("b/3")
	if x.Len() != 2 || len(x.Find("", "", 60, 10)) != 0 {
		t.Errorf("Len = %d", x.Len())
	}
}

// TestNearIndexFindsAll holds the index against comparing with everything.
func TestNearIndexFindsAll(t *testing.T) {
	t.Parallel()
	stem := rapid.StringOfN(rapid.SampledFrom([]rune("甲乙丙丁戊己")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		x, stems := bank.NewNearIndex(), map[bank.ItemID]string{}
		for range rapid.IntRange(1, 200).Draw(t, "puts") {
			id := bank.ItemID(fmt.Sprint(rapid.IntRange(0, 40).Draw(t, "item")))
			if rapid.IntRange(0, 4).Draw(t, "drop") == 0 {
				x.Drop(id)
				delete(stems, id)
				continue
			}
			stems[id] = stem.Draw(t, "stem")
			x.Put(id, stems[id])
		}
		asked, percent := stem.Draw(t, "asked"), rapid.IntRange(30, 100).Draw(t, "percent")
		want, got := map[bank.ItemID]int{}, map[bank.ItemID]int{}
		mine := map[string]bool{}
		for _, g := range bank.Grams(false, asked) {
			mine[g] = true
		}
		for id, s := range stems {
			theirs, both := bank.Grams(false, s), 0
			for _, g := range theirs {
				if mine[g] {
					both++
				}
			}
			if n := len(mine) + len(theirs) - both; both > 0 && both*100/n >= percent {
				want[id] = both * 100 / n
			}
		}
		for _, n := range x.Find("", asked, percent, 1000) {
			got[n.Item] = n.Similarity
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("near %q at %d %% (-want +got):\n%s", asked, percent, diff)
		}
	})
}

package enginetest

import (
	"fmt"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/sitting"
)

// RunItemStatistics is the suite that every store of item statistics must pass.
// each runs a test on every kind of store, empty and with its indexes.
func RunItemStatistics(t *testing.T, each func(*testing.T, func(*testing.T, itemstat.Store))) {
	t.Helper()
	each(t, func(t *testing.T, store itemstat.Store) {
		t.Run("Reports", func(t *testing.T) { statisticsReports(t, store) })
		t.Run("Limits", func(t *testing.T) { statisticsLimits(t, store) })
	})
}

// statisticsReport is a report with n items, computed from the given basis.
func statisticsReport(id sitting.ID, basis string, n int) itemstat.Report {
	at := time.Date(2026, 11, 22, 9, 5, 18, 0, time.UTC)
	r := itemstat.Report{
		Sitting: id, Title: "示例场次", Bank: "b-3", At: at, Basis: basis, Pass: 6000, Passed: 2, Incomplete: 1, Misconduct: 1,
		Paper: stats.Paper{
			People: 3, Items: n, Length: float64(n), Full: 10000, Mean: stats.Figure{Value: 6500.5}, SD: stats.Figure{Value: 120}, Method: stats.KR20,
			Reliability: stats.Figure{Why: stats.NoVariance}, SEM: stats.Figure{Why: stats.NoVariance},
		},
	}
	r.Paper.Histogram[13] = 3
	for i := range n {
		item := stats.Item{
			Ref: bank.Ref{Item: bank.NewItemID("b-3", fmt.Sprintf("B-A-A-A-001-%03d", i+1)), Revision: 2, Part: i % 2}, Type: bank.Single,
			Options: []bank.OptionID{"A", "B"}, Key: []bank.OptionID{"B"},
		}
		r.Items = append(r.Items, itemstat.Record{
			Sitting: id, Title: r.Title, On: at.Add(-24 * time.Hour), Basis: basis, Item: item, Usual: 41.5,
			Sums: stats.Sums{
				People: 3, Omitted: 1, Score: 1.25, Total: stats.Spread{XX: .5, YY: .25, XY: -.125}, Rest: stats.Spread{XX: .5, YY: .2, XY: .1}, RestOf: 3,
				Upper: stats.Group{Weight: .81, Score: .5}, Lower: stats.Group{Weight: .81}, Thirds: stats.Thirds{1, 1, 1}, Right: stats.Thirds{0, 0, 1},
				Blank: stats.Thirds{1, 0, 0}, Seconds: stats.Durations{0, 2, 1}, Sittings: 1,
				Options: []stats.OptionSums{{Option: "A", Thirds: stats.Thirds{0, 1, 0}}, {Option: "B", Thirds: stats.Thirds{0, 0, 1}, Rest: stats.Spread{XX: 1, YY: 2, XY: 1}}},
			},
		})
	}
	return r
}

func statisticsReports(t *testing.T, store itemstat.Store) {
	ctx := t.Context()
	_, err := store.Report(ctx, "none")
	wantErr(t, "none", err, itemstat.ErrNotFound)
	first := statisticsReport("s1", "one", 120)
	for range 2 { // again changes nothing
		check(t, store.SaveReport(ctx, first))
	}
	got, err := store.Report(ctx, "s1")
	check(t, err)
	diff(t, "what was kept", got, first)
	// Fewer items, from other results: what was there before is gone.
	second := statisticsReport("s1", "two", 5)
	check(t, store.SaveReport(ctx, second))
	check(t, store.SaveReport(ctx, statisticsReport("s2", "three", 2)))
	got, err = store.Report(ctx, "s1")
	check(t, err)
	diff(t, "what replaced it", got, second)
	all, err := store.RecordsOf(ctx, []bank.ItemID{second.Items[0].Item.Ref.Item, first.Items[119].Item.Ref.Item})
	check(t, err)
	if len(all) != 2 {
		t.Errorf("%d records of an item at two sittings and of one that is gone", len(all))
	}
	none, err := store.RecordsOf(ctx, nil)
	check(t, err)
	diff(t, "of nothing", len(none), 0)
}

func statisticsLimits(t *testing.T, store itemstat.Store) {
	ctx := t.Context()
	_, err := store.Limits(ctx, "b-3")
	wantErr(t, "none", err, itemstat.ErrNotFound)
	l := stats.DefaultLimits()
	for _, l.MinPeople = range []int{30, 5} {
		check(t, store.SaveLimits(ctx, "b-3", l))
	}
	got, err := store.Limits(ctx, "b-3")
	check(t, err)
	diff(t, "limits", got, l)
}

package main

import (
	"fmt"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// TestItemStatistics: after a sitting an editor reads what its items did, also
// beside the item and in the list, and sends one to the editors.
func TestItemStatistics(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(10, 400)
		bp := testBlueprint()
		s, persons := w.sittingOf(revs, bp, 5, nil)
		admin, editor := w.staff(people.Administrator), w.staff(people.Editor)
		path := "/api/v1/sittings/" + string(s.ID) + "/item-statistics"
		if got := w.call("GET", path, editor, nil).must(t, 409); got.problem() != "wrong-state" {
			t.Errorf("while people sit: %s", got.raw)
		}
		for _, p := range persons[:4] { // the fifth does not come
			write(t, w, p, "")
		}
		s, err := w.engine.sittings.Sitting(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.engine.office.Do(t.Context(), s.ID, s.Version, sitting.Close, "test"); err != nil {
			t.Fatal(err)
		}
		w.sweep()
		limits := w.call("GET", "/api/v1/banks/"+string(bp.Bank)+"/statistics-limits", editor, nil).must(t, 200).json
		if limits["minPeople"] != 30. {
			t.Errorf("default limits: %v", limits)
		}
		limits["low"] = 7
		w.call("PUT", "/api/v1/banks/"+string(bp.Bank)+"/statistics-limits", editor, limits).must(t, 422)
		var got contract.SittingItemStatistics
		w.call("GET", path, editor, nil).must(t, 200).into(t, &got)
		if got.People != 4 || len(got.Rows) != got.Items || got.Mean == nil || *got.Mean < 9000 || got.Undefined == nil {
			t.Fatalf("report: %+v", got)
		}
		row := got.Rows[0]
		if row.Figures.Facility == nil || *row.Figures.Facility != 1 || row.Figures.ItemRest != nil || row.Figures.Undefined["itemRest"] == "" || row.Stem == "" {
			t.Errorf("row: %+v", row)
		}
		item := fmt.Sprintf("/api/v1/banks/%s/items/%s", bp.Bank, row.Code)
		var one contract.ItemStatistics
		w.call("GET", item+"/statistics", admin, nil).must(t, 200).into(t, &one)
		if len(one.Revisions) != 1 || len(one.Revisions[0].Sittings) != 1 || one.Revisions[0].Total.Figures.People != row.Figures.People {
			t.Errorf("beside the item: %+v", one)
		}
		var page contract.ItemPage
		w.call("GET", "/api/v1/banks/"+string(bp.Bank)+"/items?facilityFrom=1000&used=yes&sort=facility&descending=true&limit=100", editor, nil).must(t, 200).into(t, &page)
		if page.Total == 0 || page.Items[0].Facility == nil {
			t.Errorf("the list: %+v", page)
		}
		w.call("POST", item+"/steps", editor, map[string]any{"step": "doubt", "version": itemVersion(t, w, item, editor), "note": "示例：请核对答案"}).must(t, 200)
		var queue contract.ReviewQueue
		w.call("GET", "/api/v1/reviews", admin, nil).must(t, 200).into(t, &queue)
		if len(queue.Doubted) != 1 || queue.Doubted[0].Code != row.Code || queue.Doubted[0].Doubt == nil || !strings.Contains(queue.Doubted[0].Doubt.Note, "核对") {
			t.Errorf("queue: %+v", queue.Doubted)
		}
	})
}

func itemVersion(t *testing.T, w *world, item, token string) int {
	t.Helper()
	var d contract.ItemDetail
	w.call("GET", item, token, nil).must(t, 200).into(t, &d)
	return d.Row.Version
}

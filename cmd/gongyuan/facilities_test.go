package main

import (
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
)

// TestFacilities takes from statistics what enough people showed, and only that.
func TestFacilities(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(10, 400)
		s, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
		share, id := 0.4, s.Blueprint.Bank
		enough, few := revs[0].Item, revs[1].Item
		if err := w.engine.bank.SetFigures(t.Context(), id, map[bank.ItemID]bank.ItemFigures{
			enough: {Revision: 1, People: 30, Facility: &share}, few: {Revision: 1, People: 29, Facility: &share},
		}); err != nil {
			t.Fatal(err)
		}
		got, err := facilities{w.engine.bank}.Facilities(t.Context(), id)
		if err != nil || len(got) != 1 || got[enough] != share {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

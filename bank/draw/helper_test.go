package draw_test

import (
	"fmt"
	"slices"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/draw"
)

// item builds a published single-choice item of bank "t" or of another type.
func item(code string, kind bank.Type, point bank.PointCode, difficulty int, excludes ...string) bank.Revision {
	r := bank.Revision{Item: bank.NewItemID("t", code), Number: 1, Point: point, Difficulty: difficulty, Question: bank.Question{Type: kind, Stem: code}}
	if kind == bank.Single || kind == bank.Multiple {
		for i := range 4 {
			r.Options = append(r.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: bank.Letter(i)})
		}
	}
	if kind == bank.Case {
		r.Parts = []bank.Question{{Type: bank.Single, Options: []bank.Option{{ID: "A"}, {ID: "B"}, {ID: "C"}}}, {Type: bank.Judgement}, {Type: bank.Essay}}
	}
	for _, e := range excludes {
		r.Excludes = append(r.Excludes, bank.NewItemID("t", e))
	}
	return r
}

func point(r string, n int) bank.PointCode { return bank.PointCode(fmt.Sprintf("%s-%03d", r, n)) }

// fatal is what rapid.T and testing.T have in common.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

func byID(revs []bank.Revision) map[bank.ItemID]*bank.Revision {
	index := make(map[bank.ItemID]*bank.Revision, len(revs))
	for i := range revs {
		index[revs[i].Item] = &revs[i]
	}
	return index
}

// mustObey checks a paper against the blueprint by itself, without any of the
// package's own counting, and returns its expected score in ten-thousandths.
func mustObey(t fatal, bp bank.Blueprint, byID map[bank.ItemID]*bank.Revision, paper bank.Paper) int {
	t.Helper()
	items, points, cells := map[bank.ItemID]bool{}, map[bank.PointCode]int{}, map[bank.Cell]int{}
	expected := 0
	facility := bp.Facility
	if len(facility) == 0 {
		facility = bank.DefaultFacility()
	}
	for i, slot := range paper.Slots {
		rev := byID[slot.Ref.Item]
		if rev == nil || rev.Number != slot.Ref.Revision || slot.Number != i+1 {
			t.Fatalf("slot %d: %+v", i, slot)
		}
		expected += int(slot.Points) * facility[rev.Difficulty]
		mustOrder(t, rev, slot)
		if slot.Ref.Part > 1 {
			continue
		}
		if items[rev.Item] {
			t.Fatalf("%s stands twice", rev.Item)
		}
		items[rev.Item] = true
		points[rev.Point]++
		if bp.Sections[slot.Section].Type != rev.Type || i > 0 && slot.Section < paper.Slots[i-1].Section {
			t.Fatalf("slot %d stands in section %d", i, slot.Section)
		}
		for _, c := range bp.Cells() {
			if c.Type == rev.Type && (c.Range == "" || c.Range.Contains(rev.Point)) {
				cells[c]++
			}
		}
	}
	for _, c := range bp.Cells() {
		if cells[c] != c.Count {
			t.Fatalf("cell %+v has %d", c, cells[c])
		}
	}
	for p, n := range points {
		if n > max(bp.MaxPerPoint, 1) {
			t.Fatalf("point %s has %d", p, n)
		}
	}
	for id := range items {
		for _, other := range byID[id].Excludes {
			if other != id && items[other] {
				t.Fatalf("%s and %s exclude each other", id, other)
			}
		}
	}
	if paper.Total() != bp.Total() {
		t.Fatalf("total is %s, not %s", paper.Total(), bp.Total())
	}
	return expected
}

// mustOrder checks that the order of options is one of the allowed ones.
func mustOrder(t fatal, rev *bank.Revision, slot bank.Slot) {
	t.Helper()
	q, ok := rev.Part(slot.Ref.Part)
	if !ok {
		t.Fatalf("%s has no part %d", rev.Item, slot.Ref.Part)
	}
	var all, last []bank.OptionID
	switch q.Type {
	case bank.Judgement:
		if !slices.Equal(slot.Order, []bank.OptionID{"A", "B"}) {
			t.Fatalf("judgement is shown as %v", slot.Order)
		}
		return
	case bank.Single, bank.Multiple:
		for _, o := range q.Options {
			all = append(all, o.ID)
			if o.Last {
				last = append(last, o.ID)
			}
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(slot.Order)), slices.Sorted(slices.Values(all))) {
		t.Fatalf("%s: order %v of %v", rev.Item, slot.Order, all)
	}
	if len(last) > 0 && !slices.Equal(slot.Order[len(slot.Order)-len(last):], last) {
		t.Fatalf("%s: %v are not last in %v", rev.Item, last, slot.Order)
	}
}

func mustPlan(t testing.TB, revs []bank.Revision, bp bank.Blueprint) *draw.Plan {
	t.Helper()
	plan, err := draw.NewPool(revs).Plan(bp)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

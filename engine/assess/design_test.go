package assess_test

import (
	"errors"
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest/servers"
)

// TestDesign keeps versions of a sheet: nothing that is there changes, nobody
// overwrites somebody else's version, and what cannot be scored is refused.
func TestDesign(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) { designs(t, newDesk(t, db)) })
}

func designs(t *testing.T, d desk) {
	sheet := assess.Sheet{
		SheetRef: assess.SheetRef{ID: "own-skill"}, Level: 3, Kind: "skill", Title: "自编评分表", Minutes: 30,
		Sections: []assess.Section{{Function: "应急管理", Title: "灭火器", Rows: []assess.Row{
			{ID: "use", Text: "灭火器使用", Full: 10000, Rule: "提、拔、握、压，动作连贯", Step: 50},
		}}},
	}
	first, err := d.Design(t.Context(), "admin", sheet, 0)
	if err != nil || first.Version != 1 {
		t.Fatalf("the first version: %+v, %v", first, err)
	}
	again, err := d.Design(t.Context(), "admin", sheet, 0)
	if err != nil || again.Version != 1 {
		t.Errorf("the same again: version %d, %v", again.Version, err)
	}
	sheet.Title = "自编评分表，修订"
	if _, err := d.Design(t.Context(), "admin", sheet, 0); !errors.Is(err, assess.ErrConflict) {
		t.Errorf("from an old base: %v", err)
	}
	second, err := d.Design(t.Context(), "admin", sheet, 1)
	if err != nil || second.Version != 2 {
		t.Errorf("the second version: %+v, %v", second, err)
	}
	if _, err := d.Design(t.Context(), "e1", sheet, 2); !errors.Is(err, assess.ErrForbidden) {
		t.Errorf("an examiner: %v", err)
	}
	for reason, change := range map[string]func(*assess.Sheet){
		"sum-is-not-full-marks":  func(s *assess.Sheet) { s.Sections[0].Rows[0].Full = 9000; s.Sections[0].Rows[0].Step = 0 },
		"divides-the-full-marks": func(s *assess.Sheet) { s.Sections[0].Rows[0].Step = 300 },
		"of-another-component":   func(s *assess.Sheet) { s.Kind = "review" },
		"length-2-80":            func(s *assess.Sheet) { s.Title = "" },
	} {
		bad := sheet
		bad.Sections = []assess.Section{{Function: "应急管理", Title: "灭火器", Rows: []assess.Row{sheet.Sections[0].Rows[0]}}}
		change(&bad)
		var field *assess.FieldError
		if _, err := d.Design(t.Context(), "admin", bad, 2); !errors.As(err, &field) || field.Reason != reason {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

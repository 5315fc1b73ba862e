package assess_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
)

// anySheet draws a sheet of any shape whose rows add up to the full marks.
func anySheet(t *rapid.T) assess.Sheet {
	s := assess.Sheet{SheetRef: assess.SheetRef{ID: "any", Version: 1}}
	left := bank.FullMarks
	for n := 0; left > 0; n++ {
		row := assess.Row{ID: assess.RowID(fmt.Sprintf("r%d", n)), Full: min(left, bank.Marks(rapid.Int64Range(1, 4000).Draw(t, "full")))}
		for k := range rapid.IntRange(0, 3).Draw(t, "deductions") {
			row.Deductions = append(row.Deductions, assess.Deduction{
				ID: assess.DeductionID(fmt.Sprintf("d%d", k)), Marks: bank.Marks(rapid.Int64Range(1, int64(row.Full)).Draw(t, "marks")), Most: rapid.IntRange(1, 20).Draw(t, "most"),
			})
		}
		left -= row.Full
		if n == 0 || rapid.Bool().Draw(t, "section") {
			s.Sections = append(s.Sections, assess.Section{})
		}
		last := &s.Sections[len(s.Sections)-1]
		last.Rows = append(last.Rows, row)
	}
	for k := range rapid.IntRange(0, 2).Draw(t, "vetoes") {
		s.Vetoes = append(s.Vetoes, assess.Veto{ID: assess.VetoID(fmt.Sprintf("v%d", k))})
	}
	return s
}

// anyEntries draws what no page sends but a store might hold: rows twice, rows
// of other sheets, deductions that add marks.
func anyEntries(t *rapid.T, s *assess.Sheet) assess.Score {
	var out assess.Score
	for _, section := range s.Sections {
		for _, row := range section.Rows {
			for range rapid.IntRange(0, 2).Draw(t, "lines") {
				r := assess.RowScore{Row: row.ID, Touched: rapid.Bool().Draw(t, "touched"), Other: bank.Marks(rapid.Int64Range(-12000, 12000).Draw(t, "other"))}
				for _, d := range row.Deductions {
					r.Deductions = append(r.Deductions, assess.Counted{Deduction: d.ID, Times: rapid.IntRange(-20, 20).Draw(t, "times")})
				}
				out.Rows = append(out.Rows, r)
			}
		}
	}
	out.Rows = append(out.Rows, assess.RowScore{Row: "elsewhere", Touched: true, Other: -5000})
	for _, v := range s.Vetoes {
		out.Vetoes = append(out.Vetoes, assess.Finding{Veto: v.ID, Verdict: rapid.SampledFrom([]assess.Verdict{assess.Undecided, assess.NotOccurred, assess.Occurred, "nonsense"}).Draw(t, "verdict")})
	}
	return out
}

// TestTotalBounds holds a sheet of any shape inside its full marks whatever is
// entered: no sheet earns more than the rows that were scored are worth, these
// are never worth more than 100, and the sections add up to it.
func TestTotalBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sheet := anySheet(t)
		score := anyEntries(t, &sheet)
		got := assess.TotalOf(&sheet, &score)
		var sections bank.Marks
		for i, m := range got.Sections {
			sections += m
			if m < 0 || m > sheet.Sections[i].Full() {
				t.Fatalf("section %d earns %s of %s", i, m, sheet.Sections[i].Full())
			}
		}
		switch {
		case got.Sum < 0 || got.Sum > got.Of || got.Of > bank.FullMarks:
			t.Fatalf("%s of %s of %s", got.Sum, got.Of, bank.FullMarks)
		case sections != got.Sum:
			t.Fatalf("the sections come to %s, the sheet to %s", sections, got.Sum)
		case got.Marks != got.Sum && !(got.Vetoed && got.Marks == 0):
			t.Fatalf("%s from a sum of %s, vetoed %v", got.Marks, got.Sum, got.Vetoed)
		case got.Complete && got.Of != bank.FullMarks:
			t.Fatalf("complete, and only %s are scored", got.Of)
		}
	})
}

// TestEvidenceOrder lets decisions arrive in any order too, void ones among
// them, before and after the scores that they were given on.
func TestEvidenceOrder(t *testing.T) {
	t.Parallel()
	p, sheet := enginetest.NewPanel(), enginetest.SkillSheet("fire")
	rapid.Check(t, func(t *rapid.T) {
		var e assess.Evidence
		basis := 0
		for _, who := range p.Examiners {
			s := scored(&p, who, bank.Marks(rapid.Int64Range(0, 4000).Draw(t, "lost")), rapid.SampledFrom([]assess.Verdict{assess.NotOccurred, assess.Occurred}).Draw(t, "veto"))
			s.Version = rapid.IntRange(2, 5).Draw(t, "version")
			basis += s.Version
			e.Scores = append(e.Scores, s)
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "decisions") { // one for each sum of versions, at the most
			e.Decisions = append(e.Decisions, assess.Decision{
				Basis: basis - i, Ruling: rapid.SampledFrom([]assess.Ruling{assess.Stand, assess.Fix}).Draw(t, "ruling"),
				Marks: bank.Marks(rapid.Int64Range(0, 10000).Draw(t, "marks")), At: enginetest.Start.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, "minutes")) * time.Minute),
			})
		}
		want := assess.Component(&p, &sheet, e)
		if n := len(want.Earlier); n != max(0, len(e.Decisions)-1) && n != len(e.Decisions) {
			t.Fatalf("%d of %d decisions are void", n, len(e.Decisions))
		}
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		shuffle.Shuffle(len(e.Scores), func(i, j int) { e.Scores[i], e.Scores[j] = e.Scores[j], e.Scores[i] })
		shuffle.Shuffle(len(e.Decisions), func(i, j int) { e.Decisions[i], e.Decisions[j] = e.Decisions[j], e.Decisions[i] })
		if d := cmp.Diff(want, assess.Component(&p, &sheet, e)); d != "" {
			t.Fatalf("the order matters (-want +got):\n%s", d)
		}
	})
}

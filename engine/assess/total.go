package assess

import "gongyuan/bank"

// Total is what a score comes to.
type Total struct {
	Marks    bank.Marks   // of the sheet: Sum, or 0 where a veto occurred
	Sum      bank.Marks   // of the rows that were scored, vetoes aside
	Of       bank.Marks   // what those rows are worth
	Sections []bank.Marks // Sum by section, in the sheet's order
	Waiting  int          // rows that are 未评
	Pending  int          // vetoes that are 待判定
	Complete bool         // nothing waits
	Vetoed   bool         // a veto occurred
}

// RowMarks returns what a row earns: its full marks less the deductions, never
// below 0 nor above the full marks. A row that is 未评 earns nothing.
func RowMarks(row *Row, r RowScore) bank.Marks {
	if !r.Touched {
		return 0
	}
	left := row.Full - r.Other
	for _, c := range r.Deductions {
		for _, d := range row.Deductions {
			if d.ID == c.Deduction {
				left -= d.Marks * bank.Marks(c.Times)
			}
		}
	}
	return min(max(left, 0), row.Full)
}

// TotalOf adds a score up by its sheet. A row or veto for which the score has
// no line waits.
func TotalOf(sheet *Sheet, s *Score) Total {
	lines := make(map[RowID]RowScore, len(s.Rows))
	for _, r := range s.Rows {
		lines[r.Row] = r
	}
	var t Total
	for _, section := range sheet.Sections {
		var sum bank.Marks
		for _, row := range section.Rows {
			line := lines[row.ID]
			if !line.Touched {
				t.Waiting++
				continue
			}
			sum += RowMarks(&row, line)
			t.Of += row.Full
		}
		t.Sections = append(t.Sections, sum)
		t.Sum += sum
	}
	verdicts := make(map[VetoID]Verdict, len(s.Vetoes))
	for _, f := range s.Vetoes {
		verdicts[f.Veto] = f.Verdict
	}
	for _, v := range sheet.Vetoes {
		switch verdicts[v.ID] {
		case Occurred:
			t.Vetoed = true
		case NotOccurred:
		default:
			t.Pending++
		}
	}
	t.Complete = t.Waiting+t.Pending == 0
	if !t.Vetoed {
		t.Marks = t.Sum
	}
	return t
}

// gaps returns what of the score keeps it from being signed, attachments aside.
// A veto that occurred does not excuse the rows: they are scored all the same,
// for the chair may find that it did not occur.
func gaps(sheet *Sheet, s *Score) *GapsError {
	e := &GapsError{}
	rows := make(map[RowID]RowScore, len(s.Rows))
	for _, r := range s.Rows {
		rows[r.Row] = r
	}
	for _, row := range sheet.rows() {
		r := rows[row.ID]
		if !r.Touched {
			e.Rows = append(e.Rows, row.ID)
		}
		if r.Other > 0 && r.Note == "" {
			e.Notes = append(e.Notes, row.ID)
		}
	}
	findings := make(map[VetoID]Finding, len(s.Vetoes))
	for _, f := range s.Vetoes {
		findings[f.Veto] = f
	}
	for _, v := range sheet.Vetoes {
		switch f := findings[v.ID]; f.Verdict {
		case NotOccurred:
		case Occurred:
			if f.Fact == "" {
				e.Facts = append(e.Facts, v.ID)
			}
		default:
			e.Vetoes = append(e.Vetoes, v.ID)
		}
	}
	return e
}

package api

import (
	"bytes"
	"context"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"
	"gongyuan/engine/compose"
)

// GetOutline shows the outline of a bank.
func (s *server) GetOutline(ctx context.Context, r contract.GetOutlineRequestObject) (contract.GetOutlineResponseObject, error) {
	o, err := s.compose.Outline(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank))
	if err != nil {
		return nil, err
	}
	return contract.GetOutline200JSONResponse(wireOutlined(&o)), nil
}

// SaveOutline replaces the outline of a bank.
func (s *server) SaveOutline(ctx context.Context, r contract.SaveOutlineRequestObject) (contract.SaveOutlineResponseObject, error) {
	o, err := s.compose.SaveOutline(ctx, callOf(ctx).actor.Subject, bank.Outline{
		Bank: bank.ID(r.Bank), Version: r.Body.Version, Title: r.Body.Title, Ranges: rangesOf(r.Body.Ranges),
	})
	if err != nil {
		return nil, err
	}
	return contract.SaveOutline200JSONResponse(wireOutlined(&o)), nil
}

// ExportOutline writes the outline as a workbook.
func (s *server) ExportOutline(ctx context.Context, r contract.ExportOutlineRequestObject) (contract.ExportOutlineResponseObject, error) {
	o, err := s.compose.Outline(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := xlsx.Write(&b, exchange.Bundle{Bank: bank.ID(r.Bank), Title: o.Outline.Title, Outline: &o.Outline}); err != nil {
		return nil, err
	}
	return contract.ExportOutline200ApplicationvndOpenxmlformatsOfficedocumentSpreadsheetmlSheetResponse{Body: &b, ContentLength: int64(b.Len())}, nil
}

// ReadOutlineSheet reads an outline from a workbook and says what would change.
func (s *server) ReadOutlineSheet(ctx context.Context, r contract.ReadOutlineSheetRequestObject) (contract.ReadOutlineSheetResponseObject, error) {
	in, err := xlsx.Read(bytes.NewReader(r.Body.Data), xlsx.Options{Bank: bank.ID(r.Bank)})
	if err != nil {
		return nil, &compose.FieldError{Field: "/data", Reason: "workbook"}
	}
	if in.Outline == nil {
		return nil, &compose.FieldError{Field: "/data", Reason: "no-outline-sheet"}
	}
	in.Outline.Bank = bank.ID(r.Bank)
	if in.Outline.Title == "" {
		in.Outline.Title = in.Title
	}
	a, err := s.compose.Arrive(ctx, callOf(ctx).actor.Subject, *in.Outline)
	if err != nil {
		return nil, err
	}
	outline := wireOutline(&a.Outline, nil)
	out := contract.ReadOutlineSheet200JSONResponse{
		Outline: &outline, Verdicts: []contract.OutlineVerdict{}, Changes: wireChanges(a.Changes), Gone: wireChanges(a.Gone),
		InUse: wirePoints(a.InUse), Faults: wireFaults(a.Faults),
	}
	lang := callOf(ctx).lang
	for _, v := range in.Verdicts {
		text, todo := v.Text.ZH, v.Todo.ZH
		if lang == "en" {
			text, todo = v.Text.EN, v.Todo.EN
		}
		out.Verdicts = append(out.Verdicts, contract.OutlineVerdict{
			Outcome: contract.OutlineOutcome(v.Outcome), Sheet: v.Sheet, Row: v.Row, Column: v.Column, Code: v.Item, Old: v.Old, New: v.New, Text: text, Todo: todo,
		})
	}
	return out, nil
}

// GetCoverage counts a bank's items by the parts of its outline.
func (s *server) GetCoverage(ctx context.Context, r contract.GetCoverageRequestObject) (contract.GetCoverageResponseObject, error) {
	c, err := s.compose.Coverage(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), bank.RangeCode(or(r.Params.Within)))
	if err != nil {
		return nil, err
	}
	out := contract.GetCoverage200JSONResponse{Within: string(c.Within), Title: c.Title, Outside: c.Outside, Rows: make([]contract.CoverageRow, len(c.Rows))}
	for i, row := range c.Rows {
		out.Rows[i] = contract.CoverageRow{
			Code: row.Code, Title: row.Title, Point: row.Point, Points: row.Points, Thin: row.Thin, Cells: make([]contract.CoverageCell, len(row.Cells)),
		}
		for j, cell := range row.Cells {
			out.Rows[i].Cells[j] = contract.CoverageCell{
				Type: contract.BankItemType(cell.Type), Difficulty: cell.Difficulty, Status: contract.ItemStatus(cell.Status), Items: cell.Items,
			}
		}
	}
	return out, nil
}

func rangesOf(in []contract.OutlineRange) []bank.Range {
	var out []bank.Range
	for _, r := range in {
		next := bank.Range{Code: bank.RangeCode(r.Code), Title: r.Title, Weight: r.Weight, Children: rangesOf(r.Children)}
		for _, p := range r.Points {
			next.Points = append(next.Points, bank.Point{Code: bank.PointCode(p.Code), Title: p.Title, Importance: bank.Importance(p.Importance), Retired: p.Retired})
		}
		out = append(out, next)
	}
	return out
}

func wireOutline(o *bank.Outline, items map[bank.PointCode]int) contract.Outline {
	var wire func([]bank.Range) []contract.OutlineRange
	wire = func(in []bank.Range) []contract.OutlineRange {
		out := make([]contract.OutlineRange, len(in))
		for i, r := range in {
			out[i] = contract.OutlineRange{Code: string(r.Code), Title: r.Title, Weight: r.Weight, Children: wire(r.Children), Points: make([]contract.OutlinePoint, len(r.Points))}
			for j, p := range r.Points {
				n := items[p.Code]
				out[i].Points[j] = contract.OutlinePoint{Code: string(p.Code), Title: p.Title, Importance: contract.OutlineImportance(p.Importance), Retired: p.Retired, Items: &n}
			}
		}
		return out
	}
	return contract.Outline{Version: o.Version, Title: o.Title, Ranges: wire(o.Ranges)}
}

func wireOutlined(r *compose.OutlineReport) contract.OutlineReport {
	return contract.OutlineReport{Outline: wireOutline(&r.Outline, r.Items), Faults: wireFaults(r.Faults), Loose: wirePoints(r.Loose)}
}

func wireFaults(in []bank.OutlineFault) []contract.OutlineFault {
	out := make([]contract.OutlineFault, len(in))
	for i, f := range in {
		out[i] = contract.OutlineFault{Code: f.Code, Text: f.Text}
	}
	return out
}

func wirePoints(in []compose.PointItems) []contract.PointItems {
	out := make([]contract.PointItems, len(in))
	for i, p := range in {
		out[i] = contract.PointItems{Point: string(p.Point), Items: p.Items}
	}
	return out
}

func wireChanges(in []compose.OutlineChange) []contract.OutlineChange {
	out := make([]contract.OutlineChange, len(in))
	for i, c := range in {
		out[i] = contract.OutlineChange{Code: c.Code, Title: c.Title, Added: c.Added}
	}
	return out
}

package api

import (
	"context"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/standard"
)

// DesignSheet keeps a score sheet as a new version.
func (s *server) DesignSheet(ctx context.Context, r contract.DesignSheetRequestObject) (contract.DesignSheetResponseObject, error) {
	kept, err := s.desk.Design(ctx, staff(ctx), sheetFrom(r.Body), r.Body.Base)
	if err != nil {
		return nil, err
	}
	return contract.DesignSheet201JSONResponse(wireSheet(kept)), nil
}

func sheetFrom(b *contract.SheetDesign) assess.Sheet {
	out := assess.Sheet{
		SheetRef: assess.SheetRef{ID: assess.SheetID(b.Id)}, Level: standard.Level(b.Level), Kind: standard.Kind(b.Kind),
		Title: b.Title, Minutes: b.Minutes, Sample: b.Sample != nil && *b.Sample,
	}
	for _, v := range b.Vetoes {
		out.Vetoes = append(out.Vetoes, assess.Veto{ID: assess.VetoID(v.Id), Text: v.Text})
	}
	for _, sec := range b.Sections {
		section := assess.Section{Function: sec.Function, Title: sec.Title}
		for _, r := range sec.Rows {
			row := assess.Row{ID: assess.RowID(r.Id), Text: r.Text, Full: bank.Marks(r.Full), Rule: r.Rule}
			if r.Step != nil {
				row.Step = bank.Marks(*r.Step)
			}
			for _, d := range r.Deductions {
				row.Deductions = append(row.Deductions, assess.Deduction{ID: assess.DeductionID(d.Id), Label: d.Label, Marks: bank.Marks(d.Marks), Most: d.Most})
			}
			section.Rows = append(section.Rows, row)
		}
		out.Sections = append(out.Sections, section)
	}
	if b.Attachments != nil {
		for _, a := range *b.Attachments {
			out.Attachments = append(out.Attachments, assess.Attachment{ID: assess.AttachmentID(a.Id), Label: strings.TrimSpace(a.Label), Required: a.Required})
		}
	}
	return out
}

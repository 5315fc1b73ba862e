package api

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"
	"gongyuan/bank/exchange/xlsx"
	"gongyuan/engine/editorial"
)

// ListBankFormats lists the formats that bank files may have.
func (s *server) ListBankFormats(ctx context.Context, _ contract.ListBankFormatsRequestObject) (contract.ListBankFormatsResponseObject, error) {
	out := contract.ListBankFormats200JSONResponse{}
	for _, f := range formats.All() {
		out = append(out, contract.BankFormat{
			Name: f.Name, Title: said(f.Title, callOf(ctx).lang), Extension: f.Extension, Read: f.Read != nil, Write: f.Write != nil,
		})
	}
	return out, nil
}

func said(t exchange.Text, lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// importsListed is how many imports of the past are listed; heldListed how many
// items each names that keep it from being undone.
const (
	importsListed = 20
	heldListed    = 10
)

// ListImports lists imports of the past.
func (s *server) ListImports(ctx context.Context, r contract.ListImportsRequestObject) (contract.ListImportsResponseObject, error) {
	all, err := s.editorial.Imports(ctx, bank.ID(r.Bank), importsListed)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListImports200JSONResponse{}
	for _, b := range all {
		w := contract.ImportBatch{
			Id: b.ID, Title: b.Title, By: names.person(b.By), At: b.At, State: contract.ImportBatchState(b.State), Items: b.Items, Added: b.Added,
			Revised: b.Revised, Unchanged: b.Unchanged, Held: []contract.HeldItem{}, HeldTotal: len(b.Held),
		}
		for _, h := range b.Held[:min(len(b.Held), heldListed)] {
			w.Held = append(w.Held, contract.HeldItem{Code: exchange.CodeOf(b.Bank, h.Item), Why: contract.HeldReason(h.Why)})
		}
		out = append(out, w)
	}
	return out, nil
}

func wireIntake(i bank.Intake) contract.Intake {
	out := contract.Intake{
		Id: i.ID, Name: i.Name, Size: i.Size, At: i.At, State: contract.IntakeState(i.State), PartSize: editorial.IntakePart, Progress: i.Progress,
		Total: i.Total, Format: i.Format, Detected: i.Detected, Point: string(i.Point), Digest: i.Digest, Rows: i.Rows, Kept: i.Kept,
		Changed: i.Changed, Dropped: i.Dropped, Added: i.Added, Revised: i.Revised, Unchanged: i.Unchanged, Outline: i.Outline, Blueprint: i.Blueprint,
	}
	if i.State == bank.IntakeFailed {
		why := contract.IntakeFailure(i.Failure)
		out.Failure = &why
	}
	return out
}

// OpenIntake announces a file.
func (s *server) OpenIntake(ctx context.Context, r contract.OpenIntakeRequestObject) (contract.OpenIntakeResponseObject, error) {
	i, err := s.editorial.OpenIntake(ctx, callOf(ctx).actor.Subject, bank.Intake{
		ID: r.Body.Id.String(), Bank: bank.ID(r.Bank), Name: r.Body.Name, Size: r.Body.Size,
	})
	return contract.OpenIntake201JSONResponse(wireIntake(i)), err
}

// GetIntake tells where a file stands.
func (s *server) GetIntake(ctx context.Context, r contract.GetIntakeRequestObject) (contract.GetIntakeResponseObject, error) {
	i, err := s.editorial.Intake(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake)
	return contract.GetIntake200JSONResponse(wireIntake(i)), err
}

// DropIntake gives a file up.
func (s *server) DropIntake(ctx context.Context, r contract.DropIntakeRequestObject) (contract.DropIntakeResponseObject, error) {
	return contract.DropIntake204Response{}, s.editorial.DropIntake(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake)
}

// PutIntakePart takes a part of a file.
func (s *server) PutIntakePart(ctx context.Context, r contract.PutIntakePartRequestObject) (contract.PutIntakePartResponseObject, error) {
	n, err := strconv.Atoi(r.Part)
	if err != nil {
		return nil, &editorial.FieldError{Field: "/part", Reason: "file-part"}
	}
	err = s.editorial.AddIntakePart(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake, n, r.Body.Data)
	return contract.PutIntakePart204Response{}, err
}

// ReadIntake begins to read a file.
func (s *server) ReadIntake(ctx context.Context, r contract.ReadIntakeRequestObject) (contract.ReadIntakeResponseObject, error) {
	point := bank.PointCode(strings.ToUpper(strings.TrimSpace(or(r.Body.Point))))
	var fixes []bank.Fix
	for _, f := range or(r.Body.Fixes) {
		fixes = append(fixes, bank.Fix{Sheet: f.Sheet, Row: f.Row, Field: f.Field, Text: f.Text, Free: or(f.Free)})
	}
	i, err := s.editorial.ReadIntake(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake, editorial.Reading{Format: or(r.Body.Format), Point: point, Fixes: fixes})
	return contract.ReadIntake200JSONResponse(wireIntake(i)), err
}

// ConfirmIntake begins to import a file.
func (s *server) ConfirmIntake(ctx context.Context, r contract.ConfirmIntakeRequestObject) (contract.ConfirmIntakeResponseObject, error) {
	i, err := s.editorial.ConfirmIntake(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake, editorial.ConfirmRequest{
		Digest: r.Body.Digest, Leave: or(r.Body.Leave),
	})
	return contract.ConfirmIntake200JSONResponse(wireIntake(i)), err
}

// ListVerdicts shows a page of what would become of every row.
func (s *server) ListVerdicts(ctx context.Context, r contract.ListVerdictsRequestObject) (contract.ListVerdictsResponseObject, error) {
	found, err := s.editorial.Verdicts(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake)
	if err != nil {
		return nil, err
	}
	p, lang := r.Params, callOf(ctx).lang
	limit := 50
	if p.Limit != nil {
		limit = min(max(*p.Limit, 1), 200)
	}
	out := contract.ListVerdicts200JSONResponse{Verdicts: []contract.ImportVerdict{}, Reasons: []contract.VerdictReason{}}
	counts := map[[2]string]int{}
	for _, v := range found.Verdicts {
		key := [2]string{string(v.Outcome), string(v.Reason)}
		if at, ok := counts[key]; ok {
			out.Reasons[at].Count++
		} else if v.Reason != "" {
			counts[key] = len(out.Reasons)
			out.Reasons = append(out.Reasons, contract.VerdictReason{
				Outcome: contract.VerdictOutcome(v.Outcome), Reason: string(v.Reason), Text: said(v.Text, lang), Count: 1,
			})
		}
		if p.Outcome != nil && string(*p.Outcome) != string(v.Outcome) || p.Reason != nil && *p.Reason != string(v.Reason) {
			continue
		}
		if out.Total++; out.Total > or(p.Skip) && len(out.Verdicts) < limit {
			out.Verdicts = append(out.Verdicts, wireVerdict(v, lang))
		}
	}
	return out, nil
}

func wireVerdict(v exchange.Verdict, lang string) contract.ImportVerdict {
	return contract.ImportVerdict{
		Outcome: contract.VerdictOutcome(v.Outcome), Sheet: v.Sheet, Row: v.Row, Column: v.Column, Field: string(v.Field), Item: v.Item, Old: v.Old,
		New: v.New, Reason: string(v.Reason), Text: said(v.Text, lang), Todo: said(v.Todo, lang),
	}
}

// GetVerdictFile sends the table of verdicts as a workbook.
func (s *server) GetVerdictFile(ctx context.Context, r contract.GetVerdictFileRequestObject) (contract.GetVerdictFileResponseObject, error) {
	found, err := s.editorial.Verdicts(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Intake)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := xlsx.WriteVerdicts(&file, found.Verdicts); err != nil {
		return nil, err
	}
	return contract.GetVerdictFile200ApplicationoctetStreamResponse{Body: &file, ContentLength: int64(file.Len())}, nil
}

func exportOf(id string, r *contract.BankExportRequest) editorial.ExportRequest {
	out := editorial.ExportRequest{Bank: bank.ID(id), Format: r.Format, Published: or(r.Published)}
	if r.Items != nil {
		out.Items = []bank.ItemID{}
		for _, code := range *r.Items {
			out.Items = append(out.Items, bank.NewItemID(out.Bank, code))
		}
	} else if f := r.Filter; f != nil {
		out.Query = &bank.ItemQuery{
			Type: bank.Type(or(f.Type)), Range: bank.RangeCode(or(f.Range)), Difficulty: or(f.Difficulty), Text: or(f.Text),
			Status: bank.Status(or(f.Status)), Stage: bank.Stage(or(f.Stage)), Tag: or(f.Tag), Used: bank.Choice(or(f.Used)),
		}
	}
	return out
}

// CheckBankExport tells what a format cannot carry.
func (s *server) CheckBankExport(ctx context.Context, r contract.CheckBankExportRequestObject) (contract.CheckBankExportResponseObject, error) {
	got, err := s.editorial.Export(ctx, callOf(ctx).actor.Subject, exportOf(r.Bank, r.Body), false)
	if err != nil {
		return nil, err
	}
	out := contract.CheckBankExport200JSONResponse{Items: got.Items, Skipped: got.Skipped, Losses: []contract.ExportLoss{}, Dropped: []string{}}
	at, met := map[[3]string]int{}, map[[4]string]bool{}
	whole, gone := map[string]bool{}, map[string]bool{}
	for _, v := range got.Verdicts {
		if whole[v.Item] = v.Outcome == exchange.Kept; whole[v.Item] {
			continue
		}
		if v.Outcome == exchange.Dropped && !gone[v.Item] {
			if gone[v.Item] = true; len(out.Dropped) < heldListed {
				out.Dropped = append(out.Dropped, v.Item)
			}
		}
		key := [3]string{string(v.Outcome), string(v.Field), string(v.Reason)}
		if met[[4]string{key[0], key[1], key[2], v.Item}] {
			continue
		}
		met[[4]string{key[0], key[1], key[2], v.Item}] = true
		n, known := at[key]
		if !known {
			n = len(out.Losses)
			at[key] = n
			out.Losses = append(out.Losses, contract.ExportLoss{
				Outcome: contract.VerdictOutcome(v.Outcome), Field: string(v.Field), Text: said(v.Text, callOf(ctx).lang),
			})
		}
		out.Losses[n].Items++
	}
	for _, all := range whole {
		if all {
			out.Whole++
		}
	}
	return out, nil
}

// ExportBank sends items as a file, with their keys.
func (s *server) ExportBank(ctx context.Context, r contract.ExportBankRequestObject) (contract.ExportBankResponseObject, error) {
	got, err := s.editorial.Export(ctx, callOf(ctx).actor.Subject, exportOf(r.Bank, r.Body), true)
	if err != nil {
		return nil, err
	}
	return contract.ExportBank200ApplicationoctetStreamResponse{Body: bytes.NewReader(got.File), ContentLength: int64(len(got.File))}, nil
}

var heldTexts = map[editorial.Hold][2]string{
	editorial.HoldPaper:   {"已用于封存的试卷。", "stands on a sealed paper."},
	editorial.HoldChanged: {"导入后改动或审核过。", "was changed or reviewed since."},
}

// heldErrors names the items that keep an import from being undone.
func heldErrors(e *editorial.UsedError, lang string) *[]contract.FieldError {
	out := []contract.FieldError{}
	for _, h := range e.Items[:min(len(e.Items), heldListed)] {
		code := string(h.Item)[strings.LastIndexByte(string(h.Item), '/')+1:]
		out = append(out, contract.FieldError{Pointer: "/items/" + code, Detail: code + " " + inLanguage(heldTexts[h.Why], lang)})
	}
	return &out
}

package api

import (
	"context"
	"errors"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/engine/bulletin"
	"gongyuan/engine/correction"
	"gongyuan/engine/earlier"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/periodic"
	"gongyuan/engine/profile"
	"gongyuan/engine/report"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// Registers is what is kept beside exams: filing, profiles, reports.
type Registers struct {
	Filings   *filing.Office
	Profiles  *profile.Office
	Periods   *periodic.Office
	Trainings *training.Office
	Earlier   *earlier.Office
	Talents   *talent.Office
	// Corrections are what candidates ask to be put right, Held what is kept of
	// them beside exams.
	Corrections *correction.Office
	Held        talent.Sources
	Workbook    report.Workbook
	// Bulletins sets reports on paper.
	Bulletins Bulletins
	// ReadTable returns the cells of a workbook's first sheet.
	ReadTable func(data []byte) ([][]string, error)
}

// Bulletins sets reports on paper.
type Bulletins interface {
	// Write returns a report as a PDF.
	Write(b *bulletin.Sheet) ([]byte, error)
}

// textOr is the text, "" where none is given.
func textOr(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// textOrNone leaves an empty text out.
func textOrNone(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func filingSubject(in *contract.FilingSubject) filing.Subject {
	return filing.Subject{
		Name: in.Name, Code: textOr(in.Code), Of: filing.ID(textOr(in.Of)), City: textOr(in.City), Address: textOr(in.Address), Contact: textOr(in.Contact),
		Standing: textOr(in.Standing),
	}
}

func (s *server) wireFiling(ctx context.Context, f *filing.Filing) contract.Filing {
	x := f.Subject
	out := contract.Filing{
		Id: string(f.ID), Kind: contract.FilingKind(f.Kind), Own: f.ID == filing.Own, State: contract.FilingState(f.State), Valid: f.Valid(s.clock.Now()) == nil,
		From: textOrNone(f.From), Until: textOrNone(f.Until), Version: f.Version, May: []contract.FilingAct{}, Steps: []contract.FilingStep{},
		Subject: contract.FilingSubject{
			Name: x.Name, Code: textOrNone(x.Code), Of: textOrNone(string(x.Of)), City: textOrNone(x.City), Address: textOrNone(x.Address), Contact: textOrNone(x.Contact),
			Standing: textOrNone(x.Standing),
		},
	}
	for _, a := range f.State.May() {
		out.May = append(out.May, contract.FilingAct(a))
	}
	for _, p := range f.Steps {
		out.Steps = append(out.Steps, contract.FilingStep{
			Act: contract.FilingAct(p.Act), On: p.On, Document: p.Document, Note: p.Note, From: textOrNone(p.From), Until: textOrNone(p.Until), By: s.staffName(ctx, p.By), At: p.At,
		})
	}
	return out
}

// standing says in the contract's words what Permit says.
func standing(err error) (contract.FilingStanding, error) {
	switch {
	case err == nil:
		return contract.FilingValid, nil
	case errors.Is(err, filing.ErrNone):
		return contract.FilingNone, nil
	case errors.Is(err, filing.ErrNotFiled):
		return contract.FilingNotFiled, nil
	case errors.Is(err, filing.ErrRunOut):
		return contract.FilingRunOut, nil
	}
	return "", err
}

// ListFilings lists the register of bodies and sites.
func (s *server) ListFilings(ctx context.Context, _ contract.ListFilingsRequestObject) (contract.ListFilingsResponseObject, error) {
	all, err := s.registers.Filings.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	out := contract.ListFilings200JSONResponse{Filings: []contract.Filing{}, Body: s.handouts.Body, Today: filing.Today(now)}
	if out.Own, err = standing(s.registers.Filings.Permit(ctx, now)); err != nil {
		return nil, err
	}
	for i := range all {
		out.Filings = append(out.Filings, s.wireFiling(ctx, &all[i]))
	}
	return out, nil
}

// EnterFiling adds a body or a site.
func (s *server) EnterFiling(ctx context.Context, r contract.EnterFilingRequestObject) (contract.EnterFilingResponseObject, error) {
	b := r.Body
	f := filing.Filing{Kind: filing.Kind(b.Kind), Subject: filingSubject(&b.Subject)}
	f, err := s.registers.Filings.Enter(ctx, staff(ctx), f, filing.Step{On: b.On, Document: textOr(b.Document), Note: textOr(b.Note)}, b.Own)
	if err != nil {
		return nil, err
	}
	return contract.EnterFiling201JSONResponse(s.wireFiling(ctx, &f)), nil
}

// StepFiling adds a step to an entry.
func (s *server) StepFiling(ctx context.Context, r contract.StepFilingRequestObject) (contract.StepFilingResponseObject, error) {
	b := r.Body
	step := filing.Step{
		Act: filing.Act(b.Act), On: b.On, Document: textOr(b.Document), Note: textOr(b.Note), From: textOr(b.From), Until: textOr(b.Until),
	}
	var subject *filing.Subject
	if b.Subject != nil {
		x := filingSubject(b.Subject)
		subject = &x
	}
	f, err := s.registers.Filings.Do(ctx, staff(ctx), filing.ID(r.Filing), b.Version, step, subject)
	if err != nil {
		return nil, err
	}
	return contract.StepFiling200JSONResponse(s.wireFiling(ctx, &f)), nil
}

// ListFilingDocuments lists the documents of an entry by step.
func (s *server) ListFilingDocuments(ctx context.Context, r contract.ListFilingDocumentsRequestObject) (contract.ListFilingDocumentsResponseObject, error) {
	all, err := s.files.Papers(ctx, staff(ctx), filing.ID(r.Filing))
	if err != nil {
		return nil, err
	}
	out := contract.ListFilingDocuments200JSONResponse{}
	for i, some := range all {
		out = append(out, contract.FilingDocuments{Step: i + 1, Files: wireFiles(some)})
	}
	return out, nil
}

// ProvideFilingDocument announces a document of a step.
func (s *server) ProvideFilingDocument(ctx context.Context, r contract.ProvideFilingDocumentRequestObject) (contract.ProvideFilingDocumentResponseObject, error) {
	b := r.Body
	u := evidence.Upload{ID: evidence.FileID(b.Id), Name: b.Name, Length: b.Size, Digest: strings.ToLower(b.Sha256)}
	p, err := s.files.File(ctx, staff(ctx), filing.ID(r.Filing), b.Step, u)
	if err != nil {
		return nil, err
	}
	return contract.ProvideFilingDocument201JSONResponse(wireProgress(p)), nil
}

// GetDuties says what waits for the administrators.
func (s *server) GetDuties(ctx context.Context, _ contract.GetDutiesRequestObject) (contract.GetDutiesResponseObject, error) {
	now := s.clock.Now()
	own, err := standing(s.registers.Filings.Permit(ctx, now))
	if err != nil {
		return nil, err
	}
	out := contract.GetDuties200JSONResponse{Filing: own}
	f, err := s.registers.Filings.One(ctx, staff(ctx), filing.Own)
	if err != nil && !errors.Is(err, filing.ErrNotFound) {
		return nil, err
	}
	out.Until = textOrNone(f.Until)
	due, err := s.registers.Periods.Due(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	reports := make([]contract.DueReport, len(due))
	for i, d := range due {
		reports[i] = contract.DueReport{Period: string(d.Period), Day: d.Day, Late: d.Late}
	}
	out.Reports = &reports
	return out, nil
}

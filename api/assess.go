package api

import (
	"context"
	"fmt"
	"strconv"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ListAccounts lists staff accounts, those of one role where it is named.
func (s *server) ListAccounts(ctx context.Context, r contract.ListAccountsRequestObject) (contract.ListAccountsResponseObject, error) {
	all, err := s.accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListAccounts200JSONResponse{}
	for _, a := range all {
		if a.Disabled || r.Params.Role != nil && !a.Has(people.Role(*r.Params.Role)) {
			continue
		}
		out = append(out, wireAccount(a))
	}
	return out, nil
}

func wireAccount(a people.Account) contract.Account {
	out := contract.Account{Id: string(a.ID), Login: a.Login, Name: a.Name, Roles: []contract.Role{}}
	for _, r := range a.Roles {
		out.Roles = append(out.Roles, contract.Role(r))
	}
	return out
}

// ListSheets lists score sheets, those of one level where it is named.
func (s *server) ListSheets(ctx context.Context, r contract.ListSheetsRequestObject) (contract.ListSheetsResponseObject, error) {
	all, err := s.desk.Sheets(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListSheets200JSONResponse{}
	for _, sheet := range all {
		if r.Params.Level == nil || *r.Params.Level == int(sheet.Level) {
			out = append(out, wireSheet(sheet))
		}
	}
	return out, nil
}

func wireSheet(sheet assess.Sheet) contract.ScoreSheet {
	out := contract.ScoreSheet{
		Id: string(sheet.ID), Version: sheet.Version, Level: int(sheet.Level), Kind: contract.AssessKind(sheet.Kind), Title: sheet.Title,
		Minutes: sheet.Minutes, Sample: sheet.Sample, Full: contract.Marks(bank.FullMarks), Vetoes: []contract.SheetVeto{},
	}
	for _, v := range sheet.Vetoes {
		out.Vetoes = append(out.Vetoes, contract.SheetVeto{Id: string(v.ID), Text: v.Text})
	}
	for _, sec := range sheet.Sections {
		section := contract.SheetSection{Function: sec.Function, Title: sec.Title}
		for _, row := range sec.Rows {
			wire := contract.SheetRow{Id: string(row.ID), Text: row.Text, Full: contract.Marks(row.Full), Rule: row.Rule, Deductions: []contract.SheetDeduction{}}
			if row.Step > 0 {
				step := int(row.Step)
				wire.Step = &step
			}
			for _, d := range row.Deductions {
				wire.Deductions = append(wire.Deductions, contract.SheetDeduction{Id: string(d.ID), Label: d.Label, Marks: contract.Marks(d.Marks), Most: d.Most})
			}
			section.Rows = append(section.Rows, wire)
		}
		out.Sections = append(out.Sections, section)
	}
	attachments := []contract.SheetAttachment{}
	for _, a := range sheet.Attachments {
		attachments = append(attachments, contract.SheetAttachment{Id: string(a.ID), Label: a.Label, Required: a.Required})
	}
	out.Attachments = &attachments
	return out
}

// sheetOf finds the newest version of a sheet.
func (s *server) sheetOf(ctx context.Context, match func(assess.Sheet) bool) (assess.Sheet, error) {
	all, err := s.desk.Sheets(ctx)
	if err != nil {
		return assess.Sheet{}, err
	}
	var found assess.Sheet
	for _, sheet := range all {
		if match(sheet) && sheet.Version > found.Version {
			found = sheet
		}
	}
	if found.Version == 0 {
		return found, assess.ErrNotFound
	}
	return found, nil
}

// rules maps the contract's words for combining scores to the domain's.
var rules = map[contract.CombineRule]assess.Rule{
	contract.Mean: assess.Mean, contract.Trimmed: assess.TrimmedMean, contract.Median: assess.Median,
}

func wireRule(r assess.Rule) contract.CombineRule {
	for word, rule := range rules {
		if rule == r {
			return word
		}
	}
	return contract.Mean
}

// panelOf names the panel of a sitting's station.
func panelOf(sit string, name contract.StationName) (assess.PanelID, error) {
	kind, station, err := assess.ParseStation(string(name))
	return assess.PanelAt(sitting.ID(sit), kind, station), err
}

func caseOf(sit string, name contract.StationName, draw string) (assess.Case, error) {
	id, err := panelOf(sit, name)
	if err != nil {
		return assess.Case{}, err
	}
	n, err := strconv.Atoi(draw)
	if err != nil || n < 1 {
		return assess.Case{}, assess.ErrNotFound
	}
	return assess.Case{Panel: id, Draw: n}, nil
}

func drawText(n int) string { return fmt.Sprintf("%03d", n) }

// ListTasks lists the candidates whom the caller scores; for the chair also
// how each of them stands.
func (s *server) ListTasks(ctx context.Context, r contract.ListTasksRequestObject) (contract.ListTasksResponseObject, error) {
	id, err := panelOf(r.Sitting, r.Kind)
	if err != nil {
		return nil, err
	}
	duties, err := s.desk.Duties(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	for _, d := range duties {
		if d.Panel != id {
			continue
		}
		out, err := s.taskList(ctx, d)
		return contract.ListTasks200JSONResponse(out), err
	}
	return nil, assess.ErrForbidden
}

func (s *server) taskList(ctx context.Context, d assess.Duty) (contract.TaskList, error) {
	sheet, err := s.sheetOf(ctx, func(x assess.Sheet) bool { return x.SheetRef == d.Sheet })
	if err != nil {
		return contract.TaskList{}, err
	}
	out := contract.TaskList{Sheet: wireSheet(sheet), Chair: d.Chair, Tasks: []contract.Task{}, Standings: []contract.Standing{}, Station: &d.Station, Title: &d.Name}
	if d.Place > 0 {
		tasks, err := s.desk.Tasks(ctx, staff(ctx), d.Panel)
		if err != nil {
			return out, err
		}
		for _, t := range tasks {
			wire := contract.Task{Draw: drawText(t.Draw), State: scoreState(t.State, t.Version, t.Absent)}
			if t.Version > 0 {
				total := contract.Marks(t.Total.Marks)
				wire.Total, wire.SavedAt = &total, &t.Saved
			}
			out.Tasks = append(out.Tasks, wire)
		}
	}
	if d.Chair {
		standings, err := s.desk.Standings(ctx, staff(ctx), d.Panel)
		if err != nil {
			return out, err
		}
		for _, x := range standings {
			part, err := s.assessedPart(ctx, d.Level, d.Kind, x.Outcome)
			if err != nil {
				return out, err
			}
			out.Standings = append(out.Standings, contract.Standing{Draw: drawText(x.Draw), Part: part})
		}
	}
	return out, nil
}

func scoreState(st assess.ScoreState, version int, absent bool) contract.ScoreState {
	switch {
	case absent:
		return contract.ScoreStateAbsent
	case st == assess.Locked:
		return contract.ScoreStateLocked
	case version == 0:
		return contract.ScoreStateUntouched
	}
	return contract.ScoreStateOpen
}

// verdicts maps the contract's words for vetoes to the domain's.
var verdicts = map[contract.VetoScoreState]assess.Verdict{
	"pending": assess.Undecided, "no": assess.NotOccurred, "yes": assess.Occurred,
}

func wireForm(f assess.Form) contract.Score {
	out := contract.Score{
		Draw: drawText(f.Draw), State: scoreState(f.State, f.Version, f.Absent), Version: f.Version,
		Complete: f.Total.Complete, Vetoed: f.Total.Vetoed, Total: contract.Marks(f.Total.Marks), Rows: []contract.RowScore{}, Vetoes: []contract.VetoScore{},
	}
	out.ElapsedSeconds = &f.Elapsed
	if f.Version > 0 {
		out.SavedAt = &f.Saved
	}
	if !f.Locked.IsZero() {
		out.LockedAt = &f.Locked
	}
	for _, r := range f.Rows {
		row := contract.RowScore{Row: string(r.Row), Touched: r.Touched, Other: int64(r.Other), Note: r.Note, Deductions: []contract.DeductionCount{}}
		for _, d := range r.Deductions {
			row.Deductions = append(row.Deductions, contract.DeductionCount{Deduction: string(d.Deduction), Count: d.Times})
		}
		out.Rows = append(out.Rows, row)
	}
	for _, v := range f.Vetoes {
		wire := contract.VetoScore{Veto: string(v.Veto), Fact: v.Fact}
		for word, verdict := range verdicts {
			if verdict == v.Verdict {
				wire.State = word
			}
		}
		out.Vetoes = append(out.Vetoes, wire)
	}
	return out
}

// GetScore shows the caller's own score of a candidate.
func (s *server) GetScore(ctx context.Context, r contract.GetScoreRequestObject) (contract.GetScoreResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	f, err := s.desk.Form(ctx, staff(ctx), c)
	if err != nil {
		return nil, err
	}
	return contract.GetScore200JSONResponse(wireForm(f)), nil
}

// SaveScore replaces the caller's own score of a candidate.
func (s *server) SaveScore(ctx context.Context, r contract.SaveScoreRequestObject) (contract.SaveScoreResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	var in assess.Filled
	for _, row := range r.Body.Rows {
		line := assess.RowScore{Row: assess.RowID(row.Row), Touched: row.Touched, Other: bank.Marks(row.Other), Note: row.Note}
		for _, d := range row.Deductions {
			if d.Count > 0 {
				line.Deductions = append(line.Deductions, assess.Counted{Deduction: assess.DeductionID(d.Deduction), Times: d.Count})
			}
		}
		in.Rows = append(in.Rows, line)
	}
	for _, v := range r.Body.Vetoes {
		in.Vetoes = append(in.Vetoes, assess.Finding{Veto: assess.VetoID(v.Veto), Verdict: verdicts[v.State], Fact: v.Fact})
	}
	if r.Body.ElapsedSeconds != nil {
		in.Elapsed = *r.Body.ElapsedSeconds
	}
	f, err := s.desk.Save(ctx, staff(ctx), c, r.Body.Version, in)
	if err != nil {
		return nil, err
	}
	return contract.SaveScore200JSONResponse(wireForm(f)), nil
}

// LockScore signs the caller's own score of a candidate.
func (s *server) LockScore(ctx context.Context, r contract.LockScoreRequestObject) (contract.LockScoreResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	f, err := s.desk.Lock(ctx, staff(ctx), c, r.Body.Version)
	if err != nil {
		return nil, err
	}
	return contract.LockScore200JSONResponse(wireForm(f)), nil
}

// DecideScore is the chair's word.
func (s *server) DecideScore(ctx context.Context, r contract.DecideScoreRequestObject) (contract.DecideScoreResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	j := assess.Judgement{Ruling: assess.Ruling(r.Body.Ruling), Why: r.Body.Reason}
	if r.Body.Marks != nil {
		j.Marks = bank.Marks(*r.Body.Marks)
	}
	o, err := s.desk.Decide(ctx, staff(ctx), c, j)
	if err != nil {
		return nil, err
	}
	x, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	kind, _, err := assess.ParseStation(string(r.Kind))
	if err != nil {
		return nil, err
	}
	part, err := s.assessedPart(ctx, x.Level, kind, o)
	return contract.DecideScore200JSONResponse(part), err
}

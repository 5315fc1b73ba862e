package api

import (
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// ListExaminers lists every account that is an examiner, with its entry.
func (s *server) ListExaminers(ctx context.Context, _ contract.ListExaminersRequestObject) (contract.ListExaminersResponseObject, error) {
	entries, err := s.register.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	by := make(map[people.AccountID]people.ExaminerEntry, len(entries))
	for _, e := range entries {
		by[e.Account] = e
	}
	accounts, err := s.accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListExaminers200JSONResponse{}
	for _, a := range accounts {
		if a.Disabled || !a.Has(people.Examiner) {
			continue
		}
		out = append(out, s.wireExaminer(ctx, a, by[a.ID]))
	}
	return out, nil
}

// GetExaminer shows one entry, blank with version 0 where there is none.
func (s *server) GetExaminer(ctx context.Context, r contract.GetExaminerRequestObject) (contract.GetExaminerResponseObject, error) {
	id := people.AccountID(r.Examiner)
	e, err := s.register.Entry(ctx, staff(ctx), id)
	if err != nil && !errors.Is(err, people.ErrNotFound) {
		return nil, err
	}
	out, err := s.examiner(ctx, id, e)
	return contract.GetExaminer200JSONResponse(out), err
}

// PutExaminer keeps grade, card and employer.
func (s *server) PutExaminer(ctx context.Context, r contract.PutExaminerRequestObject) (contract.PutExaminerResponseObject, error) {
	b := r.Body
	e, err := s.register.Put(ctx, staff(ctx), people.ExaminerEntry{
		Account: people.AccountID(r.Examiner), Grade: standard.Grade(b.Grade), CardNumber: b.CardNumber, CardUntil: b.CardUntil, Employer: b.Employer,
		Version: b.Version,
	})
	if err != nil {
		return nil, err
	}
	out, err := s.examiner(ctx, e.Account, e)
	return contract.PutExaminer200JSONResponse(out), err
}

// AssessExaminer adds a yearly assessment.
func (s *server) AssessExaminer(ctx context.Context, r contract.AssessExaminerRequestObject) (contract.AssessExaminerResponseObject, error) {
	a := people.YearAssessment{Year: r.Body.Year, Result: people.AssessmentResult(r.Body.Result)}
	if r.Body.Note != nil {
		a.Note = *r.Body.Note
	}
	e, err := s.register.Assess(ctx, staff(ctx), people.AccountID(r.Examiner), a)
	if err != nil {
		return nil, err
	}
	out, err := s.examiner(ctx, e.Account, e)
	return contract.AssessExaminer201JSONResponse(out), err
}

// DeclareRelation declares a relation to a candidate.
func (s *server) DeclareRelation(ctx context.Context, r contract.DeclareRelationRequestObject) (contract.DeclareRelationResponseObject, error) {
	rel := people.Relation{Kind: people.RelationKind(r.Body.Kind)}
	if r.Body.Note != nil {
		rel.Note = *r.Body.Note
	}
	e, err := s.register.Declare(ctx, staff(ctx), people.AccountID(r.Examiner), r.Body.IdNumber, rel)
	if err != nil {
		return nil, err
	}
	out, err := s.examiner(ctx, e.Account, e)
	return contract.DeclareRelation201JSONResponse(out), err
}

// WithdrawRelation takes a declared relation back.
func (s *server) WithdrawRelation(ctx context.Context, r contract.WithdrawRelationRequestObject) (contract.WithdrawRelationResponseObject, error) {
	e, err := s.register.Withdraw(ctx, staff(ctx), people.AccountID(r.Examiner), r.Body.Version, r.Body.Relation, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	out, err := s.examiner(ctx, e.Account, e)
	return contract.WithdrawRelation200JSONResponse(out), err
}

func (s *server) examiner(ctx context.Context, id people.AccountID, e people.ExaminerEntry) (contract.Examiner, error) {
	account, err := s.accounts.Account(ctx, id)
	if err == nil && !account.Has(people.Examiner) {
		err = people.ErrNotFound
	}
	if err != nil {
		return contract.Examiner{}, err
	}
	return s.wireExaminer(ctx, account, e), nil
}

func (s *server) wireExaminer(ctx context.Context, a people.Account, e people.ExaminerEntry) contract.Examiner {
	out := contract.Examiner{
		Account: wireAccount(a), Version: e.Version, CardNumber: e.CardNumber, CardUntil: e.CardUntil, Employer: e.Employer,
		Assessments: []contract.YearAssessment{}, Relations: []contract.Relation{},
	}
	if e.Grade != "" {
		grade := contract.ExaminerGrade(e.Grade)
		out.Grade = &grade
	}
	for _, x := range e.Assessments {
		out.Assessments = append(out.Assessments, contract.YearAssessment{
			Year: x.Year, Result: contract.YearAssessmentResult(x.Result), Note: x.Note, By: s.staffName(ctx, x.By), At: x.At,
		})
	}
	for _, x := range e.Relations {
		rel := contract.Relation{IdMasked: x.IDMasked, Kind: contract.RelationKind(x.Kind), Note: x.Note, By: s.staffName(ctx, x.By), At: x.At}
		if w := x.Withdrawn; w != nil {
			rel.Withdrawn = &contract.WithdrawnRelation{Reason: w.Why, By: s.staffName(ctx, w.By), At: w.At}
		}
		out.Relations = append(out.Relations, rel)
	}
	return out
}

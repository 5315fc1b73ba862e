package api

import (
	"context"
	"strconv"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// SearchTrainings lists records that count, the newest first.
func (s *server) SearchTrainings(ctx context.Context, r contract.SearchTrainingsRequestObject) (contract.SearchTrainingsResponseObject, error) {
	p, lang := r.Body, callOf(ctx).lang
	q := training.Query{Name: strings.TrimSpace(textOr(p.Text))}
	if p.Kind != nil {
		q.Kind = training.Kind(*p.Kind)
	}
	if p.Level != nil {
		q.Level = standard.Level(*p.Level)
	}
	skip, limit := paging(p.Skip, p.Limit)
	some, total, err := s.registers.Trainings.List(ctx, staff(ctx), q, skip, limit)
	if err != nil {
		return nil, err
	}
	out := contract.SearchTrainings200JSONResponse{Total: total, Trainings: []contract.Training{}, Head: training.Head()}
	for i := range some {
		r := &some[i]
		out.Trainings = append(out.Trainings, contract.Training{
			Id: string(r.ID), Name: r.Holder.Name, IdMasked: r.Holder.Masked, Registered: textOrNone(r.Registered), Kind: contract.TrainingKind(r.Kind), Level: int(r.Level),
			LevelTitle: textOrNone(s.titleOf(r.Level, lang)), From: r.From, Until: r.Until, Hours: r.Hours, Organiser: r.Organiser, Topic: r.Topic, Document: r.Document,
			Passed: r.Passed, Version: r.Version,
		})
	}
	return out, nil
}

// titleOf is the name of a level of the standard, its number for another; ""
// for none.
func (s *server) titleOf(l standard.Level, lang string) string {
	if l == 0 {
		return ""
	}
	if scheme, ok := s.standard.Scheme(l); ok {
		return levelTitle(scheme, lang)
	}
	return strconv.Itoa(int(l))
}

// ImportTrainings judges or keeps rows of trainings.
func (s *server) ImportTrainings(ctx context.Context, r contract.ImportTrainingsRequestObject) (contract.ImportTrainingsResponseObject, error) {
	var given []training.Row
	if r.Body.Rows != nil {
		for _, x := range *r.Body.Rows {
			given = append(given, training.Row{
				IDNumber: x.IdNumber, Name: x.Name, Kind: x.Kind, Level: textOr(x.Level), From: x.From, Until: textOr(x.Until), Hours: x.Hours, Organiser: x.Organiser,
				Topic: textOr(x.Topic), Passed: textOr(x.Passed), Document: textOr(x.Document),
			})
		}
	}
	offices := works[training.Row]{s.registers.Trainings.Judge, s.registers.Trainings.Import}
	out, err := takeIn(ctx, s, training.Table, entered[training.Row]{given, r.Body.Data, r.Body.Dry}, offices)
	return contract.ImportTrainings200JSONResponse(out), err
}

// RemoveTraining marks a record as entered by mistake.
func (s *server) RemoveTraining(ctx context.Context, r contract.RemoveTrainingRequestObject) (contract.RemoveTrainingResponseObject, error) {
	if err := s.registers.Trainings.Remove(ctx, staff(ctx), training.ID(r.Body.Id), r.Body.Version, r.Body.Why); err != nil {
		return nil, err
	}
	return contract.RemoveTraining204Response{}, nil
}

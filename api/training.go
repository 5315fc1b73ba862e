package api

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gongyuan/api/contract"
	"gongyuan/engine/correction"
	"gongyuan/engine/profile"
	"gongyuan/engine/sitting"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// registerFields are the fields that an error of trainings or of the talent
// pool names.
func registerFields(err error) []sitting.FieldError {
	var trained *training.FieldError
	var pooled *talent.FieldError
	var asked *correction.FieldError
	switch {
	case errors.As(err, &asked):
		return []sitting.FieldError{{Field: asked.Field, Reason: asked.Reason}}
	case errors.As(err, &trained):
		return []sitting.FieldError{{Field: trained.Field, Reason: trained.Reason}}
	case errors.As(err, &pooled):
		return []sitting.FieldError{{Field: pooled.Field, Reason: pooled.Reason}}
	}
	return nil
}

// wireVerdicts says what became of rows that stand in lines of a table.
func wireVerdicts(ctx context.Context, verdicts []profile.Verdict, lines []int) []contract.ProfileVerdict {
	out := []contract.ProfileVerdict{}
	for i, v := range verdicts {
		wire := contract.ProfileVerdict{Row: lines[i], Outcome: contract.ProfileOutcome(v.Outcome), Name: v.Name, Field: textOrNone(v.Field)}
		if v.Reason != "" {
			detail := fieldText(v.Reason, callOf(ctx).lang)
			wire.Detail = &detail
		}
		out = append(out, wire)
	}
	return out
}

// ListTrainings lists the records that count, the newest first.
func (s *server) ListTrainings(ctx context.Context, _ contract.ListTrainingsRequestObject) (contract.ListTrainingsResponseObject, error) {
	all, err := s.registers.Trainings.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b training.Known) int {
		return cmp.Or(cmp.Compare(b.Record.From, a.Record.From), cmp.Compare(a.Person.Name, b.Person.Name), cmp.Compare(a.Record.ID(), b.Record.ID()))
	})
	out := contract.ListTrainings200JSONResponse{Trainings: []contract.Training{}, Head: training.Head()}
	for _, k := range all {
		r := k.Record
		out.Trainings = append(out.Trainings, contract.Training{
			Id: string(r.ID()), Name: k.Person.Name, IdMasked: k.Person.IDMasked, Kind: contract.TrainingKind(r.Kind), From: r.From, Until: r.Until, Hours: r.Hours,
			Organiser: r.Organiser, Topic: r.Topic, Document: r.Document, Passed: r.Passed, Version: r.Version,
		})
	}
	return out, nil
}

// ImportTrainings judges or keeps rows of trainings.
func (s *server) ImportTrainings(ctx context.Context, r contract.ImportTrainingsRequestObject) (contract.ImportTrainingsResponseObject, error) {
	rows, lines, err := s.trainingRows(r.Body)
	if err != nil {
		return nil, err
	}
	work := s.registers.Trainings.Import
	if r.Body.Dry {
		work = s.registers.Trainings.Judge
	}
	verdicts, err := work(ctx, staff(ctx), rows)
	if err != nil {
		return nil, err
	}
	return contract.ImportTrainings200JSONResponse(wireVerdicts(ctx, verdicts, lines)), nil
}

func (s *server) trainingRows(b *contract.TrainingImport) ([]training.Row, []int, error) {
	if b.Data != nil {
		cells, err := s.registers.ReadTable(*b.Data)
		if err != nil {
			return nil, nil, &profile.TableError{Reason: "workbook"}
		}
		return training.Table(cells)
	}
	if b.Rows == nil || len(*b.Rows) == 0 {
		return nil, nil, &profile.TableError{Reason: "table-empty"}
	}
	var rows []training.Row
	var lines []int
	for i, x := range *b.Rows {
		rows, lines = append(rows, training.Row{
			IDNumber: x.IdNumber, Name: x.Name, Kind: x.Kind, From: x.From, Until: textOr(x.Until), Hours: x.Hours, Organiser: x.Organiser, Topic: textOr(x.Topic),
			Passed: textOr(x.Passed), Document: textOr(x.Document),
		}), append(lines, i+1)
	}
	return rows, lines, nil
}

// RemoveTraining marks a record as entered by mistake.
func (s *server) RemoveTraining(ctx context.Context, r contract.RemoveTrainingRequestObject) (contract.RemoveTrainingResponseObject, error) {
	if err := s.registers.Trainings.Remove(ctx, staff(ctx), training.ID(r.Body.Id), r.Body.Version, r.Body.Why); err != nil {
		return nil, err
	}
	return contract.RemoveTraining204Response{}, nil
}

package enginetest

import (
	"testing"

	"github.com/google/uuid"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// FitExaminer returns an entry of the register that meets every rule at Start:
// senior, with a card and a yearly assessment, of an employer of its own.
func FitExaminer(id people.AccountID) people.ExaminerEntry {
	return people.ExaminerEntry{
		Account: id, Grade: standard.SeniorExaminer, CardNumber: "KP" + string(id), CardUntil: Start.AddDate(2, 0, 0).Format("2006-01-02"),
		Employer: "示例单位" + string(id), Assessments: []people.YearAssessment{
			{Year: Start.Year() - 1, Result: people.AssessedPassed, By: "administrator", At: Start},
			{Year: Start.Year(), Result: people.AssessedPassed, Note: "合格", By: "administrator", At: Start},
		},
	}
}

// RunExaminers is the suite that every store of the register must pass.
func RunExaminers(t *testing.T, store assess.Examiners) {
	ctx := t.Context()
	e := FitExaminer(people.AccountID(uuid.NewString()))
	e.Relations = []people.Relation{{IDHash: "abc", IDMasked: "1101**********002X", Kind: people.Teacher, Note: "师徒", By: e.Account, At: Start}, {
		IDHash: "def", IDMasked: "1101**********0038", Kind: people.Relative, By: e.Account, At: Start,
		Withdrawn: &people.RelationWithdrawal{Why: "号码填错", By: "administrator", At: Start},
	}}
	_, err := store.Examiner(ctx, e.Account)
	wantErr(t, "none yet", err, people.ErrNotFound)
	early := e
	early.Version = 1
	_, err = store.PutExaminer(ctx, early)
	wantErr(t, "a version that never was", err, people.ErrConflict)
	first, err := store.PutExaminer(ctx, e)
	check(t, err)
	want := e
	want.Version = 1
	diff(t, "stored", first, want)
	_, err = store.PutExaminer(ctx, e)
	wantErr(t, "inserted already", err, people.ErrConflict)
	first.Grade, first.Employer = standard.Examiner, ""
	second, err := store.PutExaminer(ctx, first)
	check(t, err)
	_, err = store.PutExaminer(ctx, first)
	wantErr(t, "an old version", err, people.ErrConflict)
	got, err := store.Examiner(ctx, e.Account)
	check(t, err)
	diff(t, "read", got, second)
	all, err := store.Examiners(ctx)
	check(t, err)
	diff(t, "listed", all, []people.ExaminerEntry{second})
}

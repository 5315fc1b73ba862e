package enginetest

import (
	"testing"

	"gongyuan/engine/people"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// RunTrainings is the suite that every store of trainings must pass.
func RunTrainings(t *testing.T, store training.Store) {
	ctx := t.Context()
	r := training.Record{
		Candidate: "c1", Kind: training.Initial, From: "2026-03-02", Until: "2026-03-06", Hours: 40, Organiser: "示例机构", Topic: "消防", Document: "1", Passed: true, Changed: Start, By: "a",
	}
	first, err := store.PutTraining(ctx, r)
	check(t, err)
	diff(t, "version", first.Version, 1)
	_, err = store.PutTraining(ctx, r)
	wantErr(t, "inserted already", err, training.ErrConflict)
	first.Removal = &training.Removal{Why: "误录", By: "b", At: Start}
	second, err := store.PutTraining(ctx, first)
	check(t, err)
	_, err = store.PutTraining(ctx, first)
	wantErr(t, "an old version", err, training.ErrConflict)
	r.Kind, r.From = training.Rotation, "2026-01-01"
	early, err := store.PutTraining(ctx, r)
	check(t, err)
	r.Candidate = "c2"
	other, err := store.PutTraining(ctx, r)
	check(t, err)
	got, err := store.Training(ctx, second.ID())
	check(t, err)
	diff(t, "one", got, second)
	_, err = store.Training(ctx, "none")
	wantErr(t, "none", err, training.ErrNotFound)
	some, err := store.Trainings(ctx, []people.CandidateID{"c1", "none"})
	check(t, err)
	diff(t, "of one", some, []training.Record{early, second})
	all, err := store.Trainings(ctx, nil)
	check(t, err)
	diff(t, "all", all, []training.Record{early, second, other})
}

// RunTalents is the suite that every store of the talent pool must pass.
func RunTalents(t *testing.T, store talent.Store) {
	ctx := t.Context()
	e := talent.Entry{Candidate: "c1", Consents: []talent.Consent{{Purpose: "示例", On: "2026-11-23", Evidence: "纸", By: "a", At: Start}}}
	_, err := store.Talent(ctx, "c1")
	wantErr(t, "none", err, talent.ErrNotFound)
	first, err := store.PutTalent(ctx, e)
	check(t, err)
	diff(t, "version", first.Version, 1)
	_, err = store.PutTalent(ctx, e)
	wantErr(t, "inserted already", err, talent.ErrConflict)
	first.Functions, first.Awards = []talent.Function{talent.Emergency}, "示例奖"
	second, err := store.PutTalent(ctx, first)
	check(t, err)
	_, err = store.PutTalent(ctx, first)
	wantErr(t, "an old version", err, talent.ErrConflict)
	e.Candidate = "c2"
	other, err := store.PutTalent(ctx, e)
	check(t, err)
	all, err := store.Talents(ctx)
	check(t, err)
	diff(t, "all", all, []talent.Entry{second, other})
	gone, err := second.Withdrawn(talent.Ending{Why: "本人要求", By: "b", At: Start})
	check(t, err)
	gone, err = store.PutTalent(ctx, gone)
	check(t, err)
	all, err = store.Talents(ctx)
	check(t, err)
	diff(t, "without who withdrew", all, []talent.Entry{other})
	got, err := store.Talent(ctx, "c1")
	check(t, err)
	diff(t, "what is left of them", got, gone)
	diff(t, "nothing about the person", len(got.Functions)+len(got.Awards), 0)
}

package enginetest

import (
	"testing"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// RunTrainings is the suite that every store of trainings must pass.
func RunTrainings(t *testing.T, store training.Store) {
	ctx := t.Context()
	r := training.Record{
		ID: "a", Holder: training.Holder{Name: "示例甲", Hash: "h1", Sealed: []byte{1, 2}, Masked: "1101**********002X"}, Kind: training.Initial, Level: 3, From: "2026-03-02",
		Until: "2026-03-06", Hours: 40, Organiser: "示例机构", Topic: "消防", Document: "1", Passed: true, Changed: Start, By: "a",
	}
	first, err := store.PutTraining(ctx, r)
	check(t, err)
	diff(t, "version", first.Version, 1)
	_, err = store.PutTraining(ctx, r)
	wantErr(t, "inserted already", err, intake.ErrConflict)
	first.Removal = &training.Removal{Why: "误录", By: "b", At: Start}
	second, err := store.PutTraining(ctx, first)
	check(t, err)
	_, err = store.PutTraining(ctx, first)
	wantErr(t, "an old version", err, intake.ErrConflict)
	r.ID, r.Kind, r.From, r.Until = "b", training.Rotation, "2026-01-01", "2026-01-02"
	early, err := store.PutTraining(ctx, r)
	check(t, err)
	r.ID, r.Holder, r.From, r.Level = "c", training.Holder{Name: "示例乙", Hash: "h2"}, "2026-01-02", 0
	other, err := store.PutTraining(ctx, r)
	check(t, err)
	got, err := store.Training(ctx, second.ID)
	check(t, err)
	diff(t, "one", got, second)
	_, err = store.Training(ctx, "none")
	wantErr(t, "none", err, intake.ErrNotFound)
	type records = []training.Record
	some, err := store.TrainingsOf(ctx, []string{"h1", "none"})
	check(t, err)
	diff(t, "of one", some, records{early, second})
	ended, err := store.TrainingsEnded(ctx, "2026-01-02", "2026-03-06")
	check(t, err)
	diff(t, "ended", ended, records{early, other})
	for _, c := range []struct {
		q           training.Query
		skip, limit int
		total       int
		want        records
	}{
		{training.Query{}, 0, 1, 2, records{other}}, {training.Query{}, 1, 9, 2, records{early}}, {training.Query{Level: 3}, 0, 9, 1, records{early}},
		{training.Query{Name: "示例", Kind: training.Rotation}, 0, 9, 2, records{other, early}}, {training.Query{Name: "示例乙"}, 0, 9, 1, records{other}},
		{training.Query{Kind: training.Initial}, 0, 9, 0, records{}},
	} {
		some, total, err := store.TrainingPage(ctx, c.q, c.skip, c.limit)
		check(t, err)
		diff(t, "total", total, c.total)
		diff(t, "page", some, c.want)
	}
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
	for _, c := range []struct {
		after people.CandidateID
		limit int
		want  []talent.Entry
	}{{"", 9, []talent.Entry{second, other}}, {"", 1, []talent.Entry{second}}, {"c1", 9, []talent.Entry{other}}, {"c2", 9, []talent.Entry{}}} {
		some, err := store.Talents(ctx, c.after, c.limit)
		check(t, err)
		diff(t, "those after "+string(c.after), some, c.want)
	}
	gone, err := second.Withdrawn(talent.Ending{Why: "本人要求", By: "b", At: Start})
	check(t, err)
	gone, err = store.PutTalent(ctx, gone)
	check(t, err)
	all, err := store.Talents(ctx, "", 9)
	check(t, err)
	diff(t, "without who withdrew", all, []talent.Entry{other})
	all, err = store.TalentsOf(ctx, []people.CandidateID{"c2", "c1", "c0"})
	check(t, err)
	diff(t, "of some, without who withdrew", all, []talent.Entry{other})
	got, err := store.Talent(ctx, "c1")
	check(t, err)
	diff(t, "what is left of them", got, gone)
	diff(t, "nothing about the person", len(got.Functions)+len(got.Awards), 0)
}

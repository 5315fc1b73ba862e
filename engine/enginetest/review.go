package enginetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// ReviewStores is what regrades and appeals are kept in.
type ReviewStores struct {
	Regrades result.Regrades
	Appeals  result.Appeals
	Theories interface {
		result.TheoryVersions
		result.Theories
		InsertTheories(ctx context.Context, all []result.Theory) error
	}
}

// RunReviews is the suite that every store of regrades and appeals must pass.
// each runs a test on every kind of store, empty and with its indexes.
func RunReviews(t *testing.T, each func(*testing.T, func(*testing.T, ReviewStores))) {
	t.Helper()
	each(t, func(t *testing.T, s ReviewStores) {
		t.Run("Regrades", func(t *testing.T) { regrades(t, s.Regrades) })
		t.Run("Appeals", func(t *testing.T) { appeals(t, s.Appeals) })
		t.Run("Serials", func(t *testing.T) { appealSerials(t, s.Appeals) })
		t.Run("Theories", func(t *testing.T) { theoryVersions(t, s) })
	})
}

func regrades(t *testing.T, store result.Regrades) {
	ctx := t.Context()
	r := result.Regrade{
		ID: "g1", Item: "b/1", Round: 1, Remedy: result.OtherKey, Revision: 4, Pinned: []int{2, 3}, Sittings: []sitting.ID{"s1", "s2"}, Why: "答案有误",
		State: result.RegradeProposed, Digest: "d1", Effect: result.Effect{Papers: 5, Up: 2, Down: 1, Same: 2, Lost: 1, Won: 1}, By: "a1", At: releaseTime, Version: 1,
	}
	check(t, store.InsertRegrade(ctx, r))
	wantErr(t, "the same", store.InsertRegrade(ctx, r), result.ErrDuplicate)
	twin := r
	twin.ID = "g1b"
	wantErr(t, "the same round under another name", store.InsertRegrade(ctx, twin), result.ErrDuplicate)
	_, err := store.Regrade(ctx, "none")
	wantErr(t, "none", err, result.ErrNotFound)
	r.State, r.Second, r.SecondAt, r.Word, r.Done, r.Later = result.RegradeApproved, "a2", releaseTime.Add(time.Hour), "同意", 2, []sitting.ID{"s3"}
	stored, err := store.ReplaceRegrade(ctx, r)
	check(t, err)
	_, err = store.ReplaceRegrade(ctx, r)
	wantErr(t, "an old version", err, result.ErrConflict)
	got, err := store.Regrade(ctx, "g1")
	check(t, err)
	diff(t, "as stored", got, stored)
	later := result.Regrade{ID: "g2", Item: "b/1", Round: 2, Part: 1, Remedy: result.Without, Sittings: []sitting.ID{"s2"}, State: result.RegradeReturned, At: releaseTime.Add(time.Hour), Version: 1}
	other := result.Regrade{ID: "g3", Item: "b/0", Round: 1, Remedy: result.FullMarks, Sittings: []sitting.ID{"s2"}, State: result.RegradeApplied, At: releaseTime.Add(2 * time.Hour), Applied: releaseTime.Add(3 * time.Hour), Version: 1}
	check(t, store.InsertRegrade(ctx, later))
	check(t, store.InsertRegrade(ctx, other))
	ofItem, err := store.RegradesOfItem(ctx, "b/1")
	check(t, err)
	diff(t, "of an item, by round", ofItem, []result.Regrade{stored, later})
	ofSitting, err := store.RegradesOfSitting(ctx, "s2")
	check(t, err)
	diff(t, "of a sitting, by item and round", ofSitting, []result.Regrade{other, stored, later})
	in, err := store.RegradesIn(ctx, result.RegradeApproved)
	check(t, err)
	diff(t, "approved", in, []result.Regrade{stored})
	page, total, err := store.Regrades(ctx, 1, 1)
	check(t, err)
	diff(t, "the second newest", page, []result.Regrade{later})
	diff(t, "all", total, 3)
}

func appeal(id result.AppealID, serial int64, due time.Time) result.Appeal {
	return result.Appeal{
		ID: id, Year: 2026, Serial: serial, Sitting: "s1", Registration: "r1", Candidate: "c1", Component: standard.Skill, Against: 1, Kind: result.Rescore,
		Text: "请重新评分", Filed: releaseTime.Add(time.Duration(serial) * time.Minute), Due: due, State: result.AppealFiled, Version: 1,
		Steps: []result.Step{{Act: "file", Why: "请重新评分", At: releaseTime}},
	}
}

func appeals(t *testing.T, store result.Appeals) {
	ctx := t.Context()
	first, second := appeal("r1.1.skill.1", 1, releaseTime.AddDate(0, 0, 14)), appeal("r2.1.skill.1", 2, releaseTime.AddDate(0, 0, 7))
	second.Registration, second.FiledBy = "r2", "a1"
	check(t, store.InsertAppeal(ctx, first))
	check(t, store.InsertAppeal(ctx, second))
	again := appeal("r1.1.skill.1", 3, releaseTime)
	wantErr(t, "the same name", store.InsertAppeal(ctx, again), result.ErrDuplicate)
	again = appeal("r1.1.skill.2", 2, releaseTime)
	wantErr(t, "the same number", store.InsertAppeal(ctx, again), result.ErrDuplicate)
	_, err := store.Appeal(ctx, "none")
	wantErr(t, "none", err, result.ErrNotFound)
	open, total, err := store.AppealsIn(ctx, []result.AppealState{result.AppealFiled}, 0, 10)
	check(t, err)
	diff(t, "by due day", open, []result.Appeal{second, first})
	diff(t, "open", total, 2)
	first.State, first.Handler, first.Reviewer, first.Assigner, first.Decider = result.AppealChanged, "a1", "a2", "a1", "a3"
	first.Report = &result.Report{Changed: true, Marks: 6100, Finding: "加错了", Attachment: "评分表", Against: 1, Was: 5900, At: releaseTime.Add(time.Hour)}
	first.Answer, first.Answered, first.Followed = "改为合格", releaseTime.Add(2*time.Hour), releaseTime.Add(3*time.Hour)
	first.Steps = append(first.Steps, result.Step{Act: result.AssignAppeal, By: "a1", Who: "a2", At: releaseTime.Add(time.Minute)})
	stored, err := store.ReplaceAppeal(ctx, first)
	check(t, err)
	_, err = store.ReplaceAppeal(ctx, first)
	wantErr(t, "an old version", err, result.ErrConflict)
	got, err := store.Appeal(ctx, first.ID)
	check(t, err)
	diff(t, "as stored", got, stored)
	mine, err := store.AppealsAgainst(ctx, "r1")
	check(t, err)
	diff(t, "of a registration", mine, []result.Appeal{stored})
	all, err := store.AppealsOf(ctx, "s1")
	check(t, err)
	diff(t, "of a sitting, the oldest first", all, []result.Appeal{stored, second})
}

// appealSerials lets several insert under the same serial: one gets it.
func appealSerials(t *testing.T, store result.Appeals) {
	ctx := t.Context()
	last, err := store.LastAppeal(ctx, 2031, 5)
	check(t, err)
	diff(t, "of a year without any", last, int64(4))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			a := appeal(result.AppealID("x"+string(rune('a'+i))), 1, releaseTime)
			a.Year = 2031
			errs[i] = store.InsertAppeal(ctx, a)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantErr(t, "the others", err, result.ErrDuplicate)
		}
	}
	diff(t, "who got the serial", won, 1)
	last, err = store.LastAppeal(ctx, 2031, 1)
	check(t, err)
	diff(t, "the last", last, int64(1))
}

func theoryVersions(t *testing.T, s ReviewStores) {
	ctx := t.Context()
	was := result.Theory{
		Attempt: "t1", Sitting: "s1", Version: 1, Awarded: 500, Full: 1000, Pass: 600, Complete: true, Marked: releaseTime,
		Sections: []result.Section{{Type: bank.Single, Awarded: 500, Full: 1000, Right: 1, Slots: 2}},
		Slots:    []result.Slot{{Number: 1, Mark: bank.Mark{Awarded: 500, Verdict: bank.Right}}, {Number: 2, Mark: bank.Mark{Verdict: bank.Wrong}}},
	}
	check(t, s.Theories.InsertTheories(ctx, []result.Theory{was}))
	next := was
	next.Version, next.Awarded, next.Passed, next.Marked = 2, 1000, true, releaseTime.Add(time.Hour)
	next.Amended = []result.Amended{{Slot: 2, Regrade: "g1", Remedy: result.OtherKey, Revision: 4}}
	check(t, s.Theories.Advance(ctx, was, next))
	wantErr(t, "again from the old one", s.Theories.Advance(ctx, was, next), result.ErrConflict)
	found, err := s.Theories.ResultsOf(ctx, []string{"t1"})
	check(t, err)
	diff(t, "what counts", found["t1"], next)
	past, err := s.Theories.Past(ctx, "t1")
	check(t, err)
	diff(t, "what another took the place of", past, []result.Theory{was})
}

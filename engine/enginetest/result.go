package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// ResultStore is all that released results are kept in.
type ResultStore interface {
	result.Records
	result.Releases
	result.Rulings
}

// RunResults is the suite that every store of released results must pass. each
// runs a test on every kind of store, empty and with its indexes.
func RunResults(t *testing.T, each func(*testing.T, func(*testing.T, ResultStore))) {
	t.Helper()
	each(t, func(t *testing.T, store ResultStore) {
		t.Run("Versions", func(t *testing.T) { resultVersions(t, store) })
		t.Run("Releases", func(t *testing.T) { resultReleases(t, store) })
		t.Run("Rulings", func(t *testing.T) { resultRulings(t, store) })
	})
}

var releaseTime = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func released(r sitting.RegistrationID, version int) result.Record {
	return result.Record{
		Registration: r, Version: version, Sitting: "s1", Candidate: people.CandidateID("c-" + r),
		Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"}, Level: 2,
		Outcome: result.Outcome{Level: 2, Result: result.Qualified, Passed: 2, Components: []result.Component{
			{Kind: standard.Theory, State: result.Carried, Verdict: result.Passed, Awarded: 7850, Full: 10000, Pass: 6000, Distance: 1850, On: releaseTime.AddDate(0, -6, 0), Until: releaseTime.AddDate(1, 6, 0)},
			{Kind: standard.Skill, State: result.Scored, Verdict: result.Passed, Awarded: 7117, Full: 10000, Pass: 6000, Distance: 1117},
		}},
		Basis: []result.Basis{
			{Kind: standard.Theory, Carried: result.CarriedFrom{Registration: "r0", Sitting: "s0", Version: 2}},
			{Kind: standard.Skill, Panels: []string{"s1:skill", "s1:skill-2"}},
		},
		Cause: result.ByRelease, CauseID: "s1:1", Why: "已核对", By: "a1", Second: "a2", At: releaseTime, Sat: releaseTime.AddDate(0, 0, -3),
	}
}

func resultVersions(t *testing.T, store ResultStore) {
	ctx := t.Context()
	first, second, other := released("r1", 1), released("r1", 2), released("r2", 1)
	second.Outcome.Result, second.Cause = result.Unqualified, result.ByRegrade
	check(t, store.InsertRecords(ctx, []result.Record{first, other}))
	changed := first
	changed.Why = "another"
	check(t, store.InsertRecords(ctx, []result.Record{changed, second}))
	check(t, store.InsertRecords(ctx, nil))
	all, err := store.VersionsOf(ctx, "r1")
	check(t, err)
	diff(t, "a version that is there stays as it is", all, []result.Record{first, second})
	latest, err := store.LatestOf(ctx, []sitting.RegistrationID{"r1", "r2", "none"})
	check(t, err)
	diff(t, "the newest", latest, map[sitting.RegistrationID]result.Record{"r1": second, "r2": other})
	none, err := store.LatestOf(ctx, nil)
	check(t, err)
	diff(t, "of nobody", len(none), 0)
	mine, err := store.LatestOfCandidates(ctx, []people.CandidateID{"c-r1"})
	check(t, err)
	diff(t, "of a candidate", mine, []result.Record{second})
}

func resultReleases(t *testing.T, store ResultStore) {
	ctx := t.Context()
	r := result.Release{
		Sitting: "s1", Round: 1, State: result.Proposed, Digest: "d1", Tally: result.Tally{Candidates: 3, Qualified: 1, Unqualified: 1, Incomplete: 1, Changed: 3},
		Remark: "已核对", By: "a1", At: releaseTime, Version: 1,
	}
	check(t, store.InsertRelease(ctx, r))
	wantErr(t, "the same round", store.InsertRelease(ctx, r), result.ErrDuplicate)
	r.State, r.Second, r.SecondAt, r.NoticeEnds = result.Approved, "a2", releaseTime.Add(time.Hour), releaseTime.AddDate(0, 0, 8)
	stored, err := store.ReplaceRelease(ctx, r)
	check(t, err)
	diff(t, "its version", stored.Version, 2)
	_, err = store.ReplaceRelease(ctx, r)
	wantErr(t, "an old version", err, result.ErrConflict)
	next := result.Release{Sitting: "s1", Round: 2, State: result.Proposed, Digest: "d2", By: "a2", At: releaseTime.Add(2 * time.Hour), Version: 1}
	check(t, store.InsertRelease(ctx, next))
	all, err := store.ReleasesOf(ctx, "s1")
	check(t, err)
	diff(t, "by round", all, []result.Release{stored, next})
}

func resultRulings(t *testing.T, store ResultStore) {
	ctx := t.Context()
	r := result.Ruling{ID: "u1", Sitting: "s1", Registration: "r1", Kind: result.Misconduct, Component: standard.Theory, State: result.Accused, Why: "夹带资料", By: "a1", At: releaseTime, Version: 1}
	check(t, store.InsertRuling(ctx, r))
	_, err := store.Ruling(ctx, "none")
	wantErr(t, "none", err, result.ErrNotFound)
	r.State, r.Second, r.SecondAt, r.Word = result.InForce, "a2", releaseTime.Add(time.Minute), "属实"
	stored, err := store.ReplaceRuling(ctx, r)
	check(t, err)
	_, err = store.ReplaceRuling(ctx, r)
	wantErr(t, "an old version", err, result.ErrConflict)
	later := result.Ruling{ID: "u0", Sitting: "s1", Registration: "r2", Kind: result.Withholding, State: result.InForce, Why: "待核实", By: "a2", At: releaseTime.Add(time.Hour), Version: 1}
	check(t, store.InsertRuling(ctx, later))
	all, err := store.RulingsOf(ctx, "s1")
	check(t, err)
	diff(t, "the oldest first", all, []result.Ruling{stored, later})
}

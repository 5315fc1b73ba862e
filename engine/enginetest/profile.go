package enginetest

import (
	"testing"

	"gongyuan/engine/people"
	"gongyuan/engine/profile"
)

// RunProfiles is the suite that every store of profiles must pass.
func RunProfiles(t *testing.T, store profile.Store) {
	ctx := t.Context()
	p := profile.Profile{
		Candidate: "c1", Unit: "示例单位", City: "示例市", Industry: profile.Schools, KeyUnit: true, Post: "保卫干事", Incentive: "津贴", Changed: Start, By: "a",
	}
	first, err := store.PutProfile(ctx, p)
	check(t, err)
	diff(t, "version", first.Version, 1)
	_, err = store.PutProfile(ctx, p)
	wantErr(t, "inserted already", err, profile.ErrConflict)
	first.City = "另市"
	second, err := store.PutProfile(ctx, first)
	check(t, err)
	_, err = store.PutProfile(ctx, first)
	wantErr(t, "an old version", err, profile.ErrConflict)
	p.Candidate = "c2"
	other, err := store.PutProfile(ctx, p)
	check(t, err)
	some, err := store.Profiles(ctx, []people.CandidateID{"c1", "none"})
	check(t, err)
	diff(t, "one of them", some, map[people.CandidateID]profile.Profile{"c1": second})
	none, err := store.Profiles(ctx, []people.CandidateID{})
	check(t, err)
	diff(t, "of nobody", len(none), 0)
	all, err := store.Profiles(ctx, nil)
	check(t, err)
	diff(t, "all", all, map[people.CandidateID]profile.Profile{"c1": second, "c2": other})
}

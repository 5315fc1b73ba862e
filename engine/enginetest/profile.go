package enginetest

import (
	"testing"

	"gongyuan/engine/intake"
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
	wantErr(t, "inserted already", err, intake.ErrConflict)
	first.City = "另市"
	second, err := store.PutProfile(ctx, first)
	check(t, err)
	_, err = store.PutProfile(ctx, first)
	wantErr(t, "an old version", err, intake.ErrConflict)
	p.Candidate = "c2"
	other, err := store.PutProfile(ctx, p)
	check(t, err)
	some, err := store.Profiles(ctx, []people.CandidateID{"c1", "none"})
	check(t, err)
	diff(t, "one of them", some, map[people.CandidateID]profile.Profile{"c1": second})
	none, err := store.Profiles(ctx, []people.CandidateID{})
	check(t, err)
	diff(t, "of nobody", len(none), 0)
	third := p
	third.Candidate, third.Unit, third.KeyUnit, third.Industry = "c3", "示例单位二", false, profile.Finance
	third, err = store.PutProfile(ctx, third)
	check(t, err)
	for _, c := range []struct {
		q           profile.Query
		skip, limit int
		total       int
		want        []profile.Profile
	}{
		{profile.Query{}, 0, 2, 3, []profile.Profile{second, other}}, {profile.Query{}, 2, 2, 3, []profile.Profile{third}}, {profile.Query{}, 9, 2, 3, []profile.Profile{}},
		{profile.Query{Unit: "示例单位二"}, 0, 9, 1, []profile.Profile{third}}, {profile.Query{Unit: "示例单", KeyUnit: true}, 0, 9, 2, []profile.Profile{second, other}},
		{profile.Query{City: "另市"}, 0, 9, 1, []profile.Profile{second}}, {profile.Query{Industry: profile.Finance}, 0, 9, 1, []profile.Profile{third}},
	} {
		some, total, err := store.ProfilePage(ctx, c.q, c.skip, c.limit)
		check(t, err)
		diff(t, "total", total, c.total)
		diff(t, "page", some, c.want)
	}
}

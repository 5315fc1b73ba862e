package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/seating"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// RunVenues is the suite that every store of sites and rooms must pass. The
// store is empty.
func RunVenues(t *testing.T, store venue.Store) {
	ctx := t.Context()
	site, err := store.PutSite(ctx, venue.Site{ID: "s1", Name: "示例考点", Address: "示例路 1 号"})
	check(t, err)
	diff(t, "version", site.Version, 1)
	_, err = store.PutSite(ctx, venue.Site{ID: "s1", Name: "另一个"})
	wantErr(t, "the same id", err, venue.ErrConflict)
	_, err = store.PutSite(ctx, venue.Site{ID: "s2", Name: "没有的", Version: 3})
	wantErr(t, "one that is not there", err, venue.ErrConflict)
	sites, err := store.Sites(ctx)
	check(t, err)
	diff(t, "sites", sites, []venue.Site{site})
	second, err := store.PutRoom(ctx, venue.Room{ID: "r2", Site: "s1", Name: "02", Plan: []string{"oo", "x."}, Addresses: []string{"10.0.2.0/24"}})
	check(t, err)
	first, err := store.PutRoom(ctx, venue.Room{ID: "r1", Site: "s1", Name: "01", Plan: []string{"aa"}, Addresses: []string{"10.0.1.0/24"}})
	check(t, err)
	first.Plan = []string{"ao"}
	first, err = store.PutRoom(ctx, first)
	check(t, err)
	rooms, err := store.Rooms(ctx)
	check(t, err)
	diff(t, "rooms by name", rooms, []venue.Room{first, second})
	_, err = store.Rules(ctx)
	wantErr(t, "no rules", err, venue.ErrNotFound)
	rules, err := store.PutRules(ctx, venue.Rules{CandidatesPerInvigilator: 20, LeastInvigilators: 2, MostCandidates: 40, LeastSpareSeats: 3})
	check(t, err)
	_, err = store.PutRules(ctx, venue.Rules{CandidatesPerInvigilator: 1, MostCandidates: 1})
	wantErr(t, "rules that are set already", err, venue.ErrConflict)
	set, err := store.Rules(ctx)
	check(t, err)
	diff(t, "rules", set, rules)
	none, err := store.Staffing(ctx, "x")
	check(t, err)
	diff(t, "none", none, venue.Staffing{Sitting: "x"})
	staffing, err := store.PutStaffing(ctx, venue.Staffing{Sitting: "x", Rooms: []venue.Use{{Room: "r1", Apart: true, Invigilators: []people.AccountID{"a", "b"}}}})
	check(t, err)
	_, err = store.PutStaffing(ctx, venue.Staffing{Sitting: "x"})
	wantErr(t, "an old version", err, venue.ErrConflict)
	got, err := store.Staffing(ctx, "x")
	check(t, err)
	diff(t, "what was kept", got, staffing)
}

// RunSeatings is the suite that every store of seatings must pass.
func RunSeatings(t *testing.T, store seating.Store) {
	ctx := t.Context()
	first := seating.Run{
		ID: "a", Sitting: "s", Seed: "00", Keep: true, Places: []sitting.Place{{Registration: "r", Room: "01", Seat: "02"}}, Unseated: 1, Beside: 2, Basis: "b",
		State: seating.Proposed, By: "x", At: Start, Version: 1,
	}
	second := first
	second.ID, second.At = "b", Start.Add(time.Minute)
	check(t, store.InsertSeating(ctx, first))
	check(t, store.InsertSeating(ctx, second))
	_, err := store.Seating(ctx, "none")
	wantErr(t, "none", err, seating.ErrNotFound)
	first.State = seating.Applied
	applied, err := store.ReplaceSeating(ctx, first)
	check(t, err)
	_, err = store.ReplaceSeating(ctx, first)
	wantErr(t, "an old version", err, seating.ErrConflict)
	got, err := store.Seating(ctx, "a")
	check(t, err)
	diff(t, "what was kept", got, applied)
	all, err := store.SeatingsOf(ctx, "s")
	check(t, err)
	diff(t, "the newest first", all, []seating.Run{second, applied})
}

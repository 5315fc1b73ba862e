package enginetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank/exchange"
	"gongyuan/engine/people"
	"gongyuan/engine/roster"
	"gongyuan/engine/sitting"
)

// RunRosters is the suite that every store of imported lists must pass.
func RunRosters(t *testing.T, store roster.Store) {
	ctx := t.Context()
	first := roster.Import{
		ID: uuid.NewString(), Sitting: "s", File: "名单.xlsx", Digest: "d", Counts: exchange.Counts{Rows: 200, Kept: 150, Changed: 35, Dropped: 15},
		State: roster.Imported, By: "a", At: Start, Version: 1,
	}
	second := first
	second.ID, second.At = uuid.NewString(), Start.Add(time.Minute)
	other := first
	other.ID, other.Sitting = uuid.NewString(), "t"
	for _, i := range []roster.Import{first, second, other} {
		check(t, store.InsertImport(ctx, i))
	}
	_, err := store.Import(ctx, "none")
	wantErr(t, "none", err, roster.ErrNotFound)
	got, err := store.Import(ctx, first.ID)
	check(t, err)
	diff(t, "what was kept", got, first)
	all, err := store.ImportsOf(ctx, "s")
	check(t, err)
	diff(t, "the newest first", all, []roster.Import{second, first})
	first.State, first.UndoneBy, first.UndoneAt = roster.Undone, "b", Start.Add(time.Hour)
	undone, err := store.ReplaceImport(ctx, first)
	check(t, err)
	diff(t, "version", undone.Version, 2)
	_, err = store.ReplaceImport(ctx, first)
	wantErr(t, "an old version", err, roster.ErrConflict)
	got, err = store.Import(ctx, first.ID)
	check(t, err)
	diff(t, "what was changed", got, undone)
}

// RunPlaces is the suite of giving places to registrations, which every store
// of registrations must pass.
func RunPlaces(t *testing.T, regs sitting.Registrations) {
	ctx := t.Context()
	reg := func(n string) sitting.Registration {
		return sitting.Registration{
			ID: sitting.RegistrationID("place-" + n), Sitting: "places", Candidate: people.CandidateID(n), Admission: "P" + n, Created: Start,
			Needs: sitting.Needs{Apart: true}, Import: "i",
		}
	}
	one, two, three := reg("1"), reg("2"), reg("3")
	check(t, regs.InsertRegistrations(ctx, []sitting.Registration{one, two, three})) // nobody is in anybody's way unseated
	place := func(r sitting.Registration, room, seat string) sitting.Place {
		return sitting.Place{Registration: r.ID, Room: room, Seat: seat}
	}
	seats := func(want map[sitting.RegistrationID]string) {
		t.Helper()
		all, err := regs.RegistrationsOf(ctx, "places")
		check(t, err)
		got := map[sitting.RegistrationID]string{}
		for _, r := range all {
			got[r.ID] = r.Room + "/" + r.Seat
			diff(t, "needs", r.Needs, sitting.Needs{Apart: true})
			diff(t, "import", r.Import, "i")
		}
		diff(t, "seats", got, want)
	}
	check(t, regs.SetPlaces(ctx, "places", []sitting.Place{place(one, "01", "01"), place(two, "01", "02")}))
	seats(map[sitting.RegistrationID]string{one.ID: "01/01", two.ID: "01/02", three.ID: "/"})
	// Two change seats; a third comes in, and it may be done again.
	for range 2 {
		check(t, regs.SetPlaces(ctx, "places", []sitting.Place{place(one, "01", "02"), place(two, "01", "01"), place(three, "02", "01")}))
		seats(map[sitting.RegistrationID]string{one.ID: "01/02", two.ID: "01/01", three.ID: "02/01"})
	}
	wantErr(t, "somebody else's seat", regs.SetPlaces(ctx, "places", []sitting.Place{place(three, "01", "01")}), sitting.ErrInvalid)
	check(t, regs.SetPlaces(ctx, "places", []sitting.Place{place(one, "", ""), place(two, "", "")}))
	seats(map[sitting.RegistrationID]string{one.ID: "/", two.ID: "/", three.ID: "/"})
}

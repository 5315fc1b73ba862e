package enginetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// RunProctor holds a store of the exam day against what engine/proctor asks of
// one.
func RunProctor(t *testing.T, store proctor.Store, places proctor.Places, regs sitting.Registrations) {
	t.Run("acts", func(t *testing.T) { t.Parallel(); proctorActs(t, store) })
	t.Run("calls", func(t *testing.T) { t.Parallel(); proctorCalls(t, store) })
	t.Run("reads and signs", func(t *testing.T) { t.Parallel(); proctorReads(t, store) })
	t.Run("codes", func(t *testing.T) { t.Parallel(); proctorCodes(t, store) })
	t.Run("places", func(t *testing.T) { t.Parallel(); proctorPlaces(t, places, regs) })
}

func proctorActs(t *testing.T, store proctor.Store) {
	ctx, id := t.Context(), sitting.ID(uuid.NewString())
	act := proctor.Act{
		ID: uuid.NewString(), Sitting: id, Kind: proctor.Transfer, Registration: "r1", Room: "", Text: "词", Reason: "电脑坏了", ToRoom: "02", ToPlace: "07",
		FromRoom: "01", FromPlace: "03", By: people.AccountID("staff"), At: Start, Count: 1,
	}
	kept, err := store.InsertAct(ctx, act)
	check(t, err)
	diff(t, "kept", kept, act)
	other := act
	other.Reason = "别的"
	kept, err = store.InsertAct(ctx, other)
	check(t, err)
	diff(t, "the first one stays", kept, act)
	all := proctor.Act{ID: uuid.NewString(), Sitting: id, Kind: proctor.Message, Text: "全场", By: "staff", At: Start.Add(-time.Minute), Count: 3, Present: []sitting.RegistrationID{"r1", "r2"}}
	of2 := proctor.Act{ID: uuid.NewString(), Sitting: id, Kind: proctor.Warn, Registration: "r2", Text: "警告", Reason: "交谈", By: "staff", At: Start.Add(time.Minute), Count: 1}
	for _, a := range []proctor.Act{all, of2} {
		_, err = store.InsertAct(ctx, a)
		check(t, err)
	}
	log, err := store.Log(ctx, id, "")
	check(t, err)
	diff(t, "oldest first", log.Acts, []proctor.Act{all, act, of2})
	log, err = store.Log(ctx, id, "r2")
	check(t, err)
	diff(t, "of one", log.Acts, []proctor.Act{all, of2})
	holds, err := store.HoldsOf(ctx, id)
	check(t, err)
	diff(t, "holds", holds, []proctor.Act{act})
	log, err = store.Log(ctx, "another", "")
	check(t, err)
	diff(t, "of another sitting", len(log.Acts), 0)
}

func proctorCalls(t *testing.T, store proctor.Store) {
	ctx, id := t.Context(), sitting.ID(uuid.NewString())
	call := proctor.Call{
		ID: uuid.NewString(), Sitting: id, Registration: "r1", Kind: proctor.Question, Slot: 7, Text: "没有正确选项", At: Start, State: proctor.Raised, Version: 1,
	}
	kept, err := store.InsertCall(ctx, call)
	check(t, err)
	diff(t, "kept", kept, call)
	again := call
	again.Slot = 8
	kept, err = store.InsertCall(ctx, again)
	check(t, err)
	diff(t, "the first one stays", kept, call)
	call.State, call.By, call.ByAt, call.Word, call.Forwarded = proctor.Done, "staff", Start.Add(time.Minute), "转命题组", true
	next, err := store.ReplaceCall(ctx, call)
	check(t, err)
	diff(t, "version", next.Version, 2)
	if _, err = store.ReplaceCall(ctx, call); !errors.Is(err, proctor.ErrConflict) {
		t.Errorf("an old version: %v, want ErrConflict", err)
	}
	got, err := store.Call(ctx, call.ID)
	check(t, err)
	diff(t, "read", got, next)
	if _, err = store.Call(ctx, "none"); !errors.Is(err, proctor.ErrNotFound) {
		t.Errorf("none: %v, want ErrNotFound", err)
	}
	log, err := store.Log(ctx, id, "r1")
	check(t, err)
	diff(t, "log", log.Calls, []proctor.Call{next})
}

func proctorReads(t *testing.T, store proctor.Store) {
	ctx, id := t.Context(), sitting.ID(uuid.NewString())
	one := sitting.RegistrationID(uuid.NewString())
	read := proctor.Read{Act: "a1", Sitting: id, Registration: one, At: Start}
	later := read
	later.At = Start.Add(time.Hour)
	check(t, store.InsertReads(ctx, []proctor.Read{read}))
	check(t, store.InsertReads(ctx, []proctor.Read{later}))
	sign := proctor.Sign{ID: "s1", Sitting: id, Registration: one, Signal: proctor.LeftWindow, Note: "3 s", At: Start}
	foreign := proctor.Sign{ID: "s1", Sitting: id, Registration: one + "x", Signal: proctor.Pasted, At: Start.Add(time.Second)}
	check(t, store.InsertSigns(ctx, []proctor.Sign{sign, foreign}))
	check(t, store.InsertSigns(ctx, []proctor.Sign{sign}))
	log, err := store.Log(ctx, id, "")
	check(t, err)
	diff(t, "reads", log.Reads, []proctor.Read{read})
	diff(t, "signs", log.Signs, []proctor.Sign{sign, foreign})
	log, err = store.Log(ctx, id, one)
	check(t, err)
	diff(t, "signs of one", log.Signs, []proctor.Sign{sign})
}

func proctorCodes(t *testing.T, store proctor.Store) {
	ctx, of := t.Context(), sitting.RegistrationID(uuid.NewString())
	take := func(what, hash string, now time.Time, want bool) {
		t.Helper()
		ok, err := store.TakeCode(ctx, of, hash, now)
		check(t, err)
		diff(t, what, ok, want)
	}
	take("none", "h1", Start, false)
	check(t, store.PutCode(ctx, of, "h0", Start.Add(time.Minute)))
	check(t, store.PutCode(ctx, of, "h1", Start.Add(time.Minute)))
	take("an older one", "h0", Start, false)
	take("over", "h1", Start.Add(time.Minute), false)
	take("good", "h1", Start, true)
	take("once", "h1", Start, false)
}

func proctorPlaces(t *testing.T, places proctor.Places, regs sitting.Registrations) {
	ctx, id := t.Context(), sitting.ID(uuid.NewString())
	at := func(seat string) sitting.Registration {
		return sitting.Registration{
			ID: sitting.RegistrationID(uuid.NewString()), Sitting: id, Candidate: "c", Admission: uuid.NewString(), Room: "01", Seat: seat, Created: Start,
		}
	}
	one, two := at("01"), at("02")
	check(t, regs.InsertRegistrations(ctx, []sitting.Registration{one, two}))
	var taken *sitting.TakenError
	if err := places.MovePlace(ctx, one.ID, "01", "02"); !errors.As(err, &taken) || taken.Field != "seat" {
		t.Errorf("a seat that is taken: %v, want a TakenError", err)
	}
	check(t, places.MovePlace(ctx, one.ID, "02", "09"))
	check(t, places.MovePlace(ctx, two.ID, "01", "01"))
	got, err := regs.Registration(ctx, one.ID)
	check(t, err)
	diff(t, "moved", []string{got.Room, got.Seat}, []string{"02", "09"})
	if err := places.MovePlace(ctx, "none", "01", "02"); !errors.Is(err, sitting.ErrNotFound) {
		t.Errorf("nobody: %v, want ErrNotFound", err)
	}
}

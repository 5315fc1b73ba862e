package attempt_test

import (
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/sitting"
)

func held(kind attempt.Event, room string, registration sitting.RegistrationID, away bool) attempt.Order {
	o := order(kind, 0)
	o.Room, o.Registration, o.Evacuation = room, registration, away
	return o
}

// TestHeldForTwoReasons leaves a room while everybody is paused: the clock
// stands still once, and runs when neither reason is left, in whatever order
// they end.
func TestHeldForTwoReasons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		all, away := func(k attempt.Event) attempt.Order { return held(k, "", "", false) }, func(k attempt.Event) attempt.Order { return held(k, "1", "", true) }
		for name, c := range map[string][]attempt.Order{
			"the room comes back last":  {all(attempt.Pause), away(attempt.Pause), all(attempt.Resume), away(attempt.Resume)},
			"the room comes back first": {all(attempt.Pause), away(attempt.Pause), away(attempt.Resume), all(attempt.Resume)},
			"left before the pause":     {away(attempt.Pause), all(attempt.Pause), all(attempt.Resume), away(attempt.Resume)},
			"a room within all":         {held(attempt.Pause, "1", "", false), all(attempt.Pause), all(attempt.Resume), held(attempt.Resume, "1", "", false)},
			"a seat within its room":    {held(attempt.Pause, "", "r1", false), held(attempt.Pause, "1", "", false), held(attempt.Resume, "1", "", false), held(attempt.Resume, "", "r1", false)},
		} {
			w.clock.Set(enginetest.Start)
			id := w.running(t)
			for i, o := range c {
				rec := w.give(t, o, id)[0]
				if i < 3 {
					diff(t, name+": still", rec.State, attempt.Paused)
					w.clock.Advance(time.Minute)
					diff(t, name+": as much is left", w.beat(t, id, 1).Deadline.Sub(w.clock.Now()), 70*time.Minute)
				}
			}
			b := w.beat(t, id, 1)
			diff(t, name, []any{b.State, b.Deadline}, []any{attempt.Running, deadline.Add(3 * time.Minute)})
		}
	})
}

// TestResumedInSpite has the wider orders leave alone what is held for itself,
// and the narrower ones let go on whom they name.
func TestResumedInSpite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name           string
			paused, resume attempt.Order
			want           error
		}{
			{"all, and a room was left", held(attempt.Pause, "1", "", true), held(attempt.Resume, "", "", false), attempt.ErrHeld},
			{"the room, and it was left", held(attempt.Pause, "1", "", true), held(attempt.Resume, "1", "", false), attempt.ErrHeld},
			{"the room is back, and was not left", held(attempt.Pause, "1", "", false), held(attempt.Resume, "1", "", true), attempt.ErrHeld},
			{"the room, and a seat is paused", held(attempt.Pause, "", "r1", false), held(attempt.Resume, "1", "", false), attempt.ErrHeld},
			{"the room, and all are paused", held(attempt.Pause, "", "", false), held(attempt.Resume, "1", "", false), nil},
			{"the seat, and the room was left", held(attempt.Pause, "1", "", true), held(attempt.Resume, "", "r1", false), nil},
		} {
			id := w.running(t)
			w.give(t, c.paused, id)
			_, done, err := w.Give(t.Context(), c.resume, []attempt.AttemptID{id})
			check(t, err)
			wantErr(t, c.name, done[0].Err, c.want)
		}
	})
}

// TestReopenedAfterAPause opens again what was taken in while it was paused:
// the pause ends there, and what is left is what was left.
func TestReopenedAfterAPause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.clock.Advance(10 * time.Minute)
		w.give(t, order(attempt.Pause, 0), id)
		w.clock.Advance(5 * time.Minute)
		_, err := w.Collect(t.Context(), attempt.CollectCommand{Attempt: id, By: "staff"})
		check(t, err)
		w.clock.Advance(20 * time.Minute)
		rec := w.give(t, order(attempt.Reopen, 0), id)[0]
		w.clock.Advance(time.Minute)
		diff(t, "what is left, and why", []any{rec.Deadline.Sub(w.clock.Now()), rec.Explanation(w.clock.Now()).Paused}, []any{59 * time.Minute, 25 * time.Minute})
		rec = w.give(t, order(attempt.Extend, time.Minute), id)[0]
		diff(t, "and a minute more", rec.Deadline.Sub(w.clock.Now()), 60*time.Minute)
	})
}

// TestPausedInTheGrace refuses to stop a clock that has run out: in the grace
// what is on its way is taken, and a pause would leave it open.
func TestPausedInTheGrace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.clock.Set(deadline)
		_, done, err := w.Give(t.Context(), order(attempt.Pause, 0), []attempt.AttemptID{id})
		check(t, err)
		wantErr(t, "paused at the deadline", done[0].Err, attempt.ErrClosed)
		w.clock.Set(deadline.Add(attempt.DefaultGrace))
		_, err = w.Save(t.Context(), saveCommand(id, 1, 1, 1))
		wantErr(t, "written after it", err, attempt.ErrLate)
	})
}

// TestIncidentSettledOnce has two people make the same loss good at once.
func TestIncidentSettledOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		const n = 4
		errs := make([]error, n)
		orders := make([]attempt.Order, n)
		var wg sync.WaitGroup
		for i := range n {
			orders[i] = order(attempt.Extend, 5*time.Minute)
			orders[i].Incident = "1:03:" + string(id)
			wg.Go(func() { _, _, errs[i] = w.Give(t.Context(), orders[i], []attempt.AttemptID{id}) })
		}
		wg.Wait()
		settled := -1
		for i, err := range errs {
			if err == nil && settled < 0 {
				settled = i
				continue
			}
			wantErr(t, "the others", err, attempt.ErrSettled)
		}
		if settled < 0 {
			t.Fatal("nobody could")
		}
		diff(t, "once", w.give(t, orders[settled], id)[0].Deadline, deadline.Add(5*time.Minute))
	})
}

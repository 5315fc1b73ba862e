package attempt_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// order is an order of one kind for everybody.
func order(kind attempt.Event, extension time.Duration) attempt.Order {
	return attempt.Order{
		ID: "order-" + string(enginetest.NewAttemptID()), Sitting: "s1", Kind: kind, Extension: extension, Reason: "停电", By: "staff",
	}
}

// give gives an order that reaches everybody.
func (w *world) give(t *testing.T, o attempt.Order, ids ...attempt.AttemptID) []attempt.Record {
	t.Helper()
	_, done, err := w.Give(t.Context(), o, ids)
	check(t, err)
	out := make([]attempt.Record, len(done))
	for i, d := range done {
		check(t, d.Err)
		out[i] = d.Record
	}
	return out
}

func (w *world) beat(t *testing.T, id attempt.AttemptID, epoch int) attempt.Beat {
	t.Helper()
	b, err := w.Heartbeat(t.Context(), id, enginetest.Candidate, epoch)
	check(t, err)
	return b
}

// TestExtend gives a room and then a seat more time: the page is told, answers
// count until the new deadline, and the same order again changes nothing.
func TestExtend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		one, two := w.running(t), w.running(t)
		changed, stop := w.Watch(one)
		defer stop()
		drainNews(changed)
		room := order(attempt.Extend, 10*time.Minute)
		room.Room = "第3考场"
		w.give(t, room, one, two)
		awaitNews(t, changed)
		recs := w.give(t, room, one, two)
		for _, r := range recs {
			diff(t, "deadline and version", []any{r.Deadline, r.DeadlineVersion}, []any{deadline.Add(10 * time.Minute), 2})
			diff(t, "why", r.Explanation(w.clock.Now()).Sentence("zh-CN"), "时长 60 分钟，个人延时 10 分钟，考场补时 10 分钟")
		}
		seat := order(attempt.Extend, 5*time.Minute)
		seat.Registration = "r1"
		rec := w.give(t, seat, one)[0]
		diff(t, "a seat's own", rec.Explanation(w.clock.Now()).Sentence("zh-CN"), "时长 60 分钟，个人延时 15 分钟，考场补时 10 分钟")
		b := w.beat(t, one, 1)
		diff(t, "the page", []any{b.Deadline, b.Version}, []any{deadline.Add(15 * time.Minute), 3})

		w.clock.Set(deadline.Add(14 * time.Minute))
		swept, err := w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		diff(t, "only the other is over", swept.Expired, 1)
		w.save(t, one, 1, 1, 3)

		other := room
		other.Extension = time.Hour
		_, _, err = w.Give(t.Context(), other, []attempt.AttemptID{one})
		wantErr(t, "the same ID for something else", err, attempt.ErrDecided)
		all, err := w.Orders(t.Context(), "s1")
		check(t, err)
		diff(t, "orders kept", len(all) >= 2, true)
	})
}

func drainNews(c <-chan struct{}) {
	for {
		select {
		case <-c:
			continue
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

func awaitNews(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(10 * time.Second):
		t.Error("nobody told the page")
	}
}

// TestExtendFromAnotherCopy extends on one copy of the program what is watched
// on another.
func TestExtendFromAnotherCopy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		other := w.copy(t)
		changed, stop := other.Watch(id)
		defer stop()
		drainNews(changed)
		w.give(t, order(attempt.Extend, time.Minute), id)
		awaitNews(t, changed)
	})
}

// TestOrdersRefused holds every order against every state.
func TestOrdersRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ready := w.sealed(t)
		running, paused, over := w.running(t), w.running(t), w.running(t)
		w.give(t, order(attempt.Pause, 0), paused)
		_, err := w.Collect(t.Context(), attempt.CollectCommand{Attempt: over, By: "staff"})
		check(t, err)
		late := w.running(t)
		w.clock.Set(enginetest.Start)
		for _, c := range []struct {
			kind attempt.Event
			ext  time.Duration
			want map[attempt.AttemptID]error
		}{
			{attempt.Extend, time.Minute, map[attempt.AttemptID]error{ready: attempt.ErrNotStarted, over: attempt.ErrClosed, running: nil, paused: nil}},
			{attempt.Resume, 0, map[attempt.AttemptID]error{ready: attempt.ErrNotStarted, over: attempt.ErrClosed, running: attempt.ErrState}},
			{attempt.Pause, 0, map[attempt.AttemptID]error{ready: attempt.ErrNotStarted, over: attempt.ErrClosed, paused: attempt.ErrState}},
			{attempt.Reopen, 0, map[attempt.AttemptID]error{ready: attempt.ErrNotStarted, running: attempt.ErrState, paused: attempt.ErrState}},
		} {
			for id, want := range c.want {
				_, done, err := w.Give(t.Context(), order(c.kind, c.ext), []attempt.AttemptID{id})
				check(t, err)
				wantErr(t, fmt.Sprintf("%s %s", c.kind, id), done[0].Err, want)
			}
		}
		w.clock.Set(deadline.Add(attempt.DefaultGrace))
		_, done, err := w.Give(t.Context(), order(attempt.Extend, time.Minute), []attempt.AttemptID{late})
		check(t, err)
		wantErr(t, "its time is over, though nobody has closed it", done[0].Err, attempt.ErrClosed)
		for _, wrong := range []attempt.Order{
			order(attempt.Extend, 0), order(attempt.Pause, time.Minute), order(attempt.Extend, -time.Minute), order(attempt.Submit, 0),
		} {
			_, _, err := w.Give(t.Context(), wrong, []attempt.AttemptID{running})
			wantErr(t, "an order without sense", err, attempt.ErrInvalid)
		}
	})
}

// TestPause stops the clock: the attempt comes due at no moment, what the page
// sends still counts, and afterwards as much time is left as before, also if
// the live state was lost meanwhile.
func TestPause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.clock.Advance(50 * time.Minute)
		w.give(t, order(attempt.Pause, 0), id)
		since := w.clock.Now()
		w.clock.Advance(3 * time.Hour)
		swept, err := w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		diff(t, "nothing is due", swept, attempt.Swept{})
		b := w.beat(t, id, 1)
		diff(t, "the page", []any{b.State, b.PausedSince, b.Deadline.Sub(w.clock.Now())}, []any{attempt.Paused, since, 20 * time.Minute})
		w.save(t, id, 1, 1, 2)

		w.lose()
		check(t, w.Rebuild(t.Context()))
		w.clock.Advance(time.Hour)
		if swept, err = w.Sweep(t.Context(), w.clock.Now()); err != nil || swept != (attempt.Swept{}) {
			t.Errorf("after the live state was lost: %+v, %v", swept, err)
		}
		in := w.enter(t, id, "desk 2")
		diff(t, "entered while paused", []any{in.PausedSince, in.Deadline.Sub(w.clock.Now())}, []any{since, 20 * time.Minute})
		w.give(t, order(attempt.Extend, 5*time.Minute), id)
		rec := w.give(t, order(attempt.Resume, 0), id)[0]
		diff(t, "resumed", []any{rec.State, rec.Deadline.Sub(w.clock.Now())}, []any{attempt.Running, 25 * time.Minute})
		b = w.beat(t, id, 2)
		diff(t, "the page", []any{b.State, b.PausedSince.IsZero(), b.Deadline.Sub(w.clock.Now())}, []any{attempt.Running, true, 25 * time.Minute})
		w.clock.Advance(25*time.Minute + attempt.DefaultGrace)
		swept, err = w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		diff(t, "due again", []int{swept.Expired, swept.Finished}, []int{1, 1})
	})
}

// TestReopen lets a candidate go on who handed in by mistake: the time in
// between does not count, the answers are there, and the second submission
// takes the place of the first, which is kept.
func TestReopen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 3)
		w.clock.Advance(20 * time.Minute)
		first, err := w.Submit(t.Context(), attempt.SubmitCommand{Attempt: id, Candidate: enginetest.Candidate, Epoch: 1, LastSeq: 3})
		check(t, err)
		w.clock.Advance(15 * time.Minute)
		rec := w.give(t, order(attempt.Reopen, 0), id)[0]
		diff(t, "reopened", []any{rec.State, rec.Round, rec.Deadline.Sub(w.clock.Now())}, []any{attempt.Running, 1, 50 * time.Minute})
		_, err = w.Receipt(t.Context(), id, enginetest.Candidate)
		wantErr(t, "no receipt counts now", err, attempt.ErrNotSubmitted)
		in := w.enter(t, id, "desk 1")
		diff(t, "answers", in.Answers, answersOf(3))
		w.save(t, id, in.Epoch, 1, 5)
		second, err := w.Submit(t.Context(), attempt.SubmitCommand{Attempt: id, Candidate: enginetest.Candidate, Epoch: in.Epoch, LastSeq: 5})
		check(t, err)
		diff(t, "a round of its own", []any{first.Round, second.Round, second.Answers}, []any{0, 1, answersOf(5)})
		got, err := w.Receipt(t.Context(), id, enginetest.Candidate)
		check(t, err)
		diff(t, "the second counts", got, second)
		kept, err := w.records.Submission(t.Context(), id, 0)
		check(t, err)
		diff(t, "the first is kept", kept, first)
		diff(t, "both were marked", len(w.marked), 2)
	})
}

// TestReopenAfterTheDeadline needs minutes, for none are left.
func TestReopenAfterTheDeadline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.clock.Set(deadline.Add(time.Hour))
		_, err := w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		_, done, err := w.Give(t.Context(), order(attempt.Reopen, 0), []attempt.AttemptID{id})
		check(t, err)
		wantErr(t, "without minutes", done[0].Err, attempt.ErrNoTime)
		rec := w.give(t, order(attempt.Reopen, 8*time.Minute), id)[0]
		diff(t, "eight minutes from now", rec.Deadline.Sub(w.clock.Now()), 8*time.Minute)
		w.lose()
		check(t, w.Rebuild(t.Context()))
		b := w.beat(t, id, 1)
		diff(t, "it goes on, also after the live state was lost", b.State, attempt.Running)
		w.clock.Advance(8*time.Minute + attempt.DefaultGrace)
		swept, err := w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		diff(t, "and ends", []int{swept.Expired, swept.Finished}, []int{1, 1})
	})
}

// TestOrderHalfDone has the program die between the record of an extension and
// the live state: neither a save nor the sweeper takes the old deadline for the
// one that counts.
func TestOrderHalfDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, first := range []string{"save", "sweep"} {
			id := w.running(t)
			rec, err := w.records.Record(t.Context(), id)
			check(t, err)
			allowance := rec.Allowance
			allowance.Extension = time.Hour
			_, err = w.records.Adjust(t.Context(), []attempt.Adjustment{{
				Attempt: id, Version: 2, Order: "o", Kind: attempt.Extend, At: w.clock.Now(), State: attempt.Running,
				Allowance: allowance, Deadline: rec.Deadline.Add(time.Hour),
			}})
			check(t, err)
			w.clock.Set(rec.Deadline.Add(time.Minute))
			if first == "save" {
				w.save(t, id, 1, 1, 2)
			}
			swept, err := w.Sweep(t.Context(), w.clock.Now())
			check(t, err)
			diff(t, first+" first: not closed", swept.Expired, 0)
			w.save(t, id, 1, 1, 3)
			_, err = w.Collect(t.Context(), attempt.CollectCommand{Attempt: id, By: "staff"})
			check(t, err)
			w.clock.Set(enginetest.Start)
		}
	})
}

// TestOrdersAtOnce gives one attempt many extensions at the same time: each
// counts once.
func TestOrdersAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		const n = 4
		var wg sync.WaitGroup
		var mu sync.Mutex
		reached := 0
		for range n {
			o := order(attempt.Extend, time.Minute)
			wg.Go(func() {
				for range 10 { // a repeated order is what staff do on an error
					_, done, err := w.Give(context.WithoutCancel(t.Context()), o, []attempt.AttemptID{id})
					if err == nil && done[0].Err == nil {
						mu.Lock()
						reached++
						mu.Unlock()
						return
					}
					if err == nil && !errors.Is(done[0].Err, attempt.ErrUnavailable) {
						t.Error(done[0].Err)
						return
					}
				}
			})
		}
		wg.Wait()
		diff(t, "reached", reached, n)
		past, err := w.records.Adjustments(t.Context(), []attempt.AttemptID{id})
		check(t, err)
		diff(t, "one change for each", len(past[id]), n)
		diff(t, "all of them count", past[id][n-1].Deadline, deadline.Add(n*time.Minute))
		b := w.beat(t, id, 1)
		diff(t, "live", []any{b.Deadline, b.Version}, []any{deadline.Add(n * time.Minute), n + 1})
	})
}

// TestIncident loses a room for some minutes and finds out how long.
func TestIncident(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var places []attempt.Place
		for i := range 4 {
			places = append(places, attempt.Place{Attempt: w.running(t), Room: "3", Seat: fmt.Sprint(i)})
		}
		w.clock.Advance(30 * time.Second)
		for _, p := range places {
			w.beat(t, p.Attempt, 1)
		}
		w.clock.Advance(5 * time.Minute)
		found, err := w.Incidents(t.Context(), "s1", places)
		check(t, err)
		diff(t, "goes on", []any{len(found), found[0].Room, found[0].Seats, found[0].Until.IsZero(), found[0].Proposal()},
			[]any{1, "3", 4, true, time.Duration(0)})
		w.clock.Advance(100 * time.Second)
		for _, p := range places {
			w.beat(t, p.Attempt, 1)
		}
		eventually(t, func() bool {
			found, err = w.Incidents(t.Context(), "s1", places)
			check(t, err)
			return len(found) == 1 && !found[0].Until.IsZero() && found[0].Seats == 4
		})
		diff(t, "over", []any{found[0].Lost(), found[0].Proposal(), found[0].Settled}, []any{400 * time.Second, 7 * time.Minute, false})
		o := order(attempt.Extend, 7*time.Minute)
		o.Room, o.Incident = "3", found[0].ID
		w.give(t, o, places[0].Attempt)
		found, err = w.Incidents(t.Context(), "s1", places)
		check(t, err)
		diff(t, "settled", found[0].Settled, true)
	})
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it never happened")
}

// TestLateDecided counts late answers by a decision, which makes a new round.
func TestLateDecided(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 2)
		w.clock.Set(deadline.Add(time.Minute))
		_, err := w.Save(t.Context(), attempt.SaveCommand{Attempt: id, Candidate: enginetest.Candidate, Epoch: 1, Operations: enginetest.Ops(1, 3, 5, slots)})
		wantErr(t, "late", err, attempt.ErrLate)
		aside, err := w.Aside(t.Context(), id)
		check(t, err)
		decide := func(count bool, n ...int) error {
			cmd := attempt.DecideCommand{Attempt: id, Count: count, By: "staff", Reason: "网络中断"}
			for _, i := range n {
				cmd.Operations = append(cmd.Operations, aside[i].ID())
			}
			return w.Decide(t.Context(), cmd)
		}
		wantErr(t, "while it is not closed", decide(true, 0), attempt.ErrState)
		_, err = w.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		check(t, decide(false, 2))
		check(t, decide(true, 0, 1))
		wantErr(t, "decided otherwise", decide(true, 2), attempt.ErrDecided)
		wantErr(t, "unknown", w.Decide(t.Context(), attempt.DecideCommand{Attempt: id, Operations: []string{"no"}, Count: true}), attempt.ErrNotFound)
		sub, err := w.Submission(t.Context(), id)
		check(t, err)
		diff(t, "two of three count", []any{sub.Answers, sub.Round, sub.Manner, sub.SubmittedAt},
			[]any{answersOf(4), 1, attempt.ByDeadline, deadline})
		diff(t, "marked again", len(w.marked), 2)
	})
}

// TestHandIn takes in what a page wrote to a file.
func TestHandIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		hand := func(id attempt.AttemptID, epoch int, ops []attempt.Operation) attempt.HandedIn {
			t.Helper()
			done, err := w.HandIn(t.Context(), attempt.HandInCommand{Attempt: id, Epoch: epoch, Operations: ops})
			check(t, err)
			return done
		}
		id := w.running(t)
		w.save(t, id, 1, 1, 2)
		diff(t, "goes on", hand(id, 1, enginetest.Ops(1, 1, 100, slots)), attempt.HandedIn{Known: 2, Saved: 98})
		diff(t, "again", hand(id, 1, enginetest.Ops(1, 1, 100, slots)), attempt.HandedIn{Known: 100})
		other := enginetest.Ops(1, 3, 3, slots)
		other[0].Response = "other"
		_, err := w.HandIn(t.Context(), attempt.HandInCommand{Attempt: id, Epoch: 1, Operations: other})
		wantErr(t, "other content", err, attempt.ErrConflict)
		_, err = w.HandIn(t.Context(), attempt.HandInCommand{Attempt: id, Epoch: 9, Operations: other})
		wantErr(t, "an epoch that was never given", err, attempt.ErrInvalid)
		diff(t, "a gap", hand(id, 1, enginetest.Ops(1, 105, 106, slots)), attempt.HandedIn{SetAside: 2})
		w.enter(t, id, "desk 2")
		diff(t, "of the page before", hand(id, 1, enginetest.Ops(1, 101, 103, slots)), attempt.HandedIn{SetAside: 3})
		_, err = w.Collect(t.Context(), attempt.CollectCommand{Attempt: id, By: "staff"})
		check(t, err)
		diff(t, "after the end", hand(id, 2, enginetest.Ops(2, 1, 4, slots)), attempt.HandedIn{SetAside: 4})
		diff(t, "the same file again", hand(id, 2, enginetest.Ops(2, 1, 4, slots)), attempt.HandedIn{Known: 4})
		ready := w.sealed(t)
		_, err = w.HandIn(t.Context(), attempt.HandInCommand{Attempt: ready, Epoch: 1, Operations: other})
		wantErr(t, "not started", err, attempt.ErrNotStarted)
	})
}

// TestIncidents puts losses of connection together.
func TestIncidents(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return enginetest.Start.Add(time.Duration(s) * time.Second) }
	var places []attempt.Place
	for _, room := range []string{"1", "2"} {
		for seat := range 4 {
			places = append(places, attempt.Place{Attempt: attempt.AttemptID(room + fmt.Sprint(seat)), Room: room, Seat: fmt.Sprint(seat)})
		}
	}
	for seat, ran := range [][2]int{{0, 0}, {0, 0}, {0, 400}, {0, 400}, {0, 400}, {800, 0}} {
		p := attempt.Place{Attempt: attempt.AttemptID("3" + fmt.Sprint(seat)), Room: "3", Seat: fmt.Sprint(seat), From: at(ran[0])}
		if ran[1] > 0 {
			p.Until = at(ran[1])
		}
		places = append(places, p)
	}
	gap := func(id string, from, to int) attempt.Gap {
		g := attempt.Gap{Attempt: attempt.AttemptID(id), From: at(from)}
		if to > 0 {
			g.Until = at(to)
		}
		return g
	}
	type found struct {
		Room  string
		Seat  attempt.AttemptID
		From  int
		Lost  int
		Seats int
	}
	for name, c := range map[string]struct {
		gaps []attempt.Gap
		want []found
	}{
		"nothing":                 {nil, nil},
		"one seat":                {[]attempt.Gap{gap("11", 100, 200)}, []found{{"1", "11", 100, 100, 1}}},
		"half of a room":          {[]attempt.Gap{gap("11", 100, 200), gap("12", 110, 190)}, []found{{"1", "", 110, 80, 2}}},
		"a room, and a seat more": {[]attempt.Gap{gap("10", 100, 200), gap("11", 100, 200), gap("12", 100, 900)}, []found{{"1", "", 100, 100, 3}, {"1", "12", 100, 800, 1}}},
		"both rooms": {
			[]attempt.Gap{gap("10", 100, 200), gap("11", 100, 200), gap("20", 100, 210), gap("22", 100, 210)},
			[]found{{"", "", 100, 100, 4}},
		},
		"goes on":  {[]attempt.Gap{gap("10", 100, 0), gap("11", 120, 0)}, []found{{"1", "", 120, 0, 2}}},
		"stranger": {[]attempt.Gap{gap("99", 100, 200)}, nil},
		// Of six seats in room 3 three are left at 400, and one is taken at 800.
		"those who are there": {[]attempt.Gap{gap("30", 500, 600), gap("31", 500, 600)}, []found{{"3", "", 500, 100, 2}}},
		"of two only one":     {[]attempt.Gap{gap("30", 500, 600)}, []found{{"3", "30", 500, 100, 1}}},
		"of six only two":     {[]attempt.Gap{gap("30", 300, 320), gap("31", 300, 320)}, []found{{"3", "30", 300, 20, 1}, {"3", "31", 300, 20, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []found
			for _, in := range attempt.Incidents(places, c.gaps, at(1000)) {
				got = append(got, found{in.Room, in.Seat, int(in.From.Sub(enginetest.Start).Seconds()), int(in.Lost().Seconds()), in.Seats})
			}
			diff(t, "incidents", got, c.want)
		})
	}
}

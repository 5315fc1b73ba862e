package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
)

// together does everything at the same moment.
func together(all ...func() reply) []reply {
	out := make([]reply, len(all))
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, do := range all {
		wg.Go(func() {
			<-start
			out[i] = do()
		})
	}
	close(start)
	wg.Wait()
	return out
}

// statuses are those of the answers, in order of size.
func statuses(all []reply) []int {
	out := make([]int, len(all))
	for i, r := range all {
		out[i] = r.status
	}
	slices.Sort(out)
	return out
}

// acting is an act about one seat by one of several invigilators.
func (d *day) acting(token, kind string, p person, more map[string]any) func() reply {
	body := map[string]any{"id": uuid.NewString(), "kind": kind, "scope": map[string]any{"registration": p.registration}, "reason": "依据考场情况"}
	for k, v := range more {
		body[k] = v
	}
	return func() reply { return d.call("POST", d.path("/proctor-acts"), token, body) }
}

func (d *day) ordering(token string, body map[string]any) func() reply {
	return func() reply { return d.call("POST", d.path("/orders"), token, body) }
}

// beating asks for the clock of a candidate as the page does.
func (d *day) beating(p person, token string, epoch int64) contract.Clock {
	d.t.Helper()
	var beat contract.Beat
	d.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, map[string]any{"epoch": epoch}).must(d.t, 200).into(d.t, &beat)
	return beat.Clock
}

// TestTwoInvigilators has two of them act about the same at the same moment.
func TestTwoInvigilators(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 6)
		first, second := d.staff, w.staff(people.Invigilator)
		p := d.persons[0]
		token := w.candidate(p)
		var in contract.Entered
		w.enter(p, token).must(t, 200).into(t, &in)
		clock := func() contract.Clock { return d.beating(p, token, in.Epoch) }
		before := clock()

		// Two people to one seat: one sits there, the other where they were.
		moved := map[string]any{"toRoom": "09", "toSeat": "30"}
		all := together(d.acting(first, "transfer", d.persons[1], moved), d.acting(second, "transfer", d.persons[2], moved))
		if got := statuses(all); !slices.Equal(got, []int{200, 422}) {
			t.Errorf("two to one seat: %v: %s %s", got, all[0].raw, all[1].raw)
		}
		for i, r := range all {
			s := d.seat(d.persons[1+i])
			if there := s.Room == "09" && s.Seat == "30"; there != (r.status == 200) {
				t.Errorf("%d, and sits at %s-%s", r.status, s.Room, s.Seat)
			}
		}

		// A double click, and its retry: one order.
		extend := order("extend", 7)
		all = together(d.ordering(first, extend), d.ordering(first, extend), d.ordering(first, extend))
		if got := statuses(all); !slices.Equal(got, []int{200, 200, 200}) {
			t.Errorf("the same order three times: %v", got)
		}
		extended := clock()
		if got := extended.Deadline.Sub(before.Deadline); got != 7*time.Minute {
			t.Errorf("one order gave %s", got)
		}

		// The same loss made good by both: once.
		mine, theirs := order("extend", 5), order("extend", 5)
		mine["incident"], theirs["incident"] = "1:01:", "1:01:"
		all = together(d.ordering(first, mine), d.ordering(second, theirs))
		if got := statuses(all); !slices.Equal(got, []int{200, 409}) {
			t.Errorf("one loss made good by two: %v", got)
		}
		for _, r := range all {
			if r.status == 409 && r.problem() != "incident-settled" {
				t.Errorf("the second is told %s", r.raw)
			}
		}
		if got := clock().Deadline.Sub(extended.Deadline); got != 5*time.Minute {
			t.Errorf("one loss gave %s", got)
		}

		// Signed in at two desks.
		all = together(d.acting(first, "check-in", p, nil), d.acting(second, "check-in", p, nil))
		if got := statuses(all); !slices.Equal(got, []int{200, 200}) {
			t.Errorf("signed in at two desks: %v", got)
		}
		d.until(p, "signed in", func(s contract.BoardSeat) bool { return s.SignedInAt != nil && s.Phase == contract.SeatAnswering })

		// One pauses, the other resumes: whoever came first, nobody loses time.
		was := clock()
		together(d.ordering(first, order("pause", 0)), d.ordering(second, order("resume", 0)))
		w.clock.Advance(time.Minute)
		d.call("POST", d.path("/orders"), first, order("resume", 0)).must(t, 200)
		if now := clock(); now.PausedSince != nil || now.Deadline.Before(was.Deadline) || now.Deadline.After(was.Deadline.Add(time.Minute+time.Second)) {
			t.Errorf("paused and resumed at once: from %s to %s, paused since %v", was.Deadline, now.Deadline, now.PausedSince)
		}
	})
}

// TestCallsTogether has two invigilators deal with the same call. The embedded
// store compares a version and writes in one step, as MongoDB does; FerretDB
// takes two, between which another may come.
func TestCallsTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	d := newDay(t, w, 1)
	first, second := d.staff, w.staff(people.Invigilator)
	p, token := d.persons[0], w.candidate(d.persons[0])
	w.enter(p, token).must(t, 200)
	raised := func(kind string, more map[string]any) string {
		body := map[string]any{"id": uuid.NewString(), "kind": kind}
		for k, v := range more {
			body[k] = v
		}
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/calls", token, body).must(t, 200)
		return body["id"].(string)
	}
	handle := func(token, call, act, word string) func() reply {
		return func() reply {
			return w.call("POST", d.path("/calls/"+call), token, map[string]any{"act": act, "word": word})
		}
	}
	hand := raised("help", nil)
	for _, r := range together(handle(first, hand, "take", ""), handle(second, hand, "take", "")) {
		if r.status != 200 && r.problem() != "proctor-conflict" {
			t.Errorf("taken by two: %d %s", r.status, r.raw)
		}
	}
	handle(first, hand, "close", "换了鼠标")().must(t, 200)
	handle(first, hand, "close", "换了鼠标")().must(t, 200) // the answer was lost
	if got := handle(second, hand, "close", "换了鼠标")(); got.problem() != "proctor-state" {
		t.Errorf("closed by another again: %d %s", got.status, got.raw)
	}

	// Two forward it with words of their own: the editors read those of the
	// one who is told that it is done.
	for slot := 1; slot <= 12; slot++ {
		faulty := raised("question", map[string]any{"slot": slot, "text": "没有正确选项"})
		words := []string{"请核对选项", "请核对题干"}
		all := together(handle(first, faulty, "forward", words[0]), handle(second, faulty, "forward", words[1]))
		if got := statuses(all); !slices.Equal(got, []int{200, 409}) {
			t.Fatalf("forwarded by two: %v", got)
		}
		won := words[slices.IndexFunc(all, func(r reply) bool { return r.status == 200 })]
		paper, err := w.engine.attempts.Paper(t.Context(), attemptID(p))
		if err != nil {
			t.Fatal(err)
		}
		row, err := w.engine.bank.Item(t.Context(), paper.Slots[slot-1].Ref.Item)
		if err != nil || !strings.HasPrefix(row.Work.Doubt, won) {
			t.Errorf("%s is told, the editors read %q, %v", won, row.Work.Doubt, err)
		}
	}
}

// TestEndedTogether has candidates hand in, be taken in, enter and be marked
// absent at the same moment.
func TestEndedTogether(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 8)
		for _, p := range d.persons[:4] {
			token := w.candidate(p)
			var in contract.Entered
			w.enter(p, token).must(t, 200).into(t, &in)
			submit := func() reply {
				return w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": in.Epoch, "lastSeq": 0})
			}
			collect := func() reply {
				return w.call("POST", d.path("/attempts/"+p.attempt+"/collect"), d.staff, map[string]any{"reason": "收卷"})
			}
			codes := map[any]bool{}
			for _, r := range together(submit, collect, submit, collect) {
				r.must(t, 200)
				if code := r.json["code"]; code != nil {
					codes[code] = true
				}
			}
			if len(codes) != 1 {
				t.Errorf("receipts: %v", codes)
			}
			d.until(p, "ended", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatSubmitted })
		}
		for _, p := range d.persons[4:] {
			token := w.candidate(p)
			all := together(d.acting(d.staff, "absent", p, nil), func() reply { return w.enter(p, token) })
			all[1].must(t, 200)
			if all[0].status != 200 && all[0].problem() != "proctor-state" {
				t.Errorf("marked absent while entering: %d %s", all[0].status, all[0].raw)
			}
			d.until(p, "writes", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatAnswering })
		}
	})
}

// TestLeftWhilePaused leaves a room while everybody is paused, and lets
// everybody go on before it is back.
func TestLeftWhilePaused(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 1)
		p, token := d.persons[0], w.candidate(d.persons[0])
		var in contract.Entered
		w.enter(p, token).must(t, 200).into(t, &in)
		clock := func() contract.Clock { return d.beating(p, token, in.Epoch) }
		before := clock()
		w.give(t, d.s, d.staff, order("pause", 0))
		w.clock.Advance(time.Minute)
		room := map[string]any{"scope": map[string]any{"room": "01"}}
		var left, back contract.ProctorOutcome
		d.act("evacuate", p, room).must(t, 200).into(t, &left)
		if left.Reached != 1 {
			t.Errorf("left by %d", left.Reached)
		}
		for _, scope := range []map[string]any{{"all": true}, {"room": "01"}} {
			resume := order("resume", 0)
			resume["scope"] = scope
			out := w.give(t, d.s, d.staff, resume)
			if len(out.Reached) != 0 || len(out.Refused) != 1 || out.Refused[0].Reason != contract.Held {
				t.Errorf("resumed while they were outside: %+v", out)
			}
		}
		w.clock.Advance(time.Minute)
		if clock().PausedSince == nil {
			t.Error("the clock of an empty room runs")
		}
		d.act("return", p, room).must(t, 200).into(t, &back)
		after := clock()
		if given := after.Deadline.Sub(before.Deadline); back.Reached != 1 || after.PausedSince != nil || given < 2*time.Minute || given > 2*time.Minute+time.Second {
			t.Errorf("back: %d, given %s, paused since %v", back.Reached, given, after.PausedSince)
		}
	})
}

// TestStartCodeGuessed guesses the start code until nothing more is said of a
// guess, be it right.
func TestStartCodeGuessed(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 1)
		p, token := d.persons[0], w.candidate(d.persons[0])
		rules := d.asks(map[string]any{"code": true})
		try := func(code string) reply { return d.come(p, token, map[string]any{"startCode": code}) }
		for range 10 {
			if got := try("x"); got.problem() != "start-code" {
				t.Fatalf("a wrong code: %d %s", got.status, got.raw)
			}
		}
		for _, code := range []string{"x", *rules.StartCode} {
			if got := try(code); got.status != 429 {
				t.Errorf("guessed too often, with %q: %d %s", code, got.status, got.raw)
			}
		}
	})
}

package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// day is a sitting under way with an invigilator.
type day struct {
	*world
	t       *testing.T
	s       sitting.Sitting
	persons []person
	staff   string // token
	base    string // of the server, where one listens
}

func newDay(t *testing.T, w *world, n int) *day {
	t.Helper()
	revs, _ := banktest.Generate(31, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), n, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	app := w.app
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	return &day{w, t, s, persons, w.staff(people.Invigilator), "http://" + listener.Addr().String()}
}

func (d *day) path(rest string) string { return "/api/v1/sittings/" + string(d.s.ID) + rest }

// act does something about one seat.
func (d *day) act(kind string, p person, more map[string]any) reply {
	d.t.Helper()
	d.clock.Advance(time.Millisecond)
	body := map[string]any{"id": uuid.NewString(), "kind": kind, "scope": map[string]any{"registration": p.registration}, "reason": "依据考场情况"}
	for k, v := range more {
		body[k] = v
	}
	return d.call("POST", d.path("/proctor-acts"), d.staff, body)
}

// listen opens a stream.
func (d *day) listen(path, token string) <-chan string {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), "GET", d.base+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 {
		d.t.Fatalf("%s: %d", path, resp.StatusCode)
	}
	events := make(chan string, 100)
	go readEvents(resp.Body, events)
	return events
}

func (d *day) seat(p person) contract.BoardSeat {
	d.t.Helper()
	var b contract.Board
	d.call("GET", d.path("/board"), d.staff, nil).must(d.t, 200).into(d.t, &b)
	for _, s := range b.Seats {
		if s.Registration == p.registration {
			return s
		}
	}
	d.t.Fatalf("%s is not on the board", p.name)
	return contract.BoardSeat{}
}

// until asks for the seat until it fits: what is told to the board is on its
// way.
func (d *day) until(p person, what string, fits func(contract.BoardSeat) bool) {
	d.t.Helper()
	var s contract.BoardSeat
	for begun := time.Now(); time.Since(begun) < 5*time.Second; time.Sleep(20 * time.Millisecond) {
		if s = d.seat(p); fits(s) {
			return
		}
	}
	d.t.Fatalf("%s: %s stands so: %+v", what, p.name, s)
}

// TestBoardStream has a change of a seat on an invigilator's page.
func TestBoardStream(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 3)
		p, token := d.persons[0], w.candidate(d.persons[0])
		events := d.listen(d.path("/board/events"), d.staff)
		var last string
		expect(t, events, "board", func(data string) bool {
			last = between(data, `"id":"`, `"`)
			return strings.Contains(data, `"whole":true`) && strings.Count(data, `"registration"`) == 3
		})
		has := func(what string) func(string) bool {
			return func(data string) bool {
				return strings.Contains(data, p.registration) && strings.Contains(data, what) && strings.Contains(data, `"whole":false`)
			}
		}
		w.call("GET", "/api/v1/candidate/exam", token, nil).must(t, 200)
		expect(t, events, "board", has(`"phase":"waiting"`))
		began := time.Now()
		w.enter(p, token).must(t, 200)
		expect(t, events, "board", has(`"phase":"answering"`))
		t.Logf("on the board after %s", time.Since(began))
		d.act("check-in", d.persons[1], nil).must(t, 200)
		expect(t, events, "board", func(data string) bool { return strings.Contains(data, `"phase":"signed-in"`) })
		again := d.listen(d.path("/board/events?after="+last), d.staff)
		expect(t, again, "board", func(data string) bool {
			return strings.Contains(data, `"whole":false`) && strings.Count(data, `"registration"`) == 2
		})
		if got := w.call("GET", "/api/v1/sittings/none/board", d.staff, nil); got.status != 404 {
			t.Errorf("no such sitting: %d", got.status)
		}
	})
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	out, _, _ := strings.Cut(rest, to)
	return out
}

// TestProctorActs carries out every act, and looks at the board, the
// candidate's page and the audit record.
func TestProctorActs(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 4)
		p, gone, cheat := d.persons[0], d.persons[1], d.persons[2]
		token := w.candidate(p)
		d.act("check-in", p, nil).must(t, 200)
		d.until(p, "checked in", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatSignedIn && s.SignedInAt != nil })
		d.act("absent", gone, nil).must(t, 200)
		d.until(gone, "absent", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatAbsent })
		d.act("undo", gone, nil).must(t, 200)
		d.until(gone, "taken back", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatAway })
		var in contract.Entered
		w.enter(p, token).must(t, 200).into(t, &in)
		if got := d.act("absent", p, nil); got.status != 409 || got.problem() != "proctor-state" {
			t.Errorf("absent while answering: %d %s", got.status, got.raw)
		}

		events := d.listen(fmt.Sprintf("/api/v1/attempts/%s/events?epoch=%d", p.attempt, in.Epoch), token)
		expect(t, events, "notice", func(string) bool { return true })
		d.act("message", p, map[string]any{"text": "请把手机关机", "scope": map[string]any{"room": "01"}}).must(t, 200)
		expect(t, events, "notice", func(string) bool { return true })
		d.act("warn", p, map[string]any{"text": "不得交谈"}).must(t, 200)
		d.until(p, "unread", func(s contract.BoardSeat) bool { return s.Unread == 2 && s.Warned == 1 })
		var told contract.Told
		w.call("GET", "/api/v1/attempts/"+p.attempt+"/notices", token, nil).must(t, 200).into(t, &told)
		if len(told.Notices) != 2 || told.Notices[0].Text != "请把手机关机" || told.Notices[1].Kind != contract.ProctorWarn {
			t.Fatalf("told: %+v", told)
		}
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/notices", token, map[string]any{"read": []string{told.Notices[0].Id, told.Notices[1].Id, "none"}}).must(t, 200)
		d.until(p, "read", func(s contract.BoardSeat) bool { return s.Unread == 0 })
		d.until(gone, "not read", func(s contract.BoardSeat) bool { return s.Unread == 1 })

		all := map[string]any{"scope": map[string]any{"room": "01"}}
		d.act("evacuate", p, all).must(t, 200)
		d.until(p, "evacuated", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatPaused })
		d.act("return", p, all).must(t, 200)
		d.until(p, "back", func(s contract.BoardSeat) bool { return s.Phase == contract.SeatAnswering && s.Unread == 1 })
		if s := d.seat(gone); s.Unread != 1 {
			t.Errorf("who was not there is told to leave: %d unread", s.Unread)
		}

		w.enter(cheat, w.candidate(cheat)).must(t, 200)
		d.act("expel", cheat, map[string]any{"reason": "夹带小抄，已收存"}).must(t, 200)
		d.until(cheat, "expelled", func(s contract.BoardSeat) bool {
			return s.Phase == contract.SeatSubmitted && s.Expelled != nil && *s.Expelled
		})
		rulings, err := w.engine.registrar.Rulings.RulingsOf(t.Context(), d.s.ID)
		if err != nil || len(rulings) != 1 || rulings[0].State != result.Accused || string(rulings[0].Registration) != cheat.registration {
			t.Errorf("rulings: %+v, %v", rulings, err)
		}
		found, err := w.engine.trail.Find(t.Context(), audit.Query{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range []string{"check-in", "absent", "undo", "message", "warn", "evacuate", "return", "expel"} {
			if !slices.ContainsFunc(found, func(e audit.Entry) bool { return e.Act == "proctor."+act }) {
				t.Errorf("%s is not in the audit record", act)
			}
		}
		var acts []contract.ProctorAct
		w.call("GET", d.path("/proctor-acts"), d.staff, nil).must(t, 200).into(t, &acts)
		if len(acts) != 8 || acts[0].Kind != contract.ProctorExpel {
			t.Errorf("acts: %+v", acts)
		}
	})
}

// TestProctorActsErr sends what makes no sense.
func TestProctorActsErr(t *testing.T) {
	t.Parallel()
	d := newDay(t, newWorld(t, embeddedSettings(t)), 2)
	p := d.persons[0]
	for name, c := range map[string]struct {
		kind  string
		more  map[string]any
		field string
	}{
		"two scopes":      {"message", map[string]any{"text": "你好啊", "scope": map[string]any{"room": "01", "all": true}}, "/scope"},
		"no scope":        {"message", map[string]any{"text": "你好啊", "scope": map[string]any{}}, "/scope"},
		"a room absent":   {"absent", map[string]any{"scope": map[string]any{"room": "01"}}, "/scope"},
		"no such room":    {"message", map[string]any{"text": "你好啊", "scope": map[string]any{"room": "99"}}, "/scope"},
		"nothing to read": {"message", map[string]any{"text": " "}, "/text"},
		"no reason":       {"expel", map[string]any{"reason": " "}, "/reason"},
		"no place":        {"transfer", map[string]any{"toRoom": "02"}, "/toSeat"},
		"taken":           {"transfer", map[string]any{"toRoom": "01", "toSeat": leftPad(1)}, "/toSeat"},
	} {
		got := d.act(c.kind, p, c.more)
		if got.status != 422 || !strings.Contains(string(got.raw), `"pointer":"`+c.field+`"`) {
			t.Errorf("%s: %d %s, want 422 at %s", name, got.status, got.raw, c.field)
		}
	}
	id := uuid.NewString()
	first := map[string]any{"id": id, "text": "第一次"}
	d.act("message", p, first).must(t, 200)
	d.act("message", p, first).must(t, 200)
	if got := d.act("message", p, map[string]any{"id": id, "text": "第二次"}); got.problem() != "proctor-used" {
		t.Errorf("an id used twice: %d %s", got.status, got.raw)
	}
	var acts []contract.ProctorAct
	d.call("GET", d.path("/proctor-acts"), d.staff, nil).must(t, 200).into(t, &acts)
	if len(acts) != 1 {
		t.Errorf("%d acts are kept, want one", len(acts))
	}
}

// TestTransfer moves a candidate to another computer.
func TestTransfer(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 2)
		p := d.persons[0]
		token := w.candidate(p)
		var in contract.Entered
		w.enter(p, token).must(t, 200).into(t, &in)
		events := d.listen(fmt.Sprintf("/api/v1/attempts/%s/events?epoch=%d", p.attempt, in.Epoch), token)
		expect(t, events, "beat", func(string) bool { return true })
		var out contract.ProctorOutcome
		d.act("transfer", p, map[string]any{"toRoom": "09", "toSeat": "30"}).must(t, 200).into(t, &out)
		expect(t, events, "taken-over", func(data string) bool { return strings.Contains(data, "09-30") })
		if out.Code == nil || len(*out.Code) != 6 || *out.Act.From != "01-"+leftPad(0) || *out.Act.To != "09-30" {
			t.Fatalf("outcome: %+v", out)
		}
		d.until(p, "moved", func(s contract.BoardSeat) bool { return s.Room == "09" && s.Seat == "30" })
		login := func(code string) reply {
			return w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": p.admission, "idNumber": code})
		}
		if got := login("000000"); *out.Code != "000000" && got.status != 401 {
			t.Errorf("a wrong code: %d", got.status)
		}
		fresh := w.token(login(*out.Code))
		if got := login(*out.Code); got.status != 401 {
			t.Errorf("the code again: %d", got.status)
		}
		w.enter(p, fresh).must(t, 200)
		d.until(p, "resumed", func(s contract.BoardSeat) bool {
			return s.Phase == contract.SeatAnswering && s.Signals != nil && (*s.Signals)[0].Signal == contract.SignalResumed
		})
		var late contract.ProctorOutcome
		d.act("transfer", d.persons[1], map[string]any{"toRoom": "09", "toSeat": "31"}).must(t, 200).into(t, &late)
		w.clock.Advance(11 * time.Minute)
		if got := w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": d.persons[1].admission, "idNumber": *late.Code}); got.status != 401 {
			t.Errorf("a code that is over: %d", got.status)
		}
	})
}

// TestCalls has a candidate raise a hand and report a question, and staff deal
// with it.
func TestCalls(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 2)
		p := d.persons[0]
		token := w.candidate(p)
		w.enter(p, token).must(t, 200)
		raise := func(body map[string]any) reply {
			body["id"] = uuid.NewString()
			return w.call("POST", "/api/v1/attempts/"+p.attempt+"/calls", token, body)
		}
		raise(map[string]any{"kind": "help"}).must(t, 200)
		raise(map[string]any{"kind": "help"}).must(t, 200) // the same hand
		raise(map[string]any{"kind": "question", "slot": 2, "text": "没有正确选项"}).must(t, 200)
		for _, bad := range []map[string]any{{"kind": "question", "slot": 2}, {"kind": "question", "slot": 9999, "text": "没有这题"}, {"kind": "help", "slot": 2}} {
			if got := raise(bad); got.status != 422 {
				t.Errorf("%v: %d %s", bad, got.status, got.raw)
			}
		}
		other := w.candidate(d.persons[1])
		for _, rest := range []string{"/calls", "/notices", "/signals"} {
			body := map[string]any{"id": uuid.NewString(), "kind": "help"}
			if rest == "/notices" {
				body = map[string]any{"read": []string{}}
			} else if rest == "/signals" {
				body = map[string]any{"signals": []any{map[string]any{"id": "12345678", "signal": "copied"}}}
			}
			if got := w.call("POST", "/api/v1/attempts/"+p.attempt+rest, other, body); got.status != 404 {
				t.Errorf("%s of another: %d", rest, got.status)
			}
		}
		d.until(p, "calls", func(s contract.BoardSeat) bool { return s.Help == 2 })
		var calls []contract.Call
		w.call("GET", d.path("/calls"), d.staff, nil).must(t, 200).into(t, &calls)
		hand, question := calls[0], calls[1]
		if hand.Kind != contract.CallHelp {
			hand, question = question, hand
		}
		handle := func(c contract.Call, act, word string) reply {
			return w.call("POST", d.path("/calls/"+c.Id), d.staff, map[string]any{"act": act, "word": word})
		}
		handle(hand, "take", "").must(t, 200).into(t, &hand)
		if hand.State != contract.CallTaken || hand.By == nil {
			t.Errorf("taken: %+v", hand)
		}
		d.until(p, "taken", func(s contract.BoardSeat) bool { return s.Help == 2 && s.Taken != nil && *s.Taken == 1 })
		if got := handle(hand, "forward", "转给命题"); got.status != 409 {
			t.Errorf("a hand for the editors: %d", got.status)
		}
		handle(hand, "close", "已解决").must(t, 200)
		if got := handle(hand, "close", "再办一次"); got.problem() != "proctor-state" {
			t.Errorf("closed twice: %d", got.status)
		}
		if got := handle(question, "forward", ""); got.status != 422 {
			t.Errorf("forwarded without a word: %d", got.status)
		}
		handle(question, "forward", "请核对选项").must(t, 200).into(t, &question)
		if !question.Forwarded || question.State != contract.CallDone {
			t.Errorf("forwarded: %+v", question)
		}
		d.until(p, "nothing open", func(s contract.BoardSeat) bool { return s.Help == 0 })
		paper, err := w.engine.attempts.Paper(t.Context(), attemptID(p))
		if err != nil {
			t.Fatal(err)
		}
		row, err := w.engine.bank.Item(t.Context(), paper.Slots[1].Ref.Item)
		if err != nil || row.Work.Doubted.IsZero() || !strings.Contains(row.Work.Doubt, "没有正确选项") {
			t.Errorf("the editors hear: %+v, %v", row.Work, err)
		}
		queue, err := w.engine.editorial.Queue(t.Context(), w.member(people.Editor).id)
		if err != nil || len(queue.Doubted) != 1 || queue.Doubted[0].ID != row.ID {
			t.Errorf("what waits for an editor: %+v, %v", queue.Doubted, err)
		}
		signals := map[string]any{"signals": []any{
			map[string]any{"id": "sign-0001", "signal": "left-window", "note": "12 s"}, map[string]any{"id": "sign-0002", "signal": "left-window"},
		}}
		for range 2 {
			w.call("POST", "/api/v1/attempts/"+p.attempt+"/signals", token, signals).must(t, 204)
		}
		d.until(p, "signals", func(s contract.BoardSeat) bool {
			return s.Signals != nil && len(*s.Signals) == 1 && (*s.Signals)[0].N == 2
		})
	})
}

// TestSignalsInHundreds leaves the window more often than is kept: what else
// happens at the page is kept all the same.
func TestSignalsInHundreds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	d := newDay(t, w, 1)
	p, token := d.persons[0], w.candidate(d.persons[0])
	w.enter(p, token).must(t, 200)
	send := func(signal string, n int) {
		var all []any
		for range n {
			all = append(all, map[string]any{"id": uuid.NewString(), "signal": signal})
		}
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/signals", token, map[string]any{"signals": all}).must(t, 204)
	}
	for range 20 {
		send("left-window", 20)
	}
	send("copied", 1)
	d.until(p, "signals", func(s contract.BoardSeat) bool {
		return s.Signals != nil && slices.Equal(*s.Signals, []contract.SignalCount{{N: 100, Signal: contract.SignalLeftWindow}, {N: 1, Signal: contract.SignalCopied}})
	})
}

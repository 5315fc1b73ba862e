package main

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// asks sets what the sitting asks of who enters, and waits until every copy
// has heard of it.
func (d *day) asks(change map[string]any) contract.AccessRules {
	d.t.Helper()
	var rules contract.AccessRules
	admin := d.staff0()
	d.call("GET", d.path("/access"), d.staff, nil).must(d.t, 200).into(d.t, &rules)
	body := map[string]any{
		"version": rules.Version, "ranges": []any{}, "outside": "note", "code": false, "fullScreen": false, "seb": map[string]any{"on": false, "startUrl": ""},
	}
	for k, v := range change {
		body[k] = v
	}
	d.call("PUT", d.path("/access"), admin, body).must(d.t, 200).into(d.t, &rules)
	d.clock.Advance(4 * time.Second)
	return rules
}

func (d *day) staff0() string {
	d.t.Helper()
	return d.world.staff(people.Administrator)
}

func (d *day) come(p person, token string, more map[string]any) reply {
	d.t.Helper()
	body := map[string]any{"deviceId": "device-0001", "deviceLabel": "01 考场 01 座", "rulesAccepted": true}
	for k, v := range more {
		body[k] = v
	}
	return d.call("POST", "/api/v1/attempts/"+p.attempt+"/enter", token, body)
}

// TestMoved has the page that a candidate was moved away from try to take the
// exam back.
func TestMoved(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 1)
		p := d.persons[0]
		old := w.candidate(p)
		w.enter(p, old).must(t, 200)
		w.clock.Advance(time.Minute)
		var out contract.ProctorOutcome
		d.act("transfer", p, map[string]any{"toRoom": "09", "toSeat": "30"}).must(t, 200).into(t, &out)
		if got := w.enter(p, old); got.problem() != "moved-away" {
			t.Errorf("taken back before the new page came: %d %s", got.status, got.raw)
		}
		fresh := w.token(w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": p.admission, "idNumber": *out.Code}))
		w.enter(p, fresh).must(t, 200)
		if got := w.enter(p, old); got.problem() != "moved-away" {
			t.Errorf("taken back from the new page: %d %s", got.status, got.raw)
		}
		w.enter(p, fresh).must(t, 200)
	})
}

// TestAccessRules sets each rule, and has candidates come with and without what
// it asks.
func TestAccessRules(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 3)
		p, token := d.persons[0], w.candidate(d.persons[0])
		rules := d.asks(map[string]any{"code": true, "fullScreen": true})
		var exam contract.CandidateExam
		w.call("GET", "/api/v1/candidate/exam", token, nil).must(t, 200).into(t, &exam)
		if exam.Exam.Access == nil || !exam.Exam.Access.Code || !exam.Exam.Access.FullScreen || exam.Exam.Access.Seb {
			t.Errorf("what the page is told: %+v", exam.Exam.Access)
		}
		for _, code := range []string{"", "x"} {
			if got := d.come(p, token, map[string]any{"startCode": code}); got.problem() != "start-code" {
				t.Errorf("with code %q: %d %s", code, got.status, got.raw)
			}
		}
		d.come(p, token, map[string]any{"startCode": *rules.StartCode}).must(t, 200)
		d.come(p, token, nil).must(t, 200) // begun: the code is not asked for again
		var again contract.AccessRules
		w.call("GET", d.path("/access"), d.staff, nil).must(t, 200).into(t, &again)
		if again.StartCode == nil || *again.StartCode != *rules.StartCode || again.By == nil {
			t.Errorf("read again: %+v", again)
		}

		d.asks(map[string]any{"outside": "refuse", "ranges": []any{map[string]any{"room": "01", "range": "10.3.1.0/24"}}})
		two, other := d.persons[1], w.candidate(d.persons[1])
		if got := d.come(two, other, nil); got.problem() != "address-refused" {
			t.Errorf("from outside: %d %s", got.status, got.raw)
		}
		d.asks(map[string]any{"ranges": []any{map[string]any{"room": "01", "range": "10.3.1.0/24"}}})
		d.come(two, other, nil).must(t, 200)
		d.until(two, "noted", func(s contract.BoardSeat) bool {
			return s.Signals != nil && (*s.Signals)[0].Signal == contract.SignalOutsideAddress
		})
		bad := w.call("PUT", d.path("/access"), d.staff0(), map[string]any{
			"version": 3, "ranges": []any{map[string]any{"room": "", "range": "zehn"}}, "outside": "note", "code": false, "fullScreen": false, "seb": map[string]any{"on": false, "startUrl": ""},
		})
		if bad.status != 422 || !strings.Contains(string(bad.raw), `"pointer":"/ranges/0/range"`) {
			t.Errorf("no range: %d %s", bad.status, bad.raw)
		}
		found, err := w.engine.trail.Find(t.Context(), audit.Query{}, 100)
		if err != nil || !slices.ContainsFunc(found, func(e audit.Entry) bool { return e.Act == "access.set" }) {
			t.Errorf("the audit record: %v", err)
		}
	})
}

// TestSafeExamBrowser has a page in Safe Exam Browser, one that is not, and one
// that leaves it.
func TestSafeExamBrowser(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		d := newDay(t, w, 1)
		p, token := d.persons[0], w.candidate(d.persons[0])
		rules := d.asks(map[string]any{"seb": map[string]any{"on": true, "startUrl": "https://exam.example/", "quitPassword": "aus"}})
		file := w.call("GET", d.path("/access/seb"), d.staff, nil).must(t, 200)
		if !strings.Contains(string(file.raw), "<string>https://exam.example/</string>") {
			t.Errorf("the file: %s", file.raw)
		}
		sum := func(text string) string {
			s := sha256.Sum256([]byte(text))
			return hex.EncodeToString(s[:])
		}
		page := "https://exam.example/?attempt=" + p.attempt
		seb := map[string]any{"hash": sum(page + *rules.ConfigKey), "url": page}
		if got := d.come(p, token, nil); got.problem() != "seb-required" {
			t.Errorf("another browser: %d %s", got.status, got.raw)
		}
		if got := d.come(p, token, map[string]any{"seb": map[string]any{"hash": sum(page + sum("other settings")), "url": page}}); got.problem() != "seb-required" {
			t.Errorf("other settings: %d %s", got.status, got.raw)
		}
		var in contract.Entered
		d.come(p, token, map[string]any{"seb": seb}).must(t, 200).into(t, &in)
		beat := func(more map[string]any) reply {
			body := map[string]any{"epoch": in.Epoch}
			for k, v := range more {
				body[k] = v
			}
			return w.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, body)
		}
		beat(map[string]any{"seb": seb}).must(t, 200)
		told := func() (out contract.Told) {
			w.call("GET", "/api/v1/attempts/"+p.attempt+"/notices", token, nil).must(t, 200).into(t, &out)
			return out
		}
		if told().Locked != nil {
			t.Fatal("locked although it passed")
		}
		beat(nil).must(t, 200)
		if told().Locked == nil {
			t.Fatal("a page that left the browser is not locked")
		}
		d.until(p, "locked", func(s contract.BoardSeat) bool { return s.Locked != nil && *s.Locked })
		if got := d.come(p, token, map[string]any{"seb": seb}); got.problem() != "page-locked" {
			t.Errorf("in again while locked: %d %s", got.status, got.raw)
		}
		slot := firstChoice(t, &in)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, map[string]any{"epoch": in.Epoch, "ops": []any{
			map[string]any{"seq": 1, "slot": slot, "response": map[string]any{"choice": []string{"A"}}, "flagged": false, "clientMs": 1},
		}}).must(t, 200) // everything is saved
		d.act("unlock", p, nil).must(t, 200)
		d.until(p, "unlocked", func(s contract.BoardSeat) bool { return s.Locked == nil })
		if told().Locked != nil {
			t.Error("still locked")
		}
		// It still fails, as the invigilator knew: it goes on, and may come in again.
		w.clock.Advance(time.Minute)
		beat(nil).must(t, 200)
		if told().Locked != nil {
			t.Error("locked again for what the invigilator has let pass")
		}
		d.come(p, token, nil).must(t, 200).into(t, &in)
		// Another reason is not granted.
		w.clock.Advance(time.Minute)
		beat(map[string]any{"seb": map[string]any{"hash": sum(page + sum("other settings")), "url": page}}).must(t, 200)
		if told().Locked == nil {
			t.Error("a browser with other settings is not locked")
		}
		d.act("unlock", p, nil).must(t, 200)
		d.come(p, token, map[string]any{"seb": seb}).must(t, 200)
		d.act("lock", p, map[string]any{"text": "请等监考员"}).must(t, 200)
		if l := told().Locked; l == nil || l.Text != "请等监考员" {
			t.Errorf("locked by hand: %+v", l)
		}
	})
}

func firstChoice(t *testing.T, in *contract.Entered) int {
	t.Helper()
	for _, s := range in.Paper.Slots {
		if len(s.Options) > 0 {
			return s.Number
		}
	}
	t.Fatal("no question with options")
	return 0
}

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// order is what an invigilator's page sends for everybody.
func order(kind string, minutes int) map[string]any {
	return map[string]any{
		"id": uuid.NewString(), "kind": kind, "minutes": minutes, "scope": map[string]any{"all": true}, "reason": "停电",
	}
}

func (w *world) give(t *testing.T, s sitting.Sitting, token string, body map[string]any) contract.OrderOutcome {
	t.Helper()
	w.clock.Advance(time.Millisecond) // the log is in the order of time
	var out contract.OrderOutcome
	w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/orders", token, body).must(t, 200).into(t, &out)
	return out
}

// TestOrders extends, pauses, resumes and reopens over HTTP.
func TestOrders(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(21, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
		staff := w.staff(people.Invigilator)
		p, token := persons[0], w.candidate(persons[0])
		var e contract.Entered
		w.enter(p, token).must(t, 200).into(t, &e)
		w.enter(persons[1], w.candidate(persons[1])).must(t, 200)

		extend := order("extend", 10)
		out := w.give(t, s, staff, extend)
		if len(out.Reached) != 2 || len(out.Refused) != 1 || out.Refused[0].Reason != contract.NotStarted {
			t.Fatalf("extend: %+v", out)
		}
		again := w.give(t, s, staff, extend)
		for i, r := range again.Reached {
			if at := out.Reached[i].Clock; !r.Clock.Deadline.Equal(at.Deadline) || r.Clock.DeadlineVersion != at.DeadlineVersion {
				t.Errorf("the same order again: %+v, want %+v", r.Clock, at)
			}
		}
		beat := w.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, map[string]any{"epoch": e.Epoch}).must(t, 200)
		var at contract.Beat
		beat.into(t, &at)
		if !at.Clock.Deadline.Equal(e.Clock.Deadline.Add(10*time.Minute)) || !strings.Contains(*at.Clock.Explanation, "考场补时 10 分钟") {
			t.Errorf("the page: %s", beat.raw)
		}
		w.give(t, s, staff, order("pause", 0))
		w.clock.Advance(12 * time.Minute)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, map[string]any{"epoch": e.Epoch}).must(t, 200).into(t, &at)
		if at.State != contract.AttemptStatePaused || at.Clock.PausedSince == nil || !strings.Contains(*at.Clock.Explanation, "暂停 12 分钟") {
			t.Errorf("paused: %+v", at)
		}
		out = w.give(t, s, staff, order("resume", 0))
		if !out.Reached[0].Clock.Deadline.Equal(e.Clock.Deadline.Add(22*time.Minute + time.Millisecond)) {
			t.Errorf("resumed: %+v", out.Reached[0])
		}
		submit := map[string]any{"epoch": e.Epoch, "lastSeq": 0}
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, submit).must(t, 200)
		out = w.give(t, s, staff, order("reopen", 0))
		if len(out.Reached) != 1 || out.Reached[0].State != contract.AttemptStateRunning {
			t.Errorf("reopen: %+v", out)
		}
		w.enter(p, token).must(t, 200).into(t, &e)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 1, e, 0, 5)).must(t, 200)
		var rows []contract.ResultRow
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/results", w.staff(people.Administrator), nil).must(t, 200).into(t, &rows)
		for _, r := range rows {
			if r.Result != nil {
				t.Errorf("a reopened attempt shows the result of its first round: %+v", r)
			}
		}
		r := w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": e.Epoch, "lastSeq": 5}).must(t, 200)
		if r.json["answered"] != 5.0 {
			t.Errorf("the second submission: %s", r.raw)
		}
		var log []contract.Order
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/orders", staff, nil).must(t, 200).into(t, &log)
		if len(log) != 4 || log[0].Kind != "reopen" || log[3].Minutes != 10 || log[3].By == "" {
			t.Errorf("orders: %+v", log)
		}
		wrong := order("extend", 0)
		if r := w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/orders", staff, wrong); r.status != 422 || !strings.Contains(string(r.raw), "/minutes") {
			t.Errorf("an extension of nothing: %d %s", r.status, r.raw)
		}
	})
}

// TestStream listens as a page does, on a real connection: a change of time
// arrives within a second, and a page that another one took over is told.
func TestStream(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(22, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
		staff, p, token := w.staff(people.Invigilator), persons[0], w.candidate(persons[0])
		var e contract.Entered
		w.enter(p, token).must(t, 200).into(t, &e)
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go w.app.Listener(listener)
		req, err := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("http://%s/api/v1/attempts/%s/events?epoch=%d", listener.Addr(), p.attempt, e.Epoch), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		events := make(chan string, 100)
		go readEvents(resp.Body, events)
		expect(t, events, "beat", func(data string) bool { return strings.Contains(data, `"deadlineVersion":1`) })
		w.give(t, s, staff, order("extend", 5))
		given := time.Now()
		expect(t, events, "beat", func(data string) bool { return strings.Contains(data, `"deadlineVersion":2`) })
		t.Logf("told %s after the order was given", time.Since(given))
		w.enter(p, token).must(t, 200)
		expect(t, events, "taken-over", func(data string) bool { return strings.Contains(data, "urn:gongyuan:problem:taken-over") })
		if _, open := <-events; open {
			t.Error("the stream goes on after the page was taken over")
		}
	})
}

// readEvents sends "name data" for each event, and closes at the end.
func readEvents(in io.Reader, out chan<- string) {
	defer close(out)
	name := ""
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = v
		}
		if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			out <- name + " " + v
		}
	}
}

// expect waits for an event; others of its kind may come before.
func expect(t *testing.T, events <-chan string, name string, fits func(string) bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case <-limit:
			t.Fatalf("no %s came", name)
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the stream ended before %s", name)
			}
			if kind, data, _ := strings.Cut(e, " "); kind == name && fits(data) {
				return
			}
		}
	}
}

// TestIncidentOverHTTP cuts a seat off and lets the invigilator make it good.
func TestIncidentOverHTTP(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(23, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
		staff, p, token := w.staff(people.Invigilator), persons[0], w.candidate(persons[0])
		var e contract.Entered
		w.enter(p, token).must(t, 200).into(t, &e)
		list := func() (out []contract.Incident) {
			w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/incidents", staff, nil).must(t, 200).into(t, &out)
			return out
		}
		if got := list(); len(got) != 0 {
			t.Fatalf("incidents at the beginning: %+v", got)
		}
		w.clock.Advance(150 * time.Second)
		if got := list(); len(got) != 1 || got[0].Until != nil || got[0].Seats != 1 {
			t.Errorf("while it lasts: %+v", got)
		}
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, map[string]any{"epoch": e.Epoch}).must(t, 200)
		var got []contract.Incident
		for range 100 {
			if got = list(); len(got) == 1 && got[0].Until != nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if len(got) != 1 || got[0].LostSeconds == nil || *got[0].LostSeconds != 150 || got[0].ProposedMinutes != 3 || got[0].Settled {
			t.Fatalf("over: %+v", got)
		}
		settle := order("extend", 3)
		settle["scope"], settle["incident"] = got[0].Scope, got[0].Id
		w.give(t, s, staff, settle)
		if got = list(); !got[0].Settled {
			t.Errorf("after the extension: %+v", got)
		}
	})
}

// TestLateOverHTTP keeps late answers apart, counts one, and marks again; and
// takes in a file that a page wrote.
func TestLateOverHTTP(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(24, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
		p, token := persons[0], w.candidate(persons[0])
		var e contract.Entered
		w.enter(p, token).must(t, 200).into(t, &e)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 1, e, 0, 5)).must(t, 200)
		path := "/api/v1/sittings/" + string(s.ID) + "/attempts/" + p.attempt
		file := fileOf(p, batchOf(e.Epoch, 4, e, 3, 9))
		var handed contract.HandedIn
		w.call("POST", path+"/answers-file", w.staff(people.Invigilator), file).must(t, 200).into(t, &handed)
		if handed != (contract.HandedIn{Known: 2, Saved: 4}) {
			t.Errorf("file while it runs: %+v", handed)
		}
		w.clock.Set(e.Clock.Deadline.Add(time.Minute))
		token = w.candidate(p)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 10, e, 9, 11)).must(t, 409)
		w.sweep()
		admin := w.staff(people.Administrator)
		file = fileOf(p, batchOf(e.Epoch, 12, e, 11, 12))
		w.call("POST", path+"/answers-file", admin, file).must(t, 200).into(t, &handed)
		if handed != (contract.HandedIn{SetAside: 1}) {
			t.Errorf("file after the end: %+v", handed)
		}
		file.Operations[0].Slot++
		if r := w.call("POST", path+"/answers-file", admin, file); r.status != 422 || !strings.Contains(string(r.raw), "/digest") {
			t.Errorf("a file that was changed: %d %s", r.status, r.raw)
		}
		var late []contract.LateAttempt
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/late", admin, nil).must(t, 200).into(t, &late)
		if len(late) != 1 || len(late[0].Operations) != 3 || late[0].Operations[0].Answer == "" || *late[0].Operations[0].Current != "" {
			t.Fatalf("late: %+v", late)
		}
		decide := map[string]any{"operations": []string{late[0].Operations[0].Id}, "count": true, "reason": "考场断网"}
		var after contract.LateAttempt
		w.call("POST", path+"/late", admin, decide).must(t, 200).into(t, &after)
		first := after.Operations[0]
		if first.Decision != contract.LateOperationDecisionCounted || *first.Current != first.Answer || first.DecidedBy == nil {
			t.Errorf("decided: %+v", first)
		}
		var detail contract.ResultDetail
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/results/"+p.attempt, admin, nil).must(t, 200).into(t, &detail)
		if detail.Receipt == nil || detail.Receipt.Answered != 10 || detail.Row.Result == nil {
			t.Errorf("the result after the decision: %+v", detail.Receipt)
		}
		if got, want := detail.Row.Result.Awarded, fromJournal(t, w, p); got != want {
			t.Errorf("awarded %d, the journal says %d", got, want)
		}
		decide["count"] = false
		if r := w.call("POST", path+"/late", admin, decide); r.problem() != "conflict" {
			t.Errorf("decided otherwise: %d %s", r.status, r.raw)
		}
	})
}

// fileOf is what a page writes when it cannot send; the digest is worked out
// here once more, as the contract describes it.
func fileOf(p person, ops contract.SaveRequest) contract.AnswersFile {
	f := contract.AnswersFile{Format: "gongyuan-answers-1", Attempt: p.attempt, Epoch: ops.Epoch, Operations: ops.Ops}
	text := fmt.Sprintf("gongyuan-answers-1\n%s\n%d\n", p.attempt, ops.Epoch)
	for _, op := range ops.Ops {
		response, _ := json.Marshal(op.Response) // no character in these that Go escapes and browsers do not
		flagged := map[bool]int{true: 1}[op.Flagged]
		text += fmt.Sprintf("%d:%d:%d:%d:%s\n", op.Seq, op.Slot, flagged, op.ClientMs, response)
	}
	sum := sha256.Sum256([]byte(text))
	f.Digest = hex.EncodeToString(sum[:])
	return f
}

// TestSealedPaper fetches the paper before the start: nothing of it can be read
// without the key, the key comes with the start, and then it is the same paper.
func TestSealedPaper(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(25, 400)
		_, persons := w.sittingOf(revs, testBlueprint(), 2, func(s *sitting.Sitting) { s.PapersAhead = true })
		p, token := persons[0], w.candidate(persons[0])
		sealed := w.call("GET", "/api/v1/attempts/"+p.attempt+"/sealed-paper", token, nil).must(t, 200).raw
		if r := w.call("GET", "/api/v1/attempts/"+persons[1].attempt+"/sealed-paper", token, nil); r.status != 404 {
			t.Errorf("somebody else's paper: %d", r.status)
		}
		var e contract.Entered
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/enter", token, map[string]any{
			"deviceId": "device-0001", "deviceLabel": "01 座", "rulesAccepted": true, "hasSealedPaper": true,
		}).must(t, 200).into(t, &e)
		if e.Paper != nil || e.PaperKey == nil {
			t.Fatalf("entered with the paper %v and the key %v", e.Paper != nil, e.PaperKey != nil)
		}
		paper := openPaper(t, sealed, *e.PaperKey, p.attempt)
		if bytes.Contains(sealed, []byte(paper.Slots[0].Stem)) {
			t.Error("the sealed paper can be read")
		}
		var again contract.Entered
		w.enter(p, token).must(t, 200).into(t, &again)
		if diff := cmp.Diff(*again.Paper, paper); diff != "" {
			t.Errorf("another paper (-plain +sealed):\n%s", diff)
		}
		other := w.call("GET", "/api/v1/attempts/"+persons[1].attempt+"/sealed-paper", w.candidate(persons[1]), nil).must(t, 200).raw
		if _, err := unseal(other, *e.PaperKey, persons[1].attempt); err == nil {
			t.Error("one candidate's key opens another's paper")
		}
	})
}

func unseal(sealed, key []byte, id string) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, sealed[:12], sealed[12:], []byte(id))
}

func openPaper(t *testing.T, sealed, key []byte, id string) (p contract.Paper) {
	t.Helper()
	packed, err := unseal(sealed, key, id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(r).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

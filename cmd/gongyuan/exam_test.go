package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
)

// testBlueprint asks for 30 items of 100 points of a generated bank.
func testBlueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "test", Bank: banktest.Bank, Title: "测试方案", Duration: 90 * time.Minute, MaxPerPoint: 2,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 10, Points: 400}, {Type: bank.Multiple, Count: 8, Points: 500, Rule: bank.HalfIfPartial},
			{Type: bank.Judgement, Count: 8, Points: 200}, {Type: bank.Blank, Count: 4, Points: 100},
		},
	}
}

// TestExam takes a paper from sign-in to result over HTTP, with a restart of
// the program and a second computer on the way, and compares the result with
// one that is computed from the journal by other code.
func TestExam(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(7, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
		p := persons[0]
		token := w.candidate(p)
		var entered contract.Entered
		w.enter(p, token).must(t, 200).into(t, &entered)
		if len(entered.Paper.Slots) != 30 {
			t.Fatalf("paper has %d slots, want 30", len(entered.Paper.Slots))
		}
		writeAll(t, w, p, token, entered, 0)

		w.clock.Advance(10 * time.Minute)
		w.restart()
		var again contract.Entered
		w.enter(p, token).must(t, 200).into(t, &again)
		if diff := cmp.Diff(entered.Paper, again.Paper); diff != "" {
			t.Errorf("another paper after the restart (-before +after):\n%s", diff)
		}
		if len(again.Answers) != 30 || again.Epoch <= entered.Epoch || !again.Clock.Deadline.Equal(entered.Clock.Deadline) {
			t.Errorf("after the restart: %d answers, epoch %d after %d, deadline %s, want 30, a newer one, %s",
				len(again.Answers), again.Epoch, entered.Epoch, again.Clock.Deadline, entered.Clock.Deadline)
		}
		old := w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(entered.Epoch, 31, entered, 0, 1))
		if old.status != 409 || old.problem() != "taken-over" {
			t.Errorf("the older page's save: %d %s, want 409 taken-over", old.status, old.raw)
		}
		last := writeAll(t, w, p, token, again, 3)
		submit := w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": again.Epoch, "lastSeq": last}).must(t, 200)
		w.sweep()

		early := w.call("GET", "/api/v1/attempts/"+p.attempt+"/result", token, nil)
		if early.problem() != "not-released" {
			t.Errorf("result before the release: %d %s", early.status, early.raw)
		}
		release(t, w, string(s.ID))
		var own contract.OwnResult
		w.call("GET", "/api/v1/attempts/"+p.attempt+"/result", token, nil).must(t, 200).into(t, &own)
		if want := fromJournal(t, w, p); own.Result.Awarded != want {
			t.Errorf("awarded %d, the journal says %d", own.Result.Awarded, want)
		}
		if !own.Explained || len(own.Slots) != 30 {
			t.Errorf("explained = %v with %d slots, want true with 30", own.Explained, len(own.Slots))
		}
		if submit.json["code"] != own.Receipt.Code {
			t.Errorf("receipt code changed from %v to %s", submit.json["code"], own.Receipt.Code)
		}
	})
}

// batchOf answers slots from … to (counted from 0) with the option or text that
// turn selects.
func batchOf(epoch, seq int64, e contract.Entered, from, to int) contract.SaveRequest {
	req := contract.SaveRequest{Epoch: epoch}
	for i := from; i < to; i++ {
		slot := e.Paper.Slots[i]
		var r contract.Response
		if len(slot.Options) > 0 {
			picked := []string{slot.Options[(int(seq)+i)%len(slot.Options)].Letter}
			if slot.Type == contract.ItemTypeG {
				picked = append(picked, slot.Options[(int(seq)+i+1)%len(slot.Options)].Letter)
			}
			r.Choice = &picked
		} else {
			texts := slices.Repeat([]string{fmt.Sprint("答案", i)}, max(slot.Blanks, 1))
			r.Text = &texts
		}
		req.Ops = append(req.Ops, contract.Operation{Seq: seq, Slot: slot.Number, Response: r, Flagged: i%7 == 0, ClientMs: seq})
		seq++
	}
	return req
}

// writeAll answers every slot and returns the last sequence.
func writeAll(t *testing.T, w *world, p person, token string, e contract.Entered, turn int) int64 {
	t.Helper()
	seq := int64(1)
	for from := 0; from < len(e.Paper.Slots); from += 10 {
		to := min(from+10, len(e.Paper.Slots))
		req := batchOf(e.Epoch, seq, e, from, to)
		for i := range req.Ops { // another turn, another answer
			if turn > 0 && i%turn == 0 {
				req.Ops[i].Response = contract.Response{}
			}
		}
		r := w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, req).must(t, 200)
		seq += int64(to - from)
		if r.json["durableSeq"] != float64(seq-1) {
			t.Fatalf("durableSeq = %v, want %d", r.json["durableSeq"], seq-1)
		}
	}
	return seq - 1
}

func release(t *testing.T, w *world, id string) {
	t.Helper()
	closeSitting(t, w, id)
	releaseRound(t, w, id)
}

func closeSitting(t *testing.T, w *world, id string) {
	t.Helper()
	admin := w.staff(people.Administrator)
	s := w.call("GET", "/api/v1/sittings/"+id, admin, nil).must(t, 200)
	w.call("POST", "/api/v1/sittings/"+id+"/acts", admin, map[string]any{"act": "close", "version": s.json["version"]}).must(t, 200)
}

// releaseRound has what is new of a sitting's results released by two persons.
func releaseRound(t *testing.T, w *world, id string) contract.ReleaseDesk {
	t.Helper()
	path := "/api/v1/sittings/" + id + "/release"
	first, second := w.staff(people.Administrator), w.staff(people.Administrator)
	var desk contract.ReleaseDesk
	w.call("GET", path, first, nil).must(t, 200).into(t, &desk)
	remark := "已核对"
	w.call("POST", path, first, contract.ReleaseAct{Act: contract.ReleaseActActPropose, Digest: &desk.Digest, Remark: &remark}).must(t, 200)
	w.call("POST", path, second, contract.ReleaseAct{Act: contract.ReleaseActActApprove, Digest: &desk.Digest}).must(t, 200).into(t, &desk)
	return desk
}

// fromJournal computes an attempt's marks from its operations, by rules that
// are written out here and share no code with package bank.
func fromJournal(t *testing.T, w *world, p person) int64 {
	t.Helper()
	ctx := t.Context()
	ops, err := w.engine.attempts.Operations(ctx, attempt.AttemptID(p.attempt))
	if err != nil {
		t.Fatal(err)
	}
	last := map[int]attempt.Operation{}
	for _, op := range ops {
		was := last[op.Slot]
		if op.Epoch > was.Epoch || op.Epoch == was.Epoch && op.Seq > was.Seq {
			last[op.Slot] = op
		}
	}
	paper, err := w.engine.attempts.Paper(ctx, attempt.AttemptID(p.attempt))
	if err != nil {
		t.Fatal(err)
	}
	lookup, err := w.engine.recent.lookup(ctx, paper)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, slot := range paper.Slots {
		rev, _ := lookup(slot.Ref)
		right := map[string]bool{}
		for i, id := range slot.Order {
			if slices.Contains(rev.Key.Options, id) {
				right[string(rune('A'+i))] = true
			}
		}
		answer := last[slot.Number].Response
		if rev.Type == bank.Blank || answer == "" {
			continue // "答案…" is never accepted
		}
		hits, wrong := 0, 0
		for _, letter := range answer {
			if right[string(letter)] {
				hits++
			} else {
				wrong++
			}
		}
		switch {
		case wrong == 0 && hits == len(right):
			sum += int64(slot.Points)
		case wrong == 0 && hits > 0 && rev.Type == bank.Multiple:
			sum += int64(slot.Points) / 2
		}
	}
	return sum
}

// TestDeadline lets the deadline come: what was in counts, what comes later is
// kept apart, and the receipt says so.
func TestDeadline(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(8, 400)
		_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
		p := persons[0]
		token := w.candidate(p)
		var e contract.Entered
		w.enter(p, token).must(t, 200).into(t, &e)
		w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 1, e, 0, 5)).must(t, 200)
		w.clock.Set(e.Clock.Deadline.Add(attempt.DefaultGrace))
		token = w.candidate(p) // the old token has run out
		late := w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 6, e, 5, 7))
		if late.status != 409 || late.problem() != "after-deadline" || late.json["lateKept"] != 2.0 {
			t.Errorf("save after deadline and grace: %d %s, want after-deadline with 2 kept", late.status, late.raw)
		}
		w.sweep()
		r := w.call("GET", "/api/v1/attempts/"+p.attempt+"/receipt", token, nil).must(t, 200)
		if r.json["manner"] != "deadline" || r.json["answered"] != 5.0 || r.json["late"] != 2.0 {
			t.Errorf("receipt = %s, want manner deadline, answered 5, late 2", r.raw)
		}
		again := w.enter(p, token)
		if again.problem() != "attempt-closed" {
			t.Errorf("entering after the end: %d %s", again.status, again.raw)
		}
	})
}

// TestNoKeyReachesCandidate puts a canary into everything that a candidate
// must not see and searches every byte of every answer before the release.
func TestNoKeyReachesCandidate(t *testing.T) {
	t.Parallel()
	const canary = "KANARIENVOGEL"
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(9, 400)
		for i := range revs {
			r := &revs[i]
			r.Explanation, r.Source, r.Author, r.Key.Reference = canary+r.Explanation, canary, canary, canary
			for b := range r.Key.Blanks {
				r.Key.Blanks[b] = append(r.Key.Blanks[b], canary+fmt.Sprint(b))
			}
		}
		_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
		p := persons[0]
		bytes := 0
		check := func(what string, r reply) reply {
			t.Helper()
			bytes += len(r.raw)
			for _, secret := range []string{canary, string(banktest.Bank) + "/", `"key"`, "explanation\":\"" + canary, "revision"} {
				if strings.Contains(string(r.raw), secret) {
					t.Errorf("%s: the candidate received %q", what, secret)
				}
			}
			return r
		}
		token := w.candidate(p)
		check("exam", w.call("GET", "/api/v1/candidate/exam", token, nil).must(t, 200))
		var e contract.Entered
		check("enter", w.enter(p, token).must(t, 200)).into(t, &e)
		check("save", w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 1, e, 0, 30)).must(t, 200))
		check("save again", w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, batchOf(e.Epoch, 40, e, 0, 1)).must(t, 409))
		check("beat", w.call("POST", "/api/v1/attempts/"+p.attempt+"/beat", token, map[string]any{"epoch": e.Epoch}).must(t, 200))
		check("submit", w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": e.Epoch, "lastSeq": 30}).must(t, 200))
		check("receipt", w.call("GET", "/api/v1/attempts/"+p.attempt+"/receipt", token, nil).must(t, 200))
		check("result", w.call("GET", "/api/v1/attempts/"+p.attempt+"/result", token, nil).must(t, 409))
		for _, path := range []string{"/api/v1/banks", "/api/v1/banks/sample/items", "/api/v1/sittings"} {
			check(path, w.call("GET", path, token, nil).must(t, 403))
		}
		if bytes < 5000 {
			t.Errorf("only %d bytes were searched", bytes)
		}
	})
}

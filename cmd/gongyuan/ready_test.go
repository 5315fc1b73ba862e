package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// line is the first line of a check.
func readinessLine(t *testing.T, r contract.Readiness, check string) contract.ReadinessLine {
	t.Helper()
	for _, l := range r.Lines {
		if l.Check == check {
			return l
		}
	}
	t.Fatalf("no line of %s: %+v", check, r.Lines)
	return contract.ReadinessLine{}
}

// TestReadiness brings a sitting from a draft to one where only what takes an
// exam room is open.
func TestReadiness(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		base := w.seated(t, admin, 3)
		w.settings.Opening = reasoned
		w.restart()
		report := func() (out contract.Readiness) {
			t.Helper()
			w.call("GET", base+"/readiness", admin, nil).must(t, 200).into(t, &out)
			return out
		}
		want := func(r contract.Readiness, check string, state contract.ReadinessState, reason string) {
			t.Helper()
			if l := readinessLine(t, r, check); l.State != state || l.Reason != reason {
				t.Errorf("%s is %s %s, want %s %s: %+v", check, l.State, l.Reason, state, reason, l)
			}
		}
		r := report()
		want(r, "fulfil", "ready", "fine")
		want(r, "seated", "ready", "fine")
		want(r, "store", "ready", "fine")
		want(r, "sealed", "block", "not-asked")
		want(r, "drill", "block", "none")
		want(r, "room", "block", "no-rooms")
		want(r, "browsers", "block", "open")
		w.call("GET", base+"/readiness", w.staff(people.Auditor), nil).must(t, 200)

		w.act(base, admin, "ask-seal").must(t, 200)
		want(report(), "sealed", "block", "one-only")
		w.act(base, w.staff(people.Administrator), "seal").must(t, 200)
		if l := readinessLine(t, report(), "sealed"); l.State != "ready" || len(l.By) != 2 {
			t.Errorf("sealed by two: %+v", l)
		}

		// Drills: no report, one that is not passed, one that is.
		for _, text := range []string{"{}", "no JSON", `{"ready": true, "ended": 3}`} {
			w.call("POST", "/api/v1/drills", admin, contract.DrillReport{Report: text}).must(t, 422)
		}
		drill := map[string]any{"ready": true, "began": w.clock.Now().Add(-2 * time.Hour), "ended": w.clock.Now().Add(-time.Hour), "candidates": 5, "checked": 5, "lost": 1, "doubled": 0, "trespasses": 0}
		hand := func(want int) {
			t.Helper()
			text, err := json.Marshal(drill)
			if err != nil {
				t.Fatal(err)
			}
			w.call("POST", "/api/v1/drills", admin, contract.DrillReport{Report: string(text)}).must(t, want)
		}
		hand(201)
		want(report(), "drill", "block", "failed")
		drill["lost"], drill["ended"] = 0, w.clock.Now()
		hand(201)
		hand(409)
		want(report(), "drill", "ready", "fine")
		found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "readiness.drill"}, 5)
		if err != nil || len(found) < 2 {
			t.Errorf("recorded %v, %v", found, err)
		}

		// Computers report from the rooms, without signing in.
		check := "/api/v1/checks/" + base[len("/api/v1/sittings/"):]
		var plan contract.ComputerCheck
		w.call("GET", check, "", nil).must(t, 200).into(t, &plan)
		if len(plan.Rooms) != 1 || len(plan.Rooms[0].Seats) != 3 {
			t.Fatalf("rooms of the check: %+v", plan)
		}
		good := contract.ComputerReport{Room: "01", Memory: true, Width: 1366, Height: 768, RoundTripMs: 8, OffsetMs: -40}
		for _, seat := range plan.Rooms[0].Seats {
			good.Seat = seat
			w.call("POST", check, "", good).must(t, 200)
		}
		want(report(), "browsers", "ready", "fine")
		good.Memory = false
		var judged contract.ComputerJudged
		w.call("POST", check, "", good).must(t, 200).into(t, &judged)
		if len(judged.Faults) != 1 || judged.Faults[0] != "no-memory" {
			t.Errorf("judged %+v", judged)
		}
		want(report(), "browsers", "block", "faulty")
		for _, bad := range []contract.ComputerReport{{Room: "99", Seat: "01"}, {Room: "01", Seat: "77"}} {
			w.call("POST", check, "", bad).must(t, 422)
		}
		w.call("GET", "/api/v1/checks/none", "", nil).must(t, 404)
		w.call("POST", "/api/v1/checks/none", "", good).must(t, 404)
		w.opens(t, base, admin)
		w.act(base, admin, "close").must(t, 200)
		w.call("POST", check, "", good).must(t, 404)
	})
}

// opens opens a sealed sitting that is not ready: with a reason only, which is
// kept with what was not done, recorded, and printed.
func (w *world) opens(t *testing.T, base, admin string) {
	t.Helper()
	refused(t, "without a reason", w.act(base, admin, "open"), 409, "not-ready")
	open := func(why string) reply {
		var s contract.Sitting
		w.call("GET", base, admin, nil).must(t, 200).into(t, &s)
		return w.call("POST", base+"/acts", admin, contract.SittingAct{Act: "open", Version: s.Version, Reason: &why})
	}
	refused(t, "a blank reason", open("  "), 409, "not-ready")
	refused(t, "a reason of one letter", open("x"), 422, "invalid")
	open(" 备用电脑未到，已改用 02 号机 ").must(t, 200)
	open("again").must(t, 200)
	var s contract.Sitting
	w.call("GET", base, admin, nil).must(t, 200).into(t, &s)
	if s.Opening == nil || s.Opening.Reason != "备用电脑未到，已改用 02 号机" {
		t.Fatalf("opened as %+v", s.Opening)
	}
	gaps := []string{}
	for _, g := range s.Opening.Gaps {
		if g.Check != "clock" { // the test's clock is not that of the servers
			gaps = append(gaps, g.Check+" "+g.Reason)
		}
	}
	if want := []string{"room no-rooms", "browsers faulty"}; !slices.Equal(gaps, want) {
		t.Errorf("not done: %v, want %v", gaps, want)
	}
	found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "sitting.open"}, 5)
	if err != nil || len(found) == 0 || !strings.Contains(string(found[0].After), "备用电脑未到") {
		t.Errorf("recorded %s, %v", found[0].After, err)
	}
	if pdf := w.call("GET", base+"/papers/protocol", admin, nil).must(t, 200); !bytes.HasPrefix(pdf.raw, []byte("%PDF")) {
		t.Error("no protocol")
	}
}

package main

import (
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// act does an act on the sitting as it is now.
func (w *world) act(base, token string, act contract.SittingActAct) reply {
	w.t.Helper()
	var s contract.Sitting
	w.call("GET", base, token, nil).must(w.t, 200).into(w.t, &s)
	return w.call("POST", base+"/acts", token, contract.SittingAct{Act: act, Version: s.Version})
}

// seal seals the papers of a sitting by whoever the token is of and somebody
// else.
func (w *world) seal(base, first string) {
	w.t.Helper()
	w.act(base, first, "ask-seal").must(w.t, 200)
	w.act(base, w.staff(people.Administrator), "seal").must(w.t, 200)
}

// TestSealByTwo lets one person propose and another seal, and changes something
// in between.
func TestSealByTwo(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		first, second := w.staff(people.Administrator), w.staff(people.Administrator)
		base := w.seated(t, first, 6)
		if got := w.act(base, second, "seal"); got.problem() != "seal-unasked" {
			t.Fatalf("sealed by one: %d %s", got.status, got.problem())
		}
		var s contract.Sitting
		w.act(base, first, "ask-seal").must(t, 200).into(t, &s)
		if s.SealProposal == nil || !s.SealProposal.Own || s.State != "draft" {
			t.Fatalf("proposed: %+v", s)
		}
		if got := w.act(base, first, "seal"); got.problem() != "second-person" {
			t.Errorf("sealed by the first person: %d %s", got.status, got.problem())
		}
		if got := w.act(base, second, "ask-seal"); got.problem() != "wrong-state" {
			t.Errorf("proposed twice: %d %s", got.status, got.problem())
		}
		// A seat is changed: the sitting does not know of it, the basis does.
		var roster []contract.Registration
		w.call("GET", base+"/registrations", first, nil).must(t, 200).into(t, &roster)
		place := sitting.Place{Registration: sitting.RegistrationID(roster[0].Id), Room: "01", Seat: "99"}
		if err := w.engine.sittings.SetPlaces(t.Context(), sitting.ID(s.Id), []sitting.Place{place}); err != nil {
			t.Fatal(err)
		}
		if got := w.act(base, second, "seal"); got.problem() != "seal-void" {
			t.Errorf("sealed after a change of seats: %d %s", got.status, got.problem())
		}
		if got := w.act(base, second, "seal"); got.problem() != "seal-unasked" {
			t.Errorf("the void signature is still there: %d %s", got.status, got.problem())
		}
		// Somebody leaves: the signature is void at once, and is shown no more.
		w.act(base, first, "ask-seal").must(t, 200)
		w.call("DELETE", base+"/registrations/"+roster[2].Id, first, nil).must(t, 204)
		var now contract.Sitting
		w.call("GET", base, second, nil).must(t, 200).into(t, &now)
		if now.SealProposal != nil {
			t.Errorf("the signature is shown after a change: %+v", now.SealProposal)
		}
		// Sent back by the second, proposed by the second, sealed by the first.
		w.act(base, first, "ask-seal").must(t, 200)
		w.act(base, second, "drop-seal").must(t, 200)
		w.act(base, second, "ask-seal").must(t, 200)
		w.act(base, first, "seal").must(t, 200).into(t, &now)
		if now.State != "sealed" || now.SealProposal == nil || now.SealProposal.Own {
			t.Errorf("sealed: %+v", now)
		}
		for act, n := range map[string]int{
			"sitting.ask-seal": 4, "sitting.seal": 2, // one is of the sitting that the bank came with
			"sitting.drop-seal": 2, // the void one, and the one that was sent back
		} {
			found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: act}, 9)
			if err != nil || len(found) != n {
				t.Errorf("%s: recorded %d times, want %d (%v)", act, len(found), n, err)
			}
		}
	})
}

// TestPlanningIsRecorded plans a sitting, changes it, registers and takes
// somebody off: each stands in the record with what it was before, and nobody
// by name or number.
func TestPlanningIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin := w.member(people.Administrator)
	base := w.seated(t, admin.token, 2)
	var s contract.Sitting
	var roster []contract.Registration
	w.call("GET", base, admin.token, nil).must(t, 200).into(t, &s)
	w.call("GET", base+"/registrations", admin.token, nil).must(t, 200).into(t, &roster)
	w.call("PUT", base, admin.token, map[string]any{
		"version": s.Version, "title": "改了名的场次", "level": 3, "blueprint": s.BlueprintId, "opens": s.Opens, "closes": s.Closes, "durationMinutes": 60,
		"lateEntryMinutes": 0, "release": "after-release", "explain": false, "papersAhead": false, "oneSealer": true,
	}).must(t, 200)
	w.call("DELETE", base+"/registrations/"+roster[0].Id, admin.token, nil).must(t, 204)
	for act, c := range map[string]struct{ object, before, after string }{
		"sitting.plan":     {"sitting:" + s.Id, "", `"title":"两人封卷"`},
		"sitting.register": {"sitting:" + s.Id, "", `"count":2`},
		"sitting.change":   {"sitting:" + s.Id, `"oneSealer":false`, `"oneSealer":true`},
		"sitting.withdraw": {"registration:" + roster[0].Id, s.Id, ""},
	} {
		found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: act, Actor: admin.id}, 9)
		if err != nil || len(found) != 1 {
			t.Errorf("%s: recorded %d times, %v", act, len(found), err)
			continue
		}
		e := found[0]
		if e.Object != c.object || !strings.Contains(string(e.Before), c.before) || !strings.Contains(string(e.After), c.after) {
			t.Errorf("%s: %s, %s → %s", act, e.Object, e.Before, e.After)
		}
		if said := string(e.Before) + string(e.After); strings.Contains(said, roster[0].Name) || strings.Contains(said, rosterIdentity(0)) {
			t.Errorf("%s says who: %s", act, said)
		}
	}
}

// seated plans a sitting for people who have seats in room 01, and returns its
// path.
func (w *world) seated(t *testing.T, admin string, n int) string {
	t.Helper()
	revs, _ := banktest.Generate(33, 400)
	done, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
	var s contract.Sitting
	w.call("POST", "/api/v1/sittings", admin, contract.SittingPlan{
		Title: "两人封卷", Level: 3, Blueprint: done.Blueprint.ID, Opens: w.clock.Now().AddDate(0, 0, 1), Closes: w.clock.Now().AddDate(0, 0, 2), DurationMinutes: 90, Release: "at-once",
	}).must(t, 201).into(t, &s)
	var in contract.RegisterRequest
	for i := range n {
		in.Candidates = append(in.Candidates, contract.RegistrationEntry{Name: "考生" + leftPad(i), IdNumber: rosterIdentity(i), Room: "01", Seat: leftPad(i + 1)})
	}
	w.call("POST", "/api/v1/sittings/"+s.Id+"/registrations", admin, in).must(t, 201)
	return "/api/v1/sittings/" + s.Id
}

package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

func (w *world) desk(s sitting.ID, token string) contract.ReleaseDesk {
	w.t.Helper()
	var out contract.ReleaseDesk
	w.call("GET", "/api/v1/sittings/"+string(s)+"/release", token, nil).must(w.t, 200).into(w.t, &out)
	return out
}

// TestRelease is the two signatures under a sitting's results: who may give
// which, what voids the first, and what happens to results that change later.
func TestRelease(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(20, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
		for _, p := range persons {
			takeRight(t, w, p)
		}
		path := "/api/v1/sittings/" + string(s.ID) + "/release"
		first, second := w.member(people.Administrator), w.member(people.Administrator)
		act := func(who member, a contract.ReleaseActAct, digest, remark string) reply {
			return w.call("POST", path, who.token, contract.ReleaseAct{Act: a, Digest: &digest, Remark: &remark})
		}
		open := w.desk(s.ID, first.token)
		if open.State != contract.ReleaseDeskStateNotClosed {
			t.Errorf("state of an open sitting: %s", open.State)
		}
		refused(t, "an open sitting", act(first, contract.ReleaseActActPropose, open.Digest, ""), 409, "wrong-state")
		closeSitting(t, w, string(s.ID))
		ready := w.desk(s.ID, first.token)
		refused(t, "what somebody else has seen", act(first, contract.ReleaseActActPropose, strings.Repeat("0", 64), ""), 409, "conflict")
		refused(t, "nothing proposed", act(second, contract.ReleaseActActApprove, ready.Digest, ""), 409, "wrong-state")
		act(first, contract.ReleaseActActPropose, ready.Digest, "已核对").must(t, 200)
		refused(t, "the same person", act(first, contract.ReleaseActActApprove, ready.Digest, ""), 422, "second-person")
		refused(t, "a second proposal", act(second, contract.ReleaseActActPropose, ready.Digest, ""), 409, "wrong-state")
		refused(t, "a return without a reason", act(second, contract.ReleaseActActReturn, "", ""), 422, "invalid")
		act(second, contract.ReleaseActActReturn, "", "先处理违纪").must(t, 200)

		// A ruling between the signatures voids the first.
		act(first, contract.ReleaseActActPropose, ready.Digest, "").must(t, 200)
		accused := w.ruling(s, first, contract.NewRuling{Registration: persons[0].registration, Kind: "misconduct", Why: "夹带资料"})
		w.settle(accused, first, "confirm", 422)
		w.settle(accused, second, "confirm", 200)
		refused(t, "changed since the first signature", act(second, contract.ReleaseActActApprove, ready.Digest, ""), 409, "conflict")
		if got := w.desk(s.ID, first.token); got.State != contract.ReleaseDeskStateReady || got.Rounds[1].State != "void" {
			t.Errorf("after the change: %s, round 2 is %s", got.State, got.Rounds[1].State)
		}
		done := releaseRound(t, w, string(s.ID))
		if done.State != contract.ReleaseDeskStateReleased || done.Tally.Changed != 0 || done.NoticeEnds == nil {
			t.Errorf("after the release: %+v", done)
		}

		// Later findings make new versions; the old ones stay.
		held := w.ruling(s, first, contract.NewRuling{Registration: persons[1].registration, Kind: "withheld", Why: "身份待核实"})
		own := "/api/v1/attempts/" + persons[1].attempt + "/result"
		refused(t, "a result that is withheld", w.call("GET", own, w.candidate(persons[1]), nil), 409, "not-released")
		w.settle(held, second, "lift", 200)
		w.call("GET", own, w.candidate(persons[1]), nil).must(t, 200)
		w.settle(held, second, "lift", 409)
		w.settle(accused, second, "lift", 200)
		for i, want := range []int{2, 3, 1} {
			var detail contract.OutcomeDetail
			w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/outcomes/"+persons[i].registration, first.token, nil).must(t, 200).into(t, &detail)
			if len(detail.Versions) != want || *detail.Row.Version != want || *detail.Row.Changed {
				t.Errorf("person %d has %d versions, shown %d, changed %v; want %d", i, len(detail.Versions), *detail.Row.Version, *detail.Row.Changed, want)
			}
		}
		if _, err := w.engine.trail.Verify(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
	})
}

// returning has somebody return a release in the middle of its approval.
type returning struct {
	result.Publisher
	do func()
}

// Do implements result.Publisher.
func (r returning) Do(ctx context.Context, id sitting.ID, version int, act sitting.Act, by people.AccountID) (sitting.Sitting, error) {
	r.do()
	return r.Publisher.Do(ctx, id, version, act, by)
}

// TestApproveAgainstReturn: a release that is being approved is not returned, so
// that what candidates see and what the round says never differ.
func TestApproveAgainstReturn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, _, _ := scored(t, w)
	closeSitting(t, w, string(s.ID))
	e, ctx := w.engine, t.Context()
	first, second, third := people.AccountID(w.member(people.Administrator).id), people.AccountID(w.member(people.Administrator).id), people.AccountID(w.member(people.Administrator).id)
	stands, err := e.registrar.Stand(ctx, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.registrar.Propose(ctx, first, s.ID, stands.Digest, "已核对"); err != nil {
		t.Fatal(err)
	}
	asked := false
	between := returning{analysing{e}, func() {
		asked = true
		if _, err := e.registrar.Return(ctx, third, s.ID, "再看一看"); !errors.Is(err, result.ErrState) {
			t.Errorf("returned while it is approved: %v", err)
		}
	}}
	approving := result.NewRegistrar(e.registrar.Sources, result.Deps{Releases: mongostore.New(e.stores.db).Records(), Publisher: between, Accounts: e.people, Audit: e.trail, Clock: e.clock})
	done, err := approving.Approve(ctx, second, s.ID, stands.Digest, "")
	if err != nil || done.State != result.Approved || done.Second != second || !asked {
		t.Errorf("approved: %+v, %v", done, err)
	}
}

// refused holds a refusal against its status and problem.
func refused(t *testing.T, what string, r reply, status int, problem string) {
	t.Helper()
	if r.status != status || r.problem() != problem {
		t.Errorf("%s: %d %s, want %d %s: %s", what, r.status, r.problem(), status, problem, r.raw)
	}
}

func (w *world) ruling(s sitting.Sitting, by member, in contract.NewRuling) contract.Ruling {
	w.t.Helper()
	var out contract.Ruling
	w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/rulings", by.token, in).must(w.t, 201).into(w.t, &out)
	return out
}

func (w *world) settle(r contract.Ruling, by member, act contract.RulingSettlementAct, want int) {
	w.t.Helper()
	got := w.call("POST", "/api/v1/rulings/"+r.Id, by.token, contract.RulingSettlement{Act: act, Why: "核查属实"})
	if got.status != want {
		w.t.Errorf("%s by %s: %d, want %d: %s", act, by.login, got.status, want, got.raw)
	}
}

// another plans, seals and opens a later sitting like s for one person.
func (w *world) another(s sitting.Sitting, p person) (sitting.Sitting, []contract.Registration) {
	w.t.Helper()
	ctx := w.t.Context()
	w.clock.Advance(24 * time.Hour)
	s.Opens, s.Closes = w.clock.Now(), w.clock.Now().Add(4*time.Hour)
	next, err := w.engine.office.Plan(ctx, s, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	admin := w.staff(people.Administrator)
	path := "/api/v1/sittings/" + string(next.ID) + "/registrations"
	w.call("POST", path, admin, contract.RegisterRequest{Candidates: []contract.RegistrationEntry{{Name: p.name, IdNumber: p.number, Room: "01", Seat: "1"}}}).must(w.t, 201)
	for _, act := range []sitting.Act{sitting.Seal, sitting.OpenIt} {
		if next, err = w.engine.sittings.Sitting(ctx, next.ID); err != nil {
			w.t.Fatal(err)
		}
		if next, err = w.engine.office.Do(ctx, next.ID, next.Version, act, "test"); err != nil {
			w.t.Fatal(err)
		}
	}
	var roster []contract.Registration
	w.call("GET", path, admin, nil).must(w.t, 200).into(w.t, &roster)
	return next, roster
}

// TestRetake is a candidate of level 3 who passes theory and fails skill, then
// takes skill alone, while theory is carried over; and what is refused on the
// way: a certificate while the result is on public notice.
func TestRetake(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.NoticeDays = 5
	w := newWorld(t, settings)
	revs, _ := banktest.Generate(20, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
	for _, p := range persons {
		takeRight(t, w, p)
	}
	skill := func(s sitting.Sitting, off int64) {
		members := w.panel(s, "skill")
		for _, m := range members {
			var list contract.TaskList
			base := "/api/v1/sittings/" + string(s.ID) + "/assess/skill"
			w.call("GET", base, m.token, nil).must(t, 200).into(t, &list)
			for _, task := range list.Tasks {
				score(t, w, m, base+"/"+task.Draw, list.Sheet, off, false)
			}
		}
	}
	skill(s, 5000)
	release(t, w, string(s.ID))

	again, roster := w.another(s, persons[0])
	if len(roster) != 1 || roster[0].Takes == nil || len(*roster[0].Takes) != 1 || (*roster[0].Takes)[0] != "skill" {
		t.Fatalf("the retake takes %+v", roster)
	}
	if roster[0].Attempt != "" {
		t.Error("a paper was drawn for somebody whose theory is carried over")
	}
	token := w.candidate(person{admission: roster[0].Admission, number: persons[0].number})
	if got := w.call("GET", "/api/v1/candidate/exam", token, nil); got.status != 409 || got.problem() != "no-theory" {
		t.Errorf("the theory exam of somebody who takes none: %d %s", got.status, got.problem())
	}
	skill(again, 0)
	admin := w.member(people.Administrator)
	release(t, w, string(again.ID))
	rows := outcomes(t, w, again, admin)
	if rows[0].Verdict != "qualified" || rows[0].Components[0].State != "carried" || !rows[0].Components[0].CarriedOn.Equal(s.Opens) {
		t.Errorf("the retake came to %+v", rows[0])
	}
	registration := rows[0].Registration
	if b := w.certify(again.ID, registration); len(numbers(b)) != 0 || b.Entries[0].Findings[0].Text != "还在公示期内" {
		t.Errorf("during the notice: %+v", b)
	}
	w.clock.Advance(9 * 24 * time.Hour)
	if b := w.certify(again.ID, registration); len(numbers(b)) != 1 {
		t.Errorf("after the notice: %+v", b)
	}
}

// TestAuditCommand verifies the record by the command, with and without a head
// that was noted, and finds a row that was changed behind its back.
func TestAuditCommand(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	w := newWorld(t, settings)
	for i := range 5 {
		if err := w.engine.trail.Record(t.Context(), audit.Event{Actor: "a", Act: "sitting.seal", Object: "sitting:1", After: i}); err != nil {
			t.Fatal(err)
		}
	}
	head, err := w.engine.trail.Verify(t.Context(), audit.Head{})
	if err != nil {
		t.Fatal(err)
	}
	auditor := w.staff(people.Auditor)
	checked := func(what, noted string, whole int64, fault contract.AuditFault, at int64) {
		t.Helper()
		var got contract.AuditCheck
		w.call("GET", "/api/v1/audit/check?head="+noted, auditor, nil).must(t, 200).into(t, &got)
		if got.Entries < whole || (fault == "") != (got.Fault == nil) || got.Fault != nil && (*got.Fault != fault || *got.At != at || got.Entries != whole) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	checked("as it was written", head.String(), 5, "", 0)
	refused(t, "a head without a seal", w.call("GET", "/api/v1/audit/check?head=5", auditor, nil), 422, "invalid")
	if _, err := w.engine.stores.db.Collection("audit").UpdateOne(t.Context(), bson.M{"_id": int64(3)}, bson.M{"$set": bson.M{"actor": "b"}}); err != nil {
		t.Fatal(err)
	}
	checked("a changed row", "", 2, contract.FaultAltered, 3)
	w.stop()
	err = (&auditVerifyCommand{Stores: settings, Head: head.String()}).Run(t.Context())
	if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), "entry 3") {
		t.Errorf("a changed row: %v", err)
	}
	if err := (&auditVerifyCommand{Stores: settings, Head: "5"}).Run(t.Context()); err == nil {
		t.Error("a head without a seal was taken")
	}
}

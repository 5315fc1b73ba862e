package main

import (
	"slices"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

func (w *world) ownAppeals(token string) contract.OwnAppeals {
	w.t.Helper()
	var out contract.OwnAppeals
	w.call("GET", "/api/v1/candidate/appeals", token, nil).must(w.t, 200).into(w.t, &out)
	return out
}

// handle does something about an appeal as it stands.
func (w *world) handle(id string, by member, in contract.AppealHandling) reply {
	w.t.Helper()
	if in.Version == 0 {
		var now contract.AppealCase
		if got := w.call("GET", "/api/v1/appeals/"+id, by.token, nil); got.status == 200 {
			got.into(w.t, &now)
		}
		in.Version = now.Appeal.Version
	}
	return w.call("POST", "/api/v1/appeals/"+id, by.token, in)
}

// TestAppeal is an appeal against a skill result from the candidate to the
// letter, with everybody who must not take part in it.
func TestAppeal(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(23, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
		for _, p := range persons {
			takeRight(t, w, p)
		}
		panel := w.scoreAll(s, 5000)
		mine, theirs := w.candidate(persons[0]), w.candidate(persons[1])
		file := func(token, component, kind, text string) reply {
			return w.call("POST", "/api/v1/candidate/appeals", token, contract.NewOwnAppeal{
				Component: contract.AppealComponent(component), Kind: contract.AppealKind(kind), Text: text,
			})
		}
		if got := w.ownAppeals(mine); len(got.Rights) != 0 || len(got.Appeals) != 0 {
			t.Errorf("before the release: %+v", got)
		}
		refused(t, "before the release", file(mine, "skill", "rescore", "请重新评分"), 404, "not-found")
		release(t, w, string(s.ID))
		if got := w.ownAppeals(mine).Rights; len(got) != 2 || !slices.Equal(got[0].Kinds, []contract.AppealKind{"recount", "other"}) || !slices.Equal(got[1].Kinds, []contract.AppealKind{"rescore", "other"}) {
			t.Fatalf("rights: %+v", got)
		}
		refused(t, "a kind that does not fit", file(mine, "theory", "zero", "机器没有评分"), 422, "invalid")
		refused(t, "no reason", file(mine, "skill", "rescore", " 短 "), 422, "invalid")
		refused(t, "a component that the level lacks", file(mine, "review", "other", "请重新评分"), 422, "invalid")
		var a contract.OwnAppeal
		file(mine, "skill", "rescore", "请重新评分").must(t, 201).into(t, &a)
		refused(t, "twice", file(mine, "skill", "other", "请再看一次"), 409, "wrong-state")
		refused(t, "another's appeal", w.call("POST", "/api/v1/candidate/appeals/"+a.Id+"/withdraw", theirs, nil), 404, "not-found")
		w.call("POST", "/api/v1/candidate/appeals/"+a.Id+"/withdraw", mine, nil).must(t, 200)
		refused(t, "withdrawn already", w.call("POST", "/api/v1/candidate/appeals/"+a.Id+"/withdraw", mine, nil), 409, "wrong-state")
		first := a
		file(mine, "skill", "rescore", "请重新评分，第 3 行加错").must(t, 201).into(t, &a)
		if a.Number == first.Number || a.Id == first.Id {
			t.Errorf("number %s after %s", a.Number, first.Number)
		}
		appealHandled(t, w, s, panel, a, persons[0])
		w.clock.Advance(40 * 24 * time.Hour)
		refused(t, "after the last day", file(w.candidate(persons[1]), "skill", "rescore", "请重新评分"), 409, "appeal-late")
		if got := w.ownAppeals(w.candidate(persons[1])); len(got.Rights) != 0 {
			t.Errorf("after the last day: %+v", got)
		}
		if _, err := w.engine.trail.Verify(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
	})
}

// appealHandled goes from the acceptance to the new version of the result.
func appealHandled(t *testing.T, w *world, s sitting.Sitting, panel []member, a contract.OwnAppeal, p person) {
	t.Helper()
	first, second := w.member(people.Administrator), w.member(people.Administrator)
	reviewer, stranger := w.member(people.Examiner), w.member(people.Examiner)
	assign := func(who member) reply {
		return w.handle(a.Id, first, contract.AppealHandling{Act: contract.HandleAssign, Reviewer: &who.id})
	}
	refused(t, "assigned before it is accepted", assign(reviewer), 409, "wrong-state")
	refused(t, "an appeal as it no longer stands", w.handle(a.Id, first, contract.AppealHandling{Act: contract.HandleAccept, Version: 9}), 409, "conflict")
	refused(t, "refused without a reason", w.handle(a.Id, first, contract.AppealHandling{Act: contract.HandleRefuse}), 422, "invalid")
	w.handle(a.Id, first, contract.AppealHandling{Act: contract.HandleAccept}).must(t, 200)
	refused(t, "somebody of the panel", assign(panel[1]), 422, "invalid")
	refused(t, "somebody who is no examiner", assign(w.member(people.Invigilator)), 422, "invalid")
	assign(reviewer).must(t, 200)

	var seen contract.AppealCase
	w.call("GET", "/api/v1/appeals/"+a.Id, reviewer.token, nil).must(t, 200).into(t, &seen)
	if seen.Appeal.Name != nil || len(seen.Reviewers) != 0 || (*seen.Assessed.Examiners)[0].Examiner != "A" || !slices.Equal(seen.May, []contract.AppealCaseMay{"report"}) {
		t.Errorf("what the reviewer sees: %+v", seen)
	}
	refused(t, "an examiner whose appeal it is not", w.call("GET", "/api/v1/appeals/"+a.Id, stranger.token, nil), 404, "not-found")
	var queue contract.AppealPage
	w.call("GET", "/api/v1/appeals", stranger.token, nil).must(t, 200).into(t, &queue)
	if queue.Total != 0 {
		t.Errorf("a stranger's queue: %+v", queue)
	}
	w.call("GET", "/api/v1/appeals", reviewer.token, nil).must(t, 200).into(t, &queue)
	if queue.Total != 1 || queue.Appeals[0].Left != 10 {
		t.Errorf("the reviewer's queue: %+v", queue)
	}
	report := func(by member, marks contract.Marks) reply {
		return w.handle(a.Id, by, contract.AppealHandling{Act: contract.HandleReport, Version: seen.Appeal.Version, Report: &contract.AppealFinding{Changed: true, Marks: &marks, Finding: "第 3 行少加 15 分"}})
	}
	refused(t, "a report of somebody else", report(first, 6500), 403, "forbidden")
	refused(t, "more than there is", report(reviewer, 10001), 422, "invalid")
	report(reviewer, 6500).must(t, 200)

	why := "复核属实，改为 65 分"
	decide := func(by member) reply {
		return w.handle(a.Id, by, contract.AppealHandling{Act: contract.HandleDecide, Why: &why})
	}
	refused(t, "who handled it", decide(first), 422, "second-person")
	refused(t, "the reviewer", decide(reviewer), 403, "forbidden")
	// The result gets another version in between: the report is void.
	held := w.ruling(s, first, contract.NewRuling{Registration: p.registration, Kind: "withheld", Why: "身份待核实"})
	w.settle(held, second, "lift", 200)
	refused(t, "the result changed since the report", decide(second), 409, "conflict")
	w.call("GET", "/api/v1/appeals/"+a.Id, reviewer.token, nil).must(t, 200).into(t, &seen)
	if seen.Appeal.State != contract.AppealAssigned || seen.Appeal.Report != nil {
		t.Errorf("after the change: %+v", seen.Appeal)
	}
	report(reviewer, 6500).must(t, 200)
	decide(second).must(t, 200).into(t, &seen)
	checkAppealed(t, w, s, second, a, p, seen)
}

func checkAppealed(t *testing.T, w *world, s sitting.Sitting, admin member, a contract.OwnAppeal, p person, seen contract.AppealCase) {
	t.Helper()
	if seen.Appeal.State != contract.AppealChanged || seen.Outcome.Verdict != "qualified" || *seen.Outcome.Components[1].Awarded != 6500 {
		t.Errorf("decided: %+v", seen)
	}
	var detail contract.OutcomeDetail
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/outcomes/"+p.registration, admin.token, nil).must(t, 200).into(t, &detail)
	last := detail.Versions[len(detail.Versions)-1]
	if last.Cause != "appeal" || *detail.Row.Changed || detail.Row.Verdict != "qualified" || detail.Versions[0].Outcome.Verdict != "unqualified" {
		t.Errorf("the result: %+v", detail)
	}
	own := w.ownAppeals(w.candidate(p))
	i := slices.IndexFunc(own.Appeals, func(x contract.OwnAppeal) bool { return x.Id == a.Id })
	if got := own.Appeals[i]; got.Answer == nil || *got.Marks != 6500 || *got.Was != 5000 {
		t.Errorf("what the candidate is told: %+v", got)
	}
}

// TestAppealTheory is a recount: the machine's own marks, once more, beside
// what is stored; and a decision that lets the result stand.
func TestAppealTheory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(24, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
	takeRight(t, w, persons[0]) // the other one is absent
	w.scoreAll(s, 0)
	release(t, w, string(s.ID))
	admin, reviewer, second := w.member(people.Administrator), w.member(people.Administrator), w.member(people.Administrator)
	var a contract.Appeal
	file := func(p person, kind contract.AppealKind) reply {
		return w.call("POST", "/api/v1/appeals", admin.token, contract.NewAppeal{Registration: p.registration, Component: contract.AppealTheory, Kind: kind, Text: "请重新加分"})
	}
	refused(t, "a zero that is none", file(persons[0], contract.AppealZero), 422, "invalid")
	refused(t, "adding up what is not there", file(persons[1], contract.AppealRecount), 422, "invalid")
	file(persons[1], contract.AppealZero).must(t, 201)
	file(persons[0], contract.AppealRecount).must(t, 201).into(t, &a)
	w.handle(a.Id, admin, contract.AppealHandling{Act: contract.HandleAccept}).must(t, 200)
	w.handle(a.Id, admin, contract.AppealHandling{Act: contract.HandleAssign, Reviewer: &reviewer.id}).must(t, 200)
	var seen contract.AppealCase
	w.call("GET", "/api/v1/appeals/"+a.Id, reviewer.token, nil).must(t, 200).into(t, &seen)
	if m := seen.Machine; m == nil || !m.Agrees || m.Again.Awarded != 10000 || m.Stored.Awarded != 10000 || len(m.Differences) != 0 {
		t.Errorf("the machine: %+v", seen.Machine)
	}
	// Where the stored marks were tampered with, it says so.
	stored, err := w.engine.results.Result(t.Context(), persons[0].attempt)
	if err != nil {
		t.Fatal(err)
	}
	forged := stored
	forged.Version, forged.Slots = 2, slices.Clone(stored.Slots)
	forged.Slots[4].Mark.Awarded, forged.Awarded = 0, stored.Awarded-stored.Slots[4].Mark.Awarded
	if err := w.engine.results.Advance(t.Context(), stored, forged); err != nil {
		t.Fatal(err)
	}
	w.call("GET", "/api/v1/appeals/"+a.Id, reviewer.token, nil).must(t, 200).into(t, &seen)
	if m := seen.Machine; m.Agrees || !slices.Equal(m.Differences, []int{5}) {
		t.Errorf("the machine, after a change of the stored marks: %+v", m)
	}
	w.handle(a.Id, reviewer, contract.AppealHandling{Act: contract.HandleReport, Report: &contract.AppealFinding{Finding: "加分无误"}}).must(t, 200)
	why := "复核无误，维持原成绩"
	refused(t, "who assigned it", w.handle(a.Id, admin, contract.AppealHandling{Act: contract.HandleDecide, Why: &why}), 422, "second-person")
	refused(t, "who reported", w.handle(a.Id, reviewer, contract.AppealHandling{Act: contract.HandleDecide, Why: &why}), 422, "second-person")
	w.handle(a.Id, second, contract.AppealHandling{Act: contract.HandleDecide, Why: &why}).must(t, 200).into(t, &seen)
	if seen.Appeal.State != contract.AppealUnchanged || seen.OutcomeVersion != 1 {
		t.Errorf("decided: %+v", seen)
	}
	refused(t, "another appeal against the same", file(persons[0], contract.AppealOther), 409, "wrong-state")
}

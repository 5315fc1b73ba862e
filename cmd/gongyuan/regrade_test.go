package main

import (
	"slices"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// shared finds a single choice that stands on the papers of all, and returns it
// with its published revision.
func (w *world) shared(persons ...person) bank.Revision {
	w.t.Helper()
	count := map[bank.Ref]int{}
	for _, p := range persons {
		paper, err := w.engine.attempts.Paper(w.t.Context(), attemptID(p))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, slot := range paper.Slots {
			if slot.Section == 0 {
				count[slot.Ref]++
			}
		}
	}
	for ref, n := range count {
		if n == len(persons) {
			revs, err := w.engine.bank.Revisions(w.t.Context(), []bank.Ref{ref})
			if err != nil {
				w.t.Fatal(err)
			}
			return revs[ref]
		}
	}
	w.t.Fatal("no question stands on all papers")
	return bank.Revision{}
}

// narrow keeps fewer single-choice questions than two papers of testBlueprint
// take, so that any two papers share one.
func narrow(revs []bank.Revision) []bank.Revision {
	singles := 0
	return slices.DeleteFunc(revs, func(r bank.Revision) bool {
		if r.Type == bank.Single {
			singles++
		}
		return r.Type == bank.Single && singles > 19
	})
}

// takeFor takes the theory exam so that it comes to the marks, with answers to
// one question that are given: the letters of the bank.
func takeFor(t *testing.T, w *world, p person, marks bank.Marks, about bank.ItemID, choose []bank.OptionID) {
	t.Helper()
	token := w.candidate(p)
	var e contract.Entered
	w.enter(p, token).must(t, 200).into(t, &e)
	paper, err := w.engine.attempts.Paper(t.Context(), attemptID(p))
	if err != nil {
		t.Fatal(err)
	}
	lookup, err := w.engine.recent.lookup(t.Context(), paper)
	if err != nil {
		t.Fatal(err)
	}
	req := contract.SaveRequest{Epoch: e.Epoch}
	for _, slot := range paper.Slots {
		rev, _ := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		want := rev.Key.Options
		right := slot.Points <= marks
		if slot.Ref.Item == about {
			want, right = choose, true
			if slices.Equal(choose, rev.Key.Options) {
				marks -= slot.Points
			}
		} else if right {
			marks -= slot.Points
		}
		if !right {
			continue
		}
		var letters, texts []string
		for at, id := range slot.Order {
			if slices.Contains(want, id) {
				letters = append(letters, bank.Letter(at))
			}
		}
		for _, accepted := range rev.Key.Blanks {
			texts = append(texts, accepted[0])
		}
		req.Ops = append(req.Ops, contract.Operation{Seq: int64(len(req.Ops) + 1), Slot: slot.Number, Response: contract.Response{Choice: &letters, Text: &texts}})
	}
	if marks != 0 {
		t.Fatalf("%d marks cannot be reached", marks)
	}
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, req).must(t, 200)
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": e.Epoch, "lastSeq": len(req.Ops)}).must(t, 200)
}

// scoreAll has every candidate of a sitting scored in skill.
func (w *world) scoreAll(s sitting.Sitting, off int64) []member {
	w.t.Helper()
	members := w.panel(s, contract.AssessKindSkill)
	base := "/api/v1/sittings/" + string(s.ID) + "/assess/skill"
	for _, m := range members {
		var list contract.TaskList
		w.call("GET", base, m.token, nil).must(w.t, 200).into(w.t, &list)
		for _, task := range list.Tasks {
			score(w.t, w, m, base+"/"+task.Draw, list.Sheet, off, false)
		}
	}
	return members
}

func (w *world) preview(by member, ask contract.RegradeAsk) contract.RegradePreview {
	w.t.Helper()
	var out contract.RegradePreview
	w.call("POST", "/api/v1/regrade-previews", by.token, ask).must(w.t, 200).into(w.t, &out)
	return out
}

func remedyOf(t *testing.T, p contract.RegradePreview, r contract.RegradeRemedy) contract.RemedyPreview {
	t.Helper()
	i := slices.IndexFunc(p.Remedies, func(x contract.RemedyPreview) bool { return x.Remedy == r })
	if i < 0 {
		t.Fatalf("the preview lacks %s", r)
	}
	return p.Remedies[i]
}

// rekey publishes a revision of an item with another key and returns it.
func (w *world) rekey(rev bank.Revision) bank.OptionID {
	w.t.Helper()
	other := rev.Options[0].ID
	if rev.Key.Options[0] == other {
		other = rev.Options[1].ID
	}
	rev.Key.Options = []bank.OptionID{other}
	_, err := w.engine.bank.Import(w.t.Context(), []bank.Revision{rev}, bank.ImportOptions{Bank: banktest.Bank, Author: "test", Status: bank.Published, Now: w.clock.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	return other
}

// TestRegrade is a key that was wrong: one fail turns into a pass, one pass
// into a fail, and the certificate that was issued on it is to be looked at.
func TestRegrade(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(21, 120)
		s, persons := w.sittingOf(narrow(revs), testBlueprint(), 3, nil)
		rev := w.shared(persons[0], persons[1])
		gains, loses := persons[0], persons[1]
		other := rev.Options[0].ID
		if rev.Key.Options[0] == other {
			other = rev.Options[1].ID
		}
		takeFor(t, w, gains, 5800, rev.Item, []bank.OptionID{other})
		takeFor(t, w, loses, 6200, rev.Item, rev.Key.Options)
		w.scoreAll(s, 0)
		first, second := w.member(people.Administrator), w.member(people.Administrator)
		ask := contract.RegradeAsk{Item: string(rev.Item)}
		refused(t, "a sitting that is open", w.call("POST", "/api/v1/regrade-previews", first.token, ask), 422, "invalid")
		release(t, w, string(s.ID))
		number := numbers(w.certify(s.ID, loses.registration))[loses.registration]
		if number == "" {
			t.Fatal("nothing was issued")
		}

		before := w.preview(first, ask)
		if got := remedyOf(t, before, contract.OtherKey); got.Impossible == nil || *got.Impossible != contract.NoOtherRevision {
			t.Errorf("other key without another revision: %+v", got)
		}
		full := remedyOf(t, before, contract.FullMarks)
		if full.Effect != (contract.RegradeEffect{Papers: 2, Up: 1, Same: 1, Won: 1}) || len(full.Endangered) != 0 || len(full.Gained) != 1 {
			t.Errorf("full marks: %+v", full)
		}
		if got := w.rekey(rev); got != other {
			t.Fatalf("the key became %s", got)
		}
		shown := w.preview(first, ask)
		one := remedyOf(t, shown, contract.OtherKey)
		if one.Impossible != nil || one.Effect != (contract.RegradeEffect{Papers: 2, Up: 1, Down: 1, Lost: 1, Won: 1}) {
			t.Fatalf("other key: %+v", one)
		}
		if len(one.Changed) != 2 || one.Changed[0].Registration != loses.registration || one.Changed[1].After.Verdict != "qualified" {
			t.Errorf("losers come first: %+v", one.Changed)
		}
		if len(one.Endangered) != 1 || one.Endangered[0].Number == nil || *one.Endangered[0].Number != number {
			t.Errorf("certificates: %+v", one.Endangered)
		}
		regradeRefusals(t, w, first, second, ask, one)
		done := regradeApproved(t, w, s, first, second, gains, ask)
		checkRegraded(t, w, s, first, gains, loses, done, number)
		checkAgain(t, w, gains, done)
		if _, err := w.engine.trail.Verify(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
	})
}

// regradeRefusals is what does not come through, and a proposal that is
// returned.
func regradeRefusals(t *testing.T, w *world, first, second member, ask contract.RegradeAsk, one contract.RemedyPreview) {
	t.Helper()
	in := contract.RegradeProposal{Item: ask.Item, Remedy: contract.OtherKey, Digest: one.Digest, Why: "答案有误"}
	propose := func(change func(*contract.RegradeProposal)) reply {
		p := in
		change(&p)
		return w.call("POST", "/api/v1/regrades", first.token, p)
	}
	refused(t, "another digest", propose(func(p *contract.RegradeProposal) { p.Digest = strings.Repeat("0", 64) }), 409, "conflict")
	refused(t, "no such item", propose(func(p *contract.RegradeProposal) { p.Item = "sample/none" }), 422, "invalid")
	refused(t, "no reason", propose(func(p *contract.RegradeProposal) { p.Why = " " }), 422, "invalid")
	refused(t, "a revision that is not there", propose(func(p *contract.RegradeProposal) { n := 999; p.Revision = &n }), 422, "invalid")
	var made contract.RegradeDetail
	propose(func(*contract.RegradeProposal) {}).must(t, 201).into(t, &made)
	refused(t, "a second proposal", propose(func(*contract.RegradeProposal) {}), 409, "wrong-state")
	path := "/api/v1/regrades/" + made.Regrade.Id
	refused(t, "the same person", w.call("POST", path, first.token, contract.RegradeAct{Act: contract.ApproveRegrade, Digest: &one.Digest}), 422, "second-person")
	refused(t, "another preview", w.call("POST", path, second.token, contract.RegradeAct{Act: contract.ApproveRegrade}), 409, "conflict")
	refused(t, "a return without a reason", w.call("POST", path, second.token, contract.RegradeAct{Act: contract.ReturnRegrade}), 422, "invalid")
	word := "先核对题库"
	w.call("POST", path, second.token, contract.RegradeAct{Act: contract.ReturnRegrade, Word: &word}).must(t, 200)
	refused(t, "a regrade that was returned", w.call("POST", path, second.token, contract.RegradeAct{Act: contract.ApproveRegrade, Digest: &one.Digest}), 409, "wrong-state")
}

// regradeApproved proposes twice: a ruling in between voids the first.
func regradeApproved(t *testing.T, w *world, s sitting.Sitting, first, second member, gains person, ask contract.RegradeAsk) contract.RegradeDetail {
	t.Helper()
	propose := func() contract.RegradeDetail {
		var out contract.RegradeDetail
		one := remedyOf(t, w.preview(first, ask), contract.OtherKey)
		w.call("POST", "/api/v1/regrades", first.token, contract.RegradeProposal{Item: ask.Item, Remedy: contract.OtherKey, Digest: one.Digest, Why: "答案有误"}).must(t, 201).into(t, &out)
		return out
	}
	made := propose()
	held := w.ruling(s, first, contract.NewRuling{Registration: gains.registration, Kind: "withheld", Why: "身份待核实"})
	var now contract.RegradeDetail
	w.call("GET", "/api/v1/regrades/"+made.Regrade.Id, second.token, nil).must(t, 200).into(t, &now)
	if now.Unchanged {
		t.Error("the preview says that nothing changed")
	}
	approve := func(d contract.RegradeDetail) reply {
		return w.call("POST", "/api/v1/regrades/"+d.Regrade.Id, second.token, contract.RegradeAct{Act: contract.ApproveRegrade, Digest: &d.Regrade.Digest})
	}
	refused(t, "changed since the first signature", approve(made), 409, "conflict")
	w.call("GET", "/api/v1/regrades/"+made.Regrade.Id, second.token, nil).must(t, 200).into(t, &now)
	if now.Regrade.State != contract.RegradeVoid {
		t.Errorf("after the change the regrade is %s", now.Regrade.State)
	}
	w.settle(held, second, "lift", 200)
	var done contract.RegradeDetail
	approve(propose()).must(t, 200).into(t, &done)
	if done.Regrade.State != contract.RegradeApplied || done.Regrade.Round != 3 {
		t.Fatalf("after the approval: %+v", done.Regrade)
	}
	return done
}

func checkRegraded(t *testing.T, w *world, s sitting.Sitting, admin member, gains, loses person, done contract.RegradeDetail, number string) {
	t.Helper()
	if len(done.Doubts) != 1 || *done.Doubts[0].Number != number || done.Doubts[0].Registration != loses.registration {
		t.Errorf("certificates to be looked at: %+v", done.Doubts)
	}
	detail := func(p person) contract.OutcomeDetail {
		var out contract.OutcomeDetail
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/outcomes/"+p.registration, admin.token, nil).must(t, 200).into(t, &out)
		return out
	}
	won, lost := detail(gains), detail(loses)
	last := won.Versions[len(won.Versions)-1]
	if won.Row.Verdict != "qualified" || *won.Row.Components[0].Awarded != 6200 || last.Cause != "regrade" || last.Why != "答案有误" || *won.Row.Changed {
		t.Errorf("who gains: %+v, last version %+v", won.Row, last)
	}
	if lost.Row.Verdict != "unqualified" || len(lost.Versions) != 2 || lost.Row.CertificateDoubtful == nil || lost.Versions[0].Outcome.Verdict != "qualified" {
		t.Errorf("who loses: %+v", lost)
	}
	var own contract.OwnResult
	w.call("GET", "/api/v1/attempts/"+gains.attempt+"/result", w.candidate(gains), nil).must(t, 200).into(t, &own)
	i := slices.IndexFunc(own.Slots, func(x contract.ReviewSlot) bool { return x.Regraded != nil })
	if i < 0 || own.Slots[i].Verdict != "right" || !slices.Equal(*own.Slots[i].Right, *own.Slots[i].Response.Choice) {
		t.Errorf("the candidate's own result does not tell of the regrade: %d", i)
	}
	past, err := w.engine.results.Past(t.Context(), gains.attempt)
	if err != nil || len(past) != 1 || past[0].Awarded != 5800 || past[0].Version != 1 {
		t.Errorf("the history: %+v, %v", past, err)
	}
}

// checkAgain holds what is done a second time, and what is marked later, against
// what is there.
func checkAgain(t *testing.T, w *world, p person, done contract.RegradeDetail) {
	t.Helper()
	ctx := t.Context()
	regrades := w.engine.reviews
	was, err := w.engine.results.Result(ctx, p.attempt)
	if err != nil {
		t.Fatal(err)
	}
	store := mongostore.New(w.engine.stores.db).Regrades()
	r, err := store.Regrade(ctx, result.RegradeID(done.Regrade.Id))
	if err != nil {
		t.Fatal(err)
	}
	// As if the program had stopped before it noted that all is done.
	r.State, r.Done = result.RegradeApproved, 0
	if _, err := store.ReplaceRegrade(ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := regrades.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	if r, err = store.Regrade(ctx, r.ID); err != nil || r.State != result.RegradeApplied || r.Done == 0 {
		t.Errorf("after resuming: %+v, %v", r, err)
	}
	versions, err := regrades.Records.VersionsOf(ctx, sitting.RegistrationID(p.registration))
	if err != nil || versions[len(versions)-1].Version != len(versions) || countCause(versions, result.ByRegrade) != 1 {
		t.Errorf("resuming made versions: %+v, %v", versions, err)
	}
	// A later round of the same submission is marked by the regrade at once.
	rec, err := w.engine.records.Record(ctx, attemptID(p))
	if err != nil {
		t.Fatal(err)
	}
	sub, err := w.engine.attempts.Submission(ctx, rec.ID)
	if err != nil {
		t.Fatal(err)
	}
	sub.Round++
	for _, err := range w.engine.mark(ctx, []attempt.Marking{{Record: rec, Submission: sub}}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	now, err := w.engine.results.Result(ctx, p.attempt)
	if err != nil || now.Round != was.Round+1 || now.Awarded != was.Awarded || len(now.Amended) != 1 {
		t.Errorf("marked later: %+v, %v", now, err)
	}
}

func countCause(all []result.Record, c result.Cause) int {
	n := 0
	for _, r := range all {
		if r.Cause == c {
			n++
		}
	}
	return n
}

// TestRegradeCarried is a theory result that is carried over into a later
// sitting: a regrade of the first changes the second, and its certificate.
func TestRegradeCarried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(22, 120)
	s, persons := w.sittingOf(narrow(revs), testBlueprint(), 2, nil)
	rev := w.shared(persons...)
	p := persons[0]
	takeFor(t, w, p, 6200, rev.Item, rev.Key.Options)
	w.scoreAll(s, 5000)
	release(t, w, string(s.ID))
	again, roster := w.another(s, p)
	w.scoreAll(again, 0)
	release(t, w, string(again.ID))
	first, second := w.member(people.Administrator), w.member(people.Administrator)
	number := numbers(w.certify(again.ID, roster[0].Id))[roster[0].Id]
	if number == "" {
		t.Fatal("nothing was issued")
	}
	w.rekey(rev)
	ask := contract.RegradeAsk{Item: string(rev.Item)}
	for _, remedy := range []contract.RegradeRemedy{contract.FullMarks, contract.EitherKey} {
		if got := remedyOf(t, w.preview(first, ask), remedy); len(got.Changed) != 0 || len(got.Endangered) != 0 {
			t.Errorf("%s: %+v", remedy, got)
		}
	}
	one := remedyOf(t, w.preview(first, ask), contract.OtherKey)
	if len(one.Changed) != 2 || len(one.Endangered) != 1 || one.Endangered[0].Sitting != string(again.ID) {
		t.Fatalf("other key: %+v", one)
	}
	var made contract.RegradeDetail
	w.call("POST", "/api/v1/regrades", first.token, contract.RegradeProposal{Item: ask.Item, Remedy: contract.OtherKey, Digest: one.Digest, Why: "答案有误"}).must(t, 201).into(t, &made)
	w.call("POST", "/api/v1/regrades/"+made.Regrade.Id, second.token, contract.RegradeAct{Act: contract.ApproveRegrade, Digest: &one.Digest}).must(t, 200).into(t, &made)
	if len(made.Doubts) != 1 || *made.Doubts[0].Number != number {
		t.Errorf("certificates to be looked at: %+v", made.Doubts)
	}
	row := outcomes(t, w, again, first)[0]
	if row.Verdict != "incomplete" || *row.Version != 2 || *row.Changed || row.CertificateDoubtful == nil {
		t.Errorf("the later result: %+v", row)
	}
	if got := remedyOf(t, w.preview(first, ask), contract.FullMarks); len(got.Gained) != 0 || len(got.Changed) != 2 {
		t.Errorf("a second regrade builds on the first: %+v", got)
	}
}

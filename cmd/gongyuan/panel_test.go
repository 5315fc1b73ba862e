package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// panelWorld is a sitting with examiners, its administrators and its sheet.
type panelWorld struct {
	*world
	s             sitting.Sitting
	base          string
	admin, second member
	examiners     []member
	plan          contract.PanelPlan
	persons       []person
}

func newPanelWorld(t *testing.T, w *world, seed uint64) *panelWorld {
	t.Helper()
	revs, _ := banktest.Generate(seed, 400)
	p := &panelWorld{world: w, admin: w.member(people.Administrator), second: w.member(people.Administrator)}
	p.s, p.persons = w.sittingOf(revs, testBlueprint(), 2, nil)
	p.base = "/api/v1/sittings/" + string(p.s.ID)
	for range 4 {
		p.examiners = append(p.examiners, w.examiner(p.admin.token))
	}
	var sheets []contract.ScoreSheet
	w.call("GET", "/api/v1/sheets?level=3", p.admin.token, nil).must(t, 200).into(t, &sheets)
	p.plan = contract.PanelPlan{Kind: contract.AssessKindSkill, Sheet: sheets[0].Id, Rule: contract.Mean}
	for _, m := range p.examiners[:3] {
		p.plan.Examiners = append(p.plan.Examiners, m.id)
	}
	p.chairless(t)
	w.hold(p.examiners[0].id, people.Examiner, people.Chair)
	return p
}

// chairless asks for the panel while nobody in it may lead one.
func (p *panelWorld) chairless(t *testing.T) {
	t.Helper()
	plan := p.plan
	got := p.call("POST", p.base+"/panels", p.admin.token, plan)
	refused(t, "nobody in the panel may lead it", got, 422, "invalid")
	plan.Chair = &p.examiners[3].id
	refused(t, "a chair without the role", p.call("POST", p.base+"/panels", p.admin.token, plan), 422, "invalid")
}

func (p *panelWorld) outcome(t *testing.T, registration string) contract.OutcomePart {
	t.Helper()
	for _, row := range outcomes(t, p.world, p.s, p.admin) {
		for _, c := range row.Components {
			if row.Registration == registration && c.Kind == "skill" {
				return c
			}
		}
	}
	t.Fatalf("no skill of %s", registration)
	return contract.OutcomePart{}
}

// TestPanelOverride has a panel refused, proposed, refused to its proposer and
// approved by somebody else.
func TestPanelOverride(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		p := newPanelWorld(t, w, 21)
		number := p.persons[0].number
		related := w.call("POST", "/api/v1/examiners/"+p.examiners[1].id+"/relations", p.examiners[1].token,
			contract.NewRelation{IdNumber: number, Kind: contract.Teacher}).must(t, 201)
		if strings.Contains(string(related.raw), number) || !strings.Contains(string(related.raw), "**********") {
			t.Errorf("a relation shows the number: %s", related.raw)
		}
		w.call("POST", "/api/v1/examiners/"+p.examiners[0].id+"/relations", p.examiners[1].token,
			contract.NewRelation{IdNumber: number, Kind: contract.Teacher}).must(t, 403)

		var found []contract.Breach
		w.call("POST", p.base+"/panels/check", p.admin.token, p.plan).must(t, 200).into(t, &found)
		if len(found) != 1 || found[0].Rule != "declared-relation" || found[0].Examiner.Id != p.examiners[1].id || len(found[0].Candidates) != 1 || !found[0].Overridable {
			t.Fatalf("found %+v", found)
		}
		refused := w.call("POST", p.base+"/panels", p.admin.token, p.plan).must(t, 409)
		if refused.problem() != "unfit-panel" || !strings.Contains(string(refused.raw), "考生00") || !strings.Contains(string(refused.raw), "回避") {
			t.Errorf("refused with %s", refused.raw)
		}
		why := "没有别的考评员"
		p.plan.Override = &why
		even := p.plan
		even.Examiners = append(even.Examiners[:3:3], p.examiners[3].id)
		if got := w.call("POST", p.base+"/panels", p.admin.token, even); got.status != 409 || !strings.Contains(string(got.raw), "even-number") {
			t.Errorf("an even number with a reason: %d %s", got.status, got.raw)
		}
		var panel contract.Panel
		w.call("POST", p.base+"/panels", p.admin.token, p.plan).must(t, 201).into(t, &panel)
		if panel.State != "proposed" || panel.Override == nil || !*panel.Override.Mine || len(panel.Breaches) != 1 {
			t.Fatalf("proposed: %+v", panel)
		}
		w.call("GET", p.base+"/assess/skill", p.examiners[0].token, nil).must(t, 403)
		decide := contract.PanelDecision{Version: panel.Version, Act: contract.PanelDecisionActApprove}
		if got := w.call("POST", p.base+"/panels/skill/decision", p.admin.token, decide); got.status != 422 || got.problem() != "second-person" {
			t.Errorf("approved by the same person: %d %s", got.status, got.raw)
		}
		w.call("POST", p.base+"/panels/skill/decision", p.second.token, decide).must(t, 200).into(t, &panel)
		if panel.State != "appointed" || panel.Override.Second == nil || *panel.Override.Second != p.second.login {
			t.Errorf("approved: %+v", panel)
		}
		w.call("GET", p.base+"/assess/skill", p.examiners[0].token, nil).must(t, 200)
		w.call("POST", p.base+"/panels/skill/decision", p.second.token, decide).must(t, 409)
		w.call("PUT", p.base+"/panels/skill", p.second.token, contract.PanelChange{Version: panel.Version, Plan: p.plan}).must(t, 200).into(t, &panel)
		if panel.State != "proposed" {
			t.Errorf("a change leaves it %s", panel.State)
		}
		w.call("POST", p.base+"/panels/skill/withdraw", p.admin.token, contract.PanelWithdrawal{Version: panel.Version, Reason: "重新组成"}).must(t, 204)
		head := w.call("GET", p.base+"/panels", p.admin.token, nil).must(t, 200)
		if string(head.raw) != "[]" {
			t.Errorf("left: %s", head.raw)
		}
	})
}

// TestStations scores two stations and opens one of the scores again.
func TestStations(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		p := newPanelWorld(t, w, 22)
		weight, station, title := 70, 2, "第二站 灭火器与消火栓"
		p.plan.Weight = &weight
		w.call("POST", p.base+"/panels", p.admin.token, p.plan).must(t, 201)
		p.plan.Station, p.plan.Title = &station, &title
		p.plan.Weight = &weight
		w.call("POST", p.base+"/panels", p.admin.token, p.plan).must(t, 422) // 140 percent
		p.plan.Weight = nil
		var second contract.Panel
		w.call("POST", p.base+"/panels", p.admin.token, p.plan).must(t, 201).into(t, &second)
		if second.Name != "skill-2" || second.Weight != 30 || second.Title != title {
			t.Fatalf("second station: %+v", second)
		}
		w.call("GET", p.base+"/assess/skill-3", p.examiners[0].token, nil).must(t, 403)
		w.call("GET", p.base+"/assess/theory", p.examiners[0].token, nil).must(t, 404)

		// Absent from the second station: 0 there.
		who := string(p.s.Roster[0])
		settle := p.base + "/outcomes/" + who + "/skill"
		w.call("POST", settle, p.admin.token, contract.Settlement{Act: contract.SettlementActAbsent, Station: &station, Reason: "没有到第二站"}).must(t, 200)
		part := p.outcome(t, who)
		stations := *part.Stations
		first := stations[0].Draw
		var list contract.TaskList
		w.call("GET", p.base+"/assess/skill", p.examiners[0].token, nil).must(t, 200).into(t, &list)
		for i, m := range p.examiners[:3] {
			score(t, w, m, p.base+"/assess/skill/"+first, list.Sheet, int64(500*i), false)
		}
		part = p.outcome(t, who)
		if part.State != "scored" || part.Awarded == nil || *part.Awarded != 6650 || (*part.Stations)[1].State != "absent" {
			t.Fatalf("70%% of 95 and 30%% of 0: %+v", part)
		}
		// They did come.
		w.call("POST", settle, p.admin.token, contract.Settlement{Act: contract.SettlementActPresent, Station: &station, Reason: "记错了人"}).must(t, 200)
		if part = p.outcome(t, who); part.State != "pending" {
			t.Errorf("after the absence was withdrawn: %+v", part)
		}
		for _, m := range p.examiners[:3] {
			score(t, w, m, p.base+"/assess/skill-2/"+stations[1].Draw, list.Sheet, 0, false)
		}
		if part = p.outcome(t, who); part.Awarded == nil || *part.Awarded != 9650 {
			t.Fatalf("70%% of 95 and 30%% of 100: %+v", part)
		}
		p.unlock(t, first, list.Sheet)
		if part = p.outcome(t, who); part.Awarded == nil || *part.Awarded != 9767 {
			t.Errorf("70%% of 96.67 and 30%% of 100: %+v", part)
		}
		release(t, w, string(p.s.ID))
		ask := contract.UnlockRequest{Kind: "skill", Draw: first, Reason: "公布以后"}
		if got := w.call("POST", p.base+"/unlocks", p.examiners[0].token, ask); got.status != 409 || got.problem() != "results-released" {
			t.Errorf("after the release: %d %s", got.status, got.raw)
		}
	})
}

// unlock opens the third examiner's score at the first station and has it
// signed anew with five points more.
func (p *panelWorld) unlock(t *testing.T, draw string, sheet contract.ScoreSheet) {
	t.Helper()
	w, third := p.world, p.examiners[2]
	ask := contract.UnlockRequest{Kind: "skill", Draw: draw, Reason: "漏看一项"}
	w.call("POST", p.base+"/unlocks", p.examiners[3].token, ask).must(t, 403)
	var u contract.Unlock
	asked := w.call("POST", p.base+"/unlocks", third.token, ask).must(t, 201)
	asked.into(t, &u)
	if u.MayDecide || u.State != "asked" || strings.Contains(string(asked.raw), string(p.s.Roster[0])) {
		t.Fatalf("asked: %s", asked.raw)
	}
	decide := func(token string, want int) {
		t.Helper()
		w.call("POST", p.base+"/unlocks/"+u.Id+"/decision", token, contract.UnlockDecision{Decision: "approved"}).must(t, want)
	}
	decide(third.token, 403)
	decide(p.examiners[1].token, 403)
	w.call("POST", "/api/v1/sittings/other/unlocks/"+u.Id+"/decision", p.admin.token, contract.UnlockDecision{Decision: "approved"}).must(t, 404)
	var open []contract.Unlock
	w.call("GET", p.base+"/unlocks", p.examiners[0].token, nil).must(t, 200).into(t, &open) // the chair
	if len(open) != 1 || !open[0].MayDecide {
		t.Fatalf("the chair sees %+v", open)
	}
	decide(p.examiners[0].token, 200)
	var mine contract.Score
	path := fmt.Sprintf("%s/assess/skill/%s", p.base, draw)
	w.call("GET", path, third.token, nil).must(t, 200).into(t, &mine)
	if mine.State != "open" || mine.Version != 3 {
		t.Fatalf("unlocked: %s, version %d", mine.State, mine.Version)
	}
	change := contract.ScoreChange{Version: 3, Rows: mine.Rows, Vetoes: mine.Vetoes}
	change.Rows[0].Other -= 500
	w.call("PUT", path, third.token, change).must(t, 200)
	w.call("POST", path+"/lock", third.token, contract.ScoreLock{Version: 4}).must(t, 200)
	var versions []contract.ScoreVersion
	w.call("GET", path+"/versions", p.admin.token, nil).must(t, 200).into(t, &versions)
	before := slices.DeleteFunc(slices.Clone(versions), func(v contract.ScoreVersion) bool { return v.Stands })
	if len(versions) != 4 || len(before) != 1 || before[0].Score.Version != 2 || before[0].Score.Total != 9000 {
		t.Errorf("three that stand and one from before: %+v", versions)
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

const reference = "KANARIENVOGEL 报警并报告（3分）\n疏散人员（2分）"

// wordBank is a generated bank with questions that people mark: short answers,
// essays, and a case with a short answer among its parts.
func wordBank() ([]bank.Revision, bank.Blueprint) {
	revs, outline := banktest.Generate(31, 300)
	points := outline.Points()
	words := func(t bank.Type, n int) bank.Question {
		return bank.Question{
			Type: t, Stem: fmt.Sprintf("%s 题 %d：遇到火情怎么办？", t, n),
			Key: bank.Key{Reference: reference, Rubric: bank.ParseRubric(reference)}, Explanation: "示例",
		}
	}
	add := func(t bank.Type, n int) *bank.Revision {
		point := points[n].Code
		revs = append(revs, bank.Revision{
			Item: bank.NewItemID(banktest.Bank, fmt.Sprintf("%s-%s-%03d", t, point, 900+n)), Number: 1, Point: point, Difficulty: 3, Author: "示例", Question: words(t, n),
		})
		return &revs[len(revs)-1]
	}
	for n := range 2 {
		add(bank.ShortAnswer, n)
		add(bank.Essay, n)
		c := add(bank.Case, n)
		c.Question = bank.Question{Type: bank.Case, Stem: fmt.Sprintf("案例 %d：夜间值班时仓库冒烟。", n)}
		judge := bank.Question{Type: bank.Judgement, Stem: "应当立即报警。", Options: bank.JudgementOptions(), Key: bank.Key{Options: []bank.OptionID{bank.True}}}
		c.Parts = []bank.Question{judge, words(bank.ShortAnswer, 10+n)}
	}
	return revs, bank.Blueprint{
		ID: "words", Bank: banktest.Bank, Title: "有主观题的方案", Duration: 90 * time.Minute, MaxPerPoint: 3,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 10, Points: 400}, {Type: bank.ShortAnswer, Count: 2, Points: 1000},
			{Type: bank.Essay, Count: 1, Points: 2000}, {Type: bank.Case, Count: 1, Points: 1000},
		},
	}
}

// write takes the theory exam: choices right, what people mark in the words
// given, nothing there for no words.
func write(t *testing.T, w *world, p person, words string) {
	t.Helper()
	token := w.candidate(p)
	var e contract.Entered
	entered := w.enter(p, token).must(t, 200)
	entered.into(t, &e)
	if strings.Contains(string(entered.raw), "KANARIENVOGEL") {
		t.Error("the rubric reached a candidate")
	}
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
		q, _ := rev.Part(slot.Ref.Part)
		var letters, texts []string
		for at, id := range slot.Order {
			for _, key := range q.Key.Options {
				if key == id {
					letters = append(letters, string(rune('A'+at)))
				}
			}
		}
		if !q.Type.ByEngine() {
			if words == "" {
				continue
			}
			texts = append(texts, words+"\n  第二行 <b>")
		}
		req.Ops = append(req.Ops, contract.Operation{Seq: int64(len(req.Ops) + 1), Slot: slot.Number, Response: contract.Response{Choice: &letters, Text: &texts}})
	}
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, req).must(t, 200)
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": e.Epoch, "lastSeq": len(req.Ops)}).must(t, 200)
}

// markAll lets somebody mark everything that there is for them, by shares of
// what each is worth in per cent, and returns how many.
func markAll(t *testing.T, w *world, m member, base string, percent int64) int {
	t.Helper()
	for n := 0; ; n++ {
		var h contract.MarkingHandout
		reply := w.call("POST", base+"/next", m.token, map[string]any{}).must(t, 200)
		reply.into(t, &h)
		if h.Task == nil {
			return n
		}
		for _, secret := range []string{"考生", "sample/", "attempt", "room", "admission"} {
			if strings.Contains(string(reply.raw), secret) {
				t.Errorf("a marker reads %q: %s", secret, reply.raw)
			}
		}
		var sum int64
		for _, c := range h.Task.Criteria {
			sum += int64(c.Marks)
		}
		if len(h.Task.Criteria) != 2 || sum != int64(h.Task.Points) || !strings.HasSuffix(h.Task.Answer, "\n  第二行 <b>") || !h.Task.Open || h.Task.Of < h.Task.Done+1 {
			t.Errorf("task: %s", reply.raw)
		}
		given := contract.MarkingGiven{Marks: int64(h.Task.Points) * percent / 100, Criteria: []int{0}}
		w.call("PUT", base+"/tasks/"+h.Task.Ticket, m.token, given).must(t, 200)
		w.call("PUT", base+"/tasks/"+h.Task.Ticket, m.token, given).must(t, 200) // its answer was lost
	}
}

// TestMarking lets people mark the theory of two candidates: where two agree
// their mean counts, where they do not a third is asked, and the results become
// complete and passed or not by what people gave.
func TestMarking(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, bp := wordBank()
		s, persons := w.sittingOf(revs, bp, 3, nil)
		write(t, w, persons[0], "先报警")
		write(t, w, persons[1], "先报警，再疏散")
		write(t, w, persons[2], "") // nothing for people to mark
		admin := w.member(people.Administrator)
		base := "/api/v1/sittings/" + string(s.ID) + "/marking"
		var plan contract.MarkingPlan
		w.call("GET", base+"/plan", admin.token, nil).must(t, 200).into(t, &plan)
		markers := []member{w.member(people.Examiner), w.member(people.Examiner), w.member(people.Examiner)}
		for _, m := range markers {
			plan.Markers = append(plan.Markers, contract.PlannedMarker{Account: m.id})
		}
		if got := w.call("PUT", base+"/plan", admin.token, contract.MarkingPlan{Tolerance: 20, Markers: plan.Markers[:1]}); got.status != 422 || !strings.Contains(string(got.raw), "/markers") {
			t.Errorf("a plan of one: %d %s", got.status, got.raw)
		}
		w.call("PUT", base+"/plan", admin.token, plan).must(t, 200).into(t, &plan)
		if plan.Version != 1 || plan.Tolerance != 20 || plan.Every != 10 {
			t.Errorf("plan %+v", plan)
		}
		checkRows(t, w, s, admin, map[string]int{"marking": 2, "complete": 1})

		// Four answers of each of two: 8. The second marker agrees, by 10 %.
		if n := markAll(t, w, markers[0], base, 90); n != 8 {
			t.Errorf("the first marked %d pieces, want 8", n)
		}
		path := "/api/v1/sittings/" + string(s.ID) + "/results/" + persons[0].attempt
		if got := w.call("GET", path, markers[1].token, nil); got.problem() != "marking-blind" {
			t.Errorf("a marker opens a result: %d %s", got.status, got.problem())
		}
		disagree(t, w, markers[1], base)
		w.clock.Advance(2 * time.Minute)
		for i := range markers {
			markers[i].token = w.token(w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": markers[i].login, "password": memberPassword}))
		}
		var thirds []contract.MarkingThird
		w.call("GET", base+"/thirds", admin.token, nil).must(t, 200).into(t, &thirds)
		if len(thirds) != 1 || len(thirds[0].Marks) != 2 || thirds[0].Marks[0].Marker == nil {
			t.Errorf("thirds: %+v", thirds)
		}
		if n := markAll(t, w, markers[2], base, 50); n != 1 {
			t.Errorf("the third marked %d pieces, want 1", n)
		}
		w.clock.Advance(2 * time.Minute)
		if err := w.engine.marking.SettleAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkRows(t, w, s, admin, map[string]int{"complete": 3})
		checkMarked(t, w, s, persons, admin, markers[0])
		checkProgress(t, w, base, admin)
		entries, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "marking.third"}, 10)
		if err != nil || len(entries) != 1 {
			t.Errorf("%d third decisions in the record, %v", len(entries), err)
		}
		if _, err := w.engine.trail.Verify(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
	})
}

// disagree lets somebody mark everything with 80 %, and the first piece of ten
// points with nothing.
func disagree(t *testing.T, w *world, m member, base string) {
	t.Helper()
	var h contract.MarkingHandout
	w.call("POST", base+"/next", m.token, map[string]any{}).must(t, 200).into(t, &h)
	w.call("PUT", base+"/tasks/"+h.Task.Ticket, m.token, contract.MarkingGiven{Criteria: []int{}}).must(t, 200)
	if n := markAll(t, w, m, base, 80); n != 7 {
		t.Errorf("the second marked %d pieces more, want 7", n)
	}
}

func checkRows(t *testing.T, w *world, s sitting.Sitting, admin member, want map[string]int) {
	t.Helper()
	var rows []contract.ResultRow
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/results", admin.token, nil).must(t, 200).into(t, &rows)
	got := map[string]int{}
	for _, r := range rows {
		got[string(r.State)]++
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("results by state %v, want %v", got, want)
	}
}

// checkMarked opens the results: 85 % of what people mark, and one piece that
// came to the third's 50 % and the first's 90 %.
func checkMarked(t *testing.T, w *world, s sitting.Sitting, persons []person, admin, marker member) {
	t.Helper()
	thirds := 0
	for i, p := range persons {
		var d contract.ResultDetail
		path := "/api/v1/sittings/" + string(s.ID) + "/results/" + p.attempt
		w.call("GET", path, admin.token, nil).must(t, 200).into(t, &d)
		var sum, byPeople int64
		for _, slot := range d.Slots {
			sum += int64(slot.Awarded)
			if slot.People == nil {
				continue
			}
			byPeople += int64(slot.Awarded)
			if slot.People.Marks[0].Marker == nil {
				t.Error("an administrator does not see who marked")
			}
			if string(slot.People.Rule) != string(result.AgreedMean) {
				thirds++
				if want := int64(slot.Points) * 70 / 100; int64(slot.Awarded) != want || len(slot.People.Marks) != 3 {
					t.Errorf("third piece: %d of %d, want %d: %+v", slot.Awarded, slot.Points, want, slot.People)
				}
			} else if int64(slot.Awarded) != int64(slot.Points)*85/100 {
				t.Errorf("two agreed on %d of %d", slot.Awarded, slot.Points)
			}
		}
		if r := d.Row.Result; !r.Complete || int64(r.Awarded) != sum || r.Passed != (sum >= int64(r.Pass)) || r.Passed != (i < 2) || (byPeople > 0) != (i < 2) {
			t.Errorf("candidate %d: %+v, slots sum to %d, by people %d", i, r, sum, byPeople)
		}
		var seen contract.ResultDetail
		reply := w.call("GET", path, marker.token, nil).must(t, 200) // all is marked
		reply.into(t, &seen)
		if strings.Contains(string(reply.raw), `"marker"`) {
			t.Error("a marker reads who marked")
		}
	}
	if thirds != 1 {
		t.Errorf("%d pieces of a third, want 1", thirds)
	}
}

func checkProgress(t *testing.T, w *world, base string, admin member) {
	t.Helper()
	var p contract.MarkingProgress
	w.call("GET", base+"/progress", admin.token, nil).must(t, 200).into(t, &p)
	first := 0
	for _, q := range p.Questions {
		first += q.First
	}
	if p.Pieces != 8 || p.Settled != 8 || first != 8 || len(p.Markers) != 3 || p.Markers[0].Marked != 8 || p.Markers[0].Severity.Pairs != 8 || p.Markers[0].Severity.Signed <= 0 {
		t.Errorf("progress %+v", p)
	}
}

package main

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// TestCorrection lets a candidate see what is kept, ask, and be answered.
func TestCorrection(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(10, 400)
		_, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
		admin, auditor := w.member(people.Administrator), w.staff(people.Auditor)
		mine, other := w.candidate(persons[0]), w.candidate(persons[1])
		own := func(token string) contract.OwnData {
			var out contract.OwnData
			w.call("GET", "/api/v1/candidate/data", token, nil).must(t, 200).into(t, &out)
			return out
		}
		values := ""
		for _, l := range own(mine).Lines {
			values += l.Value + "\n"
		}
		if !strings.Contains(values, persons[0].name) || strings.Contains(values, persons[0].number) || !strings.Contains(values, persons[0].admission) {
			t.Errorf("what is kept: %s", values)
		}
		ask := func(token, about, wish string) reply {
			w.clock.Advance(time.Second)
			return w.call("POST", "/api/v1/candidate/corrections", token, map[string]any{"about": about, "wish": wish})
		}
		for name, c := range map[string][2]string{"nothing": {"name", " \u200b "}, "long": {"name", strings.Repeat("长", 41)}} {
			if r := ask(mine, c[0], c[1]); r.status != 422 || !strings.Contains(string(r.raw), "/wish") {
				t.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
		ask(mine, "shoes", "x").must(t, 422)
		ask(mine, "name", " 王小明 ").must(t, 201)
		if r := ask(mine, "name", "王大明"); r.problem() != "correction-open" {
			t.Errorf("twice: %d %s", r.status, r.raw)
		}
		ask(mine, "number", "11010519491231002X").must(t, 201)
		if got := own(other).Corrections; len(got) != 0 {
			t.Errorf("another's requests: %+v", got)
		}
		list := func(decided string) contract.CorrectionList {
			var out contract.CorrectionList
			w.call("GET", "/api/v1/corrections?decided="+decided, auditor, nil).must(t, 200).into(t, &out)
			return out
		}
		queue := list("false")
		if queue.Total != 2 || queue.Corrections[0].Wish != "王小明" || queue.Corrections[0].Name != persons[0].name {
			t.Fatalf("queue: %+v", queue)
		}
		decide := func(i, version int, decision, answer string) reply {
			return w.call("POST", "/api/v1/corrections/"+queue.Corrections[i].Id+"/decision", admin.token, map[string]any{"version": version, "decision": decision, "answer": answer})
		}
		decide(0, 1, "done", "  ").must(t, 422)
		decide(0, 1, "sent", "x").must(t, 422)
		decide(0, 7, "done", "已按证件更正").must(t, 409)
		decide(0, 1, "done", "已按证件更正").must(t, 200)
		if r := decide(0, 3, "refused", "不"); r.problem() != "correction-decided" {
			t.Errorf("decided again: %d %s", r.status, r.raw)
		}
		decide(1, 1, "refused", "证件复核无误").must(t, 200)
		now := own(mine)
		if now.Lines[0].Value != "王小明" || now.Corrections[1].State != contract.CorrectionDone || *now.Corrections[0].Answer != "证件复核无误" {
			t.Errorf("after the decisions: %+v", now)
		}
		if got := list("true"); got.Total != 2 || *got.Corrections[0].By != admin.login {
			t.Errorf("decided: %+v", got)
		}
		checkCorrected(t, w)
	})
}

// checkCorrected looks at what was recorded and at what stands in the database:
// what was wished may be an identity number.
func checkCorrected(t *testing.T, w *world) {
	t.Helper()
	ctx := t.Context()
	found, err := w.engine.trail.Find(ctx, audit.Query{Objects: "candidate:"}, 20)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, e := range found {
		if strings.HasPrefix(e.Act, "correction.") {
			acts = append(acts, e.Act)
		}
		if strings.Contains(string(e.Before)+string(e.After), "11010519491231002X") {
			t.Errorf("%s records the number", e.Act)
		}
	}
	if got := strings.Join(acts, " "); got != "correction.refused correction.done correction.ask correction.ask" {
		t.Errorf("recorded: %s", got)
	}
	cursor, err := w.engine.stores.db.Collection("corrections").Find(ctx, bson.M{})
	if err != nil {
		t.Fatal(err)
	}
	var docs []bson.M
	if err := cursor.All(ctx, &docs); err != nil || len(docs) != 2 {
		t.Fatalf("%d kept, %v", len(docs), err)
	}
	for _, d := range docs {
		if raw, err := bson.MarshalExtJSON(d, false, false); err != nil || strings.Contains(string(raw), "小明") {
			t.Errorf("the wish stands in the database: %v", err)
		}
	}
}

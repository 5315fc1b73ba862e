package main

import (
	"bytes"
	"slices"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/report/xlsx"
)

// TestTalentPool: somebody with a certificate agrees online and is found with
// profile and training; the report counts the training; whoever withdraws is in
// no view and no export.
func TestTalentPool(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		revs, _ := banktest.Generate(10, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
		for _, p := range persons[:1] {
			q := qualifiedPerson(&s, p)
			reg, err := w.engine.sittings.Registration(t.Context(), q.Registration)
			if err != nil {
				t.Fatal(err)
			}
			q.Candidate = reg.Candidate
			if _, err := w.engine.registry.Issue(t.Context(), q, "test"); err != nil {
				t.Fatal(err)
			}
		}
		today := periodic.Today(w.clock.Now())
		profile := map[string]any{"idNumber": persons[0].number, "name": persons[0].name, "unit": "示例医院", "city": "甲市", "industry": "学校医院", "keyUnit": "是"}
		w.call("POST", "/api/v1/profiles", admin, map[string]any{"dry": false, "rows": []any{profile}}).must(t, 200)
		row := func(kind, hours string) map[string]any {
			return map[string]any{"idNumber": persons[0].number, "name": persons[0].name, "kind": kind, "level": "3", "from": today, "hours": hours, "organiser": "示例机构"}
		}
		var verdicts []contract.ProfileVerdict
		w.call("POST", "/api/v1/trainings", admin, map[string]any{"dry": false, "rows": []any{row("初任培训", "40"), row("轮训", "8"), row("进修", "8")}}).must(t, 200).into(t, &verdicts)
		if verdicts[0].Outcome != contract.ProfileAdded || verdicts[2].Outcome != contract.ProfileRefused || *verdicts[2].Field != "kind" || verdicts[2].Detail == nil {
			t.Fatalf("verdicts: %+v", verdicts)
		}
		w.call("POST", "/api/v1/trainings", admin, map[string]any{"dry": false, "data": trainedBefore(today)}).must(t, 200).into(t, &verdicts)
		if len(verdicts) != 2 || verdicts[0].Outcome != contract.ProfileAdded || verdicts[1].Row != 3 || verdicts[1].Outcome != contract.ProfileRefused {
			t.Fatalf("verdicts of a text file: %+v", verdicts)
		}
		trained := func(query map[string]any, total, here int) contract.TrainingList {
			t.Helper()
			var out contract.TrainingList
			w.call("POST", "/api/v1/trainings/search", admin, query).must(t, 200).into(t, &out)
			if out.Total != total || len(out.Trainings) != here {
				t.Fatalf("trainings %v: %+v", query, out)
			}
			return out
		}
		trained(map[string]any{"level": 2, "text": "未报"}, 1, 1)
		trained(map[string]any{"skip": 2, "limit": 2}, 3, 1)
		rotation := trained(map[string]any{"kind": "rotation", "level": 3}, 1, 1).Trainings[0]
		if rotation.Registered == nil || *rotation.Registered != persons[0].name {
			t.Errorf("whose it is: %+v", rotation)
		}
		gone := map[string]any{"id": rotation.Id, "version": 1, "why": "误录"}
		w.call("POST", "/api/v1/trainings/removal", admin, gone).must(t, 204)
		w.call("POST", "/api/v1/trainings/removal", admin, gone).must(t, 404)
		if before := trained(map[string]any{"level": 2}, 1, 1).Trainings[0]; before.Registered != nil || before.IdMasked != "1101**********002X" {
			t.Errorf("before registration: %+v", before)
		}
		quarter := "/api/v1/periods/" + string(periodic.Around(w.clock.Now())[1])
		var r contract.PeriodReport
		w.call("GET", quarter, admin, nil).must(t, 200).into(t, &r)
		for label, want := range map[string][]int{"合计": {1, 1}, "三级/高级工": {1, 0}, "二级/技师": {0, 1}} {
			i := slices.IndexFunc(r.Lines, func(l contract.PeriodLine) bool { return l.Label == label })
			if i < 0 || !slices.Equal(r.Lines[i].Counts[14:16], want) {
				t.Errorf("trained, %s: %+v", label, r.Lines)
			}
		}
		for _, lang := range []string{"", "en"} {
			if doc := w.call("GET", quarter+"/document", admin, nil).must(t, 200).raw; !bytes.HasPrefix(doc, []byte("%PDF-")) {
				t.Errorf("%s: no PDF: %.40s", lang, doc)
			}
		}
		w.call("GET", quarter+"/document?version=1", admin, nil).must(t, 404)
		w.pool(t, admin, persons)
	})
}

// trainedBefore is a text file with somebody who is not registered, and a number
// that is none.
func trainedBefore(day string) []byte {
	return []byte("身份证件号,姓名,培训类别,等级,开始日期,学时,培训机构\n11010519491231002X,未报名甲,轮训,二级/技师," + day + ",8,示例机构\n110105194912310021,未报名乙,轮训,," + day + ",8,示例机构\n")
}

func (w *world) pool(t *testing.T, admin string, persons []person) {
	t.Helper()
	own := w.candidate(persons[0])
	var mine contract.OwnTalent
	w.call("GET", "/api/v1/candidate/talent", own, nil).must(t, 200).into(t, &mine)
	if !mine.Certified || mine.Agreed != nil || mine.Words == "" {
		t.Fatalf("own: %+v", mine)
	}
	w.call("POST", "/api/v1/candidate/talent", w.candidate(persons[1]), map[string]any{"words": mine.Words}).must(t, 409)
	w.call("POST", "/api/v1/candidate/talent", own, map[string]any{"words": "其他"}).must(t, 422)
	w.call("POST", "/api/v1/candidate/talent", own, map[string]any{"words": mine.Words}).must(t, 200)
	var page contract.TalentPage
	list := func(query map[string]any) contract.TalentPage {
		t.Helper()
		page = contract.TalentPage{}
		w.call("POST", "/api/v1/talents/search", admin, query).must(t, 200).into(t, &page)
		return page
	}
	one := list(map[string]any{"industry": "schools", "keyUnit": true})
	if one.Total != 1 || one.People[0].Name != persons[0].name || len(one.People[0].Trainings) != 1 || !one.People[0].Own || one.Cities[0] != "甲市" {
		t.Fatalf("pool: %+v", one)
	}
	if other := list(map[string]any{"function": "emergency"}); other.Total != 0 || len(other.Cities) != 1 {
		t.Errorf("other: %+v", other)
	}
	path := "/api/v1/talents/" + one.People[0].Candidate
	w.call("PUT", path, admin, map[string]any{"version": 1, "functions": []string{"emergency"}, "awards": "示例奖"}).must(t, 204)
	w.call("PUT", path, admin, map[string]any{"version": 1, "functions": []string{}, "awards": ""}).must(t, 409)
	if other := list(map[string]any{"function": "emergency", "text": "示例奖"}); other.Total != 1 {
		t.Errorf("described: %+v", other)
	}
	export := func() [][]string {
		t.Helper()
		cells, err := xlsx.Read(w.call("POST", "/api/v1/talents/export", admin, map[string]any{"why": "示例用途"}).must(t, 200).raw)
		if err != nil {
			t.Fatal(err)
		}
		return cells
	}
	if cells := export(); len(cells) != 2 || cells[1][0] != persons[0].name || cells[1][9] != "应急管理" || cells[1][11] != "示例奖" || cells[1][7] != "是" {
		t.Errorf("exported %v", cells)
	}
	w.call("POST", "/api/v1/talents/export", admin, map[string]any{"why": ""}).must(t, 422)
	w.call("POST", "/api/v1/candidate/talent/withdrawal", own, nil).must(t, 200)
	w.call("POST", "/api/v1/candidate/talent/withdrawal", own, nil).must(t, 409)
	if rest := list(map[string]any{}); rest.Total != 0 || len(rest.Cities) != 0 {
		t.Errorf("after withdrawing: %+v", rest)
	}
	if cells := export(); len(cells) != 1 {
		t.Errorf("exported after withdrawing %v", cells)
	}
	paper := map[string]any{"idNumber": persons[0].number, "name": persons[0].name, "purpose": "示例用途", "on": periodic.Today(w.clock.Now()), "evidence": "同意书"}
	w.call("POST", "/api/v1/talents", admin, paper).must(t, 204)
	if again := list(map[string]any{}); again.Total != 1 || again.People[0].Own || again.People[0].Awards != "" || again.People[0].Version != 4 {
		t.Errorf("on paper: %+v", again)
	}
	w.call("POST", path+"/withdrawal", admin, map[string]any{"version": 4, "why": "本人来信"}).must(t, 204)
	w.call("POST", path+"/withdrawal", admin, map[string]any{"version": 5, "why": "本人来信"}).must(t, 404)
}

package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/report/xlsx"
)

// TestPeriodReport: profiles come in by workbook, the quarter counts them, and a
// submitted report stays as it was while later changes show.
func TestPeriodReport(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		revs, _ := banktest.Generate(10, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
		q := qualifiedPerson(&s, persons[0])
		reg, err := w.engine.sittings.Registration(t.Context(), q.Registration)
		if err != nil {
			t.Fatal(err)
		}
		q.Candidate = reg.Candidate
		if _, err := w.engine.registry.Issue(t.Context(), q, "test"); err != nil {
			t.Fatal(err)
		}
		book := excelize.NewFile()
		for i, row := range [][]any{
			{"姓名", "身份证件号", "单位", "城市", "行业", "重点单位", "激励"},
			{persons[0].name, persons[0].number, "示例医院", "甲市", "学校医院", "是", "津贴"},
			{persons[1].name, persons[1].number, "示例银行", "乙市", "金融邮政", "否", ""},
			{"别人", persons[2].number, "示例", "乙市", "金融邮政", "否", ""},
		} {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
				t.Fatal(err)
			}
		}
		var data bytes.Buffer
		if _, err := book.WriteTo(&data); err != nil {
			t.Fatal(err)
		}
		var verdicts []contract.ProfileVerdict
		for _, dry := range []bool{true, false} {
			w.call("POST", "/api/v1/profiles", admin, map[string]any{"dry": dry, "data": data.Bytes()}).must(t, 200).into(t, &verdicts)
			if len(verdicts) != 3 || verdicts[0].Outcome != contract.ProfileAdded || verdicts[2].Outcome != contract.ProfileRefused || verdicts[2].Row != 4 || verdicts[2].Detail == nil {
				t.Fatalf("verdicts: %+v", verdicts)
			}
		}
		w.call("POST", "/api/v1/profiles", admin, map[string]any{"dry": true, "data": []byte("no workbook")}).must(t, 422)
		quarter := string(periodic.Around(s.Opens)[1])
		path := "/api/v1/periods/" + quarter
		var r contract.PeriodReport
		w.call("GET", path, admin, nil).must(t, 200).into(t, &r)
		total := r.Lines[0].Counts
		if total[0] != 3 || total[1] != 3 || total[2] != 0 || total[10] != 1 || total[12] != 1 || total[13] != 1 || r.Lines[0].Rates[0] != -1 {
			t.Errorf("total: %v %v", r.Columns, r.Lines[0])
		}
		if r.Staff.Bodies != 1 {
			t.Errorf("bodies: %+v", r.Staff)
		}
		w.call("POST", path, admin, map[string]any{"seen": 1}).must(t, 409)
		w.call("POST", path, admin, map[string]any{"seen": 0}).must(t, 200).into(t, &r)
		w.call("POST", path, admin, map[string]any{"seen": 0}).must(t, 409)
		if len(r.Versions) != 1 || len(r.Changed) != 0 {
			t.Fatalf("submitted: %+v", r)
		}
		row := map[string]any{"idNumber": persons[1].number, "name": persons[1].name, "unit": "示例银行", "city": "丙市", "industry": "金融邮政", "keyUnit": "否"}
		w.call("POST", "/api/v1/profiles", admin, map[string]any{"dry": false, "rows": []any{row}}).must(t, 200)
		w.call("GET", path, admin, nil).must(t, 200).into(t, &r)
		if len(r.Changed) != 4 || len(r.Versions) != 1 {
			t.Errorf("changed since: %+v", r.Changed)
		}
		for query, want := range map[string]string{"": "丙市", "?version=1": "乙市"} {
			cells, err := xlsx.Read(w.call("GET", path+"/workbook"+query, admin, nil).must(t, 200).raw)
			if err != nil || cells[1][0] != "合计" || cells[1][1] != "3" || cells[3][0] != want {
				t.Errorf("workbook%s: %v %v", query, cells, err)
			}
		}
		w.call("GET", path+"/workbook?version=9", admin, nil).must(t, 404)
		w.call("GET", "/api/v1/periods/2026-Q9", admin, nil).must(t, 422)
		w.call("POST", "/api/v1/periods/2099-Q1", admin, map[string]any{"seen": 0}).must(t, 422)
	})
}

// TestReportDue: a report is spoken of from twenty days before its day until it
// is submitted.
func TestReportDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin := w.member(people.Administrator)
	due := func() []periodic.Due {
		t.Helper()
		all, err := w.engine.registers.Periods.Due(t.Context(), people.AccountID(admin.id))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	to := func(day time.Time) { w.clock.Advance(day.Sub(w.clock.Now())) }
	year := w.clock.Now().Year() + 1
	to(time.Date(year, 8, 25, 4, 0, 0, 0, time.UTC))
	if all := due(); len(all) != 0 {
		t.Errorf("in August: %+v", all)
	}
	to(time.Date(year, 9, 1, 4, 0, 0, 0, time.UTC))
	all := due()
	if len(all) != 1 || all[0].Late || all[0].Day[4:] != "-09-20" {
		t.Fatalf("in September: %+v", all)
	}
	to(time.Date(year, 9, 21, 4, 0, 0, 0, time.UTC))
	if all = due(); len(all) != 1 || !all[0].Late {
		t.Errorf("after its day: %+v", all)
	}
	if _, err := w.engine.registers.Periods.Submit(t.Context(), people.AccountID(admin.id), all[0].Period, 0); err != nil {
		t.Fatal(err)
	}
	if all = due(); len(all) != 0 {
		t.Errorf("submitted: %+v", all)
	}
}

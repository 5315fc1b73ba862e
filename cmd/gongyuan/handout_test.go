package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// scored is a sitting of level 3 whose three candidates have all answered
// right and were scored in skill by three examiners, of whom the second is nine
// points harder.
func scored(t *testing.T, w *world) (sitting.Sitting, []person, []member) {
	t.Helper()
	revs, _ := banktest.Generate(21, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
	for _, p := range persons {
		takeRight(t, w, p)
	}
	panel := w.panel(s, contract.AssessKindSkill)
	for n, m := range panel {
		var list contract.TaskList
		base := "/api/v1/sittings/" + string(s.ID) + "/assess/skill"
		w.call("GET", base, m.token, nil).must(t, 200).into(t, &list)
		for i, task := range list.Tasks {
			off := int64(500 + 1000*i) // whoever drew which number passes
			if n == 1 {
				off += 900
			}
			score(t, w, m, base+"/"+task.Draw, list.Sheet, off, false)
		}
	}
	return s, persons, panel
}

// recorded counts the entries of an act in the record of who did what.
func recorded(t *testing.T, w *world, act string) int {
	t.Helper()
	found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: act}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func (w *world) lookUp(path, admission, code string) reply {
	w.t.Helper()
	return w.call("POST", path, "", contract.LookupRequest{Admission: admission, Code: code})
}

// TestLookup is a candidate with number and code: nothing before the release,
// the same answer to whoever guesses, then the result and the page to keep.
func TestLookup(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		s, persons, _ := scored(t, w)
		closeSitting(t, w, string(s.ID))
		first := w.member(people.Administrator)
		var codes []contract.LookupCode
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/codes", first.token, nil).must(t, 200).into(t, &codes)
		if len(codes) != 3 || recorded(t, w, "result-codes.read") != 1 {
			t.Fatalf("%d codes, recorded %d times", len(codes), recorded(t, w, "result-codes.read"))
		}
		by := map[string]string{}
		for _, c := range codes {
			by[c.Registration] = c.Code
		}
		const path = "/api/v1/lookup"
		p, code := persons[0], by[persons[0].registration]
		answers := map[string]string{}
		for name, r := range map[string]reply{
			"before the release": w.lookUp(path, p.admission, code), "no such number": w.lookUp(path, "NONE", code),
			"another's code": w.lookUp(path, p.admission, by[persons[1].registration]), "on paper": w.lookUp(path+"/transcript", p.admission, code),
		} {
			refused(t, name, r, 404, "no-result")
			delete(r.json, "requestId")
			answers[fmt.Sprint(r.json)] = name
		}
		if len(answers) != 1 {
			t.Errorf("the answers differ: %v", answers)
		}
		transcript := "/api/v1/sittings/" + string(s.ID) + "/outcomes/" + p.registration + "/transcript"
		refused(t, "for staff before the release", w.call("GET", transcript, first.token, nil), 409, "not-released")

		releaseRound(t, w, string(s.ID))
		var got contract.LookupResult
		w.lookUp(path, " "+strings.ToLower(p.admission)+" ", strings.ToLower(strings.ReplaceAll(code, "-", " "))).must(t, 200).into(t, &got)
		if got.Name != p.name || got.Verdict != "qualified" || len(got.Components) != 2 || got.Passed != 2 || got.Version != 1 || !got.Sample {
			t.Errorf("result = %+v", got)
		}
		if c := got.Components[0]; c.State != "scored" || c.Awarded == nil || *c.Distance != *c.Awarded-c.Pass || c.Until != nil {
			t.Errorf("theory = %+v", c)
		}
		if got.AppealUntil == nil || !got.AppealUntil.After(w.clock.Now().Add(15*24*time.Hour)) {
			t.Errorf("an appeal until %v", got.AppealUntil)
		}
		doc := w.lookUp(path+"/transcript", p.admission, code).must(t, 200)
		again := w.call("GET", transcript, first.token, nil).must(t, 200)
		for _, d := range []reply{doc, again} {
			if !bytes.HasPrefix(d.raw, []byte("%PDF-1.7")) || d.header.Get("Content-Type") != "application/pdf" || d.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%.20q as %s, %s", d.raw, d.header.Get("Content-Type"), d.header.Get("Cache-Control"))
			}
		}
		refused(t, "of another sitting", w.call("GET", strings.Replace(transcript, string(s.ID), "none", 1), first.token, nil), 404, "not-found")

		w.ruling(s, first, contract.NewRuling{Registration: p.registration, Kind: "withheld", Why: "身份待核实"})
		w.lookUp(path, p.admission, code).must(t, 200).into(t, &got)
		if got.Verdict != "withheld" || len(got.Components) != 0 || got.Version != 2 {
			t.Errorf("a withheld result says %+v", got)
		}
		refused(t, "withheld on paper", w.lookUp(path+"/transcript", p.admission, code), 409, "withheld")
		guesses(t, w, persons[2], by[persons[2].registration])
	})
}

// guesses tries codes until the limit of the number, then that of the address.
func guesses(t *testing.T, w *world, p person, code string) {
	t.Helper()
	const path = "/api/v1/lookup"
	for range 30 { // those that succeed are not counted
		w.lookUp(path, p.admission, code).must(t, 200)
	}
	for range 8 {
		refused(t, "a guess", w.lookUp(path, p.admission, "0000-0000"), 404, "no-result")
	}
	refused(t, "a ninth guess", w.lookUp(path, p.admission, code), 429, "too-many-attempts")
	refused(t, "on paper", w.lookUp(path+"/transcript", p.admission, code), 429, "too-many-attempts")
	for i := range 60 {
		if r := w.lookUp(path, fmt.Sprint("X", i), code); r.status == 429 {
			return
		}
	}
	t.Error("sixty wrong numbers from one address were all answered")
}

// TestExport takes released results out as files, by a column map.
func TestExport(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		s, persons, _ := scored(t, w)
		admin := w.member(people.Administrator)
		base := "/api/v1/sittings/" + string(s.ID) + "/export"
		var setup contract.ReportSetup
		w.call("GET", "/api/v1/report-maps", admin.token, nil).must(t, 200).into(t, &setup)
		if len(setup.Maps) != 0 || len(setup.Fields) < 30 || setup.Fields[1].Label != "姓名" {
			t.Fatalf("%d maps, %d fields", len(setup.Maps), len(setup.Fields))
		}
		change := contract.ReportMapChange{Name: "上报表", Receiver: "示例接收方", Columns: []contract.ReportColumn{
			{Heading: "准考证号", Field: "admission"}, {Heading: "姓名", Field: "name"}, {Heading: "理论", Field: "theoryMarks"}, {Heading: "总评", Field: "overall"}, {Heading: "证件", Field: "document"},
		}}
		bad := change
		bad.Columns = []contract.ReportColumn{{Heading: "x", Field: "secret"}}
		if r := w.call("POST", "/api/v1/report-maps", admin.token, bad); r.status != 422 || !strings.Contains(string(r.raw), "/columns/0/field") {
			t.Errorf("an unknown field: %d %s", r.status, r.raw)
		}
		var m contract.ReportMap
		w.call("POST", "/api/v1/report-maps", admin.token, change).must(t, 200).into(t, &m)
		if m.Version != 1 || !m.Full || *m.Columns[2].Format != "two" || m.By != admin.login {
			t.Errorf("map = %+v", m)
		}
		why := "按文件要求上报"
		order := contract.ExportRequest{Map: m.Id, Version: m.Version, Kind: "csv", Why: &why}
		refused(t, "before the release", w.call("POST", base, admin.token, order), 409, "nothing-released")
		release(t, w, string(s.ID))
		var p contract.ReportPreview
		w.call("POST", base+"/preview", admin.token, contract.ReportColumns{Columns: m.Columns}).must(t, 200).into(t, &p)
		if p.Total != 3 || p.MissingTotal != 0 || !p.Full || !strings.Contains(p.Rows[0][4], "*") {
			t.Errorf("preview = %+v", p)
		}
		if r := w.call("POST", base, admin.token, contract.ExportRequest{Map: m.Id, Version: 1, Kind: "csv"}); r.status != 422 || !strings.Contains(string(r.raw), "/why") {
			t.Errorf("without a reason: %d %s", r.status, r.raw)
		}
		file := w.call("POST", base, admin.token, order).must(t, 200)
		if !bytes.HasPrefix(file.raw, []byte("\uFEFF准考证号,姓名,理论,总评,证件\r\n")) || !strings.Contains(string(file.raw), persons[0].number) || file.header.Get("Content-Type") != "text/csv" {
			t.Errorf("%s", file.raw)
		}
		order.Kind = "xlsx"
		book := w.call("POST", base, admin.token, order).must(t, 200)
		if again := w.call("POST", base, admin.token, order).must(t, 200); !bytes.Equal(book.raw, again.raw) {
			t.Error("the same export again has other bytes")
		}
		f, err := excelize.OpenReader(bytes.NewReader(book.raw))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got, err := f.GetCellValue("成绩", "B2"); err != nil || got != persons[0].name {
			t.Errorf("B2 = %q, %v", got, err)
		}
		m.Name = "上报表二"
		w.call("POST", "/api/v1/report-maps", admin.token, contract.ReportMapChange{Id: &m.Id, Version: &m.Version, Name: m.Name, Receiver: m.Receiver, Columns: m.Columns}).must(t, 200)
		refused(t, "by the map as it was", w.call("POST", base, admin.token, order), 409, "conflict")
		if n := recorded(t, w, "result.export"); n != 3 {
			t.Errorf("%d exports recorded, want 3", n)
		}
		if _, err := w.engine.trail.Verify(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
	})
}

// TestStatistics is a panel whose second examiner is nine points harder.
func TestStatistics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, _, panel := scored(t, w)
	admin := w.staff(people.Administrator)
	var got contract.Statistics
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/statistics", admin, nil).must(t, 200).into(t, &got)
	if got.Candidates != 3 || len(got.Components) != 2 || len(got.Panels) != 1 {
		t.Fatalf("%+v", got)
	}
	skill, agreement := got.Components[1], got.Panels[0]
	if skill.N != 3 || len(skill.Bins) != 10 || skill.Pass != 6000 || skill.Sd <= 0 {
		t.Errorf("skill = %+v", skill)
	}
	if agreement.Candidates != 3 || agreement.Icc1 == nil || len(agreement.Examiners) != 3 {
		t.Fatalf("agreement = %+v", agreement)
	}
	if e := agreement.Examiners[1]; e.Name != panel[1].login || e.Difference > -899 || e.Difference < -901 {
		t.Errorf("the second examiner = %+v, want nine points harder", e)
	}
	empty, _ := w.sittingOf(nil, testBlueprint(), 1, nil)
	w.call("GET", "/api/v1/sittings/"+string(empty.ID)+"/statistics", admin, nil).must(t, 200).into(t, &got)
	if got.Components[0].N != 0 || len(got.Panels) != 0 {
		t.Errorf("a sitting where nothing was scored: %+v", got)
	}
}

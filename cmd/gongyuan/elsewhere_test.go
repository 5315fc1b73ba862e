package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gongyuan/api/contract"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/sitting"
)

// namedSite registers a site with six digits, files it, and holds a sitting
// there.
func (w *world) namedSite(admin string, s sitting.Sitting, name, code string) {
	w.t.Helper()
	today := filing.Today(w.clock.Now())
	var site contract.Filing
	subject := map[string]any{"name": name, "of": "own", "code": code}
	w.call("POST", "/api/v1/filings", admin, map[string]any{"kind": "site", "own": false, "subject": subject, "on": today}).must(w.t, 201).into(w.t, &site)
	for i, a := range []string{"assess", "opine", "review", "file"} {
		body := map[string]any{"version": i + 1, "act": a, "on": today, "document": "示例"}
		if a == "file" {
			body["from"], body["until"] = today, today
		}
		w.call("POST", "/api/v1/filings/"+site.Id+"/steps", admin, body).must(w.t, 200)
	}
	w.heldAt(s, site.Id)
}

// TestElsewhere: certificates of a named site carry its digits and count for it;
// they are exported with their photographs, the same bytes each time, read by
// other code, and taken in by another installation, where each field is as it
// was.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, persons, _ := scored(t, w)
	admin := w.staff(people.Administrator)
	w.namedSite(admin, s, "示例东站", "000042")
	photos := map[string][]byte{}
	for i, p := range persons[:2] {
		photos[p.registration] = aPhoto(t, 60+i)
		w.upload("/api/v1/sittings/"+string(s.ID)+"/registrations/"+p.registration+"/files", admin, "照片.jpg", photos[p.registration], map[string]any{"kind": "portrait"}).must(t, 200)
	}
	release(t, w, string(s.ID))
	got := numbers(w.certify(s.ID, persons[0].registration, persons[1].registration))
	if len(got) != 2 {
		t.Fatalf("certified %v", got)
	}
	for _, n := range got {
		if n[7:13] != "000042" {
			t.Errorf("%s does not carry the site's digits", n)
		}
	}
	var r contract.PeriodReport
	w.call("GET", "/api/v1/periods/"+string(periodic.Around(w.clock.Now())[1]), admin, nil).must(t, 200).into(t, &r)
	i := slices.IndexFunc(r.Lines, func(l contract.PeriodLine) bool { return l.Label == "示例东站" })
	if i < 0 || r.Lines[i].Group != contract.PeriodSite || r.Lines[i].Counts[0] != 3 || r.Lines[i].Counts[10] != 2 {
		t.Errorf("by site: %+v", r.Lines)
	}
	w.elsewhere(t, admin, got, photos)
}

// exported are the columns of the export, by their field.
var exported = []string{
	"certificate", "name", "documentType", "document", "occupationCode", "occupation", "direction", "levelTitle", "body", "issuedOn", "state", "employer",
}

func (w *world) elsewhere(t *testing.T, admin string, issued map[string]string, photos map[string][]byte) {
	t.Helper()
	heads := []string{"证书编号", "姓名", "证件类型", "证件号码（完整）", "职业编码", "职业名称", "工种/职业方向", "等级", "发证机构", "发证日期", "证书状态", "工作单位"}
	var columns []map[string]any
	for i, field := range exported {
		columns = append(columns, map[string]any{"heading": heads[i], "field": field})
	}
	var m contract.ReportMap
	w.call("POST", "/api/v1/report-maps", admin, map[string]any{"about": "certificates", "name": "示例报送", "receiver": "示例单位", "columns": columns}).must(t, 200).into(t, &m)
	day := filing.Today(w.clock.Now())
	take := func(kind string, withPhotos bool) []byte {
		t.Helper()
		span := map[string]any{"from": day, "until": day, "voided": true, "photos": withPhotos}
		if withPhotos {
			span["photoName"] = "{number}"
		}
		var run contract.ExportRun
		w.call("POST", "/api/v1/certificate-exports", admin, map[string]any{"map": m.Id, "version": m.Version, "kind": kind, "why": "示例用途", "span": span}).must(t, 201).into(t, &run)
		path := "/api/v1/certificate-exports/" + run.Id + "/file"
		first := w.call("GET", path, admin, nil).must(t, 200).raw
		if again := w.call("GET", path, admin, nil).must(t, 200).raw; !bytes.Equal(first, again) {
			t.Errorf("%s: the same run has other bytes", kind)
		}
		return first
	}
	book, text := take("xlsx", false), take("csv", false)
	sheet := cellsOf(t, book)
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sheet, lines); diff != "" || len(lines) != 3 {
		t.Fatalf("workbook and text differ (%d lines):\n%s", len(lines), diff)
	}
	packed := take("csv", true)
	pack, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]byte{}
	for _, f := range pack.File {
		names[f.Name] = unpacked(t, f)
	}
	want := map[string][]byte{"certificates.csv": text}
	for registration, number := range issued {
		want["photos/"+number+".jpg"] = photos[registration]
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("packed (-want +got):\n%.2000s", diff)
	}
	for kind, file := range map[string][]byte{"workbook": book, "text": text} {
		takenIn(t, kind, lines, file)
	}
}

// takenIn imports a file into an installation that is empty, and compares each
// field with the lines of the export.
func takenIn(t *testing.T, kind string, lines [][]string, file []byte) {
	t.Helper()
	w := newWorld(t, embeddedSettings(t))
	admin := w.staff(people.Administrator)
	const path = "/api/v1/earlier-certificates"
	for _, step := range []struct {
		dry  bool
		want contract.ProfileOutcome
	}{{true, contract.ProfileAdded}, {false, contract.ProfileAdded}, {false, contract.ProfileSame}} {
		var verdicts []contract.ProfileVerdict
		w.call("POST", path, admin, map[string]any{"dry": step.dry, "data": file}).must(t, 200).into(t, &verdicts)
		if len(verdicts) != 2 || verdicts[0].Outcome != step.want || verdicts[1].Outcome != step.want {
			t.Fatalf("%s: %+v", kind, verdicts)
		}
	}
	var list contract.EarlierList
	w.call("POST", path+"/search", admin, map[string]any{"limit": 10}).must(t, 200).into(t, &list)
	got := [][]string{lines[0]}
	for _, c := range list.Certificates {
		state := map[bool]string{false: "有效", true: "作废"}[c.Void]
		got = append(got, []string{c.Number, c.Name, c.DocumentType, c.DocumentMasked, c.OccupationCode, c.Occupation, c.Direction, c.LevelTitle, c.Body, c.Date, state, ""})
	}
	want := [][]string{}
	for i, line := range lines {
		line = slices.Clone(line)
		if i > 0 {
			line[3] = people.MaskIdentity(line[3])
		}
		want = append(want, line)
	}
	slices.SortFunc(want[1:], func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	if diff := cmp.Diff(want, got); diff != "" || list.Total != 2 {
		t.Errorf("%s, taken in (-exported +here):\n%s", kind, diff)
	}
	gone := map[string]any{"id": list.Certificates[0].Number, "version": 1, "why": "误导入"}
	w.call("POST", path+"/removal", admin, gone).must(t, 204)
	w.call("POST", path+"/removal", admin, gone).must(t, 404)
	if n := recorded(t, w, "earlier.put"); n != 2 {
		t.Errorf("%s: %d recorded, want 2", kind, n)
	}
}

func cellsOf(t *testing.T, book []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows { // a row ends with its last cell that has something
		for len(rows[i]) < len(rows[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows
}

func unpacked(t *testing.T, f *zip.File) []byte {
	t.Helper()
	from, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	data, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

package report_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/report"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// office is everything around an Exporter, in memory.
type office struct {
	mu      sync.Mutex
	maps    map[report.MapID]report.Map
	records map[sitting.RegistrationID]result.Record
	regs    []sitting.Registration
	plan    sitting.Sitting
	persons map[people.CandidateID]people.Candidate
	events  []audit.Event
	refuse  error // what recording returns
}

var released = time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)

func (o *office) Now() time.Time { return released.Add(time.Hour) }

func (o *office) InsertMap(_ context.Context, m report.Map) error { o.maps[m.ID] = m; return nil }

func (o *office) ReplaceMap(_ context.Context, m report.Map) (report.Map, error) {
	if o.maps[m.ID].Version != m.Version {
		return m, report.ErrConflict
	}
	m.Version++
	o.maps[m.ID] = m
	return m, nil
}

func (o *office) Map(_ context.Context, id report.MapID) (report.Map, error) {
	m, ok := o.maps[id]
	if !ok {
		return m, report.ErrNotFound
	}
	return m, nil
}

func (o *office) Maps(context.Context) ([]report.Map, error) {
	return slices.Collect(maps.Values(o.maps)), nil
}

func (o *office) LatestOf(context.Context, []sitting.RegistrationID) (map[sitting.RegistrationID]result.Record, error) {
	return o.records, nil
}

func (o *office) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) { return o.plan, nil }

func (o *office) Roster(context.Context, sitting.Sitting) ([]sitting.Registration, error) {
	return o.regs, nil
}

func (o *office) CandidatesByID(context.Context, []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	return o.persons, nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch id {
	case "admin":
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	case "examiner":
		return people.Account{ID: id, Roles: []people.Role{people.Examiner}}, nil
	case "gone":
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}, Disabled: true}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) Open(sealed []byte, context string) (string, error) {
	if string(sealed) != "sealed:"+context {
		return "", people.ErrSealed
	}
	return "11010519491231002X", nil
}

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse != nil {
		return o.refuse
	}
	o.events = append(o.events, e)
	return nil
}

// newOffice has three on its roster, one of them without a result. The second has a name that a spreadsheet would run.
func newOffice(t *testing.T) (*office, *report.Exporter) {
	t.Helper()
	s, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	scheme, _ := s.Scheme(2)
	o := &office{
		maps: map[report.MapID]report.Map{}, records: map[sitting.RegistrationID]result.Record{}, persons: map[people.CandidateID]people.Candidate{},
		plan: sitting.Sitting{ID: "s", Title: "示例场次", Level: 2, Occupation: s.Occupation, State: sitting.Released},
	}
	for i, name := range []string{"周壬", "=HYPERLINK(1)", "郑癸"} {
		id := people.CandidateID("c" + string(rune('1'+i)))
		o.persons[id] = people.Candidate{ID: id, Name: name, IDMasked: "1101**********002X", IDSealed: []byte("sealed:" + string(id))}
		o.regs = append(o.regs, sitting.Registration{
			ID: sitting.RegistrationID("r" + string(rune('1'+i))), Candidate: id, Admission: "A00" + string(rune('4'-i)), Employer: "示例公司", Room: "01", Seat: "1",
		})
	}
	record := func(id sitting.RegistrationID, parts map[standard.Kind]result.Part) {
		o.records[id] = result.Record{
			Registration: id, Version: 1, Sitting: "s", Occupation: s.Occupation, Level: 2, Outcome: result.Compose(scheme, parts),
			Cause: result.ByRelease, At: released, Sat: released,
		}
	}
	record("r1", map[standard.Kind]result.Part{
		standard.Theory: {State: result.Scored, Awarded: 5950}, standard.Skill: {State: result.Scored, Awarded: 7117},
		standard.Review: {State: result.Carried, Awarded: 7600, On: released.AddDate(0, -6, 0), Until: released.AddDate(1, 6, 0)},
	})
	record("r2", map[standard.Kind]result.Part{standard.Theory: {State: result.Scored, Awarded: 6000}, standard.Skill: {State: result.Absent}})
	return o, report.NewExporter(report.Deps{
		Maps: o, Results: o, Sittings: o, Candidates: o, Accounts: o, Sealer: o, Workbook: xlsx.Writer{}, Recorder: o, Standard: s, Body: "示例机构", Clock: o,
	})
}

func columns(fields ...report.Field) []report.Column {
	out := make([]report.Column, len(fields))
	for i, f := range fields {
		out[i] = report.Column{Heading: string(f), Field: f}
	}
	return out
}

var usual = columns("number", "admission", "name", "documentMasked", "theoryMarks", "skillMarks", "reviewMarks", "overall", "releasedOn")

func saved(t *testing.T, e *report.Exporter, cols []report.Column) report.Map {
	t.Helper()
	m, err := e.Save(t.Context(), "admin", report.Map{Name: "人社部门", Receiver: "示例接收方", Columns: slices.Clone(cols)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCSV(t *testing.T) {
	t.Parallel()
	o, e := newOffice(t)
	m := saved(t, e, usual)
	file, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: m.Version, Kind: report.CSV})
	if err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFnumber,admission,name,documentMasked,theoryMarks,skillMarks,reviewMarks,overall,releasedOn\r\n" +
		"1,A003,'=HYPERLINK(1),1101**********002X,60.00,,,不合格,2026-11-24\r\n" +
		"2,A004,周壬,1101**********002X,59.50,71.17,76.00,不合格,2026-11-24\r\n"
	if string(file.Data) != want {
		t.Errorf("got\n%s\nwant\n%s", file.Data, want)
	}
	last := o.events[len(o.events)-1]
	if file.Rows != 2 || last.Act != "result.export" || last.Object != "sitting:s" || last.Actor != "admin" {
		t.Errorf("%d rows, recorded %+v", file.Rows, last)
	}
	t.Run("OK a withheld result says nothing", func(t *testing.T) {
		t.Parallel()
		o, e := newOffice(t)
		r := o.records["r1"]
		r.Outcome.Result = result.Withheld
		o.records["r1"] = r
		m := saved(t, e, columns("theoryMarks", "theoryVerdict", "theoryState", "passed", "overall"))
		file, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV})
		if err != nil || !strings.Contains(string(file.Data), "\r\n,,,,暂缓公布\r\n") {
			t.Errorf("%s, %v", file.Data, err)
		}
	})
	t.Run("OK formats", func(t *testing.T) {
		t.Parallel()
		_, e := newOffice(t)
		m := saved(t, e, []report.Column{
			{Heading: "理论", Field: "theoryMarks", Format: report.Shortest, Value: ""}, {Heading: "结果", Field: "theoryVerdict", Format: report.Code, Value: ""}, {Heading: "总评", Field: "overall", Format: report.EnglishWord, Value: ""}, {Heading: "日期", Field: "satOn", Format: report.Chinese, Value: ""},
			{Heading: "紧凑", Field: "releasedOn", Format: report.Compact, Value: ""}, {Heading: "代码", Field: report.FixedText, Format: "", Value: "-001"}, {Heading: "状态", Field: "reviewState", Format: "", Value: ""}, {Heading: "沿用", Field: "reviewCarriedOn", Format: report.Slashes, Value: ""}, {Heading: "单位", Field: "employer", Format: "", Value: ""},
		})
		file, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(file.Data[3:])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rows[2], "|"); got != "59.5|0|not qualified|2026年11月24日|20261124|'-001|沿用|2026/05/24|示例公司" {
			t.Errorf("row = %s", got)
		}
	})
	t.Run("OK formulas of every kind", func(t *testing.T) {
		t.Parallel()
		for _, bad := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"} { // a lone \r is dropped after it was marked
			o, e := newOffice(t)
			p := o.persons["c1"]
			p.Name = bad
			o.persons["c1"] = p
			m := saved(t, e, columns("name"))
			file, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV})
			if err != nil || !strings.Contains(string(file.Data), "'"+strings.TrimPrefix(bad, "\r")) {
				t.Errorf("%q: %q, %v", bad, file.Data, err)
			}
		}
	})
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	_, e := newOffice(t)
	m := saved(t, e, usual)
	order := report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.Excel}
	first, err := e.Export(t.Context(), "admin", order)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := e.Export(t.Context(), "admin", order)
		if err != nil || !bytes.Equal(first.Data, again.Data) {
			t.Fatalf("the same results give other bytes, %v", err)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(first.Data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A1": "number", "C2": "'=HYPERLINK(1)", "E3": "59.50", "F2": "", "I2": "2026-11-24"} {
		if got, err := f.GetCellValue("成绩", cell); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", cell, got, err, want)
		}
	}
	for cell, want := range map[string]excelize.CellType{"E3": excelize.CellTypeUnset, "C2": excelize.CellTypeInlineString, "B2": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("成绩", cell); err != nil || got != want {
			t.Errorf("type of %s = %v, %v; want %v", cell, got, err, want)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(first.Data), int64(len(first.Data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("<f>")) {
			t.Errorf("%s has a formula", part.Name)
		}
	}
}

func TestFullDocuments(t *testing.T) {
	t.Parallel()
	o, e := newOffice(t)
	m := saved(t, e, columns("admission", "document"))
	order := report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV}
	var field *report.FieldError
	if _, err := e.Export(t.Context(), "admin", order); !errors.As(err, &field) || field.Field != "/why" {
		t.Fatalf("without a reason: %v", err)
	}
	order.Why = "按文件要求上报"
	file, err := e.Export(t.Context(), "admin", order)
	if err != nil || !strings.Contains(string(file.Data), "11010519491231002X") {
		t.Fatalf("%s, %v", file.Data, err)
	}
	if last := o.events[len(o.events)-1]; last.Why != order.Why {
		t.Errorf("recorded %+v", last)
	}
	t.Run("OK a preview opens none", func(t *testing.T) {
		p, err := e.Preview(t.Context(), "admin", "s", m)
		if err != nil || !p.Full || p.Table.Rows[0][1].Text != "1101**********002X" {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("Err nothing leaves unless it is recorded", func(t *testing.T) {
		o.refuse = errors.New("the record is full")
		defer func() { o.refuse = nil }()
		if _, err := e.Export(t.Context(), "admin", order); !errors.Is(err, o.refuse) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("Err a number that no key opens", func(t *testing.T) {
		p := o.persons["c1"]
		p.IDSealed = []byte("other")
		o.persons["c1"] = p
		if _, err := e.Export(t.Context(), "admin", order); !errors.Is(err, people.ErrSealed) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestPreview(t *testing.T) {
	t.Parallel()
	o, e := newOffice(t)
	p, err := e.Preview(t.Context(), "admin", "s", report.Map{Columns: slices.Clone(usual)})
	if err != nil {
		t.Fatal(err)
	}
	want := []report.Missing{{"A002", ""}, {"A003", "skillMarks"}, {"A003", "reviewMarks"}}
	if p.Rows != 2 || !slices.Equal(p.Table.Missing, want) || len(o.events) != 0 {
		t.Errorf("%+v, recorded %v", p, o.events)
	}
	// Of a level without a review, none is missing.
	r := o.records["r2"]
	r.Outcome.Components = r.Outcome.Components[:2]
	o.records["r2"] = r
	if p, err := e.Preview(t.Context(), "admin", "s", report.Map{Columns: columns("reviewMarks", "reviewVerdict")}); err != nil || len(p.Table.Missing) != 1 {
		t.Errorf("%+v, %v", p.Table.Missing, err)
	}
	o.plan.State = sitting.Closed // records that a cut-off release left
	if p, err := e.Preview(t.Context(), "admin", "s", report.Map{Columns: slices.Clone(usual)}); err != nil || p.Rows != 0 || len(p.Table.Missing) != 3 {
		t.Errorf("before the release: %+v, %v", p, err)
	}
	m := saved(t, e, usual)
	if _, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV}); !errors.Is(err, report.ErrEmpty) {
		t.Errorf("an empty export: %v", err)
	}
}

func TestMaps(t *testing.T) {
	t.Parallel()
	_, e := newOffice(t)
	m := saved(t, e, usual)
	m.Columns = columns("name")
	changed, err := e.Save(t.Context(), "admin", m)
	if err != nil || changed.Version != 2 || changed.Columns[0].Format != report.Plain {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := e.Save(t.Context(), "admin", m); !errors.Is(err, report.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := e.Export(t.Context(), "admin", report.Order{Sitting: "s", Map: m.ID, Version: 1, Kind: report.CSV}); !errors.Is(err, report.ErrConflict) {
		t.Errorf("an export by an old version: %v", err)
	}
	for at, change := range map[string]func(*report.Map){
		"/name":              func(m *report.Map) { m.Name = "x" },
		"/receiver":          func(m *report.Map) { m.Receiver = " " },
		"/columns":           func(m *report.Map) { m.Columns = nil },
		"/columns/0/field":   func(m *report.Map) { m.Columns[0].Field = "secret" },
		"/columns/0/heading": func(m *report.Map) { m.Columns[0].Heading = "" },
		"/columns/1/heading": func(m *report.Map) { m.Columns = append(m.Columns, m.Columns[0]) },
		"/columns/0/format":  func(m *report.Map) { m.Columns[0].Format = report.ISO },
		"/columns/0/value":   func(m *report.Map) { m.Columns[0].Value = "x" },
		"/columns/1/value": func(m *report.Map) {
			m.Columns = append(m.Columns, report.Column{Heading: "y", Field: report.FixedText})
		},
	} {
		bad := report.Map{Name: "名称", Receiver: "接收方", Columns: columns("name")}
		change(&bad)
		var field *report.FieldError
		if _, err := e.Save(t.Context(), "admin", bad); !errors.As(err, &field) || field.Field != at {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, who := range []people.AccountID{"examiner", "gone", "nobody"} {
		_, saving := e.Save(t.Context(), who, m)
		_, listing := e.List(t.Context(), who, report.OfResults)
		_, looking := e.Preview(t.Context(), who, "s", m)
		_, taking := e.Export(t.Context(), who, report.Order{Sitting: "s", Map: m.ID, Version: 2, Kind: report.CSV})
		for _, err := range []error{saving, listing, looking, taking} {
			if !errors.Is(err, report.ErrForbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	if all, err := e.List(t.Context(), "admin", report.OfResults); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestFields holds the closed list: labels in both languages, each field once,
// and every format of its type gives something.
func TestFields(t *testing.T) {
	t.Parallel()
	_, e := newOffice(t)
	seen := map[report.Field]bool{}
	for _, d := range report.Fields(report.OfResults) {
		if d.ZH == "" || d.EN == "" || seen[d.Field] || len(report.Formats(d.Type)) == 0 {
			t.Errorf("%+v", d)
		}
		seen[d.Field] = true
		for _, f := range report.Formats(d.Type) {
			c := report.Column{Heading: "x", Field: d.Field, Format: f}
			if d.Fixed {
				c.Value = "y"
			}
			p, err := e.Preview(t.Context(), "admin", "s", report.Map{Columns: []report.Column{c}})
			if err != nil || p.Table.Rows[1][0].Text == "" && d.Field != "theoryCarriedOn" && d.Field != "skillCarriedOn" {
				t.Errorf("%s as %s: %+v, %v", d.Field, f, p.Table.Rows, err)
			}
		}
	}
}

package report_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/report"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// archive is certificates, runs and pictures in memory.
type archive struct {
	all      []certificate.Certificate
	runs     map[report.RunID]report.Run
	pictures map[string][]byte
	document string
}

func (a *archive) Issued(_ context.Context, from, until certificate.Date) ([]certificate.Certificate, error) {
	var out []certificate.Certificate
	for _, c := range a.all {
		if c.Date >= from && c.Date <= until {
			out = append(out, c)
		}
	}
	return out, nil
}

func (a *archive) ByNumber(_ context.Context, n certificate.Number) (certificate.Certificate, error) {
	for _, c := range a.all {
		if c.Number == n {
			return c, nil
		}
	}
	return certificate.Certificate{}, certificate.ErrNotFound
}

func (a *archive) DocumentNumber(certificate.Certificate) (string, error) { return a.document, nil }

func (a *archive) Registration(_ context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	return sitting.Registration{ID: id, Admission: "A" + string(id), Employer: "示例单位"}, nil
}

func (a *archive) InsertRun(_ context.Context, r report.Run) error { a.runs[r.ID] = r; return nil }

func (a *archive) Run(_ context.Context, id report.RunID) (report.Run, error) {
	r, ok := a.runs[id]
	if !ok {
		return r, report.ErrNotFound
	}
	return r, nil
}

func (a *archive) Runs(context.Context, int) ([]report.Run, error) { return nil, nil }

func (a *archive) Portraits(context.Context, people.AccountID, sitting.ID) (map[sitting.RegistrationID]string, error) {
	out := map[sitting.RegistrationID]string{}
	for file := range a.pictures {
		out[sitting.RegistrationID(strings.TrimPrefix(file, "picture of "))] = file
	}
	return out, nil
}

func (a *archive) Portrait(_ context.Context, _ people.AccountID, file string) ([]byte, string, error) {
	p, ok := a.pictures[file]
	if !ok {
		return nil, "", errors.New("no such file")
	}
	return p, ".jpg", nil
}

func newArchive(t *testing.T) (*archive, *office, *report.Exporter, report.Map) {
	t.Helper()
	a := &archive{runs: map[report.RunID]report.Run{}, pictures: map[string][]byte{}, document: "11010519491231002X"}
	for i, id := range []string{"r1", "r2"} {
		a.all = append(a.all, certificate.Certificate{
			Number: certificate.Number("S00006100000026300000" + string(rune('1'+i))), Registration: sitting.RegistrationID(id), Sitting: "s", Name: "示例" + id,
			Document: certificate.ResidentIdentity, DocumentMasked: "1101**********002X", Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"},
			Level: 3, LevelTitle: "三级/高级工", Date: certificate.Date("2026-11-0" + string(rune('1'+i))), Issued: released,
		})
		a.pictures["picture of "+id] = []byte("picture " + id)
	}
	o := &office{maps: map[report.MapID]report.Map{}}
	e := report.NewExporter(report.Deps{Maps: o, Runs: a, Certificates: a, Portraits: a, Accounts: o, Workbook: xlsx.Writer{}, Recorder: o, Clock: o})
	m, err := e.Save(t.Context(), "admin", report.Map{
		About: report.OfCertificates, Name: "示例列方案", Receiver: "示例单位", Columns: []report.Column{
			{Heading: "编号", Field: "certificate", Most: 22}, {Heading: "证件", Field: "document", Required: true},
			{Heading: "等级", Field: "level", Allowed: []string{"1", "2", "3"}}, {Heading: "状态", Field: "state", Format: report.Code},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, o, e, m
}

func TestCertificateRun(t *testing.T) {
	t.Parallel()
	a, o, e, m := newArchive(t)
	ctx := t.Context()
	order := report.CertificateOrder{
		Map: m.ID, Version: m.Version, Kind: report.Excel, From: "2026-11-01", Until: "2026-11-30", Photos: true, PhotoName: "{number}_{name}", Why: "按月报送",
	}
	run, err := e.ExportCertificates(ctx, "admin", order)
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := e.Repeat(ctx, "admin", run.ID)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, f := range z.File {
		names += f.Name + " "
	}
	if want := "certificates.xlsx photos/S000061000000263000001_示例r1.jpg photos/S000061000000263000002_示例r2.jpg "; names != want {
		t.Errorf("the zip holds %q, want %q", names, want)
	}
	// What happens to a certificate later, or to the map, does not change the run.
	a.all[0].Acts = []certificate.Act{{Kind: certificate.Revoke, Seq: 1, At: released, Reason: "测试"}}
	m.Name = "改了名"
	if _, err := e.Save(ctx, "admin", m); err != nil {
		t.Fatal(err)
	}
	_, again, err := e.Repeat(ctx, "admin", run.ID)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the run was not repeated byte for byte: %v", err)
	}
	// A new one leaves the revoked certificate out, or says so.
	order.Version++
	if run, err = e.ExportCertificates(ctx, "admin", order); err != nil || len(run.Items) != 1 {
		t.Errorf("without the revoked one: %d, %v", len(run.Items), err)
	}
	order.Voided, order.Photos, order.PhotoName, order.Kind = true, false, "", report.CSV
	if run, err = e.ExportCertificates(ctx, "admin", order); err != nil {
		t.Fatal(err)
	}
	_, text, err := e.Repeat(ctx, "admin", run.ID)
	want := "\uFEFF编号,证件,等级,状态\r\nS000061000000263000001,11010519491231002X,3,0\r\nS000061000000263000002,11010519491231002X,3,1\r\n"
	if err != nil || string(text) != want {
		t.Errorf("got %q, %v", text, err)
	}
	acts := ""
	for _, ev := range o.events {
		acts += ev.Act + " "
	}
	if want := "report-map.add certificate.export certificate.export.take report-map.change certificate.export.take certificate.export certificate.export certificate.export.take "; acts != want {
		t.Errorf("recorded %q, want %q", acts, want)
	}
}

func TestErrCertificateRun(t *testing.T) {
	t.Parallel()
	a, _, e, m := newArchive(t)
	ctx := t.Context()
	order := report.CertificateOrder{Map: m.ID, Version: m.Version, Kind: report.CSV, From: "2026-11-01", Until: "2026-11-30", Why: "按月报送"}
	for _, c := range []struct {
		what   string
		by     people.AccountID
		want   error
		change func(*report.CertificateOrder)
	}{
		{"an examiner", "examiner", report.ErrForbidden, func(*report.CertificateOrder) {}},
		{"an old map", "admin", report.ErrConflict, func(o *report.CertificateOrder) { o.Version = 7 }},
		{"no such map", "admin", report.ErrNotFound, func(o *report.CertificateOrder) { o.Map = "none" }},
		{"no reason", "admin", report.ErrInvalid, func(o *report.CertificateOrder) { o.Why = "" }},
		{"a span backwards", "admin", report.ErrInvalid, func(o *report.CertificateOrder) { o.Until = "2026-10-01" }},
		{"a name without a part", "admin", report.ErrInvalid, func(o *report.CertificateOrder) { o.Photos, o.PhotoName = true, "photo" }},
		{"a name that leaves the folder", "admin", report.ErrInvalid, func(o *report.CertificateOrder) { o.Photos, o.PhotoName = true, "../{number}" }},
		{"nothing issued", "admin", report.ErrEmpty, func(o *report.CertificateOrder) { o.From, o.Until = "2025-01-01", "2025-12-31" }},
	} {
		bad := order
		c.change(&bad)
		if _, err := e.ExportCertificates(ctx, c.by, bad); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
	}
	order.Photos, order.PhotoName = true, "{admission}"
	run, err := e.ExportCertificates(ctx, "admin", order)
	if err != nil {
		t.Fatal(err)
	}
	delete(a.pictures, "picture of r2")
	if _, _, err := e.Repeat(ctx, "admin", run.ID); !errors.Is(err, report.ErrGone) {
		t.Errorf("a picture is gone: %v", err)
	}
	// Everything that is not as it should be is named at once.
	a.document, a.all[0].Level, a.all[1].Number = "110105194912310021", 4, a.all[1].Number+"XX"
	order.PhotoName = "{document}"
	p, err := e.PreviewCertificates(ctx, "admin", m, order)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, f := range p.Faults {
		got += string(f.Number[20:]) + " " + f.Heading + " " + f.Reason + "\n"
	}
	if want := "01 证件 identity\n01 等级 value-not-in-list\n02XX 编号 value-too-long\n02XX 证件 identity\n02XX  no-picture\n"; got != want {
		t.Errorf("faults:\n%swant:\n%s", got, want)
	}
	if strings.Contains(p.Table.Rows[0][1].Text, "110105194912310021") {
		t.Error("the preview shows a document number in full")
	}
	if _, err := e.ExportCertificates(ctx, "admin", order); !errors.Is(err, report.ErrFaulty) {
		t.Errorf("faulty values went out: %v", err)
	}
}

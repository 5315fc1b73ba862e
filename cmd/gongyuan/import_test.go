package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
)

// until asks for an intake until nothing is under way with it.
func (w *world) until(t *testing.T, path, token string) contract.Intake {
	t.Helper()
	for t.Context().Err() == nil {
		var in contract.Intake
		w.call("GET", path, token, nil).must(t, 200).into(t, &in)
		if in.State != contract.IntakeStateReading && in.State != contract.IntakeStateImporting {
			return in
		}
	}
	t.Fatal("nothing comes of it")
	return contract.Intake{}
}

// TestImportLine takes a text file through the API into a bank, out of it in
// another format, and back again.
func TestImportLine(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		editor, other := w.member(people.Editor), w.member(people.Editor)
		base := "/api/v1/banks/new-3"
		raw, err := os.ReadFile(filepath.Join(exchangeSamples, "text", "odd.txt"))
		if err != nil {
			t.Fatal(err)
		}
		id := uuid.New()
		one := base + "/imports/" + id.String()
		var in contract.Intake
		w.call("POST", base+"/imports", editor.token, contract.NewIntake{Id: id, Name: "odd.txt", Size: int64(len(raw))}).must(t, 201).into(t, &in)
		w.call("PUT", one+"/parts/0", editor.token, map[string]any{"data": base64.StdEncoding.EncodeToString(raw)}).must(t, 204)
		if r := w.call("PUT", one+"/parts/1", editor.token, map[string]any{"data": "eA=="}).must(t, 422); r.problem() != "invalid" {
			t.Errorf("a part too many: %s", r.raw)
		}
		w.call("GET", one, other.token, nil).must(t, 404)
		w.call("POST", one+"/reading", editor.token, map[string]any{"point": "a-a-a-1"}).must(t, 422)
		w.call("POST", one+"/reading", editor.token, map[string]any{"point": "A-A-A-001"}).must(t, 200)
		if in = w.until(t, one, editor.token); in.State != contract.IntakeStateRead || in.Detected != "text" || in.Changed == 0 || in.Added == 0 {
			t.Fatalf("read: %+v", in)
		}
		var page contract.VerdictPage
		w.call("GET", one+"/verdicts?outcome=changed&limit=2", editor.token, nil).must(t, 200).into(t, &page)
		if len(page.Verdicts) != 2 || page.Total < 2 || len(page.Reasons) == 0 || page.Verdicts[0].Text == "" || page.Verdicts[0].Outcome != "changed" {
			t.Errorf("verdicts: %+v", page)
		}
		table := w.call("GET", one+"/verdict-file", editor.token, nil).must(t, 200)
		if _, err := zip.NewReader(bytes.NewReader(table.raw), int64(len(table.raw))); err != nil {
			t.Errorf("table: %v", err)
		}
		w.call("POST", one+"/confirmation", editor.token, map[string]any{"digest": "0"}).must(t, 409)
		w.call("POST", one+"/confirmation", editor.token, map[string]any{"digest": in.Digest}).must(t, 200)
		if in = w.until(t, one, editor.token); in.State != contract.IntakeStateDone || in.Added == 0 {
			t.Fatalf("imported: %+v", in)
		}

		export := map[string]any{"format": "gift", "filter": map[string]any{"range": "A"}}
		var report contract.BankExportReport
		w.call("POST", base+"/exports/check", editor.token, export).must(t, 200).into(t, &report)
		if report.Items == 0 || report.Items+len(report.Dropped) != in.Added {
			t.Errorf("report: %+v of %d", report, in.Added)
		}
		out := w.call("POST", base+"/exports", editor.token, export).must(t, 200)
		if !strings.Contains(string(out.raw), "::") {
			t.Errorf("exported: %s", out.raw)
		}
		w.call("POST", "/api/v1/banks/empty-3/exports", editor.token, export).must(t, 422)
		w.call("POST", base+"/exports", editor.token, map[string]any{"format": "doc"}).must(t, 422)

		var batches []contract.ImportBatch
		w.call("GET", base+"/imports", other.token, nil).must(t, 200).into(t, &batches)
		if len(batches) != 1 || batches[0].Items != in.Added || batches[0].By.Id != editor.id || batches[0].HeldTotal != 0 {
			t.Fatalf("batches: %+v", batches)
		}
		undo := base + "/batches/" + id.String() + "/undo"
		var items contract.ItemPage
		w.call("GET", base+"/items", editor.token, nil).must(t, 200).into(t, &items)
		tag := map[string]any{"id": uuid.NewString(), "act": "tag", "items": []string{items.Items[0].Code}, "tag": "示例"}
		w.call("POST", base+"/batches", editor.token, tag).must(t, 200)
		if r := w.call("POST", undo, editor.token, nil).must(t, 409); r.problem() != "import-used" || !strings.Contains(string(r.raw), items.Items[0].Code) {
			t.Errorf("undone with an item that changed: %s", r.raw)
		}
		w.call("POST", base+"/batches/"+tag["id"].(string)+"/undo", editor.token, nil).must(t, 200)
		w.call("POST", undo, editor.token, nil).must(t, 409) // a version moved on stays moved on
		admin := w.member(people.Administrator)
		var acts []string
		var log []contract.AuditEntry
		w.call("GET", "/api/v1/audit", admin.token, nil).must(t, 200).into(t, &log)
		for _, e := range log {
			acts = append(acts, e.Act)
		}
		if all := strings.Join(acts, " "); strings.Count(all, "bank.import") != 1 || strings.Count(all, "bank.export") != 1 {
			t.Errorf("recorded: %s", all)
		}
	})
}

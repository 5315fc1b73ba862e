package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/report"
)

// RunExportRuns is the suite that every store of runs of exports must pass. The
// store is empty and has its indexes.
func RunExportRuns(t *testing.T, store report.Runs) {
	ctx := t.Context()
	_, err := store.Run(ctx, "none")
	wantErr(t, "none", err, report.ErrNotFound)
	first := report.Run{
		ID: "r1", Map: columnMap("m1", "甲", "一"), By: "a1", At: Start, Digest: "abc",
		Order: report.CertificateOrder{
			Map: "m1", Version: 1, Kind: report.Excel, From: "2026-01-01", Until: "2026-12-31", Level: 3, Voided: true, Photos: true, PhotoName: "{number}", Why: "报送",
		},
		Items: []report.Item{{Number: "S0", Acts: 2, Portrait: "f1"}, {Number: "S1"}},
	}
	first.Map.About = report.OfCertificates
	second := first
	second.ID, second.At = "r2", Start.Add(time.Hour)
	check(t, store.InsertRun(ctx, first))
	check(t, store.InsertRun(ctx, second))
	wantErr(t, "again", store.InsertRun(ctx, first), report.ErrDuplicate)
	got, err := store.Run(ctx, "r1")
	check(t, err)
	diff(t, "what was kept", got, first)
	all, err := store.Runs(ctx, 10)
	check(t, err)
	diff(t, "newest first", all, []report.Run{second, first})
	one, err := store.Runs(ctx, 1)
	check(t, err)
	diff(t, "no more than asked for", len(one), 1)
}

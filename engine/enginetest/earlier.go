package enginetest

import (
	"testing"

	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
	"gongyuan/engine/intake"
	"gongyuan/engine/standard"
)

// RunEarlier is the suite that every store of certificates issued elsewhere must
// pass.
func RunEarlier(t *testing.T, store earlier.Store) {
	ctx := t.Context()
	r := earlier.Record{
		Number: "S000061000001253000001", Shape: certificate.LevelShape, Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"}, Direction: "--", Level: 3,
		Holder: earlier.Holder{Name: "示例甲", Document: certificate.ResidentIdentity, Hash: "h1", Sealed: []byte{1}, Masked: "1101**********002X"}, Body: "示例机构", Date: "2025-05-01",
		Void: true, VoidOn: "2025-06-01", VoidWhy: "示例", Changed: Start, By: "a",
	}
	first, err := store.PutEarlier(ctx, r)
	check(t, err)
	_, err = store.PutEarlier(ctx, r)
	wantErr(t, "inserted already", err, intake.ErrConflict)
	r.Number, r.Holder.Name, r.Void, r.VoidOn, r.VoidWhy = "1234567890123456", "另一人", false, "", ""
	other, err := store.PutEarlier(ctx, r)
	check(t, err)
	r.Number = "YS00061000001251000001"
	gone, err := store.PutEarlier(ctx, r)
	check(t, err)
	gone.Removal = &earlier.Removal{Why: "误录", By: "b", At: Start}
	removed, err := store.PutEarlier(ctx, gone)
	check(t, err)
	_, err = store.PutEarlier(ctx, gone)
	wantErr(t, "an old version", err, intake.ErrConflict)
	got, err := store.EarlierByNumber(ctx, []certificate.Number{first.Number, removed.Number, "none"})
	check(t, err)
	diff(t, "by number", got, map[certificate.Number]earlier.Record{first.Number: first, removed.Number: removed})
	of, err := store.EarlierByDocument(ctx, []string{"h1", "none"})
	check(t, err)
	diff(t, "by document", of, []earlier.Record{other, first})
	some, total, err := store.EarlierPage(ctx, "", 1, 5)
	check(t, err)
	diff(t, "page", some, []earlier.Record{first})
	diff(t, "total", total, 2)
	some, total, err = store.EarlierPage(ctx, "另", 0, 5)
	check(t, err)
	diff(t, "named", some, []earlier.Record{other})
	diff(t, "total", total, 1)
}

package enginetest

import (
	"testing"

	"github.com/google/uuid"

	"gongyuan/engine/filing"
)

// RunFilings is the suite that every store of the register of evaluation bodies
// and sites must pass. The store is empty and has its indexes.
func RunFilings(t *testing.T, store filing.Store) {
	ctx := t.Context()
	body := filing.Filing{
		ID: filing.Own, Kind: filing.Body, State: filing.Filed, From: "2026-01-01", Until: "2028-12-31", Version: 1,
		Subject: filing.Subject{Name: "示例评价机构", Code: "0000", City: "示例市", Address: "示例路 1 号", Contact: "某人", Standing: "示例"},
		Steps: []filing.Step{
			{Act: filing.Apply, On: "2025-12-01", By: "a", At: Start},
			{Act: filing.File, On: "2026-01-01", Document: "示例〔2026〕1 号", Note: "备注", From: "2026-01-01", Until: "2028-12-31", By: "b", At: Start},
		},
	}
	site := filing.Filing{ID: filing.ID(uuid.NewString()), Kind: filing.Site, State: filing.Applied, Version: 1, Subject: filing.Subject{Name: "示例站点", Of: filing.Own}}
	_, err := store.Filing(ctx, filing.Own)
	wantErr(t, "none", err, filing.ErrNotFound)
	check(t, store.InsertFiling(ctx, site))
	check(t, store.InsertFiling(ctx, body))
	wantErr(t, "a second own body", store.InsertFiling(ctx, body), filing.ErrDuplicate)
	got, err := store.Filing(ctx, filing.Own)
	check(t, err)
	diff(t, "what was kept", got, body)
	all, err := store.Filings(ctx)
	check(t, err)
	diff(t, "by kind and name", all, []filing.Filing{body, site})
	body.State, body.Subject.Name = filing.Changed, "另名"
	changed, err := store.ReplaceFiling(ctx, body)
	check(t, err)
	diff(t, "version", changed.Version, 2)
	_, err = store.ReplaceFiling(ctx, body)
	wantErr(t, "an old version", err, filing.ErrConflict)
	got, err = store.Filing(ctx, filing.Own)
	check(t, err)
	diff(t, "what was changed", got, changed)
}

package enginetest

import (
	"net/netip"
	"testing"

	"github.com/google/uuid"

	"gongyuan/engine/access"
	"gongyuan/engine/sitting"
)

// RunAccess is the suite that every store of access rules must pass.
func RunAccess(t *testing.T, store access.Store) {
	ctx, id := t.Context(), sitting.ID(uuid.NewString())
	_, err := store.Rules(ctx, id)
	wantErr(t, "nothing set", err, access.ErrNotFound)
	r := access.Rules{
		Sitting: id, Ranges: []access.Range{{Room: "01", Prefix: netip.MustParsePrefix("10.3.0.0/24")}, {Prefix: netip.MustParsePrefix("fd00::/8")}},
		Outside: access.Refuse, Code: "012345", FullScreen: true, By: "a", At: Start,
		SEB: access.SEB{On: true, StartURL: "https://exam.example/", QuitHash: "h", Salt: []byte{0, 1, 255}, MoreKeys: []string{"k"}},
	}
	first, err := store.PutRules(ctx, r)
	check(t, err)
	diff(t, "version", first.Version, 1)
	got, err := store.Rules(ctx, id)
	check(t, err)
	diff(t, "salt", got.SEB.Salt, r.SEB.Salt)
	diff(t, "ranges", len(got.Ranges), 2)
	if got.Ranges[0] != r.Ranges[0] || got.Ranges[1] != r.Ranges[1] || got.Code != r.Code || !got.At.Equal(Start) || got.SEB.MoreKeys[0] != "k" {
		t.Errorf("read: %+v", got)
	}
	_, err = store.PutRules(ctx, r)
	wantErr(t, "inserted already", err, access.ErrConflict)
	first.Code = ""
	second, err := store.PutRules(ctx, first)
	check(t, err)
	diff(t, "version", second.Version, 2)
	_, err = store.PutRules(ctx, first)
	wantErr(t, "an old version", err, access.ErrConflict)
}

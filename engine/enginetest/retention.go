package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/retention"
)

// RunRetention is the suite that every store of runs of deletion must pass.
func RunRetention(t *testing.T, store retention.Store) {
	ctx := t.Context()
	r := retention.Run{
		ID: "r1", Digest: "ab", Why: "期满", By: "a", At: Start, State: retention.Proposed,
		Lots: []retention.Lot{{Kind: retention.Journals, Sitting: "s", Title: "示例", From: Start, Due: Start.Add(time.Hour), Count: 3, Spared: 1}},
	}
	check(t, store.InsertRun(ctx, r))
	wantErr(t, "inserted already", store.InsertRun(ctx, r), retention.ErrConflict)
	later := r
	later.ID, later.At = "r0", Start.Add(time.Second)
	check(t, store.InsertRun(ctx, later))
	done := r
	done.State, done.Second, done.SecondAt, done.Deleted = retention.Done, "b", Start.Add(time.Minute), 3
	done, err := store.ReplaceRun(ctx, done)
	check(t, err)
	_, err = store.ReplaceRun(ctx, r)
	wantErr(t, "an old version", err, retention.ErrConflict)
	got, err := store.Run(ctx, "r1")
	check(t, err)
	diff(t, "replaced", got, done)
	_, err = store.Run(ctx, "none")
	wantErr(t, "none", err, retention.ErrNotFound)
	all, err := store.Runs(ctx, 10)
	check(t, err)
	diff(t, "newest first", all, []retention.Run{later, done})
}

// RunKeepings is the suite that every store of keepings must pass.
func RunKeepings(t *testing.T, store retention.Keepings) {
	ctx := t.Context()
	none, err := store.Keeping(ctx, "s")
	check(t, err)
	diff(t, "never set", none, retention.Keeping{})
	k := retention.Keeping{Sitting: "s", On: true, Why: "调查", By: "a", At: Start}
	first, err := store.PutKeeping(ctx, k)
	check(t, err)
	diff(t, "version", first.Version, 1)
	_, err = store.PutKeeping(ctx, k)
	wantErr(t, "set already", err, retention.ErrConflict)
	first.On, first.By = false, "b"
	second, err := store.PutKeeping(ctx, first)
	check(t, err)
	_, err = store.PutKeeping(ctx, first)
	wantErr(t, "an old version", err, retention.ErrConflict)
	got, err := store.Keeping(ctx, "s")
	check(t, err)
	diff(t, "ended", got, second)
}

package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/byhand"
)

// RunPaperSheets is the suite that every store of printed papers must pass.
func RunPaperSheets(t *testing.T, store byhand.Store) {
	ctx := t.Context()
	s := byhand.Sheet{Code: "AAAAA-BBBBB", Sitting: "s", Registration: "r", Attempt: "a", Epoch: 2, Slots: 3, Why: "断电", By: "x", At: Start, State: byhand.Printed}
	check(t, store.InsertSheet(ctx, s))
	wantErr(t, "the code is taken", store.InsertSheet(ctx, s), byhand.ErrConflict)
	typed := s
	typed.State, typed.Handed = byhand.Entered, attempt.HandedIn{Known: 1, Saved: 2, SetAside: 3}
	typed.Typed = []byhand.Typed{{By: "x", At: Start, Answers: map[int]string{1: "A", 3: "B"}}, {By: "y", At: Start, Answers: map[int]string{}}}
	typed.Settled = &byhand.Typed{By: "z", At: Start.Add(time.Minute), Answers: map[int]string{1: "A"}}
	typed, err := store.ReplaceSheet(ctx, typed)
	check(t, err)
	_, err = store.ReplaceSheet(ctx, s)
	wantErr(t, "an old version", err, byhand.ErrConflict)
	got, err := store.Sheet(ctx, s.Code)
	check(t, err)
	diff(t, "replaced", got, typed)
	_, err = store.Sheet(ctx, "none")
	wantErr(t, "none", err, byhand.ErrNotFound)
	all, err := store.SheetsOf(ctx, "s")
	check(t, err)
	diff(t, "of a sitting", all, []byhand.Sheet{typed})
}

package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
)

// RunEnrolments is the suite that every store of applications must pass. It
// starts from an empty store.
func RunEnrolments(t *testing.T, store enrol.Store) {
	ctx := t.Context()
	none, err := store.Window(ctx, "s")
	check(t, err)
	diff(t, "no window", none, enrol.Window{Sitting: "s"})
	w, err := store.PutWindow(ctx, enrol.Window{Sitting: "s", On: true, Opens: Start, Closes: Start.Add(time.Hour), By: "a", At: Start})
	check(t, err)
	_, err = store.PutWindow(ctx, enrol.Window{Sitting: "s"})
	wantErr(t, "an old window", err, enrol.ErrConflict)
	got, err := store.Window(ctx, "s")
	check(t, err)
	diff(t, "the window", got, w)

	a := enrol.Application{
		ID: "1", Number: "BM1", Sitting: "s", Name: "考生甲", IDSealed: []byte{1}, IDHash: "h", IDMasked: "m", Phone: []byte{2}, Employer: "单位", Condition: "3-1",
		Files: []enrol.File{{ID: "f", Photo: true, Type: evidence.JPEG, Size: 3}}, Names: []byte{3}, State: enrol.Sent, Sent: Start.Add(time.Minute), Decided: Start, Version: 1,
	}
	earlier, other := a, a
	earlier.ID, earlier.Number, earlier.Sent = "2", "BM2", Start
	other.ID, other.Number, other.Sitting = "3", "BM3", "t"
	for _, x := range []enrol.Application{a, earlier, other} {
		check(t, store.InsertApplication(ctx, x))
	}
	wantErr(t, "the same person again", store.InsertApplication(ctx, a), enrol.ErrThere)
	all, err := store.ApplicationsOf(ctx, "s")
	check(t, err)
	diff(t, "the first first", all, []enrol.Application{earlier, a})
	for name, find := range map[string]func() (enrol.Application, error){
		"id":     func() (enrol.Application, error) { return store.Application(ctx, "1") },
		"number": func() (enrol.Application, error) { return store.ApplicationByNumber(ctx, "BM1") },
	} {
		got, err := find()
		check(t, err)
		diff(t, "by "+name, got, a)
	}
	_, err = store.Application(ctx, "none")
	wantErr(t, "no such id", err, enrol.ErrNotFound)
	_, err = store.ApplicationByNumber(ctx, "none")
	wantErr(t, "no such number", err, enrol.ErrNotFound)
	next := a
	next.State, next.Reason, next.By = enrol.Returned, "模糊", "x"
	next, err = store.ReplaceApplication(ctx, next)
	check(t, err)
	diff(t, "version", next.Version, 2)
	_, err = store.ReplaceApplication(ctx, a)
	wantErr(t, "an old version", err, enrol.ErrConflict)

	check(t, store.PutContent(ctx, "f", []byte{0, 255}, Start))
	content, err := store.Content(ctx, "f")
	check(t, err)
	diff(t, "content", content, []byte{0, 255})
	_, err = store.Content(ctx, "none")
	wantErr(t, "no content", err, enrol.ErrNotFound)

	check(t, store.PutContent(ctx, "nobody's", []byte{1}, Start))
	check(t, store.PutContent(ctx, "on its way", []byte{2}, Start.Add(time.Minute)))
	for _, want := range []int{1, 0} {
		n, err := store.DropOrphans(ctx, Start.Add(time.Minute))
		check(t, err)
		diff(t, "orphans", n, want)
	}
	_, err = store.Content(ctx, "nobody's")
	wantErr(t, "an orphan", err, enrol.ErrNotFound)
	for _, kept := range []string{"f", "on its way"} {
		_, err := store.Content(ctx, kept)
		check(t, err)
	}
}

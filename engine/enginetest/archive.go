package enginetest

import (
	"bytes"
	"io"
	"testing"
	"time"

	"gongyuan/engine/archive"
)

// ArchiveStore is what a store of archives does.
type ArchiveStore interface {
	archive.Store
	archive.Files
}

// RunArchives is the suite that every store of archives must pass.
func RunArchives(t *testing.T, store ArchiveStore) {
	ctx := t.Context()
	a := archive.Archive{ID: "s1:1", Sitting: "s1", Number: 1, File: "f", Size: 7, SHA256: "ab", Key: "1", Signer: "k", Counts: map[string]int{"paper": 2}, At: Start, By: "a"}
	check(t, store.InsertArchive(ctx, a))
	wantErr(t, "inserted already", store.InsertArchive(ctx, a), archive.ErrConflict)
	b := a
	b.ID, b.Number = "s1:2", 2
	check(t, store.InsertArchive(ctx, b))
	got, err := store.Archive(ctx, a.ID)
	check(t, err)
	diff(t, "one", got, a)
	_, err = store.Archive(ctx, "none")
	wantErr(t, "none", err, archive.ErrNotFound)
	all, err := store.ArchivesOf(ctx, "s1")
	check(t, err)
	diff(t, "of a sitting", all, []archive.Archive{a, b})

	r := archive.Request{ID: "s1:r", Archive: a.ID, Sitting: "s1", SHA256: "ab", Registration: "x", Why: "复核", By: "a", At: Start, State: archive.Asked}
	check(t, store.InsertRequest(ctx, r))
	wantErr(t, "asked already", store.InsertRequest(ctx, r), archive.ErrConflict)
	later := r
	later.ID, later.At = "s1:q", Start.Add(time.Second)
	check(t, store.InsertRequest(ctx, later))
	decided := r
	decided.State, decided.Second, decided.SecondWhy, decided.SecondAt, decided.Until = archive.Approved, "b", "属实", Start, Start.Add(time.Hour)
	decided, err = store.ReplaceRequest(ctx, decided)
	check(t, err)
	_, err = store.ReplaceRequest(ctx, r)
	wantErr(t, "an old version", err, archive.ErrConflict)
	kept, err := store.Request(ctx, r.ID)
	check(t, err)
	diff(t, "decided", kept, decided)
	_, err = store.Request(ctx, "none")
	wantErr(t, "no request", err, archive.ErrNotFound)
	asked, err := store.RequestsOf(ctx, "s1")
	check(t, err)
	diff(t, "newest first", asked, []archive.Request{later, decided})
	runArchiveFiles(t, store)
}

func runArchiveFiles(t *testing.T, store archive.Files) {
	ctx := t.Context()
	content := bytes.Repeat([]byte("0123456789abcdef"), 40_000) // over several of GridFS' chunks
	w, err := store.CreateFile(ctx, "file")
	check(t, err)
	for part := content; len(part) > 0; {
		n := min(len(part), 70_001)
		_, err := w.Write(part[:n])
		check(t, err)
		part = part[n:]
	}
	check(t, w.Close())
	f, err := store.OpenFile(ctx, "file")
	check(t, err)
	got, err := io.ReadAll(f)
	check(t, err)
	check(t, f.Close())
	diff(t, "the same bytes", bytes.Equal(got, content), true)
	check(t, store.DropFile(ctx, "file"))
	check(t, store.DropFile(ctx, "file"))
	_, err = store.OpenFile(ctx, "file")
	wantErr(t, "dropped", err, archive.ErrNotFound)
}

package banktest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/png"
	"testing"
	"time"

	"gongyuan/bank"
)

// ImportingStore is what a store does for files that are imported as one batch.
type ImportingStore interface {
	Imported(ctx context.Context, batch string) ([]bank.Imported, error)
	UndoImport(ctx context.Context, id bank.ID, batch string) error
	Writing(ctx context.Context, id bank.ID, since time.Time) ([]bank.ItemID, error)
	MoveBatch(ctx context.Context, b bank.Batch, to bank.BatchState) error
	Batches(ctx context.Context, id bank.ID, act string, limit int) ([]bank.Batch, error)
	InsertIntake(ctx context.Context, i bank.Intake) error
	Intake(ctx context.Context, id string) (bank.Intake, error)
	ChangeIntake(ctx context.Context, i bank.Intake) (bank.Intake, error)
	DropIntake(ctx context.Context, id string) error
	StaleIntakes(ctx context.Context, before time.Time) ([]string, error)
	AddIntakePart(ctx context.Context, id string, number int, data []byte) error
	IntakeContent(ctx context.Context, id string) ([]byte, error)
	DropIntakeParts(ctx context.Context, id string) error
}

// batched are the options of an import that can be taken back.
func batched(status bank.Status) bank.ImportOptions {
	return bank.ImportOptions{Bank: suiteBank, Author: "ding", Status: status, Now: noon.Add(time.Hour), Batch: "b1"}
}

// everyRow returns the heads of the suite's bank by item.
func everyRow(t *testing.T, s EditingStore) map[bank.ItemID]bank.ItemRow {
	t.Helper()
	rows, err := s.Rows(t.Context(), suiteBank, func(*bank.ItemRow) bool { return true })
	must(t, err)
	out := map[bank.ItemID]bank.ItemRow{}
	for _, r := range rows {
		out[r.ID] = r
	}
	return out
}

func testImportUndone(t *testing.T, s, other EditingStore) {
	ctx := t.Context()
	in := samples()
	mustImport(t, s, in[:2], published(), bank.ImportResult{Added: 2})
	before := everyRow(t, s)
	changed := in[0]
	changed.Stem += "（改）"
	file := []bank.Revision{changed, in[1], in[2], in[3]}

	dry := batched(bank.Draft)
	dry.DryRun = true
	mustImport(t, s, file, dry, bank.ImportResult{Added: 2, Revised: 1, Unchanged: 1})
	same(t, "heads after a dry run", before, everyRow(t, s))
	mustImport(t, s, file, batched(bank.Draft), bank.ImportResult{Added: 2, Revised: 1, Unchanged: 1})
	after := everyRow(t, s)
	if r := after[changed.Item]; len(after) != 4 || r.Revision != 2 || r.Published != 1 || r.Version != 1 {
		t.Fatalf("imported: %d items, %+v", len(after), r)
	}
	noted, err := s.Imported(ctx, "b1")
	must(t, err)
	if len(noted) != 3 {
		t.Fatalf("noted: %+v", noted)
	}
	for _, n := range noted {
		if n.Version != after[n.Item].Version || n.Before != before[n.Item].Item {
			t.Errorf("%s: %+v", n.Item, n)
		}
	}

	// What somebody changed since stays; the rest is as it was.
	touched := after[in[3].Item]
	touched.Tags = []string{"示例"}
	_, err = s.ChangeItem(ctx, touched, nil)
	must(t, err)
	for range 2 {
		must(t, s.UndoImport(ctx, suiteBank, "b1"))
	}
	got := everyRow(t, other)
	want := before[changed.Item]
	want.Version = 2
	same(t, "the head that was revised", want, got[changed.Item])
	same(t, "the head that did not change", before[in[1].Item], got[in[1].Item])
	if _, there := got[in[2].Item]; there || len(got) != 3 || len(got[in[3].Item].Tags) != 1 {
		t.Errorf("left: %+v", got)
	}
	newest, err := s.Newest(ctx, suiteBank)
	must(t, err)
	if len(newest) != 3 || newest[0].Stem != in[0].Stem && newest[1].Stem != in[0].Stem && newest[2].Stem != in[0].Stem {
		t.Errorf("newest: %+v", newest)
	}
	// The numbers of what was taken back are not given to other content.
	again := in[2]
	again.Stem += "（又改）"
	opts := batched(bank.Draft)
	opts.Batch = "b2"
	mustImport(t, s, []bank.Revision{again}, opts, bank.ImportResult{Added: 1})
	if r := everyRow(t, s)[again.Item]; r.Revision != 2 {
		t.Errorf("another content took revision %d", r.Revision)
	}
	must(t, s.UndoImport(ctx, suiteBank, "b1")) // of another batch by now
	if _, there := everyRow(t, s)[again.Item]; !there {
		t.Error("an undone batch took an item of a later one")
	}
}

func testImportResumed(t *testing.T, s, _ EditingStore) {
	in := samples()
	mustImport(t, s, in[:1], batched(bank.Draft), bank.ImportResult{Added: 1}) // and here the program died
	mustImport(t, s, in[:3], batched(bank.Draft), bank.ImportResult{Added: 2, Unchanged: 1})
	mustImport(t, s, in[:3], batched(bank.Published), bank.ImportResult{Unchanged: 3})
	noted, err := s.Imported(t.Context(), "b1")
	must(t, err)
	if len(noted) != 3 {
		t.Errorf("noted: %+v", noted)
	}
	batches := []bank.Batch{
		{ID: "b1", Bank: suiteBank, Act: "import", By: "ding", At: noon, State: bank.BatchRunning, Title: "一.xlsx"},
		{ID: "b0", Bank: suiteBank, Act: "import", By: "ding", At: noon.Add(-time.Hour), State: bank.BatchDone, Title: "零.xlsx", Added: 7},
	}
	for _, b := range batches {
		must(t, s.InsertBatch(t.Context(), b))
	}
	wantErr(t, "InsertBatch again", s.InsertBatch(t.Context(), batches[0]), bank.ErrConflict)
	must(t, s.InsertBatch(t.Context(), bank.Batch{ID: "x", Bank: suiteBank, Act: "tag", At: noon}))
	batches[0].Added = 3
	must(t, s.MoveBatch(t.Context(), batches[0], bank.BatchDone))
	wantErr(t, "MoveBatch from a state that is over", s.MoveBatch(t.Context(), batches[0], bank.BatchDone), bank.ErrConflict)
	batches[0].State = bank.BatchDone
	must(t, s.MoveBatch(t.Context(), batches[0], bank.BatchUndone))
	batches[0].State, batches[0].Undone = bank.BatchUndone, true
	got, err := s.Batches(t.Context(), suiteBank, "import", 10)
	must(t, err)
	same(t, "Batches", batches, got)

	_, err = s.SaveManuscript(t.Context(), bank.Manuscript{Bank: suiteBank, Content: in[0], By: "ding", Updated: noon})
	must(t, err)
	for since, want := range map[time.Time]int{noon: 0, noon.Add(-time.Second): 1} {
		if items, err := s.Writing(t.Context(), suiteBank, since); err != nil || len(items) != want {
			t.Errorf("Writing since %v: %v, %v", since, items, err)
		}
	}
}

func testIntakes(t *testing.T, s, other EditingStore) {
	ctx := t.Context()
	in := bank.Intake{
		ID: "i1", Bank: suiteBank, Name: "题库.xlsx", Size: 5, By: "ding", At: noon, State: bank.IntakeRead, Format: "xlsx", Detected: "xlsx",
		Point: "A-A-A-001", Progress: 3, Total: 9, Beat: noon, Failure: "x", Title: "题", Digest: "d", Rows: 1, Kept: 2, Changed: 3, Dropped: 4,
		Added: 5, Revised: 6, Unchanged: 7, Outline: true, Blueprint: true, Leave: []string{"甲"},
	}
	_, err := s.Intake(ctx, "i1")
	wantErr(t, "Intake before", err, bank.ErrNotFound)
	must(t, s.InsertIntake(ctx, in))
	wantErr(t, "InsertIntake again", s.InsertIntake(ctx, in), bank.ErrConflict)
	must(t, s.InsertIntake(ctx, bank.Intake{ID: "i2", At: noon.Add(time.Hour)}))
	must(t, s.AddIntakePart(ctx, "i1", 1, []byte("世")))
	must(t, s.AddIntakePart(ctx, "i1", 0, []byte("ab")))
	must(t, s.AddIntakePart(ctx, "i1", 0, []byte("cd")))
	must(t, s.AddIntakePart(ctx, "i2", 0, []byte("other")))
	content, err := other.IntakeContent(ctx, "i1")
	must(t, err)
	same(t, "content", "ab世", string(content))

	in.Version = 0
	first, err := s.ChangeIntake(ctx, in)
	must(t, err)
	_, err = other.ChangeIntake(ctx, in)
	wantErr(t, "ChangeIntake of an older one", err, bank.ErrConflict)
	got, err := other.Intake(ctx, "i1")
	must(t, err)
	same(t, "Intake", first, got)

	stale, err := s.StaleIntakes(ctx, noon.Add(time.Minute))
	must(t, err)
	same(t, "stale", []string{"i1"}, stale)
	must(t, s.DropIntakeParts(ctx, "i2"))
	for range 2 {
		must(t, s.DropIntake(ctx, "i1"))
	}
	for _, id := range []string{"i1", "i2"} {
		if content, err = s.IntakeContent(ctx, id); err != nil || len(content) != 0 {
			t.Errorf("%s: %q, %v", id, content, err)
		}
	}
}

// testMediaArePictures: what comes with a package is kept once, beside what
// editors paste; an image of it can be shown, another file cannot.
func testMediaArePictures(t *testing.T, s, other EditingStore) {
	var drawn bytes.Buffer
	must(t, png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 3, 2))))
	files := map[string][]byte{}
	var media []bank.Media
	for _, data := range [][]byte{drawn.Bytes(), []byte("no image")} {
		sum := fmt.Sprintf("%x", sha256.Sum256(data))
		files[sum] = data
		media = append(media, bank.Media{Sum: sum})
	}
	must(t, s.SaveMedia(t.Context(), files))
	got, err := other.Media(t.Context(), []bank.Revision{{Foreign: &bank.Foreign{Media: append(media, bank.Media{Sum: "gone"}, bank.Media{})}}})
	must(t, err)
	same(t, "Media", files, got)
	id := bank.PictureID(media[0].Sum[:32])
	p, err := other.Picture(t.Context(), id)
	must(t, err)
	same(t, "Picture", bank.Picture{ID: id, Type: "image/png", Width: 3, Height: 2, Data: drawn.Bytes()}, p)
	_, err = other.Picture(t.Context(), bank.PictureID(media[1].Sum[:32]))
	wantErr(t, "Picture of another file", err, bank.ErrNotFound)
}

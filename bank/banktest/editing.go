package banktest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
)

// EditingStore is what a store of questions does for those who write them.
type EditingStore interface {
	Store
	Item(ctx context.Context, id bank.ItemID) (bank.ItemRow, error)
	InsertItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) error
	ChangeItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) (bank.ItemRow, error)
	DropItem(ctx context.Context, row bank.ItemRow) error
	AddRevision(ctx context.Context, id bank.ID, r bank.Revision) error
	Manuscript(ctx context.Context, id bank.ItemID) (bank.Manuscript, error)
	SaveManuscript(ctx context.Context, m bank.Manuscript) (bank.Manuscript, error)
	DropManuscript(ctx context.Context, id bank.ItemID) error
	Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error)
	Near(ctx context.Context, id bank.ID, item bank.ItemID, stem string, percent, limit int) ([]bank.Near, error)
	Newest(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	AddEvent(ctx context.Context, e bank.Event) error
	Events(ctx context.Context, id bank.ItemID) ([]bank.Event, error)
	SetUses(ctx context.Context, id bank.ID, sitting, title string, at time.Time, papers map[bank.Ref]int) error
	Uses(ctx context.Context, items []bank.ItemID) ([]bank.Use, error)
	InsertBatch(ctx context.Context, b bank.Batch) error
	Batch(ctx context.Context, id string) (bank.Batch, error)
	Undo(ctx context.Context, id string) error
	Filters(ctx context.Context, account string, id bank.ID) ([]bank.SavedFilter, error)
	SaveFilters(ctx context.Context, account string, id bank.ID, list []bank.SavedFilter) error
	Laws(ctx context.Context, id bank.ID) ([]bank.Law, error)
	SaveLaws(ctx context.Context, id bank.ID, laws []bank.Law) error
	AddPicture(ctx context.Context, p bank.Picture) error
	Picture(ctx context.Context, id bank.PictureID) (bank.Picture, error)
	MissingPictures(ctx context.Context, ids []bank.PictureID) ([]bank.PictureID, error)
	ImportingStore
}

// RunEditing runs the suite that every store for editors must pass. open
// returns the first copy of the program's store on an empty database; another
// returns further copies on the same.
func RunEditing(t *testing.T, open func(t *testing.T) (first EditingStore, another func() EditingStore)) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s, other EditingStore)
	}{
		{"Heads", testHeads}, {"Manuscripts", testManuscripts}, {"RevisionsOnce", testRevisionsOnce}, {"TwoCopies", testTwoCopies},
		{"Uses", testUses}, {"Records", testRecords}, {"Pictures", testPictures}, {"SavesAtTheSameTime", testRace},
		{"ImportUndone", testImportUndone}, {"ImportTakenUpAgain", testImportResumed}, {"Intakes", testIntakes}, {"MediaArePictures", testMediaArePictures},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, another := open(t)
			c.run(t, s, another())
		})
	}
}

func newItem(n int) (bank.ItemRow, bank.Revision) {
	content := samples()[0]
	code := fmt.Sprintf("B-A-A-A-009-%03d", n)
	content.Item, content.Point, content.Consistency, content.Excludes = bank.NewItemID(suiteBank, code), "A-A-A-009", 0, nil
	return bank.ItemRow{
		Item:   bank.Item{ID: content.Item, Bank: suiteBank, Code: code, Point: content.Point, Status: bank.Draft, Updated: noon},
		Author: "ding", Work: bank.Work{Stage: bank.StageDraft, Authors: []string{"ding"}},
	}, content
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func testHeads(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	row, content := newItem(1)
	_, err := s.Item(ctx, row.ID)
	wantErr(t, "Item before", err, bank.ErrNotFound)
	must(t, s.InsertItem(ctx, row, &content))
	wantErr(t, "InsertItem again", s.InsertItem(ctx, row, &content), bank.ErrConflict)
	got, err := s.Item(ctx, row.ID)
	must(t, err)
	want := row
	want.Type, want.Difficulty, want.Stem = content.Type, content.Difficulty, content.Stem
	same(t, "Item", want, got)
	got.Tags, got.Work = []string{"急"}, bank.Work{
		Stage: bank.StageReview, Revision: 1, Authors: []string{"ding", "wu"}, Submitted: noon, Submitter: "wu", Assigned: "ji",
		Approver: "x", Approved: noon, AltersKey: true,
	}
	content.Number, content.Stem = 1, "改过的题干"
	changed, err := s.ChangeItem(ctx, got, &content)
	must(t, err)
	if changed.Version != 1 {
		t.Errorf("version = %d", changed.Version)
	}
	_, err = s.ChangeItem(ctx, got, nil)
	wantErr(t, "ChangeItem of what changed", err, bank.ErrConflict)
	again, err := s.Item(ctx, row.ID)
	must(t, err)
	changed.Stem = content.Stem
	same(t, "changed", changed, again)
	page, err := s.Items(ctx, bank.ItemQuery{Bank: suiteBank, Text: "改过", Tag: "急", Stage: bank.StageReview})
	must(t, err)
	same(t, "listed", []bank.ItemRow{again}, page.Rows)
	wantErr(t, "DropItem of an old head", s.DropItem(ctx, row), bank.ErrConflict)
	must(t, s.DropItem(ctx, again))
	if page, err = s.Items(ctx, bank.ItemQuery{Bank: suiteBank}); err != nil || page.Total != 0 {
		t.Errorf("listed after it was dropped: %+v, %v", page, err)
	}
}

func testManuscripts(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	for i, content := range samples() { // every field of every type comes back
		m := bank.Manuscript{Base: i, Bank: suiteBank, Content: content, By: "ding", Updated: noon}
		saved, err := s.SaveManuscript(ctx, m)
		must(t, err)
		got, err := s.Manuscript(ctx, content.Item)
		must(t, err)
		same(t, "Manuscript", saved, got)
		if got.Version != 1 {
			t.Errorf("version = %d", got.Version)
		}
		_, err = s.SaveManuscript(ctx, m)
		wantErr(t, "a second first save", err, bank.ErrConflict)
		got.Content.Stem += "。"
		second, err := s.SaveManuscript(ctx, got)
		must(t, err)
		_, err = s.SaveManuscript(ctx, got)
		wantErr(t, "a save over another", err, bank.ErrConflict)
		if second.Version != 2 {
			t.Errorf("version = %d", second.Version)
		}
	}
	id := samples()[0].Item
	for range 2 {
		must(t, s.DropManuscript(ctx, id))
	}
	_, err := s.Manuscript(ctx, id)
	wantErr(t, "Manuscript after it was dropped", err, bank.ErrNotFound)
}

func testRevisionsOnce(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	_, content := newItem(1)
	content.Number, content.Created, content.Author = 1, noon, "ding"
	for range 2 { // the same content again is what a crash leaves behind
		must(t, s.AddRevision(ctx, suiteBank, content))
	}
	other := content
	other.Stem = "另一个题干"
	wantErr(t, "other content under a number", s.AddRevision(ctx, suiteBank, other), bank.ErrConflict)
	got, err := s.Revisions(ctx, []bank.Ref{{Item: content.Item, Revision: 1}})
	must(t, err)
	same(t, "revision", content, got[bank.Ref{Item: content.Item, Revision: 1}])
}

// testTwoCopies writes with one copy of the program and reads with another:
// lists, searches and near stems follow at once.
func testTwoCopies(t *testing.T, s, other EditingStore) {
	ctx := t.Context()
	total := func(c EditingStore, text string) int {
		t.Helper()
		page, err := c.Items(ctx, bank.ItemQuery{Bank: suiteBank, Text: text})
		must(t, err)
		return page.Total
	}
	mustImport(t, s, samples(), published(), bank.ImportResult{Added: len(samples())})
	if a, b := total(s, ""), total(other, ""); a != len(samples()) || b != a {
		t.Fatalf("%d and %d items", a, b)
	}
	row, content := newItem(1)
	content.Stem = "夜间补光不足使视频监控画面发暗"
	must(t, s.InsertItem(ctx, row, &content))
	if total(other, "补光不足") != 1 {
		t.Error("the other copy does not find a new item")
	}
	near, err := other.Near(ctx, suiteBank, "", "夜间补光不足，使得视频监控画面发暗。", 60, 3)
	must(t, err)
	if len(near) != 1 || near[0].Item != row.ID {
		t.Errorf("near = %+v", near)
	}
	content.Stem = "换了一个题干"
	row, err = other.ChangeItem(ctx, row, &content)
	must(t, err)
	if total(s, "补光不足") != 0 || total(s, "换了") != 1 {
		t.Error("the first copy does not see the change")
	}
	for i := range 80 { // more changes than are remembered
		r, c := newItem(i + 2)
		must(t, s.InsertItem(ctx, r, &c))
	}
	if n := total(other, ""); n != len(samples())+81 {
		t.Errorf("the other copy has %d items", n)
	}
	must(t, s.DropItem(ctx, row))
	if n := total(other, "换了"); n != 0 {
		t.Errorf("the other copy finds %d of what was dropped", n)
	}
	newest, err := other.Newest(ctx, suiteBank)
	must(t, err)
	if len(newest) != len(samples()) {
		t.Errorf("%d newest revisions", len(newest))
	}
	rows, err := other.Rows(ctx, suiteBank, func(r *bank.ItemRow) bool { return r.Work.Stage == bank.StageDraft })
	must(t, err)
	if len(rows) != 80 {
		t.Errorf("%d drafts", len(rows))
	}
}

func testUses(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	in := samples()
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	a, b := bank.Ref{Item: in[0].Item, Revision: 1}, bank.Ref{Item: in[1].Item, Revision: 1}
	for range 2 { // a sealing that was cut off is done again
		must(t, s.SetUses(ctx, suiteBank, "s1", "第一场", noon, map[bank.Ref]int{a: 40, b: 12}))
	}
	must(t, s.SetUses(ctx, suiteBank, "s2", "第二场", noon.Add(time.Hour), map[bank.Ref]int{b: 3}))
	must(t, s.SetUses(ctx, suiteBank, "s2", "第二场", noon.Add(time.Hour), map[bank.Ref]int{a: 5}))
	got, err := s.Uses(ctx, []bank.ItemID{in[0].Item})
	must(t, err)
	want := []bank.Use{{Ref: a, Sitting: "s2", Title: "第二场", At: noon.Add(time.Hour), Papers: 5}, {Ref: a, Sitting: "s1", Title: "第一场", At: noon, Papers: 40}}
	same(t, "Uses", want, got)
	both, err := s.Uses(ctx, []bank.ItemID{in[0].Item, in[1].Item, "nobody/x"})
	must(t, err)
	if len(both) != 3 {
		t.Errorf("uses of both: %+v", both)
	}
	page, err := s.Items(ctx, bank.ItemQuery{Bank: suiteBank, Used: bank.Only})
	must(t, err)
	if page.Total != 2 {
		t.Errorf("%d items are used", page.Total)
	}
}

func testRecords(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	events := []bank.Event{
		{Item: "b/x", Revision: 1, Step: bank.StepSubmit, By: "ding", At: noon, AltersKey: true},
		{Item: "b/x", Revision: 1, Step: bank.StepReturn, By: "wu", At: noon, Note: "选项 B 写完整"},
	}
	for _, e := range events {
		must(t, s.AddEvent(ctx, e))
	}
	must(t, s.AddEvent(ctx, bank.Event{Item: "b/y", At: noon}))
	got, err := s.Events(ctx, "b/x")
	must(t, err)
	same(t, "Events", events, got)

	batch := bank.Batch{ID: "one", Bank: suiteBank, Act: "tag", By: "ding", At: noon, Changes: []bank.BatchChange{
		{Item: "b/x", Version: 2, Status: bank.Draft, Tags: []string{"甲"}}, {Item: "b/y", Version: 1, Status: bank.Published},
	}}
	_, err = s.Batch(ctx, "one")
	wantErr(t, "Batch before", err, bank.ErrNotFound)
	must(t, s.InsertBatch(ctx, batch))
	if s.InsertBatch(ctx, batch) == nil {
		t.Error("a batch was kept twice")
	}
	must(t, s.Undo(ctx, "one"))
	wantErr(t, "Undo again", s.Undo(ctx, "one"), bank.ErrConflict)
	batch.Undone = true
	kept, err := s.Batch(ctx, "one")
	must(t, err)
	same(t, "Batch", batch, kept)

	filters := []bank.SavedFilter{{Name: "我的草稿", Query: "status=draft"}}
	must(t, s.SaveFilters(ctx, "ding", suiteBank, filters))
	mine, err := s.Filters(ctx, "ding", suiteBank)
	must(t, err)
	same(t, "Filters", filters, mine)
	theirs, err := s.Filters(ctx, "wu", suiteBank)
	must(t, err)
	same(t, "filters of another", []bank.SavedFilter(nil), theirs)

	laws, err := s.Laws(ctx, suiteBank)
	must(t, err)
	same(t, "laws of a new bank", bank.DefaultLaws(), laws)
	for _, list := range [][]bank.Law{{{Name: "合同法", Note: "民法典"}}, nil} {
		must(t, s.SaveLaws(ctx, suiteBank, list))
		laws, err = s.Laws(ctx, suiteBank)
		must(t, err)
		same(t, "Laws", list, laws)
	}
}

func testPictures(t *testing.T, s, _ EditingStore) {
	ctx := t.Context()
	p := bank.Picture{ID: "00112233445566778899aabbccddeeff", Type: "image/png", Width: 3, Height: 2, Data: make([]byte, 400_000)}
	for i := range p.Data {
		p.Data[i] = byte(i * 7)
	}
	_, err := s.Picture(ctx, p.ID)
	wantErr(t, "Picture before", err, bank.ErrNotFound)
	for range 2 {
		must(t, s.AddPicture(ctx, p))
	}
	got, err := s.Picture(ctx, p.ID)
	must(t, err)
	same(t, "Picture", p, got)
	missing, err := s.MissingPictures(ctx, []bank.PictureID{"x", p.ID})
	must(t, err)
	same(t, "MissingPictures", []bank.PictureID{"x"}, missing)
}

// testRace lets many save the same draft and change the same head at once: one
// of each wins.
func testRace(t *testing.T, s, other EditingStore) {
	ctx := t.Context()
	row, content := newItem(1)
	must(t, s.InsertItem(ctx, row, &content))
	m, err := s.SaveManuscript(ctx, bank.Manuscript{Bank: suiteBank, Content: content, Updated: noon})
	must(t, err)
	var mu sync.Mutex
	saved, changed := 0, 0
	var wg sync.WaitGroup
	for i := range 6 {
		store := s
		if i%2 == 1 {
			store = other
		}
		wg.Go(func() {
			_, saveErr := store.SaveManuscript(ctx, m)
			_, changeErr := store.ChangeItem(ctx, row, nil)
			mu.Lock()
			defer mu.Unlock()
			for i, err := range []error{saveErr, changeErr} {
				if err == nil {
					*[]*int{&saved, &changed}[i]++
				} else if !errors.Is(err, bank.ErrConflict) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	// FerretDB's update is read, then write: it may let two through. What is
	// asked of every store is that none is lost silently with no winner.
	if saved < 1 || changed < 1 {
		t.Errorf("%d saves and %d changes won", saved, changed)
	}
}

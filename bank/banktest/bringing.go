package banktest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
)

func testImportTwice(t *testing.T, s Store) {
	in := samples()
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	before := mustPublished(t, s)
	later := published()
	later.Now, later.Author = noon.Add(time.Hour), "other"
	again := samples()
	again[0].Number, again[0].Author = 9, "ignored"
	mustImport(t, s, again, later, bank.ImportResult{Unchanged: len(in)})
	same(t, "Published", before, mustPublished(t, s))
}

func testRevises(t *testing.T, s Store) {
	in := samples()
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	in[0].Key.Options = []bank.OptionID{"B"} // a wrong key is content too
	in[0].Point, in[0].Difficulty = "B-A-A-001", 5
	mustImport(t, s, in, published(), bank.ImportResult{Revised: 1, Unchanged: len(in) - 1})
	first, second := bank.Ref{Item: in[0].Item, Revision: 1}, bank.Ref{Item: in[0].Item, Revision: 2}
	got, err := s.Revisions(t.Context(), []bank.Ref{first, second})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "old key", []bank.OptionID{"A"}, got[first].Key.Options)
	same(t, "new key", []bank.OptionID{"B"}, got[second].Key.Options)
	page, err := s.Items(t.Context(), bank.ItemQuery{Bank: suiteBank, Range: "B"})
	if err != nil || page.Total != 1 {
		t.Fatalf("Items = %+v, %v", page, err)
	}
	if i := page.Rows[0]; i.Revision != 2 || i.Published != 2 || i.Difficulty != 5 || i.Status != bank.Published {
		t.Errorf("item = %+v", i)
	}
	old := samples() // back to what it was: a third revision, not the first
	mustImport(t, s, old[:1], published(), bank.ImportResult{Revised: 1})
	for _, r := range mustPublished(t, s) {
		if r.Item == in[0].Item && r.Number != 3 {
			t.Errorf("published number %d, want 3", r.Number)
		}
	}
}

func testDraftBeside(t *testing.T, s Store) {
	in := samples()[:1]
	mustImport(t, s, in, published(), bank.ImportResult{Added: 1})
	in[0].Stem = "改过的题干"
	draft := published()
	draft.Status = bank.Draft
	mustImport(t, s, in, draft, bank.ImportResult{Revised: 1})
	got := mustPublished(t, s)
	if len(got) != 1 || got[0].Number != 1 {
		t.Errorf("Published = %+v, want revision 1", got)
	}
	page, err := s.Items(t.Context(), bank.ItemQuery{Bank: suiteBank})
	if err != nil {
		t.Fatal(err)
	}
	if i := page.Rows[0]; i.Revision != 2 || i.Published != 1 || i.Stem != "改过的题干" {
		t.Errorf("item = %+v", i)
	}
}

func testPublishesDrafts(t *testing.T, s Store) {
	in := samples()
	draft := published()
	draft.Status = ""
	mustImport(t, s, in, draft, bank.ImportResult{Added: len(in)})
	if got := mustPublished(t, s); len(got) != 0 {
		t.Errorf("%d drafts are published", len(got))
	}
	mustImport(t, s, in, published(), bank.ImportResult{Unchanged: len(in)})
	if got := mustPublished(t, s); len(got) != len(in) || got[0].Number != 1 {
		t.Errorf("%d of %d are published", len(got), len(in))
	}
}

// testConcurrent imports different contents of the same items at the same
// time: no number may be given twice, and each item points to its newest.
func testConcurrent(t *testing.T, s Store) {
	const imports = 4
	var wg sync.WaitGroup
	for i := range imports {
		wg.Go(func() {
			in := samples()
			for j := range in {
				in[j].Explanation = fmt.Sprint("由第", i, "次导入")
			}
			if _, err := s.Import(t.Context(), in, published()); err != nil {
				t.Errorf("Import: %v", err)
			}
		})
	}
	wg.Wait()
	page, err := s.Items(t.Context(), bank.ItemQuery{Bank: suiteBank})
	if err != nil || page.Total != len(samples()) {
		t.Fatalf("Items = %+v, %v", page, err)
	}
	for _, item := range page.Rows {
		var refs []bank.Ref
		for n := range item.Revision {
			refs = append(refs, bank.Ref{Item: item.ID, Revision: n + 1})
		}
		revisions, err := s.Revisions(t.Context(), refs)
		if err != nil {
			t.Errorf("revisions up to %d: %v", item.Revision, err)
		}
		texts := map[string]bool{}
		for _, r := range revisions {
			texts[r.Explanation] = true
		}
		if len(texts) != len(refs) {
			t.Errorf("%s: %d revisions hold %d contents", item.ID, len(refs), len(texts))
		}
	}
}

func testBatches(t *testing.T, s Store) {
	var in []bank.Revision
	for i := range 1203 {
		r := samples()[0]
		point := bank.PointCode(fmt.Sprintf("A-A-A-%03d", i/10+1))
		r.Item, r.Point = bank.NewItemID(suiteBank, fmt.Sprintf("B-%s-%03d", point, i%10+1)), point
		in = append(in, r)
	}
	var steps []int
	opts := published()
	opts.Progress = func(done, total int) {
		if total != len(in) {
			t.Errorf("total = %d", total)
		}
		steps = append(steps, done)
	}
	mustImport(t, s, in, opts, bank.ImportResult{Added: len(in)})
	same(t, "progress", []int{500, 1000, 1203}, steps)
	if got := mustPublished(t, s); len(got) != len(in) {
		t.Errorf("Published = %d, want %d", len(got), len(in))
	}
}

func testImportErr(t *testing.T, s Store) {
	in := samples()
	if _, err := s.Import(t.Context(), append(in, in[0]), published()); err == nil {
		t.Error("an item twice was imported")
	}
	other := published()
	other.Bank = "suite"
	if _, err := s.Import(t.Context(), in, other); err == nil {
		t.Error("items of another bank were imported")
	}
	if got, err := s.Banks(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("Banks = %v, %v", got, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Import(gone, in, published()); err == nil {
		t.Log("the store does not look at its context") // lungo in process
	}
}

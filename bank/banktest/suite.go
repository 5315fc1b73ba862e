package banktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Store is everything that a store of questions can do. Those who use one
// declare the part of it that they need.
type Store interface {
	SaveOutline(ctx context.Context, o bank.Outline) error
	Outline(ctx context.Context, id bank.ID) (bank.Outline, error)
	ReplaceOutline(ctx context.Context, o bank.Outline) (bank.Outline, error)
	SaveBlueprint(ctx context.Context, b bank.Blueprint) error
	BlueprintDraft(ctx context.Context, id string) (bank.BlueprintDraft, error)
	BlueprintDrafts(ctx context.Context) ([]bank.BlueprintDraft, error)
	SaveBlueprintDraft(ctx context.Context, d bank.BlueprintDraft) (bank.BlueprintDraft, error)
	DropBlueprintDraft(ctx context.Context, id string, version int) error
	AddEdition(ctx context.Context, e bank.BlueprintEdition) error
	Editions(ctx context.Context, id string) ([]bank.BlueprintEdition, error)
	Blueprint(ctx context.Context, id string) (bank.Blueprint, error)
	Blueprints(ctx context.Context) ([]bank.Blueprint, error)
	Import(ctx context.Context, revisions []bank.Revision, opts bank.ImportOptions) (bank.ImportResult, error)
	Published(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	Items(ctx context.Context, q bank.ItemQuery) (bank.ItemPage, error)
	Banks(ctx context.Context) ([]bank.Summary, error)
	Newest(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	SaveMedia(ctx context.Context, files map[string][]byte) error
	Media(ctx context.Context, revisions []bank.Revision) (map[string][]byte, error)
}

// RunStore runs the suite that every store of questions must pass. open
// returns an empty store with its indexes.
func RunStore(t *testing.T, open func(t *testing.T) Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s Store)
	}{
		{"Outline", testOutline},
		{"Blueprint", testBlueprint},
		{"Editions", testEditions},
		{"ImportKeepsContent", testContent},
		{"ImportTwiceChangesNothing", testImportTwice},
		{"ImportRevises", testRevises},
		{"ImportDraftLeavesPublished", testDraftBeside},
		{"ImportPublishesDrafts", testPublishesDrafts},
		{"ImportAtTheSameTime", testConcurrent},
		{"ImportInBatches", testBatches},
		{"ImportErr", testImportErr},
		{"RevisionsErrNotFound", testRevisionsErr},
		{"Items", testItems},
		{"Banks", testBanks},
		{"Newest", testNewest},
		{"Media", testMedia},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// noon is when the suite's imports happen, at the precision stores must keep.
var noon = time.Date(2026, 3, 2, 4, 0, 0, 7_000_000, time.UTC)

const suiteBank bank.ID = "suite-3"

func published() bank.ImportOptions {
	return bank.ImportOptions{Bank: suiteBank, Author: "editor", Status: bank.Published, Now: noon}
}

// samples returns one item of each type, with every field in use.
func samples() []bank.Revision {
	choice := func(t bank.Type, key ...bank.OptionID) bank.Question {
		return bank.Question{
			Type: t, Stem: "发现火情首先应（　　）。", Explanation: "先报警。", Source: "《中华人民共和国消防法》",
			Options: []bank.Option{{ID: "A", Text: "报警"}, {ID: "B", Text: "拍照"}, {ID: "C", Text: "以上都对", Last: true, Feedback: "拍照在后"}},
			Key:     bank.Key{Options: key},
		}
	}
	judgement := bank.Question{Type: bank.Judgement, Stem: "门卫应核对证件。", Options: bank.JudgementOptions(), Key: bank.Key{Options: []bank.OptionID{bank.True}}}
	blank := bank.Question{Type: bank.Blank, Stem: "____电话是____。", Key: bank.Key{Blanks: [][]string{{"火警", "消防"}, {"119"}}}}
	essay := bank.Question{Type: bank.Essay, Stem: "试述预案演练。", Key: bank.Key{Reference: "准备\n实施\n评估", Rubric: []bank.Criterion{{Text: "准备", Weight: 200}, {Text: "实施", Weight: 150}}}}
	all := []bank.Question{choice(bank.Single, "A"), choice(bank.Multiple, "A", "C"), judgement, blank, essay, {Type: bank.Case, Stem: "某医院夜间……"}}
	var out []bank.Revision
	for i, q := range all {
		point := bank.PointCode(fmt.Sprintf("A-%c-A-001", 'A'+i%2))
		r := bank.Revision{
			Item: bank.NewItemID(suiteBank, fmt.Sprintf("%s-%s-001", q.Type, point)), Point: point,
			Difficulty: i%5 + 1, Consistency: 5, Question: q,
		}
		if q.Type == bank.Case {
			r.Parts = []bank.Question{choice(bank.Single, "B"), blank}
		}
		if i > 0 {
			r.Excludes = []bank.ItemID{out[0].Item, "other-3/B-A-A-A-001-001"}
		}
		out = append(out, r)
	}
	return out
}

// foreignSample is an item of another system that is kept as it came.
func foreignSample() bank.Revision {
	return bank.Revision{
		Item: bank.NewItemID(suiteBank, "O-A-A-A-001-001"), Point: "A-A-A-001", Difficulty: 3,
		Question: bank.Question{Type: bank.Other, Stem: "排列步骤。"},
		Foreign: &bank.Foreign{
			Format: "qti-2.1", ID: "order-1", Kind: "orderInteraction", Raw: "<assessmentItem/>", Path: "items/1.xml", Digest: "d",
			Media: []bank.Media{{Path: "items/a.png", Type: "image/png", Sum: "5e", Size: 2}},
		},
	}
}

func testNewest(t *testing.T, s Store) {
	in := append(samples(), foreignSample())
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	later := published()
	later.Status = bank.Draft
	in[0].Stem = "改过的题干"
	mustImport(t, s, in, later, bank.ImportResult{Revised: 1, Unchanged: len(in) - 1})
	got, err := s.Newest(t.Context(), suiteBank)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(in, func(a, b bank.Revision) int { return cmpString(a.Item, b.Item) })
	if len(got) != len(in) {
		t.Fatalf("Newest has %d items, want %d", len(got), len(in))
	}
	for i := range got {
		got[i].Number, got[i].Created, got[i].Author = 0, time.Time{}, ""
	}
	same(t, "Newest", in, got)
}

func testMedia(t *testing.T, s Store) {
	revs := []bank.Revision{foreignSample()}
	for range 2 { // the second changes nothing
		if err := s.SaveMedia(t.Context(), map[string][]byte{"5e": []byte("png"), "6f": {0, 1}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Media(t.Context(), revs)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Media", map[string][]byte{"5e": []byte("png")}, got)
	// The pictures of texts, whether they came with a package or were pasted.
	const id = "0123456789abcdef0123456789abcdef"
	if err := s.SaveMedia(t.Context(), map[string][]byte{id + id: []byte("jpg")}); err != nil {
		t.Fatal(err)
	}
	shown := bank.Revision{Question: bank.Question{Stem: "如图[img:" + id + "|图]", Options: []bank.Option{{ID: "A", Text: "[img:ffffffffffffffffffffffffffffffff]"}}}}
	got, err = s.Media(t.Context(), []bank.Revision{shown})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Media of texts", map[string][]byte{id: []byte("jpg")}, got)
}

func mustImport(t *testing.T, s Store, revisions []bank.Revision, opts bank.ImportOptions, want bank.ImportResult) {
	t.Helper()
	got, err := s.Import(t.Context(), revisions, opts)
	if err != nil {
		t.Fatalf("Import: %v", err)
	}
	if got != want {
		t.Fatalf("Import = %+v, want %+v", got, want)
	}
}

func mustPublished(t *testing.T, s Store) []bank.Revision {
	t.Helper()
	got, err := s.Published(t.Context(), suiteBank)
	if err != nil {
		t.Fatalf("Published: %v", err)
	}
	return got
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testBlueprint(t *testing.T, s Store) {
	if _, err := s.Blueprint(t.Context(), "b"); !errors.Is(err, bank.ErrNotFound) {
		t.Errorf("Blueprint before = %v, want ErrNotFound", err)
	}
	full := bank.Blueprint{
		ID: "b", Edition: 3, Bank: suiteBank, Title: "示例", Duration: 90 * time.Minute,
		Sections:   []bank.Section{{Type: bank.Single, Count: 10, Points: 150}, {Type: bank.Multiple, Count: 5, Points: 250, Rule: bank.HalfIfPartial}},
		Weights:    []bank.RangeWeight{{Range: "A-A", Weight: 60}, {Range: "B", Weight: 40}},
		Difficulty: map[int]int{1: 10, 2: 25, 3: 35, 4: 20, 5: 10}, Facility: bank.DefaultFacility(), MaxPerPoint: 2, Exposure: 30, AvoidMet: true,
	}
	bare := bank.Blueprint{ID: "a", Bank: suiteBank, Sections: []bank.Section{{Type: bank.Judgement, Count: 1, Points: 1}}}
	for _, b := range []bank.Blueprint{full, bare, full} {
		if err := s.SaveBlueprint(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		got, err := s.Blueprint(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "Blueprint", b, got)
	}
	all, err := s.Blueprints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Blueprints", []bank.Blueprint{bare, full}, all)
}

func testContent(t *testing.T, s Store) {
	in := append(samples(), foreignSample())
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	want := append(samples(), foreignSample())
	for i := range want {
		want[i].Number, want[i].Created, want[i].Author = 1, noon, "editor"
	}
	slices.SortFunc(want, func(a, b bank.Revision) int { return cmpString(a.Item, b.Item) })
	same(t, "Published", want, mustPublished(t, s))
	var refs []bank.Ref
	for _, r := range want {
		refs = append(refs, bank.Ref{Item: r.Item, Revision: 1, Part: 1}, bank.Ref{Item: r.Item, Revision: 1})
	}
	got, err := s.Revisions(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("Revisions has %d keys, want %d", len(got), len(want))
	}
	for _, r := range want {
		same(t, "Revisions", r, got[bank.Ref{Item: r.Item, Revision: 1}])
	}
}

func cmpString(a, b bank.ItemID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func testRevisionsErr(t *testing.T, s Store) {
	in := samples()
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	for _, ref := range []bank.Ref{{Item: in[0].Item, Revision: 2}, {Item: "nobody/B-A-A-A-001-001", Revision: 1}} {
		if _, err := s.Revisions(t.Context(), []bank.Ref{{Item: in[1].Item, Revision: 1}, ref}); !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("Revisions(%v) = %v, want ErrNotFound", ref, err)
		}
	}
	if got, err := s.Revisions(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("Revisions of nothing = %v, %v", got, err)
	}
	if got, err := s.Published(t.Context(), "nobody"); err != nil || len(got) != 0 {
		t.Errorf("Published of nobody = %v, %v", got, err)
	}
}

func testItems(t *testing.T, s Store) {
	in := samples()
	mustImport(t, s, in[:4], published(), bank.ImportResult{Added: 4})
	draft := published()
	draft.Status = bank.Draft
	mustImport(t, s, in[4:], draft, bank.ImportResult{Added: 2})
	for _, c := range []struct {
		name string
		q    bank.ItemQuery
		want int
	}{
		{"everything", bank.ItemQuery{}, 6},
		{"bank", bank.ItemQuery{Bank: suiteBank}, 6},
		{"other bank", bank.ItemQuery{Bank: "suite"}, 0},
		{"type", bank.ItemQuery{Type: bank.Case}, 1},
		{"range of level 1", bank.ItemQuery{Range: "A"}, 6},
		{"range of level 2", bank.ItemQuery{Range: "A-B"}, 3},
		{"range of level 3", bank.ItemQuery{Range: "A-B-A"}, 3},
		{"no range", bank.ItemQuery{Range: "A-C"}, 0},
		{"status", bank.ItemQuery{Status: bank.Draft}, 2},
		{"difficulty", bank.ItemQuery{Difficulty: 1}, 2},
		{"text in stems and parts", bank.ItemQuery{Text: "发现火情"}, 3},
		{"text in options", bank.ItemQuery{Text: "以上都对"}, 3},
		{"one character", bank.ItemQuery{Text: "夜"}, 1},
		{"a code", bank.ItemQuery{Text: "T-A-B-A-001-001"}, 1},
		{"full-width", bank.ItemQuery{Text: "门卫 应，核对"}, 1},
		{"no such text", bank.ItemQuery{Text: "情火"}, 0},
		{"punctuation", bank.ItemQuery{Text: "。"}, 0},
		{"operators are text", bank.ItemQuery{Text: "$ne", Bank: "$gt"}, 0},
		{"both", bank.ItemQuery{Text: "发现火情", Type: bank.Single}, 1},
	} {
		got, err := s.Items(t.Context(), c.q)
		if err != nil || got.Total != c.want || len(got.Rows) != c.want {
			t.Errorf("%s: %d of %d, %v, want %d", c.name, len(got.Rows), got.Total, err, c.want)
		}
	}
	var paged []bank.ItemID
	for skip := 0; skip < 8; skip += 2 {
		got, err := s.Items(t.Context(), bank.ItemQuery{Skip: skip, Limit: 2})
		if err != nil || got.Total != 6 {
			t.Fatalf("page at %d: %d, %v", skip, got.Total, err)
		}
		for _, item := range got.Rows {
			paged = append(paged, item.ID)
		}
	}
	if len(paged) != 6 || !slices.IsSorted(paged) {
		t.Errorf("pages: %v", paged)
	}
	one, err := s.Items(t.Context(), bank.ItemQuery{Type: bank.Case})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "listed item", []bank.ItemRow{{
		Item: bank.Item{ID: in[5].Item, Bank: suiteBank, Code: "E-A-B-A-001-001", Point: "A-B-A-001", Status: bank.Draft, Revision: 1, Updated: noon},
		Type: bank.Case, Difficulty: 1, Stem: "某医院夜间……", Author: "editor",
		Work: bank.Work{Stage: bank.StageDraft, Revision: 1, Authors: []string{"editor"}},
	}}, one.Rows)
}

func testBanks(t *testing.T, s Store) {
	in := samples()
	mustImport(t, s, in, published(), bank.ImportResult{Added: len(in)})
	for i := range in {
		in[i].Item = bank.ItemID("aaa" + string(in[i].Item))
	}
	draft := published()
	draft.Bank, draft.Status = "aaa"+suiteBank, bank.Approved
	mustImport(t, s, in[:2], draft, bank.ImportResult{Added: 2})
	for _, o := range []bank.Outline{{Bank: suiteBank, Title: "示例"}, {Bank: "zzz", Title: "空的"}} {
		if err := s.SaveOutline(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Banks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Banks", []bank.Summary{
		{ID: "aaasuite-3", Title: "aaasuite-3", Total: 2}, {ID: suiteBank, Title: "示例", Total: 6, Published: 6}, {ID: "zzz", Title: "空的"},
	}, got)
}

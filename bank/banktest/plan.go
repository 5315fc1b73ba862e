package banktest

import (
	"errors"
	"testing"

	"gongyuan/bank"
)

func testOutline(t *testing.T, s Store) {
	if _, err := s.Outline(t.Context(), suiteBank); !errors.Is(err, bank.ErrNotFound) {
		t.Errorf("Outline before = %v, want ErrNotFound", err)
	}
	o := bank.Outline{Bank: suiteBank, Title: "示例", Ranges: []bank.Range{
		{Code: "A", Title: "甲", Weight: 100, Children: []bank.Range{{Code: "A-A", Title: "乙", Weight: 100, Children: []bank.Range{
			{Code: "A-A-A", Title: "丙", Weight: 100, Points: []bank.Point{{Code: "A-A-A-001", Title: "点", Importance: bank.Core}}},
			{Code: "A-A-B", Title: "不适用", Weight: -1, Points: []bank.Point{{Code: "A-A-B-001", Title: "停用的点", Importance: bank.Auxiliary, Retired: true}}},
		}}}},
	}}
	for range 2 { // saving replaces
		o.Title += "。"
		o.Version++ // by the store, whatever is asked
		if err := s.SaveOutline(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		got, err := s.Outline(t.Context(), suiteBank)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "Outline", o, got)
	}
	o.Title = "第三版"
	next, err := s.ReplaceOutline(t.Context(), o)
	if err != nil || next.Version != o.Version+1 {
		t.Errorf("ReplaceOutline: version %d, %v", next.Version, err)
	}
	_, err = s.ReplaceOutline(t.Context(), o)
	wantErr(t, "ReplaceOutline of an old version", err, bank.ErrConflict)
	_, err = s.ReplaceOutline(t.Context(), bank.Outline{Bank: suiteBank})
	wantErr(t, "ReplaceOutline as if there were none", err, bank.ErrConflict)
	first, err := s.ReplaceOutline(t.Context(), bank.Outline{Bank: "suite-new", Title: "新"})
	if err != nil || first.Version != 1 {
		t.Errorf("first ReplaceOutline: version %d, %v", first.Version, err)
	}
}

func testEditions(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.BlueprintDraft(ctx, "b")
	wantErr(t, "BlueprintDraft before", err, bank.ErrNotFound)
	draft := bank.BlueprintDraft{
		Content: bank.Blueprint{ID: "b", Bank: suiteBank, Title: "稿", Sections: []bank.Section{{Type: bank.Judgement, Count: 1, Points: 1}}},
		Authors: []string{"ding"}, By: "ding", Updated: noon,
	}
	for n := range 3 {
		old := draft
		if draft, err = s.SaveBlueprintDraft(ctx, draft); err != nil || draft.Version != n+1 {
			t.Fatalf("save %d: version %d, %v", n, draft.Version, err)
		}
		_, err = s.SaveBlueprintDraft(ctx, old)
		wantErr(t, "SaveBlueprintDraft of an old version", err, bank.ErrConflict)
		draft.Proposed, draft.Note = n == 1, "说明"
	}
	got, err := s.BlueprintDraft(ctx, "b")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "BlueprintDraft", withProposal(draft), got)
	all, err := s.BlueprintDrafts(ctx)
	if err != nil || len(all) != 1 {
		t.Errorf("%d drafts, %v", len(all), err)
	}
	wantErr(t, "DropBlueprintDraft of an old version", s.DropBlueprintDraft(ctx, "b", 1), bank.ErrConflict)
	for range 2 { // the second finds nothing, which is what was wanted
		if err := s.DropBlueprintDraft(ctx, "b", draft.Version); err != nil {
			t.Error(err)
		}
	}
	one := bank.BlueprintEdition{Content: draft.Content, Author: "ding", Approver: "wu", At: noon, Note: "同意"}
	one.Content.Edition = 1
	two := one
	two.Content.Edition = 2
	for _, e := range []bank.BlueprintEdition{one, two} {
		if err := s.AddEdition(ctx, e); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "AddEdition again", s.AddEdition(ctx, e), bank.ErrConflict)
	}
	editions, err := s.Editions(ctx, "b")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Editions", []bank.BlueprintEdition{two, one}, editions)
}

// withProposal is the draft as it was saved last, before the loop's change.
func withProposal(d bank.BlueprintDraft) bank.BlueprintDraft {
	d.Proposed, d.Note = true, "说明"
	return d
}

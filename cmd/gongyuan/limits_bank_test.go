package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/stats"
	"gongyuan/engine/compose"
	"gongyuan/engine/editorial"
	"gongyuan/engine/people"
)

// bankIsOutside has somebody try every act and every look at the questions that
// the sitting outside their limits is planned with.
func (w *world) bankIsOutside(ctx context.Context, name string, by people.AccountID, x *outside) {
	w.t.Helper()
	rows, err := w.engine.bank.Rows(w.t.Context(), x.Blueprint.Bank, func(*bank.ItemRow) bool { return true })
	if err != nil || len(rows) == 0 {
		w.t.Fatalf("%d items, %v", len(rows), err)
	}
	_, err = w.engine.bank.SaveBlueprintDraft(w.t.Context(), bank.BlueprintDraft{Content: x.Blueprint})
	if err != nil && !errors.Is(err, bank.ErrConflict) {
		w.t.Fatal(err)
	}
	for _, a := range slices.Concat(w.actsOnItems(&rows[0], x), w.actsOnPlans(x)) {
		if err := a.do(ctx, by); !errors.Is(err, people.ErrOutside) {
			w.t.Errorf("%s: %s: got %v, want ErrOutside", name, a.name, err)
		}
	}
	guard := editorial.NewGuard(w.engine.bank)
	banks, err := guard.Banks(ctx)
	plans, err2 := guard.Blueprints(ctx)
	drafts, err3 := w.engine.compose.Drafts(ctx, string(by))
	queue, err4 := w.engine.editorial.Queue(ctx, string(by))
	if err := errors.Join(err, err2, err3, err4); err != nil || len(banks)+len(plans)+len(drafts)+len(queue.Review)+len(queue.Publish)+len(queue.Doubted) != 0 {
		w.t.Errorf("%s: lists: %d banks, %d blueprints, %d drafts, %v; want none", name, len(banks), len(plans), len(drafts), err)
	}
	if same, err := w.engine.bank.Item(w.t.Context(), rows[0].ID); err != nil || same.Version != rows[0].Version {
		w.t.Errorf("%s: the item is at version %d, %v; was at %d", name, same.Version, err, rows[0].Version)
	}
}

// actsOnItems are what editors and reviewers do.
func (w *world) actsOnItems(row *bank.ItemRow, x *outside) []limitedAct {
	d, id, content := w.engine.editorial, x.Blueprint.Bank, x.content(w, row)
	step := func(s bank.Step) func(context.Context, people.AccountID) error {
		return func(ctx context.Context, by people.AccountID) error {
			return only(d.Take(ctx, string(by), editorial.StepRequest{Item: row.ID, Step: s, Version: row.Version, Note: "不对"}))
		}
	}
	return []limitedAct{
		{"create an item", func(ctx context.Context, by people.AccountID) error {
			return only(d.Create(ctx, string(by), id, "", content))
		}},
		{"open an item", func(ctx context.Context, by people.AccountID) error { return only(d.Open(ctx, string(by), row.ID)) }},
		{"save a draft", func(ctx context.Context, by people.AccountID) error {
			return only(d.Save(ctx, string(by), editorial.SaveRequest{Item: row.ID, Content: content}))
		}},
		{"submit", step(bank.StepSubmit)}, {"approve", step(bank.StepApprove)}, {"return", step(bank.StepReturn)}, {"retire", step(bank.StepRetire)}, {"doubt", step(bank.StepDoubt)},
		{"compare", func(ctx context.Context, _ people.AccountID) error { return only(d.Compare(ctx, row.ID, -1, -1)) }},
		{"warnings", func(ctx context.Context, _ people.AccountID) error { return only(d.Warn(ctx, id, row.Code, content)) }},
		{"look at the whole bank", func(ctx context.Context, _ people.AccountID) error { return only2(d.Check(ctx, id, false)) }},
		{"tag many", func(ctx context.Context, by people.AccountID) error {
			return only(d.Batch(ctx, string(by), editorial.BatchRequest{ID: uuid.NewString(), Bank: id, Act: editorial.BatchTag, Items: []bank.ItemID{row.ID}, Tag: "重"}))
		}},
		{"imports", func(ctx context.Context, _ people.AccountID) error { return only(d.Imports(ctx, id, 10)) }},
		{"import", func(ctx context.Context, by people.AccountID) error {
			return only(d.Import(ctx, string(by), editorial.ImportRequest{ID: uuid.NewString(), Import: exchange.Import{Bank: id, Revisions: []bank.Revision{content}}}))
		}},
		{"announce a file", func(ctx context.Context, by people.AccountID) error {
			return only(d.OpenIntake(ctx, string(by), bank.Intake{ID: uuid.NewString(), Bank: id, Name: "a.xlsx", Size: 10}))
		}},
		{"export", func(ctx context.Context, by people.AccountID) error {
			return only(d.Export(ctx, string(by), editorial.ExportRequest{Bank: id, Format: "gift"}, true))
		}},
		{"laws", func(ctx context.Context, by people.AccountID) error { return d.SaveLaws(ctx, string(by), id, nil) }},
		{"filters", func(ctx context.Context, by people.AccountID) error { return d.SaveFilters(ctx, string(by), id, nil) }},
		{"figures of an item", func(ctx context.Context, by people.AccountID) error {
			return only2(w.engine.figures.Of(ctx, by, id, row.ID))
		}},
		{"what items are judged by", func(ctx context.Context, by people.AccountID) error {
			return only(w.engine.figures.Limits(ctx, by, id))
		}},
		{"judge items otherwise", func(ctx context.Context, by people.AccountID) error {
			return w.engine.figures.SaveLimits(ctx, by, id, stats.DefaultLimits())
		}},
	}
}

// content is what an item says now.
func (x *outside) content(w *world, row *bank.ItemRow) bank.Revision {
	w.t.Helper()
	ref := bank.Ref{Item: row.ID, Revision: row.Revision}
	all, err := w.engine.bank.Revisions(w.t.Context(), []bank.Ref{ref})
	if err != nil {
		w.t.Fatal(err)
	}
	return all[ref]
}

// actsOnPlans are what is done with blueprints and outlines.
func (w *world) actsOnPlans(x *outside) []limitedAct {
	d, bp := w.engine.compose, x.Blueprint
	return []limitedAct{
		{"open a blueprint", func(ctx context.Context, by people.AccountID) error { return only(d.Open(ctx, string(by), bp.ID)) }},
		{"save a blueprint", func(ctx context.Context, by people.AccountID) error { return only(d.Save(ctx, string(by), 0, bp)) }},
		{"take a blueprint to a bank of theirs", func(ctx context.Context, _ people.AccountID) error {
			theirs := bank.Blueprint{ID: bp.ID, Bank: bank.ID(fmt.Sprint("other-", people.LimitsOf(ctx).Levels[0]))}
			guard := editorial.NewGuard(w.engine.bank)
			if err := guard.SaveBlueprint(ctx, theirs); !errors.Is(err, people.ErrOutside) {
				return err
			}
			return only(guard.SaveBlueprintDraft(ctx, bank.BlueprintDraft{Content: theirs, Version: 1}))
		}},
		{"propose a blueprint", func(ctx context.Context, by people.AccountID) error {
			return only(d.Take(ctx, string(by), compose.StepRequest{ID: bp.ID, Step: bank.StepSubmit}))
		}},
		{"check a blueprint", func(ctx context.Context, by people.AccountID) error { return only(d.Check(ctx, string(by), bp, false)) }},
		{"specimens", func(ctx context.Context, by people.AccountID) error {
			return only(d.Specimens(ctx, string(by), compose.SpecimenRequest{Blueprint: bp, Seed: "1", Count: 1}))
		}},
		{"pool", func(ctx context.Context, _ people.AccountID) error { return only(d.Pool(ctx, bp.Bank)) }},
		{"coverage", func(ctx context.Context, by people.AccountID) error {
			return only(d.Coverage(ctx, string(by), bp.Bank, ""))
		}},
		{"outline", func(ctx context.Context, by people.AccountID) error { return only(d.Outline(ctx, string(by), bp.Bank)) }},
		{"save an outline", func(ctx context.Context, by people.AccountID) error {
			return only(d.SaveOutline(ctx, string(by), bank.Outline{Bank: bp.Bank, Title: "大纲"}))
		}},
		{"plan a sitting with it", func(ctx context.Context, _ people.AccountID) error {
			return only(editorial.NewGuard(w.engine.bank).Blueprint(ctx, bp.ID))
		}},
	}
}

// TestGuardOfBanks has a method of its own for everything that a store of
// questions does, but for what has no bank.
func TestGuardOfBanks(t *testing.T) {
	t.Parallel()
	free := []string{
		"AddPicture", "Picture", "MissingPictures", "SaveMedia", // by digest
		"StaleIntakes", "DropIntake", "AddIntakePart", "IntakeContent", "DropIntakeParts", // after Intake
	}
	calls := reflect.TypeFor[editorial.Backing]()
	for i := range calls.NumMethod() {
		m := calls.Method(i)
		in := make([]reflect.Value, m.Type.NumIn())
		for k := range in {
			in[k] = reflect.Zero(m.Type.In(k))
		}
		in[0] = reflect.ValueOf(people.Limited(t.Context(), people.Limits{Levels: []int{3}}))
		guarded := true
		func() {
			// The store behind is nil: whoever calls it before looking at the
			// limits panics, and so does what looks at what is stored.
			defer func() { guarded = recover() == nil }()
			reflect.ValueOf(editorial.NewGuard(nil)).MethodByName(m.Name).Call(in)
		}()
		reads := []string{"Banks", "Batch", "Undo", "Imported", "UndoImport", "Intake", "Blueprints", "Blueprint", "SaveBlueprint", "BlueprintDraft", "BlueprintDrafts", "SaveBlueprintDraft", "DropBlueprintDraft", "Editions", "Revisions", "Uses", "Media"}
		if want := !slices.Contains(free, m.Name) && !slices.Contains(reads, m.Name); guarded != want {
			t.Errorf("%s: refused before the store is asked: %v, want %v", m.Name, guarded, want)
		}
	}
}

// TestLevelOfBank reads the level from the end of a bank's name.
func TestLevelOfBank(t *testing.T) {
	t.Parallel()
	for id, want := range map[bank.ID]int{"bwgly-3": 3, "a-b-1": 1, "bwgly-6": 0, "bwgly-13": 0, "bwgly": 0, "-3": 0, "": 0, "bwgly-3-alt": 0} {
		if got := id.Level(); got != want {
			t.Errorf("%q: level %d, want %d", id, got, want)
		}
		if got := bank.NewItemID(id, "B-A-B-C-001-002").Bank(); got != id {
			t.Errorf("%q: the item is of %q", id, got)
		}
	}
	within := people.Limited(t.Context(), people.Limits{Levels: []int{3}, Sites: []string{"A"}})
	if err := errors.Join(people.WithinBank(within, "bwgly-3"), people.WithinBank(t.Context(), "any")); err != nil {
		t.Error(err)
	}
	if err := people.WithinBank(within, "any"); !errors.Is(err, people.ErrOutside) {
		t.Errorf("a bank of no level: %v", err)
	}
}

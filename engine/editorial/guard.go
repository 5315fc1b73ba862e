package editorial

import (
	"context"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
)

// Backing is a store of questions with all that desks ask of it;
// *mongobank.Store is one.
type Backing interface {
	Store
	Planning
	Published(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	ReplaceOutline(ctx context.Context, o bank.Outline) (bank.Outline, error)
}

// Planning keeps blueprints, with what is being written of them.
type Planning interface {
	BlueprintDraft(ctx context.Context, id string) (bank.BlueprintDraft, error)
	BlueprintDrafts(ctx context.Context) ([]bank.BlueprintDraft, error)
	SaveBlueprintDraft(ctx context.Context, d bank.BlueprintDraft) (bank.BlueprintDraft, error)
	DropBlueprintDraft(ctx context.Context, id string, version int) error
	AddEdition(ctx context.Context, e bank.BlueprintEdition) error
	Editions(ctx context.Context, id string) ([]bank.BlueprintEdition, error)
	Blueprint(ctx context.Context, id string) (bank.Blueprint, error)
}

// Guard is a store that keeps to the limits of whoever acts (people.Limited):
// what is of a bank outside them is people.ErrOutside, and lists leave it out.
// Desks that work on banks are given it instead of the store, so that none of
// them can forget. What has no bank goes through: pictures, by their digest, and
// the bytes of an intake, which is itself asked for first.
type Guard struct{ Backing }

var _ Store = (*Guard)(nil)

// NewGuard returns the store, guarded.
func NewGuard(b Backing) *Guard { return &Guard{b} }

// within is for what names its banks.
func within(ctx context.Context, ids ...bank.ID) error {
	for _, id := range ids {
		if err := people.WithinBank(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// asked answers only what is of banks within the limits.
func asked[T any](ctx context.Context, answer func() (T, error), ids ...bank.ID) (T, error) {
	if err := within(ctx, ids...); err != nil {
		var none T
		return none, err
	}
	return answer()
}

// found looks at what was found before anybody else does.
func found[T any](ctx context.Context, v T, err error, of func(*T) bank.ID) (T, error) {
	if err == nil {
		err = people.WithinBank(ctx, of(&v))
	}
	if err != nil {
		var none T
		return none, err
	}
	return v, nil
}

// shown leaves out what is outside.
func shown[T any](ctx context.Context, all []T, err error, of func(*T) bank.ID) ([]T, error) {
	if err != nil || people.LimitsOf(ctx).None() {
		return all, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return people.WithinBank(ctx, of(&v)) != nil }), nil
}

func ofItem(r *bank.ItemRow) bank.ID         { return r.Bank }
func ofBatch(b *bank.Batch) bank.ID          { return b.Bank }
func ofIntake(i *bank.Intake) bank.ID        { return i.Bank }
func ofSummary(s *bank.Summary) bank.ID      { return s.ID }
func ofPlan(b *bank.Blueprint) bank.ID       { return b.Bank }
func ofDraft(d *bank.BlueprintDraft) bank.ID { return d.Content.Bank }
func ofEdition(e *bank.BlueprintEdition) bank.ID {
	return e.Content.Bank
}

func ofRefs(refs []bank.Ref) []bank.ID {
	out := make([]bank.ID, len(refs))
	for i, r := range refs {
		out[i] = r.Item.Bank()
	}
	return out
}

func ofItems(items []bank.ItemID) []bank.ID {
	out := make([]bank.ID, len(items))
	for i, id := range items {
		out[i] = id.Bank()
	}
	return out
}

func ofRevisions(all []bank.Revision) []bank.ID {
	out := make([]bank.ID, len(all))
	for i := range all {
		out[i] = all[i].Item.Bank()
	}
	return out
}

// Item implements Items.
func (g *Guard) Item(ctx context.Context, id bank.ItemID) (bank.ItemRow, error) {
	if err := within(ctx, id.Bank()); err != nil {
		return bank.ItemRow{}, err
	}
	row, err := g.Backing.Item(ctx, id)
	return found(ctx, row, err, ofItem)
}

// InsertItem implements Items.
func (g *Guard) InsertItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) error {
	if err := within(ctx, row.Bank, row.ID.Bank()); err != nil {
		return err
	}
	return g.Backing.InsertItem(ctx, row, content)
}

// ChangeItem implements Items.
func (g *Guard) ChangeItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) (bank.ItemRow, error) {
	return asked(ctx, func() (bank.ItemRow, error) { return g.Backing.ChangeItem(ctx, row, content) }, row.Bank, row.ID.Bank())
}

// DropItem implements Items.
func (g *Guard) DropItem(ctx context.Context, row bank.ItemRow) error {
	if err := within(ctx, row.Bank, row.ID.Bank()); err != nil {
		return err
	}
	return g.Backing.DropItem(ctx, row)
}

// AddRevision implements Contents.
func (g *Guard) AddRevision(ctx context.Context, id bank.ID, r bank.Revision) error {
	if err := within(ctx, id, r.Item.Bank()); err != nil {
		return err
	}
	return g.Backing.AddRevision(ctx, id, r)
}

// Revisions implements Contents.
func (g *Guard) Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error) {
	return asked(ctx, func() (map[bank.Ref]bank.Revision, error) { return g.Backing.Revisions(ctx, refs) }, ofRefs(refs)...)
}

// Manuscript implements Contents.
func (g *Guard) Manuscript(ctx context.Context, id bank.ItemID) (bank.Manuscript, error) {
	return asked(ctx, func() (bank.Manuscript, error) { return g.Backing.Manuscript(ctx, id) }, id.Bank())
}

// Writing implements Contents.
func (g *Guard) Writing(ctx context.Context, id bank.ID, since time.Time) ([]bank.ItemID, error) {
	return asked(ctx, func() ([]bank.ItemID, error) { return g.Backing.Writing(ctx, id, since) }, id)
}

// SaveManuscript implements Contents.
func (g *Guard) SaveManuscript(ctx context.Context, m bank.Manuscript) (bank.Manuscript, error) {
	return asked(ctx, func() (bank.Manuscript, error) { return g.Backing.SaveManuscript(ctx, m) }, m.Bank, m.Content.Item.Bank())
}

// DropManuscript implements Contents.
func (g *Guard) DropManuscript(ctx context.Context, id bank.ItemID) error {
	if err := within(ctx, id.Bank()); err != nil {
		return err
	}
	return g.Backing.DropManuscript(ctx, id)
}

// Rows implements Lists.
func (g *Guard) Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error) {
	return asked(ctx, func() ([]bank.ItemRow, error) { return g.Backing.Rows(ctx, id, keep) }, id)
}

// Near implements Lists.
func (g *Guard) Near(ctx context.Context, id bank.ID, item bank.ItemID, stem string, percent, limit int) ([]bank.Near, error) {
	return asked(ctx, func() ([]bank.Near, error) { return g.Backing.Near(ctx, id, item, stem, percent, limit) }, id)
}

// Newest implements Lists.
func (g *Guard) Newest(ctx context.Context, id bank.ID) ([]bank.Revision, error) {
	return asked(ctx, func() ([]bank.Revision, error) { return g.Backing.Newest(ctx, id) }, id)
}

// Published returns what papers draw from.
func (g *Guard) Published(ctx context.Context, id bank.ID) ([]bank.Revision, error) {
	return asked(ctx, func() ([]bank.Revision, error) { return g.Backing.Published(ctx, id) }, id)
}

// Banks implements Lists.
func (g *Guard) Banks(ctx context.Context) ([]bank.Summary, error) {
	all, err := g.Backing.Banks(ctx)
	return shown(ctx, all, err, ofSummary)
}

// Items implements Finder.
func (g *Guard) Items(ctx context.Context, q bank.ItemQuery) (bank.ItemPage, error) {
	return asked(ctx, func() (bank.ItemPage, error) { return g.Backing.Items(ctx, q) }, q.Bank)
}

// AddEvent implements History.
func (g *Guard) AddEvent(ctx context.Context, e bank.Event) error {
	if err := within(ctx, e.Item.Bank()); err != nil {
		return err
	}
	return g.Backing.AddEvent(ctx, e)
}

// Events implements History.
func (g *Guard) Events(ctx context.Context, id bank.ItemID) ([]bank.Event, error) {
	return asked(ctx, func() ([]bank.Event, error) { return g.Backing.Events(ctx, id) }, id.Bank())
}

// Uses implements History.
func (g *Guard) Uses(ctx context.Context, items []bank.ItemID) ([]bank.Use, error) {
	return asked(ctx, func() ([]bank.Use, error) { return g.Backing.Uses(ctx, items) }, ofItems(items)...)
}

package editorial

import (
	"context"
	"errors"

	"gongyuan/bank"
)

// InsertBatch implements Batches.
func (g *Guard) InsertBatch(ctx context.Context, b bank.Batch) error {
	if err := within(ctx, b.Bank); err != nil {
		return err
	}
	return g.Backing.InsertBatch(ctx, b)
}

// Batch implements Batches.
func (g *Guard) Batch(ctx context.Context, id string) (bank.Batch, error) {
	b, err := g.Backing.Batch(ctx, id)
	return found(ctx, b, err, ofBatch)
}

// Undo implements Batches.
func (g *Guard) Undo(ctx context.Context, id string) error {
	if _, err := g.Batch(ctx, id); err != nil {
		return err
	}
	return g.Backing.Undo(ctx, id)
}

// MoveBatch implements Importing.
func (g *Guard) MoveBatch(ctx context.Context, b bank.Batch, to bank.BatchState) error {
	if err := within(ctx, b.Bank); err != nil {
		return err
	}
	return g.Backing.MoveBatch(ctx, b, to)
}

// Batches implements Importing.
func (g *Guard) Batches(ctx context.Context, id bank.ID, act string, limit int) ([]bank.Batch, error) {
	return asked(ctx, func() ([]bank.Batch, error) { return g.Backing.Batches(ctx, id, act, limit) }, id)
}

// Import implements Importing.
func (g *Guard) Import(ctx context.Context, revisions []bank.Revision, opts bank.ImportOptions) (bank.ImportResult, error) {
	return asked(ctx, func() (bank.ImportResult, error) { return g.Backing.Import(ctx, revisions, opts) }, append(ofRevisions(revisions), opts.Bank)...)
}

// Imported implements Importing.
func (g *Guard) Imported(ctx context.Context, batch string) ([]bank.Imported, error) {
	if _, err := g.Batch(ctx, batch); err != nil {
		return nil, err
	}
	return g.Backing.Imported(ctx, batch)
}

// UndoImport implements Importing.
func (g *Guard) UndoImport(ctx context.Context, id bank.ID, batch string) error {
	if _, err := g.Batch(ctx, batch); err != nil {
		return err
	}
	if err := within(ctx, id); err != nil {
		return err
	}
	return g.Backing.UndoImport(ctx, id, batch)
}

// Filters implements Settings.
func (g *Guard) Filters(ctx context.Context, account string, id bank.ID) ([]bank.SavedFilter, error) {
	return asked(ctx, func() ([]bank.SavedFilter, error) { return g.Backing.Filters(ctx, account, id) }, id)
}

// SaveFilters implements Settings.
func (g *Guard) SaveFilters(ctx context.Context, account string, id bank.ID, list []bank.SavedFilter) error {
	if err := within(ctx, id); err != nil {
		return err
	}
	return g.Backing.SaveFilters(ctx, account, id, list)
}

// Laws implements Settings.
func (g *Guard) Laws(ctx context.Context, id bank.ID) ([]bank.Law, error) {
	return asked(ctx, func() ([]bank.Law, error) { return g.Backing.Laws(ctx, id) }, id)
}

// SaveLaws implements Settings.
func (g *Guard) SaveLaws(ctx context.Context, id bank.ID, laws []bank.Law) error {
	if err := within(ctx, id); err != nil {
		return err
	}
	return g.Backing.SaveLaws(ctx, id, laws)
}

// Media implements Holdings.
func (g *Guard) Media(ctx context.Context, revisions []bank.Revision) (map[string][]byte, error) {
	return asked(ctx, func() (map[string][]byte, error) { return g.Backing.Media(ctx, revisions) }, ofRevisions(revisions)...)
}

// InsertIntake implements Intakes.
func (g *Guard) InsertIntake(ctx context.Context, i bank.Intake) error {
	if err := within(ctx, i.Bank); err != nil {
		return err
	}
	return g.Backing.InsertIntake(ctx, i)
}

// Intake implements Intakes.
func (g *Guard) Intake(ctx context.Context, id string) (bank.Intake, error) {
	i, err := g.Backing.Intake(ctx, id)
	return found(ctx, i, err, ofIntake)
}

// ChangeIntake implements Intakes.
func (g *Guard) ChangeIntake(ctx context.Context, i bank.Intake) (bank.Intake, error) {
	return asked(ctx, func() (bank.Intake, error) { return g.Backing.ChangeIntake(ctx, i) }, i.Bank)
}

// Outline implements Lists.
func (g *Guard) Outline(ctx context.Context, id bank.ID) (bank.Outline, error) {
	return asked(ctx, func() (bank.Outline, error) { return g.Backing.Outline(ctx, id) }, id)
}

// SaveOutline implements Holdings.
func (g *Guard) SaveOutline(ctx context.Context, o bank.Outline) error {
	if err := within(ctx, o.Bank); err != nil {
		return err
	}
	return g.Backing.SaveOutline(ctx, o)
}

// ReplaceOutline replaces an outline.
func (g *Guard) ReplaceOutline(ctx context.Context, o bank.Outline) (bank.Outline, error) {
	return asked(ctx, func() (bank.Outline, error) { return g.Backing.ReplaceOutline(ctx, o) }, o.Bank)
}

// Blueprints implements Holdings.
func (g *Guard) Blueprints(ctx context.Context) ([]bank.Blueprint, error) {
	all, err := g.Backing.Blueprints(ctx)
	return shown(ctx, all, err, ofPlan)
}

// Blueprint implements Planning.
func (g *Guard) Blueprint(ctx context.Context, id string) (bank.Blueprint, error) {
	b, err := g.Backing.Blueprint(ctx, id)
	return found(ctx, b, err, ofPlan)
}

// SaveBlueprint implements Holdings. Neither what stands nor what comes may be
// outside.
func (g *Guard) SaveBlueprint(ctx context.Context, b bank.Blueprint) error {
	if _, err := g.Blueprint(ctx, b.ID); err != nil && !errors.Is(err, bank.ErrNotFound) {
		return err
	}
	if err := within(ctx, b.Bank); err != nil {
		return err
	}
	return g.Backing.SaveBlueprint(ctx, b)
}

// BlueprintDraft implements Planning.
func (g *Guard) BlueprintDraft(ctx context.Context, id string) (bank.BlueprintDraft, error) {
	d, err := g.Backing.BlueprintDraft(ctx, id)
	return found(ctx, d, err, ofDraft)
}

// BlueprintDrafts implements Planning.
func (g *Guard) BlueprintDrafts(ctx context.Context) ([]bank.BlueprintDraft, error) {
	all, err := g.Backing.BlueprintDrafts(ctx)
	return shown(ctx, all, err, ofDraft)
}

// SaveBlueprintDraft implements Planning. Neither what stands nor what comes may
// be outside, nor the blueprint that it would replace.
func (g *Guard) SaveBlueprintDraft(ctx context.Context, d bank.BlueprintDraft) (bank.BlueprintDraft, error) {
	_, err := g.BlueprintDraft(ctx, d.Content.ID)
	if err == nil || errors.Is(err, bank.ErrNotFound) {
		_, err = g.Blueprint(ctx, d.Content.ID)
	}
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return bank.BlueprintDraft{}, err
	}
	return asked(ctx, func() (bank.BlueprintDraft, error) { return g.Backing.SaveBlueprintDraft(ctx, d) }, d.Content.Bank)
}

// DropBlueprintDraft implements Planning.
func (g *Guard) DropBlueprintDraft(ctx context.Context, id string, version int) error {
	if _, err := g.BlueprintDraft(ctx, id); err != nil {
		return err
	}
	return g.Backing.DropBlueprintDraft(ctx, id, version)
}

// AddEdition implements Planning.
func (g *Guard) AddEdition(ctx context.Context, e bank.BlueprintEdition) error {
	if err := within(ctx, e.Content.Bank); err != nil {
		return err
	}
	return g.Backing.AddEdition(ctx, e)
}

// Editions implements Planning.
func (g *Guard) Editions(ctx context.Context, id string) ([]bank.BlueprintEdition, error) {
	all, err := g.Backing.Editions(ctx, id)
	return shown(ctx, all, err, ofEdition)
}

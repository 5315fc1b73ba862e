package editorial

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/engine/audit"
)

// BatchImport is the act of a batch that came from a file.
const BatchImport BatchAct = "import"

// Importing keeps what imports changed.
type Importing interface {
	Import(ctx context.Context, revisions []bank.Revision, opts bank.ImportOptions) (bank.ImportResult, error)
	Imported(ctx context.Context, batch string) ([]bank.Imported, error)
	UndoImport(ctx context.Context, id bank.ID, batch string) error
	MoveBatch(ctx context.Context, b bank.Batch, to bank.BatchState) error
	Batches(ctx context.Context, id bank.ID, act string, limit int) ([]bank.Batch, error)
}

// Holdings keeps what belongs to a bank besides its items.
type Holdings interface {
	SaveMedia(ctx context.Context, files map[string][]byte) error
	Media(ctx context.Context, revisions []bank.Revision) (map[string][]byte, error)
	SaveOutline(ctx context.Context, o bank.Outline) error
	SaveBlueprint(ctx context.Context, b bank.Blueprint) error
	Blueprints(ctx context.Context) ([]bank.Blueprint, error)
}

// ImportRequest is a file that was read, and what is to be done with it.
type ImportRequest struct {
	ID     string // of the batch; the same twice is done once
	Title  string // the file's name
	Import exchange.Import
	// Status is given to new and changed items; items that cannot be asked stay
	// drafts whatever it is.
	Status      bank.Status
	Leave       []string              // codes of items that stay out
	WithOutline bool                  // the file's outline and blueprint replace the bank's
	Progress    func(done, total int) // may be nil
}

// chosen splits what is taken into what can be asked and what cannot.
func (r *ImportRequest) chosen() (items, others []bank.Revision) {
	left := map[string]bool{}
	for _, code := range r.Leave {
		left[code] = true
	}
	for _, rev := range r.Import.Revisions {
		switch {
		case left[exchange.CodeOf(r.Import.Bank, rev.Item)]:
		case rev.Type.Valid():
			items = append(items, rev)
		default:
			others = append(others, rev)
		}
	}
	return items, others
}

// Foresee tells what an import would do to the items of its bank.
func (d *Desk) Foresee(ctx context.Context, r ImportRequest) (bank.ImportResult, error) {
	return d.bring(ctx, "", r, true)
}

func (d *Desk) bring(ctx context.Context, by string, r ImportRequest, dry bool) (bank.ImportResult, error) {
	items, others := r.chosen()
	opts := bank.ImportOptions{Bank: r.Import.Bank, Author: by, Status: r.Status, Now: d.Clock.Now(), Batch: r.ID, DryRun: dry}
	total := len(items) + len(others)
	step := func(before int) func(int, int) {
		return func(done, _ int) {
			if r.Progress != nil {
				r.Progress(before+done, total)
			}
		}
	}
	opts.Progress = step(0)
	result, err := d.Store.Import(ctx, items, opts)
	if err != nil || len(others) == 0 {
		return result, err
	}
	opts.Status, opts.Progress = bank.Draft, step(len(items))
	kept, err := d.Store.Import(ctx, others, opts)
	result.Add(kept)
	return result, err
}

// Import brings a file that was read into its bank as one batch. Where all of
// it is there already it changes nothing and keeps no batch; the answer then
// has no State. It may be repeated after an error or a crash, and then finishes
// what was begun.
func (d *Desk) Import(ctx context.Context, by string, r ImportRequest) (bank.Batch, error) {
	if !bankForm.MatchString(string(r.Import.Bank)) {
		return bank.Batch{}, bank.ErrNotFound
	}
	b := bank.Batch{ID: r.ID, Bank: r.Import.Bank, Act: string(BatchImport), By: by, At: d.Clock.Now(), Title: r.Title, State: bank.BatchRunning}
	known, err := d.Store.Batch(ctx, r.ID)
	switch {
	case err == nil && (known.Bank != b.Bank || known.Act != b.Act || known.State == bank.BatchUndoing || known.State == bank.BatchUndone):
		return known, fmt.Errorf("editorial: batch %s: %w", r.ID, bank.ErrConflict)
	case err == nil && known.State == bank.BatchDone:
		return known, nil
	case err == nil:
		b = known
	case !errors.Is(err, bank.ErrNotFound):
		return b, err
	default:
		foreseen, idle, err := d.idle(ctx, &r)
		if b.Added, b.Revised, b.Unchanged = foreseen.Added, foreseen.Revised, foreseen.Unchanged; err != nil || idle {
			b.State = ""
			return b, err
		}
		event := audit.Event{
			Actor: by, Act: "bank.import", Object: "bank:" + string(b.Bank),
			After: imported{r.ID, r.Title, b.Added, b.Revised, b.Unchanged, r.Status, r.WithOutline},
		}
		if err := audit.Do(ctx, d.Audit, event, func() error { return d.Store.InsertBatch(ctx, b) }); err != nil {
			return b, err
		}
	}
	return d.finish(ctx, b, r)
}

// imported is what the record says of an import.
type imported struct {
	Batch     string      `json:"batch"`
	File      string      `json:"file"`
	Added     int         `json:"added"`
	Revised   int         `json:"revised"`
	Unchanged int         `json:"unchanged"`
	Status    bank.Status `json:"status"`
	Outline   bool        `json:"outline,omitempty"`
}

// idle tells whether an import has nothing to do. An outline and a blueprint
// that the bank has already are taken out of it.
func (d *Desk) idle(ctx context.Context, r *ImportRequest) (bank.ImportResult, bool, error) {
	foreseen, err := d.Foresee(ctx, *r)
	if err != nil {
		return foreseen, false, err
	}
	more := foreseen.Added+foreseen.Revised > 0
	if r.Import.Outline != nil && r.WithOutline {
		held, err := d.Store.Outline(ctx, r.Import.Bank)
		if err != nil && !errors.Is(err, bank.ErrNotFound) {
			return foreseen, false, err
		}
		held.Version = 0 // files have none
		if err == nil && reflect.DeepEqual(held, *r.Import.Outline) {
			r.Import.Outline = nil
		}
	}
	if r.Import.Blueprint != nil && r.WithOutline {
		held, err := d.Store.Blueprints(ctx)
		if err != nil {
			return foreseen, false, err
		}
		if slices.ContainsFunc(held, func(b bank.Blueprint) bool {
			b.Edition = r.Import.Blueprint.Edition
			return reflect.DeepEqual(b, *r.Import.Blueprint)
		}) {
			r.Import.Blueprint = nil
		}
	}
	more = more || r.WithOutline && (r.Import.Outline != nil || r.Import.Blueprint != nil)
	if more || r.Status != bank.Published {
		return foreseen, !more, nil
	}
	items, _ := r.chosen()
	mine := map[bank.ItemID]bool{}
	for i := range items {
		mine[items[i].Item] = true
	}
	waiting, err := d.Store.Rows(ctx, r.Import.Bank, func(i *bank.ItemRow) bool {
		return mine[i.ID] && i.Published != i.Revision && i.Status != bank.Retired
	})
	return foreseen, len(waiting) == 0, err
}

// finish does what is left of an import that was recorded.
func (d *Desk) finish(ctx context.Context, b bank.Batch, r ImportRequest) (bank.Batch, error) {
	if err := d.Store.SaveMedia(ctx, r.Import.Media); err != nil {
		return b, err
	}
	if _, err := d.bring(ctx, b.By, r, false); err != nil {
		return b, err
	}
	if r.WithOutline && r.Import.Outline != nil {
		if err := d.Store.SaveOutline(ctx, *r.Import.Outline); err != nil {
			return b, err
		}
	}
	if r.WithOutline && r.Import.Blueprint != nil {
		if err := d.Store.SaveBlueprint(ctx, *r.Import.Blueprint); err != nil {
			return b, err
		}
	}
	d.checks.drop(b.Bank)
	if err := d.Store.MoveBatch(ctx, b, bank.BatchDone); err != nil {
		return b, err
	}
	b.State = bank.BatchDone
	return b, nil
}

// ErrUsed refuses to take an import back of which something is in use.
var ErrUsed = errors.New("editorial: an item of the import is in use")

// Hold is why an item keeps an import from being taken back.
type Hold string

// The reasons. HoldPaper is a sealed paper that shows what was imported;
// HoldChanged is any work on the item since: an edit, a review, a publication.
const (
	HoldPaper   Hold = "paper"
	HoldChanged Hold = "changed"
)

// Held is an item of an import that is in use.
type Held struct {
	Item bank.ItemID
	Why  Hold
}

// UsedError names the items for which an import is not taken back.
type UsedError struct{ Items []Held }

func (e *UsedError) Error() string { return fmt.Sprintf("%v: %d", ErrUsed, len(e.Items)) }

// Unwrap makes it an ErrUsed.
func (e *UsedError) Unwrap() error { return ErrUsed }

// ImportStanding is an import of the past and what keeps it from being undone.
type ImportStanding struct {
	bank.Batch
	Items int
	Held  []Held
}

// Imports lists the newest imports of a bank. Those of others are listed too:
// the bank is everybody's.
func (d *Desk) Imports(ctx context.Context, id bank.ID, limit int) ([]ImportStanding, error) {
	batches, err := d.Store.Batches(ctx, id, string(BatchImport), limit)
	if err != nil {
		return nil, err
	}
	out := make([]ImportStanding, len(batches))
	for i, b := range batches {
		out[i].Batch = b
		if b.State != bank.BatchDone && b.State != bank.BatchRunning {
			continue
		}
		all, held, err := d.holding(ctx, b)
		if err != nil {
			return nil, err
		}
		out[i].Items, out[i].Held = len(all), held
	}
	return out, nil
}

// holding lists the items of an import, and those of them that are in use.
func (d *Desk) holding(ctx context.Context, b bank.Batch) ([]bank.Imported, []Held, error) {
	all, err := d.Store.Imported(ctx, b.ID)
	if err != nil {
		return nil, nil, err
	}
	mine := make(map[bank.ItemID]bank.Imported, len(all))
	for _, i := range all {
		mine[i.Item] = i
	}
	rows, err := d.Store.Rows(ctx, b.Bank, func(r *bank.ItemRow) bool { _, ok := mine[r.ID]; return ok })
	if err != nil {
		return nil, nil, err
	}
	writing, err := d.Store.Writing(ctx, b.Bank, b.At)
	if err != nil {
		return nil, nil, err
	}
	used, err := d.onPapers(ctx, rows, mine, b.At)
	if err != nil {
		return nil, nil, err
	}
	var held []Held
	for _, r := range rows {
		switch {
		case used[r.ID]:
			held = append(held, Held{r.ID, HoldPaper})
		case r.Version != mine[r.ID].Version || slices.Contains(writing, r.ID):
			held = append(held, Held{r.ID, HoldChanged})
		}
	}
	slices.SortFunc(held, func(a, b Held) int {
		if a.Why != b.Why {
			return -compare(a.Why, b.Why) // papers first
		}
		return compare(a.Item, b.Item)
	})
	return all, held, nil
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// onPapers tells which items stand on a paper with what the import brought: a
// paper that shows what was there before does not hold it.
func (d *Desk) onPapers(ctx context.Context, rows []bank.ItemRow, mine map[bank.ItemID]bank.Imported, since time.Time) (map[bank.ItemID]bool, error) {
	var asked []bank.ItemID
	for _, r := range rows {
		if !r.LastUsed.IsZero() && !r.LastUsed.Before(since) {
			asked = append(asked, r.ID)
		}
	}
	uses, err := d.Store.Uses(ctx, asked)
	out := map[bank.ItemID]bool{}
	for _, u := range uses {
		before := mine[u.Item].Before
		if u.Revision > before.Revision || u.Revision == before.Revision && before.Published < before.Revision {
			out[u.Item] = true
		}
	}
	return out, err
}

// undoImport takes an import back as a whole, or not at all: where one of its
// items is in use it returns a *UsedError that names them. It may be repeated
// after a crash.
func (d *Desk) undoImport(ctx context.Context, by string, b bank.Batch) (BatchResult, error) {
	out := BatchResult{Batch: b}
	all, held, err := d.holding(ctx, b)
	if err != nil {
		return out, err
	}
	switch b.State {
	case bank.BatchDone, bank.BatchRunning:
		if len(held) > 0 {
			return out, &UsedError{held}
		}
		event := audit.Event{Actor: by, Act: "item-batch.undo", Object: "item-batch:" + b.ID, After: len(all)}
		err := audit.Do(ctx, d.Audit, event, func() error { return d.Store.MoveBatch(ctx, b, bank.BatchUndoing) })
		if err != nil {
			return out, err
		}
		b.State = bank.BatchUndoing
	case bank.BatchUndoing:
	default:
		return out, fmt.Errorf("editorial: batch %s: %w", b.ID, bank.ErrConflict)
	}
	if err := d.Store.UndoImport(ctx, b.Bank, b.ID); err != nil {
		return out, err
	}
	d.checks.drop(b.Bank)
	if err := d.Store.MoveBatch(ctx, b, bank.BatchUndone); err != nil && !errors.Is(err, bank.ErrConflict) {
		return out, err
	}
	b.State, b.Undone = bank.BatchUndone, true
	out.Batch = b
	for _, i := range all {
		out.Batch.Changes = append(out.Batch.Changes, bank.BatchChange{Item: i.Item})
	}
	return out, nil
}

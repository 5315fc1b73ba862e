package editorial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that a picture may have
	_ "image/png"
	"slices"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// BatchAct is what may be done with many items at once.
type BatchAct string

// The acts on many items. Approving is not among them: it is read one by one.
const (
	BatchTag     BatchAct = "tag"
	BatchUntag   BatchAct = "untag"
	BatchRetire  BatchAct = "retire"
	BatchRestore BatchAct = "restore"
	BatchSubmit  BatchAct = "submit"
	BatchPublish BatchAct = "publish"
)

// maxBatch is how many items one act takes.
const maxBatch = 200

// BatchRequest is an act on many items.
type BatchRequest struct {
	ID    string // given by the caller: the same twice is done once
	Bank  bank.ID
	Act   BatchAct
	Items []bank.ItemID
	Tag   string
	Note  string
}

// BatchRefusal is an item that an act was not done with.
type BatchRefusal struct {
	Item bank.ItemID
	Err  error
}

// BatchResult says what came of an act on many items.
type BatchResult struct {
	Batch   bank.Batch
	Refused []BatchRefusal
	// Undoable tells whether Undo can take it back: what was handed in or
	// published has been read by others.
	Undoable bool
}

// Batch does an act with each of the items, and tells with which it could not.
func (d *Desk) Batch(ctx context.Context, by string, r BatchRequest) (BatchResult, error) {
	if len(r.Items) == 0 || len(r.Items) > maxBatch {
		return BatchResult{}, &FieldError{"/items", "maxItems"}
	}
	// Else each item would be refused by itself, and nothing of the batch kept.
	if err := people.WithinBank(ctx, r.Bank); err != nil {
		return BatchResult{}, err
	}
	needed := r.Act == BatchRetire || r.Act == BatchRestore
	done, err := d.Store.Batch(ctx, r.ID)
	if err == nil { // asked again because the answer was lost
		return BatchResult{Batch: done, Undoable: !done.Undone && BatchAct(done.Act) != BatchSubmit && BatchAct(done.Act) != BatchPublish}, nil
	}
	if !errors.Is(err, bank.ErrNotFound) {
		return BatchResult{}, err
	}
	if r.Note, err = note(r.Note, needed); err != nil {
		return BatchResult{}, err
	}
	r.Tag = bank.CleanText(r.Tag)
	tagging := r.Act == BatchTag || r.Act == BatchUntag
	if n := utf8.RuneCountInString(r.Tag); tagging && (n < 1 || n > 20) {
		return BatchResult{}, &FieldError{"/tag", "empty"}
	}
	out := BatchResult{Undoable: tagging || needed, Batch: bank.Batch{ID: r.ID, Bank: r.Bank, Act: string(r.Act), By: by, At: d.Clock.Now()}}
	for _, item := range slices.Compact(slices.Sorted(slices.Values(r.Items))) {
		change, err := d.one(ctx, by, r, item, tagging)
		if errors.Is(err, bank.ErrUnavailable) || ctx.Err() != nil {
			return out, err
		}
		if err != nil {
			out.Refused = append(out.Refused, BatchRefusal{item, err})
			continue
		}
		out.Batch.Changes = append(out.Batch.Changes, change)
	}
	if len(out.Batch.Changes) == 0 {
		out.Undoable = false
		return out, nil
	}
	return out, d.Store.InsertBatch(ctx, out.Batch)
}

func (d *Desk) one(ctx context.Context, by string, r BatchRequest, item bank.ItemID, tagging bool) (bank.BatchChange, error) {
	row, err := d.Store.Item(ctx, item)
	if err != nil {
		return bank.BatchChange{}, err
	}
	if row.Bank != r.Bank {
		return bank.BatchChange{}, bank.ErrNotFound
	}
	before := bank.BatchChange{Item: item, Status: row.Status, Tags: row.Tags}
	if !tagging {
		step := bank.Step(r.Act)
		m, _, err := d.manuscript(ctx, &row)
		if err != nil {
			return before, err
		}
		next, err := row.Work.Next(step, by, row.Status)
		if err != nil {
			return before, err
		}
		before.Version = row.Version + 1
		_, err = d.take(ctx, by, StepRequest{Item: item, Step: step, Version: row.Version, Draft: m.Version, Note: r.Note}, row, next)
		return before, err
	}
	tags := slices.DeleteFunc(slices.Clone(row.Tags), func(t string) bool { return t == r.Tag })
	if r.Act == BatchTag {
		tags = append(tags, r.Tag)
	}
	if len(tags) > 20 {
		return before, &FieldError{"/tag", "maxItems"}
	}
	row.Tags = tags
	row, err = d.Store.ChangeItem(ctx, row, nil)
	before.Version = row.Version
	return before, err
}

// Undo takes an act on many items back: tags, and what was retired or
// restored. Items that changed since are left as they are and told. The second
// time it returns bank.ErrConflict. An import is taken back as a whole or, with
// a *UsedError, not at all.
func (d *Desk) Undo(ctx context.Context, by string, in bank.ID, id string) (BatchResult, error) {
	b, err := d.Store.Batch(ctx, id)
	if err == nil && b.Bank != in {
		err = bank.ErrNotFound
	}
	if err != nil {
		return BatchResult{}, err
	}
	if BatchAct(b.Act) == BatchImport {
		return d.undoImport(ctx, by, b)
	}
	if act := BatchAct(b.Act); act == BatchSubmit || act == BatchPublish {
		return BatchResult{}, fmt.Errorf("%w: %s is not taken back", bank.ErrStage, act)
	}
	out := BatchResult{Batch: b}
	event := audit.Event{Actor: by, Act: "item-batch.undo", Object: "item-batch:" + id, After: len(b.Changes)}
	err = audit.Do(ctx, d.Audit, event, func() error { return d.Store.Undo(ctx, id) })
	if err != nil {
		return out, err
	}
	out.Batch.Undone, out.Batch.Changes = true, nil
	for _, c := range b.Changes {
		if err := d.putBack(ctx, by, c); err != nil {
			out.Refused = append(out.Refused, BatchRefusal{c.Item, err})
			continue
		}
		out.Batch.Changes = append(out.Batch.Changes, c)
	}
	return out, nil
}

func (d *Desk) putBack(ctx context.Context, by string, c bank.BatchChange) error {
	row, err := d.Store.Item(ctx, c.Item)
	if err != nil {
		return err
	}
	if row.Version != c.Version {
		return bank.ErrConflict
	}
	changed := row.Status != c.Status
	row.Tags, row.Status = c.Tags, c.Status
	if _, err := d.Store.ChangeItem(ctx, row, nil); err != nil || !changed {
		return err
	}
	step := bank.StepRestore
	if c.Status == bank.Retired {
		step = bank.StepRetire
	}
	return d.event(ctx, &row, by, StepRequest{Item: c.Item, Step: step})
}

// What a picture may be.
const (
	MaxPicture = 512 << 10 // bytes
	maxSide    = 4096      // pixels
)

// AddPicture keeps an image. What it is is told by its bytes, never by its
// name: a PNG or a JPEG, no larger than a screen can use.
func (d *Desk) AddPicture(ctx context.Context, data []byte) (bank.Picture, error) {
	if len(data) == 0 || len(data) > MaxPicture {
		return bank.Picture{}, &FieldError{"/data", "picture-size"}
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "png" && format != "jpeg" {
		return bank.Picture{}, &FieldError{"/data", "picture-type"}
	}
	if config.Width < 1 || config.Height < 1 || config.Width > maxSide || config.Height > maxSide {
		return bank.Picture{}, &FieldError{"/data", "picture-size"}
	}
	sum := sha256.Sum256(data)
	p := bank.Picture{ID: bank.PictureID(hex.EncodeToString(sum[:16])), Type: "image/" + format, Width: config.Width, Height: config.Height, Data: data}
	return p, d.Store.AddPicture(ctx, p)
}

// Picture returns a picture, or bank.ErrNotFound.
func (d *Desk) Picture(ctx context.Context, id bank.PictureID) (bank.Picture, error) {
	return d.Store.Picture(ctx, id)
}

// SaveLaws replaces the list of laws that are not in force.
func (d *Desk) SaveLaws(ctx context.Context, by string, id bank.ID, laws []bank.Law) error {
	if len(laws) > 200 {
		return &FieldError{"/laws", "maxItems"}
	}
	for i := range laws {
		laws[i].Name, laws[i].Note = bank.CleanText(laws[i].Name), bank.CleanText(laws[i].Note)
		if n := utf8.RuneCountInString(laws[i].Name); n < 2 || n > 100 || utf8.RuneCountInString(laws[i].Note) > 200 {
			return &FieldError{fmt.Sprintf("/laws/%d/name", i), "maxLength"}
		}
	}
	d.checks.drop(id)
	event := audit.Event{Actor: by, Act: "bank.laws", Object: "bank:" + string(id), After: laws}
	return audit.Do(ctx, d.Audit, event, func() error { return d.Store.SaveLaws(ctx, id, laws) })
}

// SaveFilters replaces what somebody saved for a bank.
func (d *Desk) SaveFilters(ctx context.Context, by string, id bank.ID, list []bank.SavedFilter) error {
	if len(list) > 30 {
		return &FieldError{"/filters", "maxItems"}
	}
	for i := range list {
		list[i].Name = bank.CleanText(list[i].Name)
		if n := utf8.RuneCountInString(list[i].Name); n < 1 || n > 40 || len(list[i].Query) > 1000 {
			return &FieldError{fmt.Sprintf("/filters/%d/name", i), "maxLength"}
		}
	}
	return d.Store.SaveFilters(ctx, by, id, list)
}

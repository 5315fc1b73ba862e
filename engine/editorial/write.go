package editorial

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
)

// Detail is everything about an item that the desk shows.
type Detail struct {
	Row      bank.ItemRow
	Content  bank.Revision // the draft where there is one, else the newest revision
	Draft    int           // version of the draft; 0 for none
	Base     int           // the revision that the next draft begins from, or this one began from
	DraftBy  string
	Events   []bank.Event
	Uses     []bank.Use
	May      []bank.Step
	Warnings []bank.Warning
}

var (
	codeForm = regexp.MustCompile(`^[A-Z](-[A-Z]){3}-\d{3}-\d{3}$`)
	bankForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
)

// Create begins an item. An empty code becomes the next free one of its type
// and point.
func (d *Desk) Create(ctx context.Context, by string, id bank.ID, code string, content bank.Revision) (Detail, error) {
	if !bankForm.MatchString(string(id)) {
		return Detail{}, bank.ErrNotFound
	}
	if err := clean(&content); err != nil {
		return Detail{}, err
	}
	given := code != ""
	if given && !codeForm.MatchString(code) {
		return Detail{}, &FieldError{"/code", "item-code"}
	}
	for range 20 {
		if !given {
			var err error
			if code, err = d.nextCode(ctx, id, content.Type, content.Point); err != nil {
				return Detail{}, err
			}
		}
		now := d.Clock.Now()
		item := bank.NewItemID(id, code)
		content.Item, content.Number = item, 0
		row := bank.ItemRow{
			Item:   bank.Item{ID: item, Bank: id, Code: code, Point: content.Point, Status: bank.Draft, Updated: now},
			Author: by, Work: bank.Work{Stage: bank.StageDraft, Authors: []string{by}},
		}
		err := d.Store.InsertItem(ctx, row, &content)
		if errors.Is(err, bank.ErrConflict) && !given {
			continue // somebody else took the number
		}
		if errors.Is(err, bank.ErrConflict) {
			return Detail{}, &FieldError{"/code", "duplicate"}
		}
		if err != nil {
			return Detail{}, err
		}
		if _, err := d.Store.SaveManuscript(ctx, bank.Manuscript{Bank: id, Content: content, By: by, Updated: now}); err != nil {
			return Detail{}, err
		}
		return d.Open(ctx, by, item)
	}
	return Detail{}, fmt.Errorf("editorial: no free code for %s in %s: %w", content.Point, id, bank.ErrConflict)
}

func (d *Desk) nextCode(ctx context.Context, id bank.ID, t bank.Type, p bank.PointCode) (string, error) {
	prefix := string(t) + "-" + string(p) + "-"
	rows, err := d.Store.Rows(ctx, id, func(r *bank.ItemRow) bool { return strings.HasPrefix(r.Code, prefix) })
	if err != nil {
		return "", err
	}
	last := 0
	for _, r := range rows {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.Code, prefix))
		last = max(last, n)
	}
	if last >= 999 {
		return "", &FieldError{"/content/point", "point-full"}
	}
	return fmt.Sprintf("%s%03d", prefix, last+1), nil
}

// Open returns an item with all that belongs to it.
func (d *Desk) Open(ctx context.Context, by string, item bank.ItemID) (Detail, error) {
	row, err := d.Store.Item(ctx, item)
	if err != nil {
		return Detail{}, err
	}
	out := Detail{Row: row, Base: row.Revision}
	m, found, err := d.manuscript(ctx, &row)
	if err != nil {
		return Detail{}, err
	}
	if found {
		out.Content, out.Draft, out.Base, out.DraftBy = m.Content, m.Version, m.Base, m.By
	} else if out.Content, err = d.revision(ctx, item, row.Revision); err != nil {
		return Detail{}, err
	}
	if out.Events, err = d.Store.Events(ctx, item); err != nil {
		return Detail{}, err
	}
	if out.Uses, err = d.Store.Uses(ctx, []bank.ItemID{item}); err != nil {
		return Detail{}, err
	}
	out.May = slices.DeleteFunc(row.Work.May(by, row.Status), func(s bank.Step) bool {
		return s == bank.StepDiscard && !found || s == bank.StepRetire && row.Published == 0 && row.Revision == 0
	})
	out.Warnings, err = d.Warn(ctx, row.Bank, row.Code, out.Content)
	return out, err
}

// manuscript returns the draft of an item. One that was left behind when it
// was handed in does not count.
func (d *Desk) manuscript(ctx context.Context, row *bank.ItemRow) (bank.Manuscript, bool, error) {
	if row.Work.Stage == bank.StageReview || row.Work.Stage == bank.StagePassed {
		return bank.Manuscript{}, false, nil
	}
	m, err := d.Store.Manuscript(ctx, row.ID)
	if errors.Is(err, bank.ErrNotFound) {
		return bank.Manuscript{}, false, nil
	}
	return m, err == nil, err
}

// revision returns a revision of an item, or bank.ErrNotFound.
func (d *Desk) revision(ctx context.Context, item bank.ItemID, number int) (bank.Revision, error) {
	if number < 1 {
		return bank.Revision{}, fmt.Errorf("editorial: %s has no revision: %w", item, bank.ErrNotFound)
	}
	ref := bank.Ref{Item: item, Revision: number}
	all, err := d.Store.Revisions(ctx, []bank.Ref{ref})
	if err != nil {
		return bank.Revision{}, err
	}
	return all[ref], nil
}

// SaveRequest is a draft as an editor has it: the version and the base that it
// was read with.
type SaveRequest struct {
	Item    bank.ItemID
	Version int // 0 where there was no draft
	Base    int
	Content bank.Revision
}

// Save keeps a draft. It returns bank.ErrConflict where somebody else saved or
// handed in meanwhile: nothing is lost, both are shown side by side.
func (d *Desk) Save(ctx context.Context, by string, r SaveRequest) (Detail, error) {
	if err := clean(&r.Content); err != nil {
		return Detail{}, err
	}
	row, err := d.Store.Item(ctx, r.Item)
	if err != nil {
		return Detail{}, err
	}
	next, err := row.Work.Next(bank.StepSave, by, row.Status)
	if err != nil {
		return Detail{}, err
	}
	m, found, err := d.manuscript(ctx, &row)
	if err != nil {
		return Detail{}, err
	}
	if m.Version != r.Version || !found && r.Base != row.Revision {
		return Detail{}, fmt.Errorf("editorial: %s was saved meanwhile: %w", r.Item, bank.ErrConflict)
	}
	if !found { // what was left of an earlier one is not in the way
		if err := d.Store.DropManuscript(ctx, r.Item); err != nil {
			return Detail{}, err
		}
		m.Base = row.Revision
	}
	was := m.Content
	if !found && row.Revision > 0 {
		if was, err = d.revision(ctx, r.Item, row.Revision); err != nil {
			return Detail{}, err
		}
	}
	r.Content.Item = r.Item
	r.Content = overlay(was, r.Content)
	m.Bank, m.Content, m.By, m.Updated = row.Bank, r.Content, by, d.Clock.Now()
	if _, err := d.Store.SaveManuscript(ctx, m); err != nil {
		return Detail{}, err
	}
	if err := d.noteSave(ctx, row, next, by, &r.Content); err != nil {
		return Detail{}, err
	}
	return d.Open(ctx, by, r.Item)
}

// noteSave brings the head in line with the draft: its stage, its authors, and
// for an item that was never published what lists show.
func (d *Desk) noteSave(ctx context.Context, row bank.ItemRow, next bank.Stage, by string, content *bank.Revision) error {
	shown := content
	if row.Published > 0 {
		shown = nil
	}
	known := row.Work.Stage == next && slices.Contains(row.Work.Authors, by)
	if shown == nil && known {
		return nil
	}
	row.Work.Stage = next
	row.Work.Approver = ""
	row.Work.Wrote(by)
	row.Status = bank.StandingOf(row.Item, next)
	row.Updated, row.Author = d.Clock.Now(), by
	_, err := d.Store.ChangeItem(ctx, row, shown)
	return err
}

package editorial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// StepRequest is a step that somebody takes with an item. Version is the head
// that they looked at; Draft the draft, where they hand one in.
type StepRequest struct {
	Item    bank.ItemID
	Step    bank.Step
	Version int
	Draft   int
	Note    string
	// KeyMeant says that a change of the key is meant.
	KeyMeant bool
	Assignee string
	// Publish goes on from an approval to the publication.
	Publish bool
}

// needsNote are the steps that must say why.
var needsNote = map[bank.Step]bool{
	bank.StepReturn: true, bank.StepRetire: true, bank.StepRestore: true, bank.StepComment: true,
	bank.StepDoubt: true, bank.StepKeep: true,
}

// dropsDraft are the steps beside which no draft has a place: what a crash left
// of one that was handed in goes, and what is thrown away.
var dropsDraft = map[bank.Step]bool{
	bank.StepDiscard: true, bank.StepWithdraw: true, bank.StepApprove: true, bank.StepReturn: true, bank.StepPublish: true,
}

// Take takes a step. Its errors are those of bank.Work.Next, bank.ErrConflict
// where the item changed since it was looked at, ErrKeyChange, an *UnfitError
// and a *FieldError.
func (d *Desk) Take(ctx context.Context, by string, r StepRequest) (Detail, error) {
	var err error
	if r.Note, err = note(r.Note, needsNote[r.Step]); err != nil {
		return Detail{}, err
	}
	row, err := d.Store.Item(ctx, r.Item)
	if err != nil {
		return Detail{}, err
	}
	if r.Step == bank.StepSave {
		return Detail{}, &FieldError{"/step", "enum"}
	}
	next, err := row.Work.Next(r.Step, by, row.Status)
	if err != nil {
		return Detail{}, err
	}
	if r.Step == bank.StepComment {
		if err := d.event(ctx, &row, by, r); err != nil {
			return Detail{}, err
		}
		return d.Open(ctx, by, r.Item)
	}
	if row.Version != r.Version {
		return Detail{}, fmt.Errorf("editorial: %s: %w", r.Item, bank.ErrConflict)
	}
	gone, err := d.take(ctx, by, r, row, next)
	if err != nil || gone {
		return Detail{}, err
	}
	if r.Step == bank.StepApprove && r.Publish {
		if row, err = d.Store.Item(ctx, r.Item); err != nil {
			return Detail{}, err
		}
		if _, err := d.take(ctx, by, StepRequest{Item: r.Item, Step: bank.StepPublish}, row, bank.StageIdle); err != nil {
			return Detail{}, err
		}
	}
	return d.Open(ctx, by, r.Item)
}

// take does what a step means; it reports whether the item is gone by it.
func (d *Desk) take(ctx context.Context, by string, r StepRequest, row bank.ItemRow, next bank.Stage) (gone bool, err error) {
	now := d.Clock.Now()
	before := row
	var content *bank.Revision
	switch r.Step {
	case bank.StepSubmit:
		if content, err = d.handIn(ctx, by, r, &row); err != nil {
			return false, err
		}
		row.Work.Submitted, row.Work.Submitter, row.Work.Approver = now, by, ""
		row.Work.Wrote(by)
	case bank.StepDiscard:
		if row.Revision == 0 {
			return true, errors.Join(d.Store.DropManuscript(ctx, row.ID), d.Store.DropItem(ctx, row))
		}
		newest, err := d.revision(ctx, row.ID, row.Revision)
		if err != nil {
			return false, err
		}
		content = &newest
		if row.Revision > row.Published {
			next = bank.StageDraft
		}
	case bank.StepApprove:
		if people.Same(ctx, by, row.Work.Authors...) {
			return false, bank.ErrSecondPerson
		}
		row.Work.Approver, row.Work.Approved = by, now
	case bank.StepPublish:
		row.Published, row.Status = row.Work.Revision, bank.Published
		row.Work = bank.Work{}
	case bank.StepRetire:
		row.Status = bank.Retired
	case bank.StepRestore:
		row.Status = bank.StandingOf(bank.Item{Published: row.Published, Revision: row.Revision}, next)
	case bank.StepDoubt:
		row.Work.Doubted, row.Work.Doubter, row.Work.Doubt = now, by, r.Note
	case bank.StepKeep:
		row.Work.Doubted, row.Work.Doubter, row.Work.Doubt = time.Time{}, "", ""
	case bank.StepAssign:
		if err := d.mayReview(ctx, &row, r.Assignee); err != nil {
			return false, err
		}
		row.Work.Assigned = r.Assignee
	}
	if dropsDraft[r.Step] {
		if err := d.Store.DropManuscript(ctx, row.ID); err != nil {
			return false, err
		}
	}
	row.Work.Stage, row.Updated = next, now
	row.Status = bank.StandingOf(row.Item, next)
	do := func() error {
		_, err := d.Store.ChangeItem(ctx, row, content)
		return err
	}
	if err := audit.Do(ctx, d.Audit, event(by, r, &before, &row), do); err != nil {
		return false, err
	}
	if r.Step == bank.StepSubmit {
		if err := d.Store.DropManuscript(ctx, row.ID); err != nil {
			return false, err
		}
	}
	about := row
	if r.Step == bank.StepPublish {
		about.Work = before.Work
	}
	return false, d.event(ctx, &about, by, r)
}

// standing is what the record says of an item before and after a step.
type standing struct {
	Status    bank.Status `json:"status"`
	Stage     bank.Stage  `json:"stage"`
	Revision  int         `json:"revision"`
	Published int         `json:"published"`
	AltersKey bool        `json:"altersKey,omitempty"`
}

func standingOf(r *bank.ItemRow) standing {
	return standing{r.Status, r.Work.Stage, r.Revision, r.Published, r.Work.AltersKey}
}

func event(by string, r StepRequest, before, after *bank.ItemRow) audit.Event {
	return audit.Event{
		Actor: by, Act: "item." + string(r.Step), Object: "item:" + string(r.Item), Why: r.Note, Before: standingOf(before), After: standingOf(after),
	}
}

func (d *Desk) event(ctx context.Context, row *bank.ItemRow, by string, r StepRequest) error {
	revision := row.Work.Revision
	if revision == 0 {
		revision = row.Revision
	}
	text := r.Note
	if r.Step == bank.StepAssign && text == "" {
		text = r.Assignee
	}
	return d.Store.AddEvent(ctx, bank.Event{
		Item: row.ID, Revision: revision, Step: r.Step, By: by, At: d.Clock.Now(), Note: text, AltersKey: row.Work.AltersKey,
	})
}

// mayReview refuses to give an item to somebody who could not approve it.
func (d *Desk) mayReview(ctx context.Context, row *bank.ItemRow, to string) error {
	if to == "" {
		return nil
	}
	refused := &FieldError{"/assignee", "no-editor"}
	if err := people.MustBe(ctx, d.Accounts, people.AccountID(to), refused, people.Editor, people.Reviewer, people.Administrator); err != nil {
		return err
	}
	switch a, err := d.Accounts.Account(ctx, people.AccountID(to)); {
	case err != nil:
		return err
	case !a.Limits().AllowBank(row.Bank):
		return refused
	case slices.Contains(row.Work.Authors, to):
		return &FieldError{"/assignee", "author-reviews"}
	}
	return nil
}

// handIn makes a revision of the draft, or takes the newest revision where
// there is none, and looks whether it may be reviewed. It sets what the head
// says of it.
func (d *Desk) handIn(ctx context.Context, by string, r StepRequest, row *bank.ItemRow) (*bank.Revision, error) {
	m, found, err := d.manuscript(ctx, row)
	if err != nil {
		return nil, err
	}
	if m.Version != r.Draft || found && m.Base != row.Revision {
		return nil, fmt.Errorf("editorial: draft of %s: %w", row.ID, bank.ErrConflict)
	}
	content := m.Content
	if !found {
		if content, err = d.revision(ctx, row.ID, row.Revision); err != nil {
			return nil, err
		}
	}
	if err := d.fit(ctx, row, &content); err != nil {
		return nil, err
	}
	row.Work.AltersKey = false
	if row.Published > 0 {
		published, err := d.revision(ctx, row.ID, row.Published)
		if err != nil {
			return nil, err
		}
		if row.Work.AltersKey = bank.AltersKey(&published, &content); row.Work.AltersKey && !r.KeyMeant {
			return nil, ErrKeyChange
		}
	}
	if found {
		content.Created, content.Author = d.Clock.Now(), by
		if err := d.number(ctx, row, &content); err != nil {
			return nil, err
		}
		row.Revision = content.Number
	}
	row.Work.Revision = row.Revision
	return &content, nil
}

// number inserts the revision under the next number that is free: one may have
// been taken by a process that died before it got any further.
func (d *Desk) number(ctx context.Context, row *bank.ItemRow, content *bank.Revision) error {
	var err error
	for n := row.Revision + 1; n <= row.Revision+20; n++ {
		content.Number = n
		if err = d.Store.AddRevision(ctx, row.Bank, *content); !errors.Is(err, bank.ErrConflict) {
			return err
		}
	}
	return err
}

// fit refuses what papers could not be marked with, and pictures that are not
// there.
func (d *Desk) fit(ctx context.Context, row *bank.ItemRow, content *bank.Revision) error {
	missing, err := d.Store.MissingPictures(ctx, pictureIDs(content))
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return &FieldError{"/content/stem", "picture-missing"}
	}
	var faults []bank.Warning
	for _, w := range bank.Warnings(row.Code, content, nil) {
		if w.Kind.Fault() {
			faults = append(faults, w)
		}
	}
	if len(faults) > 0 {
		return &UnfitError{faults}
	}
	return nil
}

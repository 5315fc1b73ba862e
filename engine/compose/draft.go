package compose

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Opened is a blueprint with its draft and its past.
type Opened struct {
	Draft    bank.BlueprintDraft // version 0 and the edition in use where nobody writes
	Current  *bank.Blueprint     // what sittings are planned by; nil for none yet
	Editions []bank.BlueprintEdition
	May      []bank.Step
}

// Drafts lists what is being written.
func (d *Desk) Drafts(ctx context.Context, by string) ([]bank.BlueprintDraft, error) {
	if err := d.mustBe(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	return d.Store.BlueprintDrafts(ctx)
}

// Open returns a blueprint, or bank.ErrNotFound.
func (d *Desk) Open(ctx context.Context, by, id string) (Opened, error) {
	if err := d.mustBe(ctx, by, people.Auditor); err != nil {
		return Opened{}, err
	}
	return d.open(ctx, by, id)
}

func (d *Desk) open(ctx context.Context, by, id string) (Opened, error) {
	var out Opened
	current, err := d.Store.Blueprint(ctx, id)
	switch {
	case err == nil:
		out.Current = &current
	case !errors.Is(err, bank.ErrNotFound):
		return Opened{}, err
	}
	draft, draftErr := d.Store.BlueprintDraft(ctx, id)
	switch {
	case draftErr == nil:
		out.Draft = draft
	case !errors.Is(draftErr, bank.ErrNotFound):
		return Opened{}, draftErr
	case out.Current == nil:
		return Opened{}, err
	default:
		out.Draft.Content = current
	}
	out.May = out.Draft.May(by)
	out.Editions, err = d.Store.Editions(ctx, id)
	return out, err
}

// Save keeps a draft of the version that was read, 0 where there was none.
// What it says must be possible in itself; whether the bank can give it is for
// Check. It returns bank.ErrConflict where somebody else saved meanwhile.
func (d *Desk) Save(ctx context.Context, by string, version int, bp bank.Blueprint) (_ Opened, err error) {
	defer func() { err = told(err) }()
	if err := d.mustBe(ctx, by); err != nil {
		return Opened{}, err
	}
	return d.save(ctx, by, version, bp)
}

// Bring keeps a blueprint that came with a file as a draft, over any other, for
// somebody to propose and somebody else to approve. By is whom the record names:
// the command line has no account. It reports false, and keeps nothing, where
// the blueprint in use says the same.
func (d *Desk) Bring(ctx context.Context, by string, bp bank.Blueprint) (kept bool, err error) {
	defer func() { err = told(err) }()
	was, err := d.open(ctx, by, bp.ID)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return false, err
	}
	if was.Current != nil {
		bp.Edition = was.Current.Edition
		if reflect.DeepEqual(*was.Current, bp) {
			return false, nil
		}
	}
	_, err = d.save(ctx, by, was.Draft.Version, bp)
	return err == nil, err
}

func (d *Desk) save(ctx context.Context, by string, version int, bp bank.Blueprint) (Opened, error) {
	bp.Title = strings.TrimSpace(bp.Title)
	if err := d.clean(ctx, &bp); err != nil {
		return Opened{}, err
	}
	was, err := d.open(ctx, by, bp.ID)
	fresh := errors.Is(err, bank.ErrNotFound)
	if err != nil && !fresh {
		return Opened{}, err
	}
	if fresh && !blueprintForm.MatchString(bp.ID) {
		return Opened{}, &FieldError{"/id", "blueprint-id"}
	}
	if !fresh && was.Draft.Content.Bank != bp.Bank {
		return Opened{}, &FieldError{"/bank", "blueprint-bank"}
	}
	if was.Draft.Version != version {
		return Opened{}, fmt.Errorf("compose: %s was saved meanwhile: %w", bp.ID, bank.ErrConflict)
	}
	bp.Edition = was.Draft.Content.Edition
	next := bank.BlueprintDraft{Content: bp, Version: version, Authors: was.Draft.Authors, By: by, Updated: d.Clock.Now()}
	if !slices.Contains(next.Authors, by) {
		next.Authors = append(slices.Clone(next.Authors), by)
	}
	e := audit.Event{Actor: by, Act: "blueprint.save", Object: "blueprint:" + bp.ID, After: noted(&bp)}
	if !fresh {
		e.Before = noted(&was.Draft.Content)
	}
	err = audit.Do(ctx, d.Audit, e, func() error {
		_, err := d.Store.SaveBlueprintDraft(ctx, next)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return d.open(ctx, by, bp.ID)
}

// noted is what the record says of a blueprint.
func noted(bp *bank.Blueprint) map[string]any {
	sections := map[string]int{}
	for _, s := range bp.Sections {
		sections[string(s.Type)] = s.Count
	}
	return map[string]any{
		"title": bp.Title, "edition": bp.Edition, "sections": sections, "total": int64(bp.Total()), "weights": bp.Weights, "difficulty": bp.Difficulty,
		"maxPerPoint": bp.MaxPerPoint, "exposure": bp.Exposure, "avoidMet": bp.AvoidMet,
	}
}

// maxNote is how long a remark may be, in characters.
const maxNote = 500

// StepRequest is a step with the draft of a blueprint, as somebody read it.
type StepRequest struct {
	ID      string
	Step    bank.Step // submit, return, approve or discard
	Version int
	Note    string // needed to return it
}

// Take takes a step. Approving makes the next edition; whoever wrote any of
// the draft may not, and a save since it was read is bank.ErrConflict.
func (d *Desk) Take(ctx context.Context, by string, r StepRequest) (_ Opened, err error) {
	defer func() { err = told(err) }()
	if err := d.mustBe(ctx, by); err != nil {
		return Opened{}, err
	}
	r.Note = strings.TrimSpace(r.Note)
	if n := utf8.RuneCountInString(r.Note); n > maxNote || n == 0 && r.Step == bank.StepReturn {
		return Opened{}, &FieldError{"/note", map[bool]string{true: "required", false: "length-0-500"}[n == 0]}
	}
	draft, err := d.Store.BlueprintDraft(ctx, r.ID)
	if err != nil {
		return Opened{}, err
	}
	if err := draft.Next(r.Step, by); err != nil {
		return Opened{}, err
	}
	if r.Step == bank.StepApprove && people.Same(ctx, by, draft.Authors...) {
		return Opened{}, bank.ErrSecondPerson
	}
	if r.Step == bank.StepSave {
		return Opened{}, &FieldError{"/step", "enum"}
	}
	if draft.Version != r.Version {
		return Opened{}, fmt.Errorf("compose: %s was saved meanwhile: %w", r.ID, bank.ErrConflict)
	}
	e := audit.Event{Actor: by, Act: "blueprint." + string(r.Step), Object: "blueprint:" + r.ID, Why: r.Note, After: noted(&draft.Content)}
	err = audit.Do(ctx, d.Audit, e, func() error {
		switch r.Step {
		case bank.StepDiscard:
			return d.Store.DropBlueprintDraft(ctx, r.ID, draft.Version)
		case bank.StepApprove:
			return d.approve(ctx, by, r.Note, draft)
		}
		draft.Proposed, draft.Note, draft.Updated = r.Step == bank.StepSubmit, r.Note, d.Clock.Now()
		_, err := d.Store.SaveBlueprintDraft(ctx, draft)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	out, err := d.open(ctx, by, r.ID)
	if errors.Is(err, bank.ErrNotFound) && r.Step == bank.StepDiscard {
		return Opened{}, nil // the draft was all there was
	}
	return out, err
}

// approve makes an edition of a draft. A number may have been taken by a
// process that died before it got any further; the next one is free then.
func (d *Desk) approve(ctx context.Context, by, note string, draft bank.BlueprintDraft) error {
	// The bank may have changed since the draft was saved.
	if err := d.clean(ctx, &draft.Content); err != nil {
		return err
	}
	current, err := d.Store.Blueprint(ctx, draft.Content.ID)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return err
	}
	// From here on nobody saves over what is approved.
	if draft, err = d.Store.SaveBlueprintDraft(ctx, draft); err != nil {
		return err
	}
	e := bank.BlueprintEdition{Content: draft.Content, Author: draft.By, Approver: by, At: d.Clock.Now(), Note: note}
	for n := current.Edition + 1; n <= current.Edition+20; n++ {
		e.Content.Edition = n
		if err = d.Store.AddEdition(ctx, e); !errors.Is(err, bank.ErrConflict) {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := d.Store.SaveBlueprint(ctx, e.Content); err != nil {
		return err
	}
	return d.Store.DropBlueprintDraft(ctx, draft.Content.ID, draft.Version)
}

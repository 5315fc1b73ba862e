package compose

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/print"
)

// Errors of this package, besides those of package bank.
var (
	ErrInvalid   = errors.New("compose: invalid")
	ErrForbidden = errors.New("compose: not allowed")
	// ErrInUse refuses to take out a point that items belong to.
	ErrInUse = errors.New("compose: points have items")
	// ErrConflict, ErrStage and ErrSecondPerson are those of package bank, told
	// of a blueprint or an outline.
	ErrConflict     = fmt.Errorf("compose: %w", bank.ErrConflict)
	ErrStage        = fmt.Errorf("compose: %w", bank.ErrStage)
	ErrSecondPerson = fmt.Errorf("compose: %w", bank.ErrSecondPerson)
)

// told makes errors of package bank this package's own.
func told(err error) error {
	for _, own := range []error{ErrConflict, ErrStage, ErrSecondPerson} {
		if errors.Is(err, errors.Unwrap(own)) {
			return fmt.Errorf("%w (%w)", own, err)
		}
	}
	return err
}

// FieldError names a field, by JSON pointer, and what is wrong with it.
type FieldError struct{ Field, Reason string }

func (e *FieldError) Error() string { return "compose: " + e.Field + ": " + e.Reason }

// Unwrap makes it an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// PointItems is how many items belong to a point.
type PointItems struct {
	Point bank.PointCode
	Items int
}

// InUseError names the points that cannot go.
type InUseError struct{ Points []PointItems }

func (e *InUseError) Error() string { return fmt.Sprintf("%v: %v", ErrInUse, e.Points) }

// Unwrap makes it an ErrInUse.
func (e *InUseError) Unwrap() error { return ErrInUse }

// Questions is what is asked of the items of a bank.
type Questions interface {
	Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error)
	Published(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	Picture(ctx context.Context, id bank.PictureID) (bank.Picture, error)
}

// Outlines keeps outlines.
type Outlines interface {
	Outline(ctx context.Context, id bank.ID) (bank.Outline, error)
	ReplaceOutline(ctx context.Context, o bank.Outline) (bank.Outline, error)
}

// Drafts keeps what is being written of blueprints.
type Drafts interface {
	BlueprintDraft(ctx context.Context, id string) (bank.BlueprintDraft, error)
	BlueprintDrafts(ctx context.Context) ([]bank.BlueprintDraft, error)
	SaveBlueprintDraft(ctx context.Context, d bank.BlueprintDraft) (bank.BlueprintDraft, error)
	DropBlueprintDraft(ctx context.Context, id string, version int) error
}

// Editions keeps what was approved, and the blueprint that sittings are
// planned by.
type Editions interface {
	AddEdition(ctx context.Context, e bank.BlueprintEdition) error
	Editions(ctx context.Context, id string) ([]bank.BlueprintEdition, error)
	Blueprint(ctx context.Context, id string) (bank.Blueprint, error)
	SaveBlueprint(ctx context.Context, b bank.Blueprint) error
}

// Store is all of these; *mongobank.Store is one.
type Store interface {
	Questions
	Outlines
	Drafts
	Editions
}

// Facilities knows what share of those who met an item answered it right, from
// 0 to 1. Items without a figure are not in the map.
type Facilities interface {
	Facilities(ctx context.Context, id bank.ID) (map[bank.ItemID]float64, error)
}

// Accounts knows the staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with. Facilities may be nil; all else is required.
type Deps struct {
	Store      Store
	Facilities Facilities
	Accounts   Accounts
	Audit      audit.Recorder
	Clock      Clock
	Font       *print.Source
}

// Desk is where blueprints and outlines are written. It is safe for concurrent
// use.
type Desk struct {
	Deps
	mu    sync.Mutex
	pools map[bank.ID]*heldPool
}

// NewDesk returns a desk.
func NewDesk(d Deps) *Desk { return &Desk{Deps: d, pools: map[bank.ID]*heldPool{}} }

// mustBe refuses whoever may not plan exams.
func (d *Desk) mustBe(ctx context.Context, by string, also ...people.Role) error {
	return people.MustBe(ctx, d.Accounts, people.AccountID(by), ErrForbidden, append(also, people.Editor, people.Administrator)...)
}

// known refuses a bank that is not there.
func (d *Desk) known(ctx context.Context, id bank.ID) error {
	if _, err := d.Store.Outline(ctx, id); !errors.Is(err, bank.ErrNotFound) {
		return err
	}
	items := 0
	_, err := d.Store.Rows(ctx, id, func(*bank.ItemRow) bool { items++; return false })
	if err != nil || items > 0 {
		return err
	}
	return fmt.Errorf("compose: bank %s: %w", id, bank.ErrNotFound)
}

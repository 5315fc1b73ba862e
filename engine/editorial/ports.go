package editorial

import (
	"context"
	"errors"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Errors of this package, besides those of package bank.
var (
	ErrInvalid = errors.New("editorial: invalid")
	// ErrKeyChange asks whoever hands in a revision that marks answers
	// otherwise than the published one to say that this is meant.
	ErrKeyChange = errors.New("editorial: the revision alters the key")
	// ErrUnfit refuses an item that papers could not be marked with.
	ErrUnfit = errors.New("editorial: the item is not complete")
)

// FieldError names a field, by JSON pointer, and what is wrong with it.
type FieldError struct{ Field, Reason string }

func (e *FieldError) Error() string { return "editorial: " + e.Field + ": " + e.Reason }

// Unwrap makes it an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// UnfitError lists why an item cannot be handed in.
type UnfitError struct{ Warnings []bank.Warning }

func (e *UnfitError) Error() string { return ErrUnfit.Error() }

// Unwrap makes it an ErrUnfit.
func (e *UnfitError) Unwrap() error { return ErrUnfit }

// Items keeps heads of items.
type Items interface {
	Item(ctx context.Context, id bank.ItemID) (bank.ItemRow, error)
	InsertItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) error
	ChangeItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) (bank.ItemRow, error)
	DropItem(ctx context.Context, row bank.ItemRow) error
}

// Contents keeps revisions and what is being written.
type Contents interface {
	AddRevision(ctx context.Context, id bank.ID, r bank.Revision) error
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	Manuscript(ctx context.Context, id bank.ItemID) (bank.Manuscript, error)
	Writing(ctx context.Context, id bank.ID, since time.Time) ([]bank.ItemID, error)
	SaveManuscript(ctx context.Context, m bank.Manuscript) (bank.Manuscript, error)
	DropManuscript(ctx context.Context, id bank.ItemID) error
}

// Lists looks through whole banks.
type Lists interface {
	Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error)
	Near(ctx context.Context, id bank.ID, item bank.ItemID, stem string, percent, limit int) ([]bank.Near, error)
	Newest(ctx context.Context, id bank.ID) ([]bank.Revision, error)
	Outline(ctx context.Context, id bank.ID) (bank.Outline, error)
	Banks(ctx context.Context) ([]bank.Summary, error)
}

// History keeps what happened to items and where they are used.
type History interface {
	AddEvent(ctx context.Context, e bank.Event) error
	Events(ctx context.Context, id bank.ItemID) ([]bank.Event, error)
	Uses(ctx context.Context, items []bank.ItemID) ([]bank.Use, error)
}

// Batches keeps acts on many items.
type Batches interface {
	InsertBatch(ctx context.Context, b bank.Batch) error
	Batch(ctx context.Context, id string) (bank.Batch, error)
	Undo(ctx context.Context, id string) error
}

// Settings keeps what editors set for themselves and for a bank.
type Settings interface {
	Filters(ctx context.Context, account string, id bank.ID) ([]bank.SavedFilter, error)
	SaveFilters(ctx context.Context, account string, id bank.ID, list []bank.SavedFilter) error
	Laws(ctx context.Context, id bank.ID) ([]bank.Law, error)
	SaveLaws(ctx context.Context, id bank.ID, laws []bank.Law) error
}

// Pictures keeps the images of questions.
type Pictures interface {
	AddPicture(ctx context.Context, p bank.Picture) error
	Picture(ctx context.Context, id bank.PictureID) (bank.Picture, error)
	MissingPictures(ctx context.Context, ids []bank.PictureID) ([]bank.PictureID, error)
}

// Store is all of these; *mongobank.Store is one.
type Store interface {
	Items
	Contents
	Lists
	History
	Batches
	Settings
	Pictures
	Importing
	Holdings
	Finder
	Intakes
}

// Accounts knows the staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with. All of it is required.
type Deps struct {
	Store    Store
	Accounts Accounts
	Audit    audit.Recorder
	Clock    Clock
}

// Desk is where editors work. It is safe for concurrent use.
type Desk struct {
	Deps
	checks checks
	jobs   *jobs
}

// NewDesk returns a desk. Close ends what it does in the background.
func NewDesk(d Deps) *Desk {
	return &Desk{Deps: d, checks: checks{of: map[bank.ID]*heldCheck{}}, jobs: newJobs()}
}

package retention

import (
	"context"
	"time"

	"gongyuan/engine/archive"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Hold is why something that is due is kept all the same.
type Hold string

// The reasons.
const (
	Unreleased Hold = "open"       // the sitting is not released
	Appealed   Hold = "appeal"     // an appeal is open
	Regraded   Hold = "regrade"    // a regrade is open
	Kept       Hold = "kept"       // somebody asked that nothing of it goes
	Unarchived Hold = "unarchived" // there is no archive, or none since the last appeal or regrade
)

// Lot is what is due of one kind of one sitting.
type Lot struct {
	Kind    Kind
	Sitting sitting.ID
	Title   string
	From    time.Time // the end of the sitting's window
	Due     time.Time // until when it was kept
	Count   int
	Spared  int  // people whose valid certificate keeps theirs; not in Count
	Hold    Hold // "" where it may go
}

// Stock is what there is of one kind.
type Stock struct {
	Rule   Rule
	Count  int       // over all sittings
	Oldest time.Time // the end of the oldest sitting that has any; zero for none
}

// Listing is what is kept and what of it is due.
type Listing struct {
	At     time.Time
	Stocks []Stock
	Lots   []Lot  // the oldest first
	Digest string // of the lots that may go
}

// State is where a run stands.
type State string

// The states of a run.
const (
	Proposed  State = "proposed"
	Confirmed State = "confirmed" // being deleted; confirming again goes on
	Done      State = "done"
	Cancelled State = "cancelled"
	Void      State = "void" // what it lists is no longer so
)

// Run is one proposal to delete, and what became of it.
type Run struct {
	ID        string
	Lots      []Lot
	Digest    string
	Why       string
	By        people.AccountID
	At        time.Time
	State     State
	Second    people.AccountID
	SecondWhy string
	SecondAt  time.Time
	Deleted   int
	Version   int
}

// Holding is where a kind is kept.
type Holding interface {
	// Held counts what there is of a sitting, without that of those to keep.
	Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error)
	// Drop deletes it and tells how much it was. It may be repeated.
	Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error)
}

// Store keeps runs.
type Store interface {
	InsertRun(ctx context.Context, r Run) error
	// Run returns ErrNotFound where there is none.
	Run(ctx context.Context, id string) (Run, error)
	// ReplaceRun stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRun(ctx context.Context, r Run) (Run, error)
	// Runs lists the newest first.
	Runs(ctx context.Context, limit int) ([]Run, error)
}

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Rules    []Rule
	Holdings map[Kind]Holding
	Sittings interface {
		Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error)
		Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	}
	Keepings Keepings
	Appeals  interface {
		AppealsOf(ctx context.Context, id sitting.ID) ([]result.Appeal, error)
	}
	Regrades interface {
		RegradesOfSitting(ctx context.Context, id sitting.ID) ([]result.Regrade, error)
	}
	Certificates interface {
		OfSitting(ctx context.Context, id sitting.ID) ([]certificate.Certificate, error)
	}
	Archives interface {
		ArchivesOf(ctx context.Context, id sitting.ID) ([]archive.Archive, error)
	}
	// Whole reads an archive and says what is wrong with it.
	Whole    func(ctx context.Context, a archive.Archive) error
	Accounts interface {
		// Account returns people.ErrNotFound where there is none.
		Account(ctx context.Context, id people.AccountID) (people.Account, error)
	}
	Audit audit.Recorder
	Clock interface{ Now() time.Time }
}

// Desk lists what is due and deletes it. It is safe for concurrent use.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// mustBe is for what is due of all sittings together: an account with limits is
// outside.
func (d *Desk) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBeUnlimited(ctx, d.in.Accounts, who, ErrForbidden, roles...)
}

package assess

import (
	"context"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Sheets keeps score sheets. A version is inserted once and never changes.
type Sheets interface {
	// InsertSheet returns ErrDuplicate where the version is there already.
	InsertSheet(ctx context.Context, s Sheet) error
	// Sheet returns ErrNotFound where there is none.
	Sheet(ctx context.Context, ref SheetRef) (Sheet, error)
	// Sheets lists all versions by name and version.
	Sheets(ctx context.Context) ([]Sheet, error)
}

// Panels keeps panels. They are inserted once.
type Panels interface {
	// InsertPanel returns ErrDuplicate where the component has a panel.
	InsertPanel(ctx context.Context, p Panel) error
	// Panel returns ErrNotFound where there is none.
	Panel(ctx context.Context, id PanelID) (Panel, error)
	// PanelsOfSitting lists the panels of a sitting by name.
	PanelsOfSitting(ctx context.Context, id sitting.ID) ([]Panel, error)
	// PanelsOfMember lists the panels that the account is an examiner or the
	// chair of, the newest first.
	PanelsOfMember(ctx context.Context, who people.AccountID) ([]Panel, error)
}

// Scores keeps the scores of examiners.
type Scores interface {
	// Score returns ErrNotFound where nothing was saved yet.
	Score(ctx context.Context, key ScoreKey) (Score, error)
	// PutScore stores s with Version+1 if what is stored has s.Version, 0 being
	// nothing, and is not locked; else it returns ErrConflict. It returns what
	// it stored.
	PutScore(ctx context.Context, s Score) (Score, error)
	// ScoresOf lists the scores of a panel, in any order.
	ScoresOf(ctx context.Context, id PanelID) ([]Score, error)
	// ScoresOfCandidate lists those of one candidate, in any order.
	ScoresOfCandidate(ctx context.Context, id PanelID, who sitting.RegistrationID) ([]Score, error)
}

// Rulings keeps decisions of chairs and absences, at most one of each for a
// candidate of a panel.
type Rulings interface {
	// InsertDecision returns ErrDuplicate where there is one.
	InsertDecision(ctx context.Context, d Decision) error
	// Decisions lists those of a panel, in any order.
	Decisions(ctx context.Context, id PanelID) ([]Decision, error)
	// InsertAbsence returns ErrDuplicate where there is one.
	InsertAbsence(ctx context.Context, a Absence) error
	// DeleteAbsence returns ErrNotFound where there is none.
	DeleteAbsence(ctx context.Context, id PanelID, who sitting.RegistrationID) error
	// Absences lists those of a panel, in any order.
	Absences(ctx context.Context, id PanelID) ([]Absence, error)
}

// Sittings knows the sittings.
type Sittings interface {
	// Sitting returns sitting.ErrNotFound where there is none.
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
}

// Accounts knows the members of staff.
type Accounts interface {
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

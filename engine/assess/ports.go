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

// Panels knows panels.
type Panels interface {
	// Panel returns ErrNotFound where there is none.
	Panel(ctx context.Context, id PanelID) (Panel, error)
	// PanelsOfSitting lists the panels of a sitting by name.
	PanelsOfSitting(ctx context.Context, id sitting.ID) ([]Panel, error)
	// PanelsOfMember lists the panels that the account is an examiner or the
	// chair of, the newest first.
	PanelsOfMember(ctx context.Context, who people.AccountID) ([]Panel, error)
}

// Appointments changes panels.
type Appointments interface {
	// InsertPanel returns ErrDuplicate where the station has a panel.
	InsertPanel(ctx context.Context, p Panel) error
	// ReplacePanel stores p with Version+1 if what is stored has p.Version, else
	// it returns ErrConflict. It returns what it stored.
	ReplacePanel(ctx context.Context, p Panel) (Panel, error)
	// DeletePanel removes the panel if it has the version, else it returns
	// ErrConflict.
	DeletePanel(ctx context.Context, id PanelID, version int) error
}

// Versions keeps scores as they were signed before they were opened again. They
// are inserted once and never change.
type Versions interface {
	// InsertVersion returns ErrDuplicate where the version is there already.
	InsertVersion(ctx context.Context, s Score) error
	// VersionsOf lists those of one candidate by version, in any order of
	// examiners.
	VersionsOf(ctx context.Context, id PanelID, who sitting.RegistrationID) ([]Score, error)
}

// Unlocks keeps requests to open signed scores again.
type Unlocks interface {
	// InsertUnlock returns ErrDuplicate where the request is there already.
	InsertUnlock(ctx context.Context, u Unlock) error
	// Unlock returns ErrNotFound where there is none.
	Unlock(ctx context.Context, id UnlockID) (Unlock, error)
	// ReplaceUnlock stores u if what is stored still is Asked, else it returns
	// ErrConflict.
	ReplaceUnlock(ctx context.Context, u Unlock) error
	// UnlocksOf lists those of a panel, the newest first.
	UnlocksOf(ctx context.Context, id PanelID) ([]Unlock, error)
}

// Scores keeps the scores of examiners.
type Scores interface {
	// Score returns ErrNotFound where nothing was saved yet.
	Score(ctx context.Context, key ScoreKey) (Score, error)
	// PutScore stores s with Version+1 if what is stored has s.Version, 0 being
	// nothing, and is not locked; else it returns ErrConflict. It returns what
	// it stored.
	PutScore(ctx context.Context, s Score) (Score, error)
	// ReopenScore stores s with Version+1 if what is stored has s.Version and is
	// locked; else it returns ErrConflict.
	ReopenScore(ctx context.Context, s Score) error
	// ScoresOf lists the scores of a panel, in any order.
	ScoresOf(ctx context.Context, id PanelID) ([]Score, error)
	// ScoresOfCandidate lists those of one candidate, in any order.
	ScoresOfCandidate(ctx context.Context, id PanelID, who sitting.RegistrationID) ([]Score, error)
}

// Rulings keeps decisions of chairs, at most one for a candidate of a panel on
// the same signed scores, and absences, at most one for a candidate of a panel.
type Rulings interface {
	// InsertDecision returns ErrDuplicate where there is one with its Basis.
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

// Roster knows who is registered.
type Roster interface {
	// RegistrationsByID returns those that exist.
	RegistrationsByID(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]sitting.Registration, error)
}

// Candidates knows the people who are registered.
type Candidates interface {
	// CandidatesByID returns those that exist.
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Examiners keeps the register of examiners.
type Examiners interface {
	// Examiner returns people.ErrNotFound where there is no entry.
	Examiner(ctx context.Context, id people.AccountID) (people.ExaminerEntry, error)
	// Examiners lists all entries.
	Examiners(ctx context.Context) ([]people.ExaminerEntry, error)
	// PutExaminer stores e with Version+1 if what is stored has e.Version, 0
	// being nothing; else it returns people.ErrConflict. It returns what it
	// stored.
	PutExaminer(ctx context.Context, e people.ExaminerEntry) (people.ExaminerEntry, error)
}

// Accounts knows the members of staff.
type Accounts interface {
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

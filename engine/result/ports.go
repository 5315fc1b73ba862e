package result

import (
	"context"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Records keeps the versions of released results. Nothing is ever changed.
type Records interface {
	// InsertRecords adds versions. One that is there already stays as it is.
	InsertRecords(ctx context.Context, all []Record) error
	// LatestOf returns the newest version of each registration that has one.
	LatestOf(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]Record, error)
	// VersionsOf lists the versions of one registration, the oldest first.
	VersionsOf(ctx context.Context, id sitting.RegistrationID) ([]Record, error)
	// LatestOfCandidates lists the newest version of each of their results.
	LatestOfCandidates(ctx context.Context, ids []people.CandidateID) ([]Record, error)
}

// Releases keeps what was proposed for release.
type Releases interface {
	// InsertRelease returns ErrDuplicate where the sitting has this round.
	InsertRelease(ctx context.Context, r Release) error
	// ReplaceRelease stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRelease(ctx context.Context, r Release) (Release, error)
	// ReleasesOf lists those of a sitting by round.
	ReleasesOf(ctx context.Context, id sitting.ID) ([]Release, error)
}

// Rulings keeps rulings.
type Rulings interface {
	InsertRuling(ctx context.Context, r Ruling) error
	// Ruling returns ErrNotFound where there is none.
	Ruling(ctx context.Context, id RulingID) (Ruling, error)
	// ReplaceRuling stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRuling(ctx context.Context, r Ruling) (Ruling, error)
	// RulingsOf lists those of a sitting, the oldest first.
	RulingsOf(ctx context.Context, id sitting.ID) ([]Ruling, error)
}

// Sittings knows sittings and who is on their rosters; sitting.Office and its
// store are one.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error)
}

// Publisher shows a sitting's results to its candidates; sitting.Office is one.
type Publisher interface {
	Do(ctx context.Context, id sitting.ID, version int, act sitting.Act, by people.AccountID) (sitting.Sitting, error)
}

// Theories knows what marking found, by attempt.
type Theories interface {
	ResultsOf(ctx context.Context, attempts []string) (map[string]Theory, error)
	ResultsOfSitting(ctx context.Context, id sitting.ID) (map[string]Theory, error)
}

// Attempts knows where attempts stand.
type Attempts interface {
	OfSitting(ctx context.Context, id sitting.ID) ([]attempt.Record, error)
}

// Assessments knows what examiners' scores came to; assess.Desk does.
type Assessments interface {
	Outcomes(ctx context.Context, id sitting.ID) ([]assess.CandidateOutcome, error)
}

// Accounts knows the members of staff.
type Accounts interface {
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

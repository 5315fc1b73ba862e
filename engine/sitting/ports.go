package sitting

import (
	"context"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Store keeps sittings.
type Store interface {
	// InsertSitting adds a new sitting.
	InsertSitting(ctx context.Context, s Sitting) error
	// Sitting returns ErrNotFound where there is none.
	Sitting(ctx context.Context, id ID) (Sitting, error)
	// ReplaceSitting stores s with Version+1 if the stored version is still
	// s.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceSitting(ctx context.Context, s Sitting) (Sitting, error)
	// Sittings lists the newest first, with rosters, and counts all.
	Sittings(ctx context.Context, skip, limit int) ([]Sitting, int, error)
}

// Registrations keeps registrations.
type Registrations interface {
	// InsertRegistrations adds all, or returns a *TakenError and leaves none
	// of them behind.
	InsertRegistrations(ctx context.Context, rs []Registration) error
	// RegistrationsOf lists those of a sitting by room, seat and admission
	// number, whether the roster admits them or not.
	RegistrationsOf(ctx context.Context, id ID) ([]Registration, error)
	// Registration returns ErrNotFound where there is none.
	Registration(ctx context.Context, id RegistrationID) (Registration, error)
	// RegistrationByAdmission returns ErrNotFound where there is none.
	RegistrationByAdmission(ctx context.Context, admission string) (Registration, error)
	// SetAttempts writes Registration.Attempt of each. It is idempotent.
	SetAttempts(ctx context.Context, attempts map[RegistrationID]string) error
	// SetPlaces gives registrations of a sitting other places. What cannot be
	// had because somebody else sits there is a *TakenError; then some may be
	// left without a place, and doing it again mends that. It is idempotent.
	SetPlaces(ctx context.Context, id ID, places []Place) error
	// DeleteRegistrations removes registrations; unknown ones are passed over.
	DeleteRegistrations(ctx context.Context, ids []RegistrationID) error
}

// Candidates keeps the people who are registered.
type Candidates interface {
	// EnsureCandidate returns the candidate with c.IDHash, or adds c.
	EnsureCandidate(ctx context.Context, c people.Candidate) (people.Candidate, error)
	// CandidatesByHash returns those who exist, by Candidate.IDHash.
	CandidatesByHash(ctx context.Context, hashes []string) (map[string]people.Candidate, error)
	// CandidatesByID returns those that exist.
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Place is where somebody sits.
type Place struct {
	Registration RegistrationID
	Room, Seat   string // both empty to take the place away
}

// Papers draws papers; one for each request and in its order, or none.
type Papers interface {
	Draw(ctx context.Context, bp bank.Blueprint, requests []PaperRequest) ([]bank.Paper, error)
	// Basis is a digest of the questions that papers are drawn from now.
	Basis(ctx context.Context, bp bank.Blueprint) (string, error)
}

// PaperRequest is one candidate's claim to a paper.
type PaperRequest struct {
	Seed [32]byte
	Met  map[bank.ItemID]bool // what the candidate met in earlier attempts
}

// Attempts prepares and ends the attempts of a sitting.
type Attempts interface {
	// Prepare keeps one attempt with its paper for each entry. It is
	// idempotent by the attempt's id.
	Prepare(ctx context.Context, prepared []Prepared) error
	// CollectAll ends every attempt that still runs and returns when each is
	// handed in and marked. It is idempotent.
	CollectAll(ctx context.Context, attempts []string, by people.AccountID) error
	// Met returns what the candidates met in earlier attempts.
	Met(ctx context.Context, candidates []people.CandidateID) (map[people.CandidateID]map[bank.ItemID]bool, error)
}

// Prepared is an attempt with its paper, ready for its candidate.
type Prepared struct {
	Attempt      string
	Sitting      ID
	Registration RegistrationID
	Candidate    people.CandidateID
	Number       int // which attempt of the candidate in this sitting, from 1
	Paper        bank.Paper
}

// Histories knows what candidates have behind them.
type Histories interface {
	// Retakes returns, for those of the candidates who have a component of the
	// level that counts at the moment, which ones they have left to take.
	Retakes(ctx context.Context, o standard.Occupation, l standard.Level, at time.Time, ids []people.CandidateID) (map[people.CandidateID]Retake, error)
}

// Permit knows whether sittings may be opened here at all.
type Permit interface {
	// Permit tells whether the body that runs the installation is filed and its
	// filing valid at a moment; the error says why not.
	Permit(ctx context.Context, at time.Time) error
	// KnownSite tells whether there is such a site of the body.
	KnownSite(ctx context.Context, site string) (bool, error)
	// PermitSite is Permit for a site.
	PermitSite(ctx context.Context, site string, at time.Time) error
}

// Programmes knows what the programmes (认定计划) that sittings are part of say.
type Programmes interface {
	// Holds returns a *FieldError where a sitting is not within its programme.
	Holds(ctx context.Context, s *Sitting) error
}

// Retake (补考) is what a candidate with passed components has left.
type Retake struct {
	Takes     []standard.Kind // never nil
	Exhausted []standard.Kind // of Takes: retaken as often as the rules allow
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// TakenError tells that one entry of a batch clashes with what is there.
type TakenError struct {
	Index int    // of the entry in the batch
	Field string // "admission", "seat" or "idNumber"
}

// Error implements error.
func (e *TakenError) Error() string { return "sitting: taken: " + e.Field }

// Unwrap makes every TakenError an ErrInvalid.
func (e *TakenError) Unwrap() error { return ErrInvalid }

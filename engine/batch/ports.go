package batch

import (
	"context"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Store keeps batches.
type Store interface {
	InsertBatch(ctx context.Context, b Batch) error
	// ReplaceBatch keeps b over the version that it was read at, and returns
	// it with the next; ErrConflict where that is not the one that is there.
	ReplaceBatch(ctx context.Context, b Batch) (Batch, error)
	// Batch returns ErrNotFound where there is none.
	Batch(ctx context.Context, id ID) (Batch, error)
	// Batches returns those of a sitting, of all where it is "", the newest
	// first and at most limit.
	Batches(ctx context.Context, of sitting.ID, limit int) ([]Batch, error)
	// InState returns those in a state.
	InState(ctx context.Context, s State) ([]Batch, error)
}

// Results is where those who qualified come from; *result.Registrar is one.
type Results interface {
	Stand(ctx context.Context, id sitting.ID) (result.Desk, error)
}

// Register issues certificates; *certificate.Registry is one.
type Register interface {
	Check(q certificate.Qualified, by people.AccountID) error
	Issue(ctx context.Context, q certificate.Qualified, by people.AccountID) (certificate.Certificate, error)
	OfSitting(ctx context.Context, id sitting.ID) ([]certificate.Certificate, error)
	// OfDocuments returns the certificates of document numbers, by number as given.
	OfDocuments(ctx context.Context, numbers []string) (map[string][]certificate.Certificate, error)
}

// Earlier knows certificates that were issued elsewhere; *earlier.Office is one.
type Earlier interface {
	// OfDocuments returns what counts of document numbers, by number as given.
	OfDocuments(ctx context.Context, numbers []string) (map[string][]earlier.Record, error)
}

// Candidates knows who somebody is.
type Candidates interface {
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Portraits knows the photographs of a sitting's candidates, by their ids.
type Portraits interface {
	Portraits(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]string, error)
}

// Paper is what certificates are printed on.
type Paper struct {
	Version  int  // of the template that is in use
	Portrait bool // it has a place for a photograph
}

// Printer tells whether a certificate could be put on paper.
type Printer interface {
	Paper(ctx context.Context) (Paper, error)
	// Printable returns false where a character is missing or a text too long
	// for the version that it names.
	Printable(ctx context.Context, q certificate.Qualified) (bool, error)
}

// Sites knows what was assigned to sites.
type Sites interface {
	// SiteSerial is six digits of the certificate number, "" where none are
	// registered.
	SiteSerial(ctx context.Context, site string) (string, error)
}

// Accounts knows who may act.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Opener reads sealed document numbers.
type Opener interface {
	Open(sealed []byte, context string) (string, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with.
type Deps struct {
	Store      Store
	Sittings   sitting.Finder // as whoever acts may see them
	Results    Results
	Register   Register
	Earlier    Earlier
	Candidates Candidates
	Portraits  Portraits
	Printer    Printer
	Sites      Sites
	Accounts   Accounts
	Opener     Opener
	Audit      audit.Recorder
	Clock      Clock
	// TwoSealers lets no certificate come of papers that one person sealed.
	TwoSealers bool
	// Behind does what goes on after its request was answered.
	Behind func(work func())
	// Failed is told why a batch stopped in the middle.
	Failed func(id ID, err error)
}

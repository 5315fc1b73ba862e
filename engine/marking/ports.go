package marking

import (
	"context"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Plans keeps plans, one for a sitting.
type Plans interface {
	// Plan returns ErrNotFound where there is none.
	Plan(ctx context.Context, id sitting.ID) (Plan, error)
	// PutPlan stores p with Version+1 if what is stored has p.Version, 0 being
	// nothing; else it returns ErrConflict. It returns what it stored.
	PutPlan(ctx context.Context, p Plan) (Plan, error)
	// PlansOf lists the plans that the account marks in, by sitting.
	PlansOf(ctx context.Context, who people.AccountID) ([]Plan, error)
}

// Pieces keeps pieces.
type Pieces interface {
	// InsertPieces stores those that are not there yet.
	InsertPieces(ctx context.Context, all []Piece) error
	// Piece returns ErrNotFound where there is none.
	Piece(ctx context.Context, id PieceID) (Piece, error)
	// PiecesOf lists the pieces of a sitting by name, void ones left out; with
	// open only those that are open.
	PiecesOf(ctx context.Context, id sitting.ID, open bool) ([]Piece, error)
	// Supersede makes every piece of earlier rounds of the attempt void.
	Supersede(ctx context.Context, attempt string, round int) error
	// Move puts open pieces into a state; others stay as they are.
	Move(ctx context.Context, ids []PieceID, to PieceState) error
	// Waiting lists the sittings that have open pieces.
	Waiting(ctx context.Context) ([]sitting.ID, error)
}

// Claims keeps who holds what.
type Claims interface {
	// InsertClaim returns ErrTaken where the place is taken, and for places
	// other than Again where the marker holds another place of the piece; for
	// Again where the marker had it again before.
	InsertClaim(ctx context.Context, c Claim) error
	// ClaimByTicket returns ErrNotFound where there is none.
	ClaimByTicket(ctx context.Context, id sitting.ID, ticket string) (Claim, error)
	// ExtendClaim gives the claim a new end, or returns ErrTaken where it is
	// gone or has another end than c.Until.
	ExtendClaim(ctx context.Context, c Claim, until time.Time) error
	// DeleteClaim removes the claim unless its end has moved, and tells of no
	// difference.
	DeleteClaim(ctx context.Context, c Claim) error
	// ClaimsOf lists those of a sitting, or of one piece of it, in any order.
	ClaimsOf(ctx context.Context, id sitting.ID, piece PieceID) ([]Claim, error)
}

// Marks keeps marks and what they came to. Nothing of it ever changes.
type Marks interface {
	// InsertMark returns ErrConflict where the version is there.
	InsertMark(ctx context.Context, m Mark) error
	// MarksOf lists all versions of all marks of a sitting, or of one piece of
	// it, in any order.
	MarksOf(ctx context.Context, id sitting.ID, piece PieceID) ([]Mark, error)
	// InsertSettlement keeps what a piece came to. Where it is there already
	// it stays as it is; no error.
	InsertSettlement(ctx context.Context, s Settlement) error
	// SettlementsOf lists those of a sitting, in any order.
	SettlementsOf(ctx context.Context, id sitting.ID) ([]Settlement, error)
}

// Results keeps the theory results.
type Results interface {
	// Result returns result.ErrNotFound where there is none.
	Result(ctx context.Context, attempt string) (result.Theory, error)
	// Advance keeps the old version in the history and puts next, which has
	// the version after it, in its place. Where old is no longer what is
	// stored it returns result.ErrConflict.
	Advance(ctx context.Context, old, next result.Theory) error
}

// Papers knows what was handed in.
type Papers interface {
	// Round returns how often the attempt was reopened or amended, and whether
	// it is over.
	Round(ctx context.Context, attempt string) (round int, over bool, err error)
	// Submitted returns the submission of a round.
	Submitted(ctx context.Context, attempt string, round int) (Submitted, error)
	// Remark marks a submission by machine and by what people gave.
	Remark(ctx context.Context, s *Submitted, given map[int]result.PeopleMark) (result.Theory, error)
	// Handed lists the attempts of a sitting that are over.
	Handed(ctx context.Context, id sitting.ID) ([]HandedIn, error)
}

// HandedIn names a submission.
type HandedIn struct {
	Attempt string
	Round   int
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

package proctor

import (
	"context"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Store keeps what is done and asked for. Of what is inserted, one ID is kept
// once and never changes; only calls move on.
type Store interface {
	// InsertAct stores an act unless one with its ID exists, and returns the one
	// that is stored.
	InsertAct(ctx context.Context, a Act) (Act, error)
	// InsertCall likewise.
	InsertCall(ctx context.Context, c Call) (Call, error)
	// Call returns ErrNotFound where there is none.
	Call(ctx context.Context, id string) (Call, error)
	// ReplaceCall stores c with Version+1 if the stored version is still
	// c.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceCall(ctx context.Context, c Call) (Call, error)
	// InsertReads stores those that are not there yet.
	InsertReads(ctx context.Context, all []Read) error
	// InsertSigns stores those that are not there yet.
	InsertSigns(ctx context.Context, all []Sign) error
	// Log returns all of a sitting, each kind oldest first; with a registration
	// only what may be for it or is of it.
	Log(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (Log, error)
	// HoldsOf returns the acts of a sitting that hold a page: locks, what undoes
	// them, and transfers, oldest first.
	HoldsOf(ctx context.Context, id sitting.ID) ([]Act, error)
	// PutCode keeps the hash of the code by which a registration may sign in
	// once until then, in the place of an older one.
	PutCode(ctx context.Context, of sitting.RegistrationID, hash string, until time.Time) error
	// TakeCode removes the code if it has that hash and is not over, and tells
	// whether it was so.
	TakeCode(ctx context.Context, of sitting.RegistrationID, hash string, now time.Time) (bool, error)
}

// Attempts are the attempts of the seats.
type Attempts interface {
	Record(ctx context.Context, id attempt.AttemptID) (attempt.Record, error)
	OfSitting(ctx context.Context, id sitting.ID) ([]attempt.Record, error)
	Collect(ctx context.Context, cmd attempt.CollectCommand) (attempt.Submission, error)
	Give(ctx context.Context, o attempt.Order, ids []attempt.AttemptID) (attempt.Order, []attempt.Ordered, error)
	Paper(ctx context.Context, id attempt.AttemptID) (bank.Paper, error)
	Enter(ctx context.Context, cmd attempt.EnterCommand) (attempt.Entered, error)
}

// Places moves registrations.
type Places interface {
	// MovePlace gives a registration another place, or returns a
	// *sitting.TakenError where somebody has it.
	MovePlace(ctx context.Context, id sitting.RegistrationID, room, seat string) error
}

// Accusers propose rulings about misconduct. Whether they come into force is
// decided elsewhere, by somebody else.
type Accusers interface {
	// It is idempotent while a proposal of that reason is open.
	Accuse(ctx context.Context, by people.AccountID, id sitting.ID, reg sitting.RegistrationID, why string) error
}

// Editors hear of doubts about questions.
type Editors interface {
	Doubt(ctx context.Context, ref bank.Ref, note string, by people.AccountID) error
}

// Seating tells who sits where; progress and marks are left out.
type Seating interface {
	Rosters
	// Seat returns ErrNotFound for a registration that the sitting does not have.
	Seat(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (Seat, error)
}

// Hasher makes of a code what may be kept of it.
type Hasher interface{ Hash(text string) string }

package certificate

import (
	"context"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Store keeps certificates and acts. Nothing that it holds is ever deleted.
// What it returns is durable, with the acts of each certificate in order.
type Store interface {
	// Insert adds a certificate, or returns ErrTaken where its number, its
	// serial in its series or its intake is there already.
	Insert(ctx context.Context, c Certificate) error
	// LastSerial returns the highest serial of a series that is from or
	// higher, and from−1 where there is none.
	LastSerial(ctx context.Context, s Series, from int) (int, error)
	// ByNumber returns ErrNotFound where there is none.
	ByNumber(ctx context.Context, n Number) (Certificate, error)
	// ByIntake returns ErrNotFound where there is none.
	ByIntake(ctx context.Context, s sitting.ID, r sitting.RegistrationID) (Certificate, error)
	// InsertAct adds an act, or returns ErrTaken where the certificate has an
	// act of this Seq.
	InsertAct(ctx context.Context, a Act) error
}

// Finder finds certificates.
type Finder interface {
	// ByPaper returns the certificate of a number and a name key, if there is
	// one. It reads as much where there is none, and as ByHolder does.
	ByPaper(ctx context.Context, n Number, nameKey string) ([]Certificate, error)
	// ByHolder returns those of a document's keyed hash and a name key, by
	// number. It reads as much where there are none.
	ByHolder(ctx context.Context, documentHash, nameKey string) ([]Certificate, error)
	// ByDocuments returns those of documents' keyed hashes, by number.
	ByDocuments(ctx context.Context, hashes []string) ([]Certificate, error)
	// OfSitting returns those of a sitting, by number.
	OfSitting(ctx context.Context, id sitting.ID) ([]Certificate, error)
}

// Pending knows what has no leaf in the log yet.
type Pending interface {
	// SetLogged writes the log index of an issue (seq 0) or of an act. It is
	// idempotent.
	SetLogged(ctx context.Context, n Number, seq int, index int64) error
	// Unlogged returns up to limit certificates that have something without a
	// leaf.
	Unlogged(ctx context.Context, limit int) ([]Certificate, error)
}

// Records is all that a Registry keeps.
type Records interface {
	Store
	Finder
	Pending
	Motions
}

// Leaf is one record of the log as stored.
type Leaf struct {
	Index int64  // from 0
	Key   string // what it is about, unique
	Data  []byte
}

// Leaves keeps the records of the log. Nothing is ever changed or deleted.
type Leaves interface {
	// InsertLeaf adds a leaf, or returns ErrTaken where its index or its key
	// is there already.
	InsertLeaf(ctx context.Context, l Leaf) error
	// LastLeaf returns the highest index that is from or higher, and from−1
	// where there is none.
	LastLeaf(ctx context.Context, from int64) (int64, error)
	// LeafByKey returns ErrNotFound where there is none.
	LeafByKey(ctx context.Context, key string) (Leaf, error)
	// LeavesFrom returns up to limit leaves from an index on, in order.
	LeavesFrom(ctx context.Context, from int64, limit int) ([]Leaf, error)
}

// Heads keeps signed heads of the log by size, each once.
type Heads interface {
	// InsertHead adds a signed head, or returns ErrTaken.
	InsertHead(ctx context.Context, size int64, signed string) error
	// LastHead returns the signed head of the highest size, "" where there is
	// none.
	LastHead(ctx context.Context) (string, error)
	// Head returns the signed head of a size, or ErrNotFound.
	Head(ctx context.Context, size int64) (string, error)
}

// LogStore is all that a Log keeps.
type LogStore interface {
	Leaves
	Heads
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Sealer keeps document numbers unreadable; *people.Sealer is one.
type Sealer interface {
	Seal(text, context string) []byte
	Open(sealed []byte, context string) (string, error)
	Hash(text string) string
}

var _ Sealer = (*people.Sealer)(nil)

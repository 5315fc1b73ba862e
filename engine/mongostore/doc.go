// Package mongostore keeps the engine's records in MongoDB, written against
// lungo's interfaces, which are the driver's, so that the same code runs on a
// real server and on the embedded database.
//
// It uses only what MongoDB, FerretDB and lungo all do: no transactions, no
// aggregation. What must happen once is a document with a unique _id that is
// inserted once. Whoever connects sets write concern majority with journal on
// the client; nothing here weakens it.
//
// Each family of records has a type of its own with its own files: Attempts and
// Journal for engine/attempt, and so on.
package mongostore

import (
	"context"
	"fmt"

	"github.com/256dpi/lungo"
)

// Store is one database. It is safe for concurrent use.
type Store struct {
	db lungo.IDatabase
}

// New returns the store in db. It does not connect.
func New(db lungo.IDatabase) *Store { return &Store{db: db} }

// EnsureIndexes creates the collections' indexes. It is idempotent, and every
// copy of the program may call it at start-up.
func (s *Store) EnsureIndexes(ctx context.Context) error {
	for _, family := range s.families() {
		if err := family.ensure(ctx); err != nil {
			return fmt.Errorf("mongostore: indexes of %s: %w", family.name, err)
		}
	}
	return nil
}

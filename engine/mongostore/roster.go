package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/bank/exchange"
	"gongyuan/engine/people"
	"gongyuan/engine/roster"
	"gongyuan/engine/sitting"
)

// Rosters keeps the records of imported lists of candidates, in the collection
// `roster_imports`. It is safe for concurrent use.
type Rosters struct{ imports lungo.ICollection }

var _ roster.Store = (*Rosters)(nil)

// Rosters returns the store of imported lists.
func (s *Store) Rosters() *Rosters { return &Rosters{s.db.Collection("roster_imports")} }

func (s *Store) ensureRosterIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Rosters().imports, bson.D{{Key: "sitting", Value: 1}, {Key: "at", Value: -1}}, false}})
}

type rosterDoc struct {
	ID       string    `bson:"_id"`
	Sitting  string    `bson:"sitting"`
	File     string    `bson:"file"`
	Digest   string    `bson:"digest"`
	Rows     int       `bson:"rows"`
	Kept     int       `bson:"kept"`
	Changed  int       `bson:"changed"`
	Dropped  int       `bson:"dropped"`
	State    string    `bson:"state"`
	By       string    `bson:"by"`
	At       time.Time `bson:"at"`
	UndoneBy string    `bson:"undoneBy,omitempty"`
	UndoneAt time.Time `bson:"undoneAt"`
	Version  int       `bson:"version"`
}

func docOfRoster(i *roster.Import) rosterDoc {
	c := i.Counts
	return rosterDoc{
		i.ID, string(i.Sitting), i.File, i.Digest, c.Rows, c.Kept, c.Changed, c.Dropped, string(i.State), string(i.By), i.At, string(i.UndoneBy), i.UndoneAt, i.Version,
	}
}

func (d rosterDoc) imported() roster.Import {
	return roster.Import{
		ID: d.ID, Sitting: sitting.ID(d.Sitting), File: d.File, Digest: d.Digest, State: roster.State(d.State), By: people.AccountID(d.By), At: d.At.UTC(),
		Counts:   exchange.Counts{Rows: d.Rows, Kept: d.Kept, Changed: d.Changed, Dropped: d.Dropped},
		UndoneBy: people.AccountID(d.UndoneBy), UndoneAt: d.UndoneAt.UTC(), Version: d.Version,
	}
}

// InsertImport implements roster.Store.
func (x *Rosters) InsertImport(ctx context.Context, i roster.Import) error {
	_, err := x.imports.InsertOne(ctx, docOfRoster(&i))
	return wrap(err, "insert an import")
}

// Import implements roster.Store.
func (x *Rosters) Import(ctx context.Context, id string) (roster.Import, error) {
	var doc rosterDoc
	if err := x.imports.FindOne(ctx, bson.M{"_id": id}).Decode(&doc); err != nil {
		return roster.Import{}, absent(err, roster.ErrNotFound, "import")
	}
	return doc.imported(), nil
}

// ReplaceImport implements roster.Store.
func (x *Rosters) ReplaceImport(ctx context.Context, i roster.Import) (roster.Import, error) {
	was := i.Version
	i.Version++
	done, err := x.imports.ReplaceOne(ctx, bson.M{"_id": i.ID, "version": was}, docOfRoster(&i))
	if err == nil && done.MatchedCount == 0 {
		return roster.Import{}, roster.ErrConflict
	}
	return i, wrap(err, "replace an import")
}

// ImportsOf implements roster.Store.
func (x *Rosters) ImportsOf(ctx context.Context, id sitting.ID) ([]roster.Import, error) {
	return every(ctx, x.imports, bson.M{"sitting": string(id)}, bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}, rosterDoc.imported)
}

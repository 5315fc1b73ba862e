package mongobank

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// maxCached is how many revisions a store remembers. They are immutable, so
// what is remembered never goes stale.
const maxCached = 20_000

// Store is the bank in MongoDB. It is safe for concurrent use. Revisions that
// it returns share memory with later answers and must not be changed.
type Store struct {
	items, revisions, outlines, blueprints                              lungo.ICollection
	drafts, events, uses, batches, filters, pictures, settings, changes lungo.ICollection
	plans, editions                                                     lungo.ICollection
	imported, intakes, parts                                            lungo.ICollection
	bucket                                                              *lungo.Bucket

	mu     sync.RWMutex
	cached map[bank.Ref]bank.Revision

	shelf shelf
}

// New returns a store on a database. The write concern is the client's.
func New(db lungo.IDatabase) *Store {
	return &Store{
		items:      db.Collection("bank_items"),
		revisions:  db.Collection("bank_revisions"),
		outlines:   db.Collection("bank_outlines"),
		blueprints: db.Collection("bank_blueprints"),
		drafts:     db.Collection("bank_drafts"),
		events:     db.Collection("bank_events"),
		uses:       db.Collection("bank_uses"),
		batches:    db.Collection("bank_batches"),
		filters:    db.Collection("bank_filters"),
		pictures:   db.Collection("bank_pictures"),
		settings:   db.Collection("bank_settings"),
		changes:    db.Collection("bank_changes"),
		plans:      db.Collection("bank_blueprint_drafts"),
		editions:   db.Collection("bank_blueprint_editions"),
		imported:   db.Collection("bank_imported"),
		intakes:    db.Collection("bank_intakes"),
		parts:      db.Collection("bank_intake_parts"),
		bucket:     lungo.NewBucket(db, options.GridFSBucket().SetName("bank_files")),
		shelf:      shelf{of: map[bank.ID]*shelved{}},
		cached:     map[bank.Ref]bank.Revision{},
	}
}

// EnsureIndexes creates what is missing of the indexes. It may be repeated.
func (s *Store) EnsureIndexes(ctx context.Context) error {
	asc := func(fields ...string) mongo.IndexModel {
		var keys bson.D
		for _, f := range fields {
			keys = append(keys, bson.E{Key: f, Value: 1})
		}
		return mongo.IndexModel{Keys: keys}
	}
	once := asc("item", "number")
	once.Options = options.Index().SetUnique(true)
	for _, each := range []struct {
		in     lungo.ICollection
		models []mongo.IndexModel
	}{
		{s.items, []mongo.IndexModel{asc("bank", "status"), asc("ranges")}},
		{s.revisions, []mongo.IndexModel{asc("bank"), once}},
		{s.blueprints, []mongo.IndexModel{asc("bank")}},
		{s.events, []mongo.IndexModel{asc("item", "at")}},
		{s.uses, []mongo.IndexModel{asc("item"), asc("sitting")}},
		{s.editions, []mongo.IndexModel{asc("content._id")}},
		{s.batches, []mongo.IndexModel{asc("bank", "at")}},
		{s.imported, []mongo.IndexModel{asc("batch")}},
		{s.parts, []mongo.IndexModel{asc("intake")}},
	} {
		for _, model := range each.models {
			if _, err := each.in.Indexes().CreateOne(ctx, model); err != nil {
				return fmt.Errorf("mongobank: index of %s: %w", each.in.Name(), err)
			}
		}
	}
	return wrap(s.bucket.EnsureIndexes(ctx, true), "index of files")
}

// SaveOutline replaces the outline of its bank, whatever its version.
func (s *Store) SaveOutline(ctx context.Context, o bank.Outline) error {
	for range maxRounds {
		was, err := s.Outline(ctx, o.Bank)
		if err != nil && !errors.Is(err, bank.ErrNotFound) {
			return err
		}
		o.Version = was.Version
		if _, err = s.ReplaceOutline(ctx, o); !errors.Is(err, bank.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("mongobank: save outline of %s: %w", o.Bank, bank.ErrConflict)
}

// ReplaceOutline replaces the version of an outline that its editor has read,
// 0 where there was none, and returns it with its next version. It returns
// bank.ErrConflict where somebody else saved meanwhile.
func (s *Store) ReplaceOutline(ctx context.Context, o bank.Outline) (bank.Outline, error) {
	was := o.Version
	o.Version++
	return o, replace(ctx, s.outlines, string(o.Bank), was, outlineDoc{string(o.Bank), o.Title, rangeDocs(o.Ranges), o.Version})
}

// replace puts a document in the place of its version was, or inserts it where
// that is 0.
func replace(ctx context.Context, c lungo.ICollection, id string, was int, doc any) error {
	// What was stored before documents had versions has none.
	filter := bson.D{{Key: "_id", Value: id}, {Key: "version", Value: was}}
	if was == 0 {
		filter[1].Value = bson.D{{Key: "$exists", Value: false}}
	}
	got, err := c.ReplaceOne(ctx, filter, doc)
	if err != nil {
		return wrap(err, fmt.Sprintf("replace %s %q", c.Name(), id))
	}
	if got.MatchedCount == 1 {
		return nil
	}
	if was > 0 {
		return fmt.Errorf("mongobank: %s %q: %w", c.Name(), id, bank.ErrConflict)
	}
	if _, err = c.InsertOne(ctx, doc); lungo.IsUniquenessError(err) {
		return fmt.Errorf("mongobank: %s %q: %w", c.Name(), id, bank.ErrConflict)
	}
	return wrap(err, fmt.Sprintf("insert %s %q", c.Name(), id))
}

// Outline returns the outline of a bank, or bank.ErrNotFound.
func (s *Store) Outline(ctx context.Context, id bank.ID) (bank.Outline, error) {
	var doc outlineDoc
	if err := load(ctx, s.outlines, string(id), &doc); err != nil {
		return bank.Outline{}, err
	}
	return bank.Outline{Bank: bank.ID(doc.ID), Title: doc.Title, Ranges: ranges(doc.Ranges), Version: doc.Version}, nil
}

// SaveBlueprint replaces the blueprint with the same ID.
func (s *Store) SaveBlueprint(ctx context.Context, b bank.Blueprint) error {
	return save(ctx, s.blueprints, b.ID, newBlueprintDoc(b))
}

// Blueprint returns the blueprint with this ID, or bank.ErrNotFound.
func (s *Store) Blueprint(ctx context.Context, id string) (bank.Blueprint, error) {
	var doc blueprintDoc
	if err := load(ctx, s.blueprints, id, &doc); err != nil {
		return bank.Blueprint{}, err
	}
	return doc.blueprint(), nil
}

// Blueprints returns every blueprint, in the order of their IDs.
func (s *Store) Blueprints(ctx context.Context) ([]bank.Blueprint, error) {
	var out []bank.Blueprint
	err := each(ctx, s.blueprints, bson.D{}, options.Find().SetSort(byID), func(doc blueprintDoc) {
		out = append(out, doc.blueprint())
	})
	return out, err
}

var byID = bson.D{{Key: "_id", Value: 1}}

func save(ctx context.Context, c lungo.ICollection, id string, doc any) error {
	_, err := c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, doc, options.Replace().SetUpsert(true))
	if err != nil {
		return wrap(err, fmt.Sprintf("save %s %q", c.Name(), id))
	}
	return nil
}

func load(ctx context.Context, c lungo.ICollection, id string, doc any) error {
	err := c.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("mongobank: %s %q: %w", c.Name(), id, bank.ErrNotFound)
	}
	if err != nil {
		return wrap(err, fmt.Sprintf("load %s %q", c.Name(), id))
	}
	return nil
}

// each decodes what a filter finds, one document at a time.
func each[T any](ctx context.Context, c lungo.ICollection, filter bson.D, opts *options.FindOptions, visit func(T)) error {
	cursor, err := c.Find(ctx, filter, opts)
	if err != nil {
		return wrap(err, "find in "+c.Name())
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		var doc T
		if err := cursor.Decode(&doc); err != nil {
			return fmt.Errorf("mongobank: decode from %s: %w", c.Name(), err)
		}
		visit(doc)
	}
	if err := cursor.Err(); err != nil {
		return wrap(err, "read "+c.Name())
	}
	return nil
}

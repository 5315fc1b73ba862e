package mongobank

import (
	"context"
	"slices"
	"time"

	"gongyuan/bank"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// importedDoc is what some items of an import were before it. It is written
// before they are changed, so that whatever happens then can be taken back. An
// import that was cut off and taken up again may note an item twice; the first
// note counts.
type importedDoc struct {
	ID    string            `bson:"_id"` // <batch>#<time of writing>
	Batch string            `bson:"batch"`
	Items []importedItemDoc `bson:"items"`
}

type importedItemDoc struct {
	Item    string   `bson:"item"`
	Version int      `bson:"version"`          // of its head after the import
	Before  *itemDoc `bson:"before,omitempty"` // nil where the import added it
}

// noteImport keeps what items are before an import changes them.
func (s *Store) noteImport(ctx context.Context, batch string, touched []itemDoc, held map[string]itemDoc) error {
	if batch == "" || len(touched) == 0 {
		return nil
	}
	var known bson.A
	for _, t := range touched {
		if _, ok := held[t.ID]; ok {
			known = append(known, t.ID)
		}
	}
	before := map[string]*itemDoc{}
	if len(known) > 0 {
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: known}}}}
		if err := each(ctx, s.items, filter, options.Find(), func(d itemDoc) { before[d.ID] = &d }); err != nil {
			return err
		}
	}
	doc := importedDoc{ID: batch + "#" + primitive.NewObjectID().Hex(), Batch: batch}
	for _, t := range touched {
		item := importedItemDoc{Item: t.ID, Before: before[t.ID]}
		if item.Before != nil {
			item.Version = item.Before.Version + 1
		}
		doc.Items = append(doc.Items, item)
	}
	_, err := s.imported.InsertOne(ctx, doc)
	return wrap(err, "note an import")
}

// eachImported visits the items of an import, each once.
func (s *Store) eachImported(ctx context.Context, batch string, visit func(importedItemDoc)) error {
	seen := map[string]bool{}
	return each(ctx, s.imported, bson.D{{Key: "batch", Value: batch}}, options.Find().SetSort(byID), func(d importedDoc) {
		for _, item := range d.Items {
			if !seen[item.Item] {
				seen[item.Item] = true
				visit(item)
			}
		}
	})
}

// Imported lists the items that an import changed.
func (s *Store) Imported(ctx context.Context, batch string) ([]bank.Imported, error) {
	var out []bank.Imported
	err := s.eachImported(ctx, batch, func(d importedItemDoc) {
		item := bank.Imported{Item: bank.ItemID(d.Item), Version: d.Version}
		if d.Before != nil {
			item.Before = d.Before.item()
		}
		out = append(out, item)
	})
	return out, err
}

// UndoImport puts every item of an import back that nobody changed since. It
// may be repeated. Revisions stay where they are, as they do for ever: nothing
// points to those of the import any longer, and their numbers are not used
// again for other content.
func (s *Store) UndoImport(ctx context.Context, id bank.ID, batch string) error {
	var added bson.A
	var revised []mongo.WriteModel
	err := s.eachImported(ctx, batch, func(d importedItemDoc) {
		if d.Before == nil {
			added = append(added, d.Item)
		} else {
			revised = append(revised, puttingBack(batch, d))
		}
	})
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(added, batchSize) {
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: chunk}}}, {Key: "version", Value: 0}, {Key: "batch", Value: batch}}
		if _, err := s.items.DeleteMany(ctx, filter); err != nil {
			return wrap(err, "undo import: drop")
		}
	}
	for chunk := range slices.Chunk(revised, batchSize) {
		if _, err := s.items.BulkWrite(ctx, chunk); err != nil {
			return wrap(err, "undo import: put back")
		}
	}
	return s.tell(ctx, id, nil)
}

// puttingBack restores a head but for when it was used, which an import has
// not changed.
func puttingBack(batch string, d importedItemDoc) mongo.WriteModel {
	b := d.Before
	set := bson.D{
		{Key: "point", Value: b.Point}, {Key: "ranges", Value: b.Ranges}, {Key: "status", Value: b.Status}, {Key: "revision", Value: b.Revision},
		{Key: "published", Value: b.Published}, {Key: "updated", Value: b.Updated}, {Key: "type", Value: b.Type},
		{Key: "difficulty", Value: b.Difficulty}, {Key: "stem", Value: b.Stem}, {Key: "parts", Value: b.Parts}, {Key: "digest", Value: b.Digest},
		{Key: "text", Value: b.Text}, {Key: "author", Value: b.Author}, {Key: "tags", Value: b.Tags}, {Key: "batch", Value: b.Batch},
		{Key: "version", Value: d.Version + 1},
	}
	update := bson.D{}
	if b.Work == nil {
		update = append(update, bson.E{Key: "$unset", Value: bson.D{{Key: "work", Value: ""}}})
	} else {
		set = append(set, bson.E{Key: "work", Value: b.Work})
	}
	return mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: "_id", Value: d.Item}, {Key: "version", Value: d.Version}, {Key: "batch", Value: batch}}).
		SetUpdate(append(update, bson.E{Key: "$set", Value: set}))
}

// Writing lists the items of a bank whose drafts were saved after a time.
func (s *Store) Writing(ctx context.Context, id bank.ID, since time.Time) ([]bank.ItemID, error) {
	var out []bank.ItemID
	filter := bson.D{{Key: "bank", Value: string(id)}, {Key: "updated", Value: bson.D{{Key: "$gt", Value: since.UTC()}}}}
	fields := options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}})
	err := each(ctx, s.drafts, filter, fields, func(d manuscriptDoc) { out = append(out, bank.ItemID(d.Item)) })
	return out, err
}

// MoveBatch brings an import from one state to another, with its sums. It
// returns bank.ErrConflict where the import is in another state.
func (s *Store) MoveBatch(ctx context.Context, b bank.Batch, to bank.BatchState) error {
	set := bson.D{
		{Key: "state", Value: string(to)}, {Key: "undone", Value: to == bank.BatchUndone}, {Key: "added", Value: b.Added},
		{Key: "revised", Value: b.Revised}, {Key: "unchanged", Value: b.Unchanged},
	}
	got, err := s.batches.UpdateOne(ctx, bson.D{{Key: "_id", Value: b.ID}, {Key: "state", Value: string(b.State)}}, bson.D{{Key: "$set", Value: set}})
	if err == nil && got.MatchedCount == 0 {
		err = bank.ErrConflict
	}
	return wrap(err, "move batch")
}

// Batches returns the newest batches of an act in a bank.
func (s *Store) Batches(ctx context.Context, id bank.ID, act string, limit int) ([]bank.Batch, error) {
	var out []bank.Batch
	filter := bson.D{{Key: "bank", Value: string(id)}, {Key: "act", Value: act}}
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit))
	err := each(ctx, s.batches, filter, opts, func(d batchDoc) { out = append(out, d.batch()) })
	return out, err
}

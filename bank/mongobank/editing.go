package mongobank

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// manuscriptDoc is what is being written of an item.
type manuscriptDoc struct {
	Item    string     `bson:"_id"`
	Bank    string     `bson:"bank"`
	Version int        `bson:"version"`
	Base    int        `bson:"base"`
	Content contentDoc `bson:"content"`
	By      string     `bson:"by"`
	Updated time.Time  `bson:"updated"`
}

// eventDoc is a step or a comment.
type eventDoc struct {
	ID        primitive.ObjectID `bson:"_id"`
	Item      string             `bson:"item"`
	Revision  int                `bson:"revision"`
	Step      string             `bson:"step"`
	By        string             `bson:"by"`
	At        time.Time          `bson:"at"`
	Note      string             `bson:"note,omitempty"`
	AltersKey bool               `bson:"alters_key,omitempty"`
}

// useDoc is that papers of a sitting show a revision.
type useDoc struct {
	ID       string    `bson:"_id"` // <sitting>|<item>@<number>
	Item     string    `bson:"item"`
	Revision int       `bson:"revision"`
	Sitting  string    `bson:"sitting"`
	Title    string    `bson:"title"`
	At       time.Time `bson:"at"`
	Papers   int       `bson:"papers"`
}

// Item returns the head of an item, or bank.ErrNotFound.
func (s *Store) Item(ctx context.Context, id bank.ItemID) (bank.ItemRow, error) {
	var doc itemDoc
	if err := load(ctx, s.items, string(id), &doc); err != nil {
		return bank.ItemRow{}, err
	}
	row := doc.row()
	row.Stem = bank.Plain(row.Stem)
	return row, nil
}

// headDoc is the document of an item as a row and its newest content say.
func headDoc(row bank.ItemRow) itemDoc {
	return itemDoc{
		ID: string(row.ID), Bank: string(row.Bank), Code: row.Code, Point: string(row.Point), Ranges: rangesAbove(row.Point),
		Status: string(row.Status), Revision: row.Revision, Published: row.Published, Updated: row.Updated.UTC().Truncate(time.Millisecond),
		Version: row.Version, Author: row.Author, Tags: row.Tags, Work: newWorkDoc(row.Work), LastUsed: row.LastUsed,
	}
}

func (d *itemDoc) take(content *bank.Revision) error {
	doc := newContentDoc(content)
	d.Point, d.Ranges = doc.Point, rangesAbove(content.Point)
	d.Type, d.Difficulty, d.Stem, d.Parts, d.Text = doc.Question.Type, doc.Difficulty, doc.Question.Stem, len(doc.Parts), searched(content)
	if content.Number == 0 {
		return nil
	}
	var err error
	d.Digest, err = digestOf(doc)
	return err
}

// InsertItem adds an item that has no revision yet. It returns
// bank.ErrConflict where its code is taken.
func (s *Store) InsertItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) error {
	doc := headDoc(row)
	if err := doc.take(content); err != nil {
		return wrap(err, "insert item")
	}
	_, err := s.items.InsertOne(ctx, doc)
	if lungo.IsUniquenessError(err) {
		return fmt.Errorf("mongobank: item %s is there: %w", row.ID, bank.ErrConflict)
	}
	if err != nil {
		return wrap(err, "insert item")
	}
	return s.tell(ctx, row.Bank, []bank.ItemID{row.ID})
}

// ChangeItem keeps the head of an item, unless it changed since it was read.
// With content, lists and searches show that from now on. It returns the head
// with its new version, or bank.ErrConflict.
func (s *Store) ChangeItem(ctx context.Context, row bank.ItemRow, content *bank.Revision) (bank.ItemRow, error) {
	was := row.Version
	row.Version++
	doc := headDoc(row)
	set := bson.D{
		{Key: "status", Value: doc.Status}, {Key: "revision", Value: doc.Revision}, {Key: "published", Value: doc.Published},
		{Key: "updated", Value: doc.Updated}, {Key: "version", Value: doc.Version}, {Key: "author", Value: doc.Author},
		{Key: "tags", Value: doc.Tags}, {Key: "work", Value: doc.Work},
	}
	if content != nil {
		if err := doc.take(content); err != nil {
			return row, wrap(err, "change item")
		}
		set = append(set, bson.E{Key: "point", Value: doc.Point}, bson.E{Key: "ranges", Value: doc.Ranges}, bson.E{Key: "type", Value: doc.Type},
			bson.E{Key: "difficulty", Value: doc.Difficulty}, bson.E{Key: "stem", Value: doc.Stem}, bson.E{Key: "parts", Value: doc.Parts},
			bson.E{Key: "text", Value: doc.Text})
		if doc.Digest != "" {
			set = append(set, bson.E{Key: "digest", Value: doc.Digest})
		}
	}
	got, err := s.items.UpdateOne(ctx, bson.D{{Key: "_id", Value: doc.ID}, {Key: "version", Value: was}}, bson.D{{Key: "$set", Value: set}})
	if err != nil {
		return row, wrap(err, "change item")
	}
	if got.MatchedCount == 0 {
		return row, fmt.Errorf("mongobank: item %s: %w", row.ID, bank.ErrConflict)
	}
	row.Updated = doc.Updated
	return row, s.tell(ctx, row.Bank, []bank.ItemID{row.ID})
}

// DropItem removes an item that never had a revision.
func (s *Store) DropItem(ctx context.Context, row bank.ItemRow) error {
	filter := bson.D{{Key: "_id", Value: string(row.ID)}, {Key: "version", Value: row.Version}, {Key: "revision", Value: 0}}
	got, err := s.items.DeleteOne(ctx, filter)
	if err != nil {
		return wrap(err, "drop item")
	}
	if got.DeletedCount == 0 {
		return fmt.Errorf("mongobank: item %s: %w", row.ID, bank.ErrConflict)
	}
	return s.tell(ctx, row.Bank, []bank.ItemID{row.ID})
}

// AddRevision keeps a revision under its number, for ever. The same content
// under the same number is adopted; other content there is bank.ErrConflict.
func (s *Store) AddRevision(ctx context.Context, id bank.ID, r bank.Revision) error {
	doc := revisionDoc{
		ID: revisionKey(r.Item, r.Number), Item: string(r.Item), Number: r.Number, Bank: string(id), Content: newContentDoc(&r),
		Created: r.Created.UTC().Truncate(time.Millisecond), Author: r.Author,
	}
	var err error
	if doc.Digest, err = digestOf(doc.Content); err != nil {
		return wrap(err, "add revision")
	}
	_, err = s.revisions.InsertOne(ctx, doc)
	if !lungo.IsUniquenessError(err) {
		return wrap(err, "add revision")
	}
	var stored revisionDoc
	if err := load(ctx, s.revisions, doc.ID, &stored); err != nil {
		return err
	}
	if stored.Digest != doc.Digest {
		return fmt.Errorf("mongobank: revision %s is there: %w", doc.ID, bank.ErrConflict)
	}
	return nil
}

// Manuscript returns what is being written of an item, or bank.ErrNotFound.
func (s *Store) Manuscript(ctx context.Context, id bank.ItemID) (bank.Manuscript, error) {
	var doc manuscriptDoc
	if err := load(ctx, s.drafts, string(id), &doc); err != nil {
		return bank.Manuscript{}, err
	}
	r := revisionDoc{Item: doc.Item, Content: doc.Content}.revision()
	r.Created = time.Time{}
	return bank.Manuscript{Version: doc.Version, Base: doc.Base, Bank: bank.ID(doc.Bank), Content: r, By: doc.By, Updated: doc.Updated.UTC()}, nil
}

// SaveManuscript keeps what is being written unless somebody saved since it
// was read (bank.ErrConflict), and returns it with its new version.
func (s *Store) SaveManuscript(ctx context.Context, m bank.Manuscript) (bank.Manuscript, error) {
	was := m.Version
	m.Version++
	m.Updated = m.Updated.UTC().Truncate(time.Millisecond)
	doc := manuscriptDoc{
		Item: string(m.Content.Item), Bank: string(m.Bank), Version: m.Version, Base: m.Base, Content: newContentDoc(&m.Content),
		By: m.By, Updated: m.Updated,
	}
	if was == 0 {
		_, err := s.drafts.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			err = bank.ErrConflict
		}
		return m, wrap(err, "save draft")
	}
	got, err := s.drafts.ReplaceOne(ctx, bson.D{{Key: "_id", Value: doc.Item}, {Key: "version", Value: was}}, doc)
	if err == nil && got.MatchedCount == 0 {
		err = bank.ErrConflict
	}
	return m, wrap(err, "save draft")
}

// DropManuscript removes what was being written. None there is no error.
func (s *Store) DropManuscript(ctx context.Context, id bank.ItemID) error {
	_, err := s.drafts.DeleteOne(ctx, bson.D{{Key: "_id", Value: string(id)}})
	return wrap(err, "drop draft")
}

// AddEvent adds to the history of an item.
func (s *Store) AddEvent(ctx context.Context, e bank.Event) error {
	_, err := s.events.InsertOne(ctx, eventDoc{
		primitive.NewObjectID(), string(e.Item), e.Revision, string(e.Step), e.By, e.At.UTC().Truncate(time.Millisecond), e.Note, e.AltersKey,
	})
	return wrap(err, "add event")
}

// Events returns the history of an item, the oldest first.
func (s *Store) Events(ctx context.Context, id bank.ItemID) ([]bank.Event, error) {
	var out []bank.Event
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}})
	err := each(ctx, s.events, bson.D{{Key: "item", Value: string(id)}}, opts, func(d eventDoc) {
		out = append(out, bank.Event{
			Item: bank.ItemID(d.Item), Revision: d.Revision, Step: bank.Step(d.Step), By: d.By, At: d.At.UTC(), Note: d.Note, AltersKey: d.AltersKey,
		})
	})
	return out, err
}

// SetUses replaces what the papers of a sitting show: how many papers show
// each revision. The items are marked as used. It may be repeated.
func (s *Store) SetUses(ctx context.Context, id bank.ID, sitting, title string, at time.Time, papers map[bank.Ref]int) error {
	if _, err := s.uses.DeleteMany(ctx, bson.D{{Key: "sitting", Value: sitting}}); err != nil {
		return wrap(err, "replace uses")
	}
	at = at.UTC().Truncate(time.Millisecond)
	var docs []any
	var items []bank.ItemID
	for ref, n := range papers {
		docs = append(docs, useDoc{sitting + "|" + revisionKey(ref.Item, ref.Revision), string(ref.Item), ref.Revision, sitting, title, at, n})
		items = append(items, ref.Item)
	}
	for len(docs) > 0 {
		n := min(len(docs), batchSize)
		if _, err := s.uses.InsertMany(ctx, docs[:n]); err != nil {
			return wrap(err, "insert uses")
		}
		var names bson.A
		for _, item := range items[:n] {
			names = append(names, string(item))
		}
		update := bson.D{{Key: "$set", Value: bson.D{{Key: "last_used", Value: at}}}}
		if _, err := s.items.UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: names}}}}, update); err != nil {
			return wrap(err, "mark as used")
		}
		docs, items = docs[n:], items[n:]
	}
	return s.tell(ctx, id, nil)
}

// Uses returns where items are used, the newest first.
func (s *Store) Uses(ctx context.Context, items []bank.ItemID) ([]bank.Use, error) {
	if len(items) == 0 {
		return nil, nil
	}
	filter := bson.D{{Key: "item", Value: string(items[0])}}
	if len(items) > 1 {
		filter = bson.D{{Key: "item", Value: bson.D{{Key: "$in", Value: mapped(items, func(i bank.ItemID) string { return string(i) })}}}}
	}
	var out []bank.Use
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}})
	err := each(ctx, s.uses, filter, opts, func(d useDoc) {
		out = append(out, bank.Use{
			Ref: bank.Ref{Item: bank.ItemID(d.Item), Revision: d.Revision}, Sitting: d.Sitting, Title: d.Title, At: d.At.UTC(), Papers: d.Papers,
		})
	})
	return out, err
}

// Newest returns the newest revision of every item of a bank that has one, in
// the order of their items.
func (s *Store) Newest(ctx context.Context, id bank.ID) ([]bank.Revision, error) {
	rows, err := s.Rows(ctx, id, func(r *bank.ItemRow) bool { return r.Revision > 0 })
	if err != nil {
		return nil, err
	}
	newest := make(map[bank.ItemID]int, len(rows))
	for _, r := range rows {
		newest[r.ID] = r.Revision
	}
	var out []bank.Revision
	opts := options.Find().SetSort(byID)
	err = each(ctx, s.revisions, bson.D{{Key: "bank", Value: string(id)}}, opts, func(d revisionDoc) {
		if newest[bank.ItemID(d.Item)] == d.Number {
			out = append(out, d.revision())
		}
	})
	return out, err
}

var errNoFile = errors.New("mongobank: the content of a picture is gone")

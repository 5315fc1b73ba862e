package mongobank

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// batchDoc is an act on many items.
type batchDoc struct {
	ID      string           `bson:"_id"`
	Bank    string           `bson:"bank"`
	Act     string           `bson:"act"`
	By      string           `bson:"by"`
	At      time.Time        `bson:"at"`
	Undone  bool             `bson:"undone"`
	Changes []batchChangeDoc `bson:"changes"`

	State     string `bson:"state,omitempty"`
	Title     string `bson:"title,omitempty"`
	Added     int    `bson:"added,omitempty"`
	Revised   int    `bson:"revised,omitempty"`
	Unchanged int    `bson:"unchanged,omitempty"`
}

type batchChangeDoc struct {
	Item    string   `bson:"item"`
	Version int      `bson:"version"`
	Status  string   `bson:"status"`
	Tags    []string `bson:"tags,omitempty"`
}

// InsertBatch keeps a batch.
func (s *Store) InsertBatch(ctx context.Context, b bank.Batch) error {
	_, err := s.batches.InsertOne(ctx, batchDoc{
		b.ID, string(b.Bank), b.Act, b.By, b.At.UTC().Truncate(time.Millisecond), b.Undone,
		mapped(b.Changes, func(c bank.BatchChange) batchChangeDoc {
			return batchChangeDoc{string(c.Item), c.Version, string(c.Status), c.Tags}
		}),
		string(b.State), b.Title, b.Added, b.Revised, b.Unchanged,
	})
	if lungo.IsUniquenessError(err) {
		err = bank.ErrConflict
	}
	return wrap(err, "insert batch")
}

func (d batchDoc) batch() bank.Batch {
	return bank.Batch{
		ID: d.ID, Bank: bank.ID(d.Bank), Act: d.Act, By: d.By, At: d.At.UTC(), Undone: d.Undone,
		Changes: mapped(d.Changes, func(c batchChangeDoc) bank.BatchChange {
			return bank.BatchChange{Item: bank.ItemID(c.Item), Version: c.Version, Status: bank.Status(c.Status), Tags: c.Tags}
		}),
		State: bank.BatchState(d.State), Title: d.Title, Added: d.Added, Revised: d.Revised, Unchanged: d.Unchanged,
	}
}

// Batch returns a batch, or bank.ErrNotFound.
func (s *Store) Batch(ctx context.Context, id string) (bank.Batch, error) {
	var doc batchDoc
	err := load(ctx, s.batches, id, &doc)
	return doc.batch(), err
}

// Undo marks a batch as undone, once: the second time is bank.ErrConflict.
func (s *Store) Undo(ctx context.Context, id string) error {
	got, err := s.batches.UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "undone", Value: false}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "undone", Value: true}}}})
	if err == nil && got.MatchedCount == 0 {
		err = bank.ErrConflict
	}
	return wrap(err, "undo batch")
}

type filtersDoc struct {
	ID   string      `bson:"_id"` // <account>|<bank>
	List []filterDoc `bson:"list"`
}

type filterDoc struct {
	Name  string `bson:"name"`
	Query string `bson:"query"`
}

// Filters returns the filters that somebody saved for a bank.
func (s *Store) Filters(ctx context.Context, account string, id bank.ID) ([]bank.SavedFilter, error) {
	var doc filtersDoc
	err := load(ctx, s.filters, account+"|"+string(id), &doc)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, nil
	}
	return mapped(doc.List, func(f filterDoc) bank.SavedFilter { return bank.SavedFilter(f) }), err
}

// SaveFilters replaces the filters that somebody saved for a bank.
func (s *Store) SaveFilters(ctx context.Context, account string, id bank.ID, list []bank.SavedFilter) error {
	doc := filtersDoc{account + "|" + string(id), mapped(list, func(f bank.SavedFilter) filterDoc { return filterDoc(f) })}
	return save(ctx, s.filters, doc.ID, doc)
}

type settingsDoc struct {
	ID   string   `bson:"_id"` // the bank
	Laws []lawDoc `bson:"laws"`
}

type lawDoc struct {
	Name string `bson:"name"`
	Note string `bson:"note"`
}

// Laws returns the list of laws not in force of a bank: the default one until
// somebody saved another.
func (s *Store) Laws(ctx context.Context, id bank.ID) ([]bank.Law, error) {
	var doc settingsDoc
	err := load(ctx, s.settings, string(id), &doc)
	if errors.Is(err, bank.ErrNotFound) {
		return bank.DefaultLaws(), nil
	}
	return mapped(doc.Laws, func(l lawDoc) bank.Law { return bank.Law(l) }), err
}

// SaveLaws replaces the list.
func (s *Store) SaveLaws(ctx context.Context, id bank.ID, laws []bank.Law) error {
	return save(ctx, s.settings, string(id), settingsDoc{string(id), mapped(laws, func(l bank.Law) lawDoc { return lawDoc(l) })})
}

// pictureDoc is a picture; its content is in the bucket.
type pictureDoc struct {
	ID      string             `bson:"_id"`
	Type    string             `bson:"type"`
	Width   int                `bson:"width"`
	Height  int                `bson:"height"`
	Size    int                `bson:"size"`
	Content primitive.ObjectID `bson:"content"`
}

// AddPicture keeps a picture. One that is there stays as it is: a picture is
// named by its content.
func (s *Store) AddPicture(ctx context.Context, p bank.Picture) error {
	missing, err := s.MissingPictures(ctx, []bank.PictureID{p.ID})
	if err != nil || len(missing) == 0 {
		return err
	}
	content, err := s.bucket.UploadFromStream(ctx, string(p.ID), bytes.NewReader(p.Data))
	if err != nil {
		return wrap(err, "add picture")
	}
	_, err = s.pictures.InsertOne(ctx, pictureDoc{string(p.ID), p.Type, p.Width, p.Height, len(p.Data), content})
	if lungo.IsUniquenessError(err) {
		err = s.bucket.Delete(ctx, content) // somebody was faster with the same
	}
	return wrap(err, "add picture")
}

// Picture returns a picture with its content, or bank.ErrNotFound. A file that
// is no PNG or JPEG is no picture.
func (s *Store) Picture(ctx context.Context, id bank.PictureID) (bank.Picture, error) {
	var doc pictureDoc
	if err := load(ctx, s.pictures, string(id), &doc); err != nil {
		return bank.Picture{}, err
	}
	if doc.Type != "image/png" && doc.Type != "image/jpeg" {
		return bank.Picture{}, fmt.Errorf("mongobank: %s is no picture: %w", id, bank.ErrNotFound)
	}
	data, err := s.content(ctx, id)
	return bank.Picture{ID: id, Type: doc.Type, Width: doc.Width, Height: doc.Height, Data: data}, err
}

// MissingPictures tells which pictures are not there.
func (s *Store) MissingPictures(ctx context.Context, ids []bank.PictureID) ([]bank.PictureID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := map[bank.PictureID]bool{}
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: mapped(ids, func(i bank.PictureID) string { return string(i) })}}}}
	opts := options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}})
	if err := each(ctx, s.pictures, filter, opts, func(d pictureDoc) { found[bank.PictureID(d.ID)] = true }); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id bank.PictureID) bool { return found[id] }), nil
}

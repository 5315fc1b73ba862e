package mongobank

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// planDoc is what is being written of a blueprint.
type planDoc struct {
	ID       string       `bson:"_id"` // the blueprint's
	Content  blueprintDoc `bson:"content"`
	Version  int          `bson:"version"`
	Authors  []string     `bson:"authors,omitempty"`
	By       string       `bson:"by"`
	Updated  time.Time    `bson:"updated"`
	Proposed bool         `bson:"proposed"`
	Note     string       `bson:"note,omitempty"`
}

func (d planDoc) draft() bank.BlueprintDraft {
	return bank.BlueprintDraft{
		Content: d.Content.blueprint(), Version: d.Version, Authors: d.Authors, By: d.By, Updated: d.Updated.UTC(), Proposed: d.Proposed, Note: d.Note,
	}
}

// BlueprintDraft returns the draft of a blueprint, or bank.ErrNotFound.
func (s *Store) BlueprintDraft(ctx context.Context, id string) (bank.BlueprintDraft, error) {
	var doc planDoc
	if err := load(ctx, s.plans, id, &doc); err != nil {
		return bank.BlueprintDraft{}, err
	}
	return doc.draft(), nil
}

// BlueprintDrafts returns every draft, in the order of their blueprints.
func (s *Store) BlueprintDrafts(ctx context.Context) ([]bank.BlueprintDraft, error) {
	var out []bank.BlueprintDraft
	err := each(ctx, s.plans, bson.D{}, options.Find().SetSort(byID), func(d planDoc) { out = append(out, d.draft()) })
	return out, err
}

// SaveBlueprintDraft replaces the version of a draft that was read, 0 where
// there was none, and returns it with its next version. It returns
// bank.ErrConflict where somebody else saved meanwhile.
func (s *Store) SaveBlueprintDraft(ctx context.Context, d bank.BlueprintDraft) (bank.BlueprintDraft, error) {
	was := d.Version
	d.Version++
	d.Updated = d.Updated.UTC().Truncate(time.Millisecond)
	return d, replace(ctx, s.plans, d.Content.ID, was, planDoc{
		d.Content.ID, newBlueprintDoc(d.Content), d.Version, d.Authors, d.By, d.Updated, d.Proposed, d.Note,
	})
}

// DropBlueprintDraft drops a draft if it has that version still, else it
// returns bank.ErrConflict. One that is gone is no error.
func (s *Store) DropBlueprintDraft(ctx context.Context, id string, version int) error {
	got, err := s.plans.DeleteOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "version", Value: version}})
	if err != nil || got.DeletedCount == 1 {
		return wrap(err, "drop draft of blueprint "+id)
	}
	if _, err = s.BlueprintDraft(ctx, id); errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	return errors.Join(err, fmt.Errorf("mongobank: draft of blueprint %q: %w", id, bank.ErrConflict))
}

// editionDoc is an approved blueprint.
type editionDoc struct {
	ID       string       `bson:"_id"` // <blueprint>@<edition>
	Content  blueprintDoc `bson:"content"`
	Author   string       `bson:"author"`
	Approver string       `bson:"approver"`
	At       time.Time    `bson:"at"`
	Note     string       `bson:"note,omitempty"`
}

// AddEdition keeps an edition, once: a number that is taken is
// bank.ErrConflict.
func (s *Store) AddEdition(ctx context.Context, e bank.BlueprintEdition) error {
	id := fmt.Sprintf("%s@%d", e.Content.ID, e.Content.Edition)
	_, err := s.editions.InsertOne(ctx, editionDoc{id, newBlueprintDoc(e.Content), e.Author, e.Approver, e.At.UTC().Truncate(time.Millisecond), e.Note})
	if lungo.IsUniquenessError(err) {
		return fmt.Errorf("mongobank: edition %s: %w", id, bank.ErrConflict)
	}
	return wrap(err, "add edition "+id)
}

// Editions returns the editions of a blueprint, the newest first.
func (s *Store) Editions(ctx context.Context, id string) ([]bank.BlueprintEdition, error) {
	var out []bank.BlueprintEdition
	newest := options.Find().SetSort(bson.D{{Key: "content.edition", Value: -1}})
	err := each(ctx, s.editions, bson.D{{Key: "content._id", Value: id}}, newest, func(d editionDoc) {
		out = append(out, bank.BlueprintEdition{Content: d.Content.blueprint(), Author: d.Author, Approver: d.Approver, At: d.At.UTC(), Note: d.Note})
	})
	return out, err
}

package mongobank

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// remembered changes of a bank; a copy of the program that is further behind
// reads the bank again.
const maxChanges = 64

// changeDoc is what changed of a bank of late. Every write of an item is
// followed by one of this document, so that each copy of the program knows by
// one look at it whether its catalogue is still what is stored. A process that
// dies between the two leaves the other copies' lists behind by that item,
// until it changes again or they start anew; what is stored is not touched by
// that.
type changeDoc struct {
	Bank   string       `bson:"_id"`
	Seq    int          `bson:"seq"`
	Recent []changeStep `bson:"recent"`
}

type changeStep struct {
	Seq   int      `bson:"seq"`
	Items []string `bson:"items,omitempty"`
	All   bool     `bson:"all,omitempty"`
}

// shelf holds the catalogues of this copy.
type shelf struct {
	mu sync.Mutex
	of map[bank.ID]*shelved
}

type shelved struct {
	mu        sync.Mutex
	catalogue *bank.Catalogue
	seq       int
}

// mostShelved bounds the memory; beyond it the memory starts anew.
const mostShelved = 100

func (s *shelf) bank(id bank.ID) *shelved {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[id] == nil {
		if len(s.of) >= mostShelved {
			clear(s.of)
		}
		s.of[id] = &shelved{}
	}
	return s.of[id]
}

func (s *shelf) drop(id bank.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, id)
}

// tell notes that items changed, or with nil that any may have.
func (s *Store) tell(ctx context.Context, id bank.ID, items []bank.ItemID) error {
	step := changeStep{All: items == nil || len(items) > maxChanges, Items: mapped(items, func(i bank.ItemID) string { return string(i) })}
	if step.All {
		step.Items = nil
	}
	for range maxRounds {
		doc, err := s.change(ctx, id)
		if err != nil {
			return err
		}
		was := doc.Seq
		doc.Seq++
		step.Seq = doc.Seq
		doc.Recent = append(doc.Recent, step)
		doc.Recent = doc.Recent[max(0, len(doc.Recent)-maxChanges):]
		if was == 0 {
			if _, err = s.changes.InsertOne(ctx, doc); lungo.IsUniquenessError(err) {
				continue
			}
			return wrap(err, "note a change")
		}
		got, err := s.changes.ReplaceOne(ctx, bson.D{{Key: "_id", Value: doc.Bank}, {Key: "seq", Value: was}}, doc)
		if err != nil {
			return wrap(err, "note a change")
		}
		if got.MatchedCount == 1 {
			return nil
		}
	}
	return fmt.Errorf("mongobank: note a change of %s: others were faster in %d rounds", id, maxRounds)
}

func (s *Store) change(ctx context.Context, id bank.ID) (changeDoc, error) {
	doc := changeDoc{Bank: string(id)}
	err := s.changes.FindOne(ctx, bson.D{{Key: "_id", Value: string(id)}}).Decode(&doc)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return doc, wrap(err, "changes")
	}
	return doc, nil
}

// catalogued asks the catalogue of a bank, brought up to date first.
func catalogued[T any](ctx context.Context, s *Store, id bank.ID, ask func(*bank.Catalogue) T) (T, error) {
	var none T
	held := s.shelf.bank(id)
	held.mu.Lock()
	defer held.mu.Unlock()
	err := s.freshen(ctx, id, held)
	if err != nil || held.catalogue.Len() == 0 { // whatever name was asked for
		s.shelf.drop(id)
	}
	if err != nil {
		return none, err
	}
	return ask(held.catalogue), nil
}

func (s *Store) freshen(ctx context.Context, id bank.ID, held *shelved) error {
	now, err := s.change(ctx, id)
	if err != nil {
		return err
	}
	if held.catalogue != nil && held.seq == now.Seq {
		return nil
	}
	var changed []string
	whole := held.catalogue == nil || held.seq > now.Seq || now.Seq-held.seq > len(now.Recent)
	for _, step := range now.Recent {
		if step.Seq > held.seq {
			whole = whole || step.All
			changed = append(changed, step.Items...)
		}
	}
	if whole {
		fresh := bank.NewCatalogue()
		err = each(ctx, s.items, bson.D{{Key: "bank", Value: string(id)}}, options.Find(), func(d itemDoc) { fresh.Put(d.row(), d.Text) })
		if err != nil {
			return err
		}
		held.catalogue, held.seq = fresh, now.Seq
		return nil
	}
	slices.Sort(changed)
	changed = slices.Compact(changed)
	found := map[string]itemDoc{}
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: changed}}}}
	if len(changed) > 0 {
		if err := each(ctx, s.items, filter, options.Find(), func(d itemDoc) { found[d.ID] = d }); err != nil {
			return err
		}
	}
	for _, name := range changed {
		if d, ok := found[name]; ok {
			held.catalogue.Put(d.row(), d.Text)
		} else {
			held.catalogue.Drop(bank.ItemID(name))
		}
	}
	held.seq = now.Seq
	return nil
}

// Near finds items of a bank whose stems share at least percent of their pairs
// of characters with a stem.
func (s *Store) Near(ctx context.Context, id bank.ID, item bank.ItemID, stem string, percent, limit int) ([]bank.Near, error) {
	return catalogued(ctx, s, id, func(c *bank.Catalogue) []bank.Near { return c.Near(item, stem, percent, limit) })
}

// Rows returns the items of a bank that pass a filter, in no order.
func (s *Store) Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error) {
	return catalogued(ctx, s, id, func(c *bank.Catalogue) []bank.ItemRow {
		var out []bank.ItemRow
		c.Rows(func(r *bank.ItemRow) {
			if keep(r) {
				out = append(out, *r)
			}
		})
		return out
	})
}

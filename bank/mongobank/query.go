package mongobank

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gongyuan/bank"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Published returns the revisions that papers of a bank are drawn from, in the
// order of their items. An unknown bank has none.
func (s *Store) Published(ctx context.Context, id bank.ID) ([]bank.Revision, error) {
	filter := bson.D{
		{Key: "bank", Value: string(id)}, {Key: "status", Value: string(bank.Published)}, {Key: "published", Value: bson.D{{Key: "$gt", Value: 0}}},
	}
	fields := bson.D{{Key: "published", Value: 1}}
	var refs []bank.Ref
	err := each(ctx, s.items, filter, options.Find().SetProjection(fields).SetSort(byID), func(d itemDoc) {
		refs = append(refs, bank.Ref{Item: bank.ItemID(d.ID), Revision: d.Published})
	})
	if err != nil {
		return nil, err
	}
	missing, found := s.remembered(refs)
	if len(missing) > batchSize {
		// Reading the bank once beats asking for thousands of revisions by name,
		// most of all on the embedded store, which has no index to look into.
		var all []bank.Revision
		if err := each(ctx, s.revisions, bson.D{{Key: "bank", Value: string(id)}}, options.Find(), func(d revisionDoc) {
			all = append(all, d.revision())
		}); err != nil {
			return nil, err
		}
		s.remember(all)
		for _, r := range all {
			found[bank.Ref{Item: r.Item, Revision: r.Number}] = r
		}
	} else if found, err = s.Revisions(ctx, refs); err != nil {
		return nil, err
	}
	out := make([]bank.Revision, len(refs))
	for i, ref := range refs {
		r, ok := found[ref]
		if !ok {
			return nil, fmt.Errorf("mongobank: published revision %s: %w", revisionKey(ref.Item, ref.Revision), bank.ErrNotFound)
		}
		out[i] = r
	}
	return out, nil
}

// Revisions returns the revisions that refs pin, whole: parts are ignored and
// the keys have Part 0. It returns bank.ErrNotFound where one is missing.
func (s *Store) Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error) {
	missing, found := s.remembered(refs)
	for batch := range slices.Chunk(missing, batchSize) {
		var keys bson.A
		for _, ref := range batch {
			keys = append(keys, revisionKey(ref.Item, ref.Revision))
		}
		var got []bank.Revision
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}
		if err := each(ctx, s.revisions, filter, options.Find(), func(d revisionDoc) { got = append(got, d.revision()) }); err != nil {
			return nil, err
		}
		s.remember(got)
		for _, r := range got {
			found[bank.Ref{Item: r.Item, Revision: r.Number}] = r
		}
		for _, ref := range batch {
			if _, ok := found[ref]; !ok {
				return nil, fmt.Errorf("mongobank: revision %s: %w", revisionKey(ref.Item, ref.Revision), bank.ErrNotFound)
			}
		}
	}
	return found, nil
}

// remembered splits refs into what must still be loaded and what is at hand.
func (s *Store) remembered(refs []bank.Ref) (missing []bank.Ref, found map[bank.Ref]bank.Revision) {
	found = make(map[bank.Ref]bank.Revision, len(refs))
	asked := make(map[bank.Ref]bool, len(refs))
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, ref := range refs {
		ref.Part = 0
		if asked[ref] {
			continue
		}
		asked[ref] = true
		if r, ok := s.cached[ref]; ok {
			found[ref] = r
		} else {
			missing = append(missing, ref)
		}
	}
	return missing, found
}

func (s *Store) remember(revisions []bank.Revision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cached)+len(revisions) > maxCached {
		clear(s.cached)
	}
	for _, r := range revisions[:min(len(revisions), maxCached)] {
		s.cached[bank.Ref{Item: r.Item, Revision: r.Number}] = r
	}
}

// Items returns one page of the items that match, and how many match
// altogether. Without a bank it looks through all of them, in the order of
// their IDs. A Limit below 1 means 50; none is over 500.
func (s *Store) Items(ctx context.Context, q bank.ItemQuery) (bank.ItemPage, error) {
	if q.Bank != "" {
		return catalogued(ctx, s, q.Bank, func(c *bank.Catalogue) bank.ItemPage { return c.Find(q) })
	}
	ids, err := s.items.Distinct(ctx, "bank", bson.D{})
	if err != nil {
		return bank.ItemPage{}, wrap(err, "banks")
	}
	var all bank.ItemPage
	each := q
	each.Skip, each.Limit = 0, max(q.Skip, 0)+max(q.Limit, 50)
	for _, id := range ids {
		name, _ := id.(string)
		each.Bank = bank.ID(name)
		page, err := s.Items(ctx, each)
		if err != nil {
			return bank.ItemPage{}, err
		}
		all.Rows, all.Total = append(all.Rows, page.Rows...), all.Total+page.Total
	}
	slices.SortFunc(all.Rows, func(a, b bank.ItemRow) int { return cmp.Compare(a.ID, b.ID) })
	all.Rows = all.Rows[min(max(q.Skip, 0), len(all.Rows)):]
	if q.Limit > 0 {
		all.Rows = all.Rows[:min(q.Limit, len(all.Rows))]
	}
	return all, nil
}

// Banks lists every bank that has items or an outline, in the order of their
// IDs. The title is the outline's, or the ID where there is none.
func (s *Store) Banks(ctx context.Context) ([]bank.Summary, error) {
	titles := map[string]string{}
	fields := options.Find().SetProjection(bson.D{{Key: "title", Value: 1}})
	if err := each(ctx, s.outlines, bson.D{}, fields, func(d outlineDoc) { titles[d.ID] = d.Title }); err != nil {
		return nil, err
	}
	// Every write of an item notes a change of its bank; going through the items
	// for the banks that they name takes seconds on some databases.
	if err := each(ctx, s.changes, bson.D{}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(d changeDoc) {
		if titles[d.Bank] == "" {
			titles[d.Bank] = d.Bank
		}
	}); err != nil {
		return nil, err
	}
	var out []bank.Summary
	for name, title := range titles {
		sum, err := catalogued(ctx, s, bank.ID(name), func(c *bank.Catalogue) bank.Summary {
			sum := bank.Summary{ID: bank.ID(name), Title: title, Total: c.Len()}
			c.Rows(func(r *bank.ItemRow) {
				if r.Status == bank.Published {
					sum.Published++
				}
			})
			return sum
		})
		if err != nil {
			return nil, err
		}
		out = append(out, sum)
	}
	slices.SortFunc(out, func(a, b bank.Summary) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

package compose

import (
	"context"
	"sync"

	"gongyuan/bank"
	"gongyuan/bank/draw"
)

// manyChanged is from how many changed items on a bank is read as a whole.
const manyChanged = 1000

// mostPools bounds the memory; beyond it the memory starts anew.
const mostPools = 100

// Group is what items are counted by.
type Group struct {
	Point      bank.PointCode
	Type       bank.Type
	Difficulty int
	Status     bank.Status
}

// Census counts the items of a bank.
type Census map[Group]int

// heldPool is a bank's published items, ready to be drawn from, kept until
// something is published or retired. Of their texts nothing is kept.
type heldPool struct {
	mu     sync.Mutex
	number map[bank.ItemID]int
	slim   map[bank.ItemID]bank.Revision
	pool   *draw.Pool
}

// stock returns the pool of a bank as it is now, and what the bank has.
func (d *Desk) stock(ctx context.Context, id bank.ID) (*draw.Pool, Census, error) {
	held := d.held(id)
	held.mu.Lock()
	defer held.mu.Unlock()
	census, now, changed, err := d.census(ctx, id, held.number)
	if err != nil || len(census) == 0 { // whatever name was asked for
		d.drop(id)
	}
	if err != nil {
		return nil, nil, err
	}
	if held.pool != nil && len(changed) == 0 && len(now) == len(held.number) {
		return held.pool, census, nil
	}
	if err := d.refill(ctx, id, held, now, changed); err != nil {
		return nil, nil, err
	}
	return held.pool, census, nil
}

// held is what is known of a bank, to be filled.
func (d *Desk) held(id bank.ID) *heldPool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pools[id] == nil {
		if len(d.pools) >= mostPools {
			clear(d.pools)
		}
		d.pools[id] = &heldPool{number: map[bank.ItemID]int{}, slim: map[bank.ItemID]bank.Revision{}}
	}
	return d.pools[id]
}

func (d *Desk) drop(id bank.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pools, id)
}

// Pool returns the published items of a bank as they are now, ready to be
// drawn from.
func (d *Desk) Pool(ctx context.Context, id bank.ID) (*draw.Pool, error) {
	pool, _, err := d.stock(ctx, id)
	return pool, err
}

// census counts a bank's items, and tells which revisions are published and
// which of these were not before.
func (d *Desk) census(ctx context.Context, id bank.ID, before map[bank.ItemID]int) (Census, map[bank.ItemID]int, []bank.Ref, error) {
	census, now := Census{}, make(map[bank.ItemID]int, len(before))
	var changed []bank.Ref
	_, err := d.Store.Rows(ctx, id, func(r *bank.ItemRow) bool {
		census[Group{r.Point, r.Type, r.Difficulty, r.Status}]++
		if r.Status == bank.Published && r.Item.Published > 0 {
			now[r.ID] = r.Item.Published
			if before[r.ID] != r.Item.Published {
				changed = append(changed, bank.Ref{Item: r.ID, Revision: r.Item.Published})
			}
		}
		return false
	})
	return census, now, changed, err
}

func (d *Desk) refill(ctx context.Context, id bank.ID, held *heldPool, now map[bank.ItemID]int, changed []bank.Ref) error {
	if len(changed) > manyChanged {
		all, err := d.Store.Published(ctx, id)
		if err != nil {
			return err
		}
		clear(held.slim)
		now = make(map[bank.ItemID]int, len(all))
		for i := range all {
			held.slim[all[i].Item], now[all[i].Item] = slim(&all[i]), all[i].Number
		}
	} else {
		found, err := d.Store.Revisions(ctx, changed)
		if err != nil {
			return err
		}
		for _, ref := range changed {
			r := found[ref]
			held.slim[ref.Item] = slim(&r)
		}
	}
	revs := make([]bank.Revision, 0, len(now))
	for item, r := range held.slim {
		if now[item] == 0 {
			delete(held.slim, item)
			continue
		}
		revs = append(revs, r)
	}
	held.pool, held.number = draw.NewPool(revs), now
	return nil
}

// slim is a revision without its texts.
func slim(r *bank.Revision) bank.Revision {
	out := bank.Revision{Item: r.Item, Number: r.Number, Point: r.Point, Difficulty: r.Difficulty, Excludes: r.Excludes}
	out.Question = bare(&r.Question)
	for i := range r.Parts {
		out.Parts = append(out.Parts, bare(&r.Parts[i]))
	}
	return out
}

func bare(q *bank.Question) bank.Question {
	out := bank.Question{Type: q.Type}
	for _, o := range q.Options {
		out.Options = append(out.Options, bank.Option{ID: o.ID, Last: o.Last})
	}
	return out
}

package draw

import (
	"cmp"
	"slices"
	"strings"

	"gongyuan/bank"
)

// middle is the difficulty taken for an item whose own is not 1 to 5.
const middle = 3

// Pool is the published items of one or more banks, indexed for drawing. It
// is read-only and safe for concurrent use.
type Pool struct {
	items []poolItem // sorted by item
	index map[bank.ItemID]int32
}

// poolItem is what drawing needs of a revision.
type poolItem struct {
	id         bank.ItemID
	revision   int
	kind       bank.Type
	point      bank.PointCode
	difficulty int
	units      []unit // one, or one per part of a case
	options    int    // of all units together
	excludes   []int32
}

// unit is an answerable question: its options in the bank's order, those that
// must stay last moved to the end; the first free ones may be shuffled.
type unit struct {
	options []bank.OptionID
	free    int
}

// NewPool indexes published revisions. Their order does not matter. Of
// several revisions of an item the newest counts, and a case without parts is
// left out, since nobody could answer it. Excludes is taken both ways and may
// name items that are not in the pool. NewPool keeps nothing of revs.
func NewPool(revs []bank.Revision) *Pool {
	order := make([]int, len(revs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(revs[a].Item, revs[b].Item), cmp.Compare(revs[b].Number, revs[a].Number))
	})
	p := &Pool{items: make([]poolItem, 0, len(revs)), index: make(map[bank.ItemID]int32, len(revs))}
	for _, n := range order {
		rev := &revs[n]
		if _, again := p.index[rev.Item]; again || rev.Type == bank.Case && len(rev.Parts) == 0 {
			continue
		}
		p.index[rev.Item] = int32(len(p.items))
		p.items = append(p.items, newPoolItem(rev))
	}
	p.connect(revs)
	return p
}

func newPoolItem(rev *bank.Revision) poolItem {
	it := poolItem{id: rev.Item, revision: rev.Number, kind: rev.Type, point: rev.Point, difficulty: rev.Difficulty}
	if it.difficulty < 1 || it.difficulty > 5 {
		it.difficulty = middle
	}
	if rev.Type == bank.Case {
		for i := range rev.Parts {
			it.units = append(it.units, newUnit(&rev.Parts[i]))
		}
	} else {
		it.units = []unit{newUnit(&rev.Question)}
	}
	for _, u := range it.units {
		it.options += len(u.options)
	}
	return it
}

func newUnit(q *bank.Question) unit {
	switch q.Type {
	case bank.Judgement:
		return unit{options: []bank.OptionID{bank.True, bank.False}}
	case bank.Single, bank.Multiple:
		u := unit{options: make([]bank.OptionID, 0, len(q.Options))}
		for _, o := range q.Options {
			if !o.Last {
				u.options = append(u.options, o.ID)
			}
		}
		u.free = len(u.options)
		for _, o := range q.Options {
			if o.Last {
				u.options = append(u.options, o.ID)
			}
		}
		return u
	}
	return unit{}
}

// connect enters exclusions on both sides, from the revisions that count.
func (p *Pool) connect(revs []bank.Revision) {
	for i := range revs {
		rev := &revs[i]
		a, ok := p.index[rev.Item]
		if !ok || p.items[a].revision != rev.Number {
			continue
		}
		for _, other := range rev.Excludes {
			if b, ok := p.index[other]; ok && a != b {
				p.items[a].excludes = append(p.items[a].excludes, b)
				p.items[b].excludes = append(p.items[b].excludes, a)
			}
		}
	}
	for i := range p.items {
		slices.Sort(p.items[i].excludes)
		p.items[i].excludes = slices.Compact(p.items[i].excludes)
	}
}

// Len is the number of items in the pool.
func (p *Pool) Len() int { return len(p.items) }

// of tells whether the item belongs to the bank; the empty bank means any.
func (it *poolItem) of(id bank.ID) bool {
	rest, found := strings.CutPrefix(string(it.id), string(id))
	return id == "" || found && strings.HasPrefix(rest, "/")
}

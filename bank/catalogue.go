package bank

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// maxSearchGrams bounds what one search asks for.
const maxSearchGrams = 60

// Catalogue holds what lists and searches need of one bank's items, in memory.
// Databases differ in what they can do with an index over pairs of characters,
// and some of them read everything; a bank of 100,000 items takes some hundred
// megabytes here and answers in milliseconds on all of them. Counts are exact.
// It is not safe for concurrent use.
type Catalogue struct {
	rows    []catalogued
	at      map[ItemID]int32
	numbers map[string]int32
	holders [][]int32 // by gram: positions in rows
	orders  map[ItemSort][]int32
	near    *NearIndex
	gone    int
}

type catalogued struct {
	ItemRow
	stem  string  // in normal form
	grams []int32 // sorted
	dead  bool
}

// NewCatalogue returns an empty catalogue.
func NewCatalogue() *Catalogue {
	return &Catalogue{at: map[ItemID]int32{}, numbers: map[string]int32{}, orders: map[ItemSort][]int32{}, near: NewNearIndex()}
}

// Len is how many items it holds.
func (c *Catalogue) Len() int { return len(c.at) }

// Put adds an item or replaces it. Text is everything that is searched besides
// code and stem.
func (c *Catalogue) Put(row ItemRow, text string) {
	if at, ok := c.at[row.ID]; ok {
		c.rows[at].dead = true
		c.gone++
	}
	row.Stem = Plain(row.Stem)
	var grams []int32
	for _, g := range Grams(true, row.Code, row.Stem, text) {
		n, ok := c.numbers[g]
		if !ok {
			n = int32(len(c.holders))
			c.numbers[g] = n
			c.holders = append(c.holders, nil)
		}
		grams = append(grams, n)
	}
	slices.Sort(grams)
	c.append(catalogued{ItemRow: row, stem: Normal(row.Stem), grams: grams})
	c.near.Put(row.ID, row.Stem)
	c.changed()
}

func (c *Catalogue) append(r catalogued) {
	at := int32(len(c.rows))
	c.rows = append(c.rows, r)
	c.at[r.ID] = at
	for _, n := range r.grams {
		c.holders[n] = append(c.holders[n], at)
	}
}

// Drop takes an item out.
func (c *Catalogue) Drop(id ItemID) {
	at, ok := c.at[id]
	if !ok {
		return
	}
	delete(c.at, id)
	c.near.Drop(id)
	c.rows[at].dead = true
	c.gone++
	c.changed()
}

// changed forgets the orders, and the places of what is gone once they are as
// many as those in use.
func (c *Catalogue) changed() {
	clear(c.orders)
	if c.gone < 64 || c.gone < len(c.at) {
		return
	}
	old := c.rows
	c.rows, c.gone = nil, 0
	for i := range c.holders {
		c.holders[i] = nil
	}
	for _, r := range old {
		if !r.dead {
			c.append(r)
		}
	}
}

// Row returns one item.
func (c *Catalogue) Row(id ItemID) (ItemRow, bool) {
	at, ok := c.at[id]
	if !ok {
		return ItemRow{}, false
	}
	return c.rows[at].ItemRow, true
}

// Rows calls visit with every item, in no order.
func (c *Catalogue) Rows(visit func(*ItemRow)) {
	for i := range c.rows {
		if !c.rows[i].dead {
			visit(&c.rows[i].ItemRow)
		}
	}
}

// Near finds items whose stems are close to a stem.
func (c *Catalogue) Near(item ItemID, stem string, percent, limit int) []Near {
	return c.near.Find(item, stem, percent, limit)
}

// Find returns one page of the items that match, and how many match. A Limit
// below 1 means 50; none is over 500.
func (c *Catalogue) Find(q ItemQuery) ItemPage {
	limit := min(q.Limit, 500)
	if limit < 1 {
		limit = 50
	}
	var order []int32
	switch {
	case q.Text == "":
		order = c.order(q.Sort)
	case q.Sort == BestFirst:
		order = c.ranked(q.Text)
	default:
		order = c.sorted(c.search(q.Text), q.Sort)
	}
	page := ItemPage{}
	skip := max(q.Skip, 0)
	back := q.Descending && (q.Sort != BestFirst || q.Text == "")
	for i := range order {
		at := order[i]
		if back {
			at = order[c.mirrored(order, i, q.Sort)]
		}
		r := &c.rows[at]
		if r.dead || !q.matches(&r.ItemRow) {
			continue
		}
		if page.Total++; page.Total > skip && len(page.Rows) < limit {
			page.Rows = append(page.Rows, r.ItemRow)
		}
	}
	return page
}

func (q *ItemQuery) matches(r *ItemRow) bool {
	used := !r.LastUsed.IsZero()
	return (q.Bank == "" || r.Bank == q.Bank) && (q.Type == "" || r.Type == q.Type) && (q.Status == "" || r.Status == q.Status) &&
		(q.Stage == "" || r.Work.Stage == q.Stage) && (q.Difficulty == 0 || r.Difficulty == q.Difficulty) &&
		(q.Range == "" || q.Range.Contains(r.Point) || string(q.Range) == string(r.Point)) &&
		(q.Author == "" || r.Author == q.Author) && (q.Tag == "" || slices.Contains(r.Tags, q.Tag)) &&
		(q.Used == Either || used == (q.Used == Only)) &&
		q.Facility.holds(r.Figures.Facility) && q.Discrimination.holds(r.Figures.Discrimination) &&
		(q.Suspicious == Either || len(r.Figures.Findings) > 0 == (q.Suspicious == Only)) &&
		(q.Doubted == Either || !r.Work.Doubted.IsZero() == (q.Doubted == Only))
}

// orNone is a figure that there may be none of.
type orNone struct{ v *float64 }

func figureOf(r *ItemRow, by ItemSort) orNone {
	if by == ByFacility {
		return orNone{r.Figures.Facility}
	}
	return orNone{r.Figures.Discrimination}
}

// compare puts what has no figure last.
func (a orNone) compare(b orNone) int {
	switch {
	case a.v == nil && b.v == nil:
		return 0
	case a.v == nil:
		return 1
	case b.v == nil:
		return -1
	}
	return cmp.Compare(*a.v, *b.v)
}

// mirrored is the place of the i-th item of an order read backwards. Items
// without the figure that it is by stay at the end.
func (c *Catalogue) mirrored(order []int32, i int, by ItemSort) int {
	known := len(order)
	if by == ByFacility || by == ByDiscrimination {
		known = sort.Search(len(order), func(i int) bool { return figureOf(&c.rows[order[i]].ItemRow, by).v == nil })
	}
	if i >= known {
		return i
	}
	return known - 1 - i
}

// order is all items in an order, kept until something changes.
func (c *Catalogue) order(by ItemSort) []int32 {
	if by == BestFirst {
		by = ByCode
	}
	if known, ok := c.orders[by]; ok {
		return known
	}
	all := make([]int32, 0, len(c.at))
	for i := range c.rows {
		if !c.rows[i].dead {
			all = append(all, int32(i))
		}
	}
	c.orders[by] = c.sorted(all, by)
	return c.orders[by]
}

func (c *Catalogue) sorted(all []int32, by ItemSort) []int32 {
	slices.SortFunc(all, func(a, b int32) int {
		x, y := &c.rows[a].ItemRow, &c.rows[b].ItemRow
		first := 0
		switch by {
		case ByChange:
			first = x.Updated.Compare(y.Updated)
		case ByDifficulty:
			first = cmp.Compare(x.Difficulty, y.Difficulty)
		case ByFacility, ByDiscrimination:
			first = figureOf(x, by).compare(figureOf(y, by))
		case ByUse:
			first = x.LastUsed.Compare(y.LastUsed)
		case ByAuthor:
			first = cmp.Compare(x.Author, y.Author)
		}
		return cmp.Or(first, cmp.Compare(x.ID, y.ID))
	})
	return all
}

// search finds the items that hold every pair of characters of every word, or
// the character of a word of one. It may find one that holds the pairs in
// another order; it never misses one.
func (c *Catalogue) search(text string) []int32 {
	wanted, known := c.wanted(text)
	if !known || len(wanted) == 0 {
		return nil // punctuation only, or a pair that nobody has
	}
	slices.SortFunc(wanted, func(a, b int32) int { return cmp.Compare(len(c.holders[a]), len(c.holders[b])) })
	var out []int32
next:
	for _, at := range c.holders[wanted[0]] {
		if c.rows[at].dead {
			continue
		}
		for _, n := range wanted[1:] {
			if _, ok := slices.BinarySearch(c.rows[at].grams, n); !ok {
				continue next
			}
		}
		out = append(out, at)
	}
	return out
}

func (c *Catalogue) wanted(text string) (numbers []int32, known bool) {
	for _, word := range strings.Fields(text) {
		for _, g := range Grams(false, word) {
			n, ok := c.numbers[g]
			if !ok {
				return nil, false
			}
			if !slices.Contains(numbers, n) && len(numbers) < maxSearchGrams {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers, true
}

// ranked puts those first whose code, then whose stem holds the words as they
// were typed; earlier in the stem counts more, and short stems more than long.
func (c *Catalogue) ranked(text string) []int32 {
	found := c.search(text)
	words := strings.Fields(text)
	for i := range words {
		words[i] = Normal(words[i])
	}
	score := make(map[int32]int, len(found))
	for _, at := range found {
		r, sum := &c.rows[at], 0
		for _, w := range words {
			switch i := strings.Index(r.stem, w); {
			case strings.Contains(Normal(r.Code), w):
				sum += 4000
			case i >= 0:
				sum += 2000 - min(i, 900)
			}
		}
		score[at] = sum - min(len(r.stem), 900)/10
	}
	slices.SortFunc(found, func(a, b int32) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(c.rows[a].ID, c.rows[b].ID))
	})
	return found
}

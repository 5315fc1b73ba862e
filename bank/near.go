package bank

import (
	"cmp"
	"slices"
	"unicode"
)

// Grams returns the pairs of neighbouring characters of texts in normal form,
// sorted, each once; with singles also the characters themselves. Only letters
// and digits count, so punctuation neither hides nor makes a match. A text of
// one character has that character only.
func Grams(singles bool, texts ...string) []string {
	var out []string
	for _, text := range texts {
		var before rune
		n := 0
		for _, r := range Normal(text) {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			if singles {
				out = append(out, string(r))
			}
			if before != 0 {
				out = append(out, string([]rune{before, r}))
			}
			before = r
			n++
		}
		if n == 1 && !singles {
			out = append(out, string(before))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Near is an item whose stem is close to another's.
type Near struct {
	Item       ItemID
	Similarity int // percent of the pairs of both that are shared (Jaccard)
}

// NearIndex finds near-duplicates among stems by their pairs of characters. It
// holds for each pair the items that have it, and for a stem looks only at
// those that share one of its rarest pairs: a stem that shares none of them
// cannot reach the threshold. The measure is exact. MinHash or SimHash would
// estimate it; at the size of a bank there is nothing to gain by that. It is
// not safe for concurrent use.
type NearIndex struct {
	numbers map[string]int32 // of pairs
	holders [][]int32        // by pair: positions in entries
	entries []nearEntry
	at      map[ItemID]int32
	seen    []int32 // by position: the query that looked at it last
	query   int32
	gone    int
}

type nearEntry struct {
	item  ItemID
	pairs []int32 // sorted
	dead  bool
}

// NewNearIndex returns an empty index.
func NewNearIndex() *NearIndex {
	return &NearIndex{numbers: map[string]int32{}, at: map[ItemID]int32{}}
}

// Len is how many stems are in the index.
func (x *NearIndex) Len() int { return len(x.at) }

// Put adds the stem of an item, or replaces it.
func (x *NearIndex) Put(item ItemID, stem string) {
	x.Drop(item)
	var pairs []int32
	for _, g := range Grams(false, Plain(stem)) {
		n, ok := x.numbers[g]
		if !ok {
			n = int32(len(x.holders))
			x.numbers[g] = n
			x.holders = append(x.holders, nil)
		}
		pairs = append(pairs, n)
	}
	slices.Sort(pairs)
	at := int32(len(x.entries))
	x.entries, x.seen = append(x.entries, nearEntry{item: item, pairs: pairs}), append(x.seen, 0)
	x.at[item] = at
	for _, n := range pairs {
		x.holders[n] = append(x.holders[n], at)
	}
}

// Drop takes an item out. Its place is kept until half of the places are free.
func (x *NearIndex) Drop(item ItemID) {
	at, ok := x.at[item]
	if !ok {
		return
	}
	delete(x.at, item)
	x.entries[at].dead = true
	if x.gone++; x.gone > 64 && x.gone > len(x.at) {
		x.rebuild()
	}
}

func (x *NearIndex) rebuild() {
	old := x.entries
	x.entries, x.seen, x.query, x.gone = nil, nil, 0, 0
	for i := range x.holders {
		x.holders[i] = nil
	}
	for _, e := range old {
		if e.dead {
			continue
		}
		at := int32(len(x.entries))
		x.entries, x.seen = append(x.entries, e), append(x.seen, 0)
		x.at[e.item] = at
		for _, n := range e.pairs {
			x.holders[n] = append(x.holders[n], at)
		}
	}
}

// Find returns the items whose stems share at least percent of their pairs
// with a stem, the nearest first, at most limit. The item itself is left out.
func (x *NearIndex) Find(item ItemID, stem string, percent, limit int) []Near {
	grams := Grams(false, Plain(stem))
	var known []int32
	for _, g := range grams {
		if n, ok := x.numbers[g]; ok {
			known = append(known, n)
		}
	}
	// Whoever reaches the threshold shares at least need pairs, so must have one
	// of any len-need+1 of ours; pairs that nobody has count as looked at.
	need := max(1, (len(grams)*percent+99)/100)
	look := len(grams) - need + 1 - (len(grams) - len(known))
	if look < 1 || len(known) == 0 {
		return nil
	}
	rare := slices.Clone(known)
	slices.SortFunc(rare, func(a, b int32) int {
		return cmp.Or(cmp.Compare(len(x.holders[a]), len(x.holders[b])), cmp.Compare(a, b))
	})
	slices.Sort(known)
	x.query++
	var out []Near
	for _, n := range rare[:min(look, len(rare))] {
		for _, at := range x.holders[n] {
			e := &x.entries[at]
			if x.seen[at] == x.query || e.dead || e.item == item {
				continue
			}
			x.seen[at] = x.query
			if len(e.pairs)*100 < len(grams)*percent || len(grams)*100 < len(e.pairs)*percent {
				continue // too different in length
			}
			both := shared(known, e.pairs)
			if s := both * 100 / (len(grams) + len(e.pairs) - both); s >= percent {
				out = append(out, Near{e.item, s})
			}
		}
	}
	slices.SortFunc(out, func(a, b Near) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.Item, b.Item))
	})
	return out[:min(len(out), limit)]
}

// shared counts what two sorted lists have in common.
func shared(a, b []int32) int {
	n, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			n, i, j = n+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}

package stats

import "gongyuan/bank"

// Item is a column of a matrix: one revision of an item, or a part of a case.
type Item struct {
	Ref     bank.Ref
	Type    bank.Type
	Options []bank.OptionID // choice types: those offered, in the bank's order
	Key     []bank.OptionID // choice types: what counted as right
}

// Cell is what one person made of one item.
type Cell struct {
	Item    int // index into Matrix.Items; at most one cell of a person names it
	Score   bank.Marks
	Full    bank.Marks      // above 0
	Chosen  []bank.OptionID // in the bank's letters; empty for other types
	Omitted bool            // shown and not answered
	Seconds float64         // spent on it; 0 for unknown
}

// Person is the cells of one person: what their paper held, and nothing else.
type Person []Cell

// Matrix is who answered what. Neither the order of people nor that of a
// person's cells matters to any figure.
type Matrix struct {
	Items  []Item
	People []Person
}

// total is what a person earned, and of what.
func (p Person) total() (score, full bank.Marks) {
	for _, c := range p {
		score, full = score+c.Score, full+c.Full
	}
	return score, full
}

// share is a score as a part of what could be earned, so that papers and items
// of different weight can be set side by side. Where all papers are worth the
// same it is the score in another unit, which no correlation notices.
func share(score, full bank.Marks) float64 { return float64(score) / float64(full) }

package bank

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MultipleRule is how a paper marks multiple choice.
type MultipleRule string

// The rules for multiple choice. AllOrNothing is the trade's usual one.
const (
	AllOrNothing  MultipleRule = "all-or-nothing" // the exact set, else 0
	HalfIfPartial MultipleRule = "half"           // half for a right but incomplete set
	PerOption     MultipleRule = "per-option"     // each right option its share, each wrong one the same off, floor 0
)

// Valid tells whether r is one of the rules; the empty rule is AllOrNothing.
func (r MultipleRule) Valid() bool {
	return r == "" || r == AllOrNothing || r == HalfIfPartial || r == PerOption
}

// Section asks for a number of items of one type. Points are for one item; a
// case spreads them over its parts.
type Section struct {
	Type   Type
	Count  int
	Points Marks
	Rule   MultipleRule // Multiple only
}

// RangeWeight gives a range its share of each section.
type RangeWeight struct {
	Range  RangeCode
	Weight int
}

// Blueprint (组卷方案) says what a paper must be.
type Blueprint struct {
	ID       string
	Edition  int // the approved edition that this is; 0 for none
	Bank     ID
	Title    string
	Duration time.Duration
	Sections []Section
	// Weights of disjoint ranges; a section's count is split over them by the
	// largest remainder, ties by code order. Empty means no demand.
	Weights []RangeWeight
	// Difficulty is the wanted share of items per difficulty 1…5, in percent,
	// adding up to 100; empty means no demand.
	Difficulty map[int]int
	// Facility is the expected share of right answers by difficulty 1…5, in
	// percent, from which a paper's expected score is computed. Empty means
	// DefaultFacility.
	Facility map[int]int
	// MaxPerPoint is the most items of one assessment point; 0 means 1.
	MaxPerPoint int
	// Exposure is the most papers of a sitting, in percent, on which one item
	// may stand; 0 means no ceiling.
	Exposure int
	// AvoidMet keeps out what the candidate met in earlier attempts.
	AvoidMet bool
}

// DefaultFacility is a convention of this program, not of any standard.
func DefaultFacility() map[int]int { return map[int]int{1: 90, 2: 80, 3: 65, 4: 50, 5: 35} }

// ErrBlueprint is wrapped by what Check returns.
var ErrBlueprint = errors.New("bank: blueprint")

// Check tells what is wrong with the blueprint by itself, without a bank.
func (b *Blueprint) Check() error {
	if len(b.Sections) == 0 {
		return fmt.Errorf("%w: no sections", ErrBlueprint)
	}
	seen := map[Type]bool{}
	for _, s := range b.Sections {
		if !s.Type.Valid() || seen[s.Type] || s.Count < 1 || s.Points < 1 || !s.Rule.Valid() {
			return fmt.Errorf("%w: section %q: type, count, points or rule", ErrBlueprint, s.Type)
		}
		seen[s.Type] = true
	}
	for i, w := range b.Weights {
		if w.Weight < 0 || w.Range == "" {
			return fmt.Errorf("%w: weight of range %q", ErrBlueprint, w.Range)
		}
		for _, o := range b.Weights[:i] {
			if o.Range == w.Range || w.Range.Contains(PointCode(o.Range)) || o.Range.Contains(PointCode(w.Range)) {
				return fmt.Errorf("%w: ranges %q and %q overlap", ErrBlueprint, o.Range, w.Range)
			}
		}
	}
	if len(b.Difficulty) > 0 {
		sum := 0
		for d, p := range b.Difficulty {
			if d < 1 || d > 5 || p < 0 {
				return fmt.Errorf("%w: difficulty %d", ErrBlueprint, d)
			}
			sum += p
		}
		if sum != 100 {
			return fmt.Errorf("%w: difficulty adds up to %d, not 100", ErrBlueprint, sum)
		}
	}
	return nil
}

// Total is what a paper of this blueprint is worth.
func (b *Blueprint) Total() Marks {
	var m Marks
	for _, s := range b.Sections {
		m += Marks(s.Count) * s.Points
	}
	return m
}

// LargestRemainder splits n over the weights: each gets the whole part of its
// share, the rest goes to the largest remainders, ties to the earlier index.
// Weights that are all 0 give all zeros.
func LargestRemainder(n int, weights []int) []int {
	out := make([]int, len(weights))
	sum := 0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 || n <= 0 {
		return out
	}
	type rest struct{ index, remainder int }
	rests := make([]rest, len(weights))
	left := n
	for i, w := range weights {
		out[i] = n * w / sum
		rests[i] = rest{i, n * w % sum}
		left -= out[i]
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return cmp.Compare(b.remainder, a.remainder) })
	for _, r := range rests[:left] {
		out[r.index]++
	}
	return out
}

// Cell is a demand of the blueprint: so many items of a type out of a range.
// An empty range means anywhere in the bank.
type Cell struct {
	Type  Type
	Range RangeCode
	Count int
}

// Cells turns the blueprint into demands. Each section is split over the
// ranges in the order of their codes.
func (b *Blueprint) Cells() []Cell {
	ranges := slices.SortedFunc(slices.Values(b.Weights), func(x, y RangeWeight) int { return cmp.Compare(x.Range, y.Range) })
	weights := make([]int, len(ranges))
	for i, r := range ranges {
		weights[i] = r.Weight
	}
	var cells []Cell
	for _, s := range b.Sections {
		if len(ranges) == 0 {
			cells = append(cells, Cell{Type: s.Type, Count: s.Count})
			continue
		}
		for i, n := range LargestRemainder(s.Count, weights) {
			if n > 0 {
				cells = append(cells, Cell{s.Type, ranges[i].Range, n})
			}
		}
	}
	return cells
}

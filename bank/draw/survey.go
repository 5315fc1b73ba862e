package draw

import (
	"cmp"
	"slices"

	"gongyuan/bank"
)

// surveyBudget bounds the searches of a survey, so that it answers while
// somebody is still writing the blueprint.
const surveyBudget = planBudget / 8

// Survey is how a blueprint stands to a pool, paper or no paper.
type Survey struct {
	Cells []CellStand // in the order of the blueprint's cells
	Plan  *Plan       // nil where there is no paper, or none was found
	Short *Shortage   // nil where there is a plan

	tried *Plan
	held  *stock
}

// CellStand is what the pool has for a cell.
type CellStand struct {
	bank.Cell
	Usable int // items
	Points int // different assessment points among them
}

// Survey fits a blueprint to the pool as Plan does, with less effort, and says
// of every cell what the pool has for it. Its error is bank.ErrBlueprint.
func (p *Pool) Survey(bp bank.Blueprint) (Survey, error) {
	pl, err := p.prepare(bp)
	if err != nil {
		return Survey{}, err
	}
	pl.budget = surveyBudget
	out := Survey{Cells: pl.stands(), tried: pl, held: p.stock(&pl.blueprint)}
	if out.Short = out.held.short(&pl.blueprint, out.Cells); out.Short == nil {
		if out.Short = pl.meet(); out.Short == nil {
			out.Plan = pl
		}
	}
	return out, nil
}

// Repairs looks for changes of the blueprint after which there is a paper, one
// of each kind, as small as the search finds it, and tries each. The smallest
// comes first; where there is a paper already, there are none. It takes longer
// than the survey itself.
func (s *Survey) Repairs() []Repair {
	if s.Short == nil {
		return nil
	}
	return s.tried.repairs(s.Short, s.held)
}

func (pl *Plan) stands() []CellStand {
	out := make([]CellStand, len(pl.cells))
	seen := map[[2]int32]bool{}
	for c := range out {
		out[c].Cell = pl.cells[c].Cell
		out[c].Usable = int(pl.start[(c+1)*kinds] - pl.start[c*kinds])
	}
	for _, g := range pl.groups {
		if key := [2]int32{g.row / kinds, g.point}; !seen[key] {
			seen[key] = true
			out[g.row/kinds].Points++
		}
	}
	return out
}

// Changes of a blueprint beyond those that a cell's Help names.
const (
	LowerSection Change = "lower-section" // fewer items of a type
	ShiftWeight  Change = "shift-weight"  // weight from one range to another
)

// Edit is one number of a blueprint that a repair changes: of a section its
// count, of a range its weight, of a difficulty its share, of MaxPerPoint and
// Exposure themselves.
type Edit struct {
	Of       string // type, range or difficulty; empty for the blueprint's own
	From, To int
}

// Repair is a change of the blueprint that was found to do, alone.
type Repair struct {
	Change    Change
	Size      int // how many places of a paper it touches; of RaiseExposure the percent
	Edits     []Edit
	Blueprint bank.Blueprint // with the change made
}

func (pl *Plan) repairs(short *Shortage, held *stock) []Repair {
	var out []Repair
	try := func(r Repair, ok bool) {
		if ok && pl.sound(r.Blueprint) {
			out = append(out, r)
		}
	}
	seen := map[Change]bool{}
	for i := range short.Cells {
		for _, h := range short.Cells[i].Help {
			if seen[h.Change] {
				continue
			}
			seen[h.Change] = true
			next := clone(pl.blueprint)
			switch h.Change {
			case AllowPerPoint:
				next.MaxPerPoint = h.N
				try(Repair{h.Change, pl.crowded(next), []Edit{{"", int(pl.cap), h.N}}, next}, true)
			case RaiseExposure:
				next.Exposure = h.N
				try(Repair{h.Change, h.N - pl.blueprint.Exposure, []Edit{{"", pl.blueprint.Exposure, h.N}}, next}, true)
			case ChangeMix:
				try(pl.mixed100())
			}
		}
	}
	for _, by := range []func(*stock, *bank.Blueprint, []bank.Cell) bool{lowerSection, shiftWeight} {
		if next, ok := pl.search(held, by); ok {
			out = append(out, edited(&pl.blueprint, next))
		}
	}
	slices.SortStableFunc(out, func(a, b Repair) int { return cmp.Compare(a.Size, b.Size) })
	return out
}

// sound tells whether a changed blueprint has a paper.
func (pl *Plan) sound(bp bank.Blueprint) bool {
	next, err := pl.pool.prepare(bp)
	if err != nil {
		return false
	}
	next.budget, next.terse = surveyBudget/16, true
	return next.meet() == nil
}

// crowded is how many places of a paper share their point with another beyond
// the limit that was; at least 1.
func (pl *Plan) crowded(bp bank.Blueprint) int {
	next, err := pl.pool.prepare(bp)
	if err != nil {
		return 1
	}
	next.budget, next.terse = surveyBudget/16, true
	if next.fit() != nil {
		return 1
	}
	held := map[int32]int{}
	over := 0
	for _, i := range next.witness {
		if held[next.items[i].point]++; held[next.items[i].point] > int(pl.cap) {
			over++
		}
	}
	return max(over, 1)
}

// mixed100 takes the mix of a paper drawn without one.
func (pl *Plan) mixed100() (Repair, bool) {
	bp := clone(pl.blueprint)
	bp.Difficulty = nil
	free, err := pl.pool.prepare(bp)
	if err != nil {
		return Repair{}, false
	}
	free.budget, free.terse = surveyBudget/16, true
	if free.fit() != nil {
		return Repair{}, false
	}
	var mix [kinds]int
	for _, i := range free.witness {
		mix[free.items[i].difficulty]++
	}
	r := Repair{Change: ChangeMix, Size: deviation(mix, pl.wanted), Blueprint: bp}
	r.Blueprint.Difficulty = map[int]int{}
	for d, n := range bank.LargestRemainder(100, mix[:]) {
		r.Blueprint.Difficulty[d+1] = n
		if was := pl.blueprint.Difficulty[d+1]; was != n {
			r.Edits = append(r.Edits, Edit{string(rune('1' + d)), was, n})
		}
	}
	return r, len(r.Edits) > 0
}

// edited tells what two blueprints differ in, in counts and weights.
func edited(was *bank.Blueprint, is bank.Blueprint) Repair {
	r := Repair{Change: ShiftWeight, Blueprint: is}
	for i, s := range was.Sections {
		if n := is.Sections[i].Count; n != s.Count {
			r.Change = LowerSection
			r.Size += s.Count - n
			r.Edits = append(r.Edits, Edit{string(s.Type), s.Count, n})
		}
	}
	for i, w := range was.Weights {
		if n := is.Weights[i].Weight; n != w.Weight {
			r.Edits = append(r.Edits, Edit{string(w.Range), w.Weight, n})
		}
	}
	if r.Change == ShiftWeight {
		counts := map[[2]string]int{}
		for _, c := range was.Cells() {
			counts[[2]string{string(c.Type), string(c.Range)}] -= c.Count
		}
		for _, c := range is.Cells() {
			counts[[2]string{string(c.Type), string(c.Range)}] += c.Count
		}
		for _, n := range counts {
			r.Size += max(n, 0)
		}
	}
	return r
}

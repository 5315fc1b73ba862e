package draw

import (
	"slices"

	"gongyuan/bank"
)

// stock is what a pool has for every type and range of a blueprint, whatever
// its counts and weights are, so that these can be varied without going
// through the pool again. It minds the limit per point and the ceiling on
// exposure, neither exclusions nor difficulty.
type stock struct {
	has    map[bank.Cell][]holding // by type and range, Count being 0
	points int
	net    network
}

// holding is how many items of a cell a point has.
type holding struct{ point, items int32 }

func (p *Pool) stock(bp *bank.Blueprint) *stock {
	s := &stock{has: map[bank.Cell][]holding{}}
	numbers := map[bank.PointCode]int32{}
	types := map[bank.Type]bool{}
	for _, section := range bp.Sections {
		types[section.Type] = true
	}
	for i := range p.items {
		it := &p.items[i]
		if !types[it.kind] || !it.of(bp.Bank) {
			continue
		}
		in := slices.IndexFunc(bp.Weights, func(w bank.RangeWeight) bool { return w.Range.Contains(it.point) })
		if in < 0 && len(bp.Weights) > 0 {
			continue
		}
		key := bank.Cell{Type: it.kind}
		if in >= 0 {
			key.Range = bp.Weights[in].Range
		}
		n, known := numbers[it.point]
		if !known {
			n = int32(len(numbers))
			numbers[it.point] = n
		}
		// The pool is sorted by item, so that those of a point follow each other.
		held := s.has[key]
		if last := len(held) - 1; last >= 0 && held[last].point == n {
			held[last].items++
			continue
		}
		s.has[key] = append(held, holding{n, 1})
	}
	s.points = len(numbers)
	return s
}

// short says what the cells lack by counts and points alone, or nil. What it
// says to add is the least that does, by the duality of flow and cut.
func (s *stock) short(bp *bank.Blueprint, cells []CellStand) *Shortage {
	lacks := s.flow(bp, 1, 1)
	if len(lacks) == 0 {
		return nil
	}
	limit := 0
	for n, next := max(bp.MaxPerPoint, 1)+1, *bp; n <= maxRelief && limit == 0; n++ {
		if next.MaxPerPoint = n; len(s.flow(&next, 1, 1)) == 0 {
			limit = n
		}
	}
	out := &Shortage{}
	for _, lack := range lacks {
		for _, c := range cells {
			if c.Type != lack.Type || c.Range != lack.Range {
				continue
			}
			cell := CellShortage{Cell: c.Cell, Need: c.Count, Usable: c.Usable, Missing: lack.Count, Reason: PerPoint, Help: []Help{{AddItems, lack.Count}}}
			if c.Usable < c.Count {
				cell.Reason = TooFew
			}
			if left := c.Count - lack.Count; left > 0 {
				cell.Help = append(cell.Help, Help{LowerCount, left})
			}
			if limit > 0 {
				cell.Help = append(cell.Help, Help{AllowPerPoint, limit})
			}
			out.Cells = append(out.Cells, cell)
		}
	}
	return out
}

// maxRelief is the highest limit per point that is offered as a help.
const maxRelief = 10

// lacking returns the cells that cannot be filled, with how many places they
// lack; of several ways to spread a lack it takes one.
func (s *stock) lacking(bp *bank.Blueprint) []bank.Cell {
	out := s.flow(bp, 1, 1)
	if len(out) == 0 && bp.Exposure > 0 {
		out = s.flow(bp, 100, ceiling(100, bp.Exposure))
	}
	return out
}

// strain is how much of what a cell has it asks for, in thousandths. Cells that
// ask for little are filled first, so that what is lacking is told of those
// that ask for much.
func (s *stock) strain(c bank.Cell) int64 {
	return int64(1000 * c.Count / max(len(s.has[bank.Cell{Type: c.Type, Range: c.Range}]), 1))
}

func (s *stock) flow(bp *bank.Blueprint, papers, most int) []bank.Cell {
	cells := bp.Cells()
	limit := int32(max(bp.MaxPerPoint, 1) * papers)
	first := int32(1 + len(cells))
	sink := first + int32(s.points)
	s.net.reset(int(sink) + 1)
	arcs := make([]int32, len(cells))
	for c, cell := range cells {
		arcs[c] = s.net.add(0, int32(1+c), int32(cell.Count*papers), s.strain(cell))
		for _, h := range s.has[bank.Cell{Type: cell.Type, Range: cell.Range}] {
			s.net.add(int32(1+c), first+h.point, h.items*int32(most), 0)
		}
	}
	for point := range int32(s.points) {
		s.net.add(first+point, sink, limit, 0)
	}
	s.net.run(0, sink)
	var out []bank.Cell
	for c, cell := range cells {
		if lack := cell.Count*papers - int(s.net.flow(arcs[c])); lack > 0 {
			cell.Count = (lack + papers - 1) / papers
			out = append(out, cell)
		}
	}
	return out
}

// How long a repair is looked for: steps, and how many blueprints that pass
// the flow are tried in full.
const (
	repairMoves  = 40
	repairProofs = 2
)

// search changes the blueprint step by step until it has a paper. A step goes
// as far as the lack shows that it must at least, so that it seldom goes too
// far.
func (pl *Plan) search(s *stock, step func(*stock, *bank.Blueprint, []bank.Cell) bool) (bank.Blueprint, bool) {
	next := clone(pl.blueprint)
	lacks := s.lacking(&next)
	proofs := 0
	for range repairMoves {
		if !step(s, &next, lacks) || next.Check() != nil {
			return next, false
		}
		if lacks = s.lacking(&next); len(lacks) > 0 {
			continue
		}
		if pl.sound(next) {
			return next, true
		}
		if proofs++; proofs == repairProofs {
			return next, false
		}
	}
	return next, false
}

// lowerSection takes items off the section that lacks most, or one off the
// largest where only exclusions or difficulty are in the way.
func lowerSection(_ *stock, bp *bank.Blueprint, cells []bank.Cell) bool {
	lacks := map[bank.Type]int{}
	for _, c := range cells {
		lacks[c.Type] += c.Count
	}
	most, at, by := 0, 0, 1
	for i, section := range bp.Sections {
		n := lacks[section.Type]
		if len(lacks) == 0 {
			n = section.Count
		}
		if n > most {
			most, at, by = n, i, max(lacks[section.Type], 1)
		}
	}
	bp.Sections[at].Count -= by
	return most > 0 && bp.Sections[at].Count > 0
}

// shiftWeight takes weight off the range that lacks most and gives it to the
// one that has most to spare.
func shiftWeight(s *stock, bp *bank.Blueprint, cells []bank.Cell) bool {
	lacks := map[bank.RangeCode]int{}
	for _, c := range cells {
		lacks[c.Range] += c.Count
	}
	need, sum, items := map[bank.Cell]int{}, 0, 0
	for _, c := range bp.Cells() {
		need[bank.Cell{Type: c.Type, Range: c.Range}] = c.Count
		items += c.Count
	}
	from, to, spare := -1, -1, 0
	for i, w := range bp.Weights {
		sum += w.Weight
		if lacks[w.Range] > 0 && w.Weight > 0 && (from < 0 || lacks[w.Range] > lacks[bp.Weights[from].Range]) {
			from = i
		}
		least := -1
		for _, section := range bp.Sections {
			key := bank.Cell{Type: section.Type, Range: w.Range}
			if n := len(s.has[key])*max(bp.MaxPerPoint, 1) - need[key]; least < 0 || n < least {
				least = n
			}
		}
		if lacks[w.Range] == 0 && least > spare {
			to, spare = i, least
		}
	}
	if from < 0 || to < 0 {
		return false
	}
	by := min(max(lacks[bp.Weights[from].Range]*sum/max(items, 1), 1), bp.Weights[from].Weight)
	bp.Weights[from].Weight -= by
	bp.Weights[to].Weight += by
	return true
}

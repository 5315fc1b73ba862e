package draw

import (
	"encoding/hex"
	"fmt"
	"slices"

	"gongyuan/bank"
)

// How hard drawing tries before it goes on to the next, slower means. The
// budgets count arcs looked at, some 10^8 a second, so that the same draw
// ends the same way on every machine.
const (
	quickTries  = 6
	repairSteps = 800
	planBudget  = int64(50e6)
	drawBudget  = int64(20e6)
)

// Request is what is particular to one paper.
type Request struct {
	Seed [32]byte
	// Met holds the items that the candidate had in earlier attempts. It is
	// heeded when the blueprint says AvoidMet: a met item is drawn only when
	// no paper can do without it, and then as few as can be found are drawn.
	// Inspect tells which.
	Met map[bank.ItemID]bool
}

// Draw makes the paper of a request: the same for the same pool, blueprint
// and request, whatever the machine. The exposure ceiling is a matter of many
// papers and is heeded by DrawAll only. Draw is safe for concurrent use.
func (pl *Plan) Draw(req Request) (bank.Paper, error) {
	items, cut := pl.choose(req, nil, nil)
	if items == nil {
		return bank.Paper{}, pl.diagnose(nil, cut)
	}
	return pl.assemble(items, req.Seed), nil
}

// choose finds the items of a paper, one per place. Blocked items may not be
// used, and avail counts the others per row; nil means that none is blocked.
// No items means that there is no such paper, or, when cut is set, that none
// was found within the bound.
func (pl *Plan) choose(req Request, blocked []bool, avail []int32) (items []int32, cut bool) {
	met := pl.metItems(req)
	s := pl.scratch.Get().(*selection)
	s.restrict(met, blocked, avail)
	defer s.release(met)
	s.rng.stream(req.Seed, "items")
	for range quickTries {
		if s.quick() {
			return slices.Clone(s.chosen), false
		}
	}
	if s.repair(repairSteps) {
		return s.best.items, false
	}
	if s.walk(); s.best.items != nil && s.best.cost == 0 {
		return s.best.items, false
	}
	p := &problem{pl: pl, met: s.met, blocked: blocked, cap: int32(pl.cap), exclude: true, banded: true,
		budget: drawBudget, rng: &s.rng, best: s.best}
	p.solve()
	return p.best.items, p.cut
}

// metItems are the plan's items that the candidate met, in no particular
// order, since they only ever become a set.
func (pl *Plan) metItems(req Request) []int32 {
	if !pl.blueprint.AvoidMet {
		return nil
	}
	var met []int32
	for id, was := range req.Met {
		if n, ok := pl.pool.index[id]; was && ok && pl.index[n] >= 0 {
			met = append(met, pl.index[n])
		}
	}
	return met
}

// fit finds the plan's witness, or says why there is none.
func (pl *Plan) fit() *Shortage {
	s := pl.scratch.Get().(*selection)
	s.restrict(nil, nil, nil)
	defer s.release(nil)
	s.rng.stream([32]byte{}, "plan")
	for range quickTries {
		if s.quick() {
			return pl.settle(s.chosen, true)
		}
	}
	if s.repair(4 * repairSteps) {
		return pl.settle(s.best.items, true)
	}
	// The flow alone, without exclusions and difficulty, disproves most of what
	// cannot be.
	flow := &problem{pl: pl, cap: int32(pl.cap), budget: pl.budget, rng: &s.rng}
	if flow.solve(); flow.best.items == nil {
		return pl.diagnose(nil, flow.cut)
	}
	return pl.fitHard(s)
}

// fitHard finds the witness where chance did not. What repair has found is in
// s.best.
func (pl *Plan) fitHard(s *selection) *Shortage {
	p := &problem{pl: pl, cap: int32(pl.cap), exclude: true, banded: true, budget: pl.budget, rng: &s.rng}
	if pl.mixed {
		before := s.best
		p.least = s.relaxMix()
		if before.items != nil && before.cost <= s.best.cost {
			s.best = before
		}
	}
	p.best = s.best
	p.solve()
	if p.best.items != nil {
		return pl.settle(p.best.items, !p.cut)
	}
	if pl.mixed {
		return pl.diagnose(nil, p.cut)
	}
	// Without a mix nobody asked for the bank's average: whatever paper there
	// is sets the target.
	free := &problem{pl: pl, cap: int32(pl.cap), exclude: true, budget: pl.budget, rng: &s.rng}
	free.solve()
	if free.best.items == nil {
		return pl.diagnose(nil, free.cut)
	}
	pl.target = 0
	for _, i := range free.best.items {
		it := &pl.items[i]
		pl.target += pl.cells[it.cell].value[it.difficulty]
	}
	return pl.settle(free.best.items, true)
}

// settle makes a lawful choice the witness and its mix the plan's.
func (pl *Plan) settle(items []int32, proved bool) *Shortage {
	pl.witness = slices.Clone(items)
	pl.proved = proved
	if pl.mixed {
		pl.quota = [kinds]int{}
		for _, i := range items {
			pl.quota[pl.items[i].difficulty]++
		}
	}
	return nil
}

// assemble orders items and options and writes the slots. Items are put in
// the order of the pool first, so that a paper depends on which items were
// chosen, not on how.
func (pl *Plan) assemble(items []int32, seed [32]byte) bank.Paper {
	var rng random
	rng.stream(seed, "order")
	bp := &pl.blueprint
	paper := bank.Paper{Blueprint: bp.ID, Bank: bp.Bank, Seed: hex.EncodeToString(seed[:]), Sections: slices.Clone(bp.Sections)}
	slots, options := 0, 0
	sorted := slices.Clone(items)
	slices.SortFunc(sorted, func(a, b int32) int { return int(pl.items[a].pool - pl.items[b].pool) })
	for _, i := range sorted {
		it := &pl.pool.items[pl.items[i].pool]
		slots += len(it.units)
		options += it.options
	}
	paper.Slots = make([]bank.Slot, 0, slots)
	letters := make([]bank.OptionID, 0, options)
	part := make([]int32, 0, len(items))
	for section := range bp.Sections {
		part = part[:0]
		for _, i := range sorted {
			if pl.cells[pl.items[i].cell].section == section {
				part = append(part, i)
			}
		}
		shuffle(&rng, part)
		for _, i := range part {
			letters = pl.write(&paper, section, &pl.pool.items[pl.items[i].pool], letters, &rng)
		}
	}
	return paper
}

// write appends the slots of one item; the orders of their options are cut
// from letters, which is returned with them.
func (pl *Plan) write(paper *bank.Paper, section int, it *poolItem, letters []bank.OptionID, rng *random) []bank.OptionID {
	points, n := pl.blueprint.Sections[section].Points, bank.Marks(len(it.units))
	for u := range it.units {
		slot := bank.Slot{
			Number: len(paper.Slots) + 1, Section: section,
			Ref:    bank.Ref{Item: it.id, Revision: it.revision},
			Points: points / n,
		}
		if bank.Marks(u) < points%n {
			slot.Points++
		}
		if it.kind == bank.Case {
			slot.Ref.Part = u + 1
		}
		if k := len(it.units[u].options); k > 0 {
			from := len(letters)
			letters = append(letters, it.units[u].options...)
			slot.Order = letters[from : from+k : from+k]
			shuffle(rng, slot.Order[:it.units[u].free])
		}
		paper.Slots = append(paper.Slots, slot)
	}
	return letters
}

// Inspection is what a paper of a plan turned out to be.
type Inspection struct {
	Expected  bank.Marks    // expected score
	Mix       map[int]int   // items per difficulty
	Deviation int           // items outside the demanded mix
	Met       []bank.ItemID // met items that could not be avoided, sorted
}

// Inspect tells how a paper drawn from the plan stands to what the bank could
// not give. It returns an error when an item of the paper is not in the pool
// in that revision.
func (pl *Plan) Inspect(paper bank.Paper, met map[bank.ItemID]bool) (Inspection, error) {
	in := Inspection{Expected: pl.Expected(paper), Mix: map[int]int{}}
	var mix [kinds]int
	for i := range paper.Slots {
		ref := paper.Slots[i].Ref
		n, ok := pl.pool.index[ref.Item]
		if !ok || pl.pool.items[n].revision != ref.Revision {
			return Inspection{}, fmt.Errorf("draw: inspect: revision %d of %s is not in the pool", ref.Revision, ref.Item)
		}
		if ref.Part > 1 {
			continue
		}
		mix[pl.pool.items[n].difficulty-1]++
		if met[ref.Item] {
			in.Met = append(in.Met, ref.Item)
		}
	}
	for d, n := range mix {
		in.Mix[d+1] = n
	}
	if pl.mixed {
		in.Deviation = deviation(mix, pl.wanted)
	}
	slices.Sort(in.Met)
	return in, nil
}

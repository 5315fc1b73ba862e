package draw

import (
	"slices"
)

// problem is a paper to be found, or proved not to exist, by branch and
// bound. Cells, places and the limit per point are a flow; what a flow cannot
// say (exclusions, the mix, the band) is left out of it at first, and where
// its answer offends, the search branches: on an item at fault, or on how
// many items of a difficulty a cell gives.
//
// Source: Land and Doig, "An automatic method of solving discrete programming
// problems", 1960; the prices put on difficulties are those of Lagrangian
// relaxation, Held and Karp, 1971, here only to steer.
type problem struct {
	pl      *Plan
	met     []bool // nil: nothing was met
	blocked []bool // nil: nothing is blocked
	cap     int32
	exclude bool  // mind exclusions
	banded  bool  // mind the band and the mix
	adding  bool  // items that do not exist may be added, at a price
	least   int64 // no solution is less than this far from the mix
	budget  int64
	rng     *random

	net   network
	best  solution
	cut   bool // the budget ran out: what is not found is not disproved
	spent int64
	state []int8 // per item, of the node at hand
	on    []bool // per item: chosen by the node at hand
}

// What a node has decided about an item.
const (
	free int8 = iota
	forced
	forbidden
)

// node is a part of the search space.
type node struct {
	forced, forbidden []int32
	low, high         []int32 // per row: how many items it gives
	price             [kinds]int64
	tilt              int64 // price of the highest expected score of an item
}

// relaxed is the answer of a flow.
type relaxed struct {
	rows  []int32 // items per row, forced and added ones included
	extra []int32 // of these, added
	items []int32
	bound int64 // no solution in the node costs less
}

// Prices in the flow. Reaching a row's lower bound is worth more than
// anything, then come added items, met items, and steering.
const (
	flowLow   = int64(1) << 50
	flowExtra = int64(1) << 38
	flowMet   = int64(1) << 26
	flowSteer = int64(1) << 14 // no price of steering may exceed it
	endless   = int32(1) << 28
)

// solve searches until it has the best solution or the budget is used up.
// p.best may hold a solution to start from; p.best.items stays nil when none
// is found.
func (p *problem) solve() {
	if p.best.items == nil {
		p.best.cost = noCost
	}
	rows := len(p.pl.cells) * kinds
	root := node{low: make([]int32, rows), high: make([]int32, rows)}
	for row := range root.high {
		root.high[row] = int32(p.pl.cells[row/kinds].Count)
	}
	p.state = make([]int8, len(p.pl.items))
	p.on = make([]bool, len(p.pl.items))
	p.explore(root, 12)
}

// explore looks for solutions in the node, trying several prices.
func (p *problem) explore(n node, rounds int) {
	if p.exhausted() {
		return
	}
	p.enter(&n)
	defer p.leave(&n)
	if !p.adding && !p.propagate(&n) {
		return
	}
	floor := int64(0)
	if p.banded {
		if !p.reachable(&n) {
			return
		}
		floor = max(p.leastAstray(&n), p.least)
	}
	var last relaxed
	var clash int32
	for range rounds {
		answer, ok := p.relax(&n)
		if !ok || answer.bound+floor >= p.best.cost {
			return
		}
		cost := int64(0)
		cost, clash = p.judge(&answer)
		if cost < p.best.cost {
			p.best = solution{items: answer.items, extra: answer.extra, cost: cost}
			if cost == answer.bound+floor {
				return
			}
		}
		last = answer
		if !p.banded || !p.steer(&n, &answer) || p.exhausted() {
			break
		}
	}
	p.branch(&n, &last, clash)
}

func (p *problem) exhausted() bool {
	p.cut = p.cut || p.spent+p.net.work > p.budget
	return p.cut
}

func (p *problem) enter(n *node) {
	for _, i := range n.forced {
		p.state[i] = forced
	}
	for _, i := range n.forbidden {
		p.state[i] = forbidden
	}
}

func (p *problem) leave(n *node) {
	for _, i := range n.forced {
		p.state[i] = free
	}
	for _, i := range n.forbidden {
		p.state[i] = free
	}
}

func (p *problem) usable(i int32) bool {
	return p.state[i] == free && (p.blocked == nil || !p.blocked[i])
}

func (p *problem) wasMet(i int32) bool { return p.met != nil && p.met[i] }

// counts returns what the forced items leave of needs, caps and rows.
func (p *problem) counts(n *node) (need, room, fixed []int32, ok bool) {
	need, room = make([]int32, len(p.pl.cells)), make([]int32, p.pl.points)
	fixed = make([]int32, len(n.low))
	for c := range need {
		need[c] = int32(p.pl.cells[c].Count)
	}
	for i := range room {
		room[i] = p.cap
	}
	for _, i := range n.forced {
		it := &p.pl.items[i]
		need[it.cell]--
		room[it.point]--
		fixed[it.row()]++
		if need[it.cell] < 0 || room[it.point] < 0 || fixed[it.row()] > n.high[it.row()] {
			return nil, nil, nil, false
		}
	}
	return need, room, fixed, true
}

// groupArcs are the arcs of a group, or -1.
type groupArcs struct{ fresh, met int32 }

// build makes the network source → cell → row → point → sink with a price per
// row. It reports false when the forced items alone break a limit.
func (p *problem) build(n *node, price func(row int32) int64) (into []int32, arcs []groupArcs, added []int32, want int32, ok bool) {
	need, room, fixed, ok := p.counts(n)
	if !ok {
		return nil, nil, nil, 0, false
	}
	cells, rows := int32(len(need)), int32(len(n.low))
	source, sink := int32(0), 1+cells+rows+int32(len(room))
	p.spent, p.net.work = p.spent+p.net.work+int64(len(p.pl.items)+4*len(p.pl.groups)+8*int(sink)), 0
	p.net.reset(int(sink) + 1)
	for c, k := range need {
		p.net.add(source, 1+int32(c), k, 0)
		want += k
	}
	into, added = make([]int32, rows), make([]int32, rows)
	for row := range rows {
		low, high := max(n.low[row]-fixed[row], 0), n.high[row]-fixed[row]
		into[row] = p.net.add(1+row/kinds, 1+cells+row, low, price(row)-flowLow)
		p.net.add(1+row/kinds, 1+cells+row, high-low, price(row))
		added[row] = -1
		if p.adding {
			added[row] = p.net.add(1+cells+row, sink, endless, flowExtra)
		}
	}
	for point, k := range room {
		p.net.add(1+cells+rows+int32(point), sink, k, 0)
	}
	arcs = make([]groupArcs, len(p.pl.groups))
	for g := range p.pl.groups {
		at := &p.pl.groups[g]
		fresh, met := int32(0), int32(0)
		for i := at.from; i < at.to; i++ {
			if !p.usable(i) {
				continue
			}
			if p.wasMet(i) {
				met++
			} else {
				fresh++
			}
		}
		arcs[g] = groupArcs{-1, -1}
		if fresh > 0 {
			arcs[g].fresh = p.net.add(1+cells+at.row, 1+cells+rows+at.point, fresh, 0)
		}
		if met > 0 {
			arcs[g].met = p.net.add(1+cells+at.row, 1+cells+rows+at.point, met, flowMet)
		}
	}
	return into, arcs, added, want, true
}

// send runs the network and tells whether every place was filled and every
// lower bound of a row reached.
func (p *problem) send(into []int32, want int32) (cost int64, ok bool) {
	sink := int32(len(p.net.head) - 1)
	amount, cost := p.net.run(0, sink)
	if amount < want {
		return 0, false
	}
	for _, id := range into {
		if p.net.arcs[id].cap > 0 {
			return 0, false
		}
		cost += int64(p.net.flow(id)) * flowLow
	}
	return cost, true
}

// reachable tells whether the expected score can come into the band at all,
// from the cheapest and the dearest flow.
func (p *problem) reachable(n *node) bool {
	var fixed int64
	for _, i := range n.forced {
		it := &p.pl.items[i]
		fixed += p.pl.cells[it.cell].value[it.difficulty]
	}
	for _, sign := range []int64{1, -1} {
		// Met and added items are as good as others here, so their prices
		// are taken off.
		into, arcs, added, want, ok := p.build(n, func(row int32) int64 {
			return sign * p.pl.cells[row/kinds].value[row%kinds]
		})
		if !ok {
			return false
		}
		p.unprice(arcs, added)
		sum, ok := p.send(into, want)
		if !ok {
			return false
		}
		if sign > 0 && sum+fixed > p.pl.target+band || sign < 0 && -sum+fixed < p.pl.target-band {
			return false
		}
	}
	return true
}

// unprice takes the prices of met and added items off the network.
func (p *problem) unprice(arcs []groupArcs, added []int32) {
	zero := func(id int32) {
		if id >= 0 {
			p.net.arcs[id].cost, p.net.arcs[id^1].cost = 0, 0
		}
	}
	for g := range arcs {
		zero(arcs[g].met)
	}
	for _, id := range added {
		zero(id)
	}
}

// leastAstray is a lower bound of the items outside the mix: the flow cell →
// row → difficulty, which leaves points out.
func (p *problem) leastAstray(n *node) int64 {
	if !p.pl.mixed {
		return 0
	}
	need, _, fixed, ok := p.counts(n)
	if !ok {
		return noCost / 2
	}
	cells, rows := int32(len(need)), int32(len(n.low))
	sink := 1 + cells + rows + kinds
	var have [kinds]int32
	for row := range rows {
		have[row%kinds] += fixed[row]
	}
	p.spent, p.net.work = p.spent+p.net.work, 0
	p.net.reset(int(sink) + 1)
	for c, k := range need {
		p.net.add(0, 1+int32(c), k, 0)
	}
	for row := range rows {
		usable := int32(0)
		for i := p.pl.start[row]; i < p.pl.start[row+1]; i++ {
			if p.usable(i) {
				usable++
			}
		}
		if p.adding {
			usable = endless
		}
		p.net.add(1+row/kinds, 1+cells+row, n.high[row]-fixed[row], 0)
		p.net.add(1+cells+row, 1+cells+rows+row%kinds, usable, 0)
	}
	astray := int64(0)
	for d := range int32(kinds) {
		left := int32(p.pl.quota[d]) - have[d]
		astray += int64(max(-left, 0))
		p.net.add(1+cells+rows+d, sink, max(left, 0), 0)
		p.net.add(1+cells+rows+d, sink, endless, 1)
	}
	_, cost := p.net.run(0, sink)
	return cost + astray
}

// relax answers the node without regard to exclusions, band and mix, except
// that prices steer towards them.
func (p *problem) relax(n *node) (relaxed, bool) {
	top := int64(1)
	for c := range p.pl.cells {
		top = max(top, slices.Max(p.pl.cells[c].value[:]))
	}
	into, arcs, added, want, ok := p.build(n, func(row int32) int64 {
		steer := n.price[row%kinds] + n.tilt*p.pl.cells[row/kinds].value[row%kinds]/top
		return max(min(steer, flowSteer), -flowSteer)
	})
	if !ok {
		return relaxed{}, false
	}
	if _, ok := p.send(into, want); !ok {
		return relaxed{}, false
	}
	answer := relaxed{rows: make([]int32, len(n.low)), extra: make([]int32, len(n.low))}
	answer.items = slices.Clone(n.forced)
	for _, i := range n.forced {
		answer.rows[p.pl.items[i].row()]++
		p.on[i] = true
		if p.wasMet(i) {
			answer.bound += costMet
		}
	}
	for row, id := range added {
		if id >= 0 {
			answer.extra[row] = p.net.flow(id)
			answer.rows[row] += answer.extra[row]
			answer.bound += int64(answer.extra[row]) * costExtra
		}
	}
	for g := range arcs {
		for kind, id := range []int32{arcs[g].fresh, arcs[g].met} {
			if id < 0 || p.net.flow(id) == 0 {
				continue
			}
			k := p.net.flow(id)
			answer.rows[p.pl.groups[g].row] += k
			answer.bound += int64(k) * costMet * int64(kind)
			answer.items = p.fill(answer.items, g, kind == 1, k)
		}
	}
	for _, i := range answer.items {
		p.on[i] = false
	}
	return answer, true
}

// fill takes k items of the group, those first that exclude the fewest items
// taken already; ties are random.
func (p *problem) fill(items []int32, g int, met bool, k int32) []int32 {
	at := &p.pl.groups[g]
	for range k {
		best, least, ties := int32(-1), 0, 0
		for i := at.from; i < at.to; i++ {
			if p.on[i] || !p.usable(i) || p.wasMet(i) != met {
				continue
			}
			clashes := p.clashes(i)
			switch {
			case best < 0 || clashes < least:
				best, least, ties = i, clashes, 1
			case clashes == least:
				if ties++; p.rng.below(ties) == 0 {
					best = i
				}
			}
		}
		p.on[best] = true
		items = append(items, best)
	}
	return items
}

// clashes counts the items at hand that exclude item i.
func (p *problem) clashes(i int32) int {
	n := 0
	if p.exclude {
		for _, o := range p.pl.items[i].excludes {
			n += bool2int(p.on[o])
		}
	}
	return n
}

package draw

import "slices"

// tally is the mix and the expected score of a relaxed answer.
func (p *problem) tally(answer *relaxed) (mix [kinds]int, score int64) {
	for row, k := range answer.rows {
		mix[row%kinds] += int(k)
		score += int64(k) * p.pl.cells[row/kinds].value[row%kinds]
	}
	return mix, score
}

// judge returns what the answer costs, or noCost when it is no solution, and
// the item that is excluded by the most others, or -1.
func (p *problem) judge(answer *relaxed) (cost int64, clash int32) {
	clash = -1
	if p.exclude {
		worst := 0
		for _, i := range answer.items {
			p.on[i] = true
		}
		for _, i := range answer.items {
			if k := p.clashes(i); k > worst && p.state[i] == free {
				worst, clash = k, i
			}
		}
		for _, i := range answer.items {
			p.on[i] = false
		}
	}
	cost = answer.bound
	if p.banded {
		mix, score := p.tally(answer)
		if abs(score-p.pl.target) > band {
			return noCost, clash
		}
		if p.pl.mixed {
			cost += int64(deviation(mix, p.pl.quota))
		}
	}
	if clash >= 0 {
		return noCost, clash
	}
	return cost, -1
}

// steer changes the prices by how far the answer is from mix and band. It
// reports false when there is nothing to steer.
func (p *problem) steer(n *node, answer *relaxed) bool {
	mix, score := p.tally(answer)
	moved := false
	if p.pl.mixed {
		for d := range mix {
			if gap := mix[d] - p.pl.quota[d]; gap != 0 {
				n.price[d] += int64(gap)*200 + int64(p.rng.below(50))
				moved = true
			}
		}
	}
	if gap := score - p.pl.target; abs(gap) > band {
		n.tilt += max(min(gap*100/band, 2000), -2000)
		moved = true
	}
	return moved
}

// branch splits the node where its answer offends and explores both parts,
// the one that mends the offence first.
func (p *problem) branch(n *node, answer *relaxed, clash int32) {
	if clash >= 0 {
		without := n.child()
		without.forbidden = append(slices.Clone(n.forbidden), clash)
		p.explore(without, 2)
		with := n.child()
		with.forced = append(slices.Clone(n.forced), clash)
		with.forbidden = slices.Clone(n.forbidden)
		for _, o := range p.pl.items[clash].excludes {
			if p.state[o] == free {
				with.forbidden = append(with.forbidden, o)
			}
		}
		p.explore(with, 2)
		return
	}
	row, up := p.choose(n, answer)
	if row < 0 {
		return
	}
	x := answer.rows[row]
	less, more := n.child(), n.child()
	less.high, more.low = slices.Clone(n.high), slices.Clone(n.low)
	if up {
		less.high[row], more.low[row] = x, x+1
		p.explore(more, 2)
		p.explore(less, 2)
		return
	}
	less.high[row], more.low[row] = x-1, x
	p.explore(less, 2)
	p.explore(more, 2)
}

// child shares everything with its parent until a list is replaced.
func (n *node) child() node {
	return node{
		forced: n.forced[:len(n.forced):len(n.forced)], forbidden: n.forbidden[:len(n.forbidden):len(n.forbidden)],
		low: n.low, high: n.high, price: n.price, tilt: n.tilt,
	}
}

// choose finds a row whose number of items should change, and whether up.
// It returns -1 when all rows are fixed, so that nothing is left to try.
func (p *problem) choose(n *node, answer *relaxed) (row int32, up bool) {
	if !p.banded {
		return -1, false
	}
	mix, score := p.tally(answer)
	best, bestGain := int32(-1), int64(-1)
	for r := range int32(len(n.low)) {
		x, d := answer.rows[r], r%kinds
		value := p.pl.cells[r/kinds].value
		for _, rise := range []bool{false, true} {
			if rise && x >= n.high[r] || !rise && x <= n.low[r] {
				continue
			}
			gain := int64(0)
			if over := mix[d] - p.pl.quota[d]; p.pl.mixed && over != 0 && (over < 0) == rise {
				gain += 1000
			}
			if gap := score - p.pl.target; abs(gap) > band && (gap < 0) == (rise == (value[d]*2 > value[0]+value[kinds-1])) {
				gain += 10 + abs(value[d]*2-value[0]-value[kinds-1])*10/(value[0]+1)
			}
			if gain > bestGain {
				best, bestGain, up = r, gain, rise
			}
		}
	}
	return best, up
}

// propagate forces the items of every cell that has no more than it needs, and
// forbids what they exclude, until nothing changes. It reports false when a
// cell is left with too few.
func (p *problem) propagate(n *node) bool {
	have := make([]int, len(p.pl.cells))
	for changed := true; changed; {
		changed = false
		clear(have)
		for i := range p.pl.items {
			if p.state[i] == forced || p.usable(int32(i)) {
				have[p.pl.items[i].cell]++
			}
		}
		p.spent += int64(len(p.pl.items))
		for c, k := range have {
			if k < p.pl.cells[c].Count {
				return false
			}
			if k == p.pl.cells[c].Count && p.forceAll(n, int32(c)) {
				changed = true
			}
		}
	}
	return true
}

// forceAll forces what is free in the cell and reports whether there was any.
// Of two items of the cell that exclude each other the first forbids the
// second, so that the cell is found to be short in the next round.
func (p *problem) forceAll(n *node, c int32) bool {
	changed := false
	for i := p.pl.start[c*kinds]; i < p.pl.start[(c+1)*kinds]; i++ {
		if !p.usable(i) {
			continue
		}
		changed = true
		p.state[i] = forced
		n.forced = append(n.forced, i)
		if !p.exclude {
			continue
		}
		for _, o := range p.pl.items[i].excludes {
			if p.state[o] == free {
				p.state[o] = forbidden
				n.forbidden = append(n.forbidden, o)
			}
		}
	}
	return changed
}

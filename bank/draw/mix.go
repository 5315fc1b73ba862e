package draw

import "math"

// mixesTried is how many mixes that seem possible are tried. Looking whether
// they are is bounded by the plan's budget.
const mixesTried = 40

// relaxMix looks for the nearest mix to the wanted one that the bank can
// give. It goes through the mixes by their deviation, leaves out those that
// even without regard to points and exclusions cannot be had within the band,
// and tries to draw a paper of each of the others. It returns a lower bound
// of the deviation, and leaves the paper found, if any, in s.best.
func (s *selection) relaxMix() (least int64) {
	pl := s.pl
	defer func() { pl.quota = pl.wanted }()
	found := mixSearch{pl: pl, least: -1}
	for row := range int32(len(s.avail)) {
		found.has[row%kinds] += int(s.avail[row])
	}
	for k := 0; k <= len(pl.places) && !found.done; k++ {
		found.each(0, k, k, [kinds]int{}, func(mix [kinds]int) bool {
			if found.least < 0 {
				found.least = int64(k)
			}
			pl.quota = mix
			for range quickTries {
				if s.quick() {
					s.best = solution{items: append([]int32(nil), s.chosen...), cost: int64(k)}
					return true
				}
			}
			return false
		})
	}
	if found.least >= 0 {
		return found.least
	}
	return int64(found.sure)
}

// mixSearch goes through mixes.
type mixSearch struct {
	pl    *Plan
	has   [kinds]int // items of each difficulty in the pool
	net   network
	least int64 // deviation of the first mix that seems possible, or -1
	sure  int   // no mix of a smaller deviation is possible
	tried int
	done  bool
}

// each calls try for every possible mix that has less and more items than the
// wanted one, from difficulty d on, until it returns true.
func (m *mixSearch) each(d, less, more int, mix [kinds]int, try func([kinds]int) bool) {
	if m.done {
		return
	}
	if d == kinds {
		if less == 0 && more == 0 {
			m.visit(mix, try)
		}
		return
	}
	for change := -min(less, m.pl.wanted[d]); change <= more; change++ {
		if mix[d] = m.pl.wanted[d] + change; mix[d] > m.has[d] {
			return
		}
		m.each(d+1, less-max(-change, 0), more-max(change, 0), mix, try)
	}
}

func (m *mixSearch) visit(mix [kinds]int, try func([kinds]int) bool) {
	m.sure = max(m.sure, deviation(mix, m.pl.wanted))
	if m.possible(mix) {
		m.tried++
		if try(mix) {
			m.done = true
		}
	}
	m.done = m.done || m.net.work > m.pl.budget || m.tried >= mixesTried
}

// possible tells whether the mix can be had with an expected score within the
// band, by the flows cell → row → difficulty of the lowest and of the highest
// score.
func (m *mixSearch) possible(mix [kinds]int) bool {
	var ends [2]int64
	for at, sign := range []int64{1, -1} {
		cells := int32(len(m.pl.cells))
		rows := cells * kinds
		sink := 1 + cells + rows + kinds
		m.net.reset(int(sink) + 1)
		for c := range cells {
			m.net.add(0, 1+c, int32(m.pl.cells[c].Count), 0)
		}
		for row := range rows {
			m.net.add(1+row/kinds, 1+cells+row, math.MaxInt32, sign*m.pl.cells[row/kinds].value[row%kinds])
			m.net.add(1+cells+row, 1+cells+rows+row%kinds, m.pl.has(row), 0)
		}
		for d := range int32(kinds) {
			m.net.add(1+cells+rows+d, sink, int32(mix[d]), 0)
		}
		amount, cost := m.net.run(0, sink)
		if int(amount) < len(m.pl.places) {
			return false
		}
		ends[at] = sign * cost
	}
	return ends[0] <= m.pl.target+band && ends[1] >= m.pl.target-band
}

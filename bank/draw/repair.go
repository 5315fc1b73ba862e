package draw

// What a fault weighs in the search with repair.
const (
	weightMust = 1000
	weightMet  = 100
	weightMix  = 40
	tabuSteps  = 6
	candidates = 32
)

// repair goes on from a faulty selection: it takes an item that is at fault
// and puts the least harmful other item of its cell in its place, which may
// not go back at once. It keeps the best lawful selection it meets in s.best
// and reports whether one without any fault was found.
//
// Source: the min-conflicts heuristic of Minton, Johnston, Philips and Laird,
// "Minimizing conflicts", 1992, with a tabu list after Glover, 1989.
func (s *selection) repair(steps int) bool {
	if !s.complete() {
		return false
	}
	if s.tabu == nil {
		s.tabu = make([]int32, len(s.pl.items))
	}
	clear(s.tabu)
	for step := int32(1); step <= int32(steps); step++ {
		s.note()
		if s.best.items != nil && s.best.cost == 0 {
			return true
		}
		place := s.faulty()
		old := s.take(place)
		s.tabu[old] = step + tabuSteps + int32(s.rng.below(tabuSteps))
		s.put(place, s.leastHarm(place, old, step))
	}
	s.note()
	return s.best.items != nil && s.best.cost == 0
}

// note keeps the selection if it is the best lawful one so far.
func (s *selection) note() {
	if !s.lawful() {
		return
	}
	if cost := s.cost(); s.best.items == nil || cost < s.best.cost {
		s.best = solution{items: append([]int32(nil), s.chosen...), cost: cost}
	}
}

// complete fills empty places with whatever their cell has. It reports false
// when a cell has not enough items.
func (s *selection) complete() bool {
	for place, i := range s.chosen {
		if i >= 0 {
			continue
		}
		from, to := s.cellItems(s.pl.places[place])
		n, found := int(to-from), int32(-1)
		if n == 0 {
			return false
		}
		for k, at := 0, s.rng.below(n); k < n; k++ {
			i := from + int32((at+k)%n)
			if s.in[i] || s.barred(i) {
				continue
			}
			if found < 0 || s.met[found] && !s.met[i] {
				found = i
			}
			if !s.met[found] {
				break
			}
		}
		if found < 0 {
			return false
		}
		s.put(place, found)
	}
	return true
}

func (s *selection) cellItems(c int32) (from, to int32) {
	return s.pl.start[c*kinds], s.pl.start[(c+1)*kinds]
}

// faulty chooses a place at random among those that are to blame for the
// gravest fault.
func (s *selection) faulty() int {
	n := len(s.chosen)
	at := s.rng.below(n)
	for k := range n {
		place := (at + k) % n
		if s.blame(s.chosen[place]) {
			return place
		}
	}
	return at
}

func (s *selection) blame(i int32) bool {
	it := &s.pl.items[i]
	switch {
	case s.over+s.clash > 0:
		return s.held[it.point] > s.pl.cap || s.clashes[i] > 0
	case s.seen > 0 && s.off() == 0:
		return s.met[i]
	case s.astray() > 0:
		return s.mix[it.difficulty] > s.pl.quota[it.difficulty]
	}
	return true
}

// leastHarm looks at a sample of the cell's items for an empty place. Where
// nothing else is free the old item comes back.
func (s *selection) leastHarm(place int, old, step int32) int32 {
	from, to := s.cellItems(s.pl.places[place])
	n := int(to - from)
	best, bestHarm, ties := old, int64(1)<<62, 1
	at := s.rng.below(n)
	for k := range min(n, candidates) {
		i := from + int32((at+k)%n)
		if n > candidates {
			i = from + int32(s.rng.below(n))
		}
		if i == old || s.in[i] || s.barred(i) || s.tabu[i] > step {
			continue
		}
		harm := s.harm(i)
		if harm == bestHarm {
			if ties++; s.rng.below(ties) == 0 {
				best = i
			}
		} else if harm < bestHarm {
			best, bestHarm, ties = i, harm, 1
		}
	}
	return best
}

// harm weighs the faults that the selection would have with the item added.
func (s *selection) harm(i int32) int64 {
	it := &s.pl.items[i]
	harm := int64(s.clashes[i]) * weightMust
	if s.held[it.point] >= s.pl.cap {
		harm += weightMust
	}
	if s.met[i] {
		harm += weightMet
	}
	if s.pl.mixed && s.mix[it.difficulty] >= s.pl.quota[it.difficulty] {
		harm += weightMix
	}
	score := s.score + s.pl.cells[it.cell].value[it.difficulty]
	return harm + max(abs(score-s.pl.target)-band, 0)*weightMix/band
}

// walk starts from the plan's own paper and changes it at random for as long
// as it stays lawful and gets no worse: one item, or two at once, which lets
// two cells exchange points or difficulties. Where a bank is so tight that
// repair fails, this still gives every candidate a paper of their own if the
// bank has several, at little cost. Blocked items on the plan's paper rule it
// out.
func (s *selection) walk() {
	s.clear()
	for place, i := range s.pl.witness {
		if s.barred(i) {
			return
		}
		s.put(s.home(place, i), i)
	}
	cost := s.cost()
	for try := range 40 * len(s.chosen) {
		places := [2]int{s.rng.below(len(s.chosen)), s.rng.below(len(s.chosen))}
		n := 1 + try%2
		if n == 2 && places[0] == places[1] {
			continue
		}
		var old [2]int32
		for k := range n {
			old[k] = s.take(places[k]) // #nosec G602 -- k is below n, which is 1 or 2
		}
		for k := range n {
			i := s.another(places[k], old[k])
			if s.in[i] {
				// The other place has just taken it, so its own is free.
				i = old[1-k]
			}
			s.put(places[k], i) // #nosec G602 -- k is below n, which is 1 or 2
		}
		if s.lawful() && s.cost() <= cost {
			cost = s.cost()
			continue
		}
		for k := range n {
			s.take(places[k]) // #nosec G602 -- k is below n, which is 1 or 2
		}
		for k := range n {
			s.put(places[k], old[k]) // #nosec G602 -- k is below n, which is 1 or 2
		}
	}
	s.note()
}

// home finds an empty place of the item's cell, since a paper that came out
// of branch and bound is not in the order of places.
func (s *selection) home(place int, i int32) int {
	c := s.pl.items[i].cell
	if s.pl.places[place] == c && s.chosen[place] < 0 {
		return place
	}
	for place = int(s.first[c]); s.chosen[place] >= 0; {
		place++
	}
	return place
}

// another is a random item of the place's cell that may be used, or the old
// one when the first that comes is not free.
func (s *selection) another(place int, old int32) int32 {
	from, to := s.cellItems(s.pl.places[place])
	if i := from + int32(s.rng.below(int(to-from))); !s.in[i] && !s.barred(i) {
		return i
	}
	return old
}

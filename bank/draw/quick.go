package draw

// quick makes a random paper: it deals difficulties to places, exchanges some
// until the expected score is in the band, and picks items at random. It
// reports whether the result is without any fault; if not, the selection is
// what repair goes on from.
func (s *selection) quick() bool {
	s.clear()
	dealt := false
	if s.pl.mixed {
		dealt = s.dealMix()
	} else {
		dealt = s.dealFree()
	}
	if !dealt || !s.balance() {
		return false
	}
	for _, row := range s.pl.order {
		for range s.table[row] {
			i := s.pick(row)
			if i < 0 {
				continue
			}
			c := s.pl.items[i].cell
			s.put(int(s.first[c]+s.filled[c]), i)
			s.filled[c]++
		}
	}
	return s.lawful() && s.cost() == 0
}

// dealMix deals exactly the mix over the places, at random, no row getting
// more than it has items. It reports false when that does not come out.
func (s *selection) dealMix() bool {
	n := 0
	for d, k := range s.pl.quota {
		for range k {
			s.cards[n] = int8(d)
			n++
		}
	}
	shuffle(&s.rng, s.cards)
	clear(s.table)
	for place, c := range s.pl.places {
		s.table[c*kinds+int32(s.cards[place])]++
	}
	for place, c := range s.pl.places {
		row := c*kinds + int32(s.cards[place])
		if s.table[row] > s.avail[row] && !s.exchange(place) {
			return false
		}
	}
	return true
}

// exchange gives the place another's difficulty, where both then fit.
func (s *selection) exchange(place int) bool {
	n := len(s.pl.places)
	c, mine := s.pl.places[place], int32(s.cards[place])
	for k, from := 0, s.rng.below(n); k < n; k++ {
		other := (from + k) % n
		e, theirs := s.pl.places[other], int32(s.cards[other])
		if theirs != mine && e != c && s.fits(c*kinds+theirs) && s.fits(e*kinds+mine) {
			s.swapCards(place, other)
			return true
		}
	}
	return false
}

func (s *selection) fits(row int32) bool { return s.table[row] < s.avail[row] }

func (s *selection) swapCards(a, b int) {
	x, y := s.cards[a], s.cards[b]
	s.setCard(a, y)
	s.setCard(b, x)
}

func (s *selection) setCard(place int, d int8) {
	c := s.pl.places[place] * kinds
	s.table[c+int32(s.cards[place])]--
	s.table[c+int32(d)]++
	s.cards[place] = d
}

// dealFree gives each place a difficulty as often as its cell has it.
func (s *selection) dealFree() bool {
	clear(s.table)
	for place, c := range s.pl.places {
		d := s.anyDifficulty(c)
		if d < 0 {
			return false
		}
		s.cards[place] = d
		s.table[c*kinds+int32(d)]++
	}
	return true
}

// anyDifficulty is that of a random item of the cell of which the table has
// not used up all, or -1.
func (s *selection) anyDifficulty(c int32) int8 {
	left := int32(0)
	for row := c * kinds; row < (c+1)*kinds; row++ {
		left += s.avail[row] - s.table[row]
	}
	if left <= 0 {
		return -1
	}
	n := int32(s.rng.below(int(left)))
	for d := int8(0); ; d++ {
		row := c*kinds + int32(d)
		if n -= s.avail[row] - s.table[row]; n < 0 {
			return d
		}
	}
}

// balance changes the deal at random places for as long as the expected score
// is outside the band: with a mix by exchanging two difficulties, without one
// by changing a difficulty. Only changes that bring it nearer are made.
func (s *selection) balance() bool {
	var score int64
	for place, c := range s.pl.places {
		score += s.pl.cells[c].value[s.cards[place]]
	}
	for range 20 * len(s.cards) {
		gap := abs(score - s.pl.target)
		if gap <= band {
			return true
		}
		a := s.rng.below(len(s.cards))
		c, x := &s.pl.cells[s.pl.places[a]], s.cards[a]
		if !s.pl.mixed {
			y := s.anyDifficulty(s.pl.places[a])
			if y >= 0 && abs(score+c.value[y]-c.value[x]-s.pl.target) < gap {
				score += c.value[y] - c.value[x]
				s.setCard(a, y)
			}
			continue
		}
		b := s.rng.below(len(s.cards))
		e, y := &s.pl.cells[s.pl.places[b]], s.cards[b]
		gain := c.value[y] - c.value[x] + e.value[x] - e.value[y]
		if abs(score+gain-s.pl.target) < gap &&
			s.fits(s.pl.places[a]*kinds+int32(y)) && s.fits(s.pl.places[b]*kinds+int32(x)) {
			score += gain
			s.swapCards(a, b)
		}
	}
	return false
}

// pick returns a random item of the row that can be added without a fault, or
// -1. Trying a few first is fast; looking at all from a random one on is sure.
func (s *selection) pick(row int32) int32 {
	from, n := s.pl.start[row], int(s.pl.has(row))
	if n == 0 {
		return -1
	}
	for range 12 {
		if i := from + int32(s.rng.below(n)); s.open(i) {
			return i
		}
	}
	for k, at := 0, s.rng.below(n); k < n; k++ {
		if i := from + int32((at+k)%n); s.open(i) {
			return i
		}
	}
	return -1
}

func (s *selection) open(i int32) bool {
	return !s.in[i] && s.clashes[i] == 0 && s.held[s.pl.items[i].point] < s.pl.cap && !s.met[i] && !s.barred(i)
}

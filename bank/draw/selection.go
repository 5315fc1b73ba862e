package draw

import "math"

// selection is a choice of items under way, one per place, with counts of
// everything that can be wrong with it. It belongs to one goroutine; a plan
// lends them out and gets them back clean.
type selection struct {
	pl      *Plan
	chosen  []int32 // item per place, or -1
	filled  []int32 // places filled per cell
	first   []int32 // first place of each cell
	in      []bool  // per item
	clashes []int16 // per item: how many chosen items exclude it
	held    []int16 // per point: how many chosen items
	mix     [kinds]int
	score   int64
	clash   int // pairs of chosen items that exclude each other
	over    int // chosen items above the cap of their point
	empty   int // places without an item
	seen    int // chosen items that the candidate met

	met      []bool // per item; empty when metCount is 0
	metCount int
	blocked  []bool  // per item, borrowed; nil means none
	avail    []int32 // per row: items neither met nor blocked

	cards []int8   // quick: the difficulty of each place
	table []int32  // quick: places per row
	tabu  []int32  // repair: until which step an item may not come back
	rng   random   // choosing
	best  solution // repair: the best so far that obeys every must
}

// solution is a full choice with its cost; lower is better.
type solution struct {
	items []int32
	extra []int32 // per row: items that would have to be added
	cost  int64
}

// The cost of a choice puts added items before met ones before deviations.
const (
	costExtra = int64(1) << 40
	costMet   = int64(1) << 20
	noCost    = math.MaxInt64
)

func newSelection(pl *Plan) *selection {
	s := &selection{
		pl:      pl,
		chosen:  make([]int32, len(pl.places)),
		filled:  make([]int32, len(pl.cells)),
		first:   make([]int32, len(pl.cells)),
		in:      make([]bool, len(pl.items)),
		clashes: make([]int16, len(pl.items)),
		held:    make([]int16, pl.points),
		met:     make([]bool, len(pl.items)),
		avail:   make([]int32, len(pl.cells)*kinds),
		cards:   make([]int8, len(pl.places)),
		table:   make([]int32, len(pl.cells)*kinds),
	}
	for i := range s.chosen {
		s.chosen[i] = -1
	}
	s.empty = len(s.chosen)
	for c := 1; c < len(pl.cells); c++ {
		s.first[c] = s.first[c-1] + int32(pl.cells[c-1].Count)
	}
	return s
}

// restrict sets what this draw may not or should not use.
func (s *selection) restrict(met []int32, blocked []bool, avail []int32) {
	if avail != nil {
		copy(s.avail, avail)
	} else {
		for row := range s.avail {
			s.avail[row] = s.pl.has(int32(row))
		}
	}
	s.blocked = blocked
	for _, i := range met {
		if !s.met[i] {
			s.met[i] = true
			s.metCount++
			if !s.barred(i) {
				s.avail[s.pl.items[i].row()]--
			}
		}
	}
}

// release makes the selection clean again.
func (s *selection) release(met []int32) {
	s.clear()
	for _, i := range met {
		s.met[i] = false
	}
	s.metCount, s.blocked, s.best = 0, nil, solution{}
	s.pl.scratch.Put(s)
}

func (s *selection) clear() {
	for place := range s.chosen {
		if s.chosen[place] >= 0 {
			s.take(place)
		}
	}
	clear(s.filled)
}

// barred tells whether the item may not be used at all.
func (s *selection) barred(i int32) bool { return s.blocked != nil && s.blocked[i] }

// put fills an empty place.
func (s *selection) put(place int, i int32) {
	it := &s.pl.items[i]
	s.chosen[place] = i
	s.in[i] = true
	s.empty--
	if s.held[it.point] >= s.pl.cap {
		s.over++
	}
	s.held[it.point]++
	s.clash += int(s.clashes[i])
	for _, o := range it.excludes {
		s.clashes[o]++
	}
	s.mix[it.difficulty]++
	s.score += s.pl.cells[it.cell].value[it.difficulty]
	if s.met[i] {
		s.seen++
	}
}

// take empties a place and returns what stood there.
func (s *selection) take(place int) int32 {
	i := s.chosen[place]
	it := &s.pl.items[i]
	s.chosen[place] = -1
	s.in[i] = false
	s.empty++
	s.held[it.point]--
	if s.held[it.point] >= s.pl.cap {
		s.over--
	}
	for _, o := range it.excludes {
		s.clashes[o]--
	}
	s.clash -= int(s.clashes[i])
	s.mix[it.difficulty]--
	s.score -= s.pl.cells[it.cell].value[it.difficulty]
	if s.met[i] {
		s.seen--
	}
	return i
}

// off is how far the expected score lies outside the band, in units.
func (s *selection) off() int64 { return max(abs(s.score-s.pl.target)-band, 0) }

// astray is the number of items outside the mix.
func (s *selection) astray() int {
	if !s.pl.mixed {
		return 0
	}
	return deviation(s.mix, s.pl.quota)
}

// lawful tells whether the selection obeys every must.
func (s *selection) lawful() bool {
	return s.empty == 0 && s.over == 0 && s.clash == 0 && s.off() == 0
}

// cost is what a lawful selection costs.
func (s *selection) cost() int64 { return int64(s.seen)*costMet + int64(s.astray()) }

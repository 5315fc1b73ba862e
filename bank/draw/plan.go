package draw

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"gongyuan/bank"
)

// Expected scores are counted inside in units of a ten-thousandth of a point:
// marks (hundredths) times facility (percent). The band is half a point.
const (
	unitsPerMark = 100
	band         = 50 * unitsPerMark
)

// kinds is the number of difficulties. A row of a table by cell and
// difficulty has kinds entries; difficulty d is entry d-1.
const kinds = 5

// Plan is what is the same for all papers of a sitting. It is read-only once
// made and safe for concurrent use.
type Plan struct {
	pool      *Pool
	blueprint bank.Blueprint
	cells     []cell
	items     []planItem // by cell, difficulty, point, item
	groups    []group    // runs of items of one cell, difficulty and point
	start     []int32    // first item of cell*kinds+difficulty-1, and one more
	order     []int32    // cell*kinds+difficulty-1, the scarcest first
	points    int        // number of assessment points that occur
	cap       int16      // most items per point
	places    []int32    // the cell of each place of a paper
	facility  [kinds]int64
	mixed     bool       // whether a difficulty mix is demanded
	wanted    [kinds]int // the mix as demanded
	quota     [kinds]int // the mix that the bank can give
	target    int64      // expected score, in units
	witness   []int32    // one paper that obeys everything
	proved    bool       // whether no smaller deviation from the mix exists
	index     []int32    // from the pool's item to ours, or -1
	budget    int64      // how many arcs a search may look at
	terse     bool       // a shortage need not say what is short
	scratch   sync.Pool
}

// cell is a demand with what belongs to it.
type cell struct {
	bank.Cell
	section int
	value   [kinds]int64 // expected units of one item by difficulty
}

// planItem is a pool item that fits a cell.
type planItem struct {
	pool       int32
	cell       int32
	point      int32
	difficulty int32 // 0 to 4
	excludes   []int32
}

type group struct{ row, point, from, to int32 }

// row is where the item stands in a table by cell and difficulty.
func (it *planItem) row() int32 { return it.cell*kinds + it.difficulty }

// Plan fits a blueprint to the pool. It finds one paper that obeys everything
// before it returns, so that drawing from a plan cannot fail for want of
// items. It returns bank.ErrBlueprint for a blueprint that is wrong in itself
// and a *Shortage for one that the bank cannot meet.
//
// The difficulty mix is turned into counts over the whole paper by largest
// remainder. Where the bank has no such paper, the nearest mix it has takes
// its place (Mix, Deviation). The target of the expected score is that of the
// demanded mix spread evenly over the sections; a bank that cannot come within
// half a point of it is short of difficulty. Without a mix the target is what
// the bank gives on average.
func (p *Pool) Plan(bp bank.Blueprint) (*Plan, error) {
	pl, err := p.prepare(bp)
	if err != nil {
		return nil, err
	}
	if short := pl.meet(); short != nil {
		return nil, short
	}
	return pl, nil
}

// prepare lays a plan out and collects its items; whether there is a paper is
// for meet to find.
func (p *Pool) prepare(bp bank.Blueprint) (*Plan, error) {
	if err := check(&bp); err != nil {
		return nil, err
	}
	pl := &Plan{pool: p, blueprint: clone(bp), cap: int16(max(bp.MaxPerPoint, 1)), budget: planBudget}
	if err := pl.layout(); err != nil {
		return nil, err
	}
	pl.collect()
	pl.aim()
	pl.scratch.New = func() any { return newSelection(pl) }
	return pl, nil
}

// meet finds the witness and looks at the ceiling on exposure.
func (pl *Plan) meet() *Shortage {
	if short := pl.fit(); short != nil {
		return short
	}
	return pl.exposed(100, pl.blueprint.Exposure)
}

// clone keeps the plan apart from what the caller may change later.
func clone(bp bank.Blueprint) bank.Blueprint {
	bp.Sections = slices.Clone(bp.Sections)
	bp.Weights = slices.Clone(bp.Weights)
	return bp
}

// check adds to the blueprint's own check what matters here only.
func check(bp *bank.Blueprint) error {
	if err := bp.Check(); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	if bp.MaxPerPoint < 0 || bp.MaxPerPoint > 1000 {
		return fmt.Errorf("draw: %w: %d items per point", bank.ErrBlueprint, bp.MaxPerPoint)
	}
	if bp.Exposure < 0 || bp.Exposure > 100 {
		return fmt.Errorf("draw: %w: exposure %d percent", bank.ErrBlueprint, bp.Exposure)
	}
	for d := 1; d <= kinds; d++ {
		if f := bp.Facility[d]; f < 0 || f > 100 {
			return fmt.Errorf("draw: %w: facility %d percent", bank.ErrBlueprint, f)
		}
	}
	return nil
}

// layout makes the cells and the places of a paper.
func (pl *Plan) layout() error {
	bp := &pl.blueprint
	standard := bank.DefaultFacility()
	for d := range pl.facility {
		f, given := bp.Facility[d+1]
		if !given {
			f = standard[d+1]
		}
		pl.facility[d] = int64(f)
	}
	want := 0
	for _, s := range bp.Sections {
		want += s.Count
	}
	for _, demand := range bp.Cells() {
		c := cell{Cell: demand}
		c.section = slices.IndexFunc(bp.Sections, func(s bank.Section) bool { return s.Type == demand.Type })
		for d := range c.value {
			c.value[d] = int64(bp.Sections[c.section].Points) * pl.facility[d]
		}
		for range demand.Count {
			pl.places = append(pl.places, int32(len(pl.cells)))
		}
		pl.cells = append(pl.cells, c)
	}
	if len(pl.places) != want {
		return fmt.Errorf("draw: %w: the weights give %d of %d items", bank.ErrBlueprint, len(pl.places), want)
	}
	return nil
}

// collect finds the items of each cell and sorts and numbers them.
func (pl *Plan) collect() {
	points := map[bank.PointCode]int32{}
	pl.index = make([]int32, len(pl.pool.items))
	for i := range pl.pool.items {
		pl.index[i] = -1
		it := &pl.pool.items[i]
		c := pl.cellOf(it)
		if c < 0 {
			continue
		}
		if _, known := points[it.point]; !known {
			points[it.point] = int32(len(points))
		}
		pl.items = append(pl.items, planItem{pool: int32(i), cell: c, point: points[it.point], difficulty: int32(it.difficulty - 1)})
	}
	pl.points = len(points)
	slices.SortStableFunc(pl.items, func(a, b planItem) int {
		return cmp.Or(cmp.Compare(a.row(), b.row()), cmp.Compare(a.point, b.point), cmp.Compare(a.pool, b.pool))
	})
	for i := range pl.items {
		pl.index[pl.items[i].pool] = int32(i)
	}
	pl.start = make([]int32, len(pl.cells)*kinds+1)
	for i := range pl.items {
		it := &pl.items[i]
		for _, other := range pl.pool.items[it.pool].excludes {
			if o := pl.index[other]; o >= 0 {
				it.excludes = append(it.excludes, o)
			}
		}
		pl.start[it.row()+1]++
		if n := len(pl.groups); n == 0 || pl.groups[n-1].row != it.row() || pl.groups[n-1].point != it.point {
			pl.groups = append(pl.groups, group{it.row(), it.point, int32(i), int32(i)})
		}
		pl.groups[len(pl.groups)-1].to++
	}
	for row := range len(pl.start) - 1 {
		pl.start[row+1] += pl.start[row]
		pl.order = append(pl.order, int32(row))
	}
	slices.SortStableFunc(pl.order, func(a, b int32) int { return cmp.Compare(pl.has(a), pl.has(b)) })
}

// has counts the items of a row.
func (pl *Plan) has(row int32) int32 { return pl.start[row+1] - pl.start[row] }

// cellOf finds the only cell that an item can fill, or -1. Ranges are
// disjoint and a section's type occurs once, so there is never a second.
func (pl *Plan) cellOf(it *poolItem) int32 {
	if !it.of(pl.blueprint.Bank) {
		return -1
	}
	for c := range pl.cells {
		if demand := &pl.cells[c]; demand.Type == it.kind && (demand.Range == "" || demand.Range.Contains(it.point)) {
			return int32(c)
		}
	}
	return -1
}

// Target is the expected score that every paper of the plan has within half a
// point, rounded half up.
func (pl *Plan) Target() bank.Marks { return marks(pl.target) }

// Mix is the number of items of each difficulty that papers aim at; it is nil
// when the blueprint demands no mix.
func (pl *Plan) Mix() map[int]int {
	if !pl.mixed {
		return nil
	}
	mix := map[int]int{}
	for d, n := range pl.quota {
		mix[d+1] = n
	}
	return mix
}

// Deviation is how many items of a paper the bank forces out of the demanded
// mix, and whether it is proved that no paper has fewer.
func (pl *Plan) Deviation() (items int, proved bool) {
	return deviation(pl.quota, pl.wanted) * bool2int(pl.mixed), pl.proved
}

// Expected is the expected score of a paper by the plan's facilities, rounded
// half up. A slot whose item is not in the pool counts nothing.
func (pl *Plan) Expected(paper bank.Paper) bank.Marks {
	var units int64
	for i := range paper.Slots {
		s := &paper.Slots[i]
		if n, ok := pl.pool.index[s.Ref.Item]; ok {
			units += int64(s.Points) * pl.facility[pl.pool.items[n].difficulty-1]
		}
	}
	return marks(units)
}

func marks(units int64) bank.Marks { return bank.Marks((units + unitsPerMark/2) / unitsPerMark) }

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

// deviation is the number of items that would have to change their difficulty
// to turn one mix into the other; both have the same sum.
func deviation(have, want [kinds]int) int {
	n := 0
	for d := range have {
		n += max(have[d]-want[d], 0)
	}
	return n
}

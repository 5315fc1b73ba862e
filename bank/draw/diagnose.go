package draw

// diagnose finds out what the cells lack. The same problem is solved with the
// right to add items, at first minding the limit per point only, then
// exclusions, then the expected score; the first that needs more additions
// than the one before it is the reason, and the last says how many are needed.
func (pl *Plan) diagnose(blocked []bool, cut bool) *Shortage {
	if pl.terse {
		return &Shortage{Undecided: cut}
	}
	usable, counted := make([]int, len(pl.cells)), 0
	for i := range pl.items {
		if blocked == nil || !blocked[i] {
			usable[pl.items[i].cell]++
		}
	}
	for c := range usable {
		counted += max(pl.cells[c].Count-usable[c], 0)
	}
	short := &Shortage{Undecided: cut && counted == 0}
	var last *problem
	var first Reason
	before := int64(counted)
	for _, stage := range []struct {
		reason          Reason
		exclude, banded bool
	}{{PerPoint, false, false}, {Exclusions, true, false}, {Difficulty, true, true}} {
		if stage.banded && !pl.mixed && blocked == nil {
			// Without a mix the target follows the bank, so it cannot fail.
			break
		}
		p := pl.extend(blocked, int32(pl.cap), stage.exclude, stage.banded)
		if p.best.items == nil && p.best.extra == nil {
			short.AtMost = true
			continue
		}
		added := p.best.cost / costExtra
		if first == "" && added > before {
			first = stage.reason
			short.Undecided = short.Undecided && p.cut
		}
		short.AtMost = p.cut
		before, last = max(before, added), p
	}
	if first == "" {
		first = Exclusions
	}
	if blocked != nil {
		first = Exposure
	}
	if last != nil {
		pl.describe(short, last, usable, first)
		pl.relieve(short, blocked)
	}
	return short
}

// extend solves the problem with the right to add items.
func (pl *Plan) extend(blocked []bool, limit int32, exclude, banded bool) *problem {
	var rng random
	rng.stream([32]byte{}, "diagnose")
	p := &problem{pl: pl, blocked: blocked, cap: limit, exclude: exclude, banded: banded, adding: true, budget: pl.budget / 8, rng: &rng}
	p.solve()
	return p
}

// describe lists the cells to which the solution adds items.
func (pl *Plan) describe(short *Shortage, p *problem, usable []int, reason Reason) {
	for c := range pl.cells {
		for d := range kinds {
			extra := int(p.best.extra[c*kinds+d])
			if extra == 0 {
				continue
			}
			need := pl.cells[c].Count
			lack := CellShortage{Cell: pl.cells[c].Cell, Need: need, Usable: usable[c], Missing: extra, Reason: reason}
			if usable[c] < need && reason != Exposure {
				lack.Reason = TooFew
			}
			if p.banded && lack.Reason == Difficulty {
				lack.Difficulty = d + 1
			}
			short.enter(lack)
		}
	}
	for i := range short.Cells {
		lack := &short.Cells[i]
		lack.Help = append(lack.Help, Help{AddItems, lack.Missing})
		if lack.Reason == Difficulty {
			lack.Help = append(lack.Help, Help{Change: ChangeMix})
		} else if left := lack.Need - lack.Missing; left > 0 {
			lack.Help = append(lack.Help, Help{LowerCount, left})
		}
	}
}

// enter joins what is told apart by difficulty for no reason.
func (s *Shortage) enter(lack CellShortage) {
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Cell == lack.Cell && c.Difficulty == lack.Difficulty {
			c.Missing += lack.Missing
			return
		}
	}
	s.Cells = append(s.Cells, lack)
}

// relieve looks for a limit per point that would do alone.
func (pl *Plan) relieve(short *Shortage, blocked []bool) {
	perPoint := false
	for i := range short.Cells {
		perPoint = perPoint || short.Cells[i].Reason == PerPoint
	}
	if !perPoint {
		return
	}
	most := pl.fullest()
	for limit := int32(pl.cap) + 1; limit <= most; limit++ {
		p := pl.extend(blocked, limit, true, pl.mixed)
		if p.best.extra == nil || p.best.cost >= costExtra {
			continue
		}
		for i := range short.Cells {
			if lack := &short.Cells[i]; lack.Reason == PerPoint {
				lack.Help = append(lack.Help, Help{AllowPerPoint, int(limit)})
			}
		}
		return
	}
}

// fullest is the number of items of the fullest point, beyond which a higher
// limit changes nothing.
func (pl *Plan) fullest() int32 {
	held, most := make([]int32, pl.points), int32(0)
	for i := range pl.items {
		held[pl.items[i].point]++
		most = max(most, held[pl.items[i].point])
	}
	return min(most, int32(len(pl.places)))
}

// exposed tells whether n papers can keep the ceiling, by the flow of all of
// them together. By the integer decomposition property of network matrices
// (Baum and Trotter, 1978) such a flow is always a sum of n papers, so this is
// exact but for exclusions and difficulty.
func (pl *Plan) exposed(papers, percent int) *Shortage {
	if percent == 0 || pl.exposedBy(papers, ceiling(papers, percent), nil) {
		return nil
	}
	short := &Shortage{}
	lacks := make([]int32, len(pl.cells))
	pl.exposedBy(papers, ceiling(papers, percent), lacks)
	enough := percent
	for enough < 100 && !pl.exposedBy(papers, ceiling(papers, enough), nil) {
		enough++
	}
	most := int32(ceiling(papers, percent))
	for c, n := range lacks {
		if n == 0 {
			continue
		}
		has := int(pl.start[(c+1)*kinds] - pl.start[c*kinds])
		missing := int((n + most - 1) / most)
		short.Cells = append(short.Cells, CellShortage{
			Cell: pl.cells[c].Cell, Need: pl.cells[c].Count, Usable: has, Missing: missing, Reason: Exposure,
			Help: []Help{{AddItems, missing}, {RaiseExposure, enough}},
		})
	}
	return short
}

// ceiling is the number of papers out of n on which an item may stand: the
// whole part, but never less than one, or nothing could be drawn at all.
func ceiling(n, percent int) int { return max(n*percent/100, 1) }

// exposedBy runs the flow of all papers; lacks, if given, receives what each
// cell lacks, in places over all papers.
func (pl *Plan) exposedBy(papers, most int, lacks []int32) bool {
	var net network
	cells := int32(len(pl.cells))
	sink := 1 + cells + int32(pl.points)
	net.reset(int(sink) + 1)
	need := make([]int32, cells)
	arcs := make([]int32, cells)
	want := int32(0)
	for c := range cells {
		need[c] = int32(pl.cells[c].Count * papers)
		arcs[c] = net.add(0, 1+c, need[c], 0)
		want += need[c]
	}
	for _, g := range pl.groups {
		net.add(1+g.row/kinds, 1+cells+g.point, (g.to-g.from)*int32(most), 0)
	}
	for p := range int32(pl.points) {
		net.add(1+cells+p, sink, int32(pl.cap)*int32(papers), 0)
	}
	amount, _ := net.run(0, sink)
	for c := range lacks {
		lacks[c] = need[c] - net.flow(arcs[c])
	}
	return amount == want
}

package draw

import "math"

// variety is the decimal logarithm of the number of different papers, by the
// saddle point of their generating function: every cell has a weight and,
// where a mix is demanded, every difficulty another, so that the sum over all
// choices that keep the limit per point has the wanted counts on average; the
// choices that have them exactly are then a known part of it.
//
// Source: Good, "Saddle-point methods for the multinomial distribution",
// 1957. One is added to each factor of the determinant of 2πΣ, so that a cell
// without any choice divides by one; for binomials this is nearer than Good's
// own.
func (pl *Plan) variety() float64 {
	v := newVariety(pl)
	for range 300 {
		if v.balance() < 1e-4 {
			break
		}
	}
	return max(v.log()/math.Ln10, 0)
}

// variety is the saddle point on its way.
type variety struct {
	pl     *Plan
	points [][]group // the groups of each point
	cell   []float64 // weight per cell
	shade  [kinds]float64
	want   []float64 // per cell, then per difficulty where there is a mix
	most   []float64 // the same: how many there could be
	have   []float64
	tail   []float64 // scratch of one point
}

func newVariety(pl *Plan) *variety {
	v := &variety{pl: pl, points: make([][]group, pl.points), cell: make([]float64, len(pl.cells))}
	n := len(pl.cells)
	v.want, v.most = make([]float64, n+kinds), make([]float64, n+kinds)
	for _, g := range pl.groups {
		v.points[g.point] = append(v.points[g.point], g)
	}
	for c := range pl.cells {
		v.want[c], v.cell[c] = float64(pl.cells[c].Count), 1
	}
	for d := range kinds {
		v.want[n+d], v.shade[d] = float64(pl.quota[d]), 1
	}
	for _, groups := range v.points {
		held := map[int]int32{}
		for _, g := range groups {
			held[int(g.row)/kinds] += g.to - g.from
			held[n+int(g.row)%kinds] += g.to - g.from
		}
		for i, k := range held {
			v.most[i] += float64(min(k, int32(pl.cap)))
		}
	}
	for c := range pl.cells {
		v.cell[c] = odds(v.want[c], v.most[c])
	}
	v.have = make([]float64, n+kinds)
	return v
}

// odds of a share, held within what floats can bear.
func odds(k, of float64) float64 { return min(max(k/max(of-k, 1e-6), 1e-9), 1e9) }

func (v *variety) weight(g group) float64 {
	w := v.cell[g.row/kinds]
	if v.pl.mixed {
		w *= v.shade[g.row%kinds]
	}
	return w
}

// sum is the sum over all choices at one point, and the expected number that
// each of its groups gives.
func (v *variety) sum(groups []group, expect []float64) float64 {
	limit := int(v.pl.cap)
	if limit == 1 {
		all := 1.0
		for i, g := range groups {
			expect[i] = float64(g.to-g.from) * v.weight(g)
			all += expect[i]
		}
		for i := range groups {
			expect[i] /= all
		}
		return all
	}
	// The coefficient of t^j says how much choices of j items weigh.
	of := func(skip int) []float64 {
		poly := make([]float64, limit+1)
		poly[0] = 1
		for i, g := range groups {
			times := int(g.to - g.from)
			if i == skip {
				times--
			}
			w := v.weight(g)
			for range min(times, 400) {
				for j := limit; j > 0; j-- {
					poly[j] += poly[j-1] * w
				}
			}
		}
		return poly
	}
	all := 0.0
	for _, c := range of(-1) {
		all += c
	}
	for i, g := range groups {
		rest := 0.0
		for _, c := range of(i)[:limit] {
			rest += c
		}
		expect[i] = float64(g.to-g.from) * v.weight(g) * rest / all
	}
	return all
}

// balance brings the weights nearer to the wanted counts, cells first, then
// difficulties, and returns how far off the worst still was.
func (v *variety) balance() float64 {
	n := len(v.pl.cells)
	worst := v.measure()
	for c := range n {
		v.cell[c] = min(max(v.cell[c]*odds(v.want[c], v.most[c])/odds(v.have[c], v.most[c]), 1e-9), 1e9)
	}
	if v.pl.mixed {
		worst = max(worst, v.measure())
		for d := range kinds {
			i := n + d
			v.shade[d] = min(max(v.shade[d]*odds(v.want[i], v.most[i])/odds(v.have[i], v.most[i]), 1e-9), 1e9)
		}
	}
	return worst
}

func (v *variety) measure() (worst float64) {
	clear(v.have)
	n := len(v.pl.cells)
	for _, groups := range v.points {
		if len(v.tail) < len(groups) {
			v.tail = make([]float64, len(groups))
		}
		v.sum(groups, v.tail)
		for i, g := range groups {
			v.have[int(g.row)/kinds] += v.tail[i]
			v.have[n+int(g.row)%kinds] += v.tail[i]
		}
	}
	for i := range v.have {
		if i < n || v.pl.mixed {
			worst = max(worst, math.Abs(v.have[i]-v.want[i]))
		}
	}
	return worst
}

// log is the natural logarithm of the count. The last difficulty follows from
// the other four and the cells, so it is no condition of its own.
func (v *variety) log() float64 {
	n := len(v.pl.cells)
	size := n
	if v.pl.mixed {
		size += kinds - 1
	}
	spread := make([][]float64, size)
	for i := range spread {
		spread[i] = make([]float64, size)
	}
	add := func(i, j int, x float64) {
		if i < size && j < size {
			spread[i][j] += 2 * math.Pi * x
		}
	}
	total := 0.0
	for _, groups := range v.points {
		total += math.Log(v.sum(groups, v.tail))
		for i, g := range groups {
			rows := [2]int{int(g.row) / kinds, n + int(g.row)%kinds}
			for _, a := range rows {
				for _, b := range rows {
					add(a, b, v.tail[i])
				}
			}
			// With one item per point, two groups of a point exclude each other.
			for j, h := range groups {
				both := v.tail[i] * v.tail[j] / float64(v.pl.cap)
				for _, a := range rows {
					for _, b := range [2]int{int(h.row) / kinds, n + int(h.row)%kinds} {
						add(a, b, -both)
					}
				}
			}
		}
	}
	for c := range n {
		total -= v.want[c] * math.Log(v.cell[c])
	}
	if v.pl.mixed {
		for d := range kinds {
			total -= v.want[n+d] * math.Log(v.shade[d])
		}
	}
	return total - logSpread(spread)/2
}

// logSpread is the logarithm of what the conditions divide by, one after the
// other: of each, one more than the variance that those before it leave. The
// matrix is symmetric and positive but for rounding.
func logSpread(m [][]float64) float64 {
	sum := 0.0
	for i := range m {
		if m[i][i] < 1e-9 {
			continue
		}
		sum += math.Log1p(m[i][i])
		for r := i + 1; r < len(m); r++ {
			f := m[r][i] / m[i][i]
			if f == 0 {
				continue
			}
			for c := i; c < len(m); c++ {
				m[r][c] -= f * m[i][c]
			}
		}
	}
	return sum
}

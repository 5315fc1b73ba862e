package stats

import (
	"math"
	"slices"

	"gongyuan/bank"
)

// Method is how a reliability was estimated.
type Method string

// The methods.
const (
	// KR20: everybody had the same items, each right or wrong (Kuder &
	// Richardson, Psychometrika 2, 1937, formula 20). It is alpha for such items.
	KR20 Method = "kr-20"
	// Alpha: everybody had the same items (Cronbach, Psychometrika 16, 1951):
	// k/(k−1)·(1 − Σ variance of items / variance of totals).
	Alpha Method = "alpha"
	// Nested: papers differ, so there is no common set of items to take alpha
	// of. Items are taken as drawn at random for each person: the error variance
	// of a total is Σ n·f²·v over its groups of n items of equal worth f, v being
	// the variance of the person's shares within the group, and reliability is
	// 1 − mean error variance / variance of totals. For equal items and papers of
	// equal length that is ICC(1,k) of Shrout & Fleiss (Psychol. Bull. 86, 1979)
	// with items for raters. That some papers were harder counts as error here,
	// so it is lower than alpha would be.
	Nested Method = "nested"
)

// Bins is into how many classes a histogram is cut: five points each on a scale
// of a hundred, so that the usual pass mark is an edge.
const Bins = 20

// Paper is how totals lie. Marks are on the scale of Full: where papers were
// worth different amounts, each total is scaled to it.
type Paper struct {
	People      int
	Items       int        // different ones, on all papers
	Length      float64    // items on a paper, on average
	Full        bank.Marks // what most papers could earn at best
	Mean        Figure     // marks
	SD          Figure     // marks, of the sample (N−1)
	Reliability Figure
	Method      Method
	SEM         Figure // marks: SD·√(1−reliability), with a reliability below 0 as 0
	Histogram   [Bins]int
}

func paperOf(people []Person) Paper {
	out := Paper{People: len(people), Mean: undefined(NoPeople), SD: undefined(NoPeople), Reliability: undefined(NoPeople), SEM: undefined(NoPeople)}
	if len(people) == 0 {
		return out
	}
	items := map[int]bool{}
	totals := make([]float64, len(people))
	cells := 0
	for i, p := range people {
		score, full := p.total()
		totals[i] = share(score, full)
		out.Full = max(out.Full, full)
		cells += len(p)
		for _, c := range p {
			items[c.Item] = true
		}
		out.Histogram[min(Bins-1, max(0, int(Bins*score/full)))]++
	}
	out.Items, out.Length = len(items), float64(cells)/float64(len(people))
	scale := float64(out.Full)
	out.Mean = figure(mean(totals) * scale)
	if len(people) < 2 {
		out.SD, out.Reliability, out.SEM = undefined(TooFew), undefined(TooFew), undefined(TooFew)
		return out
	}
	variance := spread(totals, totals).XX / float64(len(people)-1)
	out.SD = figure(math.Sqrt(variance) * scale)
	out.Reliability, out.Method = reliability(people, variance)
	out.SEM = out.Reliability
	if out.SEM.Known() {
		out.SEM = figure(out.SD.Value * math.Sqrt(1-max(0, out.Reliability.Value)))
	}
	return out
}

// reliability of the totals, whose variance as shares is given.
func reliability(people []Person, variance float64) (Figure, Method) {
	method := methodOf(people)
	if variance <= 0 {
		return undefined(NoVariance), method
	}
	if method == Nested {
		return nested(people, variance), method
	}
	by := map[int][]float64{}
	var full bank.Marks
	for _, c := range people[0] {
		full += c.Full
	}
	for _, p := range people {
		for _, c := range p {
			by[c.Item] = append(by[c.Item], share(c.Score, full))
		}
	}
	if len(by) < 2 {
		return undefined(TooFew), method
	}
	parts := make([]float64, 0, len(by))
	for _, xs := range by {
		parts = append(parts, spread(xs, xs).XX/float64(len(people)-1))
	}
	slices.Sort(parts) // a map has no order, and sums of floats depend on it
	sum := 0.0
	for _, v := range parts {
		sum += v
	}
	k := float64(len(by))
	return figure(k / (k - 1) * (1 - sum/variance)), method
}

// methodOf looks whether everybody had the same items for the same marks.
func methodOf(people []Person) Method {
	worth := map[int]bank.Marks{}
	for _, c := range people[0] {
		worth[c.Item] = c.Full
	}
	binary := true
	for _, p := range people {
		if len(p) != len(worth) {
			return Nested
		}
		for _, c := range p {
			if worth[c.Item] != c.Full {
				return Nested
			}
			binary = binary && (c.Score == 0 || c.Score == c.Full)
		}
	}
	if binary {
		return KR20
	}
	return Alpha
}

// nested is the estimate for papers that differ.
func nested(people []Person, variance float64) Figure {
	sum := 0.0
	for _, p := range people {
		if len(p) < 2 {
			return undefined(TooFew)
		}
		sum += p.errorVariance()
	}
	return figure(1 - sum/float64(len(people))/variance)
}

// errorVariance of a person's total as a share. An item that is the only one of
// its worth takes the variance of all of the person's items.
func (p Person) errorVariance() float64 {
	groups := map[bank.Marks][]float64{}
	var all []float64
	var full bank.Marks
	for _, c := range p {
		x := share(c.Score, c.Full)
		groups[c.Full] = append(groups[c.Full], x)
		all = append(all, x)
		full += c.Full
	}
	worths := make([]bank.Marks, 0, len(groups))
	for f := range groups {
		worths = append(worths, f)
	}
	slices.Sort(worths)
	sum := 0.0
	for _, f := range worths {
		xs, weight := groups[f], share(f, full)
		n := float64(len(xs))
		if len(xs) < 2 {
			xs = all
		}
		sum += n * weight * weight * spread(xs, xs).XX / float64(len(xs)-1)
	}
	return sum
}

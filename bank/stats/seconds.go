package stats

import (
	"math"
	"slices"
)

// Durations counts times in classes whose borders grow by an eighth of a
// doubling, 9 % each, from half a second to over an hour: a median read off it
// is at most 5 % wrong, and the counts of sittings can be added, which medians
// cannot. Class i is [0.5·2^(i/8), 0.5·2^((i+1)/8)) seconds; what lies beyond
// the ends is in the first and the last.
type Durations []int

const (
	durationClasses = 104
	perDoubling     = 8
	shortest        = 0.5
)

// add counts a time; unknown ones (0 or less) are not counted.
func (d *Durations) add(seconds float64) {
	if seconds <= 0 || math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return
	}
	class := int(math.Floor(perDoubling * math.Log2(seconds/shortest)))
	class = min(max(class, 0), durationClasses-1)
	for len(*d) <= class {
		*d = append(*d, 0)
	}
	(*d)[class]++
}

func (d Durations) plus(o Durations) Durations {
	if len(d) < len(o) {
		d, o = o, d
	}
	out := slices.Clone(d)
	for i, n := range o {
		out[i] += n
	}
	return out
}

// Median is the time that half of the people took no longer than, in seconds:
// the geometric middle of the class in which it falls.
func (d Durations) Median() Figure {
	total := 0
	for _, n := range d {
		total += n
	}
	if total == 0 {
		return undefined(NotAsked)
	}
	below := 0
	for i, n := range d {
		if below += n; 2*below >= total {
			return figure(shortest * math.Exp2((float64(i)+0.5)/perDoubling))
		}
	}
	return undefined(NotAsked)
}

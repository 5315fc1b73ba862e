package stats

import (
	"cmp"
	"slices"

	"gongyuan/bank"
)

// tail is the share of people in each of the two groups of D: 27 % at either
// end of the total score (Kelley, The selection of upper and lower groups for
// the validation of test items, J. Educ. Psychol. 30, 1939).
const tail = 0.27

// Thirds are people by total score: low, middle, high.
type Thirds [3]int

// Sum is all of them.
func (t Thirds) Sum() int { return t[0] + t[1] + t[2] }

// OptionSums counts who chose an option.
type OptionSums struct {
	Option bank.OptionID
	Thirds Thirds
	// Rest is the spread of choosing it against the share of the rest.
	Rest Spread
}

// Sums is what is kept of an item revision at one sitting. Those of several
// sittings can be added, and every figure follows from them: nothing has to be
// read again.
type Sums struct {
	People   int // who had it on their paper
	Omitted  int
	Score    float64 // sum of the shares of its marks
	Total    Spread  // of its share against the share of the whole paper
	Rest     Spread  // against the share of the rest of the paper
	RestOf   int     // people whose paper held more than this item
	Upper    Group
	Lower    Group
	Thirds   Thirds // people in each third
	Right    Thirds // of them, with full marks
	Blank    Thirds // of them, without an answer
	Options  []OptionSums
	Seconds  Durations
	Sittings int
}

// Group is the people at one end of the total score. Where the border falls
// among people with equal totals, all of them belong to the group by the same
// fraction, so that the order in which they are listed decides nothing.
type Group struct {
	Weight float64 // how many people
	Score  float64 // sum of their shares of the item's marks
}

// seen is one person's cell of an item with what it is compared with.
type seen struct {
	cell  *Cell
	x     float64 // share of the item
	total float64 // share of the paper
	rest  float64 // share of the paper without the item
}

// sum adds up the cells of one item.
func sum(item *Item, all []seen) Sums {
	s := Sums{People: len(all), Sittings: 1}
	if len(all) == 0 {
		return s
	}
	var x, total, restX, rest []float64
	var with []seen
	for _, v := range all {
		s.Score += v.x
		if v.cell.Omitted {
			s.Omitted++
		}
		x, total = append(x, v.x), append(total, v.total)
		if v.rest >= 0 {
			restX, rest, with = append(restX, v.x), append(rest, v.rest), append(with, v)
		}
		s.Seconds.add(v.cell.Seconds)
	}
	s.Total, s.Rest, s.RestOf = spread(x, total), spread(restX, rest), len(rest)
	s.ends(all)
	third := thirds(total)
	for i, v := range all {
		s.Thirds[third[i]]++
		if v.cell.Score >= v.cell.Full {
			s.Right[third[i]]++
		}
		if v.cell.Omitted {
			s.Blank[third[i]]++
		}
	}
	for _, o := range item.Options {
		s.Options = append(s.Options, option(o, all, third, with, rest))
	}
	return s
}

func option(o bank.OptionID, all []seen, third []int, with []seen, rest []float64) OptionSums {
	out := OptionSums{Option: o}
	for i, v := range all {
		if slices.Contains(v.cell.Chosen, o) {
			out.Thirds[third[i]]++
		}
	}
	chose := make([]float64, len(with))
	for i, v := range with {
		if slices.Contains(v.cell.Chosen, o) {
			chose[i] = 1
		}
	}
	out.Rest = spread(chose, rest)
	return out
}

// ends fills the two groups of D.
func (s *Sums) ends(all []seen) {
	size := tail * float64(len(all))
	up := slices.Clone(all)
	slices.SortFunc(up, func(a, b seen) int { return cmp.Compare(b.total, a.total) })
	s.Upper = take(up, size)
	slices.Reverse(up)
	s.Lower = take(up, size)
}

// take takes the first people of a list, as many as size, which need not be
// whole; people with equal totals are taken by equal fractions.
func take(in []seen, size float64) Group {
	var g Group
	for i := 0; i < len(in) && g.Weight < size; {
		j, tied := i, 0.0
		for ; j < len(in) && in[j].total == in[i].total; j++ {
			tied += in[j].x
		}
		w := min(1, (size-g.Weight)/float64(j-i))
		g.Score += w * tied
		g.Weight += w * float64(j-i)
		i = j
	}
	return g
}

// thirds gives each person the third of their middle rank. People with equal
// totals are always in the same third, so thirds are as even as ties allow.
func thirds(total []float64) []int {
	sorted := slices.Sorted(slices.Values(total))
	out := make([]int, len(total))
	for i, t := range total {
		below, _ := slices.BinarySearch(sorted, t)
		upTo, _ := slices.BinarySearchFunc(sorted, t, func(a, b float64) int {
			if a <= b {
				return -1
			}
			return 1
		})
		// Three times the middle of its ranks, in whole numbers.
		switch twice := 3 * (below + upTo); {
		case twice < 2*len(total):
			out[i] = 0
		case twice > 4*len(total):
			out[i] = 2
		default:
			out[i] = 1
		}
	}
	return out
}

// Plus adds what the same revision did at another sitting. Groups and thirds
// stay those of each sitting: somebody who was strong at theirs is strong.
func (s Sums) Plus(o Sums) Sums {
	out := Sums{
		People: s.People + o.People, Omitted: s.Omitted + o.Omitted, Score: s.Score + o.Score, Total: s.Total.plus(o.Total),
		Rest: s.Rest.plus(o.Rest), RestOf: s.RestOf + o.RestOf,
		Upper:  Group{s.Upper.Weight + o.Upper.Weight, s.Upper.Score + o.Upper.Score},
		Lower:  Group{s.Lower.Weight + o.Lower.Weight, s.Lower.Score + o.Lower.Score},
		Thirds: s.Thirds.plus(o.Thirds), Right: s.Right.plus(o.Right), Blank: s.Blank.plus(o.Blank),
		Seconds: s.Seconds.plus(o.Seconds), Sittings: s.Sittings + o.Sittings,
	}
	out.Options = slices.Clone(s.Options)
	for _, x := range o.Options {
		if i := slices.IndexFunc(out.Options, func(y OptionSums) bool { return y.Option == x.Option }); i >= 0 {
			out.Options[i] = OptionSums{x.Option, out.Options[i].Thirds.plus(x.Thirds), out.Options[i].Rest.plus(x.Rest)}
		} else {
			out.Options = append(out.Options, x)
		}
	}
	return out
}

func (t Thirds) plus(o Thirds) Thirds { return Thirds{t[0] + o[0], t[1] + o[1], t[2] + o[2]} }

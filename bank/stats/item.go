package stats

import "gongyuan/bank"

// leastPeople is how few people a correlation is taken of: of two it is always
// 1 or −1, which says nothing.
const leastPeople = 3

// Figures is what sums come to.
type Figures struct {
	People int
	// Facility (p, 答对率) is the mean share of the item's marks: for items that
	// are right or wrong the part of people who had it right. Who left it blank
	// counts with nothing (Crocker & Algina, Introduction to Classical and
	// Modern Test Theory, 1986, ch. 14).
	Facility Figure
	// ItemTotal is the correlation of the item with the total, itself included.
	ItemTotal Figure
	// ItemRest is the corrected point-biserial (区分度): the correlation with the
	// total of the other items (Henrysson, Psychometrika 28, 1963). Undefined
	// where everybody scored the same on either.
	ItemRest Figure
	// D is the facility among the upper 27 % by total score less that among the
	// lower 27 %. See Group for ties.
	D       Figure
	Omitted Figure // the part of people who left it blank
	Median  Figure // seconds, see Durations
	Options []OptionFigures
}

// OptionFigures is how one option was chosen.
type OptionFigures struct {
	Option bank.OptionID
	Thirds Thirds
	Chosen Figure // the part of all people
	// Rest is the correlation of choosing it with the score on the rest: what
	// the item's discrimination would be if this option alone were the key.
	Rest Figure
}

// Figures computes what the sums come to. It is the same for one sitting and
// for several that were added.
func (s *Sums) Figures() Figures {
	out := Figures{
		People: s.People, Facility: ratio(s.Score, float64(s.People)), Omitted: ratio(float64(s.Omitted), float64(s.People)),
		ItemTotal: s.correlated(s.Total, s.People), ItemRest: s.correlated(s.Rest, s.RestOf), Median: s.Seconds.Median(),
	}
	upper, lower := ratio(s.Upper.Score, s.Upper.Weight), ratio(s.Lower.Score, s.Lower.Weight)
	switch {
	case s.People == 0:
		out.D = undefined(NoPeople)
	case s.People < leastPeople:
		out.D = undefined(TooFew)
	case s.Total.YY <= 0:
		out.D = undefined(NoVariance) // no upper and lower end without any spread
	default:
		out.D = figure(upper.Value - lower.Value)
	}
	for _, o := range s.Options {
		out.Options = append(out.Options, OptionFigures{
			Option: o.Option, Thirds: o.Thirds, Chosen: ratio(float64(o.Thirds.Sum()), float64(s.People)), Rest: s.correlated(o.Rest, s.RestOf),
		})
	}
	return out
}

func (s *Sums) correlated(of Spread, people int) Figure {
	switch {
	case s.People == 0:
		return undefined(NoPeople)
	case people == 0:
		return undefined(NoRest)
	case people < leastPeople:
		return undefined(TooFew)
	}
	return of.correlation()
}

func ratio(a, b float64) Figure {
	if b <= 0 {
		return undefined(NoPeople)
	}
	return figure(a / b)
}

// Analysis is everything about one sitting.
type Analysis struct {
	Paper Paper
	Items []Sums // in the order of the matrix's items
}

// Analyse computes the figures of a sitting. A cell that names no item of the
// matrix, or is worth nothing, does not count.
func Analyse(m *Matrix) Analysis {
	by := make([][]seen, len(m.Items))
	people := make([]Person, 0, len(m.People))
	for _, p := range m.People {
		var kept Person
		for _, c := range p {
			if c.Item >= 0 && c.Item < len(m.Items) && c.Full > 0 {
				kept = append(kept, c)
			}
		}
		if len(kept) == 0 {
			continue // nothing of theirs counts
		}
		people = append(people, kept)
		score, full := kept.total()
		for i := range kept {
			c := &kept[i]
			v := seen{cell: c, x: share(c.Score, c.Full), total: share(score, full), rest: -1}
			if rest := full - c.Full; rest > 0 {
				v.rest = max(0, share(score-c.Score, rest))
			}
			by[c.Item] = append(by[c.Item], v)
		}
	}
	out := Analysis{Paper: paperOf(people), Items: make([]Sums, len(m.Items))}
	for i := range m.Items {
		out.Items[i] = sum(&m.Items[i], by[i])
	}
	return out
}

package stats

import (
	"cmp"
	"slices"

	"gongyuan/bank"
)

// Limits are from where on a figure is suspicious. They are data: a bank may
// have its own.
type Limits struct {
	MinPeople int // fewer people than this and nothing is said
	// Parts of 1.
	TooHard     float64 // facility below it
	TooEasy     float64 // facility above it
	Low         float64 // discrimination (item–rest) below it
	RareOption  float64 // an option chosen by less
	Omitted     float64 // left blank by more
	OtherOption float64 // by how much the high third prefers an option to the key
	// Times of the usual time for the type at the sitting.
	Slow float64 // median longer than
	Fast float64 // median shorter than
}

// DefaultLimits are rules of thumb of the trade, not of any standard: they are
// there to be changed.
func DefaultLimits() Limits {
	return Limits{
		MinPeople: 30, TooHard: 0.20, TooEasy: 0.95, Low: 0.10, RareOption: 0.02, Omitted: 0.10, OtherOption: 0.05, Slow: 3, Fast: 0.33,
	}
}

// Valid tells whether limits can be worked with; else the field that is wrong.
func (l *Limits) Valid() (field string, ok bool) {
	for _, f := range []struct {
		name      string
		v, lo, hi float64
	}{
		{"minPeople", float64(l.MinPeople), 3, 10000}, {"tooHard", l.TooHard, 0, 1}, {"tooEasy", l.TooEasy, 0, 1}, {"low", l.Low, -1, 1},
		{"rareOption", l.RareOption, 0, 1}, {"omitted", l.Omitted, 0, 1}, {"otherOption", l.OtherOption, 0, 1}, {"slow", l.Slow, 1, 100}, {"fast", l.Fast, 0, 1},
	} {
		if !(f.v >= f.lo && f.v <= f.hi) { // also refuses what is no number
			return f.name, false
		}
	}
	if l.TooHard >= l.TooEasy {
		return "tooEasy", false
	}
	return "", true
}

// Kind is what is suspicious about an item.
type Kind string

// The kinds, what is most likely to be a mistake first.
const (
	KeyDoubt Kind = "key"         // the high third prefers another option to the key, which would discriminate better
	Negative Kind = "negative"    // who is stronger does worse on it
	TooHard  Kind = "too-hard"    // hardly anybody has it right
	LowDisc  Kind = "low"         // it does not tell the strong from the weak
	Blank    Kind = "omitted"     // many left it blank
	Slow     Kind = "slow"        // it takes much longer than others of its type
	Fast     Kind = "fast"        // it takes much less time
	Rare     Kind = "rare-option" // hardly anybody chooses an option
	TooEasy  Kind = "too-easy"    // everybody has it right
)

// Kinds lists them in that order.
func Kinds() []Kind {
	return []Kind{KeyDoubt, Negative, TooHard, LowDisc, Blank, Slow, Fast, Rare, TooEasy}
}

// Finding is one thing that is suspicious, with the figures that say so.
type Finding struct {
	Kind   Kind
	Option bank.OptionID // KeyDoubt and Rare
	Value  float64       // the figure: a part, a correlation, or for times a multiple
	Limit  float64       // KeyDoubt: what the key has in the high third
}

// Judge says what is suspicious about an item: what is most likely a mistake
// first. Usual is the median time of items of its type at the sitting, 0 for
// unknown. It changes nothing by itself, and a finding is a question, not an
// answer. With fewer people than the limit it says nothing.
func Judge(item *Item, s *Sums, f *Figures, usual float64, l *Limits) []Finding {
	if s.People < l.MinPeople {
		return nil
	}
	var out []Finding
	if o, high, key, ok := preferred(item, s); ok && high-key > l.OtherOption && better(f, o) {
		out = append(out, Finding{KeyDoubt, o, high, key})
	}
	switch r := f.ItemRest; {
	case r.Known() && r.Value < 0:
		out = append(out, Finding{Kind: Negative, Value: r.Value})
	case r.Known() && r.Value < l.Low:
		out = append(out, Finding{Kind: LowDisc, Value: r.Value, Limit: l.Low})
	}
	if p := f.Facility; p.Known() && p.Value < l.TooHard {
		out = append(out, Finding{Kind: TooHard, Value: p.Value, Limit: l.TooHard})
	} else if p.Known() && p.Value > l.TooEasy {
		out = append(out, Finding{Kind: TooEasy, Value: p.Value, Limit: l.TooEasy})
	}
	if f.Omitted.Known() && f.Omitted.Value > l.Omitted {
		out = append(out, Finding{Kind: Blank, Value: f.Omitted.Value, Limit: l.Omitted})
	}
	if m := f.Median; m.Known() && usual > 0 {
		switch times := m.Value / usual; {
		case times > l.Slow:
			out = append(out, Finding{Kind: Slow, Value: times, Limit: l.Slow})
		case times < l.Fast:
			out = append(out, Finding{Kind: Fast, Value: times, Limit: l.Fast})
		}
	}
	out = append(out, rare(item, f, l)...)
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(rank(a.Kind), rank(b.Kind)) })
	return out
}

func rank(k Kind) int { return slices.Index(Kinds(), k) }

// preferred is the wrong option that most of the high third chose, and how many
// of them chose it and the key, as parts. For an item with several right
// options the key is the right option that fewest of them chose.
func preferred(item *Item, s *Sums) (o bank.OptionID, high, key float64, ok bool) {
	n := float64(s.Thirds[2])
	if n == 0 || len(item.Key) == 0 {
		return "", 0, 0, false
	}
	key = 1
	for _, x := range s.Options {
		part := float64(x.Thirds[2]) / n
		if slices.Contains(item.Key, x.Option) {
			key = min(key, part)
		} else if part > high {
			o, high, ok = x.Option, part, true
		}
	}
	return o, high, key, ok
}

// better tells whether an option would discriminate better than the key. On a
// very hard item the strong guess as well, and some option is ahead by chance;
// those who choose it are not the stronger ones then.
func better(f *Figures, o bank.OptionID) bool {
	i := slices.IndexFunc(f.Options, func(x OptionFigures) bool { return x.Option == o })
	if i < 0 || !f.Options[i].Rest.Known() || !f.ItemRest.Known() {
		return true
	}
	return f.Options[i].Rest.Value > f.ItemRest.Value
}

// rare are the options that hardly anybody chose. A judgement has two, and one
// of them is often plainly wrong; an item that everybody has right says no more
// by that than that it is easy, and one that most left blank no more than that.
func rare(item *Item, f *Figures, l *Limits) []Finding {
	if item.Type == bank.Judgement || f.Facility.Value > l.TooEasy || f.Omitted.Value > .5 {
		return nil
	}
	var out []Finding
	for _, o := range f.Options {
		if o.Chosen.Known() && o.Chosen.Value < l.RareOption {
			out = append(out, Finding{Rare, o.Option, o.Chosen.Value, l.RareOption})
		}
	}
	return out
}

// Worse puts findings in the order in which people should look at them: the
// kind of the first one, then the lower discrimination.
func Worse(a, b []Finding, fa, fb *Figures) int {
	first := func(f []Finding) int {
		if len(f) == 0 {
			return len(Kinds())
		}
		return rank(f[0].Kind)
	}
	return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(fa.ItemRest.Value, fb.ItemRest.Value))
}

// Usual is the median of the median times of items, by type. Types with fewer
// than three items that were timed have none.
func Usual(items []Item, all []Sums) map[bank.Type]float64 {
	by := map[bank.Type][]float64{}
	for i := range all {
		if m := all[i].Seconds.Median(); m.Known() {
			by[items[i].Type] = append(by[items[i].Type], m.Value)
		}
	}
	out := map[bank.Type]float64{}
	for t, xs := range by {
		if slices.Sort(xs); len(xs) >= 3 {
			out[t] = xs[len(xs)/2]
		}
	}
	return out
}

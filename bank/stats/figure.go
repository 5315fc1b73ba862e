package stats

import "math"

// Why says why a figure is undefined; empty for one that is defined.
type Why string

// The reasons.
const (
	NoPeople   Why = "no-people"   // nobody had it
	TooFew     Why = "too-few"     // fewer people, or items, than the formula needs
	NoVariance Why = "no-variance" // all people scored the same on one of the two
	NoRest     Why = "no-rest"     // the papers hold nothing besides this item
	NotAsked   Why = "not-asked"   // nothing of the kind was recorded
)

// Figure is a number, or the reason why there is none. Value is 0 then.
type Figure struct {
	Value float64
	Why   Why
}

// Known tells whether there is a number.
func (f Figure) Known() bool { return f.Why == "" }

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{Why: NoVariance}
	}
	return Figure{Value: v}
}

func undefined(why Why) Figure { return Figure{Why: why} }

// Spread is what a correlation is made of: sums of squares and of products
// about the means of each sitting. Those of several sittings are added, which
// gives the correlation within sittings: that one sitting was stronger than
// another, on an item that only one of them met, is not mistaken for
// discrimination.
type Spread struct {
	XX, YY, XY float64
}

// spread takes sums about the means, in two passes. Values that are all equal
// have a sum of squares of exactly 0, whatever their mean rounds to.
func spread(xs, ys []float64) Spread {
	mx, my := mean(xs), mean(ys)
	var s Spread
	for i, x := range xs {
		dx, dy := x-mx, ys[i]-my
		s.XX, s.YY, s.XY = s.XX+dx*dx, s.YY+dy*dy, s.XY+dx*dy
	}
	if flat(xs) {
		s.XX, s.XY = 0, 0
	}
	if flat(ys) {
		s.YY, s.XY = 0, 0
	}
	return s
}

func (s Spread) plus(o Spread) Spread { return Spread{s.XX + o.XX, s.YY + o.YY, s.XY + o.XY} }

// correlation is Pearson's r. For items that are right or wrong it is the
// point-biserial correlation.
func (s Spread) correlation() Figure {
	if s.XX <= 0 || s.YY <= 0 {
		return undefined(NoVariance)
	}
	return figure(max(-1, min(1, s.XY/math.Sqrt(s.XX)/math.Sqrt(s.YY))))
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(max(len(xs), 1))
}

func flat(xs []float64) bool {
	for _, x := range xs {
		if x != xs[0] {
			return false
		}
	}
	return true
}

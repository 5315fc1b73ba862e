package marking

import (
	"gongyuan/bank"
	"gongyuan/engine/result"
)

// Combined is what the marks of a piece come to.
type Combined struct {
	Known   bool // whether they come to anything yet
	Third   bool // whether a third has to mark
	Awarded bank.Marks
	Rule    result.PeopleRule
}

// Combine makes one mark of those of the first two and of a third, nil for
// what is not given. It does not ask in which order they came. Two that lie
// within the tolerance count by their mean, half up, whatever a third gave;
// else the mean of the two nearest of three does, and where no two are nearer
// than the others the third's. Marks are brought to within 0 and points.
func Combine(points, within bank.Marks, first, second, third *bank.Marks) Combined {
	if first == nil || second == nil {
		return Combined{}
	}
	a, b := clip(*first, points), clip(*second, points)
	if distance(a, b) <= within {
		return Combined{Known: true, Awarded: mean(a, b), Rule: result.AgreedMean}
	}
	if third == nil {
		return Combined{Third: true}
	}
	c := clip(*third, points)
	ab, ac, bc := distance(a, b), distance(a, c), distance(b, c)
	switch {
	case ab < ac && ab < bc:
		return Combined{Known: true, Third: true, Awarded: mean(a, b), Rule: result.NearestMean}
	case ac < ab && ac < bc:
		return Combined{Known: true, Third: true, Awarded: mean(a, c), Rule: result.NearestMean}
	case bc < ab && bc < ac:
		return Combined{Known: true, Third: true, Awarded: mean(b, c), Rule: result.NearestMean}
	}
	return Combined{Known: true, Third: true, Awarded: c, Rule: result.ThirdCounts}
}

func clip(m, points bank.Marks) bank.Marks { return min(max(m, 0), max(points, 0)) }

func mean(a, b bank.Marks) bank.Marks { return (a + b + 1) / 2 }

func distance(a, b bank.Marks) bank.Marks { return max(a-b, b-a) }

package assess

import (
	"slices"

	"gongyuan/bank"
)

// Rule is how the marks of several examiners become one. No text fixes it, so
// it is a parameter of the panel.
type Rule string

// The rules.
const (
	Mean        Rule = "mean"
	TrimmedMean Rule = "trimmed-mean" // without the highest and the lowest
	Median      Rule = "median"
)

// Valid tells whether r is one of the rules.
func (r Rule) Valid() bool { return r == Mean || r == TrimmedMean || r == Median }

// trimFrom is how many examiners a trimmed mean needs, so that three are left.
const trimFrom = 5

// Combine returns the marks of several examiners as one, in hundredths, half
// up. A trimmed mean of fewer than five is the mean: there would be too little
// left. The marks of nobody are 0. The order of the marks does not matter.
func Combine(rule Rule, marks []bank.Marks) bank.Marks {
	sorted := slices.Sorted(slices.Values(marks))
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case rule == Median:
		return mean(sorted[(n-1)/2 : n/2+1])
	case rule == TrimmedMean && n >= trimFrom:
		return mean(sorted[1 : n-1])
	}
	return mean(sorted)
}

// mean is ⌊sum/n + 1/2⌋ in integers. Go's division cuts towards zero, so a
// negative remainder is taken one down.
func mean(marks []bank.Marks) bank.Marks {
	var sum bank.Marks
	for _, m := range marks {
		sum += m
	}
	twice, n := 2*sum+bank.Marks(len(marks)), 2*bank.Marks(len(marks))
	quotient := twice / n
	if twice%n < 0 {
		quotient--
	}
	return quotient
}

// spreadOf is how far the highest and the lowest are apart.
func spreadOf(marks []bank.Marks) bank.Marks {
	if len(marks) == 0 {
		return 0
	}
	return slices.Max(marks) - slices.Min(marks)
}

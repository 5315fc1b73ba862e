package result

import (
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/standard"
)

// CarriedPart is a component that was passed at an earlier sitting and counts
// at a moment.
type CarriedPart struct {
	Kind    standard.Kind
	Awarded bank.Marks
	On      time.Time // when the sitting was
	Until   time.Time // up to and including this instant it counts
	From    CarriedFrom
}

// History is what a candidate has behind them at one level.
type History struct {
	Carried []CarriedPart // what counts at the moment that was asked for
	// Retaken says how often each component was taken again while another one
	// of the level was carried over.
	Retaken map[standard.Kind]int
}

// carries returns what is carried over of a kind.
func (h *History) carries(k standard.Kind) (CarriedPart, bool) {
	i := slices.IndexFunc(h.Carried, func(c CarriedPart) bool { return c.Kind == k })
	if i < 0 {
		return CarriedPart{}, false
	}
	return h.Carried[i], true
}

// HistoryOf reads the newest versions of a candidate's results of one
// occupation and level, in any order. What counts is judged at the moment at,
// by the rules of the scheme. Of two passes of one component the later counts.
// Results that are withheld carry nothing over.
func HistoryOf(scheme standard.Scheme, records []Record, at time.Time) History {
	h := History{Retaken: map[standard.Kind]int{}}
	sorted := slices.SortedFunc(slices.Values(records), func(a, b Record) int { return a.Sat.Compare(b.Sat) })
	for _, r := range sorted {
		carried := slices.ContainsFunc(r.Outcome.Components, func(c Component) bool { return c.State == Carried })
		for _, c := range r.Outcome.Components {
			if carried && took(c) {
				h.Retaken[c.Kind]++
			}
			if c.Verdict != Passed || c.State != Scored || r.Outcome.Result == Withheld {
				continue
			}
			until := scheme.Rules.Carry.Until(r.Sat)
			h.Carried = slices.DeleteFunc(h.Carried, func(o CarriedPart) bool { return o.Kind == c.Kind })
			if !at.After(until) {
				h.Carried = append(h.Carried, CarriedPart{c.Kind, c.Awarded, r.Sat, until, CarriedFrom{r.Registration, r.Sitting, r.Version}})
			}
		}
		if r.Outcome.Result == Qualified {
			// The level is reached: what follows is a new assessment.
			h.Carried, h.Retaken = nil, map[standard.Kind]int{}
		}
	}
	return h
}

// took tells whether the candidate had their go at a component.
func took(c Component) bool {
	return c.State == Scored || c.State == Vetoed || c.State == Cheated || c.State == Absent
}

// Retake says which components a candidate with this history takes: those that
// are not carried over. exhausted names those among them that were retaken as
// often as the rules allow; with one of them the level has to be taken anew.
// Where nothing is carried over, all are taken and nothing is exhausted.
func (h *History) Retake(scheme standard.Scheme) (takes, exhausted []standard.Kind) {
	for _, c := range scheme.Components {
		if _, ok := h.carries(c.Kind); ok {
			continue
		}
		takes = append(takes, c.Kind)
		if len(h.Carried) > 0 && h.Retaken[c.Kind] >= scheme.Rules.Carry.Retakes {
			exhausted = append(exhausted, c.Kind)
		}
	}
	return takes, exhausted
}

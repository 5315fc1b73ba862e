package itemstat

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/sitting"
)

// Errors of this package.
var (
	ErrNotFound  = errors.New("itemstat: not found")
	ErrState     = errors.New("itemstat: the sitting is not over")
	ErrForbidden = errors.New("itemstat: not yours to read or to do")
	ErrInvalid   = errors.New("itemstat: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return "itemstat: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Report is what a sitting came to.
type Report struct {
	Sitting sitting.ID
	Title   string
	Bank    bank.ID
	At      time.Time // when it was computed
	// Basis is a digest of the results that it was computed from.
	Basis  string
	Paper  stats.Paper
	Pass   bank.Marks // on the scale of Paper.Full
	Passed int
	// Left out: whose marks are not complete, and in whom misconduct was found.
	Incomplete int
	Misconduct int
	Items      []Record // by reference
}

// Record is what one revision, or one part of it, did at one sitting.
type Record struct {
	Sitting sitting.ID
	Title   string    // of the sitting
	On      time.Time // when the sitting opened
	Basis   string
	Item    stats.Item // as it was marked: with the key that counts
	Sums    stats.Sums
	Usual   float64 // median time of items of its type at the sitting; 0 for unknown
}

// Total is what a revision did at all its sittings.
type Total struct {
	Item     stats.Item // as the latest sitting had it
	Sums     stats.Sums
	Usual    float64
	Records  []Record // the latest first
	Figures  stats.Figures
	Findings []stats.Finding
}

func byRef(a, b bank.Ref) int {
	return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Part, b.Part))
}

// totals adds the records of each revision up, the newest revision first.
func totals(all []Record, limits *stats.Limits) []Total {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Record) int { return cmp.Or(b.On.Compare(a.On), cmp.Compare(a.Sitting, b.Sitting)) })
	var out []Total
	for _, r := range all {
		i := slices.IndexFunc(out, func(t Total) bool { return t.Item.Ref == r.Item.Ref })
		if i < 0 {
			i = len(out)
			out = append(out, Total{Item: r.Item, Usual: r.Usual})
		}
		out[i].Records = append(out[i].Records, r)
	}
	for i := range out {
		t := &out[i]
		// From the earliest on, so that the same sittings give the same floats.
		for k := len(t.Records) - 1; k >= 0; k-- {
			t.Sums = t.Sums.Plus(t.Records[k].Sums)
		}
		t.Figures = t.Sums.Figures()
		t.Findings = stats.Judge(&t.Item, &t.Sums, &t.Figures, t.Usual, limits)
	}
	slices.SortFunc(out, func(a, b Total) int {
		return cmp.Or(cmp.Compare(b.Item.Ref.Revision, a.Item.Ref.Revision), cmp.Compare(a.Item.Ref.Part, b.Item.Ref.Part))
	})
	return out
}

// figures are what lists show of an item: its newest revision that has any. Of
// a case they are the mean facility and the least discrimination of its parts.
func figures(all []Total) bank.ItemFigures {
	var out bank.ItemFigures
	var facility float64
	parts := 0
	for _, t := range all {
		if t.Item.Ref.Revision != all[0].Item.Ref.Revision {
			break
		}
		out.Revision, out.People = t.Item.Ref.Revision, max(out.People, t.Sums.People)
		if f := t.Figures.Facility; f.Known() {
			facility, parts = facility+f.Value, parts+1
		}
		if r := t.Figures.ItemRest; r.Known() && (out.Discrimination == nil || r.Value < *out.Discrimination) {
			out.Discrimination = &r.Value
		}
		for _, f := range t.Findings {
			if !slices.Contains(out.Findings, string(f.Kind)) {
				out.Findings = append(out.Findings, string(f.Kind))
			}
		}
	}
	if parts > 0 {
		facility /= float64(parts)
		out.Facility = &facility
	}
	return out
}

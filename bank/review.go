package bank

import (
	"slices"
	"strings"
)

// Review is a paper with what its candidate answered and earned, to be shown
// after the results are released and never before.
type Review struct {
	Sections []ViewSection
	Cases    []ViewCase
	Slots    []ReviewSlot
}

// ReviewSlot is one slot of a review. Right and Explanation are filled only
// where the sitting allows explanations.
type ReviewSlot struct {
	ViewSlot
	Response Response // letters as shown
	Mark     Mark
	// Right is what would have been right: for choice types the letters as
	// shown, for Blank one entry per blank with the accepted answers. The
	// reference answers of ShortAnswer and Essay are for markers only.
	Right       []string
	Explanation string
}

// ReviewInput is what NewReview needs. A slot without a response was not
// answered. A slot without a mark is marked by the engine, so that marks of
// people and of a regrade take precedence.
type ReviewInput struct {
	Paper            Paper
	Lookup           Lookup
	Responses        map[int]Response // by slot number
	Marks            map[int]Mark     // by slot number
	WithExplanations bool
}

// NewReview builds the review. Its errors are those of NewView.
func NewReview(in ReviewInput) (Review, error) {
	v, err := NewView(in.Paper, in.Lookup)
	if err != nil {
		return Review{}, err
	}
	out := Review{Sections: v.Sections, Cases: v.Cases, Slots: make([]ReviewSlot, len(v.Slots))}
	for i, s := range in.Paper.Slots {
		_, q, err := find(s, in.Lookup)
		if err != nil {
			return Review{}, err
		}
		r := in.Responses[s.Number]
		mark, ok := in.Marks[s.Number]
		if !ok {
			mark = MarkSlot(q, s, in.Paper.Sections[s.Section].Rule, r)
		}
		out.Slots[i] = ReviewSlot{ViewSlot: v.Slots[i], Response: r, Mark: mark}
		if in.WithExplanations {
			out.Slots[i].Right, out.Slots[i].Explanation = RightAsShown(q, s), q.Explanation
		}
	}
	return out, nil
}

// RightAsShown is what a question's key says, as whoever had the slot saw it:
// the letters shown, or for Blank one entry per blank. It must not reach a
// candidate before the results are released.
func RightAsShown(q *Question, s Slot) []string {
	var right []string
	for i, id := range shownOrder(q, s) {
		if slices.Contains(q.Key.Options, id) {
			right = append(right, Letter(i))
		}
	}
	if q.Type == Blank {
		for _, accepted := range q.Key.Blanks {
			right = append(right, strings.Join(accepted, " / "))
		}
	}
	return right
}

package bank

import "slices"

// Verdict is what marking found at one slot.
type Verdict string

// The verdicts. Waiting means that people have yet to mark.
const (
	Right      Verdict = "right"
	Partial    Verdict = "partial"
	Wrong      Verdict = "wrong"
	Unanswered Verdict = "unanswered"
	Waiting    Verdict = "waiting"
)

// Mark is what a response earned at one slot. ByPeople tells that the type is
// marked by people; an unanswered one has 0 and nothing to wait for.
type Mark struct {
	Awarded  Marks
	Verdict  Verdict
	ByPeople bool
}

// MarkSlot marks a response against the key of q, which is the question or the
// part that slot pins. The letters of r are those the candidate saw and are
// translated by slot.Order. It is pure and total: what ValidateResponse would
// refuse earns nothing. rule concerns Multiple only.
func MarkSlot(q *Question, slot Slot, rule MultipleRule, r Response) Mark {
	byPeople := q.Type == ShortAnswer || q.Type == Essay
	if r.Empty() {
		return Mark{Verdict: Unanswered, ByPeople: byPeople}
	}
	if byPeople {
		return Mark{Verdict: Waiting, ByPeople: true}
	}
	switch {
	case q.Type == Multiple:
		return markOf(markMultiple(q, slot, rule, r), slot.Points)
	case q.Type.Choice():
		right, wrong := tally(q, slot, r)
		if right == 1 && wrong == 0 && len(q.Key.Options) == 1 {
			return markOf(slot.Points, slot.Points)
		}
	case q.Type == Blank:
		return markBlanks(q, slot, r)
	}
	return Mark{Verdict: Wrong}
}

// markOf gives marks their verdict: all of it is right, none of it wrong.
func markOf(awarded, points Marks) Mark {
	switch {
	case awarded <= 0:
		return Mark{Verdict: Wrong}
	case awarded < points:
		return Mark{Awarded: awarded, Verdict: Partial}
	}
	return Mark{Awarded: points, Verdict: Right}
}

// tally counts the different chosen options that the key holds and those that
// it does not. A letter that was not shown counts as wrong.
func tally(q *Question, slot Slot, r Response) (right, wrong int) {
	shown := shownOrder(q, slot)
	for _, letter := range sortedLetters(r.Choice) {
		if id, ok := chosen(shown, letter); ok && slices.Contains(q.Key.Options, id) {
			right++
		} else {
			wrong++
		}
	}
	return right, wrong
}

// markMultiple applies the rule. Shares are rounded down to the hundredth.
func markMultiple(q *Question, slot Slot, rule MultipleRule, r Response) Marks {
	right, wrong := tally(q, slot, r)
	all := len(q.Key.Options)
	if all > 0 && right == all && wrong == 0 {
		return slot.Points
	}
	switch rule {
	case HalfIfPartial:
		if right > 0 && wrong == 0 {
			return slot.Points / 2
		}
	case PerOption:
		if all > 0 {
			return max(0, Marks(right-wrong)*(slot.Points/Marks(all)))
		}
	}
	return 0
}

// markBlanks gives each blank an even share, the odd hundredths to the first
// blanks, and awards the shares of the blanks that are right.
func markBlanks(q *Question, slot Slot, r Response) Mark {
	blanks := Marks(len(q.Key.Blanks))
	var awarded Marks
	right := 0
	for i, accepted := range q.Key.Blanks {
		if i >= len(r.Text) || !accepts(accepted, r.Text[i]) {
			continue
		}
		right++
		awarded += slot.Points / blanks
		if Marks(i) < slot.Points%blanks {
			awarded++
		}
	}
	switch {
	case right == 0 || len(r.Text) > len(q.Key.Blanks):
		return Mark{Verdict: Wrong}
	case right < len(q.Key.Blanks):
		return Mark{Awarded: awarded, Verdict: Partial}
	}
	return Mark{Awarded: slot.Points, Verdict: Right}
}

func accepts(accepted []string, text string) bool {
	got := Normal(text)
	return got != "" && slices.ContainsFunc(accepted, func(a string) bool { return Normal(a) == got })
}

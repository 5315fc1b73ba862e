package result

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Remedy is what is done about a question that was wrong.
type Remedy string

// The remedies.
const (
	// OtherKey marks by the key of another revision of the item.
	OtherKey Remedy = "other-key"
	// EitherKey counts whatever earns more: the key of the paper's revision or
	// that of another.
	EitherKey Remedy = "either-key"
	// FullMarks gives the points to everybody, also to those who left it blank.
	FullMarks Remedy = "full-marks"
	// Without takes the slot off the paper: it counts neither for what was
	// earned nor for what could be, and the pass mark is scaled to the rest.
	Without Remedy = "without"
)

// Remedies lists them in the order in which they are shown.
func Remedies() []Remedy { return []Remedy{OtherKey, EitherKey, FullMarks, Without} }

// KeyFrom tells whether the remedy needs another revision.
func (r Remedy) KeyFrom() bool { return r == OtherKey || r == EitherKey }

// Script is a paper with what was answered on it.
type Script struct {
	Attempt string
	Round   int // of the submission
	Paper   bank.Paper
	Answers map[int]bank.Response // by slot number
	Lookup  bank.Lookup           // of the paper's revisions
}

// Amendment is a regrade with the revision whose key it brings in, nil where it
// brings none.
type Amendment struct {
	Regrade
	Other *bank.Revision
}

// Amended says how a regrade marks a slot.
type Amended struct {
	Slot     int
	Regrade  RegradeID
	Remedy   Remedy
	Revision int // whose key counts; 0 where none does
}

// ErrNothingLeft tells that a paper would be worth nothing.
var ErrNothingLeft = errors.New("result: nothing is left on a paper")

// covers tells whether the regrade is about a slot of a paper.
func (r *Regrade) covers(s bank.Slot) bool {
	return s.Ref.Item == r.Item && (r.Part == 0 || s.Ref.Part == r.Part)
}

// Amend marks a theory result again where amendments cover its slots. They come
// in the order in which they were approved, and for each slot the last one
// counts. Slots that none covers keep their marks, whoever gave them. It is
// pure, and amending again by the same gives the same. The version stays.
func Amend(t Theory, s *Script, c standard.Component, all []Amendment) (Theory, error) {
	marks := make(map[int]Slot, len(t.Slots))
	for _, slot := range t.Slots {
		marks[slot.Number] = slot
	}
	out := t
	out.Amended = nil
	dropped := map[int]bool{}
	for _, place := range s.Paper.Slots {
		i := len(all) - 1
		for i >= 0 && !all[i].covers(place) {
			i--
		}
		slot, ok := marks[place.Number]
		if i < 0 || !ok {
			continue
		}
		a := &all[i]
		mark, err := a.mark(s, place, &slot)
		if err != nil {
			return Theory{}, fmt.Errorf("slot %d: %w", place.Number, err)
		}
		slot.Mark, dropped[place.Number] = mark, a.Remedy == Without
		marks[place.Number] = slot
		by := Amended{Slot: place.Number, Regrade: a.ID, Remedy: a.Remedy}
		if a.Remedy.KeyFrom() {
			by.Revision = a.Revision
		}
		out.Amended = append(out.Amended, by)
	}
	slices.SortFunc(out.Amended, func(a, b Amended) int { return cmp.Compare(a.Slot, b.Slot) })
	return out.sum(&s.Paper, marks, dropped, c)
}

// mark is what the amendment makes of a slot. It depends on what was answered
// and on what people gave, not on the mark that the slot has: an earlier
// amendment may have changed that.
func (a *Amendment) mark(s *Script, place bank.Slot, slot *Slot) (bank.Mark, error) {
	pinned, err := s.question(place)
	if err != nil {
		return bank.Mark{}, err
	}
	rule, answer := s.Paper.Sections[place.Section].Rule, s.Answers[place.Number]
	own := bank.MarkSlot(pinned, place, rule, answer)
	if slot.People != nil && own.Verdict == bank.Waiting {
		own = slot.People.mark(place.Points)
	}
	switch a.Remedy {
	case FullMarks:
		return bank.Mark{Awarded: place.Points, Verdict: bank.Right, ByPeople: own.ByPeople}, nil
	case Without:
		own.Awarded = 0
		if own.Verdict == bank.Waiting {
			own.Verdict = bank.Unanswered // nobody has to mark it any more
		}
		return own, nil
	}
	if a.Other == nil {
		return bank.Mark{}, bank.ErrNotFound
	}
	other, ok := a.Other.Part(place.Ref.Part)
	if !ok {
		return bank.Mark{}, bank.ErrPaper
	}
	by := bank.MarkSlot(other, place, rule, answer)
	if own.ByPeople || a.Remedy == EitherKey && own.Awarded > by.Awarded {
		return own, nil
	}
	return by, nil
}

// question returns what the paper asked at a slot.
func (s *Script) question(place bank.Slot) (*bank.Question, error) {
	rev, ok := s.Lookup(bank.Ref{Item: place.Ref.Item, Revision: place.Ref.Revision})
	if !ok {
		return nil, bank.ErrNotFound
	}
	q, ok := rev.Part(place.Ref.Part)
	if !ok || place.Section < 0 || place.Section >= len(s.Paper.Sections) {
		return nil, bank.ErrPaper
	}
	return q, nil
}

// sum adds the slots up again.
func (t Theory) sum(p *bank.Paper, marks map[int]Slot, dropped map[int]bool, c standard.Component) (Theory, error) {
	t.Awarded, t.Full, t.Complete, t.Slots = 0, 0, true, nil
	t.Sections = make([]Section, len(p.Sections))
	for i, s := range p.Sections {
		t.Sections[i].Type = s.Type
	}
	for _, place := range p.Slots {
		slot, ok := marks[place.Number]
		if !ok || place.Section < 0 || place.Section >= len(t.Sections) {
			return Theory{}, fmt.Errorf("slot %d: %w", place.Number, bank.ErrPaper)
		}
		t.Slots = append(t.Slots, slot)
		if !dropped[place.Number] {
			t.count(place, slot.Mark)
			t.Full += place.Points
		}
	}
	if t.Full <= 0 {
		return Theory{}, ErrNothingLeft
	}
	t.Pass = 0
	if c.Full > 0 {
		t.Pass = (c.Pass*t.Full + c.Full - 1) / c.Full
	}
	t.Passed = t.Complete && t.Awarded >= t.Pass
	return t, nil
}

// count adds one slot to its section and to the whole.
func (t *Theory) count(place bank.Slot, mark bank.Mark) {
	sec := &t.Sections[place.Section]
	sec.Slots++
	sec.Full += place.Points
	sec.Awarded += mark.Awarded
	t.Awarded += mark.Awarded
	switch mark.Verdict {
	case bank.Waiting:
		sec.Waiting++
		t.Complete = false
	case bank.Right:
		sec.Right++
	}
}

// Why a revision's key cannot mark what was answered on another, as codes.
const (
	NoOtherRevision = "no-other-revision" // none is newer and published
	NotPublished    = "not-published"
	SameKey         = "same-key"         // marking by it changes nothing
	OtherType       = "other-type"       // of question
	OtherOptions    = "other-options"    // other letters, or another number of blanks or parts
	OptionsMoved    = "options-moved"    // a letter stands for what another stood for
	MarkedByPeople  = "marked-by-people" // there is no key to mark by
)

// Translatable tells whether responses to one question can be marked by the key
// of another revision of it: "" or the reason why not. Options are the same by
// their letters in the bank; where the words of one were corrected it is still
// the same, and reworded names it.
func Translatable(pinned, other *bank.Question) (reason string, reworded []bank.OptionID) {
	switch {
	case pinned.Type != other.Type:
		return OtherType, nil
	case !pinned.Type.ByEngine():
		return MarkedByPeople, nil
	case pinned.Type == bank.Blank:
		if len(pinned.Key.Blanks) != len(other.Key.Blanks) {
			return OtherOptions, nil
		}
		if slices.EqualFunc(pinned.Key.Blanks, other.Key.Blanks, sameTexts) {
			return SameKey, nil
		}
		return "", nil
	}
	words := map[bank.OptionID]string{}
	for _, o := range pinned.Options {
		words[o.ID] = bank.Normal(o.Text)
	}
	if len(words) != len(other.Options) {
		return OtherOptions, nil
	}
	for _, o := range other.Options {
		was, ok := words[o.ID]
		now := bank.Normal(o.Text)
		switch {
		case !ok:
			return OtherOptions, nil
		case was == now:
			continue
		}
		for id, text := range words {
			if id != o.ID && text == now {
				return OptionsMoved, nil
			}
		}
		reworded = append(reworded, o.ID)
	}
	if sameTexts(texts(pinned.Key.Options), texts(other.Key.Options)) {
		return SameKey, reworded
	}
	return "", reworded
}

func texts(ids []bank.OptionID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// sameTexts compares two sets.
func sameTexts(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// markers names the people whose marks are in a theory result.
func (t *Theory) markers() []people.AccountID {
	var out []people.AccountID
	for _, s := range t.Slots {
		if s.People != nil {
			for _, m := range s.People.Marks {
				out = append(out, m.Marker)
			}
		}
	}
	return out
}

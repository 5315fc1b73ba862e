package bank

import (
	"errors"
	"fmt"
	"slices"
)

// ErrPaper is wrapped where a paper does not fit the revisions that it pins.
var ErrPaper = errors.New("bank: paper does not fit its revisions")

// View is a paper as its candidate sees it, and the only shape of it that a
// candidate may see before the results are released. It holds no key, no
// explanation, no source and nothing that names an item.
type View struct {
	Sections []ViewSection
	Cases    []ViewCase
	Slots    []ViewSlot
}

// ViewSection is the heading of a section.
type ViewSection struct {
	Type   Type
	Count  int
	Points Marks
	Rule   MultipleRule // of Multiple, and of such parts of a Case
}

// ViewCase is the situation that the slots of one case share. Numbers run
// from 1 over the paper.
type ViewCase struct {
	Number    int
	Situation string
}

// ViewSlot is one answerable place.
type ViewSlot struct {
	Number  int
	Section int // index into View.Sections
	Type    Type
	Points  Marks
	Stem    string
	Options []ViewOption // in the order shown; choice types only
	Blanks  int          // how many texts a Blank asks for
	Case    int          // ViewCase.Number, 0 outside cases
	Part    int          // 1… within its case, else 0
}

// ViewOption is an option as shown.
type ViewOption struct {
	Letter string
	Text   string
}

// Lookup finds a revision by its Ref, which it is given with Part 0.
type Lookup = func(Ref) (*Revision, bool)

// NewView shows a paper. It returns an error that wraps ErrNotFound where
// lookup does not know a revision, and one that wraps ErrPaper where a slot
// names a part, an option or a section that is not there.
func NewView(p Paper, lookup func(Ref) (*Revision, bool)) (View, error) {
	v := View{Sections: make([]ViewSection, len(p.Sections)), Slots: make([]ViewSlot, 0, len(p.Slots))}
	for i, s := range p.Sections {
		v.Sections[i] = ViewSection(s)
	}
	var last Ref // the case of the slot before
	for _, s := range p.Slots {
		rev, q, err := find(s, lookup)
		if err != nil {
			return View{}, err
		}
		shown, err := viewSlot(p, s, q)
		if err != nil {
			return View{}, err
		}
		whole := Ref{Item: s.Ref.Item, Revision: s.Ref.Revision}
		if s.Ref.Part == 0 {
			whole = Ref{}
		} else {
			if whole != last {
				v.Cases = append(v.Cases, ViewCase{Number: len(v.Cases) + 1, Situation: rev.Stem})
			}
			shown.Case, shown.Part = len(v.Cases), s.Ref.Part
		}
		last = whole
		v.Slots = append(v.Slots, shown)
	}
	return v, nil
}

// find returns the revision and the answerable unit that a slot pins.
func find(s Slot, lookup Lookup) (*Revision, *Question, error) {
	ref := s.Ref
	ref.Part = 0
	rev, ok := lookup(ref)
	if !ok {
		return nil, nil, fmt.Errorf("slot %d: revision %d: %w", s.Number, ref.Revision, ErrNotFound)
	}
	q, ok := rev.Part(s.Ref.Part)
	if !ok {
		return nil, nil, fmt.Errorf("slot %d: part %d: %w", s.Number, s.Ref.Part, ErrPaper)
	}
	return rev, q, nil
}

func viewSlot(p Paper, s Slot, q *Question) (ViewSlot, error) {
	if s.Section < 0 || s.Section >= len(p.Sections) {
		return ViewSlot{}, fmt.Errorf("slot %d: section %d: %w", s.Number, s.Section, ErrPaper)
	}
	out := ViewSlot{Number: s.Number, Section: s.Section, Type: q.Type, Points: s.Points, Stem: q.Stem}
	if q.Type == Blank {
		out.Blanks = len(q.Key.Blanks)
	}
	order := shownOrder(q, s)
	if q.Type.Choice() && len(order) != len(q.Options) {
		return ViewSlot{}, fmt.Errorf("slot %d: shows %d of %d options: %w", s.Number, len(order), len(q.Options), ErrPaper)
	}
	for i, id := range order {
		at := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == id })
		if at < 0 || slices.Contains(order[:i], id) {
			return ViewSlot{}, fmt.Errorf("slot %d: option at %s: %w", s.Number, Letter(i), ErrPaper)
		}
		out.Options = append(out.Options, ViewOption{Letter: Letter(i), Text: q.Options[at].Text})
	}
	return out, nil
}

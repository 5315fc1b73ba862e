package result

import (
	"errors"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// ErrNotFound is returned by stores for an attempt that has no result.
var ErrNotFound = errors.New("result: not found")

// Theory is the outcome of one theory attempt. It is computed from the pinned
// paper and the submitted answers alone, so marking again gives the same.
type Theory struct {
	Attempt  string
	Sitting  string
	Round    int // of the submission: how often the attempt was reopened or amended before
	Version  int // from 1; a regrade adds versions
	Awarded  bank.Marks
	Full     bank.Marks
	Pass     bank.Marks // least Awarded that passes
	Complete bool       // no slot waits for a marker
	Passed   bool       // Complete and Awarded ≥ Pass
	Sections []Section
	Slots    []Slot
	Marked   time.Time
	Amended  []Amended // slots that a regrade marks in another way, by number
}

// Section is the outcome of one section of the paper.
type Section struct {
	Type    bank.Type
	Awarded bank.Marks
	Full    bank.Marks
	Right   int // slots with full marks
	Slots   int
	Waiting int // slots that people still have to mark
}

// Slot is the outcome of one slot.
type Slot struct {
	Number int
	Mark   bank.Mark
	People *PeopleMark // how people came to the mark; nil where none did
}

// PeopleMark is what people gave one slot, and how.
type PeopleMark struct {
	Awarded bank.Marks
	Rule    PeopleRule
	Marks   []OneMark // by place
}

// PeopleRule is how the marks of several people became one.
type PeopleRule string

// The rules.
const (
	// AgreedMean: the first two were close enough; their mean, half up.
	AgreedMean PeopleRule = "agreed"
	// NearestMean: a third marked; the mean of the two nearest, half up.
	NearestMean PeopleRule = "nearest"
	// ThirdCounts: a third marked and no two are nearer than others; the
	// third's.
	ThirdCounts PeopleRule = "third"
)

// OneMark is what one marker gave.
type OneMark struct {
	Place  int // 1 and 2, and 3 where the two disagreed
	Marker people.AccountID
	Marks  bank.Marks
	At     time.Time
}

// PeopleOf returns what people gave the slots of a result, so that marking
// again by another key keeps it.
func PeopleOf(t *Theory) map[int]PeopleMark {
	out := map[int]PeopleMark{}
	for _, s := range t.Slots {
		if s.People != nil {
			out[s.Number] = *s.People
		}
	}
	return out
}

// MarkTheory marks the answers (by slot number) of a paper. The pass mark is
// the component's, scaled to what the paper is worth and rounded up. It
// returns an error only where the paper names a revision that lookup does not
// know.
func MarkTheory(p bank.Paper, answers map[int]bank.Response, lookup bank.Lookup, c standard.Component) (Theory, error) {
	return MarkTheoryBy(p, answers, lookup, c, nil)
}

// MarkTheoryBy does so with what people gave the slots that waited for them,
// by slot number. What they gave a slot that does not wait is passed over.
func MarkTheoryBy(
	p bank.Paper, answers map[int]bank.Response, lookup bank.Lookup, c standard.Component, given map[int]PeopleMark,
) (Theory, error) {
	t := Theory{Version: 1, Full: p.Total(), Complete: true, Sections: make([]Section, len(p.Sections))}
	for i, s := range p.Sections {
		t.Sections[i].Type = s.Type
	}
	for _, s := range p.Slots {
		rev, ok := lookup(bank.Ref{Item: s.Ref.Item, Revision: s.Ref.Revision})
		if !ok {
			return Theory{}, fmt.Errorf("slot %d: %w", s.Number, bank.ErrNotFound)
		}
		q, ok := rev.Part(s.Ref.Part)
		if !ok || s.Section < 0 || s.Section >= len(t.Sections) {
			return Theory{}, fmt.Errorf("slot %d: %w", s.Number, bank.ErrPaper)
		}
		mark := bank.MarkSlot(q, s, p.Sections[s.Section].Rule, answers[s.Number])
		slot := Slot{Number: s.Number, Mark: mark}
		if by, ok := given[s.Number]; ok && mark.Verdict == bank.Waiting {
			slot.Mark, slot.People = by.mark(s.Points), &by
		}
		t.count(s, slot.Mark)
		t.Slots = append(t.Slots, slot)
	}
	if c.Full > 0 {
		t.Pass = (c.Pass*t.Full + c.Full - 1) / c.Full
	}
	t.Passed = t.Complete && t.Awarded >= t.Pass
	return t, nil
}

// mark is what the slot earned, never above its points or below nothing.
func (m *PeopleMark) mark(points bank.Marks) bank.Mark {
	out := bank.Mark{Awarded: min(max(m.Awarded, 0), points), Verdict: bank.Partial, ByPeople: true}
	switch out.Awarded {
	case points:
		out.Verdict = bank.Right
	case 0:
		out.Verdict = bank.Wrong
	}
	return out
}

// Current tells whether a result is that of the attempt as it stands: one that
// was reopened or amended since has to be marked again.
func (t *Theory) Current(rec *attempt.Record) bool {
	return t.Round == rec.Round && rec.State.Over()
}

package bank_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
)

const canary = "CANARY金丝雀"

// poisoned returns a question with the canary in every key-side field.
func poisoned(t bank.Type, stem string) bank.Question {
	q := bank.Question{Type: t, Stem: stem, Explanation: canary, Source: canary}
	q.Key = bank.Key{Options: []bank.OptionID{"B", canary}, Blanks: [][]string{{canary}, {canary, canary}}, Reference: canary, Rubric: []bank.Criterion{{Text: canary, Weight: 777004}}}
	switch t {
	case bank.Single, bank.Multiple:
		q.Options = choices("A", "B", "C")
	case bank.Judgement:
		q.Options = bank.JudgementOptions()
	}
	return q
}

func poisonedPaper() (bank.Paper, bank.Lookup) {
	p := bank.Paper{Blueprint: canary, Bank: canary, Seed: canary}
	held := map[bank.Ref]*bank.Revision{}
	for i, typ := range bank.Types() {
		ref := bank.Ref{Item: bank.NewItemID(canary, fmt.Sprint(canary, i)), Revision: 777001}
		rev := &bank.Revision{
			Item: ref.Item, Number: 777001, Point: canary, Difficulty: 777002, Consistency: 777003,
			Question: poisoned(typ, "题干"+string(typ)), Excludes: []bank.ItemID{canary}, Author: canary,
		}
		if typ == bank.Case {
			rev.Question = bank.Question{Type: typ, Stem: "情境", Explanation: canary, Source: canary}
			rev.Parts = []bank.Question{poisoned(bank.Single, "问一"), poisoned(bank.Blank, "问二")}
		}
		held[ref] = rev
		p.Sections = append(p.Sections, bank.Section{Type: typ, Count: 1, Points: 200})
		slot := bank.Slot{Section: i, Ref: ref, Points: 200}
		for part := range max(1, len(rev.Parts)) {
			if typ == bank.Case {
				slot.Ref.Part = part + 1
			}
			slot.Number = len(p.Slots) + 1
			slot.Order = nil
			if q, _ := rev.Part(slot.Ref.Part); q.Type == bank.Judgement {
				slot.Order = []bank.OptionID{"A", "B"}
			} else if q.Type.Choice() {
				slot.Order = []bank.OptionID{"C", "B", "A"}
			}
			p.Slots = append(p.Slots, slot)
		}
	}
	return p, func(r bank.Ref) (*bank.Revision, bool) { rev, ok := held[r]; return rev, ok }
}

// TestViewHoldsNoKey dumps a view in every way and looks for the canary.
func TestViewHoldsNoKey(t *testing.T) {
	t.Parallel()
	p, lookup := poisonedPaper()
	v, err := bank.NewView(p, lookup)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	dump := string(blob) + fmt.Sprintf("%v %+v %#v %q", v, v, v, fmt.Sprint(v))
	for _, secret := range []string{"CANARY", "金丝雀", "777001", "777002", "777003", "777004"} {
		if strings.Contains(dump, secret) {
			t.Errorf("the view leaks %q:\n%s", secret, dump)
		}
	}
}

func TestNewView(t *testing.T) {
	t.Parallel()
	p, lookup := poisonedPaper()
	v, err := bank.NewView(p, lookup)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]bank.ViewCase{{Number: 1, Situation: "情境"}}, v.Cases); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	turned := []bank.ViewOption{{Letter: "A", Text: "选项C"}, {Letter: "B", Text: "选项B"}, {Letter: "C", Text: "选项A"}}
	want := []bank.ViewSlot{
		{Number: 1, Section: 0, Type: bank.Single, Points: 200, Stem: "题干B", Options: turned},
		{Number: 2, Section: 1, Type: bank.Multiple, Points: 200, Stem: "题干G", Options: turned},
		{Number: 3, Section: 2, Type: bank.Judgement, Points: 200, Stem: "题干C", Options: []bank.ViewOption{{Letter: "A", Text: "正确"}, {Letter: "B", Text: "错误"}}},
		{Number: 4, Section: 3, Type: bank.Blank, Points: 200, Stem: "题干T", Blanks: 2},
		{Number: 5, Section: 4, Type: bank.ShortAnswer, Points: 200, Stem: "题干D"},
		{Number: 6, Section: 5, Type: bank.Essay, Points: 200, Stem: "题干W"},
		{Number: 7, Section: 6, Type: bank.Single, Points: 200, Stem: "问一", Options: turned, Case: 1, Part: 1},
		{Number: 8, Section: 6, Type: bank.Blank, Points: 200, Stem: "问二", Blanks: 2, Case: 1, Part: 2},
	}
	if diff := cmp.Diff(want, v.Slots); diff != "" {
		t.Errorf("slots (-want +got):\n%s", diff)
	}
}

func TestNewViewErr(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*bank.Slot)
		want  error
	}{
		"ErrNotFound":             {func(s *bank.Slot) { s.Ref.Revision = 1 }, bank.ErrNotFound},
		"ErrPaper part":           {func(s *bank.Slot) { s.Ref.Part = 1 }, bank.ErrPaper},
		"ErrPaper section":        {func(s *bank.Slot) { s.Section = 7 }, bank.ErrPaper},
		"ErrPaper missing option": {func(s *bank.Slot) { s.Order = []bank.OptionID{"A", "B"} }, bank.ErrPaper},
		"ErrPaper unknown option": {func(s *bank.Slot) { s.Order = []bank.OptionID{"A", "B", "D"} }, bank.ErrPaper},
		"ErrPaper option twice":   {func(s *bank.Slot) { s.Order = []bank.OptionID{"A", "B", "B"} }, bank.ErrPaper},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, lookup := poisonedPaper()
			c.spoil(&p.Slots[0])
			if _, err := bank.NewView(p, lookup); !errors.Is(err, c.want) || strings.Contains(err.Error(), canary) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
}

func TestNewReview(t *testing.T) {
	t.Parallel()
	p, lookup := poisonedPaper()
	in := bank.ReviewInput{
		Paper: p, Lookup: lookup,
		Responses: map[int]bank.Response{3: {Choice: []string{"B"}}, 5: {Text: []string{"答"}}},
		Marks:     map[int]bank.Mark{5: {Awarded: 150, Verdict: bank.Partial, ByPeople: true}},
	}
	closed, err := bank.NewReview(in)
	if err != nil {
		t.Fatal(err)
	}
	if dump := fmt.Sprintf("%#v", closed); strings.Contains(dump, "CANARY") || strings.Contains(dump, "金丝雀") {
		t.Errorf("a review without explanations leaks: %s", dump)
	}
	if got := closed.Slots[4].Mark.Awarded; got != 150 {
		t.Errorf("the given mark is %s", got)
	}
	in.WithExplanations = true
	open, err := bank.NewReview(in)
	if err != nil {
		t.Fatal(err)
	}
	third := open.Slots[2]
	if diff := cmp.Diff([]string{"B"}, third.Right); diff != "" || third.Explanation != canary {
		t.Errorf("right answer %v, explanation %q", third.Right, third.Explanation)
	}
	if diff := cmp.Diff([]string{canary, canary + " / " + canary}, open.Slots[3].Right); diff != "" {
		t.Errorf("blanks (-want +got):\n%s", diff)
	}
	if len(open.Slots[4].Right) != 0 {
		t.Errorf("the markers' reference leaks: %v", open.Slots[4].Right)
	}
}

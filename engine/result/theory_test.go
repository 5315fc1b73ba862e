package result

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/engine/standard"
)

// testPaper has a single choice of 2 points, a multiple choice of 3 with the
// half rule, and an essay of 5.
func testPaper() (bank.Paper, bank.Lookup) {
	options := []bank.Option{{ID: "A", Text: "甲"}, {ID: "B", Text: "乙"}, {ID: "C", Text: "丙"}}
	revs := map[bank.Ref]*bank.Revision{
		{Item: "b/1", Revision: 1}: {Item: "b/1", Number: 1, Question: bank.Question{Type: bank.Single, Options: options, Key: bank.Key{Options: []bank.OptionID{"B"}}}},
		{Item: "b/2", Revision: 3}: {Item: "b/2", Number: 3, Question: bank.Question{Type: bank.Multiple, Options: options, Key: bank.Key{Options: []bank.OptionID{"A", "C"}}}},
		{Item: "b/3", Revision: 1}: {Item: "b/3", Number: 1, Question: bank.Question{Type: bank.Essay}},
	}
	paper := bank.Paper{
		Sections: []bank.Section{
			{Type: bank.Single, Count: 1, Points: 200}, {Type: bank.Multiple, Count: 1, Points: 300, Rule: bank.HalfIfPartial}, {Type: bank.Essay, Count: 1, Points: 500},
		},
		Slots: []bank.Slot{
			{Number: 1, Section: 0, Ref: bank.Ref{Item: "b/1", Revision: 1}, Points: 200, Order: []bank.OptionID{"C", "B", "A"}},
			{Number: 2, Section: 1, Ref: bank.Ref{Item: "b/2", Revision: 3}, Points: 300, Order: []bank.OptionID{"B", "C", "A"}},
			{Number: 3, Section: 2, Ref: bank.Ref{Item: "b/3", Revision: 1}, Points: 500},
		},
	}
	return paper, func(r bank.Ref) (*bank.Revision, bool) { rev, ok := revs[r]; return rev, ok }
}

func TestMarkTheory(t *testing.T) {
	t.Parallel()
	paper, lookup := testPaper()
	theory := standard.Component{Kind: standard.Theory, Full: 10000, Pass: 6000}
	for _, c := range []struct {
		name             string
		answers          map[int]bank.Response
		awarded          bank.Marks
		complete, passed bool
	}{
		{"nothing answered", nil, 0, true, false},
		{"letters are those shown", map[int]bank.Response{1: {Choice: []string{"B"}}, 2: {Choice: []string{"B", "C"}}}, 500, true, false},
		{"half for an incomplete set", map[int]bank.Response{1: {Choice: []string{"A"}}, 2: {Choice: []string{"C"}}}, 150, true, false},
		{"an essay waits", map[int]bank.Response{1: {Choice: []string{"B"}}, 3: {Text: []string{"论述"}}}, 200, false, false},
	} {
		got, err := MarkTheory(paper, c.answers, lookup, theory)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got.Awarded != c.awarded || got.Complete != c.complete || got.Passed != c.passed || got.Full != 1000 || got.Pass != 600 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	t.Run("OK with what people gave", func(t *testing.T) {
		t.Parallel()
		answers := map[int]bank.Response{1: {Choice: []string{"B"}}, 3: {Text: []string{"论述"}}}
		for given, verdict := range map[bank.Marks]bank.Verdict{400: bank.Partial, 0: bank.Wrong, 500: bank.Right, 900: bank.Right, -1: bank.Wrong} {
			by := PeopleMark{Awarded: given, Rule: AgreedMean, Marks: []OneMark{{Place: 1, Marker: "a", Marks: given}, {Place: 2, Marker: "b", Marks: given}}}
			got, err := MarkTheoryBy(paper, answers, lookup, theory, map[int]PeopleMark{1: by, 3: by})
			want := 200 + min(max(given, 0), 500)
			if err != nil || got.Awarded != want || !got.Complete || got.Passed != (want >= 600) || got.Slots[2].Mark.Verdict != verdict || got.Sections[2].Waiting != 0 {
				t.Errorf("given %d: %+v, %v", given, got, err)
			}
			if d := cmp.Diff(map[int]PeopleMark{3: by}, PeopleOf(&got)); d != "" {
				t.Errorf("what people gave (-want +got):\n%s", d)
			}
		}
	})
	t.Run("OK at the pass mark exactly", func(t *testing.T) {
		t.Parallel()
		paper := paper
		paper.Slots, paper.Sections = paper.Slots[:2], paper.Sections[:2]
		got, err := MarkTheory(paper, map[int]bank.Response{2: {Choice: []string{"B", "C"}}}, lookup, theory)
		if err != nil || got.Awarded != 300 || got.Pass != 300 || !got.Passed {
			t.Errorf("%+v, %v; want 300 of 500 to pass at 300", got, err)
		}
	})
	t.Run("OK marking again gives the same", func(t *testing.T) {
		t.Parallel()
		answers := map[int]bank.Response{}
		for i := range 100 {
			answers[1+rand.IntN(2)] = bank.Response{Choice: []string{bank.Letter(rand.IntN(3))}}
			a, errA := MarkTheory(paper, answers, lookup, theory)
			b, errB := MarkTheory(paper, answers, lookup, theory)
			if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
				t.Fatalf("round %d: %s %v %v", i, cmp.Diff(a, b), errA, errB)
			}
		}
	})
	t.Run("Err unknown revision", func(t *testing.T) {
		t.Parallel()
		_, err := MarkTheory(paper, nil, func(bank.Ref) (*bank.Revision, bool) { return nil, false }, theory)
		if !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("error = %v", err)
		}
	})
}

package result

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/engine/standard"
)

var theoryOf100 = standard.Component{Kind: standard.Theory, Full: 10000, Pass: 6000}

// amendScript is the paper of testPaper with a case of two parts behind it and
// a revision of each choice with another key.
func amendScript(answers map[int]bank.Response) (*Script, map[bank.ItemID]*bank.Revision) {
	paper, lookup := testPaper()
	options := []bank.Option{{ID: "A", Text: "甲"}, {ID: "B", Text: "乙"}, {ID: "C", Text: "丙"}}
	single := func(key ...bank.OptionID) bank.Question {
		return bank.Question{Type: bank.Single, Options: options, Key: bank.Key{Options: key}}
	}
	situation := &bank.Revision{Item: "b/4", Number: 1, Question: bank.Question{Type: bank.Case}, Parts: []bank.Question{single("A"), single("B")}}
	paper.Sections = append(slices.Clone(paper.Sections), bank.Section{Type: bank.Case, Count: 1, Points: 400})
	paper.Slots = append(slices.Clone(paper.Slots),
		bank.Slot{Number: 4, Section: 3, Ref: bank.Ref{Item: "b/4", Revision: 1, Part: 1}, Points: 200, Order: []bank.OptionID{"A", "B", "C"}},
		bank.Slot{Number: 5, Section: 3, Ref: bank.Ref{Item: "b/4", Revision: 1, Part: 2}, Points: 200, Order: []bank.OptionID{"A", "B", "C"}})
	others := map[bank.ItemID]*bank.Revision{
		"b/1": {Item: "b/1", Number: 2, Question: single("A")},
		"b/2": {Item: "b/2", Number: 4, Question: bank.Question{Type: bank.Multiple, Options: options, Key: bank.Key{Options: []bank.OptionID{"A", "B"}}}},
		"b/4": {Item: "b/4", Number: 2, Question: bank.Question{Type: bank.Case}, Parts: []bank.Question{single("C"), single("B")}},
	}
	return &Script{Attempt: "a", Paper: paper, Answers: answers, Lookup: func(r bank.Ref) (*bank.Revision, bool) {
		if r == (bank.Ref{Item: "b/4", Revision: 1}) {
			return situation, true
		}
		return lookup(r)
	}}, others
}

// marked is the script as it was marked first, the essay with people's marks.
func marked(t *testing.T, s *Script) Theory {
	t.Helper()
	out, err := MarkTheoryBy(s.Paper, s.Answers, s.Lookup, theoryOf100, map[int]PeopleMark{3: {Awarded: 350, Rule: AgreedMean}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func letters(s string) bank.Response { return bank.Response{Choice: strings.Split(s, "")} }

// TestAmend is a table of remedies. On the paper, slot 1 shows C B A, slot 2
// shows B C A; the key of 1 is B, that of 2 is A and C. The other revisions say
// A, and A and B; that of the case says C for its first part.
func TestAmend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		answers          map[int]bank.Response
		item             bank.ItemID
		part             int
		remedy           Remedy
		was, now, full   bank.Marks
		slot             int
		verdict          bank.Verdict
		complete, passed bool
	}{
		{"other key: right becomes wrong", map[int]bank.Response{1: letters("B")}, "b/1", 0, OtherKey, 200, 0, 1400, 1, bank.Wrong, true, false},
		{"other key: wrong becomes right", map[int]bank.Response{1: letters("C")}, "b/1", 0, OtherKey, 0, 200, 1400, 1, bank.Right, true, false},
		{"other key: blank stays blank", nil, "b/1", 0, OtherKey, 0, 0, 1400, 1, bank.Unanswered, true, false},
		{"either key: the old answer stays right", map[int]bank.Response{1: letters("B")}, "b/1", 0, EitherKey, 200, 200, 1400, 1, bank.Right, true, false},
		{"either key: the new answer is right", map[int]bank.Response{1: letters("C")}, "b/1", 0, EitherKey, 0, 200, 1400, 1, bank.Right, true, false},
		{"either key: a third answer is wrong", map[int]bank.Response{1: letters("A")}, "b/1", 0, EitherKey, 0, 0, 1400, 1, bank.Wrong, true, false},
		{"full marks to a wrong answer", map[int]bank.Response{1: letters("A")}, "b/1", 0, FullMarks, 0, 200, 1400, 1, bank.Right, true, false},
		{"full marks to a blank", nil, "b/1", 0, FullMarks, 0, 200, 1400, 1, bank.Right, true, false},
		{"without: a right answer loses its marks", map[int]bank.Response{1: letters("B")}, "b/1", 0, Without, 200, 0, 1200, 1, bank.Right, true, false},
		{"without: a wrong answer no longer weighs", map[int]bank.Response{1: letters("A"), 2: letters("BC"), 4: letters("A"), 5: letters("B"), 3: {Text: []string{"论述"}}}, "b/1", 0, Without, 1050, 1050, 1200, 1, bank.Wrong, true, true},
		{"multiple: all of the old key is wrong by the new", map[int]bank.Response{2: letters("BC")}, "b/2", 0, OtherKey, 300, 0, 1400, 2, bank.Wrong, true, false},
		{"multiple: half by both keys", map[int]bank.Response{2: letters("C")}, "b/2", 0, OtherKey, 150, 150, 1400, 2, bank.Partial, true, false},
		{"multiple: half becomes all", map[int]bank.Response{2: letters("AC")}, "b/2", 0, OtherKey, 0, 300, 1400, 2, bank.Right, true, false},
		{"multiple: either key takes the better", map[int]bank.Response{2: letters("BC")}, "b/2", 0, EitherKey, 300, 300, 1400, 2, bank.Right, true, false},
		{"a case, its first part", map[int]bank.Response{4: letters("C"), 5: letters("B")}, "b/4", 0, OtherKey, 200, 400, 1400, 4, bank.Right, true, false},
		{"one part of a case by full marks", map[int]bank.Response{4: letters("B")}, "b/4", 2, FullMarks, 0, 200, 1400, 5, bank.Right, true, false},
		{"a whole case left out", map[int]bank.Response{4: letters("A"), 5: letters("B")}, "b/4", 0, Without, 400, 0, 1000, 5, bank.Right, true, false},
		{"people's marks give way to full marks", map[int]bank.Response{3: {Text: []string{"论述"}}}, "b/3", 0, FullMarks, 350, 500, 1400, 3, bank.Right, true, false},
		{"an item that is not on the paper", map[int]bank.Response{1: letters("B")}, "b/9", 0, FullMarks, 200, 200, 1400, 1, bank.Right, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			script, others := amendScript(c.answers)
			was := marked(t, script)
			a := Amendment{Regrade: Regrade{ID: "r", Item: c.item, Part: c.part, Remedy: c.remedy, Revision: 2}, Other: others[c.item]}
			now, err := Amend(was, script, theoryOf100, []Amendment{a})
			if err != nil {
				t.Fatal(err)
			}
			slot := now.Slots[c.slot-1]
			got := fmt.Sprint(was.Awarded, now.Awarded, now.Full, slot.Mark.Verdict, now.Complete, now.Passed, now.Pass)
			want := fmt.Sprint(c.was, c.now, c.full, c.verdict, c.complete, c.passed, (6000*c.full+9999)/10000)
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			again, err := Amend(now, script, theoryOf100, []Amendment{a})
			if diff := cmp.Diff(now, again); err != nil || diff != "" {
				t.Errorf("amending again (-once +twice): %v\n%s", err, diff)
			}
		})
	}
	t.Run("OK the last word counts", func(t *testing.T) {
		t.Parallel()
		script, others := amendScript(map[int]bank.Response{1: letters("B")})
		all := []Amendment{
			{Regrade{ID: "r1", Item: "b/1", Remedy: Without}, nil}, {Regrade{ID: "r2", Item: "b/1", Remedy: OtherKey, Revision: 2}, others["b/1"]},
		}
		now, err := Amend(marked(t, script), script, theoryOf100, all)
		want := []Amended{{1, "r2", OtherKey, 2}}
		if diff := cmp.Diff(want, now.Amended); err != nil || diff != "" || now.Awarded != 0 || now.Full != 1400 {
			t.Errorf("%v, %d of %d\n%s", err, now.Awarded, now.Full, diff)
		}
	})
	t.Run("Err nothing is left", func(t *testing.T) {
		t.Parallel()
		script, _ := amendScript(nil)
		var all []Amendment
		for _, item := range []bank.ItemID{"b/1", "b/2", "b/3", "b/4"} {
			all = append(all, Amendment{Regrade{ID: "r", Item: item, Remedy: Without}, nil})
		}
		if _, err := Amend(marked(t, script), script, theoryOf100, all); !errors.Is(err, ErrNothingLeft) {
			t.Errorf("error = %v", err)
		}
	})
}

// anyAnswers answers at random, leaving some blank.
func anyAnswers() map[int]bank.Response {
	out := map[int]bank.Response{}
	for n := 1; n <= 5; n++ {
		switch {
		case rand.IntN(5) == 0:
		case n == 3:
			out[n] = bank.Response{Text: []string{"论述"}}
		case n == 2 && rand.IntN(2) == 0:
			out[n] = letters([]string{"AB", "AC", "BC", "ABC"}[rand.IntN(4)])
		default:
			out[n] = letters(bank.Letter(rand.IntN(3)))
		}
	}
	return out
}

func anyAmendment(others map[bank.ItemID]*bank.Revision, item bank.ItemID, id RegradeID) Amendment {
	remedy := Remedies()[rand.IntN(4)]
	if item == "b/3" {
		remedy = []Remedy{FullMarks, Without}[rand.IntN(2)]
	}
	return Amendment{Regrade{ID: id, Item: item, Remedy: remedy, Revision: 9}, others[item]}
}

// TestAmendProperties holds remedies against what must always be so.
func TestAmendProperties(t *testing.T) {
	t.Parallel()
	items := []bank.ItemID{"b/1", "b/2", "b/3", "b/4"}
	amend := func(was Theory, s *Script, all ...Amendment) Theory {
		t.Helper()
		out, err := Amend(was, s, theoryOf100, all)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for range 2000 {
		script, others := amendScript(anyAnswers())
		was := marked(t, script)
		item := items[rand.IntN(4)]
		for _, remedy := range []Remedy{FullMarks, EitherKey} {
			if remedy == EitherKey && item == "b/3" {
				continue
			}
			a := Amendment{Regrade{ID: "r", Item: item, Remedy: remedy}, others[item]}
			if now := amend(was, script, a); now.Awarded < was.Awarded || now.Full != was.Full || was.Passed && !now.Passed {
				t.Fatalf("%s of %s lowered %d to %d, answers %v", remedy, item, was.Awarded, now.Awarded, script.Answers)
			}
		}
		x, y := rand.IntN(4), rand.IntN(3)
		if y >= x {
			y++
		}
		a, b := anyAmendment(others, items[x], "x"), anyAmendment(others, items[y], "y")
		one := amend(was, script, a, b)
		for name, other := range map[string]Theory{
			"the other way round": amend(was, script, b, a), "one after the other": amend(amend(was, script, a), script, a, b),
			"twice": amend(one, script, a, b),
		} {
			if diff := cmp.Diff(one, other); diff != "" {
				t.Fatalf("%s %s and %s %s, %s:\n%s", a.Remedy, a.Item, b.Remedy, b.Item, name, diff)
			}
		}
		c := anyAmendment(others, items[x], "z")
		if diff := cmp.Diff(amend(was, script, a, c), amend(amend(was, script, a), script, a, c)); diff != "" {
			t.Fatalf("%s, then %s of %s, at once and one after the other:\n%s", a.Remedy, c.Remedy, c.Item, diff)
		}
		var sum, full bank.Marks
		for _, sec := range one.Sections {
			sum, full = sum+sec.Awarded, full+sec.Full
		}
		if sum != one.Awarded || full != one.Full || one.Awarded > one.Full {
			t.Fatalf("sections come to %d of %d, the whole to %d of %d", sum, full, one.Awarded, one.Full)
		}
	}
}

func TestTranslatable(t *testing.T) {
	t.Parallel()
	question := func(kind bank.Type, key string, options ...string) *bank.Question {
		q := &bank.Question{Type: kind}
		for i, text := range options {
			q.Options = append(q.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: text})
		}
		for _, k := range key {
			q.Key.Options = append(q.Key.Options, bank.OptionID(string(k)))
		}
		return q
	}
	blanks := func(texts ...string) *bank.Question {
		q := &bank.Question{Type: bank.Blank}
		for _, s := range texts {
			q.Key.Blanks = append(q.Key.Blanks, []string{s})
		}
		return q
	}
	own := question(bank.Single, "A", "甲", "乙", "丙")
	for _, c := range []struct {
		name        string
		from, to    *bank.Question
		want, words string
	}{
		{"another key", own, question(bank.Single, "B", "甲", "乙", "丙"), "", "[]"},
		{"a word corrected", own, question(bank.Single, "B", "甲", "乙方", "丙"), "", "[B]"},
		{"the same key", own, question(bank.Single, "A", "甲", "乙", "丙"), SameKey, "[]"},
		{"options moved", own, question(bank.Single, "B", "乙", "甲", "丙"), OptionsMoved, "[]"},
		{"one option more", own, question(bank.Single, "B", "甲", "乙", "丙", "丁"), OtherOptions, "[]"},
		{"another type", own, question(bank.Multiple, "AB", "甲", "乙", "丙"), OtherType, "[]"},
		{"an essay", question(bank.Essay, ""), question(bank.Essay, ""), MarkedByPeople, "[]"},
		{"another text for a blank", blanks("一", "二"), blanks("一", "三"), "", "[]"},
		{"a blank more", blanks("一"), blanks("一", "二"), OtherOptions, "[]"},
		{"the same blanks", blanks("一"), blanks("一"), SameKey, "[]"},
	} {
		got, words := Translatable(c.from, c.to)
		if got != c.want || fmt.Sprint(words) != c.words {
			t.Errorf("%s: %q %v, want %q %s", c.name, got, words, c.want, c.words)
		}
	}
}

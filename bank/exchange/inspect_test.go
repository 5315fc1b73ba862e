package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/exchange"

	"github.com/google/go-cmp/cmp"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	single := func(change func(*bank.Question)) bank.Revision {
		q := bank.Question{
			Type: bank.Single, Stem: "问", Options: []bank.Option{{ID: "A", Text: "甲"}, {ID: "B", Text: "乙"}}, Key: bank.Key{Options: []bank.OptionID{"A"}},
		}
		change(&q)
		return bank.Revision{Question: q}
	}
	sound := single(func(*bank.Question) {}).Question
	for name, c := range map[string]struct {
		rev  bank.Revision
		want string
	}{
		"OK":                   {bank.Revision{Question: sound}, ""},
		"OK case":              {bank.Revision{Question: bank.Question{Type: bank.Case, Stem: "情境"}, Parts: []bank.Question{sound}}, ""},
		"Err stem":             {single(func(q *bank.Question) { q.Stem = " " }), "empty-stem/0"},
		"Err type":             {single(func(q *bank.Question) { q.Type = "U" }), "unsupported-type/0"},
		"Err one option":       {single(func(q *bank.Question) { q.Options = q.Options[:1] }), "too-few-options/0"},
		"Err gap":              {single(func(q *bank.Question) { q.Options[1].ID = "C" }), "option-gap/0"},
		"Err same":             {single(func(q *bank.Question) { q.Options[1].Text = "甲 " }), "duplicate-option/0"},
		"Err no key":           {single(func(q *bank.Question) { q.Key = bank.Key{} }), "empty-answer/0"},
		"Err two keys":         {single(func(q *bank.Question) { q.Key.Options = []bank.OptionID{"A", "B"} }), "answer-count/0"},
		"Err key not there":    {single(func(q *bank.Question) { q.Key.Options = []bank.OptionID{"C"} }), "missing-option/0"},
		"Err long":             {single(func(q *bank.Question) { q.Options[0].Text = strings.Repeat("长", exchange.MaxOption+1) }), "too-long/0"},
		"Err no blanks":        {bank.Revision{Question: bank.Question{Type: bank.Blank, Stem: "问"}}, "empty-answer/0"},
		"Err blank of spaces":  {bank.Revision{Question: bank.Question{Type: bank.Blank, Stem: "问", Key: bank.Key{Blanks: [][]string{{"　"}}}}}, "empty-answer/0"},
		"Err number of blanks": {bank.Revision{Question: bank.Question{Type: bank.Blank, Stem: "____和____", Key: bank.Key{Blanks: [][]string{{"一"}}}}}, "blank-count/0"},
		"Err no reference":     {bank.Revision{Question: bank.Question{Type: bank.Essay, Stem: "问"}}, "empty-answer/0"},
		"Err no parts":         {bank.Revision{Question: bank.Question{Type: bank.Case, Stem: "情境"}}, "no-parts/0"},
		"Err case in a case":   {bank.Revision{Question: bank.Question{Type: bank.Case, Stem: "情境"}, Parts: []bank.Question{sound, {Type: bank.Case}}}, "unsupported-type/2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range exchange.Inspect(&c.rev) {
				got = append(got, fmt.Sprintf("%s/%d", f.Reason, f.Part))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReasonsHaveSentences(t *testing.T) {
	t.Parallel()
	for _, r := range exchange.Reasons() {
		v := exchange.Verdict{Reason: r}.Explain()
		for _, s := range []string{v.Text.ZH, v.Text.EN, v.Todo.ZH, v.Todo.EN} {
			if s == "" {
				t.Errorf("%s lacks a sentence: %+v", r, v)
			}
		}
	}
}

func TestParseType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bank.Type{
		"B": bank.Single, " b ": bank.Single, "Ｂ（单选题）": bank.Single, "B(单项选择)": bank.Single, "多选题": bank.Multiple, "是非题": bank.Judgement,
		"U": "", "F（综合题）": "", "": "", "（单选题）": "", "题": "",
	} {
		if got, ok := exchange.ParseType(in); got != want || ok != (want != "") {
			t.Errorf("ParseType(%q) = %q, %t", in, got, ok)
		}
	}
}

func TestParseCode(t *testing.T) {
	t.Parallel()
	want := exchange.Code{Item: "E-A-B-C-001-002", Type: bank.Case, Point: "A-B-C-001", Part: 3}
	if got, ok := exchange.ParseCode("E-A-B-C-001-002/3"); !ok || got != want {
		t.Errorf("ParseCode = %+v, %t", got, ok)
	}
	for _, bad := range []string{"", "B-A-B-C-001", "B-A-B-C-1-2", "B-A-B-C-001-002/0", "B-A-B-C-001-002/", "b-A-B-C-001-002", "B-A-B-C-001-002\n"} {
		if got, ok := exchange.ParseCode(bad); ok {
			t.Errorf("ParseCode(%q) = %+v", bad, got)
		}
	}
}

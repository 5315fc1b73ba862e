package bank_test

import (
	"fmt"
	"strings"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
)

func single(change func(q *bank.Question)) *bank.Revision {
	r := &bank.Revision{Point: "A-A-A-001", Question: bank.Question{
		Type: bank.Single, Stem: "发现火情首先应（　　）。",
		Options: []bank.Option{{ID: "A", Text: "立即报警"}, {ID: "B", Text: "拍照留存"}, {ID: "C", Text: "离开现场"}},
		Key:     bank.Key{Options: []bank.OptionID{"A"}},
	}}
	change(&r.Question)
	return r
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	const code = "B-A-A-A-001-001"
	laws := []bank.Law{{Name: "合同法", Note: "民法典"}}
	for name, c := range map[string]struct {
		r    *bank.Revision
		want string
	}{
		"OK sound":            {single(func(q *bank.Question) {}), ""},
		"Err no key":          {single(func(q *bank.Question) { q.Key.Options = nil }), "no-key"},
		"Err key beyond":      {single(func(q *bank.Question) { q.Key.Options = []bank.OptionID{"E"} }), "key-beyond E"},
		"Err two keys":        {single(func(q *bank.Question) { q.Key.Options = []bank.OptionID{"A", "B"} }), "key-count 2"},
		"Err one of multiple": {single(func(q *bank.Question) { q.Type = bank.Multiple }), "key-count 1"},
		"Err alike":           {single(func(q *bank.Question) { q.Options[2].Text = "立即 报警。"; q.Options[0].Text = "立即报警．" }), "options-alike A C"},
		"Err empty option":    {single(func(q *bank.Question) { q.Options[1].Text = " " }), "option-empty B"},
		"Err all above":       {single(func(q *bank.Question) { q.Options[2].Text = "以上都对" }), "all-above C"},
		"OK all above last":   {single(func(q *bank.Question) { q.Options[2].Text = "以上都对"; q.Options[2].Last = true }), ""},
		"Err longest":         {single(func(q *bank.Question) { q.Options[0].Text = "立即报警并组织人员有序疏散" }), "key-longest A"},
		"OK longest is not":   {single(func(q *bank.Question) { q.Options[1].Text = "立即报警并组织人员有序疏散" }), ""},
		"Err absolute":        {single(func(q *bank.Question) { q.Options[1].Text = "一律拍照" }), "absolute-words 一律 B"},
		"Err asks nothing":    {single(func(q *bank.Question) { q.Stem = "火情的处置" }), "no-question"},
		"OK runs on":          {single(func(q *bank.Question) { q.Stem = "发现火情首先应当" }), ""},
		"Err no stem":         {single(func(q *bank.Question) { q.Stem = "" }), "no-stem"},
		"Err law":             {single(func(q *bank.Question) { q.Explanation = "见《中华人民共和国合同法》第十条。" }), "law-not-in-force 合同法 民法典"},
		"OK other law":        {single(func(q *bank.Question) { q.Explanation = "见《劳动合同法》。" }), ""},
		"Err picture":         {single(func(q *bank.Question) { q.Stem = "[img:" + strings.Repeat("a", 32) + "]中应（ ）。" }), "picture-silent 1"},
		"OK picture options": {single(func(q *bank.Question) {
			for i := range q.Options {
				q.Options[i].Text = fmt.Sprintf("[img:%s|图]", strings.Repeat(fmt.Sprint(i), 32))
			}
		}), ""},
		"Err point": {func() *bank.Revision { r := single(func(*bank.Question) {}); r.Point = "A-A-A-014"; return r }(), "code-point A-A-A-001 A-A-A-014"},
		"Err judgement": {single(func(q *bank.Question) {
			q.Type, q.Options, q.Stem = bank.Judgement, bank.JudgementOptions(), "门卫一律不得放行。"
		}), "absolute-words 一律"},
		"Err blanks": {single(func(q *bank.Question) {
			q.Type, q.Options, q.Stem, q.Key = bank.Blank, nil, "____电话是（　）。", bank.Key{Blanks: [][]string{{"火警"}, {" "}, {"119"}}}
		}), "no-key 2; blanks-mismatch 2 3"},
		"Err essay without reference": {single(func(q *bank.Question) {
			q.Type, q.Options, q.Stem, q.Key = bank.Essay, nil, "试述演练。", bank.Key{}
		}), "no-key"},
		"Err case": {single(func(q *bank.Question) { q.Type = bank.Case; q.Options = nil }), "no-key"},
		"Err part of a case": {func() *bank.Revision {
			r := single(func(q *bank.Question) { q.Type, q.Options, q.Key = bank.Case, nil, bank.Key{} })
			r.Parts = []bank.Question{single(func(q *bank.Question) { q.Key.Options = nil }).Question}
			return r
		}(), "1:no-key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range bank.Warnings(code, c.r, laws) {
				text := strings.TrimSpace(string(w.Kind) + " " + strings.Join(w.Values, " "))
				if w.Part > 0 {
					text = fmt.Sprint(w.Part, ":", text)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpreadAndThin(t *testing.T) {
	t.Parallel()
	var revs []bank.Revision
	for i := range 40 {
		key := bank.OptionID("A")
		if i%4 == 0 {
			key = "B"
		}
		revs = append(revs, *single(func(q *bank.Question) { q.Key.Options = []bank.OptionID{key} }))
	}
	want := []bank.KeySpread{{Type: bank.Single, Counts: []int{30, 10, 0}, Uneven: true}}
	if diff := cmp.Diff(want, bank.Spread(revs)); diff != "" {
		t.Error(diff)
	}
	o := bank.Outline{Ranges: []bank.Range{{Points: []bank.Point{{Code: "A-A-A-001", Title: "甲"}, {Code: "A-A-A-002"}}}}}
	if diff := cmp.Diff([]bank.ThinPoint{{"A-A-A-001", "甲", 3}}, bank.Thin(&o, map[bank.PointCode]int{"A-A-A-001": 3, "A-A-A-002": 4})); diff != "" {
		t.Error(diff)
	}
}

package qti

import (
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// version1 reads the items of a file of version 1.2.
func (p *pack) version1(r resource, name string, raw []byte, root *markup.Node) {
	found := false
	root.Walk(func(n *markup.Node) bool {
		if n.Name != "item" {
			return true
		}
		found = true
		p.item1(r, name, raw, n)
		return false
	})
	if !found {
		p.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: name, Reason: exchange.NotItems, Old: root.Name})
	}
}

// item1 is an item of version 1.2: its choices are read, all else is kept.
func (p *pack) item1(r resource, name string, raw []byte, n *markup.Node) {
	d := exchange.NewDraft(name, n.Line)
	it := &itemReader{pack: p, draft: d, root: n, name: name}
	it.meta = readMeta(p.own, r.meta)
	if len(n.Attr("ident")) > 0 {
		if _, ok := exchange.ParseCode(strings.ToUpper(n.Attr("ident"))); !ok && it.meta.code != "" && len(find(n, "item")) > 1 {
			it.meta.code = ""
		}
	}
	it.present1(n)
	it.feedback1(n)
	if len(it.images) > 0 {
		it.keep("media")
	}
	end := min(n.End, int64(len(raw)))
	it.settle1(r, raw[min(n.Start, end):end])
	p.Add(d)
}

// options1 reads what can be chosen, with the identifiers.
func (it *itemReader) options1(lid *markup.Node) (texts, ids []string) {
	lid.Walk(func(k *markup.Node) bool {
		if k.Name != "response_label" {
			return true
		}
		f := it.flow(exchange.OptionField(min(len(texts), 7)))
		k.Walk(func(m *markup.Node) bool {
			if m.Name == "material" {
				it.material(m, f)
			}
			return m.Name != "material"
		})
		it.lost(f, exchange.FieldOption)
		texts, ids = append(texts, f.String()), append(ids, strings.TrimSpace(k.Attr("ident")))
		return false
	})
	return texts, ids
}

// present1 reads stem, options and answer.
func (it *itemReader) present1(n *markup.Node) {
	presentation := n.Child("presentation")
	var lids, strs []*markup.Node
	stem := it.flow(exchange.FieldStem)
	presentation.Walk(func(k *markup.Node) bool {
		switch k.Name {
		case "response_lid":
			lids = append(lids, k)
			for _, m := range k.Children("material") { // a prompt of its own
				it.material(m, stem)
			}
			return false
		case "response_str":
			strs = append(strs, k)
			for _, m := range k.Children("material") {
				it.material(m, stem)
			}
			return false
		case "response_num", "response_xy", "response_grp", "response_extension":
			it.keep(k.Name)
			return false
		case "material":
			it.material(k, stem)
			return false
		}
		return true
	})
	it.lost(stem, exchange.FieldStem)
	q := &it.draft.Rev.Question
	q.Stem = stem.String()
	if len(strs) == 1 && len(lids) == 0 && strs[0].Child("render_fib") != nil && it.foreign == "" {
		it.words1(n, q)
		return
	}
	if len(strs) > 0 {
		it.keep("response_str")
	}
	if len(lids) != 1 || lids[0].Child("render_choice") == nil && lids[0].Child("render_extension") == nil {
		it.keep("presentation")
	}
	if it.foreign != "" {
		return
	}
	texts, ids := it.options1(lids[0])
	q.Type = bank.Single
	if strings.EqualFold(lids[0].Attr("rcardinality"), "multiple") {
		q.Type = bank.Multiple
	}
	it.draft.Guessed = it.meta.Type == ""
	it.draft.SetOptions(q, texts)
	it.remarks1(n, q, ids)
	for _, id := range it.right1(n, q.Type == bank.Single) {
		if i := slices.Index(ids, id); i < 0 {
			it.draft.Drop(exchange.FieldAnswer, exchange.MissingOption, id)
		} else if i < len(q.Options) && !slices.Contains(q.Key.Options, q.Options[i].ID) {
			q.Key.Options = append(q.Key.Options, q.Options[i].ID)
		}
	}
	if len(q.Key.Options) == 0 {
		it.keep("no-key")
	}
	slices.Sort(q.Key.Options)
	if q.Type == bank.Single && exchange.AsJudgement(q) {
		it.draft.Guessed = false
	}
}

// words1 makes a question that is answered in words: a blank where the rules
// name the answers, else one for people to mark.
func (it *itemReader) words1(n *markup.Node, q *bank.Question) {
	var accepted []string
	for _, s := range it.right1(n, false) {
		if s != "" && !slices.Contains(accepted, s) {
			accepted = append(accepted, s)
		}
	}
	it.draft.Guessed = it.meta.Type == ""
	if len(accepted) > 0 {
		q.Type, q.Key.Blanks = bank.Blank, [][]string{accepted}
		return
	}
	q.Type = bank.ShortAnswer
	it.draft.FillReference(q)
}

// remarks1 takes the feedback that is named after an option.
func (it *itemReader) remarks1(n *markup.Node, q *bank.Question, ids []string) {
	it.modals = map[string]string{}
	for _, k := range n.Children("itemfeedback") {
		at := slices.Index(ids, strings.TrimSuffix(k.Attr("ident"), "_fb"))
		if at < 0 || at >= len(q.Options) {
			continue
		}
		it.modals[k.Attr("ident")] = ids[at]
		f := it.flow(exchange.FieldFeedback)
		k.Walk(func(m *markup.Node) bool {
			if m.Name == "material" {
				it.material(m, f)
			}
			return m.Name != "material"
		})
		it.lost(f, exchange.FieldFeedback)
		q.Options[at].Feedback = f.String()
	}
}

// material adds what is to be read.
func (it *itemReader) material(n *markup.Node, f *markup.Flow) {
	for _, k := range n.Kids {
		switch k.Name {
		case "mattext", "matemtext":
			f.Break()
			// Some exporters leave the type out and write HTML all the same.
			if strings.EqualFold(k.Attr("texttype"), "text/html") || strings.Contains(k.Content(), "</") {
				f.HTML(k.Content())
				continue
			}
			f.Text(k.Content())
		case "matimage", "mataudio", "matvideo", "matapplet", "matapplication":
			f.Open("img", func(name string) string { return map[string]string{"src": k.Attr("uri"), "alt": k.Attr("label")}[name] })
			if k.Attr("uri") == "" {
				it.keep(k.Name)
			}
		case "mat_extension": // as Blackboard writes it
			f.Break()
			if t := k.Child("mat_formattedtext"); t != nil && strings.EqualFold(t.Attr("type"), "html") {
				f.HTML(t.Content())
			} else {
				f.Text(t.Content())
			}
		case "matbreak":
			f.Break()
		}
	}
}

// right1 finds the options that the rules reward most.
func (it *itemReader) right1(n *markup.Node, one bool) []string {
	type rule struct {
		value float64
		ids   []string
	}
	var rules []rule
	top := 0.0
	for _, c := range find(n.Child("resprocessing"), "respcondition") {
		value := 0.0
		for _, s := range c.Children("setvar") {
			text := strings.TrimSpace(s.Content())
			if strings.EqualFold(text, "SCORE.max") {
				text = "100"
			}
			v, err := strconv.ParseFloat(text, 64)
			if err == nil && !strings.EqualFold(s.Attr("action"), "subtract") {
				value = max(value, v)
			}
		}
		if value <= 0 {
			continue
		}
		var ids []string
		c.Child("conditionvar").Walk(func(k *markup.Node) bool {
			if k.Name == "varequal" {
				ids = append(ids, strings.TrimSpace(k.Content()))
			}
			return k.Name != "not"
		})
		if len(ids) > 0 {
			rules, top = append(rules, rule{value, ids}), max(top, value)
		}
	}
	var out []string
	partial := false
	for _, r := range rules {
		switch {
		case one && r.value < top:
			partial = true
		case one:
			return r.ids[:1]
		case len(r.ids) > 1 && r.value == top:
			return r.ids // all of them together
		default:
			out, partial = append(out, r.ids...), partial || r.value < top
		}
	}
	if partial {
		it.draft.Change(exchange.FieldScoring, exchange.ScoringLost, "respcondition", "")
	}
	return out
}

// feedback1 takes the general feedback as the explanation.
func (it *itemReader) feedback1(n *markup.Node) {
	for _, k := range n.Children("itemfeedback") {
		if it.modals[k.Attr("ident")] != "" {
			continue // said of an option
		}
		f := it.flow(exchange.FieldExplanation)
		k.Walk(func(m *markup.Node) bool {
			if m.Name == "material" {
				it.material(m, f)
				return false
			}
			return true
		})
		text := f.String()
		it.images = append(it.images, f.Images...)
		switch {
		case text == "":
		case strings.Contains(strings.ToLower(k.Attr("ident")), "general") || strings.Contains(strings.ToLower(k.Attr("ident")), "solution"):
			it.draft.Rev.Explanation = strings.TrimSpace(it.draft.Rev.Explanation + "\n" + text)
		default:
			it.draft.Change(exchange.FieldFeedback, exchange.FeedbackLost, text, "")
		}
	}
}

// settle1 is settle for an element within a file of many.
func (it *itemReader) settle1(r resource, raw []byte) {
	root := *it.root
	root.Name = "questestinterop"
	ident := it.root.Attr("ident")
	root.Attrs = nil
	old := it.root
	it.root = &root
	if _, ok := exchange.ParseCode(strings.ToUpper(ident)); ok && it.meta.code == "" {
		it.meta.code = ident
	}
	it.settle(r, raw)
	it.root = old
	if f := it.draft.Rev.Foreign; f != nil {
		if ident != it.draft.Code {
			f.ID = ident
		}
	} else if ident != it.draft.Code && ident != "" {
		it.draft.Rev.Foreign = &bank.Foreign{Format: "qti-1.2", ID: ident}
	}
}

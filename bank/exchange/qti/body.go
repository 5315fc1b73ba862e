package qti

import (
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"
)

// unit is an interaction with the text that asks it.
type unit struct {
	kind    string
	text    string // what stands before it, for text entry the text around all
	node    *markup.Node
	entries []*markup.Node // text entry
	refs    []string       // reference answers that stand in its part
}

// classes by which this program finds its own layout again.
const (
	classPart   = "gy-part"
	classBlanks = "gy-blanks"
	classGap    = "gy-gap-"
)

// units takes a body apart. stem is the text before the first of them.
func (it *itemReader) units(body *markup.Node) (units []unit, stem string) {
	if body == nil {
		return nil, ""
	}
	f := it.flow(exchange.FieldStem)
	var entries []*markup.Node
	flush := func() string {
		it.lost(f, exchange.FieldStem)
		s := f.String()
		f = it.flow(exchange.FieldStem)
		return s
	}
	hidden := false
	var take func(n *markup.Node) bool
	take = func(n *markup.Node) bool {
		switch name := canon(n.Name); {
		case hasClass(n, classPart):
			if len(units) == 0 {
				stem = flush()
			}
			outer := it.refs
			it.refs = nil
			inner, text := it.units(strip(n))
			refs := it.refs
			it.refs = outer
			if len(inner) != 1 {
				it.keep("composite")
				return true
			}
			if inner[0].text == "" {
				inner[0].text = text
			}
			inner[0].refs = refs
			units = append(units, inner[0])
		case hasClass(n, classBlanks):
			hidden = true
			for _, k := range n.Kids {
				f.Add(k, take)
			}
			hidden = false
		case name == "choiceinteraction" || name == "extendedtextinteraction":
			text := flush()
			if prompt := it.prompt(n); prompt != "" {
				if len(units) == 0 && text != "" && stem == "" {
					stem = text
				} else if text != "" {
					prompt = text + "\n" + prompt
				}
				text = prompt
			}
			units = append(units, unit{kind: name, text: text, node: n})
		case name == "textentryinteraction":
			if !hidden {
				f.Gap(gapOf(n))
			}
			entries = append(entries, n)
		case name == "rubricblock":
			it.rubric(n, f)
		case name == "feedbackinline" || name == "feedbackblock":
			it.draft.Change(exchange.FieldFeedback, exchange.FeedbackLost, strings.TrimSpace(n.Content()), "")
		case strings.HasSuffix(name, "interaction"):
			it.keep(n.Name)
			f.Text(it.prompt(n))
			f.Gap("【" + n.Name + "】")
		default:
			return false
		}
		return true
	}
	for _, k := range body.Kids {
		f.Add(k, take)
	}
	rest := flush()
	switch {
	case len(entries) > 0 && len(units) == 0:
		units = append(units, unit{kind: "textentryinteraction", text: rest, entries: entries})
	case len(entries) > 0:
		it.keep("composite")
	case rest != "" && len(units) > 0:
		units[len(units)-1].text = strings.TrimSpace(units[len(units)-1].text + "\n" + rest)
	case rest != "":
		stem = rest
	}
	if stem == "" && len(units) > 0 && it.foreign != "" {
		stem = units[0].text
	}
	return units, stem
}

// strip is a part without the class that makes it one.
func strip(n *markup.Node) *markup.Node {
	inner := *n
	inner.Attrs = nil
	return &inner
}

func hasClass(n *markup.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

func gapOf(n *markup.Node) string {
	for _, c := range strings.Fields(attr(n, "class")) {
		if width, ok := strings.CutPrefix(c, classGap); ok && len(width) >= 2 && len(width) < 200 && strings.Trim(width, "_＿") == "" {
			return width
		}
	}
	return "____"
}

// flow begins a text of the item, with the pictures of the package.
func (it *itemReader) flow(field exchange.Field) *markup.Flow { return it.flowFrom(it.name, field) }

func (it *itemReader) flowFrom(name string, field exchange.Field) *markup.Flow {
	show := it.Shower(it.draft, field, func(src string) []byte { return it.picture(name, src) })
	return &markup.Flow{Rich: true, Picture: func(src, words string) string {
		mark := show(src, words)
		if mark != "" && local(src) && !strings.HasPrefix(src, "$") {
			it.shown = append(it.shown, src)
		}
		return mark
	}}
}

// picture returns a file that a text shows, nil where there is none.
func (it *itemReader) picture(from, src string) []byte {
	if it.zip == nil || !local(src) {
		return nil
	}
	hrefs := []string{src}
	// Common Cartridge writes where its files are as a word.
	if rest, ok := strings.CutPrefix(src, "$IMS-CC-FILEBASE$/"); ok {
		hrefs = []string{rest, "../" + rest, "../web_resources/" + rest, "web_resources/" + rest}
	}
	for _, href := range hrefs {
		name, err := archive.Resolve(from, href)
		if err != nil || !it.zip.Has(name) {
			continue
		}
		raw, err := it.zip.Read(name, exchange.MaxMedia)
		if err != nil {
			return nil
		}
		return raw
	}
	return nil
}

// say reads the inside of an element as a text.
func (it *itemReader) say(n *markup.Node, field exchange.Field) string {
	f := it.flow(field)
	for _, k := range n.Kids {
		f.Add(k, nil)
	}
	it.lost(f, field)
	return f.String()
}

func (it *itemReader) lost(f *markup.Flow, field exchange.Field) {
	if len(f.Lost) > 0 {
		it.draft.Change(field, exchange.FormattingLost, f.String(), "")
	}
	it.images = append(it.images, f.Images...)
}

func (it *itemReader) prompt(n *markup.Node) string {
	p := child(n, "prompt")
	if p == nil {
		return ""
	}
	f := it.flow(exchange.FieldStem)
	for _, k := range p.Kids {
		f.Add(k, nil)
	}
	it.lost(f, exchange.FieldStem)
	return f.String()
}

// rubric reads what is said to candidates into the text, and what is said to
// scorers as the reference answer.
func (it *itemReader) rubric(n *markup.Node, f *markup.Flow) {
	view := strings.Fields(attr(n, "view"))
	inner := &markup.Flow{}
	for _, k := range n.Kids {
		inner.Add(k, nil)
	}
	switch {
	case slices.Contains(view, "candidate") || len(view) == 0:
		f.Break()
		for _, k := range n.Kids {
			f.Add(k, nil)
		}
		f.Break()
		it.draft.Change(exchange.FieldContext, exchange.ContextMerged, inner.String(), "")
		return
	case slices.Contains(view, "scorer"):
		it.refs = append(it.refs, inner.String())
		if len(inner.Lost) > 0 {
			it.draft.Change(exchange.FieldAnswer, exchange.FormattingLost, inner.String(), "")
		}
	default:
		it.draft.Change(exchange.FieldFeedback, exchange.FeedbackLost, inner.String(), "")
	}
	it.images = append(it.images, inner.Images...)
}

// question makes an item of what was found in the body.
func (it *itemReader) question(units []unit, stem string) {
	d := it.draft
	q := &d.Rev.Question
	d.Guessed = it.meta.Type == ""
	switch {
	case len(units) == 0:
		it.keep("none")
	case len(units) == 1 && it.meta.Type != bank.Case:
		u := units[0]
		if stem != "" && u.text != stem {
			u.text = strings.TrimSpace(stem + "\n" + u.text)
		}
		it.one(u, q, it.meta.Type)
		q.Explanation = it.modal
	default:
		d.Guessed = false
		*q = bank.Question{Type: bank.Case, Stem: stem, Explanation: it.modal}
		for i, u := range units {
			if u.text == "" || stem == "" {
				it.keep("composite")
				return
			}
			var t bank.Type
			if i < len(it.meta.parts) {
				t = it.meta.parts[i].Type
			}
			d.Rev.Parts = append(d.Rev.Parts, bank.Question{})
			it.one(u, &d.Rev.Parts[i], t)
		}
	}
}

// one makes a question of a unit. t is its type where that is known.
func (it *itemReader) one(u unit, q *bank.Question, t bank.Type) {
	q.Stem = u.text
	switch u.kind {
	case "choiceinteraction":
		it.choice(u.node, q, t)
	case "textentryinteraction":
		q.Type = bank.Blank
		for _, n := range u.entries {
			accepted := it.accepted(attr(n, "responseidentifier"))
			if len(accepted) == 0 {
				it.keep("no-key")
			}
			q.Key.Blanks = append(q.Key.Blanks, accepted)
		}
	default:
		q.Type = bank.ShortAnswer
		if t == bank.Essay {
			q.Type = bank.Essay
		}
		refs := u.refs
		if refs == nil {
			refs = it.refs
		}
		q.Key.Reference = strings.Join(refs, "\n")
		if decl := it.decls[attr(u.node, "responseidentifier")]; q.Key.Reference == "" {
			q.Key.Reference = strings.Join(decl.correct, "\n")
		}
		it.draft.FillReference(q)
	}
}

func (it *itemReader) choice(n *markup.Node, q *bank.Question, t bank.Type) {
	decl := it.decls[attr(n, "responseidentifier")]
	texts, ids, last, said := it.options(n)
	q.Type = bank.Multiple
	if decl.cardinality == "single" || decl.cardinality == "" && attr(n, "maxchoices") == "1" {
		q.Type = bank.Single
	}
	if decl.cardinality == "ordered" {
		it.keep("ordered")
	}
	it.draft.SetOptions(q, texts)
	for i := range q.Options {
		q.Options[i].Feedback = said[ids[i]]
		if modal := it.modals[ids[i]]; modal != "" && q.Options[i].Feedback == "" {
			q.Options[i].Feedback = modal
		}
	}
	for _, i := range last {
		if i < len(q.Options) {
			q.Options[i].Last = true
		}
	}
	it.key(n, q, decl, ids)
	switch {
	case t == bank.Judgement, t == "" && q.Type == bank.Single:
		if exchange.AsJudgement(q) {
			it.draft.Guessed = false
		}
	case t == bank.Multiple && q.Type == bank.Single:
		q.Type = bank.Multiple
	}
}

// options reads what can be chosen: texts and identifiers, the places of those
// that stay last, and what is said to who chooses one.
func (it *itemReader) options(n *markup.Node) (texts, ids []string, last []int, said map[string]string) {
	said = map[string]string{}
	for _, c := range children(n, "simplechoice") {
		field, id := exchange.OptionField(min(len(texts), 7)), attr(c, "identifier")
		f := it.flow(field)
		for _, k := range c.Kids {
			f.Add(k, func(k *markup.Node) bool {
				name := canon(k.Name)
				if name != "feedbackinline" && name != "feedbackblock" {
					return false
				}
				if attr(k, "identifier") == id && attr(k, "showhide") != "hide" {
					said[id] = strings.TrimSpace(said[id] + "\n" + it.say(k, exchange.FieldFeedback))
				} else {
					it.draft.Change(exchange.FieldFeedback, exchange.FeedbackLost, strings.TrimSpace(k.Content()), "")
				}
				return true
			})
		}
		it.lost(f, field)
		if attr(c, "fixed") == "true" {
			last = append(last, len(texts))
		}
		texts, ids = append(texts, f.String()), append(ids, id)
	}
	return texts, ids, last, said
}

// key reads which options are right.
func (it *itemReader) key(n *markup.Node, q *bank.Question, decl declaration, ids []string) {
	right := decl.correct
	if len(right) == 0 {
		right = it.best(decl, q.Type == bank.Single)
	}
	if len(right) == 0 {
		it.keep("no-key")
	}
	for _, id := range right {
		i := slices.Index(ids, id)
		if i < 0 {
			it.draft.DropAt(n.Line, exchange.FieldAnswer, exchange.MissingOption, id)
		} else if i < len(q.Options) {
			q.Key.Options = append(q.Key.Options, q.Options[i].ID)
		}
	}
	slices.Sort(q.Key.Options)
	q.Key.Options = slices.Compact(q.Key.Options)
	it.partial(decl, right)
}

// best lists the keys that a mapping rewards.
func (it *itemReader) best(d declaration, one bool) []string {
	top := 0.0
	for _, v := range d.mapped {
		top = max(top, v)
	}
	var out []string
	for _, k := range d.keys {
		if v := d.mapped[k]; v > 0 && (!one || v == top) {
			out = append(out, k)
		}
	}
	if one && len(out) > 1 {
		out = out[:1]
	}
	return out
}

// rewarded lists the keys that a mapping rewards most: what is half right is
// not right here.
func (it *itemReader) rewarded(d declaration) []string {
	top := 0.0
	for _, v := range d.mapped {
		top = max(top, v)
	}
	return slices.DeleteFunc(it.best(d, false), func(k string) bool { return d.mapped[k] < top })
}

// partial notes a mapping that rewards the responses differently.
func (it *itemReader) partial(d declaration, right []string) {
	for k, v := range d.mapped {
		if v > 0 && !slices.Contains(right, k) || v > 0 && len(right) > 0 && v != d.mapped[right[0]] {
			it.draft.Change(exchange.FieldScoring, exchange.ScoringLost, "mapping", "")
			return
		}
	}
}

// accepted lists the answers of a place to fill in.
func (it *itemReader) accepted(id string) []string {
	d := it.decls[id]
	var out []string
	for _, s := range append(slices.Clone(d.correct), it.rewarded(d)...) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	it.partial(declaration{mapped: d.mapped}, out)
	if d.cased {
		it.draft.Change(exchange.FieldScoring, exchange.ScoringLost, "caseSensitive", "")
	}
	return out
}

package qti

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"
)

// declaration is what an item says of one response.
type declaration struct {
	cardinality string
	correct     []string
	mapped      map[string]float64
	keys        []string // of mapped, in their order
	cased       bool     // some entry asks for the exact case
}

// itemReader reads one item.
type itemReader struct {
	*pack
	draft   *exchange.Draft
	root    *markup.Node
	name    string
	decls   map[string]declaration
	meta    ownMeta
	images  []string          // what no text can show
	shown   []string          // pictures of the package that texts show
	modals  map[string]string // modal feedback by the choice that it speaks of
	foreign string            // why the item must be kept as it is; empty where it need not
	modal   string
	refs    []string // reference answers from rubric blocks
}

// ownMeta is what the manifest says for this program.
type ownMeta struct {
	code string
	exchange.Meta
	parts []partMeta
}

type partMeta struct {
	Type        bank.Type
	source      string
	explanation string // QTI has feedback for the whole item only
	last        []bank.OptionID
}

// item reads an item of version 2 or 3.
func (p *pack) item(r resource, name string, raw []byte, root *markup.Node) {
	d := exchange.NewDraft(name, root.Line)
	it := &itemReader{pack: p, draft: d, root: root, name: name, decls: map[string]declaration{}}
	it.meta = readMeta(p.own, r.meta)
	it.declarations()
	it.refuse()
	body := child(root, "itembody")
	it.feedback()
	units, stem := it.units(body)
	switch {
	case it.foreign != "":
	case body == nil:
		d.Drop(exchange.FieldStem, exchange.EmptyStem, root.Name)
	default:
		it.question(units, stem)
	}
	if len(it.images) > 0 && it.foreign == "" {
		it.foreign = "media"
	}
	it.stimulus(stem)
	it.settle(r, raw)
	p.Add(d)
}

func readMeta(own bank.ID, meta *markup.Node) ownMeta {
	var m ownMeta
	if meta == nil {
		return m
	}
	for _, n := range find(meta, "item") {
		if n.Space != ownSpace {
			continue
		}
		m.code = attr(n, "code")
		m.Type = bank.Type(attr(n, "type"))
		m.Point = bank.PointCode(attr(n, "point"))
		m.Difficulty, _ = strconv.Atoi(attr(n, "difficulty"))
		m.Consistency, _ = strconv.Atoi(attr(n, "consistency"))
		m.Source = n.Child("source").Content()
		m.Excludes, _ = exchange.ParseExcludes(own, attr(n, "excludes"))
		m.Last, _, _ = exchange.ParseLetters(attr(n, "last"))
		for _, k := range n.Children("part") {
			last, _, _ := exchange.ParseLetters(attr(k, "last"))
			m.parts = append(m.parts, partMeta{bank.Type(attr(k, "type")), k.Child("source").Content(), k.Child("explanation").Content(), last})
		}
	}
	if m.Difficulty < 0 || m.Difficulty > 5 {
		m.Difficulty = 0
	}
	if m.Consistency < 0 || m.Consistency > 5 {
		m.Consistency = 0
	}
	if m.Difficulty == 0 {
		for _, n := range find(meta, "difficulty") {
			v := n.Content()
			if c := n.Child("value"); c != nil {
				v = c.Content()
			}
			if k, ok := exchange.ParseScale(v); ok {
				m.Difficulty = k
			}
		}
	}
	return m
}

func (it *itemReader) declarations() {
	for _, n := range children(it.root, "responsedeclaration") {
		d := declaration{cardinality: attr(n, "cardinality"), mapped: map[string]float64{}}
		for _, v := range children(child(n, "correctresponse"), "value") {
			d.correct = append(d.correct, strings.TrimSpace(v.Content()))
		}
		for _, e := range children(child(n, "mapping"), "mapentry") {
			key := attr(e, "mapkey")
			value, err := strconv.ParseFloat(attr(e, "mappedvalue"), 64)
			if err != nil {
				continue
			}
			if _, twice := d.mapped[key]; !twice {
				d.keys = append(d.keys, key)
			}
			d.mapped[key] = value
			d.cased = d.cased || attr(e, "casesensitive") == "true"
		}
		if child(n, "areamapping") != nil {
			it.keep("areaMapping")
		}
		it.decls[attr(n, "identifier")] = d
	}
}

// keep says why the item is to be kept as it is. The first reason stands.
func (it *itemReader) keep(why string) {
	if it.foreign == "" {
		it.foreign = why
	}
}

// refuse finds what makes an item more than its parts.
func (it *itemReader) refuse() {
	if attr(it.root, "adaptive") == "true" {
		it.keep("adaptive")
	}
	it.root.Walk(func(n *markup.Node) bool {
		switch name := canon(n.Name); {
		case name == "templatedeclaration" || name == "templateprocessing" || name == "include":
			it.keep(n.Name)
		case name == "printedvariable" || name == "templateblock" || name == "templateinline":
			it.keep(n.Name)
		case strings.HasSuffix(name, "interaction") && !known[name]:
			it.keep(n.Name)
		}
		return true
	})
	rp := child(it.root, "responseprocessing")
	if rp == nil || attr(rp, "template") != "" && standardTemplate(attr(rp, "template")) {
		return
	}
	if attr(rp, "template") == "" && plainScoring(rp) {
		return
	}
	it.draft.Change(exchange.FieldScoring, exchange.ScoringLost, attr(rp, "template"), "")
}

var known = map[string]bool{"choiceinteraction": true, "textentryinteraction": true, "extendedtextinteraction": true}

func standardTemplate(url string) bool {
	name := strings.TrimSuffix(path.Base(url), ".xml")
	return name == "match_correct" || name == "map_response" || name == "CC2_match" || name == "CC2_map_response"
}

// plainScoring tells whether rules say no more than that every response counts
// for itself, right or by its mapping.
func plainScoring(rp *markup.Node) bool {
	plain := true
	rp.Walk(func(n *markup.Node) bool {
		switch canon(n.Name) {
		case "responseprocessing", "responsecondition", "responseif", "responseelse", "setoutcomevalue", "match", "variable", "correct", "sum", "mapresponse", "basevalue", "isnull":
		default:
			plain = false
		}
		return true
	})
	return plain
}

// feedback takes the explanation out of the feedback.
func (it *itemReader) feedback() {
	always := map[string]string{}
	for _, n := range children(it.root, "outcomedeclaration") {
		if v := child(child(n, "defaultvalue"), "value"); v != nil {
			always[attr(n, "identifier")] = strings.TrimSpace(v.Content())
		}
	}
	var texts []string
	all := slices.DeleteFunc(children(it.root, "modalfeedback"), it.ofChoice)
	for _, n := range all {
		f := it.flow(exchange.FieldExplanation)
		for _, k := range n.Kids {
			f.Add(k, nil)
		}
		it.images = append(it.images, f.Images...)
		if attr(n, "identifier") == "" || always[attr(n, "outcomeidentifier")] != attr(n, "identifier") || len(all) > 1 {
			it.draft.Change(exchange.FieldFeedback, exchange.FeedbackLost, f.String(), "")
		}
		if len(f.Lost) > 0 {
			it.draft.Change(exchange.FieldExplanation, exchange.FormattingLost, f.String(), "")
		}
		if s := f.String(); s != "" && !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	it.modal = strings.Join(texts, "\n")
}

// ofChoice takes modal feedback that is shown with a choice of the same name.
func (it *itemReader) ofChoice(n *markup.Node) bool {
	id := attr(n, "identifier")
	named := slices.ContainsFunc(find(child(it.root, "itembody"), "simplechoice"), func(c *markup.Node) bool { return attr(c, "identifier") == id })
	if !named || id == "" || attr(n, "showhide") == "hide" {
		return false
	}
	if it.modals == nil {
		it.modals = map[string]string{}
	}
	it.modals[id] = it.say(n, exchange.FieldFeedback)
	return true
}

// stimulus puts shared material in front of the stem.
func (it *itemReader) stimulus(stem string) {
	for _, n := range children(it.root, "assessmentstimulusref") {
		href := attr(n, "href")
		it.images = append(it.images, href)
		if it.zip == nil {
			it.keep("assessmentStimulusRef")
			continue
		}
		name, err := archive.Resolve(it.name, href)
		if err != nil {
			it.draft.Drop(exchange.FieldContext, exchange.UnsafePath, href)
			continue
		}
		raw, err := it.zip.Read(name, maxXML)
		if err != nil {
			it.draft.Drop(exchange.FieldContext, exchange.MissingFile, href)
			continue
		}
		root, err := it.parse(raw)
		if err != nil {
			it.draft.Drop(exchange.FieldContext, exchange.Malformed, href)
			continue
		}
		f := it.flowFrom(name, exchange.FieldContext)
		for _, b := range find(root, "stimulusbody") {
			f.Add(b, nil)
		}
		it.lost(f, exchange.FieldContext)
		if len(f.Images) > 0 {
			it.keep("media")
			for _, img := range f.Images {
				if local(img) {
					it.images = append(it.images, path.Join(path.Dir(href), img))
				}
			}
		}
		it.draft.Rev.Stem = strings.TrimSpace(f.String() + "\n" + it.draft.Rev.Stem)
		it.draft.Change(exchange.FieldContext, exchange.ContextMerged, href, it.draft.Rev.Stem)
	}
	if it.draft.Rev.Stem == "" {
		it.draft.Rev.Stem = stem
	}
}

// settle gives the item its code and what it keeps of the original.
func (it *itemReader) settle(r resource, raw []byte) {
	d, id := it.draft, attr(it.root, "identifier")
	d.Code = it.meta.code
	if _, ok := exchange.ParseCode(strings.ToUpper(id)); ok && d.Code == "" {
		d.Code = id
	}
	foreign := bank.Foreign{Format: "qti-" + version(it.root), ID: id}
	if id == d.Code {
		foreign.ID = ""
	}
	if it.foreign != "" {
		stem := d.Rev.Stem
		if stem == "" {
			stem = attr(it.root, "title")
		}
		d.Rev.Question = bank.Question{Type: bank.Other, Stem: stem}
		d.Rev.Parts, d.Guessed = nil, false
		it.meta.Last = nil
		foreign.Kind = it.foreign
		d.Change(exchange.FieldRaw, exchange.KeptRaw, it.foreign, "")
	}
	it.meta.Apply(d, &d.Rev.Question)
	for i := range d.Rev.Parts {
		if i < len(it.meta.parts) {
			m := exchange.Meta{Source: it.meta.parts[i].source, Last: it.meta.parts[i].last}
			m.Apply(d, &d.Rev.Parts[i])
			d.Rev.Parts[i].Explanation = it.meta.parts[i].explanation
		}
	}
	if it.foreign != "" || d.Altered() {
		it.original(r, &foreign, raw)
	}
	if foreign.Raw != "" || foreign.ID != "" {
		d.Rev.Foreign = &foreign
	}
}

// original keeps the item as it is, with its files.
func (it *itemReader) original(r resource, foreign *bank.Foreign, raw []byte) {
	own := ""
	if it.meta.code != "" {
		own = rawFolder + "/" + it.meta.code + "/"
	}
	foreign.Raw = string(raw)
	foreign.Path = strings.TrimPrefix(it.name, own)
	if foreign.Path == "" {
		foreign.Path = singleName
	}
	hrefs := append(slices.Clone(it.images), it.shown...)
	for _, n := range find(it.root, "stylesheet") {
		hrefs = append(hrefs, attr(n, "href"))
	}
	files := it.media(it.draft, it.name, hrefs)
	for _, name := range r.files {
		if name == it.name || slices.ContainsFunc(files, func(m bank.Media) bool { return m.Path == name }) {
			continue
		}
		// The manifest's own paths begin at its folder; they are resolved already.
		files = append(files, it.media(it.draft, "", []string{name})...)
	}
	for i := range files {
		files[i].Path = strings.TrimPrefix(files[i].Path, own)
	}
	slices.SortFunc(files, func(a, b bank.Media) int { return strings.Compare(a.Path, b.Path) })
	foreign.Media = files
}

package qti

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// rawFolder is where items stand that are given back as they came, each in a
// folder of its own, so that their files never meet.
const rawFolder = "raw"

// singleName is the path of an item that came without a package.
const singleName = "item.xml"

// write writes a package of a version.
func write(out io.Writer, b exchange.Bundle, version string) ([]exchange.Verdict, error) {
	w := &writer{zip: zip.NewWriter(out), version: version, own: b.Bank, media: b.Media, led: exchange.NewLedger(b.Bank), written: map[string]bool{}}
	w.led.Pictures, w.led.Feedback = b.Pictures(), true
	for i := range b.Revisions {
		if err := w.item(&b.Revisions[i]); err != nil {
			return nil, fmt.Errorf("qti: write %s: %w", b.Revisions[i].Item, err)
		}
	}
	w.led.End()
	if err := w.file(manifestName, w.manifest(b)); err != nil {
		return nil, fmt.Errorf("qti: write: %w", err)
	}
	if err := w.zip.Close(); err != nil {
		return nil, fmt.Errorf("qti: write: %w", err)
	}
	return w.led.Verdicts, nil
}

// writer writes a package.
type writer struct {
	zip       *zip.Writer
	version   string
	own       bank.ID
	media     map[string][]byte
	led       *exchange.Ledger
	resources []entry
	written   map[string]bool // pictures that are in the package
	n         int             // interactions of the item so far
	files     []string        // pictures of the item so far
	outcomes  strings.Builder // what the item declares besides its score
}

// entry is a resource of the manifest to be.
type entry struct {
	id, kind, href string
	files          []string
	rev            *bank.Revision
}

func (w *writer) file(name, text string) error {
	f, err := w.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return err
}

func (w *writer) item(rev *bank.Revision) error {
	w.led.Begin(rev)
	if exchange.RawFits(rev) && strings.HasPrefix(rev.Foreign.Format, "qti-") {
		return w.raw(rev)
	}
	if rev.Type == bank.Other {
		w.led.Drop(exchange.FieldType, exchange.NotCarried, rev.Foreign.Kind)
		return nil
	}
	if rev.Foreign != nil && rev.Foreign.Raw != "" {
		w.led.Change(exchange.FieldRaw, exchange.RawStale, rev.Foreign.Kind, "")
	}
	code := exchange.CodeOf(w.own, rev.Item)
	href := "items/" + code + ".xml"
	text := w.document(code, rev)
	w.resources = append(w.resources, entry{id: code, kind: "imsqti_item_xmlv" + strings.Replace(w.version, ".", "p", 1), href: href, rev: rev, files: w.files})
	for _, name := range w.files {
		if w.written[name] {
			continue
		}
		w.written[name] = true
		raw := w.led.Pictures[bank.PictureID(strings.TrimSuffix(path.Base(name), path.Ext(name)))]
		if err := w.file(name, string(raw)); err != nil {
			return err
		}
	}
	return w.file(href, text)
}

// mediaFolder is where the pictures of items stand.
const mediaFolder = "media"

// image returns where an item finds a picture, or nothing where there is none.
func (w *writer) image(id bank.PictureID) string {
	raw := w.led.Pictures[id]
	if raw == nil {
		return ""
	}
	name := mediaFolder + "/" + exchange.PictureName(id, raw)
	if !slices.Contains(w.files, name) {
		w.files = append(w.files, name)
	}
	return "../" + name
}

// raw gives an item back as it came.
func (w *writer) raw(rev *bank.Revision) error {
	code, f := exchange.CodeOf(w.own, rev.Item), rev.Foreign
	version := strings.TrimPrefix(f.Format, "qti-")
	folder := rawFolder + "/" + code
	e := entry{id: code, kind: "imsqti_item_xmlv" + strings.Replace(version, ".", "p", 1), href: inside(folder, f.Path), rev: rev}
	text := f.Raw
	if version == "1.2" {
		e.kind = "imsqti_xmlv1p2"
		text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<questestinterop>" + f.Raw + "</questestinterop>\n"
	}
	if version != w.version {
		w.led.Change(exchange.FieldRaw, exchange.RawVersion, f.Format, "qti-"+w.version)
	}
	for _, m := range f.Media {
		raw, ok := w.media[m.Sum]
		if !ok {
			w.led.Change(exchange.FieldMedia, exchange.MissingFile, m.Path, "")
			continue
		}
		name := inside(folder, m.Path)
		if name == e.href {
			continue
		}
		out, err := w.zip.Create(name)
		if err == nil {
			_, err = out.Write(raw)
		}
		if err != nil {
			return err
		}
		e.files = append(e.files, name)
	}
	w.resources = append(w.resources, e)
	return w.file(e.href, text)
}

// inside puts a path below a folder, wherever it led.
func inside(folder, name string) string {
	if name == "" {
		name = singleName
	}
	return folder + path.Clean("/"+strings.ReplaceAll(name, `\`, "/"))
}

// el writes the name of an element in the version's way.
func (w *writer) el(name string) string {
	if w.version == "3.0" {
		return "qti-" + kebab(name)
	}
	return name
}

// open writes a start tag; attrs are names and values.
func (w *writer) open(b *strings.Builder, name string, attrs ...string) {
	b.WriteString("<" + w.el(name))
	for i := 0; i+1 < len(attrs); i += 2 {
		key := attrs[i]
		if w.version == "3.0" && !strings.Contains(key, ":") {
			key = kebab(key)
		}
		fmt.Fprintf(b, " %s=\"%s\"", key, markup.EscapeAttr(attrs[i+1]))
	}
	b.WriteString(">")
}

func (w *writer) close(b *strings.Builder, name string) { b.WriteString("</" + w.el(name) + ">") }

// leaf writes an element with a text.
func (w *writer) leaf(b *strings.Builder, name, text string, attrs ...string) {
	w.open(b, name, attrs...)
	b.WriteString(markup.Escape(text))
	w.close(b, name)
}

// inline writes text where a line of text may stand.
func (w *writer) inline(field exchange.Field, s string) string {
	html, exact := markup.HTML(s, w.image)
	if !exact {
		w.led.Change(field, exchange.FormattingLost, s, "")
	}
	return html
}

// paragraph writes text as a block.
func (w *writer) paragraph(field exchange.Field, s string) string {
	html := w.inline(field, s)
	if strings.HasPrefix(html, "<pre>") {
		return html
	}
	return "<p>" + html + "</p>"
}

// plain writes a text that holds no markup as a block.
func plain(s string) string {
	if markup.Collapses(s) {
		return "<pre>" + markup.Escape(s) + "</pre>"
	}
	return "<p>" + strings.ReplaceAll(markup.Escape(s), "\n", "<br/>") + "</p>"
}

func (w *writer) space() string {
	if w.version == "3.0" {
		return "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
	}
	return "http://www.imsglobal.org/xsd/imsqti_v2p2"
}

func (w *writer) template(name string) string {
	if w.version == "3.0" {
		return "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/" + name
	}
	return "http://www.imsglobal.org/question/qti_v2p2/rptemplates/" + name
}

// document writes an item.
func (w *writer) document(code string, rev *bank.Revision) string {
	w.n, w.files = 0, nil
	w.outcomes.Reset()
	var decls, body, rules strings.Builder
	units := []*bank.Question{&rev.Question}
	if rev.Type == bank.Case {
		units = nil
		body.WriteString(w.paragraph(exchange.FieldStem, rev.Stem) + "\n")
		for i := range rev.Parts {
			units = append(units, &rev.Parts[i])
		}
	}
	for _, q := range units {
		if rev.Type == bank.Case {
			body.WriteString(`<div class="` + classPart + `">`)
		}
		w.unit(q, &decls, &body, &rules)
		if rev.Type == bank.Case {
			body.WriteString("</div>\n")
		}
	}
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	w.open(&b, "assessmentItem", "xmlns", w.space(), "identifier", code, "title", code, "adaptive", "false", "timeDependent", "false", "xml:lang", "zh-CN")
	b.WriteString("\n" + decls.String())
	w.outcome(&b, "SCORE", "float", "0")
	if rev.Explanation != "" {
		w.outcome(&b, "FEEDBACK", "identifier", "EXPLANATION")
	}
	b.WriteString(w.outcomes.String())
	w.open(&b, "itemBody")
	b.WriteString("\n" + body.String())
	w.close(&b, "itemBody")
	b.WriteString("\n")
	w.processing(&b, units, rules.String())
	if rev.Explanation != "" {
		w.open(&b, "modalFeedback", "outcomeIdentifier", "FEEDBACK", "identifier", "EXPLANATION", "showHide", "show")
		if w.version == "3.0" {
			b.WriteString("<qti-content-body>" + w.paragraph(exchange.FieldExplanation, rev.Explanation) + "</qti-content-body>")
		} else {
			b.WriteString(w.paragraph(exchange.FieldExplanation, rev.Explanation))
		}
		w.close(&b, "modalFeedback")
		b.WriteString("\n")
	}
	w.close(&b, "assessmentItem")
	b.WriteString("\n")
	return b.String()
}

func (w *writer) outcome(b *strings.Builder, id, base, value string) {
	w.open(b, "outcomeDeclaration", "identifier", id, "cardinality", "single", "baseType", base)
	w.open(b, "defaultValue")
	w.leaf(b, "value", value)
	w.close(b, "defaultValue")
	w.close(b, "outcomeDeclaration")
	b.WriteString("\n")
}

// processing writes how the item is scored: by a template where one response
// stands alone, else by rules.
func (w *writer) processing(b *strings.Builder, units []*bank.Question, rules string) {
	template := ""
	if len(units) == 1 && w.n == 1 && w.outcomes.Len() == 0 {
		switch q := units[0]; {
		case q.Type.Choice():
			template = "match_correct"
		case q.Type == bank.Blank:
			template = "map_response"
		}
	}
	switch {
	case template != "":
		w.open(b, "responseProcessing", "template", w.template(template))
	case rules != "":
		w.open(b, "responseProcessing")
		b.WriteString("\n" + rules)
	default:
		return
	}
	w.close(b, "responseProcessing")
	b.WriteString("\n")
}

// respond begins a response and returns its identifier.
func (w *writer) respond() string {
	w.n++
	if w.n == 1 {
		return "RESPONSE"
	}
	return "RESPONSE" + strconv.Itoa(w.n)
}

// unit writes one question: what it declares, shows and scores.
func (w *writer) unit(q *bank.Question, decls, body, rules *strings.Builder) {
	switch {
	case q.Type.Choice():
		body.WriteString(w.paragraph(exchange.FieldStem, q.Stem) + "\n")
		w.choice(q, decls, body, rules)
	case q.Type == bank.Blank:
		w.blanks(q, decls, body, rules)
	default:
		if q.Key.Reference != exchange.Placeholder {
			w.open(body, "rubricBlock", "view", "scorer")
			body.WriteString(plain(w.led.Reference(q.Key)))
			w.close(body, "rubricBlock")
			body.WriteString("\n")
		}
		body.WriteString(w.paragraph(exchange.FieldStem, q.Stem) + "\n")
		id := w.respond()
		w.open(decls, "responseDeclaration", "identifier", id, "cardinality", "single", "baseType", "string")
		w.close(decls, "responseDeclaration")
		decls.WriteString("\n")
		lines := "5"
		if q.Type == bank.Essay {
			lines = "15"
		}
		w.open(body, "extendedTextInteraction", "responseIdentifier", id, "expectedLines", lines)
		w.close(body, "extendedTextInteraction")
		body.WriteString("\n")
	}
}

func (w *writer) choice(q *bank.Question, decls, body, rules *strings.Builder) {
	id := w.respond()
	cardinality, most := "single", "1"
	if q.Type == bank.Multiple {
		cardinality, most = "multiple", "0"
	}
	w.open(decls, "responseDeclaration", "identifier", id, "cardinality", cardinality, "baseType", "identifier")
	w.open(decls, "correctResponse")
	for _, key := range q.Key.Options {
		w.leaf(decls, "value", string(key))
	}
	w.close(decls, "correctResponse")
	w.close(decls, "responseDeclaration")
	decls.WriteString("\n")
	w.open(body, "choiceInteraction", "responseIdentifier", id, "shuffle", strconv.FormatBool(q.Type != bank.Judgement), "maxChoices", most)
	body.WriteString("\n")
	remark := w.remark(q, id, cardinality, rules)
	for i, o := range q.Options {
		attrs := []string{"identifier", string(o.ID)}
		if o.Last {
			attrs = append(attrs, "fixed", "true")
		}
		w.open(body, "simpleChoice", attrs...)
		body.WriteString(w.inline(exchange.OptionField(i), o.Text))
		if o.Feedback != "" {
			w.open(body, "feedbackInline", "outcomeIdentifier", remark, "identifier", string(o.ID), "showHide", "show")
			body.WriteString(w.inline(exchange.FieldFeedback, o.Feedback))
			w.close(body, "feedbackInline")
		}
		w.close(body, "simpleChoice")
		body.WriteString("\n")
	}
	w.close(body, "choiceInteraction")
	body.WriteString("\n")
	w.open(rules, "responseCondition")
	w.open(rules, "responseIf")
	w.open(rules, "match")
	w.leaf(rules, "variable", "", "identifier", id)
	w.leaf(rules, "correct", "", "identifier", id)
	w.close(rules, "match")
	w.add(rules, func() { w.leaf(rules, "baseValue", "1", "baseType", "float") })
	w.close(rules, "responseIf")
	w.close(rules, "responseCondition")
	rules.WriteString("\n")
}

// remark declares the outcome that shows what is said of the chosen options,
// where something is.
func (w *writer) remark(q *bank.Question, id, cardinality string, rules *strings.Builder) string {
	if !slices.ContainsFunc(q.Options, func(o bank.Option) bool { return o.Feedback != "" }) {
		return ""
	}
	name := "REMARK_" + id
	w.open(&w.outcomes, "outcomeDeclaration", "identifier", name, "cardinality", cardinality, "baseType", "identifier")
	w.close(&w.outcomes, "outcomeDeclaration")
	w.outcomes.WriteString("\n")
	w.open(rules, "setOutcomeValue", "identifier", name)
	w.leaf(rules, "variable", "", "identifier", id)
	w.close(rules, "setOutcomeValue")
	rules.WriteString("\n")
	return name
}

// add writes a rule that adds to the score.
func (w *writer) add(rules *strings.Builder, what func()) {
	w.open(rules, "setOutcomeValue", "identifier", "SCORE")
	w.open(rules, "sum")
	w.leaf(rules, "variable", "", "identifier", "SCORE")
	what()
	w.close(rules, "sum")
	w.close(rules, "setOutcomeValue")
}

// blanks writes a stem with places to fill in: in its gaps, where it marks as
// many as it has blanks, else below it.
func (w *writer) blanks(q *bank.Question, decls, body, rules *strings.Builder) {
	pieces, marks := exchange.SplitGaps(q.Stem), exchange.GapMarks(q.Stem)
	fits := len(marks) == len(q.Key.Blanks)
	pre := markup.Collapses(q.Stem)
	if !fits {
		body.WriteString(w.paragraph(exchange.FieldStem, q.Stem) + `<div class="` + classBlanks + `">`)
	} else if pre {
		body.WriteString("<pre>" + markup.Elements(pieces[0], w.image, false))
	} else {
		body.WriteString("<p>" + markup.Elements(pieces[0], w.image, true))
	}
	for i, accepted := range q.Key.Blanks {
		id := w.respond()
		w.blank(id, accepted, decls)
		attrs := []string{"responseIdentifier", id}
		if fits && marks[i] != "____" {
			attrs = append(attrs, "class", classGap+marks[i])
		}
		w.open(body, "textEntryInteraction", attrs...)
		w.close(body, "textEntryInteraction")
		if fits {
			body.WriteString(markup.Elements(pieces[i+1], w.image, !pre))
		}
		w.add(rules, func() { w.leaf(rules, "mapResponse", "", "identifier", id) })
		rules.WriteString("\n")
	}
	switch {
	case !fits:
		body.WriteString("</div>\n")
	case pre:
		body.WriteString("</pre>\n")
	default:
		body.WriteString("</p>\n")
	}
}

func (w *writer) blank(id string, accepted []string, decls *strings.Builder) {
	w.open(decls, "responseDeclaration", "identifier", id, "cardinality", "single", "baseType", "string")
	w.open(decls, "correctResponse")
	w.leaf(decls, "value", accepted[0])
	w.close(decls, "correctResponse")
	w.open(decls, "mapping", "defaultValue", "0")
	for _, a := range accepted {
		w.leaf(decls, "mapEntry", "", "mapKey", a, "mappedValue", "1", "caseSensitive", "false")
	}
	w.close(decls, "mapping")
	w.close(decls, "responseDeclaration")
	decls.WriteString("\n")
}

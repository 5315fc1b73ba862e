package moodlexml

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"path"
	"regexp"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

const format = "moodle-xml"

// Format is what the registry knows of Moodle XML.
func Format() exchange.Format {
	return exchange.Format{
		Name: format, Title: exchange.Text{ZH: "Moodle XML", EN: "Moodle XML"}, Extension: ".xml", Media: "application/xml",
		Detect: func(s exchange.Sample) bool {
			return s.Begins("quiz") && !strings.Contains(s.Text, "canvas.instructure.com")
		},
		Read: Read, Write: Write,
	}
}

// reader reads the questions of a file one after the other.
type reader struct {
	*exchange.Collector
	own   bank.ID
	raw   []byte
	point bank.PointCode // of the category
	open  *exchange.Draft
}

// Read reads a Moodle XML file.
func Read(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	raw, err := exchange.ReadAll(r, exchange.MaxFile)
	if err != nil {
		return exchange.Import{}, err
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	raw, err = markup.UTF8(raw)
	if err != nil {
		return exchange.Import{}, err
	}
	rd := &reader{Collector: c, own: opts.Bank, raw: raw}
	root := ""
	err = markup.Each(raw, func(n *markup.Node, depth int) bool {
		if depth == 0 {
			root = n.Name
		}
		if depth != 1 {
			return false
		}
		if n.Name == "question" {
			rd.question(n)
		}
		return true
	})
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	if root != "quiz" {
		return exchange.Import{}, fmt.Errorf("%w: the root is <%s>, not <quiz>", exchange.ErrFormat, root)
	}
	rd.closeCase()
	return c.Done()
}

// text is a text with its format and files.
func (r *reader) text(d *exchange.Draft, n *markup.Node, field exchange.Field) string {
	if n == nil {
		return ""
	}
	s := n.Content()
	if t := n.Child("text"); t != nil {
		s = t.Content()
	}
	how := n.Attr("format")
	if how == "plain_text" || how == "" && !strings.Contains(s, "<") {
		return strings.TrimSpace(s)
	}
	f := markup.FromHTML(s)
	if len(f.Lost) > 0 {
		d.Change(field, exchange.FormattingLost, s, f.String())
	}
	return f.String()
}

func (r *reader) category(n *markup.Node) {
	r.point = ""
	name := strings.TrimSpace(n.Child("category").Content())
	name = strings.ToUpper(bank.Normal(path.Base(name)))
	if p := bank.PointCode(name); exchange.ValidPoint(p) {
		r.point = p
	}
}

func (r *reader) question(n *markup.Node) {
	kind := n.Attr("type")
	if kind == "category" {
		r.category(n)
		return
	}
	d := exchange.NewDraft("", n.Line)
	q := &d.Rev.Question
	q.Stem = r.text(d, n.Child("questiontext"), exchange.FieldStem)
	q.Explanation = r.text(d, n.Child("generalfeedback"), exchange.FieldExplanation)
	var tags []string
	for _, t := range n.Child("tags").Children("tag") {
		tags = append(tags, strings.TrimSpace(t.Content()))
	}
	meta := exchange.ParseTags(r.own, tags)
	if meta.Point == "" {
		meta.Point = r.point
	}
	id := strings.TrimSpace(n.Child("idnumber").Content())
	part := 0
	if code, ok := exchange.ParseCode(strings.ToUpper(bank.Normal(id))); ok {
		d.Code, part = id, code.Part
		if part > 0 {
			d.Code = code.Item
		}
		id = ""
	}
	media := r.media(d, n)
	complete := r.read(d, n, kind, meta)
	switch {
	case !complete:
		r.keepRaw(d, n, kind, id, media)
		meta.Last = nil
	case len(media) > 0:
		r.keepRaw(d, n, kind+"+media", id, media)
		meta.Last = nil
	case d.Altered() && part == 0 && d.Rev.Type != bank.Case:
		d.Rev.Foreign = &bank.Foreign{Format: format, ID: id, Raw: r.rawOf(n, id)}
	case id != "":
		d.Rev.Foreign = &bank.Foreign{Format: format, ID: id}
	}
	meta.Apply(d, q)
	r.add(d, part)
}

var ownID = regexp.MustCompile(`<idnumber>[^<]*</idnumber>`)

// keepRaw keeps a question as it is.
func (r *reader) keepRaw(d *exchange.Draft, n *markup.Node, kind, id string, media []bank.Media) {
	d.Rev.Question = bank.Question{Type: bank.Other, Stem: d.Rev.Stem}
	d.Rev.Foreign = &bank.Foreign{Format: format, ID: id, Kind: kind, Raw: r.rawOf(n, id), Media: media}
	d.Guessed = false
	d.Change(exchange.FieldRaw, exchange.KeptRaw, kind, "")
}

// rawOf is a question as it stands. An idnumber that is a code is left out:
// the revision has it.
func (r *reader) rawOf(n *markup.Node, id string) string {
	raw := string(r.raw[n.Start:n.End])
	if id == "" {
		raw = ownID.ReplaceAllString(raw, "")
	}
	return raw
}

// media takes the embedded files. They stay in the raw form too, which the
// bank bounds, so that it can be given back as it was.
func (r *reader) media(d *exchange.Draft, n *markup.Node) []bank.Media {
	var out []bank.Media
	n.Walk(func(k *markup.Node) bool {
		if k.Name != "file" {
			return true
		}
		name := k.Attr("name")
		clean := strings.Join(strings.Fields(k.Content()), "")
		if base64.StdEncoding.DecodedLen(len(clean)) > exchange.MaxMedia {
			d.Drop(exchange.FieldMedia, exchange.MediaTooLarge, name)
			return false
		}
		raw, err := base64.StdEncoding.DecodeString(clean)
		if err != nil || name == "" {
			d.Drop(exchange.FieldMedia, exchange.Malformed, name)
			return false
		}
		out = append(out, r.Media(name, mime.TypeByExtension(path.Ext(name)), raw))
		return false
	})
	return out
}

// add adds an item, or a part to the case above it.
func (r *reader) add(d *exchange.Draft, part int) {
	if part == 0 {
		r.closeCase()
		if d.Rev.Type == bank.Case {
			r.open = d
			return
		}
		r.Add(d)
		return
	}
	if r.open == nil || r.open.Code != d.Code || part != len(r.open.Rev.Parts)+1 {
		d.Drop(exchange.FieldCode, exchange.OrphanPart, d.Code)
		r.Add(d)
		return
	}
	r.open.Rev.Parts = append(r.open.Rev.Parts, d.Rev.Question)
	r.open.Absorb(d)
}

func (r *reader) closeCase() {
	if r.open != nil {
		r.Add(r.open)
	}
	r.open = nil
}

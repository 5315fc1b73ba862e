package moodlexml

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/url"
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
	exchange.Cases
	own   bank.ID
	raw   []byte
	point bank.PointCode // of the category
	// Of the question being read: the files that its texts show, and whether
	// a text has one that cannot be shown.
	used    map[*markup.Node]bool
	unshown bool
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
	rd := &reader{Cases: exchange.Cases{Collector: c}, own: opts.Bank, raw: raw}
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
	rd.Close()
	return c.Done()
}

// text is a text with its markup and the pictures that it embeds.
func (r *reader) text(d *exchange.Draft, n *markup.Node, field exchange.Field) string {
	return r.flow(d, n, field, true)
}

// plain is a text that holds no markup here, such as an answer to be typed.
func (r *reader) plain(d *exchange.Draft, n *markup.Node, field exchange.Field) string {
	return r.flow(d, n, field, false)
}

func (r *reader) flow(d *exchange.Draft, n *markup.Node, field exchange.Field, rich bool) string {
	if n == nil {
		return ""
	}
	s := n.Content()
	if t := n.Child("text"); t != nil {
		s = t.Content()
	}
	how := n.Attr("format")
	switch {
	case how == "plain_text" || how == "" && !strings.Contains(s, "<"):
		return strings.TrimSpace(s)
	case how == "moodle_auto_format" && !strings.Contains(s, "</p>"):
		s = strings.ReplaceAll(strings.TrimSpace(s), "\n", "<br/>")
	case how == "markdown":
		s = markup.Markdown(strings.TrimSpace(s))
	}
	f := &markup.Flow{Rich: rich}
	if rich {
		f.Picture = r.Shower(d, field, func(src string) []byte { return r.file(n, src) })
	}
	f.HTML(s)
	if len(f.Lost) > 0 {
		d.Change(field, exchange.FormattingLost, s, f.String())
	}
	r.unshown = r.unshown || len(f.Images) > 0
	return f.String()
}

// file returns a file that a text embeds, by what the text calls it.
func (r *reader) file(n *markup.Node, src string) []byte {
	name, ok := strings.CutPrefix(src, "@@PLUGINFILE@@/")
	if !ok {
		return nil
	}
	name, _, _ = strings.Cut(name, "?")
	if un, err := url.PathUnescape(name); err == nil {
		name = un
	}
	for _, f := range n.Children("file") {
		if strings.TrimPrefix(f.Attr("path")+f.Attr("name"), "/") != name && f.Attr("name") != name {
			continue
		}
		raw, err := decode(f)
		if err != nil {
			return nil
		}
		if _, _, ok := r.Picture(raw); ok {
			r.used[f] = true
		}
		return raw
	}
	return nil
}

func decode(file *markup.Node) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(file.Content()), ""))
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
	r.used, r.unshown = map[*markup.Node]bool{}, false
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
	complete := r.read(d, n, kind, meta)
	media, apart := r.media(d, n)
	switch {
	case !complete:
		r.keepRaw(d, n, kind, id, media)
		meta.Last = nil
	case apart || r.unshown:
		r.keepRaw(d, n, kind+"+media", id, media)
		meta.Last = nil
	case d.Altered() && part == 0 && d.Rev.Type != bank.Case:
		d.Rev.Foreign = &bank.Foreign{Format: format, ID: id, Raw: r.rawOf(n, id)}
	case id != "":
		d.Rev.Foreign = &bank.Foreign{Format: format, ID: id}
	}
	meta.Apply(d, q)
	r.Put(d, part)
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
// bank bounds, so that it can be given back as it was. apart tells whether one
// of them is not among the pictures that the texts show.
func (r *reader) media(d *exchange.Draft, n *markup.Node) (out []bank.Media, apart bool) {
	n.Walk(func(k *markup.Node) bool {
		if k.Name != "file" {
			return true
		}
		name := k.Attr("name")
		if base64.StdEncoding.DecodedLen(len(k.Content())) > 2*exchange.MaxMedia {
			d.Drop(exchange.FieldMedia, exchange.MediaTooLarge, name)
			return false
		}
		raw, err := decode(k)
		if err != nil || name == "" {
			d.Drop(exchange.FieldMedia, exchange.Malformed, name)
			return false
		}
		if len(raw) > exchange.MaxMedia {
			d.Drop(exchange.FieldMedia, exchange.MediaTooLarge, name)
			return false
		}
		apart = apart || !r.used[k]
		out = append(out, r.Media(name, mime.TypeByExtension(path.Ext(name)), raw))
		return false
	})
	return out, apart
}

package gift

import (
	"io"
	"regexp"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// Limits on a file.
const (
	maxFile  = 16 << 20
	maxLines = 500_000
	maxItem  = 2 << 20
	maxHints = 100 // answers of one question
)

// Format is what the registry knows of GIFT.
func Format() exchange.Format {
	return exchange.Format{
		Name: "gift", Title: exchange.Text{ZH: "Moodle GIFT 文本", EN: "Moodle GIFT"}, Extension: ".gift", Media: "text/plain; charset=utf-8",
		Detect: detect, Read: Read, Write: Write,
	}
}

var looksLike = regexp.MustCompile(`(?m)^::|^\$CATEGORY:|(?:^|[^\\])\{\s*(?:[=~#]|T|F|TRUE|FALSE|\})`)

func detect(s exchange.Sample) bool {
	return strings.HasSuffix(s.Name, ".gift") || looksLike.MatchString(s.Text) && !strings.HasPrefix(strings.TrimSpace(s.Text), "<") && !strings.HasPrefix(strings.TrimSpace(s.Text), "%")
}

// chunk is a question's text, and the comments above it.
type chunk struct {
	line     int
	lines    []string
	comments []string
}

// Read reads a GIFT file.
func Read(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	lines, err := exchange.ReadLines(r, maxFile, maxLines)
	if err != nil {
		return exchange.Import{}, err
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	rd := &reader{Cases: exchange.Cases{Collector: c}, own: opts.Bank}
	for _, ch := range rd.chunks(lines) {
		rd.item(ch)
	}
	rd.Close()
	return c.Done()
}

type reader struct {
	exchange.Cases
	own   bank.ID
	point bank.PointCode // of the category
}

// chunks cuts the file at empty lines. A brace that is open holds the lines
// together, as long as no new title begins.
func (r *reader) chunks(lines []string) []chunk {
	var out []chunk
	current := chunk{}
	flush := func() {
		if len(current.lines) > 0 {
			out = append(out, current)
		}
		current = chunk{}
	}
	depth := 0
	for i, l := range lines {
		t := strings.TrimSpace(l)
		switch {
		case strings.HasPrefix(t, "//"):
			current.comments = append(current.comments, t)
			continue
		case t == "":
			if depth <= 0 || !goesOn(lines[i+1:]) {
				flush()
				depth = 0
			}
			continue
		case strings.HasPrefix(t, "$CATEGORY:"):
			flush()
			out = append(out, chunk{line: i + 1, lines: []string{t}})
			continue
		case strings.HasPrefix(t, "::") && len(current.lines) > 0:
			flush() // some leave the empty line out
			depth = 0
		}
		if len(current.lines) == 0 {
			current.line = i + 1
		}
		current.lines = append(current.lines, l)
		depth += braces(t)
	}
	flush()
	return out
}

// goesOn tells whether the answers of an open brace go on below an empty line.
func goesOn(lines []string) bool {
	for _, l := range lines[:min(len(lines), 20)] {
		if t := strings.TrimSpace(l); t != "" {
			return strings.ContainsRune("=~}#", rune(t[0]))
		}
	}
	return false
}

// braces is how many braces a line opens more than it closes.
func braces(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			n++
		case '}':
			n--
		}
	}
	return n
}

func (r *reader) category(s string) {
	r.point = ""
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), "//", "\x00"), "/")
	last := strings.ToUpper(bank.Normal(parts[len(parts)-1]))
	if code, _, found := strings.Cut(last, "("); found {
		last = code
	}
	if p := bank.PointCode(last); exchange.ValidPoint(p) {
		r.point = p
	}
}

var (
	idTag    = regexp.MustCompile(`\[id:((?:\\.|[^\]\\])*)\]`)
	plainTag = regexp.MustCompile(`\[tag:((?:\\.|[^\]\\])*)\]`)
)

// said reads the comments before an item: its id, its explanation, its tags.
func said(ch chunk) (id, explanation string, tags []string) {
	for _, c := range ch.comments {
		if m := idTag.FindStringSubmatch(c); m != nil {
			id = unescapeTag(m[1])
		}
		for _, m := range plainTag.FindAllStringSubmatch(c, -1) {
			tag := unescapeTag(m[1])
			if rest, ok := strings.CutPrefix(tag, tagExplanation); ok {
				explanation = rest
			} else {
				tags = append(tags, tag)
			}
		}
	}
	return id, explanation, tags
}

func (r *reader) item(ch chunk) {
	body := strings.TrimSpace(strings.Join(ch.lines, "\n"))
	if rest, ok := strings.CutPrefix(body, "$CATEGORY:"); ok {
		r.category(rest)
		return
	}
	d := exchange.NewDraft("", ch.line)
	if len(body) > maxItem {
		d.Drop(exchange.FieldStem, exchange.TooLong, body)
		r.Put(d, 0)
		return
	}
	id, explanation, tags := said(ch)
	meta := exchange.ParseTags(r.own, tags)
	if meta.Point == "" {
		meta.Point = r.point
	}
	p := parser{draft: d, meta: meta, show: func(d *exchange.Draft, field exchange.Field) func(string, string) string {
		return r.Shower(d, field, func(string) []byte { return nil })
	}}
	title := strings.TrimSpace(p.question(body))
	if id == "" {
		id = title
	}
	part := 0
	if code, ok := exchange.ParseCode(strings.ToUpper(bank.Normal(id))); ok {
		d.Code, part = id, code.Part
		if part > 0 {
			d.Code = code.Item
		}
	} else if id != "" && id != strings.TrimSpace(title) {
		d.Rev.Foreign = &bank.Foreign{Format: "gift", ID: id}
	}
	if d.Rev.Type == bank.Case {
		d.Rev.Explanation = explanation
	}
	p.meta.Apply(d, &d.Rev.Question)
	if d.Rev.Type == bank.Other {
		foreign := bank.Foreign{Format: "gift", Kind: p.kind, Raw: body}
		if d.Rev.Foreign != nil {
			foreign.ID = d.Rev.Foreign.ID
		}
		d.Rev.Foreign = &foreign
		d.Rev.Stem = p.stem
		d.Change(exchange.FieldRaw, exchange.KeptRaw, p.kind, "")
	}
	r.Put(d, part)
}

// unescape takes the meaning-off marks out of a text.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case '~', '=', '#', '{', '}', ':', '\\':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

var tagUnescape = strings.NewReplacer(`\]`, "]", `\\`, `\`, `\n`, "\n")

func unescapeTag(s string) string { return strings.TrimSpace(tagUnescape.Replace(s)) }

// say turns a text in one of Moodle's formats into a text of an item.
func (p *parser) say(s, format string, field exchange.Field, rich bool) string {
	d := p.draft
	s = unescape(strings.TrimSpace(s))
	switch {
	case format == "markdown":
		s = markup.Markdown(s)
	case format == "html":
	case format == "moodle" && tagAt.MatchString(s):
		s = strings.ReplaceAll(s, "\n", "<br/>") // as Moodle does
	default:
		return strings.TrimSpace(s)
	}
	f := &markup.Flow{Rich: rich}
	if rich && p.show != nil {
		f.Picture = p.show(d, field)
	}
	f.HTML(s)
	if len(f.Lost) > 0 {
		d.Change(field, exchange.FormattingLost, s, f.String())
	}
	if len(f.Images) > 0 {
		d.Drop(exchange.FieldPicture, exchange.Picture, f.Images[0])
	}
	return f.String()
}

// tagAt tells HTML from texts such as "a < b".
var tagAt = regexp.MustCompile(`(?i)</?(p|br|b|strong|i|em|u|sub|sup|span|div|ul|ol|li|img|table|tr|td|a|h[1-6]|pre|code|math)\b[^<>]*>`)

package markup

import (
	"slices"
	"strings"
)

// Loss is a kind of thing that plain text does not hold.
type Loss string

// The losses.
const (
	Format Loss = "format" // bold, lists, tables
	Math   Loss = "math"
	Script Loss = "script"
)

// Flow gathers marked-up text as plain text: blocks begin new lines, space is
// collapsed as browsers do, pictures leave a mark.
type Flow struct {
	Images []string // what src, data or href say, in order
	Lost   []Loss

	b       strings.Builder
	space   bool // a space is due before the next text
	breaks  int  // line breaks are due before the next text
	pre     int
	skip    int
	raise   []string // sup or sub
	cells   int
	numbers []int // counters of open lists; -1 for unnumbered
}

// block elements begin and end a line.
var block = map[string]bool{
	"p": true, "div": true, "li": true, "ul": true, "ol": true, "tr": true, "table": true, "tbody": true, "thead": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "blockquote": true, "pre": true, "dl": true, "dt": true, "dd": true,
	"section": true, "article": true, "figure": true, "figcaption": true, "hr": true, "address": true, "center": true, "caption": true,
}

// plain elements carry no formatting of their own.
var plain = map[string]bool{"p": true, "div": true, "span": true, "br": true, "pre": true, "body": true, "html": true, "font": true, "a": true, "content-body": true, "stimulus-body": true, "stimulusbody": true}

// hidden elements have no text for readers.
var hidden = map[string]bool{"script": true, "style": true, "head": true, "title": true, "noscript": true, "template": true}

// Open begins an element.
func (f *Flow) Open(name string, attr func(string) string) {
	if f.skip > 0 || hidden[name] {
		if hidden[name] {
			f.skip++
			f.lose(Script)
		}
		return
	}
	if block[name] {
		f.Break()
	}
	switch name {
	case "br":
		f.hardBreak()
	case "pre":
		f.pre++
	case "img", "object", "audio", "video", "source", "embed", "iframe":
		f.media(name, attr)
	case "sub", "sup":
		f.raise = append(f.raise, name)
	case "tr":
		f.cells = 0
		f.lose(Format)
	case "td", "th":
		if f.cells++; f.cells > 1 {
			f.b.WriteByte('\t')
			f.space = false
		}
	case "ul":
		f.numbers = append(f.numbers, -1)
		f.lose(Format)
	case "ol":
		f.numbers = append(f.numbers, 0)
		f.lose(Format)
	case "math":
		f.lose(Math)
	default:
		if !plain[name] && !block[name] {
			f.lose(Format)
		}
	}
}

// Close ends an element.
func (f *Flow) Close(name string) {
	if hidden[name] {
		f.skip = max(0, f.skip-1)
		return
	}
	if f.skip > 0 {
		return
	}
	switch name {
	case "pre":
		f.pre = max(0, f.pre-1)
	case "sub", "sup":
		if n := len(f.raise); n > 0 {
			f.raise = f.raise[:n-1]
		}
	case "ul", "ol":
		if n := len(f.numbers); n > 0 {
			f.numbers = f.numbers[:n-1]
		}
	}
	if block[name] {
		f.Break()
	}
}

// Break asks for a new line before the next text.
func (f *Flow) Break() {
	f.space = false
	if f.b.Len() > 0 && f.breaks == 0 {
		f.breaks = 1
	}
}

func (f *Flow) hardBreak() {
	f.space = false
	f.breaks++
}

// Text adds text.
func (f *Flow) Text(s string) {
	if f.skip > 0 || s == "" {
		return
	}
	if f.pre > 0 {
		f.flush()
		f.b.WriteString(s)
		return
	}
	if n := len(f.raise); n > 0 {
		s = f.raised(s, f.raise[n-1])
	}
	for i, word := range strings.FieldsFunc(s, asciiSpace) {
		if i > 0 || asciiSpace(rune(s[0])) {
			f.space = true
		}
		f.flush()
		f.b.WriteString(word)
	}
	if last := rune(s[len(s)-1]); asciiSpace(last) {
		f.space = true
	}
}

// Gap writes a mark for a place to fill in.
func (f *Flow) Gap(mark string) {
	f.flush()
	f.b.WriteString(mark)
}

func asciiSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

// flush writes the space or the line breaks that are due.
func (f *Flow) flush() {
	switch {
	case f.breaks > 0:
		f.b.WriteString(strings.Repeat("\n", min(f.breaks, 3)))
	case f.space && f.b.Len() > 0:
		f.b.WriteByte(' ')
	}
	f.breaks, f.space = 0, false
}

func (f *Flow) media(name string, attr func(string) string) {
	for _, a := range []string{"src", "data", "href"} {
		if v := attr(a); v != "" && !(name == "source" && len(f.Images) > 0) {
			f.Images = append(f.Images, v)
			label := strings.TrimSpace(attr("alt"))
			if label == "" {
				label = "媒体"
			}
			f.flush()
			f.b.WriteString("【" + label + "】")
			return
		}
	}
	if name == "img" || name == "object" {
		f.lose(Format)
	}
}

func (f *Flow) lose(l Loss) {
	if !slices.Contains(f.Lost, l) {
		f.Lost = append(f.Lost, l)
	}
}

const plainRow, subRow, supRow = "0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"

// raised writes digits as the raised or lowered digits that Unicode has; any
// other text loses its place.
func (f *Flow) raised(s, how string) string {
	row := []rune(supRow)
	if how == "sub" {
		row = []rune(subRow)
	}
	var b strings.Builder
	for _, r := range s {
		i := strings.IndexRune(plainRow, r)
		if i < 0 {
			f.lose(Format)
			return s
		}
		b.WriteRune(row[i])
	}
	return b.String()
}

// String returns the text.
func (f *Flow) String() string { return strings.Trim(f.b.String(), " \n\t\r") }

// Collapses tells whether text would come back different from a flow without
// preformatting.
func Collapses(s string) bool {
	return s != strings.TrimSpace(s) || strings.Contains(s, "  ") || strings.Contains(s, "\t") || strings.Contains(s, " \n") || strings.Contains(s, "\n ") || strings.Contains(s, "\n\n\n\n")
}

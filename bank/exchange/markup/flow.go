package markup

import (
	"slices"
	"strconv"
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
	// Rich keeps bold, raised and lowered text and formulas in the markup of
	// package bank. Without it they are written as far as plain text can.
	Rich bool
	// Picture takes a picture and returns the mark that stands for it, or
	// nothing where it cannot be shown. It may be nil.
	Picture func(src, words string) string

	Images []string // what src, data or href say of what has no mark, in order
	Lost   []Loss

	runs   []run
	length int
	space  bool   // a space is due before the next text
	spaced string // how it is set
	breaks int    // line breaks are due before the next text
	broken string // how they are set
	pre    int
	skip   int
	styles []string // sub, sup or b, as they are open
	cells  int
	lists  []int // counters of open lists; -1 for unnumbered
}

// run is text that is set in one way.
type run struct {
	style string
	text  []byte
}

// style is how text is set now: what is raised or lowered is not bold too.
func (f *Flow) style() string {
	if !f.Rich || len(f.styles) == 0 {
		return ""
	}
	for i := len(f.styles) - 1; i >= 0; i-- {
		if f.styles[i] != "b" {
			return f.styles[i]
		}
	}
	return "b"
}

// raise is how plain text is raised or lowered now, if it is.
func (f *Flow) raise() string {
	for i := len(f.styles) - 1; i >= 0; i-- {
		if f.styles[i] != "b" {
			return f.styles[i]
		}
	}
	return ""
}

func (f *Flow) write(style, s string) {
	if s == "" {
		return
	}
	f.length += len(s)
	if n := len(f.runs); n > 0 && f.runs[n-1].style == style {
		f.runs[n-1].text = append(f.runs[n-1].text, s...)
		return
	}
	f.runs = append(f.runs, run{style, []byte(s)})
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
		f.styles = append(f.styles, name)
	case "b", "strong":
		f.styles = append(f.styles, "b")
		if !f.Rich {
			f.lose(Format)
		}
	case "tr":
		f.cells = 0
		f.lose(Format)
	case "td", "th":
		if f.cells++; f.cells > 1 {
			f.write("", "\t")
			f.space = false
		}
	case "ul":
		f.lists = append(f.lists, -1)
		f.lose(Format)
	case "ol":
		f.lists = append(f.lists, 0)
		f.lose(Format)
	case "li":
		f.bullet()
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
	case "sub", "sup", "b", "strong":
		if n := len(f.styles); n > 0 {
			f.styles = f.styles[:n-1]
		}
	case "ul", "ol":
		if n := len(f.lists); n > 0 {
			f.lists = f.lists[:n-1]
		}
	}
	if block[name] {
		f.Break()
	}
}

// Break asks for a new line before the next text.
func (f *Flow) Break() {
	f.space = false
	if f.length > 0 && f.breaks == 0 {
		f.breaks, f.broken = 1, ""
	}
}

func (f *Flow) hardBreak() {
	f.space = false
	if f.breaks++; f.breaks == 1 {
		f.broken = f.style()
	} else if f.broken != f.style() {
		f.broken = ""
	}
}

// bullet writes what browsers show before a line of a list.
func (f *Flow) bullet() {
	n := len(f.lists)
	if n == 0 {
		return
	}
	mark := "• "
	if f.lists[n-1] >= 0 {
		f.lists[n-1]++
		mark = strconv.Itoa(f.lists[n-1]) + ". "
	}
	f.flush()
	f.write("", mark)
}

// Text adds text.
func (f *Flow) Text(s string) {
	if f.skip > 0 || s == "" {
		return
	}
	if f.pre > 0 {
		f.flush()
		f.write(f.style(), s)
		return
	}
	if how := f.raise(); how != "" && !f.Rich {
		s = f.raised(s, how)
	}
	// Editors write these to keep space; it is not part of what is said.
	s = strings.ReplaceAll(s, "\u00a0", " ")
	due := func() {
		if !f.space {
			f.space, f.spaced = true, f.style()
		}
	}
	for i, word := range strings.FieldsFunc(s, asciiSpace) {
		if i > 0 || asciiSpace(rune(s[0])) {
			due()
		}
		f.flush()
		f.write(f.style(), word)
	}
	if last := rune(s[len(s)-1]); asciiSpace(last) {
		due()
	}
}

// Formula adds a formula in TeX.
func (f *Flow) Formula(tex string) {
	if tex = strings.TrimSpace(tex); tex != "" {
		f.Gap(`\(` + tex + `\)`)
	}
}

// Gap writes a mark for a place to fill in.
func (f *Flow) Gap(mark string) {
	f.flush()
	f.write("", mark)
}

func asciiSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

// flush writes the space or the line breaks that are due.
func (f *Flow) flush() {
	switch {
	case f.breaks > 0:
		f.write(f.broken, strings.Repeat("\n", min(f.breaks, 3)))
	case f.space && f.length > 0:
		f.write(f.spaced, " ")
	}
	f.breaks, f.space = 0, false
}

func (f *Flow) media(name string, attr func(string) string) {
	if tex := equation(attr); f.Rich && name == "img" && tex != "" {
		f.Formula(tex)
		return
	}
	for _, a := range []string{"src", "data", "href"} {
		if v := attr(a); v != "" && !(name == "source" && len(f.Images) > 0) {
			label := strings.TrimSpace(attr("alt"))
			if f.Picture != nil && (name == "img" || name == "object" && !strings.HasPrefix(attr("type"), "audio/") && !strings.HasPrefix(attr("type"), "video/")) {
				if mark := f.Picture(v, label); mark != "" {
					f.Gap(mark)
					return
				}
			}
			f.Images = append(f.Images, v)
			if label == "" {
				label = "媒体"
			}
			f.Gap("【" + label + "】")
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

// equation is the formula that some systems show as a picture.
func equation(attr func(string) string) string {
	if !strings.Contains(attr("class"), "equation_image") {
		return ""
	}
	if tex := attr("data-equation-content"); tex != "" {
		return tex
	}
	return strings.TrimPrefix(attr("alt"), "LaTeX: ")
}

// String returns the text.
func (f *Flow) String() string {
	var b strings.Builder
	for _, r := range f.runs {
		if r.style == "" {
			b.Write(r.text)
			continue
		}
		// Within a span no angle bracket may stand.
		text := string(r.text)
		for text != "" {
			at := strings.IndexAny(text, "<>")
			if at < 0 {
				at = len(text)
			}
			if at > 0 {
				b.WriteString("<" + r.style + ">" + text[:at] + "</" + r.style + ">")
			}
			if text = text[at:]; text != "" {
				b.WriteByte(text[0])
				text = text[1:]
			}
		}
	}
	return strings.Trim(b.String(), " \n\t\r")
}

// Collapses tells whether text would come back different from a flow without
// preformatting.
func Collapses(s string) bool {
	return s != strings.TrimSpace(s) || strings.Contains(s, "  ") || strings.Contains(s, "\t") || strings.Contains(s, "\u00a0") || strings.Contains(s, " \n") || strings.Contains(s, "\n ") || strings.Contains(s, "\n\n\n\n")
}

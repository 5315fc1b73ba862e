package print

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A4 in millimetres.
const (
	A4Width  = 210.0
	A4Height = 297.0
)

// point is how many points a millimetre is the reciprocal of: 72 / 25.4 points
// make one.
const point = 72 / 25.4

// Info is what a document says of itself.
type Info struct {
	Title    string
	Author   string
	Subject  string
	Language string // "zh-CN"
	Created  time.Time
	// Relations stand in the metadata (dc:relation), readable without a PDF reader.
	Relations []string
	// Width and Height are those of every page; A4 upright where 0.
	Width, Height float64
}

// Align says where text stands relative to its place.
type Align int

// The alignments.
const (
	Left Align = iota
	Center
	Right
)

// Style is how a text is set.
type Style struct {
	Size  float64 // points
	Bold  bool    // drawn with a line around each stroke: there is one weight
	Align Align   // of Text, relative to its place
	Gray  float64 // 0 black … 1 white
	Space float64 // millimetres added after each character
	Lang  string  // where it is not the document's
}

// Errors of documents.
var (
	// ErrPlace is returned for drawing before the first page.
	ErrPlace = errors.New("print: no page yet")
	// ErrRoom is returned for a row or block that is higher than a page.
	ErrRoom = errors.New("print: higher than a page")
	// ErrTag is returned where elements do not nest.
	ErrTag = errors.New("print: elements do not nest")
)

// Document is a PDF in the making. Its methods remember the first error, which
// Bytes returns instead of a document.
type Document struct {
	font   *Font
	info   Info
	subset *subset
	pages  []*page
	images []*Image
	root   *element
	open   []*element // the innermost last
	lead   strings.Builder
	err    error
}

// Head is how every document begins. Remarks follow it.
const Head = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

// Remark adds a comment, of ASCII characters, behind those that there are, which readers of the
// document pass over, and returns its line. Head and remarks can be sent on
// before the document is done, to tell who receives it how far it is.
func (d *Document) Remark(text string) string {
	line := "% " + strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text) + "\n"
	d.lead.WriteString(line)
	return line
}

// Relate adds to the relations that stand in the metadata.
func (d *Document) Relate(text string) { d.info.Relations = append(d.info.Relations, text) }

// page is the content of one page.
type page struct {
	body   bytes.Buffer
	marked []*element // by marked-content id, whose element it is
	images map[int]bool
}

// New begins a document without pages.
func New(font *Font, info Info) *Document {
	if info.Width == 0 || info.Height == 0 {
		info.Width, info.Height = A4Width, A4Height
	}
	d := &Document{font: font, info: info, subset: newSubset(font), root: &element{kind: "Document"}}
	d.open = []*element{d.root}
	d.check(info.Title)
	return d
}

func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *Document) check(text string) {
	if err := d.font.Check(text); err != nil {
		d.fail(err)
	}
}

// Page begins a page.
func (d *Document) Page() { d.pages = append(d.pages, &page{images: map[int]bool{}}) }

// Pages is how many pages there are so far.
func (d *Document) Pages() int { return len(d.pages) }

// on returns the page that is drawn on.
func (d *Document) on() *page {
	if len(d.pages) == 0 {
		d.fail(ErrPlace)
		return &page{images: map[int]bool{}}
	}
	return d.pages[len(d.pages)-1]
}

// Text sets one line with its base line at y. With Center or Right, x is the
// middle or the end.
func (d *Document) Text(x, y float64, text string, s Style) { d.text(d.on(), x, y, text, s, false) }

func (d *Document) text(p *page, x, y float64, text string, s Style, artifact bool) {
	if text == "" {
		return
	}
	if err := d.font.Check(text); err != nil {
		d.fail(err)
		return
	}
	width := d.font.Width(text, s.Size) + s.Space*float64(utf8.RuneCountInString(text)-1)
	switch s.Align {
	case Center:
		x -= width / 2
	case Right:
		x -= width
	}
	if artifact {
		p.body.WriteString("/Artifact BMC\n")
	} else {
		d.mark(p, s.Lang)
	}
	fmt.Fprintf(&p.body, "BT\n/F1 %s Tf\n%s g\n%s Tc\n", number(s.Size), number(s.Gray), number(s.Space*point))
	if s.Bold {
		fmt.Fprintf(&p.body, "2 Tr\n%s w\n%s G\n", number(s.Size*0.022), number(s.Gray))
	} else {
		p.body.WriteString("0 Tr\n")
	}
	fmt.Fprintf(&p.body, "%s %s Td\n<", number(x*point), number((d.info.Height-y)*point))
	for _, r := range text {
		if g := d.font.find(r); g > 0 {
			fmt.Fprintf(&p.body, "%04X", d.subset.use(r, g))
		}
	}
	p.body.WriteString("> Tj\nET\nEMC\n")
}

// Line draws a rule of a width in millimetres. Rules are decoration to a
// screen reader.
func (d *Document) Line(x1, y1, x2, y2, width float64) {
	fmt.Fprintf(&d.on().body, "/Artifact BMC\n0 G\n%s w\n%s %s m\n%s %s l\nS\nEMC\n", number(width*point),
		number(x1*point), number((d.info.Height-y1)*point), number(x2*point), number((d.info.Height-y2)*point))
}

// Box draws the edge of a rectangle.
func (d *Document) Box(x, y, w, h, width float64) {
	fmt.Fprintf(&d.on().body, "/Artifact BMC\n0 G\n%s w\n%s %s %s %s re\nS\nEMC\n", number(width*point),
		number(x*point), number((d.info.Height-y-h)*point), number(w*point), number(h*point))
}

// Fill fills a rectangle with a gray, 0 being black.
func (d *Document) Fill(x, y, w, h, gray float64) {
	fmt.Fprintf(&d.on().body, "/Artifact BMC\n%s g\n%s %s %s %s re\nf\nEMC\n", number(gray),
		number(x*point), number((d.info.Height-y-h)*point), number(w*point), number(h*point))
}

// Modules fills the dark squares of a matrix code (QR) whose upper left corner
// is at x, y and whose side is size; the quiet zone is the caller's. It is one
// figure to a screen reader, with what it says.
func (d *Document) Modules(x, y, size float64, dark [][]bool, alt string) {
	p := d.on()
	d.Begin("Figure", alt)
	d.mark(p, "")
	// In modules, from the top: whole numbers are short, and meet exactly.
	side := strconv.FormatFloat(size/float64(max(1, len(dark)))*point, 'f', 6, 64)
	fmt.Fprintf(&p.body, "q\n0 g\n%s 0 0 -%s %s %s cm\n", side, side, number(x*point), number((d.info.Height-y)*point))
	var buf []byte
	for row, line := range dark {
		for from := 0; from < len(line); from++ {
			to := from
			for to < len(line) && line[to] {
				to++
			}
			if to > from {
				buf = strconv.AppendInt(buf[:0], int64(from), 10)
				buf = strconv.AppendInt(append(buf, ' '), int64(row), 10)
				buf = strconv.AppendInt(append(buf, ' '), int64(to-from), 10)
				p.body.Write(append(buf, " 1 re\n"...))
				from = to
			}
		}
	}
	p.body.WriteString("f\nQ\nEMC\n")
	d.End()
}

// number writes a length with as many decimals as can be seen.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', 3, 64)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	if text == "-0" {
		return "0"
	}
	return text
}

package print

import (
	"fmt"
	"math"
)

// Margins are the empty edges of a page.
type Margins struct{ Top, Right, Bottom, Left float64 }

// Frame is what stands on every page of a flow besides the flow itself.
type Frame struct {
	Margins Margins
	Head    [3]string // at the left, in the middle, at the right, over a rule
	// Foot is at the left of the bottom line, 第 x 页 共 y 页 at its right.
	Foot string
	Size float64 // of head and foot; 9 where 0
	// Mark stands grey across each page, for what is no valid copy; "" for none.
	Mark string
}

// Flow sets one thing below the other, over as many pages as it takes.
type Flow struct {
	*Document
	frame Frame
	y     float64 // where the next thing begins
}

// leading is the height of a line in millimetres.
func leading(size float64) float64 { return size * 1.5 / point }

// baseline is how far below the upper edge of a line its base line is.
func baseline(size float64) float64 { return size * 1.12 / point }

// NewFlow begins a flow and its first page.
func NewFlow(font *Font, info Info, frame Frame) *Flow {
	if frame.Size == 0 {
		frame.Size = 9
	}
	f := &Flow{Document: New(font, info), frame: frame}
	for _, text := range append([]string{frame.Foot, frame.Mark, pageOf(0, 0)}, frame.Head[:]...) {
		f.check(text)
	}
	f.Break()
	return f
}

// X and Width are where the flow begins and how wide it is.
func (f *Flow) X() float64     { return f.frame.Margins.Left }
func (f *Flow) Width() float64 { return f.info.Width - f.frame.Margins.Left - f.frame.Margins.Right }

// Y is where the next thing begins.
func (f *Flow) Y() float64 { return f.y }

// Down leaves space.
func (f *Flow) Down(mm float64) { f.y += mm }

// Break goes on at a new page.
func (f *Flow) Break() {
	f.Page()
	if f.frame.Mark != "" {
		f.watermark()
	}
	f.y = f.frame.Margins.Top
}

// watermark comes first, so that everything else stands over it.
func (f *Flow) watermark() {
	const size = 72.0
	p, turn := f.on(), math.Pi/6
	cx, cy := f.info.Width/2*point, f.info.Height/2*point
	half := f.font.Width(f.frame.Mark, size) * point / 2
	fmt.Fprintf(&p.body, "q\n%s %s %s %s %s %s cm\n", number(math.Cos(turn)), number(math.Sin(turn)), number(-math.Sin(turn)), number(math.Cos(turn)), number(cx), number(cy))
	// The page's own system begins at the upper left corner; this one in the middle.
	f.text(p, -half/point, f.info.Height+size*0.35/point, f.frame.Mark, Style{Size: size, Gray: 0.9}, true)
	p.body.WriteString("Q\n")
}

// Room makes sure that a height fits below: where it does not, it goes on at a
// new page. What is higher than a page is an error: it would be cut off.
func (f *Flow) Room(height float64) {
	if height > f.info.Height-f.frame.Margins.Top-f.frame.Margins.Bottom {
		f.fail(ErrRoom)
	}
	if f.y+height > f.info.Height-f.frame.Margins.Bottom+0.001 && f.y > f.frame.Margins.Top {
		f.Break()
	}
}

// Paragraph sets text over the whole width. Kind is the element that it is to
// a screen reader: P, H1, H2.
func (f *Flow) Paragraph(kind, text string, s Style) {
	f.Begin(kind, "")
	for _, line := range f.font.Wrap(text, s.Size, f.Width()) {
		f.Room(leading(s.Size))
		x := f.X()
		switch s.Align {
		case Center:
			x += f.Width() / 2
		case Right:
			x += f.Width()
		}
		f.Text(x, f.y+baseline(s.Size), line, s)
		f.y += leading(s.Size)
	}
	f.End()
}

// Rule draws a line over the whole width.
func (f *Flow) Rule(width float64) { f.Line(f.X(), f.y, f.X()+f.Width(), f.y, width) }

// Column is one column of a table.
type Column struct {
	Head  string
	Width float64 // millimetres; columns share what is left where 0
	Align Align
}

// Cell is one cell of a table. A newline in Text ends a line; Note is set
// smaller below it.
type Cell struct {
	Text string
	Note string
	Bold bool
}

// Table is rows of cells below a head.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	Size    float64 // points; 10.5 where 0
}

const (
	cellPad  = 1.6
	hairline = 0.2
)

// Plain sets a table without a head; the text of a row's first cell, and of
// every other after it, names what follows.
func (f *Flow) Plain(t Table) {
	t.size()
	widths := f.widths(t.Columns)
	f.Begin("Table", "")
	for _, row := range t.Rows {
		height := f.rowHeight(&t, widths, row)
		f.Room(height)
		f.row(&t, widths, row, "TD", height)
	}
	f.End()
}

func (t *Table) size() {
	if t.Size == 0 {
		t.Size = 10.5
	}
}

// Table sets a table. The head comes again on each page; a row is never split.
func (f *Flow) Table(t Table) {
	t.size()
	widths := f.widths(t.Columns)
	head := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = Cell{Text: c.Head, Bold: true}
	}
	f.Begin("Table", "")
	top := f.rowHeight(&t, widths, head)
	if len(t.Rows) > 0 {
		f.Room(top + f.rowHeight(&t, widths, t.Rows[0]))
	}
	f.row(&t, widths, head, "TH", top)
	for _, row := range t.Rows {
		height := f.rowHeight(&t, widths, row)
		before := f.Pages()
		f.Room(height)
		if f.Pages() > before {
			f.repeat(&t, widths, head, top)
		}
		f.row(&t, widths, row, "TD", height)
	}
	f.End()
}

func (f *Flow) widths(columns []Column) []float64 {
	out, left, open := make([]float64, len(columns)), f.Width(), 0
	for i, c := range columns {
		out[i] = c.Width
		left -= c.Width
		if c.Width == 0 {
			open++
		}
	}
	for i := range out {
		if out[i] == 0 {
			out[i] = max(5, left/float64(open))
		}
	}
	return out
}

// noteSize is the size of a note below text of a size.
func noteSize(size float64) float64 { return size * 0.82 }

func (f *Flow) lines(t *Table, width float64, c Cell) (text, note []string) {
	text = f.font.Wrap(c.Text, t.Size, width-2*cellPad)
	if c.Note != "" {
		note = f.font.Wrap(c.Note, noteSize(t.Size), width-2*cellPad)
	}
	return text, note
}

func (f *Flow) rowHeight(t *Table, widths []float64, row []Cell) float64 {
	height := leading(t.Size)
	for i, c := range row {
		text, note := f.lines(t, widths[i], c)
		height = max(height, float64(len(text))*leading(t.Size)+float64(len(note))*leading(noteSize(t.Size)))
	}
	return height + 2*cellPad*0.6
}

func (f *Flow) row(t *Table, widths []float64, row []Cell, kind string, height float64) {
	f.Begin("TR", "")
	x := f.X()
	for i, c := range row {
		f.Begin(kind, "")
		f.cell(t, x, widths[i], c, t.Columns[i].Align, false)
		f.End()
		x += widths[i]
	}
	f.End()
	f.edges(widths, height)
}

// repeat sets the head again on a new page, where it is decoration: a screen
// reader has heard it.
func (f *Flow) repeat(t *Table, widths []float64, head []Cell, height float64) {
	x := f.X()
	for i, c := range head {
		f.cell(t, x, widths[i], c, t.Columns[i].Align, true)
		x += widths[i]
	}
	f.edges(widths, height)
}

func (f *Flow) cell(t *Table, x, width float64, c Cell, align Align, artifact bool) {
	at := x + cellPad
	switch align {
	case Center:
		at = x + width/2
	case Right:
		at = x + width - cellPad
	}
	text, note := f.lines(t, width, c)
	y := f.y + cellPad*0.6
	for _, line := range text {
		f.text(f.on(), at, y+baseline(t.Size), line, Style{Size: t.Size, Bold: c.Bold, Align: align}, artifact)
		y += leading(t.Size)
	}
	for _, line := range note {
		f.text(f.on(), at, y+baseline(noteSize(t.Size)), line, Style{Size: noteSize(t.Size), Align: align}, artifact)
		y += leading(noteSize(t.Size))
	}
}

// edges draws the lines around a row and goes below it.
func (f *Flow) edges(widths []float64, height float64) {
	x := f.X()
	for _, w := range widths {
		f.Box(x, f.y, w, height, hairline)
		x += w
	}
	f.y += height
}

// pageOf is the page number in words.
func pageOf(n, of int) string { return fmt.Sprintf("第 %d 页 共 %d 页", n, of) }

// Bytes puts head and foot on every page and ends the document.
func (f *Flow) Bytes() ([]byte, error) {
	m, size := f.frame.Margins, f.frame.Size
	for i, p := range f.pages {
		head := m.Top - 5
		for n, text := range f.frame.Head {
			x := m.Left + f.Width()*float64(n)/2
			f.text(p, x, head-1.2, text, Style{Size: size, Align: Align(n)}, true)
		}
		if f.frame.Head != [3]string{} {
			fmt.Fprintf(&p.body, "/Artifact BMC\n0 G\n%s w\n%s %s m\n%s %s l\nS\nEMC\n", number(hairline*point),
				number(m.Left*point), number((f.info.Height-head)*point), number((m.Left+f.Width())*point), number((f.info.Height-head)*point))
		}
		foot := f.info.Height - m.Bottom + 7
		f.text(p, m.Left, foot, f.frame.Foot, Style{Size: size}, true)
		f.text(p, m.Left+f.Width(), foot, pageOf(i+1, len(f.pages)), Style{Size: size, Align: Right}, true)
	}
	return f.Document.Bytes()
}

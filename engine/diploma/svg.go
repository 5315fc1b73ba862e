package diploma

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"gongyuan/engine/print"
)

// SVG returns a picture of the page that Write would print, for a screen: every
// line at its place and width, in whatever font the screen has. Errors are
// those of Check.
func (p *Printer) SVG(s *Sheet) ([]byte, error) {
	font, err := p.Source.Font()
	if err != nil {
		return nil, err
	}
	if err := p.Check(s); err != nil {
		return nil, err
	}
	x, err := p.make(s)
	if err != nil {
		return nil, err
	}
	form := p.form(s)
	if x.marks, err = form.marks(); err != nil {
		return nil, err
	}
	out := &picture{font: font}
	if err := form.page(out, font, s, &x); err != nil {
		return nil, err
	}
	out.b.WriteString("</svg>")
	return out.b.Bytes(), nil
}

// picture is a surface of one page, in millimetres.
type picture struct {
	font *print.Font
	b    bytes.Buffer
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Page implements surface.
func (d *picture) Page() {
	fmt.Fprintf(&d.b, `<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 %g %g" font-family="'Noto Serif CJK SC','Songti SC',SimSun,serif">`+
		`<rect width="%g" height="%g" fill="#fff"/>`, print.A4Width, print.A4Height, print.A4Width, print.A4Height)
}

// Begin implements surface; a picture has no structure.
func (d *picture) Begin(string, string) {}

// End implements surface.
func (d *picture) End() {}

// Box implements surface.
func (d *picture) Box(x, y, w, h, width float64) {
	fmt.Fprintf(&d.b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="none" stroke="#000" stroke-width="%.2f"/>`, x, y, w, h, width)
}

// Line implements surface.
func (d *picture) Line(x1, y1, x2, y2, width float64) {
	fmt.Fprintf(&d.b, `<path d="M%.2f %.2fL%.2f %.2f" stroke="#000" stroke-width="%.2f"/>`, x1, y1, x2, y2, width)
}

// millimetres of a point.
const millimetres = 25.4 / 72

// Text implements surface. Its width is that of the printed font.
func (d *picture) Text(x, y float64, text string, s print.Style) {
	n := float64(len([]rune(text)))
	width := d.font.Width(text, s.Size) + s.Space*max(0, n-1)
	switch s.Align {
	case print.Center:
		x -= width / 2
	case print.Right:
		x -= width
	}
	weight, gray := "400", int(255*s.Gray)
	if s.Bold {
		weight = "700"
	}
	length := ""
	if n > 1 {
		length = fmt.Sprintf(` textLength="%.2f"`, width)
	}
	fmt.Fprintf(&d.b, `<text xml:space="preserve" x="%.2f" y="%.2f" font-size="%.2f" font-weight="%s" fill="#%02x%02x%02x"%s>%s</text>`,
		x, y, s.Size*millimetres, weight, gray, gray, gray, length, escape.Replace(text))
}

// Modules implements surface.
func (d *picture) Modules(x, y, size float64, dark [][]bool, _ string) {
	side := size / float64(max(1, len(dark)))
	d.b.WriteString(`<path d="`)
	for row, line := range dark {
		for from := 0; from < len(line); from++ {
			to := from
			for to < len(line) && line[to] {
				to++
			}
			if to > from {
				fmt.Fprintf(&d.b, "M%.3f %.3fh%.3fv%.3fh-%.3fz", x+side*float64(from), y+side*float64(row), side*float64(to-from), side, side*float64(to-from))
				from = to
			}
		}
	}
	d.b.WriteString(`"/>`)
}

// Picture implements surface.
func (d *picture) Picture(x, y, w, h float64, img *print.Image, _ string) {
	fmt.Fprintf(&d.b, `<image x="%.2f" y="%.2f" width="%.2f" height="%.2f" href="data:%s;base64,%s"/>`,
		x, y, w, h, http.DetectContentType(img.Source), base64.StdEncoding.EncodeToString(img.Source))
}

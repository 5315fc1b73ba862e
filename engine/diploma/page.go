package diploma

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gongyuan/engine/print"
	"gongyuan/engine/symbol"
)

// Printer sets sheets after a template. It is safe for concurrent use.
type Printer struct {
	Source *print.Source
	Form   // of sheets that bring none

	busy  sync.Mutex
	coder symbol.Coder
}

// Form is all that a body decides about its certificates.
type Form struct {
	Template Template
	Logo     []byte // the body's, above the title; nil for none
	Seal     []byte // the body's own picture of its seal; nil leaves its place
}

// form is what a sheet is set after.
func (p *Printer) form(s *Sheet) *Form {
	if s.Form != nil {
		return s.Form
	}
	return &p.Form
}

// surface is what pages are drawn on: a PDF, or a picture of one.
type surface interface {
	Page()
	Box(x, y, w, h, width float64)
	Line(x1, y1, x2, y2, width float64)
	Text(x, y float64, text string, s print.Style)
	Modules(x, y, size float64, dark [][]bool, alt string)
	Picture(x, y, w, h float64, img *print.Image, alt string)
	Begin(kind, alt string)
	End()
}

var _ surface = (*print.Document)(nil)

// Places of the page, in millimetres.
const (
	edge       = 15.0 // of the outer frame
	left       = 33.0
	right      = 177.0
	labelWidth = 31.0
	rowHeight  = 13.0
	codeSide   = 38.0
	lowTop     = 216.0
)

// FieldError names the field of a sheet that cannot be printed.
type FieldError struct {
	Field string
	Err   error
}

// Error implements error.
func (e *FieldError) Error() string { return "diploma: " + e.Field + ": " + e.Err.Error() }

// Unwrap makes a *print.GlyphError or ErrLong of it.
func (e *FieldError) Unwrap() error { return e.Err }

// ErrLong is what does not fit its line.
var ErrLong = errors.New("diploma: too long for its line")

// Check tells what of a sheet could not be printed, as a *FieldError: a
// character that the font lacks, or a text that is too long. Asked before a
// certificate is issued, it keeps what cannot be printed from having a number.
func (p *Printer) Check(s *Sheet) error {
	font, err := p.Source.Font()
	if err != nil {
		return err
	}
	for _, key := range Keys {
		if err := font.Check(s.value(key)); err != nil {
			return &FieldError{key, err}
		}
	}
	for _, f := range p.form(s).Template.Fields {
		text, err := fill(f.Text, s.value)
		if err != nil {
			return &FieldError{f.Label, err}
		}
		if fit(font, text) == 0 {
			return &FieldError{f.Label, ErrLong}
		}
	}
	return nil
}

// fit is the largest size, in points, at which a text fits its line; 0 where
// it is too long to be read.
func fit(font *print.Font, text string) float64 {
	for _, size := range []float64{15, 14, 13, 12, 11, 10, 9} {
		if font.Width(text, size) <= valueWidth {
			return size
		}
	}
	return 0
}

// valueWidth is that of the lines beside the portrait, so that a field may
// stand anywhere.
const valueWidth = right - 36 - left - labelWidth - 7

// Write returns the sheets as one PDF, a page each. Errors are those of Check.
func (p *Printer) Write(sheets []Sheet) ([]byte, error) {
	var out bytes.Buffer
	err := p.Bind(&out, len(sheets), func(i int) (Sheet, error) { return sheets[i], nil })
	return out.Bytes(), err
}

// Bind writes certificates as one PDF, a page each, in order. at returns a
// sheet; it is called in order. Behind the first line of the document stands a
// line per page, as soon as that is set, so that a reader knows how far it is;
// the pages themselves come at the end. Errors are those of Check and of at;
// what was written then is no document.
func (p *Printer) Bind(w io.Writer, count int, at func(i int) (Sheet, error)) error {
	if count == 0 {
		return errors.New("diploma: nothing to print")
	}
	font, err := p.Source.Font()
	if err != nil {
		return err
	}
	var doc *print.Document
	sent := 0
	send := func(part string) error {
		n, err := io.WriteString(w, part)
		sent += n
		return err
	}
	marks := map[*Form]*marks{}
	for from := 0; from < count; from += window {
		sheets, err := some(at, from, min(window, count-from))
		if err != nil {
			return err
		}
		ready, err := p.prepare(sheets)
		if err != nil {
			return err
		}
		if doc == nil {
			doc = p.begin(font, &sheets[0], count)
			if err := send(print.Head); err != nil {
				return err
			}
		}
		for i := range sheets {
			if err := p.set(doc, font, &sheets[i], &ready[i], marks); err != nil {
				return fmt.Errorf("%s: %w", sheets[i].Certificate.Number, err)
			}
			if err := send(doc.Remark(fmt.Sprintf("page %d of %d", from+i+1, count))); err != nil {
				return err
			}
		}
	}
	raw, err := doc.Bytes()
	if err == nil {
		_, err = w.Write(raw[sent:])
	}
	return err
}

// some asks for a window of sheets.
func some(at func(i int) (Sheet, error), from, n int) ([]Sheet, error) {
	out := make([]Sheet, n)
	for i := range out {
		var err error
		if out[i], err = at(from + i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// begin returns a document for count pages, of which s is the first.
func (p *Printer) begin(font *print.Font, s *Sheet, count int) *print.Document {
	first := &s.Certificate
	name := p.form(s).Template.Title
	title := name + " " + string(first.Number)
	if count > 1 {
		title = fmt.Sprintf("%s %d 份", name, count)
	}
	created := first.Issued
	if created.IsZero() {
		created = time.Unix(0, 0)
	}
	return print.New(font, print.Info{Title: title, Author: first.Body, Subject: first.Occupation.Name, Language: "zh-CN", Created: created})
}

// set checks a sheet and sets its page.
func (p *Printer) set(doc *print.Document, font *print.Font, s *Sheet, x *made, known map[*Form]*marks) error {
	if err := p.Check(s); err != nil {
		return err
	}
	form := p.form(s)
	if x.marks = known[form]; x.marks == nil {
		var err error
		if x.marks, err = form.marks(); err != nil {
			return err
		}
		known[form] = x.marks
	}
	doc.Relate(s.Code())
	return form.page(doc, font, s, x)
}

// made is what is made of a sheet before its page is set.
type made struct {
	dark     [][]bool     // QR code
	portrait *print.Image // nil leaves an empty frame
	marks    *marks
}

// marks are the pictures of a form. All pages of a document share them.
type marks struct{ logo, seal *print.Image }

func (p *Form) marks() (*marks, error) {
	var out marks
	for _, x := range []struct {
		name string
		data []byte
		img  **print.Image
	}{{"logo", p.Logo, &out.logo}, {"seal", p.Seal, &out.seal}} {
		if x.data == nil {
			continue
		}
		var err error
		if *x.img, err = print.ParseImage(x.data); err != nil {
			return nil, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	return &out, nil
}

// prepare does what takes most of the time, on all processors.
func (p *Printer) prepare(sheets []Sheet) ([]made, error) {
	out := make([]made, len(sheets))
	one := func(i int) (err error) {
		if out[i], err = p.make(&sheets[i]); err != nil {
			err = fmt.Errorf("%s: %w", sheets[i].Certificate.Number, err)
		}
		return err
	}
	if len(sheets) == 1 {
		return out, one(0)
	}
	return out, p.spread(len(sheets), one)
}

func (p *Printer) make(s *Sheet) (made, error) {
	var out made
	var err error
	if out.dark, err = p.coder.Encode(s.Code()); err != nil {
		return out, &FieldError{"statement", err}
	}
	if s.Portrait != nil && p.form(s).Template.Framed() {
		if out.portrait, err = print.ParseImage(s.Portrait); err != nil {
			return out, &FieldError{"portrait", err}
		}
	}
	return out, nil
}

func (p *Form) page(d surface, font *print.Font, s *Sheet, x *made) error {
	d.Page()
	d.Box(edge, edge, print.A4Width-2*edge, print.A4Height-2*edge, .8)
	d.Box(edge+1.4, edge+1.4, print.A4Width-2*edge-2.8, print.A4Height-2*edge-2.8, .2)
	if s.Sample {
		for _, y := range []float64{80, 165, 250} {
			d.Text(print.A4Width/2, y, "样 张", print.Style{Size: 76, Bold: true, Align: print.Center, Gray: .93})
		}
	}
	y, err := p.head(d, font, s, x)
	if err == nil {
		err = p.fields(d, font, s, x, y)
	}
	if err == nil {
		err = p.low(d, s, x)
	}
	return err
}

// head sets logo, title and introduction, and returns where the fields begin.
func (p *Form) head(d surface, font *print.Font, s *Sheet, x *made) (float64, error) {
	if img := x.marks.logo; img != nil {
		w, h := within(img, 40, 16)
		d.Picture((print.A4Width-w)/2, 22+(16-h)/2, w, h, img, s.Certificate.Body)
	}
	d.Begin("H1", "")
	d.Text(print.A4Width/2, 54, p.Template.Title, print.Style{Size: 34, Bold: true, Align: print.Center, Space: 1.6})
	d.End()
	y := 62.0
	if p.Template.TitleEN != "" {
		d.Begin("P", "")
		d.Text(print.A4Width/2, y, p.Template.TitleEN, print.Style{Size: 12, Align: print.Center, Lang: "en"})
		d.End()
	}
	y += 10
	for _, part := range []struct {
		text, indent, lang string
		size               float64
	}{{p.Template.Intro, "　　", "", 14}, {p.Template.IntroEN, "", "en", 9.5}} {
		text, err := fill(part.text, s.value)
		if err != nil {
			return 0, err
		}
		if text == "" {
			continue
		}
		d.Begin("P", "")
		for _, line := range font.Wrap(part.indent+text, part.size, right-left) {
			d.Text(left, y, line, print.Style{Size: part.size, Lang: part.lang})
			y += part.size * .66
		}
		d.End()
	}
	return y + 4, nil
}

// fields sets the lines, those that have room beside the portrait.
func (p *Form) fields(d surface, font *print.Font, s *Sheet, x *made, top float64) error {
	t := &p.Template
	beside := top
	if t.Framed() {
		p.portrait(d, s, x.portrait, right-t.Width, top)
		beside += t.Height
	}
	for i, f := range t.Fields {
		text, err := fill(f.Text, s.value)
		if err != nil {
			return err
		}
		y := top + rowHeight*float64(i) + 9
		end := right
		if y-9 < beside {
			end = right - t.Width - 10
		}
		if y > lowTop-4 {
			return &FieldError{f.Label, ErrLong}
		}
		d.Begin("P", "")
		justified(d, font, left, y, labelWidth, f.Label, 13)
		if f.LabelEN != "" {
			d.Text(left, y+3.6, f.LabelEN, print.Style{Size: 7, Lang: "en"})
		}
		size := fit(font, text)
		if f.Text == "{number}" {
			grouped(d, font, left+labelWidth+6, y, text, 16)
		} else {
			d.Text(left+labelWidth+6, y, text, print.Style{Size: size, Bold: f.Bold})
		}
		d.End()
		d.Line(left+labelWidth+5, y+2.2, end, y+2.2, .2)
	}
	return nil
}

// justified sets a label to a width, as forms do.
func justified(d surface, font *print.Font, x, y, width float64, text string, size float64) {
	n := utf8.RuneCountInString(text)
	style := print.Style{Size: size}
	if n > 1 {
		style.Space = max(0, (width-font.Width(text, size))/float64(n-1))
	}
	d.Text(x, y, text, style)
}

// grouped sets a certificate number with gaps between its parts. The gaps are
// room and no characters: copied, the number is whole.
func grouped(d surface, font *print.Font, x, y float64, number string, size float64) {
	style := print.Style{Size: size, Bold: true}
	if len(number) != 22 {
		d.Text(x, y, number, style)
		return
	}
	at := 0
	for _, n := range []int{1, 4, 2, 6, 2, 1, 6} {
		part := number[at : at+n]
		d.Text(x, y, part, style)
		x += font.Width(part, size) + 1.6
		at += n
	}
}

func (p *Form) portrait(d surface, s *Sheet, img *print.Image, x, y float64) {
	w, h := p.Template.Width, p.Template.Height
	d.Box(x, y, w, h, .2)
	if img == nil {
		d.Text(x+w/2, y+h/2, "照片", print.Style{Size: 10.5, Align: print.Center, Gray: .35})
		return
	}
	pw, ph := within(img, w, h)
	d.Picture(x+(w-pw)/2, y+(h-ph)/2, pw, ph, img, s.Certificate.Name)
}

// within is the size of a picture that fills a place and keeps its shape.
func within(img *print.Image, w, h float64) (float64, float64) {
	scale := min(w/float64(img.Width), h/float64(img.Height))
	return float64(img.Width) * scale, float64(img.Height) * scale
}

// low sets the QR code, the ways to check, the seal's place and the date.
func (p *Form) low(d surface, s *Sheet, m *made) error {
	d.Modules(left, lowTop, codeSide, m.dark, "二维码：查验本证书")
	x, y := left+codeSide+5, lowTop+8
	for _, c := range p.Template.Checks {
		text, err := fill(c.Text, s.value)
		if err != nil {
			return err
		}
		d.Begin("P", "")
		d.Text(x, y, c.Label, print.Style{Size: 10})
		d.Text(x, y+4.4, text, print.Style{Size: 8})
		d.End()
		y += 11
	}
	p.sealed(d, s, m.marks.seal)
	return nil
}

func (p *Form) sealed(d surface, s *Sheet, img *print.Image) {
	middle := right - 22
	if img != nil {
		w, h := within(img, 42, 42)
		d.Picture(middle-w/2, lowTop+18-h/2, w, h, img, s.Certificate.Body)
	} else if p.Template.Seal != "" {
		d.Text(middle, lowTop+2, p.Template.Seal, print.Style{Size: 8, Align: print.Center, Gray: .4})
	}
	d.Begin("P", "")
	d.Text(middle, lowTop+18, s.Certificate.Body, print.Style{Size: 12, Align: print.Center})
	d.Text(middle, lowTop+26, dateWords(s.Certificate.Date), print.Style{Size: 12, Align: print.Center})
	d.End()
	note := p.Template.Note
	if s.Sample {
		note = strings.TrimSpace("样张，不作凭证。" + note)
	}
	if copied := s.value("copy"); copied != "" {
		note = strings.TrimSpace(note + " " + copied)
	}
	if note != "" {
		d.Text(print.A4Width/2, print.A4Height-edge-6, note, print.Style{Size: 8, Align: print.Center, Gray: .3})
	}
}

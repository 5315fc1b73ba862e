package bulletin

import (
	"strings"
	"time"

	"gongyuan/engine/print"
)

// Sheet is a report with its words.
type Sheet struct {
	Title    string // "季报 2026 年第 4 季度"
	About    string // the days, when it is due, which version
	Body     string // the evaluation body
	Foot     string
	Language string
	Mark     string // stands across the pages, "" for none
	Of       string // heading of the labels
	Columns  []string
	Tables   []Table
	RateHead string
	Rates    []Rate
	Staff    string // heading
	People   [][2]string
	Rules    string
	Created  time.Time
}

// Table is the lines of one group.
type Table struct {
	Title string
	Rows  [][]string // label, then by Columns
}

// Rate is one pass rate in tenths of a percent; below 0 where nobody sat.
type Rate struct {
	Label, Text string
	Tenths      int
}

// Printer sets reports.
type Printer struct{ Source *print.Source }

const (
	labelWidth = 26.0
	barWidth   = 120.0
	small      = 8.0
	smaller    = 6.6 // so that the longest English word of a heading is not broken
)

// Write returns the sheet as a PDF, A4 across. It returns a *print.GlyphError
// where a text has a character that cannot be set.
func (p *Printer) Write(s *Sheet) ([]byte, error) {
	font, err := p.Source.Font()
	if err != nil {
		return nil, err
	}
	f := print.NewFlow(font, print.Info{
		Title: s.Title, Author: s.Body, Subject: s.About, Language: s.Language, Created: s.Created, Width: print.A4Height, Height: print.A4Width,
	}, print.Frame{
		Margins: print.Margins{Top: 20, Right: 10, Bottom: 18, Left: 10}, Head: [3]string{s.Body, "", s.Title}, Foot: s.Foot, Mark: s.Mark,
	})
	f.Down(2)
	f.Paragraph("H1", s.Title, print.Style{Size: 18, Bold: true, Align: print.Center})
	f.Down(1)
	f.Paragraph("P", s.About, print.Style{Size: 10, Align: print.Center})
	f.Down(3)
	s.rates(f)
	for _, t := range s.Tables {
		if len(t.Rows) > 0 {
			s.table(f, t)
		}
	}
	s.people(f)
	f.Down(3)
	f.Paragraph("P", s.Rules, print.Style{Size: small})
	return f.Bytes()
}

func heading(f *print.Flow, text string) {
	f.Down(4)
	f.Room(24) // a heading does not stand alone at the foot of a page
	f.Paragraph("H2", text, print.Style{Size: 12, Bold: true})
	f.Down(1)
}

// rates draws a bar for each, with its figure beside it in words.
func (s *Sheet) rates(f *print.Flow) {
	heading(f, s.RateHead)
	for _, r := range s.Rates {
		const high = 6.0
		f.Room(high)
		y, x := f.Y(), f.X()+labelWidth+10
		f.Begin("P", "")
		f.Text(f.X(), y+4, r.Label, print.Style{Size: 10})
		f.Text(x+barWidth+4, y+4, r.Text, print.Style{Size: 10})
		f.End()
		f.Box(x, y+0.6, barWidth, 4.4, 0.2)
		if r.Tenths > 0 {
			f.Fill(x, y+0.6, barWidth*float64(min(r.Tenths, 1000))/1000, 4.4, 0.35)
		}
		f.Down(high)
	}
}

func (s *Sheet) table(f *print.Flow, t Table) {
	heading(f, t.Title)
	size := small
	if s.Language == "en" {
		size = smaller
	}
	out := print.Table{Size: size, Columns: []print.Column{{Head: s.Of, Width: labelWidth}}}
	for _, c := range s.Columns {
		out.Columns = append(out.Columns, print.Column{Head: c, Align: print.Right})
	}
	for _, row := range t.Rows {
		var cells []print.Cell
		for _, text := range row {
			cells = append(cells, print.Cell{Text: strings.TrimSpace(text)})
		}
		out.Rows = append(out.Rows, cells)
	}
	f.Table(out)
}

func (s *Sheet) people(f *print.Flow) {
	heading(f, s.Staff)
	out := print.Table{Size: 10, Columns: []print.Column{{Width: 80}, {Width: 30, Align: print.Right}}}
	for _, p := range s.People {
		out.Rows = append(out.Rows, []print.Cell{{Text: p[0]}, {Text: p[1]}})
	}
	f.Plain(out)
}

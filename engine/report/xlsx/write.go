package xlsx

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"gongyuan/engine/report"
)

// Writer writes workbooks. It is safe for concurrent use.
type Writer struct{}

var _ report.Workbook = Writer{}

const sheet = "成绩"

// Write returns the table as a workbook of one sheet. Numbers are numbers; all
// else is text, so that neither a long number nor a date is turned into
// something else. The same table and date give the same bytes.
func (Writer) Write(t *report.Table, title string, at time.Time) (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	stamp := at.UTC().Format(time.RFC3339)
	if err := errors.Join(
		f.SetDocProps(&excelize.DocProperties{Title: title, Creator: "贡院", Created: stamp, Modified: stamp}),
		f.SetSheetName("Sheet1", cmp.Or(t.Sheet, sheet)),
	); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	if err := fill(f, t); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	var packed bytes.Buffer
	if _, err := f.WriteTo(&packed); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return repack(packed.Bytes())
}

func fill(f *excelize.File, t *report.Table) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // @: stays text when it is edited
	if err != nil {
		return err
	}
	decimals, err := f.NewStyle(&excelize.Style{NumFmt: 2}) // 0.00
	if err != nil {
		return err
	}
	w, err := f.NewStreamWriter(cmp.Or(t.Sheet, sheet))
	if err != nil {
		return err
	}
	for i, width := range widths(t) {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(t.Head))
	for i, h := range t.Head {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := w.SetRow("A1", head); err != nil {
		return err
	}
	for n, row := range t.Rows {
		cells := make([]any, len(row))
		for i, c := range row {
			switch {
			case c.Number && c.Decimal:
				cells[i] = excelize.Cell{StyleID: decimals, Value: float64(c.Value) / 100}
			case c.Number:
				cells[i] = float64(c.Value) / 100
			case c.Text != "":
				cells[i] = excelize.Cell{StyleID: text, Value: c.Text}
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// widths fits columns to what stands in them; Chinese takes twice the room.
func widths(t *report.Table) []float64 {
	const least, most = 8.0, 40.0
	long := func(s string) float64 {
		n := 2.0
		for _, r := range s {
			n++
			if r > 0x2E80 {
				n++
			}
		}
		return n
	}
	out := make([]float64, len(t.Head))
	for i, h := range t.Head {
		out[i] = max(least, long(h))
	}
	for _, row := range t.Rows {
		for i, c := range row {
			out[i] = min(most, max(out[i], long(c.Text)))
		}
	}
	return out
}

// repack writes the parts of a workbook in the order of their names and without
// a time: the library writes them in an order of the moment.
func repack(packed []byte) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(rank(a.Name)+a.Name, rank(b.Name)+b.Name) })
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range in.File {
		if err := copyPart(w, part); err != nil {
			return nil, fmt.Errorf("xlsx: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return out.Bytes(), nil
}

// rank puts the list of parts first, where readers look for it.
func rank(name string) string {
	if name == "[Content_Types].xml" {
		return "0"
	}
	return "1"
}

func copyPart(w *zip.Writer, part *zip.File) error {
	from, err := part.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from) // #nosec G110 -- a part of the workbook that was written just now
	return err
}

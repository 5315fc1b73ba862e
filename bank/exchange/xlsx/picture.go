package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"

	"github.com/xuri/excelize/v2"
)

// picture is an image that stands in or over a cell.
type picture struct {
	column int // from 0
	raw    []byte
	words  string
}

// maxPictures bounds how many pictures of a workbook are looked at.
const maxPictures = 5000

// maxFill is how many cells may be missing before the last one of their row.
// The library makes them all up to find pictures, and a small file may say that
// each of its rows goes to the last column there is.
const maxFill = 300_000

// picturesOf finds the pictures of a workbook by sheet and row. A workbook
// without any is not read a second time for it. It returns ErrTooLarge for one
// whose sheets have too many cells that are not there.
func picturesOf(w *workbook) (map[string]map[int][]picture, error) {
	zipped, err := archive.Open(w.raw)
	if err != nil {
		return nil, nil
	}
	found := false
	for _, name := range zipped.Names() {
		found = found || strings.HasPrefix(name, "xl/media/")
	}
	if !found {
		return nil, nil
	}
	if err := filled(zipped); err != nil {
		return nil, err
	}
	out, left := map[string]map[int][]picture{}, maxPictures
	for _, sheet := range w.file.GetSheetList() {
		if kindOf(sheet) != itemSheet {
			continue
		}
		cells, err := w.file.GetPictureCells(sheet)
		if err != nil {
			continue // a drawing that is no picture
		}
		for _, name := range cells {
			column, row, err := excelize.CellNameToCoordinates(name)
			all, err2 := w.file.GetPictures(sheet, name)
			if err != nil || err2 != nil {
				continue
			}
			for _, p := range all {
				if left--; left < 0 {
					return out, nil
				}
				if out[sheet] == nil {
					out[sheet] = map[int][]picture{}
				}
				one := picture{column: column - 1, raw: p.File}
				if p.Format != nil {
					one.words = p.Format.AltText
				}
				out[sheet][row] = append(out[sheet][row], one)
			}
		}
	}
	return out, nil
}

// filled returns ErrTooLarge where more than maxFill cells, or rows, of the
// sheets are missing before the last.
func filled(zipped *archive.Archive) error {
	missing := 0
	for _, name := range zipped.Names() {
		if !strings.HasPrefix(name, "xl/worksheets/") || !strings.HasSuffix(name, ".xml") {
			continue
		}
		text, err := zipped.Read(name, MaxUnpacked)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrTooLarge, err)
		}
		n, err := gaps(xml.NewDecoder(bytes.NewReader(text)))
		if missing += n; missing > maxFill {
			return fmt.Errorf("%w: sheet %s goes far beyond what stands in it", ErrTooLarge, name)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWorkbook, err)
		}
	}
	return nil
}

// gaps counts the cells and rows that a sheet leaves out.
func gaps(d *xml.Decoder) (int, error) {
	missing, row, column := 0, 0, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return missing, nil
		}
		if err != nil {
			return missing, err
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Local != "row" && e.Name.Local != "c" {
			continue
		}
		at := ""
		for _, a := range e.Attr {
			if a.Name.Local == "r" {
				at = a.Value
			}
		}
		was, now := &column, 0
		if e.Name.Local == "row" {
			was, column = &row, 0
			now, _ = strconv.Atoi(at)
		} else if now, _, err = excelize.CellNameToCoordinates(at); err != nil {
			now = 0
		}
		now = max(now, *was+1)
		missing += now - *was - 1
		*was = now
	}
}

// addPictures puts the pictures of a row into the texts that they stand in or
// over: the stem, unless that is an option or the explanation.
func (l *line) addPictures() {
	for _, p := range l.pictures[l.sheet][l.row] {
		field := exchange.FieldStem
		for f, column := range l.head.columns {
			if column == p.column && (strings.HasPrefix(string(f), "试题（选项") || f == exchange.FieldExplanation) {
				field = f
			}
		}
		at, ok := l.head.columns[field]
		if !ok {
			continue
		}
		id, smaller, ok := l.places.Picture(p.raw)
		if !ok {
			l.dropText(field, exchange.Picture, p.words)
			continue
		}
		if smaller {
			l.change(field, exchange.PictureSmaller, "", "")
		}
		l.pictured = true
		for len(l.cells) <= at {
			l.cells = append(l.cells, cell{})
		}
		l.cells[at].text = strings.TrimSpace(strings.Split(l.cells[at].text, "=DISPIMG(")[0]) + bank.PictureMark(id, p.words)
		l.cells[at].flaw = ""
	}
}

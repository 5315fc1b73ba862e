package xlsx

import (
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

// picturesOf finds the pictures of a workbook by sheet and row. A workbook
// without any is not read a second time for it.
func picturesOf(w *workbook) map[string]map[int][]picture {
	zipped, err := archive.Open(w.raw)
	if err != nil {
		return nil
	}
	found := false
	for _, name := range zipped.Names() {
		found = found || strings.HasPrefix(name, "xl/media/")
	}
	if !found {
		return nil
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
					return out
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
	return out
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

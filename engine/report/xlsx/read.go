package xlsx

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// What a workbook may unpack to, and what its first sheet may hold.
const (
	mostBytes = 32 << 20
	mostCells = 200_000
	mostRows  = 50_000 // with something in them
)

// ErrLarge is a workbook whose first sheet holds more than lists do. A sheet of
// a kilobyte may say that each of its rows goes to the last column there is.
var ErrLarge = fmt.Errorf("xlsx: more than %d cells", mostCells)

// Cell is a cell with what it shows. Number tells that a number is kept there,
// not a text: of a long one, digits are lost.
type Cell struct {
	Text   string
	Number bool
}

// ReadCells returns the cells of a workbook's first sheet, row by row.
func ReadCells(data []byte) ([][]Cell, error) {
	texts, err := Read(data)
	if err != nil {
		return nil, err
	}
	numbers, err := numbersOf(data)
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	out := make([][]Cell, len(texts))
	for y, row := range texts {
		out[y] = make([]Cell, len(row))
		for x, text := range row {
			out[y][x] = Cell{text, text != "" && numbers[place{x + 1, y + 1}]}
		}
	}
	return out, nil
}

// Read returns the cells of a workbook's first sheet as texts, row by row, or
// ErrLarge.
func Read(data []byte) (_ [][]string, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostBytes, UnzipXMLSizeLimit: mostBytes / 2})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out [][]string
	cells, filled := 0, 0
	for y := 1; rows.Next(); y++ {
		texts, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("xlsx: row %d: %w", y, err)
		}
		if len(texts) == 0 { // formatted to the end of the sheet, and blank
			continue
		}
		if filled, cells = filled+1, cells+len(texts); cells > mostCells || filled > mostRows {
			return nil, ErrLarge
		}
		for len(out) < y-1 {
			out = append(out, nil)
		}
		out = append(out, texts)
	}
	return out, nil
}

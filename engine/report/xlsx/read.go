package xlsx

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// mostBytes bounds what a workbook may unpack to.
const mostBytes = 32 << 20

// Cell is a cell with what it shows. Number tells that a number is kept there,
// not a text: of a long one, digits are lost.
type Cell struct {
	Text   string
	Number bool
}

// ReadCells returns the cells of a workbook's first sheet, row by row.
func ReadCells(data []byte) (_ [][]Cell, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostBytes, UnzipXMLSizeLimit: mostBytes / 2})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	defer func() { _ = f.Close() }()
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet)
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	const mostCells = 200_000
	out, seen := make([][]Cell, len(rows)), 0
	for y, row := range rows {
		if seen += len(row); seen > mostCells {
			return nil, fmt.Errorf("xlsx: more than %d cells", mostCells)
		}
		out[y] = make([]Cell, len(row))
		for x, text := range row {
			out[y][x].Text = text
			if text == "" {
				continue
			}
			name, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				return nil, fmt.Errorf("xlsx: %w", err)
			}
			kind, err := f.GetCellType(sheet, name)
			if err != nil {
				return nil, fmt.Errorf("xlsx: %w", err)
			}
			out[y][x].Number = kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset
		}
	}
	return out, nil
}

// Read returns the cells of a workbook's first sheet as texts, row by row.
func Read(data []byte) (_ [][]string, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostBytes, UnzipXMLSizeLimit: mostBytes / 2})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return rows, nil
}

package xlsx

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// mostBytes bounds what a workbook may unpack to.
const mostBytes = 32 << 20

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

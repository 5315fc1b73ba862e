package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"
)

// Template returns an empty workbook with headings. Its columns are texts, so
// that a long number that is typed in stays as it is.
func Template(title string, head []string, at time.Time) (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	stamp := at.UTC().Format(time.RFC3339)
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	last, err := excelize.ColumnNumberToName(len(head))
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	if err := errors.Join(
		f.SetDocProps(&excelize.DocProperties{Title: title, Creator: "贡院", Created: stamp, Modified: stamp}),
		f.SetSheetName("Sheet1", title), f.SetColStyle(title, "A:"+last, text), f.SetColWidth(title, "A", last, 14),
		f.SetColWidth(title, "B", "B", 24), f.SetSheetRow(title, "A1", &head), f.SetCellStyle(title, "A1", last+"1", bold),
		f.SetPanes(title, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
	); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	var packed bytes.Buffer
	if _, err := f.WriteTo(&packed); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return repack(packed.Bytes())
}

package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gongyuan/bank/exchange"

	"github.com/xuri/excelize/v2"
)

// Limits on a workbook. What is over them is refused, never cut.
const (
	MaxFile     = 20 << 20  // bytes as uploaded
	MaxUnpacked = 200 << 20 // bytes unpacked
	MaxRows     = 200_000   // over all sheets
	maxColumns  = 256
)

// What Read refuses as a whole.
var (
	ErrWorkbook    = fmt.Errorf("xlsx: not an Excel workbook (.xlsx): %w", exchange.ErrFormat)
	ErrTooLarge    = fmt.Errorf("xlsx: %w", exchange.ErrTooLarge)
	ErrTooManyRows = fmt.Errorf("xlsx: too many rows or columns: %w", exchange.ErrTooLarge)
	ErrNothing     = fmt.Errorf("xlsx: no sheet of the workbook is known: %w", exchange.ErrNothing)
	ErrBank        = errors.New("xlsx: the bank is not named")
)

// cell is the text of a cell, and what Excel did to it, if anything.
type cell struct {
	text string
	flaw exchange.Reason
}

func open(raw []byte) (*excelize.File, error) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: MaxUnpacked, CultureInfo: excelize.CultureNameZhCN})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, fmt.Errorf("%w: unpacked", ErrTooLarge)
		}
		return nil, fmt.Errorf("%w: %w", ErrWorkbook, err)
	}
	return f, nil
}

// eachRow calls visit with each row that is not empty, numbered from 1. budget
// is what is left of MaxRows and is counted down.
func eachRow(f *excelize.File, sheet string, budget *int, visit func(n int, cells []cell)) error {
	// Two passes side by side: the value as stored and as displayed. Where they
	// differ, Excel has interpreted what the author typed.
	stored, err := f.Rows(sheet)
	if err != nil {
		return fmt.Errorf("%w: sheet %q: %w", ErrWorkbook, sheet, err)
	}
	defer stored.Close()
	shown, err := f.Rows(sheet)
	if err != nil {
		return fmt.Errorf("%w: sheet %q: %w", ErrWorkbook, sheet, err)
	}
	defer shown.Close()
	for n := 1; stored.Next() && shown.Next(); n++ {
		raw, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("%w: sheet %q row %d: %w", ErrWorkbook, sheet, n, err)
		}
		text, err := shown.Columns()
		if err != nil {
			return fmt.Errorf("%w: sheet %q row %d: %w", ErrWorkbook, sheet, n, err)
		}
		if len(text) > maxColumns {
			return fmt.Errorf("%w: sheet %q row %d: over %d columns", ErrTooManyRows, sheet, n, maxColumns)
		}
		cells, empty := make([]cell, len(text)), true
		for i := range text {
			if i < len(raw) {
				cells[i] = interpret(raw[i], text[i])
			}
			empty = empty && strings.TrimSpace(cells[i].text) == ""
		}
		if empty {
			continue
		}
		if *budget--; *budget < 0 {
			return fmt.Errorf("%w: over %d rows", ErrTooManyRows, MaxRows)
		}
		visit(n, cells)
	}
	return nil
}

var (
	errorValue = regexp.MustCompile(`^#(NAME\?|VALUE!|REF!|DIV/0!|N/A|NULL!|NUM!|SPILL!)$`)
	scientific = regexp.MustCompile(`^-?[0-9](\.[0-9]+)?E\+[0-9]+$`)
	mangled    = regexp.MustCompile(`^-?[0-9]\.[0-9]+E\+[0-9]{2,}$`)
	spelledDay = regexp.MustCompile(`[0-9](年|月|日|时|分|:[0-9]{2})`)
	plainDay   = regexp.MustCompile(`^([0-9]{1,4}[-/][0-9]{1,2}([-/][0-9]{1,4})?|[0-9]{1,2}-[A-Za-z]{3}(-[0-9]+)?|[A-Za-z]{3}-[0-9]{2})( .*)?$`)
)

// interpret finds the text that the author meant from the stored and the
// displayed value, and the flaw where Excel has changed it.
func interpret(raw, shown string) cell {
	if errorValue.MatchString(shown) {
		return cell{shown, exchange.ErrorValue}
	}
	number, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return cell{shown, ""}
	}
	switch {
	case mangled.MatchString(raw):
		return cell{raw, exchange.ScientificNumber}
	case scientific.MatchString(shown):
		// Excel keeps fifteen digits and makes the others zero.
		if len(strings.Trim(raw, "-.")) > 15 {
			return cell{raw, exchange.ScientificNumber}
		}
		return cell{raw, ""}
	case raw == shown:
		return cell{shown, ""}
	case spelledDay.MatchString(shown):
		return cell{shown, exchange.RestoredDate}
	case plainDay.MatchString(shown) && number == float64(int64(number)):
		return cell{shown, exchange.ExcelDate}
	}
	return cell{shown, ""}
}

package xlsx

import (
	"errors"
	"fmt"
	"io"

	"gongyuan/bank"
	"gongyuan/bank/exchange"

	"github.com/xuri/excelize/v2"
)

// Format is what the registry knows of Excel workbooks.
func Format() exchange.Format {
	return exchange.Format{
		Name: "xlsx", Title: exchange.Text{ZH: "Excel 工作簿", EN: "Excel workbook"}, Extension: ".xlsx",
		Media:  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Detect: func(s exchange.Sample) bool { return s.HasFile("xl/workbook.xml") },
		Read: func(r io.Reader, opts exchange.Options) (exchange.Import, error) {
			return Read(r, Options{Bank: opts.Bank, Point: opts.Point, Held: opts.Held, Progress: opts.Progress, Fixes: opts.Fixes})
		},
		Write: Export,
	}
}

// Export writes a bank and says what of it the template could not carry.
func Export(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	led := exchange.NewLedger(b.Bank)
	kept := b
	kept.Revisions = nil
	for i := range b.Revisions {
		rev := &b.Revisions[i]
		led.Begin(rev)
		if rev.Type == bank.Other {
			led.Drop(exchange.FieldType, exchange.NotCarried, rev.Foreign.Kind)
			continue
		}
		if rev.Foreign != nil && rev.Foreign.Raw != "" {
			led.Lose(exchange.FieldRaw, rev.Foreign.Kind)
		}
		_ = led.Reference(rev.Key) // for its verdict; Write does the same
		for j := range rev.Parts {
			_ = led.Reference(rev.Parts[j].Key)
		}
		kept.Revisions = append(kept.Revisions, *rev)
	}
	led.End()
	return led.Verdicts, Write(w, kept)
}

// WriteVerdicts writes a table of verdicts as a workbook.
func WriteVerdicts(w io.Writer, verdicts []exchange.Verdict) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("xlsx: write verdicts: %w", err)
	}
	const name = "导入结果"
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("xlsx: write verdicts: %w", err)
	}
	t := table{name: name, widths: []float64{8, 16, 6, 6, 16, 20, 30, 30, 18, 40, 40, 10, 40, 40}, rows: exchange.Table(verdicts)}
	if err := t.write(f, bold); err != nil {
		return fmt.Errorf("xlsx: write verdicts: %w", err)
	}
	_, err = f.WriteTo(w)
	return err
}

package xlsx

import (
	"io"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// Format is what the registry knows of Excel workbooks.
func Format() exchange.Format {
	return exchange.Format{
		Name: "xlsx", Title: exchange.Text{ZH: "Excel 工作簿", EN: "Excel workbook"}, Extension: ".xlsx",
		Media:  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Detect: func(s exchange.Sample) bool { return s.HasFile("xl/workbook.xml") },
		Read: func(r io.Reader, opts exchange.Options) (exchange.Import, error) {
			imported, err := Read(r, Options{Bank: opts.Bank})
			if opts.Progress != nil && err == nil {
				opts.Progress(imported.Counts.Rows)
			}
			return imported, err
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
		kept.Revisions = append(kept.Revisions, *rev)
	}
	led.End()
	return led.Verdicts, Write(w, kept)
}

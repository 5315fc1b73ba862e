package xlsx_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gongyuan/engine/report"
	"gongyuan/engine/report/xlsx"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	table := report.Table{Head: []string{"姓名", "得分", "证件号码", "空"}, Rows: [][]report.Cell{
		{{Text: "周壬"}, {Text: "59.50", Number: true, Value: 5950, Decimal: true}, {Text: "110105194912310021"}, {}},
		{{Text: "吴庚"}, {Text: "3", Number: true, Value: 300}, {Text: "2026-11-24"}, {}},
	}}
	write := func(at time.Time) []byte {
		raw, err := xlsx.Writer{}.Write(&table, "成绩", at)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	at := time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)
	raw := write(at)
	if !bytes.Equal(raw, write(at)) {
		t.Error("the same table gives other bytes")
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// A long number and a date stay the text that they are.
	for cell, want := range map[string]string{"A1": "姓名", "B2": "59.50", "B3": "3", "C2": "110105194912310021", "C3": "2026-11-24", "D2": ""} {
		if got, err := f.GetCellValue("成绩", cell); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", cell, got, err, want)
		}
	}
	if empty, err := (xlsx.Writer{}).Write(&report.Table{}, "", at); err != nil || len(empty) == 0 {
		t.Errorf("an empty table: %v", err)
	}
}

package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"gongyuan/bank/banktest"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"
)

// TestReadWide adds rows to a bank that go to the last column there is, and hold
// nothing: with pictures beside them they are refused, for what they would take.
func TestReadWide(t *testing.T) {
	revs, _ := banktest.Generate(3, 4)
	whole := write(t, exchange.Bundle{Bank: banktest.Bank, Title: "示例", Revisions: revs})
	for rows, want := range map[int]error{5: nil, 1000: exchange.ErrTooLarge} {
		raw := widened(t, whole, rows)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := xlsx.Read(bytes.NewReader(raw), xlsx.Options{Bank: banktest.Bank})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, want) {
			t.Errorf("%d rows: %v, want %v", rows, err, want)
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 400 {
			t.Errorf("%d rows in %d bytes took %d MB", rows, len(raw), took)
		}
	}
}

// widened adds blank rows as wide as can be, and a picture.
func widened(t *testing.T, whole []byte, rows int) []byte {
	t.Helper()
	var more strings.Builder
	for y := 100; y < 100+rows; y++ {
		fmt.Fprintf(&more, `<row r="%d"><c r="XFD%d" s="1"/></row>`, y, y)
	}
	in, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	put := func(name string, text []byte) {
		t.Helper()
		to, err := w.Create(name)
		if err == nil {
			_, err = to.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range in.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			text = bytes.Replace(text, []byte("</sheetData>"), []byte(more.String()+"</sheetData>"), 1)
		}
		put(part.Name, text)
	}
	put("xl/media/image1.png", []byte("\x89PNG"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

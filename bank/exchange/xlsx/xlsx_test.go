package xlsx_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func write(t rapid.TB, b exchange.Bundle) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := xlsx.Write(&buf, b); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return buf.Bytes()
}

func read(t rapid.TB, raw []byte) exchange.Import {
	t.Helper()
	got, err := xlsx.Read(bytes.NewReader(raw), xlsx.Options{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return got
}

// words draws texts that are clean: what tidy would change is not drawn, what
// looks like a formula, a number or markup is.
func words(t *rapid.T, name string) string {
	return rapid.SampledFrom([]string{
		"", "=1+1", "'=x", "''@a", "+86", "-5", "@here", "1E+5", "<b>&amp;</b>", "_x0041_", "_x005F_x0041_", "3-5", "甲；；乙|丙", `a\b`, "行一\n行二", "\"引\"", "#NAME",
	}).Draw(t, name)
}

func choiceOf(t *rapid.T, typ bank.Type, stem string) bank.Question {
	q := bank.Question{Type: typ, Stem: stem, Explanation: words(t, "explanation"), Source: words(t, "source")}
	switch typ {
	case bank.Judgement:
		q.Options = bank.JudgementOptions()
		q.Key.Options = []bank.OptionID{rapid.SampledFrom([]bank.OptionID{bank.True, bank.False}).Draw(t, "key")}
	case bank.Single, bank.Multiple:
		n := rapid.IntRange(2, 8).Draw(t, "options")
		for i := range n {
			q.Options = append(q.Options, bank.Option{
				ID: bank.OptionID(bank.Letter(i)), Text: fmt.Sprintf("%s%d", words(t, "option"), i), Last: rapid.IntRange(0, 9).Draw(t, "last") == 0,
			})
		}
		keys := 1
		if typ == bank.Multiple {
			keys = rapid.IntRange(1, n).Draw(t, "keys")
		}
		for i := range keys {
			q.Key.Options = append(q.Key.Options, bank.OptionID(bank.Letter(i)))
		}
	case bank.Blank:
		for range rapid.IntRange(1, 3).Draw(t, "blanks") {
			var accepted []string
			for range rapid.IntRange(1, 3).Draw(t, "accepted") {
				accepted = append(accepted, words(t, "answer")+"答")
			}
			q.Key.Blanks = append(q.Key.Blanks, accepted)
		}
	default:
		q.Key.Reference = words(t, "reference") + "参考"
	}
	return q
}

func bundle(t *rapid.T) exchange.Bundle {
	b := exchange.Bundle{Bank: "demo-3", Title: "示例"}
	b.Outline = &bank.Outline{Bank: "demo-3", Title: "示例", Ranges: []bank.Range{
		{Code: "A", Title: "甲", Weight: 100, Children: []bank.Range{{Code: "A-A", Title: "=乙", Weight: 100, Children: []bank.Range{
			{Code: "A-A-A", Title: "丙", Weight: 100, Points: []bank.Point{{Code: "A-A-A-001", Title: "点", Importance: bank.Core}, {Code: "A-A-A-002", Title: "旧点", Importance: bank.General, Retired: true}}},
			{Code: "A-A-B", Title: "丁", Weight: -1},
		}}}},
	}}
	b.Blueprint = &bank.Blueprint{
		ID: "demo-3-paper", Bank: "demo-3", Title: "方案", Duration: 90 * time.Minute, MaxPerPoint: 2, Exposure: 30, AvoidMet: true,
		Sections:   []bank.Section{{Type: bank.Single, Count: 3, Points: 150}, {Type: bank.Multiple, Count: 2, Points: 250, Rule: bank.PerOption}},
		Weights:    []bank.RangeWeight{{Range: "A-A-A", Weight: 4}, {Range: "A-A-B", Weight: 6}, {Range: "A-B", Weight: 1}, {Range: "B", Weight: 9}, {Range: "C-A-A", Weight: 2}},
		Difficulty: map[int]int{1: 10, 2: 25, 3: 35, 4: 20, 5: 10},
		Facility:   bank.DefaultFacility(),
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "items") {
		typ := rapid.SampledFrom(bank.Types()).Draw(t, "type")
		code := fmt.Sprintf("%s-A-A-A-001-%03d", typ, i+1)
		rev := bank.Revision{
			Item: bank.NewItemID(b.Bank, code), Number: 1, Point: "A-A-A-001",
			Difficulty: rapid.IntRange(1, 5).Draw(t, "difficulty"), Consistency: rapid.IntRange(0, 5).Draw(t, "consistency"),
		}
		stem := fmt.Sprintf("%s题%d", words(t, "stem"), i)
		if typ == bank.Case {
			rev.Question = bank.Question{Type: typ, Stem: stem}
			for j := range rapid.IntRange(1, 3).Draw(t, "parts") {
				part := rapid.SampledFrom(bank.Types()[:6]).Draw(t, "part type")
				rev.Parts = append(rev.Parts, choiceOf(t, part, fmt.Sprintf("问%d", j)))
			}
		} else {
			rev.Question = choiceOf(t, typ, stem)
		}
		if i > 0 {
			rev.Excludes = []bank.ItemID{b.Revisions[0].Item, "other/1/B-A-A-A-001-001"}
		}
		b.Revisions = append(b.Revisions, rev)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := bundle(t)
		got := read(t, write(t, want))
		if !got.Clean() {
			t.Fatalf("verdicts: %+v", got.Verdicts)
		}
		if diff := cmp.Diff(want, got.Bundle(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// TestWriteHoldsNoFormula looks at the cells themselves.
func TestWriteHoldsNoFormula(t *testing.T) {
	t.Parallel()
	evil := `=HYPERLINK("http://example.com")`
	raw := write(t, exchange.Bundle{Bank: "b", Title: evil, Revisions: []bank.Revision{{
		Item: "b/D-A-A-A-001-001", Question: bank.Question{Type: bank.ShortAnswer, Stem: evil, Key: bank.Key{Reference: "@x"}, Source: "-1", Explanation: "+1"},
	}}})
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, text := range row {
				name, _ := excelize.CoordinatesToCellName(c+1, r+1)
				formula, _ := f.GetCellFormula(sheet, name)
				kind, _ := f.GetCellType(sheet, name)
				if formula != "" || text != "" && (kind != excelize.CellTypeInlineString || strings.ContainsAny(text[:1], "=+-@")) {
					t.Errorf("%s!%s: %q, formula %q, type %d", sheet, name, text, formula, kind)
				}
			}
		}
	}
}

func TestWriteErrCell(t *testing.T) {
	t.Parallel()
	long := bank.Revision{Item: "b/D-A-A-A-001-001", Question: bank.Question{Type: bank.ShortAnswer, Stem: strings.Repeat("长", 32768)}}
	if err := xlsx.Write(&bytes.Buffer{}, exchange.Bundle{Bank: "b", Revisions: []bank.Revision{long}}); !errors.Is(err, xlsx.ErrCell) {
		t.Errorf("err = %v", err)
	}
}

func TestReadErr(t *testing.T) {
	t.Parallel()
	plain := write(t, exchange.Bundle{Bank: "b", Title: "t"})
	book := func(fill func(f *excelize.File)) []byte {
		f := excelize.NewFile()
		defer f.Close()
		fill(f)
		var buf bytes.Buffer
		if err := f.Write(&buf); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"ErrWorkbook empty":   {nil, xlsx.ErrWorkbook},
		"ErrWorkbook text":    {[]byte("题库,答案"), xlsx.ErrWorkbook},
		"ErrWorkbook cut":     {plain[:len(plain)/2], xlsx.ErrWorkbook},
		"ErrTooLarge":         {make([]byte, xlsx.MaxFile+1), xlsx.ErrTooLarge},
		"ErrBank":             {book(func(*excelize.File) {}), xlsx.ErrBank},
		"ErrTooManyRows wide": {book(func(f *excelize.File) { must(t, f.SetCellStr("Sheet1", "XFD1", "x")) }), xlsx.ErrTooManyRows},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opts xlsx.Options
			if c.want != xlsx.ErrBank {
				opts.Bank = "b"
			}
			if _, err := xlsx.Read(bytes.NewReader(c.raw), opts); !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
	t.Run("ErrNothing", func(t *testing.T) {
		t.Parallel()
		if _, err := xlsx.Read(bytes.NewReader(book(func(*excelize.File) {})), xlsx.Options{Bank: "b"}); !errors.Is(err, xlsx.ErrNothing) {
			t.Errorf("err = %v", err)
		}
	})
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

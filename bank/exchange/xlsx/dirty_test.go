package xlsx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// columns is a header in an order and with names of its own.
var columns = []any{"题型", "编号", "鉴定点代码", "题干", "A", "B", "选项C", "试题（选项D）", "选项E", "答案", "难度", "答案解析", "题号", "图片", "必须最后的选项", "互斥题"}

// sheetOf writes rows below that header, cells as given.
func sheetOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"某某题库导出"}))
	must(t, f.SetSheetRow("Sheet1", "A2", &columns))
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+3), &row))
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

func summary(in exchange.Import) []string {
	var out []string
	for _, v := range in.Verdicts {
		if v.Outcome != exchange.Kept {
			out = append(out, fmt.Sprintf("%s %s%d %s %q→%q", v.Outcome, v.Column, v.Row, v.Reason, v.Old, v.New))
		}
	}
	return out
}

// single is a clean row of a single choice, with some of its cells changed.
func single(change map[int]any) []any {
	row := []any{"B（单选题）", "B-A-A-A-001-001", "A-A-A-001", "问什么？", "甲", "乙", "丙", "丁", "", "A", "3", "因为", "1"}
	for len(row) < len(columns) {
		row = append(row, "")
	}
	for i, v := range change {
		row[i] = v
	}
	return row
}

type rows = [][]any

// dirty is what real files hold, and every verdict that it must give.
var dirty = map[string]struct {
	rows rows
	want []string
}{
	"clean":              {rows{single(nil)}, nil},
	"empty rows":         {rows{{}, {"", " ", "　"}, single(nil)}, nil},
	"merged options":     {rows{single(map[int]any{7: "D:丁 E:戊"})}, []string{`changed H3 merged-options "D:丁 E:戊"→"D:丁 ‖ E.戊"`}},
	"merged, no space":   {rows{single(map[int]any{7: "D：丁；E：戊", 9: "E"})}, []string{`changed H3 merged-options "D：丁；E：戊"→"D：丁 ‖ E.戊"`}},
	"option prefixes":    {rows{single(map[int]any{4: "A.甲", 5: "B.乙", 6: "C.丙", 7: "D.丁"})}, []string{`changed E3 option-prefix "A.甲"→"甲"`, `changed F3 option-prefix "B.乙"→"乙"`, `changed G3 option-prefix "C.丙"→"丙"`, `changed H3 option-prefix "D.丁"→"丁"`}},
	"no prefix":          {rows{single(map[int]any{5: "B、C 类火灾"})}, nil},
	"missing option":     {rows{single(map[int]any{9: "E"})}, []string{`dropped J3 missing-option "E"→""`}},
	"two for single":     {rows{single(map[int]any{9: "A、B"})}, []string{`dropped J3 answer-count "AB"→""`}},
	"point mismatch":     {rows{single(map[int]any{2: "A-A-A-002"})}, []string{`dropped C3 point-mismatch "A-A-A-002"→""`}},
	"type mismatch":      {rows{single(map[int]any{0: "多选题"})}, []string{`dropped A3 type-mismatch "多选题"→""`}},
	"unsupported type":   {rows{single(map[int]any{0: "U（计算题）"})}, []string{`dropped A3 unsupported-type "U（计算题）"→""`}},
	"full-width code":    {rows{single(map[int]any{1: "Ｂ－Ａ－Ａ－Ａ－００１－００１"})}, []string{`changed B3 code-form "Ｂ－Ａ－Ａ－Ａ－００１－００１"→"B-A-A-A-001-001"`}},
	"full-width text":    {rows{single(map[int]any{3: "第１５条（一）"})}, []string{`changed D3 full-width "第１５条（一）"→"第15条（一）"`}},
	"full-width answer":  {rows{single(map[int]any{9: "Ａ"})}, []string{`changed J3 full-width "Ａ"→"A"`}},
	"type in brackets":   {rows{single(map[int]any{0: "B(单选题)"})}, nil},
	"bad code":           {rows{single(map[int]any{1: "B-A-1"})}, []string{`dropped B3 bad-code "B-A-1"→""`}},
	"code from parts":    {rows{single(map[int]any{1: "20417", 12: "7"})}, []string{`changed B3 code-from-parts "20417"→"B-A-A-A-001-007"`}},
	"no code":            {rows{single(map[int]any{1: "", 12: ""})}, []string{`dropped B3 missing-code ""→""`}},
	"point from code":    {rows{single(map[int]any{2: ""})}, []string{`changed C3 point-from-code ""→"A-A-A-001"`}},
	"type from code":     {rows{single(map[int]any{0: ""})}, []string{`changed A3 type-from-code ""→"B"`}},
	"empty stem":         {rows{single(map[int]any{3: " 　"})}, []string{`dropped D3 empty-stem ""→""`}},
	"empty answer":       {rows{single(map[int]any{9: ""})}, []string{`dropped J3 empty-answer ""→""`}},
	"answer in words":    {rows{single(map[int]any{9: "甲"})}, []string{`dropped J3 bad-answer "甲"→""`}},
	"gap":                {rows{single(map[int]any{6: ""})}, []string{`dropped G3 option-gap ""→""`}},
	"same options":       {rows{single(map[int]any{6: "甲"})}, []string{`dropped G3 duplicate-option "甲"→""`}},
	"picture":            {rows{single(map[int]any{13: "图1 题干后"})}, []string{`dropped N3 picture "图1 题干后"→""`}},
	"difficulty":         {rows{single(map[int]any{10: "极难"})}, []string{`changed K3 bad-difficulty "极难"→"3"`}},
	"formula error":      {rows{single(map[int]any{5: "#NAME?"})}, []string{`dropped F3 error-value "#NAME?"→""`}},
	"scientific":         {rows{single(map[int]any{5: "1.10105194912310E+17"})}, []string{`dropped F3 scientific-number "1.10105194912310E+17"→""`}},
	"a number is a text": {rows{single(map[int]any{4: 15, 5: -30, 6: 0.5, 7: 120})}, nil},
	"date":               {rows{single(map[int]any{5: time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)})}, []string{`dropped F3 excel-date "03-05-24"→""`}},
	"last":               {rows{single(map[int]any{14: "D、H"})}, []string{`changed O3 bad-last "D、H"→""`}},
	"excludes":           {rows{single(map[int]any{15: "B-A-A-A-001-002、第三题"})}, []string{`changed P3 bad-exclude "第三题"→""`}},
	"duplicate code":     {rows{single(nil), single(map[int]any{3: "别的？"})}, []string{`dropped B4 duplicate-code "B-A-A-A-001-001"→""`}},
	"duplicate item":     {rows{single(nil), single(map[int]any{1: "B-A-A-A-001-002"})}, []string{`dropped D4 duplicate-item "问什么？"→""`}},
	"opposite answers":   {rows{single(nil), single(map[int]any{1: "B-A-A-A-001-002", 9: "B"})}, []string{`dropped D4 opposite-answers "问什么？"→""`}},
	"control character":  {rows{single(map[int]any{3: "问\u200b什么？"})}, []string{"changed D3 control-character \"问\\u200b什么？\"→\"问什么？\""}},
	"orphan part":        {rows{single(nil), single(map[int]any{1: "E-A-A-A-001-001/1"})}, []string{`dropped B4 orphan-part "E-A-A-A-001-001/1"→""`}},
	"case without parts": {rows{single(map[int]any{0: "E", 1: "E-A-A-A-001-001"})}, []string{`dropped B3 no-parts ""→""`}},
	"case with bad part": {rows{single(map[int]any{0: "E", 1: "E-A-A-A-001-001"}), single(map[int]any{1: "E-A-A-A-001-001/1", 9: "对"}), single(map[int]any{1: "E-A-A-A-001-001/2"})}, []string{`dropped J4 bad-answer "对"→""`, `dropped B3 bad-part "E-A-A-A-001-001"→""`}},
	"part out of order":  {rows{single(map[int]any{0: "E", 1: "E-A-A-A-001-001"}), single(map[int]any{1: "E-A-A-A-001-001/1"}), single(map[int]any{1: "E-A-A-A-001-001/3"})}, []string{`dropped B5 orphan-part "E-A-A-A-001-001/3"→""`}},
	"blanks differ":      {rows{single(map[int]any{0: "T", 1: "T-A-A-A-001-001", 3: "____和____", 9: "一|壹"})}, []string{`dropped J3 blank-count "____和____"→""`}},
}

func TestReadDirty(t *testing.T) {
	t.Parallel()
	for name, c := range dirty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := xlsx.Read(bytes.NewReader(sheetOf(t, c.rows...)), xlsx.Options{Bank: "b"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, summary(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := got.Counts; n.Kept+n.Changed != len(got.Revisions) {
				t.Errorf("counts %+v for %d revisions", n, len(got.Revisions))
			}
			for _, v := range got.Verdicts {
				if v.Outcome != exchange.Kept && (v.Text.ZH == "" || v.Text.EN == "" || v.Todo.ZH == "" || v.Todo.EN == "") {
					t.Errorf("%s has no sentence", v.Reason)
				}
			}
		})
	}
}

func TestReadAnswers(t *testing.T) {
	t.Parallel()
	row := func(typ, answer string, options ...any) []any {
		r := []any{typ, typ + "-A-A-A-001-001", "A-A-A-001", "____问", "", "", "", "", "", answer, "3"}
		copy(r[4:], options)
		return r
	}
	four := []any{"甲", "乙", "丙", "丁"}
	for _, c := range []struct {
		row  []any
		want bank.Key
	}{
		{row("B", " a ", four...), bank.Key{Options: []bank.OptionID{"A"}}},
		{row("G", "A,B,D", four...), bank.Key{Options: []bank.OptionID{"A", "B", "D"}}},
		{row("G", "D、A、B", four...), bank.Key{Options: []bank.OptionID{"A", "B", "D"}}},
		{row("G", "ABD", four...), bank.Key{Options: []bank.OptionID{"A", "B", "D"}}},
		{row("C", "正确"), bank.Key{Options: []bank.OptionID{bank.True}}},
		{row("C", "×"), bank.Key{Options: []bank.OptionID{bank.False}}},
		{row("C", "√"), bank.Key{Options: []bank.OptionID{bank.True}}},
		{row("C", "对"), bank.Key{Options: []bank.OptionID{bank.True}}},
		{row("C", "F"), bank.Key{Options: []bank.OptionID{bank.False}}},
		{row("C", "y"), bank.Key{Options: []bank.OptionID{bank.True}}},
		{row("C", "B"), bank.Key{Options: []bank.OptionID{bank.False}}},
		{row("C", "B", "错误", "正确"), bank.Key{Options: []bank.OptionID{bank.True}}},
		{row("T", "灭火器|灭火 器材"), bank.Key{Blanks: [][]string{{"灭火器", "灭火 器材"}}}},
		{row("T", `a\|b ｜ c`), bank.Key{Blanks: [][]string{{"a|b", "c"}}}},
		{row("D", "先报警；；再疏散"), bank.Key{Reference: "先报警；；再疏散"}},
		{row("D", "先报警（2分）\n再疏散（3 分）"), bank.Key{Reference: "先报警（2分）\n再疏散（3 分）", Rubric: []bank.Criterion{{Text: "先报警", Weight: 200}, {Text: "再疏散", Weight: 300}}}},
	} {
		got, err := xlsx.Read(bytes.NewReader(sheetOf(t, c.row)), xlsx.Options{Bank: "b"})
		if err != nil || len(got.Revisions) != 1 {
			t.Errorf("%v: %v %v", c.row, err, summary(got))
			continue
		}
		if diff := cmp.Diff(c.want, got.Revisions[0].Key); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.row, diff)
		}
	}
}

// FuzzRead feeds mangled files: Read must return, whatever it is given.
func FuzzRead(f *testing.F) {
	f.Add(sheetOf(f, []any{"B", "B-A-A-A-001-001", "A-A-A-001", "问", "甲", "乙", "", "", "", "A", "3"}))
	var buf bytes.Buffer
	must(f, xlsx.Write(&buf, exchange.Bundle{Bank: "b", Title: "t"}))
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = xlsx.Read(bytes.NewReader(raw), xlsx.Options{Bank: "b"})
	})
}

// FuzzCells feeds mangled cells: what is kept must be sound, and must come
// back the same, without a further verdict, once it has been written.
func FuzzCells(f *testing.F) {
	f.Add("B", "B-A-A-A-001-001", "问", "甲|A.甲|D:丁 E:戊", "A", "'=x")
	f.Add("T", "T-A-A-A-001-001", "__问__", "", `a\|b；；｜`, "１")
	f.Add("C", "Ｃ－a－A－A－001－001/1", "\r\n", "-", "×", "+")
	f.Fuzz(func(t *testing.T, typ, code, stem, options, answer, other string) {
		row := []any{typ, code, "", stem, "", "", "", "", "", answer, other, other, other, "", other, other}
		for i, o := range strings.SplitN(options, "|", 5) {
			row[4+i] = o
		}
		for _, c := range row {
			if len(c.(string)) > 30_000 {
				t.Skip("longer than a cell")
			}
		}
		part := []any{"C", code + "/1", "", stem, "", "", "", "", "", answer}
		got, err := xlsx.Read(bytes.NewReader(sheetOf(t, row, part)), xlsx.Options{Bank: "b"})
		if err != nil {
			return
		}
		for i := range got.Revisions {
			if faults := exchange.Inspect(&got.Revisions[i]); len(faults) > 0 {
				t.Fatalf("kept %+v with %+v", got.Revisions[i], faults)
			}
		}
		again := read(t, write(t, got.Bundle()))
		if !again.Clean() {
			t.Fatalf("second reading: %v", summary(again))
		}
		if diff := cmp.Diff(got.Revisions, again.Revisions); diff != "" {
			t.Fatalf("(-first +second):\n%s", diff)
		}
	})
}

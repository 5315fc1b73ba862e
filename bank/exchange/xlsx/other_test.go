package xlsx_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// others is a workbook as other systems write them: no codes, sheets by type,
// a header of two rows, headers printed again, names in English.
func others(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	put := func(sheet string, rows ...[]any) {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	put("单选题",
		[]any{"某公司内部培训题库（2024版）"},
		[]any{"序号", "题干*", "选项", nil, nil, nil, "正确答案（必填）", "难易程度", "答案解析"},
		[]any{nil, nil, "A", "B", "C", "D"},
		[]any{1, "发现火情应先", "报警", "拍照", "围观", "离开", "A", "易", "先报警"},
		[]any{2, "灭火器压力", 1, 2.5, 3, 4, "答案：B", "", ""},
		[]any{"序号", "题干*", "选项", nil, nil, nil, "正确答案（必填）", "难易程度", "答案解析"},
		[]any{3, "图中标志", "禁止", "允许", nil, nil, "选A", 3, nil},
	)
	for _, m := range [][2]string{{"A1", "I1"}, {"C2", "F2"}, {"A2", "A3"}, {"B2", "B3"}, {"G2", "G3"}, {"H2", "H3"}, {"I2", "I3"}} {
		if err := f.MergeCell("单选题", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	put("判断", []any{"试题内容", "答案"}, []any{"火警电话是119。", "√"}, []any{"可以不登记。", false}, []any{"应当登记。", "正确"}, []any{"随意出入。", "B"})
	put("Quiz", []any{"Question", "Option A", "Option B", "Option C", "Correct Answer", "Type"},
		[]any{"Which one?", "x", "y", "z", "C", "Single Choice"}, []any{"Which two?", "x", "y", "z", "A;C", "Multiple Choice"}, []any{"How many?", "1", "0", nil, "B", nil})
	put("填空", []any{"题目", "参考答案", "题型"}, []any{"火警____", 119, "填空题"}, []any{"简述要点", "一、二", nil})
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 5, 5))); err != nil {
		t.Fatal(err)
	}
	if err := f.AddPictureFromBytes("单选题", "B7", &excelize.Picture{Extension: ".png", File: drawn.Bytes(), Format: &excelize.GraphicOptions{AltText: "标志"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFixes: cells that were corrected while looking at the file, and a free
// code in place of one that is taken.
func TestFixes(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for i, r := range [][]any{
		{"ID", "题干", "选项A", "选项B", "正确答案", "题型"},
		{"B-A-A-A-001-001", "第一题", "甲", "乙", "E", "单选题"},
		{"B-A-A-A-001-002", "第二题", "甲", "丙", "A", "单选题"},
		{"B-A-A-A-001-002", "第三题", "甲", "丁", "B", "单选题"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var raw bytes.Buffer
	if _, err := f.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	fixes := []bank.Fix{{Sheet: "Sheet1", Row: 2, Field: string(exchange.FieldAnswer), Text: "B"}, {Sheet: "Sheet1", Row: 4, Field: string(exchange.FieldCode), Free: true}}
	for name, c := range map[string]struct {
		fixes []bank.Fix
		want  exchange.Counts
	}{"as it is": {nil, exchange.Counts{Rows: 3, Changed: 1, Dropped: 2}}, "corrected": {fixes, exchange.Counts{Rows: 3, Changed: 2, Kept: 1}}} {
		got, err := xlsx.Format().Read(bytes.NewReader(raw.Bytes()), exchange.Options{Bank: "b", Point: "A-A-A-001", Fixes: c.fixes})
		if err != nil || got.Counts != c.want {
			t.Errorf("%s: %+v, %v\n%v", name, got.Counts, err, got.Verdicts)
		}
		if c.fixes != nil && (len(got.Revisions) != 3 || got.Revisions[2].Item != "b/B-A-A-A-001-003") {
			t.Errorf("%s: %+v", name, got.Revisions)
		}
	}
}

func TestReadOthers(t *testing.T) {
	t.Parallel()
	raw := others(t)
	read := func(held []bank.Revision) exchange.Import {
		got, err := xlsx.Format().Read(bytes.NewReader(raw), exchange.Options{Bank: "b", Point: "A-A-A-001", Held: held})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := read(nil)
	var lines []string
	for i := range got.Revisions {
		r := &got.Revisions[i]
		line := fmt.Sprintf("%s %d %s |", exchange.CodeOf("b", r.Item), r.Difficulty, bank.Plain(r.Stem))
		for _, o := range r.Options {
			line += " " + o.Text
		}
		lines = append(lines, line+fmt.Sprintf(" | %v %v %s", r.Key.Options, r.Key.Blanks, r.Key.Reference))
	}
	want := []string{
		"B-A-A-A-001-001 2 发现火情应先 | 报警 拍照 围观 离开 | [A] [] ",
		"B-A-A-A-001-002 3 灭火器压力 | 1 2.5 3 4 | [B] [] ",
		"B-A-A-A-001-003 3 图中标志标志 | 禁止 允许 | [A] [] ",
		"C-A-A-A-001-001 3 火警电话是119。 | 正确 错误 | [A] [] ",
		"C-A-A-A-001-002 3 可以不登记。 | 正确 错误 | [B] [] ",
		"C-A-A-A-001-003 3 应当登记。 | 正确 错误 | [A] [] ",
		"C-A-A-A-001-004 3 随意出入。 | 正确 错误 | [B] [] ",
		"B-A-A-A-001-004 3 Which one? | x y z | [C] [] ",
		"G-A-A-A-001-001 3 Which two? | x y z | [A C] [] ",
		"B-A-A-A-001-005 3 How many? | 1 0 | [B] [] ",
		"T-A-A-A-001-001 3 火警____ | | [] [[119]] ",
		"T-A-A-A-001-002 3 简述要点 | | [] [[一、二]] ",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		for _, v := range got.Verdicts {
			t.Logf("%s %s:%d %s %s %s %q", v.Outcome, v.Sheet, v.Row, v.Column, v.Field, v.Reason, v.Old)
		}
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Media) != 1 || !strings.HasSuffix(got.Revisions[2].Stem, "|标志]") {
		t.Errorf("pictures: %d, %q", len(got.Media), got.Revisions[2].Stem)
	}
	again := read(got.Revisions)
	if diff := cmp.Diff(got.Revisions, again.Revisions); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
}

package xlsx_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The columns of the dirty workbook, under other names than the template's.
var dirtyHeader = []any{"题库名称", "试题编码", "序号", "考点代码", "试题类型", "题号", "题目内容", "备选答案A", "备选答案B", "C选项", "选项4", "选项E", "图片", "标准答案", "难易程度", "一致性", "试题分析", "备注"}

// The places of the columns.
const (
	colBank = iota
	colCode
	colSerial
	colPoint
	colType
	colNumber
	colStem
	colA
	colB
	colC
	colD
	colE
	colPicture
	colAnswer
	colDifficulty
	colConsistency
	colExplanation
)

// cellAt is a cell by row and column, from 0.
func cellAt(row, col int) string {
	name, err := excelize.CoordinatesToCellName(col+1, row+1)
	if err != nil {
		panic(err)
	}
	return name
}

// dirtyWorkbook makes 300 rows with every defect that real files have been
// seen with, each in its turn, among rows that are sound. It is a function of
// nothing, so that the golden file can name every row.
func dirtyWorkbook(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sheet1"
	set := func(cell string, v any) { must(t, f.SetCellValue(sheet, cell, v)) }
	must(t, f.SetSheetRow(sheet, "A1", &[]any{"某单位题库导出（自编示例）"}))
	must(t, f.MergeCell(sheet, "A1", "R1"))
	must(t, f.SetSheetRow(sheet, "A2", &dirtyHeader))
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	spelled := `m"月"d"日"`
	chineseDay, err := f.NewStyle(&excelize.Style{CustomNumFmt: &spelled})
	must(t, err)
	for i := range 300 {
		r := i + 2 // from 0; the header is row 2 of the sheet
		point := fmt.Sprintf("A-A-A-%03d", i/30+1)
		kind, label := "B", "B（单选题）"
		switch i % 5 {
		case 3:
			kind, label = "G", "G（多选题）"
		case 4:
			kind, label = "C", "C（判断题）"
		}
		code := fmt.Sprintf("%s-%s-%03d", kind, point, i%30+1)
		row := make([]any, len(dirtyHeader))
		row[colBank], row[colCode], row[colSerial], row[colPoint], row[colType], row[colNumber] = "示例题库", code, i+1, point, label, i%30+1
		row[colStem] = fmt.Sprintf("第%d题的题干，应当选择（　　）。", i+1)
		row[colA], row[colB], row[colC], row[colD] = fmt.Sprintf("选择甲%d", i), fmt.Sprintf("选择乙%d", i), fmt.Sprintf("选择丙%d", i), fmt.Sprintf("选择丁%d", i)
		row[colAnswer] = map[string]any{"B": "A", "G": "A,B,D", "C": "正确"}[kind]
		row[colDifficulty], row[colConsistency], row[colExplanation] = i%5+1, 5, "按制度执行。"
		if kind == "C" {
			row[colA], row[colB], row[colC], row[colD] = "", "", "", ""
		}
		// Every sixth row or so has the next defect.
		if i%3 == 1 {
			spoil(row, i/3, kind)
		}
		must(t, f.SetSheetRow(sheet, cellAt(r, 0), &row))
		excelDoes(t, f, sheet, r, i, set, day, chineseDay)
	}
	// Three rows share the cells of point and type.
	for _, col := range []int{colBank, colPoint, colType} {
		must(t, f.MergeCell(sheet, cellAt(242, col), cellAt(244, col)))
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

// spoil does to a row what authors do.
func spoil(row []any, n int, kind string) {
	choice := kind != "C"
	switch n % 32 {
	case 0:
		row[colD] = "D：选择丁E：选择戊"
	case 1:
		row[colAnswer] = "E"
	case 2:
		row[colCode] = strings.NewReplacer("A", "Ａ", "-", "－", "0", "０").Replace(row[colCode].(string))
	case 3:
		row[colStem] = "第１２条（全角数字和ＡＢ）" + row[colStem].(string)
	case 4:
		row[colStem] = "第1题的题干，应当选择（　　）。" // as row 1, with other answers below
		if kind == "B" {
			row[colA], row[colB], row[colC], row[colD], row[colAnswer] = "选择甲0", "选择乙0", "选择丙0", "选择丁0", "B"
		}
	case 5:
		row[colAnswer] = map[bool]string{true: "ＡＢ", false: "×"}[choice]
	case 6:
		row[colCode], row[colPoint] = "B-A-A-A-001-001", "A-A-A-001"
		if choice {
			row[colType], row[colAnswer] = "单选", "C"
		}
	case 7:
		row[colPoint] = "A-A-B-001"
	case 8:
		row[colType] = "U（计算题）"
	case 9:
		row[colType] = ""
	case 10:
		row[colPoint] = ""
	case 11:
		row[colCode] = "20417"
	case 12:
		row[colCode], row[colNumber] = "", ""
	case 13:
		row[colA], row[colB], row[colC], row[colD] = "A.选择甲 B.选择乙 C.选择丙 D.选择丁", "", "", ""
	case 14:
		row[colStem], row[colA], row[colB], row[colC], row[colD] = "选项和题干连在一起（　　） A.甲 B.乙 C.丙 D.丁", "", "", "", ""
	case 15:
		row[colA], row[colB], row[colC], row[colD] = "（A）带括号的甲（B）带括号的乙（C）丙（D）丁", "", "", ""
	case 16:
		row[colC] = ""
	case 17:
		row[colB] = row[colA]
	case 18:
		row[colStem] = " 　"
	case 19:
		row[colAnswer] = ""
	case 20:
		row[colAnswer] = "见教材"
	case 21:
		row[colAnswer] = map[string]any{"B": "A、B", "G": "AABD", "C": "√"}[kind]
	case 22:
		row[colDifficulty] = "偏难"
	case 23:
		row[colConsistency] = "高"
	case 24:
		row[colPicture] = "图3，题干后"
	case 25:
		row[colStem] = "控制字\u200b符藏在" + row[colStem].(string)
	case 26:
		row[colAnswer] = map[string]any{"B": "a", "G": "D、B，A", "C": "F"}[kind]
	case 27:
		row[colCode] = "B-A-A-1-1"
	case 28:
		row[colA], row[colB], row[colC], row[colD] = "A．甲", "B．乙", "C．丙", "D．丁"
	case 29:
		row[colType] = "多项选择题"
	case 30:
		row[colAnswer] = map[string]any{"B": "B", "G": "A/B", "C": "Y"}[kind]
	case 31:
		row[colDifficulty] = ""
	}
}

// excelDoes does to cells what Excel does.
func excelDoes(t testing.TB, f *excelize.File, sheet string, r, i int, set func(string, any), day, chineseDay int) {
	t.Helper()
	style := func(col, id int) {
		must(t, f.SetCellStyle(sheet, cellAt(r, col), cellAt(r, col), id))
	}
	switch i {
	case 10: // 3-5 became a day
		set(cellAt(r, colA), time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC))
		style(colA, day)
	case 20: // 3月5日 became one too, but shows what was typed
		set(cellAt(r, colB), time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC))
		style(colB, chineseDay)
	case 30: // an identity number lost its end
		must(t, f.SetCellDefault(sheet, cellAt(r, colC), "4.4052418800101002E+17"))
	case 40: // text with a sign in front became a formula
		must(t, f.SetCellFormula(sheet, cellAt(r, colD), "-SUM(选择丁)"))
		set(cellAt(r, colD), "#NAME?")
	case 50: // a number is a number
		set(cellAt(r, colA), 110)
	case 60: // a truth value
		set(cellAt(r, colA), true)
	case 70: // a long number that Excel shows shortened
		set(cellAt(r, colA), 123456789012.0)
	case 80: // a text with a guard
		set(cellAt(r, colA), "'=1+1")
	}
}

// TestDirty300 holds the verdict on every row of the dirty workbook.
func TestDirty300(t *testing.T) {
	t.Parallel()
	got, err := xlsx.Read(bytes.NewReader(dirtyWorkbook(t)), xlsx.Options{Bank: "dirty-3"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	n := got.Counts
	fmt.Fprintf(&b, "rows %d kept %d changed %d dropped %d\n", n.Rows, n.Kept, n.Changed, n.Dropped)
	rows := map[int]bool{}
	for _, v := range got.Verdicts {
		rows[v.Row] = true
		fmt.Fprintf(&b, "%s %s%d %s %s %s", v.Outcome, v.Column, v.Row, v.Item, v.Field, v.Reason)
		if v.Old != "" || v.New != "" {
			fmt.Fprintf(&b, " %q → %q", v.Old, v.New)
		}
		b.WriteByte('\n')
	}
	for row := 3; row <= 302; row++ {
		if !rows[row] {
			t.Errorf("row %d has no verdict", row)
		}
	}
	golden := filepath.Join("testdata", "dirty300.golden")
	// The browser's test uploads the same workbook.
	kept := filepath.Join("testdata", "dirty300.xlsx")
	if *update {
		must(t, os.WriteFile(golden, []byte(b.String()), 0o644))
		must(t, os.WriteFile(kept, dirtyWorkbook(t), 0o644))
		return
	}
	raw, err := os.ReadFile(kept)
	must(t, err)
	if same, err := xlsx.Read(bytes.NewReader(raw), xlsx.Options{Bank: "dirty-3"}); err != nil || !cmp.Equal(got, same) {
		t.Errorf("%s is not what the test writes (%v): %s", kept, err, cmp.Diff(got, same))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// What was taken goes out and comes back without a further word.
	again := read(t, write(t, got.Bundle()))
	if !again.Clean() {
		t.Errorf("second reading: %v", summary(again))
	}
	if diff := cmp.Diff(got.Revisions, again.Revisions); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	for _, reason := range []exchange.Reason{
		exchange.MergedOptions, exchange.MissingOption, exchange.CodeForm, exchange.FullWidth, exchange.OppositeAnswers, exchange.DuplicateCode,
		exchange.PointMismatch, exchange.UnsupportedType, exchange.TypeFromCode, exchange.PointFromCode, exchange.CodeFromParts, exchange.MissingCode,
		exchange.OptionsFromStem, exchange.OptionGap, exchange.DuplicateOption, exchange.EmptyStem, exchange.EmptyAnswer, exchange.BadAnswer,
		exchange.AnswerCount, exchange.BadDifficulty, exchange.BadConsistency, exchange.Picture, exchange.ControlCharacter, exchange.BadCode,
		exchange.OptionPrefix, exchange.ExcelDate, exchange.RestoredDate, exchange.ScientificNumber, exchange.ErrorValue, exchange.FilledDown, exchange.UnknownColumn,
	} {
		if !strings.Contains(b.String(), " "+string(reason)) {
			t.Errorf("the workbook shows no %s", reason)
		}
	}
}

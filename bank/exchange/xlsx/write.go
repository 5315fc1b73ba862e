package xlsx

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"gongyuan/bank"
	"gongyuan/bank/exchange"

	"github.com/xuri/excelize/v2"
)

// ErrCell is wrapped where a text is longer than a cell of Excel holds.
var ErrCell = errors.New("xlsx: the text does not fit into a cell")

// The names of the sheets as Write gives them.
const (
	sheetItems    = "题库"
	sheetOutline  = "细目表"
	sheetSections = "题型分布"
	sheetWeights  = "知识点分布"
	sheetPlan     = "组卷"
)

// Write writes a bundle as a workbook that Read reads back to the same
// revisions, outline and blueprint. Authors, times and numbers of revisions
// are not part of the template and are left out. Sheets without content are
// left out too. The same bundle gives the same bytes of every sheet.
func Write(w io.Writer, b exchange.Bundle) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetDocProps(&excelize.DocProperties{Title: b.Title, Creator: "贡院", Created: "2000-01-01T00:00:00Z", Modified: "2000-01-01T00:00:00Z"}); err != nil {
		return fmt.Errorf("xlsx: write: %w", err)
	}
	bold, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F2"}},
	})
	if err != nil {
		return fmt.Errorf("xlsx: write: %w", err)
	}
	sheets := []table{itemTable(b)}
	if b.Outline != nil {
		sheets = append(sheets, outlineTable(b.Outline))
	}
	if b.Blueprint != nil {
		sheets = append(sheets, sectionTable(b.Blueprint), weightTable(b.Blueprint))
	}
	sheets = append(sheets, planTable(b))
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err == nil {
			err = s.write(f, bold)
		}
		if err != nil {
			return fmt.Errorf("xlsx: write sheet %s: %w", s.name, err)
		}
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("xlsx: write: %w", err)
	}
	return nil
}

// table is a sheet to be written: a header and rows of text.
type table struct {
	name   string
	widths []float64
	rows   [][]string
}

// write streams the table. Every cell is a string and guarded, so nothing in
// it is ever a formula, a number or a date.
func (t table) write(f *excelize.File, bold int) error {
	sw, err := f.NewStreamWriter(t.name)
	if err != nil {
		return err
	}
	for i, width := range t.widths {
		if err := sw.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for n, texts := range t.rows {
		cells := make([]any, len(texts))
		for i, text := range texts {
			text = guard(text)
			if len(text) > excelize.TotalCellChars && len(utf16.Encode([]rune(text))) > excelize.TotalCellChars {
				return fmt.Errorf("%w: row %d column %s", ErrCell, n+1, columnLetter(i))
			}
			switch {
			case n == 0:
				cells[i] = excelize.Cell{StyleID: bold, Value: text}
			case text != "":
				cells[i] = text
			}
		}
		if err := sw.SetRow("A"+strconv.Itoa(n+1), cells); err != nil {
			return err
		}
	}
	return sw.Flush()
}

// itemTable writes the items in the order of the template's columns.
func itemTable(b exchange.Bundle) table {
	options := 5
	for i := range b.Revisions {
		options = max(options, len(b.Revisions[i].Options))
		for j := range b.Revisions[i].Parts {
			options = max(options, len(b.Revisions[i].Parts[j].Options))
		}
	}
	fields := []exchange.Field{
		exchange.FieldBank, exchange.FieldCode, exchange.FieldSerial, exchange.FieldPoint, exchange.FieldType, exchange.FieldNumber, exchange.FieldStem,
	}
	widths := []float64{24, 22, 6, 14, 14, 8, 60}
	for i := range options {
		fields, widths = append(fields, exchange.OptionField(i)), append(widths, 24)
	}
	fields = append(fields, exchange.FieldPicture, exchange.FieldAnswer, exchange.FieldDifficulty, exchange.FieldConsistency,
		exchange.FieldExplanation, exchange.FieldLast, exchange.FieldExcludes, exchange.FieldSource)
	widths = append(widths, 12, 16, 10, 12, 60, 16, 24, 36)

	t := table{name: sheetItems, widths: widths, rows: [][]string{texts(fields)}}
	add := func(values map[exchange.Field]string) {
		values[exchange.FieldBank] = b.Title
		values[exchange.FieldSerial] = strconv.Itoa(len(t.rows))
		line := make([]string, len(fields))
		for i, field := range fields {
			line[i] = values[field]
		}
		t.rows = append(t.rows, line)
	}
	for i := range b.Revisions {
		rev := &b.Revisions[i]
		add(itemCells(b.Bank, rev))
		for j := range rev.Parts {
			add(partCells(b.Bank, rev, j))
		}
	}
	return t
}

func texts(fields []exchange.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = string(f)
	}
	return out
}

// codeOf returns the item's code within its bank.
func codeOf(own bank.ID, id bank.ItemID) string {
	return strings.TrimPrefix(string(id), string(own)+"/")
}

func itemCells(own bank.ID, rev *bank.Revision) map[exchange.Field]string {
	code := codeOf(own, rev.Item)
	values := questionCells(&rev.Question)
	values[exchange.FieldCode] = code
	values[exchange.FieldNumber] = code[strings.LastIndexByte(code, '-')+1:]
	values[exchange.FieldPoint] = string(rev.Point)
	values[exchange.FieldDifficulty] = strconv.Itoa(rev.Difficulty)
	if rev.Consistency > 0 {
		values[exchange.FieldConsistency] = strconv.Itoa(rev.Consistency)
	}
	var excludes []string
	for _, id := range rev.Excludes {
		excludes = append(excludes, codeOf(own, id))
	}
	values[exchange.FieldExcludes] = strings.Join(excludes, "、")
	return values
}

func partCells(own bank.ID, rev *bank.Revision, part int) map[exchange.Field]string {
	code := codeOf(own, rev.Item)
	suffix := "/" + strconv.Itoa(part+1)
	values := questionCells(&rev.Parts[part])
	values[exchange.FieldCode] = code + suffix
	values[exchange.FieldNumber] = code[strings.LastIndexByte(code, '-')+1:] + suffix
	values[exchange.FieldPoint] = string(rev.Point)
	return values
}

func questionCells(q *bank.Question) map[exchange.Field]string {
	values := map[exchange.Field]string{
		exchange.FieldType:        fmt.Sprintf("%s（%s）", q.Type, exchange.TypeName(q.Type)),
		exchange.FieldStem:        q.Stem,
		exchange.FieldExplanation: q.Explanation,
		exchange.FieldSource:      q.Source,
	}
	switch {
	case q.Type == bank.Judgement:
		values[exchange.FieldAnswer] = "错误"
		if len(q.Key.Options) > 0 && q.Key.Options[0] == bank.True {
			values[exchange.FieldAnswer] = "正确"
		}
	case q.Type.Choice():
		values[exchange.FieldAnswer] = lettersOf(q.Key.Options, ",")
		var last []bank.OptionID
		for i, o := range q.Options {
			values[exchange.OptionField(i)] = o.Text
			if o.Last {
				last = append(last, o.ID)
			}
		}
		values[exchange.FieldLast] = lettersOf(last, ",")
	case q.Type == bank.Blank:
		values[exchange.FieldAnswer] = exchange.JoinBlanks(q.Key.Blanks)
	default:
		values[exchange.FieldAnswer] = exchange.ReferenceText(q.Key)
	}
	return values
}

func outlineTable(o *bank.Outline) table {
	t := table{name: sheetOutline, widths: []float64{16, 48, 8, 12, 8}, rows: [][]string{{"代码", "名称", "比重", "重要程度", "状态"}}}
	var walk func(ranges []bank.Range)
	walk = func(ranges []bank.Range) {
		for _, r := range ranges {
			weight := "—"
			if r.Weight >= 0 {
				weight = strconv.Itoa(r.Weight)
			}
			t.rows = append(t.rows, []string{string(r.Code), r.Title, weight, ""})
			for _, p := range r.Points {
				state := ""
				if p.Retired {
					state = wordRetired
				}
				t.rows = append(t.rows, []string{string(p.Code), p.Title, "", string(p.Importance), state})
			}
			walk(r.Children)
		}
	}
	walk(o.Ranges)
	return t
}

func sectionTable(bp *bank.Blueprint) table {
	t := table{name: sheetSections, widths: []float64{18, 8, 10, 14}, rows: [][]string{{"题型代码", "题数", "每题分值", "多选计分"}}}
	for _, s := range bp.Sections {
		t.rows = append(t.rows, []string{fmt.Sprintf("%s（%s）", s.Type, exchange.TypeName(s.Type)), strconv.Itoa(s.Count), s.Points.String(), ruleNames[s.Rule]})
	}
	return t
}

// weightTable repeats no parent: it stands on the first of its rows.
func weightTable(bp *bank.Blueprint) table {
	t := table{name: sheetWeights, widths: []float64{12, 12, 12, 8}, rows: [][]string{{"一级代码", "二级代码", "三级代码", "比重"}}}
	var above [2]string
	for _, w := range bp.Weights {
		line := make([]string, 4)
		line[3] = strconv.Itoa(w.Weight)
		parts := strings.Split(string(w.Range), "-")
		for level := range min(len(parts), 3) {
			code := strings.Join(parts[:level+1], "-")
			if level < len(parts)-1 && above[level] == code { // #nosec G602 -- the last of at most three parts is left out
				continue
			}
			if line[level] = code; level < len(above) {
				clear(above[level:])
				above[level] = code // #nosec G602 -- level is below the length of above
			}
		}
		t.rows = append(t.rows, line)
	}
	return t
}

func planTable(b exchange.Bundle) table {
	t := table{name: sheetPlan, widths: []float64{20, 40}, rows: [][]string{{"设置", "内容"}, {setBank, string(b.Bank)}, {setBankTitle, b.Title}}}
	bp := b.Blueprint
	if bp == nil {
		return t
	}
	set := func(name, value string) { t.rows = append(t.rows, []string{name, value}) }
	set(setID, bp.ID)
	set(setTitle, bp.Title)
	set(setDuration+"（分钟）", strconv.Itoa(int(bp.Duration/time.Minute)))
	set(setMaxPoint, strconv.Itoa(bp.MaxPerPoint))
	if len(bp.Difficulty) > 0 {
		set(setDifficulty+"（很易/易/中/难/很难，%）", joinShares(bp.Difficulty))
	}
	if len(bp.Facility) > 0 {
		set(setFacility+"（很易/易/中/难/很难，%）", joinShares(bp.Facility))
	}
	set(setExposure+"（%，0 为不限）", strconv.Itoa(bp.Exposure))
	set(setAvoidMet, map[bool]string{true: "是", false: "否"}[bp.AvoidMet])
	return t
}

func joinShares(shares map[int]int) string {
	var out []string
	for d := 1; d <= 5; d++ {
		out = append(out, strconv.Itoa(shares[d]))
	}
	return strings.Join(out, "/")
}

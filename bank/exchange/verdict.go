package exchange

import (
	"strings"

	"gongyuan/bank"
)

// Outcome is what became of a row or of one of its cells.
type Outcome string

// The outcomes. Kept stands once for each item taken as it was, Changed once
// for each cell that was repaired, Dropped once for each reason to refuse.
const (
	Kept    Outcome = "kept"
	Changed Outcome = "changed"
	Dropped Outcome = "dropped"
)

// Field is what a cell is about, named as the Excel template names it.
type Field string

// The fields of an item. An option's letter is put in by OptionField.
const (
	FieldBank        Field = "题库名称"
	FieldCode        Field = "ID"
	FieldSerial      Field = "序号"
	FieldPoint       Field = "认定点代码"
	FieldType        Field = "题型代码"
	FieldNumber      Field = "题号"
	FieldStem        Field = "试题（题干）"
	FieldOption      Field = "试题（选项）"
	FieldPicture     Field = "【图】及位置"
	FieldAnswer      Field = "正确答案"
	FieldDifficulty  Field = "难度代码"
	FieldConsistency Field = "一致性代码"
	FieldExplanation Field = "解析"
	FieldLast        Field = "必须最后的选项"
	FieldExcludes    Field = "互斥题"
	FieldSource      Field = "依据"
)

// The fields that only formats other than the Excel template have.
const (
	FieldFormatting Field = "格式"
	FieldMedia      Field = "媒体文件"
	FieldFeedback   Field = "反馈"
	FieldScoring    Field = "计分"
	FieldTags       Field = "标签"
	FieldContext    Field = "材料"
	FieldRaw        Field = "原文"
)

// OptionField names the option at index i: 试题（选项A） and so on.
func OptionField(i int) Field { return Field("试题（选项" + bank.Letter(i) + "）") }

// Text is a sentence in both languages of the product.
type Text struct {
	ZH string
	EN string
}

// Verdict is one thing that an importer has to say, about one place of the
// file. Formats without sheets leave Sheet and Column empty; Row counts from 1
// and is a line or an element number there. Row 0 is the whole sheet or file.
type Verdict struct {
	Outcome Outcome
	Sheet   string
	Row     int
	Column  string // letter
	Field   Field
	Item    string // the item's code, where it is known
	Old     string // what the file holds, cut to a readable length
	New     string // what was taken instead; Changed only
	Reason  Reason // why, for programs; for Kept usually empty
	Text    Text   // why, for people
	Todo    Text   // what to do about it
}

// Counts sums up an import. Rows are rows of items that were not empty; Kept,
// Changed and Dropped count items, so a case with its parts counts once.
type Counts struct {
	Rows    int
	Kept    int
	Changed int
	Dropped int
}

// Import is what was read. Outline and Blueprint are nil where the file holds
// none. Revisions carry number 1 and neither author nor time: the store knows
// better.
type Import struct {
	Bank      bank.ID
	Title     string
	Revisions []bank.Revision
	Outline   *bank.Outline
	Blueprint *bank.Blueprint
	Media     map[string][]byte // by bank.Media.Sum
	Verdicts  []Verdict
	Counts    Counts
}

// Bundle is what is written: a bank, and its outline and blueprint if any.
type Bundle struct {
	Bank      bank.ID
	Title     string
	Revisions []bank.Revision
	Outline   *bank.Outline
	Blueprint *bank.Blueprint
	Media     map[string][]byte // what the revisions' Foreign.Media name, as far as it is there
}

// Bundle returns the import in the shape that exporters take.
func (i *Import) Bundle() Bundle {
	return Bundle{i.Bank, i.Title, i.Revisions, i.Outline, i.Blueprint, i.Media}
}

// Clean tells whether everything was kept as it was.
func (i *Import) Clean() bool {
	for _, v := range i.Verdicts {
		if v.Outcome != Kept {
			return false
		}
	}
	return true
}

// maxQuote is how much of a cell a verdict repeats, in characters.
const maxQuote = 120

// Explain fills in Text and Todo from the reason and cuts Old and New.
func (v Verdict) Explain() Verdict {
	v.Old, v.New = quote(v.Old), quote(v.New)
	if entry, ok := reasons[v.Reason]; ok {
		v.Text, v.Todo = entry.text, entry.todo
	}
	return v
}

func quote(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > maxQuote {
		return string(r[:maxQuote]) + "…"
	}
	return s
}

package report

import (
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Field is one thing that is known of a result. The list is closed.
type Field string

// Type says how the values of a field can be written.
type Type string

// The types of fields.
const (
	Text  Type = "text"
	Marks Type = "marks"
	Count Type = "count"
	Date  Type = "date"
	Word  Type = "word" // one of a few words
)

// Format is how a value is written.
type Format string

// The formats. A field takes those of its type.
const (
	Plain       Format = "plain"       // of Text and Count
	TwoDecimals Format = "two"         // 59.50
	Shortest    Format = "short"       // 59.5
	ISO         Format = "iso"         // 2026-11-24
	Compact     Format = "compact"     // 20261124
	Slashes     Format = "slashes"     // 2026/11/24
	Chinese     Format = "chinese"     // 2026年11月24日
	ChineseWord Format = "word"        // 合格
	EnglishWord Format = "englishWord" // passed
	Code        Format = "code"        // passed → 1, failed → 0
)

var formats = map[Type][]Format{
	Text: {Plain}, Count: {Plain}, Marks: {TwoDecimals, Shortest}, Date: {ISO, Compact, Slashes, Chinese}, Word: {ChineseWord, EnglishWord, Code},
}

// Formats lists the formats of a type, the usual one first.
func Formats(t Type) []Format { return slices.Clone(formats[t]) }

// Description is a field with its labels.
type Description struct {
	Field Field
	ZH    string
	EN    string
	Type  Type
	// Full tells that the field shows a document number unmasked: it takes a
	// reason, which is recorded.
	Full bool
	// Fixed tells that the value is the column's own.
	Fixed bool
	value func(*Row) value
}

// Row is what is known of one candidate.
type Row struct {
	Registration sitting.Registration
	Person       people.Candidate
	Document     string // unmasked; "" unless a map asks for it
	Sitting      string
	LevelTitle   string
	Body         string
	// Record is the newest version of the result. Its Version is 0 where nothing
	// is released.
	Record result.Record
	// Certificate is what a row of certificates is about.
	Certificate CertificateFacts
	number      int
}

// value is a value before it has a format. None is what is not known, never
// what cannot be: a component that the level does not have.
type value struct {
	none  bool
	never bool
	text  string
	marks bank.Marks
	count int
	date  time.Time
	word  word
}

// word is one of a few words: in Chinese, in English, and as a digit.
type word struct{ zh, en, code string }

var states = map[result.PartState]word{
	result.Missing: {"未参加", "not taken", "0"}, result.Pending: {"未出分", "pending", "0"}, result.Absent: {"缺考", "absent", "2"},
	result.Vetoed: {"否定项", "vetoed", "3"}, result.Scored: {"已评", "scored", "1"}, result.Carried: {"沿用", "carried over", "4"},
	result.Cheated: {"违纪", "misconduct", "5"},
}

var verdicts = map[result.Verdict]word{
	result.Passed: {"合格", "passed", "1"}, result.Failed: {"不合格", "failed", "0"}, result.Open: {"未定", "open", ""},
}

var qualifications = map[result.Qualification]word{
	result.Qualified: {"合格", "qualified", "1"}, result.Unqualified: {"不合格", "not qualified", "0"}, result.Incomplete: {"未完成", "incomplete", ""},
	result.Withheld: {"暂缓公布", "withheld", ""},
}

var causes = map[result.Cause]word{
	result.ByRelease: {"公布", "release", "0"}, result.ByAppeal: {"复核", "appeal", "1"}, result.ByRegrade: {"重评", "regrade", "2"}, result.ByRuling: {"裁定", "ruling", "3"},
}

func textOf(s string) value { return value{text: s, none: s == ""} }

func dateOf(t time.Time) value { return value{date: t, none: t.IsZero()} }

// released gives a value of the record, where there is one.
func released(get func(*result.Record) value) func(*Row) value {
	return func(r *Row) value {
		if r.Record.Version == 0 {
			return value{none: true}
		}
		return get(&r.Record)
	}
}

// part gives a value of one component, where the level has it.
func part(k standard.Kind, get func(*result.Component) value) func(*Row) value {
	return released(func(r *result.Record) value {
		if r.Outcome.Result == result.Withheld { // known, not said
			return value{none: true}
		}
		for i := range r.Outcome.Components {
			if r.Outcome.Components[i].Kind == k {
				return get(&r.Outcome.Components[i])
			}
		}
		return value{none: true, never: true}
	})
}

func awarded(c *result.Component) value {
	return value{marks: c.Awarded, none: c.State != result.Scored && c.State != result.Carried}
}

// FixedText is the field whose value the column gives itself, such as the code
// under which the receiver knows the body.
const FixedText Field = "fixed"

var descriptions = append([]Description{
	{Field: "number", ZH: "序号", EN: "No.", Type: Count, value: func(r *Row) value { return value{count: r.number} }},
	{Field: "name", ZH: "姓名", EN: "Name", Type: Text, value: func(r *Row) value { return textOf(r.Person.Name) }},
	{Field: "documentMasked", ZH: "证件号码（遮盖）", EN: "Document, masked", Type: Text, value: func(r *Row) value { return textOf(r.Person.IDMasked) }},
	{Field: "document", ZH: "证件号码（完整）", EN: "Document, in full", Type: Text, Full: true, value: func(r *Row) value { return textOf(r.Document) }},
	{Field: "admission", ZH: "准考证号", EN: "Admission number", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Admission) }},
	{Field: "employer", ZH: "工作单位", EN: "Employer", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Employer) }},
	{Field: "room", ZH: "考场", EN: "Room", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Room) }},
	{Field: "seat", ZH: "座位", EN: "Seat", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Seat) }},
	{Field: "sitting", ZH: "场次", EN: "Sitting", Type: Text, value: func(r *Row) value { return textOf(r.Sitting) }},
	{Field: "body", ZH: "评价机构", EN: "Assessing body", Type: Text, value: func(r *Row) value { return textOf(r.Body) }},
	{Field: "occupationCode", ZH: "职业编码", EN: "Occupation code", Type: Text, value: released(func(r *result.Record) value { return textOf(r.Occupation.Code) })},
	{Field: "occupation", ZH: "职业名称", EN: "Occupation", Type: Text, value: released(func(r *result.Record) value { return textOf(r.Occupation.Name) })},
	{Field: "level", ZH: "等级（数字）", EN: "Level, as a number", Type: Count, value: released(func(r *result.Record) value { return value{count: int(r.Level)} })},
	{Field: "levelTitle", ZH: "等级", EN: "Level", Type: Text, value: func(r *Row) value { return textOf(r.LevelTitle) }},
	{Field: "overall", ZH: "总评", EN: "Overall", Type: Word, value: released(func(r *result.Record) value {
		return value{word: qualifications[r.Outcome.Result]}
	})},
	{Field: "passed", ZH: "合格项数", EN: "Components passed", Type: Count, value: released(func(r *result.Record) value {
		return value{count: r.Outcome.Passed, none: r.Outcome.Result == result.Withheld}
	})},
	{Field: "satOn", ZH: "考试日期", EN: "Exam date", Type: Date, value: released(func(r *result.Record) value { return dateOf(r.Sat) })},
	{Field: "version", ZH: "成绩版本", EN: "Version of the result", Type: Count, value: released(func(r *result.Record) value { return value{count: r.Version} })},
	{Field: "releasedOn", ZH: "公布日期", EN: "Released on", Type: Date, value: released(func(r *result.Record) value { return dateOf(r.At) })},
	{Field: "cause", ZH: "版本原因", EN: "Cause of the version", Type: Word, value: released(func(r *result.Record) value { return value{word: causes[r.Cause]} })},
	{Field: FixedText, ZH: "固定文字", EN: "Fixed text", Type: Text, Fixed: true},
}, componentFields()...)

// componentFields are the same five for each component.
func componentFields() []Description {
	var out []Description
	for _, k := range []struct {
		kind   standard.Kind
		zh, en string
	}{{standard.Theory, "理论", "Theory"}, {standard.Skill, "技能", "Skill"}, {standard.Review, "综合评审", "Review"}} {
		name := string(k.kind)
		out = append(out,
			Description{Field: Field(name + "Marks"), ZH: k.zh + "得分", EN: k.en + ", marks", Type: Marks, value: part(k.kind, awarded)},
			Description{Field: Field(name + "Verdict"), ZH: k.zh + "结果", EN: k.en + ", result", Type: Word, value: part(k.kind, func(c *result.Component) value {
				return value{word: verdicts[c.Verdict]}
			})},
			Description{Field: Field(name + "State"), ZH: k.zh + "状态", EN: k.en + ", state", Type: Word, value: part(k.kind, func(c *result.Component) value {
				return value{word: states[c.State]}
			})},
			Description{Field: Field(name + "Pass"), ZH: k.zh + "合格线", EN: k.en + ", pass mark", Type: Marks, value: part(k.kind, func(c *result.Component) value {
				return value{marks: c.Pass}
			})},
			Description{Field: Field(name + "CarriedOn"), ZH: k.zh + "沿用日期", EN: k.en + ", carried over from", Type: Date, value: part(k.kind, func(c *result.Component) value {
				return dateOf(c.On)
			})},
		)
	}
	return out
}

// Fields lists what a column about a subject may show.
func Fields(about Subject) []Description {
	if about == OfCertificates {
		return slices.Clone(certificateFields)
	}
	return slices.Clone(descriptions)
}

// describe returns the field's description, false where the map's subject has
// no such field.
func (m *Map) describe(f Field) (Description, bool) {
	for _, d := range Fields(m.About) {
		if d.Field == f {
			return d, true
		}
	}
	return Description{}, false
}

// Cell is one value as it is handed on.
type Cell struct {
	Text    string // as written; of numbers too
	Number  bool   // a number, that a workbook keeps as one
	Value   bank.Marks
	Decimal bool // Value is hundredths, with two decimals shown; else a whole number
	Never   bool // empty because there is no such thing, and so not missing
}

// cell writes a value. What is not known is an empty cell.
func (c *Column) cell(r *Row, d *Description) Cell {
	if d.Fixed {
		return Cell{Text: harmless(c.Value)}
	}
	v := d.value(r)
	if v.none {
		return Cell{Never: v.never}
	}
	switch d.Type {
	case Marks:
		text := v.marks.String()
		if c.Format == TwoDecimals {
			whole, part, _ := strings.Cut(text, ".")
			text = whole + "." + (part + "00")[:2]
		}
		return Cell{Text: text, Number: true, Value: v.marks, Decimal: c.Format == TwoDecimals}
	case Count:
		return Cell{Text: bank.Marks(100 * v.count).String(), Number: true, Value: bank.Marks(100 * v.count)}
	case Date:
		return Cell{Text: v.date.In(standard.Zone).Format(layouts[c.Format])}
	case Word:
		return Cell{Text: map[Format]string{ChineseWord: v.word.zh, EnglishWord: v.word.en, Code: v.word.code}[c.Format]}
	}
	return Cell{Text: harmless(v.text)}
}

var layouts = map[Format]string{ISO: "2006-01-02", Compact: "20060102", Slashes: "2006/01/02", Chinese: "2006年1月2日"}

// harmless puts an apostrophe before a text that a spreadsheet program would
// take for a formula (CSV injection), be it in a workbook or in text.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

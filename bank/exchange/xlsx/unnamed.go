package xlsx

import (
	"regexp"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// Workbooks of other systems have no codes of ours: an item of theirs gets the
// next free one, or that of the item of the bank that it is.

// mayBeNamed tells whether a row without a code may be given one: where whoever
// imports has chosen a point, or where the sheet has no column for codes. Where
// it has one, an empty cell in it is a fault of the row.
func (l *line) mayBeNamed(point bank.PointCode) bool {
	_, codes := l.head.columns[exchange.FieldCode]
	_, numbers := l.head.columns[exchange.FieldNumber]
	return l.free && exchange.ValidPoint(point) || exchange.ValidPoint(l.opts.Point) || exchange.ValidPoint(point) && !codes && !numbers
}

// fix applies what was corrected of the row while the file was looked at.
func (l *line) fix() {
	for _, f := range l.opts.Fixes {
		if f.Sheet != l.sheet || f.Row != l.row {
			continue
		}
		if f.Free {
			l.release()
			continue
		}
		if old, ok := l.set(exchange.Field(f.Field), f.Text); ok && old != f.Text {
			l.change(exchange.Field(f.Field), exchange.Corrected, old, f.Text)
		}
	}
}

// release takes the code off a row, and leaves it the type and the point that
// the code said.
func (l *line) release() {
	l.free = true
	code, ok := exchange.ParseCode(strings.ToUpper(bank.Normal(l.quiet(exchange.FieldCode))))
	l.set(exchange.FieldCode, "")
	l.set(exchange.FieldNumber, "")
	if !ok {
		return
	}
	if l.quiet(exchange.FieldType) == "" {
		l.typ = code.Type
	}
	if l.quiet(exchange.FieldPoint) == "" {
		l.set(exchange.FieldPoint, string(code.Point))
	}
}

// set writes a cell and returns what it held. It reports false where the sheet
// has no such column.
func (l *line) set(field exchange.Field, text string) (old string, ok bool) {
	at, ok := l.head.columns[field]
	if !ok {
		return "", false
	}
	for len(l.cells) <= at {
		l.cells = append(l.cells, cell{})
	}
	old = l.cells[at].text
	l.cells[at] = cell{text: text}
	return old, true
}

// unnamed reads a row without a code as an item.
func (l *line) unnamed() bank.Revision {
	rev := bank.Revision{Number: 1}
	if p := bank.PointCode(strings.ToUpper(bank.Normal(l.quiet(exchange.FieldPoint)))); exchange.ValidPoint(p) {
		rev.Point = p
	} else if p != "" {
		l.change(exchange.FieldPoint, exchange.TagsLost, l.stored(exchange.FieldPoint).text, string(l.opts.Point))
	}
	t, ok := exchange.ParseType(l.quiet(exchange.FieldType))
	switch {
	case ok:
	case l.quiet(exchange.FieldType) != "":
		l.drop(exchange.FieldType, exchange.UnsupportedType)
		return rev
	case l.typ != "":
		t = l.typ
	default:
		t, l.guessed = l.infer(), true
		l.change(exchange.FieldType, exchange.TypeInferred, "", exchange.TypeName(t))
	}
	if t == bank.Case {
		l.drop(exchange.FieldCode, exchange.MissingCode)
		return rev
	}
	if l.quiet(exchange.FieldDifficulty) != "" {
		rev.Difficulty = l.scale(exchange.FieldDifficulty, 3, exchange.BadDifficulty)
	}
	rev.Consistency = l.scale(exchange.FieldConsistency, 0, exchange.BadConsistency)
	rev.Question = l.question(t)
	rev.Excludes = l.excludes()
	return rev
}

var blankMark = regexp.MustCompile(`[_＿]{2,}`)

// infer tells the type from what a row has.
func (l *line) infer() bank.Type {
	answer := bareAnswer(l.quiet(exchange.FieldAnswer))
	a, b := l.quiet(exchange.OptionField(0)), l.quiet(exchange.OptionField(1))
	_, truth := exchange.ParseTruth(answer)
	if _, both := exchange.Truths(a, b); both && l.quiet(exchange.OptionField(2)) == "" {
		return bank.Judgement
	}
	ids, _, letters := exchange.ParseLetters(answer)
	_, _, inStem := exchange.OptionsInStem(l.quiet(exchange.FieldStem))
	switch {
	case (a != "" || inStem) && letters && len(ids) > 1:
		return bank.Multiple
	case a != "" || inStem:
		return bank.Single
	case truth:
		return bank.Judgement
	case blankMark.MatchString(l.quiet(exchange.FieldStem)) && answer != "":
		return bank.Blank
	}
	return bank.ShortAnswer
}

// typeOfSheet is the type that a sheet is named after, if it is.
func typeOfSheet(name string) bank.Type {
	name = bank.Normal(name)
	if t, ok := exchange.ParseType(name); ok && len([]rune(name)) > 1 {
		return t
	}
	for _, word := range []string{"单选", "多选", "判断", "填空", "简答", "论述", "单项选择", "多项选择", "不定项"} {
		if strings.Contains(name, word) {
			t, _ := exchange.ParseType(word)
			return t
		}
	}
	return ""
}

// bareAnswer is an answer without what people write around it: 答案：A、选A、(A)。
func bareAnswer(s string) string {
	s = strings.Trim(s, " 　。．.；;，,\t\n")
	for _, lead := range []string{"正确答案", "参考答案", "答案", "应选", "选"} {
		s = strings.TrimLeft(strings.TrimPrefix(s, lead), ":： 　")
	}
	return strings.Trim(strings.TrimSuffix(s, "项"), "（）()[]【】 　")
}

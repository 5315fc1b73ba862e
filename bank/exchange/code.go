package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"gongyuan/bank"
)

var (
	codePattern  = regexp.MustCompile(`^([A-Z])-([A-Z]-[A-Z]-[A-Z]-[0-9]{3})-[0-9]{3}(?:/([1-9][0-9]?))?$`)
	pointPattern = regexp.MustCompile(`^[A-Z]-[A-Z]-[A-Z]-[0-9]{3}$`)
	rangePattern = regexp.MustCompile(`^[A-Z](-[A-Z]){0,2}$`)
)

// Code is an item code taken apart: type-range1-range2-range3-point-serial,
// and for a part of a case a slash and its number.
type Code struct {
	Item  string // without the part
	Type  bank.Type
	Point bank.PointCode
	Part  int // 0 for a whole item
}

// ParseCode takes an item code apart. It reports false for anything else.
func ParseCode(s string) (Code, bool) {
	m := codePattern.FindStringSubmatch(s)
	if m == nil {
		return Code{}, false
	}
	item, _, _ := strings.Cut(s, "/")
	part, _ := strconv.Atoi(m[3]) // the pattern leaves digits or nothing
	return Code{item, bank.Type(m[1]), bank.PointCode(m[2]), part}, true
}

// ValidPoint tells whether p is a point code such as A-B-C-001.
func ValidPoint(p bank.PointCode) bool { return pointPattern.MatchString(string(p)) }

// ValidRange tells whether r is a range code of level 1 to 3.
func ValidRange(r bank.RangeCode) bool { return rangePattern.MatchString(string(r)) }

// TypeName returns the trade's name of a type.
func TypeName(t bank.Type) string { return typeNames[t] }

var typeNames = map[bank.Type]string{
	bank.Single: "单选题", bank.Multiple: "多选题", bank.Judgement: "判断题", bank.Blank: "填空题",
	bank.ShortAnswer: "简答题", bank.Essay: "论述题", bank.Case: "案例题",
}

// typeAliases are other names in use, in normal form.
var typeAliases = map[string]bank.Type{
	"单项选择题": bank.Single, "单选": bank.Single, "选择题": bank.Single, "单项选择": bank.Single, "单项题": bank.Single, "singlechoice": bank.Single, "single": bank.Single,
	"多项选择题": bank.Multiple, "多选": bank.Multiple, "不定项选择题": bank.Multiple, "多项选择": bank.Multiple, "不定项选择": bank.Multiple, "不定项": bank.Multiple, "多项题": bank.Multiple,
	"multiplechoice": bank.Multiple, "multiple": bank.Multiple, "multipleanswer": bank.Multiple,
	"判断": bank.Judgement, "是非题": bank.Judgement, "正误题": bank.Judgement, "判断正误题": bank.Judgement, "判断是非题": bank.Judgement, "是非": bank.Judgement, "truefalse": bank.Judgement, "true/false": bank.Judgement, "judge": bank.Judgement,
	"填空": bank.Blank, "fillintheblank": bank.Blank, "简答": bank.ShortAnswer, "问答题": bank.ShortAnswer, "问答": bank.ShortAnswer, "名词解释": bank.ShortAnswer, "名词解释题": bank.ShortAnswer, "简述题": bank.ShortAnswer, "shortanswer": bank.ShortAnswer,
	"论述": bank.Essay, "essay": bank.Essay, "案例": bank.Case, "案例分析题": bank.Case, "案例分析": bank.Case,
}

// ParseType reads a type cell: a code ("B"), a name ("单选题") or both
// ("B（单选题）"). It reports false for what is neither, and for the types that
// the engine does not have.
func ParseType(cell string) (bank.Type, bool) {
	s := bank.Normal(cell)
	if code, rest, ok := strings.Cut(s, "("); ok && strings.HasSuffix(rest, ")") && code != "" {
		s = code
	}
	if t := bank.Type(strings.ToUpper(s)); t.Valid() {
		return t, true
	}
	for t, name := range typeNames {
		if s == name {
			return t, true
		}
	}
	t, ok := typeAliases[s]
	return t, ok
}

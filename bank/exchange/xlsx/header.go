package xlsx

import (
	"regexp"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"

	"github.com/xuri/excelize/v2"
)

// headerRows is how far down a header is looked for.
const headerRows = 10

// maxOptions is the number of option columns, A to H.
const maxOptions = 8

// names lists the usual names of each column in normal form, the template's
// own first.
var names = map[exchange.Field][]string{
	exchange.FieldBank:        {"题库名称", "题库"},
	exchange.FieldCode:        {"id", "试题id", "编号", "试题编号", "试题代码", "题目编号", "试题编码", "题目编码", "代码"},
	exchange.FieldSerial:      {"序号"},
	exchange.FieldPoint:       {"认定点代码", "鉴定点代码", "考点代码", "知识点代码", "认定点", "鉴定点", "鉴定点编号", "考点编号", "所属鉴定点", "所属考点", "知识点", "考点", "知识点编码", "知识点编号"},
	exchange.FieldType:        {"题型代码", "题型", "试题类型", "题目类型", "题型名称", "试题题型", "题目题型", "题类", "type", "questiontype"},
	exchange.FieldNumber:      {"题号"},
	exchange.FieldStem:        {"试题(题干)", "题干", "试题", "题目", "试题内容", "题目内容", "试题题干", "题目题干", "试题正文", "问题", "题干内容", "题目描述", "题目名称", "试题标题", "题目标题", "考题", "题目题干(内容)", "question", "questiontext", "stem", "questionstem"},
	exchange.FieldPicture:     {"[图]及位置", "图及位置", "图", "图片"},
	exchange.FieldAnswer:      {"正确答案", "答案", "标准答案", "参考答案", "正确选项", "试题答案", "题目答案", "答案内容", "正确的答案", "key", "answer", "correctanswer", "correct", "correctoption"},
	exchange.FieldDifficulty:  {"难度代码", "难度", "难易度", "难易程度", "难度等级", "试题难度", "难度系数", "难易", "题目难度", "difficulty", "level"},
	exchange.FieldConsistency: {"一致性代码", "一致性"},
	exchange.FieldExplanation: {"解析", "试题解析", "答案解析", "题目解析", "试题分析", "答案说明", "解释", "答题解析", "详解", "分析", "explanation", "feedback", "rationale"},
	exchange.FieldLast:        {"必须最后的选项"},
	exchange.FieldExcludes:    {"互斥题", "互斥试题"},
	exchange.FieldSource:      {"依据", "出处", "来源", "法规依据", "法律依据", "参考依据", "教材依据"},
}

var optionName = regexp.MustCompile(`^(?:试题\(选项([a-h])\)|(?:备?选项|备选答案|候选项|答案选项|题目选项|可选项|选择项|option|choice|answer|选项内容)[-_]?\(?([a-h1-8])\)?|([a-h])(?:选项|项|\.)?|答案([a-h]))$`)

// together are the names of a column that holds all options of an item.
var together = []string{"选项", "备选项", "备选答案", "试题选项", "试题(选项)", "候选项", "题目选项", "选项内容", "options", "choices", "可选项"}

// header says which column, counted from 0, holds which field.
type header struct {
	columns map[exchange.Field]int
	unknown []int // columns with a name that is not known
}

// findHeader reads a row as a header. It reports false where the row names
// neither a stem nor an answer.
func findHeader(cells []cell) (header, bool) {
	h := header{columns: map[exchange.Field]int{}}
	for i, c := range cells {
		name := nameOf(c.text)
		if name == "" {
			continue
		}
		field, ok := fieldOf(name)
		if _, taken := h.columns[field]; !ok || taken {
			h.unknown = append(h.unknown, i)
			continue
		}
		h.columns[field] = i
	}
	_, stem := h.columns[exchange.FieldStem]
	_, answer := h.columns[exchange.FieldAnswer]
	return h, stem && answer
}

var asides = regexp.MustCompile(`\((?:必填|选填|必选|可选|可不填|非必填|可空|必须|1-5|a-h|a-d)[^()]*\)$`)

// nameOf is the name of a column without what templates write around it.
func nameOf(text string) string {
	name := strings.Trim(bank.Normal(text), "*:：※")
	return strings.Trim(asides.ReplaceAllString(name, ""), "*:：")
}

// below takes a second row of a header, in which the options have their letters
// below one name that is merged over them. It reports false for any other row.
func (h header) below(cells []cell) bool {
	found := map[exchange.Field]int{}
	for i, c := range cells {
		field, ok := fieldOf(nameOf(c.text))
		switch column, taken := h.columns[field]; {
		case nameOf(c.text) == "":
		case ok && strings.HasPrefix(string(field), "试题（选项"):
			if _, twice := found[field]; twice {
				return false
			}
			found[field] = i
		case ok && taken && column == i: // merged with the cell above
		case ok && !taken:
			found[field] = i
		default:
			return false
		}
	}
	_, a := found[exchange.OptionField(0)]
	_, b := found[exchange.OptionField(1)]
	if !a || !b {
		return false
	}
	for field, i := range found {
		h.columns[field] = i
	}
	return true
}

// same tells whether a row repeats the header.
func (h header) same(again header, cells []cell) bool {
	stem, answer := exchange.FieldStem, exchange.FieldAnswer
	return again.columns[stem] == h.columns[stem] && again.columns[answer] == h.columns[answer]
}

func fieldOf(name string) (exchange.Field, bool) {
	if m := optionName.FindStringSubmatch(name); m != nil {
		letter := (m[1] + m[2] + m[3] + m[4])[0] // one of them matched
		if letter <= '8' {
			return exchange.OptionField(int(letter - '1')), true
		}
		return exchange.OptionField(int(letter - 'a')), true
	}
	if slices.Contains(together, name) {
		return exchange.OptionField(0), true
	}
	for field, aliases := range names {
		for _, a := range aliases {
			if a == name {
				return field, true
			}
		}
	}
	return "", false
}

// letterOf returns the column letter of a field, empty where the sheet does
// not have it.
func (h header) letterOf(field exchange.Field) string {
	if i, ok := h.columns[field]; ok {
		return columnLetter(i)
	}
	return ""
}

func columnLetter(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return ""
	}
	return name
}

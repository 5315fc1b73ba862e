package xlsx

import (
	"regexp"
	"slices"

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
	exchange.FieldPoint:       {"认定点代码", "鉴定点代码", "考点代码", "知识点代码", "认定点", "鉴定点", "鉴定点编号", "考点编号", "所属鉴定点", "所属考点"},
	exchange.FieldType:        {"题型代码", "题型", "试题类型", "题目类型", "题型名称", "试题题型"},
	exchange.FieldNumber:      {"题号"},
	exchange.FieldStem:        {"试题(题干)", "题干", "试题", "题目", "试题内容", "题目内容", "试题题干", "题目题干", "试题正文", "问题"},
	exchange.FieldPicture:     {"[图]及位置", "图及位置", "图", "图片"},
	exchange.FieldAnswer:      {"正确答案", "答案", "标准答案", "参考答案", "正确选项", "试题答案"},
	exchange.FieldDifficulty:  {"难度代码", "难度", "难易度", "难易程度", "难度等级", "试题难度"},
	exchange.FieldConsistency: {"一致性代码", "一致性"},
	exchange.FieldExplanation: {"解析", "试题解析", "答案解析", "题目解析", "试题分析", "答案说明"},
	exchange.FieldLast:        {"必须最后的选项"},
	exchange.FieldExcludes:    {"互斥题", "互斥试题"},
	exchange.FieldSource:      {"依据", "出处", "来源", "法规依据", "法律依据", "参考依据", "教材依据"},
}

var optionName = regexp.MustCompile(`^(?:试题\(选项([a-h])\)|(?:备?选项|备选答案|候选项)\(?([a-h1-8])\)?|([a-h])选项|([a-h]))$`)

// together are the names of a column that holds all options of an item.
var together = []string{"选项", "备选项", "备选答案", "试题选项", "试题(选项)", "候选项"}

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
		name := bank.Normal(c.text)
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

func fieldOf(name string) (exchange.Field, bool) {
	if m := optionName.FindStringSubmatch(name); m != nil {
		letter := (m[1] + m[2] + m[3] + m[4])[0]
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

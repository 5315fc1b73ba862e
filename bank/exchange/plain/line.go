package plain

import (
	"regexp"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// Mark is the first line of the files that Write writes.
const Mark = "%贡院题库文本 1"

// maxLine is how long a line may be, in bytes. No item has longer texts.
const maxLine = 256 << 10

var (
	numbered  = regexp.MustCompile(`^\s*(?:第\s*)?([0-9０-９]{1,5})\s*(?:[.．、)）:：]|题[.．、:：]?)\s*(.*)$`)
	partBegin = regexp.MustCompile(`^\s*[(（]\s*([0-9０-９]{1,2})\s*[)）]\s*(.*)$`)
	optionAt  = regexp.MustCompile(`^\s*[(（]?\s*([A-Ja-jＡ-Ｊａ-ｊ])\s*[)）.．、:：]\s*(.*)$`)
	heading   = regexp.MustCompile(`^\s*(?:第[一二三四五六七八九十]{1,3}部分|[(（]?[一二三四五六七八九十]{1,3}[)）]?)?\s*[、.．:：]?\s*(.{2,10}?题|单选|多选|判断|填空|简答|论述|案例)\s*(?:[(（:：。,，].*)?$`)
	keyed     = regexp.MustCompile(`^\s*[【\[]?\s*(标准答案|正确答案|参考答案|答案要点|答案解析|试题解析|试题编号|试题代码|鉴定点代码|认定点代码|鉴定点|认定点|考点|知识点|难易度|难度|答案|答|解析|分析|编号|题型|一致性|依据|出处|来源|互斥题|必须最后的选项|必须最后|题库)\s*(?:[】\]]\s*[:：]?|[:：])\s*(.*)$`)
	keyTable  = regexp.MustCompile(`^\s*[【\[]?\s*(?:参考|标准|正确)?答案(?:及解析|与解析|部分|表)?\s*[】\]]?\s*[:：]?\s*$`)
	answered  = regexp.MustCompile(`[(（][\s　]*((?:[A-HＡ-Ｈ][\s　,，、]*){1,8}|√|×|对|错|正确|错误)[\s　]*[)）]`)
	entry     = regexp.MustCompile(`([0-9]{1,5})\s*[-~—－～至]\s*([0-9]{1,5})\s*[:：.．、]?\s*([A-H√×对错TF\s]+)|([0-9]{1,5})\s*[.．、:：)）]?\s*([A-H]+|√|×|对|错|正确|错误|T|F)`)
)

// kind is what a line is.
type kind int

const (
	text kind = iota // goes on with what is above
	empty
	section
	begin
	part
	option
	field
	table
)

// keyNames maps the words before a colon to fields.
var keyNames = map[string]exchange.Field{
	"标准答案": exchange.FieldAnswer, "正确答案": exchange.FieldAnswer, "参考答案": exchange.FieldAnswer, "答案要点": exchange.FieldAnswer, "答案": exchange.FieldAnswer, "答": exchange.FieldAnswer,
	"答案解析": exchange.FieldExplanation, "试题解析": exchange.FieldExplanation, "解析": exchange.FieldExplanation, "分析": exchange.FieldExplanation,
	"试题编号": exchange.FieldCode, "试题代码": exchange.FieldCode, "编号": exchange.FieldCode,
	"鉴定点代码": exchange.FieldPoint, "认定点代码": exchange.FieldPoint, "鉴定点": exchange.FieldPoint, "认定点": exchange.FieldPoint, "考点": exchange.FieldPoint, "知识点": exchange.FieldPoint,
	"难易度": exchange.FieldDifficulty, "难度": exchange.FieldDifficulty, "题型": exchange.FieldType, "一致性": exchange.FieldConsistency,
	"依据": exchange.FieldSource, "出处": exchange.FieldSource, "来源": exchange.FieldSource,
	"互斥题": exchange.FieldExcludes, "必须最后的选项": exchange.FieldLast, "必须最后": exchange.FieldLast, "题库": exchange.FieldBank,
}

// line is a line taken apart.
type line struct {
	number int // from 1
	kind   kind
	raw    string
	rest   string         // behind the marker
	key    exchange.Field // field
	mark   string         // number or letter, in half width
	typ    bank.Type      // section
}

// classify tells what a line is by itself.
func classify(number int, raw string) line {
	l := line{number: number, raw: raw, kind: text, rest: raw}
	trimmed := strings.TrimSpace(raw)
	if trimmed == "" {
		l.kind = empty
		return l
	}
	if strings.HasPrefix(trimmed, `\`) || len(trimmed) > 4096 && !optionAt.MatchString(trimmed[:64]) && !keyed.MatchString(trimmed[:64]) && !numbered.MatchString(trimmed[:64]) {
		return l
	}
	if keyTable.MatchString(raw) {
		l.kind, l.rest = table, ""
		return l
	}
	if m := keyed.FindStringSubmatch(raw); m != nil {
		l.kind, l.key, l.rest = field, keyNames[m[1]], m[2]
		return l
	}
	if m := optionAt.FindStringSubmatch(raw); m != nil {
		l.kind, l.mark, l.rest = option, strings.ToUpper(bank.Normal(m[1])), m[2]
		return l
	}
	if m := partBegin.FindStringSubmatch(raw); m != nil {
		l.kind, l.mark, l.rest = part, bank.Normal(m[1]), m[2]
		return l
	}
	if m := heading.FindStringSubmatch(raw); m != nil && len(trimmed) < 300 {
		if t, ok := exchange.ParseType(m[1]); ok {
			l.kind, l.typ = section, t
			return l
		}
	}
	if m := numbered.FindStringSubmatch(raw); m != nil {
		l.kind, l.mark, l.rest = begin, bank.Normal(m[1]), m[2]
	}
	return l
}

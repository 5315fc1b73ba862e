package xlsx

import (
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// The columns of the outline sheet.
const (
	outlineCode = iota
	outlineTitle
	outlineWeight
	outlineImportance
	outlineRetired
)

// node is a range whose children are still being collected.
type node struct {
	bank.Range
	children []*node
}

// outline reads the sheet 细目表. Whether its weights add up is for
// bank.Outline.Check to say.
func (w *workbook) outline(sheet string, rows []row) {
	columns, rows, ok := columnsOf(rows, [][]string{
		{"代码", "范围代码", "鉴定点代码", "编码"}, {"名称", "鉴定范围", "鉴定点"}, {"比重", "比重(%)", "鉴定比重"}, {"重要程度", "重要性"}, {"状态", "停用"},
	})
	if !ok {
		w.say(sheet, row{}, 0, exchange.Verdict{Outcome: exchange.Dropped, Reason: exchange.NoHeader})
		return
	}
	var top []*node
	ranges := map[bank.RangeCode]*node{}
	points := map[bank.PointCode]bool{}
	for _, r := range rows {
		drop := func(column int, field exchange.Field, reason exchange.Reason) {
			w.say(sheet, r, column, exchange.Verdict{Outcome: exchange.Dropped, Field: field, Item: r.at(columns[outlineCode]), Reason: reason})
		}
		code := strings.ToUpper(bank.Normal(r.at(columns[outlineCode])))
		title := r.at(columns[outlineTitle])
		if p := bank.PointCode(code); exchange.ValidPoint(p) {
			parent, ok := ranges[p.Range()]
			importance, known := parseImportance(r.at(columns[outlineImportance]))
			switch {
			case !ok:
				drop(columns[outlineCode], "代码", exchange.OrphanRange)
			case points[p]:
				drop(columns[outlineCode], "代码", exchange.DuplicateCode)
			case !known:
				drop(columns[outlineImportance], "重要程度", exchange.BadImportance)
			default:
				points[p] = true
				parent.Points = append(parent.Points, bank.Point{Code: p, Title: title, Importance: importance, Retired: retired(r.at(columns[outlineRetired]))})
			}
			continue
		}
		rc := bank.RangeCode(code)
		weight, known := parseWeight(r.at(columns[outlineWeight]))
		parent, hasParent := ranges[parentRange(rc)]
		switch {
		case !exchange.ValidRange(rc):
			drop(columns[outlineCode], "代码", exchange.BadCode)
		case ranges[rc] != nil:
			drop(columns[outlineCode], "代码", exchange.DuplicateCode)
		case !known:
			drop(columns[outlineWeight], "比重", exchange.BadWeight)
		case parentRange(rc) != "" && !hasParent:
			drop(columns[outlineCode], "代码", exchange.OrphanRange)
		default:
			n := &node{Range: bank.Range{Code: rc, Title: title, Weight: weight}}
			ranges[rc] = n
			if hasParent {
				parent.children = append(parent.children, n)
			} else {
				top = append(top, n)
			}
		}
	}
	if len(top) > 0 {
		w.out.Outline = &bank.Outline{Ranges: plain(top)}
	}
}

func plain(nodes []*node) []bank.Range {
	var out []bank.Range
	for _, n := range nodes {
		n.Children = plain(n.children)
		out = append(out, n.Range)
	}
	return out
}

func parentRange(r bank.RangeCode) bank.RangeCode {
	if i := strings.LastIndexByte(string(r), '-'); i > 0 {
		return r[:i]
	}
	return ""
}

// parseWeight reads "12", "12%" and the dash that means "does not apply".
func parseWeight(s string) (int, bool) {
	s = strings.TrimSuffix(bank.Normal(s), "%")
	if strings.Trim(s, "-") == "" && s != "" {
		return -1, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= 100_000
}

// retired reads whether a point is kept only for what was asked of it.
func retired(s string) bool {
	switch bank.Normal(s) {
	case wordRetired, "已停用", "停止使用", "是", "√", "y", "yes", "retired", "1":
		return true
	}
	return false
}

// wordRetired is how a sheet says that a point is retired.
const wordRetired = "停用"

func parseImportance(s string) (bank.Importance, bool) {
	switch n := strings.ToUpper(bank.Normal(s)); {
	case strings.HasPrefix(n, "X"), n == "核心", n == "核心要素":
		return bank.Core, true
	case strings.HasPrefix(n, "Y"), n == "一般", n == "一般要素":
		return bank.General, true
	case strings.HasPrefix(n, "Z"), n == "辅助", n == "辅助要素":
		return bank.Auxiliary, true
	}
	return "", false
}

package xlsx

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// defaultDuration is used where the workbook gives none: sister standards ask
// for at least 90 minutes of theory.
const defaultDuration = 90 * time.Minute

// The settings of the sheet 组卷, as Write names them. What stands in brackets
// is dropped before names are compared.
const (
	setBank       = "题库编号"
	setBankTitle  = "题库名称"
	setID         = "方案编号"
	setTitle      = "方案名称"
	setDuration   = "时长"
	setMaxPoint   = "每鉴定点最多题数"
	setDifficulty = "难度比例"
	setFacility   = "预期答对率"
	setExposure   = "曝光上限"
	setAvoidMet   = "避开已考试题"
)

// ruleNames are the names of the rules for multiple choice.
var ruleNames = map[bank.MultipleRule]string{
	bank.AllOrNothing: "全对得分", bank.HalfIfPartial: "少选得一半", bank.PerOption: "按选项得分",
}

// plan collects the blueprint from its three sheets.
type plan struct {
	*workbook
	bp     bank.Blueprint
	seen   bool // there is a sheet of sections
	sheet  string
	parent [3]string
}

func newPlan(w *workbook) *plan { return &plan{workbook: w} }

// settings reads the sheet 组卷.
func (p *plan) settings(sheet string, rows []row) {
	for _, r := range rows {
		name, _, _ := strings.Cut(bank.Normal(r.at(0)), "(")
		value := r.at(1)
		if name == "" || value == "" || name == "设置" || name == "项目" {
			continue
		}
		if !p.set(name, value) {
			p.say(sheet, r, 1, exchange.Verdict{Outcome: exchange.Dropped, Field: exchange.Field(r.at(0)), Reason: exchange.BadSetting})
		}
	}
}

// set takes one setting and tells whether it was understood.
func (p *plan) set(name, value string) (ok bool) {
	switch name {
	case setBank:
		if p.out.Bank == "" {
			p.out.Bank = bank.ID(value)
		}
		return true
	case setBankTitle:
		p.out.Title = value
		return true
	case setID:
		p.bp.ID = value
		return true
	case setTitle:
		p.bp.Title = value
		return true
	case setDuration:
		n, ok := number(strings.TrimSuffix(bank.Normal(value), "分钟"), 1, 24*60)
		p.bp.Duration = time.Duration(n) * time.Minute
		return ok
	case setMaxPoint:
		p.bp.MaxPerPoint, ok = number(value, 0, 1000)
		return ok
	case setDifficulty:
		p.bp.Difficulty, ok = shares(value)
		return ok
	case setFacility:
		p.bp.Facility, ok = shares(value)
		return ok
	case setExposure:
		p.bp.Exposure, ok = number(strings.TrimSuffix(bank.Normal(value), "%"), 0, 100)
		return ok
	case setAvoidMet:
		p.bp.AvoidMet, ok = exchange.ParseTruth(value)
		return ok
	}
	return false
}

func number(s string, low, high int) (int, bool) {
	n, err := strconv.Atoi(bank.Normal(s))
	if err != nil || n < low || n > high {
		return 0, false
	}
	return n, true
}

// shares reads five numbers for the difficulties 1 to 5: "10/25/35/20/10".
func shares(s string) (map[int]int, bool) {
	parts := strings.FieldsFunc(bank.Normal(s), func(r rune) bool { return strings.ContainsRune("/:,", r) })
	if len(parts) != 5 {
		return nil, false
	}
	out := map[int]int{}
	for i, part := range parts {
		n, ok := number(strings.TrimSuffix(part, "%"), 0, 100)
		if !ok {
			return nil, false
		}
		out[i+1] = n
	}
	return out, true
}

// sections reads the sheet 题型分布.
func (p *plan) sections(sheet string, rows []row) {
	p.seen, p.sheet = true, sheet
	columns, rows, ok := columnsOf(rows, [][]string{{"题型代码", "题型"}, {"题数", "数量", "题量"}, {"每题分值", "分值", "每题分数"}, {"多选计分", "计分规则"}})
	if !ok {
		p.say(sheet, row{}, 0, exchange.Verdict{Outcome: exchange.Dropped, Reason: exchange.NoHeader})
		return
	}
	for _, r := range rows {
		if strings.Contains(r.at(columns[0]), "合计") {
			continue
		}
		var s bank.Section
		var known, counted, ruled bool
		s.Type, known = exchange.ParseType(r.at(columns[0]))
		s.Count, counted = number(r.at(columns[1]), 1, 10_000)
		points, err := bank.ParseMarks(bank.Normal(r.at(columns[2])))
		s.Points = points
		s.Rule, ruled = parseRule(r.at(columns[3]))
		if !known || !counted || err != nil || points < 1 || !ruled {
			p.say(sheet, r, columns[0], exchange.Verdict{Outcome: exchange.Dropped, Field: exchange.FieldType, Reason: exchange.BadSection})
			continue
		}
		p.bp.Sections = append(p.bp.Sections, s)
	}
}

func parseRule(s string) (bank.MultipleRule, bool) {
	n := bank.Normal(s)
	if n == "" {
		return "", true
	}
	for rule, name := range ruleNames {
		if n == name || n == string(rule) {
			return rule, true
		}
	}
	return "", false
}

// weights reads the sheet 知识点分布. Cells of parents that are left empty take
// the value from above.
func (p *plan) weights(sheet string, rows []row) {
	columns, rows, ok := columnsOf(rows, [][]string{
		{"一级代码", "一级范围代码", "一级"}, {"二级代码", "二级范围代码", "二级"}, {"三级代码", "三级范围代码", "三级"}, {"比重", "比重(%)", "权重"},
	})
	if !ok {
		p.say(sheet, row{}, 0, exchange.Verdict{Outcome: exchange.Dropped, Reason: exchange.NoHeader})
		return
	}
	rowOf := map[bank.RangeCode]row{}
	for _, r := range rows {
		if strings.Contains(r.at(columns[0]), "合计") {
			continue
		}
		code, ok := p.fillDown(r, columns)
		if !ok {
			p.say(sheet, r, columns[0], exchange.Verdict{Outcome: exchange.Dropped, Field: "代码", Reason: exchange.BadCode})
			continue
		}
		weight, ok := parseWeight(r.at(columns[3]))
		if !ok {
			p.say(sheet, r, columns[3], exchange.Verdict{Outcome: exchange.Dropped, Field: "比重", Reason: exchange.BadWeight})
			continue
		}
		if weight >= 0 {
			p.bp.Weights = append(p.bp.Weights, bank.RangeWeight{Range: code, Weight: weight})
			rowOf[code] = r
		}
	}
	p.bp.Weights = slices.DeleteFunc(p.bp.Weights, func(w bank.RangeWeight) bool {
		above := slices.ContainsFunc(p.bp.Weights, func(o bank.RangeWeight) bool { return w.Range.Contains(bank.PointCode(o.Range)) })
		if above {
			p.say(sheet, rowOf[w.Range], columns[3], exchange.Verdict{Outcome: exchange.Changed, Field: "比重", Item: string(w.Range), Reason: exchange.WeightOfParent})
		}
		return above
	})
}

// fillDown returns the range that a row is about: its deepest cell, with
// parents from above where the cell holds its own letter only.
func (p *plan) fillDown(r row, columns []int) (bank.RangeCode, bool) {
	deepest := -1
	for level := range 3 {
		text := strings.ToUpper(bank.Normal(r.at(columns[level])))
		if text == "" {
			continue
		}
		if level > 0 && !strings.Contains(text, "-") {
			text = p.parent[level-1] + "-" + text
		}
		p.parent[level], deepest = text, level
		clear(p.parent[level+1:])
	}
	if deepest < 0 {
		return "", false
	}
	code := bank.RangeCode(p.parent[deepest])
	return code, exchange.ValidRange(code)
}

// finish puts the blueprint into the import if it is sound.
func (p *plan) finish() {
	if !p.seen {
		return
	}
	p.bp.Bank = p.out.Bank
	took := func(field exchange.Field, value string) {
		v := exchange.Verdict{Outcome: exchange.Changed, Sheet: p.sheet, Field: field, New: value, Reason: exchange.DefaultTaken}
		p.out.Verdicts = append(p.out.Verdicts, v.Explain())
	}
	if p.bp.ID == "" {
		p.bp.ID = string(p.out.Bank)
		took(setID, p.bp.ID)
	}
	if p.bp.Title == "" {
		p.bp.Title = p.out.Title
		took(setTitle, p.bp.Title)
	}
	if p.bp.Duration == 0 {
		p.bp.Duration = defaultDuration
		took(setDuration, "90")
	}
	if err := p.bp.Check(); err != nil {
		v := exchange.Verdict{Outcome: exchange.Dropped, Sheet: p.sheet, Old: err.Error(), Reason: exchange.UnsoundBlueprint}
		p.out.Verdicts = append(p.out.Verdicts, v.Explain())
		return
	}
	p.out.Blueprint = &p.bp
}

package draw

import (
	"fmt"
	"strings"

	"gongyuan/bank"
)

// Reason is what keeps a cell from being filled. Items that a candidate met
// are never a reason: they are drawn when nothing else is left.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	TooFew     Reason = "too-few"    // fewer items than demanded
	PerPoint   Reason = "per-point"  // the limit per assessment point
	Exclusions Reason = "exclusions" // items that exclude each other
	Difficulty Reason = "difficulty" // the expected score cannot be reached
	Exposure   Reason = "exposure"   // the ceiling on how often an item is used
)

// Change is a kind of help.
type Change string

// What would help. AddItems is for the cell of its CellShortage, and means
// items at assessment points that the paper does not use otherwise.
const (
	AddItems      Change = "add-items"      // N more items in this cell
	AllowPerPoint Change = "allow-point"    // N items per point
	LowerCount    Change = "lower-count"    // N items instead of the cell's count
	RaiseExposure Change = "raise-exposure" // a ceiling of N percent
	ChangeMix     Change = "change-mix"     // another difficulty mix
)

// Help is one change that would do. AddItems and LowerCount do together with
// those of the other cells of the same Shortage; the others do alone. A mix
// that is demanded besides is not promised by LowerCount, since it would
// change with the count.
type Help struct {
	Change Change
	N      int
}

// CellShortage is what one cell lacks.
type CellShortage struct {
	Cell       bank.Cell
	Difficulty int // of the items to add, 0 when it does not matter
	Need       int // items that the cell must give
	Usable     int // items that the cell has
	Missing    int // items to add so that a paper exists
	Reason     Reason
	Help       []Help
}

// Shortage says that the bank cannot give what the blueprint demands.
type Shortage struct {
	Cells []CellShortage
	// Undecided means that the search was given up at its bound: no paper was
	// found, and none was proved not to exist.
	Undecided bool
	// AtMost means that the numbers are enough, while fewer might do.
	AtMost bool
}

// Error is the English text.
func (s *Shortage) Error() string { return "draw: " + s.Text("en") }

// Text says everything in one paragraph: Chinese for "zh-CN" (and every other
// language that begins with "zh"), else English.
func (s *Shortage) Text(language string) string {
	zh := strings.HasPrefix(language, "zh")
	var parts []string
	switch {
	case s.Undecided && zh:
		parts = append(parts, "在规定的搜索量内未能判定能否组卷（并未证明不可能）。")
	case s.Undecided:
		parts = append(parts, "Not decided within the bound of the search whether a paper exists.")
	case zh:
		parts = append(parts, "题库不能满足组卷方案。")
	default:
		parts = append(parts, "The bank cannot meet the blueprint.")
	}
	for i := range s.Cells {
		parts = append(parts, s.Cells[i].Text(language))
	}
	switch {
	case s.AtMost && len(s.Cells) > 0 && zh:
		parts = append(parts, "以上数目足够，也许更少即可。")
	case s.AtMost && len(s.Cells) > 0:
		parts = append(parts, "These numbers are enough; fewer may do.")
	}
	if zh {
		return strings.Join(parts, "")
	}
	return strings.Join(parts, " ")
}

// Text says what the cell lacks and what would help.
func (c *CellShortage) Text(language string) string {
	if strings.HasPrefix(language, "zh") {
		return c.chinese()
	}
	return c.english()
}

func (c *CellShortage) chinese() string {
	where := "全库"
	if c.Cell.Range != "" {
		where = "范围 " + string(c.Cell.Range)
	}
	why := map[Reason]string{
		TooFew:     "试题数量不足",
		PerPoint:   "受每个鉴定点题数上限限制",
		Exclusions: "受互斥试题限制",
		Difficulty: "难度分布达不到预期得分",
		Exposure:   "受试题使用率上限限制",
	}[c.Reason]
	text := fmt.Sprintf("%s 题型 %s：需要 %d 题，可用 %d 题，缺 %d 题，原因：%s。", where, c.Cell.Type, c.Need, c.Usable, c.Missing, why)
	var helps []string
	for _, h := range c.Help {
		switch h.Change {
		case AddItems:
			of := ""
			if c.Difficulty > 0 {
				of = fmt.Sprintf("难度为 %d 的", c.Difficulty)
			}
			helps = append(helps, fmt.Sprintf("新增 %d 道%s试题（属于未被占用的鉴定点）", h.N, of))
		case AllowPerPoint:
			helps = append(helps, fmt.Sprintf("每个鉴定点允许 %d 题", h.N))
		case LowerCount:
			helps = append(helps, fmt.Sprintf("将题数降为 %d", h.N))
		case RaiseExposure:
			helps = append(helps, fmt.Sprintf("将使用率上限提高到 %d%%", h.N))
		case ChangeMix:
			helps = append(helps, "调整难度比例")
		}
	}
	if len(helps) == 0 {
		return text
	}
	return text + "可以：" + strings.Join(helps, "，或") + "。"
}

func (c *CellShortage) english() string {
	where := "anywhere"
	if c.Cell.Range != "" {
		where = "in range " + string(c.Cell.Range)
	}
	why := map[Reason]string{
		TooFew:     "there are too few items",
		PerPoint:   "of the limit per assessment point",
		Exclusions: "items exclude each other",
		Difficulty: "the difficulties of the items cannot give the expected score",
		Exposure:   "of the exposure ceiling",
	}[c.Reason]
	text := fmt.Sprintf("Type %s %s: %d needed, %d usable, %d missing, because %s.", c.Cell.Type, where, c.Need, c.Usable, c.Missing, why)
	var helps []string
	for _, h := range c.Help {
		switch h.Change {
		case AddItems:
			of := ""
			if c.Difficulty > 0 {
				of = fmt.Sprintf(" of difficulty %d", c.Difficulty)
			}
			helps = append(helps, fmt.Sprintf("add %s%s at points not yet taken", counted(h.N, "item"), of))
		case AllowPerPoint:
			helps = append(helps, fmt.Sprintf("allow %d per point", h.N))
		case LowerCount:
			helps = append(helps, fmt.Sprintf("lower the count to %d", h.N))
		case RaiseExposure:
			helps = append(helps, fmt.Sprintf("raise the exposure ceiling to %d%%", h.N))
		case ChangeMix:
			helps = append(helps, "change the difficulty mix")
		}
	}
	if len(helps) == 0 {
		return text
	}
	return text + " What would help: " + strings.Join(helps, ", or ") + "."
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

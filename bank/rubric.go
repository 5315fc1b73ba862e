package bank

import (
	"regexp"
	"strings"
)

// Criterion is one thing that an answer in words should say (采分点), and what
// it weighs beside the others of its rubric.
type Criterion struct {
	Text   string
	Weight Marks // as the author wrote it; what it earns is for Shares
}

// How authors write what a point earns: （2分）, (1.5 分), at the end of its
// line, or after its heading.
var (
	worth   = regexp.MustCompile(`[（(]\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*[)）]\s*[。；;，,.]?\s*$`)
	heading = regexp.MustCompile(`^[^（()）]*([（(]\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*[)）])\s*[:：]`)
)

// ParseRubric reads the criteria out of a reference answer: those lines that
// end with what they earn, such as "切断电源，防止触电（2分）", and those whose
// heading says so, such as "一、准备（5分）：清点人员". A heading with nothing
// behind it sums up the lines below and earns nothing itself. ParseRubric
// returns nil where no line says what it earns.
func ParseRubric(reference string) []Criterion {
	var out []Criterion
	for line := range strings.Lines(reference) {
		line = strings.TrimSpace(line)
		text, marks := criterion(line)
		weight, err := ParseMarks(marks)
		if err != nil || weight <= 0 || text == "" {
			continue
		}
		out = append(out, Criterion{text, weight})
	}
	return out
}

// criterion takes a line apart; it returns nothing for one that is none.
func criterion(line string) (text, marks string) {
	if m := heading.FindStringSubmatchIndex(line); m != nil {
		if strings.TrimSpace(line[m[1]:]) == "" {
			return "", ""
		}
		return line[:m[2]] + line[m[3]:], line[m[4]:m[5]]
	}
	if m := worth.FindStringSubmatchIndex(line); m != nil {
		return strings.TrimSpace(line[:m[0]]), line[m[2]:m[3]]
	}
	return "", ""
}

// FormatRubric writes criteria so that ParseRubric reads them back.
func FormatRubric(rubric []Criterion) string {
	var b strings.Builder
	for i, c := range rubric {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.Text + "（" + c.Weight.String() + "分）")
	}
	return b.String()
}

// Shares says what each criterion earns at a slot that is worth points. The
// shares sum to points exactly: each gets its part rounded down, and what is
// left goes in hundredths to those that lost most by rounding, the first of
// equals first. A rubric without weight earns nothing.
func Shares(rubric []Criterion, points Marks) []Marks {
	var all Marks
	for _, c := range rubric {
		all += max(0, c.Weight)
	}
	out := make([]Marks, len(rubric))
	if all == 0 || points <= 0 {
		return out
	}
	lost, left := make([]Marks, len(rubric)), points
	for i, c := range rubric {
		part := max(0, c.Weight) * points
		out[i], lost[i] = part/all, part%all
		left -= out[i]
	}
	for ; left > 0; left-- {
		most := 0
		for i := range lost {
			if lost[i] > lost[most] {
				most = i
			}
		}
		out[most]++
		lost[most] = -1
	}
	return out
}

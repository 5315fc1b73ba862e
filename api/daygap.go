package api

import (
	"fmt"
	"slices"
	"strings"

	"gongyuan/engine/daysheet"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// opening adds that a sitting was opened before it was ready.
func (c *chronicle) opening(o *sitting.Opening) {
	if o != nil {
		c.out = append(c.out, daysheet.Event{At: o.At, Where: "本场次", What: "准许开考", Why: gapWords(o), By: c.name(people.AccountID(o.By))})
	}
}

// checkWords names the checks of readiness in the protocol, which says of each
// that it was not done.
var checkWords = map[string]string{
	"filed": "备案", "fulfil": "试卷", "sealed": "封卷", "store": "服务器应答", "clock": "服务器时钟", "drill": "演练", "seated": "排座", "room": "考场与监考员",
	"browsers": "考生机检查", "list": "考前检查无法进行",
}

// gapWords says what was not done when a sitting was opened, and why it was
// opened all the same. Rooms are named once.
func gapWords(o *sitting.Opening) string {
	var order []string
	names := map[string][]string{}
	for _, g := range o.Gaps {
		word := checkWords[g.Check]
		if word == "" {
			word = g.Check
		}
		if !slices.Contains(order, word) {
			order = append(order, word)
		}
		if g.Check == "room" && g.Name != "" && !slices.Contains(names[word], g.Name) {
			names[word] = append(names[word], g.Name)
		}
		if g.Check == "browsers" && g.Need > 0 {
			names[word] = append(names[word], fmt.Sprintf("%d / %d 台", g.Have, g.Need))
		}
	}
	for i, word := range order {
		if of := names[word]; len(of) > 0 {
			order[i] += "（" + strings.Join(of, "、") + "）"
		}
	}
	out := ""
	if len(order) > 0 {
		out = "未完成：" + strings.Join(order, "、")
	}
	if o.Reason != "" {
		out = join(out, "理由："+o.Reason)
	}
	return out
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "；" + b
}

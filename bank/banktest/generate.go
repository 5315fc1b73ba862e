// Package banktest holds what tests of banks need: generated items that look
// like those of a real bank. Nothing in it belongs in a running program.
package banktest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gongyuan/bank"
)

// Bank is the bank of all generated items.
const Bank bank.ID = "sample"

// perPoint is how many items a point has on average, within the bounds of 45
// and 400 points.
const perPoint = 12

// Generate makes a bank (示例) of n published items of types B, G, C and T and
// the outline they hang on: five ranges of weights 10, 25, 25, 25 and 15 with
// two levels below them, and 45 to 400 points. Items are spread over the
// points at random; about one in a hundred excludes another one. The same
// seed and n give the same bank.
func Generate(seed uint64, n int) ([]bank.Revision, bank.Outline) {
	rng := rand.New(rand.NewPCG(seed, uint64(n))) // #nosec G404 -- made-up questions, the same for the same seed
	outline := newOutline(min(max(n/perPoint, 45), 400))
	points := outline.Points()
	serial := map[string]int{}
	revs := make([]bank.Revision, n)
	for i := range revs {
		point := points[i%len(points)].Code
		if i >= 4*len(points) {
			point = points[rng.IntN(len(points))].Code
		}
		revs[i] = newRevision(rng, point, serial)
		if i > 0 && rng.IntN(100) == 0 {
			revs[i].Excludes = []bank.ItemID{revs[rng.IntN(i)].Item}
		}
	}
	return revs, outline
}

// newOutline spreads the points evenly over fifteen ranges of level 3.
func newOutline(points int) bank.Outline {
	titles := []string{"职业道德与基础知识", "组织防范", "技术防范", "保卫管理", "应急管理与培训"}
	weights := []int{10, 25, 25, 25, 15}
	o := bank.Outline{Bank: Bank, Title: "示例鉴定要素细目表"}
	const leaves = 3
	for i, title := range titles {
		top := bank.Range{Code: bank.RangeCode(bank.Letter(i)), Title: title, Weight: weights[i]}
		below := bank.Range{Code: top.Code + "-A", Title: title, Weight: weights[i]}
		left := weights[i]
		for leaf := range leaves {
			at := i*leaves + leaf
			r := bank.Range{Code: below.Code + bank.RangeCode("-"+bank.Letter(leaf)), Title: fmt.Sprintf("%s（%d）", title, leaf+1)}
			r.Weight = left / (leaves - leaf)
			left -= r.Weight
			for k := at * points / 15; k < (at+1)*points/15; k++ {
				number := len(r.Points) + 1
				importance := []bank.Importance{bank.Core, bank.Core, bank.General, bank.Auxiliary}[number%4]
				code := bank.PointCode(fmt.Sprintf("%s-%03d", r.Code, number))
				r.Points = append(r.Points, bank.Point{Code: code, Title: "示例鉴定点 " + string(code), Importance: importance})
			}
			below.Children = append(below.Children, r)
		}
		top.Children = []bank.Range{below}
		o.Ranges = append(o.Ranges, top)
	}
	return o
}

func newRevision(rng *rand.Rand, point bank.PointCode, serial map[string]int) bank.Revision {
	kind := []bank.Type{bank.Single, bank.Single, bank.Single, bank.Multiple, bank.Multiple, bank.Judgement, bank.Judgement, bank.Blank}[rng.IntN(8)]
	prefix := string(kind) + "-" + string(point)
	serial[prefix]++
	code := fmt.Sprintf("%s-%03d", prefix, serial[prefix])
	rev := bank.Revision{
		Item: bank.NewItemID(Bank, code), Number: 1 + rng.IntN(3), Point: point,
		Difficulty: []int{1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5}[rng.IntN(12)], Consistency: 3 + rng.IntN(3),
		Question: bank.Question{Type: kind, Stem: "示例题 " + code + " 的题干。", Explanation: "示例解析。", Source: "示例来源"},
		Author:   "示例",
	}
	q := &rev.Question
	switch kind {
	case bank.Judgement:
		q.Options = bank.JudgementOptions()
		q.Key.Options = []bank.OptionID{q.Options[rng.IntN(2)].ID}
	case bank.Blank:
		q.Stem = "示例题 " + code + "：____。"
		q.Key.Blanks = [][]string{{"示例答案 " + code}}
	default:
		choices(rng, q)
	}
	return rev
}

// choices gives a choice question four or five options, of which one or, for
// multiple choice, two to all are right. One in ten ends with an option that
// must stay last.
func choices(rng *rand.Rand, q *bank.Question) {
	n := 4
	if q.Type == bank.Multiple {
		n += rng.IntN(2)
	}
	for i := range n {
		q.Options = append(q.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: "示例选项 " + bank.Letter(i)})
	}
	if q.Type == bank.Single {
		if rng.IntN(10) == 0 {
			q.Options[n-1].Text, q.Options[n-1].Last = "以上都不是", true
		}
		q.Key.Options = []bank.OptionID{q.Options[rng.IntN(n)].ID}
		return
	}
	right := 2 + rng.IntN(n-1)
	for i, p := range rng.Perm(n) {
		if i < right {
			q.Key.Options = append(q.Key.Options, q.Options[p].ID)
		}
	}
	slices.Sort(q.Key.Options)
}

package drill

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"gongyuan/api/contract"
)

// place is what a candidate needs to know of a slot to answer it.
type place struct {
	number   int
	letters  []string // none for questions answered in words
	multiple bool
	blanks   int
	long     bool // an answer in words rather than blanks
}

func placesOf(p contract.Paper) []place {
	out := make([]place, len(p.Slots))
	for i, s := range p.Slots {
		out[i] = place{
			number: s.Number, multiple: s.Type == contract.ItemTypeG,
			blanks: max(s.Blanks, 1), long: s.Type == contract.ItemTypeD || s.Type == contract.ItemTypeW,
		}
		for _, o := range s.Options {
			out[i].letters = append(out[i].letters, o.Letter)
		}
	}
	return out
}

// response makes an answer that fits the place.
func (p *place) response(rng *rand.Rand) contract.Response {
	switch {
	case p.multiple && len(p.letters) > 0:
		n := 1 + rng.IntN(len(p.letters))
		letters := make([]string, 0, n)
		for _, i := range rng.Perm(len(p.letters))[:n] {
			letters = append(letters, p.letters[i])
		}
		slices.Sort(letters)
		return contract.Response{Choice: &letters}
	case len(p.letters) > 0:
		return contract.Response{Choice: &[]string{p.letters[rng.IntN(len(p.letters))]}}
	case p.long:
		return contract.Response{Text: &[]string{essay(rng)}}
	}
	texts := make([]string, p.blanks)
	for i := range texts {
		texts[i] = fmt.Sprintf("演练%d", rng.IntN(1_000_000))
	}
	return contract.Response{Text: &texts}
}

// phrases hold what tends to be lost on the way: quotes, angle brackets,
// spaces, lines, characters beyond the basic plane.
var phrases = []string{
	"组织防范，技术防范；", "“应急”管理\n", "<b>&amp;</b> \\ \"引号\" ", "  两个空格  ", "𠮷野家", "Ａ＋Ｂ＝100%，", "培训与指导。\n\n", "e\u0301\t",
}

func essay(rng *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "演练作答 %d：", rng.IntN(1_000_000))
	for range 3 + rng.IntN(30) {
		b.WriteString(phrases[rng.IntN(len(phrases))])
	}
	return b.String()
}

// change is what a candidate does next.
type change struct {
	slot     int
	response contract.Response
	flagged  bool
}

// writer decides what a candidate does: mostly the next question, sometimes an
// earlier one again, now and then a flag or an answer taken back.
type writer struct {
	rng    *rand.Rand
	places []place
	next   int
	now    map[int]change // by slot
}

func (w *writer) change() change {
	i := w.next
	if i >= len(w.places) || i > 0 && w.rng.Float64() < .2 {
		i = w.rng.IntN(min(max(i, 1), len(w.places)))
	} else {
		w.next++
	}
	p := &w.places[i]
	c := w.now[p.number]
	c.slot = p.number
	switch x := w.rng.Float64(); {
	case x < .08:
		c.flagged = !c.flagged
	case x < .12:
		c.response = contract.Response{}
	default:
		c.response = p.response(w.rng)
	}
	w.now[c.slot] = c
	return c
}

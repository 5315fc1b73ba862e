package xlsx

import (
	"regexp"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// parseJudgement reads the answer of a judgement. Letters mean the options as
// the row gives them, and 正确, 错误 where it gives none.
func parseJudgement(s string, options []string) (bank.OptionID, bool) {
	ids, _, ok := exchange.ParseLetters(s)
	if ok && len(ids) == 1 && (ids[0] == "A" || ids[0] == "B") {
		i := int(ids[0][0] - 'A')
		if i < len(options) && options[i] != "" {
			s = options[i]
		} else {
			return ids[0], true
		}
	}
	truth, ok := exchange.ParseTruth(s)
	if !ok {
		return "", false
	}
	if truth {
		return bank.True, true
	}
	return bank.False, true
}

// marker returns the pattern of an option's own letter before its text.
func marker(letter string) *regexp.Regexp {
	return regexp.MustCompile(`^\s*[(（]?` + letter + `\s*[:：.．、)）]\s*`)
}

// markers holds the patterns of A to H, at the begin of a cell and inside one.
var markers, inner = func() (begin, inside [maxOptions]*regexp.Regexp) {
	for i := range maxOptions {
		begin[i] = marker(bank.Letter(i))
		inside[i] = regexp.MustCompile(`[^A-Za-z0-9]((?:` + bank.Letter(i) + `\s*[:：.．、]|[(（]` + bank.Letter(i) + `\s*[)）])\s*)`)
	}
	return begin, inside
}()

// repair is one thing that was done to an option.
type repair struct {
	index    int
	old, new string
	reason   exchange.Reason
}

// repairOptions splits cells that hold two options or more, which their own
// letters give away, and takes the letters off where every option has one.
func repairOptions(texts []string) ([]string, []repair) {
	out := slices.Clone(texts)
	var repairs []repair
	for i := 0; i+1 < len(out); i++ {
		if out[i+1] != "" || !markers[i].MatchString(out[i]) || slices.ContainsFunc(out[i+1:], notEmpty) {
			continue
		}
		at := inner[i+1].FindStringSubmatchIndex(out[i])
		if at == nil || at[3] == len(out[i]) {
			continue
		}
		old := out[i]
		out[i], out[i+1] = strings.TrimRight(old[:at[2]], " \n\t;；,，　"), bank.Letter(i+1)+"."+strings.TrimSpace(old[at[3]:])
		repairs = append(repairs, repair{i, old, out[i] + " ‖ " + out[i+1], exchange.MergedOptions})
	}
	var split []int
	for _, r := range repairs {
		split = append(split, r.index, r.index+1)
	}
	every := true
	for i, t := range out {
		every = every && (t == "" || markers[i].MatchString(t))
	}
	for i, t := range out {
		if t == "" || !every && !slices.Contains(split, i) {
			continue
		}
		out[i] = markers[i].ReplaceAllString(t, "")
		if !slices.Contains(split, i) {
			repairs = append(repairs, repair{i, t, out[i], exchange.OptionPrefix})
		}
	}
	return out, repairs
}

func notEmpty(s string) bool { return s != "" }

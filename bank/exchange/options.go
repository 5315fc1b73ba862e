package exchange

import (
	"regexp"
	"strings"

	"gongyuan/bank"
)

// Markers of options within a line: behind a space, in brackets, and right
// behind a word, where only a full stop tells that it is one.
var optionMarkers = []*regexp.Regexp{
	regexp.MustCompile(`[\s　]+[(（]?([A-JＡ-Ｊ])[)）.．、:：]`),
	regexp.MustCompile(`[(（]\s*([A-JＡ-Ｊ])\s*[)）]`),
	regexp.MustCompile(`[^\sA-Za-z0-9(（]([A-JＡ-Ｊ])[.．]`),
}

// CutOption finds the marker of an option within a line: s[:from] stands
// before it, s[to:] behind it. It returns -1 where there is none.
func CutOption(s, letter string) (from, to int) {
	for i, pattern := range optionMarkers {
		for _, m := range pattern.FindAllStringSubmatchIndex(s, 64) {
			if strings.ToUpper(bank.Normal(s[m[2]:m[3]])) != letter {
				continue
			}
			if i == len(optionMarkers)-1 {
				return m[2], m[1]
			}
			return m[0], m[1]
		}
	}
	return -1, -1
}

// OptionsInStem splits off the options that a stem was run together with: at
// least A and B. It reports false, and returns the stem as it is, where it
// finds none.
func OptionsInStem(stem string) (rest string, options []string, ok bool) {
	from, to := CutOption(stem, "A")
	if from <= 0 {
		return stem, nil, false
	}
	tail := stem[to:]
	for {
		next, after := CutOption(tail, bank.Letter(len(options)+1))
		if next < 0 || len(options) > MaxOptions {
			options = append(options, strings.TrimSpace(tail))
			break
		}
		options = append(options, strings.TrimSpace(tail[:next]))
		tail = tail[after:]
	}
	if len(options) < 2 {
		return stem, nil, false
	}
	return strings.TrimSpace(stem[:from]), options, true
}

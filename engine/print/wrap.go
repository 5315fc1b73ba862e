package print

import (
	"strings"
	"unicode"
)

// Characters that do not begin or end a line (GB/T 15834, CLREQ).
const (
	notFirst = "、。，．：；！？）》」』】〕〉〗”’％‰℃·—…～!),.:;?]}%/"
	notLast  = "（《「『【〔〈〖“‘([{"
)

// wide tells whether a line may break on both sides of a character: one of
// Chinese, unlike a letter within a word.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || r == '—' || r == '…' || r == '“' || r == '”'
}

// Wrap breaks text into lines of at most width millimetres. It breaks between
// Chinese characters and after spaces, keeps punctuation off the beginning and
// brackets off the end of a line, and breaks a word only where it is longer
// than a line. A newline in the text ends a line.
func (f *Font) Wrap(text string, size, width float64) []string {
	var out []string
	for _, paragraph := range strings.Split(text, "\n") {
		out = append(out, f.wrapOne(paragraph, size, width)...)
	}
	return out
}

func (f *Font) wrapOne(text string, size, width float64) []string {
	line, used := "", 0.0
	var out []string
	for _, piece := range pieces(text) {
		long := f.Width(piece, size)
		if line != "" && used+f.Width(strings.TrimRight(piece, " "), size) > width {
			out = append(out, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		for line == "" && long > width { // longer than a line
			head := f.fitting(piece, size, width)
			out = append(out, head)
			piece = piece[len(head):]
			long = f.Width(piece, size)
		}
		line, used = line+piece, used+long
	}
	return append(out, strings.TrimRight(line, " "))
}

// fitting returns the longest beginning that fits, one character at least.
func (f *Font) fitting(text string, size, width float64) string {
	end := 0
	for i, r := range text {
		next := i + len(string(r))
		if end > 0 && f.Width(text[:next], size) > width {
			break
		}
		end = next
	}
	return text[:end]
}

// pieces splits text where a line may break.
func pieces(text string) []string {
	runes := []rune(text)
	var out []string
	from := 0
	for i := 1; i < len(runes); i++ {
		if mayBreak(runes[i-1], runes[i]) {
			out = append(out, string(runes[from:i]))
			from = i
		}
	}
	if from < len(runes) {
		out = append(out, string(runes[from:]))
	}
	return out
}

func mayBreak(before, after rune) bool {
	switch {
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before), after == ' ':
		return false
	case before == ' ':
		return true
	case before == '\u00A0', after == '\u00A0', before == '/':
		return false
	}
	return wide(before) || wide(after)
}

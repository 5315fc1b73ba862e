package people

import (
	"strings"
	"unicode"
)

// OneLine is a short text as it is kept, such as a name: without spaces at its
// ends and without what cannot be seen, be it the end of a line, a character of
// no width, or one that turns the direction of what follows it.
func OneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

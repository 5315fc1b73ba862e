package exchange

import "strings"

// SplitBlanks reads the answers of blanks: ；； between blanks, | between the
// accepted answers of one, and a backslash before either (or before itself)
// to mean the character.
func SplitBlanks(s string) [][]string {
	blanks, accepted := [][]string{}, []string{}
	var text strings.Builder
	take := func() {
		accepted = append(accepted, strings.TrimSpace(text.String()))
		text.Reset()
	}
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch c := runes[i]; {
		case c == '\\' && strings.ContainsRune(`\|｜；;`, next) && next != 0:
			text.WriteRune(next)
			i++
		case c == '|' || c == '｜':
			take()
		case (c == '；' || c == ';') && (next == '；' || next == ';'):
			take()
			blanks, accepted = append(blanks, accepted), []string{}
			i++
		default:
			text.WriteRune(c)
		}
	}
	take()
	return append(blanks, accepted)
}

var escapeBlank = strings.NewReplacer(`\`, `\\`, "|", `\|`, "｜", `\｜`, "；", `\；`, ";", `\;`)

// JoinBlanks is the inverse of SplitBlanks.
func JoinBlanks(blanks [][]string) string {
	var all []string
	for _, accepted := range blanks {
		var one []string
		for _, a := range accepted {
			one = append(one, escapeBlank.Replace(a))
		}
		all = append(all, strings.Join(one, "|"))
	}
	return strings.Join(all, "；；")
}

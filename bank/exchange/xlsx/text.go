package xlsx

import (
	"regexp"
	"strings"
	"unicode"

	"gongyuan/bank/exchange"
)

var (
	needsGuard = regexp.MustCompile(`^'*[=+\-@]`)
	hasGuard   = regexp.MustCompile(`^'+[=+\-@]`)
)

// guard keeps spreadsheet programs from reading a text as a formula. It is
// undone by unguard: every text that looks guarded gets one apostrophe more.
func guard(s string) string {
	if needsGuard.MatchString(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if hasGuard.MatchString(s) {
		return s[1:]
	}
	return s
}

// tidy returns a text without space around it, with line ends as "\n", without
// control characters and with half-width letters and digits. The reason tells
// of the last two; the more serious one wins.
func tidy(s string) (string, exchange.Reason) {
	var reason exchange.Reason
	s = strings.TrimSpace(unguard(strings.TrimSpace(s)))
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			if reason == "" {
				reason = exchange.FullWidth
			}
			return r - '！' + '!'
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == unicode.ReplacementChar:
			reason = exchange.ControlCharacter
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(out), reason
}

// splitBlanks reads the answers of blanks: ；； between blanks, | between the
// accepted answers of one, and a backslash before either (or before itself)
// to mean the character.
func splitBlanks(s string) [][]string {
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

// joinBlanks is the inverse of splitBlanks.
func joinBlanks(blanks [][]string) string {
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

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

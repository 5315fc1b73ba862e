package roster

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"gongyuan/bank/exchange"
	"gongyuan/engine/people"
)

// scientific is how a spreadsheet shows a long number.
var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+?[0-9]{2}$`)

// digitsKept is how many digits of a number a spreadsheet keeps; the others
// become zeros.
const digitsKept = 15

// repaired is a text without what spreadsheets and people put around it, with
// the reasons for which it differs from what was there.
func repaired(raw string) (string, []exchange.Reason) {
	var why []exchange.Reason
	note := func(r exchange.Reason) {
		for _, have := range why {
			if have == r {
				return
			}
		}
		why = append(why, r)
	}
	s := raw
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSuffix(inner, `"`)
		note(FormulaText)
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			note(exchange.FullWidth)
			return r - '！' + '!'
		case unicode.IsSpace(r), r == '\u200b', r == '\ufeff', r == '\u2060':
			note(Blanks)
			return -1
		case unicode.IsControl(r):
			note(exchange.ControlCharacter)
			return -1
		}
		return r
	}, s)
	for _, mark := range []string{"'", "’", "‘", "`"} {
		if cut, ok := strings.CutPrefix(s, mark); ok {
			s = cut
			note(Apostrophe)
		}
	}
	return s, why
}

// identity reads the cell of an identity number. It returns the number in its
// normal form with why it differs from the cell, or the reason why it is none.
func identity(c Cell, now time.Time) (number string, changed []exchange.Reason, refused exchange.Reason) {
	s, changed := repaired(c.Text)
	if strings.Contains(s, "x") {
		s = strings.ToUpper(s)
		changed = append(changed, LowerX)
	}
	digits := strings.Trim(s, "0123456789") == ""
	switch {
	case s == "":
		return "", nil, NoIdentity
	case scientific.MatchString(strings.ToUpper(s)):
		return "", nil, Scientific
	case c.Number && digits && len(s) > digitsKept:
		return "", nil, CutDigits
	case digits && len(s) == digitsKept:
		return "", nil, OldIdentity
	case len([]rune(s)) != 18:
		return "", nil, IdentityLength
	case strings.Trim(s[:min(17, len(s))], "0123456789") != "":
		return "", nil, IdentityCharacters
	}
	number, err := people.NormalIdentity(s, now)
	switch {
	case err == nil:
		return number, changed, ""
	case digits && strings.HasSuffix(s, "000"):
		return "", nil, CutDigits
	case strings.Contains(err.Error(), "birth"):
		return "", nil, IdentityBirth
	case strings.Contains(err.Error(), "check"):
		return "", nil, IdentityCheck
	}
	return "", nil, IdentityCharacters
}

// masked is how a cell with an identity number is shown.
func masked(s string) string {
	r := []rune(s)
	if len(r) < 15 {
		return s
	}
	for i := 4; i < len(r)-4; i++ {
		r[i] = '*'
	}
	return string(r)
}

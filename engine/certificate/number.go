package certificate

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gongyuan/engine/standard"
)

// Number is a certificate number of 22 characters in its normal form:
// kind 1, body 4, province 2, site 6, year 2, level 1, serial 6. It has no
// check digit.
type Number string

// BodyKind is the first character: what kind of body certifies.
type BodyKind string

// The kinds of body.
const (
	Employer   BodyKind = "Y" // 用人单位
	SocialBody BodyKind = "S" // 社会培训评价组织
)

// Restart says when serials begin again at 000001.
type Restart string

// The two ways in use; no text that was found settles it, so it is a parameter.
const (
	PerLevelAndYear Restart = "level-year"
	PerYear         Restart = "year"
)

// Rule is what all numbers of one site have in common.
type Rule struct {
	Kind     BodyKind
	Body     string // 4 digits; 0000 is a body filed with its province
	Province string // 2 digits, GB/T 2260
	Site     string // 6 digits, assigned by the province
	Restart  Restart
}

// Parts are the parts of a number.
type Parts struct {
	Kind     BodyKind
	Body     string
	Province string
	Site     string
	Year     int // of issue, its last two digits
	Level    standard.Level
	Serial   int // 1–999999
}

// Series names the numbers that share one run of serials.
type Series string

// LastSerial is the highest serial that six digits hold.
const LastSerial = 999_999

// Errors about numbers.
var (
	ErrNumber = errors.New("certificate: not a certificate number")
	ErrFull   = errors.New("certificate: all 999999 serials of the series are taken")
)

// NumberError says what is wrong with a number, and where.
type NumberError struct {
	Position int    // from 1; 0 where it is about the whole
	Reason   string // a code that the API turns into a sentence
}

// Error implements error.
func (e *NumberError) Error() string {
	if e.Position == 0 {
		return "certificate: number: " + e.Reason
	}
	return fmt.Sprintf("certificate: number: position %d: %s", e.Position, e.Reason)
}

// Unwrap makes every NumberError an ErrNumber.
func (e *NumberError) Unwrap() error { return ErrNumber }

// provinces are the province codes of GB/T 2260.
var provinces = []string{
	"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46",
	"50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
}

// Where the parts of a number begin.
const (
	atBody     = 1
	atProvince = 5
	atSite     = 7
	atYear     = 13
	atLevel    = 15
	atSerial   = 16
	numberSize = 22
)

// Parse takes a number in its normal form apart. It returns a *NumberError
// with the first position that is wrong; NormalNumber makes the normal form of
// what people type.
func (n Number) Parse() (Parts, error) {
	runes := []rune(string(n))
	if len(runes) != numberSize {
		return Parts{}, &NumberError{0, fmt.Sprintf("length-%d-of-22", len(runes))}
	}
	for i, r := range runes {
		switch {
		case i == 0 && r != 'Y' && r != 'S':
			return Parts{}, &NumberError{1, "kind-Y-or-S"}
		case i == atSite && !slices.Contains(provinces, string(runes[atProvince:atSite])):
			return Parts{}, &NumberError{atProvince + 1, "province"}
		case i > 0 && (r < '0' || r > '9'):
			return Parts{}, &NumberError{i + 1, "digit"}
		case i == atLevel && (r < '1' || r > '5'):
			return Parts{}, &NumberError{i + 1, "level-1-5"}
		}
	}
	year, _ := strconv.Atoi(string(n[atYear:atLevel]))
	serial, _ := strconv.Atoi(string(n[atSerial:]))
	if serial == 0 {
		return Parts{}, &NumberError{atSerial + 1, "serial-from-000001"}
	}
	return Parts{
		Kind: BodyKind(n[:atBody]), Body: string(n[atBody:atProvince]), Province: string(n[atProvince:atSite]), Site: string(n[atSite:atYear]),
		Year: year, Level: standard.Level(n[atLevel] - '0'), Serial: serial,
	}, nil
}

// Groups returns the seven groups in which a number is shown. The gaps between
// them are the page's, never characters.
func (n Number) Groups() []string {
	if len(n) != numberSize {
		return []string{string(n)}
	}
	s := string(n)
	return []string{s[:atBody], s[atBody:atProvince], s[atProvince:atSite], s[atSite:atYear], s[atYear:atLevel], s[atLevel:atSerial], s[atSerial:]}
}

// Format puts the parts together. It returns ErrFull for a serial over six
// digits and a *NumberError for other parts that do not fit.
func (p Parts) Format() (Number, error) {
	if p.Serial > LastSerial {
		return "", ErrFull
	}
	if p.Year < 0 || p.Year > 99 {
		return "", &NumberError{atYear + 1, "year-two-digits"}
	}
	n := Number(fmt.Sprintf("%s%s%s%s%02d%d%06d", p.Kind, p.Body, p.Province, p.Site, p.Year, p.Level, p.Serial))
	if back, err := n.Parse(); err != nil {
		return "", err
	} else if back != p {
		return "", &NumberError{0, "parts"}
	}
	return n, nil
}

// Number returns the number of a serial issued in a year, such as 2026.
func (r Rule) Number(year int, level standard.Level, serial int) (Number, error) {
	return Parts{r.Kind, r.Body, r.Province, r.Site, year % 100, level, serial}.Format()
}

// Series returns the run of serials that a level's certificates of a year are
// in. Serials that restart per year run on over its levels.
func (r Rule) Series(year int, level standard.Level) Series {
	s := fmt.Sprintf("%s%s%s%s%02d", r.Kind, r.Body, r.Province, r.Site, year%100)
	if r.Restart == PerLevelAndYear {
		s += strconv.Itoa(int(level))
	}
	return Series(s)
}

// digits tells whether a text is n digits.
func digits(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }

// Check tells what is wrong with a rule, as a *FieldError.
func (r Rule) Check() error {
	switch {
	case r.Kind != Employer && r.Kind != SocialBody:
		return &FieldError{"/kind", "kind-Y-or-S"}
	case !digits(r.Body, 4):
		return &FieldError{"/body", "4-digits"}
	case !slices.Contains(provinces, r.Province):
		return &FieldError{"/province", "province"}
	case !digits(r.Site, 6):
		return &FieldError{"/site", "6-digits"}
	case r.Restart != PerLevelAndYear && r.Restart != PerYear:
		return &FieldError{"/restart", "unknown"}
	}
	return nil
}

// NormalNumber makes the normal form of what somebody typed or pasted: half
// width, capitals, no spaces and nothing invisible. It does not check it.
func NormalNumber(raw string) Number { return Number(strings.ToUpper(narrow(raw))) }

// narrow turns full-width letters, digits and signs into half-width ones and
// drops spaces and invisible characters.
func narrow(raw string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case unicode.IsSpace(r) || unicode.In(r, unicode.Cf):
			return -1
		}
		return r
	}, raw)
}

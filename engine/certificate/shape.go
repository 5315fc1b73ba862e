package certificate

import (
	"slices"
	"strings"
)

// Shape is a kind of certificate number that is in use.
type Shape string

// The shapes that are recognised on import.
const (
	LevelShape   Shape = "level"         // 职业技能等级证书: 1 letter + 21 digits, as Number
	MasterShape  Shape = "master"        // 特级技师: 2 letters + 20 digits
	FormerShape  Shape = "qualification" // 国家职业资格证书: 16 digits, as people recall it
	formerDigits       = 16
)

// ShapeOf tells of which shape a number in its normal form is. It returns a
// *NumberError with the first position that is wrong for a number of 22
// characters, and one about the whole for what has no known shape.
func (n Number) ShapeOf() (Shape, error) {
	s := string(n)
	switch {
	case digits(s, formerDigits):
		return FormerShape, nil
	case len(s) != numberSize:
		return "", &NumberError{0, "number-shape"}
	case s[1] < 'A' || s[1] > 'Z':
		_, err := n.Parse()
		return LevelShape, err
	case s[0] != 'Y' && s[0] != 'S':
		return "", &NumberError{1, "kind-Y-or-S"}
	}
	if rest := strings.IndexFunc(s[2:], func(r rune) bool { return r < '0' || r > '9' }); rest >= 0 {
		return "", &NumberError{rest + 3, "digit"}
	}
	return MasterShape, nil
}

// DocumentOf reads the name of a document, as printed or in English, or its
// code.
func DocumentOf(s string) (DocumentType, bool) {
	for d, titles := range documentTitles {
		if s == string(d) || slices.Contains(titles[:], s) {
			return d, true
		}
	}
	return "", false
}

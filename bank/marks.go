package bank

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Marks is a number of points in integer hundredths: 150 is 1.50 points.
type Marks int64

// FullMarks is the 100-point scale on which every component is reported.
const FullMarks Marks = 100 * 100

// ErrMarks is returned by ParseMarks for a text that is no number of points
// with at most two decimals.
var ErrMarks = errors.New("bank: not a number of points with at most two decimals")

// String writes the shortest decimal form: "1.5", "2", "-0.25".
func (m Marks) String() string {
	sign, n := "", int64(m)
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// ParseMarks reads a decimal of at most two places and at most nine digits
// before the point. It returns ErrMarks for everything else.
func ParseMarks(s string) (Marks, error) {
	whole, frac, _ := strings.Cut(strings.TrimSpace(s), ".")
	negative := strings.HasPrefix(whole, "-")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || len(digits) > 9 || len(frac) > 2 {
		return 0, fmt.Errorf("%q: %w", s, ErrMarks)
	}
	n, err := strconv.ParseUint(digits+(frac + "00")[:2], 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", s, ErrMarks)
	}
	if negative {
		return -Marks(n), nil
	}
	return Marks(n), nil
}

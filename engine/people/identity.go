package people

import (
	"fmt"
	"strings"
	"time"
)

// NormalIdentity returns a resident identity number in its normal form:
// half-width digits, upper-case X, no spaces. It returns ErrIdentity with the
// reason where the number is not valid by GB 11643: 18 characters, a birth
// date that exists and is not after now, and a check character by weights
// 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 modulo 11 → 1 0 X 9 8 7 6 5 4 3 2.
func NormalIdentity(raw string, now time.Time) (string, error) {
	n := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == 'x' || r == 'Ｘ' || r == 'ｘ':
			return 'X'
		case r == ' ' || r == '　' || r == '\t':
			return -1
		}
		return r
	}, raw)
	if len(n) != 18 {
		return "", fmt.Errorf("%w: length", ErrIdentity)
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		if n[i] < '0' || n[i] > '9' {
			return "", fmt.Errorf("%w: characters", ErrIdentity)
		}
		sum += w * int(n[i]-'0')
	}
	if "10X98765432"[sum%11] != n[17] {
		return "", fmt.Errorf("%w: check character", ErrIdentity)
	}
	born, err := time.Parse("20060102", n[6:14])
	if err != nil || born.After(now) || born.Year() < 1850 {
		return "", fmt.Errorf("%w: birth date", ErrIdentity)
	}
	return n, nil
}

// MaskIdentity shows the first four and the last four characters of a
// document number: 1101**********002X. Short numbers are hidden whole.
func MaskIdentity(n string) string {
	if len(n) < 12 {
		return strings.Repeat("*", len(n))
	}
	return n[:4] + strings.Repeat("*", len(n)-8) + n[len(n)-4:]
}

package intake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/standard"
)

var days = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$|^(\d{4})(\d{2})(\d{2})$`)

// Day reads a day in one of the ways in which tables have it, year first, as
// 2006-01-02.
func Day(s string) (string, bool) {
	m := days.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	if m = m[1:]; m[0] == "" {
		m = m[3:]
	}
	year, _ := strconv.Atoi(m[0])
	month, _ := strconv.Atoi(m[1])
	d, _ := strconv.Atoi(m[2])
	text := fmt.Sprintf("%04d-%02d-%02d", year, month, d)
	_, err := time.Parse(time.DateOnly, text)
	return text, err == nil
}

// levels are the names of levels, the lowest number first.
var levels = [][]string{{"一级", "高级技师"}, {"二级", "技师"}, {"三级", "高级工"}, {"四级", "中级工"}, {"五级", "初级工"}}

// Level reads a level: 3, 三级, 高级工 or 三级/高级工.
func Level(s string) (standard.Level, bool) {
	for i, names := range levels {
		n := strconv.Itoa(i + 1)
		for _, name := range []string{n, n + "级", "level " + n, names[0], names[1], names[0] + "/" + names[1]} {
			if strings.EqualFold(s, name) {
				return standard.Level(i + 1), true
			}
		}
	}
	return 0, false
}

// Longer tells whether a text has more characters, or none of Unicode's.
func Longer(s string, most int) bool {
	return utf8.RuneCountInString(s) > most || !utf8.ValidString(s)
}

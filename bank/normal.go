package bank

import (
	"strings"
	"unicode"
)

// Normal returns the form in which answers to blanks are compared: full-width
// letters, digits and punctuation become half-width, spaces and invisible
// characters are dropped, and case is folded. It is idempotent.
func Normal(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = halfWidth(r)
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
	}
	return b.String()
}

// halfWidth maps the full-width forms block onto ASCII, and the Chinese marks
// that lie outside that block onto their nearest ASCII mark.
func halfWidth(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	switch r {
	case '。', '｡':
		return '.'
	case '、', '､':
		return ','
	case '“', '”', '「', '」', '『', '』':
		return '"'
	case '‘', '’':
		return '\''
	case '【', '〔':
		return '['
	case '】', '〕':
		return ']'
	case '《', '〈':
		return '<'
	case '》', '〉':
		return '>'
	case '—', '–', '‐', '‑', '−':
		return '-'
	case '￥':
		return '¥'
	}
	return r
}

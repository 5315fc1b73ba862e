package markup

import (
	"html"
	"regexp"
	"strings"
)

var (
	bold    = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	figure  = regexp.MustCompile(`!\[([^\]\n]*)\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	escaped = regexp.MustCompile(`\\([\\*_{}\[\]()#+.!|-])`)
)

// Markdown writes the little of Markdown that questions use as HTML: bold,
// pictures and lines. All else stays as it is written.
func Markdown(s string) string {
	// Formulas in \( \) keep their backslashes.
	held := strings.NewReplacer(`\\(`, "\x00", `\\)`, "\x01", `\(`, "\x00", `\)`, "\x01").Replace(html.EscapeString(s))
	held = figure.ReplaceAllString(held, `<img src="$2" alt="$1"/>`)
	held = bold.ReplaceAllString(held, "<b>$1</b>")
	held = escaped.ReplaceAllString(held, "$1")
	held = strings.NewReplacer("\x00", `\(`, "\x01", `\)`).Replace(held)
	return strings.ReplaceAll(held, "\n", "<br/>")
}

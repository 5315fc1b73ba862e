package markup

import (
	"html"
	"strings"
)

// Add adds an element with all that is below it. Where take is not nil it is
// asked first, and an element that it takes is left to it.
func (f *Flow) Add(n *Node, take func(*Node) bool) {
	if n.Name == "" {
		f.Text(n.Text)
		return
	}
	if take != nil && take(n) {
		return
	}
	// QTI 3 permits its own names for elements of HTML.
	name := strings.TrimPrefix(strings.ToLower(n.Name), "qti-")
	if tex, ok := TeX(n); f.Rich && name == "math" && ok {
		f.Formula(tex)
		return
	}
	f.Open(name, n.Attr)
	for _, k := range n.Kids {
		f.Add(k, take)
	}
	f.Close(name)
}

// HTML adds text that is written in HTML, however badly.
func (f *Flow) HTML(s string) {
	for s != "" {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			f.Text(html.UnescapeString(s))
			return
		}
		f.Text(html.UnescapeString(s[:at]))
		s = s[at:]
		if strings.HasPrefix(s, "<!--") {
			_, after, found := strings.Cut(s[4:], "-->")
			if !found {
				return
			}
			s = after
			continue
		}
		tag, after, ok := cutTag(s)
		if !ok {
			f.Text("<")
			s = s[1:]
			continue
		}
		s = after
		if f.Rich && f.skip == 0 && isMath(tag) {
			s = f.math(tag, after)
			continue
		}
		f.tag(tag)
	}
}

func isMath(tag string) bool {
	return len(tag) >= 4 && strings.EqualFold(tag[:4], "math") && (len(tag) == 4 || !letter(tag[4]) && !strings.HasSuffix(tag, "/"))
}

// math adds a formula of MathML and returns what stands behind it.
func (f *Flow) math(tag, s string) string {
	const end = "</math>"
	at := strings.Index(s[:min(len(s), maxTag)], end)
	if at >= 0 {
		if n, err := Parse([]byte("<" + tag + ">" + s[:at+len(end)])); err == nil {
			if tex, ok := TeX(n); ok {
				f.Formula(tex)
				return s[at+len(end):]
			}
		}
	}
	f.tag(tag)
	return s
}

// FromRichHTML turns HTML into text with the markup of package bank.
func FromRichHTML(s string, picture func(src, words string) string) *Flow {
	f := &Flow{Rich: true, Picture: picture}
	f.HTML(s)
	return f
}

// FromHTML turns HTML into plain text.
func FromHTML(s string) *Flow {
	f := &Flow{}
	f.HTML(s)
	return f
}

// maxTag bounds a tag, so that a lone "<" is not looked for without end.
const maxTag = 64 << 10

// cutTag cuts a tag off the begin of s. It reports false where s does not
// begin with one.
func cutTag(s string) (tag, after string, ok bool) {
	if len(s) < 2 || s[1] != '/' && s[1] != '!' && s[1] != '?' && !letter(s[1]) {
		return "", "", false
	}
	quote := byte(0)
	for i := 1; i < len(s) && i < maxTag; i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return s[1:i], s[i+1:], true
		case c == '<':
			return "", "", false
		}
	}
	return "", "", false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (f *Flow) tag(tag string) {
	if tag[0] == '!' || tag[0] == '?' {
		return
	}
	if name, ok := strings.CutPrefix(tag, "/"); ok {
		f.Close(strings.ToLower(strings.TrimSpace(name)))
		return
	}
	end := strings.IndexAny(tag, " \t\r\n/")
	if end < 0 {
		end = len(tag)
	}
	name := strings.ToLower(tag[:end])
	f.Open(name, func(want string) string { return attribute(tag[end:], want) })
	if void[name] || strings.HasSuffix(tag, "/") {
		f.Close(name)
	}
}

var void = map[string]bool{"br": true, "img": true, "hr": true, "input": true, "meta": true, "link": true, "source": true, "embed": true, "wbr": true}

// attribute finds the value of an attribute in the inside of a tag.
func attribute(s, want string) string {
	for s != "" {
		s = strings.TrimLeft(s, " \t\r\n/")
		end := strings.IndexAny(s, "= \t\r\n")
		if end < 0 {
			return ""
		}
		name := strings.ToLower(s[:end])
		s = strings.TrimLeft(s[end:], " \t\r\n")
		value := ""
		if strings.HasPrefix(s, "=") {
			s = strings.TrimLeft(s[1:], " \t\r\n")
			switch {
			case s == "":
			case s[0] == '"' || s[0] == '\'':
				v, after, _ := strings.Cut(s[1:], s[:1])
				value, s = v, after
			default:
				stop := strings.IndexAny(s, " \t\r\n")
				if stop < 0 {
					stop = len(s)
				}
				value, s = s[:stop], s[stop:]
			}
		}
		if name == want {
			return html.UnescapeString(value)
		}
	}
	return ""
}

package markup

import (
	"strings"

	"gongyuan/bank"
)

// HTML writes a text with its markup as elements. image returns where a picture
// is found; where it is nil or returns nothing, the picture's words are written.
// It reports false where reading the elements would give another text.
func HTML(text string, image func(bank.PictureID) string) (string, bool) {
	if !bank.Marked(text) && Collapses(text) {
		return "<pre>" + Escape(text) + "</pre>", true
	}
	out := Elements(text, image, true)
	if !bank.Marked(text) {
		return out, true
	}
	if reads(out, text) {
		return out, true
	}
	if kept := "<pre>" + Elements(text, image, false) + "</pre>"; reads(kept, text) {
		return kept, true
	}
	return out, false
}

// Elements writes markup. flow says that line breaks need elements of their own.
func Elements(text string, image func(bank.PictureID) string, flow bool) string {
	var b strings.Builder
	for _, s := range bank.Passages(text) {
		switch {
		case s.Picture != "":
			src := ""
			if image != nil {
				src = image(s.Picture)
			}
			if src == "" {
				b.WriteString(Escape("【" + words(s.Words) + "】"))
				continue
			}
			b.WriteString(`<img src="` + EscapeAttr(src) + `" alt="` + EscapeAttr(s.Words) + `"/>`)
		default:
			inner := Escape(s.Text)
			if flow {
				inner = strings.ReplaceAll(inner, "\n", "<br/>")
			}
			if s.Tag != "" {
				inner = "<" + s.Tag + ">" + inner + "</" + s.Tag + ">"
			}
			b.WriteString(inner)
		}
	}
	return b.String()
}

func words(s string) string {
	if s = strings.TrimSpace(s); s != "" {
		return s
	}
	return "图"
}

// reads tells whether elements are read as the text that they were made of.
// Pictures are compared by being there.
func reads(out, text string) bool {
	var ids []bank.PictureID
	for _, s := range bank.Passages(text) {
		if s.Picture != "" {
			ids = append(ids, s.Picture)
		}
	}
	f := FromRichHTML(out, func(_, alt string) string {
		if len(ids) == 0 {
			return ""
		}
		id := ids[0]
		ids = ids[1:]
		return bank.PictureMark(id, alt)
	})
	return f.String() == text
}

// Plain is a text without markup, as formats write it that have none: raised
// digits as Unicode has them, pictures as their words in brackets. It tells
// whether anything was lost.
func Plain(text string) (string, bool) {
	if !bank.Marked(text) {
		return text, false
	}
	var b strings.Builder
	for _, s := range bank.Passages(text) {
		switch {
		case s.Picture != "":
			b.WriteString("【" + words(s.Words) + "】")
		case s.Tag == "sub" || s.Tag == "sup":
			b.WriteString((&Flow{}).raised(s.Text, s.Tag))
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String(), true
}

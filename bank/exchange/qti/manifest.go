package qti

import (
	"fmt"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// manifest writes the list of what the package holds.
func (w *writer) manifest(b exchange.Bundle) string {
	space, schema, number := "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0"
	if w.version == "3.0" {
		space, schema, number = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0"
	}
	var out strings.Builder
	put := func(layout string, args ...any) {
		for i, a := range args {
			args[i] = markup.EscapeAttr(fmt.Sprint(a))
		}
		fmt.Fprintf(&out, layout, args...)
	}
	put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"%s\" xmlns:lom=\"http://ltsc.ieee.org/xsd/LOM\" xmlns:gy=\"%s\" identifier=\"MANIFEST-%s\">\n",
		space, ownSpace, ncName(string(b.Bank)))
	put("<metadata><schema>%s</schema><schemaversion>%s</schemaversion><gy:bank title=\"%s\"/></metadata>\n<organizations/>\n<resources>\n", schema, number, b.Title)
	for _, e := range w.resources {
		put("<resource identifier=\"RES-%s\" type=\"%s\" href=\"%s\">\n<metadata>", e.id, e.kind, hrefOf(e.href))
		if words := []string{"", "very easy", "easy", "medium", "difficult", "very difficult"}; e.rev.Difficulty > 0 && e.rev.Difficulty < len(words) {
			put("<lom:lom><lom:educational><lom:difficulty><lom:source>LOMv1.0</lom:source><lom:value>%s</lom:value></lom:difficulty></lom:educational></lom:lom>", words[e.rev.Difficulty])
		}
		put("<gy:item code=\"%s\" type=\"%s\" point=\"%s\" difficulty=\"%s\" consistency=\"%s\" excludes=\"%s\" last=\"%s\">",
			e.id, e.rev.Type, e.rev.Point, strconv.Itoa(e.rev.Difficulty), strconv.Itoa(e.rev.Consistency), exchange.JoinExcludes(b.Bank, e.rev.Excludes), lastOf(&e.rev.Question))
		put("<gy:source>%s</gy:source>", e.rev.Source)
		for i := range e.rev.Parts {
			p := &e.rev.Parts[i]
			put("<gy:part type=\"%s\" last=\"%s\"><gy:source>%s</gy:source><gy:explanation>%s</gy:explanation></gy:part>", p.Type, lastOf(p), p.Source, p.Explanation)
		}
		put("</gy:item></metadata>\n<file href=\"%s\"/>\n", hrefOf(e.href))
		for _, f := range e.files {
			put("<file href=\"%s\"/>\n", hrefOf(f))
		}
		put("</resource>\n")
	}
	put("</resources>\n</manifest>\n")
	return out.String()
}

// hrefOf writes a path as a reference: what would end it is escaped.
func hrefOf(name string) string {
	return strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F", " ", "%20").Replace(name)
}

func lastOf(q *bank.Question) string {
	var b strings.Builder
	for _, o := range q.Options {
		if o.Last {
			b.WriteString(string(o.ID))
		}
	}
	return b.String()
}

// ncName keeps of a text what a name in XML may hold.
func ncName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, s)
}

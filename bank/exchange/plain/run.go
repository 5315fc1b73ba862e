package plain

import (
	"path"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"
)

// shelf finds the pictures of a Word document by what the text calls them.
type shelf struct {
	zip     *archive.Archive
	c       *exchange.Collector
	targets map[string]string         // by relationship
	ids     map[string]bank.PictureID // by file
}

func newShelf(zip *archive.Archive, c *exchange.Collector) *shelf {
	s := &shelf{zip: zip, c: c, targets: map[string]string{}, ids: map[string]bank.PictureID{}}
	raw, err := zip.Read("word/_rels/document.xml.rels", 4<<20)
	if err != nil {
		return s // a document without pictures
	}
	root, err := markup.Parse(raw)
	if err != nil {
		return s
	}
	for _, r := range root.Children("Relationship") {
		if r.Attr("TargetMode") == "External" {
			continue
		}
		target := strings.TrimPrefix(r.Attr("Target"), "/word/")
		if name, err := archive.Resolve(body, target); err == nil {
			s.targets[r.Attr("Id")] = name
		}
	}
	return s
}

// mark is what stands for a drawing in a text, or pictureMark where it cannot
// be shown.
func (s *shelf) mark(n *markup.Node) string {
	var out strings.Builder
	words, lost := "", false
	n.Walk(func(k *markup.Node) bool {
		id := ""
		switch k.Name {
		case "docPr", "shape":
			for _, name := range []string{"descr", "alt"} {
				if v := strings.TrimSpace(k.Attr(name)); v != "" && words == "" {
					words = v
				}
			}
			return true
		case "blip":
			id = k.Attr("embed")
		case "imagedata":
			id = k.Attr("id")
		case "OLEObject", "chart", "relIds", "txbxContent":
			lost = true
			return false
		default:
			return true
		}
		if picture := s.picture(id); picture != "" {
			out.WriteString(bank.PictureMark(picture, words))
		} else {
			lost = true
		}
		return false
	})
	if lost || out.Len() == 0 {
		return pictureMark
	}
	return out.String()
}

func (s *shelf) picture(id string) bank.PictureID {
	name := s.targets[id]
	if name == "" {
		return ""
	}
	if known, ok := s.ids[name]; ok {
		return known
	}
	raw, err := s.zip.Read(name, exchange.MaxMedia)
	if err != nil {
		return ""
	}
	picture, _, ok := s.c.Picture(raw)
	if !ok {
		picture = ""
	}
	s.ids[path.Clean(name)] = picture
	return picture
}

// runs gathers the text of a paragraph with what of its layout matters.
type runs struct {
	out   strings.Builder
	style string
	open  strings.Builder
}

func (r *runs) add(style, text string) {
	if style != r.style {
		r.flush()
		r.style = style
	}
	r.open.WriteString(text)
}

func (r *runs) flush() {
	text := r.open.String()
	r.open.Reset()
	if r.style == "" || text == "" || strings.ContainsAny(text, "<>\n"+pictureMark+formulaMark) || strings.Contains(text, "[img:") {
		r.out.WriteString(text)
		return
	}
	r.out.WriteString("<" + r.style + ">" + text + "</" + r.style + ">")
}

// text is what a paragraph says.
func (d *document) text(n *markup.Node) string {
	var r runs
	d.gather(n, "", &r)
	r.flush()
	return r.out.String()
}

func (d *document) gather(n *markup.Node, style string, r *runs) {
	for _, k := range n.Kids {
		switch k.Name {
		case "":
		case "r":
			d.gather(k, d.style(k), r)
		case "t":
			r.add(style, k.Content())
		case "tab", "ptab":
			r.add(style, "\t")
		case "br", "cr":
			r.add("", "\n")
		case "noBreakHyphen":
			r.add(style, "-")
		case "sym":
			r.add(style, symbol(k))
		case "drawing", "pict", "object":
			r.add("", d.shelf.mark(k))
		case "oMath":
			if tex, ok := officeMath(k); ok {
				r.add("", `\(`+strings.TrimSpace(tex)+`\)`)
			} else {
				r.add("", formulaMark)
			}
		case "Fallback", "del", "instrText", "pPr", "rPr", "moveFrom":
		default:
			d.gather(k, style, r)
		}
	}
}

// style is how a run is set. Bold is only read where this program wrote it:
// elsewhere whole stems and keys are bold for the eye.
func (d *document) style(r *markup.Node) string {
	layout := r.Child("rPr")
	switch value(layout.Child("vertAlign")) {
	case "superscript":
		return "sup"
	case "subscript":
		return "sub"
	}
	if b := layout.Child("b"); d.own && b != nil && value(b) != "0" && value(b) != "false" {
		return "b"
	}
	return ""
}

// symbol is a character of the fonts that Word draws ticks and crosses with.
func symbol(n *markup.Node) string {
	switch strings.ToUpper(n.Attr("char")) {
	case "F0FC", "F050", "F052", "00FC":
		return "√"
	case "F0FB", "F04F", "F054", "00FB":
		return "×"
	}
	return ""
}

// officeMath writes a formula of Word in TeX. It reports false where it holds
// what is not known.
func officeMath(n *markup.Node) (string, bool) {
	part := func(name string) (string, bool) {
		k := n.Child(name)
		if k == nil {
			return "", true
		}
		return officeAll(k)
	}
	two := func(layout, a, b string) (string, bool) {
		x, ok1 := part(a)
		y, ok2 := part(b)
		return strings.NewReplacer("#1", x, "#2", y).Replace(layout), ok1 && ok2
	}
	switch n.Name {
	case "oMath", "oMathPara", "e":
		return officeAll(n)
	case "r":
		var b strings.Builder
		for _, t := range n.Children("t") {
			b.WriteString(markup.TeXSymbols(t.Content()))
		}
		return b.String(), true
	case "f":
		return two(`\frac{#1}{#2}`, "num", "den")
	case "sSup":
		return two("{#1}^{#2}", "e", "sup")
	case "sSub":
		return two("{#1}_{#2}", "e", "sub")
	case "rad":
		degree, ok := part("deg")
		if degree == "" {
			inner, ok2 := part("e")
			return `\sqrt{` + inner + "}", ok && ok2
		}
		return two(`\sqrt[#1]{#2}`, "deg", "e")
	case "d":
		inner, ok := part("e")
		return "(" + inner + ")", ok && len(n.Children("e")) == 1 && n.Child("dPr").Child("begChr") == nil
	case "ctrlPr", "rPr", "fPr", "sSupPr", "sSubPr", "radPr", "dPr", "bookmarkStart", "bookmarkEnd", "proofErr":
		return "", true
	}
	return "", false
}

func officeAll(n *markup.Node) (string, bool) {
	var b strings.Builder
	for _, k := range n.Kids {
		if k.Name == "" {
			continue
		}
		s, ok := officeMath(k)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

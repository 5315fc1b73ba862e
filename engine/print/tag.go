package print

import (
	"fmt"
	"strings"
)

// element is a part of the document as a screen reader tells it: a heading, a
// paragraph, a table and its cells.
type element struct {
	kind string
	alt  string
	kids []kid
}

// kid is an element within another, or a piece of a page.
type kid struct {
	element *element
	page    int
	marked  int
}

// Begin opens an element of a standard kind (H1, H2, P, Table, TR, TH, TD,
// Figure …) within the innermost open one. Alt says in words what a figure
// shows.
func (d *Document) Begin(kind, alt string) {
	e := &element{kind: kind, alt: alt}
	in := d.open[len(d.open)-1]
	in.kids = append(in.kids, kid{element: e})
	d.open = append(d.open, e)
}

// End closes the innermost element.
func (d *Document) End() {
	if len(d.open) == 1 {
		d.fail(ErrTag)
		return
	}
	d.open = d.open[:len(d.open)-1]
}

// mark begins a piece of the page that belongs to the innermost open element,
// or to a paragraph of its own where none is open.
func (d *Document) mark(p *page, lang string) {
	in := d.open[len(d.open)-1]
	if in == d.root {
		in = &element{kind: "P"}
		d.root.kids = append(d.root.kids, kid{element: in})
	}
	id := len(p.marked)
	p.marked = append(p.marked, in)
	in.kids = append(in.kids, kid{page: len(d.pages) - 1, marked: id})
	if lang == "" {
		fmt.Fprintf(&p.body, "/%s <</MCID %d>> BDC\n", in.kind, id)
		return
	}
	fmt.Fprintf(&p.body, "/%s <</MCID %d /Lang (%s)>> BDC\n", in.kind, id, plain(lang))
}

// plain keeps the characters of a language code.
func plain(lang string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, lang)
}

// structure writes the elements below parent and returns the number of each.
func (w *writer) structure(d *Document, pages []int, root int) int {
	numbers := map[*element]int{}
	var write func(e *element, parent int) int
	write = func(e *element, parent int) int {
		n := w.reserve()
		numbers[e] = n
		var kids strings.Builder
		for _, k := range e.kids {
			if k.element != nil {
				fmt.Fprintf(&kids, " %d 0 R", write(k.element, n))
			} else {
				fmt.Fprintf(&kids, " <</Type /MCR /Pg %d 0 R /MCID %d>>", pages[k.page], k.marked)
			}
		}
		extra := ""
		if e.alt != "" {
			extra += " /Alt " + text(e.alt)
		}
		if e.kind == "TH" {
			extra += " /A <</O /Table /Scope /Column>>"
		}
		w.object(n, "<</Type /StructElem /S /%s /P %d 0 R%s /K [%s]>>", e.kind, parent, extra, strings.TrimSpace(kids.String()))
		return n
	}
	top := write(d.root, root)
	tree := w.reserve()
	var nums strings.Builder
	for i, p := range d.pages {
		fmt.Fprintf(&nums, " %d [", i)
		for _, e := range p.marked {
			fmt.Fprintf(&nums, " %d 0 R", numbers[e])
		}
		nums.WriteString(" ]")
	}
	w.object(tree, "<</Nums [%s ]>>", nums.String())
	w.object(root, "<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>", top, tree, len(d.pages))
	return top
}

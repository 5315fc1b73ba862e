package print

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// writer writes the objects of a PDF file (ISO 32000-1, version 1.7).
type writer struct {
	out     bytes.Buffer
	offsets []int // by object number; 0 is none
}

// reserve gives out the next object number.
func (w *writer) reserve() int {
	if len(w.offsets) == 0 {
		w.offsets = append(w.offsets, 0)
	}
	w.offsets = append(w.offsets, 0)
	return len(w.offsets) - 1
}

func (w *writer) object(n int, format string, args ...any) {
	w.offsets[n] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n", n)
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteString("\nendobj\n")
}

// stream writes data with a dictionary, packed unless it is packed already.
func (w *writer) stream(n int, dict string, data []byte, packed bool) {
	if !packed {
		data = deflate(data)
		dict += " /Filter /FlateDecode"
	}
	w.offsets[n] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n<<%s /Length %d>>\nstream\n", n, dict, len(data))
	w.out.Write(data)
	w.out.WriteString("\nendstream\nendobj\n")
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err == nil {
		_, err = z.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err) // the level is valid, and a buffer takes everything
	}
	return b.Bytes()
}

// text is a string of characters as PDF writes it: UTF-16 with its mark.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

func date(t time.Time) string { return "(D:" + t.UTC().Format("20060102150405") + "Z)" }

// Bytes ends the document and returns it, or the first error. A document has
// one page at least.
func (d *Document) Bytes() ([]byte, error) {
	if len(d.open) != 1 {
		d.fail(ErrTag)
	}
	if len(d.pages) == 0 {
		d.fail(ErrPlace)
	}
	if d.err != nil {
		return nil, d.err
	}
	w := &writer{}
	w.out.WriteString(Head + d.lead.String())
	catalog, tree, info, meta, root := w.reserve(), w.reserve(), w.reserve(), w.reserve(), w.reserve()
	fontNumber := w.font(d)
	images := make([]int, len(d.images))
	for i, img := range d.images {
		images[i] = w.image(img)
	}
	pages := w.pages(d, tree, fontNumber, images)
	w.structure(d, pages, root)
	w.object(info, "<</Title %s /Author %s /Subject %s /CreationDate %s /ModDate %s /Producer (Gongyuan)>>",
		text(d.info.Title), text(d.info.Author), text(d.info.Subject), date(d.info.Created), date(d.info.Created))
	w.stream(meta, "/Type /Metadata /Subtype /XML", d.metadata(), true)
	w.object(catalog, "<</Type /Catalog /Pages %d 0 R /Lang (%s) /MarkInfo <</Marked true>> /StructTreeRoot %d 0 R "+
		"/Metadata %d 0 R /ViewerPreferences <</DisplayDocTitle true>>>>", tree, plain(d.info.Language), root, meta)
	return w.end(catalog, info), nil
}

func (w *writer) pages(d *Document, tree, fontNumber int, images []int) []int {
	numbers := make([]int, len(d.pages))
	for i := range numbers {
		numbers[i] = w.reserve()
	}
	var kids strings.Builder
	for i, p := range d.pages {
		content := w.reserve()
		w.stream(content, "", p.body.Bytes(), false)
		var used strings.Builder
		for n := range d.images {
			if p.images[n] {
				fmt.Fprintf(&used, " /I%d %d 0 R", n+1, images[n])
			}
		}
		w.object(numbers[i], "<</Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R /Tabs /S /StructParents %d "+
			"/Resources <</Font <</F1 %d 0 R>> /XObject <<%s>>>>>>", tree, number(d.info.Width*point), number(d.info.Height*point), content, i, fontNumber, used.String())
		fmt.Fprintf(&kids, " %d 0 R", numbers[i])
	}
	w.object(tree, "<</Type /Pages /Count %d /Kids [%s]>>", len(d.pages), strings.TrimSpace(kids.String()))
	return numbers
}

// font writes the subset and returns the number of the font.
func (w *writer) font(d *Document) int {
	f, s := d.font, d.subset
	file := s.file()
	n, descendant, descriptor, data, unicode := w.reserve(), w.reserve(), w.reserve(), w.reserve(), w.reserve()
	name := tagOf(file) + "+" + f.name
	thousandth := func(v int) int { return v * 1000 / f.unit }
	w.object(n, "<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>", name, descendant, unicode)
	var widths strings.Builder
	for _, glyph := range s.order {
		fmt.Fprintf(&widths, " %d", thousandth(f.advance(glyph)))
	}
	w.object(descendant, "<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "+
		"/CIDToGIDMap /Identity /FontDescriptor %d 0 R /DW 1000 /W [0 [%s]]>>", name, descriptor, strings.TrimSpace(widths.String()))
	w.object(descriptor, "<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R>>",
		name, thousandth(f.box[0]), thousandth(f.box[1]), thousandth(f.box[2]), thousandth(f.box[3]), thousandth(f.ascent), thousandth(f.descent), thousandth(f.capital), data)
	w.stream(data, fmt.Sprintf("/Length1 %d", len(file)), file, false)
	w.stream(unicode, "", s.characters(), false)
	return n
}

// tagOf names a subset by six capitals, as the format asks; other subsets of
// the font get others.
func tagOf(file []byte) string {
	sum := sha256.Sum256(file)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// characters is the table by which readers copy and search the text. A block
// of it has a hundred rows at most.
func (s *subset) characters() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	var rows []string
	for n, r := range s.text {
		if r == 0 {
			continue
		}
		row := fmt.Sprintf("<%04X> <", n)
		for _, u := range utf16.Encode([]rune{r}) {
			row += fmt.Sprintf("%04X", u)
		}
		rows = append(rows, row+">\n")
	}
	for len(rows) > 0 {
		block := rows[:min(100, len(rows))]
		rows = rows[len(block):]
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", len(block), strings.Join(block, ""))
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// metadata says once more, in XMP, what the document is.
func (d *Document) metadata() []byte {
	escaped := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
		return b.String()
	}
	at := d.info.Created.UTC().Format(time.RFC3339)
	var relations strings.Builder
	if len(d.info.Relations) > 0 {
		relations.WriteString("<dc:relation><rdf:Bag>")
		for _, r := range d.info.Relations {
			relations.WriteString("<rdf:li>" + escaped(r) + "</rdf:li>")
		}
		relations.WriteString("</rdf:Bag></dc:relation>")
	}
	return fmt.Appendf(nil, "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"+
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"+
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">"+
		"<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>"+
		"<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>"+
		"<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>"+
		"%s<xmp:CreateDate>%s</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
		escaped(d.info.Title), escaped(d.info.Author), plain(d.info.Language), relations.String(), at)
}

// end writes the table of objects and the trailer. The file's id is a digest
// of what it says.
func (w *writer) end(catalog, info int) []byte {
	id := sha256.Sum256(w.out.Bytes())
	at := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets))
	for _, o := range w.offsets[1:] {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets), catalog, info, id[:16], id[:16], at)
	return w.out.Bytes()
}

package plain

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"
)

// body is where Word keeps the text.
const body = "word/document.xml"

// ReadDocx reads a Word document with its pictures, formulas, and raised and
// lowered text. Macros, linked files and fields are left alone; a drawing or a
// formula that cannot be shown drops the item that it stands in, because it
// cannot be answered without.
func ReadDocx(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	raw, err := exchange.ReadAll(r, MaxFile)
	if err != nil {
		return exchange.Import{}, err
	}
	zipped, err := archive.Open(raw)
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	if !zipped.Has(body) {
		return exchange.Import{}, fmt.Errorf("%w: no %s in it", exchange.ErrFormat, body)
	}
	text, err := zipped.Read(body, 64<<20)
	if errors.Is(err, archive.ErrLimit) {
		return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrTooLarge, err)
	}
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	d := &document{numbers: map[string]int{}, shelf: newShelf(zipped, c)}
	if zipped.Has("word/numbering.xml") {
		if raw, err := zipped.Read("word/numbering.xml", 4<<20); err == nil {
			d.numbering(raw)
		}
	}
	if err := d.read(text); err != nil {
		return exchange.Import{}, err
	}
	return parse(c, d.lines, "", d.note, opts)
}

// pictureMark stands for a picture or a formula in a line. It is a private
// character, which no text has.
const (
	pictureMark = "\uE001"
	formulaMark = "\uE002"
)

// document gathers the paragraphs of a Word document as lines.
type document struct {
	lines   []string
	levels  map[string]level // of lists, by numId and level
	numbers map[string]int
	shelf   *shelf
	own     bool // written by this program
}

// level is how a list shows its numbers.
type level struct{ format, text string }

func (d *document) read(raw []byte) error {
	root, err := markup.Parse(raw)
	if err != nil {
		return fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	root.Walk(func(n *markup.Node) bool {
		switch n.Name {
		case "p":
			d.paragraph(n)
		case "tr":
			d.row(n)
		case "Fallback", "sectPr", "del":
		default:
			return true
		}
		return false
	})
	if len(d.lines) > maxLines {
		return fmt.Errorf("%w: over %d paragraphs", exchange.ErrTooLarge, maxLines)
	}
	return nil
}

func (d *document) paragraph(n *markup.Node) {
	d.lines = append(d.lines, strings.Split(d.prefix(n)+d.text(n), "\n")...)
	if len(d.lines) == 1 && strings.TrimSpace(d.lines[0]) == Mark {
		d.own = true
	}
}

// row writes a row of a table as one line, or as many as it has paragraphs
// where it has one cell only.
func (d *document) row(n *markup.Node) {
	cells := n.Children("tc")
	var texts []string
	for _, c := range cells {
		var parts []string
		for _, p := range c.Children("p") {
			parts = append(parts, d.prefix(p)+d.text(p))
		}
		texts = append(texts, strings.Join(parts, "\n"))
	}
	if len(cells) == 1 {
		d.lines = append(d.lines, strings.Split(texts[0], "\n")...)
		return
	}
	d.lines = append(d.lines, strings.ReplaceAll(strings.Join(texts, "\t"), "\n", " "))
}

// numbering learns how lists show their numbers.
func (d *document) numbering(raw []byte) {
	root, err := markup.Parse(raw)
	if err != nil {
		return // a list without numbers is still text
	}
	abstract := map[string]map[string]level{}
	for _, a := range root.Children("abstractNum") {
		levels := map[string]level{}
		for _, l := range a.Children("lvl") {
			levels[l.Attr("ilvl")] = level{value(l.Child("numFmt")), value(l.Child("lvlText"))}
		}
		abstract[a.Attr("abstractNumId")] = levels
	}
	d.levels = map[string]level{}
	for _, num := range root.Children("num") {
		for ilvl, l := range abstract[value(num.Child("abstractNumId"))] {
			d.levels[num.Attr("numId")+"/"+ilvl] = l
		}
	}
}

// prefix is the number that Word shows before a paragraph of a list.
func (d *document) prefix(p *markup.Node) string {
	list := p.Child("pPr").Child("numPr")
	if list == nil {
		return ""
	}
	ilvl := value(list.Child("ilvl"))
	if ilvl == "" {
		ilvl = "0"
	}
	key := value(list.Child("numId")) + "/" + ilvl
	l, known := d.levels[key]
	if !known || l.format == "bullet" || l.format == "none" {
		return ""
	}
	d.numbers[key]++
	n := d.numbers[key]
	if ilvl == "0" { // the lists below begin again
		for k := range d.numbers {
			if k != key && strings.HasPrefix(k, strings.TrimSuffix(key, "0")) {
				delete(d.numbers, k)
			}
		}
	}
	shown := strconv.Itoa(n)
	switch l.format {
	case "upperLetter", "lowerLetter":
		if n > 26 {
			return ""
		}
		shown = string(rune('A' + n - 1))
	case "chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographTraditional":
		shown = chinese(n)
	}
	at, _ := strconv.Atoi(ilvl)
	mark := "%" + strconv.Itoa(at+1)
	if !strings.Contains(l.text, mark) {
		return shown + ". "
	}
	return strings.ReplaceAll(l.text, mark, shown) + " "
}

func chinese(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 10:
		return string(digits[n])
	case n < 20:
		return "十" + strings.TrimSuffix(string(digits[n%10]), "零")
	case n < 100:
		return string(digits[n/10]) + "十" + strings.TrimSuffix(string(digits[n%10]), "零")
	}
	return strconv.Itoa(n)
}

func value(n *markup.Node) string {
	if n == nil {
		return ""
	}
	return n.Attr("val")
}

// note drops an item with a picture or a formula.
func (d *document) note(draft *exchange.Draft, lines []line) {
	for _, l := range lines {
		if strings.ContainsAny(l.raw, pictureMark+formulaMark) {
			draft.DropAt(l.number, exchange.FieldPicture, exchange.Picture, strings.NewReplacer(pictureMark, "【图】", formulaMark, "【公式】").Replace(l.raw))
		}
	}
}

// Formats are the formats of this package.
func Formats() []exchange.Format {
	return []exchange.Format{
		{
			Name: "docx", Title: exchange.Text{ZH: "Word 文档", EN: "Word document"}, Extension: ".docx",
			Media:  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
			Detect: func(s exchange.Sample) bool { return s.HasFile(body) },
			Read:   ReadDocx, Write: WriteDocx,
		},
		{
			Name: "text", Title: exchange.Text{ZH: "文本", EN: "plain text"}, Extension: ".txt", Media: "text/plain; charset=utf-8",
			Detect: detect, Read: Read, Write: Write,
		},
	}
}

// detect is the last resort for text: an item with a number or a field.
func detect(s exchange.Sample) bool {
	for _, raw := range strings.Split(s.Text, "\n") {
		if len(raw) > maxLine {
			return false
		}
		if strings.TrimSpace(raw) == Mark {
			return true
		}
		switch classify(0, raw).kind {
		case begin, section, field:
			return true
		}
	}
	return false
}

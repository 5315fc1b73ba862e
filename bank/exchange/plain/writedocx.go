package plain

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // for the size of pictures
	_ "image/png"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

const (
	contentTypes = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	packageRels = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	documentBegin = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>`
	widest = 480  // pixels of a picture on the page
	emu    = 9525 // units of Word in a pixel
)

// docx is a Word document being written.
type docx struct {
	text     bytes.Buffer
	pictures map[bank.PictureID][]byte
	used     []bank.PictureID
	drawings int
}

// WriteDocx writes a bank as a plain Word document, one paragraph per line of
// what Write writes, with its pictures, bold, and raised and lowered text.
func WriteDocx(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	d := &docx{pictures: b.Pictures()}
	d.text.WriteString(documentBegin)
	verdicts := write(b, d.pictures, d.paragraph)
	d.text.WriteString(`</w:body></w:document>`)
	z := zip.NewWriter(w)
	put := func(name string, data []byte) error {
		out, err := z.Create(name)
		if err == nil {
			_, err = out.Write(data)
		}
		return err
	}
	var rels strings.Builder
	rels.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, id := range d.used {
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/%s"/>`, i+1, exchange.PictureName(id, d.pictures[id]))
	}
	rels.WriteString(`</Relationships>`)
	files := []struct {
		name string
		data []byte
	}{{"[Content_Types].xml", []byte(contentTypes)}, {"_rels/.rels", []byte(packageRels)}, {body, d.text.Bytes()}, {"word/_rels/document.xml.rels", []byte(rels.String())}}
	for _, f := range files {
		if err := put(f.name, f.data); err != nil {
			return nil, fmt.Errorf("docx: write: %w", err)
		}
	}
	for _, id := range d.used {
		if err := put("word/media/"+exchange.PictureName(id, d.pictures[id]), d.pictures[id]); err != nil {
			return nil, fmt.Errorf("docx: write: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("docx: write: %w", err)
	}
	return verdicts, nil
}

var layout = map[string]string{
	"": "", "b": "<w:rPr><w:b/></w:rPr>", "sub": `<w:rPr><w:vertAlign w:val="subscript"/></w:rPr>`, "sup": `<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>`,
}

func (d *docx) paragraph(s string) {
	d.text.WriteString("<w:p>")
	for _, p := range bank.Passages(s) {
		if p.Picture != "" && d.pictures[p.Picture] != nil && bank.PictureMark(p.Picture, p.Words) == mark(p) {
			d.draw(p)
			continue
		}
		text := p.Text
		if p.Picture != "" {
			text = mark(p)
		}
		d.text.WriteString("<w:r>" + layout[p.Tag] + `<w:t xml:space="preserve">`)
		d.text.WriteString(strings.NewReplacer("\t", `</w:t><w:tab/><w:t xml:space="preserve">`, "&#x9;", `</w:t><w:tab/><w:t xml:space="preserve">`).Replace(markup.Escape(text)))
		d.text.WriteString("</w:t></w:r>")
	}
	d.text.WriteString("</w:p>\n")
}

func mark(p bank.Passage) string {
	if p.Words == "" {
		return "[img:" + string(p.Picture) + "]"
	}
	return "[img:" + string(p.Picture) + "|" + p.Words + "]"
}

// draw places a picture in the line.
func (d *docx) draw(p bank.Passage) {
	at := 0
	for at < len(d.used) && d.used[at] != p.Picture {
		at++
	}
	if at == len(d.used) {
		d.used = append(d.used, p.Picture)
	}
	d.drawings++
	wide, high := widest, widest
	if config, _, err := image.DecodeConfig(bytes.NewReader(d.pictures[p.Picture])); err == nil && config.Width > 0 {
		wide = min(config.Width, widest)
		high = max(1, config.Height*wide/config.Width)
	}
	id, size := strconv.Itoa(d.drawings), fmt.Sprintf(`cx="%d" cy="%d"`, wide*emu, high*emu)
	fmt.Fprintf(&d.text, `<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent %s/><wp:docPr id="%s" name="图 %s" descr="%s"/>`, size, id, id, markup.EscapeAttr(p.Words))
	fmt.Fprintf(&d.text, `<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%s" name="图 %s"/><pic:cNvPicPr/></pic:nvPicPr>`, id, id)
	fmt.Fprintf(&d.text, `<pic:blipFill><a:blip r:embed="rId%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext %s/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`, at+1, size)
}

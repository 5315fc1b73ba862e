package qti

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"path"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"
)

const (
	manifestName = "imsmanifest.xml"
	maxXML       = 16 << 20 // bytes of one XML file
)

// Formats are the versions, as the registry knows them.
func Formats() []exchange.Format {
	var out []exchange.Format
	for _, v := range []string{"3.0", "2.2"} {
		out = append(out, exchange.Format{
			Name: "qti-" + v, Title: exchange.Text{ZH: "QTI " + v + " 题包", EN: "QTI " + v + " package"}, Extension: ".zip", Media: "application/zip",
			Read: Read, Write: func(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) { return write(w, b, v) },
			Detect: func(s exchange.Sample) bool { return v == "2.2" && detect(s) },
		})
	}
	return append(out, exchange.Format{
		Name: "qti-2.1", Title: exchange.Text{ZH: "QTI 1.2、2.0、2.1（只读）", EN: "QTI 1.2, 2.0, 2.1 (read only)"}, Extension: ".zip", Media: "application/zip",
		Read: Read, Detect: func(exchange.Sample) bool { return false },
	})
}

// detect finds any version, for one reader reads them all.
func detect(s exchange.Sample) bool {
	for _, f := range s.Files {
		if path.Base(f) == manifestName {
			return true
		}
	}
	if s.HasFile("[content_types].xml") {
		return false // an Office document
	}
	return s.Begins("assessmentItem", "qti-assessment-item", "questestinterop") ||
		slices.ContainsFunc(s.Files, func(f string) bool { return path.Ext(f) == ".xml" })
}

// Read reads a package of any version, or a single file of items.
func Read(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	raw, err := exchange.ReadAll(r, exchange.MaxFile)
	if err != nil {
		return exchange.Import{}, err
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	p := &pack{Collector: c, own: opts.Bank, seen: map[string]bool{}}
	if !bytes.HasPrefix(raw, []byte("PK")) {
		root, err := p.parse(raw)
		if err != nil {
			return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrFormat, err)
		}
		if !p.file(resource{}, "", raw, root) {
			return exchange.Import{}, fmt.Errorf("%w: the root is <%s>", exchange.ErrFormat, root.Name)
		}
		return c.Done()
	}
	if p.zip, err = archive.Open(raw); err != nil {
		if errors.Is(err, archive.ErrLimit) {
			return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrTooLarge, err)
		}
		return exchange.Import{}, fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	if err := p.read(); err != nil {
		return exchange.Import{}, err
	}
	return c.Done()
}

// pack is a package being read.
type pack struct {
	*exchange.Collector
	own  bank.ID
	zip  *archive.Archive
	seen map[string]bool // files that were read as items
}

// resource is an entry of a manifest.
type resource struct {
	id, kind, href string
	files          []string
	needs          []string // other resources
	meta           *markup.Node
	line           int
}

func (p *pack) parse(raw []byte) (*markup.Node, error) {
	if len(raw) > maxXML {
		return nil, markup.ErrLimit
	}
	return markup.Parse(raw)
}

// read goes through the manifest, or where there is none through every XML
// file of the archive.
func (p *pack) read() error {
	for _, name := range p.zip.Unsafe {
		p.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: name, Reason: exchange.UnsafePath, Old: name})
	}
	at := slices.IndexFunc(p.zip.Names(), func(n string) bool { return strings.EqualFold(path.Base(n), manifestName) })
	if at < 0 {
		for _, name := range p.zip.Names() {
			if strings.EqualFold(path.Ext(name), ".xml") {
				p.open(resource{href: name}, name, false)
			}
		}
		return nil
	}
	name := p.zip.Names()[at]
	raw, err := p.zip.Read(name, maxXML)
	if err != nil {
		return fmt.Errorf("%w: %w", exchange.ErrFormat, err)
	}
	root, err := p.parse(raw)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", exchange.ErrFormat, name, err)
	}
	p.bankTitle(root)
	all := p.resources(root, name)
	byID := map[string]*resource{}
	for i := range all {
		byID[all[i].id] = &all[i]
	}
	for _, r := range all {
		r.files = append(slices.Clone(r.files), needed(&r, byID, 0)...)
		p.open(r, name, true)
	}
	return nil
}

func (p *pack) bankTitle(root *markup.Node) {
	for _, n := range find(root.Child("metadata"), "bank") {
		if n.Space == ownSpace {
			p.Title(attr(n, "title"))
		}
	}
}

// resources lists the manifest's entries in their order.
func (p *pack) resources(root *markup.Node, from string) []resource {
	var out []resource
	for _, n := range find(root, "resource") {
		r := resource{id: n.Attr("identifier"), kind: n.Attr("type"), meta: n.Child("metadata"), line: n.Line}
		take := func(href string) string {
			if href == "" || !local(href) {
				return ""
			}
			// xml:base is not used by any known exporter and is not followed.
			name, err := archive.Resolve(from, href)
			if err != nil {
				p.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: from, Row: n.Line, Reason: exchange.UnsafePath, Old: href})
				return ""
			}
			return name
		}
		if r.href = take(n.Attr("href")); r.href == "" {
			r.href = take(n.Attr("file")) // as Blackboard writes it
		}
		for _, f := range n.Children("file") {
			if name := take(f.Attr("href")); name != "" {
				r.files = append(r.files, name)
			}
		}
		for _, dep := range n.Children("dependency") {
			r.needs = append(r.needs, dep.Attr("identifierref"))
		}
		out = append(out, r)
	}
	return out
}

// needed lists the files of the resources that one depends on.
func needed(r *resource, all map[string]*resource, depth int) []string {
	var out []string
	if depth > 3 || len(r.needs) > 64 {
		return nil
	}
	for _, id := range r.needs {
		if other := all[id]; other != nil && !isItem(other.kind) {
			out = append(append(out, other.files...), needed(other, all, depth+1)...)
		}
		if len(out) > 1000 {
			return out[:1000]
		}
	}
	return out
}

// isItem tells whether a resource type is one of items.
func isItem(kind string) bool {
	k := strings.ToLower(kind)
	return strings.Contains(k, "imsqti_item") || strings.Contains(k, "apipitem") || strings.Contains(k, "imsqti_xmlv1p") || strings.Contains(k, "imsqti_asiv1p") || strings.Contains(k, "x-bb-qti-")
}

// open reads the file of a resource. told tells that the manifest names it.
func (p *pack) open(r resource, from string, told bool) {
	if r.href == "" && len(r.files) > 0 {
		r.href = r.files[0]
	}
	ext := strings.ToLower(path.Ext(r.href))
	if p.seen[r.href] || ext != ".xml" && (ext != ".dat" || !isItem(r.kind)) {
		return
	}
	p.seen[r.href] = true
	raw, err := p.zip.Read(r.href, maxXML)
	if err != nil {
		reason := exchange.MissingFile
		if errors.Is(err, archive.ErrLimit) {
			reason = exchange.TooLong
		}
		if told && isItem(r.kind) {
			p.drop(from, r.line, reason, r.href)
		}
		return
	}
	root, err := p.parse(raw)
	if err != nil {
		if isItem(r.kind) || !told {
			p.drop(r.href, 0, exchange.Malformed, err.Error())
		}
		return
	}
	if !p.file(r, r.href, raw, root) && isItem(r.kind) {
		p.drop(r.href, 0, exchange.NotItems, root.Name)
	}
}

// drop refuses a file that should have been an item.
func (p *pack) drop(sheet string, row int, reason exchange.Reason, old string) {
	d := exchange.NewDraft(sheet, row)
	d.Drop(exchange.FieldRaw, reason, old)
	p.Add(d)
}

// file reads the items of a file. It reports false where it holds none.
func (p *pack) file(r resource, name string, raw []byte, root *markup.Node) bool {
	switch canon(root.Name) {
	case "assessmentitem":
		if utf8, err := markup.UTF8(raw); err == nil {
			raw = utf8
		}
		p.item(r, name, raw, root)
	case "questestinterop":
		utf8, err := markup.UTF8(raw)
		if err != nil {
			return false
		}
		p.version1(r, name, utf8, root)
	case "assessmenttest", "assessmentsection":
		p.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: name, Reason: exchange.NotItems, Old: root.Name})
		return true
	default:
		return false
	}
	return true
}

// media keeps the files of an item. One that is missing or too large is said.
func (p *pack) media(d *exchange.Draft, from string, hrefs []string) []bank.Media {
	var out []bank.Media
	if p.zip == nil {
		for _, href := range hrefs {
			if local(href) {
				d.Change(exchange.FieldMedia, exchange.MissingFile, href, "")
			}
		}
		return nil
	}
	seen := map[string]bool{from: true}
	for _, href := range hrefs {
		if !local(href) {
			continue
		}
		name, err := archive.Resolve(from, href)
		if err != nil {
			d.Drop(exchange.FieldMedia, exchange.UnsafePath, href)
			continue
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		raw, err := p.zip.Read(name, exchange.MaxMedia)
		switch {
		case errors.Is(err, archive.ErrMissing):
			d.Change(exchange.FieldMedia, exchange.MissingFile, href, "")
		case err != nil:
			d.Drop(exchange.FieldMedia, exchange.MediaTooLarge, href)
		default:
			kind := mime.TypeByExtension(path.Ext(name))
			if kind == "" {
				kind = "application/octet-stream"
			}
			out = append(out, p.Media(name, kind, raw))
		}
	}
	return out
}

// local tells whether a reference means a file of the package.
func local(href string) bool {
	scheme, _, found := strings.Cut(href, ":")
	return href != "" && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "//") && (!found || strings.ContainsAny(scheme, "/.?#"))
}

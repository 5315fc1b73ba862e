package markup

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits on a document.
const (
	MaxDepth      = 128
	MaxElements   = 1_000_000 // pieces of text between them counted too
	MaxAttributes = 64
)

// What Parse refuses.
var (
	ErrMarkup  = errors.New("markup: not well-formed XML")
	ErrLimit   = errors.New("markup: the XML is too deep or has too many elements")
	ErrDoctype = errors.New("markup: XML with declarations of its own is refused")
)

// Node is an element, or a piece of text where Name is empty.
type Node struct {
	Name  string // without its prefix
	Space string // namespace
	Attrs []xml.Attr
	Text  string
	Kids  []*Node
	Line  int
	// Start and End are where the element stands in the document.
	Start, End int64
}

// Parse reads a document into a tree.
func Parse(raw []byte) (*Node, error) {
	var root *Node
	err := Each(raw, func(n *Node, depth int) bool {
		if depth == 0 {
			root = n
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	return root, nil
}

// Each reads a document and calls visit with each element once it is complete,
// children first. Where visit returns true the element is dropped from the
// tree, so that a long file of small elements needs little memory.
func Each(raw []byte, visit func(n *Node, depth int) bool) error {
	raw, err := UTF8(raw)
	if err != nil {
		return err
	}
	if err := scanTags(raw); err != nil {
		return err
	}
	w := &walker{raw: raw, dec: newDecoder(raw)}
	for {
		start := w.dec.InputOffset()
		token, err := w.dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMarkup, err)
		}
		if err := w.take(token, start, visit); err != nil {
			return err
		}
	}
	if len(w.open) > 0 || !w.rooted {
		return fmt.Errorf("%w: it ends too early", ErrMarkup)
	}
	return nil
}

func newDecoder(raw []byte) *xml.Decoder {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "latin1", "windows-1252", "gb2312", "gbk", "gb18030":
			return in, nil // UTF8 has seen to it
		}
		return nil, fmt.Errorf("encoding %q: save the file as UTF-8", charset)
	}
	return dec
}

type walker struct {
	raw      []byte
	dec      *xml.Decoder
	open     []*Node
	rooted   bool
	elements int
	line     int
	seen     int64 // how far lines are counted
}

// lineAt counts lines as the document is read, once over.
func (w *walker) lineAt(offset int64) int {
	if offset > w.seen {
		w.line += bytes.Count(w.raw[w.seen:offset], []byte{'\n'})
		w.seen = offset
	}
	return w.line + 1
}

func (w *walker) take(token xml.Token, start int64, visit func(*Node, int) bool) error {
	switch t := token.(type) {
	case xml.Directive:
		if bytes.ContainsAny(t, "[") || bytes.Contains(t, []byte("ENTITY")) {
			return ErrDoctype
		}
	case xml.StartElement:
		if w.elements++; w.elements > MaxElements || len(w.open) >= MaxDepth || len(t.Attr) > MaxAttributes {
			return fmt.Errorf("%w: line %d", ErrLimit, w.lineAt(start))
		}
		n := &Node{Name: t.Name.Local, Space: t.Name.Space, Attrs: t.Copy().Attr, Line: w.lineAt(start), Start: start}
		if len(w.open) > 0 {
			up := w.open[len(w.open)-1]
			up.Kids = append(up.Kids, n)
		}
		w.open, w.rooted = append(w.open, n), true
	case xml.EndElement:
		n := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		n.End = w.dec.InputOffset()
		if visit(n, len(w.open)) && len(w.open) > 0 {
			up := w.open[len(w.open)-1]
			up.Kids = up.Kids[:len(up.Kids)-1]
		}
	case xml.CharData:
		if len(w.open) > 0 {
			up := w.open[len(w.open)-1]
			// Pieces are not joined: a text cut up by comments would cost its square.
			if w.elements++; w.elements > MaxElements {
				return fmt.Errorf("%w: line %d", ErrLimit, w.lineAt(start))
			}
			up.Kids = append(up.Kids, &Node{Text: string(t), Line: up.Line})
		}
	}
	return nil
}

// scanTags refuses a tag with too many attributes before the decoder, which
// gathers all of them, gets to see it.
func scanTags(raw []byte) error {
	skip := func(at int, end string) int {
		if i := bytes.Index(raw[at:], []byte(end)); i >= 0 {
			return at + i + len(end)
		}
		return len(raw)
	}
	for at := 0; at < len(raw); {
		next := bytes.IndexByte(raw[at:], '<')
		if next < 0 {
			return nil
		}
		at += next
		switch {
		case bytes.HasPrefix(raw[at:], []byte("<!--")):
			at = skip(at+4, "-->")
			continue
		case bytes.HasPrefix(raw[at:], []byte("<![CDATA[")):
			at = skip(at+9, "]]>")
			continue
		case bytes.HasPrefix(raw[at:], []byte("<?")):
			at = skip(at+2, "?>")
			continue
		}
		quote, count := byte(0), 0
		for at++; at < len(raw); at++ {
			c := raw[at]
			if quote != 0 {
				if c == quote {
					quote = 0
				}
				continue
			}
			if c == '"' || c == '\'' {
				quote = c
			} else if c == '>' {
				break
			} else if c == '=' {
				if count++; count > MaxAttributes {
					return fmt.Errorf("%w: a tag has over %d attributes", ErrLimit, MaxAttributes)
				}
			}
		}
	}
	return nil
}

var latinDecl = regexp.MustCompile(`(?i)^\s*<\?xml[^>]*encoding=["'](iso-8859-1|latin1|windows-1252)["']`)

var chineseDecl = regexp.MustCompile(`(?i)^\s*<\?xml[^>]*encoding=["'](gb2312|gbk|gb18030)["']`)

// UTF8 returns a document in UTF-8, whatever its byte order mark says it is in.
func UTF8(raw []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		return raw[3:], nil
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	case latinDecl.Match(raw[:min(len(raw), 200)]) && !utf8.Valid(raw):
		var b bytes.Buffer
		for _, c := range raw {
			b.WriteRune(rune(c))
		}
		return b.Bytes(), nil
	case chineseDecl.Match(raw[:min(len(raw), 200)]) && !utf8.Valid(raw):
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMarkup, err)
		}
		return out, nil
	default:
		return raw, nil
	}
	raw = raw[2:]
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// Attr returns an attribute's value by its name without prefix.
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Child returns the first child element of that name, or nil.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Children returns the child elements of that name.
func (n *Node) Children(name string) []*Node {
	if n == nil {
		return nil
	}
	var out []*Node
	for _, k := range n.Kids {
		if k.Name == name {
			out = append(out, k)
		}
	}
	return out
}

// Walk calls visit with n and every element below it, parents first, and does
// not go below one for which visit returns false.
func (n *Node) Walk(visit func(*Node) bool) {
	if n == nil || n.Name != "" && !visit(n) {
		return
	}
	for _, k := range n.Kids {
		k.Walk(visit)
	}
}

// Content returns the text of the element and all below it, as it stands.
func (n *Node) Content() string {
	if n == nil {
		return ""
	}
	if n.Name == "" {
		return n.Text
	}
	var b strings.Builder
	var add func(*Node)
	add = func(n *Node) {
		b.WriteString(n.Text)
		for _, k := range n.Kids {
			add(k)
		}
	}
	add(n)
	return b.String()
}

// Escape writes text for XML, as content or as a quoted attribute. Characters
// that XML cannot hold become U+FFFD.
func Escape(s string) string {
	var b strings.Builder
	// A strings.Builder always writes. Line breaks stay as they are for people.
	_ = xml.EscapeText(&b, []byte(s))
	return strings.NewReplacer("&#xA;", "\n", "&#34;", "&quot;", "&#39;", "'").Replace(b.String())
}

// EscapeAttr writes text for a quoted attribute, line breaks included.
func EscapeAttr(s string) string {
	return strings.ReplaceAll(Escape(s), "\n", "&#10;")
}

package diploma

import (
	"fmt"
	"regexp"
	"strings"

	"gongyuan/engine/certificate"
)

// Sheet is one certificate to be printed.
type Sheet struct {
	Certificate    certificate.Certificate
	DocumentNumber string // in clear
	Portrait       []byte // JPEG or PNG; nil leaves an empty frame
	// Page is the address of the public look-up, such as
	// https://exam.example.org/verify; the QR code carries the signed statement
	// behind it.
	Page   string
	Sample bool  // 样张 across the page
	Form   *Form // nil for the printer's own
}

// Code is what the QR code says: the look-up's address with the signed
// statement as its fragment, which browsers do not send to a server. Who has no
// network checks the part behind # with the body's published keys.
func (s *Sheet) Code() string { return s.Page + "#" + s.Certificate.Statement }

// embedded is how the metadata of our documents holds a QR code's text.
var embedded = regexp.MustCompile(`<rdf:li>[^<#]*#([\w-]+\.[\w-]+\.[\w-]+)</rdf:li>`)

// Statements returns the signed statements that a document of ours carries, a
// page each and in their order: what its QR codes say, readable without a camera.
func Statements(pdf []byte) []string {
	var out []string
	for _, m := range embedded.FindAllSubmatch(pdf, -1) {
		out = append(out, string(m[1]))
	}
	return out
}

// value is what stands for a field of the template.
func (s *Sheet) value(key string) string {
	c := &s.Certificate
	switch key {
	case "number":
		return string(c.Number)
	case "name":
		return c.Name
	case "document":
		return c.Document.Title()
	case "documentNumber":
		return s.DocumentNumber
	case "occupation":
		return c.Occupation.Name
	case "occupationCode":
		return c.Occupation.Code
	case "direction":
		return c.Direction
	case "levelTitle":
		return c.LevelTitle
	case "body":
		return c.Body
	case "date":
		return dateWords(c.Date)
	case "expires":
		if c.Expires == "" {
			return certificate.NoDirection
		}
		return dateWords(c.Expires)
	case "link":
		return strings.TrimPrefix(strings.TrimPrefix(s.Page, "https://"), "http://")
	case "copy":
		if n := c.Reissues(); n > 0 {
			return fmt.Sprintf("第 %d 次补发", n)
		}
	}
	return ""
}

// dateWords writes 2026-10-30 as 2026年10月30日.
func dateWords(d certificate.Date) string {
	parts := strings.Split(string(d), "-")
	if len(parts) != 3 {
		return string(d)
	}
	return parts[0] + "年" + strings.TrimPrefix(parts[1], "0") + "月" + strings.TrimPrefix(parts[2], "0") + "日"
}

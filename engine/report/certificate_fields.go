package report

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// CertificateFacts is what is known of one certificate.
type CertificateFacts struct {
	Number         string
	Name           string
	DocumentType   certificate.DocumentType
	DocumentMasked string
	Occupation     standard.Occupation
	Direction      string
	Level          standard.Level
	LevelTitle     string
	Body           string
	Date           time.Time
	Issued         time.Time
	State          certificate.State
	Reissues       int
	RevokedOn      time.Time
	RevokedFor     string
}

func factsOf(c *certificate.Certificate) CertificateFacts {
	day, _ := time.ParseInLocation(time.DateOnly, string(c.Date), standard.Zone)
	out := CertificateFacts{
		Number: string(c.Number), Name: c.Name, DocumentType: c.Document, DocumentMasked: c.DocumentMasked, Occupation: c.Occupation, Direction: c.Direction,
		Level: c.Level, LevelTitle: c.LevelTitle, Body: c.Body, Date: day, Issued: c.Issued, State: c.State(), Reissues: c.Reissues(),
	}
	if a, ok := c.Revocation(); ok {
		out.RevokedOn, out.RevokedFor = a.At, a.Reason
	}
	return out
}

var certificateStates = map[certificate.State]word{certificate.Valid: {"有效", "valid", "1"}, certificate.Revoked: {"作废", "revoked", "0"}}

func ofCertificate(get func(*CertificateFacts) string) func(*Row) value {
	return func(r *Row) value { return textOf(get(&r.Certificate)) }
}

// certificateFields is what a column about certificates may show. None of it is
// taken from any authority's form.
var certificateFields = []Description{
	{Field: "number", ZH: "序号", EN: "No.", Type: Count, value: func(r *Row) value { return value{count: r.number} }},
	{Field: "certificate", ZH: "证书编号", EN: "Certificate number", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Number })},
	{Field: "name", ZH: "姓名", EN: "Name", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Name })},
	{Field: "documentType", ZH: "证件类型", EN: "Document type", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.DocumentType.Title() })},
	{Field: "documentMasked", ZH: "证件号码（遮盖）", EN: "Document, masked", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.DocumentMasked })},
	{Field: "document", ZH: "证件号码（完整）", EN: "Document, in full", Type: Text, Full: true, value: func(r *Row) value { return textOf(r.Document) }},
	{Field: "occupationCode", ZH: "职业编码", EN: "Occupation code", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Occupation.Code })},
	{Field: "occupation", ZH: "职业名称", EN: "Occupation", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Occupation.Name })},
	{Field: "direction", ZH: "工种/职业方向", EN: "Specialization", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Direction })},
	{Field: "level", ZH: "等级（数字）", EN: "Level, as a number", Type: Count, value: func(r *Row) value { return value{count: int(r.Certificate.Level)} }},
	{Field: "levelTitle", ZH: "等级", EN: "Level", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.LevelTitle })},
	{Field: "body", ZH: "发证机构", EN: "Issued by", Type: Text, value: ofCertificate(func(c *CertificateFacts) string { return c.Body })},
	{Field: "issuedOn", ZH: "发证日期", EN: "Date of issue", Type: Date, value: func(r *Row) value { return dateOf(r.Certificate.Date) }},
	{Field: "state", ZH: "证书状态", EN: "State", Type: Word, value: func(r *Row) value { return value{word: certificateStates[r.Certificate.State]} }},
	{Field: "reissues", ZH: "补发次数", EN: "Reissues", Type: Count, value: func(r *Row) value { return value{count: r.Certificate.Reissues} }},
	{Field: "revokedOn", ZH: "作废日期", EN: "Revoked on", Type: Date, value: func(r *Row) value {
		return value{date: r.Certificate.RevokedOn, none: r.Certificate.RevokedOn.IsZero(), never: true}
	}},
	{Field: "revokedFor", ZH: "作废原因", EN: "Reason of revocation", Type: Text, value: func(r *Row) value {
		return value{text: r.Certificate.RevokedFor, none: r.Certificate.RevokedFor == "", never: true}
	}},
	{Field: "employer", ZH: "工作单位", EN: "Employer", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Employer) }},
	{Field: "admission", ZH: "准考证号", EN: "Admission number", Type: Text, value: func(r *Row) value { return textOf(r.Registration.Admission) }},
	{Field: FixedText, ZH: "固定文字", EN: "Fixed text", Type: Text, Fixed: true},
}

// faults tells which values of a row are not what the map asks for. A document
// number in full must be a valid one.
func (m *Map) faults(r *Row, now time.Time) []Fault {
	var out []Fault
	for i := range m.Columns {
		c := &m.Columns[i]
		d, _ := m.describe(c.Field)
		cell := c.cell(r, &d)
		reason := ""
		switch {
		case cell.Text == "" && c.Required && !cell.Never:
			reason = "value-missing"
		case cell.Text == "":
		case c.Most > 0 && utf8.RuneCountInString(cell.Text) > c.Most:
			reason = "value-too-long"
		case len(c.Allowed) > 0 && !slices.Contains(c.Allowed, cell.Text):
			reason = "value-not-in-list"
		case d.Full && r.Certificate.DocumentType == certificate.ResidentIdentity:
			if n, err := people.NormalIdentity(r.Document, now); err != nil || n != r.Document {
				reason = "identity"
			}
		}
		if reason != "" {
			out = append(out, Fault{certificate.Number(r.Certificate.Number), c.Heading, reason})
		}
	}
	return out
}

// pictureParts is what the name of a picture may be made of.
var pictureParts = map[string]func(*Row) string{
	"{number}": func(r *Row) string { return r.Certificate.Number }, "{name}": func(r *Row) string { return r.Certificate.Name },
	"{document}": func(r *Row) string { return r.Document }, "{admission}": func(r *Row) string { return r.Registration.Admission },
}

// check tells what is wrong with an order, as a *FieldError.
func (o *CertificateOrder) check() error {
	from, err1 := time.Parse(time.DateOnly, o.From)
	until, err2 := time.Parse(time.DateOnly, o.Until)
	switch {
	case err1 != nil:
		return &FieldError{"/from", "date"}
	case err2 != nil:
		return &FieldError{"/until", "date"}
	case until.Before(from):
		return &FieldError{"/until", "before-from"}
	case o.Level < 0 || o.Level > 5:
		return &FieldError{"/level", "no-such-level"}
	case !o.Photos && o.PhotoName != "":
		return &FieldError{"/photoName", "only-with-photos"}
	case o.Photos && !o.named():
		return &FieldError{"/photoName", "photo-name"}
	}
	return nil
}

// named tells whether the rule of pictures' names is one.
func (o *CertificateOrder) named() bool {
	rest := o.PhotoName
	for part := range pictureParts {
		rest = strings.ReplaceAll(rest, part, "")
	}
	const plain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
	return rest != o.PhotoName && strings.Trim(rest, plain) == "" && len(o.PhotoName) <= 80
}

// full tells whether the names of pictures show document numbers.
func (o *CertificateOrder) full() bool { return strings.Contains(o.PhotoName, "{document}") }

// pictureName is the name of a row's picture, without its ending. What a file
// system would not take becomes an underscore.
func (o *CertificateOrder) pictureName(r *Row) string {
	name := o.PhotoName
	for part, get := range pictureParts {
		clean := strings.Map(func(c rune) rune {
			if c < ' ' || strings.ContainsRune(`/\:*?"<>|.{}`, c) {
				return '_'
			}
			return c
		}, get(r))
		name = strings.ReplaceAll(name, part, clean)
	}
	return name
}

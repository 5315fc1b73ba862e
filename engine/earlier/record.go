package earlier

import (
	"errors"
	"strings"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Record is one certificate that was issued elsewhere, named by its number.
type Record struct {
	Number     certificate.Number
	Shape      certificate.Shape
	Holder     Holder
	Occupation standard.Occupation // its code may be ""
	Direction  string              // certificate.NoDirection for none
	Level      standard.Level
	Body       string // that issued it
	Date       string // of issue, 2006-01-02
	Void       bool   // it does not count
	VoidOn     string // "" where not known
	VoidWhy    string
	Removal    *Removal // nil while the record counts
	Version    int      // raised by each change, guards concurrent ones
	Changed    time.Time
	By         people.AccountID
}

// Holder is whose certificate it is.
type Holder struct {
	Name     string
	Document certificate.DocumentType
	Hash     string // keyed hash of the document number
	Sealed   []byte // the number, bound to the certificate's
	Masked   string
}

// Removal is why a record that was entered by mistake does not count.
type Removal struct {
	Why string
	By  people.AccountID
	At  time.Time
}

// SealContext is what the document number of a record is bound to.
func SealContext(n certificate.Number) string { return "earlier:" + string(n) }

// Valid tells whether the holder has a certificate by this record.
func (r *Record) Valid() bool { return r.Removal == nil && !r.Void }

// same tells whether two records say the same.
func (r *Record) same(q *Record) bool {
	return r.Removal == nil && r.Holder.Name == q.Holder.Name && r.Holder.Document == q.Holder.Document && r.Holder.Hash == q.Holder.Hash && r.Occupation == q.Occupation &&
		r.Direction == q.Direction && r.Level == q.Level && r.Body == q.Body && r.Date == q.Date && r.Void == q.Void && r.VoidOn == q.VoidOn && r.VoidWhy == q.VoidWhy
}

// Row is one certificate as a table has it.
type Row struct {
	Number, Name, Document, Occupation, Level, Date, Body string
	DocumentType, Code, Direction, State, VoidOn, VoidWhy string
}

// shape takes the headings that exports of certificates have, too.
var shape = intake.Shape[Row]{Needed: 7, Missing: "table-head-earlier", Columns: []intake.Column[Row]{
	{Names: []string{"证书编号", "证书号", "certificate number", "certificate"}, Of: func(r *Row) *string { return &r.Number }},
	intake.Name(func(r *Row) *string { return &r.Name }),
	{Names: []string{"证件号码", "证件号码（完整）", "身份证件号", "身份证号", "身份证号码", "id number", "document, in full"}, Of: func(r *Row) *string { return &r.Document }},
	{Names: []string{"职业名称", "职业", "occupation"}, Of: func(r *Row) *string { return &r.Occupation }},
	{Names: []string{"等级", "职业技能等级", "等级（数字）", "level"}, Of: func(r *Row) *string { return &r.Level }},
	{Names: []string{"发证日期", "date of issue"}, Of: func(r *Row) *string { return &r.Date }},
	{Names: []string{"发证机构", "评价机构", "issued by"}, Of: func(r *Row) *string { return &r.Body }},
	{Names: []string{"证件类型", "document type"}, Of: func(r *Row) *string { return &r.DocumentType }},
	{Names: []string{"职业编码", "occupation code"}, Of: func(r *Row) *string { return &r.Code }},
	{Names: []string{"工种/职业方向", "职业方向", "工种", "specialization"}, Of: func(r *Row) *string { return &r.Direction }},
	{Names: []string{"证书状态", "state"}, Of: func(r *Row) *string { return &r.State }},
	{Names: []string{"作废日期", "revoked on"}, Of: func(r *Row) *string { return &r.VoidOn }},
	{Names: []string{"作废原因", "reason of revocation"}, Of: func(r *Row) *string { return &r.VoidWhy }},
}}

// Head is the headings of a table to fill in.
func Head() []string { return shape.Head() }

// Table reads the rows of a table, as intake.Shape does.
func Table(cells [][]string) ([]Row, []int, error) { return shape.Read(cells) }

func void(s string) (is, known bool) {
	switch strings.ToLower(s) {
	case "", "有效", "valid", "1":
		return false, true
	case "作废", "已作废", "revoked", "0":
		return true, true
	}
	return false, false
}

// read makes a record of a row and the document number in its normal form, or
// says which field is wrong and why. It trims.
func (r *Row) read(now time.Time, today string) (rec Record, document, field, reason string) {
	shape.Trim(r)
	if r.DocumentType == "" {
		r.DocumentType = string(certificate.ResidentIdentity)
	}
	if r.Direction == "" {
		r.Direction = certificate.NoDirection
	}
	number := certificate.NormalNumber(r.Number)
	form, wrong := number.ShapeOf()
	kind, typed := certificate.DocumentOf(r.DocumentType)
	document, bad := certificate.CheckDocument(kind, r.Document, now)
	level, ranked := intake.Level(r.Level)
	date, dated := intake.Day(r.Date)
	ended, ends := intake.Day(r.VoidOn)
	is, said := void(r.State)
	var at *certificate.NumberError
	switch {
	case errors.As(wrong, &at) && at.Position > 0:
		return rec, "", "number", "number-position"
	case wrong != nil:
		return rec, "", "number", "number-shape"
	case r.Name == "" || intake.Longer(r.Name, 60):
		return rec, "", "name", "length-1-60"
	case !typed:
		return rec, "", "documentType", "document-type"
	case bad != nil && kind == certificate.ResidentIdentity:
		return rec, "", "document", "identity"
	case bad != nil:
		return rec, "", "document", "characters"
	case r.Occupation == "" || intake.Longer(r.Occupation, 60):
		return rec, "", "occupation", "length-1-60"
	case !ranked, form == certificate.LevelShape && level != standard.Level(number[15]-'0'):
		return rec, "", "level", map[bool]string{true: "other-level-in-number", false: "no-such-level"}[ranked]
	case !dated:
		return rec, "", "date", "day"
	case date > today:
		return rec, "", "date", "in-the-future"
	case r.Body == "" || intake.Longer(r.Body, 80):
		return rec, "", "body", "length-2-80"
	case intake.Longer(r.Code, 20), intake.Longer(r.Direction, 60), intake.Longer(r.VoidWhy, 500):
		return rec, "", "direction", "maxLength"
	case !said:
		return rec, "", "state", "certificate-state"
	case r.VoidOn != "" && !ends:
		return rec, "", "voidOn", "day"
	}
	rec = Record{
		Number: number, Shape: form, Occupation: standard.Occupation{Code: r.Code, Name: r.Occupation}, Direction: r.Direction, Level: level, Body: r.Body, Date: date,
		Void: is, VoidOn: ended, VoidWhy: r.VoidWhy, Holder: Holder{Name: r.Name, Document: kind, Masked: people.MaskIdentity(document)},
	}
	return rec, document, "", ""
}

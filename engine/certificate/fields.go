package certificate

// FieldKey names a printed field.
type FieldKey string

// The printed fields.
const (
	FieldTitle       FieldKey = "title"
	FieldText        FieldKey = "text"
	FieldName        FieldKey = "name"
	FieldDocument    FieldKey = "document"
	FieldDocumentNo  FieldKey = "documentNumber"
	FieldOccupation  FieldKey = "occupation"
	FieldDirection   FieldKey = "direction"
	FieldLevel       FieldKey = "level"
	FieldNumber      FieldKey = "number"
	FieldPhotograph  FieldKey = "photograph"
	FieldCheck       FieldKey = "check" // also the content of the QR code
	FieldLookup      FieldKey = "lookup"
	FieldBodyLookup  FieldKey = "bodyLookup"
	FieldBody        FieldKey = "body"
	FieldDate        FieldKey = "date"
	FieldVoided      FieldKey = "voided"
	nationalLookup            = "http://jndj.osta.org.cn"
	nationalBodies            = "http://pjjg.osta.org.cn"
	certificateTitle          = "职业技能等级证书"
	certificateText           = "持证人通过本机构组织的职业技能等级认定，具备下列职业和等级的技能水平，特发此证。本机构对认定结果负责。"
)

// Field is one field of the printed page.
type Field struct {
	Key     FieldKey
	LabelZH string
	LabelEN string
	Value   string // NoDirection ("--") where it is empty
}

// Print is what the page needs beside the certificate.
type Print struct {
	DocumentNumber string // in full, by Registry.DocumentNumber; the masked one where empty
	CheckAddress   string // where this certificate is looked up; nothing personal in it
	Text           string // the body's own wording; empty for the usual one
	Photograph     string // a reference that the page resolves
}

// printedField says how a field comes about.
type printedField struct {
	key    FieldKey
	zh, en string
	value  func(*Certificate, Print) string
}

// printed is the order of the page. A body's own template is a later matter.
var printed = []printedField{
	{FieldTitle, "证书名称", "Certificate", func(*Certificate, Print) string { return certificateTitle }},
	{FieldText, "正文", "Text", func(_ *Certificate, p Print) string {
		if p.Text != "" {
			return p.Text
		}
		return certificateText
	}},
	{FieldName, "姓名", "Name", func(c *Certificate, _ Print) string { return c.Name }},
	{FieldDocument, "证件类型", "Document type", func(c *Certificate, _ Print) string { return c.Document.Title() }},
	{FieldDocumentNo, "证件号码", "Document number", func(c *Certificate, p Print) string {
		if p.DocumentNumber != "" {
			return p.DocumentNumber
		}
		return c.DocumentMasked
	}},
	{FieldOccupation, "职业名称", "Occupation", func(c *Certificate, _ Print) string { return c.Occupation.Name }},
	{FieldDirection, "工种/职业方向", "Specialization", func(c *Certificate, _ Print) string { return c.Direction }},
	{FieldPhotograph, "照片", "Photograph", func(_ *Certificate, p Print) string { return p.Photograph }},
	{FieldLevel, "职业技能等级", "Skill level", func(c *Certificate, _ Print) string { return c.LevelTitle }},
	{FieldNumber, "证书编号", "Certificate number", func(c *Certificate, _ Print) string { return string(c.Number) }},
	{FieldCheck, "查验本证书", "Check this certificate", func(_ *Certificate, p Print) string { return p.CheckAddress }},
	{FieldLookup, "全国联网查询：证书", "National look-up: certificates", func(*Certificate, Print) string { return nationalLookup }},
	{FieldBodyLookup, "全国联网查询：机构", "National look-up: bodies", func(*Certificate, Print) string { return nationalBodies }},
	{FieldBody, "发证机构", "Issued by", func(c *Certificate, _ Print) string { return c.Body }},
	{FieldDate, "发证日期", "Date of issue", func(c *Certificate, _ Print) string { return c.Date.Chinese() }},
}

// Fields returns the printed fields in their order. A revoked certificate has
// one more, the first, which says since when it is void.
func Fields(c Certificate, p Print) []Field {
	var out []Field
	if a, ok := c.Revocation(); ok {
		out = append(out, Field{FieldVoided, "已作废", "Void since", DateOf(a.At).Chinese()})
	}
	for _, f := range printed {
		v := f.value(&c, p)
		if v == "" {
			v = NoDirection
		}
		out = append(out, Field{f.key, f.zh, f.en, v})
	}
	return out
}

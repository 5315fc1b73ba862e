package certificate

import (
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
)

// DocumentType is the kind of document that says who somebody is.
type DocumentType string

// The documents that a certificate may name.
const (
	ResidentIdentity   DocumentType = "resident-identity"
	Passport           DocumentType = "passport"
	HongKongMacauPass  DocumentType = "hong-kong-macau-pass" // #nosec G101 -- a kind of document, no password
	TaiwanPass         DocumentType = "taiwan-pass"
	ResidencePermit    DocumentType = "residence-permit"
	PermanentResidence DocumentType = "permanent-residence"
)

// documentTitles are the names of documents as printed, and in English.
var documentTitles = map[DocumentType][2]string{
	ResidentIdentity:   {"居民身份证", "Resident identity card"},
	Passport:           {"护照", "Passport"},
	HongKongMacauPass:  {"港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macau residents"},
	TaiwanPass:         {"台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"},
	ResidencePermit:    {"港澳台居民居住证", "Residence permit for Hong Kong, Macau and Taiwan residents"},
	PermanentResidence: {"外国人永久居留身份证", "Foreign permanent resident identity card"},
}

// Title returns the document's name as printed.
func (d DocumentType) Title() string { return documentTitles[d][0] }

// TitleEN returns the document's name in English.
func (d DocumentType) TitleEN() string { return documentTitles[d][1] }

// normalDocument makes the normal form of a document number as typed.
func normalDocument(raw string) string { return strings.ToUpper(narrow(raw)) }

// CheckDocument returns the normal form of a document number, or a *FieldError
// where it cannot be one.
func CheckDocument(d DocumentType, raw string, now time.Time) (string, error) {
	if d == ResidentIdentity {
		n, err := people.NormalIdentity(raw, now)
		if err != nil {
			return "", &FieldError{"/documentNumber", "identity"}
		}
		return n, nil
	}
	if _, known := documentTitles[d]; !known {
		return "", &FieldError{"/document", "unknown"}
	}
	n := normalDocument(raw)
	if len(n) < 5 || len(n) > 30 || strings.Trim(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()-") != "" {
		return "", &FieldError{"/documentNumber", "characters"}
	}
	return n, nil
}

// normalName makes the form in which names are compared: no spaces, half
// width, one kind of middle dot, lower case.
func normalName(raw string) string {
	dots := strings.NewReplacer("•", "·", "‧", "·", "・", "·", "∙", "·")
	return strings.ToLower(dots.Replace(narrow(raw)))
}

// MaskName shows the first character of a name: 王＊. The number of stars says
// no more than whether the name has two characters or more.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	switch rest := utf8.RuneCountInString(name[size:]); {
	case rest == 0:
		return "＊"
	case rest == 1:
		return string(first) + "＊"
	}
	return string(first) + "＊＊"
}

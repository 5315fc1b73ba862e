package people

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/standard"
)

// ExaminerEntry is somebody's entry in the register of examiners (考评员名册): what
// they are qualified for, and whom they must not examine.
type ExaminerEntry struct {
	Account     AccountID
	Grade       standard.Grade
	CardNumber  string // of the examiner's card (考评员证), "" for none
	CardUntil   string // the last day on which the card is valid, 2006-01-02; "" for none
	Employer    string // 工作单位, "" where not known
	Assessments []YearAssessment
	Relations   []Relation
	Version     int // raised by each change, guards concurrent ones
}

// YearAssessment is a yearly assessment of an examiner (年度考核). Of several for
// one year the last counts; the earlier ones stay.
type YearAssessment struct {
	Year   int
	Result AssessmentResult
	Note   string
	By     AccountID
	At     time.Time
}

// AssessmentResult is what a yearly assessment found.
type AssessmentResult string

// The results of a yearly assessment.
const (
	AssessedPassed AssessmentResult = "passed"
	AssessedFailed AssessmentResult = "failed"
)

// Relation is a declared tie to a candidate, for which an examiner stands back
// (回避). The candidate is named by the keyed hash of the identity number, so
// that somebody who is not registered yet can be declared too.
type Relation struct {
	IDHash   string // by Sealer.Hash
	IDMasked string // by MaskIdentity, for showing
	Kind     RelationKind
	Note     string
	By       AccountID // who declared it
	At       time.Time
	// Withdrawn tells that it was declared by mistake; nil while it holds.
	Withdrawn *RelationWithdrawal
}

// RelationWithdrawal is why a relation does not hold, and who said so.
type RelationWithdrawal struct {
	Why string
	By  AccountID
	At  time.Time
}

// RelationKind is what ties an examiner to a candidate.
type RelationKind string

// The kinds of relation.
const (
	Relative      RelationKind = "relative" // 亲属
	Teacher       RelationKind = "teacher"  // 师徒
	OtherRelation RelationKind = "other"
)

// Errors of the register of examiners.
var (
	ErrConflict = errors.New("people: changed meanwhile")
	ErrInvalid  = errors.New("people: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/cardUntil"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("people: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// The longest texts of an entry, in characters.
const (
	mostCard     = 40
	mostEmployer = 80
	mostNote     = 500
)

// Check tells what is wrong with an entry, as a *FieldError. A card has a
// number and a last day, or neither.
func (e *ExaminerEntry) Check() error {
	_, err := time.Parse(time.DateOnly, e.CardUntil)
	switch {
	case !e.Grade.Valid():
		return &FieldError{"/grade", "unknown"}
	case len([]rune(e.CardNumber)) > mostCard:
		return &FieldError{"/cardNumber", "length-0-40"}
	case e.CardUntil != "" && err != nil:
		return &FieldError{"/cardUntil", "date"}
	case e.CardNumber == "" && e.CardUntil != "":
		return &FieldError{"/cardNumber", "card-number-and-day"}
	case e.CardNumber != "" && e.CardUntil == "":
		return &FieldError{"/cardUntil", "card-number-and-day"}
	case len([]rune(e.Employer)) > mostEmployer:
		return &FieldError{"/employer", "length-0-80"}
	}
	return nil
}

// Check tells what is wrong with a yearly assessment that is entered at now, as
// a *FieldError.
func (a *YearAssessment) Check(now time.Time) error {
	switch {
	case a.Year < 2000 || a.Year > now.In(standard.Zone).Year():
		return &FieldError{"/year", "year"}
	case a.Result != AssessedPassed && a.Result != AssessedFailed:
		return &FieldError{"/result", "unknown"}
	case len([]rune(a.Note)) > mostNote:
		return &FieldError{"/note", "length-0-500"}
	}
	return nil
}

// Check tells what is wrong with a relation, as a *FieldError.
func (r *Relation) Check() error {
	switch {
	case r.Kind != Relative && r.Kind != Teacher && r.Kind != OtherRelation:
		return &FieldError{"/kind", "unknown"}
	case len([]rune(r.Note)) > mostNote:
		return &FieldError{"/note", "length-0-500"}
	case r.Kind == OtherRelation && strings.TrimSpace(r.Note) == "":
		return &FieldError{"/note", "required"}
	}
	return nil
}

// Assessment returns the assessment that counts in a year: the latest of that
// year, else the latest of the year before. It is false where there is neither.
func (e *ExaminerEntry) Assessment(year int) (YearAssessment, bool) {
	for _, y := range []int{year, year - 1} {
		for _, a := range slices.Backward(e.Assessments) {
			if a.Year == y {
				return a, true
			}
		}
	}
	return YearAssessment{}, false
}

// Related returns the relations to the person with that hash that hold.
func (e *ExaminerEntry) Related(idHash string) []Relation {
	var out []Relation
	for _, r := range e.Relations {
		if r.IDHash == idHash && r.Withdrawn == nil {
			out = append(out, r)
		}
	}
	return out
}

// SameEmployer tells whether two employers read alike: spaces, letter case and
// full-width forms aside. What is not known is nobody's employer.
func SameEmployer(a, b string) bool {
	a, b = plain(a), plain(b)
	return a != "" && a == b
}

// plain is a text without spaces, in half-width lower case.
func plain(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '　' || r == '\t' || r == '\u00a0':
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s))
}

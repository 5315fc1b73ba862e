package filing

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// ID names an entry of the register.
type ID string

// Own is the entry of the installation's own body. There is one at most,
// because the id is unique.
const Own ID = "own"

// Kind is what is filed.
type Kind string

// The kinds.
const (
	Body Kind = "body" // 评价机构
	Site Kind = "site" // 站点
)

// State is how far an entry has come.
type State string

// The states.
const (
	Applied    State = "applied"    // 申请
	Assessed   State = "assessed"   // 评估
	Opinion    State = "opinion"    // 意见
	Reviewed   State = "reviewed"   // 复核
	Filed      State = "filed"      // 备案
	Registered State = "registered" // 登记
	Changed    State = "changed"    // 变更
	Renewed    State = "renewed"    // 延续
	Ended      State = "ended"      // 终止
)

// States lists them in their order.
func States() []State {
	return []State{Applied, Assessed, Opinion, Reviewed, Filed, Registered, Changed, Renewed, Ended}
}

// Act is a step that leads to the state of the same place in the table.
type Act string

// The acts.
const (
	Apply    Act = "apply"
	Assess   Act = "assess"
	Opine    Act = "opine"
	Review   Act = "review"
	File     Act = "file"
	Register Act = "register"
	Change   Act = "change"
	Renew    Act = "renew"
	End      Act = "end"
)

// Acts lists them in their order.
func Acts() []Act { return []Act{Apply, Assess, Opine, Review, File, Register, Change, Renew, End} }

// inForce is what may follow once an entry is filed.
var inForce = map[Act]State{Register: Registered, Change: Changed, Renew: Renewed, End: Ended}

// moves is the only place where a state changes. What has ended may apply anew.
var moves = map[State]map[Act]State{
	"":         {Apply: Applied},
	Applied:    {Assess: Assessed, End: Ended},
	Assessed:   {Opine: Opinion, End: Ended},
	Opinion:    {Review: Reviewed, End: Ended},
	Reviewed:   {File: Filed, End: Ended},
	Filed:      inForce,
	Registered: {Change: Changed, Renew: Renewed, End: Ended},
	Changed:    inForce,
	Renewed:    inForce,
	Ended:      {Apply: Applied},
}

// Next returns the state that an act leads to, or ErrState.
func (s State) Next(a Act) (State, error) {
	if to, ok := moves[s][a]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s what is %q: %w", a, s, ErrState)
}

// May lists the acts that are possible, in their order.
func (s State) May() []Act {
	var out []Act
	for _, a := range Acts() {
		if _, ok := moves[s][a]; ok {
			out = append(out, a)
		}
	}
	return out
}

// counts tells whether the state is one in which a filing is in force.
func (s State) counts() bool {
	return s == Filed || s == Registered || s == Changed || s == Renewed
}

// Subject is who or what is filed.
type Subject struct {
	Name     string
	Code     string // the body's four digits or the site's serial, "" where none is given yet
	Of       ID     // the body of a site, "" of a body
	City     string
	Address  string
	Contact  string // person or telephone
	Standing string // what kind of organisation, such as 社会培训评价组织
}

// Step is one thing that happened to an entry.
type Step struct {
	Act      Act
	On       string // the day, 2006-01-02
	Document string // number or title of the document, "" where there is none
	Note     string
	From     string // first day of validity, of File and Renew
	Until    string // last day of validity, of File and Renew
	By       people.AccountID
	At       time.Time
}

// Filing is an entry of the register.
type Filing struct {
	ID      ID
	Kind    Kind
	Subject Subject
	State   State
	From    string // first day of validity, "" while not filed
	Until   string // last day of validity
	Steps   []Step // in order; nothing is taken out
	Version int    // raised by each change, guards concurrent ones
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("filing: not found")
	ErrConflict  = errors.New("filing: changed by someone else meanwhile")
	ErrDuplicate = errors.New("filing: already there")
	ErrForbidden = errors.New("filing: not yours to do")
	ErrState     = errors.New("filing: not possible in this state")
	ErrInvalid   = errors.New("filing: invalid")
	// What Permit says.
	ErrNone     = errors.New("filing: the installation's own body is not entered")
	ErrNotFiled = errors.New("filing: the installation's own body is not filed")
	ErrRunOut   = errors.New("filing: the filing of the installation's own body is not valid today")
	// What PermitSite says.
	ErrSite = errors.New("filing: the site is not filed, or its filing is not valid today")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/name"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("filing: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// check tells what is wrong with a subject, as a *FieldError. It trims.
func (s *Subject) check(k Kind) error {
	for _, t := range []*string{&s.Name, &s.Code, &s.City, &s.Address, &s.Contact, &s.Standing} {
		*t = strings.TrimSpace(*t)
	}
	digits := map[Kind]int{Body: 4, Site: 6}[k]
	switch {
	case digits == 0:
		return &FieldError{"/kind", "unknown"}
	case !within(s.Name, 2, 80):
		return &FieldError{"/name", "length-2-80"}
	case s.Code != "" && (len(s.Code) != digits || strings.Trim(s.Code, "0123456789") != ""):
		return &FieldError{"/code", fmt.Sprintf("digits-%d", digits)}
	case k == Body && s.Of != "":
		return &FieldError{"/of", "only-of-a-site"}
	case k == Site && s.Of == "":
		return &FieldError{"/of", "required"}
	case !within(s.City, 0, 40):
		return &FieldError{"/city", "maxLength"}
	case !within(s.Address, 0, 120):
		return &FieldError{"/address", "maxLength"}
	case !within(s.Contact, 0, 80):
		return &FieldError{"/contact", "length-0-80"}
	case !within(s.Standing, 0, 80):
		return &FieldError{"/standing", "length-0-80"}
	}
	return nil
}

// Today is the day in China on which t falls.
func Today(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

// day tells whether a text is a day that exists.
func day(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// check tells what is wrong with a step after those that are there, as a
// *FieldError. It trims.
func (s *Step) check(after []Step, today string) error {
	s.Document, s.Note = strings.TrimSpace(s.Document), strings.TrimSpace(s.Note)
	dated := s.Act == File || s.Act == Renew
	switch {
	case !day(s.On):
		return &FieldError{"/on", "date"}
	case s.On > today:
		return &FieldError{"/on", "in-the-future"}
	case len(after) > 0 && s.On < after[len(after)-1].On:
		return &FieldError{"/on", "before-last-step"}
	case !within(s.Document, 0, 80):
		return &FieldError{"/document", "length-0-80"}
	case s.Act != Apply && s.Act != End && s.Document == "":
		return &FieldError{"/document", "required"}
	case !within(s.Note, 0, 500):
		return &FieldError{"/note", "length-0-500"}
	case s.Act == End && s.Note == "":
		return &FieldError{"/note", "required"}
	case !dated && s.From != "":
		return &FieldError{"/from", "only-when-filed"}
	case !dated && s.Until != "":
		return &FieldError{"/until", "only-when-filed"}
	case dated && !day(s.From):
		return &FieldError{"/from", "date"}
	case dated && !day(s.Until):
		return &FieldError{"/until", "date"}
	case dated && s.Until < s.From:
		return &FieldError{"/until", "before-from"}
	}
	return nil
}

// Then returns the entry after a step. Validity begins with File and Renew and
// is gone with End; a change leaves it. It returns ErrState or a *FieldError.
func (f Filing) Then(s Step, now time.Time) (Filing, error) {
	next, err := f.State.Next(s.Act)
	if err != nil {
		return f, err
	}
	if err := s.check(f.Steps, Today(now)); err != nil {
		return f, err
	}
	f.State = next
	switch s.Act {
	case File, Renew:
		f.From, f.Until = s.From, s.Until
	case End, Apply:
		f.From, f.Until = "", ""
	}
	f.Steps = append(append([]Step(nil), f.Steps...), s)
	return f, nil
}

// Valid tells whether the entry is in force at a moment: nil, ErrNotFiled or
// ErrRunOut.
func (f *Filing) Valid(at time.Time) error {
	today := Today(at)
	switch {
	case !f.State.counts():
		return ErrNotFiled
	case today < f.From || today > f.Until:
		return ErrRunOut
	}
	return nil
}

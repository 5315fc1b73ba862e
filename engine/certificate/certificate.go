package certificate

import (
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Certificate is one certificate as issued, and what was done to it since.
// What was issued never changes; State and Reissues are read off the acts.
type Certificate struct {
	Number       Number
	Series       Series
	Serial       int
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Candidate    people.CandidateID

	Name           string // as printed
	NameKey        string // by normalName; look-up compares this
	Document       DocumentType
	DocumentSealed []byte // by people.Sealer.Seal, bound to the intake
	DocumentHash   string // by people.Sealer.Hash
	DocumentMasked string // 1101**********002X

	Occupation standard.Occupation
	Direction  string // 工种/职业方向; NoDirection where there is none
	Level      standard.Level
	LevelTitle string // "三级/高级工"
	Body       string // the certifying body's name as filed

	Date    Date      // of issue, as printed
	Expires Date      // the last day on which it counts; "" for always
	Issued  time.Time // when it was recorded, to the second
	By      people.AccountID
	// Template is the version of the body's template that it is printed after;
	// 0 is the one that the program was started with.
	Template int

	Statement string // signed; VerifyStatement reads it
	LogIndex  int64  // its leaf, NotLogged until it has one

	Acts []Act // in order
}

// NoDirection is printed where an occupation has no direction.
const NoDirection = "--"

// NotLogged is the log index of what has no leaf yet.
const NotLogged int64 = -1

// Qualified is somebody who has passed everything and is to be certified.
type Qualified struct {
	Sitting        sitting.ID
	Registration   sitting.RegistrationID
	Candidate      people.CandidateID
	Name           string
	Document       DocumentType
	DocumentNumber string // in clear; kept sealed
	Occupation     standard.Occupation
	Direction      string // empty where there is none
	Level          standard.Level
	LevelTitle     string
	Site           string // six digits of the site where it was gained; empty for the rule's
	Date           Date   // of issue; empty means today
	Template       int    // version of the template to print it after
}

// State is whether a certificate counts.
type State string

// The states of a certificate.
const (
	Valid   State = "valid"
	Revoked State = "revoked"
	Expired State = "expired" // valid until its last day; nothing was done to it
)

// ActKind is what is done to a certificate after its issue.
type ActKind string

// The acts. A reissue prints the same number again.
const (
	Reissue ActKind = "reissue"
	Revoke  ActKind = "revoke"
)

// Act is one thing done to a certificate. Acts are numbered from 1 without a
// gap, and each is stored once.
type Act struct {
	Number   Number
	Seq      int // from 1
	Kind     ActKind
	Reason   string
	By       people.AccountID
	Second   people.AccountID // who confirmed it
	At       time.Time        // to the second
	LogIndex int64
}

// moves is the only place where a certificate's state changes.
var moves = map[State]map[ActKind]State{
	Valid: {Reissue: Valid, Revoke: Revoked},
}

// Next returns the state that an act leads to, or ErrState.
func (s State) Next(k ActKind) (State, error) {
	if to, ok := moves[s][k]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a certificate that is %s: %w", k, s, ErrState)
}

// State returns what the acts have made of the certificate.
func (c *Certificate) State() State {
	s := Valid
	for _, a := range c.Acts {
		if next, err := s.Next(a.Kind); err == nil {
			s = next
		}
	}
	return s
}

// Standing is State, and Expired for a valid one after its last day.
func (c *Certificate) Standing(today Date) State {
	if s := c.State(); s != Valid || c.Expires == "" || today <= c.Expires {
		return s
	}
	return Expired
}

// Revocation returns the act that revoked the certificate, if one did.
func (c *Certificate) Revocation() (Act, bool) {
	for _, a := range c.Acts {
		if a.Kind == Revoke {
			return a, true
		}
	}
	return Act{}, false
}

// Reissues counts how often it was printed again.
func (c *Certificate) Reissues() int {
	n := 0
	for _, a := range c.Acts {
		if a.Kind == Reissue {
			n++
		}
	}
	return n
}

// Errors of this package.
var (
	ErrNotFound     = errors.New("certificate: not found")
	ErrInvalid      = errors.New("certificate: invalid")
	ErrState        = errors.New("certificate: not possible in this state")
	ErrDiffers      = errors.New("certificate: issued already with other content")
	ErrSecondPerson = errors.New("certificate: the second person must be somebody else")
	ErrConflict     = errors.New("certificate: changed by somebody else")
	ErrTaken        = sequence.ErrTaken
	ErrBusy         = sequence.ErrBusy
	ErrStatement    = errors.New("certificate: statement refused")
	ErrLog          = errors.New("certificate: log refused")
)

// FieldError names what is wrong with an intake or a rule.
type FieldError struct {
	Field  string // JSON pointer, such as "/name"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("certificate: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

package correction

import (
	"errors"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
)

// ID names a request.
type ID string

// About is what shall be put right.
type About string

// What a candidate may ask about.
const (
	Name     About = "name"
	Number   About = "number" // 证件号码
	Employer About = "employer"
	Other    About = "other"
)

// State is where a request stands.
type State string

// The states: a request is sent once and decided once.
const (
	Sent    State = "sent"
	Done    State = "done"
	Refused State = "refused"
)

// Request is what a candidate asks.
type Request struct {
	ID        ID
	Candidate people.CandidateID
	About     About
	Wish      string // how it should read; sealed at rest
	At        time.Time
	State     State
	Answer    string // to the candidate
	By        people.AccountID
	Decided   time.Time
	Version   int
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("correction: not found")
	ErrForbidden = errors.New("correction: not allowed")
	ErrConflict  = errors.New("correction: changed meanwhile")
	ErrInvalid   = errors.New("correction: invalid")
	// ErrOpen tells that a request about the same is not decided yet.
	ErrOpen = errors.New("correction: one about the same waits for a decision")
	// ErrMany tells that somebody has asked often enough.
	ErrMany = errors.New("correction: too many requests")
	// ErrDecided tells that a request was decided.
	ErrDecided = errors.New("correction: decided already")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "correction: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

const (
	mostWish   = 200
	mostAnswer = 500
	// mostRequests bounds what one candidate may ask in all.
	mostRequests = 20
)

// check trims a request and tells what is wrong, as a *FieldError.
func (r *Request) check() error {
	r.Wish = people.OneLine(r.Wish)
	n := utf8.RuneCountInString(r.Wish)
	switch {
	case r.About != Name && r.About != Number && r.About != Employer && r.About != Other:
		return &FieldError{"/about", "unknown"}
	case n == 0:
		return &FieldError{"/wish", "required"}
	case n > mostWish || r.About == Name && n > 40:
		return &FieldError{"/wish", "maxLength"}
	}
	return nil
}

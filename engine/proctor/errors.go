package proctor

import "errors"

// Errors of this package.
var (
	ErrNotFound = errors.New("proctor: not found")
	// ErrState tells that the act makes no sense for where the candidate or the
	// call stands.
	ErrState = errors.New("proctor: not possible in this state")
	// ErrConflict tells that a call was changed by somebody else meanwhile.
	ErrConflict = errors.New("proctor: changed meanwhile")
	// ErrUsed tells that an id stands for another act or call already.
	ErrUsed    = errors.New("proctor: id used for something else")
	ErrInvalid = errors.New("proctor: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/text"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "proctor: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

package marking

import "errors"

// Errors of this package.
var (
	ErrNotFound = errors.New("marking: not found")
	// ErrTaken tells that a piece, or the place in it, is in other hands.
	ErrTaken = errors.New("marking: taken")
	// ErrConflict tells that something was changed since its caller read it.
	ErrConflict  = errors.New("marking: changed meanwhile")
	ErrForbidden = errors.New("marking: not yours to do or to read")
	ErrState     = errors.New("marking: not possible in this state")
	// ErrSettled tells that a mark can no longer be corrected.
	ErrSettled = errors.New("marking: settled")
	ErrInvalid = errors.New("marking: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/marks"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "marking: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

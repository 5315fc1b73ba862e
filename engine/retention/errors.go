package retention

import "errors"

// Errors of this package.
var (
	ErrNotFound     = errors.New("retention: not found")
	ErrForbidden    = errors.New("retention: not allowed")
	ErrState        = errors.New("retention: not possible in this state")
	ErrConflict     = errors.New("retention: changed meanwhile")
	ErrSecondPerson = errors.New("retention: a second person is needed")
	ErrInvalid      = errors.New("retention: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return "retention: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

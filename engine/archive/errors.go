package archive

import "errors"

// Errors of this package.
var (
	ErrNotFound  = errors.New("archive: not found")
	ErrForbidden = errors.New("archive: not allowed")
	// ErrState tells that a sitting is not released yet, or that a request
	// stands otherwise.
	ErrState = errors.New("archive: not possible in this state")
	// ErrConflict tells that somebody made an archive, or decided, meanwhile.
	ErrConflict = errors.New("archive: changed meanwhile")
	// ErrSecondPerson tells that who asked may not approve.
	ErrSecondPerson = errors.New("archive: a second person is needed")
	// ErrOver tells that the time for which access was granted is over.
	ErrOver    = errors.New("archive: the access has run out")
	ErrInvalid = errors.New("archive: invalid")
	// ErrBroken tells that a file is not what was written.
	ErrBroken = errors.New("archive: the file was changed or is not whole")
	// ErrFormat tells that a file begins as one of another format. It comes with
	// ErrBroken: a changed first line looks the same.
	ErrFormat = errors.New("another format than this program reads; a later version of it may")
	// ErrKey tells that a key is not at hand.
	ErrKey = errors.New("archive: the key is not at hand")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "archive: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

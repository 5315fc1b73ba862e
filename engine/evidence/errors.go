package evidence

import (
	"errors"
	"fmt"
)

// Errors of this package.
var (
	// ErrNotFound also answers whoever may not know that there is a file.
	ErrNotFound  = errors.New("evidence: not found")
	ErrDuplicate = errors.New("evidence: already there")
	ErrConflict  = errors.New("evidence: changed meanwhile")
	ErrForbidden = errors.New("evidence: not yours to do")
	// ErrClosed tells that nothing may be added or taken away any more.
	ErrClosed = errors.New("evidence: closed")
	// ErrFull tells that the owner has as many files as it may have.
	ErrFull = errors.New("evidence: too many files")
	// ErrRefused comes as a *TypeError, which says why a content is not taken.
	ErrRefused = errors.New("evidence: not taken")
	// ErrDigest tells that what arrived is not what was announced. The parts
	// were dropped.
	ErrDigest  = errors.New("evidence: content is not what was announced")
	ErrInvalid = errors.New("evidence: invalid")
	// ErrParts comes as a *PartsError, which names what is missing.
	ErrParts = errors.New("evidence: parts are missing")
	// ErrSealed is returned for bytes that no known key has sealed.
	ErrSealed = errors.New("evidence: cannot be opened with the keys at hand")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("evidence: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// TypeError says why a content is not taken.
type TypeError struct{ Reason string } // a code that the API turns into a sentence

// Error implements error.
func (e *TypeError) Error() string { return "evidence: not taken: " + e.Reason }

// Unwrap makes every TypeError an ErrRefused.
func (e *TypeError) Unwrap() error { return ErrRefused }

// The reasons of a TypeError.
const (
	notKnown    = "file-type"      // neither PDF nor JPEG nor PNG
	isBroken    = "file-broken"    // begins like one of them and is none
	isTooLarge  = "file-too-large" // more bytes than its type may have
	isTooMany   = "file-pixels"    // more pixels than an image may have
	isEncrypted = "file-encrypted" // a PDF that asks for a password
	noImage     = "file-no-image"  // a portrait that is no image
)

// PartsError names the parts that are missing.
type PartsError struct{ Missing []int }

// Error implements error.
func (e *PartsError) Error() string { return fmt.Sprintf("evidence: parts %v are missing", e.Missing) }

// Unwrap makes every PartsError an ErrParts.
func (e *PartsError) Unwrap() error { return ErrParts }

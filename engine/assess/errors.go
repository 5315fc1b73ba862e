package assess

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of this package.
var (
	ErrNotFound  = errors.New("assess: not found")
	ErrDuplicate = errors.New("assess: already there")
	// ErrConflict tells that a score was changed since its caller read it.
	ErrConflict  = errors.New("assess: changed meanwhile")
	ErrForbidden = errors.New("assess: not yours to do or to read")
	ErrState     = errors.New("assess: not possible in this state")
	// ErrLocked tells that the score is signed and stays as it is.
	ErrLocked = errors.New("assess: score is signed")
	// ErrAbsent tells that the candidate is recorded as absent.
	ErrAbsent  = errors.New("assess: candidate is recorded as absent")
	ErrInvalid = errors.New("assess: invalid")
	// ErrIncomplete comes as a *GapsError, which names what is missing.
	ErrIncomplete = errors.New("assess: score is not complete")
	// ErrSecondPerson tells that the second person must be somebody else.
	ErrSecondPerson = errors.New("assess: the second person must be somebody else")
	// ErrAsked tells that the score has a request to be opened that nobody has
	// decided on.
	ErrAsked = errors.New("assess: a request for it waits")
	// ErrUnsigned tells that there is nothing to open: the score is not signed.
	ErrUnsigned = errors.New("assess: score is not signed")
	// ErrScored tells that somebody cannot be absent: an examiner has scored them.
	ErrScored = errors.New("assess: candidate was scored")
	// ErrReleased tells that results were released and scores stay as they are.
	ErrReleased = errors.New("assess: results were released")
	// ErrUnfit comes as an *UnfitError, which lists the rules that are broken.
	ErrUnfit = errors.New("assess: panel breaks rules")
	// ErrImmutable tells that a version of a sheet is there with other content.
	ErrImmutable = errors.New("assess: a version of a sheet never changes")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/rows/2/note"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("assess: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// UnfitError lists the rules that keep a panel from being appointed.
type UnfitError struct{ Breaches []Breach }

// Error implements error.
func (e *UnfitError) Error() string {
	var parts []string
	for _, b := range e.Breaches {
		parts = append(parts, strings.TrimSpace(string(b.Rule)+" "+string(b.Examiner)))
	}
	return "assess: panel breaks rules: " + strings.Join(parts, ", ")
}

// Unwrap makes every UnfitError an ErrUnfit.
func (e *UnfitError) Unwrap() error { return ErrUnfit }

// GapsError names what keeps a score from being signed, in the sheet's order.
type GapsError struct {
	Rows   []RowID  // 未评
	Vetoes []VetoID // 待判定
	Notes  []RowID  // another deduction was made without a note why
	Facts  []VetoID // 已发生 without the fact that was seen
	// Attachments are those that the sheet requires and that are not there.
	Attachments []AttachmentID
}

// Error implements error.
func (e *GapsError) Error() string {
	var parts []string
	say := func(what string, ids []string) {
		if len(ids) > 0 {
			parts = append(parts, what+" "+strings.Join(ids, ", "))
		}
	}
	say("rows not scored:", texts(e.Rows))
	say("vetoes not decided:", texts(e.Vetoes))
	say("deductions without a note:", texts(e.Notes))
	say("vetoes without a fact:", texts(e.Facts))
	say("not attached:", texts(e.Attachments))
	return "assess: " + strings.Join(parts, "; ")
}

// Unwrap makes every GapsError an ErrIncomplete.
func (e *GapsError) Unwrap() error { return ErrIncomplete }

func (e *GapsError) none() bool {
	return len(e.Rows)+len(e.Vetoes)+len(e.Notes)+len(e.Facts)+len(e.Attachments) == 0
}

func texts[T ~string](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

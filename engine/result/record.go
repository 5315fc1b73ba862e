package result

import (
	"errors"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Cause is why a version of a result came about.
type Cause string

// The causes.
const (
	ByRelease Cause = "release" // the first version
	ByAppeal  Cause = "appeal"  // an appeal changed it
	ByRegrade Cause = "regrade" // a corrected key or a withdrawn item changed it
	ByRuling  Cause = "ruling"  // misconduct or a withheld result, found or lifted
)

// Record is one version of a candidate's released result. Versions are
// inserted once and never change; the highest counts. Before the release there
// is none: the outcome is composed from what was marked and scored so far.
type Record struct {
	Registration sitting.RegistrationID
	Version      int // from 1
	Sitting      sitting.ID
	Candidate    people.CandidateID
	Occupation   standard.Occupation
	Level        standard.Level
	Outcome      Outcome
	Basis        []Basis // by component, in the scheme's order
	Cause        Cause
	CauseID      string // of the appeal, the regrade or the ruling
	Why          string
	By           people.AccountID // who proposed it
	Second       people.AccountID // who approved it, never By
	At           time.Time        // when it came into force
	Sat          time.Time        // when the sitting was released; carry-over counts from here
}

// Basis names what the figure of a component rests on, so that it can be opened
// down to the sheet, row, answer and rule that made it.
type Basis struct {
	Kind    standard.Kind
	Attempt string      // of theory
	Version int         // of the theory result
	Panels  []string    // of skill and review
	Carried CarriedFrom // of a component passed at an earlier sitting
	Appeal  string      // that put other marks in the place of the computed ones
}

// CarriedFrom is the earlier result that a component is carried over from. Its
// zero value is none.
type CarriedFrom struct {
	Registration sitting.RegistrationID
	Sitting      sitting.ID
	Version      int
}

// Errors of results as people deal with them.
var (
	ErrState        = errors.New("result: not possible in this state")
	ErrSecondPerson = errors.New("result: the second person must be somebody else")
	ErrConflict     = errors.New("result: changed meanwhile")
	ErrForbidden    = errors.New("result: not yours to do or to read")
	ErrInvalid      = errors.New("result: invalid")
	ErrDuplicate    = errors.New("result: already there")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/why"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "result: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

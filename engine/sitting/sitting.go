package sitting

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/standard"
)

// ID names a sitting.
type ID string

// State is where a sitting stands.
type State string

// A sitting goes through these states in this order and never back.
const (
	Draft    State = "draft"    // being planned; registrations may be added
	Sealed   State = "sealed"   // papers are drawn and sealed; only places may change
	Open     State = "open"     // candidates may enter within the window
	Closed   State = "closed"   // nobody begins any more; attempts are collected and marked
	Released State = "released" // candidates may see their results
)

// ReleasePolicy says when candidates see their theory result.
type ReleasePolicy string

// AtOnce shows the result with the receipt; AfterRelease when staff release.
const (
	AtOnce       ReleasePolicy = "at-once"
	AfterRelease ReleasePolicy = "after-release"
)

// Valid tells whether p is one of the policies.
func (p ReleasePolicy) Valid() bool { return p == AtOnce || p == AfterRelease }

// Sitting is one theory exam of one level at one time.
type Sitting struct {
	ID         ID
	Title      string
	Site       string // where it is held: an entry of the register of sites, "" where none is named
	Programme  string // 认定计划 that it is part of, "" for none
	Capacity   int    // most people on the roster, 0 for no limit
	Occupation standard.Occupation
	Level      standard.Level
	Blueprint  bank.Blueprint // a copy, taken when the sitting was made
	Opens      time.Time      // nobody starts before
	Closes     time.Time      // nobody writes after, extensions aside
	Duration   time.Duration
	// LateEntry is how long after Opens a candidate may still start; 0 means
	// until Closes.
	LateEntry    time.Duration
	Release      ReleasePolicy
	Explain      bool // whether explanations are shown with a released result
	PapersAhead  bool // whether papers are sent encrypted before the start
	State        State
	Secret       []byte // seeds every paper; kept until the release
	SecretDigest string // hex SHA-256 of Secret, published when sealed
	// Roster lists the registrations that count. A registration is kept
	// before it is listed here, and the listing is what admits it: so a batch
	// enters whole or not at all, and sealing sees one state of the roster.
	Roster    []RegistrationID
	Version   int // raised by each change, guards concurrent ones
	Created   time.Time
	CreatedBy string
	Sealed    time.Time
	SealedBy  string
	// OneSealer lets one person seal the papers; without it two do.
	OneSealer bool
	// Proposal is what the first of two signed; nil for nothing. It is kept
	// once the papers are sealed.
	Proposal *Proposal
	// Opening is how the sitting was opened; nil for one that was not.
	Opening *Opening `json:",omitempty"`
}

// Errors of this package.
var (
	ErrNotFound = errors.New("sitting: not found")
	ErrState    = errors.New("sitting: not possible in this state")
	ErrConflict = errors.New("sitting: changed by someone else meanwhile")
	ErrInvalid  = errors.New("sitting: invalid")
	ErrNotYet   = errors.New("sitting: not open yet")
	ErrFull     = errors.New("sitting: not enough places")
	ErrTooLate  = errors.New("sitting: too late to start")
)

// FieldError names the field of a sitting or registration that is wrong.
type FieldError struct {
	Field  string // JSON pointer within the request, such as "/closes"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("sitting: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Act is something that staff do to a sitting.
type Act string

// The acts that move a sitting on.
const (
	AskSeal  Act = "ask-seal"  // the first of two persons proposes
	DropSeal Act = "drop-seal" // the proposal is taken back, or sent back
	Seal     Act = "seal"
	OpenIt   Act = "open"
	Close    Act = "close"
	Publish  Act = "release"
)

// moves is the only place where a sitting's state changes.
var moves = map[State]map[Act]State{
	Draft:  {AskSeal: Draft, DropSeal: Draft, Seal: Sealed},
	Sealed: {OpenIt: Open},
	Open:   {Close: Closed},
	Closed: {Publish: Released},
}

// Next returns the state that act leads to, or ErrState.
func (s State) Next(act Act) (State, error) {
	if to, ok := moves[s][act]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a sitting that is %s: %w", act, s, ErrState)
}

const mostPlaces = 100_000 // in one sitting

// Check tells what is wrong with a sitting as planned, as a *FieldError.
func (s *Sitting) Check() error {
	switch {
	case len([]rune(s.Title)) < 2 || len([]rune(s.Title)) > 80:
		return &FieldError{"/title", "length-2-80"}
	case s.Duration < time.Minute || s.Duration > 8*time.Hour:
		return &FieldError{"/durationMinutes", "between-1-480"}
	case !s.Closes.After(s.Opens):
		return &FieldError{"/closes", "after-opens"}
	case s.Closes.Sub(s.Opens) > 400*24*time.Hour:
		return &FieldError{"/closes", "window-too-long"}
	case s.Capacity < 0 || s.Capacity > mostPlaces:
		return &FieldError{"/capacity", "between-1-100000"}
	case s.Capacity > 0 && s.Capacity < len(s.Roster):
		return &FieldError{"/capacity", "below-roster"}
	case s.LateEntry < 0 || s.LateEntry > s.Closes.Sub(s.Opens):
		return &FieldError{"/lateEntryMinutes", "within-window"}
	case !s.Release.Valid():
		return &FieldError{"/release", "unknown"}
	}
	return nil
}

// MayStart tells whether a candidate may begin now: nil, ErrState, ErrNotYet
// or ErrTooLate. A begun attempt is not asked again.
func (s *Sitting) MayStart(now time.Time) error {
	switch {
	case s.State != Open && s.State != Sealed:
		return ErrState
	case s.State == Sealed || now.Before(s.Opens):
		return ErrNotYet
	case !now.Before(s.Closes), s.LateEntry > 0 && now.After(s.Opens.Add(s.LateEntry)):
		return ErrTooLate
	}
	return nil
}

// Admits tells whether the registration is on the roster.
func (s *Sitting) Admits(id RegistrationID) bool { return slices.Contains(s.Roster, id) }

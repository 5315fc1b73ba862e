package personnel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/people"
)

// Accounts keeps accounts.
type Accounts interface {
	// InsertAccount returns people.ErrDuplicate where the login is taken.
	InsertAccount(ctx context.Context, a people.Account) error
	// ReplaceAccount stores a with Version+1 if the stored version is still
	// a.Version, else it returns people.ErrConflict. It returns what it stored.
	ReplaceAccount(ctx context.Context, a people.Account) (people.Account, error)
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
	// Accounts lists all by login.
	Accounts(ctx context.Context) ([]people.Account, error)
}

// Sessions keeps sessions, which people.Sessions begins and rotates.
type Sessions interface {
	// SessionsOf lists the tokens of somebody, in no order, also those that were
	// replaced or have expired.
	SessionsOf(ctx context.Context, a people.Audience, subject string) ([]people.Session, error)
	// FamilyLives tells whether a session has a token that expires after now.
	FamilyLives(ctx context.Context, family string, now time.Time) (bool, error)
	// EndFamily ends a session. One that is over is no error.
	EndFamily(ctx context.Context, family string) error
	// EndOthers ends every session of somebody save the one to keep, "" for none.
	EndOthers(ctx context.Context, a people.Audience, subject, keep string) error
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Errors of this package.
var (
	ErrForbidden = errors.New("personnel: not allowed")
	// ErrOwn tells that nobody takes rights from themselves, or gives them:
	// another administrator does.
	ErrOwn     = errors.New("personnel: not for the own account")
	ErrInvalid = errors.New("personnel: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/login"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("personnel: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

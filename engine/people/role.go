package people

import (
	"context"
	"errors"
)

// Accounts finds staff accounts. Account returns ErrNotFound where there is none.
type Accounts interface {
	Account(ctx context.Context, id AccountID) (Account, error)
}

// MustBe returns refused unless the account is there, is in use and holds one of
// the roles. Every desk of the engine asks here before it acts, whatever a route
// asked already; refused is the error that the desk's own callers know. What the
// store says of trouble is returned as it is.
func MustBe(ctx context.Context, from Accounts, who AccountID, refused error, roles ...Role) error {
	_, err := holder(ctx, from, who, refused, roles)
	return err
}

// MustBeUnlimited is MustBe for what is kept of all sittings together: an
// account with limits is outside (ErrOutside), as it could not be shown a part.
func MustBeUnlimited(ctx context.Context, from Accounts, who AccountID, refused error, roles ...Role) error {
	a, err := holder(ctx, from, who, refused, roles)
	if err == nil && !a.Limits().None() {
		return ErrOutside
	}
	return err
}

func holder(ctx context.Context, from Accounts, who AccountID, refused error, roles []Role) (Account, error) {
	if who == "" {
		return Account{}, refused
	}
	a, err := from.Account(ctx, who)
	if errors.Is(err, ErrNotFound) || err == nil && (a.Disabled || !a.Has(roles...)) {
		return Account{}, refused
	}
	return a, err
}

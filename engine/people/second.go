package people

import (
	"context"
	"slices"
	"time"
)

// Handing tells that somebody had what one signs in to an account with: who made
// the account, gave it a password where there was no second factor, or took its
// second factor off. For a while after it nobody can say whether it is its owner
// who acts.
type Handing struct {
	By AccountID
	At time.Time
}

// Pairs tells people apart. Beyond two ids it knows whose hand an account was in.
type Pairs interface {
	// Apart tells whether two accounts can count as two persons.
	Apart(ctx context.Context, a, b AccountID) (bool, error)
}

type pairsKey struct{}

// Paired returns a context of acts whose second person has to be apart from the
// first by p. Without it two ids are two persons.
func Paired(ctx context.Context, p Pairs) context.Context {
	return context.WithValue(ctx, pairsKey{}, p)
}

// Same tells whether by is one of those who acted first, or cannot be told from
// one of them. What cannot be looked up counts as the same person.
func Same[ID ~string](ctx context.Context, by ID, first ...ID) bool {
	if slices.Contains(first, by) {
		return true
	}
	p, ok := ctx.Value(pairsKey{}).(Pairs)
	if !ok {
		return false
	}
	return slices.ContainsFunc(first, func(f ID) bool {
		apart, err := p.Apart(ctx, AccountID(by), AccountID(f))
		return err != nil || !apart
	})
}

package personnel

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyuan/engine/people"
)

// handings is how many an account keeps: more than can fall into any period that
// a rule looks back on.
const handings = 16

// handed notes that by has what one signs in to the account with.
func handed(a *people.Account, by people.AccountID, now time.Time) {
	a.Handed = append(slices.Clone(a.Handed), people.Handing{By: by, At: now})
	a.Handed = a.Handed[max(0, len(a.Handed)-handings):]
}

// Apart tells whether two accounts can count as two persons: not where one of
// them was in the hand of the other within the period, or both in the hand of the
// same one, at first or any further hand. An administrator could else make an
// account, or take over one, and be the second person to the own act. It
// implements people.Pairs.
func (o *Office) Apart(ctx context.Context, a, b people.AccountID) (bool, error) {
	if o.in.Apart <= 0 || a == b {
		return a != b, nil
	}
	of, err := o.hands(ctx, a)
	if err != nil {
		return false, err
	}
	other, err := o.hands(ctx, b)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(of, func(h people.AccountID) bool { return slices.Contains(other, h) }), nil
}

// hands lists whose hand may be at an account: its owner's, and that of everybody
// who had it or an account that had it.
func (o *Office) hands(ctx context.Context, id people.AccountID) ([]people.AccountID, error) {
	since := o.in.Clock.Now().Add(-o.in.Apart)
	all := []people.AccountID{id}
	for i := 0; i < len(all); i++ {
		a, err := o.in.Accounts.Account(ctx, all[i])
		if errors.Is(err, people.ErrNotFound) {
			continue // the program itself, which hands nothing
		}
		if err != nil {
			return nil, err
		}
		for _, h := range a.Handed {
			if h.At.After(since) && !slices.Contains(all, h.By) {
				all = append(all, h.By)
			}
		}
	}
	return all, nil
}

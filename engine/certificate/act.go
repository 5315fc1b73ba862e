package certificate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
)

// Revoke voids a certificate. Two people decide it: second is who confirmed,
// and is not by. A certificate that is revoked already is returned as it is,
// with its first reason. The number is never used again. It returns
// ErrNotFound, ErrSecondPerson, or a *FieldError for a missing reason.
func (r *Registry) Revoke(ctx context.Context, n Number, reason string, by, second people.AccountID) (Certificate, error) {
	if by == second || by == "" || second == "" {
		return Certificate{}, ErrSecondPerson
	}
	return r.act(ctx, Act{Number: n, Kind: Revoke, Reason: reason, By: by, Second: second}, func(c *Certificate) bool {
		return c.State() == Revoked
	})
}

// Reissue records that a certificate is printed again under its number. count
// says which reissue it is, from 1: one that is recorded already is not
// recorded twice. Two people decide it, as with a revocation. It returns
// ErrNotFound, ErrSecondPerson, ErrState for a revoked certificate, or a
// *FieldError for a missing reason or a count that leaves one out.
func (r *Registry) Reissue(ctx context.Context, n Number, count int, reason string, by, second people.AccountID) (Certificate, error) {
	if by == second || by == "" || second == "" {
		return Certificate{}, ErrSecondPerson
	}
	if c, err := r.records.ByNumber(ctx, n); err != nil {
		return Certificate{}, err
	} else if count < 1 || count > c.Reissues()+1 {
		return Certificate{}, &FieldError{"/count", "not-the-next"}
	}
	return r.act(ctx, Act{Number: n, Kind: Reissue, Reason: reason, By: by, Second: second}, func(c *Certificate) bool {
		return c.Reissues() >= count
	})
}

// actTries bounds how often an act yields to another that came first.
const actTries = 20

// act stores an act behind those that it has seen, unless done says that it
// needs no doing. The unique (number, seq) of acts makes two that were decided
// on the same certificate meet: the later one is decided anew.
func (r *Registry) act(ctx context.Context, a Act, done func(*Certificate) bool) (Certificate, error) {
	if a.Reason = strings.TrimSpace(a.Reason); a.Reason == "" || len([]rune(a.Reason)) > 500 {
		return Certificate{}, &FieldError{"/reason", "length-1-500"}
	}
	a.At, a.LogIndex = r.clock.Now().UTC().Truncate(time.Second), NotLogged
	for range actTries {
		c, err := r.records.ByNumber(ctx, a.Number)
		if err != nil {
			return Certificate{}, err
		}
		if done(&c) {
			return r.logged(ctx, c)
		}
		if _, err := c.State().Next(a.Kind); err != nil {
			return Certificate{}, err
		}
		a.Seq = len(c.Acts) + 1
		err = r.records.InsertAct(ctx, a)
		if err == nil {
			c.Acts = append(c.Acts, a)
			return r.logged(ctx, c)
		}
		if !errors.Is(err, ErrTaken) {
			return Certificate{}, fmt.Errorf("%s %s: %w", a.Kind, a.Number, err)
		}
		if err := sequence.Wait(ctx); err != nil {
			return Certificate{}, err
		}
	}
	return Certificate{}, ErrBusy
}

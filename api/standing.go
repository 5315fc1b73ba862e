package api

import (
	"context"
	"errors"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/sitting"
)

// Errors of how an account stands.
var (
	errNeedsPassword = errors.New("api: a password has to be chosen first")
	errNeedsFactor   = errors.New("api: a second factor has to be set up first")
	errGivenRanOut   = errors.New("api: the given password has run out")
)

// admissible returns the actor with the roles of this moment, or why the
// operation is not for them. A token of staff says who they are; what they may,
// and whether they may at all, the gate knows.
func (s *server) admissible(op operation, a Actor, of string) (Actor, error) {
	if a.Audience != people.Staff {
		if !allowed(op, a) {
			return a, errForbidden
		}
		return a, s.signedIn(op, &a)
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	stands, err := s.gate.Standing(ctx, people.AccountID(a.Subject), a.Session)
	if err != nil {
		return a, err
	}
	a.Roles, a.Name, a.Limits = stands.Account.Roles, stands.Account.Name, stands.Account.Limits()
	switch {
	case !allowed(op, a):
		return a, errForbidden
	case op.own:
		return a, nil
	case stands.Needs == personnel.NeedsPassword:
		return a, errNeedsPassword
	case stands.Needs == personnel.NeedsFactor:
		return a, errNeedsFactor
	}
	return a, s.withinLimits(ctx, &a, of)
}

// leased operations of candidates are bound to the lease of a device, which
// another takes over by signing in: an exam goes on without asking each time
// whether its session has ended.
var leased = map[string]bool{"saveOperations": true, "beat": true, "submitAttempt": true}

// signedIn refuses a candidate who has signed out, whose token is good for a
// while by itself. It is, too, while the store does not answer.
func (s *server) signedIn(op operation, a *Actor) error {
	if leased[op.id] {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if lives, err := s.gate.Lives(ctx, a.Session); err == nil && !lives {
		return people.ErrSession
	}
	return nil
}

// withinLimits refuses a sitting that the account does not deal with, before
// anything else is looked at. The packages of the acts refuse it too, by what
// they are given: see sitting.Guard.
func (s *server) withinLimits(ctx context.Context, a *Actor, of string) error {
	if of == "" {
		return nil
	}
	err := sitting.Within(people.Limited(ctx, a.Limits), s.sittings, sitting.ID(of))
	if errors.Is(err, sitting.ErrNotFound) {
		return nil // the handler says so
	}
	return err
}

// still tells whether whoever made a call, and keeps its stream open, may still
// make it.
func (s *server) still(c *call) error {
	_, err := s.admissible(c.op, c.actor, c.sitting)
	return err
}

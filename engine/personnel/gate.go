package personnel

import (
	"context"
	"errors"
	"sync"
	"time"

	"gongyuan/engine/people"
)

// freshness is how old a copy's knowledge of an account may be. With the look
// that streams take every Look, whoever is ended is out everywhere within a
// second.
const freshness = 300 * time.Millisecond

// Look is how often a stream that stays open asks the gate again.
const Look = 400 * time.Millisecond

// blind is how long what is known holds while the store does not answer: an
// exam in progress must not lose its invigilators with the database. It is no
// longer than an access token lives.
const blind = 15 * time.Minute

// Gate tells whether an account and its session still hold. Every request of
// staff asks it; it asks the store at most every 300 ms per session. It is safe
// for concurrent use.
type Gate struct {
	accounts Accounts
	sessions Sessions
	factors  *Factors
	clock    Clock
	mu       sync.Mutex
	known    map[string]known // by family
}

// Standing is an account as it is now, and what it has to do before anything
// else.
type Standing struct {
	Account people.Account
	Needs   Need
}

// Need is what somebody has to do before anything else.
type Need string

// The needs.
const (
	NeedsNothing  Need = ""
	NeedsPassword Need = "own-password"
	NeedsFactor   Need = "second-factor"
)

type known struct {
	Standing
	at time.Time
}

// NewGate returns a Gate.
func NewGate(a Accounts, s Sessions, f *Factors, c Clock) *Gate {
	return &Gate{accounts: a, sessions: s, factors: f, clock: c, known: map[string]known{}}
}

// Needs tells what an account has to do before anything else.
func (g *Gate) Needs(ctx context.Context, a *people.Account) (Need, error) {
	if !a.GivenUntil.IsZero() {
		return NeedsPassword, nil
	}
	demands, err := g.factors.Demands(ctx, a)
	if demands {
		return NeedsFactor, err
	}
	return NeedsNothing, err
}

// Standing returns how the account stands, or people.ErrSession where it was
// disabled or its session was ended.
func (g *Gate) Standing(ctx context.Context, id people.AccountID, family string) (Standing, error) {
	now := g.clock.Now()
	g.mu.Lock()
	have, ok := g.known[family]
	g.mu.Unlock()
	ok = ok && have.Account.ID == id
	if age := now.Sub(have.at); ok && age >= 0 && age < freshness {
		return have.Standing, nil
	}
	found, err := g.look(ctx, id, family, now)
	switch {
	case err == nil:
		g.keep(family, known{found, now})
		return found, nil
	case errors.Is(err, people.ErrSession):
		g.mu.Lock()
		delete(g.known, family)
		g.mu.Unlock()
		return Standing{}, err
	case ok && now.Sub(have.at) < blind:
		return have.Standing, nil
	}
	return Standing{}, err
}

// Lives tells whether a session has not ended, be it of staff or of a candidate.
func (g *Gate) Lives(ctx context.Context, family string) (bool, error) {
	return g.sessions.FamilyLives(ctx, family, g.clock.Now())
}

func (g *Gate) look(ctx context.Context, id people.AccountID, family string, now time.Time) (Standing, error) {
	account, err := g.accounts.Account(ctx, id)
	if errors.Is(err, people.ErrNotFound) || err == nil && account.Disabled {
		return Standing{}, people.ErrSession
	}
	if err != nil {
		return Standing{}, err
	}
	lives, err := g.sessions.FamilyLives(ctx, family, now)
	if err != nil {
		return Standing{}, err
	}
	if !lives {
		return Standing{}, people.ErrSession
	}
	needs, err := g.Needs(ctx, &account)
	return Standing{account, needs}, err
}

// crowded is how many sessions a copy remembers; beyond it the memory starts
// anew, which costs a look each.
const crowded = 4096

func (g *Gate) keep(family string, s known) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.known) >= crowded {
		clear(g.known)
	}
	g.known[family] = s
}

// Forget makes this copy look anew at an account at once. Other copies do so
// within the freshness of what they know.
func (g *Gate) Forget(id people.AccountID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for family, s := range g.known {
		if s.Account.ID == id {
			delete(g.known, family)
		}
	}
}

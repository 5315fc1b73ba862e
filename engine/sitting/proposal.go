package sitting

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Proposal (提请封卷) is the signature of the first of two persons who seal the
// papers.
type Proposal struct {
	By      string
	At      time.Time
	Version int    // of the sitting with the proposal; any later one voids it
	Basis   string // digest of all that the papers follow from
}

// Stands tells whether the first signature counts: nothing of the sitting was
// changed since. Whether places and questions are the same is seen when the
// second person signs.
func (s *Sitting) Stands() bool {
	return s.Proposal != nil && (s.Proposal.Version == s.Version || s.State != Draft)
}

// Errors of sealing by two persons.
var (
	// ErrUnasked refuses to seal what no first person proposed.
	ErrUnasked = errors.New("sitting: nobody proposed to seal")
	// ErrVoid tells that something was changed after the first signature,
	// which is gone.
	ErrVoid = errors.New("sitting: changed since the first signature")
	// ErrSecondPerson refuses the first person as the second.
	ErrSecondPerson = errors.New("sitting: another person has to approve")
)

// ask keeps the first signature. The same person asking again changes nothing.
func (o *Office) ask(ctx context.Context, s Sitting, by people.AccountID) (Sitting, error) {
	if s.OneSealer || s.Stands() && s.Proposal.By != string(by) {
		return s, fmt.Errorf("propose to seal: %w", ErrState)
	}
	if s.Stands() {
		return s, nil
	}
	_, basis, err := o.basis(ctx, &s)
	if err != nil {
		return s, err
	}
	s.Proposal = &Proposal{string(by), o.clock.Now().UTC().Truncate(time.Millisecond), s.Version + 1, basis}
	return o.signed(ctx, s, AskSeal, by, nil, s.Proposal)
}

// drop takes the first signature away: whoever gave it, or the second person.
func (o *Office) drop(ctx context.Context, s Sitting, by people.AccountID) (Sitting, error) {
	if s.Proposal == nil {
		return s, nil
	}
	was := s.Proposal
	s.Proposal = nil
	return o.signed(ctx, s, DropSeal, by, was, nil)
}

func (o *Office) signed(ctx context.Context, s Sitting, act Act, by people.AccountID, before, after *Proposal) (Sitting, error) {
	err := audit.Do(ctx, o.audit, audit.Event{
		Actor: string(by), Act: "sitting." + string(act), Object: "sitting:" + string(s.ID), Before: before, After: after,
	}, func() (err error) {
		s, err = o.store.ReplaceSitting(ctx, s)
		return err
	})
	return s, err
}

// second checks that sealing is the second signature under what was proposed.
// It returns who gets a paper.
func (o *Office) second(ctx context.Context, s *Sitting, by people.AccountID) ([]Registration, error) {
	sit, basis, err := o.basis(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case s.OneSealer:
		return sit, nil
	case s.Proposal == nil:
		return nil, ErrUnasked
	case !s.Stands() || s.Proposal.Basis != basis:
		_, err := o.drop(ctx, *s, by)
		return nil, errors.Join(ErrVoid, err)
	case people.Same(ctx, string(by), s.Proposal.By):
		return nil, ErrSecondPerson
	}
	return sit, nil
}

// basis returns who gets a paper, and the digest of all that the papers follow
// from: the plan, who sits where with what, and the questions that papers are
// drawn from.
func (o *Office) basis(ctx context.Context, s *Sitting) ([]Registration, string, error) {
	roster, err := o.Roster(ctx, *s)
	if err != nil {
		return nil, "", err
	}
	if len(roster) == 0 {
		return nil, "", ErrNobody
	}
	// Whose theory is carried over gets no paper.
	sit := slices.DeleteFunc(slices.Clone(roster), func(r Registration) bool { return !r.Takes(standard.Theory) })
	if slices.ContainsFunc(sit, func(r Registration) bool { return !r.Seated() }) {
		return nil, "", ErrUnseated
	}
	questions, err := o.papers.Basis(ctx, s.Blueprint)
	if err != nil {
		return nil, "", fmt.Errorf("seal: questions: %w", err)
	}
	plan := *s
	plan.Roster, plan.Proposal, plan.Version = nil, nil, 0
	for i := range roster {
		roster[i].Attempt = "" // a sealing that was cut off leaves some behind
	}
	said, err := json.Marshal(struct {
		Plan      Sitting
		Roster    []Registration
		Questions string
	}{plan, roster, questions})
	if err != nil {
		return nil, "", fmt.Errorf("seal: %w", err)
	}
	sum := sha256.Sum256(said)
	return sit, hex.EncodeToString(sum[:]), nil
}

package sitting

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Do carries out an act on the sitting as its caller saw it. An act that was
// done already answers with the sitting as it is. Errors: ErrNotFound,
// ErrConflict for an old version, ErrState, what drawing papers says, for
// sealing by two persons ErrUnasked, ErrVoid and ErrSecondPerson, and for
// opening what Open says.
func (o *Office) Do(ctx context.Context, id ID, version int, act Act, by people.AccountID) (Sitting, error) {
	return o.do(ctx, id, version, act, by, "")
}

func (o *Office) do(ctx context.Context, id ID, version int, act Act, by people.AccountID, reason string) (Sitting, error) {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return Sitting{}, err
	}
	if done[act] == s.State {
		// A close that was cut off is finished by asking again.
		return s, o.after(ctx, s, act, by)
	}
	if s.Version != version {
		return Sitting{}, ErrConflict
	}
	next, err := s.State.Next(act)
	if err != nil {
		return Sitting{}, err
	}
	switch act {
	case AskSeal:
		return o.ask(ctx, s, by)
	case DropSeal:
		return o.drop(ctx, s, by)
	}
	if act == OpenIt {
		if s.Opening, err = o.opening(ctx, &s, by, reason); err != nil {
			return Sitting{}, err
		}
	}
	if act == Seal {
		if s, err = o.seal(ctx, s, by); err != nil {
			return Sitting{}, err
		}
	}
	was := s.State
	s.State = next
	err = audit.Do(ctx, o.audit, audit.Event{
		Actor: string(by), Act: "sitting." + string(act), Object: "sitting:" + string(id), Before: was, After: s.outcome(act),
	}, func() (err error) {
		s, err = o.store.ReplaceSitting(ctx, s)
		return err
	})
	if err != nil {
		return Sitting{}, err
	}
	return s, o.after(ctx, s, act, by)
}

// outcome is what the record keeps of an act: the state, of sealing who signed
// first, of opening what was not done and why it was opened all the same.
func (s *Sitting) outcome(act Act) any {
	switch x := s.Opening; {
	case act == Seal && s.Proposal != nil:
		return map[string]any{"state": s.State, "first": s.Proposal.By, "basis": s.Proposal.Basis}
	case act == OpenIt && x != nil && (len(x.Gaps) > 0 || x.Reason != ""):
		return map[string]any{"state": s.State, "gaps": x.Gaps, "reason": x.Reason}
	}
	return s.State
}

// permitted tells whether the sitting may be opened: its body is filed, and so
// is its site where it names one.
func (o *Office) permitted(ctx context.Context, s *Sitting) error {
	now := o.clock.Now()
	if err := o.permit.Permit(ctx, now); err != nil {
		return err
	}
	if s.Site == "" {
		return nil
	}
	return o.permit.PermitSite(ctx, s.Site, now)
}

// after does what follows an act. Papers are collected once the sitting is
// closed, so that nobody can begin behind the collection's back.
func (o *Office) after(ctx context.Context, s Sitting, act Act, by people.AccountID) error {
	if act != Close {
		return nil
	}
	return o.collect(ctx, s, by)
}

// done is the state in which an act needs no doing again.
var done = map[Act]State{Seal: Sealed, OpenIt: Open, Close: Closed, Publish: Released}

// ErrNobody is returned by sealing a sitting without candidates.
var ErrNobody = errors.New("sitting: nobody is registered")

// ErrUnseated is returned by sealing a sitting where somebody who takes the
// theory exam has no seat.
var ErrUnseated = errors.New("sitting: not everybody has a seat")

// seal draws and keeps a paper for everyone on the roster. Nothing of it
// counts until the caller has replaced the sitting: attempt ids come from the
// new secret, so that papers of a sealing that was cut off are never met.
func (o *Office) seal(ctx context.Context, s Sitting, by people.AccountID) (Sitting, error) {
	sit, err := o.second(ctx, &s, by)
	if err != nil {
		return s, err
	}
	if s.OneSealer {
		s.Proposal = nil // of a time when two were to seal
	}
	s.Secret = make([]byte, 32)
	rand.Read(s.Secret) // never fails, by its documentation
	s.SecretDigest = draw.Digest(s.Secret)
	s.Sealed, s.SealedBy = o.clock.Now(), string(by)
	prepared, err := o.draw(ctx, s, sit)
	if err != nil {
		return s, err
	}
	if err := o.attempts.Prepare(ctx, prepared); err != nil {
		return s, fmt.Errorf("seal: keep the papers: %w", err)
	}
	ids := make(map[RegistrationID]string, len(prepared))
	for _, p := range prepared {
		ids[p.Registration] = p.Attempt
	}
	if err := o.registrations.SetAttempts(ctx, ids); err != nil {
		return s, fmt.Errorf("seal: %w", err)
	}
	return s, nil
}

// firstAttempt is the number of a candidate's attempt in a sitting. There is
// one so far; it is part of the seed so that a second has another paper.
const firstAttempt = 1

func (o *Office) draw(ctx context.Context, s Sitting, roster []Registration) ([]Prepared, error) {
	candidates := make([]people.CandidateID, len(roster))
	for i, r := range roster {
		candidates[i] = r.Candidate
	}
	met := map[people.CandidateID]map[bank.ItemID]bool{}
	if s.Blueprint.AvoidMet {
		var err error
		if met, err = o.attempts.Met(ctx, candidates); err != nil {
			return nil, fmt.Errorf("seal: what candidates met: %w", err)
		}
	}
	requests := make([]PaperRequest, len(roster))
	for i, c := range candidates {
		requests[i] = PaperRequest{draw.Seed(s.Secret, string(s.ID), string(c), firstAttempt), met[c]}
	}
	papers, err := o.papers.Draw(ctx, s.Blueprint, requests)
	if err != nil {
		return nil, err
	}
	space := uuid.NewSHA1(uuid.NameSpaceOID, s.Secret)
	prepared := make([]Prepared, len(roster))
	for i, r := range roster {
		prepared[i] = Prepared{
			Attempt: uuid.NewSHA1(space, []byte(r.ID)).String(), Sitting: s.ID, Registration: r.ID,
			Candidate: r.Candidate, Number: firstAttempt, Paper: papers[i],
		}
	}
	return prepared, nil
}

func (o *Office) collect(ctx context.Context, s Sitting, by people.AccountID) error {
	roster, err := o.Roster(ctx, s)
	if err != nil {
		return err
	}
	attempts := make([]string, 0, len(roster))
	for _, r := range roster {
		if r.Attempt != "" {
			attempts = append(attempts, r.Attempt)
		}
	}
	if err := o.attempts.CollectAll(ctx, attempts, by); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

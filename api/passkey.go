package api

import (
	"context"
	"encoding/json"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// questionError is a refusal for want of a second factor that comes with a
// question to the account's passkeys.
type questionError struct {
	error
	question contract.PasskeyQuestion
}

func (e *questionError) Unwrap() error { return e.error }

// asked adds a question to the account's passkeys to a refusal for want of a
// code, where it has any.
func (s *server) asked(ctx context.Context, a *people.Account, refusal error) error {
	q, err := s.factors.Ask(ctx, a, "")
	if err != nil {
		return err
	}
	if q == nil {
		return refusal
	}
	options, err := wireOptions(q.Options)
	if err != nil {
		return err
	}
	return &questionError{refusal, contract.PasskeyQuestion{Ticket: q.Ticket, Options: options}}
}

// describeQuestion adds the question to the problem.
func describeQuestion(p *contract.Problem, err error) {
	var q *questionError
	if errors.As(err, &q) {
		p.Passkey = &q.question
	}
}

func wireOptions(raw json.RawMessage) (map[string]any, error) {
	var out map[string]any
	err := json.Unmarshal(raw, &out)
	return out, err
}

// factorProof is what somebody shows of a second factor.
func factorProof(code *string, ticket string, answer *map[string]any) (personnel.Proof, error) {
	p := personnel.Proof{Code: deref(code)}
	if answer == nil {
		return p, nil
	}
	raw, err := json.Marshal(*answer)
	return personnel.Proof{Answer: raw, Ticket: ticket}, err
}

func loginProof(r *contract.LoginRequest) (personnel.Proof, error) {
	if r.Passkey == nil {
		return factorProof(r.Code, "", nil)
	}
	return factorProof(nil, r.Passkey.Ticket, &r.Passkey.Answer)
}

func wirePasskeys(all []personnel.Passkey) []contract.Passkey {
	out := make([]contract.Passkey, len(all))
	for i, k := range all {
		out[i] = contract.Passkey{Id: k.ID, Name: k.Name, Created: k.Created, Suspect: !k.Suspect.IsZero()}
		if !k.Used.IsZero() {
			out[i].Used = &k.Used
		}
	}
	return out
}

// OfferPasskey begins to add a passkey.
func (s *server) OfferPasskey(ctx context.Context, r contract.OfferPasskeyRequestObject) (contract.OfferPasskeyResponseObject, error) {
	a, err := s.again(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	raw, err := s.factors.OfferPasskey(ctx, &a, callOf(ctx).actor.Session)
	if err != nil {
		return nil, err
	}
	options, err := wireOptions(raw)
	return contract.OfferPasskey200JSONResponse{Options: options}, err
}

// AddPasskey takes the browser's answer to the offer.
func (s *server) AddPasskey(ctx context.Context, r contract.AddPasskeyRequestObject) (contract.AddPasskeyResponseObject, error) {
	me := staff(ctx)
	a, err := s.accounts.Account(ctx, me)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(r.Body.Answer)
	if err != nil {
		return nil, err
	}
	codes, err := s.factors.AddPasskey(ctx, &a, callOf(ctx).actor.Session, r.Body.Name, answer)
	switch {
	case errors.Is(err, people.ErrDuplicate):
		return nil, &personnel.FieldError{Field: "/answer", Reason: "passkey-there"}
	case errors.Is(err, personnel.ErrCode):
		s.log.Warn("a passkey was not added", "account", string(me), "error", err)
		return nil, &personnel.FieldError{Field: "/answer", Reason: "passkey-refused"}
	case err != nil:
		return nil, err
	}
	s.gate.Forget(me)
	if codes == nil {
		codes = []string{}
	}
	return contract.AddPasskey200JSONResponse{Codes: codes}, nil
}

// AskPasskey asks the own passkeys for a proof, bound to the session that asks.
func (s *server) AskPasskey(ctx context.Context, _ contract.AskPasskeyRequestObject) (contract.AskPasskeyResponseObject, error) {
	a, err := s.accounts.Account(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	q, err := s.factors.Ask(ctx, &a, callOf(ctx).actor.Session)
	if err != nil {
		return nil, err
	}
	if q == nil {
		return nil, people.ErrNotFound
	}
	options, err := wireOptions(q.Options)
	return contract.AskPasskey200JSONResponse{Options: options}, err
}

// RemovePasskey takes an own passkey away.
func (s *server) RemovePasskey(ctx context.Context, r contract.RemovePasskeyRequestObject) (contract.RemovePasskeyResponseObject, error) {
	err := s.proven(ctx, r.Body, func(me people.AccountID, p personnel.Proof) error {
		return s.factors.RemovePasskey(ctx, me, r.Passkey, p)
	})
	return contract.RemovePasskey204Response{}, err
}

// proven does an act on the own account that a second factor proves. Guesses
// are counted.
func (s *server) proven(ctx context.Context, b *contract.FactorProof, act func(people.AccountID, personnel.Proof) error) error {
	me := staff(ctx)
	p, err := factorProof(b.Code, callOf(ctx).actor.Session, b.Answer)
	if err != nil {
		return err
	}
	if err := s.limited(ctx, "code:"+string(me)); err != nil {
		return err
	}
	if err := act(me, p); err != nil {
		if len(p.Answer) > 0 && errors.Is(err, personnel.ErrCode) {
			return &personnel.FieldError{Field: "/answer", Reason: "passkey-refused"}
		}
		return codeFault(err)
	}
	s.gate.Forget(me)
	return s.welcomed(ctx, "code:"+string(me))
}

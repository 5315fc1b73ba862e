package api

import (
	"context"
	"errors"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/challenge"
)

// freeLookups is how many look-ups of an address in a window cost nothing.
const freeLookups = 3

var errProof = errors.New("api: a proof of work is needed")

// proofError asks for a proof of work first.
type proofError struct{ challenge.Challenge }

// Error implements error.
func (e *proofError) Error() string { return errProof.Error() }

// Unwrap makes it errProof.
func (e *proofError) Unwrap() error { return errProof }

// paid lets a look-up by the public pass while it is one of the first of its
// address, and later ones for a solved challenge each.
func (s *server) paid(ctx context.Context, solution *contract.ChallengeSolution) error {
	address := callOf(ctx).address
	gate := s.handouts.Challenges
	if solution != nil {
		id, err := gate.Check(solution.Token, solution.Numbers, address)
		if errors.Is(err, challenge.ErrRefused) {
			return &proofError{gate.New(address)}
		}
		if err != nil {
			return err
		}
		used, err := s.limiter.Take(ctx, "challenge:"+id, 1, challenge.Lifetime+time.Minute)
		if err == nil && used > 0 {
			err = &proofError{gate.New(address)}
		}
		return err
	}
	wait, err := s.limiter.Take(ctx, "verify-free:"+address, freeLookups, lookupWindow)
	if err == nil && wait > 0 {
		err = &proofError{gate.New(address)}
	}
	return err
}

// describeProof adds the challenge to a problem that asks for one.
func describeProof(p *contract.Problem, err error) {
	var proof *proofError
	if errors.As(err, &proof) {
		p.Challenge = &contract.Challenge{Token: proof.Token, Puzzles: proof.Puzzles, Bits: proof.Bits}
	}
}

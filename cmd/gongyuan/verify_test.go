package main

import (
	"testing"

	"gongyuan/api/contract"
	"gongyuan/engine/challenge"
)

const verifyPath = "/api/v1/verify"

// verify looks a certificate up as a browser does: it solves what is asked.
func (w *world) verify(number, name string) contract.Verified {
	w.t.Helper()
	ask := contract.VerifyRequest{Number: &number, Name: &name}
	got := w.call("POST", verifyPath, "", ask)
	if got.status == 428 {
		ask.Solution = solution(w.t, got)
		got = w.call("POST", verifyPath, "", ask)
	}
	var v contract.Verified
	got.must(w.t, 200).into(w.t, &v)
	return v
}

func solution(t testing.TB, refused reply) *contract.ChallengeSolution {
	t.Helper()
	var p contract.Problem
	refused.must(t, 428).into(t, &p)
	if p.Challenge == nil || p.Type != "urn:gongyuan:problem:proof-needed" {
		t.Fatalf("no challenge: %+v", p)
	}
	c := challenge.Challenge{Token: p.Challenge.Token, Puzzles: p.Challenge.Puzzles, Bits: p.Challenge.Bits}
	return &contract.ChallengeSolution{Token: c.Token, Numbers: challenge.Solve(c)}
}

// TestVerifyCosts is that three look-ups are free, that each later one takes a
// challenge of its own, and that a signed statement takes none.
func TestVerifyCosts(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		number, name := "S00006100000026300000", "王甲"
		ask := contract.VerifyRequest{Number: &number, Name: &name}
		for range 2 {
			refused(t, "a number of 21 digits", w.call("POST", verifyPath, "", ask), 422, "invalid")
		}
		number = "S000061000000263000009"
		w.call("POST", verifyPath, "", ask).must(t, 200)
		paid := solution(t, w.call("POST", verifyPath, "", ask))
		ask.Solution = paid
		w.call("POST", verifyPath, "", ask).must(t, 200)
		refused(t, "a challenge twice", w.call("POST", verifyPath, "", ask), 428, "proof-needed")
		fresh := solution(t, w.call("POST", verifyPath, "", ask))
		ask.Solution = &contract.ChallengeSolution{Token: fresh.Token, Numbers: append(fresh.Numbers[1:], 0)}
		refused(t, "a wrong solution", w.call("POST", verifyPath, "", ask), 428, "proof-needed")
		w.restart()
		ask.Solution = fresh
		w.call("POST", verifyPath, "", ask).must(t, 200)
		statement := "a.b.c"
		var v contract.Verified
		w.call("POST", verifyPath, "", contract.VerifyRequest{Statement: &statement}).must(t, 200).into(t, &v)
		if v.Signature == nil || *v.Signature != contract.Forged {
			t.Errorf("a statement: %+v", v)
		}
	})
}

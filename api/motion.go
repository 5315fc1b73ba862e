package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
)

// ProposeMotion moves that a certificate is revoked or printed again.
func (s *server) ProposeMotion(ctx context.Context, r contract.ProposeMotionRequestObject) (contract.ProposeMotionResponseObject, error) {
	n := certificate.NormalNumber(r.Number)
	m := certificate.Motion{
		Number: n, Kind: certificate.ActKind(r.Body.Kind), Reason: r.Body.Reason, Evidence: r.Body.Evidence, By: staff(ctx),
	}
	ev := audit.Event{
		Actor: string(m.By), Act: "certificate-motion.propose", Object: "certificate:" + string(n), Why: m.Reason,
		After: map[string]string{"kind": string(m.Kind), "evidence": m.Evidence},
	}
	err := audit.Do(ctx, s.audit, ev, func() error {
		_, err := s.certificates.Propose(ctx, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := s.printOf(ctx, n)
	return contract.ProposeMotion201JSONResponse(out), err
}

// DecideMotion approves or returns what somebody else has proposed.
func (s *server) DecideMotion(ctx context.Context, r contract.DecideMotionRequestObject) (contract.DecideMotionResponseObject, error) {
	n, act, why := certificate.NormalNumber(r.Number), "certificate-motion.return", ""
	if r.Body.Approve {
		act = "certificate-motion.approve"
	}
	if r.Body.Reason != nil {
		why = *r.Body.Reason
	}
	ev := audit.Event{Actor: string(staff(ctx)), Act: act, Object: "certificate:" + string(n), Why: why, After: map[string]int{"motion": r.Motion}}
	err := audit.Do(ctx, s.audit, ev, func() error {
		_, err := s.certificates.Decide(ctx, n, r.Motion, r.Body.Approve, why, staff(ctx))
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := s.printOf(ctx, n)
	return contract.DecideMotion200JSONResponse(out), err
}

func (s *server) wireMotions(ctx context.Context, all []certificate.Motion) []contract.Motion {
	out := make([]contract.Motion, len(all))
	for i, m := range all {
		out[i] = contract.Motion{
			Seq: m.Seq, Kind: contract.MotionKind(m.Kind), State: contract.MotionState(m.State), Reason: m.Reason, Evidence: m.Evidence,
			By: s.staffName(ctx, m.By), At: m.At, Mine: m.By == staff(ctx), Word: m.Word,
		}
		if m.Second != "" {
			second := s.staffName(ctx, m.Second)
			out[i].Second, out[i].SecondAt = &second, instant(m.SecondAt)
		}
	}
	return out
}

package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/evidence"
)

// ProposeMotion moves that a certificate is revoked or printed again.
func (s *server) ProposeMotion(ctx context.Context, r contract.ProposeMotionRequestObject) (contract.ProposeMotionResponseObject, error) {
	n := certificate.NormalNumber(r.Number)
	m := certificate.Motion{
		Number: n, Kind: certificate.ActKind(r.Body.Kind), Reason: r.Body.Reason, Evidence: r.Body.Evidence, By: staff(ctx),
	}
	if r.Body.Files != nil {
		m.Files = *r.Body.Files
	}
	ev := audit.Event{
		Actor: string(m.By), Act: "certificate-motion.propose", Object: "certificate:" + string(n), Why: m.Reason,
		After: map[string]any{"kind": m.Kind, "evidence": m.Evidence, "files": m.Files},
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

// ListMotionEvidence lists what the caller has uploaded for the next motion.
func (s *server) ListMotionEvidence(ctx context.Context, r contract.ListMotionEvidenceRequestObject) (contract.ListMotionEvidenceResponseObject, error) {
	n := certificate.NormalNumber(r.Number)
	next, err := s.certificates.NextMotion(ctx, n)
	if err != nil {
		return nil, err
	}
	files, err := s.files.Supports(ctx, staff(ctx), string(n), next)
	if err != nil {
		return nil, err
	}
	return contract.ListMotionEvidence200JSONResponse(wireFiles(files)), nil
}

// ProvideMotionEvidence announces a file that the next motion is to rest on.
func (s *server) ProvideMotionEvidence(ctx context.Context, r contract.ProvideMotionEvidenceRequestObject) (contract.ProvideMotionEvidenceResponseObject, error) {
	p, err := s.files.Support(ctx, staff(ctx), string(certificate.NormalNumber(r.Number)), newFile(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.ProvideMotionEvidence201JSONResponse(wireProgress(p)), nil
}

func (s *server) wireMotions(ctx context.Context, all []certificate.Motion) ([]contract.Motion, error) {
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
		ids := make([]evidence.FileID, len(m.Files))
		for j, id := range m.Files {
			ids[j] = evidence.FileID(id)
		}
		files, err := s.files.Grounds(ctx, staff(ctx), string(m.Number), m.Seq, ids)
		if err != nil {
			return nil, err
		}
		out[i].Files = wireFiles(files)
	}
	return out, nil
}

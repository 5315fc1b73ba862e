package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// ListLate lists what came too late, by room and seat.
func (s *server) ListLate(ctx context.Context, r contract.ListLateRequestObject) (contract.ListLateResponseObject, error) {
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	out := contract.ListLate200JSONResponse{}
	if x.State == sitting.Draft {
		return out, nil
	}
	ids := make([]attempt.AttemptID, len(seats))
	for i, p := range seats {
		ids[i] = attempt.AttemptID(p.Attempt)
	}
	aside, err := s.attempts.Aside(ctx, ids...)
	if err != nil {
		return nil, err
	}
	of := map[string][]attempt.LateOperation{}
	for _, o := range aside {
		of[string(o.Attempt)] = append(of[string(o.Attempt)], o)
	}
	for _, p := range seats {
		if ops := of[p.Attempt]; len(ops) > 0 {
			late, err := s.lateAttempt(ctx, p, ops)
			if err != nil {
				return nil, err
			}
			out = append(out, late)
		}
	}
	return out, nil
}

func (s *server) lateAttempt(ctx context.Context, p seat, ops []attempt.LateOperation) (contract.LateAttempt, error) {
	id := attempt.AttemptID(p.Attempt)
	rec, err := s.attempts.Record(ctx, id)
	if err != nil {
		return contract.LateAttempt{}, err
	}
	out := contract.LateAttempt{
		Registration: string(p.ID), Attempt: p.Attempt, Admission: p.Admission, Name: p.person.Name, Room: p.Room, Seat: p.Seat,
		State: wireState(rec.State), Operations: []contract.LateOperation{},
	}
	var answers map[int]attempt.Answer
	if rec.State == attempt.Submitted {
		sub, err := s.attempts.Submission(ctx, id)
		if err != nil {
			return out, err
		}
		out.SubmittedAt, answers = &sub.SubmittedAt, sub.Answers
	}
	paper, err := s.paper(ctx, id)
	if err != nil {
		return out, err
	}
	lookup, err := s.lookup(ctx, paper)
	if err != nil {
		return out, err
	}
	for _, o := range ops {
		wire, err := s.wireLate(ctx, o, lookup, paper)
		if err != nil {
			return out, err
		}
		if rec.State == attempt.Submitted {
			current, err := answerText(lookup, paper, o.Slot, answers[o.Slot].Response)
			if err != nil {
				return out, err
			}
			wire.Current = &current
		}
		out.Operations = append(out.Operations, wire)
	}
	return out, nil
}

func (s *server) wireLate(ctx context.Context, o attempt.LateOperation, lookup bank.Lookup, paper bank.Paper) (contract.LateOperation, error) {
	answer, err := answerText(lookup, paper, o.Slot, o.Response)
	if err != nil {
		return contract.LateOperation{}, err
	}
	out := contract.LateOperation{
		Id: o.ID(), Epoch: int64(o.Epoch), Seq: int64(o.Seq), Slot: o.Slot, Answer: answer,
		ClientAt: time.UnixMilli(o.ClientMs).UTC(), ReceivedAt: time.UnixMilli(o.ReceivedMs).UTC(),
		Reason: contract.LateOperationReason(o.Reason), Decision: contract.LateOperationDecisionOpen,
	}
	if d := o.Decision; d != nil {
		by := s.staffName(ctx, d.By)
		out.Decision = contract.LateOperationDecisionRejected
		if d.Count {
			out.Decision = contract.LateOperationDecisionCounted
		}
		out.DecidedBy, out.DecidedAt, out.DecidedWhy = &by, &d.At, &d.Reason
	}
	return out, nil
}

// answerText is a response as people read it: letters, or texts.
func answerText(lookup bank.Lookup, paper bank.Paper, slot int, encoded string) (string, error) {
	if slot < 1 || slot > len(paper.Slots) {
		return "", fmt.Errorf("slot %d: %w", slot, bank.ErrPaper)
	}
	response, err := decode(lookup, paper.Slots[slot-1], encoded)
	if err != nil {
		return "", err
	}
	if len(response.Choice) > 0 {
		return strings.Join(response.Choice, ""), nil
	}
	return strings.Join(response.Text, " / "), nil
}

// DecideLate counts late answers, or rejects them for good.
func (s *server) DecideLate(ctx context.Context, r contract.DecideLateRequestObject) (contract.DecideLateResponseObject, error) {
	rec, err := s.ofSitting(ctx, r.Sitting, r.Attempt)
	if err != nil {
		return nil, err
	}
	x, err := s.sittings.Sitting(ctx, rec.Sitting)
	if err != nil {
		return nil, err
	}
	if x.State == sitting.Released {
		return nil, sitting.ErrState
	}
	err = s.attempts.Decide(ctx, attempt.DecideCommand{
		Attempt: rec.ID, Operations: r.Body.Operations, Count: r.Body.Count, By: staff(ctx), Reason: r.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	s.log.Info("late answers decided", "sitting", r.Sitting, "attempt", r.Attempt, "count", r.Body.Count,
		"operations", len(r.Body.Operations), "by", staff(ctx), "request", callOf(ctx).requestID)
	p, err := s.seatOf(ctx, rec)
	if err != nil {
		return nil, err
	}
	ops, err := s.attempts.Aside(ctx, rec.ID)
	if err != nil {
		return nil, err
	}
	out, err := s.lateAttempt(ctx, p, ops)
	return contract.DecideLate200JSONResponse(out), err
}

// seatOf finds whose attempt it is.
func (s *server) seatOf(ctx context.Context, rec attempt.Record) (seat, error) {
	reg, err := s.registrations.Registration(ctx, rec.Registration)
	if err != nil {
		return seat{}, err
	}
	seats, err := s.seats(ctx, []sitting.Registration{reg})
	if err != nil {
		return seat{}, err
	}
	return seats[0], nil
}

// HandInAnswers takes in what a page wrote to a file.
func (s *server) HandInAnswers(ctx context.Context, r contract.HandInAnswersRequestObject) (contract.HandInAnswersResponseObject, error) {
	rec, err := s.ofSitting(ctx, r.Sitting, r.Attempt)
	if err != nil {
		return nil, err
	}
	wrong := func(field, reason string) error { return &sitting.FieldError{Field: field, Reason: reason} }
	seen := map[int64]bool{}
	for i, op := range r.Body.Operations {
		if seen[op.Seq] {
			return nil, wrong(fmt.Sprintf("/operations/%d/seq", i), "sequence-twice")
		}
		seen[op.Seq] = true
	}
	switch {
	case r.Body.Attempt != r.Attempt:
		return nil, wrong("/attempt", "other-attempt")
	case !strings.EqualFold(r.Body.Digest, answersDigest(r.Body)):
		return nil, wrong("/digest", "digest")
	}
	ops, _, err := s.checked(ctx, rec.ID, r.Body.Operations, "/operations")
	if err != nil {
		return nil, err
	}
	done, err := s.attempts.HandIn(ctx, attempt.HandInCommand{Attempt: rec.ID, Epoch: int(r.Body.Epoch), Operations: ops})
	if err != nil {
		return nil, err
	}
	s.log.Info("answers file taken in", "sitting", r.Sitting, "attempt", r.Attempt, "known", done.Known, "saved", done.Saved,
		"setAside", done.SetAside, "by", staff(ctx), "request", callOf(ctx).requestID)
	return contract.HandInAnswers200JSONResponse{Known: done.Known, Saved: done.Saved, SetAside: done.SetAside}, nil
}

// answersDigest is the digest of a file as the contract describes it.
func answersDigest(f *contract.AnswersFile) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n", f.Format, f.Attempt, f.Epoch)
	for _, op := range f.Operations {
		flagged := 0
		if op.Flagged {
			flagged = 1
		}
		fmt.Fprintf(h, "%d:%d:%d:%d:%s\n", op.Seq, op.Slot, flagged, op.ClientMs, compactResponse(op.Response))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// compactResponse is a response as the contract writes it for the digest.
// Browsers differ from Go in two characters, which the page writes as Go does.
func compactResponse(r contract.Response) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(r) // strings always encode
	return strings.TrimSuffix(b.String(), "\n")
}

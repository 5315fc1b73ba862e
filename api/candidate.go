package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// me is the candidate who calls.
func me(ctx context.Context) people.CandidateID {
	return people.CandidateID(callOf(ctx).actor.Subject)
}

// registration finds the caller's registration and its sitting. One that is on
// no roster does not exist.
func (s *server) registration(ctx context.Context) (sitting.Registration, sitting.Sitting, error) {
	id := sitting.RegistrationID(callOf(ctx).actor.Registration)
	reg, err := s.registrations.Registration(ctx, id)
	if err != nil {
		return sitting.Registration{}, sitting.Sitting{}, err
	}
	sit, err := s.sittings.Sitting(ctx, reg.Sitting)
	if err != nil {
		return sitting.Registration{}, sitting.Sitting{}, err
	}
	if reg.Candidate != me(ctx) || !sit.Admits(reg.ID) {
		return sitting.Registration{}, sitting.Sitting{}, sitting.ErrNotFound
	}
	return reg, sit, nil
}

// GetCandidateExam shows candidates their exam.
func (s *server) GetCandidateExam(ctx context.Context, _ contract.GetCandidateExamRequestObject) (contract.GetCandidateExamResponseObject, error) {
	reg, sit, err := s.registration(ctx)
	if err != nil {
		return nil, err
	}
	if !reg.Takes(standard.Theory) {
		return nil, errNoTheory
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	scheme, _ := s.standard.Scheme(sit.Level)
	var out contract.CandidateExam
	out.Candidate.Name, out.Candidate.IdMasked = person.Name, person.IDMasked
	out.Exam.Title, out.Exam.Occupation, out.Exam.LevelTitle = sit.Title, sit.Occupation.Name, levelTitle(scheme, callOf(ctx).lang)
	out.Exam.Opens, out.Exam.Closes, out.Exam.State = sit.Opens, sit.Closes, contract.SittingState(sit.State)
	out.Exam.DurationMinutes, out.Exam.Total = int(sit.Duration/time.Minute), contract.Marks(sit.Blueprint.Total())
	out.Exam.Sample, out.Exam.PapersAhead = s.standard.Sample, &sit.PapersAhead
	if sit.LateEntry > 0 {
		until := sit.Opens.Add(sit.LateEntry)
		out.Exam.LateUntil = &until
	}
	out.Registration.Admission, out.Registration.Room, out.Registration.Seat = reg.Admission, reg.Room, reg.Seat
	out.Registration.ExtraMinutes = int(reg.Extra / time.Minute)
	if reg.Needs.LargeText {
		out.Registration.LargeText = &reg.Needs.LargeText
	}
	out.ServerNow = now
	out.Attempt.State = contract.AttemptStateReady
	out.MayStart = mayStart(sit.MayStart(now))
	if out.Exam.Access, err = s.entryAccess(ctx, &reg); err != nil {
		return nil, err
	}
	if sit.State == sitting.Draft {
		return contract.GetCandidateExam200JSONResponse(out), nil
	}
	status, err := s.attempts.Status(ctx, attempt.AttemptID(reg.Attempt), reg.Candidate)
	if err != nil {
		return nil, err
	}
	out.Attempt.Id, out.Attempt.State, out.Exam.SlotCount = reg.Attempt, wireState(status.Record.State), status.Record.Slots
	switch out.Attempt.State {
	case contract.AttemptStateRunning, contract.AttemptStatePaused:
		out.MayStart = contract.MayStartNow
	case contract.AttemptStateClosed:
		out.MayStart = contract.MayStartClosed
	case contract.AttemptStateReady:
		s.floor.Waits(attempt.AttemptID(reg.Attempt))
	}
	return contract.GetCandidateExam200JSONResponse(out), nil
}

func levelTitle(s standard.Scheme, lang string) string {
	if lang == "en" {
		return s.TitleEN
	}
	return s.Title
}

func mayStart(err error) contract.MayStart {
	switch {
	case err == nil:
		return contract.MayStartNow
	case errors.Is(err, sitting.ErrTooLate):
		return contract.MayStartTooLate
	case errors.Is(err, sitting.ErrNotYet):
		return contract.MayStartNotYet
	}
	return contract.MayStartClosed
}

// wireState hides the step between the end and the stored submission.
func wireState(st attempt.State) contract.AttemptState {
	switch st {
	case attempt.Ready:
		return contract.AttemptStateReady
	case attempt.Running:
		return contract.AttemptStateRunning
	case attempt.Paused:
		return contract.AttemptStatePaused
	}
	return contract.AttemptStateClosed
}

// EnterAttempt starts the attempt or goes on with it from the calling page.
func (s *server) EnterAttempt(ctx context.Context, r contract.EnterAttemptRequestObject) (contract.EnterAttemptResponseObject, error) {
	if !r.Body.RulesAccepted {
		return nil, errRules
	}
	id := attempt.AttemptID(r.Attempt)
	facts, err := s.mayEnter(ctx, r.Attempt, r.Body)
	if err != nil {
		return nil, err
	}
	in, err := s.attempts.Enter(ctx, attempt.EnterCommand{
		Attempt: id, Candidate: me(ctx),
		DeviceID: r.Body.DeviceId, DeviceLabel: r.Body.DeviceLabel,
	})
	if err != nil {
		return nil, err
	}
	lookup, err := s.lookup(ctx, in.Paper)
	if err != nil {
		return nil, err
	}
	s.keepPaper(id, in.Paper)
	s.noteResumed(ctx, &in, r.Body.DeviceId)
	s.noteAddress(ctx, facts)
	out := contract.Entered{
		Attempt: r.Attempt, Epoch: int64(in.Epoch), Answers: []contract.Answer{},
		Clock: s.wireClock(ctx, moment{in.Now, in.Deadline, in.PausedSince, in.Version}, in.Explanation),
	}
	if r.Body.HasSealedPaper != nil && *r.Body.HasSealedPaper {
		key, err := s.paperKey(ctx, &in.Record)
		if err != nil {
			return nil, err
		}
		out.PaperKey = &key
	} else {
		view, err := bank.NewView(in.Paper, lookup)
		if err != nil {
			return nil, err
		}
		paper := wirePaper(view)
		out.Paper = &paper
	}
	for _, slot := range in.Paper.Slots {
		a, ok := in.Answers[slot.Number]
		if !ok {
			continue
		}
		response, err := decode(lookup, slot, a.Response)
		if err != nil {
			return nil, err
		}
		out.Answers = append(out.Answers, contract.Answer{Slot: slot.Number, Flagged: a.Flagged, Response: wireResponse(response)})
	}
	if in.Previous.Epoch > 0 {
		out.Previous = &contract.PreviousPage{
			Epoch: int64(in.Previous.Epoch), Label: in.Previous.DeviceLabel, SameDevice: in.Previous.DeviceID == r.Body.DeviceId,
		}
	}
	return contract.EnterAttempt200JSONResponse(out), nil
}

func decode(lookup bank.Lookup, slot bank.Slot, encoded string) (bank.Response, error) {
	q, err := question(lookup, slot)
	if err != nil {
		return bank.Response{}, err
	}
	return bank.DecodeResponse(q.Type, encoded)
}

func question(lookup bank.Lookup, slot bank.Slot) (*bank.Question, error) {
	rev, ok := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
	if !ok {
		return nil, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
	}
	q, ok := rev.Part(slot.Ref.Part)
	if !ok {
		return nil, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
	}
	return q, nil
}

// moment is the time of an attempt as of now.
type moment struct {
	now, deadline, paused time.Time
	version               int
}

// wire leaves the sentence out.
func (m moment) wire() contract.Clock {
	out := contract.Clock{ServerNow: m.now, Deadline: m.deadline, DeadlineVersion: m.version}
	if !m.paused.IsZero() {
		out.PausedSince = &m.paused
	}
	return out
}

func (s *server) wireClock(ctx context.Context, m moment, x sitting.Explanation) contract.Clock {
	out, sentence := m.wire(), x.Sentence(callOf(ctx).lang)
	out.Explanation = &sentence
	return out
}

// maxBatchBytes is the largest batch of operations, in bytes.
const maxBatchBytes = 32 << 10

// SaveOperations puts a batch of operations into the ledger.
func (s *server) SaveOperations(ctx context.Context, r contract.SaveOperationsRequestObject) (contract.SaveOperationsResponseObject, error) {
	id := attempt.AttemptID(r.Attempt)
	ops, err := s.operations(ctx, id, r.Body.Ops)
	if err != nil {
		return nil, err
	}
	saved, err := s.attempts.Save(ctx, attempt.SaveCommand{Attempt: id, Candidate: me(ctx), Epoch: int(r.Body.Epoch), Operations: ops})
	if err != nil {
		return nil, err
	}
	s.noteHasty(ctx, r.Attempt, int(r.Body.Epoch), ops)
	out := contract.Saved{
		AppliedSeq: int64(saved.AppliedSeq), DurableSeq: int64(saved.DurableSeq),
		Clock: moment{saved.Now, saved.Deadline, saved.PausedSince, saved.Version}.wire(),
	}
	if saved.Pending {
		return contract.SaveOperations202JSONResponse(out), nil
	}
	return contract.SaveOperations200JSONResponse(out), nil
}

// operations holds each response against its question. The paper of an
// attempt is kept in memory: it never changes. Whose attempt it is, the engine
// checks.
func (s *server) operations(ctx context.Context, id attempt.AttemptID, in []contract.Operation) ([]attempt.Operation, error) {
	if len(in) == 0 || len(in) > attempt.MaxBatch {
		return nil, attempt.ErrInvalid
	}
	out, size, err := s.checked(ctx, id, in, "/ops")
	if err == nil && size > maxBatchBytes {
		err = attempt.ErrInvalid
	}
	return out, err
}

// checked holds responses against their questions and counts their bytes. at
// is where they stand in the request.
func (s *server) checked(ctx context.Context, id attempt.AttemptID, in []contract.Operation, at string) ([]attempt.Operation, int, error) {
	paper, err := s.paper(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	lookup, err := s.lookup(ctx, paper)
	if err != nil {
		return nil, 0, err
	}
	out := make([]attempt.Operation, len(in))
	size := 0
	for i, op := range in {
		if op.Slot < 1 || op.Slot > len(paper.Slots) {
			return nil, 0, &fieldsError{[]sitting.FieldError{{Field: fmt.Sprintf("%s/%d/slot", at, i), Reason: "unknown"}}}
		}
		slot := paper.Slots[op.Slot-1]
		q, err := question(lookup, slot)
		if err != nil {
			return nil, 0, err
		}
		clean, err := bank.ValidateResponse(q, slot, responseOf(op.Response))
		if err != nil {
			return nil, 0, &fieldsError{[]sitting.FieldError{{Field: fmt.Sprintf("%s/%d/response", at, i), Reason: "response"}}}
		}
		out[i] = attempt.Operation{Seq: int(op.Seq), Slot: op.Slot, Response: clean.Encode(), Flagged: op.Flagged, ClientMs: op.ClientMs}
		size += len(out[i].Response)
	}
	return out, size, nil
}

// Beat answers a heartbeat. A page that lost the lease is told where the exam
// goes on.
func (s *server) Beat(ctx context.Context, r contract.BeatRequestObject) (contract.BeatResponseObject, error) {
	id := attempt.AttemptID(r.Attempt)
	beat, err := s.attempts.Heartbeat(ctx, id, me(ctx), int(r.Body.Epoch))
	if err != nil {
		return nil, err
	}
	s.recheck(ctx, r.Attempt, r.Body.Seb, beat.State)
	out, err := s.wireBeat(ctx, id, me(ctx), beat)
	return contract.Beat200JSONResponse(out), err
}

// wireBeat answers a heartbeat, or refuses a page that may write no more.
func (s *server) wireBeat(ctx context.Context, id attempt.AttemptID, who people.CandidateID, beat attempt.Beat) (contract.Beat, error) {
	if !beat.Mine && beat.State.GoesOn() {
		return contract.Beat{}, &attempt.Refusal{Reason: attempt.ErrTakenOver, Holder: beat.Holder}
	}
	x, err := s.explained(ctx, id, who, beat)
	if err != nil {
		return contract.Beat{}, err
	}
	m := moment{beat.Now, beat.Deadline, beat.PausedSince, beat.Version}
	return contract.Beat{State: wireState(beat.State), Clock: s.wireClock(ctx, m, x)}, nil
}

// explained is why the deadline is what it is. It changes with the deadline's
// version, and while the clock stands still; otherwise it is kept in memory,
// for each page asks four times a minute.
func (s *server) explained(ctx context.Context, id attempt.AttemptID, who people.CandidateID, beat attempt.Beat) (sitting.Explanation, error) {
	if x, ok := s.revisions.explanation(id, beat.Version); ok && beat.PausedSince.IsZero() {
		return x, nil
	}
	status, err := s.attempts.Status(ctx, id, who)
	if err != nil {
		return sitting.Explanation{}, err
	}
	if beat.PausedSince.IsZero() && status.Record.DeadlineVersion == beat.Version {
		s.revisions.explain(id, beat.Version, status.Explanation)
	}
	return status.Explanation, nil
}

// SubmitAttempt hands in.
func (s *server) SubmitAttempt(ctx context.Context, r contract.SubmitAttemptRequestObject) (contract.SubmitAttemptResponseObject, error) {
	sub, err := s.attempts.Submit(ctx, attempt.SubmitCommand{
		Attempt: attempt.AttemptID(r.Attempt), Candidate: me(ctx), Epoch: int(r.Body.Epoch), LastSeq: int(r.Body.LastSeq),
	})
	if err != nil {
		return nil, err
	}
	out, err := s.receipt(ctx, sub)
	return contract.SubmitAttempt200JSONResponse(out), err
}

// GetReceipt shows the receipt again.
func (s *server) GetReceipt(ctx context.Context, r contract.GetReceiptRequestObject) (contract.GetReceiptResponseObject, error) {
	sub, err := s.attempts.Receipt(ctx, attempt.AttemptID(r.Attempt), me(ctx))
	if err != nil {
		return nil, err
	}
	out, err := s.receipt(ctx, sub)
	return contract.GetReceipt200JSONResponse(out), err
}

func (s *server) receipt(ctx context.Context, sub attempt.Submission) (contract.Receipt, error) {
	aside, err := s.attempts.Aside(ctx, sub.Attempt)
	if err != nil {
		return contract.Receipt{}, err
	}
	sit, err := s.sittings.Sitting(ctx, sub.Sitting)
	if err != nil {
		return contract.Receipt{}, err
	}
	visible := shown(&sit)
	out := contract.Receipt{
		Attempt: string(sub.Attempt), SubmittedAt: sub.SubmittedAt, Manner: contract.ReceiptManner(sub.Manner),
		Answered: sub.Answered, Total: sub.Total, Code: sub.Receipt(), Late: len(aside), ResultVisible: &visible,
	}
	if sub.Reason != "" {
		out.Reason = &sub.Reason
	}
	return out, nil
}

// shown tells whether candidates of the sitting may see their results.
func shown(sit *sitting.Sitting) bool {
	return sit.Release == sitting.AtOnce || sit.State == sitting.Released
}

// GetOwnResult shows candidates their theory result once it is released.
// Explanations wait for the release of the whole sitting even where results
// do not: a key that is out while others still write is no key.
func (s *server) GetOwnResult(ctx context.Context, r contract.GetOwnResultRequestObject) (contract.GetOwnResultResponseObject, error) {
	sub, err := s.attempts.Receipt(ctx, attempt.AttemptID(r.Attempt), me(ctx))
	if err != nil {
		return nil, err
	}
	sit, err := s.sittings.Sitting(ctx, sub.Sitting)
	if err != nil {
		return nil, err
	}
	if !shown(&sit) {
		return nil, errNotReleased
	}
	status, err := s.attempts.Status(ctx, sub.Attempt, me(ctx))
	if err != nil {
		return nil, err
	}
	if held, err := s.registrar.Withheld(ctx, sub.Sitting, status.Record.Registration); err != nil || held {
		return nil, cmp.Or(err, errNotReleased)
	}
	receipt, err := s.receipt(ctx, sub)
	if err != nil {
		return nil, err
	}
	theory, err := s.results.Result(ctx, r.Attempt)
	if err == nil && theory.Round != sub.Round {
		err = result.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	out := contract.OwnResult{Receipt: receipt, Result: wireTheory(theory), Slots: []contract.ReviewSlot{}}
	if sit.Explain && sit.State == sitting.Released {
		out.Explained = true
		if out.Slots, err = s.review(ctx, sub, theory); err != nil {
			return nil, err
		}
	}
	return contract.GetOwnResult200JSONResponse(out), nil
}

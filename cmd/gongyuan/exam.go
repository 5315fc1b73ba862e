package main

import (
	"context"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/marking"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// mayStart asks the sittings whether candidates may begin, each at the moment
// when they asked.
func (e *engine) mayStart(ctx context.Context, all []attempt.Record, at []time.Time) ([]attempt.Admission, error) {
	ids := make([]sitting.RegistrationID, len(all))
	for i, r := range all {
		ids[i] = r.Registration
	}
	regs, err := e.sittings.RegistrationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]attempt.Admission, len(all))
	for i, r := range all {
		out[i].Allowance, out[i].Err = e.admit(ctx, r, regs[r.Registration], at[i])
	}
	return out, nil
}

func (e *engine) admit(ctx context.Context, r attempt.Record, reg sitting.Registration, now time.Time) (sitting.Allowance, error) {
	s, err := e.recent.sitting(ctx, r.Sitting)
	if err != nil {
		return sitting.Allowance{}, err
	}
	// Papers of a sealing that was cut off belong to nobody.
	if reg.Attempt != string(r.ID) || !s.admits[reg.ID] {
		return sitting.Allowance{}, attempt.ErrNotFound
	}
	if err := s.MayStart(now); err != nil {
		return sitting.Allowance{}, err
	}
	return sitting.Allowance{Duration: s.Duration, Closes: s.Closes, Extra: reg.Extra}, nil
}

// mark marks submissions and keeps the results. It may be repeated.
func (e *engine) mark(ctx context.Context, all []attempt.Marking) []error {
	errs := make([]error, len(all))
	ids := make([]attempt.AttemptID, len(all))
	for i, m := range all {
		ids[i] = m.Record.ID
	}
	papers, err := e.records.Papers(ctx, ids)
	if err != nil {
		return fill(errs, err)
	}
	regraded, err := e.regrades(ctx, all)
	if err != nil {
		return fill(errs, err)
	}
	var marked []result.Theory
	var handed []marking.Submitted
	for i, m := range all {
		var theory result.Theory
		var sub marking.Submitted
		if theory, sub, errs[i] = e.markOne(ctx, m, papers[m.Record.ID], regraded[m.Record.Sitting]); errs[i] == nil {
			marked, handed = append(marked, theory), append(handed, sub)
		}
	}
	// What people mark is kept before the results that wait for it.
	if err := e.marking.Take(ctx, handed); err != nil {
		return fill(errs, err)
	}
	if err := e.results.InsertTheories(ctx, marked); err != nil {
		return fill(errs, err)
	}
	if err := e.catchUp(ctx, regraded, all); err != nil {
		return fill(errs, err)
	}
	return errs
}

func fill(errs []error, err error) []error {
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func (e *engine) markOne(ctx context.Context, m attempt.Marking, paper bank.Paper, regraded []result.Amendment) (result.Theory, marking.Submitted, error) {
	sub, err := e.handed(ctx, m.Submission, paper)
	if err != nil {
		return result.Theory{}, sub, err
	}
	theory, err := e.remark(ctx, &sub, nil, regraded)
	return theory, sub, err
}

// handed is a submission with its paper and its questions.
func (e *engine) handed(ctx context.Context, s attempt.Submission, paper bank.Paper) (marking.Submitted, error) {
	out := marking.Submitted{
		Attempt: string(s.Attempt), Sitting: s.Sitting, Round: s.Round, Paper: paper, Answers: make(map[int]bank.Response, len(s.Answers)),
	}
	lookup, err := e.recent.lookup(ctx, paper)
	if err != nil {
		return out, err
	}
	out.Lookup = lookup
	for _, slot := range paper.Slots {
		rev, ok := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		if !ok {
			return out, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
		}
		q, ok := rev.Part(slot.Ref.Part)
		if !ok {
			return out, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
		}
		if out.Answers[slot.Number], err = bank.DecodeResponse(q.Type, s.Answers[slot.Number].Response); err != nil {
			return out, fmt.Errorf("slot %d: %w", slot.Number, err)
		}
	}
	return out, nil
}

// Remark implements marking.Papers.
func (e *engine) Remark(ctx context.Context, sub *marking.Submitted, given map[int]result.PeopleMark) (result.Theory, error) {
	regraded, err := e.reviews.Amendments(ctx, sub.Sitting)
	if err != nil {
		return result.Theory{}, err
	}
	return e.remark(ctx, sub, given, regraded)
}

// remark marks what was handed in by machine, by people and by the regrades
// that count.
func (e *engine) remark(ctx context.Context, sub *marking.Submitted, given map[int]result.PeopleMark, regraded []result.Amendment) (result.Theory, error) {
	s, err := e.recent.sitting(ctx, sub.Sitting)
	if err != nil {
		return result.Theory{}, err
	}
	scheme, _ := e.standard.Scheme(s.Level)
	component, _ := scheme.Component(standard.Theory)
	theory, err := result.MarkTheoryBy(sub.Paper, sub.Answers, sub.Lookup, component, given)
	if err != nil {
		return result.Theory{}, err
	}
	if len(regraded) > 0 {
		script := scriptOf(sub)
		if theory, err = result.Amend(theory, &script, component, regraded); err != nil {
			return result.Theory{}, err
		}
	}
	theory.Attempt, theory.Sitting, theory.Round = sub.Attempt, string(sub.Sitting), sub.Round
	theory.Marked = e.clock.Now()
	return theory, nil
}

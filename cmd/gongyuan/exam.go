package main

import (
	"context"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
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
	var marked []result.Theory
	for i, m := range all {
		var theory result.Theory
		if theory, errs[i] = e.markOne(ctx, m, papers[m.Record.ID]); errs[i] == nil {
			marked = append(marked, theory)
		}
	}
	if err := e.results.InsertTheories(ctx, marked); err != nil {
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

func (e *engine) markOne(ctx context.Context, m attempt.Marking, paper bank.Paper) (result.Theory, error) {
	s, err := e.recent.sitting(ctx, m.Record.Sitting)
	if err != nil {
		return result.Theory{}, err
	}
	lookup, err := e.recent.lookup(ctx, paper)
	if err != nil {
		return result.Theory{}, err
	}
	answers := make(map[int]bank.Response, len(m.Submission.Answers))
	for _, slot := range paper.Slots {
		rev, ok := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		if !ok {
			return result.Theory{}, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
		}
		q, ok := rev.Part(slot.Ref.Part)
		if !ok {
			return result.Theory{}, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
		}
		if answers[slot.Number], err = bank.DecodeResponse(q.Type, m.Submission.Answers[slot.Number].Response); err != nil {
			return result.Theory{}, fmt.Errorf("slot %d: %w", slot.Number, err)
		}
	}
	scheme, _ := e.standard.Scheme(s.Level)
	component, _ := scheme.Component(standard.Theory)
	theory, err := result.MarkTheory(paper, answers, lookup, component)
	if err != nil {
		return result.Theory{}, err
	}
	theory.Attempt, theory.Sitting, theory.Round = string(m.Record.ID), string(m.Record.Sitting), m.Submission.Round
	theory.Marked = e.clock.Now()
	return theory, nil
}

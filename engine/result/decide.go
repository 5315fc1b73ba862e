package result

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// hadAHand tells whether somebody has handled the appeal before the decision.
func (a *Appeal) hadAHand(by people.AccountID) bool {
	return by == a.Reviewer || by == a.Handler || by == a.Assigner || by == a.FiledBy
}

// decide is the second person's word on a report. Where the result has got a
// newer version since, the report goes back to the reviewer and the error is
// ErrConflict.
func (g *Reviews) decide(ctx context.Context, by people.AccountID, a Appeal, h Handling) (Appeal, error) {
	if a.Report == nil {
		return Appeal{}, ErrState
	}
	if people.Same(ctx, by, a.Reviewer, a.Handler, a.Assigner, a.FiledBy) {
		return Appeal{}, ErrSecondPerson
	}
	why, err := checkText("/why", h.Why)
	if err != nil {
		return Appeal{}, err
	}
	back := func(a *Appeal) { a.Report = nil }
	if h.Act == ReturnReport {
		return g.step(ctx, a, h.Act, Step{By: by, Why: why}, back)
	}
	r, err := g.Latest(ctx, a.Registration)
	if err != nil {
		return Appeal{}, fmt.Errorf("decide on an appeal: %w", err)
	}
	if r.Version != a.Report.Against {
		_, err := g.step(ctx, a, ReturnReport, Step{By: by}, back)
		return Appeal{}, errors.Join(fmt.Errorf("the result changed since the report: %w", ErrConflict), err)
	}
	act := h.Act
	if a.Report.Changed {
		act = changeAppeal
	}
	a, err = g.step(ctx, a, act, Step{By: by, Why: why}, func(a *Appeal) { a.Decider, a.Answer, a.Answered = by, why, g.now() })
	if err != nil || act == DecideAppeal {
		return a, err
	}
	return g.followAppeal(ctx, a)
}

// followAppeal gives the result that an appeal changed its next version, and
// notes that it has it. It may be repeated.
func (g *Reviews) followAppeal(ctx context.Context, a Appeal) (Appeal, error) {
	x, err := g.Sources.Sittings.Sitting(ctx, a.Sitting)
	if err != nil {
		return a, fmt.Errorf("follow an appeal: %w", err)
	}
	who := map[sitting.RegistrationID]people.CandidateID{a.Registration: a.Candidate}
	if _, err := g.consequences(ctx, x, who, a.Component, Record{
		Cause: ByAppeal, CauseID: string(a.ID), Why: a.Report.Finding, By: a.Reviewer, Second: a.Decider, At: g.now(),
	}); err != nil {
		return a, fmt.Errorf("follow an appeal: %w", err)
	}
	a.Followed = g.now()
	stored, err := g.re.Appeals.ReplaceAppeal(ctx, a)
	if errors.Is(err, ErrConflict) {
		return g.re.Appeals.Appeal(ctx, a.ID) // another copy noted it
	}
	return stored, err
}

// Resume gives results their versions that a crash has left without one; call
// it at start-up.
func (g *Reviews) Resume(ctx context.Context) error {
	if err := g.Regrader.Resume(ctx); err != nil {
		return err
	}
	var out error
	const page = 100
	for skip := 0; ; skip += page {
		some, total, err := g.re.Appeals.AppealsIn(ctx, []AppealState{AppealChanged}, skip, page)
		if err != nil {
			return errors.Join(out, err)
		}
		for _, a := range some {
			if a.Followed.IsZero() {
				_, err := g.followAppeal(ctx, a)
				out = errors.Join(out, err)
			}
		}
		if skip+page >= total {
			return out
		}
	}
}

package assess

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Standing is how a candidate's component stands, by draw number.
type Standing struct {
	Draw    int
	Outcome Outcome
}

// Standings lists how the candidates of a panel stand, by draw number. The
// panel's chair and administrators may see it.
func (d *Desk) Standings(ctx context.Context, by people.AccountID, id PanelID) ([]Standing, error) {
	p, err := d.leader(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	outcomes, err := d.outcomes(ctx, &p)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	out := make([]Standing, len(outcomes))
	for i, o := range outcomes {
		out[i] = Standing{i + 1, o}
	}
	return out, nil
}

// Judgement is what a chair decides about a candidate.
type Judgement struct {
	Ruling Ruling
	Marks  bank.Marks // of Fix, else 0
	Why    string
}

// Decide settles what the panel's examiners do not agree on. Only the chair
// may, while holding that role, once for what is signed. Deciding the same again changes nothing. Errors: ErrState where
// there is nothing to decide, a *FieldError.
func (d *Desk) Decide(ctx context.Context, by people.AccountID, c Case, j Judgement) (Outcome, error) {
	p, err := d.panel(ctx, c.Panel)
	if errors.Is(err, ErrNotFound) || err == nil && p.Chair != by {
		err = ErrForbidden
	}
	if err == nil {
		err = d.mustBe(ctx, by, people.Chair)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("decide: %w", err)
	}
	who, ok := p.Registration(c.Draw)
	if !ok {
		return Outcome{}, fmt.Errorf("decide: %w", ErrNotFound)
	}
	o, err := d.outcome(ctx, &p, who)
	if err != nil {
		return Outcome{}, fmt.Errorf("decide: %w", err)
	}
	word := Decision{p.ID, who, o.Basis, j.Ruling, j.Marks, strings.TrimSpace(j.Why), by, d.now()}
	if o.said(word) {
		return o, nil
	}
	if err := o.checkDecision(word); err != nil {
		return Outcome{}, fmt.Errorf("decide: %w", err)
	}
	event := audit.Event{Actor: string(by), Act: "score.decide", Object: c.object(), Why: word.Why,
		Before: map[string]any{"combined": o.Combined, "spread": o.Spread, "reasons": o.Reasons},
		After:  map[string]any{"ruling": word.Ruling, "marks": word.Marks, "basis": word.Basis}}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Rulings.InsertDecision(ctx, word) })
	if errors.Is(err, ErrDuplicate) {
		return Outcome{}, fmt.Errorf("decide: somebody was quicker: %w", ErrState)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("decide: %w", err)
	}
	o.decide(&word)
	return o, nil
}

// said tells whether the outcome rests on that decision, its time aside.
func (o *Outcome) said(word Decision) bool {
	if o.Decision == nil {
		return false
	}
	word.At = o.Decision.At
	return word == *o.Decision
}

// CandidateOutcome is what a component of a sitting came to for a candidate.
type CandidateOutcome struct {
	Kind         standard.Kind
	Registration sitting.RegistrationID
	Outcome      ComponentOutcome
}

// Outcomes lists what the components of a sitting came to, by component and the
// draw of its first station. It tells who has which draw number: the caller
// sees to who may read it, and examiners may not.
func (d *Desk) Outcomes(ctx context.Context, id sitting.ID) ([]CandidateOutcome, error) {
	panels, err := d.in.Panels.PanelsOfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	var all stationOutcomes
	for _, p := range panels {
		found, err := d.outcomes(ctx, &p)
		if err != nil {
			return nil, fmt.Errorf("outcomes: %w", err)
		}
		for i, o := range found {
			all.add(&p, i+1, p.Draw[i], o)
		}
	}
	return all.combined(), nil
}

// OutcomesOf returns what the components of a sitting came to for one
// candidate. A component without a panel is left out. The caller sees to who
// may read it.
func (d *Desk) OutcomesOf(ctx context.Context, id sitting.ID, who sitting.RegistrationID) ([]CandidateOutcome, error) {
	panels, err := d.in.Panels.PanelsOfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	var all stationOutcomes
	for _, p := range panels {
		n := p.Number(who)
		if n == 0 {
			continue
		}
		o, err := d.outcome(ctx, &p, who)
		if err != nil {
			return nil, fmt.Errorf("outcomes: %w", err)
		}
		all.add(&p, n, who, o)
	}
	return all.combined(), nil
}

// stationOutcomes gathers stations by component and candidate, in the order in
// which they came.
type stationOutcomes struct {
	order    []CandidateOutcome // without what it came to
	stations map[standard.Kind]map[sitting.RegistrationID][]StationOutcome
}

func (s *stationOutcomes) add(p *Panel, draw int, who sitting.RegistrationID, o Outcome) {
	if s.stations == nil {
		s.stations = map[standard.Kind]map[sitting.RegistrationID][]StationOutcome{}
	}
	if s.stations[p.Kind] == nil {
		s.stations[p.Kind] = map[sitting.RegistrationID][]StationOutcome{}
	}
	if s.stations[p.Kind][who] == nil {
		s.order = append(s.order, CandidateOutcome{Kind: p.Kind, Registration: who})
	}
	s.stations[p.Kind][who] = append(s.stations[p.Kind][who], StationOutcome{p.ID, p.Station, p.Title, p.Weight, draw, o})
}

func (s *stationOutcomes) combined() []CandidateOutcome {
	for i, o := range s.order {
		s.order[i].Outcome = Combined(s.stations[o.Kind][o.Registration])
	}
	return s.order
}

// outcomes returns the outcome of each candidate in the order of the draw.
func (d *Desk) outcomes(ctx context.Context, p *Panel) ([]Outcome, error) {
	sheet, rulings, err := d.evidence(ctx, p)
	if err != nil {
		return nil, err
	}
	scores, err := d.in.Scores.ScoresOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range scores {
		e := rulings[s.Registration]
		e.Scores = append(e.Scores, s)
		rulings[s.Registration] = e
	}
	out := make([]Outcome, len(p.Draw))
	for i, who := range p.Draw {
		out[i] = Component(p, &sheet, rulings[who])
	}
	return out, nil
}

func (d *Desk) outcome(ctx context.Context, p *Panel, who sitting.RegistrationID) (Outcome, error) {
	sheet, rulings, err := d.evidence(ctx, p)
	if err != nil {
		return Outcome{}, err
	}
	e := rulings[who]
	if e.Scores, err = d.in.Scores.ScoresOfCandidate(ctx, p.ID, who); err != nil {
		return Outcome{}, err
	}
	return Component(p, &sheet, e), nil
}

// evidence returns the panel's sheet and, by candidate, what was ruled.
func (d *Desk) evidence(ctx context.Context, p *Panel) (Sheet, map[sitting.RegistrationID]Evidence, error) {
	sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
	if err != nil {
		return Sheet{}, nil, err
	}
	decisions, err := d.in.Rulings.Decisions(ctx, p.ID)
	if err != nil {
		return Sheet{}, nil, err
	}
	absences, err := d.in.Rulings.Absences(ctx, p.ID)
	if err != nil {
		return Sheet{}, nil, err
	}
	out := map[sitting.RegistrationID]Evidence{}
	for _, x := range decisions {
		e := out[x.Registration]
		e.Decisions = append(e.Decisions, x)
		out[x.Registration] = e
	}
	for _, x := range absences {
		e := out[x.Registration]
		e.Absence = &x
		out[x.Registration] = e
	}
	return sheet, out, nil
}

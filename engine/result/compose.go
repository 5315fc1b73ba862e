package result

import (
	"context"
	"fmt"
	"slices"

	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Sources is what outcomes are composed of.
type Sources struct {
	Sittings    Sittings
	Theories    Theories
	Attempts    Attempts
	Assessments Assessments
	Rulings     Rulings
	Records     Records
	Corrections Corrections
	Standard    standard.Standard
}

// Composed is the outcome of a candidate as of now, and what it was made of.
type Composed struct {
	Registration sitting.Registration
	Outcome      Outcome
	Basis        []Basis // by component, in the scheme's order
	Theory       *Theory // nil while nothing is marked
	Attempt      attempt.Record
	Assessed     map[standard.Kind]assess.ComponentOutcome
	Rulings      []Ruling // all, whatever their state
	Corrections  []Correction
}

// All is the composed outcomes of a sitting, by room, seat and admission
// number.
type All struct {
	Sitting    sitting.Sitting
	Scheme     standard.Scheme
	Candidates []Composed

	histories map[people.CandidateID]History // of those who do not take everything
}

// Compose makes the outcome of everyone on a sitting's roster of what was
// marked, scored, ruled and carried over so far. It reads; it changes nothing.
func (s *Sources) Compose(ctx context.Context, id sitting.ID) (All, error) {
	x, err := s.Sittings.Sitting(ctx, id)
	if err != nil {
		return All{}, fmt.Errorf("compose: %w", err)
	}
	all := All{Sitting: x}
	var ok bool
	if all.Scheme, ok = s.Standard.Scheme(x.Level); !ok {
		return All{}, fmt.Errorf("compose: the standard has no level %d: %w", x.Level, ErrInvalid)
	}
	roster, err := s.Sittings.Roster(ctx, x)
	if err != nil {
		return All{}, fmt.Errorf("compose: %w", err)
	}
	all.Candidates = make([]Composed, len(roster))
	for i, r := range roster {
		all.Candidates[i] = Composed{Registration: r, Assessed: map[standard.Kind]assess.ComponentOutcome{}}
	}
	if err := s.gather(ctx, &all); err != nil {
		return All{}, fmt.Errorf("compose: %w", err)
	}
	if all.histories, err = s.histories(ctx, &all); err != nil {
		return All{}, fmt.Errorf("compose: %w", err)
	}
	for i := range all.Candidates {
		c := &all.Candidates[i]
		c.compose(&all, all.histories[c.Registration.Candidate])
	}
	return all, nil
}

// with composes the outcomes again with other theory results, by attempt, and
// other histories; what is not named stays.
func (a All) with(theories map[string]Theory, histories map[people.CandidateID]History) All {
	was := a.Candidates
	a.Candidates = make([]Composed, len(was))
	for i, c := range was {
		if t, ok := theories[c.Registration.Attempt]; ok && c.Theory != nil {
			c.Theory = &t
		}
		h, ok := histories[c.Registration.Candidate]
		if !ok {
			h = a.histories[c.Registration.Candidate]
		}
		c.Basis = nil
		c.compose(&a, h)
		a.Candidates[i] = c
	}
	return a
}

// gather reads what is known of each candidate.
func (s *Sources) gather(ctx context.Context, all *All) error {
	at := make(map[sitting.RegistrationID]*Composed, len(all.Candidates))
	for i := range all.Candidates {
		c := &all.Candidates[i]
		at[c.Registration.ID] = c
	}
	if all.Sitting.State == sitting.Draft {
		return nil
	}
	theories, err := s.Theories.ResultsOfSitting(ctx, all.Sitting.ID)
	if err != nil {
		return err
	}
	records, err := s.Attempts.OfSitting(ctx, all.Sitting.ID)
	if err != nil {
		return err
	}
	for _, rec := range records {
		c := at[rec.Registration]
		if c == nil || c.Registration.Attempt != string(rec.ID) {
			continue
		}
		c.Attempt = rec
		if t, ok := theories[string(rec.ID)]; ok && t.Current(&rec) {
			c.Theory = &t
		}
	}
	assessed, err := s.Assessments.Outcomes(ctx, all.Sitting.ID)
	if err != nil {
		return err
	}
	for _, o := range assessed {
		if c := at[o.Registration]; c != nil {
			c.Assessed[o.Kind] = o.Outcome
		}
	}
	rulings, err := s.Rulings.RulingsOf(ctx, all.Sitting.ID)
	if err != nil {
		return err
	}
	for _, r := range rulings {
		if c := at[r.Registration]; c != nil {
			c.Rulings = append(c.Rulings, r)
		}
	}
	corrections, err := s.corrections(ctx, all.Sitting.ID)
	if err != nil {
		return err
	}
	for _, x := range corrections {
		if c := at[x.Registration]; c != nil {
			c.Corrections = append(c.Corrections, x)
		}
	}
	return nil
}

// histories reads what the candidates who do not take everything bring along.
func (s *Sources) histories(ctx context.Context, all *All) (map[people.CandidateID]History, error) {
	var ids []people.CandidateID
	for _, c := range all.Candidates {
		if c.Registration.Components != nil {
			ids = append(ids, c.Registration.Candidate)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := s.Records.LatestOfCandidates(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := map[people.CandidateID][]Record{}
	for _, r := range records {
		if r.Level == all.Sitting.Level && r.Occupation.Code == all.Sitting.Occupation.Code && r.Sitting != all.Sitting.ID {
			by[r.Candidate] = append(by[r.Candidate], r)
		}
	}
	out := map[people.CandidateID]History{}
	for id, records := range by {
		out[id] = HistoryOf(all.Scheme, records, all.Sitting.Opens)
	}
	return out, nil
}

// compose makes the outcome of what was gathered.
func (c *Composed) compose(all *All, h History) {
	parts := map[standard.Kind]Part{}
	basis := map[standard.Kind]Basis{}
	for _, component := range all.Scheme.Components {
		k := component.Kind
		if !c.Registration.Takes(k) {
			if old, ok := h.carries(k); ok {
				parts[k] = PartCarried(old.Awarded, old.On, old.Until, all.Sitting.Opens)
				basis[k] = Basis{Carried: old.From}
			}
			continue
		}
		parts[k], basis[k] = c.part(all, component)
		c.correct(k, parts, basis)
	}
	withheld := apply(c.Rulings, parts)
	c.Outcome = Compose(all.Scheme, parts)
	if withheld {
		c.Outcome.Result = Withheld
	}
	for _, component := range all.Scheme.Components {
		b := basis[component.Kind]
		b.Kind = component.Kind
		c.Basis = append(c.Basis, b)
	}
}

// part is what the sitting itself says of a component. Who has not begun the
// theory exam is absent once the sitting is closed.
func (c *Composed) part(all *All, component standard.Component) (Part, Basis) {
	if component.Kind != standard.Theory {
		o, ok := c.Assessed[component.Kind]
		if !ok {
			return Part{State: Missing}, Basis{}
		}
		var panels []string
		for _, station := range o.Stations {
			panels = append(panels, string(station.Panel))
		}
		return PartOfAssessment(&o), Basis{Panels: panels}
	}
	over := all.Sitting.State == sitting.Closed || all.Sitting.State == sitting.Released
	switch {
	case c.Theory != nil:
		return PartOfTheory(c.Theory, component), Basis{Attempt: c.Theory.Attempt, Version: c.Theory.Version}
	case !c.Attempt.Started.IsZero():
		return Part{State: Pending}, Basis{Attempt: string(c.Attempt.ID)}
	case over:
		return Part{State: Absent}, Basis{}
	}
	return Part{State: Missing}, Basis{}
}

// Find returns the composed outcome of a registration.
func (a *All) Find(id sitting.RegistrationID) (Composed, bool) {
	i := slices.IndexFunc(a.Candidates, func(c Composed) bool { return c.Registration.ID == id })
	if i < 0 {
		return Composed{}, false
	}
	return a.Candidates[i], true
}

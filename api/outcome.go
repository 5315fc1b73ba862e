package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/assess"
	"gongyuan/engine/certificate"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// ListOutcomes lists what the level came to for each candidate.
func (s *server) ListOutcomes(ctx context.Context, r contract.ListOutcomesRequestObject) (contract.ListOutcomesResponseObject, error) {
	desk, err := s.registrar.Stand(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out, err := s.wireOutcomes(ctx, &desk, desk.All.Candidates)
	return contract.ListOutcomes200JSONResponse(out), err
}

// wireOutcomes shows candidates of a sitting with their certificates.
func (s *server) wireOutcomes(ctx context.Context, d *result.Desk, all []result.Composed) ([]contract.OutcomeRow, error) {
	issued, err := s.certificates.OfSitting(ctx, d.All.Sitting.ID)
	if err != nil {
		return nil, err
	}
	numbers, valid := map[sitting.RegistrationID]string{}, map[sitting.RegistrationID]bool{}
	for _, c := range issued {
		numbers[c.Registration] = string(c.Number)
		valid[c.Registration] = c.State() == certificate.Valid
	}
	regs := make([]sitting.Registration, len(all))
	for i, c := range all {
		regs[i] = c.Registration
	}
	seats, err := s.seats(ctx, regs)
	if err != nil {
		return nil, err
	}
	out := make([]contract.OutcomeRow, len(all))
	for i, c := range all {
		if out[i], err = s.wireOutcome(ctx, seats[i], &c); err != nil {
			return nil, err
		}
		if n, ok := numbers[c.Registration.ID]; ok {
			out[i].Certificate = &n
		}
		if record, ok := d.Latest[c.Registration.ID]; ok {
			changed := d.Differs(&c)
			out[i].Version, out[i].Changed = &record.Version, &changed
			if doubtful := valid[c.Registration.ID] && record.Outcome.Result != result.Qualified; doubtful {
				out[i].CertificateDoubtful = &doubtful
			}
		}
	}
	return out, nil
}

func (s *server) wireOutcome(ctx context.Context, p seat, c *result.Composed) (contract.OutcomeRow, error) {
	row := contract.OutcomeRow{
		Registration: string(p.ID), Admission: p.Admission, Name: p.person.Name, Room: p.Room, Seat: p.Seat,
		Verdict: contract.OutcomeVerdict(c.Outcome.Result), Components: []contract.OutcomePart{},
	}
	waiting := 0
	for _, r := range c.Rulings {
		if r.State == result.Accused || r.State == result.InForce {
			waiting++
		}
	}
	if waiting > 0 {
		row.Rulings = &waiting
	}
	for i, component := range c.Outcome.Components {
		part := wireComponent(component)
		if version := c.Basis[i].Version; version > 0 {
			part.Version = &version
		}
		if detail, ok := c.Assessed[component.Kind]; ok {
			if err := s.addAssessment(ctx, &part, detail); err != nil {
				return row, err
			}
		}
		row.Components = append(row.Components, part)
	}
	return row, nil
}

func wireComponent(c result.Component) contract.OutcomePart {
	part := contract.OutcomePart{
		Kind: contract.OutcomePartKind(c.Kind), State: contract.OutcomePartState(c.State), Pass: contract.Marks(c.Pass), Full: contract.Marks(c.Full),
	}
	if c.State == "" {
		part.State = contract.OutcomePartStateMissing
	}
	if c.Verdict != result.Open {
		awarded, passed := contract.Marks(c.Awarded), c.Verdict == result.Passed
		part.Awarded, part.Passed = &awarded, &passed
	}
	if c.State == result.Carried {
		on, until := c.On, c.Until
		part.CarriedOn, part.CarriedUntil = &on, &until
	}
	return part
}

// assessedPart shows what examiners' scores came to at one station.
func (s *server) assessedPart(ctx context.Context, level standard.Level, kind standard.Kind, o assess.Outcome) (contract.OutcomePart, error) {
	scheme, _ := s.standard.Scheme(level)
	alone := assess.Combined([]assess.StationOutcome{{Station: 1, Weight: 100, Outcome: o}})
	composed := result.Compose(scheme, map[standard.Kind]result.Part{kind: result.PartOfAssessment(&alone)})
	for _, c := range composed.Components {
		if c.Kind == kind {
			part := wireComponent(c)
			if err := s.addAssessment(ctx, &part, alone); err != nil {
				return part, err
			}
			part.Stations, part.Weight = nil, nil
			return part, nil
		}
	}
	return contract.OutcomePart{}, assess.ErrNotFound
}

// SettleComponent records that a candidate did not come, or that they did.
func (s *server) SettleComponent(ctx context.Context, r contract.SettleComponentRequestObject) (contract.SettleComponentResponseObject, error) {
	all, err := s.desk.OutcomesOf(ctx, sitting.ID(r.Sitting), sitting.RegistrationID(r.Registration))
	if err != nil {
		return nil, err
	}
	err = assess.ErrNotFound
	for _, o := range all {
		if string(o.Kind) == string(r.Kind) {
			err = s.settleStations(ctx, o.Outcome.Stations, r.Body)
		}
	}
	if err != nil {
		return nil, err
	}
	desk, err := s.registrar.Stand(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	c, ok := desk.All.Find(sitting.RegistrationID(r.Registration))
	if !ok {
		return nil, sitting.ErrNotFound
	}
	rows, err := s.wireOutcomes(ctx, &desk, []result.Composed{c})
	if err != nil {
		return nil, err
	}
	return contract.SettleComponent200JSONResponse(rows[0]), nil
}

package api

import (
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/assess"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// candidateOutcome is all that is known of one candidate of a sitting.
type candidateOutcome struct {
	seat     seat
	outcome  result.Outcome
	assessed map[standard.Kind]assess.ComponentOutcome
}

// outcomesOf composes the outcome of everyone on a sitting's roster.
func (s *server) outcomesOf(ctx context.Context, id string) (sitting.Sitting, []candidateOutcome, error) {
	x, seats, err := s.roster(ctx, id)
	if err != nil {
		return x, nil, err
	}
	scheme, ok := s.standard.Scheme(x.Level)
	if !ok {
		return x, nil, sitting.ErrInvalid
	}
	theories, err := s.theoryParts(ctx, &x, seats, scheme)
	if err != nil {
		return x, nil, err
	}
	all, err := s.desk.Outcomes(ctx, x.ID)
	if err != nil {
		return x, nil, err
	}
	assessed := map[sitting.RegistrationID]map[standard.Kind]assess.ComponentOutcome{}
	for _, o := range all {
		if assessed[o.Registration] == nil {
			assessed[o.Registration] = map[standard.Kind]assess.ComponentOutcome{}
		}
		assessed[o.Registration][o.Kind] = o.Outcome
	}
	out := make([]candidateOutcome, len(seats))
	for i, p := range seats {
		parts := map[standard.Kind]result.Part{standard.Theory: theories[p.ID]}
		for kind, o := range assessed[p.ID] {
			parts[kind] = result.PartOfAssessment(&o)
		}
		out[i] = candidateOutcome{p, result.Compose(scheme, parts), assessed[p.ID]}
	}
	return x, out, nil
}

// theoryParts says what the theory exam came to for each. Who has not begun is
// absent once the sitting is closed.
func (s *server) theoryParts(ctx context.Context, x *sitting.Sitting, seats []seat, scheme standard.Scheme) (map[sitting.RegistrationID]result.Part, error) {
	component, _ := scheme.Component(standard.Theory)
	out := make(map[sitting.RegistrationID]result.Part, len(seats))
	if x.State == sitting.Draft {
		return out, nil
	}
	theories, records, err := s.theories(ctx, x.ID, seats)
	if err != nil {
		return nil, err
	}
	over := x.State == sitting.Closed || x.State == sitting.Released
	for _, p := range seats {
		theory, marked := theories[p.Attempt]
		switch {
		case marked:
			out[p.ID] = result.PartOfTheory(&theory, component)
		case !records[p.Attempt].Started.IsZero():
			out[p.ID] = result.Part{State: result.Pending}
		case over:
			out[p.ID] = result.Part{State: result.Absent}
		}
	}
	return out, nil
}

// ListOutcomes lists what the level came to for each candidate.
func (s *server) ListOutcomes(ctx context.Context, r contract.ListOutcomesRequestObject) (contract.ListOutcomesResponseObject, error) {
	x, all, err := s.outcomesOf(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	issued, err := s.certificates.OfSitting(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	numbers := map[sitting.RegistrationID]string{}
	for _, c := range issued {
		numbers[c.Registration] = string(c.Number)
	}
	out := contract.ListOutcomes200JSONResponse{}
	for _, o := range all {
		row, err := s.wireOutcome(ctx, o)
		if err != nil {
			return nil, err
		}
		if n, ok := numbers[o.seat.ID]; ok {
			row.Certificate = &n
		}
		out = append(out, row)
	}
	return out, nil
}

func (s *server) wireOutcome(ctx context.Context, o candidateOutcome) (contract.OutcomeRow, error) {
	row := contract.OutcomeRow{
		Registration: string(o.seat.ID), Admission: o.seat.Admission, Name: o.seat.person.Name, Room: o.seat.Room, Seat: o.seat.Seat,
		Verdict: contract.OutcomeRowVerdict(o.outcome.Result), Components: []contract.OutcomePart{},
	}
	for _, c := range o.outcome.Components {
		part := wireComponent(c)
		if detail, ok := o.assessed[c.Kind]; ok {
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
	_, rows, err := s.outcomesOf(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	for _, o := range rows {
		if string(o.seat.ID) == r.Registration {
			row, err := s.wireOutcome(ctx, o)
			return contract.SettleComponent200JSONResponse(row), err
		}
	}
	return nil, sitting.ErrNotFound
}

// heldBack is why somebody gets no certificate, in both languages.
var heldBack = map[string][2]string{
	"not-released": {"成绩还没有公布", "results are not released"},
	"not-on-list":  {"不在本场次的名单上", "not on this sitting's roster"},
	"unqualified":  {"总评不合格", "not qualified"},
	"incomplete":   {"还有项目没有成绩", "a component has no result yet"},
	"document":     {"证件号无法读取，请管理员核对密钥", "the document number cannot be opened; check the secrets"},
	"differs":      {"已按另一内容发证，请先核对", "certified already with other content; check first"},
}

func (s *server) held(ctx context.Context, id, reason string) contract.HeldBack {
	texts := heldBack[reason]
	if callOf(ctx).lang == "en" {
		return contract.HeldBack{Registration: id, Reason: texts[1]}
	}
	return contract.HeldBack{Registration: id, Reason: texts[0]}
}

// IssueCertificates certifies those of the named who are qualified, once each.
func (s *server) IssueCertificates(ctx context.Context, r contract.IssueCertificatesRequestObject) (contract.IssueCertificatesResponseObject, error) {
	x, all, err := s.outcomesOf(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	by := make(map[string]candidateOutcome, len(all))
	for _, o := range all {
		by[string(o.seat.ID)] = o
	}
	out := contract.IssueCertificates200JSONResponse{Certificates: []contract.Certificate{}, Held: []contract.HeldBack{}}
	for _, id := range r.Body.Registrations {
		c, reason, err := s.issue(ctx, &x, by[id])
		switch {
		case err != nil:
			return nil, err
		case reason != "":
			out.Held = append(out.Held, s.held(ctx, id, reason))
		default:
			out.Certificates = append(out.Certificates, s.wireCertificate(c))
		}
	}
	s.log.Info("certificates issued", "sitting", r.Sitting, "issued", len(out.Certificates), "held", len(out.Held), "by", staff(ctx), "request", callOf(ctx).requestID)
	return out, nil
}

// issue certifies one candidate, or says why not.
func (s *server) issue(ctx context.Context, x *sitting.Sitting, o candidateOutcome) (certificate.Certificate, string, error) {
	var none certificate.Certificate
	switch {
	case o.seat.ID == "":
		return none, "not-on-list", nil
	case x.State != sitting.Released:
		return none, "not-released", nil
	case o.outcome.Result == result.Unqualified:
		return none, "unqualified", nil
	case o.outcome.Result != result.Qualified:
		return none, "incomplete", nil
	}
	number, err := s.sealer.Open(o.seat.person.IDSealed, string(o.seat.person.ID))
	if errors.Is(err, people.ErrSealed) {
		return none, "document", nil
	}
	scheme, _ := s.standard.Scheme(x.Level)
	c, err := s.certificates.Issue(ctx, certificate.Qualified{
		Sitting: x.ID, Registration: o.seat.ID, Candidate: o.seat.Candidate, Name: o.seat.person.Name,
		Document: certificate.ResidentIdentity, DocumentNumber: number, Occupation: x.Occupation, Level: x.Level, LevelTitle: scheme.Title,
	}, staff(ctx))
	if errors.Is(err, certificate.ErrDiffers) {
		return none, "differs", nil
	}
	return c, "", err
}

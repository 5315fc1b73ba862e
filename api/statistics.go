package api

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// GetStatistics tells how the marks of a sitting lie and how far its examiners
// agree.
func (s *server) GetStatistics(ctx context.Context, r contract.GetStatisticsRequestObject) (contract.GetStatisticsResponseObject, error) {
	all, err := s.registrar.Compose(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	assessed, err := s.desk.Outcomes(ctx, all.Sitting.ID)
	if err != nil {
		return nil, err
	}
	out := contract.GetStatistics200JSONResponse{
		Candidates: len(all.Candidates), Components: []contract.Distribution{}, Panels: []contract.PanelAgreement{},
	}
	for _, c := range all.Candidates {
		switch c.Outcome.Result {
		case result.Qualified:
			out.Qualified++
		case result.Unqualified:
			out.Unqualified++
		case result.Withheld:
			out.Withheld++
		default:
			out.Incomplete++
		}
	}
	for _, c := range all.Scheme.Components {
		out.Components = append(out.Components, distribution(c, all.Candidates))
		panels, err := s.agreements(ctx, c, assessed)
		if err != nil {
			return nil, err
		}
		out.Panels = append(out.Panels, panels...)
	}
	return out, nil
}

// distribution describes the marks of one component.
func distribution(c standard.Component, all []result.Composed) contract.Distribution {
	out := contract.Distribution{Kind: contract.DistributionKind(c.Kind)}
	var marks []bank.Marks
	for _, candidate := range all {
		for _, part := range candidate.Outcome.Components {
			if part.Kind != c.Kind {
				continue
			}
			switch part.State {
			case result.Scored:
				marks = append(marks, part.Awarded)
			case result.Absent:
				out.Absent++
			case result.Vetoed:
				out.Vetoed++
			case result.Cheated:
				out.Misconduct++
			case result.Carried:
				out.Carried++
			}
		}
	}
	d := result.Distribute(marks, c.Full, c.Pass)
	out.Full, out.Pass, out.N, out.Passed = contract.Marks(d.Full), contract.Marks(d.Pass), d.N, d.Passed
	out.Mean, out.Sd, out.Median, out.Least, out.Most = d.Mean, d.SD, d.Median, contract.Marks(d.Least), contract.Marks(d.Most)
	for _, b := range d.Bins {
		out.Bins = append(out.Bins, contract.DistributionBin{From: contract.Marks(b.From), To: contract.Marks(b.To), Count: b.Count})
	}
	return out
}

// agreements compares the examiners of each panel of a component.
func (s *server) agreements(ctx context.Context, c standard.Component, assessed []assess.CandidateOutcome) ([]contract.PanelAgreement, error) {
	var order []assess.StationOutcome
	by := map[assess.PanelID][]assess.Outcome{}
	for _, o := range assessed {
		if o.Kind != c.Kind {
			continue
		}
		for _, station := range o.Outcome.Stations {
			if by[station.Panel] == nil {
				order = append(order, station)
			}
			by[station.Panel] = append(by[station.Panel], station.Outcome)
		}
	}
	slices.SortFunc(order, func(a, b assess.StationOutcome) int {
		return cmp.Or(cmp.Compare(a.Station, b.Station), cmp.Compare(a.Panel, b.Panel))
	})
	var out []contract.PanelAgreement
	for _, station := range order {
		a, examiners, err := assess.AgreeOf(by[station.Panel], c.Pass)
		wire := contract.PanelAgreement{
			Kind: contract.PanelAgreementKind(c.Kind), Panel: string(station.Panel), Station: station.Title, Candidates: a.Candidates,
		}
		switch {
		case errors.Is(err, assess.ErrTooFew) || errors.Is(err, assess.ErrRagged):
			few := true
			wire.TooFew = &few
		case err != nil:
			return nil, err
		}
		wire.Examiners = []contract.ExaminerSeverity{}
		if err == nil {
			wire.Icc1, wire.Icck, wire.Kappa = known(a.Single), known(a.Average), known(a.Kappa)
			wire.Apart, wire.Unanimous = &a.Apart, &a.Unanimous
			for i, e := range a.Severity {
				wire.Examiners = append(wire.Examiners, contract.ExaminerSeverity{
					Name: s.staffName(ctx, examiners[i]), Mean: e.Mean, Others: e.Others, Difference: e.Difference,
				})
			}
		}
		out = append(out, wire)
	}
	return out, nil
}

func known(f assess.Figure) *float64 {
	if !f.Known {
		return nil
	}
	return &f.Value
}

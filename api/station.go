package api

import (
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/assess"
)

// addAssessment adds the stations of a component, and who gave what, which is
// known once all have signed. A component with one station shows it as its own.
func (s *server) addAssessment(ctx context.Context, part *contract.OutcomePart, o assess.ComponentOutcome) error {
	if o.State == assess.Chair {
		part.State = contract.OutcomePartStateChair
	}
	stations := make([]contract.StationPart, len(o.Stations))
	for i, st := range o.Stations {
		stations[i] = s.wireStation(ctx, part.Kind, &st)
	}
	part.Stations, part.Weight = &stations, &o.Weight
	if len(stations) != 1 {
		return nil
	}
	only := stations[0]
	part.Spread, part.Examiners, part.Decision, part.Earlier = only.Spread, only.Examiners, only.Decision, only.Earlier
	if only.Reasons != nil {
		reasons := make([]contract.OutcomePartReasons, len(*only.Reasons))
		for i, r := range *only.Reasons {
			reasons[i] = contract.OutcomePartReasons(r)
		}
		part.Reasons = &reasons
	}
	return nil
}

func (s *server) wireStation(ctx context.Context, kind contract.OutcomePartKind, st *assess.StationOutcome) contract.StationPart {
	o := st.Outcome
	out := contract.StationPart{
		Name: stationName(string(kind), st.Station), Station: st.Station, Title: st.Title, Weight: st.Weight, Draw: drawText(st.Draw), State: stationState(&o),
	}
	if o.State == assess.Settled {
		awarded := contract.Marks(o.Awarded)
		out.Awarded = &awarded
	}
	if len(o.Earlier) > 0 {
		earlier := s.wireEarlier(ctx, o.Earlier)
		out.Earlier = &earlier
	}
	if len(o.Sheets) == 0 {
		return out
	}
	spread := contract.Marks(o.Spread)
	out.Spread = &spread
	totals := make([]contract.ExaminerTotal, len(o.Sheets))
	for i, sheet := range o.Sheets {
		totals[i] = contract.ExaminerTotal{
			Examiner: s.staffName(ctx, sheet.Examiner), Total: contract.Marks(sheet.Total.Sum), Vetoed: sheet.Total.Vetoed,
		}
	}
	out.Examiners = &totals
	if len(o.Reasons) > 0 {
		reasons := make([]contract.StationPartReasons, len(o.Reasons))
		for i, r := range o.Reasons {
			reasons[i] = contract.StationPartReasons(r)
		}
		out.Reasons = &reasons
	}
	if o.Decision != nil {
		out.Decision = &o.Decision.Why
	}
	return out
}

// wireEarlier shows what the chair decided before a score was signed anew.
func (s *server) wireEarlier(ctx context.Context, all []assess.Decision) []contract.PastDecision {
	out := make([]contract.PastDecision, len(all))
	for i, d := range all {
		out[i] = contract.PastDecision{Ruling: contract.JudgementRuling(d.Ruling), Reason: d.Why, By: s.staffName(ctx, d.By), At: d.At}
		if d.Ruling == assess.Fix {
			marks := contract.Marks(d.Marks)
			out[i].Marks = &marks
		}
	}
	return out
}

func stationState(o *assess.Outcome) contract.StationPartState {
	switch {
	case o.State == assess.Chair:
		return contract.StationPartStateChair
	case o.State != assess.Settled:
		return contract.StationPartStatePending
	case o.Absent:
		return contract.StationPartStateAbsent
	case o.Vetoed:
		return contract.StationPartStateVetoed
	}
	return contract.StationPartStateScored
}

// SettleDraw is the chair's word that a candidate did not come, or did.
func (s *server) SettleDraw(ctx context.Context, r contract.SettleDrawRequestObject) (contract.SettleDrawResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	if r.Body.Act == contract.SettlementActPresent {
		err = s.desk.WithdrawAbsence(ctx, staff(ctx), c, r.Body.Reason)
	} else {
		err = s.desk.RecordAbsence(ctx, staff(ctx), c, r.Body.Reason)
	}
	return contract.SettleDraw204Response{}, err
}

// settleStations records an absence at one station or at all of them, or takes
// it back where it is recorded.
func (s *server) settleStations(ctx context.Context, stations []assess.StationOutcome, b *contract.Settlement) error {
	found := false
	for _, st := range stations {
		if b.Station != nil && *b.Station != st.Station {
			continue
		}
		at := assess.Case{Panel: st.Panel, Draw: st.Draw}
		var err error
		if b.Act == contract.SettlementActPresent {
			if err = s.desk.WithdrawAbsence(ctx, staff(ctx), at, b.Reason); errors.Is(err, assess.ErrNotFound) && b.Station == nil {
				continue
			}
		} else {
			err = s.desk.RecordAbsence(ctx, staff(ctx), at, b.Reason)
		}
		if err != nil {
			return err
		}
		found = true
	}
	if !found {
		return assess.ErrNotFound
	}
	return nil
}

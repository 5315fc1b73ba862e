package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// AskUnlock asks to open a signed score.
func (s *server) AskUnlock(ctx context.Context, r contract.AskUnlockRequestObject) (contract.AskUnlockResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Body.Kind, r.Body.Draw)
	if err != nil {
		return nil, err
	}
	examiner := staff(ctx)
	if r.Body.Examiner != nil {
		examiner = people.AccountID(*r.Body.Examiner)
	}
	u, err := s.desk.AskUnlock(ctx, staff(ctx), c, examiner, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	out, err := s.wireUnlock(ctx, u)
	return contract.AskUnlock201JSONResponse(out), err
}

// ListUnlocks lists the requests that the caller may see, panel by panel.
func (s *server) ListUnlocks(ctx context.Context, r contract.ListUnlocksRequestObject) (contract.ListUnlocksResponseObject, error) {
	ids, err := s.panelsOfCaller(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListUnlocks200JSONResponse{}
	for _, id := range ids {
		all, err := s.desk.Unlocks(ctx, staff(ctx), id)
		if err != nil {
			return nil, err
		}
		for _, u := range all {
			wire, err := s.wireUnlock(ctx, u)
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
	}
	return out, nil
}

// panelsOfCaller names the panels of a sitting that the caller leads or belongs
// to.
func (s *server) panelsOfCaller(ctx context.Context, id sitting.ID) ([]assess.PanelID, error) {
	var out []assess.PanelID
	who := callOf(ctx).actor
	if who.Has(people.Administrator) || who.Has(people.Auditor) {
		panels, err := s.desk.Panels(ctx, staff(ctx), id)
		for _, p := range panels {
			out = append(out, p.ID)
		}
		return out, err
	}
	duties, err := s.desk.Duties(ctx, staff(ctx))
	for _, d := range duties {
		if d.Sitting == id {
			out = append(out, d.Panel)
		}
	}
	return out, err
}

// DecideUnlock approves or refuses a request.
func (s *server) DecideUnlock(ctx context.Context, r contract.DecideUnlockRequestObject) (contract.DecideUnlockResponseObject, error) {
	why := ""
	if r.Body.Reason != nil {
		why = *r.Body.Reason
	}
	if id := assess.UnlockID(r.Unlock); !id.Of(sitting.ID(r.Sitting)) {
		return nil, assess.ErrNotFound
	}
	u, err := s.desk.DecideUnlock(ctx, staff(ctx), assess.UnlockID(r.Unlock), assess.UnlockState(r.Body.Decision), why)
	if err != nil {
		return nil, err
	}
	out, err := s.wireUnlock(ctx, u)
	return contract.DecideUnlock200JSONResponse(out), err
}

func (s *server) wireUnlock(ctx context.Context, u assess.Unlock) (contract.Unlock, error) {
	examiner, err := s.accounts.Account(ctx, u.Examiner)
	if err != nil {
		return contract.Unlock{}, err
	}
	out := contract.Unlock{
		Id: string(u.ID), Kind: contract.StationName(u.Panel.Station()), Draw: drawText(u.Draw), Examiner: wireAccount(examiner), Version: u.Signed,
		Reason: u.Why, By: s.staffName(ctx, u.By), At: u.At, State: contract.UnlockState(u.State), MayDecide: s.desk.MayDecide(ctx, staff(ctx), u),
	}
	if u.Second != "" {
		second := s.staffName(ctx, u.Second)
		out.Second, out.SecondReason, out.SecondAt = &second, &u.SecondWhy, &u.SecondAt
	}
	return out, nil
}

// ListVersions lists the scores of a candidate as they were signed, those that
// stand and those before they were opened again.
func (s *server) ListVersions(ctx context.Context, r contract.ListVersionsRequestObject) (contract.ListVersionsResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	all, err := s.desk.Versions(ctx, staff(ctx), c)
	if err != nil {
		return nil, err
	}
	out := contract.ListVersions200JSONResponse{}
	for _, f := range all {
		out = append(out, contract.ScoreVersion{Examiner: s.staffName(ctx, f.Examiner), Stands: f.Stands, Score: wireForm(f)})
	}
	return out, nil
}

package api

import (
	"context"
	"errors"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/draw"
)

// Bank is what the API asks of the question bank where a sitting or a paper says
// which questions: whoever may see that may see these.
type Bank interface {
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error)
}

// Banks is what editors and planners look at. It keeps to the limits of whoever
// asks (editorial.Guard).
type Banks interface {
	Banks(ctx context.Context) ([]bank.Summary, error)
	Items(ctx context.Context, q bank.ItemQuery) (bank.ItemPage, error)
	Uses(ctx context.Context, items []bank.ItemID) ([]bank.Use, error)
	Blueprint(ctx context.Context, id string) (bank.Blueprint, error)
	Blueprints(ctx context.Context) ([]bank.Blueprint, error)
}

// ListBanks lists the banks.
func (s *server) ListBanks(ctx context.Context, _ contract.ListBanksRequestObject) (contract.ListBanksResponseObject, error) {
	banks, err := s.banks.Banks(ctx)
	if err != nil {
		return nil, err
	}
	out := make(contract.ListBanks200JSONResponse, len(banks))
	for i, b := range banks {
		out[i] = contract.Bank{Id: string(b.ID), Title: b.Title, Total: b.Total, Published: b.Published}
	}
	return out, nil
}

// ListBlueprints lists the blueprints.
func (s *server) ListBlueprints(ctx context.Context, _ contract.ListBlueprintsRequestObject) (contract.ListBlueprintsResponseObject, error) {
	all, err := s.banks.Blueprints(ctx)
	if err != nil {
		return nil, err
	}
	out := make(contract.ListBlueprints200JSONResponse, len(all))
	for i, b := range all {
		out[i] = contract.Blueprint{
			Id: b.ID, Bank: string(b.Bank), Title: b.Title, DurationMinutes: int(b.Duration / time.Minute), Total: contract.Marks(b.Total()),
		}
		if b.Edition > 0 {
			out[i].Edition = &b.Edition
		}
		for _, sec := range b.Sections {
			out[i].Sections = append(out[i].Sections, contract.BlueprintSection{
				Type: contract.ItemType(sec.Type), Count: sec.Count, Points: contract.Marks(sec.Points),
			})
		}
	}
	return out, nil
}

// CheckBlueprint tells whether the bank can fulfil a blueprint now.
func (s *server) CheckBlueprint(ctx context.Context, r contract.CheckBlueprintRequestObject) (contract.CheckBlueprintResponseObject, error) {
	bp, err := s.banks.Blueprint(ctx, r.Blueprint)
	if err != nil {
		return nil, err
	}
	pool, err := s.compose.Pool(ctx, bp.Bank)
	if err != nil {
		return nil, err
	}
	out := contract.CheckBlueprint200JSONResponse{Shortages: []string{}}
	plan, err := pool.Plan(bp)
	var short *draw.Shortage
	switch {
	case errors.As(err, &short):
		for _, cell := range short.Cells {
			out.Shortages = append(out.Shortages, cell.Text(callOf(ctx).lang))
		}
		return out, nil
	case err != nil:
		return nil, err
	}
	paper, err := plan.Draw(draw.Request{})
	if err != nil {
		return nil, err
	}
	expected := contract.Marks(plan.Expected(paper))
	out.Feasible, out.Expected = true, &expected
	return out, nil
}

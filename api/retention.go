package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/retention"
	"gongyuan/engine/sitting"
)

// GetRetention tells what is kept and what of it is due.
func (s *server) GetRetention(ctx context.Context, _ contract.GetRetentionRequestObject) (contract.GetRetentionResponseObject, error) {
	list, err := s.custody.Retention.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	runs, err := s.custody.Retention.Runs(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	out := contract.GetRetention200JSONResponse{At: list.At, Digest: list.Digest, Stocks: []contract.RetentionStock{}, Lots: wireLots(list.Lots), Runs: []contract.Deletion{}}
	for _, x := range list.Stocks {
		stock := contract.RetentionStock{Kind: contract.RetentionKind(x.Rule.Kind), Days: x.Rule.Days, Archived: x.Rule.Archived, Certificate: x.Rule.Certificate, Count: x.Count}
		if !x.Oldest.IsZero() {
			stock.Oldest = &x.Oldest
		}
		out.Stocks = append(out.Stocks, stock)
	}
	for i := range runs {
		out.Runs = append(out.Runs, s.wireDeletion(ctx, &runs[i]))
	}
	return out, nil
}

func wireLots(lots []retention.Lot) []contract.RetentionLot {
	out := make([]contract.RetentionLot, len(lots))
	for i, l := range lots {
		out[i] = contract.RetentionLot{
			Kind: contract.RetentionKind(l.Kind), Sitting: string(l.Sitting), Title: l.Title, From: l.From, Due: l.Due, Count: l.Count, Spared: l.Spared,
		}
		if l.Hold != "" {
			hold := contract.RetentionLotHold(l.Hold)
			out[i].Hold = &hold
		}
	}
	return out
}

func (s *server) wireDeletion(ctx context.Context, r *retention.Run) contract.Deletion {
	out := contract.Deletion{
		Id: r.ID, Lots: wireLots(r.Lots), Reason: r.Why, By: s.staffName(ctx, r.By), At: r.At, State: contract.DeletionState(r.State), Deleted: r.Deleted,
		MayConfirm: (r.State == retention.Proposed || r.State == retention.Confirmed) && r.By != staff(ctx) && callOf(ctx).actor.Has(people.Administrator),
	}
	if r.Second != "" {
		second := s.staffName(ctx, r.Second)
		out.Second, out.SecondReason, out.SecondAt = &second, &r.SecondWhy, &r.SecondAt
	}
	return out
}

// ProposeDeletion proposes to delete what is due.
func (s *server) ProposeDeletion(ctx context.Context, r contract.ProposeDeletionRequestObject) (contract.ProposeDeletionResponseObject, error) {
	run, err := s.custody.Retention.Propose(ctx, staff(ctx), r.Body.Digest, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return contract.ProposeDeletion201JSONResponse(s.wireDeletion(ctx, &run)), nil
}

// DecideDeletion deletes, or takes the proposal back.
func (s *server) DecideDeletion(ctx context.Context, r contract.DecideDeletionRequestObject) (contract.DecideDeletionResponseObject, error) {
	var run retention.Run
	var err error
	if r.Body.Act == contract.DeletionConfirm {
		run, err = s.custody.Retention.Confirm(ctx, staff(ctx), r.Deletion)
	} else {
		why := ""
		if r.Body.Reason != nil {
			why = *r.Body.Reason
		}
		run, err = s.custody.Retention.Cancel(ctx, staff(ctx), r.Deletion, why)
	}
	if err != nil {
		return nil, err
	}
	return contract.DecideDeletion200JSONResponse(s.wireDeletion(ctx, &run)), nil
}

func (s *server) wireKeeping(ctx context.Context, k *retention.Keeping) contract.Keeping {
	out := contract.Keeping{Kept: k.On, MayChange: callOf(ctx).actor.Has(people.Administrator) && (!k.On || k.By != staff(ctx))}
	if k.Version > 0 {
		by := s.staffName(ctx, k.By)
		out.Reason, out.By, out.At = &k.Why, &by, &k.At
	}
	return out
}

// GetKeeping tells whether everything of a sitting is kept.
func (s *server) GetKeeping(ctx context.Context, r contract.GetKeepingRequestObject) (contract.GetKeepingResponseObject, error) {
	k, err := s.custody.Retention.Keeping(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	return contract.GetKeeping200JSONResponse(s.wireKeeping(ctx, &k)), nil
}

// KeepSitting keeps everything of a sitting, or ends that.
func (s *server) KeepSitting(ctx context.Context, r contract.KeepSittingRequestObject) (contract.KeepSittingResponseObject, error) {
	k, err := s.custody.Retention.Keep(ctx, staff(ctx), sitting.ID(r.Sitting), r.Body.Keep, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return contract.KeepSitting200JSONResponse(s.wireKeeping(ctx, &k)), nil
}

package api

import (
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// ListResults lists the results of a sitting by room and seat.
func (s *server) ListResults(ctx context.Context, r contract.ListResultsRequestObject) (contract.ListResultsResponseObject, error) {
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	out := contract.ListResults200JSONResponse{}
	if x.State == sitting.Draft {
		return out, nil
	}
	theories, states, err := s.theories(ctx, x.ID, seats)
	if err != nil {
		return nil, err
	}
	for _, p := range seats {
		theory, marked := theories[p.Attempt]
		out = append(out, resultRow(p, states[p.Attempt], theory, marked))
	}
	return out, nil
}

// theories returns what marking found and where each attempt stands, by
// attempt.
func (s *server) theories(ctx context.Context, id sitting.ID, seats []seat) (map[string]result.Theory, map[string]attempt.Record, error) {
	ids := make([]string, len(seats))
	for i, p := range seats {
		ids[i] = p.Attempt
	}
	theories, err := s.results.ResultsOf(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	recs, err := s.attempts.OfSitting(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	records := make(map[string]attempt.Record, len(recs))
	for _, rec := range recs {
		records[string(rec.ID)] = rec
	}
	for id, theory := range theories {
		if rec := records[id]; !theory.Current(&rec) {
			delete(theories, id)
		}
	}
	return theories, records, nil
}

func resultRow(p seat, rec attempt.Record, theory result.Theory, marked bool) contract.ResultRow {
	row := contract.ResultRow{Attempt: p.Attempt, Admission: p.Admission, Name: p.person.Name, Room: p.Room, Seat: p.Seat}
	switch {
	case rec.Started.IsZero():
		row.State = contract.ResultRowStateAbsent
	case rec.State.GoesOn():
		row.State = contract.ResultRowStateRunning
	case !marked || !theory.Complete:
		row.State = contract.ResultRowStateMarking
	default:
		row.State = contract.ResultRowStateComplete
	}
	if marked {
		wire := wireTheory(theory)
		row.Result = &wire
	}
	return row
}

// GetResult opens one result down to the slots.
func (s *server) GetResult(ctx context.Context, r contract.GetResultRequestObject) (contract.GetResultResponseObject, error) {
	rec, err := s.ofSitting(ctx, r.Sitting, r.Attempt)
	if err != nil {
		return nil, err
	}
	// Who still marks answers of this sitting must not see whose they are.
	if blind, err := s.marking.Blind(ctx, staff(ctx), rec.Sitting); err != nil || blind {
		return nil, errors.Join(err, errMarking)
	}
	reg, err := s.registrations.Registration(ctx, rec.Registration)
	if err != nil {
		return nil, err
	}
	seats, err := s.seats(ctx, []sitting.Registration{reg})
	if err != nil {
		return nil, err
	}
	theory, err := s.results.Result(ctx, r.Attempt)
	marked := err == nil && theory.Current(&rec)
	if err != nil && !errors.Is(err, result.ErrNotFound) {
		return nil, err
	}
	out := contract.GetResult200JSONResponse{Row: resultRow(seats[0], rec, theory, marked), Slots: []contract.ReviewSlot{}}
	if !marked {
		return out, nil
	}
	sub, err := s.attempts.Submission(ctx, rec.ID)
	if err != nil {
		return nil, err
	}
	receipt, err := s.receipt(ctx, sub)
	if err != nil {
		return nil, err
	}
	out.Receipt = &receipt
	if out.Slots, err = s.review(ctx, sub, theory); err != nil {
		return nil, err
	}
	if out.Refs, err = s.slotRefs(ctx, rec.ID); err != nil {
		return nil, err
	}
	return out, s.tellPeople(ctx, out.Slots, &theory)
}

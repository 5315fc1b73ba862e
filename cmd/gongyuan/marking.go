package main

import (
	"context"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/marking"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/sitting"
)

var _ marking.Papers = (*engine)(nil)

// newMarking returns the desk of those who mark theory.
func (e *engine) newMarking(store *mongostore.Markings) *marking.Desk {
	return marking.NewDesk(marking.Deps{
		Plans: store, Pieces: store, Claims: store, Marks: store, Results: e.results, Papers: e, Sittings: e.sittings, Accounts: e.people,
		Recorder: e.trail, Clock: e.clock,
	})
}

// Round implements marking.Papers.
func (e *engine) Round(ctx context.Context, id string) (int, bool, error) {
	rec, err := e.records.Record(ctx, attempt.AttemptID(id))
	return rec.Round, rec.State.Over(), err
}

// Submitted implements marking.Papers.
func (e *engine) Submitted(ctx context.Context, id string, round int) (marking.Submitted, error) {
	sub, err := e.records.Submission(ctx, attempt.AttemptID(id), round)
	if err != nil {
		return marking.Submitted{}, err
	}
	paper, err := e.records.Paper(ctx, attempt.AttemptID(id))
	if err != nil {
		return marking.Submitted{}, err
	}
	return e.handed(ctx, sub, paper)
}

// Handed implements marking.Papers. What is closed and not marked by machine
// yet comes with its marking.
func (e *engine) Handed(ctx context.Context, id sitting.ID) ([]marking.HandedIn, error) {
	recs, err := e.records.OfSitting(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []marking.HandedIn
	for _, r := range recs {
		if r.State == attempt.Submitted {
			out = append(out, marking.HandedIn{Attempt: string(r.ID), Round: r.Round})
		}
	}
	return out, nil
}

// settlePause is how often marks of people are looked through for those that
// can be settled.
const settlePause = 5 * time.Second

// settle settles marks of people until ctx ends.
func (e *engine) settle(ctx context.Context) {
	tick := time.NewTicker(settlePause)
	defer tick.Stop()
	for {
		if err := e.marking.SettleAll(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("marks not settled yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

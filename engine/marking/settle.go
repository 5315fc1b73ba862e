package marking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// SettleAll settles what is ripe in every sitting that has open pieces. It may
// be called at any time and by several copies of the program; after a crash it
// carries on where it stopped.
func (d *Desk) SettleAll(ctx context.Context) error {
	ids, err := d.in.Pieces.Waiting(ctx)
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	var errs []error
	for _, id := range ids {
		errs = append(errs, d.Settle(ctx, id))
	}
	return errors.Join(errs...)
}

// Settle makes one mark of the marks of each piece that is ripe, and a theory
// result complete once every piece of it has one.
func (d *Desk) Settle(ctx context.Context, id sitting.ID) error {
	plan, err := d.in.Plans.Plan(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	b, err := d.board(ctx, plan)
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	now := d.now()
	attempts := map[HandedIn][]*Piece{}
	var order []HandedIn
	for i := range b.pieces {
		p := &b.pieces[i]
		if p.State != Open {
			continue
		}
		if err := d.settle(ctx, b, p, now); err != nil {
			return fmt.Errorf("settle %s: %w", p.ID, err)
		}
		key := HandedIn{p.Attempt, p.Round}
		if attempts[key] == nil {
			order = append(order, key)
		}
		attempts[key] = append(attempts[key], p)
	}
	var errs []error
	for _, key := range order {
		if err := d.complete(ctx, b, key, attempts[key]); err != nil {
			errs = append(errs, fmt.Errorf("complete attempt %s: %w", key.Attempt, err))
		}
	}
	return errors.Join(errs...)
}

// settle keeps what a piece came to, if it is ripe.
func (d *Desk) settle(ctx context.Context, b *Board, p *Piece, now time.Time) error {
	if _, done := b.settled[p.ID]; done || !b.Combined(p).Known || !b.ripe(p, now) {
		return nil
	}
	err := d.current(ctx, p)
	if errors.Is(err, ErrTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	s := Settlement{Sitting: p.Sitting, Piece: p.ID, Result: b.people(p), At: now}
	keep := func() error { return d.in.Marks.InsertSettlement(ctx, s) }
	if s.Result.Rule == result.AgreedMean {
		err = keep()
	} else {
		err = audit.Do(ctx, d.in.Recorder, audit.Event{
			Actor: audit.System, Act: "marking.third", Object: "marking:" + string(p.ID), After: peopleFacts(s.Result),
		}, keep)
	}
	if err == nil {
		b.settled[p.ID] = s
	}
	return err
}

// complete puts what people gave into the theory result, once every piece of
// the submission is settled. What counts is what is stored: another copy of the
// program may have settled a piece first.
func (d *Desk) complete(ctx context.Context, b *Board, h HandedIn, pieces []*Piece) error {
	for _, p := range pieces {
		if _, ok := b.settled[p.ID]; !ok {
			return nil
		}
	}
	stored, err := d.in.Marks.SettlementsOf(ctx, pieces[0].Sitting)
	if err != nil {
		return err
	}
	of := map[PieceID]result.PeopleMark{}
	for _, s := range stored {
		of[s.Piece] = s.Result
	}
	given := map[int]result.PeopleMark{}
	ids := make([]PieceID, len(pieces))
	for i, p := range pieces {
		ids[i], given[p.Slot] = p.ID, of[p.ID]
	}
	old, err := d.in.Results.Result(ctx, h.Attempt)
	switch {
	case err != nil:
		return err
	case old.Round > h.Round:
		return d.in.Pieces.Move(ctx, ids, Void)
	case old.Round < h.Round:
		return nil // not marked by machine yet
	case old.Complete:
		return d.in.Pieces.Move(ctx, ids, Done)
	}
	sub, err := d.in.Papers.Submitted(ctx, h.Attempt, h.Round)
	if err != nil {
		return err
	}
	next, err := d.in.Papers.Remark(ctx, &sub, given)
	if err != nil {
		return err
	}
	if !next.Complete {
		return fmt.Errorf("slots still wait: %w", ErrState)
	}
	next.Version = old.Version + 1
	e := audit.Event{
		Actor: audit.System, Act: "theory.complete", Object: "attempt:" + h.Attempt,
		After: map[string]any{"round": h.Round, "version": next.Version, "awarded": next.Awarded, "passed": next.Passed},
	}
	err = audit.Do(ctx, d.in.Recorder, e, func() error { return d.in.Results.Advance(ctx, old, next) })
	if errors.Is(err, result.ErrConflict) {
		return nil // somebody else did it, or a later round came
	}
	if err != nil {
		return err
	}
	return d.in.Pieces.Move(ctx, ids, Done)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/bank"
	"gongyuan/engine/access"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/editorial"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// invigilate sets up the exam day: the live boards and what is done there.
func (e *engine) invigilate(store *mongostore.Store, live *redislive.Store) {
	e.proctors = proctor.NewDesk(proctor.DeskDeps{
		Store: store.Proctors(), Sittings: e.sittings, Rosters: seating{e}, Attempts: e.attempts, Places: e.sittings,
		Accusers: accusers{e}, Editors: doubts{e}, Hasher: e.sealer, Audit: e.trail, Clock: e.clock,
	})
	e.floor = proctor.NewFloor(proctor.FloorDeps{
		Feed: live.Feed("proctor"), Progress: e.attempts, Rosters: seating{e}, Records: e.proctors, Clock: e.clock, Log: e.log,
	})
	e.proctors.Floor = e.floor
	e.access = &access.Desk{Store: store.Access(), Sittings: e.sittings, Audit: e.trail, Clock: e.clock, Places: networks{store.Venues()}}
}

// networks are those of the rooms that a sitting uses.
type networks struct{ venues venue.Store }

// Networks implements access.Places.
func (n networks) Networks(ctx context.Context, id sitting.ID) ([]access.Range, error) {
	staffing, err := n.venues.Staffing(ctx, id)
	if err != nil || len(staffing.Rooms) == 0 {
		return nil, err
	}
	rooms, err := n.venues.Rooms(ctx)
	if err != nil {
		return nil, err
	}
	var out []access.Range
	for _, r := range rooms {
		used := slices.ContainsFunc(staffing.Rooms, func(u venue.Use) bool { return u.Room == r.ID })
		for _, a := range r.Addresses {
			if p, err := access.ParseRange(a); err == nil && used {
				out = append(out, access.Range{Room: r.Name, Prefix: p})
			}
		}
	}
	return out, nil
}

// seating tells who sits where.
type seating struct{ e *engine }

// Seats implements proctor.Rosters.
func (s seating) Seats(ctx context.Context, id sitting.ID) ([]proctor.Seat, error) {
	x, err := s.e.sittings.Sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	if x.State == sitting.Draft {
		return nil, nil
	}
	regs, err := s.e.office.Roster(ctx, x)
	if err != nil {
		return nil, err
	}
	recs, err := s.e.attempts.OfSitting(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.of(ctx, regs, recs)
}

// Seat implements proctor.Seating.
func (s seating) Seat(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (proctor.Seat, error) {
	x, err := s.e.sittings.Sitting(ctx, id)
	if err != nil {
		return proctor.Seat{}, err
	}
	reg, err := s.e.sittings.Registration(ctx, of)
	if errors.Is(err, sitting.ErrNotFound) || err == nil && (reg.Sitting != id || !x.Admits(of)) {
		return proctor.Seat{}, proctor.ErrNotFound
	}
	if err != nil {
		return proctor.Seat{}, err
	}
	var recs []attempt.Record
	if reg.Attempt != "" {
		rec, err := s.e.attempts.Record(ctx, attempt.AttemptID(reg.Attempt))
		if err != nil {
			return proctor.Seat{}, err
		}
		recs = append(recs, rec)
	}
	seats, err := s.of(ctx, []sitting.Registration{reg}, recs)
	if err != nil {
		return proctor.Seat{}, err
	}
	return seats[0], nil
}

// of puts registrations, persons and papers together.
func (s seating) of(ctx context.Context, regs []sitting.Registration, recs []attempt.Record) ([]proctor.Seat, error) {
	ids := make([]people.CandidateID, len(regs))
	for i, r := range regs {
		ids[i] = r.Candidate
	}
	persons, err := s.e.people.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	slots := make(map[attempt.AttemptID]int, len(recs))
	for _, r := range recs {
		slots[r.ID] = r.Slots
	}
	out := make([]proctor.Seat, len(regs))
	for i, r := range regs {
		id := attempt.AttemptID(r.Attempt)
		out[i] = proctor.Seat{
			Registration: r.ID, Attempt: id, Candidate: r.Candidate, Admission: r.Admission, Name: persons[r.Candidate].Name,
			Room: r.Room, Place: r.Seat, Extra: r.Extra, Total: slots[id],
		}
	}
	return out, nil
}

// accusers reach the results, which are made after the desk.
type accusers struct{ e *engine }

// Accuse implements proctor.Accusers.
func (a accusers) Accuse(ctx context.Context, by people.AccountID, id sitting.ID, reg sitting.RegistrationID, why string) error {
	return a.e.registrar.Accuse(ctx, by, id, reg, why)
}

// doubts reach the editors.
type doubts struct{ e *engine }

// doubtTries is how often a doubt is handed in while editors change the item.
const doubtTries = 3

// Doubt implements proctor.Editors.
func (d doubts) Doubt(ctx context.Context, ref bank.Ref, note string, by people.AccountID) (err error) {
	// The question stands on a paper of the invigilator's own sitting, whatever
	// bank it came from: a doubt must not be lost.
	ctx = people.Unlimited(ctx)
	for range doubtTries {
		var row bank.ItemRow
		if row, err = d.e.bank.Item(ctx, ref.Item); err != nil {
			return fmt.Errorf("doubt: %w", err)
		}
		_, err = d.e.editorial.Take(ctx, string(by), editorial.StepRequest{Item: ref.Item, Step: bank.StepDoubt, Version: row.Version, Note: note})
		if !errors.Is(err, bank.ErrConflict) {
			break
		}
	}
	return err
}

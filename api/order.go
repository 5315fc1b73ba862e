package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// ListOrders lists what was ordered about time.
func (s *server) ListOrders(ctx context.Context, r contract.ListOrdersRequestObject) (contract.ListOrdersResponseObject, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting)); err != nil {
		return nil, err
	}
	orders, err := s.attempts.Orders(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListOrders200JSONResponse{}
	for _, o := range orders {
		out = append(out, s.wireOrder(ctx, o))
	}
	return out, nil
}

func (s *server) wireOrder(ctx context.Context, o attempt.Order) contract.Order {
	out := contract.Order{
		Id: o.ID, Kind: contract.OrderKind(o.Kind), Minutes: int(o.Extension / time.Minute), Reason: o.Reason,
		By: s.staffName(ctx, o.By), At: o.At, Count: o.Count,
	}
	if o.Incident != "" {
		out.Incident = &o.Incident
	}
	registration, all := string(o.Registration), true
	switch {
	case registration != "":
		out.Scope.Registration = &registration
	case o.Room != "":
		out.Scope.Room = &o.Room
	default:
		out.Scope.All = &all
	}
	return out
}

// orderOf reads what staff order. Of the fields, only what belongs to the kind
// may be there.
func orderOf(r contract.OrderRequest) (attempt.Order, error) {
	wrong := func(field, reason string) (attempt.Order, error) {
		return attempt.Order{}, &sitting.FieldError{Field: field, Reason: reason}
	}
	o := attempt.Order{ID: r.Id, Kind: attempt.Event(r.Kind), Reason: r.Reason}
	scopes := 0
	if r.Scope.Registration != nil && *r.Scope.Registration != "" {
		o.Registration = sitting.RegistrationID(*r.Scope.Registration)
		scopes++
	}
	if r.Scope.Room != nil && *r.Scope.Room != "" {
		o.Room = *r.Scope.Room
		scopes++
	}
	if r.Scope.All != nil && *r.Scope.All {
		scopes++
	}
	if scopes != 1 {
		return wrong("/scope", "one-scope")
	}
	if r.Minutes != nil {
		o.Extension = time.Duration(*r.Minutes) * time.Minute
	}
	switch o.Kind {
	case attempt.Extend:
		if o.Extension <= 0 {
			return wrong("/minutes", "minutes-needed")
		}
	case attempt.Pause, attempt.Resume:
		if o.Extension != 0 {
			return wrong("/minutes", "minutes-not-used")
		}
	}
	if r.Incident != nil {
		o.Incident = *r.Incident
	}
	return o, nil
}

// reachedBy returns the seats that an order is for.
func reachedBy(o *attempt.Order, seats []seat) []seat {
	return slices.DeleteFunc(slices.Clone(seats), func(p seat) bool {
		return (o.Registration != "" && p.ID != o.Registration) || (o.Room != "" && p.Room != o.Room)
	})
}

// GiveOrder extends, pauses, resumes or reopens attempts.
func (s *server) GiveOrder(ctx context.Context, r contract.GiveOrderRequestObject) (contract.GiveOrderResponseObject, error) {
	order, err := orderOf(*r.Body)
	if err != nil {
		return nil, err
	}
	x, all, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	if x.State == sitting.Draft {
		return nil, errNotSealed
	}
	seats := reachedBy(&order, all)
	if len(seats) == 0 {
		return nil, &sitting.FieldError{Field: "/scope", Reason: "no-such-room"}
	}
	if x.State == sitting.Released {
		return nil, sitting.ErrState
	}
	order.Sitting, order.By = x.ID, staff(ctx)
	ids := make([]attempt.AttemptID, len(seats))
	for i, p := range seats {
		ids[i] = attempt.AttemptID(p.Attempt)
	}
	kept, done, err := s.attempts.Give(ctx, order, ids)
	if err != nil {
		return nil, err
	}
	s.log.Info("order", "sitting", r.Sitting, "kind", kept.Kind, "order", kept.ID, "count", len(ids), "by", order.By, "request", callOf(ctx).requestID)
	return contract.GiveOrder200JSONResponse(s.wireOrdered(ctx, kept, seats, done)), nil
}

// wireOrdered tells whom an order reached.
func (s *server) wireOrdered(ctx context.Context, o attempt.Order, seats []seat, done []attempt.Ordered) contract.OrderOutcome {
	out := contract.OrderOutcome{Order: s.wireOrder(ctx, o), Reached: []contract.OrderReached{}, Refused: []contract.OrderRefused{}}
	now, lang := s.clock.Now(), callOf(ctx).lang
	for i, d := range done {
		rec := d.Record
		if o.Kind == attempt.Resume && d.Err == nil && rec.State == attempt.Paused {
			d.Err = attempt.ErrHeld
		}
		if d.Err != nil {
			reason := refusedFor(o.Kind, d.Err)
			out.Refused = append(out.Refused, contract.OrderRefused{
				Registration: string(seats[i].ID), Name: seats[i].person.Name, Reason: reason, Detail: refusals[reason][lang == "en"],
			})
			continue
		}
		m := moment{now, rec.DeadlineAt(now), rec.PausedSince(), rec.DeadlineVersion}
		out.Reached = append(out.Reached, contract.OrderReached{
			Registration: string(seats[i].ID), State: wireState(rec.State), Clock: s.wireClock(ctx, m, rec.Explanation(now)),
		})
	}
	return out
}

// refusals says why an order did not reach an attempt, and what to do; the
// second text is English.
var refusals = map[contract.OrderRefusal]map[bool]string{
	contract.NotStarted:    {false: "还没有开始作答。", true: "Has not begun yet."},
	contract.Ended:         {false: "已经收卷；要继续作答，请用“重开”。", true: "Has ended; reopen it to go on."},
	contract.PausedAlready: {false: "已经暂停。", true: "Is paused already."},
	contract.Held:          {false: "另有原因暂停（疏散、本考场或个人），没有恢复。", true: "Stays paused for another reason: the room was left, or the room or the seat is paused for itself."},
	contract.NotPaused:     {false: "没有暂停。", true: "Is not paused."},
	contract.NotEnded:      {false: "还在作答，不用重开。", true: "Goes on; nothing to reopen."},
	contract.NoTime:        {false: "已没有剩余时间，请填写要加的分钟数。", true: "No time is left; say how many minutes to add."},
	contract.Unavailable:   {false: "暂时没有成功，可以安全地再试。", true: "Did not succeed yet; it is safe to try again."},
}

func refusedFor(kind attempt.Event, err error) contract.OrderRefusal {
	switch {
	case errors.Is(err, attempt.ErrNotStarted), errors.Is(err, attempt.ErrNotFound):
		return contract.NotStarted
	case errors.Is(err, attempt.ErrClosed):
		return contract.Ended
	case errors.Is(err, attempt.ErrHeld):
		return contract.Held
	case errors.Is(err, attempt.ErrNoTime):
		return contract.NoTime
	case errors.Is(err, attempt.ErrState):
		switch kind {
		case attempt.Pause:
			return contract.PausedAlready
		case attempt.Resume:
			return contract.NotPaused
		}
		return contract.NotEnded
	}
	return contract.Unavailable
}

// ListIncidents lists measured losses of connection.
func (s *server) ListIncidents(ctx context.Context, r contract.ListIncidentsRequestObject) (contract.ListIncidentsResponseObject, error) {
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	out := contract.ListIncidents200JSONResponse{}
	if x.State == sitting.Draft {
		return out, nil
	}
	by := make(map[attempt.AttemptID]seat, len(seats))
	for _, p := range seats {
		by[attempt.AttemptID(p.Attempt)] = p
	}
	incidents, err := s.attempts.Incidents(ctx, x.ID, placesOf(seats))
	if err != nil {
		return nil, err
	}
	for _, in := range incidents {
		out = append(out, wireIncident(in, by[in.Seat]))
	}
	return out, nil
}

func wireIncident(in attempt.Incident, at seat) contract.Incident {
	out := contract.Incident{
		Id: in.ID, From: in.From, Seats: in.Seats, ProposedMinutes: int(in.Proposal() / time.Minute), Settled: in.Settled,
	}
	if !in.Until.IsZero() {
		lost := int(in.Lost() / time.Second)
		out.Until, out.LostSeconds = &in.Until, &lost
	}
	registration, all := string(at.ID), true
	switch {
	case in.Seat != "":
		out.Scope.Registration, out.Name, out.Seat = &registration, &at.person.Name, &at.Seat
	case in.Room != "":
		out.Scope.Room = &in.Room
	default:
		out.Scope.All = &all
	}
	return out
}

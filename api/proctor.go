package api

import (
	"context"
	"fmt"
	"slices"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// ListProctorActs lists what invigilators did, the newest first.
func (s *server) ListProctorActs(ctx context.Context, r contract.ListProctorActsRequestObject) (contract.ListProctorActsResponseObject, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting)); err != nil {
		return nil, err
	}
	acts, err := s.proctors.Acts(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListProctorActs200JSONResponse{}
	names := map[people.AccountID]string{}
	for _, a := range slices.Backward(acts) {
		out = append(out, s.wireAct(ctx, &a, names))
	}
	return out, nil
}

// named is staffName, asked once for each account.
func (s *server) named(ctx context.Context, id people.AccountID, names map[people.AccountID]string) string {
	name, ok := names[id]
	if !ok {
		name = s.staffName(ctx, id)
		names[id] = name
	}
	return name
}

func (s *server) wireAct(ctx context.Context, a *proctor.Act, names map[people.AccountID]string) contract.ProctorAct {
	out := contract.ProctorAct{
		Id: a.ID, Kind: contract.ProctorKind(a.Kind), Text: a.Text, Reason: a.Reason, By: s.named(ctx, a.By, names), At: a.At, Count: a.Count,
	}
	registration, all := string(a.Registration), true
	switch {
	case registration != "":
		out.Scope.Registration = &registration
	case a.Room != "":
		out.Scope.Room = &a.Room
	default:
		out.Scope.All = &all
	}
	if a.Kind == proctor.Transfer {
		from, to := a.FromRoom+"-"+a.FromPlace, a.ToRoom+"-"+a.ToPlace
		out.From, out.To = &from, &to
	}
	return out
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// DoProctorAct carries out what an invigilator does.
func (s *server) DoProctorAct(ctx context.Context, r contract.DoProctorActRequestObject) (contract.DoProctorActResponseObject, error) {
	b := r.Body
	a := proctor.Act{
		ID: b.Id, Sitting: sitting.ID(r.Sitting), Kind: proctor.Kind(b.Kind), Text: deref(b.Text), Reason: deref(b.Reason),
		ToRoom: deref(b.ToRoom), ToPlace: deref(b.ToSeat), By: staff(ctx),
		Registration: sitting.RegistrationID(deref(b.Scope.Registration)), Room: deref(b.Scope.Room),
	}
	scopes := 0
	for _, named := range []bool{a.Registration != "", a.Room != "", b.Scope.All != nil && *b.Scope.All} {
		if named {
			scopes++
		}
	}
	if scopes != 1 {
		return nil, &proctor.FieldError{Field: "/scope", Reason: "one-scope"}
	}
	done, err := s.proctors.Do(ctx, a)
	if err != nil {
		return nil, err
	}
	s.log.Info("proctor act", "sitting", r.Sitting, "kind", a.Kind, "act", a.ID, "reached", done.Reached, "by", a.By, "request", callOf(ctx).requestID)
	out := contract.DoProctorAct200JSONResponse{Act: s.wireAct(ctx, &done.Act, map[people.AccountID]string{}), Reached: done.Reached}
	if done.Code != "" {
		out.Code = &done.Code
	}
	return out, nil
}

// ListCalls lists what candidates asked for.
func (s *server) ListCalls(ctx context.Context, r contract.ListCallsRequestObject) (contract.ListCallsResponseObject, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting)); err != nil {
		return nil, err
	}
	calls, err := s.proctors.Calls(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListCalls200JSONResponse{}
	names := map[people.AccountID]string{}
	for i := range calls {
		out = append(out, s.wireCall(ctx, &calls[i], names))
	}
	return out, nil
}

func (s *server) wireCall(ctx context.Context, c *proctor.Call, names map[people.AccountID]string) contract.Call {
	out := contract.Call{
		Id: c.ID, Registration: string(c.Registration), Kind: contract.CallKind(c.Kind), Text: c.Text, At: c.At,
		State: contract.CallState(c.State), Forwarded: c.Forwarded,
	}
	if c.Slot > 0 {
		out.Slot = &c.Slot
	}
	if c.By != "" {
		by := s.named(ctx, c.By, names)
		out.By, out.ByAt, out.Word = &by, &c.ByAt, &c.Word
	}
	return out
}

// HandleCall moves a call on.
func (s *server) HandleCall(ctx context.Context, r contract.HandleCallRequestObject) (contract.HandleCallResponseObject, error) {
	c, err := s.proctors.Handle(ctx, sitting.ID(r.Sitting), proctor.Handling{
		Call: r.Call, Act: proctor.CallAct(r.Body.Act), Word: deref(r.Body.Word), By: staff(ctx),
	})
	if err != nil {
		return nil, err
	}
	return contract.HandleCall200JSONResponse(s.wireCall(ctx, &c, map[people.AccountID]string{})), nil
}

// ownSeat is the seat of the caller, whose attempt must be the one named.
func (s *server) ownSeat(ctx context.Context, id string) (sitting.ID, proctor.Seat, error) {
	reg, sit, err := s.registration(ctx)
	if err != nil {
		return "", proctor.Seat{}, err
	}
	if reg.Attempt != id || id == "" {
		return "", proctor.Seat{}, attempt.ErrNotFound
	}
	return sit.ID, proctor.Seat{
		Registration: reg.ID, Attempt: attempt.AttemptID(reg.Attempt), Candidate: reg.Candidate, Room: reg.Room, Place: reg.Seat,
	}, nil
}

// ListNotices shows candidates what the invigilator says.
func (s *server) ListNotices(ctx context.Context, r contract.ListNoticesRequestObject) (contract.ListNoticesResponseObject, error) {
	id, seat, err := s.ownSeat(ctx, r.Attempt)
	if err != nil {
		return nil, err
	}
	out, err := s.told(ctx, id, &seat)
	return contract.ListNotices200JSONResponse(out), err
}

func (s *server) told(ctx context.Context, id sitting.ID, seat *proctor.Seat) (contract.Told, error) {
	told, err := s.proctors.Tell(ctx, id, seat)
	if err != nil {
		return contract.Told{}, err
	}
	out := contract.Told{Notices: []contract.Notice{}, Calls: []contract.OwnCall{}}
	if told.Lock != nil {
		out.Locked = &contract.PageLock{At: told.Lock.At, Text: told.Lock.Text}
	}
	for _, n := range told.Notices {
		out.Notices = append(out.Notices, contract.Notice{Id: n.Act, Kind: contract.ProctorKind(n.Kind), Text: n.Text, At: n.At, Read: !n.Read.IsZero()})
	}
	for _, c := range told.Calls {
		own := contract.OwnCall{Id: c.ID, Kind: contract.CallKind(c.Kind), Text: c.Text, At: c.At, State: contract.CallState(c.State)}
		if c.Slot > 0 {
			slot := c.Slot
			own.Slot = &slot
		}
		out.Calls = append(out.Calls, own)
	}
	return out, nil
}

// ReadNotices notes that notices were read.
func (s *server) ReadNotices(ctx context.Context, r contract.ReadNoticesRequestObject) (contract.ReadNoticesResponseObject, error) {
	id, seat, err := s.ownSeat(ctx, r.Attempt)
	if err != nil {
		return nil, err
	}
	if err := s.proctors.Acknowledge(ctx, id, &seat, r.Body.Read); err != nil {
		return nil, err
	}
	out, err := s.told(ctx, id, &seat)
	return contract.ReadNotices200JSONResponse(out), err
}

// RaiseCall lets a candidate ask for somebody.
func (s *server) RaiseCall(ctx context.Context, r contract.RaiseCallRequestObject) (contract.RaiseCallResponseObject, error) {
	id, seat, err := s.ownSeat(ctx, r.Attempt)
	if err != nil {
		return nil, err
	}
	call := proctor.Call{ID: r.Body.Id, Sitting: id, Registration: seat.Registration, Kind: proctor.CallKind(r.Body.Kind), Text: deref(r.Body.Text)}
	if r.Body.Slot != nil {
		call.Slot = *r.Body.Slot
	}
	if call.Kind == proctor.Question {
		paper, err := s.paper(ctx, seat.Attempt)
		if err != nil {
			return nil, err
		}
		seat.Total = len(paper.Slots)
	}
	if _, err := s.proctors.Raise(ctx, call, &seat); err != nil {
		return nil, err
	}
	out, err := s.told(ctx, id, &seat)
	return contract.RaiseCall200JSONResponse(out), err
}

// NoteSignals keeps facts about the page.
func (s *server) NoteSignals(ctx context.Context, r contract.NoteSignalsRequestObject) (contract.NoteSignalsResponseObject, error) {
	id, seat, err := s.ownSeat(ctx, r.Attempt)
	if err != nil {
		return nil, err
	}
	signs := make([]proctor.Sign, len(r.Body.Signals))
	for i, x := range r.Body.Signals {
		signs[i] = proctor.Sign{ID: x.Id, Signal: proctor.Signal(x.Signal), Note: deref(x.Note)}
	}
	if err := s.proctors.Observe(ctx, id, seat.Registration, signs); err != nil {
		return nil, err
	}
	return contract.NoteSignals204Response{}, nil
}

// noteResumed keeps the fact that an exam went on at another computer. The
// candidate must not wait for it, nor be kept out where it fails.
func (s *server) noteResumed(ctx context.Context, in *attempt.Entered, device string) {
	if in.Previous.Epoch == 0 || in.Previous.DeviceID == device {
		return
	}
	sign := proctor.Sign{ID: fmt.Sprintf("epoch-%d", in.Epoch), Signal: proctor.Resumed, Note: in.Previous.DeviceLabel}
	if err := s.proctors.Observe(ctx, in.Record.Sitting, in.Record.Registration, []proctor.Sign{sign}); err != nil {
		s.log.Warn("signal not kept", "attempt", in.Record.ID, "error", err, "request", callOf(ctx).requestID)
	}
}

package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/seating"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

func wireSite(s *venue.Site) contract.VenueSite {
	id := string(s.ID)
	return contract.VenueSite{Id: &id, Name: s.Name, Address: s.Address, Version: s.Version}
}

func wireRoom(r *venue.Room) contract.VenueRoom {
	id := string(r.ID)
	usable, accessible := r.Capacity()
	return contract.VenueRoom{
		Id: &id, Site: string(r.Site), Name: r.Name, Plan: r.Plan, Addresses: append([]string{}, r.Addresses...), Version: r.Version, Seats: &usable, Accessible: &accessible,
	}
}

func wireRules(r *venue.Rules) contract.RoomRules {
	return contract.RoomRules{
		Sample: r.Sample, CandidatesPerInvigilator: r.CandidatesPerInvigilator, LeastInvigilators: r.LeastInvigilators, MostCandidates: r.MostCandidates,
		LeastSpareSeats: r.LeastSpareSeats, Version: r.Version,
	}
}

// PutRoomRules sets the rules of rooms and staffing.
func (s *server) PutRoomRules(ctx context.Context, r contract.PutRoomRulesRequestObject) (contract.PutRoomRulesResponseObject, error) {
	b := r.Body
	set, err := s.days.Venues.PutRules(ctx, staff(ctx), venue.Rules{
		CandidatesPerInvigilator: b.CandidatesPerInvigilator, LeastInvigilators: b.LeastInvigilators, MostCandidates: b.MostCandidates,
		LeastSpareSeats: b.LeastSpareSeats, Version: b.Version,
	})
	if err != nil {
		return nil, err
	}
	return contract.PutRoomRules200JSONResponse(wireRules(&set)), nil
}

// ListVenues lists sites and rooms.
func (s *server) ListVenues(ctx context.Context, _ contract.ListVenuesRequestObject) (contract.ListVenuesResponseObject, error) {
	sites, rooms, err := s.days.Venues.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	rules, err := s.days.Venues.Rules(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListVenues200JSONResponse{Rules: wireRules(&rules), Sites: make([]contract.VenueSite, len(sites)), Rooms: make([]contract.VenueRoom, len(rooms))}
	for i := range sites {
		out.Sites[i] = wireSite(&sites[i])
	}
	for i := range rooms {
		out.Rooms[i] = wireRoom(&rooms[i])
	}
	return out, nil
}

// PutSite adds a site, or changes one.
func (s *server) PutSite(ctx context.Context, r contract.PutSiteRequestObject) (contract.PutSiteResponseObject, error) {
	b := r.Body
	x, err := s.days.Venues.PutSite(ctx, staff(ctx), venue.Site{ID: venue.SiteID(textOr(b.Id)), Name: b.Name, Address: b.Address, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return contract.PutSite200JSONResponse(wireSite(&x)), nil
}

// PutRoom adds a room, or changes one.
func (s *server) PutRoom(ctx context.Context, r contract.PutRoomRequestObject) (contract.PutRoomResponseObject, error) {
	b := r.Body
	x, err := s.days.Venues.PutRoom(ctx, staff(ctx), venue.Room{
		ID: venue.RoomID(textOr(b.Id)), Site: venue.SiteID(b.Site), Name: b.Name, Plan: b.Plan, Addresses: b.Addresses, Version: b.Version,
	})
	if err != nil {
		return nil, err
	}
	return contract.PutRoom200JSONResponse(wireRoom(&x)), nil
}

func (s *server) sittingRooms(ctx context.Context, id string) (contract.SittingRooms, error) {
	p, findings, err := s.days.Venues.Plan(ctx, staff(ctx), sitting.ID(id))
	if err != nil {
		return contract.SittingRooms{}, err
	}
	rules, err := s.days.Venues.Rules(ctx)
	if err != nil {
		return contract.SittingRooms{}, err
	}
	out := contract.SittingRooms{
		Version: p.Staffing.Version, Rooms: make([]contract.RoomUse, len(p.Staffing.Rooms)), Findings: make([]contract.RoomFinding, len(findings)),
		Rules: wireRules(&rules),
	}
	for i, u := range p.Staffing.Rooms {
		out.Rooms[i] = contract.RoomUse{Room: string(u.Room), Apart: u.Apart, Invigilators: []string{}}
		for _, who := range u.Invigilators {
			out.Rooms[i].Invigilators = append(out.Rooms[i].Invigilators, string(who))
		}
	}
	for i, f := range findings {
		out.Findings[i] = contract.RoomFinding{Flaw: contract.RoomFlaw(f.Flaw), Block: f.Block, Room: f.Room, Have: f.Have, Need: f.Need}
		if f.Who != "" {
			out.Findings[i].Who = s.staffName(ctx, people.AccountID(f.Who))
		}
	}
	return out, nil
}

// GetSittingRooms shows which rooms a sitting uses.
func (s *server) GetSittingRooms(ctx context.Context, r contract.GetSittingRoomsRequestObject) (contract.GetSittingRoomsResponseObject, error) {
	out, err := s.sittingRooms(ctx, r.Sitting)
	return contract.GetSittingRooms200JSONResponse(out), err
}

// PutSittingRooms says which rooms a sitting uses.
func (s *server) PutSittingRooms(ctx context.Context, r contract.PutSittingRoomsRequestObject) (contract.PutSittingRoomsResponseObject, error) {
	x := venue.Staffing{Sitting: sitting.ID(r.Sitting), Version: r.Body.Version}
	for _, u := range r.Body.Rooms {
		use := venue.Use{Room: venue.RoomID(u.Room), Apart: u.Apart}
		for _, who := range u.Invigilators {
			use.Invigilators = append(use.Invigilators, people.AccountID(who))
		}
		x.Rooms = append(x.Rooms, use)
	}
	if _, err := s.days.Venues.Staff(ctx, staff(ctx), x); err != nil {
		return nil, err
	}
	out, err := s.sittingRooms(ctx, r.Sitting)
	return contract.PutSittingRooms200JSONResponse(out), err
}

func (s *server) wireSeating(ctx context.Context, r *seating.Run) contract.Seating {
	return contract.Seating{
		Id: r.ID, Seed: r.Seed, Keep: r.Keep, Seated: len(r.Places) - r.Unseated, Unseated: r.Unseated, Beside: r.Beside, State: contract.SeatingState(r.State),
		By: s.staffName(ctx, r.By), At: r.At,
	}
}

// ListSeatings lists the seatings of a sitting.
func (s *server) ListSeatings(ctx context.Context, r contract.ListSeatingsRequestObject) (contract.ListSeatingsResponseObject, error) {
	all, err := s.days.Seatings.Seatings(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := make(contract.ListSeatings200JSONResponse, len(all))
	for i := range all {
		out[i] = s.wireSeating(ctx, &all[i])
	}
	return out, nil
}

// ProposeSeating works out who would sit where.
func (s *server) ProposeSeating(ctx context.Context, r contract.ProposeSeatingRequestObject) (contract.ProposeSeatingResponseObject, error) {
	x, err := s.days.Seatings.Propose(ctx, staff(ctx), sitting.ID(r.Sitting), r.Body.Keep)
	if err != nil {
		return nil, err
	}
	return contract.ProposeSeating201JSONResponse(s.wireSeating(ctx, &x)), nil
}

// ApplySeating gives everybody the places of a proposal.
func (s *server) ApplySeating(ctx context.Context, r contract.ApplySeatingRequestObject) (contract.ApplySeatingResponseObject, error) {
	x, err := s.days.Seatings.Apply(ctx, staff(ctx), sitting.ID(r.Sitting), r.Run)
	if err != nil {
		return nil, err
	}
	return contract.ApplySeating200JSONResponse(s.wireSeating(ctx, &x)), nil
}

// MovePlace gives one person another seat.
func (s *server) MovePlace(ctx context.Context, r contract.MovePlaceRequestObject) (contract.MovePlaceResponseObject, error) {
	b := r.Body
	err := s.days.Seatings.Move(ctx, staff(ctx), sitting.ID(r.Sitting), seating.Move{
		Registration: sitting.RegistrationID(b.Registration), Room: b.Room, Seat: b.Seat, Swap: b.Swap, Reason: textOr(b.Reason),
	})
	if err != nil {
		return nil, err
	}
	return contract.MovePlace204Response{}, nil
}

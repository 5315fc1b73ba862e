package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api/contract"
	"gongyuan/engine/personnel"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// boardTime is how often a board's stream says what time it is, so that a page
// knows that it is not looking at an old picture.
const boardTime = 5 * time.Second

// GetBoard shows the board as it stands.
func (s *server) GetBoard(ctx context.Context, r contract.GetBoardRequestObject) (contract.GetBoardResponseObject, error) {
	view, err := s.openBoard(ctx, r.Sitting, "")
	if err != nil {
		return nil, err
	}
	defer view.Close()
	u, _ := view.Next()
	return contract.GetBoard200JSONResponse(wireBoard(u, s.clock.Now())), nil
}

func (s *server) openBoard(ctx context.Context, id, after string) (*proctor.View, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(id)); err != nil {
		return nil, err
	}
	return s.floor.Open(ctx, sitting.ID(id), after)
}

func wireBoard(u *proctor.Update, now time.Time) contract.Board {
	if u == nil {
		return contract.Board{At: now, Seats: []contract.BoardSeat{}}
	}
	out := contract.Board{Id: u.ID, At: now, Whole: u.Whole, Seats: make([]contract.BoardSeat, len(u.Seats))}
	for i := range u.Seats {
		out.Seats[i] = wireSeat(&u.Seats[i], now)
	}
	return out
}

func wireSeat(s *proctor.Seat, now time.Time) contract.BoardSeat {
	out := contract.BoardSeat{
		Registration: string(s.Registration), Attempt: string(s.Attempt), Admission: s.Admission, Name: s.Name, Room: s.Room, Seat: s.Place,
		Phase: contract.SeatPhase(s.Phase(now)), State: wireState(s.State), Answered: s.Answered, Total: s.Total,
		Help: s.Help, Unread: s.Unread, Warned: s.Warned,
	}
	for _, at := range []struct {
		from time.Time
		to   **time.Time
	}{{s.Deadline, &out.Deadline}, {s.PausedSince, &out.PausedSince}, {s.LostSince, &out.LostSince}, {s.SignedIn, &out.SignedInAt}} {
		if !at.from.IsZero() {
			*at.to = &at.from
		}
	}
	if s.Extra > 0 {
		minutes := int(s.Extra / time.Minute)
		out.ExtraMinutes = &minutes
	}
	if s.Taken > 0 {
		out.Taken = &s.Taken
	}
	if s.Expelled {
		out.Expelled = &s.Expelled
	}
	if s.Locked {
		out.Locked = &s.Locked
	}
	if len(s.Signals) > 0 {
		var all []contract.SignalCount
		for _, name := range proctor.Signals() {
			if n := s.Signals[name]; n > 0 {
				all = append(all, contract.SignalCount{Signal: contract.SignalName(name), N: n})
			}
		}
		out.Signals = &all
	}
	return out
}

// StreamBoard pushes what changes on the board.
func (s *server) StreamBoard(ctx context.Context, r contract.StreamBoardRequestObject) (contract.StreamBoardResponseObject, error) {
	after := deref(r.Params.After)
	if after == "" {
		after = deref(r.Params.LastEventID)
	}
	view, err := s.openBoard(ctx, r.Sitting, after)
	if err != nil {
		return nil, err
	}
	return &boardStream{s, view, callOf(ctx)}, nil
}

// boardStream is one page that looks at a board. Like stream it takes the
// connection over.
type boardStream struct {
	server *server
	view   *proctor.View
	call   *call
}

// VisitStreamBoardResponse implements contract.StreamBoardResponseObject.
func (p *boardStream) VisitStreamBoardResponse(c *fiber.Ctx) error {
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(p.serve)
	return nil
}

func (p *boardStream) serve(conn net.Conn) {
	defer p.view.Close()
	if write(conn, streamHead) != nil {
		return
	}
	tick, over, look := time.NewTicker(boardTime), time.NewTimer(streamLife), time.NewTicker(personnel.Look)
	defer tick.Stop()
	defer look.Stop()
	defer over.Stop()
	for {
		u, more := p.view.Next()
		if u != nil {
			if p.send(conn, "board", u.ID, wireBoard(u, p.server.clock.Now())) != nil {
				return
			}
			select { // a board that never rests must not keep out the look below
			case <-look.C:
				if p.server.still(p.call) != nil {
					return
				}
			default:
			}
			continue
		}
		select {
		case <-more:
		case <-over.C:
			return
		case <-look.C:
			if p.server.still(p.call) != nil {
				return // the account or its session was ended
			}
		case <-tick.C:
			if p.send(conn, "time", "", map[string]time.Time{"at": p.server.clock.Now()}) != nil {
				return
			}
		}
	}
}

func (p *boardStream) send(conn net.Conn, name, id string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return write(conn, fmt.Sprintf("event: %s\n%sdata: %s\n\n", name, id, data))
}

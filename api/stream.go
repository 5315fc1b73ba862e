package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

const (
	streamAlive = 15 * time.Second // a line that keeps the stream alive
	streamLife  = 10 * time.Minute // then the page opens another, signed in anew
	streamWrite = 10 * time.Second // after which a page that does not read is gone
)

// StreamAttempt pushes changes of time and state to a page.
func (s *server) StreamAttempt(ctx context.Context, r contract.StreamAttemptRequestObject) (contract.StreamAttemptResponseObject, error) {
	if r.Params.Epoch == nil || *r.Params.Epoch < 1 {
		return nil, &sitting.FieldError{Field: "/epoch", Reason: "required"}
	}
	p := &stream{
		server: s, id: attempt.AttemptID(r.Attempt), who: me(ctx), epoch: int(*r.Params.Epoch),
		call: &call{actor: callOf(ctx).actor, lang: callOf(ctx).lang, requestID: callOf(ctx).requestID},
	}
	// Watched before the first look, so that nothing falls in between.
	var unwatch, unread func()
	p.changed, unwatch = s.attempts.Watch(p.id)
	p.notices, unread = s.floor.Pages(p.id)
	p.stop = func() { unwatch(); unread() }
	if _, err := s.attempts.Look(ctx, p.id, p.who, p.epoch); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// stream is one page that listens. It takes the connection over from Fiber: a
// goroutine and a channel are then all that it holds.
type stream struct {
	*server
	id      attempt.AttemptID
	who     people.CandidateID
	epoch   int
	call    *call
	changed <-chan struct{}
	notices <-chan struct{} // there may be something to read
	stop    func()
}

// VisitStreamAttemptResponse implements contract.StreamAttemptResponseObject.
func (p *stream) VisitStreamAttemptResponse(c *fiber.Ctx) error {
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(p.serve)
	return nil
}

const streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n" +
	"X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"

// noticeEvent says no more than that there is something to ask for: the words
// are the candidate's own and come by a request that is theirs.
//
// noticeFirst is at the beginning of a stream, where a whole room must not ask
// in one instant.
const (
	noticeEvent = "event: notice\ndata: {}\n\n"
	noticeFirst = "event: notice\ndata: {\"first\":true}\n\n"
)

func (p *stream) serve(conn net.Conn) {
	defer p.stop()
	if write(conn, streamHead) != nil {
		return
	}
	alive, over := time.NewTicker(streamAlive), time.NewTimer(streamLife)
	defer alive.Stop()
	defer over.Stop()
	// What was said while nobody listened is asked for at the beginning.
	if write(conn, noticeFirst) != nil {
		return
	}
	for {
		if err := p.tell(conn); err != nil {
			return
		}
		for quiet := true; quiet; {
			select {
			case <-p.changed:
				quiet = false
			case <-p.notices:
				if write(conn, noticeEvent) != nil {
					return
				}
			case <-over.C:
				return
			case <-alive.C:
				if write(conn, ":\n\n") != nil {
					return
				}
			}
		}
	}
}

// errStreamOver ends a stream that has nothing more to say.
var errStreamOver = errors.New("api: stream is over")

// tell sends where the attempt stands now.
func (p *stream) tell(conn net.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), callKey{}, p.call), callTimeout)
	defer cancel()
	beat, err := p.attempts.Look(ctx, p.id, p.who, p.epoch)
	if errors.Is(err, attempt.ErrUnavailable) {
		return nil // the page's own heartbeats go on
	}
	var out contract.Beat
	if err == nil {
		out, err = p.wireBeat(ctx, p.id, p.who, beat)
	}
	if err != nil {
		problem, _ := problemOf(err, p.call.lang, p.call.requestID)
		return errors.Join(p.event(conn, "taken-over", problem), errStreamOver)
	}
	return p.event(conn, "beat", out)
}

func (p *stream) event(conn net.Conn, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return write(conn, fmt.Sprintf("event: %s\ndata: %s\n\n", name, data))
}

func write(conn net.Conn, text string) error {
	if err := conn.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return err
	}
	_, err := conn.Write([]byte(text))
	return err
}

package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"gongyuan/api"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// blueprint asks for papers of 100 items. Its sections tell the type of each
// slot, so that the load needs not read the papers.
func blueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "bench-100", Bank: banktest.Bank, Title: "figures", Duration: 2 * time.Hour, MaxPerPoint: 8,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 50, Points: 100}, {Type: bank.Multiple, Count: 20, Points: 150},
			{Type: bank.Judgement, Count: 20, Points: 50}, {Type: bank.Blank, Count: 10, Points: 100},
		},
	}
}

// slotsOfPaper and firstBlank describe those papers.
const (
	slotsOfPaper = 100
	firstBlank   = 91
)

// candidate is one page that is open. It belongs to one goroutine at a time.
type candidate struct {
	attempt      string
	id           people.CandidateID
	registration sitting.RegistrationID
	conn         *conn
	heads        map[string]string // requests up to the value of Content-Length, by path
	events       string            // the request for the stream of news
	body         []byte
	epoch        int64
	seq          int64 // the last operation that went out
	durable      int64 // the last one that was acknowledged as stored
	receipt      string
}

// newCandidate returns a candidate without a token; see renew.
func newCandidate(address, attempt string, id people.CandidateID, registration sitting.RegistrationID) *candidate {
	return &candidate{attempt: attempt, id: id, registration: registration, conn: newConn(address)}
}

// renew signs the candidates in anew: their tokens live for a quarter of an
// hour only.
func renew(all []*candidate) error {
	tokens, err := api.NewTokens(secrets())
	if err != nil {
		return err
	}
	now := time.Now()
	for _, c := range all {
		token, _, err := tokens.Sign(api.Actor{
			Audience: people.Candidates, Subject: string(c.id), Name: "figures", Roles: []people.Role{people.CandidateRole}, Registration: string(c.registration),
		}, now)
		if err != nil {
			return err
		}
		c.heads = map[string]string{}
		for _, what := range []string{"enter", "ops", "beat", "submit"} {
			c.heads[what] = "POST /api/v1/attempts/" + c.attempt + "/" + what + " HTTP/1.1\r\nHost: " + c.conn.address +
				"\r\nAuthorization: Bearer " + token + "\r\nContent-Type: application/json\r\nContent-Length: "
		}
		c.events = "GET /api/v1/attempts/" + c.attempt + "/events?epoch=1 HTTP/1.1\r\nHost: " + c.conn.address +
			"\r\nAuthorization: Bearer " + token + "\r\nAccept: text/event-stream\r\n\r\n"
	}
	return nil
}

// outcome is what a request came to besides success.
type outcome struct {
	status int // 0 where there was no reply
	after  time.Duration
	text   string
}

func (o *outcome) Error() string { return fmt.Sprintf("%d %s", o.status, o.text) }

// post sends one request and returns the reply of a success.
func (c *candidate) post(what string, body []byte) (answer, error) {
	a, err := c.conn.send(c.heads[what], body)
	if err != nil {
		return a, &outcome{text: "no reply: " + cause(err)}
	}
	if a.status != 200 && a.status != 202 {
		return a, &outcome{a.status, a.retryAfter, string(a.body[:min(len(a.body), 500)])}
	}
	return a, nil
}

// cause is the error without the addresses in it, so that equal ones count as
// one.
func cause(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}

func (c *candidate) enter() error {
	a, err := c.post("enter", []byte(`{"deviceId":"figures-0001","deviceLabel":"figures","rulesAccepted":true}`))
	if err != nil {
		return err
	}
	if c.epoch = number(a.body, "epoch"); c.epoch < 1 || len(a.body) < 10_000 {
		return &outcome{a.status, 0, "a reply without a paper"}
	}
	c.seq, c.durable = 0, 0
	return nil
}

// errPending is a save that the program has but does not call stored yet.
var errPending = errors.New("202 not stored yet")

// save sends the next n operations, or again those that are not stored yet.
func (c *candidate) save(n int64) error {
	if c.seq == c.durable {
		c.seq += n
	}
	c.body = appendSave(c.body[:0], c.epoch, c.durable+1, c.seq)
	a, err := c.post("ops", c.body)
	if err != nil {
		return err
	}
	c.durable = max(c.durable, min(number(a.body, "durableSeq"), c.seq))
	if c.durable < c.seq {
		return errPending
	}
	return nil
}

// appendSave writes the body of a save. Each operation answers the slot after
// the one before, and changes the answer at each round through the paper.
func appendSave(b []byte, epoch, first, last int64) []byte {
	b = append(b, `{"epoch":`...)
	b = strconv.AppendInt(b, epoch, 10)
	b = append(b, `,"ops":[`...)
	now := time.Now().UnixMilli()
	for seq := first; seq <= last; seq++ {
		if seq > first {
			b = append(b, ',')
		}
		slot := (seq-1)%slotsOfPaper + 1
		b = append(b, `{"seq":`...)
		b = strconv.AppendInt(b, seq, 10)
		b = append(b, `,"slot":`...)
		b = strconv.AppendInt(b, slot, 10)
		b = append(b, `,"response":`...)
		b = append(b, response(slot, seq/slotsOfPaper)...)
		b = append(b, `,"flagged":false,"clientMs":`...)
		b = strconv.AppendInt(b, now, 10)
		b = append(b, '}')
	}
	return append(b, `]}`...)
}

// response is an answer that fits the slot.
func response(slot, round int64) string {
	switch {
	case slot >= firstBlank:
		return `{"text":["示例答案"]}`
	case round%2 == 0:
		return `{"choice":["A"]}`
	}
	return `{"choice":["B"]}`
}

func (c *candidate) beat() error {
	_, err := c.post("beat", []byte(`{"epoch":`+strconv.FormatInt(c.epoch, 10)+`}`))
	return err
}

// submit hands in. A second time it must get the same receipt.
func (c *candidate) submit() error {
	a, err := c.post("submit", []byte(`{"epoch":`+strconv.FormatInt(c.epoch, 10)+`,"lastSeq":`+strconv.FormatInt(c.seq, 10)+`}`))
	if err != nil {
		return err
	}
	receipt := string(a.body)
	if c.receipt != "" && c.receipt != receipt {
		return &outcome{a.status, 0, "another receipt than before"}
	}
	c.receipt = receipt
	return nil
}

// persist repeats what was refused as too much, as late as the program asked
// and each candidate a little apart, and what failed in passing after a second.
// What is refused for good is not asked for
// again; nor is anything once ctx ends.
func (c *candidate) persist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || ctx.Err() != nil {
			return err
		}
		wait := time.Second
		var o *outcome
		if errors.As(err, &o) {
			if o.status >= 400 && o.status < 500 && o.status != 429 {
				return err
			}
			wait = max(wait, o.after)
		}
		if sleepUntil(ctx, time.Now().Add(wait+rand.N(wait))) != nil {
			return err
		}
	}
}

package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"gongyuan/api/contract"
)

// maxReply bounds what is read of one reply.
const maxReply = 64 << 20

const problemURN = "urn:gongyuan:problem:"

// client sends requests and measures them. It is safe for concurrent use and
// shared by all candidates.
type client struct {
	base  string
	http  *http.Client
	meter *meter
}

// newClient returns a client whose pool keeps one connection per candidate,
// as as many browsers would. Each cut request costs its connection, as it does
// in a browser: hence HTTP/1.1.
func newClient(base string, candidates int, timeout time.Duration, m *meter) *client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &client{base: base, meter: m, http: &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConns: candidates + 64, MaxIdleConnsPerHost: candidates + 64,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call is one request.
type call struct {
	action action
	method string
	path   string
	body   any
	// cut breaks the connection after the request went out: zero for never,
	// else so long afterwards. What the server replied is not looked at.
	cut time.Duration
	// expects lists the kinds of refusal that the caller provokes and that are
	// no error.
	expects []string
}

// reply is what came back besides the body.
type reply struct {
	status  int
	cookies []*http.Cookie
	at      time.Time
}

// errCut is the outcome of a request that was cut on purpose. Nothing is known
// of what the server did.
var errCut = errors.New("drill: connection cut on purpose")

// refusal is a reply that is not a success.
type refusal struct {
	status   int
	kind     string        // of the problem, or http-<status>
	expected int64         // seq-gap, seq-conflict
	after    time.Duration // Retry-After, 0 where not given
	detail   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.kind, r.detail) }

// refusedAs tells whether err is a refusal of one of the kinds.
func refusedAs(err error, kinds ...string) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, k := range kinds {
		if r.kind == k {
			return true
		}
	}
	return false
}

// do sends a request and decodes the reply into out, if that is not nil. Its
// errors are a *refusal, errCut, or that of the connection.
func (c *client) do(ctx context.Context, token string, in call, out any) (reply, error) {
	req, cancel, err := c.request(ctx, token, in)
	if err != nil {
		return reply{}, err
	}
	defer cancel()
	began := time.Now()
	got, raw, err := c.roundTrip(req)
	took := time.Since(began)
	if in.cut > 0 && ctx.Err() == nil {
		return reply{}, errCut
	}
	if err == nil && got.status >= 300 {
		err = refusalOf(got, raw)
	} else if err == nil && out != nil {
		if err = json.Unmarshal(raw, out); err != nil {
			err = &refusal{status: got.status, kind: "unreadable-reply", detail: err.Error()}
		}
	}
	if err != nil {
		if ctx.Err() == nil && !refusedAs(err, in.expects...) {
			c.meter.fail(in.action, kindOf(err))
		}
		return got.reply, fmt.Errorf("%s: %w", in.action, err)
	}
	c.meter.sample(in.action, began, took)
	return got.reply, nil
}

func (c *client) request(ctx context.Context, token string, in call) (*http.Request, context.CancelFunc, error) {
	var body io.Reader
	if in.body != nil {
		raw, err := json.Marshal(in.body)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", in.action, err)
		}
		body = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithCancel(ctx)
	if in.cut > 0 {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			WroteRequest: func(httptrace.WroteRequestInfo) { time.AfterFunc(in.cut, cancel) },
		})
	}
	req, err := http.NewRequestWithContext(ctx, in.method, c.base+in.path, body)
	if err != nil {
		cancel()
		return nil, nil, fmt.Errorf("%s: %w", in.action, err)
	}
	if in.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("User-Agent", "gongyuan-drill")
	for _, cookie := range cookiesOf(ctx) {
		req.AddCookie(cookie)
	}
	return req, cancel, nil
}

// full is a reply with what only refusals need.
type full struct {
	reply
	retryAfter string
}

func (c *client) roundTrip(req *http.Request) (full, []byte, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return full{}, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	return full{reply{resp.StatusCode, resp.Cookies(), time.Now()}, resp.Header.Get("Retry-After")}, raw, err
}

func refusalOf(got full, raw []byte) *refusal {
	r := &refusal{status: got.status, kind: "http-" + strconv.Itoa(got.status)}
	var p contract.Problem
	if json.Unmarshal(raw, &p) == nil && strings.HasPrefix(p.Type, problemURN) {
		r.kind, r.detail = strings.TrimPrefix(p.Type, problemURN), p.Title
		if p.Detail != nil {
			r.detail += " " + *p.Detail
		}
		if p.Errors != nil && len(*p.Errors) > 0 {
			r.detail += fmt.Sprintf(" %s %s", (*p.Errors)[0].Pointer, (*p.Errors)[0].Detail)
		}
		if p.ExpectedSeq != nil {
			r.expected = *p.ExpectedSeq
		}
		if p.RetryAfterSeconds != nil {
			r.after = time.Duration(*p.RetryAfterSeconds) * time.Second
		}
	}
	if s, err := strconv.Atoi(got.retryAfter); err == nil && s > 0 {
		r.after = time.Duration(s) * time.Second
	}
	return r
}

// kindOf names an error for the report.
func kindOf(err error) string {
	var r *refusal
	var n net.Error
	switch {
	case errors.As(err, &r):
		return r.kind
	case errors.As(err, &n) && n.Timeout():
		return "timeout"
	}
	return "network"
}

// passing tells whether an error is worth another try, and after how long the
// server wants it; 0 leaves that to the caller.
func passing(err error) (bool, time.Duration) {
	var r *refusal
	if !errors.As(err, &r) {
		return true, 0
	}
	return r.status >= 500 || r.status == http.StatusTooManyRequests, r.after
}

// persist repeats do until it succeeds, is refused for good, or has failed for
// as long as patience lasts.
func (t *tuning) persist(ctx context.Context, patience time.Duration, do func(context.Context) error) error {
	until := time.Now().Add(patience)
	wait := t.backoff
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		again, after := passing(err)
		if !again || time.Now().After(until) {
			return err
		}
		switch {
		case errors.Is(err, errCut): // at once, as a page does on a new connection
		case after > 0:
			err = sleep(ctx, spread(after))
		default:
			err = sleep(ctx, spread(wait))
			wait = min(2*wait, t.backoffMax)
		}
		if ctx.Err() != nil {
			return err
		}
	}
}

// spread lengthens a wait by up to a quarter and at most three seconds, so that
// those who were refused together do not come back together.
func spread(d time.Duration) time.Duration {
	return d + time.Duration(rand.Float64()*float64(min(d/4, 3*time.Second))) // #nosec G404 -- a wait
}

// sleep waits, or returns the error of a context that ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

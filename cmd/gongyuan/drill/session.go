package drill

import (
	"context"
	"net/http"
	"sync"
	"time"

	"gongyuan/api/contract"
)

// session is somebody who is signed in. It renews its token by itself and is
// safe for concurrent use.
type session struct {
	client   *client
	signIn   call
	audience contract.Audience

	mu      sync.Mutex
	token   string
	until   time.Time // by our clock, a little before the token ends
	cookies []*http.Cookie
	ahead   time.Duration // the server's clock less ours
}

func newSession(c *client, audience contract.Audience, path string, body any) *session {
	name := actLogin
	if audience == contract.AudienceStaff {
		name = actOffice
	}
	return &session{client: c, audience: audience, signIn: call{action: name, method: http.MethodPost, path: path, body: body}}
}

// begin signs in.
func (s *session) begin(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beginLocked(ctx)
}

func (s *session) beginLocked(ctx context.Context) error {
	var got contract.Session
	r, err := s.client.do(ctx, "", s.signIn, &got)
	if err != nil {
		return err
	}
	s.keep(got, r)
	return nil
}

func (s *session) keep(got contract.Session, r reply) {
	s.token, s.cookies = got.AccessToken, r.cookies
	s.ahead = got.ServerNow.Sub(r.at)
	life := got.ExpiresAt.Sub(got.ServerNow)
	s.until = r.at.Add(life - min(time.Minute, life/4))
}

// now is the server's time, as far as the last sign-in tells.
func (s *session) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

// bearer returns a token that is good now. With force it is another one than
// stale.
func (s *session) bearer(ctx context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.token != stale && time.Now().Before(s.until) {
		return s.token, nil
	}
	var got contract.Session
	r, err := s.client.do(withCookies(ctx, s.cookies), "", call{
		action: actRefresh, method: http.MethodPost, path: "/api/v1/auth/refresh",
		body: contract.RefreshRequest{Audience: s.audience},
	}, &got)
	switch {
	case err == nil:
		s.keep(got, r)
	case refusedAs(err, "unauthenticated"):
		if err := s.beginLocked(ctx); err != nil {
			return "", err
		}
	default:
		return "", err
	}
	return s.token, nil
}

// call sends a request as this person.
func (s *session) call(ctx context.Context, in call, out any) (reply, error) {
	token, err := s.bearer(ctx, "")
	if err != nil {
		return reply{}, err
	}
	r, err := s.client.do(ctx, token, in, out)
	if !refusedAs(err, "unauthenticated") {
		return r, err
	}
	if token, err = s.bearer(ctx, token); err != nil {
		return reply{}, err
	}
	return s.client.do(ctx, token, in, out)
}

type cookieKey struct{}

// withCookies makes one request carry cookies. A jar would be one for all
// candidates, or thousands.
func withCookies(ctx context.Context, cookies []*http.Cookie) context.Context {
	return context.WithValue(ctx, cookieKey{}, cookies)
}

func cookiesOf(ctx context.Context) []*http.Cookie {
	cookies, _ := ctx.Value(cookieKey{}).([]*http.Cookie)
	return cookies
}

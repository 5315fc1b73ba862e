package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gongyuan/api"
	"gongyuan/engine/people"
)

// renew trades a refresh cookie of staff for the next.
func (w *world) renew(cookie string) reply {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), "POST", "/api/v1/auth/refresh", strings.NewReader(`{"audience":"staff"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", strings.Split(cookie, ";")[0])
	return w.send(req)
}

// TestSessionEnds renews a session for as long as it goes.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	m := w.member(people.Editor)
	began := w.clock.Now()
	cookie := w.login(m.login, memberPassword, "").must(t, 200).header.Get("Set-Cookie")
	for {
		w.clock.Advance(api.SessionLifetime / 3)
		r := w.renew(cookie)
		if r.status != 200 {
			break
		}
		cookie = r.header.Get("Set-Cookie")
		if w.clock.Now().Sub(began) > 10*api.SessionLifetime {
			t.Fatal("a session is renewed for ever")
		}
	}
	if lasted := w.clock.Now().Sub(began); lasted != people.Renewals*api.SessionLifetime {
		t.Errorf("renewed until %v after it began", lasted)
	}
	idle := w.login(m.login, memberPassword, "").must(t, 200).header.Get("Set-Cookie")
	w.clock.Advance(api.SessionLifetime)
	w.renew(idle).must(t, 401)
}

// TestSignedOutTokenIsRefused: with the session its access token is over, too,
// and not only the cookie.
func TestSignedOutTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	m := w.member(people.Editor)
	in := w.login(m.login, memberPassword, "").must(t, 200)
	token := w.token(in)
	w.call("GET", "/api/v1/banks", token, nil).must(t, 200)
	req := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/auth/logout", strings.NewReader(`{"audience":"staff"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", strings.Split(in.header.Get("Set-Cookie"), ";")[0])
	w.send(req).must(t, 204)
	w.clock.Advance(2 * time.Second) // what a copy of the program knows of an account is good for a second
	w.call("GET", "/api/v1/banks", token, nil).must(t, 401)
}

// TestChangeEndsOthers: a new password leaves the session that set it, and ends
// the others of the account.
func TestChangeEndsOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	m := w.member(people.Editor)
	other := w.token(w.login(m.login, memberPassword, "").must(t, 200))
	w.call("POST", "/api/v1/me/password", m.token, map[string]any{"old": "not it", "password": "another long one"}).must(t, 422)
	w.call("POST", "/api/v1/me/password", m.token, map[string]any{"old": memberPassword, "password": "another long one"}).must(t, 204)
	w.clock.Advance(2 * time.Second)
	w.call("GET", "/api/v1/banks", m.token, nil).must(t, 200)
	w.call("GET", "/api/v1/banks", other, nil).must(t, 401)
}

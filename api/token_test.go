package api

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/people"
)

func secretOf(id string, fill byte) people.Secret {
	return people.Secret{ID: id, Key: bytes.Repeat([]byte{fill}, 32)}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	old, err := NewTokens([]people.Secret{secretOf("1", 1)})
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := NewTokens([]people.Secret{secretOf("2", 2), secretOf("1", 1)})
	if err != nil {
		t.Fatal(err)
	}
	actor := Actor{Audience: people.Candidates, Subject: "cand-1", Name: "王甲", Roles: []people.Role{people.CandidateRole}, Registration: "reg-1", Session: "family"}
	token, expires, err := old.Sign(actor, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("OK read after rotation", func(t *testing.T) {
		t.Parallel()
		got, err := rotated.Read(token, now.Add(accessLifetime-time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(actor, got); diff != "" {
			t.Errorf("actor (-want +got):\n%s", diff)
		}
	})
	forged := func(method jwt.SigningMethod, key any, change func(*jwt.Token)) string {
		tok := jwt.NewWithClaims(method, claims{RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Subject: "x", Audience: jwt.ClaimStrings{"staff"}, ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
		}, Roles: []people.Role{people.Administrator}})
		tok.Header["kid"], tok.Header["typ"] = "1", tokenType
		if change != nil {
			change(tok)
		}
		s, err := tok.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, bad := range map[string]struct {
		token string
		at    time.Time
	}{
		"expired":               {token, expires.Add(time.Second)},
		"one letter changed":    {token[:len(token)-2] + "AA", now},
		"no algorithm":          {forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), now},
		"another algorithm":     {forged(jwt.SigningMethodHS512, old.keys["1"], nil), now},
		"unknown key":           {forged(jwt.SigningMethodHS256, old.keys["1"], func(k *jwt.Token) { k.Header["kid"] = "9" }), now},
		"a key of another's":    {forged(jwt.SigningMethodHS256, []byte("guess"), nil), now},
		"another kind of token": {forged(jwt.SigningMethodHS256, old.keys["1"], func(k *jwt.Token) { k.Header["typ"] = "JWT" }), now},
		"empty":                 {"", now},
		"rubbish":               {strings.Repeat("a.", 50), now},
	} {
		t.Run("Err "+name, func(t *testing.T) {
			t.Parallel()
			if a, err := old.Read(bad.token, bad.at); !errors.Is(err, errUnauthenticated) {
				t.Errorf("Read = %+v, %v; want errUnauthenticated", a, err)
			}
		})
	}
	t.Run("Err signed by a secret that is gone", func(t *testing.T) {
		t.Parallel()
		fresh, _, err := rotated.Sign(actor, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := old.Read(fresh, now); !errors.Is(err, errUnauthenticated) {
			t.Errorf("error = %v", err)
		}
	})
}

// TestWordings makes sure that every problem and every reason speaks both
// languages and that the tables fit each other.
func TestWordings(t *testing.T) {
	t.Parallel()
	for k, w := range problems {
		if w.zhTitle == "" || w.enTitle == "" || w.status < 400 || w.status > 599 {
			t.Errorf("problem %s is not complete: %+v", k, w)
		}
	}
	for _, row := range table {
		if _, ok := problems[row.kind]; !ok {
			t.Errorf("%v leads to problem %q, which has no wording", row.err, row.kind)
		}
	}
	for reason, texts := range fieldTexts {
		if texts[0] == "" || texts[1] == "" {
			t.Errorf("reason %s is not complete", reason)
		}
	}
}

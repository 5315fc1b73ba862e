package api

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gongyuan/engine/people"
)

// Access tokens live this long; the refresh token gives the next one.
const accessLifetime = 15 * time.Minute

const (
	tokenIssuer = "gongyuan"
	tokenType   = "at+jwt" // RFC 9068, section 2.1
)

// claims is what an access token says.
type claims struct {
	jwt.RegisteredClaims
	Roles        []people.Role `json:"roles"`
	Name         string        `json:"name"`
	Registration string        `json:"reg,omitempty"`
	Session      string        `json:"sid,omitempty"`
	Begun        int64         `json:"begun,omitempty"` // when the candidate signed in, in milliseconds
}

// Actor is who calls.
type Actor struct {
	Audience     people.Audience
	Subject      string
	Name         string
	Roles        []people.Role
	Registration string
	Session      string        // the family of its refresh tokens
	Begun        int64         // when the candidate signed in, in milliseconds
	Limits       people.Limits // of staff: the sittings that they deal with
}

// Has tells whether the actor holds the role.
func (a *Actor) Has(role people.Role) bool {
	return (&people.Account{Roles: a.Roles}).Has(role)
}

// Tokens signs and reads access tokens: HS256 and nothing else, with a key per
// secret, so that secrets rotate. The first secret signs, all verify.
type Tokens struct {
	first string
	keys  map[string][]byte
	read  readTokens
}

// readTokens are tokens that were found good: a page shows the same one with
// each save, and checking it anew costs more than looking it up. It is safe for
// concurrent use.
type readTokens struct {
	mu    sync.RWMutex
	known map[string]readToken
}

type readToken struct {
	actor   Actor
	expires time.Time
}

// maxTokens bounds the memory for tokens; beyond it the memory starts anew.
const maxTokens = 16384

func (r *readTokens) find(token string, now time.Time) (Actor, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k, ok := r.known[token]
	return k.actor, ok && now.Before(k.expires)
}

func (r *readTokens) keep(token string, a Actor, expires time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxTokens {
		r.known = map[string]readToken{}
	}
	r.known[token] = readToken{a, expires}
}

// NewTokens derives the signing keys (HKDF-SHA-256) from the secrets.
func NewTokens(secrets []people.Secret) (*Tokens, error) {
	if len(secrets) == 0 {
		return nil, errors.New("api: no secret")
	}
	t := &Tokens{first: secrets[0].ID, keys: map[string][]byte{}}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan access token v1", 32)
		if err != nil {
			return nil, fmt.Errorf("api: derive key: %w", err)
		}
		t.keys[s.ID] = key
	}
	return t, nil
}

// Sign returns a token for the actor that is good until the second value.
func (t *Tokens) Sign(a Actor, now time.Time) (string, time.Time, error) {
	expires := now.Add(accessLifetime)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Subject: a.Subject, Audience: jwt.ClaimStrings{string(a.Audience)},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Roles: a.Roles, Name: a.Name, Registration: a.Registration, Session: a.Session, Begun: a.Begun,
	})
	token.Header["kid"], token.Header["typ"] = t.first, tokenType
	signed, err := token.SignedString(t.keys[t.first])
	if err != nil {
		return "", time.Time{}, fmt.Errorf("api: sign token: %w", err)
	}
	return signed, expires, nil
}

// Read returns the actor of a token, or errUnauthenticated.
func (t *Tokens) Read(token string, now time.Time) (Actor, error) {
	if a, ok := t.read.find(token, now); ok {
		return a, nil
	}
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(tok *jwt.Token) (any, error) {
		kid, _ := tok.Header["kid"].(string)
		key, ok := t.keys[kid]
		if !ok || tok.Header["typ"] != tokenType {
			return nil, errUnauthenticated
		}
		return key, nil
	}, jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(tokenIssuer), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil || len(c.Audience) != 1 || c.Subject == "" {
		return Actor{}, errUnauthenticated
	}
	a := Actor{
		Audience: people.Audience(c.Audience[0]), Subject: c.Subject, Name: c.Name, Roles: c.Roles, Registration: c.Registration, Session: c.Session, Begun: c.Begun,
	}
	if a.Audience != people.Staff && a.Audience != people.Candidates {
		return Actor{}, errUnauthenticated
	}
	t.read.keep(token, a, c.ExpiresAt.Time)
	return a, nil
}

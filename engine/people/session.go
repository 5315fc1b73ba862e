package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Audience keeps the sessions of staff and of candidates apart.
type Audience string

// The audiences.
const (
	Staff      Audience = "staff"
	Candidates Audience = "candidate"
)

// Session is what a refresh token stands for. Its token is known by its
// SHA-256 only; the tokens of one sign-in form a family.
type Session struct {
	Hash         string // of the token
	Family       string
	Audience     Audience
	Subject      string // AccountID or CandidateID
	Registration string // of a candidate
	Address      string // that it was begun from
	Agent        string // the browser that it was begun with, as it calls itself
	Began        time.Time
	Issued       time.Time
	Expires      time.Time
	Replaced     time.Time // when a successor was given out; zero while current
}

// Errors of sessions.
var (
	ErrSession = errors.New("people: session is over or unknown")
	// ErrReused tells that a token was used again long after its successor was
	// given out. The whole family is ended.
	ErrReused = errors.New("people: refresh token used twice")
)

// ReuseGrace is how long a replaced token is still good for: two tabs that
// refresh at once, or an answer lost on the way, must not throw a candidate
// out of the exam.
const ReuseGrace = 30 * time.Second

// SessionStore keeps sessions.
type SessionStore interface {
	InsertSession(ctx context.Context, s Session) error
	// SessionByHash returns ErrSession where there is none.
	SessionByHash(ctx context.Context, hash string) (Session, error)
	// MarkReplaced sets Replaced unless it is set already.
	MarkReplaced(ctx context.Context, hash string, at time.Time) error
	// EndFamily removes every session of the family.
	EndFamily(ctx context.Context, family string) error
	// PurgeSessions removes what expired before the instant.
	PurgeSessions(ctx context.Context, before time.Time) error
}

// Sessions gives out and rotates refresh tokens. It is safe for concurrent
// use.
type Sessions struct {
	store    SessionStore
	lifetime time.Duration
}

// Renewals is how many lifetimes of a token a session lasts in all, however
// often it is renewed: after that somebody signs in again. A day at an exam
// centre, with its exams, is shorter.
const Renewals = 2

// NewSessions returns Sessions whose tokens live that long, from one use to the
// next, and whose sessions end after Renewals of it.
func NewSessions(store SessionStore, lifetime time.Duration) *Sessions {
	return &Sessions{store, lifetime}
}

// Begin opens a session for whom of names, and returns its refresh token and
// its family.
func (s *Sessions) Begin(ctx context.Context, of Session, now time.Time) (token, family string, err error) {
	of.Family, of.Began = random(), now
	token, err = s.issue(ctx, of, now)
	return token, of.Family, err
}

func (s *Sessions) issue(ctx context.Context, of Session, now time.Time) (string, error) {
	token := random()
	of.Hash, of.Issued, of.Expires, of.Replaced = hash(token), now, now.Add(s.lifetime), time.Time{}
	if end := of.Began.Add(Renewals * s.lifetime); !of.Began.IsZero() && of.Expires.After(end) {
		of.Expires = end
	}
	if err := s.store.InsertSession(ctx, of); err != nil {
		return "", fmt.Errorf("people: session: %w", err)
	}
	return token, nil
}

// Rotate trades a token for its successor. It returns ErrSession for an
// unknown or expired one or one of another audience, and ErrReused, after
// ending the family, for one that was replaced more than ReuseGrace ago.
func (s *Sessions) Rotate(ctx context.Context, a Audience, token string, now time.Time) (string, Session, error) {
	have, err := s.store.SessionByHash(ctx, hash(token))
	if err != nil {
		return "", Session{}, err
	}
	if have.Audience != a || !now.Before(have.Expires) {
		return "", Session{}, ErrSession
	}
	if !have.Replaced.IsZero() && now.Sub(have.Replaced) > ReuseGrace {
		return "", Session{}, errors.Join(ErrReused, s.store.EndFamily(ctx, have.Family))
	}
	next, err := s.issue(ctx, have, now)
	if err != nil {
		return "", Session{}, err
	}
	if err := s.store.MarkReplaced(ctx, have.Hash, now); err != nil {
		return "", Session{}, fmt.Errorf("people: session: %w", err)
	}
	// Whoever ended the session meanwhile did not see the successor.
	if _, err := s.store.SessionByHash(ctx, have.Hash); err != nil {
		return "", Session{}, errors.Join(err, s.store.EndFamily(ctx, have.Family))
	}
	return next, have, nil
}

// End closes the session that the token belongs to. An unknown token is no
// error.
func (s *Sessions) End(ctx context.Context, token string) error {
	have, err := s.store.SessionByHash(ctx, hash(token))
	if errors.Is(err, ErrSession) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.store.EndFamily(ctx, have.Family)
}

func random() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

package api

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// Accounts finds staff accounts.
type Accounts interface {
	AccountByLogin(ctx context.Context, login string) (people.Account, error)
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
	Accounts(ctx context.Context) ([]people.Account, error)
}

// Limiter counts attempts; Take returns how long to wait once there are too
// many.
type Limiter interface {
	Take(ctx context.Context, key string, limit int, window time.Duration) (time.Duration, error)
	// Return takes an attempt back that turned out to be none.
	Return(ctx context.Context, key string) error
	Clear(ctx context.Context, key string) error
}

// Sign-ins that fail are limited per account and per address. Those that
// succeed are not counted. A centre of six hundred candidates sits behind one
// address, signs in within minutes and mistypes: candidates have an address limit
// of their own, which the mistakes of a whole centre do not reach and which shuts
// no staff out. What holds off guessing there is the limit of each admission
// number.
const (
	accountAttempts   = 8
	addressAttempts   = 60
	candidateAttempts = 1200 // of an address
	attemptWindow     = 5 * time.Minute
)

// Refresh tokens live this long without being used, longer than any exam; a
// session ends after people.Renewals of it.
const SessionLifetime = 12 * time.Hour

const cookiePath = "/api/v1/auth"

func cookieOf(a people.Audience) string { return "gongyuan_" + string(a) }

// sessionResponse carries a session and sets, or clears, its refresh cookie.
type sessionResponse struct {
	session  contract.Session
	audience people.Audience
	token    string
	secure   bool
}

func (r sessionResponse) visit(c *fiber.Ctx) error {
	setCookie(c, r.audience, r.token, int(SessionLifetime.Seconds()), r.secure)
	return c.JSON(r.session)
}

func setCookie(c *fiber.Ctx, a people.Audience, token string, age int, secure bool) {
	cookie := fiber.Cookie{
		Name: cookieOf(a), Value: token, Path: cookiePath, MaxAge: age,
		HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode, Secure: secure,
	}
	if age < 0 {
		cookie.Expires = time.Unix(1, 0) // fasthttp writes no Max-Age below 1, and the cookie would stay
	}
	c.Cookie(&cookie)
}

func (r sessionResponse) VisitLoginResponse(c *fiber.Ctx) error          { return r.visit(c) }
func (r sessionResponse) VisitLoginCandidateResponse(c *fiber.Ctx) error { return r.visit(c) }
func (r sessionResponse) VisitRefreshResponse(c *fiber.Ctx) error        { return r.visit(c) }

type goneResponse struct {
	audience people.Audience
	secure   bool
}

func (r goneResponse) VisitLogoutResponse(c *fiber.Ctx) error {
	setCookie(c, r.audience, "", -1, r.secure)
	return c.SendStatus(fiber.StatusNoContent)
}

// limited counts an attempt for the account and the address.
func (s *server) limited(ctx context.Context, account string) error {
	address, most := addressLimit(ctx, account)
	for _, limit := range []struct {
		key  string
		most int
	}{{address, most}, {"account:" + account, accountAttempts}} {
		wait, err := s.limiter.Take(ctx, limit.key, limit.most, attemptWindow)
		if err != nil {
			return err
		}
		if wait > 0 {
			return &waitError{wait}
		}
	}
	return nil
}

// welcomed forgets the attempts of an account that has signed in, and does not
// hold this one against its address.
func (s *server) welcomed(ctx context.Context, account string) error {
	return errors.Join(s.limiter.Clear(ctx, "account:"+account), s.forgiven(ctx, account))
}

// forgiven does not hold an attempt against its address.
func (s *server) forgiven(ctx context.Context, account string) error {
	address, _ := addressLimit(ctx, account)
	return s.limiter.Return(ctx, address)
}

// addressLimit is under which key an attempt counts for its address, and how many
// may fail there.
func addressLimit(ctx context.Context, account string) (string, int) {
	if strings.HasPrefix(account, "candidate:") {
		return "address-candidates:" + callOf(ctx).address, candidateAttempts
	}
	return "address:" + callOf(ctx).address, addressAttempts
}

// Login signs staff in: by password, and by a code or a passkey where the account
// has a second factor. Guesses of either count as one kind of attempt.
func (s *server) Login(ctx context.Context, r contract.LoginRequestObject) (contract.LoginResponseObject, error) {
	account, err := s.checkPassword(ctx, r.Body.Login, r.Body.Password)
	if err != nil {
		return nil, err
	}
	proof, err := loginProof(r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.factors.Check(ctx, account.ID, proof); err != nil {
		if errors.Is(err, personnel.ErrCodeNeeded) {
			err = errors.Join(s.asked(ctx, &account, err), s.forgiven(ctx, "staff:"+account.Login))
		}
		return nil, err
	}
	if err := s.welcomed(ctx, "staff:"+account.Login); err != nil {
		return nil, err
	}
	needs, err := s.gate.Needs(ctx, &account)
	if err != nil {
		return nil, err
	}
	return s.beginStaff(ctx, account, needs)
}

// nobody is a password hash that nothing matches: who has no account waits as
// long as who has one.
var nobody = sync.OnceValue(func() string {
	encoded, err := people.HashPassword(uuid.NewString(), people.DefaultCost())
	if err != nil {
		panic(err) // an identifier is as long as a password has to be
	}
	return encoded
})

// checkPassword returns the account of a login and password, or
// people.ErrPassword. An unknown login takes as long as a wrong password.
func (s *server) checkPassword(ctx context.Context, login, password string) (people.Account, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if err := s.limited(ctx, "staff:"+login); err != nil {
		return people.Account{}, err
	}
	account, err := s.accounts.AccountByLogin(ctx, login)
	if err != nil && !errors.Is(err, people.ErrNotFound) {
		return people.Account{}, err
	}
	encoded := account.Password
	if err != nil || account.Disabled {
		encoded = nobody()
	}
	if !people.CheckPassword(encoded, password) || err != nil || account.Disabled {
		return people.Account{}, people.ErrPassword
	}
	if !account.GivenUntil.IsZero() && !s.clock.Now().Before(account.GivenUntil) {
		return people.Account{}, errGivenRanOut
	}
	return account, nil
}

func actorOf(a people.Account, session string) Actor {
	return Actor{Audience: people.Staff, Subject: string(a.ID), Name: a.Name, Roles: a.Roles, Session: session}
}

// LoginCandidate signs a candidate in by admission number and identity number.
func (s *server) LoginCandidate(ctx context.Context, r contract.LoginCandidateRequestObject) (contract.LoginCandidateResponseObject, error) {
	admission := strings.ToUpper(strings.TrimSpace(r.Body.Admission))
	if err := s.limited(ctx, "candidate:"+admission); err != nil {
		return nil, err
	}
	number, badly := people.NormalIdentity(r.Body.IdNumber, s.clock.Now())
	code := proctor.Code(r.Body.IdNumber)
	if badly != nil && !code {
		return nil, people.ErrPassword
	}
	reg, err := s.registrations.RegistrationByAdmission(ctx, admission)
	if errors.Is(err, sitting.ErrNotFound) {
		return nil, people.ErrPassword
	} else if err != nil {
		return nil, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return nil, err
	}
	if code {
		// The invigilator, who moved the candidate, has seen who it is.
		if ok, err := s.proctors.Admit(ctx, reg.ID, r.Body.IdNumber); err != nil || !ok {
			return nil, cmp.Or(err, people.ErrPassword)
		}
	} else if subtle.ConstantTimeCompare([]byte(person.IDHash), []byte(s.sealer.Hash(number))) != 1 {
		return nil, people.ErrPassword
	}
	if err := s.welcomed(ctx, "candidate:"+admission); err != nil {
		return nil, err
	}
	actor := candidateActor(person, reg.ID)
	actor.Begun = s.clock.Now().UnixMilli()
	return s.begin(ctx, actor)
}

func candidateActor(c people.Candidate, reg sitting.RegistrationID) Actor {
	return Actor{
		Audience: people.Candidates, Subject: string(c.ID), Name: c.Name,
		Roles: []people.Role{people.CandidateRole}, Registration: string(reg),
	}
}

func (s *server) candidate(ctx context.Context, id people.CandidateID) (people.Candidate, error) {
	found, err := s.candidates.CandidatesByID(ctx, []people.CandidateID{id})
	if err != nil {
		return people.Candidate{}, err
	}
	c, ok := found[id]
	if !ok {
		return people.Candidate{}, people.ErrNotFound
	}
	return c, nil
}

func (s *server) begin(ctx context.Context, a Actor) (sessionResponse, error) {
	token, family, err := s.sessions.Begin(ctx, people.Session{
		Audience: a.Audience, Subject: a.Subject, Registration: a.Registration, Address: callOf(ctx).address, Agent: cut(callOf(ctx).agent, 200),
	}, s.clock.Now())
	if err != nil {
		return sessionResponse{}, err
	}
	a.Session = family
	return s.respond(a, token)
}

func (s *server) respond(a Actor, refresh string) (sessionResponse, error) {
	now := s.clock.Now()
	access, expires, err := s.tokens.Sign(a, now)
	if err != nil {
		return sessionResponse{}, err
	}
	roles := make([]contract.Role, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = contract.Role(r)
	}
	return sessionResponse{contract.Session{
		AccessToken: access, ExpiresAt: expires, ServerNow: now, Audience: contract.Audience(a.Audience),
		Subject: a.Subject, Name: a.Name, Roles: roles,
	}, a.Audience, refresh, s.secure}, nil
}

// Refresh trades the cookie for a new session, with the roles of this moment.
func (s *server) Refresh(ctx context.Context, r contract.RefreshRequestObject) (contract.RefreshResponseObject, error) {
	audience := people.Audience(r.Body.Audience)
	old := callOf(ctx).cookies[audience]
	if old == "" {
		return nil, people.ErrSession
	}
	token, session, err := s.sessions.Rotate(ctx, audience, old, s.clock.Now())
	if err != nil {
		return nil, err
	}
	var actor Actor
	var needs personnel.Need
	if audience == people.Staff {
		account, err := s.accounts.Account(ctx, people.AccountID(session.Subject))
		if err != nil || account.Disabled {
			return nil, errors.Join(people.ErrSession, err)
		}
		if needs, err = s.gate.Needs(ctx, &account); err != nil {
			return nil, err
		}
		actor = actorOf(account, session.Family)
	} else {
		person, err := s.candidate(ctx, people.CandidateID(session.Subject))
		if err != nil {
			return nil, err
		}
		actor = candidateActor(person, sitting.RegistrationID(session.Registration))
		actor.Session = session.Family
		actor.Begun = session.Began.UnixMilli()
	}
	out, err := s.respond(actor, token)
	return out.needing(needs), err
}

// Logout ends the session that the cookie belongs to.
func (s *server) Logout(ctx context.Context, r contract.LogoutRequestObject) (contract.LogoutResponseObject, error) {
	audience := people.Audience(r.Body.Audience)
	if token := callOf(ctx).cookies[audience]; token != "" {
		if err := s.sessions.End(ctx, token); err != nil {
			return nil, err
		}
	}
	return goneResponse{audience, s.secure}, nil
}

package api

import (
	"context"
	"mime"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// call is what handlers know of the request besides its contents.
type call struct {
	op        operation
	actor     Actor
	lang      string
	address   string
	agent     string
	cookies   map[people.Audience]string
	requestID string
	seb       string // X-SafeExamBrowser-ConfigKeyHash
	path      string // of the request, with its query
	sitting   string // that the path names, "" for none
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return &call{lang: "zh-CN"}
	}
	return c
}

// callTimeout bounds what one request may take inside.
const callTimeout = 20 * time.Second

// slow operations deal with a whole sitting at once: sealing draws and keeps
// every paper, closing takes every paper in.
var slow = map[string]time.Duration{
	"actOnSitting": 5 * time.Minute, "takeBatch": 2 * time.Minute, "getBatch": 2 * time.Minute, "actOnBatch": 2 * time.Minute,
	"decideDeletion": 5 * time.Minute, "getRetention": time.Minute, "proposeDeletion": time.Minute, "makeArchive": 5 * time.Minute, "checkArchive": 2 * time.Minute, "readArchive": 2 * time.Minute,
	"registerCandidates": time.Minute, "giveOrder": time.Minute, "actOnItems": 2 * time.Minute, "undoBatch": 2 * time.Minute,
	"inspectBank": time.Minute, "listVerdicts": time.Minute, "getVerdictFile": time.Minute, "checkBankExport": 2 * time.Minute, "exportBank": 2 * time.Minute, "listImports": time.Minute, "getCertificateBatch": 5 * time.Minute, "getBatchDocument": 5 * time.Minute, "completeFile": time.Minute, "readFile": time.Minute,
	"previewRegrade": 2 * time.Minute, "proposeRegrade": 2 * time.Minute, "getRegrade": 2 * time.Minute, "actOnRegrade": 5 * time.Minute,
}

// hot routes check their bodies themselves: holding every saved answer against
// the schema would cost more than saving it.
var hot = map[string]bool{"saveOperations": true, "beat": true}

// admit is in front of every route of the contract. It refuses whoever the
// route does not name, and bodies that are not what the contract says.
func (s *server) admit(c *fiber.Ctx, next fiber.Handler) error {
	began := time.Now()
	method, route := c.Method(), c.Route().Path
	if err := s.admitted(c, next); err != nil {
		if failed := s.fail(c, err); failed != nil {
			return failed
		}
	}
	s.observe(method, route, c.Response().StatusCode(), time.Since(began))
	return nil
}

func (s *server) admitted(c *fiber.Ctx, next fiber.Handler) error {
	op, ok := s.routes[c.Method()+" "+c.Route().Path]
	if !ok {
		return errForbidden
	}
	info := &call{
		op: op, agent: c.Get(fiber.HeaderUserAgent),
		lang: language(c.Get(fiber.HeaderAcceptLanguage)), address: s.addressOf(c), requestID: requestIDOf(c),
		seb: strings.Clone(c.Get("X-SafeExamBrowser-ConfigKeyHash")), path: strings.Clone(c.OriginalURL()),
		cookies: map[people.Audience]string{people.Staff: c.Cookies(cookieOf(people.Staff)), people.Candidates: c.Cookies(cookieOf(people.Candidates))},
	}
	if !op.anyone {
		actor, err := s.authenticate(c)
		if err != nil {
			return err
		}
		info.sitting = strings.Clone(c.Params("sitting"))
		if actor, err = s.admissible(op, actor, info.sitting); err != nil {
			return err
		}
		info.actor = actor
	} else if err := s.public(c, op, info.address); err != nil {
		return err
	}
	if op.body != nil {
		if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || kind != fiber.MIMEApplicationJSON {
			return fiber.ErrUnsupportedMediaType
		}
		if !hot[op.id] {
			if err := checkBody(op.body, c.Body()); err != nil {
				return err
			}
		}
	}
	if op.bytes && c.Get(fiber.HeaderContentType) != octets {
		return fiber.ErrUnsupportedMediaType
	}
	ctx := audit.From(context.WithValue(context.Background(), callKey{}, info), info.address)
	ctx = people.Paired(people.Limited(ctx, info.actor.Limits), s.staff)
	ctx, cancel := context.WithTimeout(ctx, max(callTimeout, slow[op.id]))
	defer cancel()
	c.SetUserContext(ctx)
	leave, err := s.laneOf(op.id).enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return next(c)
}

func (s *server) authenticate(c *fiber.Ctx) (Actor, error) {
	scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return Actor{}, errUnauthenticated
	}
	return s.tokens.Read(token, s.clock.Now())
}

// allowed tells whether the route names one of the actor's roles. The token's
// audience must fit: no staff role comes from a candidate's token.
func allowed(op operation, a Actor) bool {
	for _, r := range a.Roles {
		if (r == people.CandidateRole) != (a.Audience == people.Candidates) {
			return false
		}
	}
	for _, r := range a.Roles {
		if op.roles[r] {
			return true
		}
	}
	return false
}

// language is "en" where the first language that the request names is
// English, else "zh-CN".
func language(acceptLanguage string) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(acceptLanguage)), "en") {
		return "en"
	}
	return "zh-CN"
}

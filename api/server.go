package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/access"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/compose"
	"gongyuan/engine/editorial"
	"gongyuan/engine/evidence"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/proctor"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// BodyLimit is the largest request that is read, in bytes. A full batch of
// operations is far below it; the largest is a roster of 2,000 candidates.
const BodyLimit = 1 << 20

// Config is what the server works with. All of it is required.
type Config struct {
	Tokens        *Tokens
	Sealer        *people.Sealer
	Sessions      *people.Sessions
	Accounts      Accounts
	Limiter       Limiter
	Office        *sitting.Office
	Sittings      sitting.Store
	Registrations sitting.Registrations
	Candidates    sitting.Candidates
	Attempts      *attempt.Service
	Bank          Bank
	Banks         Banks
	Results       Results
	Desk          *assess.Desk
	Registrar     *result.Registrar
	Audit         Audit
	Gate          *personnel.Gate
	Staff         *personnel.Office
	Factors       *personnel.Factors
	QR            func(text string) (string, error) // a symbol as lines of 0 and 1
	Register      *assess.Register
	Marking       *marking.Desk
	Editorial     *editorial.Desk
	Compose       *compose.Desk
	Figures       *itemstat.Desk
	Proctors      *proctor.Desk
	Floor         *proctor.Floor
	Access        *access.Desk
	Doors         *access.Gate
	Reviews       *result.Reviews
	Files         *evidence.Cabinet
	Certificates  *certificate.Registry
	Batches       *batch.Desk
	Handouts      Handouts
	Registers     Registers
	Days          Days
	Custody       Custody
	Standard      standard.Standard
	Clock         attempt.Clock
	Log           *slog.Logger
	Web           fs.FS // the built front end
	Health        func(context.Context) error
	// Observe is told of every request that a route of the contract answered.
	Observe     func(method, route string, status int, took time.Duration)
	Secure      bool           // cookies only over TLS
	ProxyHeader string         // header in which a proxy gives the client's address; empty for none
	Proxies     []netip.Prefix // whose word in that header counts
}

// Results keeps what marking found.
type Results interface {
	Result(ctx context.Context, attempt string) (result.Theory, error)
	ResultsOf(ctx context.Context, attempts []string) (map[string]result.Theory, error)
}

// Audit takes down what staff do, and is read by those who may.
type Audit interface {
	audit.Recorder
	Find(ctx context.Context, q audit.Query, limit int) ([]audit.Entry, error)
	Verify(ctx context.Context, noted audit.Head) (audit.Head, error)
}

type server struct {
	proxies       proxies
	routes        map[string]operation
	tokens        *Tokens
	sealer        *people.Sealer
	sessions      *people.Sessions
	accounts      Accounts
	limiter       Limiter
	office        *sitting.Office
	sittings      sitting.Store
	registrations sitting.Registrations
	candidates    sitting.Candidates
	attempts      *attempt.Service
	bank          Bank
	banks         Banks
	results       Results
	desk          *assess.Desk
	registrar     *result.Registrar
	audit         Audit
	gate          *personnel.Gate
	staff         *personnel.Office
	factors       *personnel.Factors
	qr            func(text string) (string, error)
	register      *assess.Register
	marking       *marking.Desk
	editorial     *editorial.Desk
	compose       *compose.Desk
	figures       *itemstat.Desk
	proctors      *proctor.Desk
	floor         *proctor.Floor
	access        *access.Desk
	doors         *access.Gate
	facts         seatFacts
	images        imageCache
	reviews       *result.Reviews
	files         *evidence.Cabinet
	certificates  *certificate.Registry
	batches       *batch.Desk
	handouts      Handouts
	registers     Registers
	days          Days
	custody       Custody
	standard      standard.Standard
	clock         attempt.Clock
	log           *slog.Logger
	secure        bool
	observe       func(method, route string, status int, took time.Duration)
	revisions     revisionCache
	floods        flood
	lanes         map[string]*lane
	others        *lane // of every operation that has no lane of its own
}

var _ contract.StrictServerInterface = (*server)(nil)

// New returns the app. It fails only where the contract or the configuration
// is broken.
func New(cfg Config) (*fiber.App, error) {
	routes, doc, err := loadContract()
	if err != nil {
		return nil, err
	}
	if err := checkPublic(routes); err != nil {
		return nil, err
	}
	nobody() // the first who signs in does not wait for it
	s := &server{
		routes: routes, tokens: cfg.Tokens, sealer: cfg.Sealer, sessions: cfg.Sessions, accounts: cfg.Accounts,
		limiter: cfg.Limiter, office: cfg.Office, sittings: cfg.Sittings, registrations: cfg.Registrations,
		candidates: cfg.Candidates, attempts: cfg.Attempts, bank: cfg.Bank, banks: cfg.Banks, results: cfg.Results,
		desk: cfg.Desk, files: cfg.Files, certificates: cfg.Certificates, batches: cfg.Batches,
		registrar: cfg.Registrar,
		proctors:  cfg.Proctors, floor: cfg.Floor, access: cfg.Access, doors: cfg.Doors,
		reviews:  cfg.Reviews,
		register: cfg.Register,
		marking:  cfg.Marking,
		audit:    cfg.Audit,
		gate:     cfg.Gate, staff: cfg.Staff, factors: cfg.Factors, qr: cfg.QR,
		editorial: cfg.Editorial, figures: cfg.Figures,
		compose:  cfg.Compose,
		handouts: cfg.Handouts, registers: cfg.Registers, days: cfg.Days, custody: cfg.Custody,
		standard: cfg.Standard, clock: cfg.Clock, log: cfg.Log, secure: cfg.Secure, observe: cfg.Observe, proxies: proxies{cfg.ProxyHeader, cfg.Proxies},
		revisions: revisionCache{found: map[bank.Ref]*bank.Revision{}},
	}
	s.lanes, s.others = lanes()
	app := fiber.New(fiber.Config{
		AppName: "gongyuan", Immutable: true, ReduceMemoryUsage: true, BodyLimit: BodyLimit, DisableStartupMessage: true,
		ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 120 * time.Second,
		ErrorHandler: s.fail, StrictRouting: false, CaseSensitive: true,
	})
	app.Use(s.first)
	app.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: s.panicked}))
	operations(app, cfg)
	if err := pages(app, cfg.Web, doc); err != nil {
		return nil, err
	}
	contract.RegisterHandlersWithOptions(app, contract.NewStrictHandler(s, nil), contract.FiberServerOptions{
		HandlerMiddlewares: []contract.HandlerMiddlewareFunc{s.admit},
	})
	app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	return app, nil
}

// operations are the routes for whoever runs the installation.
func operations(app *fiber.App, cfg Config) {
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := cfg.Health(ctx); err != nil {
			cfg.Log.Error("not ready", "error", err)
			return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
		}
		return c.SendString("ready\n")
	})
}

const requestIDKey = "request-id"

func requestIDOf(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey).(string)
	return id
}

// first gives each request its id and the headers that every answer carries.
func (s *server) first(c *fiber.Ctx) error {
	id := uuid.NewString()
	c.Locals(requestIDKey, id)
	c.Set(fiber.HeaderXRequestID, id)
	c.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "+
		"connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	if s.secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}

func (s *server) panicked(c *fiber.Ctx, e any) {
	s.log.Error("panic", "request", requestIDOf(c), "path", c.Route().Path, "panic", fmt.Sprint(e))
}

// fail writes the problem that an error is. What is ours goes to the log in
// full and to the caller as a number only.
func (s *server) fail(c *fiber.Ctx, err error) error {
	p, ours := problemOf(err, language(c.Get(fiber.HeaderAcceptLanguage)), requestIDOf(c))
	if ours {
		s.log.Error("request failed", "request", p.RequestId, "method", c.Method(), "path", c.Route().Path, "error", err)
	} else if p.Status >= 500 || errors.Is(err, people.ErrReused) {
		s.log.Warn("request refused", "request", p.RequestId, "path", c.Route().Path, "error", err)
	}
	if p.RetryAfterSeconds != nil {
		c.Set(fiber.HeaderRetryAfter, fmt.Sprint(*p.RetryAfterSeconds))
	}
	c.Status(p.Status)
	return c.JSON(p, "application/problem+json")
}

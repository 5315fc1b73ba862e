package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api"
	"gongyuan/engine/access"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/editorial"
	"gongyuan/frontend"
)

// serverSettings say how to listen.
type serverSettings struct {
	Listen        string `env:"GONGYUAN_LISTEN" default:"127.0.0.1:8080" help:"Address to serve on."`
	MetricsListen string `env:"GONGYUAN_METRICS_LISTEN" default:"" placeholder:"HOST:PORT" help:"Address of Prometheus metrics at /metrics; empty means none."`
	Pprof         string `env:"GONGYUAN_PPROF" default:"" placeholder:"HOST:PORT" help:"Loopback address of Go's profiles at /debug/pprof; empty means none."`
	Secure        bool   `env:"GONGYUAN_SECURE" help:"Cookies over TLS only, and HSTS; set it behind a proxy that ends TLS."`
	ProxyHeader   string `env:"GONGYUAN_PROXY_HEADER" default:"" placeholder:"NAME" help:"Header in which a proxy gives the client's address, such as X-Forwarded-For; empty means that none does."`
	Proxies       string `env:"GONGYUAN_PROXIES" default:"127.0.0.1,::1" placeholder:"RANGES" help:"Addresses or ranges of the proxies whose word in that header counts."`
	LogFormat     string `env:"GONGYUAN_LOG_FORMAT" enum:"text,json" default:"text" help:"How the log is written: ${enum}."`
	LogLevel      string `env:"GONGYUAN_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"The least level that is logged: ${enum}."`
}

// proxies are those whose word about the client's address counts.
func (s *serverSettings) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for text := range strings.SplitSeq(s.Proxies, ",") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		p, err := access.ParseRange(text)
		if err != nil {
			return nil, fmt.Errorf("GONGYUAN_PROXIES: %q is no address and no range", text)
		}
		out = append(out, p)
	}
	return out, nil
}

type serveCommand struct {
	Stores storeSettings  `embed:""`
	Server serverSettings `embed:""`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	c.Stores.SecondFactor = cmp.Or(c.Stores.SecondFactor, demanded)
	c.Stores.Opening = cmp.Or(c.Stores.Opening, reasoned)
	c.Stores.Sealing = cmp.Or(c.Stores.Sealing, twoSealers)
	if c.Stores.Apart < 0 {
		c.Stores.Apart = 24 * time.Hour
	}
	return serve(ctx, &c.Stores, &c.Server, nil)
}

func (s *serverSettings) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // kong let only known levels through
	opts := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts))
}

// stopTimeout bounds how long a stop waits for requests under way.
const stopTimeout = 10 * time.Second

// serve runs the program. ready, if given, is called once the stores are open
// and before the first request is taken.
func serve(ctx context.Context, stores *storeSettings, server *serverSettings, ready func(context.Context, *engine) error) (err error) {
	log := server.logger()
	e, err := newEngine(ctx, stores, attempt.NewSteadyClock(), log)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		err = errors.Join(err, e.close(end))
	}()
	if err := e.attempts.Rebuild(ctx); err != nil {
		// A part of the live store may be away. The others' candidates must not
		// wait for it; the sweeper comes back to the rest.
		e.log.Error("running exams not rebuilt yet", "error", err)
	}
	if err := e.provide(ctx); err != nil {
		return err
	}
	if ready != nil {
		if err := ready(ctx, e); err != nil {
			return err
		}
	}
	return e.listen(ctx, server)
}

// app is the HTTP side of the engine.
func (e *engine) app(server *serverSettings, m *metrics) (*fiber.App, error) {
	proxies, err := server.proxies()
	if err != nil {
		return nil, err
	}
	return api.New(api.Config{
		Tokens: e.tokens, Sealer: e.sealer, Sessions: e.sessions, Accounts: e.people, Limiter: e.limiter, Office: e.office,
		Sittings: e.sittings, Registrations: e.sittings, Candidates: e.people, Attempts: e.attempts, Bank: e.bank, Banks: editorial.NewGuard(e.bank), Results: e.results,
		Desk:      e.desk,
		Files:     e.files,
		Registrar: e.registrar,
		Reviews:   e.reviews,
		Register:  e.register,
		Marking:   e.marking,
		Audit:     e.trail,
		Gate:      e.gate, Staff: e.personnel, Factors: e.factors, QR: rows,
		Handouts:  e.handouts,
		Editorial: e.editorial,
		Compose:   e.compose,
		Figures:   e.figures,
		Registers: e.registers, Days: e.days, Custody: e.custody,
		Batches:  e.batches,
		Proctors: e.proctors, Floor: e.floor, Access: e.access, Doors: &access.Gate{Store: e.access.Store, Clock: e.clock, Places: e.access.Places},
		Certificates: e.registry, Standard: e.standard, Clock: e.clock, Log: e.log, Web: frontend.FS(), Health: e.stores.health, Observe: m.observe,
		Secure: server.Secure, ProxyHeader: server.ProxyHeader, Proxies: proxies,
	})
}

// provide keeps the sample score sheets, and finishes what a crash may have
// left of the certificate log, of a regrade and of an appeal.
func (e *engine) provide(ctx context.Context) error {
	sheets, err := assess.SampleSheets()
	if err != nil {
		return err
	}
	if err := e.desk.Provide(ctx, sheets); err != nil {
		return err
	}
	_, err = e.registry.Settle(ctx)
	// A batch that was cut off goes on while the program serves; it tells itself
	// how far it is.
	e.behind.Go(func() {
		if failed := e.batches.Resume(context.WithoutCancel(ctx)); failed != nil {
			e.log.Error("a batch of certificates is not issued yet", "error", failed)
		}
	})
	// What a regrade or an appeal has left undone is told in its case; it must
	// not keep the program from serving.
	if failed := e.reviews.Resume(ctx); failed != nil {
		e.log.Error("a regrade or an appeal is not carried through yet", "error", failed)
	}
	return err
}

func (e *engine) listen(ctx context.Context, server *serverSettings) error {
	m := newMetrics()
	app, err := e.app(server, m)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", server.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s; is another program using it? %w", server.Listen, err)
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	go e.attempts.Run(work)
	go e.purge(work)
	go e.settle(work)
	e.letBackupsIn(work)
	if server.MetricsListen != "" {
		go e.serveMetrics(work, server.MetricsListen, m)
	}
	if server.Pprof != "" {
		if err := e.servePprof(work, server.Pprof); err != nil {
			return err
		}
	}
	for _, line := range e.stores.describe {
		e.log.Info(line)
	}
	e.log.Info("serving", "address", "http://"+listener.Addr().String())
	return run(ctx, app, listener, e.log)
}

// run serves until ctx ends, then lets requests under way finish.
func run(ctx context.Context, app *fiber.App, listener net.Listener, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		log.Info("stopping")
		return app.ShutdownWithTimeout(stopTimeout)
	}
}

// purge removes sessions that have expired and uploads that nobody completed,
// now and then, and notes in the log how far the record of acts goes.
func (e *engine) purge(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if head, err := e.trail.Stand(ctx); err == nil {
			e.log.Info("record of acts", "head", head.String())
		} else if ctx.Err() == nil {
			e.log.Error("the record of acts", "error", err)
		}
		if err := e.people.PurgeSessions(ctx, e.clock.Now()); err != nil && ctx.Err() == nil {
			e.log.Warn("purge sessions", "error", err)
		}
		if _, err := e.files.Purge(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("purge uploads", "error", err)
		}
		if _, err := e.days.Enrols.Purge(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("purge files of applications", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (e *engine) serveMetrics(ctx context.Context, address string, m *metrics) {
	mux := http.NewServeMux()
	mux.Handle("/metrics", m.handler())
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		e.log.Error("metrics", "error", err)
	}
}

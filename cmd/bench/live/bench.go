package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gongyuan/cmd/bench/figure"
)

// Bench measures the figures of running exams.
type Bench struct {
	// Candidates is how many start and submit together, 3,000 where it is 0;
	// twice as many are held at most.
	Candidates int
	// OnFerretDB is how many do so on FerretDB, 100 where it is 0. It reads whole
	// collections for most of what is asked, so that more would be measured by
	// their refusals alone.
	OnFerretDB int
	// Profiles is the folder for processor profiles of the program under test;
	// empty for none.
	Profiles string
}

// session is one run of the bench.
type session struct {
	Bench
	servers *servers
	wanted  func(string) bool
	show    func(figure.Figure)
	began   time.Time
}

// Measure measures the figures that are wanted and shows each as soon as it is
// there. Where one fails the others are measured all the same.
func (b Bench) Measure(ctx context.Context, wanted func(id string) bool, show func(figure.Figure)) error {
	if b.Candidates == 0 {
		b.Candidates = 3000
	}
	if b.OnFerretDB == 0 {
		b.OnFerretDB = 100
	}
	servers, err := newServers()
	if err != nil {
		return err
	}
	defer servers.stop()
	s := &session{Bench: b, servers: servers, wanted: wanted, show: show, began: time.Now()}
	return s.all(ctx, s.ratios, s.real, s.fixed)
}

// all measures one part after the other. One that fails says so, and the others
// are measured all the same.
func (s *session) all(ctx context.Context, parts ...func(context.Context) error) error {
	var errs []error
	for _, part := range parts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := part(ctx); err != nil {
			s.say("failed: %v", err)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// part is a measurement on this installation.
func (i *installation) part(measure func(context.Context, *installation) error) func(context.Context) error {
	return func(ctx context.Context) error { return measure(ctx, i) }
}

// IsChild tells whether the argument asks for a part of the bench that runs in
// a process of its own.
func IsChild(argument string) bool { return argument == "serve-fixed" || argument == "serve-hello" }

// Child is that process. It ends with ctx.
func Child(ctx context.Context, arguments []string) error {
	switch {
	case arguments[0] == "serve-hello" && len(arguments) == 2:
		return serveHello(ctx, arguments[1])
	case arguments[0] == "serve-fixed" && len(arguments) == 5:
		n, err := strconv.Atoi(arguments[4])
		if err != nil {
			return err
		}
		return serveFixed(ctx, arguments[1], arguments[2], arguments[3], n)
	}
	return errors.New("started by the bench itself only")
}

// say tells how the bench goes on, beside the figures.
func (s *session) say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "bench: %4.0fs "+format+"\n", append([]any{time.Since(s.began).Seconds()}, values...)...)
}

// any tells whether one of the figures is wanted.
func (s *session) any(ids ...string) bool {
	for _, id := range ids {
		if s.wanted(id) {
			return true
		}
	}
	return false
}

// publish shows a figure beside a calibration of this minute.
func (s *session) publish(ctx context.Context, f figure.Figure) error {
	calibrations, err := s.servers.calibrate(ctx)
	f.Calibrations = append(calibrations, f.Calibrations...)
	s.show(f)
	return err
}

// real measures on FerretDB, with as many candidates as that bears.
func (s session) real(ctx context.Context) error {
	s.Candidates = min(s.Candidates, s.OnFerretDB)
	if !s.any("G1", "G2", "G3", "G6-api", "G6-stack", "G7", "G8-redis", "G8-api", "G9-api", "G9-redis", "G9-store") {
		return nil
	}
	s.say("starting Redis, PostgreSQL, FerretDB and gongyuan")
	i, err := realInstallation(ctx, s.servers, s.say)
	if err != nil {
		return err
	}
	n := s.few()
	if s.any("G1", "G2", "G3", "G6-api", "G6-stack") {
		n += 2 * s.Candidates
	}
	if err := i.people(ctx, n, s.say); err != nil {
		return err
	}
	return s.all(ctx, i.part(s.exam), i.part(s.overload), i.part(s.memory), i.part(s.recovery))
}

// fixed measures with the store's time taken out.
func (s *session) fixed(ctx context.Context) error {
	if !s.any("G1-fixed", "G2-fixed", "G3-fixed", "G6-api-fixed", "G6-stack-fixed", "G7-fixed") {
		return nil
	}
	s.say("starting gongyuan's API on a store that answers after %s", fixedDelay)
	i, err := fixedInstallation(ctx, s.servers, 2*s.Candidates+s.few())
	if err != nil {
		return err
	}
	return s.all(ctx, i.part(s.exam), i.part(s.overload))
}

// few is how many candidates the figures take that need no crowd.
func (s *session) few() int { return s.crowd() + s.hundreds() + probers + warmers }

// crowd is how many pages are open at twice the saturation.
func (s *session) crowd() int { return max(200, s.Candidates/2) }

// hundreds is how many attempts with all their answers are weighed.
func (s *session) hundreds() int { return max(500, s.Candidates/6) }

// profile keeps the processor profile of the program from now on for a time,
// where profiles are wanted. What it returns waits for the profile.
func (s *session) profile(ctx context.Context, i *installation, id string, span time.Duration) (wait func() error) {
	if s.Profiles == "" {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() { done <- s.fetchProfile(ctx, i, id, span) }()
	return func() error { return <-done }
}

func (s *session) fetchProfile(ctx context.Context, i *installation, id string, span time.Duration) error {
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", i.pprof, int(span.Seconds()))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("profile: %s", resp.Status)
	}
	if err != nil {
		return err
	}
	path := filepath.Join(s.Profiles, id+i.suffix+".pprof")
	if err := os.MkdirAll(s.Profiles, 0o755); err != nil {
		return err
	}
	s.say("profile in %s; see go tool pprof -top %s", path, path)
	return os.WriteFile(path, raw, 0o644)
}

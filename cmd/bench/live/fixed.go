package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/api"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
	"gongyuan/frontend"
)

// fixedDelay is how long the store of the second installation takes for
// whatever it is asked. It costs no processor time.
const fixedDelay = 5 * time.Millisecond

// Names of the one sitting and the k-th candidate of that installation, which
// the load knows without asking.
func fixedAttempt(k int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", k) }
func fixedPerson(k int) string  { return fmt.Sprintf("00000000-0000-4000-9000-%012d", k) }

const fixedSitting sitting.ID = "00000000-0000-4000-a000-000000000000"

// fixedInstallation serves the same API over the same live store on a Redis of
// the same kind, with permanent storage in memory that answers after
// fixedDelay. What is left in its figures is the program and Redis.
func fixedInstallation(ctx context.Context, s *servers, n int) (*installation, error) {
	if err := s.startRedis(ctx); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	i := &installation{suffix: "-fixed", servers: s}
	if i.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if i.pprof, err = freeAddress(); err != nil {
		return nil, err
	}
	i.command = func() *exec.Cmd {
		return exec.Command(self, "serve-fixed", i.address, i.pprof, s.redis.Addr(), strconv.Itoa(n))
	}
	i.kept = func(ctx context.Context, _ []*candidate) (map[string]kept, error) { return i.keptInMemory(ctx) }
	for k := range n {
		i.candidates = append(i.candidates, newCandidate(i.address, fixedAttempt(k), people.CandidateID(fixedPerson(k)), sitting.RegistrationID(fixedPerson(k))))
	}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() { i.api.stop() })
	return i, nil
}

// keptInMemory asks the process what its store holds.
func (i *installation) keptInMemory(ctx context.Context) (map[string]kept, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+i.pprof+"/kept", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	out := map[string]kept{}
	return out, json.NewDecoder(resp.Body).Decode(&out)
}

// serveFixed is the process of that installation.
func serveFixed(ctx context.Context, address, side, redisAt string, n int) error {
	store, err := newMemory(n)
	if err != nil {
		return err
	}
	client := redis.NewClient(&redis.Options{Addr: redisAt, DialTimeout: 5 * time.Second, ReadTimeout: 3 * time.Second, WriteTimeout: 3 * time.Second})
	live, err := redislive.New(client, "fixed:")
	if err != nil {
		return err
	}
	std, err := standard.Sample()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	marker := &memoryMarker{store, std}
	service := attempt.New(attempt.Config{
		Live: live, Journal: memoryJournal{m: store}, Records: memoryRecords{m: store}, News: live, Clock: attempt.NewSteadyClock(), Log: log,
		MayStart: store.mayStart, Marker: marker.mark,
	})
	tokens, err := api.NewTokens(secrets())
	if err != nil {
		return err
	}
	app, err := api.New(api.Config{
		Tokens: tokens, Attempts: service, Sittings: memorySittings{m: store}, Registrations: memoryRegistrations{m: store},
		Bank: memoryBank{m: store}, Standard: std, Clock: attempt.NewSteadyClock(), Log: log, Web: frontend.FS(),
		Health: func(ctx context.Context) error { return client.Ping(ctx).Err() }, Observe: func(string, string, int, time.Duration) {},
	})
	if err != nil {
		return err
	}
	go service.Run(ctx)
	mux := http.NewServeMux()
	mux.HandleFunc("/kept", store.serveKept)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	beside := &http.Server{Addr: side, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = beside.ListenAndServe() }() // it ends with the process
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = app.Shutdown() })
	return app.Listener(listener)
}

// newMemory draws a paper for each of n candidates.
func newMemory(n int) (*memory, error) {
	revs, _ := banktest.Generate(1, bankSize)
	plan, err := draw.NewPool(revs).Plan(blueprint())
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	m := &memory{
		sitting: sitting.Sitting{
			ID: fixedSitting, Title: "figures", Level: 3, Blueprint: blueprint(), State: sitting.Open, Opens: now, Closes: now.Add(8 * time.Hour),
			Duration: 4 * time.Hour, Release: sitting.AfterRelease,
		},
		revisions: make(map[bank.Ref]bank.Revision, len(revs)), attempts: make(map[attempt.AttemptID]*memoryAttempt, n),
	}
	for _, r := range revs {
		m.revisions[bank.Ref{Item: r.Item, Revision: r.Number}] = r
	}
	for k := range n {
		paper, err := plan.Draw(draw.Request{Seed: draw.Seed([]byte("figures"), "fixed", strconv.Itoa(k), 1)})
		if err != nil {
			return nil, err
		}
		id := attempt.AttemptID(fixedAttempt(k))
		m.attempts[id] = &memoryAttempt{paper: paper, record: attempt.Record{
			ID: id, Sitting: fixedSitting, Registration: sitting.RegistrationID(fixedPerson(k)), Candidate: people.CandidateID(fixedPerson(k)),
			Number: 1, Slots: len(paper.Slots), State: attempt.Ready, Created: now,
		}}
		m.sitting.Roster = append(m.sitting.Roster, sitting.RegistrationID(fixedPerson(k)))
	}
	return m, nil
}

// memoryMarker marks as the program does, with the store's delays.
type memoryMarker struct {
	*memory
	standard standard.Standard
}

func (m *memoryMarker) mark(_ context.Context, all []attempt.Marking) []error {
	m.wait() // the papers
	errs := make([]error, len(all))
	theories := make([]result.Theory, len(all))
	for i, one := range all {
		theories[i], errs[i] = m.markOne(one)
	}
	m.wait() // the results
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, one := range all {
		// A second result would meet the first one's identity in a real store.
		if a := m.attempts[one.Record.ID]; errs[i] == nil && a.result == nil {
			a.result = &theories[i]
		}
	}
	return errs
}

func (m *memoryMarker) markOne(one attempt.Marking) (result.Theory, error) {
	m.mu.Lock()
	paper := m.attempts[one.Record.ID].paper
	m.mu.Unlock()
	lookup := func(ref bank.Ref) (*bank.Revision, bool) {
		rev, ok := m.revisions[ref]
		return &rev, ok
	}
	answers := make(map[int]bank.Response, len(one.Submission.Answers))
	for _, slot := range paper.Slots {
		rev, _ := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		q, _ := rev.Part(slot.Ref.Part)
		var err error
		if answers[slot.Number], err = bank.DecodeResponse(q.Type, one.Submission.Answers[slot.Number].Response); err != nil {
			return result.Theory{}, err
		}
	}
	scheme, _ := m.standard.Scheme(m.sitting.Level)
	component, _ := scheme.Component(standard.Theory)
	return result.MarkTheory(paper, answers, lookup, component)
}

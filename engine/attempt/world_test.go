package attempt_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/sitting"
)

// slots is how many places the papers of these tests have.
const slots = 8

// world is one installation: stores, a clock, and a copy of the program.
type world struct {
	*attempt.Service
	cfg     attempt.Config
	clock   *enginetest.Clock
	live    *redislive.Store
	journal *enginetest.FailingJournal
	records *mongostore.Attempts
	lose    func() // everything that Redis holds

	mu       sync.Mutex
	marked   []attempt.Submission
	marker   error // what the Marker returns
	mayStart error // what MayStart returns
}

// each runs the test in an embedded installation and in one with servers.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		client, prefix := servers.EmbeddedRedis(t)
		w := newWorld(t, client, prefix, servers.Embedded(t))
		w.lose = func() { check(t, client.FlushAll(t.Context()).Err()) }
		test(t, w)
	})
	t.Run("servers", func(t *testing.T) {
		t.Parallel()
		client, prefix := servers.Redis(t)
		w := newWorld(t, client, prefix, servers.Mongo(t))
		// The server is everybody's: only what is ours may go, at one moment.
		w.lose = func() {
			var names []string
			keys := client.Scan(t.Context(), 0, prefix+"*", 1000).Iterator()
			for keys.Next(t.Context()) {
				names = append(names, keys.Val())
			}
			check(t, keys.Err())
			if len(names) > 0 {
				check(t, client.Del(t.Context(), names...).Err())
			}
		}
		test(t, w)
	})
}

func newWorld(t testing.TB, client *redis.Client, prefix string, db lungo.IDatabase) *world {
	t.Helper()
	live, err := redislive.New(client, prefix)
	check(t, err)
	store := mongostore.New(db)
	check(t, store.EnsureIndexes(t.Context()))
	w := &world{
		clock: enginetest.NewClock(enginetest.Start), live: live,
		journal: &enginetest.FailingJournal{Journal: store.Journal()}, records: store.Attempts(),
	}
	w.cfg = attempt.Config{
		Live: live, Journal: w.journal, Records: w.records, News: live, Clock: w.clock,
		Marker: enginetest.Marks(w.mark), MayStart: enginetest.Starts(w.start), BatchDelay: time.Millisecond,
		// A loaded test machine must not turn a save into a pending one.
		DurableWait: 20 * time.Second, Log: slog.New(slog.DiscardHandler),
	}
	w.Service = w.copy(t)
	return w
}

// copy starts another copy of the program on the same stores.
func (w *world) copy(t testing.TB) *attempt.Service {
	t.Helper()
	return w.copyWith(t, w.cfg)
}

func (w *world) copyWith(t testing.TB, cfg attempt.Config) *attempt.Service {
	t.Helper()
	s := attempt.New(cfg)
	t.Cleanup(func() {
		w.journal.Before(nil)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		check(t, s.Close(ctx))
	})
	return s
}

func (w *world) mark(_ context.Context, _ attempt.Record, s attempt.Submission) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.marker != nil {
		return w.marker
	}
	w.marked = append(w.marked, s)
	return nil
}

func (w *world) start(_ context.Context, r attempt.Record, _ time.Time) (sitting.Allowance, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sitting.Allowance{Duration: time.Hour, Closes: r.Closes, Extra: 10 * time.Minute}, w.mayStart
}

// deadline is that of an attempt which starts at enginetest.Start.
var deadline = enginetest.Start.Add(70 * time.Minute)

// sealed makes a ready attempt.
func (w *world) sealed(t testing.TB) attempt.AttemptID {
	t.Helper()
	s := enginetest.SealedAttempt(slots)
	check(t, w.Create(t.Context(), []attempt.Sealed{s}))
	return s.ID
}

// running makes an attempt that one page has entered.
func (w *world) running(t testing.TB) attempt.AttemptID {
	t.Helper()
	id := w.sealed(t)
	w.enter(t, id, "desk 1")
	return id
}

func (w *world) enter(t testing.TB, id attempt.AttemptID, device string) attempt.Entered {
	t.Helper()
	got, err := w.Enter(t.Context(), enterCommand(id, device))
	check(t, err)
	return got
}

func enterCommand(id attempt.AttemptID, device string) attempt.EnterCommand {
	return attempt.EnterCommand{Attempt: id, Candidate: enginetest.Candidate, DeviceID: device, DeviceLabel: "考位 " + device}
}

// save sends operations from … to of an epoch.
func (w *world) save(t *testing.T, id attempt.AttemptID, epoch, from, to int) attempt.Saved {
	t.Helper()
	got, err := w.Save(t.Context(), saveCommand(id, epoch, from, to))
	check(t, err)
	return got
}

func saveCommand(id attempt.AttemptID, epoch, from, to int) attempt.SaveCommand {
	return attempt.SaveCommand{
		Attempt: id, Candidate: enginetest.Candidate, Epoch: epoch, Operations: enginetest.Ops(epoch, from, to, slots),
	}
}

func submitCommand(id attempt.AttemptID, epoch, last int) attempt.SubmitCommand {
	return attempt.SubmitCommand{Attempt: id, Candidate: enginetest.Candidate, Epoch: epoch, LastSeq: last}
}

// answersOf is what operations 1 … last of one epoch come to.
func answersOf(last int) map[int]attempt.Answer {
	return attempt.Fold(enginetest.Ops(1, 1, last, slots))
}

func (w *world) sweep(t *testing.T) attempt.Swept {
	t.Helper()
	got, err := w.Sweep(t.Context(), w.clock.Now())
	check(t, err)
	return got
}

func (w *world) receipt(t *testing.T, id attempt.AttemptID) attempt.Submission {
	t.Helper()
	got, err := w.Receipt(t.Context(), id, enginetest.Candidate)
	check(t, err)
	return got
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// wantRefusal compares a refusal, the lease's holder by its label only.
func wantRefusal(t testing.TB, what string, err error, want attempt.Refusal) {
	t.Helper()
	var got *attempt.Refusal
	if !errors.As(err, &got) {
		t.Errorf("%s: got %v, want a refusal: %v", what, err, want.Reason)
		return
	}
	r := *got
	r.Holder = attempt.Lease{DeviceLabel: got.Holder.DeviceLabel}
	if d := cmp.Diff(want, r, cmpopts.EquateErrors()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

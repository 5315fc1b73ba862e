package redislive_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/sitting"
)

const examSlots = 8

var (
	examDeadline = enginetest.Start.Add(time.Hour)
	examDue      = examDeadline.Add(attempt.DefaultGrace)
)

// exam is the attempts of one sitting, entered by their candidates.
type exam struct {
	*attempt.Service
	cfg     attempt.Config
	clock   *enginetest.Clock
	records *mongostore.Attempts
	prefix  string
	ids     []attempt.AttemptID
	last    []int // acknowledged of each attempt
	saves   atomic.Int64
}

func newExam(t *testing.T, client redis.UniversalClient, n int) *exam {
	t.Helper()
	prefix := "exam" + string(enginetest.NewAttemptID()) + ":"
	store := mongostore.New(servers.Embedded(t))
	check(t, store.EnsureIndexes(t.Context()))
	x := &exam{clock: enginetest.NewClock(enginetest.Start), records: store.Attempts(), prefix: prefix, last: make([]int, n)}
	live := open(t, client, prefix)
	x.cfg = attempt.Config{
		Live: live, News: live, Journal: newMemoryJournal(store.Journal()), Records: x.records, Clock: x.clock,
		MayStart: enginetest.Starts(func(_ context.Context, r attempt.Record, _ time.Time) (sitting.Allowance, error) {
			return sitting.Allowance{Duration: time.Hour, Closes: r.Closes}, nil
		}),
		Marker:      enginetest.Marks(func(context.Context, attempt.Record, attempt.Submission) error { return nil }),
		DurableWait: 20 * time.Second, Log: slog.New(slog.DiscardHandler),
	}
	x.Service = x.copy(t)
	var all []attempt.Sealed
	for range n {
		s := enginetest.SealedAttempt(examSlots)
		all = append(all, s)
		x.ids = append(x.ids, s.ID)
	}
	check(t, x.Create(t.Context(), all))
	x.together(func(i int) {
		_, err := x.Enter(t.Context(), attempt.EnterCommand{Attempt: x.ids[i], Candidate: enginetest.Candidate, DeviceID: "desk"})
		if err != nil {
			t.Error(err)
		}
	})
	return x
}

// copy starts another copy of the program.
func (x *exam) copy(t *testing.T) *attempt.Service {
	s := attempt.New(x.cfg)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// together calls fn for all attempts, some at a time.
func (x *exam) together(fn func(i int)) {
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < len(x.ids); i += 16 {
				fn(i)
			}
		})
	}
	wg.Wait()
}

func (x *exam) command(id attempt.AttemptID, from, to int) attempt.SaveCommand {
	return attempt.SaveCommand{
		Attempt: id, Candidate: enginetest.Candidate, Epoch: 1, Operations: enginetest.Ops(1, from, to, examSlots),
	}
}

// save sends the next two operations of an attempt, which must be acknowledged.
func (x *exam) save(t *testing.T, i int) bool {
	from, to := x.last[i]+1, x.last[i]+2
	saved, err := x.Save(t.Context(), x.command(x.ids[i], from, to))
	if err != nil || saved.DurableSeq != to {
		t.Errorf("save %d–%d of %s: %+v, %v", from, to, x.ids[i], saved, err)
		return false
	}
	x.last[i] = to
	x.saves.Add(1)
	return true
}

func (x *exam) saveAll(t *testing.T) {
	t.Helper()
	x.together(func(i int) { x.save(t, i) })
}

// write saves for each of the worker's attempts in turn until end is closed or
// one save fails.
func (x *exam) write(t *testing.T, worker, workers int, end <-chan struct{}) {
	for {
		for i := worker; i < len(x.ids); i += workers {
			select {
			case <-end:
				return
			default:
			}
			if !x.save(t, i) {
				return
			}
		}
	}
}

// closeAll has the copies sweep until so many attempts were closed.
func (x *exam) closeAll(t *testing.T, want int, copies ...*attempt.Service) {
	t.Helper()
	closed, begun := 0, time.Now()
	for closed < want && time.Since(begun) < 30*time.Second {
		for _, s := range copies {
			// While a node comes back the sweep may say so; what counts is that
			// everything is closed.
			swept, err := s.Sweep(t.Context(), examDue)
			if err != nil && !errors.Is(err, attempt.ErrUnavailable) {
				t.Fatal(err)
			}
			closed += swept.Expired
		}
	}
	open, err := x.records.Unfinished(t.Context(), "", len(x.ids))
	check(t, err)
	if closed != want || len(open) > 0 {
		t.Errorf("%d attempts closed, want %d; %d are open", closed, want, len(open))
	}
}

// checkReceipts holds every submission against what was acknowledged.
func (x *exam) checkReceipts(t *testing.T) {
	t.Helper()
	for i, id := range x.ids {
		sub, err := x.Receipt(t.Context(), id, enginetest.Candidate)
		check(t, err)
		want := attempt.Fold(enginetest.Ops(1, 1, x.last[i], examSlots))
		if d := gocmp.Diff(want, sub.Answers); d != "" || sub.Manner != attempt.ByDeadline {
			t.Errorf("%s after %d operations, %s (-want +got):\n%s", id, x.last[i], sub.Manner, d)
		}
	}
}

// byNode divides the attempts into those of one node and those of the others.
func (x *exam) byNode(t *testing.T, client *redis.ClusterClient, addr string) (others, of []attempt.AttemptID) {
	t.Helper()
	for _, key := range keysOf(t, client, x.prefix) {
		id, found := strings.CutPrefix(key[strings.Index(key, "}:")+2:], "attempt:")
		if !found {
			continue
		}
		node, err := client.MasterForKey(t.Context(), key)
		check(t, err)
		if node.Options().Addr == addr {
			of = append(of, attempt.AttemptID(id))
		} else {
			others = append(others, attempt.AttemptID(id))
		}
	}
	if len(of) == 0 || len(others) == 0 || len(of)+len(others) != len(x.ids) {
		t.Fatalf("of %d attempts %d are on the node and %d are not", len(x.ids), len(of), len(others))
	}
	return others, of
}

// keysOf returns all keys of the cluster that begin with the prefix.
func keysOf(t *testing.T, client *redis.ClusterClient, prefix string) (all []string) {
	t.Helper()
	var mu sync.Mutex
	check(t, client.ForEachMaster(t.Context(), func(ctx context.Context, node *redis.Client) error {
		keys, err := node.Keys(ctx, prefix+"*").Result()
		mu.Lock()
		defer mu.Unlock()
		all = append(all, keys...)
		return err
	}))
	return all
}

// memoryJournal keeps operations in memory. The embedded store would be the
// slowest of all by far, and the pages would hardly meet a slot on the move.
type memoryJournal struct {
	attempt.Journal // for the rest
	mu              sync.Mutex
	ops             map[attempt.AttemptID]map[[2]int]attempt.Operation // by epoch and seq
}

func newMemoryJournal(rest attempt.Journal) *memoryJournal {
	return &memoryJournal{Journal: rest, ops: map[attempt.AttemptID]map[[2]int]attempt.Operation{}}
}

func (j *memoryJournal) Append(_ context.Context, all []attempt.JournalEntry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range all {
		if j.ops[e.Attempt] == nil {
			j.ops[e.Attempt] = map[[2]int]attempt.Operation{}
		}
		if _, known := j.ops[e.Attempt][[2]int{e.Epoch, e.Seq}]; !known {
			j.ops[e.Attempt][[2]int{e.Epoch, e.Seq}] = e.Operation
		}
	}
	return nil
}

func (j *memoryJournal) Operations(_ context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := map[attempt.AttemptID][]attempt.Operation{}
	for _, id := range ids {
		for _, op := range j.ops[id] {
			found[id] = append(found[id], op)
		}
		slices.SortFunc(found[id], func(a, b attempt.Operation) int {
			return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
		})
	}
	return found, nil
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package attempt

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// slowJournal takes its time, and may fail; it keeps the sizes of its batches.
type slowJournal struct {
	Journal
	takes time.Duration
	fail  func(batch []JournalEntry, try int) error

	mu    sync.Mutex
	sizes []int
}

func (j *slowJournal) Append(_ context.Context, ops []JournalEntry) error {
	time.Sleep(j.takes)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sizes = append(j.sizes, len(ops))
	if j.fail != nil {
		return j.fail(ops, len(j.sizes))
	}
	return nil
}

func batch(id AttemptID, n int) []JournalEntry {
	all := make([]JournalEntry, n)
	for i := range all {
		all[i] = JournalEntry{id, Operation{Epoch: 1, Seq: i + 1, Slot: 1}}
	}
	return all
}

// committing runs fn beside a committer in a bubble whose time is its own.
func committing(t *testing.T, cfg Config, fn func(*testing.T, *committer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCommitter(cfg)
		fn(t, c)
		if err := c.close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func appendAll(t *testing.T, c *committer, requests [][]JournalEntry) []error {
	t.Helper()
	errs := make([]error, len(requests))
	var wg sync.WaitGroup
	for i, r := range requests {
		if !c.reserve(len(r)) {
			t.Fatal("no room")
		}
		wg.Go(func() { errs[i] = c.append(t.Context(), r) })
	}
	wg.Wait()
	return errs
}

func TestCommitByTime(t *testing.T) {
	j := &slowJournal{takes: time.Millisecond}
	committing(t, Config{Journal: j, BatchOps: 512, BatchDelay: 4 * time.Millisecond, Workers: 2, QueueOps: 1000}, func(t *testing.T, c *committer) {
		start := time.Now()
		for _, err := range appendAll(t, c, [][]JournalEntry{batch("a", 3), batch("b", 4), batch("c", 5)}) {
			if err != nil {
				t.Error(err)
			}
		}
		if got := time.Since(start); got != 5*time.Millisecond {
			t.Errorf("took %v, want the delay and one insert", got)
		}
		if diff := cmp.Diff([]int{12}, j.sizes); diff != "" {
			t.Errorf("batches (-want +got):\n%s", diff)
		}
		if c.queued.Load() != 0 {
			t.Errorf("%d still reserved", c.queued.Load())
		}
	})
}

func TestCommitBySize(t *testing.T) {
	j := &slowJournal{}
	committing(t, Config{Journal: j, BatchOps: 10, BatchDelay: time.Hour, Workers: 2, QueueOps: 1000}, func(t *testing.T, c *committer) {
		start := time.Now()
		appendAll(t, c, [][]JournalEntry{batch("a", 5), batch("b", 5), batch("c", 5), batch("d", 5)})
		if time.Since(start) != 0 {
			t.Error("waited for the time")
		}
		if diff := cmp.Diff([]int{10, 10}, j.sizes); diff != "" {
			t.Errorf("batches (-want +got):\n%s", diff)
		}
	})
}

func TestCommitBackPressure(t *testing.T) {
	j := &slowJournal{takes: time.Second}
	committing(t, Config{Journal: j, BatchOps: 4, BatchDelay: time.Millisecond, Workers: 1, QueueOps: 10}, func(t *testing.T, c *committer) {
		done := make(chan error, 1)
		if !c.reserve(8) {
			t.Fatal("no room at first")
		}
		go func() { done <- c.append(t.Context(), batch("a", 8)) }()
		if c.reserve(3) {
			t.Error("room for more than the limit")
		}
		if !c.reserve(2) {
			t.Error("no room for the rest")
		}
		c.release(2)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !c.reserve(10) {
			t.Error("no room after the insert")
		}
		c.release(10)
	})
}

func TestCommitTriesAgain(t *testing.T) {
	j := &slowJournal{fail: func(_ []JournalEntry, try int) error {
		if try < 3 {
			return ErrUnavailable
		}
		return nil
	}}
	cfg := Config{Journal: j, BatchOps: 4, BatchDelay: time.Millisecond, Workers: 1, QueueOps: 100}
	committing(t, cfg, func(t *testing.T, c *committer) {
		if errs := appendAll(t, c, [][]JournalEntry{batch("a", 2)}); errs[0] != nil {
			t.Error(errs[0])
		}
	})
	j = &slowJournal{fail: func([]JournalEntry, int) error { return ErrUnavailable }}
	cfg.Journal = j
	committing(t, cfg, func(t *testing.T, c *committer) {
		start := time.Now()
		if errs := appendAll(t, c, [][]JournalEntry{batch("a", 2)}); !errors.Is(errs[0], ErrUnavailable) {
			t.Errorf("got %v", errs[0])
		}
		if took := time.Since(start); len(j.sizes) != commitTries || took > 1200*time.Millisecond {
			t.Errorf("%d tries in %v", len(j.sizes), took)
		}
	})
}

// TestCommitKeepsTheInnocent lets one request of a batch be refused for good.
func TestCommitKeepsTheInnocent(t *testing.T) {
	bad := errors.New("cannot be stored")
	j := &slowJournal{fail: func(all []JournalEntry, _ int) error {
		if slices.ContainsFunc(all, func(e JournalEntry) bool { return e.Attempt == "bad" }) {
			return bad
		}
		return nil
	}}
	committing(t, Config{Journal: j, BatchOps: 100, BatchDelay: time.Millisecond, Workers: 1, QueueOps: 100}, func(t *testing.T, c *committer) {
		errs := appendAll(t, c, [][]JournalEntry{batch("a", 2), batch("bad", 2), batch("c", 2)})
		if errs[0] != nil || !errors.Is(errs[1], bad) || errs[2] != nil {
			t.Errorf("got %v", errs)
		}
	})
}

// TestCommitClose stores what was taken and takes nothing more.
func TestCommitClose(t *testing.T) {
	j := &slowJournal{takes: time.Second}
	committing(t, Config{Journal: j, BatchOps: 100, BatchDelay: time.Millisecond, Workers: 1, QueueOps: 100}, func(t *testing.T, c *committer) {
		done := make(chan error, 1)
		c.reserve(2)
		go func() { done <- c.append(t.Context(), batch("a", 2)) }()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := c.close(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("close with little time: %v", err)
		}
		c.reserve(1)
		if err := c.append(t.Context(), batch("b", 1)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("append after close: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("what was taken: %v", err)
		}
	})
}

package attempt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gongyuan/engine/attempt/failpoint"
)

// commitTries is how often a group commit is tried while the journal cannot be
// reached, with pauses that double from commitPause, each shortened by up to a
// half at random: about a second in all. After that the page, which keeps its
// operations, sends them again.
const (
	commitTries = 5
	commitPause = 60 * time.Millisecond
)

// committer is the group commit: operations of many attempts go to the journal
// in one insert. It is safe for concurrent use.
type committer struct {
	journal Journal
	size    int // operations that close a batch
	delay   time.Duration
	limit   int64
	queued  atomic.Int64 // operations reserved and not yet stored
	in      chan *commitRequest
	work    chan []*commitRequest
	stop    chan struct{} // closed once: take no more
	stopped chan struct{} // closed when everything taken is dealt with
	closing atomic.Bool
}

type commitRequest struct {
	entries []JournalEntry
	done    chan error // has room for the one outcome
}

func newCommitter(cfg Config) *committer {
	c := &committer{
		journal: cfg.Journal, size: cfg.BatchOps, delay: cfg.BatchDelay, limit: int64(cfg.QueueOps),
		// A request reserves at least one operation, so in never blocks.
		in:      make(chan *commitRequest, cfg.QueueOps),
		work:    make(chan []*commitRequest),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go c.run(cfg.Workers)
	return c
}

// reserve takes room for n operations in the queue, or reports that there is
// none. Who got room calls append or release.
func (c *committer) reserve(n int) bool {
	if c.queued.Add(int64(n)) > c.limit {
		c.queued.Add(-int64(n))
		return false
	}
	return true
}

func (c *committer) release(n int) { c.queued.Add(-int64(n)) }

// append waits until the operations, whose room is reserved, are in the
// journal. It returns an error that wraps ErrUnavailable where they may not be.
func (c *committer) append(ctx context.Context, all []JournalEntry) error {
	req := &commitRequest{entries: all, done: make(chan error, 1)}
	select {
	case <-c.stop:
		c.release(len(all))
		return fmt.Errorf("shutting down: %w", ErrUnavailable)
	case c.in <- req:
	}
	select {
	case err := <-req.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("journal: %w: %w", ErrUnavailable, ctx.Err())
	case <-c.stopped:
		// The run may have ended just before it saw this request.
		select {
		case err := <-req.done:
			return err
		default:
			return fmt.Errorf("shutting down: %w", ErrUnavailable)
		}
	}
}

// run closes batches by size or time and hands them to the workers.
func (c *committer) run(workers int) {
	finished := make(chan struct{})
	for range workers {
		go func() {
			for batch := range c.work {
				c.store(batch)
			}
			finished <- struct{}{}
		}()
	}
	for {
		batch, ok := c.gather()
		if len(batch) > 0 {
			c.work <- batch
		}
		if !ok {
			break
		}
	}
	close(c.work)
	for range workers {
		<-finished
	}
	close(c.stopped)
}

// gather collects one batch. It reports false when the committer is closing and
// nothing more waits.
func (c *committer) gather() ([]*commitRequest, bool) {
	var first *commitRequest
	select {
	case first = <-c.in:
	case <-c.stop:
		select {
		case first = <-c.in:
		default:
			return nil, false
		}
	}
	batch, n := []*commitRequest{first}, len(first.entries)
	timer := time.NewTimer(c.delay)
	defer timer.Stop()
	for n < c.size {
		select {
		case req := <-c.in:
			batch, n = append(batch, req), n+len(req.entries)
		case <-timer.C:
			return batch, true
		}
	}
	return batch, true
}

// store writes one batch. If it fails for another reason than that the journal
// cannot be reached, one of its requests is to blame: each is tried by itself
// so that the others do not suffer.
func (c *committer) store(batch []*commitRequest) {
	var all []JournalEntry
	for _, req := range batch {
		all = append(all, req.entries...)
	}
	err := c.write(all)
	for _, req := range batch {
		own := err
		if err != nil && !errors.Is(err, ErrUnavailable) && len(batch) > 1 {
			own = c.write(req.entries)
		}
		c.release(len(req.entries))
		req.done <- own
	}
}

func (c *committer) write(all []JournalEntry) error {
	ctx, cancel := context.WithTimeout(context.Background(), flightTime)
	defer cancel()
	pause := commitPause
	for try := 1; ; try++ {
		err := c.journal.Append(ctx, all)
		if err == nil {
			failpoint.Hit("commit.stored")
			return nil
		}
		if !errors.Is(err, ErrUnavailable) || try == commitTries {
			return err
		}
		time.Sleep(pause - rand.N(pause/2)) // #nosec G404 -- a wait
		pause *= 2
	}
}

// close takes no more requests and waits for those that were taken.
func (c *committer) close(ctx context.Context) error {
	if c.closing.CompareAndSwap(false, true) {
		close(c.stop)
	}
	select {
	case <-c.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

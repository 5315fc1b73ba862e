package attempt

import (
	"context"
	"sync"
	"time"
)

// flightTime bounds one shared piece of work, whoever waits for it.
const flightTime = 15 * time.Second

// flight lets one goroutine at a time work on an attempt while the others wait
// for its outcome. The zero value is ready.
type flight[T any] struct {
	mu    sync.Mutex
	under map[AttemptID]*call[T]
}

type call[T any] struct {
	done chan struct{}
	val  T
	err  error
}

// do runs fn for id, or waits for the run that is under way. The work goes on
// when ctx ends, because others may wait for it; the caller does not.
func (f *flight[T]) do(ctx context.Context, id AttemptID, fn func(context.Context) (T, error)) (T, error) {
	f.mu.Lock()
	c, under := f.under[id]
	if !under {
		c = &call[T]{done: make(chan struct{})}
		if f.under == nil {
			f.under = map[AttemptID]*call[T]{}
		}
		f.under[id] = c
		go f.run(context.WithoutCancel(ctx), id, c, fn)
	}
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.val, c.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (f *flight[T]) run(ctx context.Context, id AttemptID, c *call[T], fn func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(ctx, flightTime)
	defer cancel()
	c.val, c.err = fn(ctx)
	f.mu.Lock()
	delete(f.under, id)
	f.mu.Unlock()
	close(c.done)
}

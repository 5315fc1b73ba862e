package attempt

import (
	"context"
	"fmt"
	"sync"
)

// group does for many callers at once what a store does as cheaply for many
// attempts as for one. There is no waiting for others to come: whoever comes
// while all workers are busy is taken along by the next that is free, so the
// batches grow with the load. It is safe for concurrent use.
type group[T, R any] struct {
	work    func(context.Context, []T) []outcome[R] // outcomes in the order given
	size    int
	in      chan *groupCall[T, R]
	stop    chan struct{}
	stopped sync.WaitGroup
	once    sync.Once
}

type outcome[R any] struct {
	val R
	err error
}

type groupCall[T, R any] struct {
	arg  T
	done chan outcome[R] // has room for the one outcome
}

// groupQueue is how many callers may wait before the others wait outside.
const groupQueue = 4096

func newGroup[T, R any](size, workers int, work func(context.Context, []T) []outcome[R]) *group[T, R] {
	g := &group[T, R]{work: work, size: size, in: make(chan *groupCall[T, R], groupQueue), stop: make(chan struct{})}
	for range workers {
		g.stopped.Go(g.run)
	}
	return g
}

// do waits for the outcome of v, or until ctx ends; the work goes on then.
func (g *group[T, R]) do(ctx context.Context, v T) (R, error) {
	var none R
	c := &groupCall[T, R]{arg: v, done: make(chan outcome[R], 1)}
	select {
	case <-g.stop:
		return none, fmt.Errorf("shutting down: %w", ErrUnavailable)
	case <-ctx.Done():
		return none, ctx.Err()
	case g.in <- c:
	}
	select {
	case o := <-c.done:
		return o.val, o.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (g *group[T, R]) run() {
	for {
		select {
		case c := <-g.in:
			g.serve(c)
		case <-g.stop:
			select {
			case c := <-g.in:
				g.serve(c)
			default:
				return
			}
		}
	}
}

// serve takes along whoever waits.
func (g *group[T, R]) serve(first *groupCall[T, R]) {
	calls := []*groupCall[T, R]{first}
	for len(calls) < g.size {
		select {
		case c := <-g.in:
			calls = append(calls, c)
			continue
		default:
		}
		break
	}
	args := make([]T, len(calls))
	for i, c := range calls {
		args[i] = c.arg
	}
	ctx, cancel := context.WithTimeout(context.Background(), flightTime)
	defer cancel()
	for i, o := range g.work(ctx, args) {
		calls[i].done <- o
	}
}

// close takes no more calls and waits for those that were taken, or until ctx
// ends.
func (g *group[T, R]) close(ctx context.Context) error {
	g.once.Do(func() { close(g.stop) })
	done := make(chan struct{})
	go func() { g.stopped.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// failAll is the same error for n callers.
func failAll[R any](n int, err error) []outcome[R] {
	out := make([]outcome[R], n)
	for i := range out {
		out[i].err = err
	}
	return out
}

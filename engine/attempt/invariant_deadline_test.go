package attempt_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyuan/engine/attempt"
)

// around is how far from the due time the race begins and ends.
const (
	around = 50 * time.Millisecond
	edge   = 4 * time.Millisecond // where every millisecond is contended
)

// writer is one candidate's page that saves as fast as it can, one operation
// at a time.
type writer struct {
	id      attempt.AttemptID
	acked   int // the last sequence that was acknowledged
	refused int // the first that was refused; 0 while none was
}

// send saves the next operation and holds the answer against the times between
// which the server must have looked at its clock.
func (p *writer) send(t *testing.T, w *world, s *attempt.Service, due time.Time) {
	seq := p.acked + 1
	before := w.clock.Now()
	saved, err := s.Save(context.WithoutCancel(t.Context()), saveCommand(p.id, 1, seq, seq))
	after := w.clock.Now()
	switch {
	case err == nil && saved.DurableSeq < seq:
		t.Errorf("sequence %d: acknowledged up to %d only", seq, saved.DurableSeq)
	case err == nil && !before.Before(due):
		t.Errorf("acknowledged %v after the due time", before.Sub(due))
	case err == nil && p.refused > 0:
		t.Errorf("sequence %d: refused, and then acknowledged", seq)
	case err == nil:
		p.acked = seq
	case !errors.Is(err, attempt.ErrLate) && !errors.Is(err, attempt.ErrClosed):
		t.Errorf("save: %v", err)
	case after.Before(due):
		t.Errorf("refused %v before the due time: %v", due.Sub(after), err)
	case p.refused == 0:
		p.refused = seq
	}
}

// stepThrough moves the clock through the due time in steps of a millisecond
// while n writers act, each one step after the other, and two copies sweep. It
// returns the second copy when the clock is past the race, everybody has
// stopped, and what was due is closed.
func stepThrough(t *testing.T, w *world, n int, due time.Time, act func(writer int, s *attempt.Service)) *attempt.Service {
	t.Helper()
	copies := []*attempt.Service{w.Service, w.copy(t)}
	stop, acted, swept := make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for turn := i; ; turn++ {
				act(i, copies[turn%2])
				select {
				case acted <- struct{}{}:
				case <-stop:
					return
				}
			}
		})
	}
	wg.Go(func() {
		turn := 0
		for range swept {
			if _, err := copies[turn%2].Sweep(t.Context(), w.clock.Now()); err != nil {
				t.Errorf("sweep: %v", err)
			}
			turn++
		}
	})
	for at := due.Add(-around); !at.After(due.Add(around)); at = at.Add(time.Millisecond) {
		w.clock.Set(at)
		select {
		case swept <- struct{}{}:
		default:
		}
		// Each writer has at most one act under way when the clock moves, so
		// that of twice as many at least n began at this millisecond. Away
		// from the edge it is enough that somebody goes on.
		acts := 1
		if at.Sub(due).Abs() <= edge {
			acts = 2 * n
		}
		for range acts {
			<-acted
		}
	}
	close(swept)
	close(stop)
	wg.Wait()
	sweepUp(t, w, copies[1])
	return copies[1]
}

// sweepUp sweeps as the second copy and as the first until nothing is left.
// They share the buckets, and each sees to its own.
func sweepUp(t *testing.T, w *world, second *attempt.Service) {
	t.Helper()
	for idle := 0; idle < 2; idle++ {
		swept, err := second.Sweep(t.Context(), w.clock.Now())
		check(t, err)
		if swept != (attempt.Swept{}) || w.sweep(t) != (attempt.Swept{}) {
			idle = -1
		}
	}
}

// checkRace holds submission, ledger and what was set aside against what the
// writers were told, and returns the extreme times of receipt.
func checkRace(t *testing.T, w *world, writers []*writer, due time.Time) (lastIn, firstOut time.Time) {
	t.Helper()
	firstOut = due.Add(time.Hour)
	for _, p := range writers {
		sub := w.receipt(t, p.id)
		diff(t, "answers", sub.Answers, answersOf(p.acked))
		diff(t, "last sequence, manner, time", []any{sub.LastSeq, sub.Manner, sub.SubmittedAt},
			[]any{p.acked, attempt.ByDeadline, due.Add(-attempt.DefaultGrace)})
		ops, err := w.Operations(t.Context(), p.id)
		check(t, err)
		diff(t, "operations in the ledger", len(ops), p.acked)
		for _, op := range ops {
			at := time.UnixMilli(op.ReceivedMs)
			if !at.Before(due) {
				t.Errorf("sequence %d counts and was received %v after the due time", op.Seq, at.Sub(due))
			}
			if at.After(lastIn) {
				lastIn = at
			}
		}
		aside, err := w.Aside(t.Context(), p.id)
		check(t, err)
		diff(t, "set aside", []any{len(aside) > 0, aside[0].Seq}, []any{true, p.refused})
		for _, op := range aside {
			at := time.UnixMilli(op.ReceivedMs)
			if at.Before(due) {
				t.Errorf("sequence %d was set aside and received %v before the due time", op.Seq, due.Sub(at))
			}
			if at.Before(firstOut) {
				firstOut = at
			}
		}
	}
	return lastIn, firstOut
}

// TestDueToTheMillisecond is invariant I2: what was received before the due
// time counts and is acknowledged, what was received at it or later neither.
func TestDueToTheMillisecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		due := deadline.Add(attempt.DefaultGrace)
		var writers []*writer
		for range 6 {
			writers = append(writers, &writer{id: w.running(t)})
		}
		stepThrough(t, w, len(writers), due, func(n int, s *attempt.Service) { writers[n].send(t, w, s, due) })
		lastIn, firstOut := checkRace(t, w, writers, due)
		// The race must have been at the edge itself, or it shows little.
		diff(t, "the last that counts, the first that does not",
			[]time.Time{lastIn.UTC(), firstOut.UTC()}, []time.Time{due.Add(-time.Millisecond), due})
	})
}

// extended is one candidate who is given more time while the old time ends.
type extended struct {
	writer
	at      time.Time // when staff give it
	given   bool      // asked for
	granted atomic.Bool
	outcome chan error
}

// act saves the next operation. Once the extension is granted nothing may be
// refused any more.
func (e *extended) act(t *testing.T, w *world, s *attempt.Service) {
	if !e.given && !w.clock.Now().Before(e.at) {
		e.given = true
		go func() {
			_, done, err := s.Give(context.WithoutCancel(t.Context()), attempt.Order{
				ID: "order for " + string(e.id), Sitting: "sitting-1", Kind: attempt.Extend, Extension: more, Reason: "r", By: "staff",
			}, []attempt.AttemptID{e.id})
			if err == nil {
				err = done[0].Err
			}
			e.granted.Store(err == nil)
			e.outcome <- err
		}()
	}
	granted := e.granted.Load()
	_, err := s.Save(context.WithoutCancel(t.Context()), saveCommand(e.id, 1, e.acked+1, e.acked+1))
	switch {
	case err == nil:
		e.acked++
	case !errors.Is(err, attempt.ErrLate) && !errors.Is(err, attempt.ErrClosed):
		t.Errorf("save: %v", err)
	case granted:
		t.Errorf("refused after more time was granted at %v from the due time: %v", e.at.Sub(deadline.Add(attempt.DefaultGrace)), err)
	}
}

// more is the extension that the test gives.
const more = 5 * time.Minute

// TestExtendedAtTheDeadline gives more time within ten milliseconds of the due
// time, while pages save and two copies sweep. Either it is granted, and the
// attempt runs until the new deadline, or it came too late, and the attempt has
// ended by the old one; nothing acknowledged is missing either way.
func TestExtendedAtTheDeadline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		due := deadline.Add(attempt.DefaultGrace)
		var all []*extended
		for _, ms := range []int{-10, -2, -1, 0, 1, 10} {
			e := &extended{at: due.Add(time.Duration(ms) * time.Millisecond), outcome: make(chan error, 1)}
			e.id = w.running(t)
			all = append(all, e)
		}
		second := stepThrough(t, w, len(all), due, func(n int, s *attempt.Service) { all[n].act(t, w, s) })
		granted, refused := 0, 0
		ends := make([]time.Time, len(all))
		for i, e := range all {
			ends[i] = deadline
			switch err := <-e.outcome; {
			case err == nil:
				granted++
				ends[i] = deadline.Add(more)
				e.acked++
				diff(t, "saved in the time that was granted", w.save(t, e.id, 1, e.acked, e.acked).Deadline, ends[i])
			case errors.Is(err, attempt.ErrClosed):
				refused++
			default:
				t.Errorf("extend: %v", err)
			}
		}
		w.clock.Set(due.Add(more))
		sweepUp(t, w, second)
		for i, e := range all {
			sub := w.receipt(t, e.id)
			diff(t, "end and answers", []any{sub.SubmittedAt, sub.Manner, sub.Answers}, []any{ends[i], attempt.ByDeadline, answersOf(e.acked)})
			ops, err := w.Operations(t.Context(), e.id)
			check(t, err)
			diff(t, "operations in the ledger", len(ops), e.acked)
		}
		if granted == 0 || refused == 0 {
			t.Errorf("%d granted, %d refused: the race was not at the edge", granted, refused)
		}
	})
}

// hesitatingLive does something before it hears of a new deadline.
type hesitatingLive struct {
	attempt.Live
	before func()
}

func (l *hesitatingLive) Adjust(ctx context.Context, to attempt.Timing) (attempt.LiveState, error) {
	l.before()
	return l.Live.Adjust(ctx, to)
}

// TestSweptWhileExtended sweeps at the old due time, between the moment at
// which an extension is on record and the one at which Redis hears of it. What
// is on record was granted: the attempt stays open.
func TestSweptWhileExtended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 2)
		due := deadline.Add(attempt.DefaultGrace)
		w.clock.Set(due.Add(-time.Millisecond))
		cfg := w.cfg
		cfg.Live = &hesitatingLive{Live: w.live, before: func() {
			w.clock.Set(due)
			w.sweep(t)
		}}
		_, done, err := w.copyWith(t, cfg).Give(ctx, attempt.Order{
			ID: "order for " + string(id), Sitting: "sitting-1", Kind: attempt.Extend, Extension: more, Reason: "r", By: "staff",
		}, []attempt.AttemptID{id})
		check(t, err)
		check(t, done[0].Err)
		diff(t, "goes on", w.save(t, id, 1, 3, 3).Deadline, deadline.Add(more))
		w.clock.Set(due.Add(more))
		w.sweep(t)
		sub := w.receipt(t, id)
		diff(t, "end and answers", []any{sub.SubmittedAt, sub.Answers}, []any{deadline.Add(more), answersOf(3)})
	})
}

// TestOlderChangeComesLater tells Redis of two changes in the order in which
// they were not made. The newer stays.
func TestOlderChangeComesLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		for _, version := range []int{3, 2} {
			end := deadline.Add(time.Duration(version) * more)
			_, err := w.live.Adjust(t.Context(), attempt.Timing{Attempt: id, Deadline: end, Due: end.Add(attempt.DefaultGrace), Version: version})
			check(t, err)
		}
		saved := w.save(t, id, 1, 1, 1)
		diff(t, "deadline and version", []any{saved.Deadline, saved.Version}, []any{deadline.Add(3 * more), 3})
	})
}

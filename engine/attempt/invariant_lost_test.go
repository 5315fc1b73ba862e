package attempt_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// losingLive loses everything at a named moment, as often as times says.
type losingLive struct {
	attempt.Live
	lose   func()
	moment string
	times  atomic.Int32
}

func (l *losingLive) now(moment string) {
	if l.moment == moment && l.times.Add(-1) >= 0 {
		l.lose()
	}
}

func (l *losingLive) Tails(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID]attempt.Tail, error) {
	l.now("before the tail is read")
	return l.Live.Tails(ctx, ids)
}

func (l *losingLive) Answers(ctx context.Context, id attempt.AttemptID) (map[int]attempt.Answer, error) {
	l.now("before the answers are read")
	return l.Live.Answers(ctx, id)
}

func (l *losingLive) Restore(ctx context.Context, s attempt.Snapshot) error {
	err := l.Live.Restore(ctx, s)
	l.now("after a restore")
	return err
}

// TestLostInTheMiddle empties Redis at the moments in the middle of a call at
// which the attempt was there a moment ago. What was saved is there afterwards,
// and the call itself succeeds, or asks to be repeated; it never gives a page
// less than it has, nor an error that only the live store may give.
func TestLostInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, moment := range []string{"before the tail is read", "before the answers are read", "after a restore"} {
		for name, call := range map[string]func(ctx context.Context, t *testing.T, w *world, id attempt.AttemptID) error{
			"enter": func(ctx context.Context, t *testing.T, w *world, id attempt.AttemptID) error {
				in, err := w.Enter(ctx, enterCommand(id, "desk 2"))
				if err == nil {
					diff(t, "answers", in.Answers, answersOf(5))
				}
				return err
			},
			"save": func(ctx context.Context, _ *testing.T, w *world, id attempt.AttemptID) error {
				_, err := w.Save(ctx, saveCommand(id, 1, 5, 5))
				return err
			},
			"beat": func(ctx context.Context, _ *testing.T, w *world, id attempt.AttemptID) error {
				_, err := w.Heartbeat(ctx, id, enginetest.Candidate, 1)
				return err
			},
			"submit": func(ctx context.Context, _ *testing.T, w *world, id attempt.AttemptID) error {
				_, err := w.Submit(ctx, submitCommand(id, 1, 5))
				return err
			},
			"collect": func(ctx context.Context, _ *testing.T, w *world, id attempt.AttemptID) error {
				_, err := w.Collect(ctx, attempt.CollectCommand{Attempt: id, By: "staff", Reason: "r"})
				return err
			},
		} {
			t.Run(name+" "+moment, func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, w *world) {
					ctx, id := t.Context(), w.running(t)
					w.save(t, id, 1, 1, 5)
					live := &losingLive{Live: w.live, lose: w.lose, moment: moment}
					live.times.Store(2)
					w.cfg.Live = live
					w.Service = w.copy(t)
					w.lose() // so that the call has to restore
					if err := call(ctx, t, w, id); err != nil && !errors.Is(err, attempt.ErrUnavailable) {
						t.Errorf("got %v, want success or ErrUnavailable", err)
					}
					live.times.Store(0)
					sub, err := w.Collect(ctx, attempt.CollectCommand{Attempt: id, By: "staff", Reason: "r"})
					check(t, err)
					diff(t, "what was saved", sub.Answers, answersOf(5))
				})
			})
		}
	}
}

// interleavedLive does something before a start and before a restore.
type interleavedLive struct {
	attempt.Live
	start   func([]attempt.Begin)
	restore func()
}

func (l *interleavedLive) Start(ctx context.Context, all []attempt.Begin) ([]attempt.LiveState, error) {
	if l.start != nil {
		l.start(all)
	}
	return l.Live.Start(ctx, all)
}

func (l *interleavedLive) Restore(ctx context.Context, s attempt.Snapshot) error {
	if l.restore != nil {
		l.restore()
	}
	return l.Live.Restore(ctx, s)
}

// TestRestoredWhileSaving has a second page enter before Redis knows of the
// start, so that it restores the attempt; between its look into the journal and
// the restore the first page starts and saves. What was acknowledged is older
// by its lease than what is restored, and still must be there for the next
// page.
func TestRestoredWhileSaving(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.sealed(t)
		var begins []attempt.Begin
		cfg := w.cfg
		cfg.Live = &interleavedLive{Live: w.live, restore: func() {
			_, err := w.live.Start(ctx, begins)
			check(t, err)
			diff(t, "saved", w.save(t, id, 1, 1, 2).DurableSeq, 2)
		}}
		second := w.copyWith(t, cfg)
		cfg.Live = &interleavedLive{Live: w.live, start: func(all []attempt.Begin) {
			begins = all
			if _, err := second.Enter(ctx, enterCommand(id, "desk 2")); err != nil {
				t.Errorf("the second page: %v", err)
			}
		}}
		if _, err := w.copyWith(t, cfg).Enter(ctx, enterCommand(id, "desk 1")); err != nil && !errors.Is(err, attempt.ErrTakenOver) {
			t.Errorf("the first page: %v", err)
		}
		diff(t, "the next page is told", w.enter(t, id, "desk 3").Answers, answersOf(2))
	})
}

package attempt_test

import (
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// TestClockStepsBack sets the clock back by an hour at each stage of an
// attempt. The deadline is a stored instant, so nothing moves it: neither a
// save nor a page that enters nor a live state that is lost and restored.
func TestClockStepsBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		held := func(what string, saved attempt.Saved) {
			t.Helper()
			diff(t, what, []any{saved.DurableSeq, saved.Deadline, saved.Version}, []any{saved.AppliedSeq, deadline, 1})
		}
		w.clock.Advance(30 * time.Minute)
		held("before the step", w.save(t, id, 1, 1, 2))
		w.clock.Advance(-time.Hour)
		held("after the step", w.save(t, id, 1, 3, 4))
		w.lose()
		held("restored after the step", w.save(t, id, 1, 5, 5))
		in := w.enter(t, id, "desk 2")
		diff(t, "entered after the step", []any{in.Record.Started, in.Deadline, in.Version},
			[]any{enginetest.Start, deadline, 1})
		w.lose()
		beat, err := w.Heartbeat(ctx, id, enginetest.Candidate, 2)
		check(t, err)
		diff(t, "beat", []any{beat.Mine, beat.Deadline}, []any{true, deadline})
		diff(t, "the sweeper finds nothing due", w.sweep(t), attempt.Swept{})

		w.clock.Set(deadline.Add(attempt.DefaultGrace - time.Millisecond))
		held("the last millisecond", w.save(t, id, 2, 1, 1))
		w.clock.Advance(time.Millisecond)
		diff(t, "swept when due", w.sweep(t), attempt.Swept{Expired: 1, Finished: 1})
		sub := w.receipt(t, id)

		w.clock.Advance(-time.Hour)
		for _, lost := range []bool{false, true} {
			if lost {
				w.lose()
				check(t, w.Rebuild(ctx))
			}
			_, err = w.Save(ctx, saveCommand(id, 2, 2, 2))
			wantErr(t, "save after the end and a step", err, attempt.ErrClosed)
			_, err = w.Enter(ctx, enterCommand(id, "desk 3"))
			wantErr(t, "enter after the end and a step", err, attempt.ErrClosed)
			again, err := w.Submit(ctx, submitCommand(id, 2, 1))
			check(t, err)
			diff(t, "the submission stays", again, sub)
			diff(t, "nothing to sweep", w.sweep(t), attempt.Swept{})
		}
		diff(t, "time and manner", []any{sub.SubmittedAt, sub.Manner}, []any{deadline, attempt.ByDeadline})
	})
}

// TestClockStepsForward sets the clock forward by an hour and back again while
// nobody sweeps: what was refused meanwhile is kept, and the page can go on to
// its deadline.
func TestClockStepsForward(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.clock.Set(deadline.Add(-time.Minute))
		w.save(t, id, 1, 1, 2)
		w.clock.Advance(time.Hour)
		_, err := w.Save(ctx, saveCommand(id, 1, 3, 3))
		wantRefusal(t, "while it is wrong", err, attempt.Refusal{Reason: attempt.ErrLate, AppliedSeq: 2, DurableSeq: 2, SetAside: 1})
		w.clock.Advance(-time.Hour)
		saved := w.save(t, id, 1, 3, 3)
		diff(t, "when it is right again", []any{saved.DurableSeq, saved.Deadline}, []any{3, deadline})
		w.clock.Set(deadline.Add(time.Hour))
		w.sweep(t)
		diff(t, "submission", w.receipt(t, id).Answers, answersOf(3))
	})
}

package attempt_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/mongostore"
)

var errDown = fmt.Errorf("the journal is down: %w", attempt.ErrUnavailable)

func down([]attempt.JournalEntry) error { return errDown }

// TestLiveStateLost empties Redis in the middle of an exam: the page sends
// again what it was not told was durable, and nothing else is needed.
func TestLiveStateLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 5)
		w.lose()
		diff(t, "goes on", w.save(t, id, 1, 6, 7).DurableSeq, 7)
		w.lose()
		diff(t, "sends again", w.save(t, id, 1, 4, 8).DurableSeq, 8)
		w.lose()
		other := saveCommand(id, 1, 8, 8)
		other.Operations[0].Response = "other"
		_, err := w.Save(ctx, other)
		wantErr(t, "a conflict is still found", err, attempt.ErrConflict)
		w.lose()
		beat, err := w.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "heartbeat", []any{beat.Mine, beat.AppliedSeq, beat.Deadline}, []any{true, 8, deadline})
		progress, err := w.Progress(ctx, []attempt.AttemptID{id})
		check(t, err)
		diff(t, "what staff see", progress[0].Answered, len(answersOf(8)))
		w.lose()
		in := w.enter(t, id, "desk 2")
		diff(t, "enter", []any{in.Epoch, in.Answers}, []any{2, answersOf(8)})
		w.lose()
		_, err = w.Save(ctx, saveCommand(id, 1, 9, 9))
		wantErr(t, "the page before", err, attempt.ErrTakenOver)
		w.lose()
		sub, err := w.Submit(ctx, submitCommand(id, 2, 0))
		check(t, err)
		diff(t, "submit", sub.Answers, answersOf(8))
		w.lose()
		diff(t, "receipt", w.receipt(t, id), sub)
		again, err := w.Submit(ctx, submitCommand(id, 2, 0))
		check(t, err)
		diff(t, "submit again", again, sub)
	})
}

// TestLiveStateLostAndNobodyThere loses the deadlines while no page sends
// anything and no program restarts.
func TestLiveStateLostAndNobodyThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 3)
		w.sweep(t)
		w.lose()
		w.clock.Set(deadline.Add(time.Hour))
		diff(t, "swept", w.sweep(t), attempt.Swept{Expired: 1, Finished: 1})
		sub := w.receipt(t, id)
		diff(t, "submission", []any{sub.Answers, sub.Manner, sub.SubmittedAt}, []any{answersOf(3), attempt.ByDeadline, deadline})
	})
}

// TestLiveStateFellBack gives Redis an older state, as a failover to a replica
// that lags behind does.
func TestLiveStateFellBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 2)
		old := attempt.Snapshot{
			Begin: attempt.Begin{
				Attempt: id, Candidate: enginetest.Candidate, Slots: slots, Deadline: deadline,
				Due: deadline.Add(attempt.DefaultGrace), Version: 1, Now: enginetest.Start,
			},
			State: attempt.Running, Epoch: 1, Applied: 2, Answers: answersOf(2),
		}
		w.save(t, id, 1, 3, 6)
		w.lose()
		check(t, w.live.Restore(ctx, old))
		diff(t, "operations that the page forgot", w.save(t, id, 1, 7, 7).DurableSeq, 7)

		w.enter(t, id, "desk 2")
		w.save(t, id, 2, 1, 2)
		w.lose()
		check(t, w.live.Restore(ctx, old))
		diff(t, "a lease that Redis forgot", w.save(t, id, 2, 3, 3).DurableSeq, 3)
		w.lose()
		check(t, w.live.Restore(ctx, old))
		sub, err := w.Submit(ctx, submitCommand(id, 2, 3))
		check(t, err)
		diff(t, "submission", sub.Answers, attempt.Fold(append(enginetest.Ops(1, 1, 7, slots), enginetest.Ops(2, 1, 3, slots)...)))
	})
}

// relapsing is a live store that falls back once more just after it has been
// restored for a gap.
type relapsing struct {
	*redislive.Store
	relapse func() // nil: no more
}

func (r *relapsing) Restore(ctx context.Context, s attempt.Snapshot) error {
	err := r.Store.Restore(ctx, s)
	if r.relapse != nil {
		r.relapse()
	}
	return err
}

// TestLiveStateFellBackTwice loses the newest of Redis again between its repair
// and the step that needed it. The page must not be asked for what it was told
// is saved.
func TestLiveStateFellBackTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		old := attempt.Snapshot{
			Begin: attempt.Begin{
				Attempt: id, Candidate: enginetest.Candidate, Slots: slots, Deadline: deadline,
				Due: deadline.Add(attempt.DefaultGrace), Version: 1, Now: enginetest.Start,
			},
			State: attempt.Running, Epoch: 1, Applied: 2, Answers: answersOf(2),
		}
		live := &relapsing{Store: w.live}
		cfg := w.cfg
		cfg.Live = live
		w.Service = w.copyWith(t, cfg)
		w.save(t, id, 1, 1, 6)
		fallBack := func(times int) {
			back := func() {
				w.lose()
				check(t, w.live.Restore(t.Context(), old))
			}
			back()
			live.relapse = func() {
				if times--; times >= 0 {
					back()
				}
			}
		}
		fallBack(1)
		diff(t, "save", w.save(t, id, 1, 7, 7).DurableSeq, 7)
		fallBack(100)
		_, err := w.Save(t.Context(), saveCommand(id, 1, 8, 8))
		wantErr(t, "it never comes to rest", err, attempt.ErrUnavailable)
		fallBack(0)
		_, err = w.Save(t.Context(), saveCommand(id, 1, 9, 9))
		wantRefusal(t, "the page's own gap", err, attempt.Refusal{Reason: attempt.ErrGap, AppliedSeq: 7, DurableSeq: 7, Expected: 8})
		fallBack(1)
		sub, err := w.Submit(t.Context(), submitCommand(id, 1, 7))
		check(t, err)
		diff(t, "submission", sub.Answers, answersOf(7))
	})
}

// TestLiveStateLostWhileRestored has one copy read record and journal, another
// let a newer page in, and Redis lost once more before the first puts back what
// it read. The older page must not become the holder again.
func TestLiveStateLostWhileRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id, ctx := w.running(t), t.Context()
		w.save(t, id, 1, 1, 2)
		cfg := w.cfg
		cfg.Records = &pausing{Attempts: w.records, after: func() {
			w.enter(t, id, "desk 2")
			w.lose()
		}}
		slow := w.copyWith(t, cfg)
		w.lose()
		beat, err := slow.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "the older page holds the lease", beat.Mine, false)
		_, err = slow.Save(ctx, saveCommand(id, 1, 3, 3))
		wantErr(t, "the older page", err, attempt.ErrTakenOver)
	})
}

// pausing is records where something happens after the newest lease is read.
type pausing struct {
	*mongostore.Attempts
	after func()
	once  sync.Once
}

func (p *pausing) Newest(ctx context.Context, id attempt.AttemptID) (attempt.Lease, error) {
	lease, err := p.Attempts.Newest(ctx, id)
	p.once.Do(p.after)
	return lease, err
}

// TestCrashBeforeTheJournal has the program die after the live store applied a
// batch. The page got no receipt and sends it again, to another copy.
func TestCrashBeforeTheJournal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 2)
		w.journal.Before(down)
		diff(t, "pending", w.save(t, id, 1, 3, 5), attempt.Saved{
			AppliedSeq: 5, DurableSeq: 2, Pending: true, Now: enginetest.Start, Deadline: deadline, Version: 1,
		})
		w.Service = w.copy(t)
		w.journal.Before(nil)
		diff(t, "sent again", w.save(t, id, 1, 3, 5).DurableSeq, 5)

		// Now the page does not come back, or comes back with what is newer.
		w.journal.Before(down)
		w.save(t, id, 1, 6, 7)
		w.journal.Before(nil)
		diff(t, "the hole is filled from the live store", w.save(t, id, 1, 8, 8).DurableSeq, 8)
		w.journal.Before(down)
		w.save(t, id, 1, 9, 10)
		w.journal.Before(nil)
		w.clock.Set(deadline.Add(time.Hour))
		w.sweep(t)
		diff(t, "what was applied is written at the close", w.receipt(t, id).Answers, answersOf(10))
	})
}

// TestTakenOverBeforeTheJournal takes the lease while operations of the page
// before are not durable yet.
func TestTakenOverBeforeTheJournal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.journal.Before(down)
		diff(t, "pending", w.save(t, id, 1, 1, 4).Pending, true)
		_, err := w.Enter(ctx, enterCommand(id, "desk 2"))
		wantErr(t, "enter while the journal is down", err, attempt.ErrUnavailable)
		w.journal.Before(nil)
		in := w.enter(t, id, "desk 2")
		diff(t, "answers", []any{in.Epoch, in.Answers}, []any{3, answersOf(4)})
		w.lose()
		sub, err := w.Submit(ctx, submitCommand(id, 3, 0))
		check(t, err)
		diff(t, "submission", sub.Answers, answersOf(4))
	})
}

// TestLostBetweenJournalAndReceipt empties Redis while the operations are on
// their way to the journal: the page is told that they are saved only when the
// attempt holds them.
func TestLostBetweenJournalAndReceipt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 2)
		var once sync.Once
		w.journal.Before(func([]attempt.JournalEntry) error {
			once.Do(w.lose)
			return nil
		})
		diff(t, "saved", w.save(t, id, 1, 3, 4).DurableSeq, 4)
		ops, err := w.Operations(t.Context(), id)
		check(t, err)
		diff(t, "journal", len(ops), 4)
	})
}

// TestClosedBetweenJournalAndReceipt goes on from there: the attempt that was
// lost is closed without the operations before they reach the journal. The page
// must not be told that they are saved.
func TestClosedBetweenJournalAndReceipt(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"still there": false, "gone again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				id := w.running(t)
				w.save(t, id, 1, 1, 2)
				var once sync.Once
				w.journal.Before(func([]attempt.JournalEntry) error {
					once.Do(func() {
						w.lose()
						w.clock.Set(deadline.Add(time.Hour))
						w.sweep(t)
						if gone {
							w.lose()
						}
					})
					return nil
				})
				_, err := w.Save(t.Context(), saveCommand(id, 1, 3, 4))
				wantRefusal(t, "save", err, attempt.Refusal{Reason: attempt.ErrClosed, AppliedSeq: 2, DurableSeq: 2, SetAside: 2})
				diff(t, "submission", w.receipt(t, id).Answers, answersOf(2))
			})
		})
	}
}

// TestPending does not wait for a journal that is slow.
func TestPending(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		cfg := w.cfg
		cfg.DurableWait = time.Millisecond
		w.Service = w.copyWith(t, cfg)
		stored, release := make(chan struct{}, 1), make(chan struct{})
		w.journal.Before(func([]attempt.JournalEntry) error {
			stored <- struct{}{}
			<-release
			return nil
		})
		saved := w.save(t, id, 1, 1, 3)
		diff(t, "pending", []any{saved.Pending, saved.AppliedSeq, saved.DurableSeq}, []any{true, 3, 0})
		<-stored
		close(release)
		w.journal.Before(nil)
		w.Service = w.copyWith(t, w.cfg)
		diff(t, "asked again", w.save(t, id, 1, 1, 3).DurableSeq, 3)
	})
}

func TestBusy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id, other := w.running(t), w.running(t)
		cfg := w.cfg
		cfg.QueueOps = 4
		w.Service = w.copyWith(t, cfg)
		storing, release := make(chan struct{}), make(chan struct{})
		w.journal.Before(func([]attempt.JournalEntry) error {
			storing <- struct{}{}
			<-release
			return nil
		})
		done := make(chan error, 1)
		go func() {
			_, err := w.Save(context.WithoutCancel(t.Context()), saveCommand(id, 1, 1, 3))
			done <- err
		}()
		<-storing
		_, err := w.Save(t.Context(), saveCommand(other, 1, 1, 2))
		wantErr(t, "no room", err, attempt.ErrBusy)
		tails, err := w.live.Tails(t.Context(), []attempt.AttemptID{other})
		tail := tails[other]
		check(t, err)
		diff(t, "nothing was applied", len(tail.Operations), 0)
		w.journal.Before(nil)
		close(release)
		check(t, <-done)
		diff(t, "room again", w.save(t, other, 1, 1, 2).DurableSeq, 2)
	})
}

// TestOneSubmission lets fifty pages submit while two sweepers run at the
// deadline and staff collect, on two copies of the program.
func TestOneSubmission(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 6)
		copies := []*attempt.Service{w.Service, w.copy(t)}
		w.clock.Set(deadline.Add(attempt.DefaultGrace - time.Millisecond))
		late := deadline.Add(attempt.DefaultGrace)
		var mu sync.Mutex
		got := map[string]int{}
		note := func(sub attempt.Submission, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			got[fmt.Sprint(sub.Manner, sub.SubmittedAt, sub.Receipt())]++
		}
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for n := range 50 {
			wg.Go(func() { <-begin; note(copies[n%2].Submit(ctx, submitCommand(id, 1, 6))) })
		}
		for n := range 5 {
			wg.Go(func() {
				<-begin
				note(copies[n%2].Collect(ctx, attempt.CollectCommand{Attempt: id, By: "staff", Reason: "r"}))
			})
			wg.Go(func() {
				<-begin
				if _, err := copies[n%2].Sweep(ctx, late); err != nil {
					t.Error(err)
				}
			})
		}
		close(begin)
		wg.Wait()
		diff(t, "different submissions", len(got), 1)
		diff(t, "answers", w.receipt(t, id).Answers, answersOf(6))
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, sub := range w.marked {
			diff(t, "marked", sub, w.marked[0])
		}
		if len(w.marked) == 0 {
			t.Error("never marked")
		}
	})
}

// TestRestart starts the program on an empty Redis after a while: what came due
// meanwhile is closed by the first sweep, what has not goes on.
func TestRestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var due []attempt.AttemptID
		for range 12 {
			id := w.running(t)
			w.save(t, id, 1, 1, 4)
			due = append(due, id)
		}
		closed := w.running(t)
		w.save(t, closed, 1, 1, 2)
		_, err := w.records.Close(ctx, map[attempt.AttemptID]attempt.Closing{closed: {Manner: attempt.ByCandidate, At: enginetest.Start}})
		check(t, err)
		w.clock.Advance(time.Hour)
		goesOn := w.running(t)
		w.save(t, goesOn, 1, 1, 3)

		w.lose()
		w.clock.Set(deadline.Add(2 * time.Minute))
		w.Service = w.copy(t)
		check(t, w.Rebuild(ctx))
		diff(t, "swept", w.sweep(t), attempt.Swept{Expired: len(due), Finished: len(due) + 1})
		for _, id := range due {
			sub := w.receipt(t, id)
			diff(t, "submission", []any{sub.Answers, sub.Manner, sub.SubmittedAt}, []any{answersOf(4), attempt.ByDeadline, deadline})
		}
		sub := w.receipt(t, closed)
		diff(t, "what was closed", []any{sub.Answers, sub.Manner}, []any{answersOf(2), attempt.ByCandidate})
		diff(t, "what goes on", w.save(t, goesOn, 1, 4, 4).DurableSeq, 4)
		diff(t, "nothing more", w.sweep(t), attempt.Swept{})
	})
}

// TestRun closes what is due without being told.
func TestRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 4)
		w.lose()
		w.clock.Set(deadline.Add(time.Minute))
		ctx, stop := context.WithCancel(t.Context())
		marked := make(chan attempt.Submission, 8)
		cfg := w.cfg
		cfg.Marker = enginetest.Marks(func(_ context.Context, _ attempt.Record, s attempt.Submission) error {
			marked <- s
			return nil
		})
		s := w.copyWith(t, cfg)
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		diff(t, "closed", (<-marked).Answers, answersOf(4))
		stop()
		<-done
	})
}

package attempt_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// effects is what a Marker does outside: like the store of results it takes one
// for each attempt, and holds every later one against it.
type effects struct {
	mu    sync.Mutex
	fails int // calls that still fail
	kept  map[attempt.AttemptID]string
	calls int
}

func (e *effects) mark(_ context.Context, _ attempt.Record, s attempt.Submission) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if e.fails > 0 {
		e.fails--
		return errors.New("the store of results is down")
	}
	text := fmt.Sprintf("%+v", s)
	if was, marked := e.kept[s.Attempt]; marked && was != text {
		return fmt.Errorf("marked twice:\n%s\n%s", was, text)
	}
	e.kept[s.Attempt] = text
	return nil
}

// TestOneSubmissionOneMarking is invariant I3: fifty pages submit, staff
// collect, and two copies sweep, all at once; while they do, Redis is emptied.
func TestOneSubmissionOneMarking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   time.Time
		lost bool
	}{
		"in time":              {deadline.Add(-time.Minute), false},
		"in time, Redis lost":  {deadline.Add(-time.Minute), true},
		"when due":             {deadline.Add(attempt.DefaultGrace), false},
		"when due, Redis lost": {deadline.Add(attempt.DefaultGrace), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				e := &effects{fails: 2, kept: map[attempt.AttemptID]string{}}
				w.cfg.Marker = enginetest.Marks(e.mark)
				copies := []*attempt.Service{w.copy(t), w.copy(t)}
				id := w.running(t)
				w.save(t, id, 1, 1, 6)
				w.clock.Set(c.at)
				got := submitAtOnce(t, w, copies, id, c.lost)
				w.Service = copies[0]
				// Each copy does so every few minutes: what Redis lost just after
				// somebody had noticed a loss comes back by it.
				check(t, w.Rebuild(t.Context()))
				sweepUp(t, w, copies[1])
				got = append(got, w.receipt(t, id))
				for _, sub := range got {
					diff(t, "everybody has the same submission", sub, got[0])
				}
				diff(t, "how many asked", len(got), 50+5+1)
				diff(t, "answers", got[0].Answers, answersOf(6))
				diff(t, "marked once", e.kept, map[attempt.AttemptID]string{id: fmt.Sprintf("%+v", got[0])})
				rec, err := w.records.Record(t.Context(), id)
				check(t, err)
				diff(t, "record", []any{rec.State, rec.Marked}, []any{attempt.Submitted, true})
			})
		})
	}
}

// submitAtOnce has fifty pages submit, staff collect five times and two copies
// sweep at one time, and returns every submission that was handed out. What
// gets ErrUnavailable is repeated, as callers do.
func submitAtOnce(t *testing.T, w *world, copies []*attempt.Service, id attempt.AttemptID, lost bool) []attempt.Submission {
	ctx, now := context.WithoutCancel(t.Context()), w.clock.Now()
	var mu sync.Mutex
	var got []attempt.Submission
	begin := make(chan struct{})
	var wg sync.WaitGroup
	ask := func(how func() (attempt.Submission, error)) {
		wg.Go(func() {
			<-begin
			sub, err := how()
			for try := 0; errors.Is(err, attempt.ErrUnavailable) && try < 20; try++ {
				sub, err = how()
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			got = append(got, sub)
		})
	}
	for n := range 50 {
		ask(func() (attempt.Submission, error) { return copies[n%2].Submit(ctx, submitCommand(id, 1, 6)) })
	}
	for n := range 5 {
		ask(func() (attempt.Submission, error) {
			return copies[n%2].Collect(ctx, attempt.CollectCommand{Attempt: id, By: "staff", Reason: "r"})
		})
		wg.Go(func() {
			<-begin
			if _, err := copies[n%2].Sweep(ctx, now); err != nil {
				t.Error(err)
			}
		})
	}
	if lost {
		wg.Go(func() { <-begin; w.lose() })
	}
	close(begin)
	wg.Wait()
	return got
}

// TestClosedByAProgramThatDied closes attempts in the live store as a copy does
// that dies before it makes the submission. Any sweep finds and finishes them,
// also after a page that entered meanwhile had the attempt restored: its newer
// lease is on record, and the record knows of no end.
func TestClosedByAProgramThatDied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, now := t.Context(), w.clock.Now()
		want := map[attempt.AttemptID][]any{}
		for _, restored := range []bool{false, true} {
			submitted, collected := w.running(t), w.running(t)
			w.save(t, submitted, 1, 1, 3)
			w.save(t, collected, 1, 1, 4)
			_, err := w.live.Submit(ctx, submitted, enginetest.Candidate, 1, 3, now)
			check(t, err)
			_, err = w.live.Force(ctx, collected, "staff", "r", now)
			check(t, err)
			want[submitted] = []any{attempt.ByCandidate, now, answersOf(3)}
			want[collected] = []any{attempt.Collected, now, answersOf(4)}
			for _, id := range []attempt.AttemptID{submitted, collected} {
				if restored {
					check(t, w.live.Restore(ctx, attempt.Snapshot{
						Begin: attempt.Begin{
							Attempt: id, Candidate: enginetest.Candidate, Slots: slots, Deadline: deadline,
							Due: deadline.Add(attempt.DefaultGrace), Version: 1, Now: now,
						},
						State: attempt.Running, Epoch: 2,
					}))
				}
			}
		}
		diff(t, "swept", w.sweep(t), attempt.Swept{Finished: len(want)})
		for id, want := range want {
			sub := w.receipt(t, id)
			diff(t, "submission", []any{sub.Manner, sub.SubmittedAt, sub.Answers}, want)
		}
	})
}

// TestSecondSubmissionChangesNothing inserts another submission, as a copy does
// that was suspended while it made its own. It gets the one that is stored.
func TestSecondSubmissionChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 3)
		first, err := w.Submit(ctx, submitCommand(id, 1, 3))
		check(t, err)
		second := first
		second.SubmittedAt, second.Manner, second.Answers = first.SubmittedAt.Add(time.Minute), attempt.ByDeadline, answersOf(2)
		got, err := w.records.Insert(ctx, []attempt.Submission{second})
		check(t, err)
		diff(t, "what the second gets", got, []attempt.Submission{first})
		diff(t, "what is stored", w.receipt(t, id), first)
	})
}

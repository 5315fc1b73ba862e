package attempt_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/sitting"
)

// TestAttempt is the plain way from the start to the receipt.
func TestAttempt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.sealed(t)
		status, err := w.Status(ctx, id, enginetest.Candidate)
		check(t, err)
		diff(t, "ready", []any{status.Record.State, status.Explanation}, []any{attempt.Ready, sitting.Explanation{}})

		in := w.enter(t, id, "desk 1")
		diff(t, "paper", in.Paper, enginetest.Paper(slots))
		diff(t, "entered", []any{in.Epoch, in.AppliedSeq, in.Deadline, in.Version, in.Now, in.Previous},
			[]any{1, 0, deadline, 1, enginetest.Start, attempt.Lease{}})
		diff(t, "sentence", in.Explanation.Sentence("en"), "duration 60 min, 10 min of extra time")

		w.clock.Advance(time.Minute)
		saved := w.save(t, id, 1, 1, 5)
		diff(t, "saved", saved, attempt.Saved{AppliedSeq: 5, DurableSeq: 5, Now: w.clock.Now(), Deadline: deadline, Version: 1})
		ops, err := w.Operations(ctx, id)
		check(t, err)
		want := enginetest.Ops(1, 1, 5, slots)
		for i := range want {
			want[i].ReceivedMs = w.clock.Now().UnixMilli()
		}
		diff(t, "journal", ops, want)

		beat, err := w.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "beat", beat, attempt.Beat{
			State: attempt.Running, Deadline: deadline, Version: 1, Mine: true, AppliedSeq: 5, DurableSeq: 5, Now: w.clock.Now(),
		})
		_, err = w.Receipt(ctx, id, enginetest.Candidate)
		wantErr(t, "receipt too soon", err, attempt.ErrNotSubmitted)

		_, err = w.Submit(ctx, submitCommand(id, 1, 6))
		wantRefusal(t, "submit with one missing", err,
			attempt.Refusal{Reason: attempt.ErrGap, AppliedSeq: 5, DurableSeq: 5, Expected: 6})
		w.save(t, id, 1, 6, 6)
		w.clock.Advance(time.Minute)
		sub, err := w.Submit(ctx, submitCommand(id, 1, 6))
		check(t, err)
		diff(t, "submission", sub, attempt.Submission{
			Attempt: id, Sitting: "sitting-1", Candidate: enginetest.Candidate, SubmittedAt: w.clock.Now(),
			Manner: attempt.ByCandidate, Answers: answersOf(6), Answered: 6, Total: slots, Operations: 6, Epoch: 1, LastSeq: 6,
			Digest: attempt.Digest(id, answersOf(6)),
		})
		diff(t, "receipt", w.receipt(t, id), sub)
		again, err := w.Submit(ctx, submitCommand(id, 1, 6))
		check(t, err)
		diff(t, "submitted again", again, sub)
		diff(t, "marked once", w.marked, []attempt.Submission{sub})
		diff(t, "nothing left to do", w.sweep(t), attempt.Swept{})
		status, err = w.Status(ctx, id, enginetest.Candidate)
		check(t, err)
		diff(t, "record", []any{status.Record.State, status.Record.Marked}, []any{attempt.Submitted, true})
	})
}

func TestStranger(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		calls := func(id attempt.AttemptID) map[string]error {
			_, status := w.Status(ctx, id, enginetest.Stranger)
			enter := enterCommand(id, "desk 2")
			enter.Candidate = enginetest.Stranger
			_, entered := w.Enter(ctx, enter)
			save := saveCommand(id, 1, 1, 1)
			save.Candidate = enginetest.Stranger
			_, saved := w.Save(ctx, save)
			submit := submitCommand(id, 1, 0)
			submit.Candidate = enginetest.Stranger
			_, submitted := w.Submit(ctx, submit)
			_, beat := w.Heartbeat(ctx, id, enginetest.Stranger, 1)
			_, receipt := w.Receipt(ctx, id, enginetest.Stranger)
			return map[string]error{"status": status, "enter": entered, "save": saved, "submit": submitted, "heartbeat": beat, "receipt": receipt}
		}
		refused := func(what string, id attempt.AttemptID) {
			t.Helper()
			for name, err := range calls(id) {
				wantErr(t, what+": "+name, err, attempt.ErrNotFound)
			}
		}
		refused("running", id)
		refused("none", enginetest.NewAttemptID())
		w.lose()
		refused("lost", id)
		_, err := w.Submit(ctx, submitCommand(id, 1, 0))
		check(t, err)
		refused("submitted", id)
		w.lose()
		refused("submitted and gone", id)
	})
}

func TestEnter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.sealed(t)
		_, err := w.Save(ctx, saveCommand(id, 1, 1, 1))
		wantErr(t, "save before", err, attempt.ErrNotStarted)
		_, err = w.Collect(ctx, attempt.CollectCommand{Attempt: id, By: "staff"})
		wantErr(t, "collect before", err, attempt.ErrNotStarted)
		w.mayStart = sitting.ErrTooLate
		_, err = w.Enter(ctx, enterCommand(id, "desk 1"))
		wantErr(t, "may not", err, sitting.ErrTooLate)
		w.mayStart = nil
		w.enter(t, id, "desk 1")
		w.mayStart = sitting.ErrTooLate // not asked again
		w.save(t, id, 1, 1, 3)

		w.clock.Advance(time.Minute)
		in := w.enter(t, id, "desk 2")
		diff(t, "taken over", []any{in.Epoch, in.AppliedSeq, in.Deadline, in.Record.Started, in.Answers, in.Previous},
			[]any{2, 0, deadline, enginetest.Start, answersOf(3), attempt.Lease{
				Epoch: 1, DeviceID: "desk 1", DeviceLabel: "考位 desk 1", Since: enginetest.Start,
			}})
		_, err = w.Save(ctx, saveCommand(id, 1, 4, 4))
		wantRefusal(t, "the page before saves", err,
			attempt.Refusal{Reason: attempt.ErrTakenOver, Holder: attempt.Lease{DeviceLabel: "考位 desk 2"}})
		_, err = w.Submit(ctx, submitCommand(id, 1, 3))
		wantErr(t, "the page before submits", err, attempt.ErrTakenOver)
		beat, err := w.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "the page before asks", []any{beat.Mine, beat.Holder.DeviceLabel}, []any{false, "考位 desk 2"})
		_, err = w.Save(ctx, saveCommand(id, 7, 1, 1))
		wantErr(t, "an epoch that was never given", err, attempt.ErrInvalid)

		w.save(t, id, 2, 1, 2)
		sub, err := w.Submit(ctx, submitCommand(id, 2, 2))
		check(t, err)
		diff(t, "both epochs count", sub.Answers, attempt.Fold(append(enginetest.Ops(1, 1, 3, slots), enginetest.Ops(2, 1, 2, slots)...)))
		_, err = w.Enter(ctx, enterCommand(id, "desk 2"))
		wantErr(t, "enter after the end", err, attempt.ErrClosed)
	})
}

// TestStartDoesNotMove has the program die between the record and the live
// store, and the candidate come back later.
func TestStartDoesNotMove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.sealed(t)
		rec, err := w.records.Record(t.Context(), id)
		check(t, err)
		a := sitting.Allowance{Start: enginetest.Start, Duration: time.Hour}
		_, err = w.records.Enter(t.Context(), []attempt.Entry{{
			Record: rec, Device: attempt.Lease{DeviceID: "desk 1"},
			First: attempt.FirstEntry{Allowance: a, Deadline: enginetest.Start.Add(time.Hour)},
		}})
		check(t, err)
		w.clock.Advance(10 * time.Minute)
		in := w.enter(t, id, "desk 1")
		diff(t, "start, deadline, epoch", []any{in.Record.Started, in.Deadline, in.Epoch},
			[]any{enginetest.Start, enginetest.Start.Add(time.Hour), 2})
		w.save(t, id, 2, 1, 2)
	})
}

func TestSaveRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 4)
		_, err := w.Save(ctx, saveCommand(id, 1, 7, 8))
		wantRefusal(t, "gap", err, attempt.Refusal{Reason: attempt.ErrGap, AppliedSeq: 4, DurableSeq: 4, Expected: 5})
		other := saveCommand(id, 1, 2, 5)
		other.Operations[1].Response = "other"
		_, err = w.Save(ctx, other)
		wantRefusal(t, "conflict", err, attempt.Refusal{Reason: attempt.ErrConflict, AppliedSeq: 4, DurableSeq: 4, Expected: 3})
		diff(t, "older", w.save(t, id, 1, 1, 2).AppliedSeq, 4)
		diff(t, "the same", w.save(t, id, 1, 3, 4).DurableSeq, 4)
		diff(t, "a longer one", w.save(t, id, 1, 2, 6).DurableSeq, 6)

		for name, change := range map[string]func(*attempt.SaveCommand){
			"nothing":        func(c *attempt.SaveCommand) { c.Operations = nil },
			"no epoch":       func(c *attempt.SaveCommand) { c.Epoch = 0 },
			"sequence 0":     func(c *attempt.SaveCommand) { c.Operations = c.Operations[:1]; c.Operations[0].Seq = 0 },
			"not in order":   func(c *attempt.SaveCommand) { slices.Reverse(c.Operations) },
			"slot 0":         func(c *attempt.SaveCommand) { c.Operations[0].Slot = 0 },
			"no such slot":   func(c *attempt.SaveCommand) { c.Operations[1].Slot = slots + 1 },
			"too long":       func(c *attempt.SaveCommand) { c.Operations[0].Response = string(make([]byte, attempt.MaxResponse+1)) },
			"not UTF-8":      func(c *attempt.SaveCommand) { c.Operations[0].Response = "\xff" },
			"too many":       func(c *attempt.SaveCommand) { *c = saveCommand(id, 1, 7, 7+attempt.MaxBatch) },
			"gap within one": func(c *attempt.SaveCommand) { c.Operations[1].Seq = 9 },
		} {
			c := saveCommand(id, 1, 7, 8)
			change(&c)
			_, err := w.Save(ctx, c)
			wantErr(t, name, err, attempt.ErrInvalid)
		}
		diff(t, "nothing was applied", w.save(t, id, 1, 7, 7).AppliedSeq, 7)
	})
}

// TestDeadline races saves against deadline and grace, before and after the
// sweeper has been there.
func TestDeadline(t *testing.T) {
	t.Parallel()
	due := deadline.Add(attempt.DefaultGrace)
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var ids []attempt.AttemptID
		offsets := []int{-50, -1, 0, 1, 50}
		for range offsets {
			id := w.running(t)
			w.save(t, id, 1, 1, 2)
			ids = append(ids, id)
		}
		for i, ms := range offsets {
			w.clock.Set(due.Add(time.Duration(ms) * time.Millisecond))
			saved, err := w.Save(ctx, saveCommand(ids[i], 1, 2, 4))
			if ms < 0 {
				check(t, err)
				diff(t, "saved in time", saved.DurableSeq, 4)
				continue
			}
			for range 2 {
				wantRefusal(t, "too late", err,
					attempt.Refusal{Reason: attempt.ErrLate, AppliedSeq: 2, DurableSeq: 2, SetAside: 2})
				_, err = w.Save(ctx, saveCommand(ids[i], 1, 2, 4))
			}
			diff(t, "sent again what was in", w.save(t, ids[i], 1, 1, 2).AppliedSeq, 2)
		}
		w.clock.Set(due)
		diff(t, "swept", w.sweep(t), attempt.Swept{Expired: len(ids), Finished: len(ids)})
		for i, ms := range offsets {
			last := 2
			if ms < 0 {
				last = 4
			}
			sub := w.receipt(t, ids[i])
			diff(t, "answers", sub.Answers, answersOf(last))
			diff(t, "manner and time", []any{sub.Manner, sub.SubmittedAt}, []any{attempt.ByDeadline, deadline})
			_, err := w.Save(ctx, saveCommand(ids[i], 1, last+1, 5))
			wantRefusal(t, "after the close", err,
				attempt.Refusal{Reason: attempt.ErrClosed, AppliedSeq: last, DurableSeq: last, SetAside: 5 - last})
			aside, err := w.Aside(ctx, ids[i])
			check(t, err)
			got := []int{}
			for _, op := range aside {
				got = append(got, op.Seq)
			}
			want := []int{3, 4, 5}
			if ms < 0 {
				want = []int{5}
			}
			diff(t, "set aside", got, want)
		}
	})
}

func TestSubmitWhenDue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.running(t)
		w.save(t, id, 1, 1, 2)
		w.clock.Set(deadline.Add(time.Minute))
		sub, err := w.Submit(t.Context(), submitCommand(id, 1, 9))
		check(t, err)
		diff(t, "closed by its deadline", []any{sub.Manner, sub.SubmittedAt, sub.Answered}, []any{attempt.ByDeadline, deadline, 2})
	})
}

func TestCollect(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.save(t, id, 1, 1, 3)
		cmd := attempt.CollectCommand{Attempt: id, By: "staff-1", Reason: "离开考场"}
		sub, err := w.Collect(ctx, cmd)
		check(t, err)
		diff(t, "collected", []any{sub.Manner, sub.By, sub.Reason, sub.Answered}, []any{attempt.Collected, cmd.By, cmd.Reason, 3})
		own, err := w.Submit(ctx, submitCommand(id, 1, 3))
		check(t, err)
		diff(t, "the candidate gets the same", own, sub)
		beat, err := w.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "beat", beat.State, attempt.Submitted)
		w.lose()
		beat, err = w.Heartbeat(ctx, id, enginetest.Candidate, 1)
		check(t, err)
		diff(t, "beat when it is gone", []any{beat.State, beat.Mine}, []any{attempt.Submitted, true})
		_, err = w.Save(ctx, saveCommand(id, 1, 2, 5))
		wantRefusal(t, "save when it is gone", err,
			attempt.Refusal{Reason: attempt.ErrClosed, AppliedSeq: 3, DurableSeq: 3, SetAside: 2})
		_, err = w.Collect(ctx, attempt.CollectCommand{Attempt: enginetest.NewAttemptID()})
		wantErr(t, "none", err, attempt.ErrNotFound)
	})
}

func TestMarkerIsTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.running(t)
		w.marker = errors.New("no bank")
		sub, err := w.Submit(ctx, submitCommand(id, 1, 0))
		check(t, err)
		w.sweep(t)
		rec, err := w.records.Record(ctx, id)
		check(t, err)
		diff(t, "not marked", []any{rec.State, rec.Marked}, []any{attempt.Submitted, false})
		w.lose() // the sweeper must find it in the records
		w.mu.Lock()
		w.marker = nil
		w.mu.Unlock()
		w.sweep(t)
		diff(t, "marked", w.marked, []attempt.Submission{sub})
		diff(t, "done", w.sweep(t), attempt.Swept{})
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ready, writing, over := w.sealed(t), w.running(t), w.running(t)
		w.clock.Advance(time.Minute)
		w.save(t, writing, 1, 1, 3)
		w.save(t, over, 1, 1, 2)
		_, err := w.Submit(ctx, submitCommand(over, 1, 2))
		check(t, err)
		order := map[attempt.AttemptID]int{ready: 0, writing: 1, over: 2}
		look := func() []attempt.Progress {
			got, err := w.Progress(ctx, []attempt.AttemptID{ready, writing, over, enginetest.NewAttemptID()})
			check(t, err)
			slices.SortFunc(got, func(a, b attempt.Progress) int { return order[a.Attempt] - order[b.Attempt] })
			return got
		}
		now := w.clock.Now()
		want := []attempt.Progress{
			{Attempt: ready, State: attempt.Ready},
			{Attempt: writing, State: attempt.Running, Answered: 3, AppliedSeq: 3, Epoch: 1, LastSeen: now, Deadline: deadline},
			{Attempt: over, State: attempt.Submitted, Answered: 2, AppliedSeq: 2, Epoch: 1, LastSeen: now, Deadline: deadline},
		}
		diff(t, "progress", look(), want)
		w.lose()
		check(t, w.Rebuild(ctx))
		want[2].LastSeen, want[2].AppliedSeq = time.Time{}, 0
		diff(t, "progress after a loss", look(), want)
		recs, err := w.OfSitting(ctx, "sitting-1")
		check(t, err)
		diff(t, "of the sitting", len(recs), 3)
	})
}

// TestEachIsJudgedByItsOwnTime lets pages wait for the same step and asks that
// each is admitted as of when it came, not as of when the first one did.
func TestEachIsJudgedByItsOwnTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		came := map[attempt.AttemptID]time.Time{}
		w.cfg.MayStart = enginetest.Starts(func(ctx context.Context, r attempt.Record, now time.Time) (sitting.Allowance, error) {
			mu.Lock()
			defer mu.Unlock()
			came[r.ID] = now
			return w.start(ctx, r, now)
		})
		w.Service = w.copy(t)
		want := map[attempt.AttemptID]time.Time{}
		var wg sync.WaitGroup
		mu.Lock() // nobody gets past the question
		for range 20 {
			id := w.sealed(t)
			w.clock.Advance(time.Millisecond)
			want[id] = w.clock.Now()
			wg.Go(func() {
				if _, err := w.Enter(context.WithoutCancel(t.Context()), enterCommand(id, "desk")); err != nil {
					t.Error(err)
				}
			})
		}
		mu.Unlock()
		wg.Wait()
		for id, at := range want {
			if came[id].Before(at) {
				t.Errorf("judged as of %s, %s before it came", came[id], at.Sub(came[id]))
			}
		}
	})
}

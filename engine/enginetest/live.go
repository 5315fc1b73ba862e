package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gongyuan/engine/attempt"
)

// liveSlots is how many slots the attempts of the suite have.
const liveSlots = 10

// sweeper is the one copy that sweeps in the suite, so that it gets everything;
// RunSweepers has several.
const sweeper = "sweeper"

// RunLive is the suite that every live store must pass. open returns a store
// that the subtests may share; what they put in has identifiers of its own.
func RunLive(t *testing.T, open func(t *testing.T) attempt.Live) {
	for name, test := range map[string]func(*testing.T, attempt.Live){
		"Unknown":        liveUnknown,
		"Start":          liveStart,
		"Save":           liveSave,
		"SaveRefused":    liveSaveRefused,
		"SaveAtTheEnd":   liveSaveAtTheEnd,
		"Enter":          liveEnter,
		"Durable":        liveDurable,
		"DurableForgets": liveDurableForgets,
		"States":         liveStates,
		"Close":          liveClose,
		"Restore":        liveRestore,
		"RestoreOlder":   liveRestoreOlder,
		"RestoreSame":    liveRestoreSame,
		"Progress":       liveProgress,
		"Permutations":   livePermutations,
		"Model":          liveModel,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	t.Run("Due", func(t *testing.T) { liveDue(t, open(t)) })
}

func begin(id attempt.AttemptID) attempt.Begin {
	deadline := Start.Add(time.Hour)
	return attempt.Begin{
		Attempt: id, Candidate: Candidate, Slots: liveSlots, Deadline: deadline,
		Due: deadline.Add(attempt.DefaultGrace), Version: 1, Now: Start,
	}
}

// running puts an attempt in place, in epoch 1.
func running(t testing.TB, live attempt.Live) attempt.AttemptID {
	t.Helper()
	id := NewAttemptID()
	_, err := live.Start(t.Context(), []attempt.Begin{begin(id)})
	check(t, err)
	return id
}

func save(t testing.TB, live attempt.Live, id attempt.AttemptID, ops []attempt.Operation) attempt.LiveState {
	t.Helper()
	st, err := live.Save(t.Context(), id, Candidate, ops, Start)
	check(t, err)
	return st
}

// durable tells of one stretch of operations.
func durable(ctx context.Context, live attempt.Live, id attempt.AttemptID, epoch, from, to int) (attempt.LiveState, error) {
	states, errs := live.Durable(ctx, []attempt.Mark{{Attempt: id, Epoch: epoch, From: from, To: to}})
	return states[0], errs[0]
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func answers(t testing.TB, live attempt.Live, id attempt.AttemptID) map[int]attempt.Answer {
	t.Helper()
	got, err := live.Answers(t.Context(), id)
	check(t, err)
	return got
}

func tail(t testing.TB, live attempt.Live, id attempt.AttemptID) attempt.Tail {
	t.Helper()
	got, err := live.Tails(t.Context(), []attempt.AttemptID{id})
	check(t, err)
	return got[id]
}

func liveUnknown(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), NewAttemptID()
	_, err := live.Enter(ctx, id, Candidate, 1, Start)
	wantErr(t, "enter", err, attempt.ErrUnknown)
	_, err = live.Save(ctx, id, Candidate, Ops(1, 1, 1, liveSlots), Start)
	wantErr(t, "save", err, attempt.ErrUnknown)
	_, err = durable(ctx, live, id, 1, 1, 1)
	wantErr(t, "durable", err, attempt.ErrUnknown)
	_, err = live.Touch(ctx, id, Candidate, 1, Start)
	wantErr(t, "touch", err, attempt.ErrUnknown)
	_, err = live.Submit(ctx, id, Candidate, 1, 0, Start)
	wantErr(t, "submit", err, attempt.ErrUnknown)
	_, err = live.Expire(ctx, id, 1, Start)
	wantErr(t, "expire", err, attempt.ErrUnknown)
	_, err = live.Force(ctx, id, "a", "", Start)
	wantErr(t, "force", err, attempt.ErrUnknown)
	_, err = live.Adjust(ctx, attempt.Timing{Attempt: id, Deadline: Start, Due: Start, Version: 2})
	wantErr(t, "adjust", err, attempt.ErrUnknown)
	_, err = live.Answers(ctx, id)
	wantErr(t, "answers", err, attempt.ErrUnknown)
	tails, err := live.Tails(ctx, []attempt.AttemptID{id})
	check(t, err)
	diff(t, "tails", len(tails), 0)
	wantErr(t, "finished", live.Finished(ctx, []attempt.AttemptID{id}), nil)
}

func liveStart(t *testing.T, live attempt.Live) {
	id := running(t, live)
	save(t, live, id, Ops(1, 1, 3, liveSlots))
	moved := begin(id)
	moved.Deadline = moved.Deadline.Add(time.Hour)
	other := begin(NewAttemptID())
	states, err := live.Start(t.Context(), []attempt.Begin{moved, other})
	check(t, err)
	st, err := live.Touch(t.Context(), id, Candidate, 1, Start)
	check(t, err)
	want := attempt.LiveState{State: attempt.Running, Epoch: 1, AppliedSeq: 3, Deadline: begin(id).Deadline, Version: 1}
	diff(t, "state after a second start", st, want)
	fresh := attempt.LiveState{State: attempt.Running, Epoch: 1, Deadline: other.Deadline, Version: 1}
	diff(t, "states", states, []attempt.LiveState{want, fresh})
}

func liveSave(t *testing.T, live attempt.Live) {
	id := running(t, live)
	ops := []attempt.Operation{
		Op(1, 1, 1, "A"), Op(1, 2, 2, `["第一空","a:b\nc"]`), Op(1, 3, 1, "BC"), Op(1, 4, 3, ""), Op(1, 5, 2, ""),
	}
	ops[3].Flagged = true
	want := attempt.LiveState{State: attempt.Running, Epoch: 1, AppliedSeq: 3, Deadline: begin(id).Deadline, Version: 1}
	diff(t, "first batch", save(t, live, id, ops[:3]), want)
	diff(t, "answers", answers(t, live, id), attempt.Fold(ops[:3]))
	diff(t, "the same batch again", save(t, live, id, ops[:3]), want)
	diff(t, "an older one", save(t, live, id, ops[:1]), want)
	want.AppliedSeq = 5
	diff(t, "a longer one that begins with it", save(t, live, id, ops), want)
	diff(t, "answers", answers(t, live, id), map[int]attempt.Answer{1: {Response: "BC"}, 3: {Flagged: true}})
	diff(t, "tail", tail(t, live, id), attempt.Tail{State: attempt.Running, Operations: ops})
}

func liveSaveRefused(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), running(t, live)
	first := Ops(1, 1, 3, liveSlots)
	save(t, live, id, first)
	other := slices.Clone(first)
	other[1].Response = "DCB"
	flagged := slices.Clone(first)
	flagged[2].Flagged = true
	for _, c := range []struct {
		name     string
		ops      []attempt.Operation
		want     error
		conflict int
	}{
		{"gap", Ops(1, 5, 6, liveSlots), attempt.ErrGap, 0},
		{"other content", other, attempt.ErrConflict, 2},
		{"other mark", flagged, attempt.ErrConflict, 3},
		{"other content with new ones behind", append(slices.Clone(other), Op(1, 4, 4, "A")), attempt.ErrConflict, 2},
		{"slot not on the paper", []attempt.Operation{Op(1, 4, liveSlots+1, "A")}, attempt.ErrInvalid, 0},
		{"epoch never given", Ops(2, 1, 1, liveSlots), attempt.ErrAhead, 0},
	} {
		st, err := live.Save(ctx, id, Candidate, c.ops, Start)
		wantErr(t, c.name, err, c.want)
		diff(t, c.name+": state", []int{st.AppliedSeq, st.Conflict}, []int{3, c.conflict})
	}
	_, err := live.Save(ctx, id, Stranger, Ops(1, 4, 4, liveSlots), Start)
	wantErr(t, "stranger", err, attempt.ErrNotFound)
	diff(t, "nothing was written", tail(t, live, id).Operations, first)
	diff(t, "answers", answers(t, live, id), attempt.Fold(first))
}

// liveSaveAtTheEnd looks at the due time from ±50 ms, and at the instant itself,
// which is too late.
func liveSaveAtTheEnd(t *testing.T, live attempt.Live) {
	ctx, due := t.Context(), begin("").Due
	for _, ms := range []int{-50, -2, -1, 0, 1, 50} {
		id := running(t, live)
		save(t, live, id, Ops(1, 1, 1, liveSlots))
		now := due.Add(time.Duration(ms) * time.Millisecond)
		var want error
		if ms >= 0 {
			want = attempt.ErrLate
		}
		_, err := live.Save(ctx, id, Candidate, Ops(1, 1, 2, liveSlots), now)
		wantErr(t, fmt.Sprintf("%d ms from due", ms), err, want)
		_, err = live.Save(ctx, id, Candidate, Ops(1, 1, 1, liveSlots), now)
		wantErr(t, fmt.Sprintf("%d ms from due, applied before", ms), err, nil)

		_, err = live.Expire(ctx, id, 1, now)
		if ms < 0 {
			wantErr(t, fmt.Sprintf("expire %d ms from due", ms), err, attempt.ErrState)
			_, err = live.Expire(ctx, id, 1, due)
		}
		check(t, err)
		st, err := live.Save(ctx, id, Candidate, Ops(1, 1, 3, liveSlots), now)
		wantErr(t, "after the close", err, attempt.ErrClosed)
		applied := 1
		if ms < 0 {
			applied = 2
		}
		diff(t, "applied", st.AppliedSeq, applied)
		diff(t, "closing", tail(t, live, id).Closing, attempt.Closing{Manner: attempt.ByDeadline, At: begin(id).Deadline})
	}
}

func liveEnter(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), running(t, live)
	old := Ops(1, 1, 5, liveSlots)
	save(t, live, id, old)
	_, err := durable(ctx, live, id, 1, 1, 3)
	check(t, err)

	_, err = live.Enter(ctx, id, Stranger, 3, Start)
	wantErr(t, "stranger", err, attempt.ErrNotFound)
	st, err := live.Enter(ctx, id, Candidate, 3, Start)
	check(t, err)
	diff(t, "a new epoch begins at 0", []int{st.Epoch, st.AppliedSeq, st.DurableSeq}, []int{3, 0, 0})
	_, err = live.Enter(ctx, id, Candidate, 3, Start)
	wantErr(t, "again", err, nil)
	_, err = live.Enter(ctx, id, Candidate, 2, Start)
	wantErr(t, "an entry that was overtaken", err, attempt.ErrTakenOver)
	_, err = live.Save(ctx, id, Candidate, Ops(1, 6, 6, liveSlots), Start)
	wantErr(t, "save of the page before", err, attempt.ErrTakenOver)
	_, err = live.Submit(ctx, id, Candidate, 1, 5, Start)
	wantErr(t, "submit of the page before", err, attempt.ErrTakenOver)
	diff(t, "answers stay", answers(t, live, id), attempt.Fold(old))
	diff(t, "what is not durable waits", tail(t, live, id).Operations, old[3:])

	fresh := Ops(3, 1, 2, liveSlots)
	save(t, live, id, fresh)
	diff(t, "both epochs wait", tail(t, live, id).Operations, append(slices.Clone(old[3:]), fresh...))
	st, err = durable(ctx, live, id, 1, 4, 5)
	check(t, err)
	diff(t, "the page before learns of its own epoch", []int{st.Epoch, st.DurableSeq}, []int{1, 5})
	diff(t, "the new one waits", tail(t, live, id).Operations, fresh)

	_, err = live.Enter(ctx, id, Candidate, 4, begin(id).Due)
	wantErr(t, "when it is due", err, attempt.ErrLate)
}

func liveDurable(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), running(t, live)
	ops := Ops(1, 1, 9, liveSlots)
	save(t, live, id, ops)
	for _, c := range []struct {
		from, to int
		want     error
		durable  int
	}{
		{4, 5, attempt.ErrGap, 0}, {1, 3, nil, 3}, {1, 2, nil, 3}, {2, 5, nil, 5}, {7, 8, attempt.ErrGap, 5},
		{6, 10, attempt.ErrAhead, 5}, {6, 9, nil, 9},
	} {
		st, err := durable(ctx, live, id, 1, c.from, c.to)
		wantErr(t, fmt.Sprintf("durable %d–%d", c.from, c.to), err, c.want)
		diff(t, "watermark", st.DurableSeq, c.durable)
	}
	diff(t, "nothing waits", tail(t, live, id).Operations, []attempt.Operation{})
	_, err := durable(ctx, live, id, 2, 1, 1)
	wantErr(t, "epoch never given", err, attempt.ErrAhead)
}

// liveDurableForgets shows that the newest 64 durable operations are still
// compared, and that older ones count as applied.
func liveDurableForgets(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), running(t, live)
	for from := 1; from <= 200; from += 50 {
		save(t, live, id, Ops(1, from, from+49, liveSlots))
		_, err := durable(ctx, live, id, 1, from, from+49)
		check(t, err)
	}
	for _, c := range []struct {
		seq  int
		want error
	}{{200, attempt.ErrConflict}, {137, attempt.ErrConflict}, {136, nil}, {1, nil}} {
		_, err := live.Save(ctx, id, Candidate, []attempt.Operation{Op(1, c.seq, 1, "other")}, Start)
		wantErr(t, fmt.Sprintf("sequence %d with other content", c.seq), err, c.want)
	}
	diff(t, "answers", answers(t, live, id), attempt.Fold(Ops(1, 1, 200, liveSlots)))
}

// liveStates holds the store to the table in attempt/state.go.
func liveStates(t *testing.T, live attempt.Live) {
	ctx := t.Context()
	later := begin("").Deadline.Add(time.Hour)
	adjust := func(id attempt.AttemptID, version int, paused time.Time) error {
		_, err := live.Adjust(ctx, attempt.Timing{Attempt: id, Deadline: later, Due: later, Version: version, PausedSince: paused})
		return err
	}
	for _, state := range []attempt.State{attempt.Running, attempt.Paused, attempt.Closed, attempt.Submitted} {
		for _, event := range attempt.Events() {
			id := running(t, live)
			if state == attempt.Paused {
				check(t, adjust(id, 2, Start))
			}
			if state.Over() {
				_, err := live.Force(ctx, id, "staff", "", Start)
				check(t, err)
			}
			if state == attempt.Submitted {
				check(t, live.Finished(ctx, []attempt.AttemptID{id}))
			}
			_, want := state.Next(event)
			var err error
			switch event {
			case attempt.Start, attempt.Finish:
				continue // no refusal: idempotent in the live store
			case attempt.Reopen, attempt.Amend:
				continue // the records decide; the live store restores
			case attempt.Extend, attempt.Pause, attempt.Resume:
				// Whether it is paused, the records decide as well: a version
				// carries all of the time.
				if !state.Over() {
					want = nil
				}
				err = adjust(id, 3, time.Time{})
			case attempt.Enter:
				_, err = live.Enter(ctx, id, Candidate, 2, Start)
			case attempt.Save:
				_, err = live.Save(ctx, id, Candidate, Ops(1, 1, 1, liveSlots), Start)
			case attempt.Submit:
				_, err = live.Submit(ctx, id, Candidate, 1, 0, Start)
			case attempt.Expire:
				_, err = live.Expire(ctx, id, 1, begin(id).Due)
			case attempt.Force:
				_, err = live.Force(ctx, id, "staff", "", Start)
			}
			if want != nil {
				want = attempt.ErrState
				if state.Over() {
					want = attempt.ErrClosed
				}
			}
			wantErr(t, fmt.Sprintf("%s when %s", event, state), err, want)
		}
	}
}

func liveClose(t *testing.T, live attempt.Live) {
	ctx := t.Context()
	half, due := Start.Add(30*time.Minute), begin("").Due
	id := running(t, live)
	save(t, live, id, Ops(1, 1, 3, liveSlots))
	_, err := live.Submit(ctx, id, Candidate, 1, 5, half)
	wantErr(t, "page holds more", err, attempt.ErrGap)
	_, err = live.Submit(ctx, id, Candidate, 1, 2, half)
	wantErr(t, "page holds less", err, attempt.ErrGap)
	_, err = live.Submit(ctx, id, Stranger, 1, 3, half)
	wantErr(t, "stranger", err, attempt.ErrNotFound)
	st, err := live.Submit(ctx, id, Candidate, 1, 3, half)
	check(t, err)
	diff(t, "state", st.State, attempt.Closed)
	_, err = live.Force(ctx, id, "staff", "left", half)
	wantErr(t, "collected afterwards", err, attempt.ErrClosed)
	diff(t, "first wins", tail(t, live, id), attempt.Tail{
		State: attempt.Closed, Closing: attempt.Closing{Manner: attempt.ByCandidate, At: half}, Operations: Ops(1, 1, 3, liveSlots),
	})

	id = running(t, live)
	_, err = live.Force(ctx, id, "staff", "离开考场", half)
	check(t, err)
	diff(t, "collected", tail(t, live, id).Closing,
		attempt.Closing{Manner: attempt.Collected, At: half, By: "staff", Reason: "离开考场"})

	for name, shut := range map[string]func(attempt.AttemptID) error{
		"submit": func(id attempt.AttemptID) error {
			_, err := live.Submit(ctx, id, Candidate, 1, 99, due)
			return err
		},
		"force": func(id attempt.AttemptID) error {
			_, err := live.Force(ctx, id, "staff", "", due)
			return err
		},
	} {
		id := running(t, live)
		check(t, shut(id))
		diff(t, name+" when due", tail(t, live, id).Closing,
			attempt.Closing{Manner: attempt.ByDeadline, At: begin(id).Deadline})
	}
}

func liveProgress(t *testing.T, live attempt.Live) {
	ctx := t.Context()
	one, two, none := running(t, live), running(t, live), NewAttemptID()
	save(t, live, one, Ops(1, 1, 3, liveSlots))
	save(t, live, one, []attempt.Operation{Op(1, 4, 2, ""), Op(1, 5, 3, "AB")})
	_, err := live.Touch(ctx, two, Candidate, 1, Start.Add(time.Minute))
	check(t, err)
	_, err = live.Force(ctx, two, "staff", "", Start.Add(2*time.Minute))
	check(t, err)
	got, err := live.Progress(ctx, []attempt.AttemptID{one, none, two})
	check(t, err)
	slices.SortFunc(got, func(a, b attempt.Progress) int { return b.Answered - a.Answered })
	diff(t, "progress", got, []attempt.Progress{
		{Attempt: one, State: attempt.Running, Answered: 2, AppliedSeq: 5, Epoch: 1, LastSeen: Start, Deadline: begin(one).Deadline},
		{Attempt: two, State: attempt.Closed, Epoch: 1, LastSeen: Start.Add(time.Minute), Deadline: begin(two).Deadline},
	})
	got, err = live.Progress(ctx, nil)
	check(t, err)
	diff(t, "of none", got, []attempt.Progress(nil))
}

func liveDue(t *testing.T, live attempt.Live) {
	ctx := t.Context()
	due := func(now time.Time) attempt.Due {
		t.Helper()
		d, err := live.Due(ctx, sweeper, now, 1000)
		check(t, err)
		return d
	}
	has := slices.Contains[[]attempt.AttemptID, attempt.AttemptID]
	id, at := running(t, live), begin("").Due
	check(t, live.Schedule(ctx, nil))
	d := due(at.Add(-time.Millisecond))
	diff(t, "just before", []bool{d.Lost, has(d.Expired, id), has(d.Closing, id)}, []bool{false, false, false})
	d = due(at)
	diff(t, "at the instant", []bool{has(d.Expired, id), has(d.Closing, id)}, []bool{true, false})
	_, err := live.Expire(ctx, id, 1, at)
	check(t, err)
	d = due(at)
	diff(t, "closed", []bool{has(d.Expired, id), has(d.Closing, id)}, []bool{false, true})
	check(t, live.Finished(ctx, []attempt.AttemptID{id}))
	d = due(at)
	diff(t, "finished", []bool{has(d.Expired, id), has(d.Closing, id)}, []bool{false, false})

	soon, over := NewAttemptID(), NewAttemptID()
	check(t, live.Schedule(ctx, []attempt.Appointment{
		{Attempt: soon, State: attempt.Running, Due: at},
		{Attempt: over, State: attempt.Submitted, Due: at},
	}))
	d = due(at)
	diff(t, "scheduled", []bool{has(d.Expired, soon), has(d.Closing, over)}, []bool{true, true})
	check(t, live.Schedule(ctx, []attempt.Appointment{{Attempt: soon, State: attempt.Running, Due: at.Add(time.Hour)}}))
	diff(t, "what is noted stays", has(due(at).Expired, soon), true)
	check(t, live.Finished(ctx, []attempt.AttemptID{soon}))
	check(t, live.Finished(ctx, []attempt.AttemptID{over}))
}

package enginetest

import (
	"slices"
	"testing"
	"time"

	"gongyuan/engine/attempt"
)

// snapshot is an attempt of epoch 2 with the given operations in the journal.
func snapshot(id attempt.AttemptID, ops []attempt.Operation) attempt.Snapshot {
	s := attempt.Snapshot{
		Begin: begin(id), State: attempt.Running, Epoch: 2, Applied: len(ops), Answers: attempt.Fold(ops),
		Recent: ops, LastSeen: Start,
	}
	if len(ops) > 64 {
		s.Recent = ops[len(ops)-64:]
	}
	return s
}

func liveRestore(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), NewAttemptID()
	ops := Ops(2, 1, 70, liveSlots)
	check(t, live.Restore(ctx, snapshot(id, ops)))
	diff(t, "answers", answers(t, live, id), attempt.Fold(ops))
	diff(t, "tail", tail(t, live, id), attempt.Tail{State: attempt.Running})
	st, err := live.Touch(ctx, id, Candidate, 2, Start)
	check(t, err)
	diff(t, "state", st, attempt.LiveState{
		State: attempt.Running, Epoch: 2, AppliedSeq: 70, DurableSeq: 70, Deadline: begin(id).Deadline, Version: 1,
	})
	_, err = live.Save(ctx, id, Candidate, []attempt.Operation{Op(2, 70, 1, "other")}, Start)
	wantErr(t, "other content of a restored sequence", err, attempt.ErrConflict)
	save(t, live, id, Ops(2, 60, 72, liveSlots))
	progress, err := live.Progress(ctx, []attempt.AttemptID{id})
	check(t, err)
	diff(t, "answered", progress[0].Answered, liveSlots)
	due, err := live.Due(ctx, sweeper, begin(id).Due, 1000)
	check(t, err)
	diff(t, "deadline is noted", slices.Contains(due.Expired, id), true)

	over := NewAttemptID()
	s := snapshot(over, Ops(2, 1, 3, liveSlots))
	s.State = attempt.Closed
	s.Closing = attempt.Closing{Manner: attempt.Collected, At: Start.Add(time.Minute), By: "staff", Reason: "r"}
	check(t, live.Restore(ctx, s))
	diff(t, "closed", tail(t, live, over), attempt.Tail{State: attempt.Closed, Closing: s.Closing})
	due, err = live.Due(ctx, sweeper, begin(over).Due, 1000)
	check(t, err)
	diff(t, "closed is noted",
		[]bool{slices.Contains(due.Expired, over), slices.Contains(due.Closing, over)}, []bool{false, true})
	check(t, live.Finished(ctx, []attempt.AttemptID{id}))
	check(t, live.Finished(ctx, []attempt.AttemptID{over}))
}

// liveRestoreSame shows that a restore does nothing where the live state is not
// what it was when the journal was read.
func liveRestoreSame(t *testing.T, live attempt.Live) {
	ctx, id := t.Context(), NewAttemptID()
	restore := func(over attempt.Held) error {
		s := snapshot(id, Ops(2, 1, 3, liveSlots))
		s.Over = &over
		return live.Restore(ctx, s)
	}
	wantErr(t, "no claim", restore(attempt.Held{}), attempt.ErrAhead)
	claim, err := live.Claim(ctx, id)
	check(t, err)
	again, err := live.Claim(ctx, id)
	check(t, err)
	diff(t, "claimed by two", again, claim)
	wantErr(t, "the claim of a store that was lost", restore(attempt.Held{Claim: claim + "0"}), attempt.ErrAhead)
	wantErr(t, "there before, lost now", restore(attempt.Held{There: true, Epoch: 2, Applied: 3}), attempt.ErrAhead)
	check(t, restore(attempt.Held{Claim: claim}))
	wantErr(t, "there by now", restore(attempt.Held{Claim: claim}), attempt.ErrAhead)
	wantErr(t, "further by now", restore(attempt.Held{There: true, Epoch: 2, Applied: 2}), attempt.ErrAhead)
	check(t, restore(attempt.Held{There: true, Epoch: 2, Applied: 3}))
}

// liveRestoreOlder shows that a restore never takes anything back.
func liveRestoreOlder(t *testing.T, live attempt.Live) {
	ctx := t.Context()
	id := NewAttemptID()
	check(t, live.Restore(ctx, snapshot(id, nil)))
	newer := Ops(2, 1, 5, liveSlots)
	save(t, live, id, newer)
	check(t, live.Restore(ctx, snapshot(id, newer[:3])))
	diff(t, "operations that the journal lacks", tail(t, live, id).Operations, newer)
	diff(t, "answers", answers(t, live, id), attempt.Fold(newer))

	_, err := live.Enter(ctx, id, Candidate, 3, Start)
	check(t, err)
	check(t, live.Restore(ctx, snapshot(id, newer)))
	st, err := live.Touch(ctx, id, Candidate, 3, Start)
	check(t, err)
	diff(t, "a newer epoch", st.Epoch, 3)

	_, err = live.Force(ctx, id, "staff", "", Start)
	check(t, err)
	s := snapshot(id, newer)
	s.Epoch = 9
	check(t, live.Restore(ctx, s))
	diff(t, "closed stays closed", tail(t, live, id).State, attempt.Closed)

	// The live store fell back behind record and journal.
	behind := NewAttemptID()
	check(t, live.Restore(ctx, snapshot(behind, nil)))
	lost := save(t, live, behind, Ops(2, 1, 2, liveSlots))
	diff(t, "applied", lost.AppliedSeq, 2)
	s = snapshot(behind, Ops(4, 1, 6, liveSlots))
	s.Epoch = 4
	check(t, live.Restore(ctx, s))
	save(t, live, behind, Ops(4, 7, 7, liveSlots))
	diff(t, "what was never durable waits for the journal", tail(t, live, behind).Operations,
		append(Ops(2, 1, 2, liveSlots), Ops(4, 7, 7, liveSlots)...))

	// The record knows of an end and of more time.
	ended := running(t, live)
	save(t, live, ended, Ops(1, 1, 2, liveSlots))
	s = snapshot(ended, nil)
	s.Epoch, s.State, s.Version, s.Deadline = 1, attempt.Closed, 2, s.Deadline.Add(time.Hour)
	s.Closing = attempt.Closing{Manner: attempt.ByCandidate, At: Start}
	check(t, live.Restore(ctx, s))
	diff(t, "ended", tail(t, live, ended),
		attempt.Tail{State: attempt.Closed, Closing: s.Closing, Operations: Ops(1, 1, 2, liveSlots)})
	st, err = live.Touch(ctx, ended, Candidate, 1, Start)
	check(t, err)
	diff(t, "deadline", st.Deadline, s.Deadline)
}

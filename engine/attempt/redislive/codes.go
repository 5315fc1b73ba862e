package redislive

import (
	"fmt"
	"time"

	"gongyuan/engine/attempt"
)

// codes turns what the scripts answer into errors. The numbers are those of
// prelude.lua.
var codes = [...]error{
	0:  nil,
	1:  attempt.ErrUnknown,
	2:  attempt.ErrNotFound,
	3:  attempt.ErrTakenOver,
	4:  attempt.ErrClosed,
	5:  attempt.ErrLate,
	6:  attempt.ErrGap,
	7:  attempt.ErrConflict,
	8:  attempt.ErrInvalid,
	9:  attempt.ErrAhead,
	10: attempt.ErrState,
}

// states are the states by their number in prelude.lua.
var states = [...]attempt.State{1: attempt.Running, 2: attempt.Closed, 3: attempt.Submitted, 4: attempt.Paused}

// manners are the manners of ending by their number in prelude.lua.
var manners = [...]attempt.Manner{1: attempt.ByCandidate, 2: attempt.ByDeadline, 3: attempt.Collected}

func indexOf[T comparable](all []T, v T) int {
	for i, x := range all {
		if x == v {
			return i
		}
	}
	return 0
}

func at[T any](all []T, i int64) T {
	if i < 0 || i >= int64(len(all)) {
		i = 0
	}
	return all[i]
}

// liveState reads what reply in prelude.lua wrote.
func liveState(v []int64) (attempt.LiveState, error) {
	if len(v) != 11 || v[0] < 0 || v[0] >= int64(len(codes)) {
		return attempt.LiveState{}, fmt.Errorf("redislive: script answered %v", v)
	}
	st := attempt.LiveState{
		State: at(states[:], v[1]), Epoch: int(v[2]), AppliedSeq: int(v[3]), DurableSeq: int(v[4]),
		Version: int(v[6]), Conflict: int(v[7]), Round: int(v[10]),
	}
	if v[5] > 0 {
		st.Deadline = time.UnixMilli(v[5]).UTC()
	}
	if v[8] > 0 {
		st.PausedSince = time.UnixMilli(v[8]).UTC()
	}
	if v[9] > 0 {
		st.GoneSince = time.UnixMilli(v[9]).UTC()
	}
	return st, codes[v[0]]
}

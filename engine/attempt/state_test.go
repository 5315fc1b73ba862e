package attempt_test

import (
	"errors"
	"testing"

	"gongyuan/engine/attempt"
)

// TestNext runs every state against every event.
func TestNext(t *testing.T) {
	t.Parallel()
	allowed := map[attempt.State]map[attempt.Event]attempt.State{
		attempt.Ready: {attempt.Start: attempt.Running},
		attempt.Running: {
			attempt.Enter: attempt.Running, attempt.Save: attempt.Running,
			attempt.Extend: attempt.Running, attempt.Pause: attempt.Paused,
			attempt.Submit: attempt.Closed, attempt.Expire: attempt.Closed, attempt.Force: attempt.Closed,
		},
		attempt.Paused: {
			attempt.Enter: attempt.Paused, attempt.Save: attempt.Paused,
			attempt.Extend: attempt.Paused, attempt.Resume: attempt.Running,
			attempt.Submit: attempt.Closed, attempt.Force: attempt.Closed,
		},
		attempt.Closed:    {attempt.Finish: attempt.Submitted},
		attempt.Submitted: {attempt.Reopen: attempt.Running, attempt.Amend: attempt.Closed},
	}
	refusal := map[attempt.State]error{
		attempt.Ready: attempt.ErrNotStarted, attempt.Running: attempt.ErrState, attempt.Paused: attempt.ErrState,
		attempt.Closed: attempt.ErrClosed, attempt.Submitted: attempt.ErrClosed,
	}
	for _, s := range attempt.States() {
		for _, e := range attempt.Events() {
			got, err := s.Next(e)
			want, ok := allowed[s][e]
			if ok && (got != want || err != nil) {
				t.Errorf("%s, %s: got %s, %v, want %s", s, e, got, err, want)
			}
			if !ok && (got != s || !errors.Is(err, refusal[s])) {
				t.Errorf("%s, %s: got %s, %v, want %v", s, e, got, err, refusal[s])
			}
		}
	}
}

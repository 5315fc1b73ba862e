package attempt

import "fmt"

// State is where an attempt stands.
type State string

// The states of an attempt.
const (
	Ready     State = "ready"     // the paper is sealed; nobody has entered
	Running   State = "running"   // the clock runs and one device may write
	Paused    State = "paused"    // the clock stands still
	Closed    State = "closed"    // nothing more counts; the submission is being made
	Submitted State = "submitted" // the submission is stored
)

// States lists the states.
func States() []State { return []State{Ready, Running, Paused, Closed, Submitted} }

// Event is what happens to an attempt.
type Event string

// The events. Finish is the engine's own: the submission was stored.
const (
	Start  Event = "start"  // the candidate begins
	Enter  Event = "enter"  // a page takes the lease over
	Save   Event = "save"   // operations arrive
	Extend Event = "extend" // staff give more time
	Pause  Event = "pause"  // staff stop the clock
	Resume Event = "resume" // staff let it run again
	Submit Event = "submit" // the candidate hands in
	Expire Event = "expire" // deadline and grace are over
	Force  Event = "force"  // staff collect the attempt
	Finish Event = "finish" // the submission was stored
	Reopen Event = "reopen" // staff let the candidate go on after the end
	Amend  Event = "amend"  // staff count what came too late
)

// Events lists the events.
func Events() []Event {
	return []Event{Start, Enter, Save, Extend, Pause, Resume, Submit, Expire, Force, Finish, Reopen, Amend}
}

// moves is the only place that says what an event does to a state. Redis runs
// the same table in Lua; the suite in enginetest holds the two together.
//
// A paused attempt still takes what its page sends: a page that could not hear
// of the pause goes on writing, and as the clock stands still nobody wins time.
var moves = map[State]map[Event]State{
	Ready: {Start: Running},
	Running: {
		Enter:  Running,
		Save:   Running,
		Extend: Running,
		Pause:  Paused,
		Submit: Closed,
		Expire: Closed,
		Force:  Closed,
	},
	Paused: {
		Enter:  Paused,
		Save:   Paused,
		Extend: Paused,
		Resume: Running,
		Submit: Closed,
		Force:  Closed,
	},
	Closed:    {Finish: Submitted},
	Submitted: {Reopen: Running, Amend: Closed},
}

// Next returns the state that e leads to. For an event that s does not allow
// it returns s and an error that wraps ErrNotStarted for a ready attempt,
// ErrClosed for one that has ended, and ErrState for the rest.
func (s State) Next(e Event) (State, error) {
	if to, ok := moves[s][e]; ok {
		return to, nil
	}
	reason := ErrState
	switch {
	case s == Ready:
		reason = ErrNotStarted
	case s == Closed || s == Submitted:
		reason = ErrClosed
	}
	return s, fmt.Errorf("%s an attempt that is %s: %w", e, s, reason)
}

// Over tells whether the attempt has ended.
func (s State) Over() bool { return s == Closed || s == Submitted }

// GoesOn tells whether the attempt has begun and not ended.
func (s State) GoesOn() bool { return s == Running || s == Paused }

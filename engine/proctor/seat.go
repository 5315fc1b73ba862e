package proctor

import (
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Phase is where a seat stands, as a picture shows it: one word for each seat.
type Phase string

// The phases. Of those that fit, the first of this order counts.
const (
	Submitted Phase = "submitted" // handed in, collected or out of time
	Lost      Phase = "lost"      // was answering; nothing is heard of the page
	Paused    Phase = "paused"    // the clock stands still
	Answering Phase = "answering"
	Absent    Phase = "absent"    // marked so by staff
	Waiting   Phase = "waiting"   // the page waits for the start
	SignedIn  Phase = "signed-in" // identity checked by staff
	Away      Phase = "away"      // not arrived
)

// Phases lists the phases.
func Phases() []Phase {
	return []Phase{Submitted, Lost, Paused, Answering, Absent, Waiting, SignedIn, Away}
}

// waitingFor is how long a page that waits for the start counts as there after
// it was heard of. It asks each 15 s, give or take.
const waitingFor = 40 * time.Second

// Seat is one candidate's place and how the exam goes there.
type Seat struct {
	Registration sitting.RegistrationID
	Attempt      attempt.AttemptID // empty for who takes no theory here
	Candidate    people.CandidateID
	Admission    string
	Name         string
	Room         string
	Place        string // the seat's number within the room
	Extra        time.Duration
	Total        int // slots on the paper

	State       attempt.State
	Answered    int
	Deadline    time.Time // as it was when paused
	PausedSince time.Time
	LastSeen    time.Time
	// LostSince is when the page was last heard of, zero while it is.
	LostSince time.Time
	// WaitingSeen is when the page that waits for the start was last heard of.
	WaitingSeen time.Time
	Marks
}

// Marks is what acts and calls say of a seat.
type Marks struct {
	SignedIn time.Time // zero for not
	Absent   bool
	Help     int // calls that are open
	Taken    int // of them, those that somebody has taken
	Unread   int // notices that the candidate has not read
	Warned   int
	Expelled bool
	Locked   bool
	Signals  map[Signal]int
}

// Phase is where the seat stands at the moment.
func (s *Seat) Phase(now time.Time) Phase {
	switch {
	case s.State.Over():
		return Submitted
	case s.State == attempt.Paused:
		return Paused
	case s.State == attempt.Running && !s.LostSince.IsZero():
		return Lost
	case s.State == attempt.Running:
		return Answering
	case s.Absent:
		return Absent
	case !s.WaitingSeen.IsZero() && now.Sub(s.WaitingSeen) <= waitingFor:
		return Waiting
	case !s.SignedIn.IsZero():
		return SignedIn
	}
	return Away
}

// take brings in the progress and tells whether anything of it shows.
func (s *Seat) take(p attempt.Progress, now time.Time) bool {
	deadline := p.Deadline
	if !p.PausedSince.IsZero() && now.After(p.PausedSince) {
		// The service says the deadline as of now; what recedes with every look
		// would be news with every look.
		deadline = deadline.Add(-now.Sub(p.PausedSince))
	}
	lost := time.Time{}
	if p.State == attempt.Running && !p.LastSeen.IsZero() && now.Sub(p.LastSeen) > attempt.GapAfter {
		lost = p.LastSeen
	}
	same := s.State == p.State && s.Answered == p.Answered && near(s.Deadline, deadline) && s.PausedSince.Equal(p.PausedSince) && s.LostSince.Equal(lost)
	s.LastSeen = p.LastSeen
	if same {
		return false
	}
	s.State, s.Answered, s.Deadline, s.PausedSince, s.LostSince = p.State, p.Answered, deadline, p.PausedSince, lost
	return true
}

// near tells whether two moments are the same but for what two readings of a
// clock differ by.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < time.Second }

// age notes what the passing of time alone changes, and tells whether anything
// did.
func (s *Seat) age(now time.Time) bool {
	if s.State == attempt.Running && s.LostSince.IsZero() && !s.LastSeen.IsZero() && now.Sub(s.LastSeen) > attempt.GapAfter {
		s.LostSince = s.LastSeen
		return true
	}
	if !s.WaitingSeen.IsZero() && now.Sub(s.WaitingSeen) > waitingFor {
		s.WaitingSeen = time.Time{}
		return true
	}
	return false
}

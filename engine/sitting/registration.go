package sitting

import (
	"time"

	"gongyuan/engine/people"
)

// RegistrationID names one candidate's registration for one sitting.
type RegistrationID string

// Registration is a candidate's place in a sitting.
type Registration struct {
	ID        RegistrationID
	Sitting   ID
	Candidate people.CandidateID
	Admission string // admission number (准考证号), unique over all sittings
	Room      string
	Seat      string
	Extra     time.Duration // individual extra time
	Attempt   string        // the theory attempt, given when the papers are sealed
	Created   time.Time
}

package sitting

import (
	"slices"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/standard"
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
	Employer  string        // 工作单位, "" where not known; who works there does not examine
	// Components are those that the candidate takes at this sitting; nil means
	// all of the level. The others are carried over.
	Components []standard.Kind
	Needs      Needs
	Import     string // the import (名单导入) that brought it, "" for none
	Attempt    string // the theory attempt, given when the papers are sealed
	Created    time.Time
}

// Takes tells whether the candidate takes a component at this sitting.
func (r *Registration) Takes(k standard.Kind) bool {
	return r.Components == nil || slices.Contains(r.Components, k)
}

// Needs is what a candidate was granted beside extra time (便利措施).
type Needs struct {
	LargeText  bool // 大字号
	Apart      bool // 单独考场
	Accessible bool // 无障碍座位
}

// Seated tells whether the registration has a room and a seat.
func (r *Registration) Seated() bool { return r.Room != "" }

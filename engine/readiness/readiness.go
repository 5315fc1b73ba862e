package readiness

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// State is how a check stands.
type State string

// The states, the worst last.
const (
	Ready     State = "ready"
	Attention State = "attention"
	Block     State = "block"
)

// Check is what is looked at.
type Check string

// The checks.
const (
	Filed    Check = "filed"    // the body and the site are filed
	Fulfil   Check = "fulfil"   // the bank gives everybody a paper
	Sealed   Check = "sealed"   // the papers are sealed, by two
	StoreUp  Check = "store"    // a store answers
	Clocks   Check = "clock"    // a store's clock is ours
	Drilled  Check = "drill"    // a drill was passed lately
	Seated   Check = "seated"   // everybody has a seat
	Room     Check = "room"     // rooms and who is in them keep the rules
	Browsers Check = "browsers" // the computers were checked
)

// Reason says why a check stands as it does; the reasons of rooms are those of
// package venue.
type Reason string

// The reasons.
const (
	Fine     Reason = "fine"
	Nobody   Reason = "nobody"
	Short    Reason = "short"
	Failed   Reason = "failed" // could not be found out, or was not passed
	NotAsked Reason = "not-asked"
	OneOnly  Reason = "one-only" // the first of two signed
	OneRule  Reason = "one-rule" // the sitting's rule asks for one
	Down     Reason = "down"
	Apart    Reason = "apart"
	None     Reason = "none"
	Old      Reason = "old"
	Smaller  Reason = "smaller" // than the sitting
	Open     Reason = "open"    // not all done
	Faulty   Reason = "faulty"
	Unfiled  Reason = "unfiled"
)

// Line is one check.
type Line struct {
	Check  Check
	State  State
	Reason Reason
	Name   string // of a store or a room
	Have   int
	Need   int
	At     time.Time // of the evidence, zero for none
	By     []string  // accounts behind the evidence
	Places []string  // of Browsers: the first that are open or faulty
	Err    error     // of Short and Unfiled
}

// RoomState is a room of the sitting in one look.
type RoomState struct {
	Name         string
	State        State
	Seated       int
	Invigilators int
	Needed       int // invigilators
	Checked      int // of the seats that are taken
	Faulty       int
}

// Report is the whole list.
type Report struct {
	Sitting sitting.Sitting
	At      time.Time
	Lines   []Line
	Rooms   []RoomState
	Rules   Rules
}

// Rules are the parameters.
type Rules struct {
	Sample            bool `json:"sample"`    // 示例: set by nobody in charge yet
	DrillDays         int  `json:"drillDays"` // how old a drill may be
	ClockMilliseconds int  `json:"clockMilliseconds"`
	CheckHours        int  `json:"checkHours"` // how old a computer's check may be
	SlowMilliseconds  int  `json:"slowMilliseconds"`
	LeastWidth        int  `json:"leastWidth"`
	LeastHeight       int  `json:"leastHeight"`
}

//go:embed data/rules.json
var sampleRules []byte

// ReadRules reads rules; nil stands for the sample.
func ReadRules(data []byte) (Rules, error) {
	if data == nil {
		data = sampleRules
	}
	var r Rules
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("readiness: rules: %w", err)
	}
	if r.DrillDays < 1 || r.ClockMilliseconds < 1 || r.CheckHours < 1 || r.SlowMilliseconds < 1 || r.LeastWidth < 0 || r.LeastHeight < 0 {
		return r, fmt.Errorf("%w: rules", ErrInvalid)
	}
	return r, nil
}

// Drill (演练) is what is kept of a drill's report.
type Drill struct {
	ID         string // digest of the report
	Ready      bool
	Began      time.Time
	Ended      time.Time
	Candidates int
	Checked    int
	Lost       int
	Doubled    int
	Trespasses int
	By         people.AccountID
	At         time.Time // when it was handed in
}

// passed tells whether the drill kept every promise and was found ready.
func (d *Drill) passed() bool {
	return d.Ready && d.Lost == 0 && d.Doubled == 0 && d.Trespasses == 0 && d.Checked >= d.Candidates
}

// Fault is what a computer's check found.
type Fault string

// The faults. One without memory loses answers when the network fails.
const (
	NoMemory Fault = "no-memory"
	Narrow   Fault = "narrow"
	Slow     Fault = "slow"
	ClockOff Fault = "clock"
	Outside  Fault = "outside" // the address is none of the room's
)

// Probe is what a computer in a room found of itself. Its word is not proof:
// anybody who knows the sitting's address may report.
type Probe struct {
	Sitting   sitting.ID
	Room      string
	Seat      string
	Memory    bool // answers can be kept on the computer
	Width     int
	Height    int
	RoundTrip time.Duration
	Offset    time.Duration // of its clock
	Agent     string
	Address   string
	Outside   bool
	At        time.Time
}

// Faults lists what is wrong with a computer.
func (r *Rules) Faults(p *Probe) []Fault {
	var out []Fault
	for _, x := range []struct {
		is Fault
		so bool
	}{
		{NoMemory, !p.Memory}, {Narrow, p.Width < r.LeastWidth || p.Height < r.LeastHeight},
		{Slow, p.RoundTrip > time.Duration(r.SlowMilliseconds)*time.Millisecond}, {ClockOff, p.Offset.Abs() > 2*time.Second}, {Outside, p.Outside},
	} {
		if x.so {
			out = append(out, x.is)
		}
	}
	return out
}

// StoreState is what a store answered.
type StoreState struct {
	Name string
	Err  error
	Took time.Duration
	Ours bool          // it runs in this program and has its clock
	Lead time.Duration // of its clock before ours, about half of Took at best
}

// Errors of this package.
var (
	ErrForbidden = errors.New("readiness: not yours to do")
	ErrInvalid   = errors.New("readiness: invalid")
	ErrNotFound  = errors.New("readiness: not found")
	ErrKnown     = errors.New("readiness: this report is there already")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "readiness: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Facts are what a report is made of.
type Facts struct {
	Now     time.Time
	Sitting sitting.Sitting
	Filed   error
	Fulfil  error // what drawing everybody a paper says
	Tried   time.Time
	Plan    venue.Plan // its roster is who takes the theory exam
	Rules   venue.Rules
	Stores  []StoreState
	Drill   *Drill // the latest; nil for none
	Probes  []Probe
}

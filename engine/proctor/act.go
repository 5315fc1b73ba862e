package proctor

import (
	"slices"
	"strings"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Kind is what staff do about candidates.
type Kind string

// The kinds of act. Time is ordered in engine/attempt.
const (
	CheckIn  Kind = "check-in" // identity checked, the candidate is here
	MarkGone Kind = "absent"   // the candidate did not come
	Undo     Kind = "undo"     // takes the last check-in or absence back
	Message  Kind = "message"  // words for the candidates' pages
	Warn     Kind = "warn"     // misconduct: a warning, shown until it is read
	Expel    Kind = "expel"    // misconduct: the exam ends, a ruling is proposed
	Transfer Kind = "transfer" // to another seat or computer
	Evacuate Kind = "evacuate" // leave the room: saved, hidden, the clock stopped
	Return   Kind = "return"   // back in the room: the clock runs again
	Lock     Kind = "lock"     // the page covers the questions; saving goes on
	Unlock   Kind = "unlock"
)

// scopes says which kinds may be for more than one seat.
var scopes = map[Kind]bool{
	CheckIn: false, MarkGone: false, Undo: false, Message: true, Warn: false, Expel: false, Transfer: false, Evacuate: true, Return: true,
	Lock: false, Unlock: false,
}

// shown are the kinds whose Text the candidates read.
var shown = map[Kind]bool{Message: true, Warn: true, Evacuate: true}

// Act is something that staff did about one, some or all candidates of a
// sitting. It is kept as the record of who did what and why, and never changes.
type Act struct {
	ID      string // chosen by whoever does it; one ID is done once
	Sitting sitting.ID
	Kind    Kind
	// Registration and Room say whom it is for; both empty mean everybody.
	Registration sitting.RegistrationID
	Room         string
	// Text is what the candidates read; of Warn and Expel with what was seen.
	Text   string
	Reason string // for the record only
	// ToRoom and ToPlace are of Transfer; FromRoom and FromPlace what was.
	ToRoom, ToPlace     string
	FromRoom, FromPlace string
	By                  people.AccountID
	At                  time.Time
	Count               int // seats that it was for
	// Present are of Evacuate: who wrote when the room was left. Who comes later
	// is not told to leave.
	Present []sitting.RegistrationID
}

// Reaches tells whether the act is for the seat.
func (a *Act) Reaches(s *Seat) bool {
	return a.covers(s) && (a.Kind != Evacuate || slices.Contains(a.Present, s.Registration))
}

// covers tells whether the seat is in the act's scope.
func (a *Act) covers(s *Seat) bool {
	return (a.Registration == "" || a.Registration == s.Registration) && (a.Room == "" || a.Room == s.Room)
}

// same tells whether two acts ask for the same.
func (a *Act) same(b *Act) bool {
	return a.Sitting == b.Sitting && a.Kind == b.Kind && a.Registration == b.Registration && a.Room == b.Room &&
		a.Text == b.Text && a.Reason == b.Reason && a.ToRoom == b.ToRoom && a.ToPlace == b.ToPlace
}

// check cleans an act and returns a *FieldError for one that makes no sense.
func (a *Act) check() error {
	wide, known := scopes[a.Kind]
	a.Text, a.Reason = strings.TrimSpace(a.Text), strings.TrimSpace(a.Reason)
	a.ToRoom, a.ToPlace = strings.TrimSpace(a.ToRoom), strings.TrimSpace(a.ToPlace)
	switch {
	case len(a.ID) < 8 || len(a.ID) > 64:
		return &FieldError{"/id", "unknown"}
	case !known:
		return &FieldError{"/kind", "unknown"}
	case !wide && a.Registration == "", a.Registration != "" && a.Room != "":
		return &FieldError{"/scope", "one-scope"}
	case (a.Kind == Evacuate || a.Kind == Return) && a.Registration != "":
		return &FieldError{"/scope", "one-scope"}
	case shown[a.Kind] && a.Kind != Evacuate && !long(a.Text, 2, 200):
		return &FieldError{"/text", "length-2-200"}
	case (a.Kind == Evacuate || a.Kind == Lock) && a.Text != "" && !long(a.Text, 2, 200):
		return &FieldError{"/text", "length-2-200"}
	case a.Kind != CheckIn && a.Kind != Message && !long(a.Reason, 2, 200):
		return &FieldError{"/reason", "length-2-200"}
	case a.Kind == Transfer && !long(a.ToRoom, 1, 20):
		return &FieldError{"/toRoom", "length-1-20"}
	case a.Kind == Transfer && !long(a.ToPlace, 1, 20):
		return &FieldError{"/toSeat", "length-1-20"}
	}
	return nil
}

func long(text string, least, most int) bool {
	n := len([]rune(text))
	return n >= least && n <= most
}

// Notice is an act as a candidate reads it.
type Notice struct {
	Act  string
	Kind Kind
	Text string
	At   time.Time
	Read time.Time // zero for not yet
}

// Read is that a candidate has read a notice.
type Read struct {
	Act          string
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	At           time.Time
}

// CallKind is what a candidate calls for.
type CallKind string

// The kinds of call.
const (
	Help     CallKind = "help"     // a raised hand (举手)
	Question CallKind = "question" // a question that seems faulty (试题有误)
)

// CallState is where a call stands.
type CallState string

// A call is open until somebody closes it; who has taken it is on the way.
const (
	Raised CallState = "raised"
	Taken  CallState = "taken"
	Done   CallState = "done"
)

// CallAct is what staff do about a call.
type CallAct string

// The acts on calls. Forward is Close with the doubt handed to the editors.
const (
	Take    CallAct = "take"
	Close   CallAct = "close"
	Forward CallAct = "forward"
)

// callMoves is the only place where a call's state changes. Whoever takes a
// call that another has taken relieves them.
var callMoves = map[CallState]map[CallAct]CallState{
	Raised: {Take: Taken, Close: Done, Forward: Done},
	Taken:  {Take: Taken, Close: Done, Forward: Done},
}

// Next returns the state that act leads to, or ErrState.
func (s CallState) Next(act CallAct) (CallState, error) {
	if to, ok := callMoves[s][act]; ok {
		return to, nil
	}
	return s, ErrState
}

// Call is a candidate who asks for somebody.
type Call struct {
	ID           string // chosen by the candidate's page; one ID is one call
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Kind         CallKind
	Slot         int // of Question
	Text         string
	At           time.Time
	State        CallState
	By           people.AccountID // who took or closed it last
	ByAt         time.Time
	Word         string // what came of it
	Forwarded    bool   // to the editors
	Version      int    // raised by each change
}

func (c *Call) check() error {
	c.Text = strings.TrimSpace(c.Text)
	switch {
	case len(c.ID) < 8 || len(c.ID) > 64:
		return &FieldError{"/id", "unknown"}
	case c.Kind != Help && c.Kind != Question:
		return &FieldError{"/kind", "unknown"}
	case c.Kind == Help && (c.Slot != 0 || len([]rune(c.Text)) > 200):
		return &FieldError{"/text", "length-0-200"}
	case c.Kind == Question && c.Slot < 1:
		return &FieldError{"/slot", "unknown"}
	case c.Kind == Question && !long(c.Text, 2, 200):
		return &FieldError{"/text", "length-2-200"}
	}
	return nil
}

// Signal is a fact about a page that people may want to weigh. None of them
// means guilt, and nothing follows by itself.
type Signal string

// The signals.
const (
	LeftWindow Signal = "left-window" // the page was hidden
	Copied     Signal = "copied"
	Pasted     Signal = "pasted"
	Resumed    Signal = "resumed" // the exam went on at another computer
	Fast       Signal = "fast"    // many answers within seconds
	LeftFull   Signal = "left-full-screen"
	Elsewhere  Signal = "outside-address" // the computer is outside the room's range
)

// Signals lists the signals.
func Signals() []Signal {
	return []Signal{LeftWindow, Copied, Pasted, Resumed, Fast, LeftFull, Elsewhere}
}

// Known tells whether s is one of the signals.
func (s Signal) Known() bool { return slices.Contains(Signals(), s) }

// Sign is one signal of one seat.
type Sign struct {
	ID           string // one ID is one sign
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Signal       Signal
	Note         string // such as the name of the computer
	At           time.Time
}

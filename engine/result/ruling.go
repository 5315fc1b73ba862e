package result

import (
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// RulingKind is what is found about a candidate beside marks.
type RulingKind string

// The kinds of ruling.
const (
	// Misconduct (违纪) fails the component, or all that are taken at the
	// sitting. It counts once a second person has confirmed it.
	Misconduct RulingKind = "misconduct"
	// Withholding (暂缓) keeps the result back until somebody else lifts it. It
	// counts at once, because it harms nobody and waiting might.
	Withholding RulingKind = "withheld"
)

// RulingState is where a ruling stands.
type RulingState string

// The states of a ruling.
const (
	Accused RulingState = "proposed" // waits for the second person
	InForce RulingState = "in-force"
	Refused RulingState = "refused"
	Lifted  RulingState = "lifted"
)

// RulingAct is what is done about a ruling.
type RulingAct string

// The acts. Whoever made the ruling may do none of them.
const (
	Confirm RulingAct = "confirm"
	Refuse  RulingAct = "refuse"
	Lift    RulingAct = "lift"
)

// rulingMoves is the only place where a ruling's state changes.
var rulingMoves = map[RulingState]map[RulingAct]RulingState{
	Accused: {Confirm: InForce, Refuse: Refused},
	InForce: {Lift: Lifted},
}

// Next returns the state that act leads to, or ErrState.
func (s RulingState) Next(act RulingAct) (RulingState, error) {
	if to, ok := rulingMoves[s][act]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a ruling that is %s: %w", act, s, ErrState)
}

// RulingID names a ruling.
type RulingID string

// Ruling is what was found about a candidate at a sitting.
type Ruling struct {
	ID           RulingID
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Kind         RulingKind
	Component    standard.Kind // of Misconduct; "" is all that are taken
	State        RulingState
	Why          string
	By           people.AccountID
	At           time.Time
	Word         string           // of the second person
	Second       people.AccountID // who confirmed, refused or lifted it last
	SecondAt     time.Time
	Version      int // raised by each change
}

// The longest reason, in characters.
const mostWhy = 500

// checkWhy returns the reason without space around it, or a *FieldError.
func checkWhy(field, why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := len([]rune(why)); n < 2 || n > mostWhy {
		return "", &FieldError{field, "length-2-500"}
	}
	return why, nil
}

func (r *Ruling) check(scheme standard.Scheme) error {
	_, known := scheme.Component(r.Component)
	switch {
	case r.Kind != Misconduct && r.Kind != Withholding:
		return &FieldError{"/kind", "unknown"}
	case r.Component != "" && (r.Kind == Withholding || !known):
		return &FieldError{"/component", "unknown"}
	}
	return nil
}

// first is the state in which a ruling of the kind begins.
func (k RulingKind) first() RulingState {
	if k == Withholding {
		return InForce
	}
	return Accused
}

// apply brings the rulings in force into the parts and tells whether the result
// is withheld.
func apply(rulings []Ruling, parts map[standard.Kind]Part) (withheld bool) {
	for _, r := range rulings {
		switch {
		case r.State != InForce:
		case r.Kind == Withholding:
			withheld = true
		case r.Component != "":
			parts[r.Component] = Part{State: Cheated}
		default:
			for kind, p := range parts {
				if p.State != Carried {
					parts[kind] = Part{State: Cheated}
				}
			}
		}
	}
	return withheld
}

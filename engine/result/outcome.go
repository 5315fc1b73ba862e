package result

import (
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/standard"
)

// PartState is what is known of one component of a candidate.
type PartState string

// The states of a part.
const (
	Missing PartState = "missing" // nothing was arranged; what has no part is missing too
	Pending PartState = "pending" // under way, or waiting for a marker or the chair
	Absent  PartState = "absent"  // the candidate did not come
	Vetoed  PartState = "vetoed"  // a veto row failed it
	// Cheated is misconduct that two people found; the component has 0.
	Cheated PartState = "misconduct"
	Scored  PartState = "scored"
	Carried PartState = "carried" // passed at an earlier sitting (沿用)
)

// Part is one component of a candidate, as whoever examined it says.
type Part struct {
	State   PartState
	Awarded bank.Marks // of Scored and Carried, on the component's scale
	On      time.Time  // of Carried: when it was passed
	Until   time.Time  // of Carried: until when it counts
}

// PartOfTheory returns a theory result as a part. Marks on a paper of another
// size are brought to the component's scale and rounded down, so that they
// reach the pass mark exactly where the theory result itself is passed.
func PartOfTheory(t *Theory, c standard.Component) Part {
	if !t.Complete {
		return Part{State: Pending}
	}
	if t.Full <= 0 || t.Full == c.Full {
		return Part{State: Scored, Awarded: t.Awarded}
	}
	return Part{State: Scored, Awarded: t.Awarded * c.Full / t.Full}
}

// PartOfAssessment returns the outcome of a component that examiners score as
// a part.
func PartOfAssessment(o *assess.ComponentOutcome) Part {
	switch {
	case o.State != assess.Settled:
		return Part{State: Pending}
	case o.Absent:
		return Part{State: Absent}
	case o.Vetoed:
		return Part{State: Vetoed}
	}
	return Part{State: Scored, Awarded: o.Awarded}
}

// PartCarried returns a component that was passed on a day and counts up to and
// including the instant until. At a later instant it is missing again.
func PartCarried(awarded bank.Marks, on, until, at time.Time) Part {
	if at.After(until) {
		return Part{State: Missing}
	}
	return Part{State: Carried, Awarded: awarded, On: on, Until: until}
}

// Verdict is what a component comes to.
type Verdict string

// The verdicts of a component.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	Open   Verdict = "open" // not known yet
)

// Qualification is what a level comes to (总评).
type Qualification string

// The qualifications.
const (
	Qualified   Qualification = "qualified"
	Unqualified Qualification = "unqualified"
	Incomplete  Qualification = "incomplete"
	Withheld    Qualification = "withheld" // 暂缓公布: known to staff, not said
)

// Component is the outcome of one component of the level.
type Component struct {
	Kind    standard.Kind
	State   PartState
	Verdict Verdict
	Awarded bank.Marks // 0 where absent, vetoed or cheated
	Full    bank.Marks
	Pass    bank.Marks
	// Distance is Awarded less Pass: what is missing is negative. It is 0 while
	// the verdict is open.
	Distance bank.Marks
	On       time.Time // of Carried
	Until    time.Time // of Carried
}

// Outcome is the one result of a level.
type Outcome struct {
	Level      standard.Level
	Result     Qualification
	Components []Component // in the scheme's order
	Passed     int         // components passed
	Open       int         // components not known yet
}

// Compose makes the outcome of a level of its components. It is qualified only
// where every component of the scheme is passed; components do not compensate
// for each other. One that failed makes it unqualified whatever the others
// will be. Parts of kinds that the scheme does not have are passed over.
func Compose(scheme standard.Scheme, parts map[standard.Kind]Part) Outcome {
	out := Outcome{Level: scheme.Level}
	failed := false
	for _, c := range scheme.Components {
		verdict := judge(c, parts[c.Kind])
		out.Components = append(out.Components, verdict)
		switch verdict.Verdict {
		case Passed:
			out.Passed++
		case Failed:
			failed = true
		default:
			out.Open++
		}
	}
	switch {
	case failed:
		out.Result = Unqualified
	case out.Open > 0 || len(out.Components) == 0:
		out.Result = Incomplete
	default:
		out.Result = Qualified
	}
	return out
}

func judge(c standard.Component, p Part) Component {
	out := Component{Kind: c.Kind, State: p.State, Full: c.Full, Pass: c.Pass, Verdict: Open}
	switch p.State {
	case Scored:
		out.Awarded = p.Awarded
	case Carried:
		out.Awarded, out.On, out.Until = p.Awarded, p.On, p.Until
	case Absent, Vetoed, Cheated:
		out.Verdict, out.Distance = Failed, -c.Pass
		return out
	case Pending:
		return out
	default:
		out.State = Missing
		return out
	}
	out.Verdict, out.Distance = Failed, out.Awarded-c.Pass
	if out.Distance >= 0 {
		out.Verdict = Passed
	}
	return out
}

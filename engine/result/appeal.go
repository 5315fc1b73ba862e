package result

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// AppealID names an appeal: registration, version of the result, component and
// a count, joined by points. It is inserted once, so that two appeals of the
// same meet.
type AppealID string

// AppealKind is what a candidate asks for.
type AppealKind string

// The kinds of appeal.
const (
	Recount AppealKind = "recount" // adding up theory again; errors of entry
	Zero    AppealKind = "zero"    // a machine mark that is zero or absent
	Rescore AppealKind = "rescore" // a component that examiners scored
	Other   AppealKind = "other"
)

// AppealKinds lists them in the order in which they are shown.
func AppealKinds() []AppealKind { return []AppealKind{Recount, Zero, Rescore, Other} }

// AppealState is where an appeal stands.
type AppealState string

// The states of an appeal.
const (
	AppealFiled     AppealState = "filed"
	AppealWithdrawn AppealState = "withdrawn"
	AppealRefused   AppealState = "refused"  // for its form: late, of the wrong kind, of nothing
	AppealAccepted  AppealState = "accepted" // waits for a reviewer
	AppealAssigned  AppealState = "assigned"
	AppealReported  AppealState = "reported"  // the reviewer has; waits for the second person
	AppealUnchanged AppealState = "unchanged" // decided: the result stands
	AppealChanged   AppealState = "changed"   // decided: it does not
)

// AppealAct is what is done about an appeal.
type AppealAct string

// The acts.
const (
	WithdrawAppeal AppealAct = "withdraw"
	RefuseAppeal   AppealAct = "refuse"
	AcceptAppeal   AppealAct = "accept"
	AssignAppeal   AppealAct = "assign"
	ReportAppeal   AppealAct = "report"
	ReturnReport   AppealAct = "return" // of a report to its reviewer
	DecideAppeal   AppealAct = "decide"
	changeAppeal   AppealAct = "change" // a decision by which the result changes
)

// appealMoves is the only place where an appeal's state changes.
var appealMoves = map[AppealState]map[AppealAct]AppealState{
	AppealFiled:    {WithdrawAppeal: AppealWithdrawn, RefuseAppeal: AppealRefused, AcceptAppeal: AppealAccepted},
	AppealAccepted: {WithdrawAppeal: AppealWithdrawn, AssignAppeal: AppealAssigned},
	AppealAssigned: {WithdrawAppeal: AppealWithdrawn, AssignAppeal: AppealAssigned, ReportAppeal: AppealReported},
	AppealReported: {ReturnReport: AppealAssigned, DecideAppeal: AppealUnchanged, changeAppeal: AppealChanged},
}

// Next returns the state that act leads to, or ErrState.
func (s AppealState) Next(act AppealAct) (AppealState, error) {
	if to, ok := appealMoves[s][act]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s an appeal that is %s: %w", act, s, ErrState)
}

// Open tells whether an answer is owed.
func (s AppealState) Open() bool { return len(appealMoves[s]) > 0 }

// Appeal (复核申请) is a candidate's request to look at one component of a
// released result again.
type Appeal struct {
	ID           AppealID
	Year         int   // in which it was filed
	Serial       int64 // within the year, from 1, without a gap
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Candidate    people.CandidateID
	Component    standard.Kind
	Against      int // version of the result
	Kind         AppealKind
	Text         string
	FiledBy      people.AccountID // on the candidate's behalf; "" for the candidate
	Filed        time.Time
	Due          time.Time // of the answer
	State        AppealState
	Handler      people.AccountID // who accepted or refused it
	Reviewer     people.AccountID
	Assigner     people.AccountID // of the reviewer
	Report       *Report
	Decider      people.AccountID // nobody of the others
	Answer       string           // what the candidate is told, besides the finding
	Answered     time.Time
	Steps        []Step    // what was done, the oldest first
	Followed     time.Time // of AppealChanged: when the result got its version
	Version      int       // raised by each change
}

// Number is that of the file and of the answer, such as "2026-0007".
func (a *Appeal) Number() string { return fmt.Sprintf("%d-%04d", a.Year, a.Serial) }

// Report is what the reviewer found.
type Report struct {
	Changed    bool
	Marks      bank.Marks // of Changed, on the component's scale
	Finding    string
	Attachment string // what the finding rests on, in words
	Against    int    // version of the result that was looked at
	Was        bank.Marks
	At         time.Time
}

// Step is one thing that was done about an appeal.
type Step struct {
	Act AppealAct
	By  people.AccountID // "" for the candidate
	Who people.AccountID // of AssignAppeal: the reviewer
	Why string
	At  time.Time
}

// fileAct stands in the steps for the application itself.
const fileAct AppealAct = "file"

// appealID is the name of the n-th appeal against a component of a version.
func appealID(r sitting.RegistrationID, version int, k standard.Kind, n int) AppealID {
	return AppealID(fmt.Sprintf("%s.%d.%s.%d", r, version, k, n))
}

// Limits on texts, in characters.
const (
	leastText = 2
	mostText  = 1000
)

func checkText(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < leastText || n > mostText {
		return "", &FieldError{field, "length-2-1000"}
	}
	return text, nil
}

// Asks says which kinds of appeal fit a component of a released result, in the
// order in which they are shown: none where it is carried over or was not
// decided.
func Asks(rules *standard.AppealRules, c Component) []AppealKind {
	var out []AppealKind
	if c.State == Carried || c.Verdict == Open {
		return nil
	}
	for _, k := range AppealKinds() {
		theory := c.Kind == standard.Theory
		fits := k == Other || k == Recount && theory && c.State == Scored && c.Awarded > 0 ||
			k == Zero && theory && c.Awarded == 0 || k == Rescore && !theory && c.State != Cheated
		if fits && rules.Allows(string(k)) {
			out = append(out, k)
		}
	}
	return out
}

// Right is that one component of a result may be appealed against.
type Right struct {
	Component standard.Kind
	Kinds     []AppealKind
	Against   int
	Until     time.Time
}

// RightsOf says what may be appealed against at a moment, given the newest
// version of a result and the appeals that there are.
func RightsOf(rules *standard.AppealRules, calendar *standard.Calendar, r Record, appeals []Appeal, now time.Time) []Right {
	until := calendar.After(r.At, rules.ApplyDays)
	if !now.Before(until) || r.Outcome.Result == Withheld {
		return nil
	}
	var out []Right
	for _, c := range r.Outcome.Components {
		if kinds := Asks(rules, c); len(kinds) > 0 && !slices.ContainsFunc(appeals, func(a Appeal) bool { return a.bars(r, c.Kind) }) {
			out = append(out, Right{c.Kind, kinds, r.Version, until})
		}
	}
	return out
}

// bars tells whether an appeal stands in the way of another one against a
// component of a result: one that is open, or that was answered on this version.
func (a *Appeal) bars(r Record, k standard.Kind) bool {
	if a.Registration != r.Registration || a.Component != k {
		return false
	}
	return a.State.Open() || a.Against == r.Version && (a.State == AppealUnchanged || a.State == AppealChanged)
}

// correctionsOf returns what appeals changed, in the order of the decisions.
func correctionsOf(appeals []Appeal) []Correction {
	decided := slices.DeleteFunc(slices.Clone(appeals), func(a Appeal) bool { return a.State != AppealChanged || a.Report == nil })
	slices.SortStableFunc(decided, func(a, b Appeal) int { return cmp.Or(a.Answered.Compare(b.Answered), cmp.Compare(a.ID, b.ID)) })
	out := make([]Correction, len(decided))
	for i, a := range decided {
		out[i] = Correction{a.ID, a.Registration, a.Component, a.Report.Marks}
	}
	return out
}

package assess

import (
	"cmp"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// State is where a candidate's component stands.
type State string

// The states of a component.
const (
	Pending State = "pending" // nobody has entered anything
	Scoring State = "scoring" // not everybody has signed
	Chair   State = "chair"   // all have signed; the chair has to decide
	Settled State = "settled"
)

// Reason is why the chair has to decide.
type Reason string

// The reasons.
const (
	WideSpread   Reason = "spread" // the scores are too far apart
	VetoReported Reason = "veto"   // an examiner saw a veto occur
)

// Ruling is what the chair decides.
type Ruling string

// The rulings.
const (
	// Stand lets the scores of the rows stand: they are combined by the panel's
	// rule. A veto that was reported is thereby found not to have occurred.
	Stand Ruling = "stand"
	// Fix gives marks between the lowest and the highest score. A veto that was
	// reported is thereby found not to have occurred.
	Fix Ruling = "fix"
	// Uphold confirms a veto that was reported: the component fails with 0.
	Uphold Ruling = "uphold"
)

// Decision is the chair's word on what the panel signed. It stays; once a score
// was opened and signed anew it is void, for it was not given on what counts
// then.
type Decision struct {
	Panel        PanelID
	Registration sitting.RegistrationID
	Basis        int // Outcome.Basis of what was decided
	Ruling       Ruling
	Marks        bank.Marks // of Fix, else 0
	Why          string
	By           people.AccountID
	At           time.Time
}

// Absence is that a candidate did not come.
type Absence struct {
	Panel        PanelID
	Registration sitting.RegistrationID
	Why          string
	By           people.AccountID
	At           time.Time
}

// Evidence is all that is known of one candidate's component.
type Evidence struct {
	Scores    []Score
	Decisions []Decision // those on other scores are void
	Absence   *Absence
}

// Outcome is what a component came to, and how.
type Outcome struct {
	State   State
	Awarded bank.Marks // once settled
	Vetoed  bool       // once settled: a veto failed the component
	Absent  bool       // recorded as absent; settled with 0
	Signed  int        // examiners who have signed
	Panel   int        // examiners there are
	// What follows is known only once the whole panel has signed, so that an
	// outcome tells no examiner what another gave.
	Sheets   []Signature // in the panel's order
	Combined bank.Marks  // by the panel's rule, vetoes aside
	Spread   bank.Marks  // highest less lowest, vetoes aside
	Reasons  []Reason    // why the chair has to decide, or had to
	Decision *Decision
	// Earlier are decisions that are void, because a score was opened and signed
	// anew after them, the oldest first.
	Earlier []Decision
	// Basis is the sum of the versions of the scores. It grows with every change
	// of one, so that it tells what a decision was given on.
	Basis int
}

// Signature is what one examiner signed.
type Signature struct {
	Examiner people.AccountID
	Total    Total
	At       time.Time
}

// Component returns what a candidate's component came to. Scores may come in
// any order; those of people outside the panel do not count. An absence on
// record goes before everything. A veto is never settled by examiners alone:
// the chair hears of each one, as the score sheet tells whoever reports it.
func Component(p *Panel, sheet *Sheet, e Evidence) Outcome {
	out := Outcome{State: Pending, Panel: len(p.Examiners)}
	mine := make([]*Score, len(p.Examiners))
	for i, s := range e.Scores {
		if n := slices.Index(p.Examiners, s.Examiner); n >= 0 {
			mine[n] = &e.Scores[i]
			out.State = Scoring
		}
	}
	for _, s := range mine {
		if s != nil && s.State == Locked {
			out.Signed++
		}
	}
	out.Earlier = slices.Clone(e.Decisions)
	slices.SortFunc(out.Earlier, func(a, b Decision) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Basis, b.Basis)) })
	if e.Absence != nil {
		out.State, out.Absent = Settled, true
		return out
	}
	if out.Signed < out.Panel {
		return out
	}
	out.weigh(p, sheet, mine)
	i := slices.IndexFunc(out.Earlier, func(d Decision) bool { return d.Basis == out.Basis })
	if i < 0 {
		out.decide(nil)
		return out
	}
	word := out.Earlier[i]
	out.Earlier = slices.Delete(out.Earlier, i, i+1)
	out.decide(&word)
	return out
}

// weigh adds up what was signed and finds what the chair has to decide.
func (o *Outcome) weigh(p *Panel, sheet *Sheet, scores []*Score) {
	sums := make([]bank.Marks, len(scores))
	vetoed := false
	for i, s := range scores {
		total := TotalOf(sheet, s)
		sums[i], vetoed = total.Sum, vetoed || total.Vetoed
		o.Sheets = append(o.Sheets, Signature{s.Examiner, total, s.Locked})
		o.Basis += s.Version
	}
	o.Combined, o.Spread = Combine(p.Rule, sums), spreadOf(sums)
	if vetoed {
		o.Reasons = append(o.Reasons, VetoReported)
	}
	if o.Spread > p.Spread {
		o.Reasons = append(o.Reasons, WideSpread)
	}
}

func (o *Outcome) decide(d *Decision) {
	switch {
	case len(o.Reasons) == 0:
		o.State, o.Awarded = Settled, o.Combined
	case d == nil:
		o.State = Chair
	default:
		o.State, o.Decision = Settled, d
		switch d.Ruling {
		case Uphold:
			o.Vetoed = true
		case Fix:
			o.Awarded = d.Marks
		default:
			o.Awarded = o.Combined
		}
	}
}

// checkDecision tells whether the chair may decide so, as a *FieldError, or
// ErrState where there is nothing to decide.
func (o *Outcome) checkDecision(d Decision) error {
	if o.State != Chair {
		return ErrState
	}
	least, most := bank.FullMarks, bank.Marks(0)
	for _, s := range o.Sheets {
		least, most = min(least, s.Total.Sum), max(most, s.Total.Sum)
	}
	switch {
	case d.Ruling != Stand && d.Ruling != Fix && d.Ruling != Uphold:
		return &FieldError{"/ruling", "unknown"}
	case d.Ruling == Uphold && !slices.Contains(o.Reasons, VetoReported):
		return &FieldError{"/ruling", "no-veto-was-reported"}
	case d.Ruling != Fix && d.Marks != 0:
		return &FieldError{"/marks", "only-with-fix"}
	case d.Ruling == Fix && (d.Marks < least || d.Marks > most):
		return &FieldError{"/marks", "between-lowest-and-highest"}
	case !within(d.Why, 2, mostNote):
		return &FieldError{"/reason", "length-2-500"}
	}
	return nil
}

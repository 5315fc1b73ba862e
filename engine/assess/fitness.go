package assess

import (
	"slices"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// FitRule is a rule that a panel meets or breaks.
type FitRule string

// The rules.
const (
	TooFew           FitRule = "too-few"        // fewer examiners than the level asks for
	EvenNumber       FitRule = "even-number"    // an even number of them
	NotRegistered    FitRule = "not-registered" // no entry in the register of examiners
	GradeTooLow      FitRule = "grade-too-low"  // not qualified for the level
	NoCard           FitRule = "no-card"
	CardExpired      FitRule = "card-expired"      // on the sitting's day
	NotAssessed      FitRule = "not-assessed"      // no yearly assessment passed, this year's or last year's
	SameEmployer     FitRule = "same-employer"     // as a candidate
	DeclaredRelation FitRule = "declared-relation" // to a candidate
	TooMuchLoad      FitRule = "load"              // more candidates in a day than allowed
)

// Overridable tells whether a second person may let a panel examine that breaks
// the rule. How many examiners it takes is not for anybody to let pass.
func (r FitRule) Overridable() bool { return r != TooFew && r != EvenNumber }

// Breach is a rule that a panel breaks, and how.
type Breach struct {
	Rule     FitRule
	Examiner people.AccountID // whom it is about; "" for the panel as a whole
	// Registrations are the candidates whom it is about, in the roster's order.
	Registrations []sitting.RegistrationID
	Count         int    // of examiners or of candidates in a day
	Limit         int    // that Count breaks
	Detail        string // the last day of the card, the employer, the kind of relation, the grade asked for
}

// Lineup is a panel and all that its fitness depends on.
type Lineup struct {
	Rules     standard.ExaminerRules
	Day       time.Time // an instant of the sitting's day
	Examiners []people.AccountID
	Chair     people.AccountID
	Register  map[people.AccountID]people.ExaminerEntry
	Roster    []Entrant // those whom the panel scores
	// Load is how many candidates each examiner scores on that day before other
	// panels.
	Load map[people.AccountID]int
}

// Entrant is a candidate before a panel.
type Entrant struct {
	Registration sitting.RegistrationID
	Employer     string
	IDHash       string // by people.Sealer.Hash
}

// Fit returns the rules that a panel breaks: first those about their number,
// then examiner by examiner, then the chair where that is none of them.
func Fit(l *Lineup) []Breach {
	var out []Breach
	n, least := len(l.Examiners), max(l.Rules.Least, 1)
	if n < least {
		out = append(out, Breach{Rule: TooFew, Count: n, Limit: least})
	}
	if n > 0 && n%2 == 0 {
		out = append(out, Breach{Rule: EvenNumber, Count: n})
	}
	for _, who := range l.Examiners {
		out = append(out, l.person(who)...)
		load := l.Load[who] + len(l.Roster)
		if l.Rules.MostDay > 0 && load > l.Rules.MostDay {
			out = append(out, Breach{Rule: TooMuchLoad, Examiner: who, Count: load, Limit: l.Rules.MostDay})
		}
	}
	if l.Chair != "" && !slices.Contains(l.Examiners, l.Chair) {
		out = append(out, l.person(l.Chair)...)
	}
	return out
}

// person returns what is against one member.
func (l *Lineup) person(who people.AccountID) []Breach {
	e, ok := l.Register[who]
	if !ok {
		return []Breach{{Rule: NotRegistered, Examiner: who}}
	}
	var out []Breach
	day := l.Day.In(standard.Zone)
	if l.Rules.Grade.Valid() && !e.Grade.Covers(l.Rules.Grade) {
		out = append(out, Breach{Rule: GradeTooLow, Examiner: who, Detail: string(l.Rules.Grade)})
	}
	switch {
	case e.CardNumber == "":
		out = append(out, Breach{Rule: NoCard, Examiner: who})
	case day.Format(time.DateOnly) > e.CardUntil: // both are year, month, day
		out = append(out, Breach{Rule: CardExpired, Examiner: who, Detail: e.CardUntil})
	}
	if a, ok := e.Assessment(day.Year()); !ok {
		out = append(out, Breach{Rule: NotAssessed, Examiner: who, Limit: day.Year()})
	} else if a.Result != people.AssessedPassed {
		out = append(out, Breach{Rule: NotAssessed, Examiner: who, Limit: day.Year(), Detail: string(a.Result)})
	}
	return append(out, l.avoidance(&e)...)
}

// avoidance (回避) returns the candidates whom somebody must not examine.
func (l *Lineup) avoidance(e *people.ExaminerEntry) []Breach {
	same := Breach{Rule: SameEmployer, Examiner: e.Account, Detail: e.Employer}
	kinds := []people.RelationKind{people.Relative, people.Teacher, people.OtherRelation}
	related := make([]Breach, len(kinds))
	for _, c := range l.Roster {
		if people.SameEmployer(e.Employer, c.Employer) {
			same.Registrations = append(same.Registrations, c.Registration)
		}
		for _, r := range e.Related(c.IDHash) {
			i := slices.Index(kinds, r.Kind)
			if i >= 0 && !slices.Contains(related[i].Registrations, c.Registration) {
				related[i].Registrations = append(related[i].Registrations, c.Registration)
			}
		}
	}
	var out []Breach
	if len(same.Registrations) > 0 {
		out = append(out, same)
	}
	for i, b := range related {
		if len(b.Registrations) > 0 {
			b.Rule, b.Examiner, b.Detail = DeclaredRelation, e.Account, string(kinds[i])
			out = append(out, b)
		}
	}
	return out
}

// same tells whether two breaches say the same.
func (b *Breach) same(o *Breach) bool {
	return b.Rule == o.Rule && b.Examiner == o.Examiner && b.Count == o.Count && b.Limit == o.Limit && b.Detail == o.Detail &&
		slices.Equal(b.Registrations, o.Registrations)
}

// covers tells whether every breach found is one of those that were known.
func covers(known, found []Breach) bool {
	return !slices.ContainsFunc(found, func(f Breach) bool {
		return !slices.ContainsFunc(known, func(k Breach) bool { return k.same(&f) })
	})
}

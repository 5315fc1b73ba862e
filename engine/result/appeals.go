package result

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Reviews (复核) carries out what candidates and staff do about appeals, and
// sees to it that nobody looks again at what they scored, and that nobody
// decides on a report of their own. It is safe for concurrent use.
type Reviews struct {
	*Regrader
	re    AppealDeps
	place *sequence.Sequence
}

// AppealDeps is what Reviews works with beside its Regrader.
type AppealDeps struct {
	Appeals       Appeals
	Registrations Registrations
	Panels        Panels
}

// Appeals keeps appeals.
type Appeals interface {
	// InsertAppeal adds an appeal, or returns ErrDuplicate where its ID or its
	// serial is there already.
	InsertAppeal(ctx context.Context, a Appeal) error
	// Appeal returns ErrNotFound where there is none.
	Appeal(ctx context.Context, id AppealID) (Appeal, error)
	// ReplaceAppeal stores a with Version+1 if the stored version is still
	// a.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceAppeal(ctx context.Context, a Appeal) (Appeal, error)
	AppealLists
}

// AppealLists finds appeals.
type AppealLists interface {
	Corrections
	// AppealsAgainst lists those of a registration, the oldest first.
	AppealsAgainst(ctx context.Context, id sitting.RegistrationID) ([]Appeal, error)
	// AppealsIn lists those in one of the states, by the day the answer is due.
	AppealsIn(ctx context.Context, states []AppealState, skip, limit int) ([]Appeal, int, error)
	// LastAppeal returns the highest serial of a year from the given one on,
	// and the one before it where there is none.
	LastAppeal(ctx context.Context, year int, from int64) (int64, error)
}

// Registrations knows who is registered.
type Registrations interface {
	// Registration returns sitting.ErrNotFound where there is none.
	Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error)
}

// Panels knows who scored.
type Panels interface {
	PanelsOfSitting(ctx context.Context, id sitting.ID) ([]assess.Panel, error)
}

// NewReviews returns a Reviews.
func NewReviews(g *Regrader, d AppealDeps) *Reviews { return &Reviews{g, d, sequence.New()} }

// NewAppeal is an appeal as it is filed.
type NewAppeal struct {
	Registration sitting.RegistrationID
	Component    standard.Kind
	Kind         AppealKind
	Text         string
}

// released returns the newest version of a result that candidates can see, with
// the rules for it. What is not released is ErrNotFound.
func (g *Reviews) released(ctx context.Context, id sitting.RegistrationID) (Record, standard.Scheme, error) {
	r, err := g.Latest(ctx, id)
	if err != nil {
		return Record{}, standard.Scheme{}, err
	}
	x, err := g.Sources.Sittings.Sitting(ctx, r.Sitting)
	if err != nil {
		return Record{}, standard.Scheme{}, err
	}
	if x.State != sitting.Released {
		return Record{}, standard.Scheme{}, ErrNotFound
	}
	scheme, ok := g.Standard.Scheme(r.Level)
	if !ok {
		return Record{}, standard.Scheme{}, ErrInvalid
	}
	return r, scheme, nil
}

// Mine returns the appeals of a registration and what may still be appealed
// against. Before the release there is neither.
func (g *Reviews) Mine(ctx context.Context, id sitting.RegistrationID) ([]Appeal, []Right, error) {
	r, scheme, err := g.released(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, fmt.Errorf("appeals: %w", err)
	}
	appeals, err := g.re.Appeals.AppealsAgainst(ctx, id)
	if err != nil {
		return nil, nil, fmt.Errorf("appeals: %w", err)
	}
	return appeals, RightsOf(&scheme.Rules.Appeal, &g.Standard.Calendar, r, appeals, g.now()), nil
}

// FileFor files an appeal on a candidate's behalf. Only administrators may.
func (g *Reviews) FileFor(ctx context.Context, by people.AccountID, in NewAppeal) (Appeal, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Appeal{}, fmt.Errorf("file an appeal: %w", err)
	}
	return g.file(ctx, by, in)
}

// File files an appeal of the candidate to whom the registration belongs; the
// caller sees to that. It returns ErrNotFound before the release, ErrLate after
// the last day, ErrState where there is an appeal already, a *FieldError for
// the rest.
func (g *Reviews) File(ctx context.Context, in NewAppeal) (Appeal, error) { return g.file(ctx, "", in) }

// ErrLate tells that the time to appeal is over.
var ErrLate = errors.New("result: the time to appeal is over")

func (g *Reviews) file(ctx context.Context, by people.AccountID, in NewAppeal) (Appeal, error) {
	text, err := checkText("/text", in.Text)
	if err != nil {
		return Appeal{}, err
	}
	r, scheme, err := g.released(ctx, in.Registration)
	if err != nil {
		return Appeal{}, fmt.Errorf("file an appeal: %w", err)
	}
	mine, err := g.re.Appeals.AppealsAgainst(ctx, in.Registration)
	if err != nil {
		return Appeal{}, fmt.Errorf("file an appeal: %w", err)
	}
	now := g.now()
	if !now.Before(g.Standard.Calendar.After(r.At, scheme.Rules.Appeal.ApplyDays)) {
		return Appeal{}, fmt.Errorf("file an appeal: %w", ErrLate)
	}
	if err := admissible(&scheme.Rules.Appeal, r, mine, in); err != nil {
		return Appeal{}, err
	}
	n := 1
	for _, a := range mine {
		if a.Against == r.Version && a.Component == in.Component {
			n++
		}
	}
	a := Appeal{
		ID: appealID(r.Registration, r.Version, in.Component, n), Sitting: r.Sitting, Registration: r.Registration, Candidate: r.Candidate,
		Component: in.Component, Against: r.Version, Kind: in.Kind, Text: text, FiledBy: by, Filed: now,
		Due: g.Standard.Calendar.After(now, scheme.Rules.Appeal.AnswerDays), State: AppealFiled, Version: 1,
		Steps: []Step{{Act: fileAct, By: by, Why: text, At: now}},
	}
	actor := string(by)
	if by == "" {
		actor = string(r.Candidate)
	}
	err = audit.Do(ctx, g.Registrar.in.Audit, reviewed(actor, fileAct, text, a), func() error { return g.number(ctx, &a) })
	return a, err
}

// admissible tells whether a component may be appealed against in such a way.
func admissible(rules *standard.AppealRules, r Record, mine []Appeal, in NewAppeal) error {
	i := slices.IndexFunc(r.Outcome.Components, func(c Component) bool { return c.Kind == in.Component })
	switch {
	case i < 0 || r.Outcome.Result == Withheld || len(Asks(rules, r.Outcome.Components[i])) == 0:
		return &FieldError{"/component", "not-appealable"}
	case !slices.Contains(Asks(rules, r.Outcome.Components[i]), in.Kind):
		return &FieldError{"/kind", "not-appealable"}
	case slices.ContainsFunc(mine, func(a Appeal) bool { return a.bars(r, in.Component) }):
		return fmt.Errorf("there is an appeal already: %w", ErrState)
	}
	return nil
}

// number gives the appeal the next number of its year and stores it.
func (g *Reviews) number(ctx context.Context, a *Appeal) error {
	year := a.Filed.In(standard.Zone).Year()
	taken := false
	err := g.place.Place(ctx, sequence.Step{
		Run: fmt.Sprint(year), First: 1,
		Last: func(ctx context.Context, from int64) (int64, error) { return g.re.Appeals.LastAppeal(ctx, year, from) },
		Insert: func(ctx context.Context, n int64) error {
			a.Year, a.Serial = year, n
			err := g.re.Appeals.InsertAppeal(ctx, *a)
			if errors.Is(err, ErrDuplicate) {
				return sequence.ErrTaken
			}
			return err
		},
		Mine: func(ctx context.Context) (bool, error) {
			_, err := g.re.Appeals.Appeal(ctx, a.ID)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			taken = err == nil
			return taken, err
		},
	})
	if err == nil && taken {
		err = fmt.Errorf("there is an appeal already: %w", ErrState)
	}
	if err != nil {
		return fmt.Errorf("file an appeal: %w", err)
	}
	return nil
}

func reviewed(by string, act AppealAct, why string, a Appeal) audit.Event {
	return audit.Event{Actor: by, Act: "appeal." + string(act), Object: "registration:" + string(a.Registration), Why: why, After: a}
}

// WithdrawOwn takes back an appeal of a registration. One of another
// registration is ErrNotFound.
func (g *Reviews) WithdrawOwn(ctx context.Context, id AppealID, of sitting.RegistrationID) (Appeal, error) {
	a, err := g.re.Appeals.Appeal(ctx, id)
	if err == nil && a.Registration != of {
		err = ErrNotFound
	}
	if err != nil {
		return Appeal{}, fmt.Errorf("withdraw an appeal: %w", err)
	}
	return g.step(ctx, a, WithdrawAppeal, Step{}, func(*Appeal) {})
}

// step moves an appeal on and notes it.
func (g *Reviews) step(ctx context.Context, a Appeal, act AppealAct, s Step, change func(*Appeal)) (Appeal, error) {
	var err error
	if a.State, err = a.State.Next(act); err != nil {
		return Appeal{}, err
	}
	s.Act, s.At = act, g.now()
	change(&a)
	a.Steps = append(slices.Clone(a.Steps), s)
	actor := string(s.By)
	if actor == "" {
		actor = string(a.Candidate)
	}
	var stored Appeal
	err = audit.Do(ctx, g.Registrar.in.Audit, reviewed(actor, act, s.Why, a), func() (err error) {
		stored, err = g.re.Appeals.ReplaceAppeal(ctx, a)
		return err
	})
	return stored, err
}

// Handling is what somebody of the staff does about an appeal.
type Handling struct {
	Act      AppealAct
	Version  int // of the appeal that was looked at
	Why      string
	Reviewer people.AccountID // of AssignAppeal
	Report   Report           // of ReportAppeal: Changed, Marks, Finding, Attachment
}

// Handle carries out an act of the staff. It returns ErrConflict where the
// appeal is no longer the version that was looked at, ErrForbidden where it is
// not theirs to do, ErrSecondPerson where somebody else has to, a *FieldError
// for the rest.
func (g *Reviews) Handle(ctx context.Context, by people.AccountID, id AppealID, h Handling) (Appeal, error) {
	a, err := g.theirs(ctx, by, id, h.Act)
	if err != nil {
		return Appeal{}, fmt.Errorf("%s an appeal: %w", h.Act, err)
	}
	if a.Version != h.Version {
		return Appeal{}, fmt.Errorf("%s an appeal: %w", h.Act, ErrConflict)
	}
	if _, err := a.State.Next(h.Act); err != nil {
		return Appeal{}, err
	}
	switch h.Act {
	case AcceptAppeal, WithdrawAppeal:
		return g.step(ctx, a, h.Act, Step{By: by, Why: strings.TrimSpace(h.Why)}, func(a *Appeal) { a.Handler = by })
	case RefuseAppeal:
		return g.refuse(ctx, by, a, h)
	case AssignAppeal:
		return g.assign(ctx, by, a, h)
	case ReportAppeal:
		return g.report(ctx, by, a, h)
	case ReturnReport, DecideAppeal:
		return g.decide(ctx, by, a, h)
	}
	return Appeal{}, &FieldError{"/act", "unknown"}
}

// theirs returns an appeal for those who may do the act: a report is for the
// reviewer, everything else for administrators. "" is to read it, which both
// may.
func (g *Reviews) theirs(ctx context.Context, by people.AccountID, id AppealID, act AppealAct) (Appeal, error) {
	a, err := g.re.Appeals.Appeal(ctx, id)
	if err == nil {
		if err := sitting.Within(ctx, g.Sources.Sittings, a.Sitting); err != nil {
			return Appeal{}, err
		}
	}
	if err == nil && (act == ReportAppeal || act == "") && a.Reviewer == by {
		return a, nil
	}
	var readers []people.Role
	if act == "" {
		readers = []people.Role{people.Auditor}
	}
	no := g.administrator(ctx, by, readers...)
	if errors.Is(no, ErrForbidden) && (err != nil || a.Reviewer != by) {
		return Appeal{}, ErrNotFound // an examiner learns nothing of others' appeals
	}
	switch {
	case no != nil:
		return Appeal{}, no
	case err == nil && act == ReportAppeal:
		return Appeal{}, ErrForbidden
	}
	return a, err
}

func (g *Reviews) refuse(ctx context.Context, by people.AccountID, a Appeal, h Handling) (Appeal, error) {
	why, err := checkText("/why", h.Why)
	if err != nil {
		return Appeal{}, err
	}
	return g.step(ctx, a, h.Act, Step{By: by, Why: why}, func(a *Appeal) { a.Handler, a.Answer, a.Answered = by, why, g.now() })
}

// assign gives an appeal to somebody who has not scored the candidate.
func (g *Reviews) assign(ctx context.Context, by people.AccountID, a Appeal, h Handling) (Appeal, error) {
	refused := &FieldError{"/reviewer", "no-reviewer"}
	if err := people.MustBe(ctx, g.Registrar.in.Accounts, h.Reviewer, refused, people.Administrator, people.Examiner); err != nil {
		return Appeal{}, fmt.Errorf("assign an appeal: %w", err)
	}
	scorers, err := g.scorers(ctx, &a)
	if err != nil {
		return Appeal{}, fmt.Errorf("assign an appeal: %w", err)
	}
	if slices.Contains(scorers, h.Reviewer) {
		return Appeal{}, &FieldError{"/reviewer", "has-scored"}
	}
	return g.step(ctx, a, h.Act, Step{By: by, Who: h.Reviewer, Why: strings.TrimSpace(h.Why)}, func(a *Appeal) {
		a.Reviewer, a.Assigner, a.Report = h.Reviewer, by, nil
	})
}

// scorers names everybody who has had a hand in the component's marks.
func (g *Reviews) scorers(ctx context.Context, a *Appeal) ([]people.AccountID, error) {
	panels, err := g.re.Panels.PanelsOfSitting(ctx, a.Sitting)
	if err != nil {
		return nil, err
	}
	var out []people.AccountID
	for _, p := range panels {
		if p.Kind == a.Component {
			out = append(append(out, p.Examiners...), p.Chair)
		}
	}
	if a.Component != standard.Theory {
		return out, nil
	}
	reg, err := g.re.Registrations.Registration(ctx, a.Registration)
	if err != nil || reg.Attempt == "" {
		return out, err
	}
	found, err := g.Theories.ResultsOf(ctx, []string{reg.Attempt})
	if err != nil {
		return nil, err
	}
	t := found[reg.Attempt]
	return append(out, t.markers()...), nil
}

// report takes down what the reviewer found, against the newest version of the
// result.
func (g *Reviews) report(ctx context.Context, by people.AccountID, a Appeal, h Handling) (Appeal, error) {
	finding, err := checkText("/report/finding", h.Report.Finding)
	if err != nil {
		return Appeal{}, err
	}
	if scorers, err := g.scorers(ctx, &a); err != nil || slices.Contains(scorers, by) {
		return Appeal{}, errors.Join(err, &FieldError{"/reviewer", "has-scored"})
	}
	r, scheme, err := g.released(ctx, a.Registration)
	if err != nil {
		return Appeal{}, fmt.Errorf("report on an appeal: %w", err)
	}
	c, _ := scheme.Component(a.Component)
	out := Report{Changed: h.Report.Changed, Finding: finding, Attachment: strings.TrimSpace(h.Report.Attachment), Against: r.Version, At: g.now()}
	if len([]rune(out.Attachment)) > mostText {
		return Appeal{}, &FieldError{"/report/attachment", "maxLength"}
	}
	if out.Was, err = awarded(r, a.Component); err != nil {
		return Appeal{}, err
	}
	if out.Changed {
		out.Marks = h.Report.Marks
		if out.Marks < 0 || out.Marks > c.Full {
			return Appeal{}, &FieldError{"/report/marks", "within-full"}
		}
	}
	return g.step(ctx, a, h.Act, Step{By: by, Why: finding}, func(a *Appeal) { a.Report = &out })
}

func awarded(r Record, k standard.Kind) (bank.Marks, error) {
	for _, c := range r.Outcome.Components {
		if c.Kind == k {
			return c.Awarded, nil
		}
	}
	return 0, ErrNotFound
}

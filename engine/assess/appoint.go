package assess

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// NewPanel is a panel as an administrator asks for it.
type NewPanel struct {
	Sitting   sitting.ID
	Kind      standard.Kind
	Station   int    // 1 where 0
	Title     string // of the station
	Weight    int    // percent of the component; what the other stations leave where 0
	Sheet     SheetRef
	Examiners []people.AccountID
	Chair     people.AccountID
	Rule      Rule       // Mean where empty
	Spread    bank.Marks // DefaultSpread is the default of those who ask; 0 is no difference at all
	// Why asks a second person to let the panel examine although it breaks rules;
	// "" asks nobody.
	Why string
}

// plan is a panel that was asked for, with what it depends on.
type plan struct {
	sitting  sitting.Sitting
	panel    Panel
	others   []Panel // of the component's other stations
	there    bool    // the station has a panel
	breaches []Breach
}

// CheckPanel returns the rules that a panel would break, without creating it.
// Only administrators may. Errors are those of Appoint, except for what only
// matters in the end: who it takes the place of, and its weight.
func (d *Desk) CheckPanel(ctx context.Context, by people.AccountID, n NewPanel) ([]Breach, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return nil, fmt.Errorf("check a panel: %w", err)
	}
	x, err := d.sealed(ctx, n.Sitting)
	if err != nil {
		return nil, fmt.Errorf("check a panel: %w", err)
	}
	if err := d.checkComponent(x.Level, n.Kind); err != nil {
		return nil, err
	}
	p := Panel{ID: PanelAt(x.ID, n.Kind, n.Station), Sitting: x.ID, Level: x.Level, Kind: n.Kind, Examiners: n.Examiners, Chair: n.Chair}
	if err := d.checkMembers(ctx, &p); err != nil {
		return nil, err
	}
	return d.fit(ctx, &x, &p)
}

// Appoint creates the panel of a station and draws the candidates' numbers. Only
// administrators may. A panel that breaks rules is refused with an *UnfitError,
// unless a reason asks for a second person: then it is kept as Proposed. Errors:
// sitting.ErrNotFound, ErrState for a sitting whose roster is not sealed yet,
// ErrDuplicate where the station has a panel, a *FieldError for the rest.
func (d *Desk) Appoint(ctx context.Context, by people.AccountID, n NewPanel) (Panel, error) {
	pl, err := d.plan(ctx, by, n)
	if err != nil {
		return Panel{}, fmt.Errorf("appoint a panel: %w", err)
	}
	if pl.there {
		return Panel{}, fmt.Errorf("appoint a panel: %w", ErrDuplicate)
	}
	p := pl.panel
	p.Version, p.Created, p.CreatedBy = 1, d.now(), by
	if err := d.judge(&p, pl.breaches, by, n.Why); err != nil {
		return Panel{}, err
	}
	event := audit.Event{Actor: string(by), Act: p.act(), Object: "panel:" + string(p.ID), Why: n.Why, After: p.summary()}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Appointments.InsertPanel(ctx, p) })
	if err != nil {
		return Panel{}, fmt.Errorf("appoint a panel: %w", err)
	}
	return p, nil
}

// Change puts another panel in the place of one before which nobody has scored,
// as it was at version. It is judged anew: what a second person let pass before
// is void. Once somebody has scored, only title and weight may change, and only
// while the weights of the component do not add up, so that nothing is settled
// by them. Errors are those of Appoint, ErrConflict, ErrState.
func (d *Desk) Change(ctx context.Context, by people.AccountID, version int, n NewPanel) (Panel, error) {
	pl, err := d.plan(ctx, by, n)
	if err != nil {
		return Panel{}, fmt.Errorf("change a panel: %w", err)
	}
	was, err := d.panel(ctx, pl.panel.ID)
	if err != nil {
		return Panel{}, fmt.Errorf("change a panel: %w", err)
	}
	if was.Version != version {
		return Panel{}, fmt.Errorf("change a panel: %w", ErrConflict)
	}
	p := pl.panel
	p.Version, p.Created, p.CreatedBy, p.Begun = was.Version, was.Created, was.CreatedBy, was.Begun
	if was.Begun.IsZero() {
		p.State = was.State
		if err := d.judge(&p, pl.breaches, by, n.Why); err != nil {
			return Panel{}, err
		}
	} else if err := p.reweigh(&was, pl.others); err != nil {
		return Panel{}, fmt.Errorf("change a panel: %w", err)
	}
	event := audit.Event{Actor: string(by), Act: "panel.change", Object: "panel:" + string(p.ID), Why: n.Why, Before: was.summary(), After: p.summary()}
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		p, err = d.in.Appointments.ReplacePanel(ctx, p)
		return err
	})
	if err != nil {
		return Panel{}, fmt.Errorf("change a panel: %w", err)
	}
	return p, nil
}

// reweigh takes title and weight of a panel that scores, and nothing else.
func (p *Panel) reweigh(was *Panel, others []Panel) error {
	same := p.Sheet == was.Sheet && slices.Equal(p.Examiners, was.Examiners) && p.Chair == was.Chair && p.Rule == was.Rule && p.Spread == was.Spread
	if !same || p.Weight != was.Weight && weightOf(others)+was.Weight == fullWeight {
		return fmt.Errorf("somebody has scored: %w", ErrState)
	}
	title, weight := p.Title, p.Weight
	*p = *was
	p.Title, p.Weight = title, weight
	return nil
}

// Withdraw removes a panel before which nobody has scored and nobody is recorded
// as absent, as it was at version. Only administrators may. Errors: ErrNotFound,
// ErrConflict, ErrState.
func (d *Desk) Withdraw(ctx context.Context, by people.AccountID, id PanelID, version int, why string) error {
	p, err := d.atVersion(ctx, by, id, version)
	if err != nil {
		return fmt.Errorf("withdraw a panel: %w", err)
	}
	if !within(why, 2, mostNote) {
		return &FieldError{"/reason", "length-2-500"}
	}
	absences, err := d.in.Rulings.Absences(ctx, id)
	if err != nil {
		return fmt.Errorf("withdraw a panel: %w", err)
	}
	if !p.Begun.IsZero() || len(absences) > 0 {
		return fmt.Errorf("withdraw a panel that has begun: %w", ErrState)
	}
	event := audit.Event{Actor: string(by), Act: "panel.withdraw", Object: "panel:" + string(id), Why: why, Before: p.summary()}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Appointments.DeletePanel(ctx, id, version) })
	if err != nil {
		return fmt.Errorf("withdraw a panel: %w", err)
	}
	return nil
}

// Approve appoints a proposed panel as it was at version, although it breaks
// rules. Only an administrator may who neither proposed it nor belongs to it:
// else ErrSecondPerson. What is broken is looked for anew: where that is more
// than was proposed, the proposal is void and ErrConflict returned.
func (d *Desk) Approve(ctx context.Context, by people.AccountID, id PanelID, version int, why string) (Panel, error) {
	p, err := d.second(ctx, by, id, version)
	if err != nil {
		return Panel{}, fmt.Errorf("approve a panel: %w", err)
	}
	if !within(why, 0, mostNote) {
		return Panel{}, &FieldError{"/reason", "length-0-500"}
	}
	x, err := d.sealed(ctx, p.Sitting)
	if err != nil {
		return Panel{}, fmt.Errorf("approve a panel: %w", err)
	}
	found, err := d.fit(ctx, &x, &p)
	if err != nil {
		return Panel{}, fmt.Errorf("approve a panel: %w", err)
	}
	if !covers(p.Breaches, found) {
		return Panel{}, fmt.Errorf("approve a panel that breaks other rules now: %w", ErrConflict)
	}
	return d.settle(ctx, p, ApprovePanel, by, why)
}

// Return gives a proposed panel back with a reason. Who may is as for Approve.
func (d *Desk) Return(ctx context.Context, by people.AccountID, id PanelID, version int, why string) (Panel, error) {
	p, err := d.second(ctx, by, id, version)
	if err != nil {
		return Panel{}, fmt.Errorf("return a panel: %w", err)
	}
	if !within(why, 2, mostNote) {
		return Panel{}, &FieldError{"/reason", "length-2-500"}
	}
	return d.settle(ctx, p, ReturnPanel, by, why)
}

func (d *Desk) settle(ctx context.Context, p Panel, act PanelAct, by people.AccountID, why string) (Panel, error) {
	before := p.summary()
	var err error
	if p.State, err = p.State.Next(act); err != nil {
		return Panel{}, err
	}
	over := *p.Override
	over.Second, over.SecondWhy, over.SecondAt = by, strings.TrimSpace(why), d.now()
	p.Override = &over
	event := audit.Event{Actor: string(by), Act: "panel." + string(act), Object: "panel:" + string(p.ID), Why: why, Before: before, After: p.summary()}
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		p, err = d.in.Appointments.ReplacePanel(ctx, p)
		return err
	})
	return p, err
}

// second returns a proposed panel for a second person.
func (d *Desk) second(ctx context.Context, by people.AccountID, id PanelID, version int) (Panel, error) {
	p, err := d.atVersion(ctx, by, id, version)
	switch {
	case err != nil:
		return Panel{}, err
	case p.State != Proposed || p.Override == nil:
		return Panel{}, ErrState
	case p.Override.By == by || p.Has(by) || p.Chair == by:
		return Panel{}, ErrSecondPerson
	}
	return p, nil
}

// atVersion returns a panel for administrators, as they have seen it.
func (d *Desk) atVersion(ctx context.Context, by people.AccountID, id PanelID, version int) (Panel, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Panel{}, err
	}
	p, err := d.panel(ctx, id)
	if err == nil && p.Version != version {
		err = ErrConflict
	}
	return p, err
}

// plan works out the panel that is asked for.
func (d *Desk) plan(ctx context.Context, by people.AccountID, n NewPanel) (plan, error) {
	var pl plan
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return pl, err
	}
	x, err := d.sealed(ctx, n.Sitting)
	if err != nil {
		return pl, err
	}
	n.Station = max(n.Station, 1)
	if n.Rule == "" {
		n.Rule = Mean
	}
	if err := d.checkSheet(ctx, n, x.Level); err != nil {
		return pl, err
	}
	pl.sitting = x
	pl.panel = Panel{
		ID: PanelAt(x.ID, n.Kind, n.Station), Sitting: x.ID, Level: x.Level, Kind: n.Kind, Station: n.Station, Title: strings.TrimSpace(n.Title),
		Weight: n.Weight, Sheet: n.Sheet, Examiners: slices.Clone(n.Examiners), Chair: n.Chair, Rule: n.Rule, Spread: n.Spread,
	}
	if err := d.place(ctx, &pl); err != nil {
		return pl, err
	}
	p := &pl.panel
	if err := p.Check(); err != nil {
		return pl, err
	}
	if err := d.checkMembers(ctx, p); err != nil {
		return pl, err
	}
	pl.breaches, err = d.fit(ctx, &x, p)
	return pl, err
}

// place finds the component's other stations, and the weight that they leave.
func (d *Desk) place(ctx context.Context, pl *plan) error {
	all, err := d.in.Panels.PanelsOfSitting(ctx, pl.sitting.ID)
	if err != nil {
		return err
	}
	p := &pl.panel
	for _, o := range all {
		switch {
		case o.ID == p.ID:
			pl.there = true
			p.Weight = cmp.Or(p.Weight, o.Weight)
		case o.Kind == p.Kind:
			pl.others = append(pl.others, o)
		}
	}
	left := fullWeight - weightOf(pl.others)
	p.Weight = cmp.Or(p.Weight, left)
	if p.Weight > left || left <= 0 {
		return &FieldError{"/weight", "weights-above-100"}
	}
	return nil
}

func weightOf(panels []Panel) int {
	sum := 0
	for _, p := range panels {
		sum += p.Weight
	}
	return sum
}

// judge decides what becomes of a panel that breaks those rules.
func (d *Desk) judge(p *Panel, breaches []Breach, by people.AccountID, why string) error {
	act := AppointPanel
	p.Breaches, p.Override = breaches, nil
	if len(breaches) > 0 {
		why = strings.TrimSpace(why)
		if why == "" || slices.ContainsFunc(breaches, func(b Breach) bool { return !b.Rule.Overridable() }) {
			return &UnfitError{breaches}
		}
		if !within(why, 2, mostNote) {
			return &FieldError{"/override", "length-2-500"}
		}
		act, p.Override = ProposePanel, &Override{Why: why, By: by, At: d.now()}
	}
	var err error
	p.State, err = p.State.Next(act)
	return err
}

func (p *Panel) act() string {
	if p.State == Proposed {
		return "panel.propose"
	}
	return "panel.appoint"
}

// sealed returns a sitting whose roster is sealed.
func (d *Desk) sealed(ctx context.Context, id sitting.ID) (sitting.Sitting, error) {
	x, err := d.in.Sittings.Sitting(ctx, id)
	if err == nil && x.State == sitting.Draft {
		return x, fmt.Errorf("a sitting that is %s: %w", x.State, ErrState)
	}
	return x, err
}

// fit draws the candidates of a panel and returns the rules that it breaks.
func (d *Desk) fit(ctx context.Context, x *sitting.Sitting, p *Panel) ([]Breach, error) {
	regs, err := d.in.Roster.RegistrationsByID(ctx, x.Roster)
	if err != nil {
		return nil, err
	}
	roster := make([]sitting.Registration, 0, len(x.Roster))
	var persons []people.CandidateID
	for _, id := range x.Roster {
		r, ok := regs[id]
		if !ok {
			return nil, fmt.Errorf("registration %s: %w", id, sitting.ErrNotFound)
		}
		if r.Takes(p.Kind) {
			roster, persons = append(roster, r), append(persons, r.Candidate)
		}
	}
	p.Draw = DrawOrder(x.Secret, x.ID, p.Kind, p.Station, takers(roster, p.Kind))
	candidates, err := d.in.Candidates.CandidatesByID(ctx, persons)
	if err != nil {
		return nil, err
	}
	scheme, _ := d.in.Standard.Scheme(x.Level)
	l := Lineup{
		Rules: scheme.Rules.Examiners, Day: x.Opens, Examiners: p.Examiners, Chair: p.Chair, Register: map[people.AccountID]people.ExaminerEntry{},
	}
	for _, r := range roster {
		l.Roster = append(l.Roster, Entrant{r.ID, r.Employer, candidates[r.Candidate].IDHash})
	}
	for _, who := range append(slices.Clone(p.Examiners), p.Chair) {
		e, err := d.in.Examiners.Examiner(ctx, who)
		if errors.Is(err, people.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l.Register[who] = e
	}
	if l.Load, err = d.load(ctx, x, p); err != nil {
		return nil, err
	}
	return Fit(&l), nil
}

// load counts the candidates whom the examiners of a panel score on its day
// before other panels.
func (d *Desk) load(ctx context.Context, x *sitting.Sitting, p *Panel) (map[people.AccountID]int, error) {
	day := dayOf(x.Opens)
	days := map[sitting.ID]string{x.ID: day}
	out := map[people.AccountID]int{}
	for _, who := range p.Examiners {
		panels, err := d.in.Panels.PanelsOfMember(ctx, who)
		if err != nil {
			return nil, err
		}
		for _, o := range panels {
			if o.ID == p.ID || o.State == Returned || !o.Has(who) {
				continue
			}
			if _, ok := days[o.Sitting]; !ok {
				other, err := d.in.Sittings.Sitting(people.Unlimited(ctx), o.Sitting)
				if err != nil && !errors.Is(err, sitting.ErrNotFound) {
					return nil, err
				}
				days[o.Sitting] = dayOf(other.Opens)
			}
			if days[o.Sitting] == day {
				out[who] += len(o.Draw)
			}
		}
	}
	return out, nil
}

func dayOf(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

func (d *Desk) checkComponent(level standard.Level, k standard.Kind) error {
	scheme, _ := d.in.Standard.Scheme(level)
	if _, ok := scheme.Component(k); !ok || k == standard.Theory {
		return &FieldError{"/kind", "not-scored-at-this-level"}
	}
	return nil
}

func (d *Desk) checkSheet(ctx context.Context, n NewPanel, level standard.Level) error {
	if err := d.checkComponent(level, n.Kind); err != nil {
		return err
	}
	scheme, _ := d.in.Standard.Scheme(level)
	component, _ := scheme.Component(n.Kind)
	sheet, err := d.in.Sheets.Sheet(ctx, n.Sheet)
	switch {
	case errors.Is(err, ErrNotFound):
		return &FieldError{"/sheet", "unknown"}
	case err != nil:
		return err
	case sheet.Level != level || sheet.Kind != n.Kind:
		return &FieldError{"/sheet", "of-another-component"}
	case component.Full != bank.FullMarks:
		return &FieldError{"/sheet", "other-full-marks"}
	}
	return nil
}

func (d *Desk) checkMembers(ctx context.Context, p *Panel) error {
	fields := make([]string, len(p.Examiners))
	for i := range p.Examiners {
		fields[i] = fmt.Sprintf("/examiners/%d", i)
	}
	members := p.Examiners
	if p.Chair != "" {
		fields, members = append(fields, "/chair"), append(slices.Clone(members), p.Chair)
	}
	for i, who := range members {
		role, reason := people.Examiner, "no-examiner"
		if fields[i] == "/chair" {
			role, reason = people.Chair, "no-chair"
		}
		err := d.mustBe(ctx, who, role)
		if errors.Is(err, ErrForbidden) {
			return &FieldError{fields[i], reason}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// summary is what the audit record keeps of a panel.
func (p *Panel) summary() any {
	return map[string]any{
		"state": p.State, "version": p.Version, "title": p.Title, "weight": p.Weight, "sheet": p.Sheet, "examiners": p.Examiners, "chair": p.Chair,
		"rule": p.Rule, "spread": p.Spread, "candidates": len(p.Draw), "breaches": p.Breaches, "override": p.Override,
	}
}

package result

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Case is an appeal with what there is to know about it.
type Case struct {
	Appeal   Appeal
	Sitting  sitting.Sitting
	Result   Record   // the newest version
	Against  Record   // the version that was appealed against
	Left     int      // working days for the answer: 0 on the last one, -1 when it is overdue
	Machine  *Machine // of theory
	Assessed Composed // of a component that examiners scored
	Scorers  []people.AccountID
	Doubts   []Doubt // certificates that are to be looked at, of this registration
}

// Machine is what marking a theory attempt once more comes to, from the stored
// paper and the stored answers alone, beside what is stored.
type Machine struct {
	Stored      Theory
	Again       Theory
	Agrees      bool
	Differences []int // slots with other marks
}

// Case returns an appeal for administrators and for its reviewer.
func (g *Reviews) Case(ctx context.Context, by people.AccountID, id AppealID) (Case, error) {
	a, err := g.theirs(ctx, by, id, "")
	if err != nil {
		return Case{}, fmt.Errorf("appeal: %w", err)
	}
	out := Case{Appeal: a, Left: g.Standard.Calendar.Left(g.now(), a.Due)}
	if out.Sitting, err = g.Sources.Sittings.Sitting(ctx, a.Sitting); err != nil {
		return Case{}, fmt.Errorf("appeal: %w", err)
	}
	versions, err := g.Records.VersionsOf(ctx, a.Registration)
	if err != nil {
		return Case{}, fmt.Errorf("appeal: %w", err)
	}
	for _, r := range versions {
		if r.Version == a.Against {
			out.Against = r
		}
		out.Result = r
	}
	if out.Scorers, err = g.scorers(ctx, &a); err != nil {
		return Case{}, fmt.Errorf("appeal: %w", err)
	}
	if a.Component == standard.Theory {
		out.Machine, err = g.machine(ctx, &a)
	} else {
		var all All
		all, err = g.Compose(ctx, a.Sitting)
		out.Assessed, _ = all.Find(a.Registration)
	}
	if err != nil {
		return Case{}, fmt.Errorf("appeal: %w", err)
	}
	doubts, err := g.Registrar.Doubts(ctx, g.Regrader.re.Certificates, []sitting.ID{a.Sitting})
	if err != nil {
		return Case{}, err
	}
	out.Doubts = slices.DeleteFunc(doubts, func(d Doubt) bool { return d.Registration != a.Registration })
	return out, nil
}

// machine marks the attempt of an appeal once more. It is nil where there is
// nothing to mark.
func (g *Reviews) machine(ctx context.Context, a *Appeal) (*Machine, error) {
	reg, err := g.re.Registrations.Registration(ctx, a.Registration)
	if err != nil || reg.Attempt == "" {
		return nil, err
	}
	found, err := g.Theories.ResultsOf(ctx, []string{reg.Attempt})
	if err != nil {
		return nil, err
	}
	stored, ok := found[reg.Attempt]
	if !ok {
		return nil, nil
	}
	scripts, err := g.Regrader.re.Scripts.ScriptsOf(ctx, []attempt.Record{{ID: attempt.AttemptID(reg.Attempt), Round: stored.Round}})
	if err != nil {
		return nil, err
	}
	script, ok := scripts[reg.Attempt]
	if !ok {
		return nil, ErrNotFound
	}
	x, err := g.Sources.Sittings.Sitting(ctx, a.Sitting)
	if err != nil {
		return nil, err
	}
	scheme, _ := g.Standard.Scheme(x.Level)
	component, _ := scheme.Component(standard.Theory)
	again, err := MarkTheoryBy(script.Paper, script.Answers, script.Lookup, component, PeopleOf(&stored))
	if err != nil {
		return nil, err
	}
	amendments, err := g.Amendments(ctx, a.Sitting)
	if err != nil {
		return nil, err
	}
	if again, err = Amend(again, &script, component, amendments); err != nil {
		return nil, err
	}
	again.Attempt, again.Sitting, again.Round, again.Version = stored.Attempt, stored.Sitting, stored.Round, stored.Version
	return compareTheories(stored, again), nil
}

func compareTheories(stored, again Theory) *Machine {
	out := &Machine{Stored: stored, Again: again, Agrees: sameMarks(&stored, &again)}
	was := map[int]Slot{}
	for _, s := range stored.Slots {
		was[s.Number] = s
	}
	for _, s := range again.Slots {
		if was[s.Number].Mark != s.Mark {
			out.Differences = append(out.Differences, s.Number)
		}
	}
	return out
}

// Queue lists appeals for staff: to administrators all, to others those that
// they review. Those whose answer is due first come first.
func (g *Reviews) Queue(ctx context.Context, by people.AccountID, open bool, skip, limit int) ([]Appeal, int, error) {
	states := []AppealState{AppealFiled, AppealAccepted, AppealAssigned, AppealReported}
	if !open {
		states = []AppealState{AppealWithdrawn, AppealRefused, AppealUnchanged, AppealChanged}
	}
	err := g.administrator(ctx, by, people.Auditor)
	if err == nil {
		return g.queue(ctx, states, skip, limit)
	}
	if !errors.Is(err, ErrForbidden) {
		return nil, 0, fmt.Errorf("appeals: %w", err)
	}
	const most = 500
	all, _, err := g.re.Appeals.AppealsIn(ctx, states, 0, most)
	if err != nil {
		return nil, 0, fmt.Errorf("appeals: %w", err)
	}
	mine := slices.DeleteFunc(all, func(a Appeal) bool { return a.Reviewer != by })
	if mine, err = sitting.Visible(ctx, g.Sources.Sittings, mine, func(a *Appeal) []sitting.ID { return []sitting.ID{a.Sitting} }); err != nil {
		return nil, 0, fmt.Errorf("appeals: %w", err)
	}
	total := len(mine)
	return cut(mine, skip, limit), total, nil
}

// May lists what somebody may do about an appeal as it stands.
func (c *Case) May(by people.AccountID, administrator bool) []AppealAct {
	a := &c.Appeal
	var out []AppealAct
	for _, act := range []AppealAct{AcceptAppeal, RefuseAppeal, AssignAppeal, ReportAppeal, ReturnReport, DecideAppeal, WithdrawAppeal} {
		_, err := a.State.Next(act)
		switch {
		case err != nil:
		case act == ReportAppeal:
			if a.Reviewer == by && !slices.Contains(c.Scorers, by) {
				out = append(out, act)
			}
		case !administrator, (act == ReturnReport || act == DecideAppeal) && a.hadAHand(by):
		default:
			out = append(out, act)
		}
	}
	return out
}

// mostAppeals is how many are looked through for those within somebody's limits.
const mostAppeals = 10_000

// queue lists the appeals that whoever acts deals with, and counts them.
func (g *Reviews) queue(ctx context.Context, states []AppealState, skip, limit int) ([]Appeal, int, error) {
	if people.LimitsOf(ctx).None() {
		return g.re.Appeals.AppealsIn(ctx, states, skip, limit)
	}
	all, _, err := g.re.Appeals.AppealsIn(ctx, states, 0, mostAppeals)
	if err != nil {
		return nil, 0, err
	}
	all, err = sitting.Visible(ctx, g.Sources.Sittings, all, func(a *Appeal) []sitting.ID { return []sitting.ID{a.Sitting} })
	return cut(all, skip, limit), len(all), err
}

// Left says how many working days remain for an answer.
func (g *Reviews) Left(a *Appeal) int { return g.Standard.Calendar.Left(g.now(), a.Due) }

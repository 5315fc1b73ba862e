package assess_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// lineup is a panel of three and a chair that meets every rule of a level for
// senior examiners, before two candidates.
func lineup() assess.Lineup {
	l := assess.Lineup{
		Rules: standard.ExaminerRules{Grade: standard.SeniorExaminer, Least: 3, MostDay: 60}, Day: enginetest.Start,
		Examiners: []people.AccountID{"a", "b", "c"}, Chair: "h", Register: map[people.AccountID]people.ExaminerEntry{},
		Roster: []assess.Entrant{{Registration: "r1", Employer: "甲公司", IDHash: "h1"}, {Registration: "r2", IDHash: "h2"}},
		Load:   map[people.AccountID]int{},
	}
	for _, id := range []people.AccountID{"a", "b", "c", "d", "e", "h"} {
		l.Register[id] = enginetest.FitExaminer(id)
	}
	return l
}

func TestFit(t *testing.T) {
	t.Parallel()
	year := enginetest.Start.Year()
	day := enginetest.Start.In(standard.Zone).Format(time.DateOnly)
	change := func(id people.AccountID, f func(*people.ExaminerEntry)) func(*assess.Lineup) {
		return func(l *assess.Lineup) {
			e := l.Register[id]
			f(&e)
			l.Register[id] = e
		}
	}
	related := func(kinds ...people.RelationKind) func(*people.ExaminerEntry) {
		return func(e *people.ExaminerEntry) {
			for _, k := range kinds {
				e.Relations = append(e.Relations, people.Relation{IDHash: "h2", Kind: k}, people.Relation{IDHash: "elsewhere", Kind: k})
			}
		}
	}
	assessed := func(all ...people.YearAssessment) func(*people.ExaminerEntry) {
		return func(e *people.ExaminerEntry) { e.Assessments = all }
	}
	passed, failed := people.AssessedPassed, people.AssessedFailed
	for name, c := range map[string]struct {
		change func(*assess.Lineup)
		want   []assess.Breach
	}{
		"all is well":              {func(*assess.Lineup) {}, nil},
		"five of them":             {func(l *assess.Lineup) { l.Examiners = append(l.Examiners, "d", "e") }, nil},
		"the chair is one of them": {func(l *assess.Lineup) { l.Chair = "a" }, nil},
		"a lower grade where it is enough": {func(l *assess.Lineup) {
			l.Rules.Grade = standard.Examiner
			change("a", func(e *people.ExaminerEntry) { e.Grade = standard.Examiner })(l)
		}, nil},
		"one":                            {func(l *assess.Lineup) { l.Examiners = l.Examiners[:1] }, []assess.Breach{{Rule: assess.TooFew, Count: 1, Limit: 3}}},
		"two":                            {func(l *assess.Lineup) { l.Examiners = l.Examiners[:2] }, []assess.Breach{{Rule: assess.TooFew, Count: 2, Limit: 3}, {Rule: assess.EvenNumber, Count: 2}}},
		"four":                           {func(l *assess.Lineup) { l.Examiners = append(l.Examiners, "d") }, []assess.Breach{{Rule: assess.EvenNumber, Count: 4}}},
		"three where five are asked for": {func(l *assess.Lineup) { l.Rules.Least = 5 }, []assess.Breach{{Rule: assess.TooFew, Count: 3, Limit: 5}}},
		"nobody knows the chair":         {func(l *assess.Lineup) { delete(l.Register, "h") }, []assess.Breach{{Rule: assess.NotRegistered, Examiner: "h"}}},
		"a lower grade":                  {change("b", func(e *people.ExaminerEntry) { e.Grade = standard.Examiner }), []assess.Breach{{Rule: assess.GradeTooLow, Examiner: "b", Detail: "senior"}}},
		"no card":                        {change("b", func(e *people.ExaminerEntry) { e.CardNumber, e.CardUntil = "", "" }), []assess.Breach{{Rule: assess.NoCard, Examiner: "b"}}},
		"a card to the very day":         {change("b", func(e *people.ExaminerEntry) { e.CardUntil = day }), nil},
		"a card to another day":          {change("b", func(e *people.ExaminerEntry) { e.CardUntil = "2020-01-31" }), []assess.Breach{{Rule: assess.CardExpired, Examiner: "b", Detail: "2020-01-31"}}},
		"assessed last year":             {change("b", assessed(people.YearAssessment{Year: year - 1, Result: passed})), nil},
		"assessed before":                {change("b", assessed(people.YearAssessment{Year: year - 2, Result: passed})), []assess.Breach{{Rule: assess.NotAssessed, Examiner: "b", Limit: year}}},
		"failed this year": {change("b", assessed(people.YearAssessment{Year: year, Result: failed}, people.YearAssessment{Year: year - 1, Result: passed})),
			[]assess.Breach{{Rule: assess.NotAssessed, Examiner: "b", Limit: year, Detail: "failed"}}},
		"failed, then passed": {change("b", assessed(people.YearAssessment{Year: year, Result: failed}, people.YearAssessment{Year: year, Result: passed})), nil},
		"the same employer, spelled otherwise": {change("b", func(e *people.ExaminerEntry) { e.Employer = " 甲　公司 " }),
			[]assess.Breach{{Rule: assess.SameEmployer, Examiner: "b", Registrations: []sitting.RegistrationID{"r1"}, Detail: " 甲　公司 "}}},
		"no employer known": {change("b", func(e *people.ExaminerEntry) { e.Employer = "" }), nil},
		"a pupil": {change("h", related(people.Teacher)),
			[]assess.Breach{{Rule: assess.DeclaredRelation, Examiner: "h", Registrations: []sitting.RegistrationID{"r2"}, Detail: "teacher"}}},
		"related twice over": {change("a", related(people.OtherRelation, people.Relative, people.Relative)), []assess.Breach{
			{Rule: assess.DeclaredRelation, Examiner: "a", Registrations: []sitting.RegistrationID{"r2"}, Detail: "relative"},
			{Rule: assess.DeclaredRelation, Examiner: "a", Registrations: []sitting.RegistrationID{"r2"}, Detail: "other"}}},
		"as much as allowed":   {func(l *assess.Lineup) { l.Load["c"] = 58 }, nil},
		"more than allowed":    {func(l *assess.Lineup) { l.Load["c"] = 59 }, []assess.Breach{{Rule: assess.TooMuchLoad, Examiner: "c", Count: 61, Limit: 60}}},
		"no limit":             {func(l *assess.Lineup) { l.Load["c"], l.Rules.MostDay = 1000, 0 }, nil},
		"the chair only leads": {func(l *assess.Lineup) { l.Load["h"] = 1000 }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lineup()
			c.change(&l)
			same(t, "breaches", assess.Fit(&l), c.want)
		})
	}
}

func TestOverridable(t *testing.T) {
	t.Parallel()
	for _, r := range []assess.FitRule{assess.NotRegistered, assess.GradeTooLow, assess.NoCard, assess.CardExpired, assess.NotAssessed, assess.SameEmployer, assess.DeclaredRelation, assess.TooMuchLoad} {
		if !r.Overridable() {
			t.Errorf("%s cannot be overridden", r)
		}
	}
	if assess.TooFew.Overridable() || assess.EvenNumber.Overridable() {
		t.Error("how many examiners it takes can be overridden")
	}
}

// TestAppointUnfit goes from a refused panel over its proposal, its return and
// its change to the second person's approval.
func TestAppointUnfit(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, embedded(t))
	r1 := d.roster["r1"]
	r1.Employer = "示例单位e2"
	d.roster["r1"] = r1
	n := ask
	found, err := d.CheckPanel(ctx, "admin", n)
	ok(t, err)
	want := []assess.Breach{{Rule: assess.SameEmployer, Examiner: "e2", Registrations: []sitting.RegistrationID{"r1"}, Detail: "示例单位e2"}}
	same(t, "found beforehand", found, want)
	_, err = d.Appoint(ctx, "admin", n)
	wantErr(t, "without a reason", err, assess.ErrUnfit)
	n.Why = "没有别的高级考评员"
	even := n
	even.Examiners = append([]people.AccountID{"e4"}, ask.Examiners...)
	_, err = d.Appoint(ctx, "admin", even)
	wantErr(t, "an even number, whatever the reason", err, assess.ErrUnfit)
	same(t, "nothing done, nothing taken down", d.audit.taken(), []string{})

	p, err := d.Appoint(ctx, "admin", n)
	ok(t, err)
	same(t, "proposed", []any{p.State, p.Breaches, *p.Override}, []any{assess.Proposed, want, assess.Override{Why: n.Why, By: "admin", At: enginetest.Start}})
	_, err = d.Save(ctx, "e1", assess.Case{Panel: p.ID, Draw: 1}, 0, assess.Filled{})
	wantErr(t, "nobody scores yet", err, assess.ErrForbidden)
	duties, err := d.Duties(ctx, "e1")
	ok(t, err)
	same(t, "nor is it a duty", len(duties), 0)
	_, err = d.Approve(ctx, "admin", p.ID, p.Version, "")
	wantErr(t, "the same person", err, assess.ErrSecondPerson)
	_, err = d.Approve(ctx, "e4", p.ID, p.Version, "")
	wantErr(t, "no administrator", err, assess.ErrForbidden)
	_, err = d.Approve(ctx, "admin2", p.ID, p.Version+1, "")
	wantErr(t, "another version", err, assess.ErrConflict)
	_, err = d.Return(ctx, "admin2", p.ID, p.Version, " ")
	wantErr(t, "returned without a reason", err, assess.ErrInvalid)
	p, err = d.Return(ctx, "admin2", p.ID, p.Version, "换 e2")
	ok(t, err)
	same(t, "returned", []any{p.State, p.Override.Second}, []any{assess.Returned, people.AccountID("admin2")})
	_, err = d.Approve(ctx, "admin2", p.ID, p.Version, "")
	wantErr(t, "approve what was returned", err, assess.ErrState)

	p, err = d.Change(ctx, "admin", p.Version, n)
	ok(t, err)
	same(t, "proposed anew", []any{p.State, p.Override.Second}, []any{assess.Proposed, people.AccountID("")})
	r2 := d.roster["r2"]
	r2.Employer = "示例单位e3"
	d.roster["r2"] = r2
	_, err = d.Approve(ctx, "admin2", p.ID, p.Version, "")
	wantErr(t, "more is broken now", err, assess.ErrConflict)
	r2.Employer = ""
	d.roster["r2"] = r2
	p, err = d.Approve(ctx, "admin2", p.ID, p.Version, "同意")
	ok(t, err)
	same(t, "approved", []any{p.State, p.Override.By, p.Override.Second, p.Override.SecondWhy}, []any{assess.Appointed, people.AccountID("admin"), people.AccountID("admin2"), "同意"})
	same(t, "taken down", d.audit.taken(), []string{"admin panel.propose", "admin2 panel.return", "admin panel.change", "admin2 panel.approve"})

	whole := n
	whole.Examiners, whole.Why = []people.AccountID{"e1", "e3", "e4"}, ""
	changed, err := d.Change(ctx, "admin2", p.Version, whole)
	ok(t, err)
	same(t, "a fit panel needs nobody else", []any{changed.State, changed.Breaches, changed.Override == nil}, []any{assess.Appointed, []assess.Breach{}, true})
	_, err = d.Save(ctx, "e2", assess.Case{Panel: p.ID, Draw: 1}, 0, assess.Filled{})
	wantErr(t, "who was replaced", err, assess.ErrForbidden)
	_, err = d.Save(ctx, "e4", assess.Case{Panel: p.ID, Draw: 1}, 0, assess.Filled{})
	ok(t, err)
	begun, err := d.deps.Panels.Panel(ctx, p.ID)
	ok(t, err)
	_, err = d.Change(ctx, "admin", begun.Version, ask)
	wantErr(t, "somebody has scored", err, assess.ErrState)
	wantErr(t, "withdraw it", d.Withdraw(ctx, "admin", p.ID, begun.Version, "重组"), assess.ErrState)
}

// TestStations gives a component two stations, of which each has its own draw
// and only those who take the component.
func TestStations(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, embedded(t))
	r3 := d.roster["r3"]
	r3.Components = []standard.Kind{standard.Theory}
	d.roster["r3"] = r3
	first := ask
	first.Weight = 70
	one, err := d.Appoint(ctx, "admin", first)
	ok(t, err)
	second := ask
	second.Station, second.Title, second.Weight = 2, "第二站 消火栓", 31
	_, err = d.Appoint(ctx, "admin", second)
	wantField(t, err, "/weight")
	second.Weight = 0
	two, err := d.Appoint(ctx, "admin", second)
	ok(t, err)
	same(t, "what is left", []any{two.ID, two.Weight, two.Title}, []any{one.ID + "-2", 30, "第二站 消火栓"})
	same(t, "only who takes it", []any{len(one.Draw), one.Number("r3"), len(two.Draw)}, []any{2, 0, 2})
	third := ask
	third.Station = 3
	_, err = d.Appoint(ctx, "admin", third)
	wantField(t, err, "/weight")

	who := one.Draw[0]
	for i, e := range ask.Examiners {
		d.sign(t, e, assess.Case{Panel: one.ID, Draw: one.Number(who)}, filled(0, assess.NotOccurred))
		if i < 2 {
			d.sign(t, e, assess.Case{Panel: two.ID, Draw: two.Number(who)}, filled(1000, assess.NotOccurred))
		}
	}
	state := func() []any {
		t.Helper()
		all, err := d.OutcomesOf(ctx, exam, who)
		ok(t, err)
		if len(all) != 1 || len(all[0].Outcome.Stations) != 2 {
			t.Fatalf("%+v", all)
		}
		o := all[0].Outcome
		return []any{o.State, o.Awarded, o.Weight, o.Stations[0].Outcome.Awarded, o.Stations[1].Outcome.State}
	}
	same(t, "one station waits", state(), []any{assess.Scoring, bank.Marks(0), 100, bank.Marks(10000), assess.Scoring})
	d.sign(t, "e3", assess.Case{Panel: two.ID, Draw: two.Number(who)}, filled(1000, assess.NotOccurred))
	same(t, "by weight", state(), []any{assess.Settled, bank.Marks(9700), 100, bank.Marks(10000), assess.Settled})
	all, err := d.Outcomes(ctx, exam)
	ok(t, err)
	same(t, "one line for each candidate", len(all), 2)

	// The weights of what is settled stay.
	now, err := d.deps.Panels.Panel(ctx, one.ID)
	ok(t, err)
	first.Weight = 60
	_, err = d.Change(ctx, "admin", now.Version, first)
	wantErr(t, "reweigh what is settled", err, assess.ErrState)
}

// TestReweigh mends a weight that keeps a scored component from settling.
func TestReweigh(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, embedded(t))
	n := ask
	n.Weight = 50
	p, err := d.Appoint(ctx, "admin", n)
	ok(t, err)
	for _, e := range ask.Examiners {
		d.sign(t, e, assess.Case{Panel: p.ID, Draw: 1}, filled(0, assess.NotOccurred))
	}
	p, err = d.deps.Panels.Panel(ctx, p.ID)
	ok(t, err)
	n.Weight, n.Title = 100, "唯一一站"
	got, err := d.Change(ctx, "admin", p.Version, n)
	ok(t, err)
	same(t, "weight and title", []any{got.Weight, got.Title, got.Examiners}, []any{100, "唯一一站", p.Examiners})
	all, err := d.OutcomesOf(ctx, exam, p.Draw[0])
	ok(t, err)
	same(t, "settled", []any{all[0].Outcome.State, all[0].Outcome.Awarded}, []any{assess.Settled, bank.Marks(10000)})
}

func TestWithdrawPanel(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, embedded(t))
	ok(t, d.RecordAbsence(ctx, "admin", c, "未到场"))
	wantErr(t, "with an absence", d.Withdraw(ctx, "admin", c.Panel, 1, "重组"), assess.ErrState)
	ok(t, d.WithdrawAbsence(ctx, "admin", c, "记错了"))
	wantErr(t, "by an examiner", d.Withdraw(ctx, "e1", c.Panel, 1, "重组"), assess.ErrForbidden)
	wantErr(t, "without a reason", d.Withdraw(ctx, "admin", c.Panel, 1, " "), assess.ErrInvalid)
	wantErr(t, "another version", d.Withdraw(ctx, "admin", c.Panel, 2, "重组"), assess.ErrConflict)
	ok(t, d.Withdraw(ctx, "admin", c.Panel, 1, "重组"))
	wantErr(t, "again", d.Withdraw(ctx, "admin", c.Panel, 1, "重组"), assess.ErrNotFound)
	_, err := d.Appoint(ctx, "admin", ask)
	ok(t, err)
	same(t, "taken down", d.audit.taken(), []string{
		"admin panel.appoint", "admin absence.record", "admin absence.withdraw", "admin panel.withdraw", "admin panel.appoint"})
}

// TestLoad counts what an examiner scores on the day before other panels.
func TestLoad(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, embedded(t))
	other := enginetest.NewPanel()
	other.Sitting = exam // of the same day
	other.Examiners = []people.AccountID{"e1", "x", "y"}
	for i := range 58 {
		other.Draw = append(other.Draw, sitting.RegistrationID(fmt.Sprint("o", i)))
	}
	other.ID = assess.PanelAt(exam, standard.Review, 9)
	other.Kind, other.Draw = standard.Review, other.Draw[:58]
	ok(t, d.deps.Appointments.InsertPanel(ctx, other))
	found, err := d.CheckPanel(ctx, "admin", ask)
	ok(t, err)
	same(t, "58 and 3 of 60", found, []assess.Breach{{Rule: assess.TooMuchLoad, Examiner: "e1", Count: 61, Limit: 60}})
}

// TestBeginOrChange lets an examiner score for the first time while an
// administrator replaces them: one of the two happens, never both.
func TestBeginOrChange(t *testing.T) {
	t.Parallel()
	for range 10 {
		ctx := t.Context()
		d, c := appointed(t, embedded(t))
		n := ask
		n.Examiners = []people.AccountID{"e2", "e3", "e4"}
		var wg sync.WaitGroup
		var saved, changed error
		wg.Go(func() { _, saved = d.Save(ctx, "e1", c, 0, filled(0, assess.NotOccurred)) })
		wg.Go(func() { _, changed = d.Change(ctx, "admin", 1, n) })
		wg.Wait()
		if (saved == nil) == (changed == nil) {
			t.Fatalf("saved: %v, changed: %v", saved, changed)
		}
		scores, err := d.deps.Scores.ScoresOf(ctx, c.Panel)
		ok(t, err)
		if (len(scores) == 1) != (saved == nil) {
			t.Fatalf("%d scores are kept, saved: %v", len(scores), saved)
		}
	}
}

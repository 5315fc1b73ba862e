package assess_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

type sittings map[sitting.ID]sitting.Sitting

func (s sittings) Sitting(_ context.Context, id sitting.ID) (sitting.Sitting, error) {
	if x, ok := s[id]; ok {
		return x, nil
	}
	return sitting.Sitting{}, sitting.ErrNotFound
}

type accounts map[people.AccountID]people.Account

func (a accounts) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if x, ok := a[id]; ok {
		return x, nil
	}
	return people.Account{}, people.ErrNotFound
}

// roster knows registrations and the people behind them: r1 is candidate-r1,
// whose hash is hash-r1.
type roster map[sitting.RegistrationID]sitting.Registration

func (r roster) RegistrationsByID(_ context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]sitting.Registration, error) {
	out := roster{}
	for _, id := range ids {
		if x, ok := r[id]; ok {
			out[id] = x
		}
	}
	return out, nil
}

func (r roster) CandidatesByID(_ context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	out := map[people.CandidateID]people.Candidate{}
	for _, id := range ids {
		out[id] = people.Candidate{ID: id, IDHash: "hash-" + strings.TrimPrefix(string(id), "candidate-")}
	}
	return out, nil
}

// recorder is an audit record that tells what was taken down.
type recorder struct {
	mu   sync.Mutex
	acts []audit.Event
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, e)
	return nil
}

// taken returns who did what since the last time, and forgets it.
func (r *recorder) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]string, len(r.acts))
	for i, e := range r.acts {
		out[i] = e.Actor + " " + e.Act
	}
	r.acts = nil
	return out
}

// desk is a Desk with its clock and stores.
type desk struct {
	*assess.Desk
	clock    *enginetest.Clock
	deps     assess.Deps
	audit    *recorder
	released *bool
	roster   roster
}

// The sitting of these tests is of level 3 and has three candidates.
const exam sitting.ID = "sitting-1"

var ask = assess.NewPanel{
	Sitting: exam, Kind: standard.Skill, Sheet: assess.SheetRef{ID: "fire", Version: 1},
	Examiners: []people.AccountID{"e1", "e2", "e3"}, Chair: "chair", Spread: assess.DefaultSpread,
}

func newDesk(t *testing.T, db lungo.IDatabase) desk {
	t.Helper()
	store := mongostore.New(db)
	if err := store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	std, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	staff := accounts{"admin2": {ID: "admin2", Roles: []people.Role{people.Administrator}}, "admin": {Roles: []people.Role{people.Administrator}}, "gone": {Roles: []people.Role{people.Examiner}, Disabled: true}}
	for _, id := range []people.AccountID{"e1", "e2", "e3", "e4", "e5", "chair"} {
		staff[id] = people.Account{ID: id, Roles: []people.Role{people.Examiner}}
	}
	staff["chair"] = people.Account{ID: "chair", Roles: []people.Role{people.Chair}}
	sealed := sitting.Sitting{ID: exam, Level: 3, State: sitting.Sealed, Opens: enginetest.Start, Secret: []byte("secret"), Roster: []sitting.RegistrationID{"r1", "r2", "r3"}}
	regs := roster{}
	for _, id := range sealed.Roster {
		regs[id] = sitting.Registration{ID: id, Sitting: exam, Candidate: people.CandidateID("candidate-" + id), Employer: "单位" + string(id)}
	}
	draft := sitting.Sitting{ID: "draft", Level: 3, State: sitting.Draft}
	clock, a, taken, released := enginetest.NewClock(enginetest.Start), store.Assessments(), &recorder{}, false
	deps := assess.Deps{
		Sheets: a, Panels: a, Appointments: a, Scores: a, Versions: a, Unlocks: a, Rulings: a, Sittings: sittings{exam: sealed, "draft": draft},
		Roster: regs, Candidates: regs, Examiners: store.Examiners(), Accounts: staff, Audit: taken, Standard: std, Clock: clock,
		Released: func(context.Context, sitting.ID) (bool, error) { return released, nil },
	}
	for id, a := range staff {
		if a.Has(people.Examiner) {
			_, err := deps.Examiners.PutExaminer(t.Context(), enginetest.FitExaminer(id))
			ok(t, err)
		}
	}
	d := desk{assess.NewDesk(deps), clock, deps, taken, &released, regs}
	ok(t, d.Provide(t.Context(), []assess.Sheet{enginetest.SkillSheet("fire")}))
	return d
}

// appointed returns a desk whose sitting has its panel.
func appointed(t *testing.T, db lungo.IDatabase) (desk, assess.Case) {
	t.Helper()
	d := newDesk(t, db)
	p, err := d.Appoint(t.Context(), "admin", ask)
	ok(t, err)
	return d, assess.Case{Panel: p.ID, Draw: 2}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// filled is a whole sheet that loses lost marks in its last row.
func filled(lost bank.Marks, v assess.Verdict) assess.Filled {
	f := assess.Filled{
		Rows: []assess.RowScore{
			{Row: "lead", Touched: true, Other: lost, Note: "走错路线"}, {Row: "call", Touched: true}, {Row: "put-out", Touched: true},
		},
		Vetoes: []assess.Finding{{Veto: "live", Verdict: v}},
	}
	if v == assess.Occurred {
		f.Vetoes[0].Fact = " 10:38 未拉闸即泼水 "
	}
	return f
}

// sign saves and signs a score.
func (d desk) sign(t *testing.T, by people.AccountID, c assess.Case, f assess.Filled) {
	t.Helper()
	form, err := d.Save(t.Context(), by, c, 0, f)
	ok(t, err)
	form, err = d.Lock(t.Context(), by, c, form.Version)
	ok(t, err)
	if form.State != assess.Locked || form.Version != 2 {
		t.Fatalf("signed: %s, version %d", form.State, form.Version)
	}
}

// TestWholeLine goes from the panel to the outcomes of three candidates: one
// whom the examiners agree on, one whom the chair decides, one who is absent.
func TestWholeLine(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		ctx := t.Context()
		d, agreed := appointed(t, db)
		split, missing := assess.Case{Panel: agreed.Panel, Draw: 3}, assess.Case{Panel: agreed.Panel, Draw: 1}
		duties, err := d.Duties(ctx, "e2")
		ok(t, err)
		same(t, "duties", duties, []assess.Duty{{
			Panel: agreed.Panel, Sitting: exam, Level: 3, Kind: standard.Skill, Station: 1, Sheet: ask.Sheet, Title: "初期火灾处置（示例）",
			Sample: true, Minutes: 30, Candidates: 3, Examiners: 3, Place: 2,
		}})
		for i, lost := range []bank.Marks{1000, 1500, 2400} {
			d.sign(t, ask.Examiners[i], agreed, filled(lost, assess.NotOccurred))
			d.sign(t, ask.Examiners[i], split, filled(0, []assess.Verdict{assess.NotOccurred, assess.NotOccurred, assess.Occurred}[i]))
		}
		ok(t, d.RecordAbsence(ctx, "chair", missing, "未到场"))
		tasks, err := d.Tasks(ctx, "e3", agreed.Panel)
		ok(t, err)
		if len(tasks) != 3 || !tasks[0].Absent || tasks[1].Total.Marks != 7600 || tasks[2].Total.Marks != 0 || tasks[2].State != assess.Locked {
			t.Errorf("tasks: %+v", tasks)
		}
		standings, err := d.Standings(ctx, "chair", agreed.Panel)
		ok(t, err)
		same(t, "the chair has one to decide", []assess.State{standings[0].Outcome.State, standings[1].Outcome.State, standings[2].Outcome.State},
			[]assess.State{assess.Settled, assess.Settled, assess.Chair})
		_, err = d.Decide(ctx, "chair", split, assess.Judgement{Ruling: assess.Uphold, Why: "录像可见"})
		ok(t, err)

		all, err := d.Outcomes(ctx, exam)
		ok(t, err)
		// r1 r2 r3 by HMAC under "secret"; see TestDrawOrder for the scheme.
		order := assess.DrawOrder([]byte("secret"), exam, standard.Skill, 1, []sitting.RegistrationID{"r1", "r2", "r3"})
		var got []string
		for i, o := range all {
			got = append(got, fmt.Sprint(o.Outcome.Stations[0].Draw, " ", o.Registration == order[i], " ", o.Outcome.State, " ", o.Outcome.Awarded, " ", o.Outcome.Absent, " ", o.Outcome.Vetoed))
		}
		same(t, "outcomes", got, []string{"1 true settled 0 true false", "2 true settled 83.67 false false", "3 true settled 0 false true"})
		one, err := d.OutcomesOf(ctx, exam, order[1])
		ok(t, err)
		same(t, "of one candidate", one, all[1:2])
	})
}

func TestProvide(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, servers.Embedded(t))
	samples, err := assess.SampleSheets()
	ok(t, err)
	for range 2 {
		ok(t, d.Provide(ctx, samples))
	}
	all, err := d.Sheets(ctx)
	ok(t, err)
	if len(all) != len(samples)+1 {
		t.Errorf("%d sheets, want %d", len(all), len(samples)+1)
	}
	changed := enginetest.SkillSheet("fire")
	changed.Minutes++
	wantErr(t, "other content", d.Provide(ctx, []assess.Sheet{changed}), assess.ErrImmutable)
	changed.Version, changed.Sections = 2, nil
	wantErr(t, "no sheet", d.Provide(ctx, []assess.Sheet{changed}), assess.ErrInvalid)
}

func TestAppoint(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, servers.Embedded(t))
	ok(t, d.Provide(ctx, []assess.Sheet{func() assess.Sheet { s := enginetest.SkillSheet("of-level-2"); s.Level = 2; return s }()}))
	for name, c := range map[string]struct {
		change func(*assess.NewPanel)
		field  string
	}{
		"ErrReview":   {func(n *assess.NewPanel) { n.Kind = standard.Review }, "/kind"},
		"ErrTheory":   {func(n *assess.NewPanel) { n.Kind = standard.Theory }, "/kind"},
		"ErrSheet":    {func(n *assess.NewPanel) { n.Sheet.Version = 9 }, "/sheet"},
		"ErrLevel":    {func(n *assess.NewPanel) { n.Sheet.ID = "of-level-2" }, "/sheet"},
		"ErrNone":     {func(n *assess.NewPanel) { n.Examiners = nil }, "/examiners"},
		"ErrStation":  {func(n *assess.NewPanel) { n.Station = 10 }, "/station"},
		"ErrWeight":   {func(n *assess.NewPanel) { n.Weight = 101 }, "/weight"},
		"ErrStranger": {func(n *assess.NewPanel) { n.Examiners = []people.AccountID{"e1", "who", "e3"} }, "/examiners/1"},
		"ErrDisabled": {func(n *assess.NewPanel) { n.Examiners = []people.AccountID{"e1", "e2", "gone"} }, "/examiners/2"},
		"ErrRole":     {func(n *assess.NewPanel) { n.Examiners = []people.AccountID{"admin", "e2", "e3"} }, "/examiners/0"},
		"ErrChair":    {func(n *assess.NewPanel) { n.Chair = "admin" }, "/chair"},
	} {
		n := ask
		c.change(&n)
		_, err := d.Appoint(ctx, "admin", n)
		t.Run(name, func(t *testing.T) { wantField(t, err, c.field) })
	}
	for what, c := range map[string]struct {
		by      people.AccountID
		sitting sitting.ID
		want    error
	}{
		"an examiner":   {"e1", exam, assess.ErrForbidden},
		"nobody":        {"", exam, assess.ErrForbidden},
		"a draft":       {"admin", "draft", assess.ErrState},
		"another world": {"admin", "nowhere", sitting.ErrNotFound},
	} {
		n := ask
		n.Sitting = c.sitting
		_, err := d.Appoint(ctx, c.by, n)
		wantErr(t, what, err, c.want)
	}
	p, err := d.Appoint(ctx, "admin", ask)
	ok(t, err)
	same(t, "defaults", []any{p.Rule, p.CreatedBy, p.Created, len(p.Draw)}, []any{assess.Mean, people.AccountID("admin"), enginetest.Start, 3})
	_, err = d.Appoint(ctx, "admin", ask)
	wantErr(t, "again", err, assess.ErrDuplicate)
	panels, err := d.Panels(ctx, "admin", exam)
	ok(t, err)
	same(t, "panels", panels, []assess.Panel{p})
	_, err = d.Panels(ctx, "e1", exam)
	wantErr(t, "an examiner would see who is who", err, assess.ErrForbidden)
}

func TestSave(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	blank, err := d.Form(ctx, "e1", c)
	ok(t, err)
	same(t, "blank", []any{blank.Version, blank.State, blank.Total.Waiting, blank.Total.Pending, blank.Total.Marks},
		[]any{0, assess.Open, 3, 1, bank.Marks(0)})

	part := assess.Filled{Rows: []assess.RowScore{{Row: "call", Touched: true, Deductions: []assess.Counted{{Deduction: "chief", Times: 1}, {Deduction: "item", Times: 2}}}}}
	first, err := d.Save(ctx, "e1", c, 0, part)
	ok(t, err)
	same(t, "first", []any{first.Version, first.Total.Marks, first.Total.Of, first.Total.Waiting, first.Saved}, []any{1, bank.Marks(900), bank.Marks(2000), 2, enginetest.Start})
	again, err := d.Save(ctx, "e1", c, 0, part)
	ok(t, err)
	same(t, "the same again", again, first)
	_, err = d.Save(ctx, "e1", c, 0, filled(0, assess.NotOccurred))
	wantErr(t, "something else", err, assess.ErrConflict)
	d.clock.Advance(time.Minute)
	second, err := d.Save(ctx, "e1", c, 1, assess.Filled{})
	ok(t, err)
	same(t, "a whole sheet is replaced", []any{second.Version, second.Total.Waiting, second.Saved}, []any{2, 3, enginetest.Start.Add(time.Minute)})
	read, err := d.Form(ctx, "e1", c)
	ok(t, err)
	same(t, "read", read, second)

	var wg sync.WaitGroup
	won := make([]bool, 6)
	for n := range won {
		wg.Go(func() {
			_, err := d.Save(ctx, "e1", c, 2, filled(bank.Marks(n+1), assess.NotOccurred))
			won[n] = err == nil
			if err != nil && !errors.Is(err, assess.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	count := 0
	for _, w := range won {
		if w {
			count++
		}
	}
	same(t, "one of those who saved at once", count, 1)
}

func TestSaveFaults(t *testing.T) {
	t.Parallel()
	d, c := appointed(t, servers.Embedded(t))
	row := func(r assess.RowScore) assess.Filled { return assess.Filled{Rows: []assess.RowScore{r}} }
	count := func(all ...assess.Counted) assess.Filled {
		return row(assess.RowScore{Row: "call", Touched: true, Deductions: all})
	}
	veto := func(all ...assess.Finding) assess.Filled { return assess.Filled{Vetoes: all} }
	for name, x := range map[string]struct {
		in    assess.Filled
		field string
	}{
		"ErrRow":           {row(assess.RowScore{Row: "nothing"}), "/rows/0/row"},
		"ErrRowTwice":      {assess.Filled{Rows: []assess.RowScore{{Row: "call"}, {Row: "call"}}}, "/rows/1/row"},
		"ErrOther":         {row(assess.RowScore{Row: "call", Touched: true, Other: 2001}), "/rows/0/other"},
		"ErrBonus":         {row(assess.RowScore{Row: "call", Touched: true, Other: -1}), "/rows/0/other"},
		"ErrUntouched":     {row(assess.RowScore{Row: "call", Other: 1}), "/rows/0/touched"},
		"ErrDeduction":     {count(assess.Counted{Deduction: "wind", Times: 1}), "/rows/0/deductions/0/deduction"},
		"ErrTimes":         {count(assess.Counted{Deduction: "item", Times: 6}), "/rows/0/deductions/0/times"},
		"ErrNever":         {count(assess.Counted{Deduction: "item", Times: 0}), "/rows/0/deductions/0/times"},
		"ErrDeductionTwin": {count(assess.Counted{Deduction: "item", Times: 1}, assess.Counted{Deduction: "item", Times: 1}), "/rows/0/deductions/1/deduction"},
		"ErrVeto":          {veto(assess.Finding{Veto: "nothing", Verdict: assess.Occurred}), "/vetoes/0/veto"},
		"ErrVetoTwice":     {veto(assess.Finding{Veto: "live", Verdict: assess.Occurred}, assess.Finding{Veto: "live", Verdict: assess.NotOccurred}), "/vetoes/1/veto"},
		"ErrVerdict":       {veto(assess.Finding{Veto: "live"}), "/vetoes/0/verdict"},
	} {
		_, err := d.Save(t.Context(), "e1", c, 0, x.in)
		t.Run(name, func(t *testing.T) { wantField(t, err, x.field) })
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	stand := assess.Judgement{Ruling: assess.Stand, Why: "三份评分有效"}
	_, err := d.Decide(ctx, "chair", c, stand)
	wantErr(t, "before all have signed", err, assess.ErrState)
	for i, lost := range []bank.Marks{0, 1000, 2000} {
		d.sign(t, ask.Examiners[i], c, filled(lost, assess.NotOccurred))
	}
	for name, x := range map[string]struct {
		in    assess.Judgement
		field string
	}{
		"ErrRuling": {assess.Judgement{Ruling: "dice", Why: "因为"}, "/ruling"},
		"ErrNoVeto": {assess.Judgement{Ruling: assess.Uphold, Why: "因为"}, "/ruling"},
		"ErrMarks":  {assess.Judgement{Ruling: assess.Stand, Marks: 1, Why: "因为"}, "/marks"},
		"ErrHigh":   {assess.Judgement{Ruling: assess.Fix, Marks: 10001, Why: "因为"}, "/marks"},
		"ErrLow":    {assess.Judgement{Ruling: assess.Fix, Marks: 7999, Why: "因为"}, "/marks"},
		"ErrWhy":    {assess.Judgement{Ruling: assess.Stand, Why: " "}, "/reason"},
	} {
		_, err := d.Decide(ctx, "chair", c, x.in)
		t.Run(name, func(t *testing.T) { wantField(t, err, x.field) })
	}
	first, err := d.Decide(ctx, "chair", c, stand)
	ok(t, err)
	same(t, "settled", []any{first.State, first.Awarded, first.Spread, first.Decision.By}, []any{assess.Settled, bank.Marks(9000), bank.Marks(2000), people.AccountID("chair")})
	d.clock.Advance(time.Minute)
	again, err := d.Decide(ctx, "chair", c, stand)
	ok(t, err)
	same(t, "the same again", again, first)
	_, err = d.Decide(ctx, "chair", c, assess.Judgement{Ruling: assess.Fix, Marks: 8000, Why: "另有想法"})
	wantErr(t, "another word", err, assess.ErrState)
}

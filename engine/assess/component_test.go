package assess_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// scored returns a score that loses lost marks in its last row, of 40 points,
// and has every row touched and the veto decided.
func scored(p *assess.Panel, examiner people.AccountID, lost bank.Marks, v assess.Verdict) assess.Score {
	sheet := enginetest.SkillSheet("fire")
	s := assess.Blank(&sheet, assess.ScoreKey{Panel: p.ID, Registration: "registration-1", Examiner: examiner})
	for i := range s.Rows {
		s.Rows[i].Touched = true
	}
	s.Rows[2].Other, s.Rows[2].Note = lost, "示例"
	s.Vetoes[0].Verdict = v
	s.State = assess.Locked
	return s
}

// TestScoreStates runs every state against every act.
func TestScoreStates(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, s := range []assess.ScoreState{assess.Open, assess.Locked, "nonsense"} {
		for _, a := range []assess.ScoreAct{assess.SaveScore, assess.LockScore, assess.UnlockScore, "nonsense"} {
			next, err := s.Next(a)
			got[fmt.Sprint(s, " ", a)] = fmt.Sprint(next, " ", err == nil)
		}
	}
	same(t, "moves", got, map[string]string{
		"open save": "open true", "open lock": "locked true", "open unlock": "open false", "open nonsense": "open false",
		"locked save": "locked false", "locked lock": "locked false", "locked unlock": "open true", "locked nonsense": "locked false",
		"nonsense save": "nonsense false", "nonsense lock": "nonsense false", "nonsense unlock": "nonsense false", "nonsense nonsense": "nonsense false",
	})
}

func TestTotal(t *testing.T) {
	t.Parallel()
	sheet := enginetest.SkillSheet("fire")
	blank := assess.Blank(&sheet, assess.ScoreKey{})
	same(t, "a blank sheet has no marks", assess.TotalOf(&sheet, &blank), assess.Total{Sections: []bank.Marks{0, 0}, Waiting: 3, Pending: 1})
	same(t, "nor has no sheet at all", assess.TotalOf(&sheet, &assess.Score{}), assess.Total{Sections: []bank.Marks{0, 0}, Waiting: 3, Pending: 1})

	s := blank
	s.Rows = []assess.RowScore{
		{Row: "call", Touched: true, Deductions: []assess.Counted{{Deduction: "item", Times: 2}}},
		{Row: "put-out", Touched: true, Deductions: []assess.Counted{{Deduction: "wind", Times: 1}, {Deduction: "wrong", Times: 1}}},
		{Row: "lead"},
	}
	same(t, "never below 0", assess.TotalOf(&sheet, &s), assess.Total{Marks: 1400, Sum: 1400, Of: 6000, Sections: []bank.Marks{1400, 0}, Waiting: 1, Pending: 1})

	s.Rows[2] = assess.RowScore{Row: "lead", Touched: true, Other: 150}
	s.Vetoes = []assess.Finding{{Veto: "live", Verdict: assess.Occurred}}
	want := assess.Total{Sum: 5250, Of: 10000, Sections: []bank.Marks{1400, 3850}, Complete: true, Vetoed: true}
	same(t, "a veto takes all", assess.TotalOf(&sheet, &s), want)
	s.Vetoes[0].Verdict = assess.NotOccurred
	want.Marks, want.Vetoed = 5250, false
	same(t, "nothing is left open", assess.TotalOf(&sheet, &s), want)
}

// TestRowMarks holds a row inside its bounds whatever is deducted.
func TestRowMarks(t *testing.T) {
	t.Parallel()
	row := enginetest.SkillSheet("fire").Sections[0].Rows[0]
	rapid.Check(t, func(t *rapid.T) {
		r := assess.RowScore{Row: row.ID, Touched: rapid.Bool().Draw(t, "touched"), Other: bank.Marks(rapid.Int64Range(-5000, 5000).Draw(t, "other"))}
		for _, d := range row.Deductions {
			r.Deductions = append(r.Deductions, assess.Counted{Deduction: d.ID, Times: rapid.IntRange(0, 20).Draw(t, "times")})
		}
		got := assess.RowMarks(&row, r)
		if got < 0 || got > row.Full || !r.Touched && got != 0 {
			t.Fatalf("%+v earns %s of %s", r, got, row.Full)
		}
	})
}

func TestPanelCheck(t *testing.T) {
	t.Parallel()
	five := []people.AccountID{"a", "b", "c", "d", "e"}
	for name, c := range map[string]struct {
		change func(*assess.Panel)
		field  string
	}{
		"ErrNone":    {func(p *assess.Panel) { p.Examiners = nil }, "/examiners"},
		"ErrStation": {func(p *assess.Panel) { p.Station = 10 }, "/station"},
		"ErrTitle":   {func(p *assess.Panel) { p.Title = strings.Repeat("长", 41) }, "/title"},
		"ErrWeight":  {func(p *assess.Panel) { p.Weight = 0 }, "/weight"},
		"ErrTwice":   {func(p *assess.Panel) { p.Examiners = []people.AccountID{"a", "b", "a"} }, "/examiners/2"},
		"ErrNobody":  {func(p *assess.Panel) { p.Examiners = []people.AccountID{"a", "", "b"} }, "/examiners/1"},
		"ErrChair":   {func(p *assess.Panel) { p.Chair = "" }, "/chair"},
		"ErrRule":    {func(p *assess.Panel) { p.Rule = "best" }, "/rule"},
		"ErrTrimmed": {func(p *assess.Panel) { p.Rule = assess.TrimmedMean }, "/rule"},
		"ErrSpread":  {func(p *assess.Panel) { p.Spread = -1 }, "/spread"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := enginetest.NewPanel()
			c.change(&p)
			wantField(t, p.Check(), c.field)
		})
	}
	p := enginetest.NewPanel()
	p.Examiners, p.Rule, p.Spread = five, assess.TrimmedMean, 0
	if err := p.Check(); err != nil {
		t.Error(err)
	}
}

func TestMayRead(t *testing.T) {
	t.Parallel()
	p := enginetest.NewPanel()
	all := []assess.Score{scored(&p, "examiner-1", 0, assess.NotOccurred), scored(&p, "examiner-2", 0, assess.NotOccurred), scored(&p, "examiner-3", 0, assess.NotOccurred)}
	open := []assess.Score{all[0], all[1]}
	for _, c := range []struct {
		reader, examiner people.AccountID
		scores           []assess.Score
		want             bool
	}{
		{"examiner-1", "examiner-1", nil, true},
		{"examiner-1", "examiner-2", open, false},
		{"examiner-1", "examiner-2", all, true},
		{"chair", "examiner-2", open, false},
		{"chair", "examiner-2", all, true},
		{"stranger", "examiner-2", all, false},
		{"stranger", "stranger", all, false},
	} {
		if got := p.MayRead(c.reader, c.examiner, c.scores); got != c.want {
			t.Errorf("%s reads %s with %d signed: %v", c.reader, c.examiner, len(c.scores), got)
		}
	}
}

func TestComponent(t *testing.T) {
	t.Parallel()
	p, sheet := enginetest.NewPanel(), enginetest.SkillSheet("fire")
	no, yes := assess.NotOccurred, assess.Occurred
	three := func(a, b, c bank.Marks, v assess.Verdict) []assess.Score {
		return []assess.Score{scored(&p, "examiner-3", c, no), scored(&p, "examiner-1", a, v), scored(&p, "examiner-2", b, no)}
	}
	open := scored(&p, "examiner-1", 0, no)
	open.State = assess.Open
	rule := func(r assess.Ruling, m bank.Marks) []assess.Decision {
		return []assess.Decision{{Basis: 7, Ruling: assess.Fix, Marks: 1}, {Ruling: r, Marks: m}} // the first was given on other scores
	}
	for _, c := range []struct {
		name    string
		in      assess.Evidence
		state   assess.State
		awarded bank.Marks
		vetoed  bool
		reasons []assess.Reason
	}{
		{"nobody", assess.Evidence{}, assess.Pending, 0, false, nil},
		{"a stranger", assess.Evidence{Scores: []assess.Score{scored(&p, "stranger", 0, no)}}, assess.Pending, 0, false, nil},
		{"one at work", assess.Evidence{Scores: []assess.Score{open}}, assess.Scoring, 0, false, nil},
		{"two signed", assess.Evidence{Scores: three(0, 0, 0, no)[:2]}, assess.Scoring, 0, false, nil},
		{"agreed", assess.Evidence{Scores: three(1000, 1500, 2400, no)}, assess.Settled, 8367, false, nil},
		{"at the threshold", assess.Evidence{Scores: three(0, 0, 1500, no)}, assess.Settled, 9500, false, nil},
		{"above it", assess.Evidence{Scores: three(0, 0, 1501, no)}, assess.Chair, 0, false, []assess.Reason{assess.WideSpread}},
		{"stand", assess.Evidence{Scores: three(0, 0, 1501, no), Decisions: rule(assess.Stand, 0)}, assess.Settled, 9500, false, []assess.Reason{assess.WideSpread}},
		{"fix", assess.Evidence{Scores: three(0, 0, 1501, no), Decisions: rule(assess.Fix, 9000)}, assess.Settled, 9000, false, []assess.Reason{assess.WideSpread}},
		{"one saw a veto", assess.Evidence{Scores: three(0, 0, 0, yes)}, assess.Chair, 0, false, []assess.Reason{assess.VetoReported}},
		{"upheld", assess.Evidence{Scores: three(0, 0, 0, yes), Decisions: rule(assess.Uphold, 0)}, assess.Settled, 0, true, []assess.Reason{assess.VetoReported}},
		{"not upheld", assess.Evidence{Scores: three(0, 0, 300, yes), Decisions: rule(assess.Stand, 0)}, assess.Settled, 9900, false, []assess.Reason{assess.VetoReported}},
		{"absent", assess.Evidence{Scores: three(0, 0, 0, no), Absence: &assess.Absence{}}, assess.Settled, 0, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := assess.Component(&p, &sheet, c.in)
			same(t, "outcome", []any{got.State, got.Awarded, got.Vetoed, got.Absent, len(got.Reasons)}, []any{c.state, c.awarded, c.vetoed, c.in.Absence != nil, len(c.reasons)})
			same(t, "reasons", got.Reasons, c.reasons)
			if got.Signed < 3 && (len(got.Sheets) > 0 || got.Combined != 0 || got.Spread != 0) {
				t.Errorf("something is known before all have signed: %+v", got)
			}
		})
	}
}

// TestComponentOrder lets scores arrive in any order and with strangers among
// them.
func TestComponentOrder(t *testing.T) {
	t.Parallel()
	p, sheet := enginetest.NewPanel(), enginetest.SkillSheet("fire")
	verdicts := []assess.Verdict{assess.Undecided, assess.NotOccurred, assess.Occurred}
	rapid.Check(t, func(t *rapid.T) {
		var scores []assess.Score
		for _, e := range append([]people.AccountID{"stranger"}, p.Examiners...) {
			s := scored(&p, e, bank.Marks(rapid.Int64Range(0, 4000).Draw(t, "lost")), rapid.SampledFrom(verdicts).Draw(t, "veto"))
			s.State = rapid.SampledFrom([]assess.ScoreState{assess.Locked, assess.Locked, assess.Open}).Draw(t, "state")
			scores = append(scores, s)
		}
		want := assess.Component(&p, &sheet, assess.Evidence{Scores: scores})
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		shuffle.Shuffle(len(scores), func(i, j int) { scores[i], scores[j] = scores[j], scores[i] })
		if d := cmp.Diff(want, assess.Component(&p, &sheet, assess.Evidence{Scores: scores})); d != "" {
			t.Fatalf("the order matters (-want +got):\n%s", d)
		}
	})
}

// TestDrawOrder pins the scheme, so that a draw can be checked later. The
// wanted order was computed with Python's hmac.
func TestDrawOrder(t *testing.T) {
	t.Parallel()
	all := []sitting.RegistrationID{"r1", "r2", "r3", "r4", "r5"}
	got := assess.DrawOrder([]byte("secret"), "s", standard.Skill, 1, all)
	same(t, "order", got, []sitting.RegistrationID{"r1", "r4", "r2", "r3", "r5"})
	same(t, "whatever the order of registration", assess.DrawOrder([]byte("secret"), "s", standard.Skill, 1, []sitting.RegistrationID{"r5", "r3", "r1", "r2", "r4"}), got)
	if cmp.Equal(got, assess.DrawOrder([]byte("secret"), "s", standard.Review, 1, all)) {
		t.Error("two components have the same draw")
	}
	second := assess.DrawOrder([]byte("secret"), "s", standard.Skill, 2, all)
	same(t, "of the second station", second, []sitting.RegistrationID{"r3", "r2", "r5", "r4", "r1"})
}

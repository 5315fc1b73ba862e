package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// AssessStore is all that assess.Desk keeps.
type AssessStore interface {
	assess.Sheets
	assess.Panels
	assess.Appointments
	assess.Scores
	assess.Versions
	assess.Unlocks
	assess.Rulings
}

// RunAssess is the suite that every store of assessments must pass. open
// returns a store that the subtests may share.
func RunAssess(t *testing.T, open func(t *testing.T) AssessStore) {
	for name, test := range map[string]func(*testing.T, AssessStore){
		"Sheets":          assessSheets,
		"Panels":          assessPanels,
		"PanelChanges":    assessPanelChanges,
		"Versions":        assessVersions,
		"Unlocks":         assessUnlocks,
		"Scores":          assessScores,
		"ScoreConflict":   assessScoreConflict,
		"ScoreConcurrent": assessScoreConcurrent,
		"ScoreLocked":     assessScoreLocked,
		"Decisions":       assessDecisions,
		"Absences":        assessAbsences,
		"Missing":         assessMissing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// SkillSheet returns a small score sheet of level 3: two sections of 60 and 40
// points, three rows, one veto.
func SkillSheet(id assess.SheetID) assess.Sheet {
	return assess.Sheet{
		SheetRef: assess.SheetRef{ID: id, Version: 1}, Level: 3, Kind: standard.Skill, Title: "初期火灾处置（示例）", Minutes: 30, Sample: true,
		Vetoes: []assess.Veto{{ID: "live", Text: "未切断电源即用水扑救电气火灾"}},
		Sections: []assess.Section{
			{Function: "应急管理", Title: "灭火", Rows: []assess.Row{
				{ID: "call", Text: "报警与报告", Full: 2000, Rule: "说清单位、地点、燃烧物", Deductions: []assess.Deduction{
					{ID: "item", Label: "每缺一项", Marks: 300, Most: 5}, {ID: "chief", Label: "未报告值班领导", Marks: 500, Most: 1}}},
				{ID: "put-out", Text: "灭火操作", Full: 4000, Rule: "站上风，对准火焰根部", Deductions: []assess.Deduction{
					{ID: "wind", Label: "未站上风", Marks: 1000, Most: 1}, {ID: "wrong", Label: "灭火器选错", Marks: 4000, Most: 1}}},
			}},
			{Function: "组织防范", Title: "疏散", Rows: []assess.Row{
				{ID: "lead", Text: "疏散引导", Full: 4000, Rule: "路线正确，清点人数"},
			}},
		},
	}
}

// NewPanel returns a panel of three with two candidates that no other test
// uses.
func NewPanel() assess.Panel {
	id := sitting.ID(uuid.NewString())
	return assess.Panel{
		ID: assess.PanelOf(id, standard.Skill), Sitting: id, Level: 3, Kind: standard.Skill, Station: 1, Weight: 100,
		State: assess.Appointed, Version: 1, Sheet: assess.SheetRef{ID: "fire", Version: 1},
		Examiners: []people.AccountID{"examiner-1", "examiner-2", "examiner-3"}, Chair: "chair", Rule: assess.Mean, Spread: 1500,
		Draw: []sitting.RegistrationID{"registration-2", "registration-1"}, Created: Start, CreatedBy: "administrator",
	}
}

func newScore(p assess.Panel) assess.Score {
	sheet := SkillSheet("fire")
	s := assess.Blank(&sheet, assess.ScoreKey{Panel: p.ID, Registration: "registration-1", Examiner: "examiner-1"})
	s.Rows[0] = assess.RowScore{
		Row: "call", Touched: true, Deductions: []assess.Counted{{Deduction: "item", Times: 2}, {Deduction: "chief", Times: 1}},
		Other: 50, Note: "声音太小",
	}
	s.Vetoes[0] = assess.Finding{Veto: "live", Verdict: assess.Occurred, Fact: "10:38 未拉闸即泼水"}
	s.Saved = Start
	return s
}

func assessSheets(t *testing.T, store AssessStore) {
	ctx := t.Context()
	first := SkillSheet(assess.SheetID("s-" + uuid.NewString()))
	second := first
	second.Version = 2
	second.Title = "另一版（示例）"
	check(t, store.InsertSheet(ctx, second))
	check(t, store.InsertSheet(ctx, first))
	changed := first
	changed.Title = "改过"
	wantErr(t, "again", store.InsertSheet(ctx, changed), assess.ErrDuplicate)
	got, err := store.Sheet(ctx, first.SheetRef)
	check(t, err)
	diff(t, "a version stays", got, first)
	all, err := store.Sheets(ctx)
	check(t, err)
	var mine []assess.Sheet
	for _, s := range all {
		if s.ID == first.ID {
			mine = append(mine, s)
		}
	}
	diff(t, "by version", mine, []assess.Sheet{first, second})
}

func assessPanels(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	who := people.AccountID(uuid.NewString())
	p.Examiners[1] = who
	check(t, store.InsertPanel(ctx, p))
	again := p
	again.Chair = "somebody"
	wantErr(t, "again", store.InsertPanel(ctx, again), assess.ErrDuplicate)
	got, err := store.Panel(ctx, p.ID)
	check(t, err)
	diff(t, "panel", got, p)

	review := p
	review.ID, review.Kind, review.Created = assess.PanelOf(p.Sitting, standard.Review), standard.Review, Start.Add(time.Hour)
	review.Examiners, review.Chair = []people.AccountID{"examiner-1", "examiner-2", "examiner-3"}, who
	other := NewPanel()
	other.Chair, other.Created = who, Start.Add(-time.Hour)
	check(t, store.InsertPanel(ctx, review))
	check(t, store.InsertPanel(ctx, other))
	all, err := store.PanelsOfSitting(ctx, p.Sitting)
	check(t, err)
	diff(t, "of the sitting", all, []assess.Panel{review, p})
	all, err = store.PanelsOfMember(ctx, who)
	check(t, err)
	diff(t, "of an examiner and chair", all, []assess.Panel{review, p, other})
}

// assessPanelChanges replaces and deletes a panel at its version only.
func assessPanelChanges(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	p.ID, p.Station, p.Title, p.Weight, p.State = assess.PanelAt(p.Sitting, p.Kind, 2), 2, "第二站 消火栓", 40, assess.Proposed
	p.Breaches = []assess.Breach{
		{Rule: assess.SameEmployer, Examiner: "examiner-2", Registrations: []sitting.RegistrationID{"registration-1"}, Detail: "示例公司"},
		{Rule: assess.TooMuchLoad, Examiner: "examiner-3", Count: 70, Limit: 60},
	}
	p.Override = &assess.Override{Why: "没有别人", By: "administrator", At: Start}
	check(t, store.InsertPanel(ctx, p))
	got, err := store.Panel(ctx, p.ID)
	check(t, err)
	diff(t, "inserted", got, p)
	p.State, p.Begun = assess.Appointed, Start.Add(time.Hour)
	p.Override = &assess.Override{Why: "没有别人", By: "administrator", At: Start, Second: "other", SecondWhy: "同意", SecondAt: Start.Add(time.Minute)}
	stored, err := store.ReplacePanel(ctx, p)
	check(t, err)
	want := p
	want.Version = 2
	diff(t, "replaced", stored, want)
	_, err = store.ReplacePanel(ctx, p)
	wantErr(t, "an old version", err, assess.ErrConflict)
	wantErr(t, "deleting an old version", store.DeletePanel(ctx, p.ID, 1), assess.ErrConflict)
	got, err = store.Panel(ctx, p.ID)
	check(t, err)
	diff(t, "as it was replaced", got, want)
	check(t, store.DeletePanel(ctx, p.ID, 2))
	_, err = store.Panel(ctx, p.ID)
	wantErr(t, "deleted", err, assess.ErrNotFound)
}

// assessVersions keeps what was signed and opens a score again.
func assessVersions(t *testing.T, store AssessStore) {
	ctx, s := t.Context(), newScore(NewPanel())
	stored, err := store.PutScore(ctx, s)
	check(t, err)
	wantErr(t, "reopen what is open", store.ReopenScore(ctx, stored), assess.ErrConflict)
	stored.State, stored.Locked = assess.Locked, Start.Add(time.Minute)
	signed, err := store.PutScore(ctx, stored)
	check(t, err)
	check(t, store.InsertVersion(ctx, signed))
	changed := signed
	changed.Rows = nil
	wantErr(t, "a version again", store.InsertVersion(ctx, changed), assess.ErrDuplicate)
	open := signed
	open.State, open.Locked = assess.Open, time.Time{}
	check(t, store.ReopenScore(ctx, open))
	wantErr(t, "reopen twice", store.ReopenScore(ctx, open), assess.ErrConflict)
	open.Version++
	got, err := store.Score(ctx, s.ScoreKey)
	check(t, err)
	diff(t, "open again", got, open)
	open.State, open.Locked = assess.Locked, Start.Add(time.Hour)
	again, err := store.PutScore(ctx, open)
	check(t, err)
	check(t, store.InsertVersion(ctx, again))
	all, err := store.VersionsOf(ctx, s.Panel, s.Registration)
	check(t, err)
	diff(t, "versions", all, []assess.Score{signed, again})
	none, err := store.VersionsOf(ctx, s.Panel, "registration-2")
	check(t, err)
	diff(t, "of another candidate", len(none), 0)
}

func assessUnlocks(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	u := assess.Unlock{
		ID: assess.UnlockID(p.ID + ":2:examiner-1:2:1"), ScoreKey: newScore(p).ScoreKey, Draw: 2, Signed: 2, Why: "漏看一项", By: "examiner-1",
		At: Start, State: assess.Asked,
	}
	later := u
	later.ID, later.At = u.ID+"b", Start.Add(time.Minute)
	check(t, store.InsertUnlock(ctx, u))
	wantErr(t, "again", store.InsertUnlock(ctx, u), assess.ErrDuplicate)
	check(t, store.InsertUnlock(ctx, later))
	u.State, u.Second, u.SecondWhy, u.SecondAt = assess.Approved, "chair", "属实", Start.Add(time.Hour)
	check(t, store.ReplaceUnlock(ctx, u))
	refused := u
	refused.State = assess.Refused
	wantErr(t, "decide twice", store.ReplaceUnlock(ctx, refused), assess.ErrConflict)
	got, err := store.Unlock(ctx, u.ID)
	check(t, err)
	diff(t, "decided", got, u)
	all, err := store.UnlocksOf(ctx, p.ID)
	check(t, err)
	diff(t, "the newest first", all, []assess.Unlock{later, u})
	_, err = store.Unlock(ctx, "nothing")
	wantErr(t, "unlock", err, assess.ErrNotFound)
}

func assessScores(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	s := newScore(p)
	want := s
	want.Version = 1
	got, err := store.PutScore(ctx, s)
	check(t, err)
	diff(t, "stored", got, want)
	want.Version, want.State, want.Locked = 2, assess.Locked, Start.Add(time.Minute)
	s = want
	s.Version = 1
	got, err = store.PutScore(ctx, s)
	check(t, err)
	diff(t, "replaced", got, want)
	got, err = store.Score(ctx, s.ScoreKey)
	check(t, err)
	diff(t, "read", got, want)

	colleague, neighbour, elsewhere := newScore(p), newScore(p), newScore(NewPanel())
	colleague.Examiner, neighbour.Registration = "examiner-2", "registration-2"
	for _, s := range []assess.Score{colleague, neighbour, elsewhere} {
		_, err := store.PutScore(ctx, s)
		check(t, err)
	}
	all, err := store.ScoresOf(ctx, p.ID)
	check(t, err)
	diff(t, "of the panel", len(all), 3)
	all, err = store.ScoresOfCandidate(ctx, p.ID, "registration-1")
	check(t, err)
	diff(t, "of the candidate", len(all), 2)
}

func assessScoreConflict(t *testing.T, store AssessStore) {
	ctx, s := t.Context(), newScore(NewPanel())
	early := s
	early.Version = 1
	_, err := store.PutScore(ctx, early)
	wantErr(t, "a version that never was", err, assess.ErrConflict)
	stored, err := store.PutScore(ctx, s)
	check(t, err)
	_, err = store.PutScore(ctx, s)
	wantErr(t, "inserted already", err, assess.ErrConflict)
	_, err = store.PutScore(ctx, stored)
	check(t, err)
	_, err = store.PutScore(ctx, stored)
	wantErr(t, "an old version", err, assess.ErrConflict)
}

// assessScoreConcurrent inserts one score from many sides: one of them wins.
func assessScoreConcurrent(t *testing.T, store AssessStore) {
	s := newScore(NewPanel())
	var mu sync.Mutex
	var won []string
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			mine := newScore(assess.Panel{ID: s.Panel})
			mine.Rows[0].Note = fmt.Sprint("n", n)
			_, err := store.PutScore(t.Context(), mine)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				won = append(won, mine.Rows[0].Note)
			} else if !errors.Is(err, assess.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := store.Score(t.Context(), s.ScoreKey)
	check(t, err)
	diff(t, "one winner, and it is what is stored", won, []string{got.Rows[0].Note})
}

func assessScoreLocked(t *testing.T, store AssessStore) {
	ctx, s := t.Context(), newScore(NewPanel())
	stored, err := store.PutScore(ctx, s)
	check(t, err)
	stored.State, stored.Locked = assess.Locked, Start
	signed, err := store.PutScore(ctx, stored)
	check(t, err)
	after := signed
	after.State = assess.Open
	_, err = store.PutScore(ctx, after)
	wantErr(t, "with its newest version", err, assess.ErrConflict)
	got, err := store.Score(ctx, s.ScoreKey)
	check(t, err)
	diff(t, "as it was signed", got, signed)
}

func assessDecisions(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	d := assess.Decision{Panel: p.ID, Registration: "registration-1", Basis: 6, Ruling: assess.Fix, Marks: 6150, Why: "看过录像", By: "chair", At: Start}
	check(t, store.InsertDecision(ctx, d))
	again := d
	again.Ruling = assess.Uphold
	wantErr(t, "again", store.InsertDecision(ctx, again), assess.ErrDuplicate)
	anew := again
	anew.Basis, anew.Marks = 8, 0
	check(t, store.InsertDecision(ctx, anew))
	elsewhere := d
	elsewhere.Panel = NewPanel().ID
	check(t, store.InsertDecision(ctx, elsewhere))
	got, err := store.Decisions(ctx, p.ID)
	check(t, err)
	slices.SortFunc(got, func(a, b assess.Decision) int { return a.Basis - b.Basis })
	diff(t, "decisions", got, []assess.Decision{d, anew})
}

func assessAbsences(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	a := assess.Absence{Panel: p.ID, Registration: "registration-1", Why: "未到场", By: "administrator", At: Start}
	check(t, store.InsertAbsence(ctx, a))
	again := a
	again.Why = "其他"
	wantErr(t, "again", store.InsertAbsence(ctx, again), assess.ErrDuplicate)
	got, err := store.Absences(ctx, p.ID)
	check(t, err)
	diff(t, "absences", got, []assess.Absence{a})
	check(t, store.DeleteAbsence(ctx, p.ID, a.Registration))
	wantErr(t, "deleted already", store.DeleteAbsence(ctx, p.ID, a.Registration), assess.ErrNotFound)
	got, err = store.Absences(ctx, p.ID)
	check(t, err)
	diff(t, "none left", len(got), 0)
	check(t, store.InsertAbsence(ctx, again))
}

func assessMissing(t *testing.T, store AssessStore) {
	ctx, p := t.Context(), NewPanel()
	_, err := store.Sheet(ctx, assess.SheetRef{ID: "nothing", Version: 1})
	wantErr(t, "sheet", err, assess.ErrNotFound)
	_, err = store.Panel(ctx, p.ID)
	wantErr(t, "panel", err, assess.ErrNotFound)
	_, err = store.Score(ctx, newScore(p).ScoreKey)
	wantErr(t, "score", err, assess.ErrNotFound)
	panels, err := store.PanelsOfSitting(ctx, p.Sitting)
	check(t, err)
	diff(t, "panels", len(panels), 0)
	scores, err := store.ScoresOf(ctx, p.ID)
	check(t, err)
	diff(t, "scores", len(scores), 0)
}

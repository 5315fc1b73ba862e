package assess_test

import (
	"strings"
	"testing"

	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

type hasher struct{}

func (hasher) Hash(s string) string { return "hash of " + s }

func TestRegister(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), newDesk(t, embedded(t))
	r := assess.NewRegister(assess.RegisterDeps{Examiners: d.deps.Examiners, Accounts: d.deps.Accounts, Sealer: hasher{}, Audit: d.audit, Clock: d.clock})
	e := people.ExaminerEntry{Account: "e1", Grade: standard.Examiner, CardNumber: " K1 ", CardUntil: "2027-06-30", Employer: " 甲公司 ", Version: 1}
	for what, x := range map[string]struct {
		by   people.AccountID
		e    people.ExaminerEntry
		want error
	}{
		"an examiner keeps their own": {"e1", e, assess.ErrForbidden},
		"another examiner":            {"e2", e, assess.ErrForbidden},
		"nobody":                      {"", e, assess.ErrForbidden},
		"an old version":              {"admin", people.ExaminerEntry{Account: "e1", Grade: standard.Examiner}, people.ErrConflict},
		"no examiner":                 {"admin", people.ExaminerEntry{Account: "admin2", Grade: standard.Examiner}, people.ErrNotFound},
		"no account":                  {"admin", people.ExaminerEntry{Account: "who", Grade: standard.Examiner}, people.ErrNotFound},
		"no grade":                    {"admin", people.ExaminerEntry{Account: "e1", Version: 1}, people.ErrInvalid},
		"no day":                      {"admin", people.ExaminerEntry{Account: "e1", Version: 1, Grade: standard.Examiner, CardNumber: "K"}, people.ErrInvalid},
		"no number":                   {"admin", people.ExaminerEntry{Account: "e1", Version: 1, Grade: standard.Examiner, CardUntil: "2027-06-30"}, people.ErrInvalid},
		"no such day":                 {"admin", people.ExaminerEntry{Account: "e1", Version: 1, Grade: standard.Examiner, CardNumber: "K", CardUntil: "2027-02-30"}, people.ErrInvalid},
		"a long employer":             {"admin", people.ExaminerEntry{Account: "e1", Version: 1, Grade: standard.Examiner, Employer: strings.Repeat("长", 81)}, people.ErrInvalid},
	} {
		_, err := r.Put(ctx, x.by, x.e)
		wantErr(t, what, err, x.want)
	}
	d.audit.taken()
	got, err := r.Put(ctx, "admin", e)
	ok(t, err)
	same(t, "kept", []any{got.Version, got.CardNumber, got.Employer, len(got.Assessments)}, []any{2, "K1", "甲公司", 2})

	_, err = r.Assess(ctx, "admin", "e1", people.YearAssessment{Year: enginetest.Start.Year() + 1, Result: people.AssessedPassed})
	wantErr(t, "next year", err, people.ErrInvalid)
	_, err = r.Assess(ctx, "e1", "e1", people.YearAssessment{Year: 2026, Result: people.AssessedPassed})
	wantErr(t, "assesses themself", err, assess.ErrForbidden)
	got, err = r.Assess(ctx, "admin", "e1", people.YearAssessment{Year: enginetest.Start.Year(), Result: people.AssessedFailed, Note: "迟到"})
	ok(t, err)
	latest, _ := got.Assessment(enginetest.Start.Year())
	same(t, "the last counts", []any{latest.Result, latest.By, len(got.Assessments)}, []any{people.AssessedFailed, people.AccountID("admin"), 3})

	teacher := people.Relation{Kind: people.Teacher}
	_, err = r.Declare(ctx, "e2", "e1", "11010519491231002X", teacher)
	wantErr(t, "for somebody else", err, assess.ErrForbidden)
	_, err = r.Declare(ctx, "e1", "e1", "11010519491231002Y", teacher)
	wantErr(t, "a wrong number", err, people.ErrInvalid)
	_, err = r.Declare(ctx, "e1", "e1", "11010519491231002X", people.Relation{Kind: people.OtherRelation})
	wantErr(t, "another relation without a note", err, people.ErrInvalid)
	for range 2 {
		got, err = r.Declare(ctx, "e1", "e1", " 11010519491231002x", teacher)
		ok(t, err)
	}
	same(t, "declared once", got.Relations, []people.Relation{{
		IDHash: "hash of 11010519491231002X", IDMasked: "1101**********002X", Kind: people.Teacher, By: "e1", At: enginetest.Start}})
	for _, ev := range d.audit.acts {
		if after, ok := ev.After.(map[string]any); ok && after["idMasked"] != nil && after["idMasked"] != "1101**********002X" {
			t.Errorf("the record has %v", after)
		}
	}
	same(t, "taken down", d.audit.taken(), []string{"admin examiner.keep", "admin examiner.assess", "e1 examiner.declare"})

	for what, x := range map[string]struct {
		by             people.AccountID
		version, place int
		why            string
		want           error
	}{
		"lifts their own avoidance": {"e1", got.Version, 0, "填错", assess.ErrForbidden},
		"another examiner":          {"e2", got.Version, 0, "填错", assess.ErrForbidden},
		"an old version":            {"admin", got.Version - 1, 0, "填错", people.ErrConflict},
		"no such relation":          {"admin", got.Version, 1, "填错", people.ErrNotFound},
		"no reason":                 {"admin", got.Version, 0, " ", people.ErrInvalid},
	} {
		_, err := r.Withdraw(ctx, x.by, "e1", x.version, x.place, x.why)
		wantErr(t, what, err, x.want)
	}
	d.audit.taken()
	for range 2 {
		got, err = r.Withdraw(ctx, "admin", "e1", got.Version, 0, " 号码填错 ")
		ok(t, err)
	}
	same(t, "it stays with its reason", got.Relations[0].Withdrawn, &people.RelationWithdrawal{Why: "号码填错", By: "admin", At: enginetest.Start})
	same(t, "it does not hold", got.Related("hash of 11010519491231002X"), []people.Relation(nil))
	same(t, "taken down once", d.audit.taken(), []string{"admin examiner.relation.withdraw"})
	got, err = r.Declare(ctx, "e1", "e1", "11010519491231002X", teacher)
	ok(t, err)
	same(t, "declared anew", []any{len(got.Relations), len(got.Related("hash of 11010519491231002X"))}, []any{2, 1})

	_, err = r.Entry(ctx, "e2", "e1")
	wantErr(t, "another's entry", err, assess.ErrForbidden)
	own, err := r.Entry(ctx, "e1", "e1")
	ok(t, err)
	same(t, "their own", own, got)
	_, err = r.List(ctx, "e1")
	wantErr(t, "the whole register", err, assess.ErrForbidden)
	all, err := r.List(ctx, "admin")
	ok(t, err)
	same(t, "entries", len(all), len(d.deps.Accounts.(accounts))-2)
}

package assess_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people"
)

func embedded(t *testing.T) lungo.IDatabase {
	t.Helper()
	return servers.Embedded(t)
}

// TestUnlock opens a score on which the chair has decided, and signs it anew.
func TestUnlock(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		ctx := t.Context()
		d, c := appointed(t, db)
		for i, lost := range []bank.Marks{0, 1000, 3000} {
			d.sign(t, ask.Examiners[i], c, filled(lost, assess.NotOccurred))
		}
		first, err := d.Decide(ctx, "chair", c, assess.Judgement{Ruling: assess.Fix, Marks: 8000, Why: "看过录像"})
		ok(t, err)
		d.audit.taken()
		u, err := d.AskUnlock(ctx, "e3", c, "e3", " 漏看一项 ")
		ok(t, err)
		same(t, "asked", []any{u.State, u.Why, u.Signed, u.Draw}, []any{assess.Asked, "漏看一项", 2, c.Draw})
		_, err = d.AskUnlock(ctx, "admin", c, "e3", "再申请")
		wantErr(t, "asked twice", err, assess.ErrAsked)
		for _, who := range []people.AccountID{"e3", "e1", "e4", ""} {
			_, err = d.DecideUnlock(ctx, who, u.ID, assess.Approved, "")
			if !errors.Is(err, assess.ErrForbidden) && !errors.Is(err, assess.ErrSecondPerson) {
				t.Errorf("%s decides: %v", who, err)
			}
			same(t, string(who)+" may not", d.MayDecide(ctx, who, u), false)
		}
		same(t, "the chair may", d.MayDecide(ctx, "chair", u), true)
		d.clock.Advance(time.Minute)
		u, err = d.DecideUnlock(ctx, "chair", u.ID, assess.Approved, "属实")
		ok(t, err)
		again, err := d.DecideUnlock(ctx, "chair", u.ID, assess.Approved, "属实")
		ok(t, err)
		same(t, "the same again", again, u)
		_, err = d.DecideUnlock(ctx, "admin", u.ID, assess.Refused, "不同意")
		wantErr(t, "decided otherwise", err, assess.ErrState)
		same(t, "taken down", d.audit.taken(), []string{"e3 score.unlock.ask", "admin score.unlock.ask", "admin score.unlock.ask.failed", "chair score.unlock.approve"})

		form, err := d.Form(ctx, "e3", c)
		ok(t, err)
		same(t, "open again, as it was", []any{form.State, form.Version, form.Total.Marks, form.Locked.IsZero()}, []any{assess.Open, 3, bank.Marks(7000), true})
		standings, err := d.Standings(ctx, "chair", c.Panel)
		ok(t, err)
		same(t, "nothing is settled, and what was decided is known", []any{standings[c.Draw-1].Outcome.State, standings[c.Draw-1].Outcome.Earlier}, []any{assess.Scoring, []assess.Decision{*first.Decision}})
		old, err := d.Versions(ctx, "admin", c)
		ok(t, err)
		same(t, "what was signed", []any{len(old), old[0].Examiner, old[0].Version, old[0].Total.Marks, old[0].State}, []any{1, people.AccountID("e3"), 2, bank.Marks(7000), assess.Locked})

		form, err = d.Save(ctx, "e3", c, 3, filled(2900, assess.NotOccurred))
		ok(t, err)
		form, err = d.Lock(ctx, "e3", c, form.Version)
		ok(t, err)
		same(t, "signed anew", []any{form.State, form.Version}, []any{assess.Locked, 5})
		standings, err = d.Standings(ctx, "chair", c.Panel)
		ok(t, err)
		same(t, "the decision is void", []any{standings[c.Draw-1].Outcome.State, standings[c.Draw-1].Outcome.Decision == nil, standings[c.Draw-1].Outcome.Earlier}, []any{assess.Chair, true, []assess.Decision{*first.Decision}})
		second, err := d.Decide(ctx, "chair", c, assess.Judgement{Ruling: assess.Stand, Why: "重新裁定"})
		ok(t, err)
		same(t, "decided anew", []any{second.State, second.Awarded, second.Basis > first.Basis}, []any{assess.Settled, bank.Marks(8700), true})
		kept, err := d.deps.Rulings.Decisions(ctx, c.Panel)
		ok(t, err)
		same(t, "both decisions are kept", len(kept), 2)
		standings, err = d.Standings(ctx, "chair", c.Panel)
		ok(t, err)
		same(t, "the one that counts and the one before", []any{standings[c.Draw-1].Outcome.Decision.Why, standings[c.Draw-1].Outcome.Earlier}, []any{"重新裁定", []assess.Decision{*first.Decision}})
	})
}

func TestUnlockRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, embedded(t))
	_, err := d.AskUnlock(ctx, "e1", c, "e1", "漏看一项")
	wantErr(t, "nothing is signed", err, assess.ErrUnsigned)
	d.sign(t, "e1", c, filled(0, assess.NotOccurred))
	for what, x := range map[string]struct {
		by, examiner people.AccountID
		at           assess.Case
		why          string
		want         error
	}{
		"a stranger":                    {"e4", "e1", c, "漏看一项", assess.ErrForbidden},
		"without a reason":              {"e1", "e1", c, " ", assess.ErrInvalid},
		"of a stranger":                 {"e1", "e4", c, "漏看一项", assess.ErrNotFound},
		"no such draw":                  {"e1", "e1", assess.Case{Panel: c.Panel, Draw: 9}, "漏看一项", assess.ErrNotFound},
		"of a colleague who is at work": {"e1", "e2", c, "漏看一项", assess.ErrUnsigned},
	} {
		_, err := d.AskUnlock(ctx, x.by, x.at, x.examiner, x.why)
		wantErr(t, what, err, x.want)
	}
	u, err := d.AskUnlock(ctx, "chair", c, "e1", "漏看一项")
	ok(t, err)
	_, err = d.DecideUnlock(ctx, "chair", u.ID, assess.Approved, "")
	wantErr(t, "who asked", err, assess.ErrSecondPerson)
	_, err = d.DecideUnlock(ctx, "admin", u.ID, assess.Refused, "")
	wantErr(t, "refuse without a reason", err, assess.ErrInvalid)
	_, err = d.DecideUnlock(ctx, "admin", u.ID, "perhaps", "原因")
	wantErr(t, "decide nothing", err, assess.ErrInvalid)
	_, err = d.DecideUnlock(ctx, "admin", u.ID, assess.Refused, "没有依据")
	ok(t, err)
	_, err = d.DecideUnlock(ctx, "admin", "nothing", assess.Approved, "")
	wantErr(t, "no request", err, assess.ErrNotFound)
	_, err = d.DecideUnlock(ctx, "e4", "nothing", assess.Approved, "")
	wantErr(t, "no request, and nobody to know", err, assess.ErrForbidden)
	form, err := d.Form(ctx, "e1", c)
	ok(t, err)
	same(t, "as it was signed", []any{form.State, form.Version}, []any{assess.Locked, 2})

	u, err = d.AskUnlock(ctx, "e1", c, "e1", "有录像为证")
	ok(t, err)
	all, err := d.Unlocks(ctx, "admin", c.Panel)
	ok(t, err)
	same(t, "asked again after a refusal", len(all), 2)
	mine, err := d.Unlocks(ctx, "e2", c.Panel)
	ok(t, err)
	same(t, "a colleague sees neither", len(mine), 0)
	_, err = d.Unlocks(ctx, "e4", c.Panel)
	wantErr(t, "a stranger", err, assess.ErrForbidden)
	*d.released = true
	_, err = d.DecideUnlock(ctx, "admin", u.ID, assess.Approved, "")
	wantErr(t, "after the release", err, assess.ErrReleased)
	_, err = d.AskUnlock(ctx, "e1", c, "e1", "再申请")
	wantErr(t, "asked after the release", err, assess.ErrReleased)
	*d.released = false

	// Of those who decide at once, one does.
	var wg sync.WaitGroup
	won := make([]bool, 2)
	for i, to := range []assess.UnlockState{assess.Approved, assess.Refused} {
		wg.Go(func() {
			_, err := d.DecideUnlock(ctx, []people.AccountID{"admin", "admin2"}[i], u.ID, to, "一起决定")
			won[i] = err == nil
		})
	}
	wg.Wait()
	if won[0] == won[1] {
		t.Errorf("both or neither decided: %v", won)
	}
}

func TestVersionsWhoMay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, embedded(t))
	d.deps.Accounts.(accounts)["auditor"] = people.Account{ID: "auditor", Roles: []people.Role{people.Auditor}}
	d.sign(t, "e1", c, filled(0, assess.NotOccurred))
	u, err := d.AskUnlock(ctx, "e1", c, "e1", "漏看一项")
	ok(t, err)
	_, err = d.DecideUnlock(ctx, "admin", u.ID, assess.Approved, "")
	ok(t, err)
	read := func(when string, wants map[people.AccountID][2]int) {
		for who, want := range wants {
			all, err := d.Versions(ctx, who, c)
			ok(t, err)
			var got [2]int
			for _, f := range all {
				if f.Stands {
					got[1]++
				} else {
					got[0]++
				}
			}
			same(t, string(who)+" "+when, got, want)
		}
	}
	read("while it is open", map[people.AccountID][2]int{"e1": {1, 0}, "e2": {0, 0}, "chair": {0, 0}, "admin": {1, 0}, "auditor": {1, 0}})
	form, err := d.Form(ctx, "e1", c)
	ok(t, err)
	_, err = d.Lock(ctx, "e1", c, form.Version)
	ok(t, err)
	d.sign(t, "e2", c, filled(0, assess.NotOccurred))
	read("before all have signed", map[people.AccountID][2]int{"e1": {1, 1}, "e2": {0, 1}, "e3": {0, 0}, "chair": {0, 0}, "admin": {1, 0}, "auditor": {1, 0}})
	d.sign(t, "e3", c, filled(0, assess.NotOccurred))
	read("once all have signed", map[people.AccountID][2]int{"e1": {1, 3}, "chair": {1, 3}, "admin": {1, 3}, "auditor": {1, 3}})
	_, err = d.Versions(people.Limited(ctx, people.Limits{Sites: []string{"elsewhere"}}), "auditor", c)
	wantErr(t, "an auditor of another site", err, people.ErrOutside)
	_, err = d.Versions(ctx, "e4", c)
	wantErr(t, "a stranger", err, assess.ErrForbidden)
	same(t, "the clock stood", d.clock.Now(), enginetest.Start)
}

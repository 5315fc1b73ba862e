package assess_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people"
)

func TestLock(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	gaps := func(f assess.Filled, version int) *assess.GapsError {
		t.Helper()
		if _, err := d.Save(ctx, "e1", c, version, f); err != nil {
			t.Fatal(err)
		}
		_, err := d.Lock(ctx, "e1", c, version+1)
		wantErr(t, "not complete", err, assess.ErrIncomplete)
		var g *assess.GapsError
		if !errors.As(err, &g) {
			t.Fatalf("got %v, want gaps", err)
		}
		return g
	}
	_, err := d.Lock(ctx, "e1", c, 0)
	wantErr(t, "a blank one", err, assess.ErrIncomplete)
	same(t, "rows and vetoes", gaps(assess.Filled{Rows: []assess.RowScore{{Row: "put-out", Touched: true}}}, 0),
		&assess.GapsError{Rows: []assess.RowID{"call", "lead"}, Vetoes: []assess.VetoID{"live"}})
	unexplained := filled(100, assess.Occurred)
	unexplained.Rows[0].Note, unexplained.Vetoes[0].Fact = " ", " "
	same(t, "notes and facts", gaps(unexplained, 1), &assess.GapsError{Notes: []assess.RowID{"lead"}, Facts: []assess.VetoID{"live"}})

	saved, err := d.Save(ctx, "e1", c, 2, filled(100, assess.Occurred))
	ok(t, err)
	same(t, "a fact without the space around it", saved.Vetoes[0].Fact, "10:38 未拉闸即泼水")
	_, err = d.Lock(ctx, "e1", c, 2)
	wantErr(t, "an old version", err, assess.ErrConflict)
	d.clock.Advance(time.Minute)
	signed, err := d.Lock(ctx, "e1", c, 3)
	ok(t, err)
	same(t, "signed", []any{signed.State, signed.Version, signed.Locked, signed.Total.Marks, signed.Total.Sum}, []any{assess.Locked, 4, enginetest.Start.Add(time.Minute), bank.Marks(0), bank.Marks(9900)})
	again, err := d.Lock(ctx, "e1", c, 3)
	ok(t, err)
	same(t, "the same again", again, signed)
	_, err = d.Save(ctx, "e1", c, 4, filled(0, assess.NotOccurred))
	wantErr(t, "save after signing", err, assess.ErrLocked)
	_, err = d.Lock(ctx, "e1", c, 4)
	wantErr(t, "sign twice", err, assess.ErrLocked)
}

// TestWhoMay lets everybody try what is not theirs.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	nowhere := assess.Case{Panel: "nowhere", Draw: 1}
	for _, who := range []people.AccountID{"e4", "chair", "admin", ""} {
		for _, at := range []assess.Case{c, nowhere} {
			_, err := d.Form(ctx, who, at)
			wantErr(t, string(who)+" reads a score", err, assess.ErrForbidden)
			_, err = d.Save(ctx, who, at, 0, filled(0, assess.NotOccurred))
			wantErr(t, string(who)+" saves", err, assess.ErrForbidden)
			_, err = d.Lock(ctx, who, at, 0)
			wantErr(t, string(who)+" signs", err, assess.ErrForbidden)
			_, err = d.Tasks(ctx, who, at.Panel)
			wantErr(t, string(who)+" lists tasks", err, assess.ErrForbidden)
		}
	}
	for _, who := range []people.AccountID{"e1", "e4", "admin"} {
		_, err := d.Decide(ctx, who, c, assess.Judgement{Ruling: assess.Stand, Why: "因为"})
		wantErr(t, string(who)+" decides", err, assess.ErrForbidden)
	}
	for _, who := range []people.AccountID{"e1", "e4"} {
		_, err := d.Standings(ctx, who, c.Panel)
		wantErr(t, string(who)+" sees standings", err, assess.ErrForbidden)
		wantErr(t, string(who)+" records an absence", d.RecordAbsence(ctx, who, c, "未到场"), assess.ErrForbidden)
		wantErr(t, string(who)+" withdraws one", d.WithdrawAbsence(ctx, who, c, "记错了"), assess.ErrForbidden)
	}
	_, err := d.Forms(ctx, "e4", c)
	wantErr(t, "a stranger reads scores", err, assess.ErrForbidden)
	_, err = d.Forms(ctx, "e1", nowhere)
	wantErr(t, "scores of no panel", err, assess.ErrForbidden)
	for _, draw := range []int{-1, 0, 4} {
		_, err := d.Form(ctx, "e1", assess.Case{Panel: c.Panel, Draw: draw})
		wantErr(t, fmt.Sprint("draw number ", draw), err, assess.ErrNotFound)
	}
	_, err = d.Standings(ctx, "admin", "nowhere")
	wantErr(t, "no panel", err, assess.ErrNotFound)
}

// TestIndependent reads the scores of a candidate at every step of the panel.
func TestIndependent(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	readers := []people.AccountID{"e1", "e2", "e3", "chair"}
	seen := func() []int {
		out := make([]int, len(readers))
		for i, who := range readers {
			forms, err := d.Forms(ctx, who, c)
			ok(t, err)
			out[i] = len(forms)
		}
		return out
	}
	same(t, "nothing yet", seen(), []int{0, 0, 0, 0})
	d.sign(t, "e1", c, filled(100, assess.NotOccurred))
	d.sign(t, "e2", c, filled(200, assess.NotOccurred))
	_, err := d.Save(ctx, "e3", c, 0, filled(300, assess.NotOccurred))
	ok(t, err)
	same(t, "their own", seen(), []int{1, 1, 1, 0})
	_, err = d.Lock(ctx, "e3", c, 1)
	ok(t, err)
	same(t, "all, once all have signed", seen(), []int{3, 3, 3, 3})
}

func TestAbsence(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, c := appointed(t, servers.Embedded(t))
	wantErr(t, "without a reason", d.RecordAbsence(ctx, "admin", c, " "), assess.ErrInvalid)
	_, err := d.Save(ctx, "e1", c, 0, assess.Filled{})
	ok(t, err)
	for range 2 {
		ok(t, d.RecordAbsence(ctx, "admin", c, "未到场"))
	}
	_, err = d.Save(ctx, "e1", c, 1, filled(0, assess.NotOccurred))
	wantErr(t, "score somebody absent", err, assess.ErrAbsent)
	_, err = d.Lock(ctx, "e2", c, 0)
	wantErr(t, "sign somebody absent", err, assess.ErrAbsent)
	form, err := d.Form(ctx, "e1", c)
	ok(t, err)
	same(t, "shown", form.Absent, true)
	d.audit.taken()
	wantErr(t, "withdraw without a reason", d.WithdrawAbsence(ctx, "chair", c, " "), assess.ErrInvalid)
	ok(t, d.WithdrawAbsence(ctx, "chair", c, "记错了人"))
	same(t, "why", d.audit.acts[0].Why, "记错了人")
	same(t, "taken down", d.audit.taken(), []string{"chair absence.withdraw"})
	wantErr(t, "withdraw again", d.WithdrawAbsence(ctx, "chair", c, "记错了人"), assess.ErrNotFound)
	_, err = d.Save(ctx, "e1", c, 1, filled(0, assess.NotOccurred))
	ok(t, err)
	wantErr(t, "absent after being scored", d.RecordAbsence(ctx, "admin", c, "未到场"), assess.ErrScored)
}

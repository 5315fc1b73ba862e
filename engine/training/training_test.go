package training_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/training"
)

// office is everything around an Office, in memory.
type office struct {
	kept   map[training.ID]training.Record
	second people.Candidate // whoever has the second number
	events []audit.Event
}

func (o *office) Now() time.Time       { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
func (o *office) Hash(s string) string { return "hash " + s }

func (o *office) Seal(s, at string) []byte { return []byte(at + " " + s) }

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if id == "admin" {
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) TrainingsOf(_ context.Context, hashes []string) ([]training.Record, error) {
	return o.those(func(r *training.Record) bool { return slices.Contains(hashes, r.Holder.Hash) }), nil
}

func (o *office) TrainingsEnded(_ context.Context, from, until string) ([]training.Record, error) {
	return o.those(func(r *training.Record) bool { return r.Removal == nil && r.Until >= from && r.Until <= until }), nil
}

func (o *office) TrainingPage(context.Context, training.Query, int, int) ([]training.Record, int, error) {
	out := o.those(func(r *training.Record) bool { return r.Removal == nil })
	return out, len(out), nil
}

func (o *office) those(fit func(*training.Record) bool) (out []training.Record) {
	for _, r := range o.kept {
		if fit(&r) {
			out = append(out, r)
		}
	}
	return out
}

func (o *office) Training(_ context.Context, id training.ID) (training.Record, error) {
	r, ok := o.kept[id]
	if !ok {
		return r, intake.ErrNotFound
	}
	return r, nil
}

func (o *office) PutTraining(_ context.Context, r training.Record) (training.Record, error) {
	if o.kept[r.ID].Version != r.Version {
		return r, intake.ErrConflict
	}
	r.Version++
	o.kept[r.ID] = r
	return r, nil
}

const (
	first  = "11010519491231002X"
	second = "440524188001010014"
)

func (o *office) CandidatesByHash(context.Context, []string) (map[string]people.Candidate, error) {
	return map[string]people.Candidate{"hash " + first: {ID: "c1", Name: "示例甲", IDHash: "hash " + first}, o.second.IDHash: o.second}, nil
}

func (o *office) CandidatesByID(_ context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	return map[people.CandidateID]people.Candidate{ids[0]: o.second}, nil
}

func newOffice() (*office, *training.Office) {
	o := &office{kept: map[training.ID]training.Record{}}
	return o, training.NewOffice(o, intake.Desk{Candidates: o, Accounts: o, Sealer: o, Audit: o, Clock: o})
}

// of is what a record of somebody is named.
func of(number, rest string) training.ID { return training.ID("hash training:" + number + ":" + rest) }

func said(all []intake.Verdict) string {
	var b strings.Builder
	for _, v := range all {
		fmt.Fprintf(&b, "%d %s %s %s\n", v.Row, v.Outcome, v.Field, v.Reason)
	}
	return b.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	good := training.Row{IDNumber: first, Name: "示例甲", Kind: "初任培训", From: "2026/3/2", Until: "2026年3月6日", Hours: "40", Organiser: "示例机构", Passed: "合格"}
	edits := []func(*training.Row){
		func(*training.Row) {}, func(r *training.Row) { r.Name = "他名" }, func(r *training.Row) { r.IDNumber = second }, func(r *training.Row) { r.IDNumber = "12" },
		func(r *training.Row) { r.Kind = "进修" }, func(r *training.Row) { r.From = "03-02-26" }, func(r *training.Row) { r.Until = "2026-02-30" },
		func(r *training.Row) { r.Until = "20260301" }, func(r *training.Row) { r.Until = "2026-11-24" }, func(r *training.Row) { r.Hours = "4.5" },
		func(r *training.Row) { r.Hours = "1001" }, func(r *training.Row) { r.Organiser = " " }, func(r *training.Row) { r.Passed = "良" },
		func(*training.Row) {}, func(r *training.Row) { r.Kind, r.From, r.Until = "轮训", "20261123", "" },
		func(r *training.Row) {
			r.IDNumber, r.Name, r.From, r.Level = second, "他名", "2026-03-01", "三级/高级工"
		}, func(r *training.Row) { r.Level = "九级" },
	}
	rows := make([]training.Row, len(edits))
	for i, edit := range edits {
		rows[i] = good
		edit(&rows[i])
	}
	want := `1 added  
2 refused name other-name-known
3 added  
4 refused idNumber identity
5 refused kind training-kind
6 refused from day
7 refused until day
8 refused until ends-before
9 refused until in-the-future
10 refused hours between-1-1000
11 refused hours between-1-1000
12 refused organiser required
13 refused passed passed-failed
14 refused from twice
15 added  
16 refused name other-name-known
17 refused level no-such-level
`
	verdicts, err := x.Judge(ctx, "admin", rows)
	if err != nil || said(verdicts) != want {
		t.Fatalf("judged:\n%s%v\nwant:\n%s", said(verdicts), err, want)
	}
	if len(o.kept)+len(o.events) > 0 {
		t.Fatal("judging kept something")
	}
	if verdicts, err = x.Import(ctx, "admin", rows); err != nil || said(verdicts) != want {
		t.Fatalf("imported:\n%s%v", said(verdicts), err)
	}
	r := o.kept[of(first, "initial:2026-03-02")]
	if len(o.kept) != 3 || r.Until != "2026-03-06" || r.Hours != 40 || !r.Passed || r.By != "admin" || o.kept[of(first, "rotation:2026-11-23")].Until != "2026-11-23" {
		t.Errorf("kept %+v", o.kept)
	}
	again := good
	again.Passed = "不合格"
	for _, want := range []string{"1 changed  \n", "1 same  \n"} {
		if verdicts, err = x.Import(ctx, "admin", []training.Row{again}); err != nil || said(verdicts) != want {
			t.Errorf("%s%v, want %s", said(verdicts), err, want)
		}
	}
	if len(o.events) != 4 || o.events[0].Act != "training.put" {
		t.Errorf("recorded %+v", o.events)
	}
	_, importing := x.Import(ctx, "examiner", rows)
	_, judging := x.Judge(ctx, "examiner", rows)
	_, _, listing := x.List(ctx, "examiner", training.Query{}, 0, 20)
	for _, err := range []error{importing, judging, listing, x.Remove(ctx, "examiner", r.ID, 1, "误录")} {
		if !errors.Is(err, intake.ErrForbidden) {
			t.Errorf("somebody else: %v", err)
		}
	}
}

// TestBeforeRegistration: somebody is trained before they are known; the record
// is theirs from the moment on when they are.
func TestBeforeRegistration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	row := training.Row{IDNumber: second, Name: "示例乙", Kind: "初任", Level: "3", From: "2026-03-02", Hours: "8", Organiser: "示例机构"}
	if verdicts, err := x.Import(ctx, "admin", []training.Row{row}); err != nil || said(verdicts) != "1 added  \n" {
		t.Fatalf("%s%v", said(verdicts), err)
	}
	r := o.kept[of(second, "initial:2026-03-02")]
	if r.Level != 3 || r.Holder.Masked != "4405**********0014" || string(r.Holder.Sealed) != training.SealContext(r.ID)+" "+second {
		t.Errorf("kept %+v", r)
	}
	if e, is := o.events[0].After.(training.Record); !is || e.Holder.Hash != "" || e.Holder.Sealed != nil {
		t.Errorf("recorded %+v", o.events)
	}
	ended := func() []training.Record {
		t.Helper()
		all, err := x.Ended(ctx, "2026-03-01", "2026-03-31")
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		return all
	}
	if got := ended(); got[0].Candidate != "" {
		t.Errorf("nobody has the number yet: %+v", got)
	}
	o.second = people.Candidate{ID: "c2", Name: "示例乙", IDHash: "hash " + second}
	if got := ended(); got[0].Candidate != "c2" || got[0].Registered != "示例乙" {
		t.Errorf("registered: %+v", got)
	}
	if all, err := x.Trainings(ctx, []people.CandidateID{"c2"}); err != nil || len(all) != 1 || all[0].Candidate != "c2" {
		t.Errorf("of the person: %+v %v", all, err)
	}
	row.Name, row.From = "他名", "2026-04-01"
	if verdicts, err := x.Judge(ctx, "admin", []training.Row{row}); err != nil || said(verdicts) != "1 refused name other-name-known\n" {
		t.Errorf("%s%v", said(verdicts), err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	row := training.Row{IDNumber: first, Name: "示例甲", Kind: "轮训", From: "2026-03-02", Hours: "8", Organiser: "示例机构"}
	if _, err := x.Import(ctx, "admin", []training.Row{row}); err != nil {
		t.Fatal(err)
	}
	id := of(first, "rotation:2026-03-02")
	if err := x.Remove(ctx, "admin", id, 1, " "); !errors.Is(err, intake.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := x.Remove(ctx, "admin", id, 2, "误录"); !errors.Is(err, intake.ErrConflict) {
		t.Errorf("another version: %v", err)
	}
	if err := x.Remove(ctx, "admin", id, 1, "误录"); err != nil {
		t.Fatal(err)
	}
	if err := x.Remove(ctx, "admin", id, 2, "误录"); !errors.Is(err, intake.ErrNotFound) {
		t.Errorf("removed before: %v", err)
	}
	if e := o.events[len(o.events)-1]; e.Act != "training.remove" || e.Why != "误录" {
		t.Errorf("recorded %+v", e)
	}
	if all, n, err := x.List(ctx, "admin", training.Query{}, 0, 20); err != nil || n != 0 {
		t.Errorf("listed %+v, %v", all, err)
	}
	verdicts, err := x.Import(ctx, "admin", []training.Row{row})
	if err != nil || said(verdicts) != "1 added  \n" || o.kept[id].Removal != nil {
		t.Errorf("entered again: %s%v %+v", said(verdicts), err, o.kept[id])
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	rows, lines, err := training.Table([][]string{{"姓名", "身份证件号", "类别", "开始日期", "学时", "培训机构"}, {}, {"甲", first, "轮训", "2026-01-01", "8", "机构"}})
	if err != nil || len(rows) != 1 || lines[0] != 3 || rows[0].Organiser != "机构" {
		t.Errorf("%+v %v %v", rows, lines, err)
	}
	if _, _, err := training.Table([][]string{{"姓名", "身份证件号"}, {"甲", first}}); !errors.Is(err, intake.ErrInvalid) {
		t.Errorf("without columns: %v", err)
	}
}

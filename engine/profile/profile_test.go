package profile_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
)

// office is everything around an Office, in memory.
type office struct {
	kept   map[people.CandidateID]profile.Profile
	events []audit.Event
}

func (o *office) Now() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

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

func (o *office) Profiles(context.Context, []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	return o.kept, nil
}

func (o *office) ProfilePage(_ context.Context, _ profile.Query, skip, limit int) ([]profile.Profile, int, error) {
	out := slices.Collect(maps.Values(o.kept))
	return out[min(skip, len(out)):min(skip+limit, len(out))], len(out), nil
}

func (o *office) PutProfile(_ context.Context, p profile.Profile) (profile.Profile, error) {
	if o.kept[p.Candidate].Version != p.Version {
		return p, intake.ErrConflict
	}
	p.Version++
	o.kept[p.Candidate] = p
	return p, nil
}

const (
	first  = "11010519491231002X"
	second = "440524188001010014"
)

func (o *office) CandidatesByHash(context.Context, []string) (map[string]people.Candidate, error) {
	return map[string]people.Candidate{
		"hash " + first: {ID: "c1", Name: "示例甲", IDHash: "hash " + first}, "hash " + second: {ID: "c2", Name: "示例乙", IDHash: "hash " + second},
	}, nil
}

func (o *office) CandidatesByID(context.Context, []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	return map[people.CandidateID]people.Candidate{"c1": {ID: "c1", Name: "示例甲"}}, nil
}

func newOffice() (*office, *profile.Office) {
	o := &office{kept: map[people.CandidateID]profile.Profile{}}
	return o, profile.NewOffice(o, intake.Desk{Candidates: o, Accounts: o, Sealer: o, Audit: o, Clock: o})
}

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
	good := profile.Row{IDNumber: first, Name: "示例甲", Unit: " 示例单位 ", City: "示例市", Industry: "学校医院", KeyUnit: "是", Post: "干事"}
	rows := []profile.Row{good, good, good, good, good, good, good, good}
	rows[1].Name, rows[2].IDNumber, rows[3].IDNumber = "他名", "123", "110101199003077774"
	rows[4].IDNumber, rows[4].Name, rows[4].Industry = second, "示例乙", "渔业"
	rows[5].IDNumber, rows[5].Name, rows[5].KeyUnit = second, "示例乙", "也许"
	rows[6].IDNumber, rows[6].Name, rows[6].Unit = second, "示例乙", ""
	want := "1 added  \n2 refused name other-name-known\n3 refused idNumber identity\n4 refused idNumber no-such-candidate\n" +
		"5 refused industry industry\n6 refused keyUnit yes-no\n7 refused unit required\n8 refused idNumber twice\n"
	if _, err := people.NormalIdentity(rows[3].IDNumber, o.Now()); err != nil {
		want = strings.Replace(want, "4 refused idNumber no-such-candidate", "4 refused idNumber identity", 1)
	}
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
	if p := o.kept["c1"]; len(o.kept) != 1 || p.Unit != "示例单位" || p.Industry != profile.Schools || !p.KeyUnit || p.By != "admin" {
		t.Errorf("kept %+v", o.kept)
	}
	again := good
	again.City = "另市"
	for _, want := range []string{"1 changed  \n", "1 same  \n"} {
		if verdicts, err = x.Import(ctx, "admin", []profile.Row{again}); err != nil || said(verdicts) != want {
			t.Errorf("%s%v, want %s", said(verdicts), err, want)
		}
	}
	if len(o.events) != 2 || o.events[0].Act != "profile.put" {
		t.Errorf("recorded %+v", o.events)
	}
	if all, n, err := x.List(ctx, "admin", profile.Query{}, 0, 20); err != nil || n != 1 || all[0].Person.Name != "示例甲" {
		t.Errorf("listed %+v, %v", all, err)
	}
	_, importing := x.Import(ctx, "examiner", rows)
	_, judging := x.Judge(ctx, "examiner", rows)
	_, _, listing := x.List(ctx, "examiner", profile.Query{}, 0, 20)
	for _, err := range []error{importing, judging, listing} {
		if !errors.Is(err, intake.ErrForbidden) {
			t.Errorf("somebody else: %v", err)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	head := []string{"姓名", " 身份证号 ", "备注", "工作单位", "城市", "行业", "重点单位"}
	rows, lines, err := profile.Table([][]string{head, {"甲", first, "x", "单位", "市", "党政机关", "否"}, {}, {"乙", second}})
	if err != nil || len(rows) != 2 || lines[1] != 4 {
		t.Fatalf("%+v %v %v", rows, lines, err)
	}
	if want := (profile.Row{IDNumber: first, Name: "甲", Unit: "单位", City: "市", Industry: "党政机关", KeyUnit: "否"}); rows[0] != want {
		t.Errorf("got %+v", rows[0])
	}
	for reason, cells := range map[string][][]string{
		"table-head": {{"姓名", "单位"}, {"甲", "乙"}}, "table-empty": {head, {"", ""}}, "table-long": append([][]string{head}, make([][]string, 1)...),
	} {
		if reason == "table-long" {
			for range intake.MostRows + 1 {
				cells = append(cells, []string{"甲"})
			}
		}
		_, _, err := profile.Table(cells)
		var wrong *intake.TableError
		if !errors.As(err, &wrong) || wrong.Reason != reason || !errors.Is(err, intake.ErrInvalid) {
			t.Errorf("%v, want %s", err, reason)
		}
	}
	if _, _, err := profile.Table(nil); err == nil {
		t.Error("nothing was read")
	}
}

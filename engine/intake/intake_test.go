package intake_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// row is what a table of a test says of somebody.
type row struct{ Number, Name, Note string }

var table = intake.Shape[row]{
	Columns: []intake.Column[row]{
		intake.IDNumber(func(r *row) *string { return &r.Number }), intake.Name(func(r *row) *string { return &r.Name }),
		{Names: []string{"备注", "note"}, Of: func(r *row) *string { return &r.Note }},
	},
	Needed: 2, Missing: "row-columns",
}

func TestReadTable(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		rows, lines, err := table.Read([][]string{
			{"Note", " 姓名 ", "其他", "身份证号", "name"}, // in any order; what says it again is passed over
			{" 夜班 ", "甲", "x", " 1 ", "乙"},
			{"", " ", "x"}, // nothing that the table knows
			{"", "丙", "", "2", "", "behind the last column"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]row{{"1", "甲", "夜班"}, {"2", "丙", ""}}, rows); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{2, 4}, lines); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	})
	long := [][]string{{"身份证件号", "姓名"}}
	for range intake.MostRows {
		long = append(long, []string{"1", "甲"})
	}
	t.Run("OK as many as may be", func(t *testing.T) {
		t.Parallel()
		if rows, _, err := table.Read(long); err != nil || len(rows) != intake.MostRows {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
	for name, c := range map[string]struct {
		cells  [][]string
		reason string
	}{
		"nothing":                 {nil, "row-columns"},
		"a needed column missing": {[][]string{{"姓名", "备注"}, {"甲", ""}}, "row-columns"},
		"no headings":             {[][]string{{"11010519491231002X", "甲"}}, "row-columns"},
		"headings alone":          {[][]string{{"身份证件号", "姓名"}, {"", " "}}, "table-empty"},
		"too long":                {append(long, []string{"1", "甲"}), "table-long"},
	} {
		t.Run("Err "+name, func(t *testing.T) {
			t.Parallel()
			_, _, err := table.Read(c.cells)
			var bad *intake.TableError
			if !errors.As(err, &bad) || bad.Reason != c.reason || !errors.Is(err, intake.ErrInvalid) {
				t.Errorf("got %v, want %s", err, c.reason)
			}
		})
	}
	if diff := cmp.Diff([]string{"身份证件号", "姓名", "备注"}, table.Head()); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	r := row{" 1", "甲 ", "\t"}
	if table.Trim(&r); r != (row{"1", "甲", ""}) {
		t.Errorf("trimmed %q", r)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-23": "2026-11-23", "2026/1/2": "2026-01-02", "2026.01.2": "2026-01-02", "2026年1月2日": "2026-01-02", "20260102": "2026-01-02", "2024-02-29": "2024-02-29",
		"": "", "2026-02-29": "", "2026-13-01": "", "23-11-2026": "", "03/05/26": "", "45678": "", "2026-11-23 08:00": "", "２０２６-01-01": "",
	} {
		if got, ok := intake.Day(text); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]standard.Level{
		"3": 3, "3级": 3, "三级": 3, "高级工": 3, "三级/高级工": 3, "level 2": 2, "Level 2": 2, "高级技师": 1, "一级/高级技师": 1, "5": 5, "初级工": 5,
		"": 0, "0": 0, "6": 0, "三": 0, "二级/高级工": 0,
	} {
		if got, ok := intake.Level(text); ok != (want != 0) || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
	}
}

func TestLonger(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"示例": false, "示例甲": true, "\xff": true, "": false} {
		if intake.Longer(text, 2) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}

// desk knows one person, and accounts by the role in their name.
type desk struct{ asked []string }

const (
	known   = "11010519491231002X"
	unknown = "440524188001010014"
)

var night = time.Date(2026, 11, 23, 16, 30, 0, 1_600_000, time.UTC) // half past midnight in China

func (d *desk) Now() time.Time                 { return night }
func (d *desk) Hash(text string) string        { return "hash of " + text }
func (d *desk) Seal(text, about string) []byte { return []byte(about + text) }
func (d *desk) CandidatesByID(context.Context, []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	return nil, nil
}

func (d *desk) CandidatesByHash(_ context.Context, hashes []string) (map[string]people.Candidate, error) {
	d.asked = append(d.asked, strings.Join(hashes, ", "))
	return map[string]people.Candidate{"hash of " + known: {ID: "c1", Name: "示例甲"}}, nil
}

func (d *desk) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	a := people.Account{ID: id, Roles: []people.Role{people.Role(strings.TrimSuffix(string(id), "-limited"))}}
	if strings.HasSuffix(string(id), "-limited") {
		a.Sites = []string{"site"}
	}
	return a, nil
}

func TestFind(t *testing.T) {
	t.Parallel()
	d := &desk{}
	x := &intake.Desk{Candidates: d, Accounts: d, Sealer: d, Clock: d}
	rows := []row{{Number: " 11010519491231002x "}, {Number: "1"}, {Number: unknown}}
	found, err := x.Find(t.Context(), intake.Numbers(rows, func(r *row) string { return r.Number }))
	if err != nil {
		t.Fatal(err)
	}
	want := []intake.Whose{
		{Number: known, Hash: "hash of " + known, Person: people.Candidate{ID: "c1", Name: "示例甲"}}, {}, {Number: unknown, Hash: "hash of " + unknown},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"hash of " + known + ", hash of " + unknown}, d.asked); diff != "" {
		t.Errorf("asked by numbers that are none, or more than once (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		of                  int
		name, field, reason string
	}{{0, "示例甲", "", ""}, {0, "示例乙", "name", "other-name-known"}, {1, "示例甲", "idNumber", "identity"}, {2, "任何人", "", ""}} {
		if field, reason := found[c.of].Wrong(c.name); field != c.field || reason != c.reason {
			t.Errorf("%d as %s: %s %s", c.of, c.name, field, reason)
		}
	}
	if x.Today() != "2026-11-24" || x.Now() != night.Truncate(time.Millisecond) {
		t.Errorf("now is %v, %s", x.Now(), x.Today())
	}
}

func TestMustLead(t *testing.T) {
	t.Parallel()
	d := &desk{}
	x := &intake.Desk{Accounts: d}
	for who, want := range map[people.AccountID]error{
		"administrator": nil, "auditor": nil, "editor": intake.ErrForbidden, "administrator-limited": people.ErrOutside, "": intake.ErrForbidden,
	} {
		if err := x.MustLead(t.Context(), who, people.Auditor); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", who, err, want)
		}
	}
	if err := x.MustLead(t.Context(), "auditor"); !errors.Is(err, intake.ErrForbidden) {
		t.Errorf("an auditor where none may: %v", err)
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	plan := func() *intake.Plan[string] {
		p := &intake.Plan[string]{}
		p.Take("甲", intake.Compare(false, false), "first")
		p.Refuse("乙", "name", "required")
		p.Take("丙", intake.Compare(true, true), "the same")
		p.Take("丁", intake.Compare(true, false), "second")
		return p
	}
	want := []intake.Verdict{
		{Row: 1, Outcome: intake.Added, Name: "甲"}, {Row: 2, Outcome: intake.Refused, Field: "name", Reason: "required", Name: "乙"},
		{Row: 3, Outcome: intake.Same, Name: "丙"}, {Row: 4, Outcome: intake.Changed, Name: "丁"},
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		var put []string
		got, err := plan().Keep(func(s string) error { put = append(put, s); return nil })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if diff := cmp.Diff([]string{"first", "second"}, put); diff != "" {
			t.Errorf("put (-want +got):\n%s", diff)
		}
	})
	t.Run("OK one that somebody else changed", func(t *testing.T) {
		t.Parallel()
		got, err := plan().Keep(func(s string) error {
			if s == "first" {
				return intake.ErrConflict
			}
			return nil
		})
		if err != nil || got[0].Outcome != intake.Refused || got[0].Reason != "changed-meanwhile" || got[3].Outcome != intake.Changed {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("Err the store", func(t *testing.T) {
		t.Parallel()
		away := errors.New("away")
		if _, err := plan().Keep(func(string) error { return away }); !errors.Is(err, away) || !strings.Contains(err.Error(), "row 1") {
			t.Error(err)
		}
	})
}

package roster

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank/exchange"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// numbered makes a valid identity number.
func numbered(n int) string {
	body := fmt.Sprintf("6101041990%02d%02d%03d", n%12+1, n/12%28+1, n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(body[i]-'0')
	}
	return body + "10X98765432"[sum%11:sum%11+1]
}

func table(rows ...[]string) [][]Cell {
	var out [][]Cell
	for _, row := range rows {
		var line []Cell
		for _, s := range row {
			line = append(line, Cell{Text: s})
		}
		out = append(out, line)
	}
	return out
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	const valid = "11010519491231002X"
	for _, c := range []struct {
		name    string
		cell    Cell
		number  string
		changed []exchange.Reason
		refused exchange.Reason
	}{
		{"as it should be", Cell{Text: valid}, valid, nil, ""},
		{"lower-case x", Cell{Text: "11010519491231002x"}, valid, []exchange.Reason{LowerX}, ""},
		{"full-width", Cell{Text: "１１０１０５１９４９１２３１００２Ｘ"}, valid, []exchange.Reason{exchange.FullWidth}, ""},
		{"blanks", Cell{Text: " 110105 19491231\u00a0002X\u3000"}, valid, []exchange.Reason{Blanks}, ""},
		{"zero-width blank", Cell{Text: "11010519491231002X\u200b"}, valid, []exchange.Reason{Blanks}, ""},
		{"apostrophe", Cell{Text: "'11010519491231002X"}, valid, []exchange.Reason{Apostrophe}, ""},
		{"formula", Cell{Text: `="440524188001010014"`}, "440524188001010014", []exchange.Reason{FormulaText}, ""},
		{"all at once", Cell{Text: " '１1010519491231002x"}, valid, []exchange.Reason{Blanks, exchange.FullWidth, Apostrophe, LowerX}, ""},
		{"scientific", Cell{Text: "4.1E+17", Number: true}, "", nil, Scientific},
		{"scientific, long", Cell{Text: "4.40524188001010E+17"}, "", nil, Scientific},
		{"a number", Cell{Text: "440524188001010000", Number: true}, "", nil, CutDigits},
		{"a number though it fits", Cell{Text: "440524188001010014", Number: true}, "", nil, CutDigits},
		{"zeros at the end", Cell{Text: "440524188001010000"}, "", nil, CutDigits},
		{"old form", Cell{Text: "110105491231002"}, "", nil, OldIdentity},
		{"short", Cell{Text: "1101051949123100"}, "", nil, IdentityLength},
		{"letters", Cell{Text: "1101O519491231002X"}, "", nil, IdentityCharacters},
		{"check", Cell{Text: "110105194912310021"}, "", nil, IdentityCheck},
		{"empty", Cell{Text: "  "}, "", nil, NoIdentity},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			number, changed, refused := identity(c.cell, now)
			if number != c.number || refused != c.refused || !cmp.Equal(changed, c.changed) {
				t.Errorf("got %q %v %q, want %q %v %q", number, changed, refused, c.number, c.changed, c.refused)
			}
		})
	}
	t.Run("a birth date that does not exist", func(t *testing.T) {
		t.Parallel()
		found := 0
		for _, c := range "0123456789X" { // one of them is the check character
			number, _, refused := identity(Cell{Text: "61010419900230001" + string(c)}, now)
			if refused == IdentityBirth {
				found++
			} else if number != "" || refused != IdentityCheck {
				t.Errorf("%c: %q %q", c, number, refused)
			}
		}
		if found != 1 {
			t.Errorf("%d with the right check character", found)
		}
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	in := table(
		[]string{"2026 年秋季名单"}, nil,
		[]string{"序号", "姓名", "身份证号", "单位", "考场", "座位", "延时（分钟）", "单独考场"},
		[]string{"1", "周 壬", numbered(1), "甲厂", "01", "01", "20 分钟", "是"},
		[]string{"2", "吴癸", strings.ToLower(numbered(2)), "", "01", "02", "", ""},
		nil,
		[]string{"3", "郑子", numbered(1), "", "01", "03", "", ""},
		[]string{"4", "王丑", numbered(4), "", "01", "", "", "也许"},
		[]string{"5", "", "", "", "", "", "999", ""},
	)
	r, err := Read(in, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (exchange.Counts{Rows: 5, Kept: 1, Changed: 1, Dropped: 3}); r.Counts != want {
		t.Errorf("counts %+v, want %+v", r.Counts, want)
	}
	var got []string
	for _, v := range r.Verdicts {
		got = append(got, fmt.Sprintf("%s %d%s %s", v.Outcome, v.Row, v.Column, v.Reason))
	}
	for _, line := range []string{
		"changed 4B blanks", "changed 4G blanks", "changed 4G unit", "dropped 7C twice-in-file", "dropped 8F half-place", "dropped 8H bad-yes",
		"dropped 9B no-name", "dropped 9C no-identity", "dropped 9G bad-minutes",
	} {
		if !strings.Contains(strings.Join(got, "\n"), line) {
			t.Errorf("no %q in %q", line, got)
		}
	}
	first := r.Rows[0].Entry
	if first.Name != "周壬" || first.Extra != 20*time.Minute || !first.Needs.Apart || first.Employer != "甲厂" {
		t.Errorf("first entry %+v", first)
	}
	for _, v := range r.Verdicts {
		for n := range 6 {
			if id := numbered(n); strings.Contains(v.Old+v.New, id) || strings.Contains(v.Old+v.New, strings.ToLower(id)) {
				t.Errorf("a whole identity number in %+v", v)
			}
		}
	}
}

func TestReadErr(t *testing.T) {
	t.Parallel()
	many := table([]string{"姓名", "身份证件号"})
	for range MostRows + 1 {
		many = append(many, []Cell{{Text: "某"}})
	}
	for reason, in := range map[string][][]Cell{
		"roster-head": table([]string{"姓名", "电话"}, []string{"a", "b"}), "table-empty": table([]string{"姓名", "身份证件号"}, nil), "table-long": many,
	} {
		_, err := Read(in, now)
		var fault *TableError
		if !errors.As(err, &fault) || fault.Reason != reason || !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	got, err := CSV([]byte("\xef\xbb\xbf姓名;身份证件号;工作单位\r\n\r\n周壬;=\"11010519491231002X\";\"甲;乙\"\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := append(table([]string{"姓名", "身份证件号", "工作单位"}), append([][]Cell{nil}, table([]string{"周壬", `="11010519491231002X"`, "甲;乙"})...)...); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(got, want))
	}
	if _, err := CSV([]byte{0, 1, 2}); !errors.Is(err, ErrInvalid) {
		t.Errorf("no text: %v", err)
	}
}

// FuzzRead reads anything without crashing, and registers nobody whose number
// is none.
func FuzzRead(f *testing.F) {
	f.Add([]byte("姓名,身份证件号\n周壬,11010519491231002x\n"))
	f.Add([]byte("name\tid\n\"a\tb\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cells, err := CSV(data)
		if err != nil {
			return
		}
		r, err := Read(cells, now)
		if err != nil {
			return
		}
		if c := r.Counts; c.Rows != c.Kept+c.Changed+c.Dropped || len(r.Rows) != c.Kept+c.Changed {
			t.Fatalf("%+v with %d rows", c, len(r.Rows))
		}
		for _, row := range r.Rows {
			if len(row.Entry.IDNumber) != 18 || row.Entry.Name == "" {
				t.Fatalf("%+v", row.Entry)
			}
		}
	})
}

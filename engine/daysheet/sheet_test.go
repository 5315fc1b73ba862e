package daysheet

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/print"
)

var keep = flag.String("keep", "", "folder to write the documents to")

var printer = &Printer{Source: print.NewSource(os.DirFS("../../frontend/dist"), print.FontFile), Address: "https://exam.example/"}

func day(n int) *Day {
	at := time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)
	d := &Day{
		Title: "2026 年秋季认定（示例）", Occupation: "保卫管理员", Level: "三级/高级工", Body: "示例职业技能评价中心", Opens: at, Closes: at.Add(2 * time.Hour),
		Duration: 90 * time.Minute, LateEntry: 30 * time.Minute, Printed: at, By: "考务甲", Sample: true,
		Rooms:  []Room{{"01", "示例考点", "示例路 1 号", []string{"监考甲", "监考乙"}}},
		Events: []Event{{at, "01", "01 考场", "补时 10 分钟", "停电", "监考甲"}},
	}
	for i := range n {
		p := Person{Admission: fmt.Sprintf("2612063%07d", i), Name: "周壬", Document: "6101**********0021", Room: fmt.Sprintf("%02d", i/15+1), Seat: fmt.Sprintf("%02d", i%15+1)}
		p.Presence = Presence{SignedIn: at, Began: true, Over: true, Answered: 97, Total: 100}
		if i%9 == 3 {
			p.Extra, p.Notes, p.Presence = 20*time.Minute, []string{"大字号"}, Presence{Absent: true}
		}
		d.People = append(d.People, p)
	}
	return d
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, k := range []Kind{Tickets, Doors, Cards, SignIn, Attendance, Protocol} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			d := day(16)
			first, err := printer.Write(k, d)
			if err != nil || !bytes.HasPrefix(first, []byte("%PDF-")) {
				t.Fatalf("%.20q, %v", first, err)
			}
			if k == Protocol { // the smallest stands for all
				if again, err := printer.Write(k, d); err != nil || !bytes.Equal(first, again) {
					t.Errorf("printed again it is another document: %v", err)
				}
			}
			if *keep != "" {
				if err := os.WriteFile(*keep+"/"+string(k)+".pdf", first, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestTicketPage(t *testing.T) {
	t.Parallel()
	if got, want := printer.TicketPage("26-A 1"), "https://exam.example/enrol?number=26-A+1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	with, err := printer.symbols(day(2).People)
	if err != nil || len(with) != 2 || len(with[0]) < 21 {
		t.Errorf("%d symbols, %v", len(with), err)
	}
	if none, err := (&Printer{}).symbols(day(2).People); none != nil || err != nil {
		t.Errorf("symbols without an address: %d, %v", len(none), err)
	}
	if _, err := (&Printer{Address: strings.Repeat("x", 5000)}).symbols(day(1).People); err == nil {
		t.Error("an address that no symbol holds is none")
	}
}

func TestWriteErr(t *testing.T) {
	t.Parallel()
	d := day(1)
	d.People[0].Room = ""
	if _, err := printer.Write(Tickets, d); !errors.Is(err, ErrNobody) {
		t.Errorf("nobody has a seat: %v", err)
	}
	if _, err := printer.Write(Protocol, d); err != nil {
		t.Errorf("a protocol of nobody: %v", err)
	}
	d = day(1)
	d.People[0].Name = "\U000F0000"
	if _, err := printer.Write(Cards, d); !errors.Is(err, print.ErrGlyph) {
		t.Errorf("a name that cannot be set: %v", err)
	}
}

// TestProtocolOfABadDay has more than a page of events, the longest reasons that
// are taken, and characters that no font has.
func TestProtocolOfABadDay(t *testing.T) {
	t.Parallel()
	d := day(120)
	long := strings.Repeat("烟雾报警器响起，全体考生离场到操场集合，", 10)
	d.Rooms[0].Name, d.People[0].Room = "综合教学楼第三阶梯教室东", "综合教学楼第三阶梯教室东"
	for i := range 60 {
		e := Event{At: d.Opens.Add(time.Duration(i) * time.Minute), Room: "01", Where: "01-07 欧阳𠮷𪚥", What: "违纪警告", Why: "使用手机😀，" + string([]rune(long)[:i%5*20]), By: "监考员甲"}
		if i%7 == 0 {
			e.Where, e.What, e.Why, e.At = "01 考场", "反映第 137 题有误", long, e.At.AddDate(0, 0, 1)
		}
		d.Events = append(d.Events, e)
	}
	got, err := printer.Write(Protocol, d)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(*keep+"/bad-day.pdf", got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	came, absent, open := tally([]Person{{Presence: Presence{Began: true}}, {Presence: Presence{SignedIn: time.Now()}}, {Presence: Presence{Absent: true, SignedIn: time.Now()}}, {}, {Presence: Presence{Absent: true, Began: true}}})
	if came != 3 || absent != 1 || open != 1 {
		t.Errorf("%d came, %d absent, %d open", came, absent, open)
	}
}

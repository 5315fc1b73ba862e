package daysheet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/print"
	"gongyuan/engine/standard"
	"gongyuan/engine/symbol"
)

// Kind is one kind of paper.
type Kind string

// The kinds.
const (
	Tickets    Kind = "tickets"    // 准考证
	Doors      Kind = "doors"      // 考场门贴
	Cards      Kind = "cards"      // 座签
	SignIn     Kind = "sign-in"    // 签到表
	Attendance Kind = "attendance" // 到考情况
	Protocol   Kind = "protocol"   // 考场记录
)

// Person is a candidate as the papers show them.
type Person struct {
	Admission string
	Name      string
	Document  string // masked
	Employer  string
	Room      string
	Seat      string
	Extra     time.Duration
	Notes     []string // what was granted, in words
	Later     []Held   // the other components that the person takes
	Presence  Presence
}

// Held is when a component is planned to be held.
type Held struct {
	Name        string
	From, Until string // 2006-01-02, both included
}

// Presence is what is known of somebody once the day has begun.
type Presence struct {
	SignedIn time.Time // zero for not
	Absent   bool
	Began    bool
	Over     bool
	Answered int
	Total    int
	Warned   int
	Expelled bool
}

// Room is a room of the sitting.
type Room struct {
	Name         string
	Site         string
	Address      string
	Invigilators []string
}

// Event is one thing that happened, for the protocol.
type Event struct {
	At    time.Time
	Room  string // "" for everybody
	Where string
	What  string
	Why   string
	By    string
}

// Day is a sitting with all that its papers need.
type Day struct {
	Title      string
	Occupation string
	Level      string
	Body       string
	Opens      time.Time
	Closes     time.Time
	Duration   time.Duration
	LateEntry  time.Duration // 0 for none
	Rooms      []Room
	People     []Person
	Events     []Event // in order
	Printed    time.Time
	By         string
	Sample     bool // the standard is a sample
}

// ErrNobody is returned where nobody is to be printed.
var ErrNobody = errors.New("daysheet: nobody to print")

// Printer sets papers in a font. It is safe for concurrent use.
type Printer struct {
	Source *print.Source
	// Address is where the public reaches the program; the symbols on tickets
	// lead there. Tickets have none where it is empty.
	Address string

	coder symbol.Coder
}

var titles = map[Kind]string{
	Tickets: "准考证", Doors: "考场考生名单", Cards: "座签", SignIn: "考生签到表", Attendance: "到考情况表", Protocol: "考场记录",
}

// Known tells whether there is such a paper.
func (k Kind) Known() bool { return titles[k] != "" }

// Write returns papers as a PDF. It returns ErrNobody for a sitting without
// people who have a seat, a *print.GlyphError for a name that cannot be set.
func (p *Printer) Write(k Kind, d *Day) ([]byte, error) {
	font, err := p.Source.Font()
	if err != nil {
		return nil, err
	}
	seated := slices.DeleteFunc(slices.Clone(d.People), func(x Person) bool { return x.Room == "" })
	if len(seated) == 0 && k != Protocol {
		return nil, ErrNobody
	}
	frame := print.Frame{
		Margins: print.Margins{Top: 26, Right: 15, Bottom: 20, Left: 20}, Head: [3]string{d.Body, "", titles[k]},
		Foot: "打印 " + moment(d.Printed) + "　" + d.By,
	}
	if d.Sample {
		frame.Mark = "示例"
	}
	f := print.NewFlow(font, print.Info{Title: titles[k] + " " + d.Title, Author: d.Body, Subject: d.Title, Language: "zh-CN", Created: d.Printed}, frame)
	w := writer{Flow: f, font: font, day: d, people: seated, first: true}
	if k == Tickets {
		if w.symbols, err = p.symbols(seated); err != nil {
			return nil, err
		}
	}
	switch k {
	case Tickets:
		w.tickets()
	case Doors:
		w.doors()
	case Cards:
		w.cards()
	case SignIn:
		w.signIn()
	case Attendance:
		w.attendance()
	case Protocol:
		w.protocol()
	}
	return f.Bytes()
}

type writer struct {
	*print.Flow
	font   *print.Font
	day    *Day
	people []Person // who have a seat, by room and seat
	first  bool

	symbols [][][]bool // of tickets, in the order of people; nil for none
}

func moment(t time.Time) string { return t.In(standard.Zone).Format("2006-01-02 15:04:05") }
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(standard.Zone).Format("15:04:05")
}

// window is when the sitting is.
func (d *Day) window() string {
	from, to := d.Opens.In(standard.Zone), d.Closes.In(standard.Zone)
	out := fmt.Sprintf("%d年%d月%d日 %s", from.Year(), from.Month(), from.Day(), from.Format("15:04"))
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return out + "–" + to.Format("15:04")
	}
	return fmt.Sprintf("%s 至 %d年%d月%d日 %s", out, to.Year(), to.Month(), to.Day(), to.Format("15:04"))
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d 分钟", int(d/time.Minute)) }

// page begins a page, but for the first.
func (w *writer) page() {
	if !w.first {
		w.Break()
	}
	w.first = false
}

func (w *writer) head(k Kind, room string) {
	w.Paragraph("H1", titles[k], print.Style{Size: 18, Bold: true, Align: print.Center})
	line := w.day.Title + "　" + w.day.Occupation + "　" + w.day.Level
	w.Paragraph("P", line, print.Style{Size: 11, Align: print.Center})
	if room != "" {
		w.Paragraph("H2", room+" 考场", print.Style{Size: 16, Bold: true, Align: print.Center})
	}
	w.Paragraph("P", w.day.window()+"　时长 "+minutes(w.day.Duration), print.Style{Size: 10.5, Align: print.Center})
	w.Down(3)
}

// rooms lists the people room by room.
func (w *writer) rooms() []struct {
	Room
	people []Person
} {
	var out []struct {
		Room
		people []Person
	}
	for _, p := range w.people {
		if n := len(out); n == 0 || out[n-1].Name != p.Room {
			out = append(out, struct {
				Room
				people []Person
			}{w.day.room(p.Room), nil})
		}
		out[len(out)-1].people = append(out[len(out)-1].people, p)
	}
	return out
}

// room is what is known of a room; its name alone where it has no plan.
func (d *Day) room(name string) Room {
	for _, r := range d.Rooms {
		if r.Name == name {
			return r
		}
	}
	return Room{Name: name}
}

func (r *Room) place() string {
	return strings.TrimSpace(r.Site + "　" + r.Address)
}

package daysheet

import (
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/print"
)

// word is what became of somebody.
func (p *Presence) word() string {
	switch {
	case p.Expelled:
		return "违纪，终止考试"
	case p.absent():
		return "缺考"
	case p.Over:
		return fmt.Sprintf("已交卷，%d / %d 题", p.Answered, p.Total)
	case p.Began:
		return fmt.Sprintf("考试中，%d / %d 题", p.Answered, p.Total)
	case !p.SignedIn.IsZero():
		return "已签到"
	}
	return "未到"
}

// came tells whether somebody was there.
func (p *Presence) came() bool { return !p.SignedIn.IsZero() || p.Began || p.Over }

// absent tells whether somebody was marked absent and stayed away: who came
// later, or just then, and wrote was there.
func (p *Presence) absent() bool { return p.Absent && !p.Began && !p.Over }

// tally counts who came, who was marked absent, and of whom nothing is known.
func tally(people []Person) (came, absent, open int) {
	for _, p := range people {
		switch {
		case p.Presence.absent():
			absent++
		case p.Presence.came():
			came++
		default:
			open++
		}
	}
	return came, absent, open
}

func sums(people []Person) string {
	came, absent, open := tally(people)
	return fmt.Sprintf("应到 %d 人，实到 %d 人，缺考 %d 人，未登记 %d 人", len(people), came, absent, open)
}

// attendance says of everybody whether they came, one sheet for each room.
func (w *writer) attendance() {
	for _, r := range w.rooms() {
		w.page()
		w.head(Attendance, r.Name)
		t := print.Table{Size: 10.5, Columns: []print.Column{
			{Head: "座位", Width: 14, Align: print.Center}, {Head: "准考证号", Width: 36}, {Head: "姓名", Width: 28}, {Head: "签到", Width: 24}, {Head: "情况"}, {Head: "警告", Width: 16},
		}}
		for _, p := range r.people {
			warned := ""
			if p.Presence.Warned > 0 {
				warned = fmt.Sprintf("%d 次", p.Presence.Warned)
			}
			t.Rows = append(t.Rows, []print.Cell{
				{Text: p.Seat, Bold: true}, {Text: p.Admission}, {Text: p.Name}, {Text: clock(p.Presence.SignedIn)}, {Text: p.Presence.word()}, {Text: warned},
			})
		}
		w.Table(t)
		w.Down(3)
		w.Paragraph("P", sums(r.people), print.Style{Size: 10.5, Bold: true})
		w.signatures("监考员签名", "监考员签名")
	}
}

// protocol is the record of the sitting: numbers, what happened, signatures.
func (w *writer) protocol() {
	w.page()
	w.head(Protocol, "")
	w.Paragraph("H2", "人数", print.Style{Size: 13, Bold: true})
	t := print.Table{Size: 10.5, Columns: []print.Column{
		{Head: "考场", Width: 24}, {Head: "应到", Width: 18, Align: print.Right}, {Head: "实到", Width: 18, Align: print.Right}, {Head: "缺考", Width: 18, Align: print.Right},
		{Head: "未登记", Width: 18, Align: print.Right}, {Head: "监考员"},
	}}
	line := func(name string, people []Person, who string, bold bool) {
		came, absent, open := tally(people)
		row := []print.Cell{{Text: name, Bold: bold}}
		for _, n := range []int{len(people), came, absent, open} {
			row = append(row, print.Cell{Text: fmt.Sprint(n), Bold: bold})
		}
		t.Rows = append(t.Rows, append(row, print.Cell{Text: who}))
	}
	rooms := w.rooms()
	for _, r := range rooms {
		line(w.settable(r.Name), r.people, w.settable(strings.Join(r.Invigilators, "、")), false)
	}
	line("合计", w.people, "", true)
	w.Table(t)
	w.Down(5)
	w.Room(24) // never a heading alone at the foot
	w.Paragraph("H2", "经过", print.Style{Size: 13, Bold: true})
	if len(w.day.Events) == 0 {
		w.Paragraph("P", "没有记录的事件。", print.Style{Size: 10.5})
	} else {
		e := print.Table{Size: 9.5, Columns: []print.Column{{Head: "时间", Width: 22}, {Head: "对象", Width: 38}, {Head: "事件", Width: 32}, {Head: "理由或内容"}, {Head: "经手", Width: 24}}}
		for _, x := range w.day.Events {
			e.Rows = append(e.Rows, []print.Cell{{Text: w.when(x.At)}, {Text: w.settable(x.Where)}, {Text: x.What}, {Text: w.settable(x.Why)}, {Text: w.settable(x.By)}})
		}
		w.Table(e)
	}
	w.Down(4)
	w.Room(40)
	w.Paragraph("P", "补充说明：", print.Style{Size: 10.5})
	w.Down(16)
	w.Rule(0.1)
	for _, r := range rooms {
		w.signatures(w.settable(r.Name)+" 考场监考员签名", "监考员签名")
	}
	w.signatures("考务负责人签名", "日期")
}

// when is a time of the sitting's day, with the date for any other day.
func (w *writer) when(at time.Time) string {
	if day := moment(at)[:10]; day != moment(w.day.Opens)[:10] {
		return day + "\n" + clock(at)
	}
	return clock(at)
}

// signatures are lines for people to sign on, as high as a hand needs, never
// split from each other.
func (w *writer) signatures(who ...string) {
	width, style := w.Width()/float64(len(who)), print.Style{Size: 10.5}
	labels, most := make([][]string, len(who)), 1
	for i, s := range who {
		labels[i] = w.font.Wrap(s, style.Size, width*0.55)
		most = max(most, len(labels[i]))
	}
	const line = 5.5
	high := float64(most-1) * line
	w.Room(20 + high)
	w.Down(8 + high)
	for i, label := range labels {
		x, from := w.X()+float64(i)*width, 0.0
		w.Begin("P", "")
		for n, text := range label { // the last of them stands on the line
			w.Text(x, w.Y()+5-float64(len(label)-1-n)*line, text, style)
			from = max(from, w.font.Width(text, style.Size))
		}
		w.End()
		w.Line(x+from+2, w.Y()+6, x+width-6, w.Y()+6, 0.2)
	}
	w.Down(12)
}

// settable puts what people wrote into characters that the font has. A protocol
// must come out whatever somebody typed as a reason: what cannot be set is named
// by its number.
func (w *writer) settable(text string) string {
	for _, r := range w.font.Missing(text) {
		text = strings.ReplaceAll(text, string(r), fmt.Sprintf("〔U+%04X〕", r))
	}
	return text
}

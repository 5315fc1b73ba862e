package daysheet

import (
	"fmt"
	"net/url"
	"strings"

	"gongyuan/engine/print"
)

// ticketHeight is that of one ticket: two go on a page.
const ticketHeight = 118.0

// tickets sets two admission tickets on each page.
func (w *writer) tickets() {
	for i, p := range w.people {
		if i%2 == 0 {
			w.page()
		} else {
			w.Down(4)
		}
		top := w.Y()
		var dark [][]bool
		if w.symbols != nil {
			dark = w.symbols[i]
		}
		w.ticket(&p, dark)
		if i%2 == 0 {
			w.Down(max(0, top+ticketHeight-w.Y()))
			w.Rule(0.1)
		}
	}
}

// symbols are what leads from each ticket to its page. It holds the admission
// number, which stands beside it and opens nothing without the document's.
func (p *Printer) symbols(of []Person) ([][][]bool, error) {
	if p.Address == "" {
		return nil, nil
	}
	out := make([][][]bool, len(of))
	for i := range of {
		var err error
		if out[i], err = p.coder.Encode(p.TicketPage(of[i].Admission)); err != nil {
			return nil, fmt.Errorf("daysheet: the symbol of a ticket: %w", err)
		}
	}
	return out, nil
}

// TicketPage is the address of the page of a ticket.
func (p *Printer) TicketPage(admission string) string {
	return strings.TrimSuffix(p.Address, "/") + "/enrol?number=" + url.QueryEscape(admission)
}

// Sizes of the symbol on a ticket in millimetres, with its quiet zone.
const (
	symbolSize  = 25.0
	symbolQuiet = 4.0
)

func (w *writer) ticket(p *Person, dark [][]bool) {
	d, room := w.day, w.day.room(p.Room)
	w.Paragraph("H1", "准考证", print.Style{Size: 20, Bold: true, Align: print.Center, Space: 2})
	w.Paragraph("P", d.Title, print.Style{Size: 11, Align: print.Center})
	w.Down(2)
	row := func(a, b string) []print.Cell { return []print.Cell{{Text: a}, {Text: b, Bold: true}} }
	rows := [][]print.Cell{
		row("姓名", p.Name), row("准考证号", p.Admission), row("证件号码", p.Document), row("职业、等级", d.Occupation+"　"+d.Level),
		row("时间", d.window()+"，时长 "+minutes(d.Duration+p.Extra)), row("考场、座位", p.Room+" 考场　"+p.Seat+" 座"),
	}
	if place := room.place(); place != "" {
		rows = append(rows, row("地点", place))
	}
	for _, h := range p.Later {
		days := h.From
		if h.Until != h.From {
			days += " 至 " + h.Until
		}
		rows = append(rows, row(h.Name, days+"，时间和地点另行通知"))
	}
	if notes := p.granted(); notes != "" {
		rows = append(rows, row("便利措施", notes))
	}
	table := print.Table{Size: 10.5, Columns: []print.Column{{Head: "项目", Width: 30}, {Head: "内容"}}, Rows: rows}
	if dark != nil {
		table.Columns[1].Width = w.Width() - 30 - symbolSize - 2*symbolQuiet
		x, y := w.X()+w.Width()-symbolSize-symbolQuiet, w.Y()+symbolQuiet
		w.Modules(x, y, symbolSize, dark, "二维码：手机查看准考证")
		w.Begin("P", "")
		w.Text(x+symbolSize/2, y+symbolSize+symbolQuiet+2, "手机查看准考证", print.Style{Size: 8.5, Align: print.Center})
		w.End()
	}
	w.Plain(table)
	w.Down(2)
	late := ""
	if d.LateEntry > 0 {
		late = fmt.Sprintf("开考 %s后不能进入。", minutes(d.LateEntry))
	}
	w.Paragraph("P", "凭本证和有效身份证件入场，对号入座。"+late+"手机等电子设备不得带入座位。到时自动收卷，已保存的答案全部计入。", print.Style{Size: 9.5})
}

// granted is what somebody was granted, in words.
func (p *Person) granted() string {
	var out []string
	if p.Extra > 0 {
		out = append(out, "个人延时 "+minutes(p.Extra))
	}
	return strings.Join(append(out, p.Notes...), "，")
}

// doors sets the list that hangs at each door.
func (w *writer) doors() {
	for _, r := range w.rooms() {
		w.page()
		w.head(Doors, r.Name)
		if place := r.place(); place != "" {
			w.Paragraph("P", place, print.Style{Size: 10.5, Align: print.Center})
		}
		t := print.Table{Size: 11, Columns: []print.Column{
			{Head: "座位", Width: 20, Align: print.Center}, {Head: "姓名"}, {Head: "准考证号", Width: 50}, {Head: "证件号码", Width: 52},
		}}
		for _, p := range r.people {
			t.Rows = append(t.Rows, []print.Cell{{Text: p.Seat, Bold: true}, {Text: p.Name}, {Text: p.Admission}, {Text: p.Document}})
		}
		w.Down(2)
		w.Table(t)
		w.Down(3)
		w.Paragraph("P", fmt.Sprintf("共 %d 人", len(r.people)), print.Style{Size: 10.5})
	}
}

// cards sets cards to cut out, ten on a page.
func (w *writer) cards() {
	const columns, height = 2, 48.0
	width := w.Width() / columns
	for i, p := range w.people {
		place := i % 10
		if place == 0 {
			w.page()
		}
		x, y := w.X()+float64(i%columns)*width, w.Y()
		w.Box(x, y, width, height, 0.2)
		w.Begin("P", "")
		w.Text(x+width/2, y+16, p.Room+" 考场　"+p.Seat+" 座", print.Style{Size: 22, Bold: true, Align: print.Center})
		w.Text(x+width/2, y+29, p.Name, print.Style{Size: 18, Align: print.Center})
		w.Text(x+width/2, y+38, p.Admission, print.Style{Size: 13, Align: print.Center})
		w.Text(x+width/2, y+44, p.Document, print.Style{Size: 9, Align: print.Center})
		w.End()
		if i%columns == columns-1 {
			w.Down(height)
		}
	}
}

// signIn sets the sheets on which candidates sign, one for each room.
func (w *writer) signIn() {
	for _, r := range w.rooms() {
		w.page()
		w.head(SignIn, r.Name)
		// Fifteen people and the signatures go on one page.
		t := print.Table{Size: 9.5, Columns: []print.Column{
			{Head: "座位", Width: 13, Align: print.Center}, {Head: "准考证号", Width: 32}, {Head: "姓名", Width: 24}, {Head: "证件号码", Width: 38},
			{Head: "便利措施"}, {Head: "本人签名", Width: 34},
		}}
		for _, p := range r.people {
			t.Rows = append(t.Rows, []print.Cell{{Text: p.Seat, Bold: true}, {Text: p.Admission}, {Text: p.Name}, {Text: p.Document}, {Text: p.granted()}, {Text: "\n"}})
		}
		w.Table(t)
		w.Down(3)
		w.Paragraph("P", fmt.Sprintf("应到 %d 人，实到 ______ 人，缺考 ______ 人　监考员 %s", len(r.people), strings.Join(r.Invigilators, "、")), print.Style{Size: 10.5})
		w.signatures("监考员签名", "监考员签名")
	}
}

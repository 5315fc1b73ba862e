package compose

import (
	"context"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/print"
)

// ExamPaper is a paper that one candidate writes on when no computer can be had
// (纸笔作答).
type ExamPaper struct {
	Title     string
	Code      string // names the sheet, on every page
	Name      string
	Admission string
	Place     string // room and seat
	Until     time.Time
	Printed   time.Time
	Paper     bank.Paper
	Lookup    bank.Lookup
}

// PrintExam sets a candidate's own paper, in its own order, as a PDF. The caller
// has taken it down. It returns a *print.GlyphError where a character cannot be
// set: unlike a specimen, a paper must not lack one.
func (d *Desk) PrintExam(ctx context.Context, x *ExamPaper) ([]byte, error) {
	font, err := d.Font.Font()
	if err != nil {
		return nil, err
	}
	p := printer{ctx: ctx, store: d.Store, font: font, specimen: Specimen{Number: 1, Paper: x.Paper}, lookup: x.Lookup, pictures: map[bank.PictureID]*print.Image{}}
	p.Flow = print.NewFlow(font, print.Info{Title: p.safe(x.Title), Author: "贡院", Subject: x.Code, Language: "zh-CN", Created: x.Printed}, print.Frame{
		Margins: print.Margins{Top: 24, Right: 18, Bottom: 22, Left: 22}, Head: [3]string{p.safe(x.Title), "", x.Code},
		Foot: p.safe(fmt.Sprintf("%s %s · %s · 打印 %s", x.Name, x.Admission, x.Code, x.Printed.In(zone).Format(time.DateTime))),
	})
	p.Paragraph("H1", p.safe(x.Title), print.Style{Size: 17, Bold: true, Align: print.Center})
	p.Down(2)
	p.para("纸笔作答试卷　编号 "+x.Code, print.Center)
	p.Down(3)
	p.para(fmt.Sprintf("姓名 %s　准考证号 %s　%s", x.Name, x.Admission, x.Place), print.Left)
	p.para(fmt.Sprintf("共 %d 题，满分 %s 分。%s 收卷。选择题把字母写在题号前的横线上，其他题写在题后空白处。", len(x.Paper.Slots), plainMarks(x.Paper.Total()), x.Until.In(zone).Format("15:04")), print.Left)
	p.para("考生签名 ____________　监考员签名 ____________　____________　收卷时间 ________", print.Left)
	p.Down(3)
	p.line = "______ "
	if err := p.paper(); err != nil {
		return nil, err
	}
	if p.missing {
		return nil, &print.GlyphError{Rune: '〓'}
	}
	return p.Bytes()
}

// zone is the one of the exam: the body's.
var zone = time.FixedZone("CST", 8*3600)

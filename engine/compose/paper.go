package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/engine/print"
)

// Sheet is which of the two documents of a specimen is printed.
type Sheet string

// The documents. The key is a document of its own, so that the paper can be
// laid on a table.
const (
	PaperSheet Sheet = "paper"
	KeySheet   Sheet = "key"
)

// Print sets one paper of a specimen request, or its key, as a PDF. It stands
// in the record.
func (d *Desk) Print(ctx context.Context, by string, r SpecimenRequest, number int, sheet Sheet) ([]byte, error) {
	if number < 1 || number > r.Count {
		return nil, &FieldError{"/number", "maximum"}
	}
	if sheet != PaperSheet && sheet != KeySheet {
		return nil, &FieldError{"/sheet", "enum"}
	}
	drawn, err := d.specimens(ctx, by, "blueprint.print-"+string(sheet), r, number)
	if err != nil {
		return nil, err
	}
	font, err := d.Font.Font()
	if err != nil {
		return nil, err
	}
	p := printer{ctx: ctx, store: d.Store, font: font, specimen: drawn.Papers[0], lookup: drawn.Lookup, pictures: map[bank.PictureID]*print.Image{}}
	name := map[Sheet]string{PaperSheet: "样卷", KeySheet: "样卷答案"}[sheet]
	foot := fmt.Sprintf("种子 %s · 第 %d 份 · 仅供审阅，不得用于考试", r.Seed, number)
	p.Flow = print.NewFlow(font, print.Info{
		Title: p.safe(r.Blueprint.Title + " " + name), Author: "贡院", Subject: r.Blueprint.ID, Language: "zh-CN", Created: d.Clock.Now().Truncate(24 * time.Hour),
	}, print.Frame{
		Margins: print.Margins{Top: 24, Right: 18, Bottom: 22, Left: 22}, Head: [3]string{p.safe(r.Blueprint.Title), "", name}, Foot: p.safe(foot), Mark: "样卷",
	})
	p.Paragraph("H1", p.safe(r.Blueprint.Title+" "+name), print.Style{Size: 17, Bold: true, Align: print.Center})
	p.Down(2)
	p.para(fmt.Sprintf("共 %d 题，满分 %s 分，时长 %d 分钟。", len(drawn.Papers[0].Paper.Slots), plainMarks(r.Blueprint.Total()), int(r.Blueprint.Duration/time.Minute)), print.Center)
	p.Down(3)
	if sheet == KeySheet {
		err = p.keys()
	} else {
		err = p.paper()
	}
	if err != nil {
		return nil, err
	}
	if p.missing {
		p.Down(3)
		p.para("〓：字体中没有的字。", print.Left)
	}
	return p.Bytes()
}

// printer sets one specimen.
type printer struct {
	*print.Flow
	ctx      context.Context
	store    Questions
	font     *print.Font
	specimen Specimen
	lookup   bank.Lookup
	pictures map[bank.PictureID]*print.Image // nil for one that cannot be set
	missing  bool
	line     string // before the number, to write a letter on; "" for none
}

// size of ordinary text, in points.
const size = 10.5

// safe puts 〓 in the place of characters that the font does not have: a paper
// to look at is better with one sign less than not at all.
func (p *printer) safe(text string) string {
	for _, r := range p.font.Missing(text) {
		text = strings.ReplaceAll(text, string(r), "〓")
		p.missing = true
	}
	return text
}

func (p *printer) para(text string, align print.Align) {
	p.Paragraph("P", p.safe(text), print.Style{Size: size, Align: align})
}

func plainMarks(m bank.Marks) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", m/100, m%100), "0"), ".")
}

var numerals = []string{"一", "二", "三", "四", "五", "六", "七"}

// paper sets the questions as a candidate would see them.
func (p *printer) paper() error {
	view, err := bank.NewView(p.specimen.Paper, p.lookup)
	if err != nil {
		return err
	}
	section, situation := -1, 0
	for i := range view.Slots {
		slot := &view.Slots[i]
		if slot.Section != section {
			section = slot.Section
			s := view.Sections[section]
			p.Room(22)
			p.Down(3)
			head := fmt.Sprintf("%s、%s（共 %d 题，每题 %s 分）", numerals[min(section, len(numerals)-1)], exchange.TypeName(s.Type), s.Count, plainMarks(s.Points))
			p.Paragraph("H2", head, print.Style{Size: 12.5, Bold: true})
			p.Down(1)
		}
		if slot.Case != situation && slot.Case > 0 {
			situation = slot.Case
			if err := p.rich("材料：", view.Cases[slot.Case-1].Situation); err != nil {
				return err
			}
		}
		if err := p.question(slot); err != nil {
			return err
		}
	}
	return nil
}

func (p *printer) question(slot *bank.ViewSlot) error {
	// A stem's first lines and its options stay together.
	p.Room(min(6.0*float64(len(slot.Options)+2), 60))
	before := fmt.Sprintf("%d. ", slot.Number)
	if slot.Type.Choice() {
		before = p.line + before
	}
	if err := p.rich(before, slot.Stem); err != nil {
		return err
	}
	across, plain := 4, true
	var texts []string
	for _, o := range slot.Options {
		text := p.safe(o.Letter + ". " + bank.Plain(o.Text))
		texts = append(texts, text)
		plain = plain && !strings.ContainsAny(o.Text, "<[\n")
		for across > 1 && p.font.Width(text, size) > p.Width()/float64(across)-4 {
			across /= 2
		}
	}
	if !plain || across == 1 {
		for _, o := range slot.Options {
			if err := p.rich("　"+o.Letter+". ", o.Text); err != nil {
				return err
			}
		}
	} else {
		p.columns(texts, across)
	}
	if !slot.Type.Choice() && (slot.Type != bank.Blank || p.line != "") {
		p.Room(24)
		p.Down(22) // to write in
	}
	p.Down(1.6)
	return nil
}

// columns sets short options beside each other.
func (p *printer) columns(texts []string, across int) {
	const line, base = size * 1.5 * 25.4 / 72, size * 1.12 * 25.4 / 72
	width := (p.Width() - 4) / float64(across)
	for i, text := range texts {
		if i%across == 0 {
			p.Room(line)
		}
		p.Begin("P", "")
		p.Text(p.X()+4+width*float64(i%across), p.Y()+base, text, print.Style{Size: size})
		p.End()
		if i%across == across-1 || i == len(texts)-1 {
			p.Down(line)
		}
	}
}

// rich sets a text with its pictures below the lines they stand in.
func (p *printer) rich(before, text string) error {
	for _, s := range bank.Segments(text) {
		if s.Picture == "" {
			p.para(before+strings.TrimSpace(s.Text), print.Left)
			before = ""
			continue
		}
		if before != "" {
			p.para(before, print.Left)
			before = ""
		}
		if err := p.picture(s); err != nil {
			return err
		}
	}
	if before != "" {
		p.para(before, print.Left)
	}
	return nil
}

// picture sets a picture, or says which one is not there.
func (p *printer) picture(s bank.Segment) error {
	img, known := p.pictures[s.Picture]
	if !known {
		stored, err := p.store.Picture(p.ctx, s.Picture)
		if err != nil && !errors.Is(err, bank.ErrNotFound) {
			return err
		}
		if err == nil {
			if img, err = print.ParseImage(stored.Data); err != nil {
				img = nil
			}
		}
		p.pictures[s.Picture] = img
	}
	if img == nil {
		p.para(fmt.Sprintf("【见图：%s】", orElse(s.Words, string(s.Picture))), print.Left)
		return nil
	}
	// 96 pixels to the inch, and never over the column or a third of a page.
	w, h := float64(img.Width)*25.4/96, float64(img.Height)*25.4/96
	scale := min(1, (p.Width()-8)/w, 90/h)
	p.Room(h*scale + 2)
	p.Picture(p.X()+4, p.Y(), w*scale, h*scale, img, p.safe(orElse(s.Words, "图")))
	p.Down(h*scale + 2)
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// keys sets the answers as a table.
func (p *printer) keys() error {
	t := print.Table{Size: 9.5, Columns: []print.Column{
		{Head: "题号", Width: 12, Align: print.Right}, {Head: "答案", Width: 40}, {Head: "分值", Width: 13, Align: print.Right},
		{Head: "难度", Width: 12, Align: print.Right}, {Head: "试题编号", Width: 38}, {Head: "解析"},
	}}
	for _, s := range p.specimen.Paper.Slots {
		rev, ok := p.lookup(bank.Ref{Item: s.Ref.Item, Revision: s.Ref.Revision})
		if !ok {
			return bank.ErrNotFound
		}
		q, ok := rev.Part(s.Ref.Part)
		if !ok {
			return bank.ErrPaper
		}
		_, code, _ := strings.Cut(string(rev.Item), "/")
		t.Rows = append(t.Rows, []print.Cell{
			{Text: fmt.Sprint(s.Number)}, {Text: p.safe(Answer(q, s)), Bold: true}, {Text: plainMarks(s.Points)}, {Text: fmt.Sprint(rev.Difficulty)},
			{Text: p.safe(code), Note: fmt.Sprintf("修订 %d", rev.Number)}, {Text: p.safe(clip(bank.Plain(q.Explanation), 300)), Note: p.safe(q.Source)},
		})
	}
	p.Table(t)
	return nil
}

func clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "……"
	}
	return text
}

// Answer is what a key says, with the letters that the paper shows.
func Answer(q *bank.Question, s bank.Slot) string {
	right := bank.RightAsShown(q, s)
	switch {
	case q.Type == bank.Judgement && len(right) == 1:
		return map[string]string{"A": "正确", "B": "错误"}[right[0]]
	case q.Type == bank.Multiple:
		return strings.Join(right, "")
	case len(right) > 0:
		return strings.Join(right, "；")
	}
	return clip(bank.Plain(q.Key.Reference), 400)
}

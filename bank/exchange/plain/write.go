package plain

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// Write writes a bank as text that Read reads back to the same revisions.
func Write(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	out := bufio.NewWriter(w)
	verdicts := write(b, nil, func(s string) {
		// The writer keeps its first error for Flush.
		_, _ = out.WriteString(s + "\n")
	})
	return verdicts, out.Flush()
}

// write writes the lines of a bank. pictures are those that the file holds.
func write(b exchange.Bundle, pictures map[bank.PictureID][]byte, put func(string)) []exchange.Verdict {
	led := exchange.NewLedger(b.Bank)
	led.Pictures = pictures
	p := printer{put, led}
	put(Mark)
	if b.Title != "" {
		p.field("题库", b.Title)
	}
	n := 0
	for i := range b.Revisions {
		rev := &b.Revisions[i]
		led.Begin(rev)
		if rev.Type == bank.Other {
			led.Drop(exchange.FieldType, exchange.NotCarried, rev.Foreign.Kind)
			continue
		}
		n++
		put("")
		p.text(strconv.Itoa(n)+". ", rev.Stem)
		p.field("编号", exchange.CodeOf(b.Bank, rev.Item))
		p.field("题型", exchange.TypeName(rev.Type))
		p.field("难度", number(rev.Difficulty))
		p.field("一致性", number(rev.Consistency))
		p.field("互斥题", exchange.JoinExcludes(b.Bank, rev.Excludes))
		p.question(&rev.Question)
		for j := range rev.Parts {
			p.text("（"+strconv.Itoa(j+1)+"）", rev.Parts[j].Stem)
			p.field("题型", exchange.TypeName(rev.Parts[j].Type))
			p.question(&rev.Parts[j])
		}
		if rev.Foreign != nil && rev.Foreign.Raw != "" {
			led.Lose(exchange.FieldRaw, rev.Foreign.Kind)
		}
	}
	led.End()
	return led.Verdicts
}

func number(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

type printer struct {
	put func(string)
	led *exchange.Ledger
}

func (p printer) question(q *bank.Question) {
	if q.Type == bank.Single || q.Type == bank.Multiple {
		var last strings.Builder
		for _, o := range q.Options {
			p.text(string(o.ID)+". ", o.Text)
			if o.Last {
				last.WriteString(string(o.ID))
			}
		}
		p.field("必须最后的选项", last.String())
	}
	switch {
	case q.Type == bank.Judgement:
		truth := "错误"
		if len(q.Key.Options) > 0 && q.Key.Options[0] == bank.True {
			truth = "正确"
		}
		p.field("答案", truth)
	case q.Type.Choice():
		var b strings.Builder
		for _, id := range q.Key.Options {
			b.WriteString(string(id))
		}
		p.field("答案", b.String())
	case q.Type == bank.Blank:
		p.field("答案", exchange.JoinBlanks(q.Key.Blanks))
	case q.Type != bank.Case:
		p.field("答案", p.led.Reference(q.Key))
	}
	p.field("解析", q.Explanation)
	p.field("依据", q.Source)
}

func (p printer) field(name, value string) {
	if value != "" {
		p.text(name+"：", value)
	}
}

// text writes a text behind its marker. Lines that would be read as something
// else, and empty ones, get a backslash.
func (p printer) text(marker, s string) {
	for i, l := range strings.Split(strings.ReplaceAll(s, `\`, `\\`), "\n") {
		switch {
		case i == 0:
			p.put(marker + l)
		case strings.HasPrefix(l, `\`):
			p.put(l) // doubled above, and so no marker
		case strings.TrimLeft(l, " \t　") != l || classify(0, l).kind != text:
			p.put(`\` + l)
		default:
			p.put(l)
		}
	}
}

// Package aiken reads and writes Aiken, the plainest format of Moodle: a stem,
// options on lines of their own that begin with a letter, and "ANSWER: B".
//
// Aiken has single choice only, and nothing but stem, options and answer. The
// reader also takes what people write although it is none: answers of several
// letters ("ANSWER: A, C"), stems of several lines, full-width marks.
package aiken

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// Limits on a file.
const (
	maxFile  = 16 << 20
	maxLines = 500_000
	maxLine  = 256 << 10
)

var (
	optionAt = regexp.MustCompile(`^\s*[(（]?([A-Za-zＡ-Ｚａ-ｚ])\s*[.)．）、:：]\s*(.*)$`)
	answerAt = regexp.MustCompile(`(?i)^\s*(?:ANSWER|ＡＮＳＷＥＲ)\s*[:：]\s*[(（]?(.*?)[)）.。．]?\s*$`)
)

// Format is what the registry knows of Aiken.
func Format() exchange.Format {
	return exchange.Format{
		Name: "aiken", Title: exchange.Text{ZH: "Aiken 文本", EN: "Aiken"}, Extension: ".txt", Media: "text/plain; charset=utf-8",
		Detect: detect, Read: Read, Write: Write,
	}
}

var answerLine = regexp.MustCompile(`(?im)^[ \t]*(?:ANSWER|ＡＮＳＷＥＲ)[ \t]*[:：][ \t]*[(（]?[A-ZＡ-Ｚ](?:[^A-Za-z]|$)`)

func detect(s exchange.Sample) bool { return answerLine.MatchString(s.Text) }

// question is an item being read.
type question struct {
	line    int
	stem    []string
	options [][]string // the lines of each
	gap     bool
}

// texts joins the lines of the options.
func (q *question) texts() []string {
	var out []string
	for _, lines := range q.options {
		if out = append(out, strings.Join(lines, "\n")); len(out) > exchange.MaxOptions {
			break
		}
	}
	return out
}

// Read reads an Aiken file.
func Read(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	lines, err := exchange.ReadLines(r, maxFile, maxLines)
	if err != nil {
		return exchange.Import{}, err
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	q := question{}
	for i, l := range lines {
		if len(l) > maxLine {
			c.Say(exchange.Verdict{Outcome: exchange.Dropped, Row: i + 1, Reason: exchange.TooLong, Old: l[:200]})
			continue
		}
		if m := answerAt.FindStringSubmatch(l); m != nil {
			if q.line == 0 {
				q.line = i + 1
			}
			c.Add(q.draft(i+1, m[1]))
			q = question{}
			continue
		}
		q.take(i+1, l)
	}
	if q.line > 0 {
		c.Add(q.draft(q.line, ""))
	}
	return c.Done()
}

func (q *question) take(n int, l string) {
	l = strings.TrimSpace(l)
	if l == "" {
		return
	}
	if q.line == 0 {
		q.line = n
	}
	// The first line is the stem, even where it looks like an option.
	if m := optionAt.FindStringSubmatch(l); m != nil && len(q.stem) > 0 {
		letter := strings.ToUpper(bank.Normal(m[1]))
		if len(q.options) > 0 || letter == "A" {
			q.gap = q.gap || letter != bank.Letter(len(q.options))
			q.options = append(q.options, []string{m[2]})
			return
		}
	}
	if n := len(q.options); n > 0 {
		q.options[n-1] = append(q.options[n-1], l)
		return
	}
	q.stem = append(q.stem, l)
}

func (q *question) draft(answerLine int, answer string) *exchange.Draft {
	d := exchange.NewDraft("", q.line)
	d.Guessed = true
	d.Rev.Type, d.Rev.Stem = bank.Single, strings.Join(q.stem, "\n")
	if q.gap {
		d.Drop(exchange.FieldOption, exchange.OptionGap, strings.Join(q.texts(), " ‖ "))
	}
	d.SetOptions(&d.Rev.Question, q.texts())
	ids, repeated, ok := exchange.ParseLetters(answer)
	if !ok {
		d.DropAt(answerLine, exchange.FieldAnswer, exchange.BadAnswer, answer)
		return d
	}
	if repeated {
		d.ChangeAt(answerLine, exchange.FieldAnswer, exchange.RepeatedLetter, answer, "")
	}
	d.Rev.Key.Options = ids
	if len(ids) > 1 {
		d.Rev.Type = bank.Multiple
		d.ChangeAt(answerLine, exchange.FieldType, exchange.TypeInferred, "", exchange.TypeName(bank.Multiple))
	}
	exchange.AsJudgement(&d.Rev.Question)
	return d
}

// Write writes the single choices and judgements of a bank. Everything else,
// and everything that Aiken has no place for, gets a verdict.
func Write(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	out := bufio.NewWriter(w)
	led := exchange.NewLedger(b.Bank)
	for i := range b.Revisions {
		rev := &b.Revisions[i]
		led.Begin(rev)
		if rev.Type != bank.Single && rev.Type != bank.Judgement {
			led.Drop(exchange.FieldType, exchange.NotCarried, string(rev.Type))
			continue
		}
		one := func(s string, field exchange.Field) string {
			text, lost := markup.Plain(s)
			if lost {
				led.Change(field, exchange.FormattingLost, s, text)
			}
			flat, broke := exchange.OneLine(text)
			if broke {
				led.Change(field, exchange.LineBreakLost, s, flat)
			}
			return flat
		}
		stem := one(rev.Stem, exchange.FieldStem)
		if answerAt.MatchString(stem) {
			led.Drop(exchange.FieldStem, exchange.NotCarried, stem)
			continue
		}
		led.LoseCommon(rev)
		led.Lose(exchange.FieldExplanation, rev.Explanation)
		fmt.Fprintln(out, stem) // the writer keeps its first error for Flush
		for j, o := range rev.Options {
			fmt.Fprintf(out, "%s. %s\n", o.ID, one(o.Text, exchange.OptionField(j)))
		}
		fmt.Fprintf(out, "ANSWER: %s\n\n", rev.Key.Options[0])
	}
	led.End()
	return led.Verdicts, out.Flush()
}

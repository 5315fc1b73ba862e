package gift

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

var escaper = strings.NewReplacer(`\`, `\\`, "~", `\~`, "=", `\=`, "#", `\#`, "{", `\{`, "}", `\}`, ":", `\:`, "\n", `\n`)

func escape(s string) string { return escaper.Replace(s) }

// tagExplanation is where a case, which has no braces, says its explanation.
const tagExplanation = "解析:"

var tagEscaper = strings.NewReplacer(`\`, `\\`, "]", `\]`, "\n", `\n`)

// Write writes a bank as GIFT.
func Write(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	out := bufio.NewWriter(w)
	wr := &writer{out: out, own: b.Bank, led: exchange.NewLedger(b.Bank)}
	wr.led.Pictures, wr.led.Largest, wr.led.Feedback = b.Pictures(), maxInline, true
	for i := range b.Revisions {
		wr.item(&b.Revisions[i])
	}
	wr.led.End()
	return wr.led.Verdicts, out.Flush() // which returns the first error of all
}

type writer struct {
	out *bufio.Writer
	own bank.ID
	led *exchange.Ledger
}

func (w *writer) item(rev *bank.Revision) {
	w.led.Begin(rev)
	if rev.Type == bank.Other {
		if family := rev.Foreign.Format; family != "gift" {
			w.led.Drop(exchange.FieldType, exchange.NotCarried, rev.Foreign.Kind)
			return
		}
		fmt.Fprintf(w.out, "%s\n\n", w.rawOf(rev))
		return
	}
	if reason := cannot(&rev.Question); reason != "" {
		w.led.Drop(exchange.FieldAnswer, exchange.NotCarried, reason)
		return
	}
	for i := range rev.Parts {
		if reason := cannot(&rev.Parts[i]); reason != "" {
			w.led.Drop(exchange.FieldAnswer, exchange.NotCarried, reason)
			return
		}
	}
	if rev.Foreign != nil && rev.Foreign.Raw != "" {
		w.led.Lose(exchange.FieldRaw, rev.Foreign.Kind)
	}
	code := exchange.CodeOf(w.own, rev.Item)
	tags := exchange.Tags(w.own, rev, nil)
	if rev.Type == bank.Case && rev.Explanation != "" {
		tags = append(tags, tagExplanation+rev.Explanation)
	}
	w.question(code, &rev.Question, tags)
	for i := range rev.Parts {
		w.question(code+"/"+strconv.Itoa(i+1), &rev.Parts[i], exchange.Tags(w.own, rev, &rev.Parts[i]))
	}
}

// rawOf gives an item back with the code that it has here.
func (w *writer) rawOf(rev *bank.Revision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// [id:%s]", exchange.CodeOf(w.own, rev.Item))
	for _, tag := range exchange.Tags(w.own, rev, nil)[1:] { // without the type
		fmt.Fprintf(&b, " [tag:%s]", tagEscaper.Replace(tag))
	}
	b.WriteString("\n" + rev.Foreign.Raw)
	return b.String()
}

// cannot tells why GIFT cannot carry a question, or nothing.
func cannot(q *bank.Question) string {
	switch {
	case q.Type == bank.Blank && len(q.Key.Blanks) > 1:
		return "多空"
	case q.Type == bank.Single && len(q.Key.Options) != 1:
		return "答案"
	}
	return ""
}

func (w *writer) question(code string, q *bank.Question, tags []string) {
	fmt.Fprintf(w.out, "// [id:%s]", code)
	for _, tag := range tags {
		fmt.Fprintf(w.out, " [tag:%s]", tagEscaper.Replace(tag))
	}
	fmt.Fprintf(w.out, "\n::%s::%s ", escape(code), w.rich(exchange.FieldStem, q.Stem, true))
	if q.Type == bank.Case {
		fmt.Fprint(w.out, "\n\n")
		return
	}
	fmt.Fprint(w.out, "{")
	switch {
	case q.Type == bank.Judgement:
		w.truth(q)
	case q.Type.Choice():
		w.choices(q)
	case q.Type == bank.Blank:
		for _, a := range q.Key.Blanks[0] {
			fmt.Fprintf(w.out, "=%s ", guarded(a, bank.Marked(q.Stem)))
		}
	default:
		if q.Key.Reference != exchange.Placeholder {
			w.led.Lose(exchange.FieldAnswer, exchange.ReferenceText(q.Key))
		}
	}
	if q.Explanation != "" {
		fmt.Fprintf(w.out, "####%s", w.rich(exchange.FieldExplanation, q.Explanation, true))
	}
	fmt.Fprint(w.out, "}\n\n")
}

// guarded keeps the begin of an answer from being read as a weight or format.
func guarded(s string, html bool) string {
	if html || strings.HasPrefix(s, "%") || strings.HasPrefix(s, "[") {
		return "[plain]" + escape(s)
	}
	return escape(s)
}

// maxInline is how large a picture may be that is written into the text, there
// being no other place for it.
const maxInline = 128 << 10

// rich writes a text with the format that it is in. Plain text says so where
// it is named, and where its begin looks like a weight or a format.
func (w *writer) rich(field exchange.Field, s string, named bool) string {
	if !bank.Marked(s) {
		if named || strings.HasPrefix(s, "%") || strings.HasPrefix(s, "[") {
			return "[plain]" + escape(s)
		}
		return escape(s)
	}
	lost := false
	html, exact := markup.HTML(s, func(id bank.PictureID) string {
		raw := w.led.Pictures[id]
		if raw == nil || len(raw) > maxInline {
			lost = true
			return ""
		}
		return "data:image/" + map[bool]string{true: "png", false: "jpeg"}[strings.HasSuffix(exchange.PictureName(id, raw), ".png")] + ";base64," + base64.StdEncoding.EncodeToString(raw)
	})
	if !exact && !lost {
		w.led.Change(field, exchange.FormattingLost, s, "")
	}
	return "[html]" + escape(html)
}

// truth writes a judgement, and what is said of its two answers.
func (w *writer) truth(q *bank.Question) {
	key, name := 1, "FALSE"
	if len(q.Key.Options) > 0 && q.Key.Options[0] == bank.True {
		key, name = 0, "TRUE"
	}
	fmt.Fprint(w.out, name)
	if len(q.Options) == 2 && (q.Options[0].Feedback != "" || q.Options[1].Feedback != "") {
		// A space keeps an empty one apart from the #### of the explanation.
		fmt.Fprintf(w.out, "#%s#%s ", w.said(q.Options[1-key]), w.said(q.Options[key]))
	}
}

func (w *writer) said(o bank.Option) string {
	if o.Feedback == "" {
		return ""
	}
	return w.rich(exchange.FieldFeedback, o.Feedback, true)
}

func (w *writer) choices(q *bank.Question) {
	right := map[bank.OptionID]bool{}
	for _, id := range q.Key.Options {
		right[id] = true
	}
	share := strconv.FormatFloat(100/float64(max(len(right), 1)), 'f', 5, 64)
	share = strings.TrimSuffix(strings.TrimRight(share, "0"), ".")
	for i, o := range q.Options {
		mark := "~"
		switch {
		case q.Type == bank.Single && right[o.ID]:
			mark = "="
		case q.Type == bank.Single:
		case right[o.ID]:
			mark = "~%" + share + "%"
		default:
			mark = "~%-100%"
		}
		// Options of a question in HTML are read as HTML where they say nothing.
		fmt.Fprintf(w.out, "\n\t%s%s", mark, w.rich(exchange.OptionField(i), o.Text, bank.Marked(q.Stem)))
		if said := w.said(o); said != "" {
			fmt.Fprint(w.out, "#"+said)
		}
	}
	fmt.Fprint(w.out, "\n")
}

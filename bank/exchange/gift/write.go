package gift

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
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
	fmt.Fprintf(w.out, "\n::%s::[plain]%s ", escape(code), escape(q.Stem))
	if q.Type == bank.Case {
		fmt.Fprint(w.out, "\n\n")
		return
	}
	fmt.Fprint(w.out, "{")
	switch {
	case q.Type == bank.Judgement:
		fmt.Fprint(w.out, map[bool]string{true: "TRUE", false: "FALSE"}[len(q.Key.Options) > 0 && q.Key.Options[0] == bank.True])
	case q.Type.Choice():
		w.choices(q)
	case q.Type == bank.Blank:
		for _, a := range q.Key.Blanks[0] {
			fmt.Fprintf(w.out, "=%s ", guarded(a))
		}
	default:
		if q.Key.Reference != exchange.Placeholder {
			w.led.Lose(exchange.FieldAnswer, exchange.ReferenceText(q.Key))
		}
	}
	if q.Explanation != "" {
		fmt.Fprintf(w.out, "####%s", escape(q.Explanation))
	}
	fmt.Fprint(w.out, "}\n\n")
}

// guarded keeps the begin of an answer from being read as a weight or format.
func guarded(s string) string {
	if strings.HasPrefix(s, "%") || strings.HasPrefix(s, "[") {
		return "[plain]" + escape(s)
	}
	return escape(s)
}

func (w *writer) choices(q *bank.Question) {
	right := map[bank.OptionID]bool{}
	for _, id := range q.Key.Options {
		right[id] = true
	}
	share := strconv.FormatFloat(100/float64(max(len(right), 1)), 'f', 5, 64)
	share = strings.TrimSuffix(strings.TrimRight(share, "0"), ".")
	for _, o := range q.Options {
		switch {
		case q.Type == bank.Single && right[o.ID]:
			fmt.Fprintf(w.out, "\n\t=%s", guarded(o.Text))
		case q.Type == bank.Single:
			fmt.Fprintf(w.out, "\n\t~%s", guarded(o.Text))
		case right[o.ID]:
			fmt.Fprintf(w.out, "\n\t~%%%s%%%s", share, guarded(o.Text))
		default:
			fmt.Fprintf(w.out, "\n\t~%%-100%%%s", guarded(o.Text))
		}
	}
	fmt.Fprint(w.out, "\n")
}

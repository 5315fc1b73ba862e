package moodlexml

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

// Write writes a bank as Moodle XML. Texts without markup are written as plain
// text, so that nothing in them is ever read as HTML; others as HTML, with their
// pictures beside them.
func Write(w io.Writer, b exchange.Bundle) ([]exchange.Verdict, error) {
	out := bufio.NewWriter(w)
	wr := &writer{out: out, own: b.Bank, led: exchange.NewLedger(b.Bank)}
	wr.led.Pictures, wr.led.Feedback = b.Pictures(), true
	wr.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n")
	if b.Title != "" {
		wr.put("<question type=\"category\"><category><text>$course$/%s</text></category></question>\n", strings.ReplaceAll(b.Title, "/", "//"))
	}
	for i := range b.Revisions {
		wr.item(&b.Revisions[i])
	}
	wr.put("</quiz>\n")
	wr.led.End()
	return wr.led.Verdicts, out.Flush() // which returns the first error of all
}

type writer struct {
	out *bufio.Writer
	own bank.ID
	led *exchange.Ledger
}

// put writes XML, with its arguments as text in it.
func (w *writer) put(layout string, args ...any) {
	for i, a := range args {
		if _, ok := a.(verbatim); !ok {
			args[i] = markup.Escape(fmt.Sprint(a))
		}
	}
	fmt.Fprintf(w.out, layout, args...)
}

func (w *writer) item(rev *bank.Revision) {
	w.led.Begin(rev)
	code := exchange.CodeOf(w.own, rev.Item)
	raw := exchange.RawFits(rev) && rev.Foreign.Format == format
	switch {
	case raw:
		w.raw(rev, code)
		return
	case rev.Type == bank.Other:
		w.led.Drop(exchange.FieldType, exchange.NotCarried, rev.Foreign.Kind)
		return
	case rev.Foreign != nil && rev.Foreign.Raw != "":
		w.led.Lose(exchange.FieldRaw, rev.Foreign.Kind)
	}
	if !w.fits(&rev.Question) {
		return
	}
	for i := range rev.Parts {
		if !w.fits(&rev.Parts[i]) {
			return
		}
	}
	w.question(code, &rev.Question, exchange.Tags(w.own, rev, nil))
	for i := range rev.Parts {
		w.question(code+"/"+strconv.Itoa(i+1), &rev.Parts[i], exchange.Tags(w.own, rev, &rev.Parts[i]))
	}
}

// fits refuses what Moodle would read as something else.
func (w *writer) fits(q *bank.Question) bool {
	if q.Type == bank.Blank && len(q.Key.Blanks) > 1 && len(gaps(q.Stem)) != len(q.Key.Blanks)+1 {
		w.led.Drop(exchange.FieldAnswer, exchange.NotCarried, q.Stem)
		return false
	}
	if q.Type == bank.Blank && len(q.Key.Blanks) > 1 && strings.Join(gaps(q.Stem), "____") != q.Stem {
		w.led.Change(exchange.FieldStem, exchange.FormattingLost, q.Stem, strings.Join(gaps(q.Stem), "____"))
	}
	return true
}

// raw gives a question back as it came, with the code that it has here.
func (w *writer) raw(rev *bank.Revision, code string) {
	text := rev.Foreign.Raw
	if end := strings.LastIndex(text, "</question>"); rev.Foreign.ID == "" && end >= 0 {
		text = text[:end] + "<idnumber>" + markup.Escape(code) + "</idnumber>" + text[end:]
	}
	w.put("%s\n", verbatim(text))
}

// verbatim is XML already.
type verbatim string

func (w *writer) question(code string, q *bank.Question, tags []string) {
	kind := map[bank.Type]string{
		bank.Single: "multichoice", bank.Multiple: "multichoice", bank.Judgement: "truefalse", bank.Blank: "shortanswer",
		bank.ShortAnswer: "essay", bank.Essay: "essay", bank.Case: "description",
	}[q.Type]
	stem := q.Stem
	if q.Type == bank.Blank && len(q.Key.Blanks) > 1 {
		kind, stem = "cloze", clozeOf(q)
	}
	w.put("<question type=\"%s\">\n<name><text>%s</text></name>\n", kind, code)
	w.put("<questiontext %s</questiontext>\n", w.rich(exchange.FieldStem, stem))
	w.put("<generalfeedback %s</generalfeedback>\n", w.rich(exchange.FieldExplanation, q.Explanation))
	w.put("<defaultgrade>1</defaultgrade><penalty>0</penalty><hidden>0</hidden><idnumber>%s</idnumber>\n", code)
	switch {
	case q.Type == bank.Judgement:
		right := len(q.Key.Options) > 0 && q.Key.Options[0] == bank.True
		said := append(append([]bank.Option{}, q.Options...), bank.Option{}, bank.Option{})
		w.answer(exchange.FieldOption, "true", right, "100", "0", said[0].Feedback)
		w.answer(exchange.FieldOption, "false", !right, "100", "0", said[1].Feedback)
	case q.Type.Choice():
		w.choices(q)
	case kind == "shortanswer":
		w.put("<usecase>0</usecase>\n")
		for _, accepted := range q.Key.Blanks {
			for _, a := range accepted {
				w.put("<answer fraction=\"100\" format=\"plain_text\"><text>%s</text></answer>\n", strings.ReplaceAll(a, "*", `\*`))
			}
		}
	case kind == "essay":
		reference := w.led.Reference(q.Key)
		if reference == exchange.Placeholder {
			reference = ""
		}
		w.put("<responseformat>plain</responseformat><responserequired>1</responserequired><responsefieldlines>15</responsefieldlines><attachments>0</attachments>\n")
		w.put("<graderinfo format=\"plain_text\"><text>%s</text></graderinfo>\n", reference)
	}
	w.put("<tags>")
	for _, tag := range tags {
		w.put("<tag><text>%s</text></tag>", tag)
	}
	w.put("</tags>\n</question>\n")
}

func (w *writer) answer(field exchange.Field, text string, right bool, yes, no, feedback string) {
	fraction := no
	if right {
		fraction = yes
	}
	w.put("<answer fraction=\"%s\" %s", fraction, w.rich(field, text))
	if feedback != "" {
		w.put("<feedback %s</feedback>", w.rich(exchange.FieldFeedback, feedback))
	}
	w.put("</answer>\n")
}

// formula is how formulas in TeX begin, which Moodle shows in HTML only.
func formula(s string) bool {
	return strings.Contains(s, `\(`) || strings.Contains(s, `\[`) || strings.Contains(s, "$$")
}

// rich writes the format of a text, the text, and the pictures that it shows:
// what follows the name of its element.
func (w *writer) rich(field exchange.Field, s string) verbatim {
	if !bank.Marked(s) && !formula(s) {
		return verbatim(`format="plain_text"><text>` + markup.Escape(s) + "</text>")
	}
	var files strings.Builder
	seen := map[bank.PictureID]bool{}
	html, exact := markup.HTML(s, func(id bank.PictureID) string {
		raw := w.led.Pictures[id]
		if raw == nil {
			return ""
		}
		name := exchange.PictureName(id, raw)
		if !seen[id] {
			seen[id] = true
			files.WriteString(`<file name="` + name + `" path="/" encoding="base64">` + base64.StdEncoding.EncodeToString(raw) + "</file>")
		}
		return "@@PLUGINFILE@@/" + name
	})
	if !exact {
		w.led.Change(field, exchange.FormattingLost, s, "")
	}
	return verbatim(`format="html"><text>` + markup.Escape(html) + "</text>" + files.String())
}

func (w *writer) choices(q *bank.Question) {
	right := map[bank.OptionID]bool{}
	for _, id := range q.Key.Options {
		right[id] = true
	}
	yes := strconv.FormatFloat(100/float64(max(len(right), 1)), 'f', 5, 64)
	yes = strings.TrimSuffix(strings.TrimRight(yes, "0"), ".")
	no := "0"
	if q.Type == bank.Multiple {
		no = "-100"
	}
	w.put("<single>%s</single><shuffleanswers>true</shuffleanswers><answernumbering>ABCD</answernumbering>\n", strconv.FormatBool(q.Type != bank.Multiple))
	for i, o := range q.Options {
		w.answer(exchange.OptionField(i), o.Text, right[o.ID], yes, no, o.Feedback)
	}
}

// gaps splits a stem at its blanks.
func gaps(stem string) []string { return exchange.SplitGaps(stem) }

var clozeEscape = strings.NewReplacer(`\`, `\\`, "}", `\}`, "{", `\{`, "~", `\~`, "=", `\=`, "#", `\#`, "*", `\*`, `"`, `\"`, "/", `\/`)

// clozeOf writes the places into the stem.
func clozeOf(q *bank.Question) string {
	var b strings.Builder
	for i, piece := range gaps(q.Stem) {
		if i > 0 {
			b.WriteString("{1:SHORTANSWER:")
			for j, a := range q.Key.Blanks[i-1] {
				if j > 0 {
					b.WriteByte('~')
				}
				b.WriteString("=" + clozeEscape.Replace(a))
			}
			b.WriteByte('}')
		}
		b.WriteString(strings.NewReplacer(`\`, `\\`, "{", `\{`, "}", `\}`).Replace(piece))
	}
	return b.String()
}

package moodlexml

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/markup"
)

// maxAnswers bounds the answers of one question.
const maxAnswers = 100

// answer is an <answer> element.
type answer struct {
	text     string
	fraction float64
	feedback string
}

// read reads a question of a type. It reports false where the type is not
// supported and the question is to be kept as it is.
func (r *reader) read(d *exchange.Draft, n *markup.Node, kind string, meta exchange.Meta) bool {
	q := &d.Rev.Question
	switch kind {
	case "multichoice":
		r.multichoice(d, n, meta)
	case "truefalse":
		r.truefalse(d, n)
	case "shortanswer":
		return r.shortanswer(d, n)
	case "essay":
		q.Type, d.Guessed = bank.ShortAnswer, true
		if meta.Type == bank.ShortAnswer || meta.Type == bank.Essay {
			q.Type, d.Guessed = meta.Type, false
		}
		q.Key.Reference = r.plain(d, n.Child("graderinfo"), exchange.FieldAnswer)
		d.FillReference(q)
	case "cloze", "multianswer":
		return r.cloze(d)
	case "description":
		if meta.Type != bank.Case {
			return false
		}
		q.Type = bank.Case
	default:
		return false
	}
	return true
}

// answers reads the answers of a question. Those of choices hold markup and
// may say something each; those to be typed do not.
func (r *reader) answers(d *exchange.Draft, n *markup.Node, choice bool) []answer {
	var out []answer
	for _, a := range n.Children("answer") {
		if len(out) == maxAnswers {
			d.DropAt(a.Line, exchange.FieldAnswer, exchange.TooManyOptions, "")
			break
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(a.Attr("fraction")), 64)
		if err != nil || math.IsNaN(f) {
			d.DropAt(a.Line, exchange.FieldAnswer, exchange.Malformed, a.Attr("fraction"))
			f = 0
		}
		one := answer{fraction: f}
		field := exchange.OptionField(min(len(out), 7))
		if choice {
			one.text, one.feedback = r.text(d, a, field), r.text(d, a.Child("feedback"), exchange.FieldFeedback)
		} else if one.text = r.plain(d, a, field); strings.TrimSpace(a.Child("feedback").Content()) != "" {
			d.Change(exchange.FieldFeedback, exchange.FeedbackLost, a.Child("feedback").Content(), "")
		}
		out = append(out, one)
	}
	for _, name := range []string{"correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"} {
		// Moodle puts a standard sentence into these; it is no loss.
		if s := strings.TrimSpace(n.Child(name).Content()); s != "" && !standard[markup.FromHTML(s).String()] {
			d.Change(exchange.FieldFeedback, exchange.FeedbackLost, s, "")
		}
	}
	if p := strings.TrimSpace(n.Child("hint").Content()); p != "" {
		d.Change(exchange.FieldFeedback, exchange.FeedbackLost, p, "")
	}
	return out
}

var standard = map[string]bool{
	"Your answer is correct.": true, "Your answer is partially correct.": true, "Your answer is incorrect.": true,
	"回答正确。": true, "回答部分正确。": true, "回答错误。": true, "您的回答正确": true, "您的回答部分正确": true, "您的回答不正确": true,
}

func (r *reader) multichoice(d *exchange.Draft, n *markup.Node, meta exchange.Meta) {
	q := &d.Rev.Question
	all := r.answers(d, n, true)
	var texts []string
	for _, a := range all {
		texts = append(texts, a.text)
	}
	one := strings.TrimSpace(n.Child("single").Content())
	q.Type = bank.Single
	if one == "false" || one == "0" {
		q.Type = bank.Multiple
	}
	d.SetOptions(q, texts)
	for i := range q.Options {
		q.Options[i].Feedback = all[i].feedback
	}
	best := 0.0
	for _, a := range all {
		best = max(best, a.fraction)
	}
	rights := 0
	for i, a := range all {
		if a.fraction <= 0 || q.Type == bank.Single && a.fraction < best {
			if a.fraction > 0 {
				d.Change(exchange.FieldScoring, exchange.ScoringLost, strconv.FormatFloat(a.fraction, 'f', -1, 64)+"%", "0%")
			}
			continue
		}
		rights++
		if i < len(q.Options) {
			q.Key.Options = append(q.Key.Options, q.Options[i].ID)
		}
	}
	for _, a := range all {
		if q.Type == bank.Multiple && a.fraction > 0 && math.Abs(a.fraction-100/float64(rights)) > 0.1 {
			d.Change(exchange.FieldScoring, exchange.ScoringLost, strconv.FormatFloat(a.fraction, 'f', -1, 64)+"%", "")
		}
	}
	if q.Type == bank.Single && meta.Type == "" {
		exchange.AsJudgement(q)
	}
}

func (r *reader) truefalse(d *exchange.Draft, n *markup.Node) {
	q := &d.Rev.Question
	q.Type, q.Options = bank.Judgement, bank.JudgementOptions()
	for _, a := range r.answers(d, n, true) {
		truth, ok := exchange.ParseTruth(a.text)
		if !ok {
			d.Drop(exchange.FieldAnswer, exchange.BadAnswer, a.text)
			return
		}
		at := 1
		if truth {
			at = 0
		}
		q.Options[at].Feedback = a.feedback
		if a.fraction >= 100 {
			q.Key.Options = []bank.OptionID{bank.False}
			if truth {
				q.Key.Options[0] = bank.True
			}
		}
	}
}

// shortanswer reads a word to fill in. An answer with a wildcard cannot be
// marked here, so such a question is kept as it is.
func (r *reader) shortanswer(d *exchange.Draft, n *markup.Node) bool {
	q := &d.Rev.Question
	var accepted []string
	for _, a := range r.answers(d, n, false) {
		text := strings.ReplaceAll(a.text, `\*`, "\x00")
		if strings.Contains(text, "*") {
			if a.fraction > 0 {
				return false
			}
			continue
		}
		text = strings.ReplaceAll(text, "\x00", "*")
		if a.fraction < 100 {
			d.Change(exchange.FieldScoring, exchange.ScoringLost, text, "")
			continue
		}
		if !slices.Contains(accepted, text) {
			accepted = append(accepted, text)
		}
	}
	if strings.TrimSpace(n.Child("usecase").Content()) == "1" {
		d.Change(exchange.FieldScoring, exchange.ScoringLost, "usecase", "")
	}
	q.Type = bank.Blank
	if len(accepted) > 0 {
		q.Key.Blanks = [][]string{accepted}
	}
	return true
}

// subquestion is a place to fill in within a cloze: {1:SHORTANSWER:=a~=b}.
var subquestion = regexp.MustCompile(`\{([0-9]*):([A-Z_]+):((?:\\.|[^\\}])*)\}`)

// cloze reads a cloze whose places are all short answers. Others are kept as
// they are.
func (r *reader) cloze(d *exchange.Draft) bool {
	q := &d.Rev.Question
	all := subquestion.FindAllStringSubmatchIndex(q.Stem, -1)
	if len(all) == 0 || len(all) > maxAnswers {
		return false
	}
	var stem strings.Builder
	var blanks [][]string
	at := 0
	for _, m := range all {
		switch q.Stem[m[4]:m[5]] {
		case "SHORTANSWER", "SA", "MW":
		case "SHORTANSWER_C", "SAC", "MWC":
			d.Change(exchange.FieldScoring, exchange.ScoringLost, "usecase", "")
		default:
			return false
		}
		var accepted []string
		for _, piece := range splitCloze(q.Stem[m[6]:m[7]]) {
			text, ok := clozeAnswer(piece)
			if !ok {
				return false
			}
			if !slices.Contains(accepted, text) {
				accepted = append(accepted, text)
			}
		}
		stem.WriteString(unescapeCloze(q.Stem[at:m[0]]) + "____")
		blanks, at = append(blanks, accepted), m[1]
	}
	stem.WriteString(unescapeCloze(q.Stem[at:]))
	q.Type, q.Stem, q.Key.Blanks = bank.Blank, stem.String(), blanks
	return true
}

// splitCloze splits the answers of a place at "~".
func splitCloze(s string) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if s[i] == '~' {
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// clozeAnswer reads one answer. It reports false for what is not wholly right,
// or has a wildcard.
func clozeAnswer(s string) (string, bool) {
	text, ok := strings.CutPrefix(s, "=")
	if !ok {
		text, ok = strings.CutPrefix(s, "%100%")
	}
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			i++
		} else if text[i] == '#' {
			text = text[:i]
		} else if text[i] == '*' {
			return "", false
		}
	}
	return strings.TrimSpace(unescapeCloze(text)), ok
}

var clozeUnescape = strings.NewReplacer(`\\`, `\`, `\}`, "}", `\{`, "{", `\~`, "~", `\=`, "=", `\#`, "#", `\*`, "*", `\"`, `"`, `\/`, "/")

func unescapeCloze(s string) string { return clozeUnescape.Replace(s) }

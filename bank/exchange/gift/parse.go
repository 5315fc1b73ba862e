package gift

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// parser reads one question.
type parser struct {
	draft  *exchange.Draft
	meta   exchange.Meta
	kind   string // of what is kept raw
	stem   string
	format string
	show   func(*exchange.Draft, exchange.Field) func(src, words string) string
}

var formatAt = regexp.MustCompile(`^\s*\[(html|moodle|plain|markdown)\]`)

// find returns the index of the first c that is not escaped, or -1.
func find(s, chars string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte(chars, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// question reads the whole, and returns its title.
func (p *parser) question(s string) (title string) {
	if rest, ok := strings.CutPrefix(s, "::"); ok {
		end := -1
		for from := 0; ; {
			i := find(rest[from:], ":")
			if i < 0 {
				break
			}
			if strings.HasPrefix(rest[from+i:], "::") {
				end = from + i
				break
			}
			from += i + 1
		}
		if end < 0 {
			p.draft.Drop(exchange.FieldStem, exchange.Malformed, s)
			return ""
		}
		title, s = unescape(rest[:end]), strings.TrimSpace(rest[end+2:])
	}
	p.format = "moodle"
	if m := formatAt.FindStringSubmatch(s); m != nil {
		p.format, s = m[1], s[len(m[0]):]
	}
	from := find(s, "{")
	if from < 0 {
		p.description(s)
		return title
	}
	length := find(s[from+1:], "}")
	if length < 0 {
		p.draft.Drop(exchange.FieldAnswer, exchange.Malformed, s[from:])
		return title
	}
	before, answers, after := s[:from], s[from+1:from+1+length], s[from+length+2:]
	if find(after, "{}") >= 0 || find(answers, "{") >= 0 {
		p.draft.Drop(exchange.FieldAnswer, exchange.Malformed, s)
		return title
	}
	stem := strings.TrimSpace(before)
	if strings.TrimSpace(after) != "" {
		stem = strings.TrimRight(before, " \n") + "____" + strings.TrimLeft(after, " \n")
	}
	p.draft.Rev.Stem = p.say(stem, p.format, exchange.FieldStem, true)
	p.stem = p.draft.Rev.Stem
	p.answers(answers)
	return title
}

// description is a stem without answers: a case of ours, or text only.
func (p *parser) description(s string) {
	p.draft.Rev.Stem = p.say(s, p.format, exchange.FieldStem, true)
	if p.meta.Type == bank.Case {
		p.draft.Rev.Type = bank.Case
		return
	}
	p.draft.Drop(exchange.FieldAnswer, exchange.EmptyAnswer, s)
}

// choice is one answer of a question.
type choice struct {
	right    bool // begins with =
	percent  float64
	weighted bool
	source   string
	format   string
	feedback string
	text     string // set once it is known what is asked
}

func (p *parser) answers(s string) {
	d, q := p.draft, &p.draft.Rev.Question
	s, general := cutGeneral(s)
	q.Explanation = p.said(general, exchange.FieldExplanation)
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		q.Type, d.Guessed = bank.ShortAnswer, p.meta.Type == ""
		if p.meta.Type == bank.Essay {
			q.Type = bank.Essay
		}
		d.FillReference(q)
		return
	}
	if trimmed[0] == '#' {
		p.raw("numerical")
		return
	}
	if p.truth(trimmed) {
		return
	}
	var all []choice
	for rest := trimmed; rest != ""; {
		if rest[0] != '=' && rest[0] != '~' {
			d.Drop(exchange.FieldAnswer, exchange.Malformed, rest)
			return
		}
		end := find(rest[1:], "=~")
		if end < 0 {
			end = len(rest) - 1
		}
		all = append(all, p.choice(rest[:1+end]))
		rest = strings.TrimSpace(rest[1+end:])
		if len(all) > maxHints {
			d.Drop(exchange.FieldAnswer, exchange.TooManyOptions, trimmed)
			return
		}
	}
	p.choices(all)
}

// said reads a text that may name its own format.
func (p *parser) said(s string, field exchange.Field) string {
	format := p.format
	if m := formatAt.FindStringSubmatch(s); m != nil {
		format, s = m[1], s[len(m[0]):]
	}
	return p.say(s, format, field, true)
}

// cutGeneral cuts the feedback to the question off its answers.
func cutGeneral(s string) (answers, general string) {
	for from := 0; ; {
		i := find(s[from:], "#")
		if i < 0 {
			return s, ""
		}
		if strings.HasPrefix(s[from+i:], "####") {
			return s[:from+i], s[from+i+4:]
		}
		from += i + 1
	}
}

var truthAt = regexp.MustCompile(`^(?i)(T|TRUE|F|FALSE)\s*(#|$)`)

func (p *parser) truth(s string) bool {
	m := truthAt.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	q := &p.draft.Rev.Question
	q.Type, q.Options = bank.Judgement, bank.JudgementOptions()
	q.Key.Options = []bank.OptionID{bank.False}
	if strings.EqualFold(m[1][:1], "T") {
		q.Key.Options[0] = bank.True
	}
	if m[2] == "#" {
		p.truthFeedback(q, s[len(m[0]):])
	}
	return true
}

// truthFeedback reads what is said of a judgement: first to who is wrong, then
// to who is right.
func (p *parser) truthFeedback(q *bank.Question, s string) {
	right := ""
	if i := find(s, "#"); i >= 0 {
		s, right = s[:i], s[i+1:]
	}
	key := 0
	if q.Key.Options[0] == bank.False {
		key = 1
	}
	q.Options[1-key].Feedback = p.said(s, exchange.FieldFeedback)
	q.Options[key].Feedback = p.said(right, exchange.FieldFeedback)
}

var percentAt = regexp.MustCompile(`^\s*%(-?[0-9]{1,3}(?:\.[0-9]{1,6})?)%`)

func (p *parser) choice(s string) choice {
	c := choice{right: s[0] == '='}
	s = s[1:]
	if m := percentAt.FindStringSubmatch(s); m != nil {
		c.percent, _ = strconv.ParseFloat(m[1], 64) // the pattern leaves a number
		c.weighted = true
		s = s[len(m[0]):]
	}
	if i := find(s, "#"); i >= 0 {
		c.feedback, s = s[i+1:], s[:i]
	}
	format := p.format
	if m := formatAt.FindStringSubmatch(s); m != nil {
		format, s = m[1], s[len(m[0]):]
	}
	c.format, c.source = format, s
	return c
}

func (p *parser) raw(kind string) {
	p.kind = kind
	p.draft.Rev.Question = bank.Question{Type: bank.Other, Stem: p.draft.Rev.Stem}
	p.meta.Last = nil
}

func (p *parser) choices(all []choice) {
	d, q := p.draft, &p.draft.Rev.Question
	wrong := slices.ContainsFunc(all, func(c choice) bool { return !c.right })
	for i := range all {
		all[i].text = p.say(all[i].source, all[i].format, exchange.OptionField(min(i, 7)), wrong)
	}
	if !wrong {
		p.short(all)
		return
	}
	var texts []string
	rights := 0
	for _, c := range all {
		texts = append(texts, c.text)
		if c.right {
			rights++
		}
	}
	q.Type, d.Guessed = bank.Single, true
	if rights == 0 {
		q.Type, d.Guessed = bank.Multiple, false
	}
	d.SetOptions(q, texts)
	for i := range q.Options {
		q.Options[i].Feedback = p.said(all[i].feedback, exchange.FieldFeedback)
	}
	for i, c := range all {
		if i < len(q.Options) && (c.right || rights == 0 && c.percent > 0) {
			q.Key.Options = append(q.Key.Options, q.Options[i].ID)
		}
	}
	if rights > 1 {
		q.Type = bank.Multiple
	}
	p.weights(all, rights)
	// In files of this program a tag says what a choice is.
	if p.meta.Type == bank.Single || p.meta.Type == bank.Multiple {
		q.Type, d.Guessed = p.meta.Type, false
	}
	if q.Type == bank.Single && p.meta.Type == "" {
		exchange.AsJudgement(q)
	}
}

// weights notes where the right answers do not share the whole evenly.
func (p *parser) weights(all []choice, rights int) {
	n := 0
	for _, c := range all {
		if c.percent > 0 {
			n++
		}
	}
	for _, c := range all {
		even := rights == 0 && n > 0 && math.Abs(c.percent-100/float64(n)) < 0.1
		if c.weighted && c.percent > 0 && !even && c.percent != 100 {
			p.draft.Change(exchange.FieldScoring, exchange.ScoringLost, strconv.FormatFloat(c.percent, 'f', -1, 64)+"%", "")
		}
	}
}

// short is a question with right answers only: a word to fill in, or pairs.
func (p *parser) short(all []choice) {
	d, q := p.draft, &p.draft.Rev.Question
	single := func(c choice) bool { return !strings.Contains(c.text, "->") }
	if len(all) > 1 && p.meta.Type != bank.Blank && !slices.ContainsFunc(all, single) {
		p.raw("matching")
		return
	}
	if slices.ContainsFunc(all, func(c choice) bool { return strings.TrimSpace(c.feedback) != "" }) {
		d.Change(exchange.FieldFeedback, exchange.FeedbackLost, "", "")
	}
	var accepted []string
	for _, c := range all {
		if c.weighted && c.percent < 100 {
			d.Change(exchange.FieldScoring, exchange.ScoringLost, c.text, "")
			continue
		}
		if !slices.Contains(accepted, c.text) {
			accepted = append(accepted, c.text)
		}
	}
	q.Type, q.Key.Blanks = bank.Blank, [][]string{accepted}
}

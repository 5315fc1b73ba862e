package plain

import (
	"regexp"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// optionStarts tells which letters begin a line of a block.
func optionStarts(lines []line) map[string]bool {
	out := map[string]bool{}
	for _, l := range lines {
		if l.kind == option {
			out[l.mark] = true
		}
	}
	return out
}

// wrap joins the lines below the newest option to it.
func (p *pieces) wrap() {
	if len(p.wrapped) > 0 {
		p.options[len(p.options)-1] += "\n" + strings.Join(p.wrapped, "\n")
		p.wrapped = nil
	}
}

// takeOption adds the options of a line: usually one, often all of them.
func (p *pieces) takeOption(l line, starts map[string]bool, r *reader) {
	if l.mark != bank.Letter(len(p.options)) {
		p.gap = true
	}
	rest := l.rest
	for {
		next := bank.Letter(len(p.options) + 1)
		from, to := exchange.CutOption(rest, next)
		if from < 0 || starts[next] || r.escaped {
			p.options = append(p.options, r.trim(r.plain(rest)))
			return
		}
		p.options = append(p.options, strings.TrimSpace(rest[:from]))
		rest = rest[to:]
	}
}

// finish understands type, options and answer of a question.
func (r *reader) finish(d *exchange.Draft, b *block, q *bank.Question, p pieces) {
	row := b.head.number
	if !r.escaped {
		p.inline(q, row)
	}
	if p.gap {
		d.DropAt(row, exchange.FieldOption, exchange.OptionGap, strings.Join(p.options, " ‖ "))
	}
	if len(p.options) == 0 {
		p.fromStem(d, row, q)
	}
	if p.answer == "" && (p.typ.Choice() || p.typ == "" && (len(p.options) > 0 || answered.MatchString(q.Stem))) {
		p.answerInStem(d, row, q)
	}
	if p.typ == "" {
		p.typ = infer(q, p)
		d.ChangeAt(row, exchange.FieldType, exchange.TypeInferred, "", exchange.TypeName(p.typ))
	}
	q.Type = p.typ
	switch {
	case d.Dropped():
	case q.Type == bank.Judgement:
		r.judgement(d, q, p)
	case q.Type.Choice():
		d.SetOptions(q, p.options)
		p.letters(d, q)
	case q.Type == bank.Blank:
		q.Key.Blanks = r.blanks(p.answer)
	case q.Type == bank.Case:
		d.DropAt(row, exchange.FieldType, exchange.UnsupportedType, string(bank.Case))
	default:
		q.Key.Reference = p.answer
		d.FillReference(q)
	}
}

var (
	answerInline  = regexp.MustCompile(`(?s)^(.*[\s　。．.；;？?！!)）】])[【\[(（]?(?:标准|正确|参考)?答案[】\])）]?\s*[:：]\s*(\S.*)$`)
	explainInline = regexp.MustCompile(`(?s)^(.*?)[\s　。．.；;，,]*[【\[(（]?(?:答案|试题)?解析[】\])）]?\s*[:：]\s*(\S.*)$`)
)

// inline finds an answer that was run together with the line above it, and an
// explanation that was run together with the answer.
func (p *pieces) inline(q *bank.Question, row int) {
	if p.answer == "" {
		at := &q.Stem
		if n := len(p.options); n > 0 {
			at = &p.options[n-1]
		}
		if m := answerInline.FindStringSubmatch(*at); m != nil {
			*at, p.answer, p.line = strings.TrimSpace(m[1]), strings.TrimSpace(m[2]), row
		}
	}
	if m := explainInline.FindStringSubmatch(p.answer); m != nil && q.Explanation == "" {
		p.answer, q.Explanation = strings.TrimSpace(m[1]), strings.TrimSpace(m[2])
	}
}

// bare is an answer without what people write around it: 选A、（A）、A项.
func bare(s string) string {
	s = strings.Trim(s, " 　。．.；;，,\t\n")
	s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "应选"), "选"), "项")
	return strings.Trim(s, "（）()[]【】 　：:")
}

func (p *pieces) letters(d *exchange.Draft, q *bank.Question) {
	ids, repeated, ok := exchange.ParseLetters(bare(p.answer))
	if !ok {
		// Some repeat the option's text behind its letter.
		if m := optionAt.FindStringSubmatch(p.answer); m != nil {
			ids, repeated, ok = exchange.ParseLetters(m[1])
		}
	}
	if !ok {
		d.DropAt(p.line, exchange.FieldAnswer, exchange.BadAnswer, p.answer)
		return
	}
	if repeated {
		d.ChangeAt(p.line, exchange.FieldAnswer, exchange.RepeatedLetter, p.answer, "")
	}
	q.Key.Options = ids
	last, _, ok := exchange.ParseLetters(p.last)
	for _, id := range last {
		if i := slices.IndexFunc(q.Options, func(o bank.Option) bool { return o.ID == id }); i >= 0 {
			q.Options[i].Last = true
		} else {
			ok = false
		}
	}
	if !ok {
		d.Change(exchange.FieldLast, exchange.BadLast, p.last, "")
	}
}

func (r *reader) judgement(d *exchange.Draft, q *bank.Question, p pieces) {
	q.Options = bank.JudgementOptions()
	if p.answer == "" {
		return // Inspect says so
	}
	given := bare(p.answer)
	ids, _, ok := exchange.ParseLetters(given)
	if ok && len(ids) == 1 && (ids[0] == "A" || ids[0] == "B") {
		given = q.Options[ids[0][0]-'A'].Text
		if i := int(ids[0][0] - 'A'); i < len(p.options) {
			given = p.options[i]
		}
	}
	truth, ok := exchange.ParseTruth(given)
	if !ok {
		d.DropAt(p.line, exchange.FieldAnswer, exchange.BadAnswer, p.answer)
		return
	}
	q.Key.Options = []bank.OptionID{bank.False}
	if truth {
		q.Key.Options[0] = bank.True
	}
}

// answerInStem takes an answer out of the brackets of the stem.
func (p *pieces) answerInStem(d *exchange.Draft, row int, q *bank.Question) {
	all := answered.FindAllStringSubmatchIndex(q.Stem, -1)
	if len(all) == 0 {
		return
	}
	m := all[len(all)-1]
	p.answer, p.line = q.Stem[m[2]:m[3]], row
	old := q.Stem
	q.Stem = q.Stem[:m[0]] + "（　　）" + q.Stem[m[1]:]
	d.ChangeAt(row, exchange.FieldAnswer, exchange.AnswerFromStem, old, q.Stem)
}

// fromStem splits options off a stem that they were run together with.
func (p *pieces) fromStem(d *exchange.Draft, row int, q *bank.Question) {
	if p.typ != "" && p.typ != bank.Single && p.typ != bank.Multiple {
		return
	}
	rest, options, ok := exchange.OptionsInStem(q.Stem)
	if !ok {
		return
	}
	d.ChangeAt(row, exchange.FieldStem, exchange.OptionsFromStem, q.Stem, rest)
	p.options, q.Stem = options, rest
}

var gapMark = regexp.MustCompile(`[_＿]{2,}`)

// infer tells the type from what a question has.
func infer(q *bank.Question, p pieces) bank.Type {
	if len(p.options) > 0 {
		ids, _, _ := exchange.ParseLetters(bare(p.answer))
		if len(p.options) == 2 {
			if _, ok := exchange.Truths(p.options[0], p.options[1]); ok {
				return bank.Judgement
			}
		}
		if len(ids) > 1 {
			return bank.Multiple
		}
		return bank.Single
	}
	if _, ok := exchange.ParseTruth(bare(p.answer)); ok {
		return bank.Judgement
	}
	if gapMark.MatchString(q.Stem) && p.answer != "" {
		return bank.Blank
	}
	return bank.ShortAnswer
}

// blanks reads the answers of blanks. In files of this program the marks are
// those of Excel; elsewhere one "；" between answers is what people write.
func (r *reader) blanks(s string) [][]string {
	if s == "" {
		return nil
	}
	if !r.escaped && !strings.Contains(s, "；；") && !strings.Contains(s, ";;") {
		s = strings.NewReplacer("；", "；；", ";", "；；").Replace(s)
	}
	return exchange.SplitBlanks(s)
}

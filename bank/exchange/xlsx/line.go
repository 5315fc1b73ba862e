package xlsx

import (
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// quiet returns a field's tidied text without a verdict on how it was written.
func (l *line) quiet(field exchange.Field) string {
	text, _ := tidy(l.stored(field).text)
	return text
}

func (l *line) stored(field exchange.Field) cell {
	if i, ok := l.head.columns[field]; ok && i < len(l.cells) {
		return l.cells[i]
	}
	return cell{}
}

// text returns a field's tidied text and says what was done to it. What Excel
// has spoilt beyond repair breaks the row.
func (l *line) text(field exchange.Field) string {
	c := l.stored(field)
	text, reason := tidy(c.text)
	switch c.flaw {
	case "":
	case exchange.RestoredDate:
		reason = c.flaw
	default:
		l.dropText(field, c.flaw, c.text)
		return text
	}
	if reason != "" {
		l.change(field, reason, c.text, text)
	}
	return text
}

func (l *line) change(field exchange.Field, reason exchange.Reason, old, new string) {
	l.changed = true
	l.verdict(exchange.Verdict{Outcome: exchange.Changed, Field: field, Old: old, New: new, Reason: reason})
}

func (l *line) drop(field exchange.Field, reason exchange.Reason) {
	l.dropText(field, reason, l.stored(field).text)
}

func (l *line) dropText(field exchange.Field, reason exchange.Reason, old string) {
	l.broken = true
	l.verdict(exchange.Verdict{Outcome: exchange.Dropped, Field: field, Old: old, Reason: reason})
}

func (l *line) verdict(v exchange.Verdict) {
	v.Sheet, v.Row, v.Column, v.Item = l.sheet, l.row, l.head.letterOf(v.Field), l.code
	l.out.Verdicts = append(l.out.Verdicts, v.Explain())
}

// parseCode finds the item's code in the columns ID and 题号, or puts it
// together from type, point and number.
func (l *line) parseCode() (exchange.Code, bool) {
	for _, field := range []exchange.Field{exchange.FieldCode, exchange.FieldNumber} {
		text := strings.ToUpper(bank.Normal(l.quiet(field)))
		code, ok := exchange.ParseCode(text)
		if !ok {
			continue
		}
		l.code = text
		if plain := strings.TrimSpace(l.stored(field).text); plain != text {
			l.change(field, exchange.CodeForm, plain, text)
		}
		return code, true
	}
	t, typed := exchange.ParseType(l.quiet(exchange.FieldType))
	point := bank.PointCode(strings.ToUpper(bank.Normal(l.quiet(exchange.FieldPoint))))
	number, err := strconv.Atoi(bank.Normal(l.quiet(exchange.FieldNumber)))
	id := l.quiet(exchange.FieldCode)
	// A column of plain numbers is some other system's key. Anything else in it
	// was meant as a code and is not guessed at.
	if _, notNumber := strconv.Atoi(bank.Normal(id)); id != "" && notNumber != nil {
		l.drop(exchange.FieldCode, exchange.BadCode)
		return exchange.Code{}, false
	}
	if !typed || !exchange.ValidPoint(point) || err != nil || number < 1 || number > 999 {
		if l.mayBeNamed(point) {
			return exchange.Code{}, false
		}
		l.drop(exchange.FieldCode, exchange.MissingCode)
		return exchange.Code{}, false
	}
	serial := strconv.Itoa(1000 + number)[1:]
	l.code = string(t) + "-" + string(point) + "-" + serial
	l.change(exchange.FieldCode, exchange.CodeFromParts, id, l.code)
	return exchange.ParseCode(l.code)
}

// revision reads a row as an item.
func (l *line) revision(code exchange.Code) bank.Revision {
	rev := bank.Revision{Item: bank.NewItemID(l.out.Bank, code.Item), Number: 1, Point: code.Point}
	if point := strings.ToUpper(bank.Normal(l.quiet(exchange.FieldPoint))); point == "" {
		if _, has := l.head.columns[exchange.FieldPoint]; has {
			l.change(exchange.FieldPoint, exchange.PointFromCode, "", string(code.Point))
		}
	} else if bank.PointCode(point) != code.Point {
		l.drop(exchange.FieldPoint, exchange.PointMismatch)
	}
	t := l.parseType(code.Type)
	if l.broken {
		return rev
	}
	if t != code.Type {
		l.drop(exchange.FieldType, exchange.TypeMismatch)
		return rev
	}
	rev.Difficulty = l.scale(exchange.FieldDifficulty, 3, exchange.BadDifficulty)
	rev.Consistency = l.scale(exchange.FieldConsistency, 0, exchange.BadConsistency)
	rev.Question = l.question(t)
	rev.Excludes = l.excludes()
	return rev
}

// parseType reads the type. An empty cell takes the one of the code.
func (l *line) parseType(fromCode bank.Type) bank.Type {
	text := l.quiet(exchange.FieldType)
	if text == "" && fromCode.Valid() {
		l.change(exchange.FieldType, exchange.TypeFromCode, "", string(fromCode))
		return fromCode
	}
	t, ok := exchange.ParseType(text)
	if !ok {
		l.drop(exchange.FieldType, exchange.UnsupportedType)
	}
	return t
}

// scale reads a code from 1 to 5. The consistency may be left empty.
func (l *line) scale(field exchange.Field, otherwise int, reason exchange.Reason) int {
	text := l.quiet(field)
	if text == "" && field == exchange.FieldConsistency {
		return otherwise
	}
	n, ok := exchange.ParseScale(text)
	if !ok {
		l.change(field, reason, l.stored(field).text, strconv.Itoa(otherwise))
		return otherwise
	}
	return n
}

// question reads what one row asks. Soundness is for exchange.Inspect.
func (l *line) question(t bank.Type) bank.Question {
	q := bank.Question{Type: t}
	if l.broken {
		return q
	}
	q.Stem = l.text(exchange.FieldStem)
	q.Explanation = l.text(exchange.FieldExplanation)
	q.Source = l.text(exchange.FieldSource)
	if l.quiet(exchange.FieldPicture) != "" {
		if !l.pictured {
			l.drop(exchange.FieldPicture, exchange.Picture)
		}
	}
	if t == bank.Case {
		return q
	}
	answer := l.text(exchange.FieldAnswer)
	switch {
	case t == bank.Judgement:
		q.Options = bank.JudgementOptions()
		l.judgement(&q, answer)
	case t.Choice():
		q.Options = l.options()
		l.optionsInStem(&q)
		l.choice(&q, bareAnswer(answer))
		l.last(&q)
	case answer == "": // Inspect says so
	case t == bank.Blank:
		q.Key.Blanks = exchange.SplitBlanks(answer)
	default:
		q.Key.Reference, q.Key.Rubric = answer, bank.ParseRubric(answer)
	}
	return q
}

func (l *line) judgement(q *bank.Question, answer string) {
	if answer == "" {
		return // Inspect says so
	}
	options := []string{l.quiet(exchange.OptionField(0)), l.quiet(exchange.OptionField(1))}
	id, ok := parseJudgement(answer, options)
	if !ok {
		l.drop(exchange.FieldAnswer, exchange.BadAnswer)
		return
	}
	q.Key.Options = []bank.OptionID{id}
}

func (l *line) choice(q *bank.Question, answer string) {
	ids, repeated, ok := exchange.ParseLetters(answer)
	if !ok {
		l.drop(exchange.FieldAnswer, exchange.BadAnswer)
		return
	}
	if repeated {
		l.change(exchange.FieldAnswer, exchange.RepeatedLetter, answer, lettersOf(ids, ","))
	}
	q.Key.Options = ids
}

// options reads the option columns. Those left empty at the end do not count;
// a gap in between stays, for Inspect to find.
func (l *line) options() []bank.Option {
	texts := make([]string, maxOptions)
	for i := range texts {
		texts[i] = l.text(exchange.OptionField(i))
	}
	texts, repairs := repairOptions(texts)
	for _, r := range repairs {
		l.change(exchange.OptionField(r.index), r.reason, r.old, r.new)
	}
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	var out []bank.Option
	for i, t := range texts {
		out = append(out, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: t})
	}
	return out
}

// optionsInStem takes the options out of a stem that they were run together
// with, where the row has none in their own columns.
func (l *line) optionsInStem(q *bank.Question) {
	rest, texts, ok := exchange.OptionsInStem(q.Stem)
	if len(q.Options) > 0 || !ok || len(texts) > maxOptions {
		return
	}
	l.change(exchange.FieldStem, exchange.OptionsFromStem, q.Stem, rest)
	q.Stem = rest
	for i, t := range texts {
		q.Options = append(q.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: t})
	}
}

// last marks the options that must stay last.
func (l *line) last(q *bank.Question) {
	text := l.quiet(exchange.FieldLast)
	ids, _, ok := exchange.ParseLetters(text)
	for _, id := range ids {
		i := slices.IndexFunc(q.Options, func(o bank.Option) bool { return o.ID == id })
		if i < 0 {
			ok = false
			continue
		}
		q.Options[i].Last = true
	}
	if !ok {
		l.change(exchange.FieldLast, exchange.BadLast, text, "")
	}
}

// excludes reads the codes of items that must not stand on the same paper. A
// code of another bank carries that bank in front.
func (l *line) excludes() []bank.ItemID {
	var out []bank.ItemID
	text := l.quiet(exchange.FieldExcludes)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,；; \n\t　", r) }) {
		owner, code := string(l.out.Bank), word
		if i := strings.LastIndexByte(word, '/'); i > 0 {
			owner, code = word[:i], word[i+1:]
		}
		parsed, ok := exchange.ParseCode(strings.ToUpper(bank.Normal(code)))
		if !ok || parsed.Part > 0 {
			l.change(exchange.FieldExcludes, exchange.BadExclude, word, "")
			continue
		}
		if id := bank.NewItemID(bank.ID(owner), parsed.Item); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func lettersOf(ids []bank.OptionID, separator string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, separator)
}

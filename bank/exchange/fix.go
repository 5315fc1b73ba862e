package exchange

import (
	"slices"
	"strings"

	"gongyuan/bank"
)

// fix applies what was corrected of an item. What was said of a corrected
// field is said no longer; whether the new text is sound is looked at as for
// any other.
func (c *Collector) fix(d *Draft) {
	for _, f := range c.opts.Fixes {
		mine := func(v Verdict) bool { return v.Sheet == f.Sheet && v.Row == f.Row && v.Field == Field(f.Field) }
		if f.Sheet != d.Sheet || f.Row != d.Row && !slices.ContainsFunc(d.notes, mine) {
			continue
		}
		if f.Free {
			d.Code = ""
			d.forget(func(v Verdict) bool { return v.Field == FieldCode })
			continue
		}
		old := ""
		if i := slices.IndexFunc(d.notes, mine); i >= 0 {
			old = d.notes[i].Old
		}
		d.forget(func(v Verdict) bool { return v.Field == Field(f.Field) })
		if d.correct(Field(f.Field), strings.TrimSpace(f.Text)) {
			d.ChangeAt(f.Row, Field(f.Field), Corrected, old, f.Text)
		} else {
			d.DropAt(f.Row, Field(f.Field), BadAnswer, f.Text)
		}
	}
}

// forget takes back what was said.
func (d *Draft) forget(of func(Verdict) bool) {
	d.notes = slices.DeleteFunc(d.notes, of)
	d.dropped = slices.ContainsFunc(d.notes, func(v Verdict) bool { return v.Outcome == Dropped })
}

// correct puts a text into a field. It reports false where it is not understood.
func (d *Draft) correct(field Field, text string) (ok bool) {
	q := &d.Rev.Question
	ok = true
	switch field {
	case FieldStem:
		q.Stem = text
	case FieldExplanation:
		q.Explanation = text
	case FieldCode:
		d.Code = text
	case FieldPoint:
		d.Point = bank.PointCode(strings.ToUpper(bank.Normal(text)))
		ok = ValidPoint(d.Point)
	case FieldDifficulty:
		d.Rev.Difficulty, ok = ParseScale(text)
	case FieldType:
		q.Type, ok = ParseType(text)
	case FieldAnswer:
		ok = correctAnswer(q, text)
	default:
		i := slices.IndexFunc([]int{0, 1, 2, 3, 4, 5, 6, 7}, func(i int) bool { return field == OptionField(i) })
		if ok = i >= 0 && i <= len(q.Options); !ok {
			return false
		}
		if i == len(q.Options) {
			q.Options = append(q.Options, bank.Option{ID: bank.OptionID(bank.Letter(i))})
		}
		q.Options[i].Text = text
	}
	return ok
}

func correctAnswer(q *bank.Question, text string) (ok bool) {
	switch {
	case q.Type == bank.Judgement:
		truth, ok := ParseTruth(text)
		q.Options, q.Key.Options = bank.JudgementOptions(), []bank.OptionID{bank.False}
		if truth {
			q.Key.Options[0] = bank.True
		}
		return ok
	case q.Type.Choice():
		q.Key.Options, _, ok = ParseLetters(text)
		return ok
	case q.Type == bank.Blank:
		q.Key.Blanks = SplitBlanks(text)
	default:
		q.Key.Reference = text
	}
	return true
}

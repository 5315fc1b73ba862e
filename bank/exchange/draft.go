package exchange

import (
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
)

// Draft is an item as a reader found it, before it has its place in the bank.
type Draft struct {
	Sheet string // file or sheet within the whole; empty for a single text
	Row   int    // line or element it begins at
	Code  string // as the file says, empty where it says none
	Point bank.PointCode
	// Rev holds the question with its parts; Item and Number are given later.
	// Difficulty 0 means that the file says none.
	Rev bank.Revision
	// Guessed tells that the type was not said; a code's letter overrides it.
	Guessed bool

	notes   []Verdict
	dropped bool
	changed bool
}

// maxNotes is how many verdicts one item gets. Beyond it, it is plain that the
// item is in a bad way.
const maxNotes = 40

// NewDraft begins an item of a type that has none yet.
func NewDraft(sheet string, row int) *Draft { return &Draft{Sheet: sheet, Row: row} }

// Dropped tells whether there is a reason to drop the item.
func (d *Draft) Dropped() bool { return d.dropped }

// Change notes what was changed of the item, once for each kind of change.
func (d *Draft) Change(field Field, reason Reason, old, new string) {
	d.ChangeAt(d.Row, field, reason, old, new)
}

// ChangeAt is Change for another line than the item's first.
func (d *Draft) ChangeAt(row int, field Field, reason Reason, old, new string) {
	if slices.ContainsFunc(d.notes, func(v Verdict) bool { return v.Reason == reason && v.Field == field && v.Row == row }) {
		return
	}
	d.changed = true
	if len(d.notes) >= maxNotes {
		return
	}
	d.notes = append(d.notes, Verdict{Outcome: Changed, Sheet: d.Sheet, Row: row, Field: field, Reason: reason, Old: old, New: new})
}

// Drop notes a reason why the item is not imported.
func (d *Draft) Drop(field Field, reason Reason, old string) { d.DropAt(d.Row, field, reason, old) }

// DropAt is Drop for another line than the item's first.
func (d *Draft) DropAt(row int, field Field, reason Reason, old string) {
	d.dropped = true
	if len(d.notes) >= maxNotes {
		return
	}
	d.notes = append(d.notes, Verdict{Outcome: Dropped, Sheet: d.Sheet, Row: row, Field: field, Reason: reason, Old: old})
}

// Tidy cleans every text of the item and notes where it had to. The criteria
// of an answer in words are read out of it.
func (d *Draft) Tidy() {
	clean := func(s *string, field Field) {
		out, changed := Tidy(*s)
		if changed {
			d.Change(field, ControlCharacter, *s, out)
		}
		*s = out
	}
	each := func(q *bank.Question) {
		clean(&q.Stem, FieldStem)
		clean(&q.Explanation, FieldExplanation)
		clean(&q.Source, FieldSource)
		clean(&q.Key.Reference, FieldAnswer)
		for i := range q.Options {
			clean(&q.Options[i].Text, OptionField(i))
			clean(&q.Options[i].Feedback, FieldFeedback)
		}
		if q.Type == bank.ShortAnswer || q.Type == bank.Essay {
			q.Key.Rubric = bank.ParseRubric(q.Key.Reference)
		}
		for _, accepted := range q.Key.Blanks {
			for i := range accepted {
				clean(&accepted[i], FieldAnswer)
			}
		}
	}
	each(&d.Rev.Question)
	for i := range d.Rev.Parts {
		each(&d.Rev.Parts[i])
	}
}

// SetOptions gives the question options in the order given, lettered from A.
// Over eight are dropped with a verdict that drops the item.
func (d *Draft) SetOptions(q *bank.Question, texts []string) {
	q.Options = nil
	for i, text := range texts {
		if i >= MaxOptions {
			d.Drop(FieldOption, TooManyOptions, text)
			return
		}
		q.Options = append(q.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: text})
	}
}

// AsJudgement turns a choice between right and wrong into a judgement. It
// reports false, and changes nothing, where the two options are others.
func AsJudgement(q *bank.Question) bool {
	if len(q.Options) != 2 || len(q.Key.Options) != 1 {
		return false
	}
	first, ok := Truths(q.Options[0].Text, q.Options[1].Text)
	if !ok {
		return false
	}
	right := first == (q.Key.Options[0] == "A")
	said := []string{q.Options[0].Feedback, q.Options[1].Feedback}
	if !first {
		slices.Reverse(said)
	}
	q.Type, q.Options = bank.Judgement, bank.JudgementOptions()
	q.Options[0].Feedback, q.Options[1].Feedback = said[0], said[1]
	q.Key.Options = []bank.OptionID{bank.False}
	if right {
		q.Key.Options[0] = bank.True
	}
	return true
}

// Truths tells whether two options are right and wrong, in either order, and
// whether the first is right. Letters and digits that could be anything, such
// as 1 and 0, are not taken for it.
func Truths(a, b string) (first, ok bool) {
	for _, s := range []string{a, b} {
		switch bank.Normal(s) {
		case "1", "0", "x", "y", "n", "х":
			return false, false
		}
	}
	first, ok1 := ParseTruth(a)
	second, ok2 := ParseTruth(b)
	return first, ok1 && ok2 && first != second
}

// ParseTruth reads the ways to write right and wrong.
func ParseTruth(s string) (truth, ok bool) {
	switch bank.Normal(s) {
	case "正确", "对", "√", "✓", "✔", "☑", "t", "true", "y", "yes", "是", "1", "正确的", "对的", "right", "correct":
		return true, true
	case "错误", "错", "×", "✗", "✘", "✕", "╳", "х", "x", "f", "false", "n", "no", "否", "0", "错误的", "错的", "不正确", "不对", "wrong", "incorrect":
		return false, true
	}
	return false, false
}

// ParseLetters reads "A", "A,B,D", "A、B", "ABD" and their full-width forms.
// It reports false for anything but letters and separators.
func ParseLetters(s string) (ids []bank.OptionID, repeated, ok bool) {
	for _, r := range strings.ToUpper(bank.Normal(s)) {
		switch {
		case r >= 'A' && r <= 'Z':
			id := bank.OptionID(string(r))
			if slices.Contains(ids, id) {
				repeated = true
				continue
			}
			ids = append(ids, id)
		case !strings.ContainsRune(",;/|.+&", r):
			return nil, false, false
		}
	}
	slices.Sort(ids)
	return ids, repeated, true
}

// ParseScale reads a difficulty or consistency: 1 to 5, or the trade's word
// for it. It reports false for anything else.
func ParseScale(s string) (int, bool) {
	switch n := bank.Normal(s); n {
	case "很易", "容易", "较易", "veryeasy":
		return map[string]int{"很易": 1, "veryeasy": 1, "容易": 2, "较易": 2}[n], true
	case "易", "easy":
		return 2, true
	case "中", "中等", "适中", "一般", "medium":
		return 3, true
	case "难", "较难", "difficult", "hard":
		return 4, true
	case "很难", "verydifficult", "veryhard":
		return 5, true
	default:
		v, err := strconv.Atoi(n)
		return v, err == nil && v >= 1 && v <= 5
	}
}

// Placeholder stands where a reference answer is missing.
const Placeholder = "（无参考答案，待补）"

// FillReference puts the placeholder where an answer in words has none.
func (d *Draft) FillReference(q *bank.Question) {
	if (q.Type == bank.ShortAnswer || q.Type == bank.Essay) && strings.TrimSpace(q.Key.Reference) == "" {
		q.Key.Reference = Placeholder
		d.Change(FieldAnswer, NoReference, "", Placeholder)
	}
}

// Absorb takes over what was said of a part.
func (d *Draft) Absorb(part *Draft) {
	for _, v := range part.notes {
		if len(d.notes) < maxNotes {
			d.notes = append(d.notes, v)
		}
	}
	d.dropped, d.changed = d.dropped || part.dropped, d.changed || part.changed
}

// Altered tells whether anything was changed of the item so far.
func (d *Draft) Altered() bool { return d.changed }

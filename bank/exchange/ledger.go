package exchange

import (
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
)

// Ledger is what an exporter says: a verdict for every item.
type Ledger struct {
	// Pictures are those that the file holds, nil for a format that holds none.
	Pictures map[bank.PictureID][]byte
	// Largest is how many bytes a picture may have, 0 for any number.
	Largest int
	// Feedback tells that the format carries what is said of single options.
	Feedback bool

	own      bank.ID
	code     string
	row      int
	noted    bool
	dropped  bool
	Verdicts []Verdict
}

// NewLedger begins the account of an export.
func NewLedger(own bank.ID) *Ledger { return &Ledger{own: own} }

// Begin turns to the next item.
func (l *Ledger) Begin(rev *bank.Revision) {
	l.End()
	l.code, l.noted, l.dropped = CodeOf(l.own, rev.Item), false, false
	l.row++
	l.loseOwn(&rev.Question)
	for i := range rev.Parts {
		l.loseOwn(&rev.Parts[i])
	}
}

// loseOwn says what few formats carry: what is said of single options, and
// the pictures that editors put into texts.
func (l *Ledger) loseOwn(q *bank.Question) {
	for _, id := range bank.PictureIDs(q.Texts()...) {
		if l.Pictures == nil || l.Largest > 0 && len(l.Pictures[id]) > l.Largest {
			l.Lose(FieldMedia, string(id))
		} else if l.Pictures[id] == nil {
			l.Change(FieldMedia, MissingFile, string(id), "")
		}
	}
	for i, o := range q.Options {
		if o.Feedback != "" && !l.Feedback {
			l.Change(OptionField(i), FeedbackLost, o.Feedback, "")
		}
	}
}

// End closes the account of the item begun last.
func (l *Ledger) End() {
	if l.code != "" && !l.noted {
		l.Verdicts = append(l.Verdicts, Verdict{Outcome: Kept, Row: l.row, Item: l.code})
	}
	l.code = ""
}

// Change says what of the item is written differently, or not at all.
func (l *Ledger) Change(field Field, reason Reason, old, new string) {
	l.note(Verdict{Outcome: Changed, Field: field, Reason: reason, Old: old, New: new})
}

// Lose is Change for a field that the format has no place for. Nothing is said
// of one that is empty.
func (l *Ledger) Lose(field Field, old string) {
	if strings.TrimSpace(old) != "" {
		l.Change(field, FieldLost, old, "")
	}
}

// Drop says that the item cannot be written.
func (l *Ledger) Drop(field Field, reason Reason, old string) {
	l.note(Verdict{Outcome: Dropped, Field: field, Reason: reason, Old: old})
}

func (l *Ledger) note(v Verdict) {
	v.Item, v.Row = l.code, l.row
	l.noted = true
	l.Verdicts = append(l.Verdicts, v.Explain())
}

// LoseCommon says of a format without any place for metadata what it leaves
// out of a revision.
func (l *Ledger) LoseCommon(rev *bank.Revision) {
	l.Change(FieldCode, FieldLost, l.code, "")
	l.Lose(FieldDifficulty, positive(rev.Difficulty))
	l.Lose(FieldConsistency, positive(rev.Consistency))
	l.Lose(FieldSource, rev.Source)
	l.Lose(FieldExcludes, JoinExcludes(l.own, rev.Excludes))
	for _, o := range rev.Options {
		if o.Last {
			l.Lose(FieldLast, string(o.ID))
		}
	}
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// JoinExcludes writes the codes of excluded items, those of other banks whole.
func JoinExcludes(own bank.ID, ids []bank.ItemID) string {
	var out []string
	for _, id := range ids {
		out = append(out, CodeOf(own, id))
	}
	return strings.Join(out, "、")
}

// ParseExcludes reads what JoinExcludes writes, and returns what it could not.
func ParseExcludes(own bank.ID, s string) (ids []bank.ItemID, bad []string) {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；; \n\t　", r) }) {
		owner, code := string(own), word
		if i := strings.LastIndexByte(word, '/'); i > 0 {
			owner, code = word[:i], word[i+1:]
		}
		parsed, ok := ParseCode(strings.ToUpper(bank.Normal(code)))
		if !ok || parsed.Part > 0 {
			bad = append(bad, word)
			continue
		}
		if id := bank.NewItemID(bank.ID(owner), parsed.Item); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, bad
}

// ReferenceText is the reference answer, and below it those criteria that
// cannot be read out of it.
func ReferenceText(k bank.Key) string {
	if slices.Equal(bank.ParseRubric(k.Reference), k.Rubric) {
		return k.Reference
	}
	return strings.TrimSpace(k.Reference + "\n" + bank.FormatRubric(k.Rubric))
}

// Reference is ReferenceText, with a verdict where criteria were written into
// the answer.
func (l *Ledger) Reference(k bank.Key) string {
	text := ReferenceText(k)
	if text != k.Reference {
		l.Change(FieldAnswer, RubricMerged, k.Reference, text)
	}
	return text
}

package exchange

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongyuan/bank"
)

// MaxOptions is how many options a question can have, A to H.
const MaxOptions = 8

// Limits on one text of an item, in characters. Excel holds 32,767 in a cell.
const (
	MaxStem   = 10_000
	MaxOption = 2_000
	MaxText   = 20_000
)

// Fault is one reason why a revision must not enter a bank. Part is 0 for the
// whole, else the part of the case. Option is the index of the option where
// Field is FieldOption, else -1.
type Fault struct {
	Reason Reason
	Part   int
	Field  Field
	Option int
	Old    string
}

// Inspect tells what is unsound about a revision's content, whatever format it
// came from. None means that it can be drawn, shown and marked.
func Inspect(rev *bank.Revision) []Fault {
	if rev.Type != bank.Case {
		return inspect(&rev.Question, 0)
	}
	var faults []Fault
	if strings.TrimSpace(rev.Stem) == "" {
		faults = append(faults, Fault{EmptyStem, 0, FieldStem, -1, ""})
	}
	faults = append(faults, tooLong(&rev.Question, 0)...)
	if len(rev.Parts) == 0 {
		faults = append(faults, Fault{NoParts, 0, FieldCode, -1, ""})
	}
	for i := range rev.Parts {
		if rev.Parts[i].Type == bank.Case {
			faults = append(faults, Fault{UnsupportedType, i + 1, FieldType, -1, string(bank.Case)})
			continue
		}
		faults = append(faults, inspect(&rev.Parts[i], i+1)...)
	}
	return faults
}

func inspect(q *bank.Question, part int) []Fault {
	if !q.Type.Valid() {
		return []Fault{{UnsupportedType, part, FieldType, -1, string(q.Type)}}
	}
	faults := tooLong(q, part)
	if strings.TrimSpace(q.Stem) == "" {
		faults = append(faults, Fault{EmptyStem, part, FieldStem, -1, ""})
	}
	switch {
	case q.Type.Choice():
		return append(faults, inspectChoice(q, part)...)
	case q.Type == bank.Blank:
		return append(faults, inspectBlanks(q, part)...)
	}
	if strings.TrimSpace(q.Key.Reference) == "" {
		faults = append(faults, Fault{EmptyAnswer, part, FieldAnswer, -1, ""})
	}
	return faults
}

func tooLong(q *bank.Question, part int) []Fault {
	var faults []Fault
	over := func(s string, limit int, field Field, option int) {
		if utf8.RuneCountInString(s) > limit {
			faults = append(faults, Fault{TooLong, part, field, option, s})
		}
	}
	over(q.Stem, MaxStem, FieldStem, -1)
	over(q.Key.Reference, MaxText, FieldAnswer, -1)
	over(q.Explanation, MaxText, FieldExplanation, -1)
	over(q.Source, MaxOption, FieldSource, -1)
	for i, o := range q.Options {
		over(o.Text, MaxOption, FieldOption, i)
	}
	return faults
}

func inspectChoice(q *bank.Question, part int) []Fault {
	var faults []Fault
	if len(q.Options) < 2 {
		faults = append(faults, Fault{TooFewOptions, part, FieldOption, 0, ""})
	}
	for i, o := range q.Options {
		switch {
		case strings.TrimSpace(o.Text) == "" || string(o.ID) != bank.Letter(i):
			faults = append(faults, Fault{OptionGap, part, FieldOption, i, o.Text})
		case slices.ContainsFunc(q.Options[:i], func(p bank.Option) bool { return strings.TrimSpace(p.Text) == strings.TrimSpace(o.Text) }):
			faults = append(faults, Fault{DuplicateOption, part, FieldOption, i, o.Text})
		}
	}
	letters := letters(q.Key.Options)
	switch {
	case len(q.Key.Options) == 0:
		return append(faults, Fault{EmptyAnswer, part, FieldAnswer, -1, ""})
	case len(q.Key.Options) > 1 && q.Type != bank.Multiple:
		faults = append(faults, Fault{AnswerCount, part, FieldAnswer, -1, letters})
	}
	for _, id := range q.Key.Options {
		if !slices.ContainsFunc(q.Options, func(o bank.Option) bool { return o.ID == id }) {
			return append(faults, Fault{MissingOption, part, FieldAnswer, -1, letters})
		}
	}
	return faults
}

func inspectBlanks(q *bank.Question, part int) []Fault {
	if len(q.Key.Blanks) == 0 {
		return []Fault{{EmptyAnswer, part, FieldAnswer, -1, ""}}
	}
	for _, accepted := range q.Key.Blanks {
		if len(accepted) == 0 || slices.ContainsFunc(accepted, func(a string) bool { return bank.Normal(a) == "" }) {
			return []Fault{{EmptyAnswer, part, FieldAnswer, -1, strings.Join(accepted, "|")}}
		}
		for _, a := range accepted {
			if utf8.RuneCountInString(a) > bank.MaxBlankText {
				return []Fault{{TooLong, part, FieldAnswer, -1, a}}
			}
		}
	}
	if n := len(gap.FindAllStringIndex(q.Stem, -1)); n > 0 && n != len(q.Key.Blanks) {
		return []Fault{{BlankCount, part, FieldAnswer, -1, q.Stem}}
	}
	return nil
}

// gap is how stems mark a blank: two or more underscores, of either width.
var gap = regexp.MustCompile(`[_＿]{2,}`)

func letters(ids []bank.OptionID) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(string(id))
	}
	return b.String()
}

// SplitGaps splits a stem at its blanks.
func SplitGaps(stem string) []string { return gap.Split(stem, -1) }

// GapMarks lists the marks of the blanks of a stem, as long as they are.
func GapMarks(stem string) []string { return gap.FindAllString(stem, -1) }

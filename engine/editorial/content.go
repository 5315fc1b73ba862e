package editorial

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"gongyuan/bank"
)

// How long texts may be, in characters, and how many of each there may be.
const (
	maxStem     = 6000
	maxOption   = 1000
	maxSource   = 300
	maxAnswer   = 200
	maxOptions  = 8
	maxBlanks   = 20
	maxAccepted = 20
	maxParts    = 20
	maxExcludes = 50
	maxNote     = 1000
)

var pointForm = regexp.MustCompile(`^[A-Z](-[A-Z]){2}-\d{3}$`)

// clean brings what an editor sent into the form that is kept, and refuses
// what cannot be kept at all. What is merely not finished is kept: it is a
// draft.
func clean(r *bank.Revision) error {
	if !r.Type.Valid() {
		return &FieldError{"/content/type", "enum"}
	}
	if !pointForm.MatchString(string(r.Point)) {
		return &FieldError{"/content/point", "point-form"}
	}
	if r.Difficulty < 1 || r.Difficulty > 5 {
		return &FieldError{"/content/difficulty", "maximum"}
	}
	if r.Consistency < 0 || r.Consistency > 5 {
		return &FieldError{"/content/consistency", "maximum"}
	}
	if len(r.Excludes) > maxExcludes {
		return &FieldError{"/content/excludes", "maxItems"}
	}
	if err := cleanQuestion(&r.Question, "/content"); err != nil {
		return err
	}
	if r.Type != bank.Case {
		r.Parts = nil
		return nil
	}
	r.Options, r.Key = nil, bank.Key{}
	if len(r.Parts) > maxParts {
		return &FieldError{"/content/parts", "maxItems"}
	}
	for i := range r.Parts {
		at := fmt.Sprintf("/content/parts/%d", i)
		if !r.Parts[i].Type.Valid() || r.Parts[i].Type == bank.Case {
			return &FieldError{at + "/type", "enum"}
		}
		if err := cleanQuestion(&r.Parts[i], at); err != nil {
			return err
		}
	}
	return nil
}

func cleanQuestion(q *bank.Question, at string) error {
	for _, f := range []struct {
		field string
		text  *string
		most  int
	}{
		{"/stem", &q.Stem, maxStem}, {"/explanation", &q.Explanation, maxStem}, {"/source", &q.Source, maxSource}, {"/reference", &q.Key.Reference, maxStem},
	} {
		if *f.text = bank.CleanText(*f.text); utf8.RuneCountInString(*f.text) > f.most {
			return &FieldError{at + f.field, "maxLength"}
		}
	}
	switch {
	case q.Type.Choice():
		q.Key.Blanks, q.Key.Reference = nil, ""
		return cleanOptions(q, at)
	case q.Type == bank.Blank:
		q.Options, q.Key.Options, q.Key.Reference = nil, nil, ""
		return cleanBlanks(q, at)
	}
	q.Options, q.Key.Options, q.Key.Blanks = nil, nil, nil
	return nil
}

func cleanOptions(q *bank.Question, at string) error {
	if len(q.Options) > maxOptions {
		return &FieldError{at + "/options", "maxItems"}
	}
	if q.Type == bank.Judgement {
		said := q.Options
		q.Options = bank.JudgementOptions()
		for i := range q.Options {
			if i < len(said) {
				q.Options[i].Feedback = said[i].Feedback
			}
		}
	}
	for i := range q.Options {
		o := &q.Options[i]
		o.ID = bank.OptionID(bank.Letter(i))
		for field, text := range map[string]*string{"text": &o.Text, "feedback": &o.Feedback} {
			if *text = bank.CleanText(*text); utf8.RuneCountInString(*text) > maxOption {
				return &FieldError{fmt.Sprintf("%s/options/%d/%s", at, i, field), "maxLength"}
			}
		}
	}
	// In the order of the letters, each once; what names no option stays, to be
	// complained about.
	var key []bank.OptionID
	for c := 'A'; c <= 'Z'; c++ {
		for _, id := range q.Key.Options {
			if id == bank.OptionID(c) {
				key = append(key, id)
				break
			}
		}
	}
	if len(q.Key.Options) > maxOptions {
		return &FieldError{at + "/key", "maxItems"}
	}
	q.Key.Options = key
	return nil
}

func cleanBlanks(q *bank.Question, at string) error {
	if len(q.Key.Blanks) > maxBlanks {
		return &FieldError{at + "/blanks", "maxItems"}
	}
	for i, accepted := range q.Key.Blanks {
		if len(accepted) > maxAccepted {
			return &FieldError{fmt.Sprintf("%s/blanks/%d", at, i), "maxItems"}
		}
		var kept []string
		for _, a := range accepted {
			if a = bank.CleanText(a); utf8.RuneCountInString(a) > maxAnswer {
				return &FieldError{fmt.Sprintf("%s/blanks/%d", at, i), "maxLength"}
			} else if a != "" {
				kept = append(kept, a)
			}
		}
		q.Key.Blanks[i] = kept
	}
	return nil
}

// note brings a remark into the form that is kept.
func note(text string, needed bool) (string, error) {
	text = bank.CleanText(text)
	n := utf8.RuneCountInString(text)
	if n > maxNote {
		return "", &FieldError{"/note", "maxLength"}
	}
	if needed && n < 2 {
		return "", &FieldError{"/note", "empty"}
	}
	return text, nil
}

// questions lists a revision's own question and its parts.
func questions(r *bank.Revision) []*bank.Question {
	out := []*bank.Question{&r.Question}
	for i := range r.Parts {
		out = append(out, &r.Parts[i])
	}
	return out
}

func pictureIDs(r *bank.Revision) []bank.PictureID {
	var texts []string
	for _, q := range questions(r) {
		texts = append(texts, q.Texts()...)
	}
	return bank.PictureIDs(texts...)
}

// keyWords says what is right in words that do not depend on letters, to
// compare the keys of two items.
func keyWords(q *bank.Question) string {
	if !q.Type.Choice() || q.Type == bank.Judgement {
		return bank.Normal(bank.KeyText(q))
	}
	var right []string
	for _, id := range q.Key.Options {
		for _, o := range q.Options {
			if o.ID == id {
				right = append(right, bank.Normal(bank.Plain(o.Text)))
			}
		}
	}
	return strings.Join(right, "\n")
}

// overlay puts what editors write over what was there, and keeps what their
// form does not show: what an importer or a marker added to a content stays.
func overlay(before, in bank.Revision) bank.Revision {
	out := before
	out.Item, out.Number, out.Point, out.Difficulty, out.Consistency = in.Item, 0, in.Point, in.Difficulty, in.Consistency
	out.Excludes = in.Excludes
	out.Question = overlayQuestion(before.Question, in.Question)
	out.Parts = make([]bank.Question, len(in.Parts))
	for i := range in.Parts {
		var was bank.Question
		if i < len(before.Parts) {
			was = before.Parts[i]
		}
		out.Parts[i] = overlayQuestion(was, in.Parts[i])
	}
	return out
}

func overlayQuestion(before, in bank.Question) bank.Question {
	out := before
	if before.Type != in.Type {
		out = bank.Question{}
	}
	out.Type, out.Stem, out.Options, out.Explanation, out.Source = in.Type, in.Stem, in.Options, in.Explanation, in.Source
	out.Key.Options, out.Key.Blanks, out.Key.Reference = in.Key.Options, in.Key.Blanks, in.Key.Reference
	return out
}

package bank

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what a candidate may write, in characters.
const (
	MaxBlankText  = 200
	MaxAnswerText = 5000
)

// maxOptions is how many options a question can have: the letters A to H.
const maxOptions = 8

// ErrResponse is wrapped by every error of ValidateResponse and
// DecodeResponse; the others say what is wrong.
var (
	ErrResponse          = errors.New("bank: response refused")
	ErrResponseKind      = fmt.Errorf("%w: does not fit the type of the question", ErrResponse)
	ErrUnknownOption     = fmt.Errorf("%w: no such option", ErrResponse)
	ErrTooManyOptions    = fmt.Errorf("%w: only one option may be chosen", ErrResponse)
	ErrTooManyTexts      = fmt.Errorf("%w: more texts than blanks", ErrResponse)
	ErrTextTooLong       = fmt.Errorf("%w: text is too long", ErrResponse)
	ErrControlCharacter  = fmt.Errorf("%w: text holds a control character", ErrResponse)
	ErrMalformedResponse = fmt.Errorf("%w: cannot be decoded", ErrResponse)
)

// Encode writes the canonical compact text of a response: the letters as
// shown ("AC"), or the texts as a JSON array, or "" where nothing was answered.
// Equal responses give equal text.
func (r Response) Encode() string {
	if r.Empty() {
		return ""
	}
	if len(r.Choice) > 0 {
		return strings.Join(sortedLetters(r.Choice), "")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A slice of strings always encodes, and a bytes.Buffer always writes.
	_ = enc.Encode(r.Text)
	return strings.TrimSuffix(b.String(), "\n")
}

// DecodeResponse reads what Encode wrote for a question of type t. It checks
// the form only; whether the letters and texts fit the question is for
// ValidateResponse. Its errors wrap ErrResponse.
func DecodeResponse(t Type, s string) (Response, error) {
	if s == "" {
		return Response{}, nil
	}
	if t.Choice() {
		letters := strings.Split(s, "")
		for _, l := range letters {
			if !isLetter(l) {
				return Response{}, fmt.Errorf("letter %q: %w", l, ErrMalformedResponse)
			}
		}
		return Response{Choice: sortedLetters(letters)}, nil
	}
	if t == Case || !t.Valid() {
		return Response{}, fmt.Errorf("type %q: %w", t, ErrResponseKind)
	}
	var texts []string
	if err := json.Unmarshal([]byte(s), &texts); err != nil {
		return Response{}, fmt.Errorf("%w: %w", ErrMalformedResponse, err)
	}
	r := Response{Text: texts}
	if r.Empty() {
		return Response{}, nil
	}
	return r, nil
}

// ValidateResponse returns the normalised form of what a candidate sent for a
// slot: letters sorted and each once, one text per blank, line ends as "\n",
// nothing trimmed. An empty response gives the zero value. It refuses, with an
// error that wraps ErrResponse, what the question does not offer.
func ValidateResponse(q *Question, slot Slot, r Response) (Response, error) {
	if !q.Type.Valid() || q.Type == Case {
		return Response{}, fmt.Errorf("type %q: %w", q.Type, ErrResponseKind)
	}
	if q.Type.Choice() {
		return validateChoice(q, slot, r)
	}
	if len(r.Choice) > 0 {
		return Response{}, fmt.Errorf("letters for type %q: %w", q.Type, ErrResponseKind)
	}
	places, limit := 1, MaxAnswerText
	if q.Type == Blank {
		places, limit = len(q.Key.Blanks), MaxBlankText
	}
	if len(r.Text) > places {
		return Response{}, fmt.Errorf("%d texts for %d: %w", len(r.Text), places, ErrTooManyTexts)
	}
	texts := make([]string, places)
	for i, t := range r.Text {
		t, err := validateText(t, limit, q.Type != Blank)
		if err != nil {
			return Response{}, fmt.Errorf("text %d: %w", i+1, err)
		}
		texts[i] = t
	}
	if out := (Response{Text: texts}); !out.Empty() {
		return out, nil
	}
	return Response{}, nil
}

func validateChoice(q *Question, slot Slot, r Response) (Response, error) {
	for _, t := range r.Text {
		if t != "" {
			return Response{}, fmt.Errorf("text for type %q: %w", q.Type, ErrResponseKind)
		}
	}
	if len(r.Choice) == 0 {
		return Response{}, nil
	}
	shown := shownOrder(q, slot)
	for _, l := range r.Choice {
		if _, ok := chosen(shown, l); !ok {
			return Response{}, fmt.Errorf("letter %q: %w", clip(l), ErrUnknownOption)
		}
	}
	letters := sortedLetters(r.Choice)
	if q.Type != Multiple && len(letters) > 1 {
		return Response{}, fmt.Errorf("%d letters: %w", len(letters), ErrTooManyOptions)
	}
	return Response{Choice: letters}, nil
}

// validateText refuses before it copies, so a huge text costs one scan.
func validateText(t string, limit int, lines bool) (string, error) {
	if utf8.RuneCountInString(t) > limit {
		return "", fmt.Errorf("over %d characters: %w", limit, ErrTextTooLong)
	}
	if !utf8.ValidString(t) {
		return "", fmt.Errorf("not UTF-8: %w", ErrControlCharacter)
	}
	if lines {
		t = strings.ReplaceAll(t, "\r\n", "\n")
	}
	for _, c := range t {
		if unicode.IsControl(c) && !(lines && (c == '\n' || c == '\t')) {
			return "", fmt.Errorf("U+%04X: %w", c, ErrControlCharacter)
		}
	}
	return t, nil
}

// shownOrder is the order in which the candidate sees the options. A slot
// without an order shows the order of the bank.
func shownOrder(q *Question, slot Slot) []OptionID {
	if !q.Type.Choice() {
		return nil
	}
	if len(slot.Order) > 0 {
		return slot.Order
	}
	ids := make([]OptionID, len(q.Options))
	for i, o := range q.Options {
		ids[i] = o.ID
	}
	return ids
}

// chosen returns the bank's option behind a letter as shown.
func chosen(shown []OptionID, letter string) (OptionID, bool) {
	if !isLetter(letter) {
		return "", false
	}
	i := int(letter[0] - 'A')
	if i >= len(shown) {
		return "", false
	}
	return shown[i], true
}

func isLetter(s string) bool { return len(s) == 1 && s[0] >= 'A' && s[0] < 'A'+maxOptions }

func sortedLetters(letters []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(letters)))
}

// clip keeps what a client sent short enough for an error message.
func clip(s string) string {
	if r := []rune(s); len(r) > 12 {
		return string(r[:12]) + "…"
	}
	return s
}

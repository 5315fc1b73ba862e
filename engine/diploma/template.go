package diploma

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Template is what a body decides about its certificates. Texts may name
// fields in braces, such as {occupation}; Keys lists them.
type Template struct {
	Title   string  `json:"title"`
	TitleEN string  `json:"titleEN,omitempty"` // below the title; "" for a page in Chinese only
	Intro   string  `json:"intro"`
	IntroEN string  `json:"introEN,omitempty"`
	Fields  []Field `json:"fields"` // in order, those beside the portrait first
	Checks  []Check `json:"checks"` // where to look it up, beside the QR code
	Seal    string  `json:"seal"`   // stands where the body's seal goes, "" for nothing
	Note    string  `json:"note"`   // at the foot of the page
	Portrait
}

// Portrait is the place of the holder's picture, in millimetres; 0 by 0 for none.
type Portrait struct {
	Width  float64 `json:"portraitWidth"`
	Height float64 `json:"portraitHeight"`
}

// Framed tells whether the page has a place for the holder's picture.
func (p Portrait) Framed() bool { return p.Width > 0 }

// Field is one line: a label and what is filled in.
type Field struct {
	Label   string `json:"label"`
	LabelEN string `json:"labelEN,omitempty"`
	Text    string `json:"text"`
	Bold    bool   `json:"bold,omitempty"`
}

// Check is a way to look the certificate up.
type Check struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Keys are the fields that texts may name.
var Keys = []string{
	"number", "name", "document", "documentNumber", "occupation", "occupationCode", "direction", "levelTitle", "body", "date", "expires", "link", "copy",
}

// ErrTemplate is wrapped by what is wrong with a template.
var ErrTemplate = errors.New("diploma: not a template")

// TemplateError names the member of a template that is wrong.
type TemplateError struct{ Field, Reason string }

// Error implements error.
func (e *TemplateError) Error() string { return ErrTemplate.Error() + ": " + e.Field + ": " + e.Reason }

// Unwrap makes it ErrTemplate.
func (e *TemplateError) Unwrap() error { return ErrTemplate }

//go:embed data/default.json
var defaultTemplate []byte

// Default is the template that bodies begin with. It has all printed fields.
func Default() Template {
	t, err := ParseTemplate(defaultTemplate)
	if err != nil {
		panic(err) // it is part of the program
	}
	return t
}

// ParseTemplate reads a template from JSON. It returns ErrTemplate, with the
// member that is wrong.
func ParseTemplate(raw []byte) (Template, error) {
	var t Template
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return Template{}, fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	return t, t.Validate()
}

// The most that fits the page.
const (
	mostFields = 9
	mostChecks = 3
	mostIntro  = 200
	mostLine   = 60
)

// Validate tells what is wrong with the template.
func (t *Template) Validate() error {
	switch {
	case len(t.Fields) == 0 || len(t.Fields) > mostFields:
		return &TemplateError{"/fields", "between-1-9-lines"}
	case len(t.Checks) > mostChecks:
		return &TemplateError{"/checks", "between-0-3-lines"}
	case t.Portrait != (Portrait{}) && (t.Width < 20 || t.Width > 40 || t.Height < 28 || t.Height > 55):
		return &TemplateError{"/portraitWidth", "portrait-size"}
	}
	if err := checkText("/title", t.Title, 1, 20); err != nil {
		return err
	}
	for _, x := range []struct {
		at, text    string
		least, most int
	}{
		{"/titleEN", t.TitleEN, 0, mostLine}, {"/intro", t.Intro, 1, mostIntro}, {"/introEN", t.IntroEN, 0, 2 * mostIntro},
		{"/seal", t.Seal, 0, mostLine}, {"/note", t.Note, 0, mostLine},
	} {
		if err := checkText(x.at, x.text, x.least, x.most); err != nil {
			return err
		}
	}
	for i, f := range t.Fields {
		if err := errors.Join(checkText(fmt.Sprintf("/fields/%d/label", i), f.Label, 1, 10), checkText(fmt.Sprintf("/fields/%d/text", i), f.Text, 1, mostLine), checkText(fmt.Sprintf("/fields/%d/labelEN", i), f.LabelEN, 0, 40)); err != nil {
			return err
		}
	}
	for i, c := range t.Checks {
		if err := errors.Join(checkText(fmt.Sprintf("/checks/%d/label", i), c.Label, 1, 20), checkText(fmt.Sprintf("/checks/%d/text", i), c.Text, 1, mostLine)); err != nil {
			return err
		}
	}
	return nil
}

func checkText(at, text string, least, most int) error {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		return &TemplateError{at, fmt.Sprintf("length-%d-%d", least, most)}
	}
	if _, err := fill(text, func(string) string { return "" }); err != nil {
		return &TemplateError{at, "template-field"}
	}
	return nil
}

// fill puts values in the place of the fields that a text names.
func fill(text string, value func(key string) string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		key, after, closed := strings.Cut(rest, "}")
		if !closed || !known(key) {
			return "", fmt.Errorf("%q is no field", "{"+key)
		}
		b.WriteString(value(key))
		text = after
	}
}

func known(key string) bool {
	for _, k := range Keys {
		if k == key {
			return true
		}
	}
	return false
}

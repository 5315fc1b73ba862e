package enrol

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// State is where an application stands.
type State string

// The states. What was returned may be sent again.
const (
	Sent     State = "sent"
	Returned State = "returned"
	Admitted State = "admitted"
	Refused  State = "refused"
)

// Decision is what staff do about an application.
type Decision string

// The decisions.
const (
	Return Decision = "return"
	Admit  Decision = "admit"
	Refuse Decision = "refuse"
)

var decided = map[Decision]State{Return: Returned, Admit: Admitted, Refuse: Refused}

// Window is when a sitting takes applications.
type Window struct {
	Sitting sitting.ID
	On      bool
	Opens   time.Time
	Closes  time.Time
	By      people.AccountID
	At      time.Time
	Version int // raised by each change, guards concurrent ones; 0 is new
}

// Open tells whether applications are taken at a moment.
func (w *Window) Open(now time.Time) bool {
	return w.On && !now.Before(w.Opens) && now.Before(w.Closes)
}

// File is a photograph or a piece of evidence; its content is kept apart,
// sealed.
type File struct {
	ID    string
	Photo bool
	Name  string // kept sealed, in Names of the application
	Type  evidence.Type
	Size  int
}

// Application (报名) is what a person asked for.
type Application struct {
	ID        string // of the sitting and the identity number: one each
	Number    string // by which the person finds it
	Sitting   sitting.ID
	Name      string
	IDSealed  []byte
	IDHash    string
	IDMasked  string
	Phone     []byte // sealed
	Employer  string
	Condition string
	Files     []File
	Names     []byte // of Files, sealed together
	State     State
	Reason    string // of the last decision
	Admission string // once admitted
	Sent      time.Time
	By        people.AccountID // of the last decision
	Decided   time.Time
	Version   int // raised by each change, guards concurrent ones
}

// Errors of this package.
var (
	ErrForbidden = errors.New("enrol: not yours to do")
	ErrNotFound  = errors.New("enrol: not found")
	ErrConflict  = errors.New("enrol: changed by someone else meanwhile")
	ErrThere     = errors.New("enrol: applied already")
	ErrClosed    = errors.New("enrol: no applications are taken now")
	ErrState     = errors.New("enrol: not possible in this state")
	ErrInvalid   = errors.New("enrol: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "enrol: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Condition is one condition of eligibility.
type Condition struct {
	Level standard.Level `json:"level"`
	Code  string         `json:"code"`
	Text  string         `json:"text"`
}

// Photo is what a photograph has to be.
type Photo struct {
	LeastWidth  int `json:"leastWidth"`
	LeastHeight int `json:"leastHeight"`
	RatioWidth  int `json:"ratioWidth"`
	RatioHeight int `json:"ratioHeight"`
	MostBytes   int `json:"mostBytes"`
}

// Rules are the parameters.
type Rules struct {
	Sample     bool        `json:"sample"` // 示例: set by nobody in charge yet
	Photo      Photo       `json:"photo"`
	MostFiles  int         `json:"mostFiles"` // of evidence
	MostBytes  int         `json:"mostBytes"` // of all files together
	Conditions []Condition `json:"conditions"`
}

//go:embed data/rules.json
var sampleRules []byte

// ReadRules reads rules; nil stands for the sample.
func ReadRules(data []byte) (Rules, error) {
	if data == nil {
		data = sampleRules
	}
	var r Rules
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("enrol: rules: %w", err)
	}
	if r.MostFiles < 1 || r.MostBytes < 1 || r.Photo.RatioWidth < 1 || r.Photo.RatioHeight < 1 || r.Photo.MostBytes < 1 {
		return r, fmt.Errorf("%w: rules", ErrInvalid)
	}
	return r, nil
}

// Of returns the conditions of a level.
func (r *Rules) Of(level standard.Level) []Condition {
	return slices.DeleteFunc(slices.Clone(r.Conditions), func(c Condition) bool { return c.Level != level })
}

// Given is a file as it was sent.
type Given struct {
	Name string
	Data []byte
}

// Form is what a person fills in.
type Form struct {
	Number    string // of an application that was returned, "" for a new one
	Name      string
	IDNumber  string
	Phone     string
	Employer  string
	Condition string
	Photo     []byte
	Evidence  []Given
}

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// clean trims a form and tells what is wrong with it, as a *FieldError.
func (r *Rules) clean(f *Form, level standard.Level, now time.Time) error {
	f.Name, f.Employer = people.OneLine(f.Name), people.OneLine(f.Employer)
	f.Phone = strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return -1
		}
		return c
	}, strings.TrimSpace(f.Phone))
	number, err := people.NormalIdentity(f.IDNumber, now)
	total := len(f.Photo)
	for _, x := range f.Evidence {
		total += len(x.Data)
	}
	switch {
	case !within(f.Name, 1, 60):
		return &FieldError{"/name", "length-1-60"}
	case err != nil:
		return &FieldError{"/idNumber", "identity"}
	case len(f.Phone) < 5 || len(f.Phone) > 16 || strings.Trim(f.Phone, "+0123456789") != "":
		return &FieldError{"/phone", "phone"}
	case !within(f.Employer, 0, 80):
		return &FieldError{"/employer", "length-0-80"}
	case !slices.ContainsFunc(r.Of(level), func(c Condition) bool { return c.Code == f.Condition }):
		return &FieldError{"/condition", "unknown"}
	case len(f.Evidence) < 1:
		return &FieldError{"/evidence", "required"}
	case len(f.Evidence) > r.MostFiles || total > r.MostBytes:
		return &FieldError{"/evidence", "enrol-files"}
	}
	f.IDNumber = number
	return nil
}

// limits bound what is looked into.
func (r *Rules) limits() evidence.Limits {
	l := evidence.DefaultLimits()
	l.Photo, l.Document = int64(r.MostBytes), int64(r.MostBytes)
	return l
}

// photo returns what is kept of a photograph, or a *FieldError.
func (r *Rules) photo(data []byte) ([]byte, error) {
	kind, out, err := evidence.Inspect(data, r.limits())
	if err != nil || kind != evidence.JPEG {
		return nil, &FieldError{"/photo", "photo-jpeg"}
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(out))
	if err != nil {
		return nil, &FieldError{"/photo", "photo-jpeg"}
	}
	p := &r.Photo
	off := cfg.Width*p.RatioHeight - cfg.Height*p.RatioWidth
	switch {
	case len(out) > p.MostBytes:
		return nil, &FieldError{"/photo", "photo-bytes"}
	case cfg.Width < p.LeastWidth || cfg.Height < p.LeastHeight:
		return nil, &FieldError{"/photo", "photo-small"}
	case max(off, -off)*50 > cfg.Height*p.RatioWidth: // two in a hundred
		return nil, &FieldError{"/photo", "photo-ratio"}
	}
	return out, nil
}

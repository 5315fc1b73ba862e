package standard

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
)

// Level is the number of a level: 3, 2 or 1 for the sample occupation, 1 being
// the highest.
type Level int

// Kind is what a component examines.
type Kind string

// The three kinds of component that the notice names.
const (
	Theory Kind = "theory" // 理论知识考试
	Skill  Kind = "skill"  // 技能考核
	Review Kind = "review" // 综合评审
)

// Names are what people call a component of the kind, in Chinese and English.
func (k Kind) Names() [2]string {
	switch k {
	case Theory:
		return [2]string{"理论知识考试", "Theory exam"}
	case Skill:
		return [2]string{"技能考核", "Skill assessment"}
	case Review:
		return [2]string{"综合评审", "Comprehensive review"}
	}
	return [2]string{string(k), string(k)}
}

// Occupation is an occupation's code and name, for example 3-02-02-00.
type Occupation struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Component is one part of the assessment of a level. Components do not
// compensate for each other.
type Component struct {
	Kind Kind       `json:"kind"`
	Full bank.Marks `json:"full"` // hundredths
	Pass bank.Marks `json:"pass"` // hundredths
}

// Scheme is how one level is assessed.
type Scheme struct {
	Level      Level       `json:"level"`
	Title      string      `json:"title"` // "三级/高级工"
	TitleEN    string      `json:"titleEn"`
	Components []Component `json:"components"`
	Rules      Rules       `json:"rules"`
}

// Component returns the component of the kind, false where the level has none.
func (s *Scheme) Component(k Kind) (Component, bool) {
	for _, c := range s.Components {
		if c.Kind == k {
			return c, true
		}
	}
	return Component{}, false
}

// Standard is one version of an occupation's standard.
type Standard struct {
	Version    string     `json:"version"`
	Sample     bool       `json:"sample"` // shown as 示例 wherever it is used
	Occupation Occupation `json:"occupation"`
	Schemes    []Scheme   `json:"schemes"`
	Calendar   Calendar   `json:"calendar"`
}

// Scheme returns the scheme of a level, false where the standard has none.
func (s *Standard) Scheme(l Level) (Scheme, bool) {
	for _, c := range s.Schemes {
		if c.Level == l {
			return c, true
		}
	}
	return Scheme{}, false
}

//go:embed data/*.json
var data embed.FS

// Sample returns the standard that ships with the program.
func Sample() (Standard, error) {
	raw, err := data.ReadFile("data/security-manager.json")
	if err != nil {
		return Standard{}, fmt.Errorf("standard: %w", err)
	}
	return Parse(raw)
}

// Parse reads a standard from JSON and checks it. It refuses members that it
// does not know, so that a misspelt rule is not taken for its default.
func Parse(raw []byte) (Standard, error) {
	var s Standard
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Standard{}, fmt.Errorf("standard: %w", err)
	}
	return s, s.check()
}

func (s *Standard) check() error {
	if s.Occupation.Code == "" || s.Occupation.Name == "" || s.Version == "" || len(s.Schemes) == 0 {
		return errors.New("standard: version, occupation and schemes are needed")
	}
	for _, day := range slices.Concat(s.Calendar.Holidays, s.Calendar.Workdays) {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf("standard: calendar: %q is no day such as 2026-10-01", day)
		}
	}
	levels := map[Level]bool{}
	for _, scheme := range s.Schemes {
		if scheme.Level < 1 || levels[scheme.Level] {
			return fmt.Errorf("standard: level %d is there twice or is no level", scheme.Level)
		}
		levels[scheme.Level] = true
		if err := scheme.check(); err != nil {
			return fmt.Errorf("standard: level %d: %w", scheme.Level, err)
		}
	}
	return nil
}

func (s *Scheme) check() error {
	r := s.Rules
	switch {
	case s.Title == "" || len(s.Components) == 0:
		return errors.New("title and components are needed")
	case !r.Examiners.Grade.Valid():
		return fmt.Errorf("rules.examiners.grade: %q is neither examiner nor senior", r.Examiners.Grade)
	case r.Examiners.Least < 1 || r.Examiners.Least%2 == 0:
		return errors.New("rules.examiners.least: an odd number is needed")
	case r.Examiners.MostDay < 0 || r.Carry.Months < 0 || r.Carry.Retakes < 0 || r.NoticeDays < 0 || r.Appeal.ApplyDays < 0 || r.Appeal.AnswerDays < 0:
		return errors.New("rules: a number is below 0")
	}
	kinds := map[Kind]bool{}
	for _, c := range s.Components {
		switch {
		case c.Kind != Theory && c.Kind != Skill && c.Kind != Review, kinds[c.Kind]:
			return fmt.Errorf("component %q is unknown or there twice", c.Kind)
		case c.Full <= 0 || c.Pass < 0 || c.Pass > c.Full:
			return fmt.Errorf("component %s: full and pass marks do not fit", c.Kind)
		}
		kinds[c.Kind] = true
	}
	return nil
}

package standard

import (
	"embed"
	"encoding/json"
	"fmt"

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
	var s Standard
	if err := json.Unmarshal(raw, &s); err != nil {
		return Standard{}, fmt.Errorf("standard: security-manager.json: %w", err)
	}
	return s, nil
}

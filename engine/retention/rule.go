package retention

import (
	_ "embed" // the default rules
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Kind is a kind of what is kept of a sitting.
type Kind string

// The kinds.
const (
	Journals    Kind = "journals"    // saved answers one by one, late ones, losses of connection
	Answers     Kind = "answers"     // papers, and what was handed in
	Signals     Kind = "signals"     // integrity signals
	Attachments Kind = "attachments" // files of examiners
	Materials   Kind = "materials"   // files that candidates handed in for the review
	Portraits   Kind = "portraits"   // photographs
	// Applications of candidates, admitted or not, with their evidence.
	Applications Kind = "applications"
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Journals, Answers, Signals, Attachments, Materials, Portraits, Applications}
}

// Rule says for how long a kind is kept, from the end of the sitting's window.
type Rule struct {
	Kind        Kind
	Days        int
	Archived    bool // the sitting must be archived first
	Certificate bool // kept for whoever holds a valid certificate from it
}

// keeps is until when what is of a sitting is kept.
func (r *Rule) keeps(from time.Time) time.Time { return from.AddDate(0, 0, r.Days) }

//go:embed rules.json
var sampleRules []byte

// least is the shortest time, in days, so that a slip of the pen deletes
// nothing: appeals and their answers take weeks.
const least = 90

// ReadRules reads rules as JSON, one for each kind; nil stands for those that
// come with the program.
func ReadRules(raw []byte) ([]Rule, error) {
	if raw == nil {
		raw = sampleRules
	}
	var doc []struct {
		Kind        Kind `json:"kind"`
		Days        int  `json:"days"`
		Archived    bool `json:"archived"`
		Certificate bool `json:"certificate"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("retention: rules: %w", err)
	}
	var out []Rule
	for _, d := range doc {
		known := slices.Contains(Kinds(), d.Kind)
		twice := slices.ContainsFunc(out, func(r Rule) bool { return r.Kind == d.Kind })
		if !known || twice {
			return nil, fmt.Errorf("retention: rules: kind %q is unknown or named twice", d.Kind)
		}
		if d.Days < least || d.Days > 36525 {
			return nil, fmt.Errorf("retention: rules: %s: %d days, want %d to 36525", d.Kind, d.Days, least)
		}
		out = append(out, Rule(d))
	}
	for _, k := range Kinds() {
		if !slices.ContainsFunc(out, func(r Rule) bool { return r.Kind == k }) {
			return nil, fmt.Errorf("retention: rules: kind %q has none", k)
		}
	}
	return out, nil
}

package assess

import (
	"fmt"
	"strings"

	"gongyuan/bank"
	"gongyuan/engine/standard"
)

// The names of a sheet and of its parts: lower-case letters, digits and
// hyphens. Rows and vetoes are unique in their sheet, deductions in their row.
type (
	SheetID     string
	RowID       string
	VetoID      string
	DeductionID string
)

// SheetRef names one version of a sheet.
type SheetRef struct {
	ID      SheetID `json:"id"`
	Version int     `json:"version"`
}

// Sheet is the template by which a component is scored (评分表). A version
// never changes once it is kept; a panel pins the one that it uses.
type Sheet struct {
	SheetRef
	Level    standard.Level `json:"level"`
	Kind     standard.Kind  `json:"kind"` // Skill or Review
	Title    string         `json:"title"`
	Minutes  int            `json:"minutes"`          // that a candidate has
	Sample   bool           `json:"sample"`           // shown as 示例 wherever it is used
	Vetoes   []Veto         `json:"vetoes,omitempty"` // ★ 否定项
	Sections []Section      `json:"sections"`
	// Attachments are what is to be attached to each score.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Veto is something that must not happen. Where it does, the whole component
// fails.
type Veto struct {
	ID   VetoID `json:"id"`
	Text string `json:"text"`
}

// Section is the part of a sheet that looks at one function (职能) of the
// occupation, for example 应急管理.
type Section struct {
	Function string `json:"function"`
	Title    string `json:"title"`
	Rows     []Row  `json:"rows"`
}

// Full is what the section's rows are worth.
func (s *Section) Full() bank.Marks {
	var sum bank.Marks
	for _, r := range s.Rows {
		sum += r.Full
	}
	return sum
}

// Row is one thing that is scored.
type Row struct {
	ID         RowID       `json:"id"`
	Text       string      `json:"text"`
	Full       bank.Marks  `json:"full"` // 配分, hundredths
	Rule       string      `json:"rule"` // what is asked, in words
	Deductions []Deduction `json:"deductions,omitempty"`
	// Step is what any other deduction is a multiple of; 0 allows every
	// hundredth.
	Step bank.Marks `json:"step,omitempty"`
}

// Deduction is a fault that costs marks each time it is seen.
type Deduction struct {
	ID    DeductionID `json:"id"`
	Label string      `json:"label"`
	Marks bank.Marks  `json:"marks"` // hundredths, above 0
	Most  int         `json:"most"`  // how often it may be counted, from 1
}

// The limits of a sheet. They keep a screen usable and an entry honest; none
// comes from a standard.
const (
	mostMinutes    = 480
	mostRows       = 100
	mostVetoes     = 10
	mostDeductions = 12
	mostTimes      = 20
)

// Check tells what is wrong with the sheet, as a *FieldError. The rows of a
// sheet add up to bank.FullMarks.
func (s *Sheet) Check() error {
	switch {
	case !validID(string(s.ID)):
		return &FieldError{"/id", "characters"}
	case s.Version < 1:
		return &FieldError{"/version", "from-1"}
	case s.Level < 1:
		return &FieldError{"/level", "from-1"}
	case s.Kind != standard.Skill && s.Kind != standard.Review:
		return &FieldError{"/kind", "skill-or-review"}
	case !within(s.Title, 2, 80):
		return &FieldError{"/title", "length-2-80"}
	case s.Minutes < 1 || s.Minutes > mostMinutes:
		return &FieldError{"/minutes", "between-1-480"}
	case len(s.Vetoes) > mostVetoes:
		return &FieldError{"/vetoes", "too-many"}
	}
	seen := map[VetoID]bool{}
	for i, v := range s.Vetoes {
		at := fmt.Sprintf("/vetoes/%d", i)
		switch {
		case !validID(string(v.ID)):
			return &FieldError{at + "/id", "characters"}
		case seen[v.ID]:
			return &FieldError{at + "/id", "twice"}
		case !within(v.Text, 2, 200):
			return &FieldError{at + "/text", "length-2-200"}
		}
		seen[v.ID] = true
	}
	if err := s.checkAttachments(); err != nil {
		return err
	}
	return s.checkSections()
}

func (s *Sheet) checkSections() error {
	var sum bank.Marks
	seen := map[RowID]bool{}
	for i, section := range s.Sections {
		at := fmt.Sprintf("/sections/%d", i)
		switch {
		case !within(section.Function, 2, 40):
			return &FieldError{at + "/function", "length-2-40"}
		case !within(section.Title, 2, 80):
			return &FieldError{at + "/title", "length-2-80"}
		case len(section.Rows) == 0:
			return &FieldError{at + "/rows", "empty"}
		}
		for j, row := range section.Rows {
			at := fmt.Sprintf("%s/rows/%d", at, j)
			if seen[row.ID] {
				return &FieldError{at + "/id", "twice"}
			}
			if err := row.check(at); err != nil {
				return err
			}
			seen[row.ID] = true
		}
		sum += section.Full()
	}
	switch {
	case len(seen) > mostRows:
		return &FieldError{"/sections", "too-many-rows"}
	case sum != bank.FullMarks:
		return &FieldError{"/sections", "sum-is-not-full-marks"}
	}
	return nil
}

func (r *Row) check(at string) error {
	switch {
	case !validID(string(r.ID)):
		return &FieldError{at + "/id", "characters"}
	case !within(r.Text, 2, 120):
		return &FieldError{at + "/text", "length-2-120"}
	case !within(r.Rule, 2, 400):
		return &FieldError{at + "/rule", "length-2-400"}
	case r.Full <= 0 || r.Full > bank.FullMarks:
		return &FieldError{at + "/full", "within-full-marks"}
	case r.Step < 0 || r.Step > 0 && r.Full%r.Step != 0:
		return &FieldError{at + "/step", "divides-the-full-marks"}
	case len(r.Deductions) > mostDeductions:
		return &FieldError{at + "/deductions", "too-many"}
	}
	seen := map[DeductionID]bool{}
	for k, d := range r.Deductions {
		at := fmt.Sprintf("%s/deductions/%d", at, k)
		switch {
		case !validID(string(d.ID)):
			return &FieldError{at + "/id", "characters"}
		case seen[d.ID]:
			return &FieldError{at + "/id", "twice"}
		case !within(d.Label, 1, 60):
			return &FieldError{at + "/label", "length-1-60"}
		case d.Marks <= 0 || d.Marks > r.Full:
			return &FieldError{at + "/marks", "within-the-row"}
		case d.Most < 1 || d.Most > mostTimes:
			return &FieldError{at + "/most", "between-1-20"}
		}
		seen[d.ID] = true
	}
	return nil
}

// rows returns every row in the sheet's order.
func (s *Sheet) rows() []Row {
	var out []Row
	for _, section := range s.Sections {
		out = append(out, section.Rows...)
	}
	return out
}

func validID(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// within tells whether a text, space around it aside, has that many
// characters.
func within(s string, least, most int) bool {
	n := len([]rune(strings.TrimSpace(s)))
	return n >= least && n <= most
}

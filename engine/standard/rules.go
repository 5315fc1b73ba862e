package standard

import (
	"slices"
	"time"
)

// Rules are the parameters of a level that no text found fixes for every
// occupation. What the sample standard ships is a default for a body to set,
// not a statement about any standard.
type Rules struct {
	Examiners ExaminerRules `json:"examiners"`
	Carry     CarryRules    `json:"carry"`
	// NoticeDays is for how many working days results are on public notice
	// (公示) before certificates may be issued.
	NoticeDays int         `json:"noticeDays"`
	Appeal     AppealRules `json:"appeal"`
}

// Grade is what an examiner is qualified for, a higher one including the lower.
type Grade string

// The grades of examiners.
const (
	Examiner       Grade = "examiner" // 考评员
	SeniorExaminer Grade = "senior"   // 高级考评员
)

// Covers tells whether an examiner of the grade may do what asks for another.
func (g Grade) Covers(asked Grade) bool {
	return g == asked || g == SeniorExaminer && asked == Examiner
}

// Valid tells whether g is one of the grades.
func (g Grade) Valid() bool { return g == Examiner || g == SeniorExaminer }

// ExaminerRules say who may score a level and how many it takes.
type ExaminerRules struct {
	Grade   Grade `json:"grade"`   // the least
	Least   int   `json:"least"`   // an odd number
	MostDay int   `json:"mostDay"` // candidates whom one examiner scores in a day; 0 for no limit
}

// CarryRules say how long a passed component counts and how often a failed one
// may be taken again.
type CarryRules struct {
	Months  int `json:"months"`  // 0: never carried over
	Retakes int `json:"retakes"` // of one component, while another one counts; 0: none
}

// Until returns the instant up to which a component counts that was passed at
// another. It has passed already where nothing is carried over.
func (c CarryRules) Until(passed time.Time) time.Time {
	if c.Months == 0 {
		return passed
	}
	return passed.AddDate(0, c.Months, 0)
}

// AppealRules say until when an appeal (复核申请) may be made and answered, in
// working days.
type AppealRules struct {
	ApplyDays  int `json:"applyDays"`
	AnswerDays int `json:"answerDays"`
	// Kinds are those that may be asked for: recount, zero, rescore, other. None
	// named means all.
	Kinds []string `json:"kinds,omitempty"`
}

// Allows tells whether a kind of appeal may be asked for.
func (a *AppealRules) Allows(kind string) bool {
	return len(a.Kinds) == 0 || slices.Contains(a.Kinds, kind)
}

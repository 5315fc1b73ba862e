package talent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Function is one of the functions of the occupation in which somebody is
// especially able.
type Function string

// The functions, as the policy notice has them.
const (
	Organisation Function = "organisation" // 组织防范
	Technology   Function = "technology"   // 技术防范
	Management   Function = "management"   // 保卫管理
	Emergency    Function = "emergency"    // 应急管理
	Guidance     Function = "guidance"     // 培训与指导
)

// Name is a function with its names.
type Name struct {
	Function Function
	ZH, EN   string
}

// Functions lists them in their order.
func Functions() []Name {
	return []Name{
		{Organisation, "组织防范", "Organisational prevention"}, {Technology, "技术防范", "Technical prevention"}, {Management, "保卫管理", "Security management"},
		{Emergency, "应急管理", "Emergency management"}, {Guidance, "培训与指导", "Training and guidance"},
	}
}

// The words that certified people agree to when they do so themselves.
const (
	WordsZH = "我同意评价机构把我的姓名、证书等级和编号、单位、行业、城市、岗位、专长、培训和奖励列入保卫管理员人才库，供主管部门和用人单位选用人才时查询。不同意不影响证书。我可以随时撤回，撤回后人才库的查询和导出不再有我的信息。"
	WordsEN = "I agree that the evaluation body lists my name, the level and number of my certificate, my unit, industry, city, post, special functions, trainings and awards in the talent pool of security managers, for authorities and employers who look for qualified people. My certificate does not depend on it. I may withdraw at any time; from then on I am in no view and no export of the pool."
)

// Consent is one agreement to be in the pool.
type Consent struct {
	Purpose  string // the words that were agreed to
	On       string // the day of the agreement, 2006-01-02
	Evidence string // what shows it: the paper and where it is kept; "" where it was given online
	By       string // who recorded it: an account, or "candidate:" and the registration
	At       time.Time
	Ended    *Ending // nil while it holds
}

// Ending is how a consent was withdrawn.
type Ending struct {
	Why string // "" where the person did it online
	By  string
	At  time.Time
}

// Entry is what the pool keeps of somebody.
type Entry struct {
	Candidate people.CandidateID
	Consents  []Consent // in order; none is taken out
	Functions []Function
	Awards    string
	Version   int // raised by each change, guards concurrent ones
}

// Consent returns the agreement that holds, nil where there is none.
func (e *Entry) Consent() *Consent {
	if n := len(e.Consents); n > 0 && e.Consents[n-1].Ended == nil {
		return &e.Consents[n-1]
	}
	return nil
}

// Agreed returns the entry with one more consent, or ErrState where one holds.
func (e Entry) Agreed(c Consent) (Entry, error) {
	if e.Consent() != nil {
		return e, ErrState
	}
	e.Consents = append(slices.Clone(e.Consents), c)
	return e, nil
}

// Withdrawn returns the entry after its consent has ended, without anything
// that was added about the person. It returns ErrState where no consent holds.
func (e Entry) Withdrawn(end Ending) (Entry, error) {
	if e.Consent() == nil {
		return e, ErrState
	}
	e.Consents = slices.Clone(e.Consents)
	e.Consents[len(e.Consents)-1].Ended = &end
	e.Functions, e.Awards = nil, ""
	return e, nil
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("talent: not found")
	ErrForbidden = errors.New("talent: not yours to do")
	ErrConflict  = errors.New("talent: changed by someone else meanwhile")
	ErrState     = errors.New("talent: agreed or withdrawn already")
	ErrNone      = errors.New("talent: no certificate that counts")
	ErrInvalid   = errors.New("talent: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("talent: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// Today is the day in China on which t falls.
func Today(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

// check tells what is wrong with a consent that staff record, as a *FieldError.
// It trims.
func (c *Consent) check(today string) error {
	c.Purpose, c.Evidence = strings.TrimSpace(c.Purpose), strings.TrimSpace(c.Evidence)
	_, err := time.Parse(time.DateOnly, c.On)
	switch {
	case !within(c.Purpose, 2, 400):
		return &FieldError{"/purpose", "length-2-400"}
	case err != nil:
		return &FieldError{"/on", "date"}
	case c.On > today:
		return &FieldError{"/on", "in-the-future"}
	case !within(c.Evidence, 2, 200):
		return &FieldError{"/evidence", "length-2-200"}
	}
	return nil
}

// functions puts them in their order, each once, or names what is none.
func functions(some []Function) ([]Function, error) {
	var out []Function
	for _, n := range Functions() {
		if slices.Contains(some, n.Function) {
			out = append(out, n.Function)
		}
	}
	for _, f := range some {
		if !slices.Contains(out, f) {
			return nil, &FieldError{"/functions", "unknown"}
		}
	}
	return out, nil
}

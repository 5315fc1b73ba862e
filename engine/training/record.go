package training

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
	"gongyuan/engine/profile"
)

// Kind is what a training is for.
type Kind string

// The kinds.
const (
	Initial  Kind = "initial"  // 初任培训
	Rotation Kind = "rotation" // 轮训
)

// ID names a record: one candidate has one record of a kind and first day.
type ID string

// Record is one training of one candidate.
type Record struct {
	Candidate people.CandidateID
	Kind      Kind
	From      string // first day, 2006-01-02
	Until     string // last day
	Hours     int    // 学时
	Organiser string // 培训机构
	Topic     string // "" where not known
	Document  string // number of the certificate of training, "" for none
	Passed    bool
	Removal   *Removal // nil while it counts
	Version   int      // raised by each change, guards concurrent ones
	Changed   time.Time
	By        people.AccountID
}

// Removal is why a record does not count.
type Removal struct {
	Why string
	By  people.AccountID
	At  time.Time
}

// ID returns what names the record.
func (r *Record) ID() ID { return ID(fmt.Sprintf("%s:%s:%s", r.Candidate, r.Kind, r.From)) }

// same tells whether two records say the same.
func (r *Record) same(q *Record) bool {
	a, b := *r, *q
	a.Version, a.Changed, a.By, b.Version, b.Changed, b.By = 0, time.Time{}, "", 0, time.Time{}, ""
	return a.Removal == nil && b.Removal == nil && a == b
}

// Errors of this package.
var (
	ErrForbidden = errors.New("training: not yours to do")
	ErrConflict  = errors.New("training: changed by someone else meanwhile")
	ErrNotFound  = errors.New("training: not found")
	ErrInvalid   = errors.New("training: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("training: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Row is one training as staff enter it.
type Row struct {
	IDNumber  string
	Name      string
	Kind      string // code or name
	From      string
	Until     string // "" for a training of one day
	Hours     string
	Organiser string
	Topic     string
	Passed    string // 合格 or 不合格, "" for 合格
	Document  string
}

var shape = profile.Shape[Row]{Needed: 6, Missing: "table-head-training", Columns: []profile.Column[Row]{
	{Names: []string{"身份证件号", "身份证号", "身份证号码", "证件号码", "id number"}, Put: func(r *Row, s string) { r.IDNumber = s }},
	{Names: []string{"姓名", "name"}, Put: func(r *Row, s string) { r.Name = s }},
	{Names: []string{"培训类别", "类别", "kind"}, Put: func(r *Row, s string) { r.Kind = s }},
	{Names: []string{"开始日期", "培训日期", "from"}, Put: func(r *Row, s string) { r.From = s }},
	{Names: []string{"学时", "hours"}, Put: func(r *Row, s string) { r.Hours = s }},
	{Names: []string{"培训机构", "organiser"}, Put: func(r *Row, s string) { r.Organiser = s }},
	{Names: []string{"结束日期", "until"}, Put: func(r *Row, s string) { r.Until = s }},
	{Names: []string{"内容", "培训内容", "topic"}, Put: func(r *Row, s string) { r.Topic = s }},
	{Names: []string{"结果", "培训结果", "result"}, Put: func(r *Row, s string) { r.Passed = s }},
	{Names: []string{"证明编号", "结业证号", "document"}, Put: func(r *Row, s string) { r.Document = s }},
}}

// Head is the headings of a table to fill in.
func Head() []string { return shape.Head() }

// Table reads the rows of a table whose first line names its columns. It
// returns the line of each row, from 1, with it, or a *profile.TableError.
func Table(cells [][]string) ([]Row, []int, error) { return shape.Read(cells) }

var days = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$|^(\d{4})(\d{2})(\d{2})$`)

// day reads a day in one of the ways in which tables have it, year first.
func day(s string) (string, bool) {
	m := days.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	if m[1] == "" {
		m = m[3:]
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	d, _ := strconv.Atoi(m[3])
	text := fmt.Sprintf("%04d-%02d-%02d", year, month, d)
	_, err := time.Parse(time.DateOnly, text)
	return text, err == nil
}

func kind(s string) (Kind, bool) {
	switch strings.ToLower(s) {
	case "初任培训", "初任", string(Initial):
		return Initial, true
	case "轮训", "轮训培训", string(Rotation):
		return Rotation, true
	}
	return "", false
}

func passed(s string) (bool, bool) {
	switch strings.ToLower(s) {
	case "", "合格", "passed":
		return true, true
	case "不合格", "failed":
		return false, true
	}
	return false, false
}

func longer(s string, most int) bool {
	return utf8.RuneCountInString(s) > most || !utf8.ValidString(s)
}

// mostHours bounds the hours of one training.
const mostHours = 1000

// read makes a record of a row, or says which field is wrong and why. It trims.
func (r *Row) read(today string) (rec Record, field, reason string) {
	for _, s := range []*string{&r.Name, &r.Kind, &r.From, &r.Until, &r.Hours, &r.Organiser, &r.Topic, &r.Passed, &r.Document} {
		*s = strings.TrimSpace(*s)
	}
	if r.Until == "" {
		r.Until = r.From
	}
	what, known := kind(r.Kind)
	from, begins := day(r.From)
	until, ends := day(r.Until)
	hours, err := strconv.Atoi(r.Hours)
	ok, said := passed(r.Passed)
	switch {
	case !known:
		return rec, "kind", "training-kind"
	case !begins:
		return rec, "from", "day"
	case !ends:
		return rec, "until", "day"
	case until < from:
		return rec, "until", "ends-before"
	case until > today:
		return rec, "until", "in-the-future"
	case err != nil || hours < 1 || hours > mostHours:
		return rec, "hours", "between-1-1000"
	case r.Organiser == "":
		return rec, "organiser", "required"
	case longer(r.Organiser, 80):
		return rec, "organiser", "maxLength"
	case longer(r.Topic, 200):
		return rec, "topic", "maxLength"
	case !said:
		return rec, "passed", "passed-failed"
	case longer(r.Document, 60):
		return rec, "document", "maxLength"
	}
	return Record{Kind: what, From: from, Until: until, Hours: hours, Organiser: r.Organiser, Topic: r.Topic, Document: r.Document, Passed: ok}, "", ""
}

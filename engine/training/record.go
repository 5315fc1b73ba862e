package training

import (
	"strconv"
	"strings"
	"time"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Kind is what a training is for.
type Kind string

// The kinds.
const (
	Initial  Kind = "initial"  // 初任培训
	Rotation Kind = "rotation" // 轮训
)

// ID names a record. It is a keyed hash of number, kind and first day: somebody
// has one record of a kind and first day.
type ID string

// Record is one training of one person.
type Record struct {
	ID        ID
	Holder    Holder
	Kind      Kind
	Level     standard.Level // 0 where none is said
	From      string         // first day, 2006-01-02
	Until     string         // last day
	Hours     int            // 学时
	Organiser string         // 培训机构
	Topic     string         // "" where not known
	Document  string         // number of the certificate of training, "" for none
	Passed    bool
	Removal   *Removal // nil while it counts
	Version   int      // raised by each change, guards concurrent ones
	Changed   time.Time
	By        people.AccountID
	// Candidate is who has the number now, and under which name; "" while nobody
	// has. It is not kept here.
	Candidate  people.CandidateID
	Registered string
}

// Holder is who was trained.
type Holder struct {
	Name   string
	Hash   string // keyed hash of the identity number
	Sealed []byte // the number, bound to the record's ID
	Masked string
}

// SealContext is what the number of a record is bound to.
func SealContext(id ID) string { return "training:" + string(id) }

// Removal is why a record does not count.
type Removal struct {
	Why string
	By  people.AccountID
	At  time.Time
}

// same tells whether two records say the same.
func (r *Record) same(q *Record) bool {
	return r.Removal == nil && r.Holder.Name == q.Holder.Name && r.Level == q.Level && r.Until == q.Until && r.Hours == q.Hours && r.Organiser == q.Organiser &&
		r.Topic == q.Topic && r.Document == q.Document && r.Passed == q.Passed
}

// Row is one training as staff enter it.
type Row struct {
	IDNumber  string
	Name      string
	Kind      string // code or name
	Level     string // 三级/高级工, 三级, 高级工 or 3; "" for none
	From      string
	Until     string // "" for a training of one day
	Hours     string
	Organiser string
	Topic     string
	Passed    string // 合格 or 不合格, "" for 合格
	Document  string
}

var shape = intake.Shape[Row]{Needed: 6, Missing: "table-head-training", Columns: []intake.Column[Row]{
	intake.IDNumber(func(r *Row) *string { return &r.IDNumber }),
	intake.Name(func(r *Row) *string { return &r.Name }),
	{Names: []string{"培训类别", "类别", "kind"}, Of: func(r *Row) *string { return &r.Kind }},
	{Names: []string{"开始日期", "培训日期", "from"}, Of: func(r *Row) *string { return &r.From }},
	{Names: []string{"学时", "hours"}, Of: func(r *Row) *string { return &r.Hours }},
	{Names: []string{"培训机构", "organiser"}, Of: func(r *Row) *string { return &r.Organiser }},
	{Names: []string{"等级", "培训等级", "职业技能等级", "level"}, Of: func(r *Row) *string { return &r.Level }},
	{Names: []string{"结束日期", "until"}, Of: func(r *Row) *string { return &r.Until }},
	{Names: []string{"内容", "培训内容", "topic"}, Of: func(r *Row) *string { return &r.Topic }},
	{Names: []string{"结果", "培训结果", "result"}, Of: func(r *Row) *string { return &r.Passed }},
	{Names: []string{"证明编号", "结业证号", "document"}, Of: func(r *Row) *string { return &r.Document }},
}}

// Head is the headings of a table to fill in.
func Head() []string { return shape.Head() }

// Table reads the rows of a table whose first line names its columns. It
// returns the line of each row, from 1, with it, or a *intake.TableError.
func Table(cells [][]string) ([]Row, []int, error) { return shape.Read(cells) }

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

// mostHours bounds the hours of one training.
const mostHours = 1000

// read makes a record of a row, or says which field is wrong and why. It trims.
func (r *Row) read(today string) (rec Record, field, reason string) {
	shape.Trim(r)
	if r.Until == "" {
		r.Until = r.From
	}
	what, known := kind(r.Kind)
	from, begins := intake.Day(r.From)
	until, ends := intake.Day(r.Until)
	hours, err := strconv.Atoi(r.Hours)
	ok, said := passed(r.Passed)
	level, ranked := intake.Level(r.Level)
	switch {
	case intake.Longer(r.Name, 60) || r.Name == "":
		return rec, "name", "length-1-60"
	case !known:
		return rec, "kind", "training-kind"
	case !ranked && r.Level != "":
		return rec, "level", "no-such-level"
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
	case intake.Longer(r.Organiser, 80):
		return rec, "organiser", "maxLength"
	case intake.Longer(r.Topic, 200):
		return rec, "topic", "maxLength"
	case !said:
		return rec, "passed", "passed-failed"
	case intake.Longer(r.Document, 60):
		return rec, "document", "maxLength"
	}
	return Record{Kind: what, Level: level, From: from, Until: until, Hours: hours, Organiser: r.Organiser, Topic: r.Topic, Document: r.Document, Passed: ok}, "", ""
}

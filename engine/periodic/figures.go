package periodic

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// Errors of this package.
var (
	ErrForbidden = errors.New("periodic: not yours to do")
	ErrConflict  = errors.New("periodic: submitted by someone else meanwhile")
	ErrInvalid   = errors.New("periodic: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("periodic: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Column is one thing that is counted.
type Column string

// The columns, in the order of Line.Counts.
const (
	Registered   Column = "registered"
	Admitted     Column = "admitted"
	Sat          Column = "sat"
	TheoryTook   Column = "theoryTook"
	TheoryPassed Column = "theoryPassed"
	SkillTook    Column = "skillTook"
	SkillPassed  Column = "skillPassed"
	ReviewTook   Column = "reviewTook"
	ReviewPassed Column = "reviewPassed"
	Qualified    Column = "qualified"
	Certified    Column = "certified"
	Voided       Column = "voided"
	KeyHolders   Column = "keyHolders"
	Incentives   Column = "incentives"
	InitialDone  Column = "initialDone"
	RotationDone Column = "rotationDone"
)

// Columns lists them with their labels.
func Columns() []Label {
	return []Label{
		{Registered, "登记", "Registered"}, {Admitted, "准考", "Admitted"}, {Sat, "参加", "Sat"},
		{TheoryTook, "理论参加", "Theory taken"}, {TheoryPassed, "理论合格", "Theory passed"}, {SkillTook, "技能参加", "Skill taken"}, {SkillPassed, "技能合格", "Skill passed"},
		{ReviewTook, "综合评审参加", "Review taken"}, {ReviewPassed, "综合评审合格", "Review passed"}, {Qualified, "总评合格", "Qualified"},
		{Certified, "发证", "Certified"}, {Voided, "作废", "Voided"}, {KeyHolders, "重点单位持证", "Certified at key units"}, {Incentives, "有激励记录", "With an incentive"},
		{InitialDone, "初任培训合格", "Initial training"}, {RotationDone, "轮训合格", "Rotation training"},
	}
}

// Label is a column with its labels.
type Label struct {
	Column Column
	ZH, EN string
}

// Unknown is the key of whoever has no profile.
const Unknown = "unknown"

// Place is what figures are broken down by.
type Place struct {
	Level    standard.Level
	Site     string // name of the sitting's; Unknown where it names none, "" of trainings
	City     string // "" where not known
	Industry profile.Industry
	Known    bool // there is a profile
	KeyUnit  bool
}

// Seat is one registration.
type Seat struct {
	Place
	Admitted bool
	Took     []standard.Kind // not carried over, not absent
	Passed   []standard.Kind // of Took
	// Qualified: the level was reached by this registration.
	Qualified bool
}

// Holder is one certificate.
type Holder struct {
	Place
	Issued    bool // in the period
	Voided    bool // in the period
	Incentive bool
}

// Trained is one person with the trainings that were completed in the period.
// Place.Level is 0: the person counts once in each line but those of levels, and
// there once for each level that a training was of.
type Trained struct {
	Place
	Kinds  map[training.Kind]bool
	Levels map[standard.Level]map[training.Kind]bool
}

// Add counts one more training, of a level unless that is 0.
func (t *Trained) Add(level standard.Level, kind training.Kind) {
	if t.Kinds == nil {
		t.Kinds, t.Levels = map[training.Kind]bool{}, map[standard.Level]map[training.Kind]bool{}
	}
	t.Kinds[kind] = true
	if level == 0 {
		return
	}
	if t.Levels[level] == nil {
		t.Levels[level] = map[training.Kind]bool{}
	}
	t.Levels[level][kind] = true
}

func trained(kinds map[training.Kind]bool) map[Column]bool {
	return map[Column]bool{InitialDone: kinds[training.Initial], RotationDone: kinds[training.Rotation]}
}

// Staff is what the report says of bodies and examiners.
type Staff struct {
	Bodies, Sites                   int // in force
	Examiners                       int
	Assessed, NotPassed, Unassessed int // of Examiners, for the year
}

// Facts is all that a report is made of.
type Facts struct {
	Seats   []Seat
	Holders []Holder
	Trained []Trained
	Staff   Staff
}

// Group is what lines have in common.
type Group string

// The groups.
const (
	Total      Group = "total"
	ByLevel    Group = "level"
	ByCity     Group = "city"
	ByIndustry Group = "industry"
	ByKeyUnit  Group = "keyUnit"
	BySite     Group = "site"
)

// Line is the counts of one group's member.
type Line struct {
	Group  Group
	Key    string // "3", "西安市", "schools", "yes"; "" of the total
	Counts []int  // by Columns
}

// Figures is a report.
type Figures struct {
	Lines []Line
	Staff Staff
}

// Compute makes a report of facts.
func Compute(f *Facts) Figures {
	lines := map[Group]map[string][]int{}
	count := func(keys map[Group]string, marks map[Column]bool) {
		for group, key := range keys {
			if lines[group] == nil {
				lines[group] = map[string][]int{}
			}
			counts := lines[group][key]
			if counts == nil {
				counts = make([]int, len(Columns()))
				lines[group][key] = counts
			}
			for i, c := range Columns() {
				if marks[c.Column] {
					counts[i]++
				}
			}
		}
	}
	add := func(p *Place, marks map[Column]bool) { count(keys(p), marks) }
	for i := range f.Seats {
		add(&f.Seats[i].Place, f.Seats[i].marks())
	}
	for i := range f.Holders {
		h := &f.Holders[i]
		add(&h.Place, map[Column]bool{
			Certified: h.Issued, Voided: h.Voided, KeyHolders: h.Issued && h.Known && h.KeyUnit, Incentives: h.Issued && h.Incentive,
		})
	}
	for i := range f.Trained {
		add(&f.Trained[i].Place, trained(f.Trained[i].Kinds))
		for level, kinds := range f.Trained[i].Levels {
			count(map[Group]string{ByLevel: fmt.Sprint(int(level))}, trained(kinds))
		}
	}
	out := Figures{Staff: f.Staff, Lines: []Line{{Total, "", lines[Total][""]}}}
	if out.Lines[0].Counts == nil {
		out.Lines[0].Counts = make([]int, len(Columns()))
	}
	for _, g := range []Group{ByLevel, ByCity, ByIndustry, ByKeyUnit, BySite} {
		var some []Line
		for key, counts := range lines[g] {
			some = append(some, Line{g, key, counts})
		}
		slices.SortFunc(some, func(a, b Line) int { return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Key, b.Key)) })
		out.Lines = append(out.Lines, some...)
	}
	return out
}

func keys(p *Place) map[Group]string {
	out := map[Group]string{Total: "", ByCity: Unknown, ByIndustry: Unknown, ByKeyUnit: Unknown}
	if p.Level != 0 {
		out[ByLevel] = fmt.Sprint(int(p.Level))
	}
	if p.Site != "" {
		out[BySite] = p.Site
	}
	if p.Known {
		out[ByCity], out[ByIndustry], out[ByKeyUnit] = p.City, string(p.Industry), "no"
		if p.KeyUnit {
			out[ByKeyUnit] = "yes"
		}
	}
	return out
}

// rank puts level 3 before 1, industries in their order, and unknown last.
func rank(l *Line) int {
	switch {
	case l.Key == Unknown:
		return 1000
	case l.Group == ByLevel:
		return -int(l.Key[0])
	case l.Group == ByIndustry:
		return slices.IndexFunc(profile.Industries(), func(n profile.Name) bool { return string(n.Industry) == l.Key })
	case l.Group == ByKeyUnit && l.Key == "no":
		return 1
	}
	return 0
}

func (s *Seat) marks() map[Column]bool {
	took, passed := func(k standard.Kind) bool { return slices.Contains(s.Took, k) }, func(k standard.Kind) bool { return slices.Contains(s.Passed, k) }
	return map[Column]bool{
		Registered: true, Admitted: s.Admitted, Sat: len(s.Took) > 0, Qualified: s.Qualified,
		TheoryTook: took(standard.Theory), TheoryPassed: passed(standard.Theory), SkillTook: took(standard.Skill), SkillPassed: passed(standard.Skill),
		ReviewTook: took(standard.Review), ReviewPassed: passed(standard.Review),
	}
}

// Count returns one count of a line.
func (l *Line) Count(c Column) int {
	for i, x := range Columns() {
		if x.Column == c && i < len(l.Counts) {
			return l.Counts[i]
		}
	}
	return 0
}

// Rate is part of whole in tenths of a percent, half up; −1 of nothing.
func Rate(part, whole int) int {
	if whole == 0 {
		return -1
	}
	return (2000*part + whole) / (2 * whole)
}

// Difference is a count that is another now than when the report was submitted.
type Difference struct {
	Group    Group
	Key      string
	Column   Column
	Was, Now int
}

// Differences compares a report with a later one, in the columns and groups that
// both have: what a report did not count when it was submitted has not changed since.
func Differences(was, now *Figures) []Difference {
	type at struct {
		group Group
		key   string
	}
	before, counted := map[at][]int{}, map[Group]bool{}
	for _, l := range was.Lines {
		before[at{l.Group, l.Key}] = l.Counts
		counted[l.Group] = true
	}
	var out []Difference
	known := len(Columns())
	if len(was.Lines) > 0 {
		known = len(was.Lines[0].Counts)
	}
	compare := func(group Group, key string, a, b []int) {
		for i, c := range Columns()[:min(known, len(Columns()))] {
			if x, y := nth(a, i), nth(b, i); x != y {
				out = append(out, Difference{group, key, c.Column, x, y})
			}
		}
	}
	for _, l := range now.Lines {
		if l.Group == BySite && !counted[BySite] {
			continue
		}
		compare(l.Group, l.Key, before[at{l.Group, l.Key}], l.Counts)
		delete(before, at{l.Group, l.Key})
	}
	for _, l := range was.Lines { // gone since
		if _, gone := before[at{l.Group, l.Key}]; gone {
			compare(l.Group, l.Key, l.Counts, nil)
		}
	}
	return out
}

func nth(counts []int, i int) int {
	if i < len(counts) {
		return counts[i]
	}
	return 0
}

package exchange

import (
	"strconv"
	"strings"

	"gongyuan/bank"
)

// The names of the tags in which formats with free tags carry what they have
// no field for. A tag is a name, a colon and a value.
const (
	tagType        = "题型"
	tagDifficulty  = "难度"
	tagConsistency = "一致性"
	tagSource      = "依据"
	tagExcludes    = "互斥题"
	tagLast        = "必须最后"
	tagPoint       = "鉴定点"
)

// Tags writes what formats with free tags have no field for. part is nil for
// a whole item.
func Tags(own bank.ID, rev *bank.Revision, part *bank.Question) []string {
	q, out := part, []string(nil)
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+":"+value)
		}
	}
	if q == nil {
		q = &rev.Question
	}
	add(tagType, string(q.Type))
	if part == nil {
		add(tagPoint, string(rev.Point))
		add(tagDifficulty, positive(rev.Difficulty))
		add(tagConsistency, positive(rev.Consistency))
		add(tagExcludes, JoinExcludes(own, rev.Excludes))
	}
	add(tagSource, q.Source)
	var last strings.Builder
	for _, o := range q.Options {
		if o.Last {
			last.WriteString(string(o.ID))
		}
	}
	add(tagLast, last.String())
	return out
}

// Meta is what tags say.
type Meta struct {
	Type        bank.Type
	Point       bank.PointCode
	Difficulty  int
	Consistency int
	Source      string
	Excludes    []bank.ItemID
	Last        []bank.OptionID
	Unknown     []string
}

// ParseTags reads tags. What it does not know is in Unknown.
func ParseTags(own bank.ID, tags []string) Meta {
	var m Meta
	for _, tag := range tags {
		at := strings.IndexAny(tag, ":：")
		if at < 0 {
			m.Unknown = append(m.Unknown, tag)
			continue
		}
		name, value := tag[:at], strings.TrimPrefix(strings.TrimPrefix(tag[at:], ":"), "：")
		if tag[at] == ':' {
			value = tag[at+1:]
		}
		if !m.take(own, strings.TrimSpace(name), strings.TrimSpace(value)) {
			m.Unknown = append(m.Unknown, tag)
		}
	}
	return m
}

func (m *Meta) take(own bank.ID, name, value string) (ok bool) {
	switch name {
	case tagType:
		m.Type, ok = ParseType(value)
	case tagPoint:
		m.Point = bank.PointCode(strings.ToUpper(bank.Normal(value)))
		ok = ValidPoint(m.Point)
	case tagDifficulty:
		m.Difficulty, ok = ParseScale(value)
	case tagConsistency:
		m.Consistency, ok = ParseScale(value)
	case tagSource:
		m.Source, ok = value, true
	case tagExcludes:
		var bad []string
		m.Excludes, bad = ParseExcludes(own, value)
		ok = len(bad) == 0
	case tagLast:
		m.Last, _, ok = ParseLetters(value)
	}
	return ok
}

// Apply puts what the tags say into a draft, or into one of its parts.
func (m *Meta) Apply(d *Draft, q *bank.Question) {
	if q == &d.Rev.Question {
		d.Point = m.Point
		d.Rev.Difficulty, d.Rev.Consistency, d.Rev.Excludes = m.Difficulty, m.Consistency, m.Excludes
	}
	q.Source = m.Source
	for _, id := range m.Last {
		if i := int(id[0] - 'A'); i < len(q.Options) {
			q.Options[i].Last = true
		} else {
			d.Change(FieldLast, BadLast, string(id), "")
		}
	}
	if len(m.Unknown) > 0 {
		d.Change(FieldTags, TagsLost, strings.Join(m.Unknown, "、"), "")
	}
}

// Serial is the last piece of a code, for people.
func Serial(code string) string {
	s := code[strings.LastIndexByte(code, '-')+1:]
	if n, err := strconv.Atoi(s); err == nil {
		return strconv.Itoa(n)
	}
	return s
}

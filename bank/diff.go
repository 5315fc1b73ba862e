package bank

import (
	"slices"
	"strconv"
	"strings"
)

// ChangeKind says what a piece of a compared text is.
type ChangeKind string

// The kinds of pieces.
const (
	Kept    ChangeKind = "same"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// Piece is a run of characters of one kind.
type Piece struct {
	Kind ChangeKind
	Text string
}

// FieldDiff compares one field of two revisions. Pieces are in reading order:
// without the added ones they are the old text, without the removed ones the
// new.
type FieldDiff struct {
	// Field is "key", "type", "stem", "option:A", "feedback:A", "explanation",
	// "source", "point", "difficulty", "consistency", "excludes"; of a part of a
	// case with "part:1/" before it.
	Field   string
	Changed bool
	Old     string
	New     string
	Pieces  []Piece // where it changed
}

// RevisionDiff is what differs between two revisions, the key first.
type RevisionDiff struct {
	AltersKey bool
	Fields    []FieldDiff // in the order in which they are shown, unchanged ones too
}

// Compare tells what differs between two revisions of an item.
func Compare(before, after *Revision) RevisionDiff {
	out := RevisionDiff{AltersKey: AltersKey(before, after)}
	add := func(field, a, b string) {
		if a == "" && b == "" {
			return
		}
		f := FieldDiff{Field: field, Changed: a != b, Old: a, New: b}
		if f.Changed {
			f.Pieces = DiffText(a, b)
		}
		out.Fields = append(out.Fields, f)
	}
	questions := func(prefix string, a, b *Question) {
		add(prefix+"key", KeyText(a), KeyText(b))
		add(prefix+"type", string(a.Type), string(b.Type))
		add(prefix+"stem", a.Stem, b.Stem)
		for _, id := range optionIDs(a, b) {
			x, y := optionOf(a, id), optionOf(b, id)
			add(prefix+"option:"+string(id), optionText(x), optionText(y))
			add(prefix+"feedback:"+string(id), x.Feedback, y.Feedback)
		}
		add(prefix+"explanation", a.Explanation, b.Explanation)
		add(prefix+"source", a.Source, b.Source)
	}
	questions("", &before.Question, &after.Question)
	for i := range max(len(before.Parts), len(after.Parts)) {
		questions("part:"+strconv.Itoa(i+1)+"/", partAt(before, i), partAt(after, i))
	}
	add("point", string(before.Point), string(after.Point))
	add("difficulty", strconv.Itoa(before.Difficulty), strconv.Itoa(after.Difficulty))
	add("consistency", strconv.Itoa(before.Consistency), strconv.Itoa(after.Consistency))
	add("excludes", joined(before.Excludes), joined(after.Excludes))
	slices.SortStableFunc(out.Fields, func(a, b FieldDiff) int { return rank(a) - rank(b) })
	return out
}

// rank puts a changed key before everything else.
func rank(f FieldDiff) int {
	if f.Changed && strings.HasSuffix(f.Field, "key") {
		return 0
	}
	return 1
}

func partAt(r *Revision, i int) *Question {
	if i < len(r.Parts) {
		return &r.Parts[i]
	}
	return &Question{}
}

func optionIDs(a, b *Question) []OptionID {
	var out []OptionID
	for _, o := range slices.Concat(a.Options, b.Options) {
		if !slices.Contains(out, o.ID) {
			out = append(out, o.ID)
		}
	}
	slices.Sort(out)
	return out
}

func optionOf(q *Question, id OptionID) Option {
	for _, o := range q.Options {
		if o.ID == id {
			return o
		}
	}
	return Option{}
}

func optionText(o Option) string {
	if o.Last {
		return o.Text + "（固定在最后）"
	}
	return o.Text
}

func joined(ids []ItemID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, "、")
}

// KeyText is a key in one line, for people who may see it.
func KeyText(q *Question) string {
	switch {
	case q.Type.Choice():
		var b strings.Builder
		for _, id := range q.Key.Options {
			b.WriteString(string(id))
		}
		return b.String()
	case q.Type == Blank:
		all := make([]string, len(q.Key.Blanks))
		for i, accepted := range q.Key.Blanks {
			all[i] = strings.Join(accepted, " / ")
		}
		return strings.Join(all, "；")
	}
	return q.Key.Reference
}

// AltersKey tells whether answers to the second revision are marked otherwise
// than the same answers to the first: another type, another key, or, for a key
// that is made of letters, other words behind a letter that is right. Papers
// that were answered with the first keep their results either way.
func AltersKey(before, after *Revision) bool {
	if len(before.Parts) != len(after.Parts) || alters(&before.Question, &after.Question) {
		return true
	}
	for i := range before.Parts {
		if alters(&before.Parts[i], &after.Parts[i]) {
			return true
		}
	}
	return false
}

func alters(a, b *Question) bool {
	if a.Type != b.Type {
		return true
	}
	switch {
	case a.Type == Case:
		return false
	case a.Type.Choice():
		return !slices.Equal(a.Key.Options, b.Key.Options)
	case a.Type == Blank:
		return !slices.EqualFunc(a.Key.Blanks, b.Key.Blanks, slices.Equal[[]string])
	}
	return a.Key.Reference != b.Key.Reference
}

// maxDiff bounds the product of the lengths that are compared by character;
// beyond it a text is shown as removed and added whole.
const maxDiff = 4_000_000

// DiffText compares two texts by character (a longest common subsequence), and
// merges what is too short to be read by itself into what surrounds it.
func DiffText(before, after string) []Piece {
	a, b := []rune(before), []rune(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var d differ
	d.add(Kept, a[:head])
	d.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	d.add(Kept, a[len(a)-tail:])
	return d.pieces
}

type differ struct{ pieces []Piece }

func (d *differ) add(kind ChangeKind, text []rune) {
	if len(text) == 0 {
		return
	}
	if n := len(d.pieces); n > 0 && d.pieces[n-1].Kind == kind {
		d.pieces[n-1].Text += string(text)
		return
	}
	d.pieces = append(d.pieces, Piece{kind, string(text)})
}

// middle compares what is left between the common ends.
func (d *differ) middle(a, b []rune) {
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > maxDiff {
		d.add(Removed, a)
		d.add(Added, b)
		return
	}
	// long[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	width := len(b) + 1
	long := make([]uint16, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i*width+j] = long[(i+1)*width+j+1] + 1
			} else {
				long[i*width+j] = max(long[(i+1)*width+j], long[i*width+j+1])
			}
		}
	}
	var removed, added, same []rune
	flush := func() {
		d.add(Removed, removed)
		d.add(Added, added)
		removed, added = nil, nil
	}
	settle := func() {
		// One common character between changes is chance, not meaning.
		if len(same) == 1 && (len(removed) > 0 || len(added) > 0) {
			removed, added = append(removed, same...), append(added, same...)
		} else if len(same) > 0 {
			flush()
			d.add(Kept, same)
		}
		same = nil
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			same = append(same, a[i])
			i, j = i+1, j+1
			continue
		case long[(i+1)*width+j] >= long[i*width+j+1]:
			settle()
			removed = append(removed, a[i])
			i++
		default:
			settle()
			added = append(added, b[j])
			j++
		}
	}
	settle()
	removed, added = append(removed, a[i:]...), append(added, b[j:]...)
	flush()
}

package plain

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// Limits on a text file.
const (
	MaxFile  = 16 << 20 // bytes
	maxLines = 500_000
)

// Read reads a text file.
func Read(r io.Reader, opts exchange.Options) (exchange.Import, error) {
	lines, err := exchange.ReadLines(r, MaxFile, maxLines)
	if err != nil {
		return exchange.Import{}, err
	}
	c, err := exchange.NewCollector(opts)
	if err != nil {
		return exchange.Import{}, err
	}
	return parse(c, lines, "", nil, opts)
}

// block is a run of lines that belong to one question.
type block struct {
	head   line
	lines  []line
	typ    bank.Type // of the heading above
	group  int       // which heading that was
	number int
	parts  []*block

	hasAnswer, hasOption bool
	points               int // the number of the newest numbered line within it
}

func (b *block) add(l line) {
	b.lines = append(b.lines, l)
	b.hasAnswer = b.hasAnswer || l.kind == field && l.key == exchange.FieldAnswer
	b.hasOption = b.hasOption || l.kind == option
}

// reader reads the lines of a file.
type reader struct {
	*exchange.Collector
	own     bank.ID
	escaped bool
	sheet   string
	blocks  []*block
	answers map[[2]int]answer // by group and number
	tables  bool
	notes   func(*exchange.Draft, []line) // what the document says beyond the text
	kinds   []line                        // every line taken apart, once
}

// at returns a line taken apart. Some are looked at from several others.
func (r *reader) at(lines []string, i int) line {
	if r.kinds == nil {
		r.kinds = make([]line, len(lines))
	}
	if r.kinds[i].number == 0 {
		r.kinds[i] = classify(i+1, lines[i])
	}
	return r.kinds[i]
}

type answer struct {
	text string
	line int
}

func parse(c *exchange.Collector, lines []string, sheet string, notes func(*exchange.Draft, []line), opts exchange.Options) (exchange.Import, error) {
	r := &reader{Collector: c, own: opts.Bank, sheet: sheet, answers: map[[2]int]answer{}, notes: notes}
	r.split(lines)
	for _, b := range r.blocks {
		r.Add(r.draft(b))
	}
	return r.Done()
}

// split cuts the file into blocks and the list of answers at its end.
func (r *reader) split(lines []string) {
	var current *block
	var typ bank.Type
	group, inTable, groups := 0, false, map[bank.Type]int{}
	isCase, titled := false, false
	for i, raw := range lines {
		if i == 0 && strings.TrimSpace(raw) == Mark {
			r.escaped = true
			continue
		}
		if len(raw) > maxLine {
			r.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: r.sheet, Row: i + 1, Reason: exchange.TooLong, Old: raw[:maxQuoted]})
			continue
		}
		l := r.at(lines, i)
		if inTable {
			if l.kind == section {
				if g, ok := groups[l.typ]; ok {
					group = g
				}
			} else {
				r.readTable(l, group)
			}
			continue
		}
		switch l.kind {
		case section:
			typ, current, isCase = l.typ, nil, false
			group++
			if _, known := groups[typ]; !known {
				groups[typ] = group
			}
			continue
		case table:
			if current == nil || tableFollows(lines[i+1:]) {
				inTable, current = true, nil
				continue
			}
			l.kind, l.key = field, exchange.FieldAnswer
		case begin:
			n, _ := strconv.Atoi(l.mark) // digits only
			if !r.begins(current, n, lines, i) {
				l.kind, l.rest = text, l.raw
				current.points = n
				break
			}
			current = &block{head: l, typ: typ, group: group, number: n}
			isCase = typ == bank.Case
			r.blocks = append(r.blocks, current)
			continue
		case part:
			n, _ := strconv.Atoi(l.mark)
			if current == nil || !isCase || n != len(current.parts)+1 {
				l.kind, l.rest = text, l.raw
				break
			}
			current.parts = append(current.parts, &block{head: l, group: -1})
			continue
		case field:
			if l.key == exchange.FieldBank && current == nil {
				r.Title(r.plain(l.rest))
				continue
			}
			if l.key == exchange.FieldType && current != nil && len(current.parts) == 0 {
				if t, ok := exchange.ParseType(l.rest); ok {
					isCase = t == bank.Case
				}
			}
		}
		switch {
		case current == nil && l.kind == text && group == 0 && !titled && len(raw) < maxTitle:
			titled = true
			r.Title(raw)
		case current == nil && l.kind != empty:
			r.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: r.sheet, Row: l.number, Reason: exchange.LineSkipped, Old: raw})
		case current == nil:
		case len(current.parts) > 0:
			current.parts[len(current.parts)-1].add(l)
		default:
			current.add(l)
		}
	}
}

// maxTitle is how long a first line may be that names the file, in bytes.
const maxTitle = 200

// maxQuoted is how much of an overlong line a verdict repeats, in bytes.
const maxQuoted = 200

// begins tells whether a numbered line is a new item, and not a numbered line
// within a stem or an answer: its number goes on from the item above, and the
// item above is complete or of a kind that needs no options.
func (r *reader) begins(current *block, n int, lines []string, at int) bool {
	if current == nil || r.escaped {
		return true
	}
	// Points of an answer may reach the number that the next item has.
	if n == current.number+1 && (current.points != n-1 || n == 1) {
		return true
	}
	if !current.hasAnswer {
		// "1. 2. 3." below a stem without an answer are its points.
		return n != 1 || current.hasOption
	}
	// Behind an answer in words a lower number is a point of that answer,
	// unless it has options or an answer of its own.
	for i := at + 1; i < min(len(lines), at+12); i++ {
		if len(lines[i]) > maxLine {
			return false
		}
		switch l := r.at(lines, i); {
		case l.kind == option, l.kind == field && l.key == exchange.FieldAnswer:
			return true
		case l.kind == begin, l.kind == section:
			return false
		}
	}
	return false
}

// tableFollows tells whether the next lines list answers by number.
func tableFollows(lines []string) bool {
	for _, raw := range lines {
		if strings.TrimSpace(raw) == "" {
			continue
		}
		if len(raw) > maxLine {
			return false
		}
		l := classify(0, raw)
		if l.kind == section {
			return true
		}
		return len(entry.FindAllString(bank.Normal(raw), 2)) > 0 && (l.kind == begin || l.kind == text)
	}
	return false
}

func (r *reader) readTable(l line, group int) {
	s := strings.ToUpper(strings.NewReplacer("，", " ", ",", " ", "；", " ", ";", " ", "　", " ").Replace(l.raw))
	found := false
	for _, m := range entry.FindAllStringSubmatch(halfWidth(s), -1) {
		found = true
		if m[4] != "" {
			n, _ := strconv.Atoi(m[4])
			r.answers[[2]int{group, n}] = answer{m[5], l.number}
			continue
		}
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[2])
		letters := []rune(strings.Join(strings.Fields(m[3]), ""))
		for i, c := range letters {
			if from+i > to {
				break
			}
			r.answers[[2]int{group, from + i}] = answer{string(c), l.number}
		}
	}
	if !found && l.kind != empty {
		r.Say(exchange.Verdict{Outcome: exchange.Dropped, Sheet: r.sheet, Row: l.number, Reason: exchange.LineSkipped, Old: l.raw})
	}
	r.tables = r.tables || found
}

// halfWidth makes digits and letters half-width.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// plain takes the meaning-off marks out of a text that this program wrote.
func (r *reader) plain(s string) string {
	if !r.escaped || !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		} else if s[i] == '\\' {
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// draft reads a block as an item.
func (r *reader) draft(b *block) *exchange.Draft {
	d := exchange.NewDraft(r.sheet, b.head.number)
	q := r.gather(d, b, &d.Rev.Question)
	if code, ok := exchange.ParseCode(strings.ToUpper(bank.Normal(d.Code))); ok && q.typ == "" {
		q.typ = code.Type
	} else if d.Code != "" && !ok {
		d.DropAt(b.head.number, exchange.FieldCode, exchange.BadCode, d.Code)
	}
	if q.typ == bank.Case || len(b.parts) > 0 {
		d.Rev.Type = bank.Case
		d.Rev.Options = nil
		for _, p := range b.parts {
			d.Rev.Parts = append(d.Rev.Parts, bank.Question{})
			at := &d.Rev.Parts[len(d.Rev.Parts)-1]
			r.finish(d, p, at, r.gather(d, p, at))
		}
	} else {
		if key, ok := r.answers[[2]int{b.group, b.number}]; ok && q.answer == "" {
			q.answer = key.text
			d.ChangeAt(key.line, exchange.FieldAnswer, exchange.AnswerFromTable, "", key.text)
		}
		r.finish(d, b, &d.Rev.Question, q)
	}
	if r.notes != nil {
		r.notes(d, append([]line{b.head}, b.lines...))
		for _, p := range b.parts {
			r.notes(d, append([]line{p.head}, p.lines...))
		}
	}
	return d
}

// pieces are the texts of a question before they are understood.
type pieces struct {
	typ     bank.Type
	answer  string
	line    int // of the answer
	options []string
	wrapped []string // the lines below the newest option
	gap     bool
	last    string
}

// gather sorts the lines of a block into its fields.
func (r *reader) gather(d *exchange.Draft, b *block, q *bank.Question) pieces {
	p := pieces{typ: b.typ}
	texts := map[exchange.Field]*strings.Builder{}
	add := func(f exchange.Field, s string, join bool) {
		if texts[f] == nil {
			texts[f] = &strings.Builder{}
		} else if join {
			_ = texts[f].WriteByte('\n')
		}
		_, _ = texts[f].WriteString(s)
	}
	at := exchange.FieldStem
	add(at, r.plain(b.head.rest), false)
	blank := 0
	starts := optionStarts(b.lines)
	for _, l := range b.lines {
		switch {
		case l.kind == empty:
			blank++
			continue
		case l.kind == option && at != exchange.FieldExplanation && (at != exchange.FieldAnswer || len(p.options) == 0):
			p.wrap()
			p.takeOption(l, starts, r)
			at = exchange.FieldOption
		case l.kind == field:
			at = l.key
			if at == exchange.FieldAnswer {
				p.line = l.number
			}
			add(at, r.plain(l.rest), true)
		case !r.escaped && at != exchange.FieldStem && at != exchange.FieldOption && onlyPictures(l.raw):
			add(exchange.FieldExplanation, strings.TrimSpace(l.raw), true)
		case at == exchange.FieldOption && len(p.options) > 0:
			p.wrapped = append(p.wrapped, r.plain(r.trim(l.raw)))
		default:
			if r.escaped {
				blank = 0
			}
			if blank > 0 && at != exchange.FieldStem {
				add(at, "", true)
			}
			add(at, r.plain(r.trimRight(l.raw)), true)
		}
		blank = 0
	}
	p.wrap()
	get := func(f exchange.Field) string {
		if texts[f] == nil {
			return ""
		}
		return strings.TrimSpace(texts[f].String())
	}
	q.Stem, q.Explanation, q.Source = get(exchange.FieldStem), get(exchange.FieldExplanation), get(exchange.FieldSource)
	p.answer, p.last = get(exchange.FieldAnswer), get(exchange.FieldLast)
	r.meta(d, b, q, get, &p)
	return p
}

// onlyPictures tells a line that holds pictures and nothing else. Below an
// answer it belongs to what explains it.
func onlyPictures(s string) bool {
	for _, p := range bank.Passages(strings.TrimSpace(s)) {
		if p.Picture == "" && strings.TrimSpace(p.Text) != "" {
			return false
		}
	}
	return strings.TrimSpace(s) != ""
}

// trimRight and trim leave alone what this program wrote.
func (r *reader) trimRight(s string) string {
	if r.escaped {
		return s
	}
	return strings.TrimRight(s, " \t　")
}

func (r *reader) trim(s string) string {
	if r.escaped {
		return s
	}
	return strings.TrimSpace(s)
}

// meta reads the short fields.
func (r *reader) meta(d *exchange.Draft, b *block, q *bank.Question, get func(exchange.Field) string, p *pieces) {
	if s := get(exchange.FieldType); s != "" {
		t, ok := exchange.ParseType(s)
		if !ok {
			d.DropAt(b.head.number, exchange.FieldType, exchange.UnsupportedType, s)
		}
		p.typ = t
	}
	if q != &d.Rev.Question {
		return
	}
	d.Code = get(exchange.FieldCode)
	if s := strings.ToUpper(bank.Normal(get(exchange.FieldPoint))); exchange.ValidPoint(bank.PointCode(s)) {
		d.Point = bank.PointCode(s)
	} else if s != "" {
		d.Change(exchange.FieldPoint, exchange.TagsLost, get(exchange.FieldPoint), "")
	}
	for f, into := range map[exchange.Field]*int{exchange.FieldDifficulty: &d.Rev.Difficulty, exchange.FieldConsistency: &d.Rev.Consistency} {
		s := get(f)
		n, ok := exchange.ParseScale(s)
		if s != "" && !ok {
			reason := exchange.BadDifficulty
			if f == exchange.FieldConsistency {
				reason = exchange.BadConsistency
				n = 0
			} else {
				n = 3
			}
			d.Change(f, reason, s, fmt.Sprint(n))
		}
		if ok || f == exchange.FieldDifficulty {
			*into = n
		}
	}
	ids, bad := exchange.ParseExcludes(r.own, get(exchange.FieldExcludes))
	d.Rev.Excludes = ids
	if len(bad) > 0 {
		d.Change(exchange.FieldExcludes, exchange.BadExclude, strings.Join(bad, "、"), "")
	}
}

package xlsx

import (
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
)

// items reads the sheets of questions.
type items struct {
	*workbook
	codes    map[string]bool
	contents map[string]bank.Key // by stem and options
	points   map[bank.PointCode]bool
	current  *pending
	waiting  []*pending // for a code, until all that the file says are known
	places   *exchange.Collector
	pictures map[string]map[int][]picture // by sheet and row
}

func newItems(w *workbook) (*items, error) {
	places, err := exchange.NewCollector(exchange.Options{Bank: w.out.Bank, Point: w.opts.Point, Held: w.opts.Held})
	if err != nil {
		return nil, err
	}
	it := &items{workbook: w, codes: map[string]bool{}, contents: map[string]bank.Key{}, places: places}
	if w.out.Outline != nil {
		it.points = map[bank.PointCode]bool{}
		for _, p := range w.out.Outline.Points() {
			it.points[p.Code] = true
		}
	}
	it.pictures, err = picturesOf(w)
	return it, err
}

// finish gives codes to the items that came without one.
func (it *items) finish() {
	for code := range it.codes {
		it.places.Reserve(code)
	}
	for _, p := range it.waiting {
		first := p.lines[0]
		d := exchange.NewDraft(first.sheet, first.row)
		d.Rev, d.Point, d.Guessed = p.rev, p.rev.Point, first.guessed
		notes := it.places.Place(d)
		p.rev, p.code = d.Rev, exchange.CodeOf(it.out.Bank, d.Rev.Item)
		p.dropped = d.Dropped()
		for _, v := range notes {
			if v.Outcome == exchange.Kept && first.changed && !p.dropped {
				continue
			}
			v.Column = first.head.letterOf(v.Field)
			it.out.Verdicts = append(it.out.Verdicts, v.Explain())
			p.told = true
		}
		if !p.dropped {
			it.judge(p)
		}
		it.keep(p)
	}
	it.waiting = nil
	if it.opts.Progress != nil {
		it.opts.Progress(it.out.Counts.Rows)
	}
	it.out.Media = it.places.Taken(it.out.Revisions)
}

// pending is an item whose parts may still follow.
type pending struct {
	rev     bank.Revision
	code    string
	lines   []*line // the item's own, then one per part
	dropped bool
	changed bool
	unnamed bool // has no code yet
	told    bool // something was said of it though it is kept
}

// line is a row of a sheet of items, and where its verdicts go.
type line struct {
	*items
	sheet string
	row   int
	head  header
	cells []cell
	code  string
	// filled are the columns that were filled from the cell that they are
	// merged with.
	filled []int
	// broken tells that the row has a reason to be dropped, changed that one
	// of its cells was repaired.
	broken, changed bool
	// guessed tells that the type was inferred.
	guessed bool
	// pictured tells that the row brings its pictures with it.
	pictured bool
	// free tells that whoever looked at the row chose a free code for it.
	free bool
	typ  bank.Type // of the sheet, where its name is one
}

// sheet reads one sheet of items.
func (it *items) sheet(name string) error {
	var head header
	found, looked, at := false, 0, 0
	typ := typeOfSheet(name)
	fill := filler{merges: it.merges[name], tops: map[merge]cell{}}
	err := eachRow(it.file, name, &it.budget, func(n int, cells []cell) {
		cells, filled := fill.row(n, cells)
		if found {
			if n == at+1 && head.below(cells) {
				at = n
				return
			}
			if again, ok := findHeader(cells); ok && head.same(again, cells) {
				return // printed again on every page
			}
			it.take(&line{items: it, sheet: name, row: n, head: head, cells: cells, filled: filled, typ: typ})
			return
		}
		if looked++; looked > headerRows {
			return
		}
		if head, found = findHeader(cells); found {
			it.known, at = true, n
			for _, i := range head.unknown {
				it.say(name, row{n, textsOf(cells)}, i, exchange.Verdict{Outcome: exchange.Dropped, Reason: exchange.UnknownColumn})
			}
		}
	})
	if err != nil {
		return err
	}
	it.flush()
	if !found && looked > 0 {
		reason := exchange.UnknownSheet
		if strings.Contains(name, "题库") {
			reason = exchange.NoHeader
		}
		it.say(name, row{}, 0, exchange.Verdict{Outcome: exchange.Dropped, Reason: reason})
	}
	return nil
}

func textsOf(cells []cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.text
	}
	return out
}

// take adds a row to the item above, or begins a new one.
func (it *items) take(l *line) {
	if it.out.Counts.Rows++; it.opts.Progress != nil && it.out.Counts.Rows%100 == 0 {
		it.opts.Progress(it.out.Counts.Rows)
	}
	if it.out.Title == "" {
		it.out.Title = l.quiet(exchange.FieldBank)
	}
	l.fix()
	l.addPictures()
	code, ok := l.parseCode()
	if ok && code.Part > 0 {
		it.takePart(l, code)
		return
	}
	it.flush()
	l.sayFilled()
	p := &pending{code: code.Item, lines: []*line{l}}
	it.current = p
	if !ok && !l.broken {
		p.rev, p.unnamed = l.unnamed(), true
		p.dropped = l.broken
		return
	}
	if !ok {
		p.dropped = true
		return
	}
	p.rev = l.revision(code)
	p.dropped = l.broken
}

func (it *items) takePart(l *line, code exchange.Code) {
	p := it.current
	if p == nil || p.code != code.Item || code.Part != len(p.lines) || (p.rev.Type != bank.Case && !p.dropped) {
		l.drop(exchange.FieldCode, exchange.OrphanPart)
		it.out.Counts.Dropped++
		return
	}
	p.lines = append(p.lines, l)
	q := l.question(l.parseType(""))
	p.rev.Parts = append(p.rev.Parts, q)
	if l.broken && !p.dropped {
		p.dropped = true
		p.lines[0].drop(exchange.FieldCode, exchange.BadPart)
	}
}

// flush finishes the item above: it is sound and new, or dropped.
func (it *items) flush() {
	p := it.current
	it.current = nil
	if p == nil {
		return
	}
	if p.unnamed && !p.dropped {
		it.waiting = append(it.waiting, p)
		return
	}
	if !p.dropped {
		it.judge(p)
	}
	it.keep(p)
}

// keep counts an item that is judged, and takes it where it is sound.
func (it *items) keep(p *pending) {
	for _, l := range p.lines {
		p.changed = p.changed || l.changed
	}
	switch {
	case p.dropped:
		it.out.Counts.Dropped++
		return
	case p.changed:
		it.out.Counts.Changed++
	default:
		it.out.Counts.Kept++
		if first := p.lines[0]; !p.told {
			it.out.Verdicts = append(it.out.Verdicts, exchange.Verdict{Outcome: exchange.Kept, Sheet: first.sheet, Row: first.row, Item: p.code})
		}
	}
	it.codes[p.code] = true
	it.contents[exchange.Fingerprint(&p.rev)] = p.rev.Key
	it.out.Revisions = append(it.out.Revisions, p.rev)
}

// judge looks for reasons to drop an item that was read without trouble.
func (it *items) judge(p *pending) {
	first := p.lines[0]
	for _, f := range exchange.Inspect(&p.rev) {
		field := f.Field
		if f.Option >= 0 {
			field = exchange.OptionField(f.Option)
		}
		l := p.lines[min(f.Part, len(p.lines)-1)]
		l.dropText(field, f.Reason, f.Old)
		p.dropped = true
	}
	if it.codes[p.code] {
		first.drop(exchange.FieldCode, exchange.DuplicateCode)
		p.dropped = true
	}
	if it.points != nil && !it.points[p.rev.Point] {
		first.dropText(exchange.FieldPoint, exchange.UnknownPoint, string(p.rev.Point))
		p.dropped = true
	}
	if p.dropped {
		return
	}
	if key, met := it.contents[exchange.Fingerprint(&p.rev)]; met {
		reason := exchange.DuplicateItem
		if !slices.Equal(key.Options, p.rev.Key.Options) {
			reason = exchange.OppositeAnswers
		}
		first.drop(exchange.FieldStem, reason)
		p.dropped = true
	}
}

package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gongyuan/bank"
)

// Collector gathers the items of a file, gives them their codes, judges them
// and counts. Every reader but that of Excel, which has its own rows, uses it.
type Collector struct {
	opts   Options
	out    Import
	drafts []*Draft
	over   bool
	asides map[Reason]int

	codes    map[string]bool     // taken, by held items and by this file
	mine     map[string]bool     // taken by this file
	contents map[string]bank.Key // of this file, by fingerprint
	byCode   map[string]*bank.Revision
	byText   map[string]*bank.Revision
	byID     map[string]*bank.Revision
}

// NewCollector begins an import.
func NewCollector(opts Options) (*Collector, error) {
	if opts.Bank == "" {
		return nil, ErrBank
	}
	c := &Collector{
		opts: opts, codes: map[string]bool{}, mine: map[string]bool{}, contents: map[string]bank.Key{},
		byCode: map[string]*bank.Revision{}, byText: map[string]*bank.Revision{}, byID: map[string]*bank.Revision{},
	}
	c.out.Bank = opts.Bank
	for i := range opts.Held {
		rev := &opts.Held[i]
		code := CodeOf(opts.Bank, rev.Item)
		c.codes[code], c.byCode[code] = true, rev
		c.byText[Fingerprint(rev)] = rev
		if rev.Foreign != nil && rev.Foreign.ID != "" {
			c.byID[family(rev.Foreign.Format)+"\x00"+rev.Foreign.ID] = rev
		}
	}
	return c, nil
}

// family is the format without its version.
func family(format string) string {
	name, _, _ := strings.Cut(format, "-")
	return name
}

// CodeOf returns an item's code within its bank.
func CodeOf(own bank.ID, id bank.ItemID) string {
	return strings.TrimPrefix(string(id), string(own)+"/")
}

// Add takes an item. Items over MaxItems are counted and dropped together.
func (c *Collector) Add(d *Draft) {
	c.out.Counts.Rows++
	if len(c.drafts) >= MaxItems {
		c.over = true
		c.out.Counts.Dropped++
		return
	}
	c.drafts = append(c.drafts, d)
	if c.opts.Progress != nil && len(c.drafts)%100 == 0 {
		c.opts.Progress(len(c.drafts))
	}
}

// maxAsides is how many verdicts of one reason are given about what is no item.
const maxAsides = 500

// Say records a verdict about something that is no item. Of one reason only the
// first few hundred are kept, and the last of them stands for the rest.
func (c *Collector) Say(v Verdict) {
	if c.asides == nil {
		c.asides = map[Reason]int{}
	}
	if c.asides[v.Reason]++; c.asides[v.Reason] <= maxAsides {
		c.record(v)
	}
}

func (c *Collector) record(v Verdict) { c.out.Verdicts = append(c.out.Verdicts, v.Explain()) }

// Title names the bank, where the file does.
func (c *Collector) Title(s string) {
	if c.out.Title == "" {
		c.out.Title, _ = Tidy(s)
	}
}

// Media keeps the bytes of a file and returns what names them.
func (c *Collector) Media(path, mediaType string, raw []byte) bank.Media {
	sum := sha256.Sum256(raw)
	m := bank.Media{Path: path, Type: mediaType, Sum: hex.EncodeToString(sum[:]), Size: int64(len(raw))}
	if c.out.Media == nil {
		c.out.Media = map[string][]byte{}
	}
	c.out.Media[m.Sum] = raw
	return m
}

// Done finishes the import. It returns ErrNothing where the file had no item.
func (c *Collector) Done() (Import, error) {
	if len(c.drafts) == 0 {
		return Import{}, ErrNothing
	}
	if c.out.Title == "" {
		c.out.Title = string(c.out.Bank)
	}
	if c.over {
		c.Say(Verdict{Outcome: Dropped, Reason: TooLong, New: fmt.Sprintf("%d", MaxItems)})
	}
	// Codes that the file says come first: none of them is given to another.
	for _, d := range c.drafts {
		if code, ok := ParseCode(strings.ToUpper(bank.Normal(d.Code))); ok && code.Part == 0 {
			c.codes[code.Item] = true
		}
	}
	for _, d := range c.drafts {
		c.settle(d)
	}
	if c.opts.Progress != nil {
		c.opts.Progress(len(c.drafts))
	}
	c.out.shown()
	return c.out, nil
}

func (c *Collector) settle(d *Draft) {
	c.fix(d)
	d.Tidy()
	if !d.dropped {
		inspectDraft(d)
	}
	if !d.dropped {
		c.place(d)
	}
	if !d.dropped {
		c.judge(d)
	}
	if f := d.Rev.Foreign; f != nil && f.Raw != "" && f.Digest == "" {
		f.Digest = Digest(&d.Rev)
	}
	code := CodeOf(c.out.Bank, d.Rev.Item)
	for _, v := range d.notes {
		if v.Outcome == Kept && (d.dropped || d.changed) {
			continue
		}
		v.Item = code
		c.record(v)
	}
	switch {
	case d.dropped:
		c.out.Counts.Dropped++
		return
	case d.changed:
		c.out.Counts.Changed++
	default:
		c.out.Counts.Kept++
		if !slices.ContainsFunc(d.notes, func(v Verdict) bool { return v.Outcome == Kept }) {
			c.record(Verdict{Outcome: Kept, Sheet: d.Sheet, Row: d.Row, Item: code})
		}
	}
	c.mine[code] = true
	c.contents[Fingerprint(&d.Rev)] = d.Rev.Key
	c.out.Revisions = append(c.out.Revisions, d.Rev)
}

// place gives the item its code: the file's own, the one that the bank knows
// it by, or the next that is free at the chosen point.
func (c *Collector) place(d *Draft) {
	d.Rev.Number = 1
	if d.Code != "" {
		if code, ok := ParseCode(strings.ToUpper(bank.Normal(d.Code))); ok && code.Part == 0 {
			c.placeCode(d, code)
			return
		}
	}
	if held := c.byID[foreignKey(&d.Rev)]; held != nil && foreignKey(&d.Rev) != "" {
		c.adopt(d, held)
		return
	}
	held := c.byText[Fingerprint(&d.Rev)]
	if held == nil && d.Guessed {
		held = c.byOtherType(d)
	}
	if held != nil {
		if !sameKey(held.Key, d.Rev.Key) {
			d.Rev.Item = held.Item
			d.Drop(FieldStem, OppositeAnswers, d.Rev.Stem)
			return
		}
		d.Rev = overlay(*held, &d.Rev)
		d.notes = append(d.notes, Verdict{Outcome: Kept, Sheet: d.Sheet, Row: d.Row, Reason: CodeHeld, New: CodeOf(c.out.Bank, held.Item)})
		return
	}
	c.assign(d)
}

// Reserve keeps a code from being given to another item.
func (c *Collector) Reserve(code string) { c.codes[code] = true }

// Place gives its code to an item that another reader has gathered, and returns
// what there is to say about it. The draft may be dropped by it.
func (c *Collector) Place(d *Draft) []Verdict {
	c.place(d)
	for i := range d.notes {
		d.notes[i].Item = CodeOf(c.out.Bank, d.Rev.Item)
	}
	return d.notes
}

// overlay is the held item with what the file says besides question and key.
// What the file leaves out, because its format has no place for it, stays.
func overlay(held bank.Revision, file *bank.Revision) bank.Revision {
	held.Number = 1
	if file.Explanation != "" {
		held.Explanation = file.Explanation
	}
	if file.Source != "" {
		held.Source = file.Source
	}
	if file.Difficulty != 0 {
		held.Difficulty = file.Difficulty
	}
	if file.Consistency != 0 {
		held.Consistency = file.Consistency
	}
	return held
}

func foreignKey(rev *bank.Revision) string {
	if rev.Foreign == nil || rev.Foreign.ID == "" {
		return ""
	}
	return family(rev.Foreign.Format) + "\x00" + rev.Foreign.ID
}

// byOtherType looks for a held item whose type the format cannot say.
func (c *Collector) byOtherType(d *Draft) *bank.Revision {
	probe := d.Rev
	for _, t := range alike(d.Rev.Type) {
		probe.Type = t
		if held := c.byText[Fingerprint(&probe)]; held != nil {
			return held
		}
	}
	return nil
}

// alike lists the types that differ from t in name only, or nearly so.
func alike(t bank.Type) []bank.Type {
	switch t {
	case bank.ShortAnswer, bank.Essay:
		return []bank.Type{bank.ShortAnswer, bank.Essay}
	case bank.Single, bank.Multiple:
		return []bank.Type{bank.Single, bank.Multiple}
	}
	return []bank.Type{t}
}

func sameKey(a, b bank.Key) bool {
	return slices.Equal(a.Options, b.Options) && slices.EqualFunc(a.Blanks, b.Blanks, slices.Equal[[]string])
}

func (c *Collector) placeCode(d *Draft, code Code) {
	d.Rev.Item, d.Rev.Point = bank.NewItemID(c.out.Bank, code.Item), code.Point
	if plain := strings.TrimSpace(d.Code); plain != code.Item {
		d.Change(FieldCode, CodeForm, plain, code.Item)
	}
	switch {
	case d.Rev.Type == code.Type:
	case d.Guessed && slices.Contains(alike(d.Rev.Type), code.Type) && (code.Type != bank.Single || len(d.Rev.Key.Options) < 2):
		d.Rev.Type = code.Type
	default:
		d.Drop(FieldType, TypeMismatch, string(d.Rev.Type))
	}
	if d.Point != "" && d.Point != code.Point {
		d.Drop(FieldPoint, PointMismatch, string(d.Point))
	}
	held := c.byCode[code.Item]
	if held != nil {
		keepReferences(&d.Rev, held)
	}
	if d.Rev.Difficulty == 0 {
		d.Rev.Difficulty = 3
		if held != nil {
			d.Rev.Difficulty, d.Rev.Consistency = held.Difficulty, held.Consistency
		} else {
			d.Change(FieldDifficulty, BadDifficulty, "", "3")
		}
	}
}

// keepReferences puts back the reference answers that a format left out.
func keepReferences(rev, held *bank.Revision) {
	put := func(q, old *bank.Question) {
		if q.Key.Reference == Placeholder && q.Type == old.Type {
			q.Key.Reference, q.Key.Rubric = old.Key.Reference, old.Key.Rubric
		}
	}
	put(&rev.Question, &held.Question)
	for i := range min(len(rev.Parts), len(held.Parts)) {
		put(&rev.Parts[i], &held.Parts[i])
	}
}

// adopt makes the draft a new state of an item that came in before.
func (c *Collector) adopt(d *Draft, held *bank.Revision) {
	d.Rev.Item, d.Rev.Point = held.Item, held.Point
	if d.Rev.Type != held.Type {
		d.Drop(FieldType, TypeMismatch, string(d.Rev.Type))
		return
	}
	if d.Rev.Difficulty == 0 {
		d.Rev.Difficulty = held.Difficulty
	}
	if d.Rev.Consistency == 0 {
		d.Rev.Consistency = held.Consistency
	}
	if d.Rev.Excludes == nil {
		d.Rev.Excludes = held.Excludes
	}
	d.notes = append(d.notes, Verdict{Outcome: Kept, Sheet: d.Sheet, Row: d.Row, Reason: CodeHeld, New: CodeOf(c.out.Bank, held.Item)})
}

// assign gives the next free serial of the item's type at its point.
func (c *Collector) assign(d *Draft) {
	point := d.Point
	if !ValidPoint(point) {
		point = c.opts.Point
	}
	if !ValidPoint(point) {
		d.Drop(FieldPoint, NoPoint, string(d.Point))
		return
	}
	for n := 1; n <= 999; n++ {
		code := fmt.Sprintf("%s-%s-%03d", d.Rev.Type, point, n)
		if c.codes[code] {
			continue
		}
		c.codes[code] = true
		d.Rev.Item, d.Rev.Point = bank.NewItemID(c.out.Bank, code), point
		if d.Rev.Difficulty == 0 {
			d.Rev.Difficulty = 3
		}
		d.notes = append(d.notes, Verdict{Outcome: Kept, Sheet: d.Sheet, Row: d.Row, Field: FieldCode, Reason: CodeAssigned, Old: d.Code, New: code})
		return
	}
	d.Drop(FieldPoint, NoSerial, string(point))
}

// inspectDraft looks for what is unsound about the content of a draft.
func inspectDraft(d *Draft) {
	rev := &d.Rev
	if rev.Foreign != nil && len(rev.Foreign.Raw) > MaxRaw {
		if rev.Type == bank.Other {
			d.Drop(FieldRaw, TooLong, rev.Stem)
		}
		// What was lost of it is said already.
		rev.Foreign = &bank.Foreign{Format: rev.Foreign.Format, ID: rev.Foreign.ID}
	}
	if rev.Type == bank.Other {
		if rev.Foreign == nil || rev.Foreign.Raw == "" {
			d.Drop(FieldRaw, Malformed, rev.Stem)
		}
		return
	}
	for _, f := range Inspect(rev) {
		field := f.Field
		if f.Option >= 0 {
			field = OptionField(f.Option)
		}
		d.Drop(field, f.Reason, f.Old)
	}
}

// judge looks for what speaks against an item beside those before it.
func (c *Collector) judge(d *Draft) {
	rev := &d.Rev
	if c.mine[CodeOf(c.out.Bank, rev.Item)] {
		d.Drop(FieldCode, DuplicateCode, d.Code)
		return
	}
	if d.dropped {
		return
	}
	if key, met := c.contents[Fingerprint(rev)]; met {
		reason := DuplicateItem
		if !sameKey(key, rev.Key) {
			reason = OppositeAnswers
		}
		d.Drop(FieldStem, reason, rev.Stem)
	}
}

// Fingerprint is what makes two items the same to a candidate. An item that is
// kept as it came is the same only as itself.
func Fingerprint(rev *bank.Revision) string {
	var b strings.Builder
	write := func(q *bank.Question) {
		fmt.Fprintf(&b, "%s\x00%s\x00", q.Type, bank.Normal(q.Stem))
		for _, o := range q.Options {
			b.WriteString(bank.Normal(o.Text) + "\x00")
		}
	}
	write(&rev.Question)
	for i := range rev.Parts {
		write(&rev.Parts[i])
	}
	if rev.Type == bank.Other && rev.Foreign != nil {
		b.WriteString(rev.Foreign.Raw)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// Digest names what an exporter would write of a revision, so that it can tell
// whether the item is still the one that Foreign.Raw describes.
func Digest(rev *bank.Revision) string {
	text, err := json.Marshal(struct {
		Q bank.Question
		P []bank.Question
	}{rev.Question, rev.Parts})
	if err != nil {
		return "" // strings and integers always encode
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// RawFits tells whether the raw form of an item says what the revision says.
func RawFits(rev *bank.Revision) bool {
	return rev.Foreign != nil && rev.Foreign.Raw != "" && (rev.Type == bank.Other || rev.Foreign.Digest == Digest(rev))
}

// CarryForeign gives the items of an import what earlier imports knew of them
// and this file has no place for, so that a way through a plainer format
// changes nothing. A raw form that no longer fits says so by its digest.
func (i *Import) CarryForeign(held []bank.Revision) {
	known := make(map[bank.ItemID]*bank.Revision, len(held))
	for j := range held {
		known[held[j].Item] = &held[j]
	}
	for j := range i.Revisions {
		rev := &i.Revisions[j]
		before := known[rev.Item]
		if before == nil {
			continue
		}
		if rev.Foreign == nil {
			rev.Foreign = before.Foreign
		}
		carryFeedback(&rev.Question, &before.Question)
		for p := range min(len(rev.Parts), len(before.Parts)) {
			carryFeedback(&rev.Parts[p], &before.Parts[p])
		}
	}
}

// carryFeedback keeps what is said of options that are still the same: few
// formats have a place for it.
func carryFeedback(q, before *bank.Question) {
	if len(q.Options) != len(before.Options) {
		return
	}
	q.Options = slices.Clone(q.Options)
	for i := range q.Options {
		if o := &q.Options[i]; o.Feedback == "" && o.Text == before.Options[i].Text {
			o.Feedback = before.Options[i].Feedback
		}
	}
}

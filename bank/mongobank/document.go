package mongobank

import (
	"strconv"
	"strings"
	"time"

	"gongyuan/bank"
)

// itemDoc is an item in bank_items. Digest is that of the newest revision;
// Type, Difficulty, Stem, Parts and Text are those of its draft where it has
// never been published, else of its newest revision. Text is what is searched
// besides code and stem.
type itemDoc struct {
	ID        string    `bson:"_id"`
	Bank      string    `bson:"bank"`
	Code      string    `bson:"code"`
	Point     string    `bson:"point"`
	Ranges    []string  `bson:"ranges"` // every range that the point lies in
	Status    string    `bson:"status"`
	Revision  int       `bson:"revision"`
	Published int       `bson:"published"`
	Updated   time.Time `bson:"updated"`

	Type       string `bson:"type"`
	Difficulty int    `bson:"difficulty"`
	Stem       string `bson:"stem"`
	Parts      int    `bson:"parts"`
	Digest     string `bson:"digest"`
	Text       string `bson:"text"`

	Version  int       `bson:"version"`
	Author   string    `bson:"author,omitempty"`
	Tags     []string  `bson:"tags,omitempty"`
	Work     *workDoc  `bson:"work,omitempty"` // nil for what was imported and never worked on
	LastUsed time.Time `bson:"last_used,omitempty"`
	Batch    string    `bson:"batch,omitempty"` // the import that last wrote it

	Figures *figuresDoc `bson:"figures,omitempty"` // nil until a sitting was analysed
}

// workDoc is the work on an item.
type workDoc struct {
	Stage     string    `bson:"stage"`
	Revision  int       `bson:"revision"`
	Authors   []string  `bson:"authors,omitempty"`
	Submitted time.Time `bson:"submitted,omitempty"`
	Submitter string    `bson:"submitter,omitempty"`
	Assigned  string    `bson:"assigned,omitempty"`
	Approver  string    `bson:"approver,omitempty"`
	Approved  time.Time `bson:"approved,omitempty"`
	AltersKey bool      `bson:"alters_key,omitempty"`
	Doubted   time.Time `bson:"doubted,omitempty"`
	Doubter   string    `bson:"doubter,omitempty"`
	Doubt     string    `bson:"doubt,omitempty"`
}

// figuresDoc is what the newest statistics say, see bank.ItemFigures.
type figuresDoc struct {
	Revision       int      `bson:"revision"`
	People         int      `bson:"people"`
	Facility       *float64 `bson:"facility,omitempty"`
	Discrimination *float64 `bson:"discrimination,omitempty"`
	Findings       []string `bson:"findings,omitempty"`
}

func (d *figuresDoc) figures() bank.ItemFigures {
	if d == nil {
		return bank.ItemFigures{}
	}
	return bank.ItemFigures{Revision: d.Revision, People: d.People, Facility: d.Facility, Discrimination: d.Discrimination, Findings: d.Findings}
}

func newWorkDoc(w bank.Work) *workDoc {
	return &workDoc{string(w.Stage), w.Revision, w.Authors, w.Submitted, w.Submitter, w.Assigned, w.Approver, w.Approved, w.AltersKey, w.Doubted, w.Doubter, w.Doubt}
}

func (d itemDoc) work() bank.Work {
	if d.Work == nil {
		w := bank.Work{Stage: bank.StageOf(d.item())}
		if w.Stage != bank.StageIdle {
			w.Revision = d.Revision
		}
		return w
	}
	w := d.Work
	return bank.Work{
		Stage: bank.Stage(w.Stage), Revision: w.Revision, Authors: w.Authors, Submitted: utc(w.Submitted), Submitter: w.Submitter,
		Assigned: w.Assigned, Approver: w.Approver, Approved: utc(w.Approved), AltersKey: w.AltersKey,
		Doubted: utc(w.Doubted), Doubter: w.Doubter, Doubt: w.Doubt,
	}
}

func (d itemDoc) row() bank.ItemRow {
	return bank.ItemRow{
		Item: d.item(), Type: bank.Type(d.Type), Difficulty: d.Difficulty, Stem: d.Stem, Author: d.Author, Tags: d.Tags,
		Version: d.Version, Work: d.work(), LastUsed: utc(d.LastUsed), Figures: d.Figures.figures(),
	}
}

// utc keeps the zero time zero: databases give it back as another.
func utc(t time.Time) time.Time {
	if t.IsZero() || t.Unix() <= 0 {
		return time.Time{}
	}
	return t.UTC()
}

// searched is what is looked for besides the code and the stem.
func searched(r *bank.Revision) string {
	var b strings.Builder
	add := func(q *bank.Question, stem bool) {
		if stem {
			b.WriteString(bank.Plain(q.Stem) + "\n")
		}
		for _, o := range q.Options {
			if q.Type != bank.Judgement {
				b.WriteString(bank.Plain(o.Text) + "\n")
			}
		}
		b.WriteString(bank.Plain(q.Explanation) + "\n")
	}
	add(&r.Question, false)
	for i := range r.Parts {
		add(&r.Parts[i], true)
	}
	return b.String()
}

func (d itemDoc) item() bank.Item {
	return bank.Item{
		ID: bank.ItemID(d.ID), Bank: bank.ID(d.Bank), Code: d.Code, Point: bank.PointCode(d.Point),
		Status: bank.Status(d.Status), Revision: d.Revision, Published: d.Published, Updated: d.Updated.UTC(),
	}
}

// revisionDoc is a revision in bank_revisions.
type revisionDoc struct {
	ID      string     `bson:"_id"` // <item>@<number>
	Item    string     `bson:"item"`
	Number  int        `bson:"number"`
	Bank    string     `bson:"bank"`
	Digest  string     `bson:"digest"`
	Content contentDoc `bson:"content"`
	Created time.Time  `bson:"created"`
	Author  string     `bson:"author"`
}

// contentDoc is what a revision says. Two revisions with equal content are the
// same to the importer.
type contentDoc struct {
	Point       string        `bson:"point"`
	Difficulty  int           `bson:"difficulty"`
	Consistency int           `bson:"consistency"`
	Question    questionDoc   `bson:"question"`
	Parts       []questionDoc `bson:"parts,omitempty"`
	Excludes    []string      `bson:"excludes,omitempty"`
	// Left out of the digest's JSON where there is none, so that content which
	// was stored before this field existed still has the same digest.
	Foreign *foreignDoc `bson:"foreign,omitempty" json:",omitempty"`
}

type foreignDoc struct {
	Format string     `bson:"format"`
	ID     string     `bson:"id,omitempty"`
	Kind   string     `bson:"kind,omitempty"`
	Raw    string     `bson:"raw,omitempty"`
	Path   string     `bson:"path,omitempty"`
	Digest string     `bson:"digest,omitempty"`
	Media  []mediaDoc `bson:"media,omitempty"`
}

type mediaDoc struct {
	Path string `bson:"path"`
	Type string `bson:"type"`
	Sum  string `bson:"sum"`
	Size int64  `bson:"size"`
}

func newForeignDoc(f *bank.Foreign) *foreignDoc {
	if f == nil {
		return nil
	}
	return &foreignDoc{f.Format, f.ID, f.Kind, f.Raw, f.Path, f.Digest, mapped(f.Media, func(m bank.Media) mediaDoc { return mediaDoc(m) })}
}

func (d *foreignDoc) foreign() *bank.Foreign {
	if d == nil {
		return nil
	}
	return &bank.Foreign{
		Format: d.Format, ID: d.ID, Kind: d.Kind, Raw: d.Raw, Path: d.Path, Digest: d.Digest,
		Media: mapped(d.Media, func(m mediaDoc) bank.Media { return bank.Media(m) }),
	}
}

type questionDoc struct {
	Type        string      `bson:"type"`
	Stem        string      `bson:"stem"`
	Options     []optionDoc `bson:"options,omitempty"`
	Right       []string    `bson:"right,omitempty"`
	Blanks      []blankDoc  `bson:"blanks,omitempty"`
	Reference   string      `bson:"reference,omitempty"`
	Rubric      []pointMark `bson:"rubric,omitempty"`
	Explanation string      `bson:"explanation,omitempty"`
	Source      string      `bson:"source,omitempty"`
}

// blankDoc stands between two arrays, because FerretDB refuses an array right
// inside an array.
type blankDoc struct {
	Accepted []string `bson:"accepted"`
}

// pointMark is a criterion of a rubric.
type pointMark struct {
	Text   string `bson:"text"`
	Weight int64  `bson:"weight"` // hundredths
}

type optionDoc struct {
	ID   string `bson:"id"`
	Text string `bson:"text"`
	Last bool   `bson:"last,omitempty"`

	Feedback string `bson:"feedback,omitempty"`
}

// revisionKey is the _id of a revision.
func revisionKey(item bank.ItemID, number int) string {
	return string(item) + "@" + strconv.Itoa(number)
}

func newContentDoc(r *bank.Revision) contentDoc {
	doc := contentDoc{
		Point: string(r.Point), Difficulty: r.Difficulty, Consistency: r.Consistency,
		Question: newQuestionDoc(&r.Question), Excludes: mapped(r.Excludes, func(id bank.ItemID) string { return string(id) }),
		Foreign: newForeignDoc(r.Foreign),
	}
	for i := range r.Parts {
		doc.Parts = append(doc.Parts, newQuestionDoc(&r.Parts[i]))
	}
	return doc
}

func newQuestionDoc(q *bank.Question) questionDoc {
	return questionDoc{
		Type: string(q.Type), Stem: q.Stem,
		Options: mapped(q.Options, func(o bank.Option) optionDoc { return optionDoc{string(o.ID), o.Text, o.Last, o.Feedback} }),
		Right:   mapped(q.Key.Options, func(id bank.OptionID) string { return string(id) }),
		Blanks:  mapped(q.Key.Blanks, func(b []string) blankDoc { return blankDoc{b} }), Reference: q.Key.Reference,
		Rubric:      mapped(q.Key.Rubric, func(c bank.Criterion) pointMark { return pointMark{c.Text, int64(c.Weight)} }),
		Explanation: q.Explanation, Source: q.Source,
	}
}

func (d revisionDoc) revision() bank.Revision {
	c := d.Content
	return bank.Revision{
		Item: bank.ItemID(d.Item), Number: d.Number, Point: bank.PointCode(c.Point),
		Difficulty: c.Difficulty, Consistency: c.Consistency, Question: c.Question.question(),
		Parts:    mapped(c.Parts, questionDoc.question),
		Excludes: mapped(c.Excludes, func(s string) bank.ItemID { return bank.ItemID(s) }),
		Foreign:  c.Foreign.foreign(),
		Created:  d.Created.UTC(), Author: d.Author,
	}
}

func (d questionDoc) question() bank.Question {
	return bank.Question{
		Type: bank.Type(d.Type), Stem: d.Stem,
		Options: mapped(d.Options, func(o optionDoc) bank.Option {
			return bank.Option{ID: bank.OptionID(o.ID), Text: o.Text, Last: o.Last, Feedback: o.Feedback}
		}),
		Key: bank.Key{
			Options: mapped(d.Right, func(s string) bank.OptionID { return bank.OptionID(s) }),
			Blanks:  mapped(d.Blanks, func(b blankDoc) []string { return b.Accepted }), Reference: d.Reference,
			Rubric: mapped(d.Rubric, func(m pointMark) bank.Criterion { return bank.Criterion{Text: m.Text, Weight: bank.Marks(m.Weight)} }),
		},
		Explanation: d.Explanation, Source: d.Source,
	}
}

// mapped converts a slice; an empty one becomes nil, so that equal content
// gives equal documents.
func mapped[A, B any](in []A, convert func(A) B) []B {
	var out []B
	for _, a := range in {
		out = append(out, convert(a))
	}
	return out
}

type outlineDoc struct {
	ID     string     `bson:"_id"` // the bank
	Title  string     `bson:"title"`
	Ranges []rangeDoc `bson:"ranges"`

	Version int `bson:"version"`
}

type rangeDoc struct {
	Code     string     `bson:"code"`
	Title    string     `bson:"title"`
	Weight   int        `bson:"weight"`
	Children []rangeDoc `bson:"children,omitempty"`
	Points   []pointDoc `bson:"points,omitempty"`
}

type pointDoc struct {
	Code       string `bson:"code"`
	Title      string `bson:"title"`
	Importance string `bson:"importance"`
	Retired    bool   `bson:"retired,omitempty"`
}

func rangeDocs(in []bank.Range) []rangeDoc {
	return mapped(in, func(r bank.Range) rangeDoc {
		return rangeDoc{string(r.Code), r.Title, r.Weight, rangeDocs(r.Children), mapped(r.Points, func(p bank.Point) pointDoc {
			return pointDoc{string(p.Code), p.Title, string(p.Importance), p.Retired}
		})}
	})
}

func ranges(in []rangeDoc) []bank.Range {
	return mapped(in, func(d rangeDoc) bank.Range {
		return bank.Range{
			Code: bank.RangeCode(d.Code), Title: d.Title, Weight: d.Weight, Children: ranges(d.Children),
			Points: mapped(d.Points, func(p pointDoc) bank.Point {
				return bank.Point{Code: bank.PointCode(p.Code), Title: p.Title, Importance: bank.Importance(p.Importance), Retired: p.Retired}
			}),
		}
	})
}

type blueprintDoc struct {
	ID          string       `bson:"_id"`
	Edition     int          `bson:"edition,omitempty"`
	Bank        string       `bson:"bank"`
	Title       string       `bson:"title"`
	Seconds     int64        `bson:"seconds"`
	Sections    []sectionDoc `bson:"sections"`
	Weights     []weightDoc  `bson:"weights,omitempty"`
	Difficulty  []shareDoc   `bson:"difficulty,omitempty"`
	Facility    []shareDoc   `bson:"facility,omitempty"`
	MaxPerPoint int          `bson:"max_per_point"`
	Exposure    int          `bson:"exposure"`
	AvoidMet    bool         `bson:"avoid_met"`
}

type sectionDoc struct {
	Type   string `bson:"type"`
	Count  int    `bson:"count"`
	Points int64  `bson:"points"` // hundredths
	Rule   string `bson:"rule,omitempty"`
}

type weightDoc struct {
	Range  string `bson:"range"`
	Weight int    `bson:"weight"`
}

// shareDoc is an entry of a map by difficulty; document keys are text.
type shareDoc struct {
	Difficulty int `bson:"difficulty"`
	Percent    int `bson:"percent"`
}

func newBlueprintDoc(b bank.Blueprint) blueprintDoc {
	return blueprintDoc{
		ID: b.ID, Edition: b.Edition, Bank: string(b.Bank), Title: b.Title, Seconds: int64(b.Duration / time.Second),
		Sections: mapped(b.Sections, func(s bank.Section) sectionDoc {
			return sectionDoc{string(s.Type), s.Count, int64(s.Points), string(s.Rule)}
		}),
		Weights:    mapped(b.Weights, func(w bank.RangeWeight) weightDoc { return weightDoc{string(w.Range), w.Weight} }),
		Difficulty: shareDocs(b.Difficulty), Facility: shareDocs(b.Facility),
		MaxPerPoint: b.MaxPerPoint, Exposure: b.Exposure, AvoidMet: b.AvoidMet,
	}
}

func (d blueprintDoc) blueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: d.ID, Edition: d.Edition, Bank: bank.ID(d.Bank), Title: d.Title, Duration: time.Duration(d.Seconds) * time.Second,
		Sections: mapped(d.Sections, func(s sectionDoc) bank.Section {
			return bank.Section{Type: bank.Type(s.Type), Count: s.Count, Points: bank.Marks(s.Points), Rule: bank.MultipleRule(s.Rule)}
		}),
		Weights: mapped(d.Weights, func(w weightDoc) bank.RangeWeight {
			return bank.RangeWeight{Range: bank.RangeCode(w.Range), Weight: w.Weight}
		}),
		Difficulty: shares(d.Difficulty), Facility: shares(d.Facility),
		MaxPerPoint: d.MaxPerPoint, Exposure: d.Exposure, AvoidMet: d.AvoidMet,
	}
}

func shareDocs(in map[int]int) []shareDoc {
	var out []shareDoc
	for difficulty := 1; difficulty <= 5; difficulty++ {
		if percent, ok := in[difficulty]; ok {
			out = append(out, shareDoc{difficulty, percent})
		}
	}
	return out
}

func shares(in []shareDoc) map[int]int {
	var out map[int]int
	for _, s := range in {
		if out == nil {
			out = map[int]int{}
		}
		out[s.Difficulty] = s.Percent
	}
	return out
}

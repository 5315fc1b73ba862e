package bank

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WarningKind names what is odd about an item. Editors see its sentence; the
// kinds are stable.
type WarningKind string

// What is looked for. Those that are wrong for sure are Faults.
const (
	NoKey          WarningKind = "no-key"          // nothing is right
	KeyBeyond      WarningKind = "key-beyond"      // the key names an option that is not there
	KeyCount       WarningKind = "key-count"       // more keys than one, or only one for multiple choice
	NoStem         WarningKind = "no-stem"         //
	FewOptions     WarningKind = "few-options"     //
	OptionEmpty    WarningKind = "option-empty"    //
	OptionsAlike   WarningKind = "options-alike"   // two options say the same
	CodePoint      WarningKind = "code-point"      // the code's middle is not the point
	AllAbove       WarningKind = "all-above"       // “以上都是” may be shuffled away from the end
	KeyLongest     WarningKind = "key-longest"     // the longest option is the key
	AbsoluteWords  WarningKind = "absolute-words"  // 一律, 绝对 … give an answer away
	NoQuestion     WarningKind = "no-question"     // the stem asks nothing
	BlanksMismatch WarningKind = "blanks-mismatch" // the stem's blanks are not the key's
	NearDuplicate  WarningKind = "near-duplicate"  // another stem is nearly the same
	NearOtherKey   WarningKind = "near-other-key"  // … and has another key
	LawNotInForce  WarningKind = "law-not-in-force"
	PictureSilent  WarningKind = "picture-silent" // a picture without words
)

// Fault tells whether an item with this warning cannot be handed in: papers
// with it could not be marked.
func (k WarningKind) Fault() bool {
	switch k {
	case NoKey, KeyBeyond, KeyCount, NoStem, FewOptions, OptionEmpty, OptionsAlike, CodePoint, BlanksMismatch:
		return true
	}
	return false
}

// Warning is one thing that is odd about an item.
type Warning struct {
	Kind   WarningKind
	Part   int      // of a case, from 1; else 0
	Values []string // what its sentence names: letters, words, codes
}

// Law is a text that is no longer in force, by the name that sources use.
type Law struct {
	Name string
	Note string // what holds instead, and since when
}

// DefaultLaws is the list that a new bank begins with (示例). Editors change
// it; it claims to be neither complete nor up to date.
func DefaultLaws() []Law {
	return []Law{
		{"治安管理处罚条例", "已由《治安管理处罚法》取代"},
		{"企业事业单位治安保卫工作条例", "名称有误，应为《企业事业单位内部治安保卫条例》"},
		{"合同法", "已由《民法典》合同编取代"},
		{"侵权责任法", "已由《民法典》侵权责任编取代"},
	}
}

var (
	allAbove = []string{"以上都", "以上均", "以上全", "以上皆", "上述都", "上述均", "全都对", "都对", "都不对", "都是", "都不是", "均正确", "均不正确"}
	absolute = []string{"一律", "绝对", "永远", "从不", "决不", "绝不", "任何情况", "所有情况", "无论如何", "毫无例外", "百分之百", "完全不", "必然", "唯一"}
)

// Warnings looks at one item by itself. Its code is what the item is called.
func Warnings(code string, r *Revision, laws []Law) []Warning {
	var out []Warning
	if r.Type == Other {
		return nil // kept as it came, and never asked
	}
	if want, ok := pointOfCode(code); ok && want != r.Point {
		out = append(out, Warning{Kind: CodePoint, Values: []string{string(want), string(r.Point)}})
	}
	if r.Type == Case {
		if strings.TrimSpace(r.Stem) == "" {
			out = append(out, Warning{Kind: NoStem})
		}
		if len(r.Parts) == 0 {
			out = append(out, Warning{Kind: NoKey})
		}
		for i := range r.Parts {
			for _, w := range questionWarnings(&r.Parts[i]) {
				w.Part = i + 1
				out = append(out, w)
			}
		}
	} else {
		out = append(out, questionWarnings(&r.Question)...)
	}
	return append(out, textWarnings(r, laws)...)
}

// pointOfCode is the middle of an item code, such as A-B-C-001 of
// B-A-B-C-001-002.
func pointOfCode(code string) (PointCode, bool) {
	first, last := strings.IndexByte(code, '-'), strings.LastIndexByte(code, '-')
	if first < 0 || last <= first {
		return "", false
	}
	return PointCode(code[first+1 : last]), true
}

func questionWarnings(q *Question) []Warning {
	var out []Warning
	warn := func(k WarningKind, values ...string) { out = append(out, Warning{Kind: k, Values: values}) }
	if strings.TrimSpace(q.Stem) == "" {
		warn(NoStem)
	}
	switch {
	case q.Type.Choice():
		out = append(out, choiceWarnings(q)...)
	case q.Type == Blank:
		out = append(out, blankWarnings(q)...)
	case strings.TrimSpace(q.Key.Reference) == "":
		warn(NoKey)
	}
	if strings.TrimSpace(q.Stem) != "" && !asks(q) {
		warn(NoQuestion)
	}
	return out
}

// asks tells whether a stem has a place to answer at: brackets, a question
// mark, or the beginning of an order. A judgement states something.
func asks(q *Question) bool {
	stem := Normal(Plain(q.Stem))
	switch q.Type {
	case Judgement, Blank:
		return true
	case ShortAnswer, Essay, Case:
		for _, word := range []string{"?", "试述", "简述", "论述", "说明", "列举", "分析", "请", "如何", "怎样", "哪些", "什么", "为什么", "写出", "指出", "谈", "结合", "阐述", "计算"} {
			if strings.Contains(stem, word) {
				return true
			}
		}
		return false
	}
	for _, place := range []string{"()", "__", "?", "[]"} {
		if strings.Contains(stem, place) {
			return true
		}
	}
	// A stem may simply run on into its options.
	for _, end := range []string{"是", "有", "包括", "为", ":", "应", "应当"} {
		if strings.HasSuffix(strings.TrimRight(stem, "."), end) {
			return true
		}
	}
	return false
}

func choiceWarnings(q *Question) []Warning {
	var out []Warning
	warn := func(k WarningKind, values ...string) { out = append(out, Warning{Kind: k, Values: values}) }
	if q.Type != Judgement && len(q.Options) < 2 {
		warn(FewOptions)
	}
	if len(q.Key.Options) == 0 {
		warn(NoKey)
	}
	for _, id := range q.Key.Options {
		if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.ID == id }) {
			warn(KeyBeyond, string(id))
		}
	}
	if n := len(q.Key.Options); (q.Type != Multiple && n > 1) || (q.Type == Multiple && n == 1) {
		warn(KeyCount, strconv.Itoa(n))
	}
	if q.Type == Judgement {
		if word := firstOf(Plain(q.Stem), absolute); word != "" {
			warn(AbsoluteWords, word)
		}
		return out
	}
	said := map[string]OptionID{}
	for i, o := range q.Options {
		text := Normal(Plain(o.Text))
		if text == "" && len(PictureIDs(o.Text)) == 0 {
			warn(OptionEmpty, string(o.ID))
			continue
		}
		if len(PictureIDs(o.Text)) > 0 {
			text = o.Text
		}
		if other, ok := said[text]; ok {
			warn(OptionsAlike, string(other), string(o.ID))
		}
		said[text] = o.ID
		if utf8.RuneCountInString(o.Text) <= 12 && firstOf(o.Text, allAbove) != "" && !(o.Last && i == len(q.Options)-1) {
			warn(AllAbove, string(o.ID))
		}
		if word := firstOf(Plain(o.Text), absolute); word != "" {
			warn(AbsoluteWords, word, string(o.ID))
		}
	}
	if id, ok := longestIsKey(q); ok {
		warn(KeyLongest, string(id))
	}
	return out
}

// longestIsKey finds a single key that is longer than every other option by
// half and by four characters: a reader who knows nothing would choose it.
func longestIsKey(q *Question) (OptionID, bool) {
	if q.Type != Single || len(q.Key.Options) != 1 || len(q.Options) < 3 {
		return "", false
	}
	key, others := 0, 0
	for _, o := range q.Options {
		n := utf8.RuneCountInString(Plain(o.Text))
		if o.ID == q.Key.Options[0] {
			key = n
		} else {
			others = max(others, n)
		}
	}
	return q.Key.Options[0], key >= others+4 && key*2 >= others*3
}

func blankWarnings(q *Question) []Warning {
	var out []Warning
	if len(q.Key.Blanks) == 0 {
		out = append(out, Warning{Kind: NoKey})
	}
	for i, accepted := range q.Key.Blanks {
		if !slices.ContainsFunc(accepted, func(a string) bool { return Normal(a) != "" }) {
			out = append(out, Warning{Kind: NoKey, Values: []string{strconv.Itoa(i + 1)}})
		}
	}
	if n := BlanksIn(q.Stem); n > 0 && len(q.Key.Blanks) > 0 && n != len(q.Key.Blanks) {
		out = append(out, Warning{Kind: BlanksMismatch, Values: []string{strconv.Itoa(n), strconv.Itoa(len(q.Key.Blanks))}})
	}
	return out
}

// BlanksIn counts the places to fill in of a stem: runs of two or more
// underlines, and empty brackets.
func BlanksIn(stem string) int {
	n, run := 0, 0
	open := false
	for _, r := range Plain(stem) {
		switch {
		case r == '_' || r == '＿':
			if run++; run == 2 {
				n++
			}
			continue
		case r == '（' || r == '(':
			open = true
		case (r == '）' || r == ')') && open && run == 0:
			n++
			open = false
		case !unicode.IsSpace(r):
			open = false
		}
		if run = 0; r == '）' || r == ')' {
			open = false
		}
	}
	return n
}

func textWarnings(r *Revision, laws []Law) []Warning {
	var out []Warning
	texts := []string{r.Source}
	silent := 0
	for i := range len(r.Parts) + 1 {
		q := &r.Question
		if i > 0 {
			q = &r.Parts[i-1]
			texts = append(texts, q.Source)
		}
		for _, text := range q.Texts() {
			silent += PicturesWithoutWords(text)
			texts = append(texts, Plain(text))
		}
	}
	all := strings.Join(texts, "\n")
	for _, law := range laws {
		if law.Name != "" && namesLaw(all, law.Name) {
			out = append(out, Warning{Kind: LawNotInForce, Values: []string{law.Name, law.Note}})
		}
	}
	if silent > 0 {
		out = append(out, Warning{Kind: PictureSilent, Values: []string{fmt.Sprint(silent)}})
	}
	return out
}

// namesLaw tells whether a text names a law in book marks: 《合同法》 or
// 《中华人民共和国合同法》 and not 《劳动合同法》.
func namesLaw(text, name string) bool {
	for _, before := range []string{"《", "《中华人民共和国"} {
		if strings.Contains(text, before+name) {
			return true
		}
	}
	return false
}

func firstOf(text string, words []string) string {
	for _, w := range words {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}

// ItemWarnings are the warnings of one item of a bank.
type ItemWarnings struct {
	Item     ItemID
	Code     string
	Stem     string
	Warnings []Warning
}

// KeySpread is how often each letter is the key of a type.
type KeySpread struct {
	Type   Type
	Counts []int // by letter, A first
	// Uneven is set where, of 40 items or more, a letter is the key half as
	// often again as an even spread would have it, or half as often.
	Uneven bool
}

// ThinPoint is a point with fewer items than MinPerPoint.
type ThinPoint struct {
	Point PointCode
	Title string
	Items int
}

// MinPerPoint is how many items a point should have at least.
const MinPerPoint = 4

// BankCheck is what a look at a whole bank finds.
type BankCheck struct {
	Items  int
	Found  []ItemWarnings // items with warnings, faults first, then by code
	Counts map[WarningKind]int
	Keys   []KeySpread
	Thin   []ThinPoint
}

// Spread counts the key letters of single choice and judgement.
func Spread(revisions []Revision) []KeySpread {
	var out []KeySpread
	for _, t := range []Type{Single, Judgement} {
		s := KeySpread{Type: t}
		total := 0
		for i := range revisions {
			q := &revisions[i].Question
			if q.Type != t || len(q.Key.Options) != 1 {
				continue
			}
			for len(s.Counts) < len(q.Options) {
				s.Counts = append(s.Counts, 0)
			}
			if at := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == q.Key.Options[0] }); at >= 0 {
				s.Counts[at]++
				total++
			}
		}
		if total == 0 {
			continue
		}
		letters := s.Counts
		if t == Single && len(letters) > 4 {
			letters = letters[:4] // few items have a fifth option
		}
		for _, n := range letters {
			even := total / len(letters)
			s.Uneven = s.Uneven || total >= 40 && (2*n > 3*even || 2*n < even)
		}
		out = append(out, s)
	}
	return out
}

// Thin lists the points of an outline that have too few items.
func Thin(o *Outline, perPoint map[PointCode]int) []ThinPoint {
	var out []ThinPoint
	for _, p := range o.Points() {
		if n := perPoint[p.Code]; n < MinPerPoint && !p.Retired {
			out = append(out, ThinPoint{p.Code, p.Title, n})
		}
	}
	return out
}

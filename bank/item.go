package bank

import (
	"strings"
	"time"
)

// Type is the one-letter type code of an item (题型代码).
type Type string

// The item types that the engine knows. Codes U (calculation) and F
// (composite) exist in the trade and are refused by the importers.
const (
	Single      Type = "B" // 单选题
	Multiple    Type = "G" // 多选题
	Judgement   Type = "C" // 判断题
	Blank       Type = "T" // 填空题
	ShortAnswer Type = "D" // 简答题
	Essay       Type = "W" // 论述题
	Case        Type = "E" // 案例题, holds parts of the other types
)

// Types lists the item types in the order in which papers show them.
func Types() []Type {
	return []Type{Single, Multiple, Judgement, Blank, ShortAnswer, Essay, Case}
}

// Valid tells whether t is one of Types.
func (t Type) Valid() bool {
	switch t {
	case Single, Multiple, Judgement, Blank, ShortAnswer, Essay, Case:
		return true
	}
	return false
}

// Choice tells whether a response to t is a set of options.
func (t Type) Choice() bool { return t == Single || t == Multiple || t == Judgement }

// ByEngine tells whether the engine marks t; the others wait for people. A
// case is marked part by part, so the question is put to its parts.
func (t Type) ByEngine() bool { return t.Choice() || t == Blank }

// ID names a question bank, for example "bwgly-3": one occupation and level.
type ID string

// Level is the level that the name of a bank ends in, 1 to 5, as "bwgly-3" ends
// in 3; 0 where it ends in none.
func (id ID) Level() int {
	at := strings.LastIndexByte(string(id), '-')
	if at < 1 || at+2 != len(id) || id[at+1] < '1' || id[at+1] > '5' {
		return 0
	}
	return int(id[at+1] - '0')
}

// ItemID names an item across all banks: the bank's ID, a slash, the item's
// code, for example "bwgly-3/B-A-B-C-001-002".
type ItemID string

// NewItemID joins a bank and an item code.
func NewItemID(bank ID, code string) ItemID { return ItemID(string(bank) + "/" + code) }

// Bank is the bank that the item is of.
func (id ItemID) Bank() ID {
	of, _, _ := strings.Cut(string(id), "/")
	return ID(of)
}

// Status is where an item stands in its life.
type Status string

// An item is drawn into papers only while it is Published.
const (
	Draft     Status = "draft"
	InReview  Status = "in-review"
	Approved  Status = "approved"
	Published Status = "published"
	Retired   Status = "retired"
)

// Item is the identity of a question. What it asks lives in its revisions,
// which are immutable and numbered from 1.
type Item struct {
	ID        ItemID
	Bank      ID
	Code      string    // type-range1-range2-range3-point-serial
	Point     PointCode // the assessment point (鉴定点) it belongs to
	Status    Status
	Revision  int // the newest revision
	Published int // the revision that papers draw; 0 while there is none
	Updated   time.Time
}

// Ref pins one revision of an item, and for a part of a case the part.
type Ref struct {
	Item     ItemID
	Revision int
	Part     int // 1… within a case, else 0
}

// OptionID is the letter that an option has in the bank, "A" to "H". The
// letter a candidate sees is given by the paper and may differ.
type OptionID string

// The options of every judgement, in this order and never shuffled.
const (
	True  OptionID = "A" // 正确
	False OptionID = "B" // 错误
)

// Option is one of the answers a choice question offers.
type Option struct {
	ID   OptionID
	Text string
	Last bool // must stay last when options are shuffled
	// Feedback is why the option is right or wrong. It goes out with the
	// explanation and never before.
	Feedback string
}

// Key is what is right. A candidate must never receive any part of it before
// the results are released.
type Key struct {
	Options   []OptionID  // choice types: one, or for Multiple one or more
	Blanks    [][]string  // Blank: for each blank the accepted answers
	Reference string      // ShortAnswer, Essay: what markers read
	Rubric    []Criterion // ShortAnswer, Essay: what it should say; may be empty
}

// Question is what one answerable unit asks: a whole item, or a part of a case.
type Question struct {
	Type        Type
	Stem        string
	Options     []Option // Single, Multiple; for Judgement always True, False
	Key         Key
	Explanation string
	Source      string // the law and article, or the book it rests on
}

// Revision is one immutable state of an item's content.
type Revision struct {
	Item        ItemID
	Number      int // from 1
	Point       PointCode
	Difficulty  int        // 1 very easy … 5 very hard
	Consistency int        // 1 … 5, how well it fits its point; 0 unknown
	Question               // for a case the stem is the situation
	Parts       []Question // Case only, at least one; never a Case
	Excludes    []ItemID   // items that must not stand on the same paper
	Foreign     *Foreign   // what its import said beyond this; usually nil
	Created     time.Time
	Author      string
}

// Part returns the answerable unit that ref names: the revision's own question
// for part 0, else that part of the case. It reports false where there is none.
func (r *Revision) Part(part int) (*Question, bool) {
	if part == 0 {
		return &r.Question, r.Type != Case
	}
	if part < 0 || part > len(r.Parts) {
		return nil, false
	}
	return &r.Parts[part-1], true
}

// JudgementOptions returns the two options that every judgement has.
func JudgementOptions() []Option {
	return []Option{{ID: True, Text: "正确"}, {ID: False, Text: "错误"}}
}

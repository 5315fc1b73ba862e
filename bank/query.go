package bank

import "time"

// Summary is a bank in a list.
type Summary struct {
	ID        ID
	Title     string
	Total     int
	Published int
}

// ItemQuery asks for a page of a bank's items. Zero fields do not filter. Text
// is looked for in the code, the stem, the options and the explanation, by
// bigrams; words apart are looked for apart.
type ItemQuery struct {
	Bank       ID
	Type       Type
	Range      RangeCode // or a point
	Status     Status
	Stage      Stage
	Difficulty int
	Author     string
	Tag        string
	Used       Choice
	// Items without the figure are in no span of it.
	Facility       Span
	Discrimination Span
	Suspicious     Choice
	Doubted        Choice
	Text           string
	Sort           ItemSort
	Descending     bool
	Skip           int
	Limit          int // at least 1
}

// Choice filters by something that holds or does not.
type Choice string

// The choices.
const (
	Either  Choice = ""
	Only    Choice = "yes"
	Without Choice = "no"
)

// ItemSort is the order of a list. The empty one is by code, or where a text
// is looked for by how well it fits.
type ItemSort string

// The orders of a list.
const (
	BestFirst    ItemSort = ""
	ByCode       ItemSort = "code"
	ByChange     ItemSort = "changed"
	ByDifficulty ItemSort = "difficulty"
	// By figures; what has none comes last, whichever way.
	ByFacility       ItemSort = "facility"
	ByDiscrimination ItemSort = "discrimination"
	ByUse            ItemSort = "used" // never, then the longest ago
	ByAuthor         ItemSort = "author"
)

// ItemRow is an item in a list, with what its newest state says: its draft
// where it has never been published, else its newest revision.
type ItemRow struct {
	Item
	Type       Type
	Difficulty int
	Stem       string // without markup
	Author     string // account, or whoever imported it
	Tags       []string
	Version    int
	Work       Work
	LastUsed   time.Time // when a paper that it stands on was last sealed; zero for never
	Figures    ItemFigures
}

// ItemFigures is what statistics say of the newest revision that has any, over
// all sittings that were analysed. The zero value is none.
type ItemFigures struct {
	Revision       int
	People         int
	Facility       *float64 // nil where undefined
	Discrimination *float64 // nil where undefined
	Findings       []string // kinds of what is suspicious, the worst first
}

// Span is a range of a figure: at least From, below To. Nil is no bound.
type Span struct{ From, To *float64 }

func (s *Span) holds(v *float64) bool {
	if s.From == nil && s.To == nil {
		return true
	}
	return v != nil && (s.From == nil || *v >= *s.From) && (s.To == nil || *v < *s.To)
}

// ItemPage is one page of a list and how many there are in all.
type ItemPage struct {
	Rows  []ItemRow
	Total int
}

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
	Text       string
	Sort       ItemSort
	Descending bool
	Skip       int
	Limit      int // at least 1
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
}

// ItemPage is one page of a list and how many there are in all.
type ItemPage struct {
	Rows  []ItemRow
	Total int
}

package bank

// Summary is a bank in a list.
type Summary struct {
	ID        ID
	Title     string
	Total     int
	Published int
}

// ItemQuery asks for a page of a bank's items by code. Zero fields do not
// filter. Text is looked for in the stem, options and code, by bigrams.
type ItemQuery struct {
	Bank       ID
	Type       Type
	Range      RangeCode
	Status     Status
	Difficulty int
	Text       string
	Skip       int
	Limit      int // at least 1
}

// ItemRow is an item in a list, with what its newest revision says.
type ItemRow struct {
	Item
	Type       Type
	Difficulty int
	Stem       string
}

// ItemPage is one page of a list and how many there are in all.
type ItemPage struct {
	Rows  []ItemRow
	Total int
}

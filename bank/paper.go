package bank

// Slot is one answerable place on a paper. Numbers run from 1 over the whole
// paper; the parts of a case are slots of their own that follow each other.
type Slot struct {
	Number  int
	Section int // index into Paper.Sections
	Ref     Ref
	Points  Marks
	// Order lists the bank's options as this candidate sees them: the first
	// is shown as A. Empty for types without options.
	Order []OptionID
}

// Paper is what one candidate answers. It pins revisions, so that it can be
// shown and marked again years later.
type Paper struct {
	Blueprint string
	Bank      ID
	Seed      string // hex; from it and the same bank the paper can be drawn again
	Sections  []Section
	Slots     []Slot
}

// Total is the sum of the points of all slots.
func (p *Paper) Total() Marks {
	var m Marks
	for _, s := range p.Slots {
		m += s.Points
	}
	return m
}

// Letter returns the letter under which the option at index i is shown.
func Letter(i int) string { return string(rune('A' + i)) }

// Response is what a candidate answered at one slot. Choice holds the letters
// as shown, sorted, each once; Text holds one entry per blank, or one for an
// answer in words. The zero value means not answered.
type Response struct {
	Choice []string
	Text   []string
}

// Empty tells whether nothing was answered.
func (r Response) Empty() bool {
	if len(r.Choice) > 0 {
		return false
	}
	for _, t := range r.Text {
		if t != "" {
			return false
		}
	}
	return true
}

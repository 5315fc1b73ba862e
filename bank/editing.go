package bank

import "time"

// Manuscript is what an editor is writing: the one version of an item that changes.
// It is numbered by saves and becomes a revision when it is handed in.
type Manuscript struct {
	Version int // how often it was saved; 0 before the first time
	Base    int // the revision it began from; 0 for none
	Bank    ID
	Content Revision // its number, time and author are not set
	By      string   // who saved it last
	Updated time.Time
}

// Event is a step that was taken, or a comment.
type Event struct {
	Item      ItemID
	Revision  int // what it is about; 0 for a draft
	Step      Step
	By        string
	At        time.Time
	Note      string
	AltersKey bool
}

// Use is that papers of a sitting show a revision.
type Use struct {
	Ref
	Sitting string
	Title   string    // of the sitting
	At      time.Time // when the papers were sealed
	Papers  int
}

// Batch is one act on many items, so that it can be taken back as one.
type Batch struct {
	ID      string
	Bank    ID
	Act     string
	By      string
	At      time.Time
	Undone  bool
	Changes []BatchChange
	// Only of an import, whose changes are kept apart: see Imported.
	State                     BatchState
	Title                     string // the file
	Added, Revised, Unchanged int
}

// BatchChange is one item of a batch: its version after the act, and what is
// put back if it still has that version.
type BatchChange struct {
	Item    ItemID
	Version int
	Status  Status
	Tags    []string
}

// SavedFilter is a filter that an editor gave a name.
type SavedFilter struct {
	Name  string
	Query string // as it stands in the address of the list
}

// Picture is an image of a question, kept in the bank's store.
type Picture struct {
	ID     PictureID
	Type   string // image/png or image/jpeg
	Width  int
	Height int
	Data   []byte
}

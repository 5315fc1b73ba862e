package bank

import "time"

// BatchState is how far an import got.
type BatchState string

// The states of an import. One that is running or being undone when a program
// dies is taken up again, and nothing is done twice.
const (
	BatchRunning BatchState = "running"
	BatchDone    BatchState = "done"
	BatchUndoing BatchState = "undoing"
	BatchUndone  BatchState = "undone"
)

// Imported is one item of an import. Before is what its head said before, its
// zero value where the import added the item; Version is that of the head
// after it.
type Imported struct {
	Item    ItemID
	Version int
	Before  Item
}

// IntakeState is where a file stands that is to be imported.
type IntakeState string

// The states of an intake. Reading and Importing are work under way, which
// beats while it goes on.
const (
	IntakeOpen      IntakeState = "open" // its parts are on their way
	IntakeReading   IntakeState = "reading"
	IntakeRead      IntakeState = "read"
	IntakeImporting IntakeState = "importing"
	IntakeDone      IntakeState = "done"
	IntakeFailed    IntakeState = "failed"
)

// Intake is a file that somebody wants to import, from its first byte until it
// is in or given up.
type Intake struct {
	ID      string
	Bank    ID
	Name    string
	Size    int64
	By      string
	At      time.Time
	Version int
	State   IntakeState
	// Format and Point are how it is read; Detected is the format that its
	// content has.
	Format, Detected string
	Point            PointCode
	Progress         int // items done of Total, while it is Reading or Importing
	Total            int
	Beat             time.Time // when the work under way was last heard of
	Failure          string    // why the last reading or import failed, as a code
	// What reading it found. Digest names it: only what was looked at is imported.
	Title                        string
	Digest                       string
	Rows, Kept, Changed, Dropped int
	Added, Revised, Unchanged    int
	Outline, Blueprint           bool // the file holds one
	// What was decided.
	Leave []string // codes of items that stay out
	Fixes []Fix    // what was corrected of the file while looking at it
}

// Fix corrects one field of a row of a file, without the file. Free gives the
// row the next free code instead.
type Fix struct {
	Sheet string
	Row   int
	Field string
	Text  string
	Free  bool
}

package bank

import "time"

// ImportOptions tells a store of questions whose the revisions are and where
// they are to stand.
type ImportOptions struct {
	Bank   ID
	Author string
	// Status is given to items that are new or changed; empty means Draft. With
	// Published the new revision is drawn from now on. With anything else an
	// item that is published stays so, with the revision it had, and the new
	// one waits.
	Status   Status
	Now      time.Time
	Progress func(done, total int) // may be nil
}

// ImportResult counts the items of an import.
type ImportResult struct {
	Added     int
	Revised   int
	Unchanged int
}

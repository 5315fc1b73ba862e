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
	// Batch names the import that what is changed belongs to, so that it can be
	// taken back. Empty keeps no trace of what was before.
	Batch string
	// DryRun counts and changes nothing.
	DryRun bool
}

// ImportResult counts the items of an import.
type ImportResult struct {
	Added     int
	Revised   int
	Unchanged int
}

// Add sums up two imports.
func (r *ImportResult) Add(o ImportResult) {
	r.Added += o.Added
	r.Revised += o.Revised
	r.Unchanged += o.Unchanged
}

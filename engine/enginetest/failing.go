package enginetest

import (
	"context"
	"sync"

	"gongyuan/engine/attempt"
)

// FailingJournal is a journal whose Append does what it is told first.
type FailingJournal struct {
	attempt.Journal

	mu     sync.Mutex
	before func([]attempt.JournalEntry) error
	sizes  []int
}

// Before sets what happens before each Append; an error keeps the operations
// from being stored. Nil lets everything through again.
func (j *FailingJournal) Before(fn func([]attempt.JournalEntry) error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.before = fn
}

// Append implements attempt.Journal.
func (j *FailingJournal) Append(ctx context.Context, ops []attempt.JournalEntry) error {
	j.mu.Lock()
	before := j.before
	j.sizes = append(j.sizes, len(ops))
	j.mu.Unlock()
	if before != nil {
		if err := before(ops); err != nil {
			return err
		}
	}
	return j.Journal.Append(ctx, ops)
}

// Sizes returns how many operations each Append so far was given.
func (j *FailingJournal) Sizes() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]int(nil), j.sizes...)
}

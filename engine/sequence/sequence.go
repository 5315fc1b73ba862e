// Package sequence places records one after the other without a gap, by the
// unique indexes of a store alone: no transaction, no counter that could run
// ahead of what is stored. Certificates number themselves by it, and the
// records of the audit and of the certificate log find their place.
//
// A record is inserted at the place after the last that is stored durably. Two
// copies of the program that want the same place compete by the store's unique
// index; whoever loses looks where the end is now. A place that clashes with
// nothing visible is a write that another copy has begun and that is not
// durable yet: it is tried again and never passed over, because passing it
// would leave a gap if that copy fails.
package sequence

import (
	"context"
	"errors"
	"time"
)

// Errors of this package.
var (
	// ErrTaken is what Step.Insert returns where the place, or the record under
	// another place, is there already.
	ErrTaken = errors.New("sequence: taken")
	// ErrBusy tells that the store has not settled; nothing was placed.
	ErrBusy = errors.New("sequence: storage has not settled, try again")
)

// Sequence places records. One copy of the program places one record of a
// sequence at a time. It is safe for concurrent use.
type Sequence struct {
	turn chan struct{}
	next map[string]int64 // per run: a place whose predecessor is known to be stored
}

// New returns a Sequence.
func New() *Sequence {
	return &Sequence{make(chan struct{}, 1), map[string]int64{}}
}

// Step is how one record finds its place in a run.
type Step struct {
	Run   string
	First int64 // place of the run
	// Last returns the highest place from the given one on that is stored
	// durably, and the one before it where there is none.
	Last func(ctx context.Context, from int64) (int64, error)
	// Insert stores the record at a place, or returns an ErrTaken.
	Insert func(context.Context, int64) error
	// Mine tells whether the record has a place already.
	Mine func(context.Context) (bool, error)
}

// How long a clash may stay without a visible cause.
const (
	settleTries = 40
	settlePause = 25 * time.Millisecond
)

// Place stores the record once. An error other than ErrBusy may leave it
// stored or not; asking again is safe and finds out.
func (s *Sequence) Place(ctx context.Context, st Step) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	n, known := s.next[st.Run]
	for unexplained := 0; unexplained < settleTries; {
		if !known {
			last, err := st.Last(ctx, st.First)
			if err != nil {
				return err
			}
			n, known = last+1, true
		}
		err := st.Insert(ctx, n)
		if err == nil {
			s.next[st.Run] = n + 1
			return nil
		}
		if !errors.Is(err, ErrTaken) {
			return err
		}
		if found, err := st.Mine(ctx); err != nil || found {
			return err
		}
		last, err := st.Last(ctx, n)
		if err != nil {
			return err
		}
		if last >= n {
			n, unexplained = last+1, 0
			continue
		}
		// Only what was seen may be passed: n is tried again, never n+1.
		unexplained++
		if err := Wait(ctx); err != nil {
			return err
		}
	}
	return ErrBusy
}

// Wait lets a moment pass in which another copy's write may become visible.
func Wait(ctx context.Context) error {
	t := time.NewTimer(settlePause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

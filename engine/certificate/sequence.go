package certificate

import (
	"context"
	"errors"
	"time"
)

// sequence places records one after the other, without a gap, by the rule that
// doc.go explains. One copy of the program places one record of a sequence at
// a time; several copies compete by the store's unique indexes alone. It is
// safe for concurrent use.
type sequence struct {
	turn chan struct{}
	next map[string]int64 // per run: a place whose predecessor is known to be stored
}

func newSequence() *sequence {
	return &sequence{make(chan struct{}, 1), map[string]int64{}}
}

// step is how one record finds its place in a run.
type step struct {
	run   string
	first int64 // place of the run
	// last returns the highest place from the given one on that is stored
	// durably, and the one before it where there is none.
	last func(ctx context.Context, from int64) (int64, error)
	// insert stores the record at a place, or returns ErrTaken.
	insert func(context.Context, int64) error
	// mine tells whether the record has a place already.
	mine func(context.Context) (bool, error)
}

// How long a clash may stay without a visible cause: a write that another copy
// has begun and that is not durable yet.
const (
	settleTries = 40
	settlePause = 25 * time.Millisecond
)

// place stores the record once. An error other than ErrBusy may leave it
// stored or not; asking again is safe and finds out.
func (s *sequence) place(ctx context.Context, st step) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	n, known := s.next[st.run]
	for unexplained := 0; unexplained < settleTries; {
		if !known {
			last, err := st.last(ctx, st.first)
			if err != nil {
				return err
			}
			n, known = last+1, true
		}
		err := st.insert(ctx, n)
		if err == nil {
			s.next[st.run] = n + 1
			return nil
		}
		if !errors.Is(err, ErrTaken) {
			return err
		}
		if found, err := st.mine(ctx); err != nil || found {
			return err
		}
		last, err := st.last(ctx, n)
		if err != nil {
			return err
		}
		if last >= n {
			n, unexplained = last+1, 0
			continue
		}
		// Only what was seen may be passed: n is tried again, never n+1.
		unexplained++
		if err := pause(ctx, settlePause); err != nil {
			return err
		}
	}
	return ErrBusy
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

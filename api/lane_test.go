package api

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestLane fills a lane: the next waits, gets the place that becomes free, and
// is refused when none does.
func TestLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane(2, time.Second)
		first, err := l.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(500*time.Millisecond, first)
		if _, err := l.enter(t.Context()); err != nil {
			t.Errorf("a place became free in time: %v", err)
		}
		began := time.Now()
		_, err = l.enter(t.Context())
		var busy *busyError
		if !errors.As(err, &busy) || busy.after < time.Second || busy.after > 3*time.Second {
			t.Errorf("full lane: %v", err)
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %s, want 1 s", waited)
		}
	})
}

// TestLanesAreApart fills the lane of lists: a save finds its own as it was.
func TestLanesAreApart(t *testing.T) {
	t.Parallel()
	s := &server{}
	s.lanes, s.others = lanes()
	lists := s.laneOf("listResults")
	for range cap(lists.slots) {
		if _, err := lists.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"saveOperations", "submitAttempt", "enterAttempt", "beat", "streamAttempt"} {
		if l := s.laneOf(id); l == lists || len(l.slots) != 0 {
			t.Errorf("%s shares the lane of lists", id)
		}
	}
}

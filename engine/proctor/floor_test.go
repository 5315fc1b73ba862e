package proctor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// memoryFeed joins the floors of one test.
type memoryFeed struct {
	mu     sync.Mutex
	heard  map[int]func([]string)
	n      int
	loses  bool // words go nowhere
	broken chan struct{}
}

func newFeed() *memoryFeed {
	return &memoryFeed{heard: map[int]func([]string){}, broken: make(chan struct{})}
}

func (f *memoryFeed) Publish(_ context.Context, words []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.loses {
		return errors.New("lost")
	}
	for _, h := range f.heard {
		h(words)
	}
	return nil
}

func (f *memoryFeed) Subscribe(ctx context.Context, heard func([]string)) error {
	f.mu.Lock()
	f.n++
	n := f.n
	f.heard[n] = heard
	broken := f.broken
	f.mu.Unlock()
	heard(nil)
	select {
	case <-ctx.Done():
	case <-broken:
	}
	f.mu.Lock()
	delete(f.heard, n)
	f.mu.Unlock()
	return errors.New("over")
}

// breaks ends every subscription.
func (f *memoryFeed) breaks() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.broken)
	f.broken = make(chan struct{})
}

// hall is a sitting whose seats a test moves.
type hall struct {
	mu       sync.Mutex
	seats    []proctor.Seat
	progress map[attempt.AttemptID]attempt.Progress
	marks    map[sitting.RegistrationID]proctor.Marks
	asked    int // attempts whose progress was read
	fails    bool
}

func newHall(n int) *hall {
	h := &hall{progress: map[attempt.AttemptID]attempt.Progress{}, marks: map[sitting.RegistrationID]proctor.Marks{}}
	for i := range n {
		id := attempt.AttemptID(fmt.Sprintf("a%d", i))
		h.seats = append(h.seats, proctor.Seat{
			Registration: sitting.RegistrationID(fmt.Sprintf("r%d", i)), Attempt: id, Room: "01", Place: fmt.Sprintf("%02d", i+1), Total: 10,
		})
		h.progress[id] = attempt.Progress{Attempt: id, State: attempt.Ready}
	}
	return h
}

var errAway = errors.New("store is away")

func (h *hall) Seats(context.Context, sitting.ID) ([]proctor.Seat, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fails {
		return nil, errAway
	}
	return append([]proctor.Seat{}, h.seats...), nil
}

func (h *hall) Progress(_ context.Context, ids []attempt.AttemptID) ([]attempt.Progress, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fails {
		return nil, errAway
	}
	h.asked += len(ids)
	var out []attempt.Progress
	for _, id := range ids {
		out = append(out, h.progress[id])
	}
	return out, nil
}

func (h *hall) MarksOf(context.Context, sitting.ID, []proctor.Seat) (map[sitting.RegistrationID]proctor.Marks, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[sitting.RegistrationID]proctor.Marks{}
	for id, m := range h.marks {
		out[id] = m
	}
	return out, nil
}

func (h *hall) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// bubbleClock is the time of the test's bubble.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() }

func (h *hall) floor(t *testing.T, feed proctor.Feed) *proctor.Floor {
	t.Helper()
	f := proctor.NewFloor(proctor.FloorDeps{Feed: feed, Progress: h, Rosters: h, Records: h, Clock: bubbleClock{}, Log: slog.New(slog.DiscardHandler)})
	return f
}

// look waits for the next update of a view, at most for so long.
func look(t *testing.T, v *proctor.View, most time.Duration) *proctor.Update {
	t.Helper()
	deadline := time.After(most)
	for {
		u, more := v.Next()
		if u != nil {
			return u
		}
		select {
		case <-more:
		case <-deadline:
			return nil
		}
	}
}

func open(t *testing.T, f *proctor.Floor, after string) *proctor.View {
	t.Helper()
	v, err := f.Open(t.Context(), "s", after)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBoard(t *testing.T) {
	t.Parallel()
	t.Run("OK a change on one copy is on the board of another within a second", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(3)
			one, two := h.floor(t, feed), h.floor(t, feed)
			defer one.Close()
			defer two.Close()
			v := open(t, two, "")
			defer v.Close()
			if u := look(t, v, 0); u == nil || !u.Whole || len(u.Seats) != 3 {
				t.Fatalf("first: %+v, want the whole board", u)
			}
			time.Sleep(5 * time.Second) // the words of the beginning are dealt with
			for look(t, v, time.Second) != nil {
			}
			h.set(func() {
				h.asked = 0
				h.progress["a1"] = attempt.Progress{Attempt: "a1", State: attempt.Running, Answered: 4, LastSeen: time.Now(), Deadline: time.Now().Add(time.Hour)}
			})
			began := time.Now()
			one.Stir("a1", "a1", "of another sitting")
			u := look(t, v, 5*time.Second)
			if u == nil || u.Whole || len(u.Seats) != 1 || u.Seats[0].Answered != 4 || u.Seats[0].Phase(time.Now()) != proctor.Answering {
				t.Fatalf("update: %+v", u)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %s", took)
			}
			if h.asked != 1 {
				t.Errorf("the progress of %d attempts was read, want that of one", h.asked)
			}
			one.Stir("a1")
			if u := look(t, v, 3*time.Second); u != nil {
				t.Errorf("nothing changed, and the board says %+v", u)
			}
		})
	})
	t.Run("OK it goes on where a page left off", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(3)
			f := h.floor(t, feed)
			defer f.Close()
			v := open(t, f, "")
			first := look(t, v, 0)
			v.Close()
			time.Sleep(2 * time.Second)
			f.Waits("a2")
			time.Sleep(time.Second)
			again := open(t, f, first.ID)
			u := look(t, again, 0)
			if u == nil || u.Whole || len(u.Seats) != 1 || u.Seats[0].Phase(time.Now()) != proctor.Waiting {
				t.Fatalf("update: %+v", u)
			}
			again.Close()
			other := open(t, f, "unknown.7")
			if u := look(t, other, 0); u == nil || !u.Whole {
				t.Errorf("an id of another board: %+v, want the whole board", u)
			}
			other.Close()
			// Nobody looks for long: the board goes, and its numbers with it.
			time.Sleep(3 * time.Minute)
			late := open(t, f, u.ID)
			defer late.Close()
			if u := look(t, late, 0); u == nil || !u.Whole {
				t.Errorf("after the board was gone: %+v, want the whole board", u)
			}
		})
	})
	t.Run("OK silence becomes a loss of connection by itself", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(1)
			seen := time.Now()
			h.progress["a0"] = attempt.Progress{Attempt: "a0", State: attempt.Running, LastSeen: seen, Deadline: seen.Add(time.Hour)}
			f := h.floor(t, feed)
			defer f.Close()
			v := open(t, f, "")
			defer v.Close()
			if u := look(t, v, 0); u.Seats[0].Phase(time.Now()) != proctor.Answering {
				t.Fatalf("first: %+v", u.Seats[0])
			}
			u := look(t, v, attempt.GapAfter+3*time.Second)
			if u == nil || u.Seats[0].Phase(time.Now()) != proctor.Lost || !u.Seats[0].LostSince.Equal(seen) {
				t.Fatalf("after a silence: %+v", u)
			}
			h.set(func() {
				p := h.progress["a0"]
				p.LastSeen = time.Now()
				h.progress["a0"] = p
			})
			f.Stir("a0")
			if u := look(t, v, time.Second); u == nil || u.Seats[0].Phase(time.Now()) != proctor.Answering {
				t.Errorf("back again: %+v", u)
			}
		})
	})
	t.Run("OK words that were lost are made up for", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(1)
			h.progress["a0"] = attempt.Progress{Attempt: "a0", State: attempt.Running, LastSeen: time.Now(), Deadline: time.Now().Add(time.Hour)}
			f := h.floor(t, feed)
			defer f.Close()
			v := open(t, f, "")
			defer v.Close()
			look(t, v, 0)
			change := func(n int) {
				h.set(func() {
					p := h.progress["a0"]
					p.Answered, p.LastSeen = n, time.Now()
					h.progress["a0"] = p
				})
				feed.mu.Lock()
				feed.loses = true
				feed.mu.Unlock()
				f.Stir("a0")
			}
			change(1)
			if u := look(t, v, 40*time.Second); u == nil || u.Seats[0].Answered != 1 {
				t.Errorf("a lost word: %+v", u)
			}
			change(2)
			feed.breaks()
			if u := look(t, v, 3*time.Second); u == nil || u.Seats[0].Answered != 2 {
				t.Errorf("the feed broke off and came back: %+v", u)
			}
		})
	})
	t.Run("OK somebody moves and calls", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(2)
			f := h.floor(t, feed)
			defer f.Close()
			v := open(t, f, "")
			defer v.Close()
			look(t, v, 0)
			time.Sleep(5 * time.Second) // the words of the beginning are dealt with
			h.set(func() { h.seats[1].Room, h.seats[1].Place = "02", "09" })
			f.Placed("s")
			if u := look(t, v, time.Second); u == nil || u.Whole || u.Seats[0].Place != "09" {
				t.Errorf("moved: %+v", u)
			}
			h.set(func() { h.marks["r0"] = proctor.Marks{Help: 1} })
			f.Recorded("another")
			if u := look(t, v, 3*time.Second); u != nil {
				t.Errorf("a call at another sitting: %+v", u)
			}
			f.Recorded("s")
			if u := look(t, v, time.Second); u == nil || len(u.Seats) != 1 || u.Seats[0].Help != 1 {
				t.Errorf("called: %+v", u)
			}
			changed, stop := f.Pages("a0")
			defer stop()
			f.Notify("a0")
			<-changed
		})
	})
	t.Run("Err a store that is away", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := newFeed(), newHall(1)
			f := h.floor(t, feed)
			defer f.Close()
			h.set(func() { h.fails = true })
			if _, err := f.Open(t.Context(), "s", ""); !errors.Is(err, errAway) {
				t.Errorf("%v, want that the store is away", err)
			}
			h.set(func() { h.fails = false })
			v := open(t, f, "")
			defer v.Close()
			look(t, v, 0)
			h.set(func() {
				h.fails = true
				h.progress["a0"] = attempt.Progress{Attempt: "a0", State: attempt.Submitted, Answered: 9}
			})
			f.Stir("a0")
			time.Sleep(5 * time.Second)
			h.set(func() { h.fails = false })
			if u := look(t, v, 5*time.Second); u == nil || u.Seats[0].Phase(time.Now()) != proctor.Submitted {
				t.Errorf("once it is back: %+v", u)
			}
		})
	})
}

// TestPhase runs every state against what else may be known of a seat.
func TestPhase(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		seat proctor.Seat
		want proctor.Phase
	}{
		{"nobody", proctor.Seat{State: attempt.Ready}, proctor.Away},
		{"checked in", proctor.Seat{State: attempt.Ready, Marks: proctor.Marks{SignedIn: now}}, proctor.SignedIn},
		{"waits", proctor.Seat{State: attempt.Ready, WaitingSeen: now.Add(-20 * time.Second), Marks: proctor.Marks{SignedIn: now}}, proctor.Waiting},
		{"waited", proctor.Seat{State: attempt.Ready, WaitingSeen: now.Add(-time.Hour), Marks: proctor.Marks{SignedIn: now}}, proctor.SignedIn},
		{"absent", proctor.Seat{State: attempt.Ready, Marks: proctor.Marks{Absent: true}}, proctor.Absent},
		{"absent and came", proctor.Seat{State: attempt.Running, Marks: proctor.Marks{Absent: true}}, proctor.Answering},
		{"lost", proctor.Seat{State: attempt.Running, LostSince: now}, proctor.Lost},
		{"lost and paused", proctor.Seat{State: attempt.Paused, LostSince: now}, proctor.Paused},
		{"handed in", proctor.Seat{State: attempt.Closed, LostSince: now}, proctor.Submitted},
	} {
		if got := c.seat.Phase(now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

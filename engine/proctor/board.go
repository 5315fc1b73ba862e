package proctor

import (
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// board is the state of every seat of one sitting. Each change has a number;
// who knows up to which number they have seen gets what changed since. It is
// safe for concurrent use.
type board struct {
	mu      sync.Mutex
	epoch   string // another with each beginning: numbers of an older one say nothing
	seats   []Seat
	changed []int64 // number of the seat's last change
	at      map[attempt.AttemptID]int
	of      map[sitting.RegistrationID]int
	last    int64
	news    chan struct{} // closed when something changes
}

func newBoard(epoch string) *board {
	return &board{epoch: epoch, news: make(chan struct{})}
}

// Update is what a page that looks at the board is told: the whole board, or
// the seats that changed since it was told last.
type Update struct {
	ID    string // where the next one goes on
	Whole bool
	Seats []Seat
}

// fill puts the seats in place. What was known of a seat stays; where the seats
// themselves are others than before, everybody gets the whole board.
func (b *board) fill(seats []Seat, epoch string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	same := len(seats) == len(b.seats)
	for _, s := range seats {
		_, known := b.of[s.Registration]
		same = same && known
	}
	if same {
		for _, s := range seats {
			i := b.of[s.Registration]
			was := b.seats[i]
			if was.Room != s.Room || was.Place != s.Place || was.Name != s.Name || was.Attempt != s.Attempt || was.Extra != s.Extra || was.Total != s.Total {
				delete(b.at, was.Attempt)
				b.seats[i].Room, b.seats[i].Place, b.seats[i].Name, b.seats[i].Attempt, b.seats[i].Extra, b.seats[i].Total = s.Room, s.Place, s.Name, s.Attempt, s.Extra, s.Total
				b.at[s.Attempt] = i
				b.touch(i)
			}
		}
		b.wake()
		return
	}
	before := b.seats
	old := b.of
	b.seats, b.changed = seats, make([]int64, len(seats))
	b.at, b.of = make(map[attempt.AttemptID]int, len(seats)), make(map[sitting.RegistrationID]int, len(seats))
	b.epoch = epoch
	for i := range seats {
		s := &b.seats[i]
		if s.State == "" {
			s.State = attempt.Ready
		}
		if k, ok := old[s.Registration]; ok {
			was := before[k]
			s.State, s.Answered, s.Deadline, s.PausedSince, s.LastSeen = was.State, was.Answered, was.Deadline, was.PausedSince, was.LastSeen
			s.LostSince, s.WaitingSeen, s.Marks = was.LostSince, was.WaitingSeen, was.Marks
		}
		b.of[s.Registration] = i
		if s.Attempt != "" {
			b.at[s.Attempt] = i
		}
		b.touch(i)
	}
	b.wake()
}

// touch numbers a change; the caller holds the lock.
func (b *board) touch(i int) {
	b.last++
	b.changed[i] = b.last
}

// wake tells who waits; the caller holds the lock.
func (b *board) wake() {
	close(b.news)
	b.news = make(chan struct{})
}

// take brings in progress.
func (b *board) take(all []attempt.Progress, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.last
	for _, p := range all {
		if i, ok := b.at[p.Attempt]; ok && b.seats[i].take(p, now) {
			b.touch(i)
		}
	}
	if b.last != before {
		b.wake()
	}
}

// age lets time pass.
func (b *board) age(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.last
	for i := range b.seats {
		if b.seats[i].age(now) {
			b.touch(i)
		}
	}
	if b.last != before {
		b.wake()
	}
}

// waits notes that pages were heard of that wait for the start.
func (b *board) waits(ids []attempt.AttemptID, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.last
	for _, id := range ids {
		i, ok := b.at[id]
		if !ok {
			continue
		}
		if b.seats[i].WaitingSeen.IsZero() {
			b.touch(i)
		}
		b.seats[i].WaitingSeen = now
	}
	if b.last != before {
		b.wake()
	}
}

// mark brings in what acts and calls say of each seat; those that are not named
// have nothing said of them.
func (b *board) mark(all map[sitting.RegistrationID]Marks) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.last
	for i := range b.seats {
		m := all[b.seats[i].Registration]
		if !m.same(b.seats[i].Marks) {
			b.seats[i].Marks = m
			b.touch(i)
		}
	}
	if b.last != before {
		b.wake()
	}
}

func (m Marks) same(o Marks) bool {
	return m.SignedIn.Equal(o.SignedIn) && m.Absent == o.Absent && m.Help == o.Help && m.Taken == o.Taken && m.Unread == o.Unread &&
		m.Warned == o.Warned && m.Expelled == o.Expelled && m.Locked == o.Locked && maps.Equal(m.Signals, o.Signals)
}

// since returns what changed after an update, and a channel that is closed when
// something more does. An id of another board, or none, gets the whole board.
// ok is false where there is nothing to tell.
func (b *board) since(id string) (u Update, more <-chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	more = b.news
	from, known := b.number(id)
	u.ID = b.epoch + "." + strconv.FormatInt(b.last, 10)
	if !known {
		u.Whole, u.Seats = true, append([]Seat{}, b.seats...)
		return u, more, b.at != nil
	}
	if from == b.last {
		return u, more, false
	}
	for i, n := range b.changed {
		if n > from {
			u.Seats = append(u.Seats, b.seats[i])
		}
	}
	return u, more, true
}

// number reads an id; the caller holds the lock.
func (b *board) number(id string) (int64, bool) {
	epoch, text, ok := strings.Cut(id, ".")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil && epoch == b.epoch && n >= 0 && n <= b.last
}

// ids are the attempts that are worth asking about: all, or those only that
// have not ended.
func (b *board) ids(open bool) []attempt.AttemptID {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]attempt.AttemptID, 0, len(b.at))
	for id, i := range b.at {
		if !open || b.seats[i].State.GoesOn() {
			out = append(out, id)
		}
	}
	return out
}

// mine are those of the attempts that the board has.
func (b *board) mine(ids []attempt.AttemptID) []attempt.AttemptID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []attempt.AttemptID
	for _, id := range ids {
		if _, ok := b.at[id]; ok {
			out = append(out, id)
		}
	}
	return out
}

// all is a copy of the seats.
func (b *board) all() []Seat {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Seat{}, b.seats...)
}

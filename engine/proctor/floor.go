package proctor

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

const (
	// gather is how long what is stirred is gathered before it is told to the
	// other copies, and before it is read: the two together stay far below the
	// second that a change may take to the screen.
	gather = 150 * time.Millisecond
	// resync is how often the attempts that go on are read again, in case a
	// word about them was lost.
	resync = 30 * time.Second
	// keepBoard is how long a board is kept up after the last page left it.
	keepBoard = time.Minute
	// again is the pause after the feed broke off.
	again = time.Second
)

// The words of the feed begin with one of these.
const (
	stirred  = "s:" // progress of an attempt
	waits    = "w:" // a page waits for the start
	recorded = "r:" // acts or calls of a sitting
	placed   = "p:" // who sits where at a sitting
	noticed  = "n:" // something for the page of an attempt to read
)

// Feed joins the copies of the program. A word is a hint and may be lost.
type Feed interface {
	Publish(ctx context.Context, words []string) error
	// Subscribe calls heard for each publication, and with nil whenever some may
	// have been missed. It returns when ctx ends or the feed is lost.
	Subscribe(ctx context.Context, heard func(words []string)) error
}

// Progress tells how attempts go.
type Progress interface {
	Progress(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Progress, error)
}

// Rosters tells who sits where; progress and marks are left out.
type Rosters interface {
	Seats(ctx context.Context, id sitting.ID) ([]Seat, error)
}

// Records tells what acts and calls say of the seats of a sitting.
type Records interface {
	MarksOf(ctx context.Context, id sitting.ID, seats []Seat) (map[sitting.RegistrationID]Marks, error)
}

// FloorDeps is what a Floor works with.
type FloorDeps struct {
	Feed     Feed
	Progress Progress
	Rosters  Rosters
	Records  Records
	Clock    attempt.Clock
	Log      *slog.Logger
}

// Floor keeps the boards that somebody looks at. It is safe for concurrent use.
type Floor struct {
	FloorDeps
	mu     sync.Mutex
	boards map[sitting.ID]*lookedAt
	words  map[string]bool // to be told to the other copies
	pages  map[attempt.AttemptID]map[chan struct{}]bool
	kick   chan struct{}
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// lookedAt is a board with who looks and what is to be read for it.
type lookedAt struct {
	*board
	id      sitting.ID
	lookers int
	left    time.Time // when the last page left
	mu      sync.Mutex
	stirred map[attempt.AttemptID]bool
	records bool
	whole   bool
	kick    chan struct{}
	ready   chan struct{} // closed once the board is filled
	failed  error         // why it could not be; read after ready
	cancel  context.CancelFunc
}

// NewFloor returns a Floor that listens until Close.
func NewFloor(d FloorDeps) *Floor {
	ctx, cancel := context.WithCancel(context.Background())
	f := &Floor{
		FloorDeps: d, boards: map[sitting.ID]*lookedAt{}, words: map[string]bool{}, stop: cancel,
		pages: map[attempt.AttemptID]map[chan struct{}]bool{}, kick: make(chan struct{}, 1),
	}
	f.done.Go(func() { f.listen(ctx) })
	f.done.Go(func() { f.speak(ctx) })
	return f
}

// Close ends the boards and waits for what is under way.
func (f *Floor) Close() {
	f.stop()
	f.mu.Lock()
	for _, b := range f.boards {
		b.cancel()
	}
	f.mu.Unlock()
	f.done.Wait()
}

// Stir tells the boards, on whatever copy, that attempts have moved on. It
// never waits.
func (f *Floor) Stir(ids ...attempt.AttemptID) { say(f, stirred, ids) }

// Waits tells that the page of an attempt waits for the start.
func (f *Floor) Waits(id attempt.AttemptID) { say(f, waits, []attempt.AttemptID{id}) }

// Recorded tells that acts or calls of a sitting have changed.
func (f *Floor) Recorded(id sitting.ID) { say(f, recorded, []sitting.ID{id}) }

// Placed tells that somebody of a sitting has another place.
func (f *Floor) Placed(id sitting.ID) { say(f, placed, []sitting.ID{id}) }

// Notify tells the pages of attempts that there is something to read.
func (f *Floor) Notify(ids ...attempt.AttemptID) { say(f, noticed, ids) }

func say[T ~string](f *Floor, kind string, ids []T) {
	f.mu.Lock()
	for _, id := range ids {
		f.words[kind+string(id)] = true
	}
	f.mu.Unlock()
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

// speak publishes what was said, gathered.
func (f *Floor) speak(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.kick:
		}
		f.mu.Lock()
		words := make([]string, 0, len(f.words))
		for w := range f.words {
			words = append(words, w)
		}
		clear(f.words)
		f.mu.Unlock()
		if len(words) > 0 {
			if err := f.Feed.Publish(ctx, words); err != nil && ctx.Err() == nil {
				f.Log.WarnContext(ctx, "board not told", "words", len(words), "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(gather):
		}
	}
}

func (f *Floor) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.Feed.Subscribe(ctx, f.heard); err != nil && ctx.Err() == nil {
			f.Log.WarnContext(ctx, "board feed broke off", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// heard passes words on to the boards and pages of this copy; nil means that
// any may have been missed.
func (f *Floor) heard(words []string) {
	f.mu.Lock()
	boards := make([]*lookedAt, 0, len(f.boards))
	for _, b := range f.boards {
		boards = append(boards, b)
	}
	var moved, waiting []attempt.AttemptID
	var sittings, moving []sitting.ID
	for _, w := range words {
		switch id := w[min(2, len(w)):]; {
		case strings.HasPrefix(w, stirred):
			moved = append(moved, attempt.AttemptID(id))
		case strings.HasPrefix(w, waits):
			waiting = append(waiting, attempt.AttemptID(id))
		case strings.HasPrefix(w, recorded):
			sittings = append(sittings, sitting.ID(id))
		case strings.HasPrefix(w, placed):
			moving = append(moving, sitting.ID(id))
		case strings.HasPrefix(w, noticed):
			wake(f.pages[attempt.AttemptID(id)])
		}
	}
	if words == nil {
		for _, all := range f.pages {
			wake(all)
		}
	}
	f.mu.Unlock()
	for _, b := range boards {
		if len(waiting) > 0 {
			b.waits(waiting, f.Clock.Now())
		}
		b.stir(b.mine(moved), slices.Contains(sittings, b.id), words == nil || slices.Contains(moving, b.id))
	}
}

func wake(all map[chan struct{}]bool) {
	for c := range all {
		select {
		case c <- struct{}{}:
		default: // it has not looked since the last time
		}
	}
}

// Pages returns a channel that receives whenever there may be something for the
// page of an attempt to read. The caller calls stop when it looks no longer.
func (f *Floor) Pages(id attempt.AttemptID) (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pages[id] == nil {
		f.pages[id] = map[chan struct{}]bool{}
	}
	f.pages[id][c] = true
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.pages[id], c)
		if len(f.pages[id]) == 0 {
			delete(f.pages, id)
		}
	}
}

// stir notes what is to be read.
func (b *lookedAt) stir(ids []attempt.AttemptID, records, all bool) {
	if len(ids) == 0 && !records && !all {
		return
	}
	b.mu.Lock()
	for _, id := range ids {
		b.stirred[id] = true
	}
	b.records, b.whole = b.records || records, b.whole || all
	b.mu.Unlock()
	select {
	case b.kick <- struct{}{}:
	default:
	}
}

// View is one page that looks at a board.
type View struct {
	board *lookedAt
	at    string
	close func()
}

// Open begins to look at a sitting's board. after is the ID of the last Update
// that the page has, or empty. Errors: what the stores say, and ctx.Err().
func (f *Floor) Open(ctx context.Context, id sitting.ID, after string) (*View, error) {
	f.mu.Lock()
	b := f.boards[id]
	if b == nil {
		runs, cancel := context.WithCancel(context.Background())
		b = &lookedAt{
			board: newBoard(rand.Text()[:8]), id: id, stirred: map[attempt.AttemptID]bool{},
			kick: make(chan struct{}, 1), ready: make(chan struct{}), cancel: cancel,
		}
		f.boards[id] = b
		f.done.Go(func() { f.run(runs, b) })
	}
	b.lookers++
	f.mu.Unlock()
	var once sync.Once
	v := &View{board: b, at: after, close: func() { once.Do(func() { f.leave(b) }) }}
	select {
	case <-b.ready:
	case <-ctx.Done():
		v.Close()
		return nil, ctx.Err()
	}
	if b.failed != nil {
		v.Close()
		return nil, b.failed
	}
	return v, nil
}

func (f *Floor) leave(b *lookedAt) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b.lookers--
	b.left = f.Clock.Now()
}

// Close ends the look.
func (v *View) Close() { v.close() }

// Next returns the next Update, or nil and a channel that is closed when there
// is one.
func (v *View) Next() (*Update, <-chan struct{}) {
	u, more, ok := v.board.since(v.at)
	if !ok {
		return nil, more
	}
	v.at = u.ID
	return &u, more
}

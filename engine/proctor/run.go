package proctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/attempt"
)

// readTime bounds one reading of the stores for a board.
const readTime = 20 * time.Second

// run fills a board and keeps it up until nobody has looked for a while.
func (f *Floor) run(ctx context.Context, b *lookedAt) {
	defer b.cancel()
	if b.failed = f.load(ctx, b); b.failed != nil {
		f.drop(b)
		close(b.ready)
		return
	}
	close(b.ready)
	tick, sync := time.NewTicker(time.Second), time.NewTicker(resync)
	defer tick.Stop()
	defer sync.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.age(f.Clock.Now())
			if f.forsaken(b) {
				return
			}
		case <-sync.C:
			b.stir(b.ids(true), false, false)
		case <-b.kick:
			began := time.Now()
			err := f.read(ctx, b)
			// What takes long is not done all the time.
			pause := max(gather, 4*time.Since(began))
			if err != nil && ctx.Err() == nil {
				f.Log.WarnContext(ctx, "board not renewed", "sitting", b.id, "err", err)
				b.stir(nil, false, true) // what was to be read is not known any more
				pause = again
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	}
}

// forsaken drops a board that nobody has looked at for a while.
func (f *Floor) forsaken(b *lookedAt) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b.lookers > 0 || f.Clock.Now().Sub(b.left) < keepBoard {
		return false
	}
	if f.boards[b.id] == b {
		delete(f.boards, b.id)
	}
	return true
}

// drop takes a board away that could not be filled, so that the next who looks
// tries again.
func (f *Floor) drop(b *lookedAt) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.boards[b.id] == b {
		delete(f.boards, b.id)
	}
}

// load fills the board from the stores, whole.
func (f *Floor) load(ctx context.Context, b *lookedAt) error {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	seats, err := f.Rosters.Seats(ctx, b.id)
	if err != nil {
		return fmt.Errorf("proctor: board of %s: %w", b.id, err)
	}
	b.fill(seats, rand.Text()[:8])
	if err := f.look(ctx, b, b.ids(false)); err != nil {
		return err
	}
	return f.marks(ctx, b)
}

// read brings in what was stirred.
func (f *Floor) read(ctx context.Context, b *lookedAt) error {
	b.mu.Lock()
	ids := make([]attempt.AttemptID, 0, len(b.stirred))
	for id := range b.stirred {
		ids = append(ids, id)
	}
	records, all := b.records, b.whole
	clear(b.stirred)
	b.records, b.whole = false, false
	b.mu.Unlock()
	if all {
		return f.load(ctx, b)
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	err := f.look(ctx, b, ids)
	if records {
		err = errors.Join(err, f.marks(ctx, b))
	}
	return err
}

func (f *Floor) look(ctx context.Context, b *lookedAt, ids []attempt.AttemptID) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := f.Progress.Progress(ctx, ids)
	if err != nil {
		return fmt.Errorf("proctor: board of %s: %w", b.id, err)
	}
	b.take(all, f.Clock.Now())
	return nil
}

func (f *Floor) marks(ctx context.Context, b *lookedAt) error {
	all, err := f.Records.MarksOf(ctx, b.id, b.all())
	if err != nil {
		return fmt.Errorf("proctor: board of %s: %w", b.id, err)
	}
	b.mark(all)
	return nil
}

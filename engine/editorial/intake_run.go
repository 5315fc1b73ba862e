package editorial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gongyuan/bank"
)

var errMoved = errors.New("editorial: the bank changed since the file was looked at")

// run goes on with an intake in the background.
func (d *Desk) run(ctx context.Context, in bank.Intake) {
	d.jobs.begin(ctx, fmt.Sprintf("%s@%d", in.ID, in.Version), func(ctx context.Context) {
		beat := d.beating(ctx, in)
		var err error
		if in.State == bank.IntakeReading {
			err = d.look(ctx, &in, beat)
		} else {
			err = d.bringIn(ctx, &in, beat)
		}
		now := beat.stop()
		if ctx.Err() != nil || errors.Is(err, bank.ErrUnavailable) || now.ID == "" {
			return // it stays as it is, falls silent, and is taken up again
		}
		in.Version, in.Beat = now.Version, d.Clock.Now()
		if err != nil {
			in.State, in.Failure = bank.IntakeFailed, failure(err)
		}
		// Somebody who took it up, or gave it up, is right.
		_, _ = d.Store.ChangeIntake(ctx, in)
	})
}

// look reads the file and says what would become of it.
func (d *Desk) look(ctx context.Context, in *bank.Intake, beat *heart) error {
	imported, detected, err := d.readIntake(ctx, in, func(n int) { beat.set(n, 0) })
	if in.Detected = detected; err != nil {
		return err
	}
	foreseen, err := d.Foresee(ctx, ImportRequest{Import: imported, Status: bank.Draft})
	if err != nil {
		return err
	}
	if in.Digest, err = digestOf(&imported, foreseen); err != nil {
		return err
	}
	d.jobs.keep(reading{in.ID, in.Digest, imported})
	in.Title, in.Rows, in.Kept, in.Changed, in.Dropped = imported.Title, imported.Counts.Rows, imported.Counts.Kept, imported.Counts.Changed, imported.Counts.Dropped
	in.Added, in.Revised, in.Unchanged = foreseen.Added, foreseen.Revised, foreseen.Unchanged
	in.Outline, in.Blueprint, in.State = imported.Outline != nil, imported.Blueprint != nil, bank.IntakeRead
	return nil
}

// bringIn imports the file as it was looked at, as one batch with the intake's
// own id.
func (d *Desk) bringIn(ctx context.Context, in *bank.Intake, beat *heart) error {
	imported, _, err := d.readIntake(ctx, in, func(n int) { beat.set(0, n) })
	if err != nil {
		return err
	}
	r := ImportRequest{
		ID: in.ID, Title: in.Name, Import: imported, Status: bank.Draft, Leave: in.Leave, Progress: beat.set,
	}
	if _, err := d.Store.Batch(ctx, in.ID); errors.Is(err, bank.ErrNotFound) {
		// Nothing is in yet, so the bank is still what was looked at or it is not.
		foreseen, err := d.Foresee(ctx, ImportRequest{Import: imported, Status: bank.Draft})
		if err != nil {
			return err
		}
		digest, err := digestOf(&imported, foreseen)
		if err != nil {
			return err
		}
		if digest != in.Digest {
			return errMoved
		}
	} else if err != nil {
		return err
	}
	b, err := d.Import(ctx, in.By, r)
	if err != nil {
		return err
	}
	in.Added, in.Revised, in.Unchanged, in.State, in.Failure = b.Added, b.Revised, b.Unchanged, bank.IntakeDone, ""
	return d.Store.DropIntakeParts(ctx, in.ID)
}

// heart tells the store every second that work goes on, and how far it got.
type heart struct {
	mu          sync.Mutex
	done, total int
	quit, ended chan struct{}
	last        bank.Intake
}

func (d *Desk) beating(ctx context.Context, in bank.Intake) *heart {
	h := &heart{quit: make(chan struct{}), ended: make(chan struct{}), last: in}
	go func() {
		defer close(h.ended)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-h.quit:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			h.mu.Lock()
			h.last.Progress, h.last.Total = h.done, h.total
			h.mu.Unlock()
			h.last.Beat = d.Clock.Now()
			next, err := d.Store.ChangeIntake(ctx, h.last)
			if errors.Is(err, bank.ErrConflict) {
				h.last = bank.Intake{} // it is somebody else's by now
				return
			}
			if err == nil {
				h.last = next
			}
		}
	}()
	return h
}

func (h *heart) set(done, total int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done, h.total = done, total
}

// stop ends the beats and returns the intake as it is stored, or none where
// somebody else changed it.
func (h *heart) stop() bank.Intake {
	close(h.quit)
	<-h.ended
	return h.last
}

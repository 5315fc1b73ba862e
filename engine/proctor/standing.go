package proctor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Errors of entering.
var (
	// ErrLocked tells that the page is locked until an invigilator unlocks it.
	ErrLocked = errors.New("proctor: page is locked")
	// ErrMoved tells that the candidate was moved to another computer after
	// this page signed in.
	ErrMoved = errors.New("proctor: moved to another computer")
)

// Standing is what acts say of who may enter.
type Standing struct {
	Lock    *Act      // nil for not locked
	MovedAt time.Time // of the last transfer
	MovedTo string
	// Granted are the reasons of the program's own locks that an invigilator has
	// opened. Each stands until the end of the attempt: who let a page go on
	// knows why it fails.
	Granted []string
}

// Grants tells whether an invigilator let the page go on in spite of a reason.
func (s Standing) Grants(why string) bool { return slices.Contains(s.Granted, why) }

// Check tells whether a page that signed in at the time may enter.
func (s Standing) Check(signedIn time.Time) error {
	switch {
	case s.Lock != nil:
		return ErrLocked
	case signedIn.Before(s.MovedAt):
		return ErrMoved
	}
	return nil
}

func standingOf(acts []Act) map[sitting.RegistrationID]Standing {
	out := map[sitting.RegistrationID]Standing{}
	for i := range acts {
		a := &acts[i]
		s := out[a.Registration]
		switch a.Kind {
		case Lock:
			s.Lock = a
		case Unlock:
			if s.Lock != nil && s.Lock.By == System && !s.Grants(s.Lock.Reason) {
				s.Granted = append(s.Granted, s.Lock.Reason)
			}
			s.Lock = nil
		case Transfer:
			s.MovedAt, s.MovedTo = a.At, a.ToRoom+"-"+a.ToPlace
		default:
			continue
		}
		out[a.Registration] = s
	}
	return out
}

// standingFresh is how old what is known of who may enter may be on another
// copy than the one where somebody acted. Hundreds enter in the same second:
// they share one reading.
const standingFresh = time.Second

type standingCache struct {
	mu    sync.Mutex
	known map[sitting.ID]*standingRead
}

type standingRead struct {
	done chan struct{}
	at   time.Time
	of   map[sitting.RegistrationID]Standing
	err  error
}

func (c *standingCache) drop(id sitting.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
}

// Standing tells what acts say of a registration, as of at most a second ago.
func (d *Desk) Standing(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (Standing, error) {
	c, now := &d.standing, d.Clock.Now()
	c.mu.Lock()
	r := c.known[id]
	if r == nil || now.Sub(r.at) >= standingFresh || now.Before(r.at) {
		r = &standingRead{done: make(chan struct{}), at: now}
		if c.known == nil {
			c.known = map[sitting.ID]*standingRead{}
		}
		c.known[id] = r
		c.mu.Unlock()
		acts, err := d.Store.HoldsOf(ctx, id)
		if r.of, r.err = standingOf(acts), err; err != nil {
			c.drop(id)
		}
		close(r.done)
		return r.of[of], r.err
	}
	c.mu.Unlock()
	select {
	case <-r.done:
		return r.of[of], r.err
	case <-ctx.Done():
		return Standing{}, ctx.Err()
	}
}

// System acts where a check fails and nobody is asked.
const System people.AccountID = "system"

// Hold locks the page of a seat whose check failed, unless it is locked or an
// invigilator let it go on in spite of that reason.
func (d *Desk) Hold(ctx context.Context, id sitting.ID, of sitting.RegistrationID, why, text string) error {
	s, err := d.Standing(ctx, id, of)
	if err != nil || s.Lock != nil || s.Grants(why) {
		return err
	}
	// One lock of one moment, whichever copies find out.
	act := "hold-" + string(of) + "-" + d.now().Truncate(10*time.Second).Format("20060102150405")
	_, err = d.Do(ctx, Act{ID: act[:min(len(act), 64)], Sitting: id, Kind: Lock, Registration: of, Text: text, Reason: why, By: System})
	return err
}

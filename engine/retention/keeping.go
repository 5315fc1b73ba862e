package retention

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Keeping (暂缓删除) is that nothing of a sitting is deleted, whatever is due,
// until somebody else ends it: an inquiry or a court asks for it.
type Keeping struct {
	Sitting sitting.ID
	On      bool
	Why     string
	By      people.AccountID // who set it, or ended it
	At      time.Time
	Version int // raised by each change, guards concurrent ones
}

// Keepings keeps keepings.
type Keepings interface {
	// Keeping returns an empty one, of version 0, where none was ever set.
	Keeping(ctx context.Context, id sitting.ID) (Keeping, error)
	// PutKeeping stores k with Version+1 if what is stored has k.Version, 0 being
	// nothing, else it returns ErrConflict. It returns what it stored.
	PutKeeping(ctx context.Context, k Keeping) (Keeping, error)
}

// Keeping returns how it stands with a sitting, for administrators and auditors.
func (d *Desk) Keeping(ctx context.Context, by people.AccountID, id sitting.ID) (Keeping, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Keeping{}, err
	}
	if _, err := d.in.Sittings.Sitting(ctx, id); err != nil {
		return Keeping{}, err
	}
	return d.in.Keepings.Keeping(ctx, id)
}

// Keep keeps everything of a sitting, or ends that, which another administrator
// does than who asked for it. Errors: ErrForbidden, ErrState where it is so
// already, ErrSecondPerson, ErrConflict, a *FieldError.
func (d *Desk) Keep(ctx context.Context, by people.AccountID, id sitting.ID, on bool, why string) (Keeping, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Keeping{}, err
	}
	k, err := d.Keeping(ctx, by, id)
	switch {
	case err != nil:
		return Keeping{}, err
	case !within(why, 2, 500):
		return Keeping{}, &FieldError{"/reason", "length-2-500"}
	case k.On == on:
		return Keeping{}, fmt.Errorf("keep what is kept, or end what is not: %w", ErrState)
	case !on && people.Same(ctx, by, k.By):
		return Keeping{}, ErrSecondPerson
	}
	act := "retention.keep"
	if !on {
		act = "retention.unkeep"
	}
	k.Sitting, k.On, k.Why, k.By, k.At = id, on, strings.TrimSpace(why), by, d.now()
	event := audit.Event{Actor: string(by), Act: act, Object: "sitting:" + string(id), Why: k.Why}
	err = audit.Do(ctx, d.in.Audit, event, func() (err error) {
		k, err = d.in.Keepings.PutKeeping(ctx, k)
		return err
	})
	return k, err
}

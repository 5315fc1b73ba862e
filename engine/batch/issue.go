package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

// issueTime bounds one run over a batch; what is left then is done by the next.
const issueTime = time.Hour

// Approve is the second signature, under the digest that was proposed. Numbers
// are given afterwards. Where something changed since the proposal, that is
// void, the batch is a draft again, and the error is ErrConflict.
func (d *Desk) Approve(ctx context.Context, by people.AccountID, id ID, digest string) (View, error) {
	v, scenes, err := d.look(ctx, by, id)
	if err != nil {
		return View{}, err
	}
	b := v.Batch
	switch next, err := b.State.Next(Approve); {
	case err != nil:
		return View{}, err
	case people.Same(ctx, by, b.Proposer):
		return View{}, ErrSecondPerson
	case b.Digest != digest:
		return View{}, ErrConflict
	case v.Current != b.Digest:
		return View{}, d.void(ctx, by, b)
	default:
		b.State = next
	}
	b.Second, b.SecondAt = by, d.now()
	out, err := d.keep(ctx, b, scenes, event(by, "approve", &b, "", nil, map[string]any{"digest": digest, "included": v.Tally.Included, "first": b.Proposer}))
	if err != nil {
		return View{}, err
	}
	d.Behind(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), issueTime)
		defer cancel()
		if err := d.issue(ctx, out.Batch); err != nil {
			d.Failed(id, err)
		}
	})
	return out, nil
}

// void takes the first signature back because what it covered is no more.
func (d *Desk) void(ctx context.Context, by people.AccountID, b Batch) error {
	var err error
	if b.State, err = b.State.Next(Void); err != nil {
		return err
	}
	b.Digest, b.Word = "", ""
	err = audit.Do(ctx, d.Audit, event(by, "void", &b, "changed since the proposal", nil, nil), func() error {
		_, err := d.Store.ReplaceBatch(ctx, b)
		return err
	})
	if err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	return ErrConflict
}

// Resume issues what a crash has left of batches that were confirmed. It is
// idempotent; call it at start-up.
func (d *Desk) Resume(ctx context.Context) error {
	all, err := d.Store.InState(ctx, Issuing)
	for _, b := range all {
		if failed := d.issue(ctx, b); failed != nil {
			err = errors.Join(err, fmt.Errorf("batch %s: %w", b.ID, failed))
		}
	}
	return err
}

// issue gives every entry that is in its certificate, as the second person's
// act. An entry that is no longer what was confirmed is held. It may be cut off
// anywhere and be done again, also by two copies at once: a registration has
// one certificate.
func (d *Desk) issue(ctx context.Context, b Batch) error {
	scenes, err := d.scenes(ctx, b.Sittings)
	if err != nil {
		return err
	}
	checked, err := d.check(ctx, &b, scenes)
	if err != nil {
		return err
	}
	b.Entries = slices.Clone(b.Entries)
	var numbers []certificate.Number
	for i := range b.Entries {
		e, c := &b.Entries[i], &checked[i]
		if e.Excluded != "" {
			continue
		}
		if n, ok := scenes[e.Sitting].issued[e.Registration]; ok {
			e.Number = n // before the crash
		} else if err := d.certify(ctx, e, c, b.Second); err != nil {
			return err
		}
		if e.Number != "" {
			numbers = append(numbers, e.Number)
		}
	}
	if b.State, err = b.State.Next(Finish); err != nil {
		return err
	}
	b.Done = d.now()
	err = audit.Do(ctx, d.Audit, event(b.Second, "issued", &b, "", nil, numbers), func() error {
		_, err := d.Store.ReplaceBatch(ctx, b)
		if errors.Is(err, ErrConflict) {
			return nil // another copy has finished it
		}
		return err
	})
	return err
}

func (d *Desk) certify(ctx context.Context, e *Entry, c *Checked, by people.AccountID) error {
	if c.sum() != e.Sum {
		e.Held = FoundChanged
		return nil
	}
	made, err := d.Register.Issue(ctx, c.qualified, by)
	if errors.Is(err, certificate.ErrDiffers) {
		e.Held = FoundChanged
		return nil
	}
	e.Number = made.Number
	return err
}

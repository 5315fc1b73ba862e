package retention

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Runs lists what was proposed and deleted, the newest first.
func (d *Desk) Runs(ctx context.Context, by people.AccountID) ([]Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, err
	}
	const many = 50
	return d.in.Store.Runs(ctx, many)
}

func within(text string, least, most int) bool {
	n := len([]rune(strings.TrimSpace(text)))
	return n >= least && n <= most
}

// Propose proposes to delete what the list with the digest says may go. Errors:
// ErrForbidden, ErrConflict where the list is another by now, ErrState where
// nothing is due, a *FieldError.
func (d *Desk) Propose(ctx context.Context, by people.AccountID, seen, why string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	if !within(why, 2, 500) {
		return Run{}, &FieldError{"/reason", "length-2-500"}
	}
	list, err := d.Survey(ctx)
	if err != nil {
		return Run{}, err
	}
	if list.Digest != seen {
		return Run{}, ErrConflict
	}
	lots := slices.DeleteFunc(list.Lots, func(l Lot) bool { return l.Hold != "" })
	if len(lots) == 0 {
		return Run{}, fmt.Errorf("nothing is due: %w", ErrState)
	}
	r := Run{ID: uuid.NewString(), Lots: lots, Digest: list.Digest, Why: strings.TrimSpace(why), By: by, At: d.now(), State: Proposed}
	return r, audit.Do(ctx, d.in.Audit, r.event("retention.propose", by, r.Why), func() error { return d.in.Store.InsertRun(ctx, r) })
}

func (r *Run) event(act string, by people.AccountID, why string) audit.Event {
	counts := map[Kind]int{}
	for _, l := range r.Lots {
		counts[l.Kind] += l.Count
	}
	return audit.Event{Actor: string(by), Act: act, Object: "retention:" + r.ID, Why: why, After: map[string]any{"counts": counts, "lots": len(r.Lots)}}
}

// Cancel takes a proposal back, or what is left of a run that was cut off; its
// proposer may as well. What is gone stays gone and stays counted. Errors as
// Confirm.
func (d *Desk) Cancel(ctx context.Context, by people.AccountID, id, why string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	if !within(why, 2, 500) {
		return Run{}, &FieldError{"/reason", "length-2-500"}
	}
	r, err := d.in.Store.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	if r.State != Proposed && r.State != Confirmed {
		return Run{}, fmt.Errorf("cancel a run that is %s: %w", r.State, ErrState)
	}
	second, at := r.Second, r.SecondAt
	if r.State == Proposed {
		second, at = by, d.now()
	}
	r.State, r.Second, r.SecondWhy, r.SecondAt = Cancelled, second, strings.TrimSpace(why), at
	return d.settle(ctx, r, by, "retention.cancel")
}

// settle records who does what to a run and stores it.
func (d *Desk) settle(ctx context.Context, r Run, by people.AccountID, act string) (Run, error) {
	err := audit.Do(ctx, d.in.Audit, r.event(act, by, r.SecondWhy), func() (err error) {
		r, err = d.in.Store.ReplaceRun(ctx, r)
		return err
	})
	return r, err
}

// Confirm deletes what was proposed. Where anything of it is otherwise by now,
// the run is void and nothing goes. A run that was cut off goes on when it is
// confirmed again, with what it listed and nothing else: where more came, or
// somebody lost the certificate that spared theirs, it is refused, and can only
// be cancelled. Errors: ErrForbidden, ErrNotFound, ErrSecondPerson for who
// proposed, ErrState, ErrConflict, archive.ErrBroken where an archive that
// should hold what goes is not whole.
func (d *Desk) Confirm(ctx context.Context, by people.AccountID, id string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	r, err := d.in.Store.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	switch {
	case people.Same(ctx, by, r.By):
		return Run{}, ErrSecondPerson
	case r.State == Done && r.Second == by:
		return r, nil
	case r.State != Proposed && r.State != Confirmed:
		return Run{}, fmt.Errorf("confirm a run that is %s: %w", r.State, ErrState)
	}
	plan, err := d.plan(ctx, &r)
	if errors.Is(err, ErrConflict) && r.State == Proposed {
		r.State, r.Second, r.SecondWhy, r.SecondAt = Void, by, err.Error(), d.now()
		_, failed := d.settle(ctx, r, by, "retention.void")
		return Run{}, errors.Join(err, failed)
	}
	if err != nil {
		return Run{}, err
	}
	if r.State == Proposed {
		r.State, r.Second, r.SecondAt = Confirmed, by, d.now()
		if r, err = d.settle(ctx, r, by, "retention.confirm"); err != nil {
			return Run{}, err
		}
	}
	for i := range plan {
		if r, err = d.drop(ctx, by, r, &plan[i]); err != nil {
			return Run{}, err
		}
	}
	r.State, r.Deleted = Done, total(r.Lots)
	return d.in.Store.ReplaceRun(ctx, r)
}

// planned is a lot with whose it leaves.
type planned struct {
	Lot
	nth    int // of the run's lots
	of     sitting.Sitting
	spares bool
	keep   []sitting.RegistrationID
}

// left tells whether anything of a lot is left, and whether what is left is what
// was listed: of a run that was cut off, a part may be gone.
func (l *Lot) left(now []Lot, s State) (left, ok bool) {
	i := slices.IndexFunc(now, func(x Lot) bool { return x.Kind == l.Kind && x.Sitting == l.Sitting })
	if i < 0 || now[i].Count == 0 {
		return false, s == Confirmed
	}
	x := &now[i]
	return true, x.Hold == "" && x.Spared == l.Spared && (x.Count == l.Count || s == Confirmed && x.Count < l.Count)
}

// total is how much lots list.
func total(lots []Lot) int {
	n := 0
	for _, l := range lots {
		n += l.Count
	}
	return n
}

// plan holds every lot of a run against how things stand now.
func (d *Desk) plan(ctx context.Context, r *Run) ([]planned, error) {
	now, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	rules := map[Kind]Rule{}
	for _, rule := range d.in.Rules {
		rules[rule.Kind] = rule
	}
	sittings, err := d.sittings(ctx)
	if err != nil {
		return nil, err
	}
	whole := map[string]bool{}
	var out []planned
	for n, l := range r.Lots {
		left, ok := l.left(now.Lots, r.State)
		if ok && !left {
			continue
		}
		if !ok {
			return nil, fmt.Errorf("%s of %s is not as it was listed: %w", l.Kind, l.Title, ErrConflict)
		}
		s, ok := sittings[l.Sitting]
		if !ok {
			return nil, fmt.Errorf("sitting %s: %w", l.Sitting, ErrConflict)
		}
		g, err := d.guard(ctx, &s)
		if err != nil {
			return nil, err
		}
		p, rule := planned{Lot: l, nth: n, of: s}, rules[l.Kind]
		if g.hold != "" || rule.Archived && g.archive == nil {
			return nil, fmt.Errorf("%s of %s is needed: %w", l.Kind, l.Title, ErrConflict)
		}
		if rule.Archived && !whole[g.archive.File] {
			if err := d.in.Whole(ctx, *g.archive); err != nil {
				return nil, fmt.Errorf("archive of %s: %w", l.Title, err)
			}
			whole[g.archive.File] = true
		}
		if p.spares = rule.Certificate; p.spares {
			p.keep = g.keep
		}
		out = append(out, p)
	}
	return out, nil
}

func (d *Desk) sittings(ctx context.Context) (map[sitting.ID]sitting.Sitting, error) {
	out := map[sitting.ID]sitting.Sitting{}
	const many = 100
	for skip := 0; ; skip += many {
		some, total, err := d.in.Sittings.Sittings(ctx, skip, many)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			out[s.ID] = s
		}
		if skip+many >= total {
			return out, nil
		}
	}
}

// drop deletes a lot and counts it. Reading an archive whole takes a while, in
// which somebody may appeal: what keeps things is asked once more.
func (d *Desk) drop(ctx context.Context, by people.AccountID, r Run, p *planned) (Run, error) {
	g, err := d.guard(ctx, &p.of)
	if err != nil {
		return r, err
	}
	if g.hold != "" {
		return r, fmt.Errorf("%s of %s is needed: %w", p.Kind, p.Title, ErrConflict)
	}
	keep := p.keep
	if p.spares {
		keep = append(slices.Clone(keep), g.keep...)
	}
	err = audit.Do(ctx, d.in.Audit, audit.Event{
		Actor: string(by), Act: "retention.delete", Object: "sitting:" + string(p.Sitting), Why: r.Why,
		Before: map[string]any{"kind": p.Kind, "count": p.Count, "spared": p.Spared}, After: map[string]any{"run": r.ID},
	}, func() error {
		_, err := d.in.Holdings[p.Kind].Drop(ctx, p.Sitting, keep)
		return err
	})
	if err != nil {
		return r, err
	}
	// All that was listed is gone, in however many goes.
	r.Deleted = total(r.Lots[:p.nth+1])
	return d.in.Store.ReplaceRun(ctx, r)
}

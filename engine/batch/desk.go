package batch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Desk (发证台) carries batches through. It is safe for concurrent use, also by
// several copies of the program.
type Desk struct{ Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

// View is a batch as it stands now.
type View struct {
	Batch
	Checked []Checked
	Current string // digest of what would be proposed or confirmed now
	Tally   Tally
}

const (
	mostSittings = 20
	mostEntries  = 5000
	mostListed   = 100
)

func (d *Desk) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Millisecond) }

// administrator returns ErrForbidden unless the account is an administrator or a
// certificate officer, or of one of the roles given.
func (d *Desk) administrator(ctx context.Context, who people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, d.Accounts, who, ErrForbidden, append(also, people.Administrator, people.CertificateOfficer)...)
}

// Take makes a batch of those who qualified at the sittings and have no
// certificate yet; of only those registrations, if any are named. It returns a
// *FieldError where that is nobody.
func (d *Desk) Take(ctx context.Context, by people.AccountID, sittings []sitting.ID, only []sitting.RegistrationID) (View, error) {
	if err := d.administrator(ctx, by); err != nil {
		return View{}, err
	}
	slices.Sort(sittings)
	sittings = slices.Compact(sittings)
	if len(sittings) == 0 || len(sittings) > mostSittings {
		return View{}, &FieldError{"/sittings", "between-1-20"}
	}
	scenes, err := d.scenes(ctx, sittings)
	if err != nil {
		return View{}, err
	}
	b := Batch{ID: ID(uuid.NewString()), Sittings: sittings, State: Draft, By: by, At: d.now(), Version: 1}
	for _, id := range sittings {
		b.Entries = append(b.Entries, scenes[id].qualifiers(only)...)
	}
	switch {
	case len(b.Entries) == 0:
		return View{}, &FieldError{"/sittings", "nobody-to-certify"}
	case len(b.Entries) > mostEntries:
		return View{}, &FieldError{"/sittings", "too-many-entries"}
	}
	ev := event(by, "create", &b, "", nil, map[string]any{"sittings": sittings, "entries": len(b.Entries)})
	if err := audit.Do(ctx, d.Audit, ev, func() error { return d.Store.InsertBatch(ctx, b) }); err != nil {
		return View{}, err
	}
	return d.view(ctx, b, scenes)
}

func event(by people.AccountID, act string, b *Batch, why string, before, after any) audit.Event {
	return audit.Event{Actor: string(by), Act: "certificate-batch." + act, Object: "certificate-batch:" + string(b.ID), Why: why, Before: before, After: after}
}

// List returns the batches of a sitting, or of all, the newest first.
func (d *Desk) List(ctx context.Context, by people.AccountID, of sitting.ID) ([]Batch, error) {
	if err := d.administrator(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	all, err := d.Store.Batches(ctx, of, mostListed)
	if err != nil {
		return nil, err
	}
	return sitting.Visible(ctx, d.Sittings, all, func(b *Batch) []sitting.ID { return b.Sittings })
}

// Batch returns a batch as it is kept, unchecked.
func (d *Desk) Batch(ctx context.Context, by people.AccountID, id ID) (Batch, error) {
	if err := d.administrator(ctx, by); err != nil {
		return Batch{}, err
	}
	return d.batch(ctx, id)
}

// batch returns a batch of sittings that whoever acts deals with.
func (d *Desk) batch(ctx context.Context, id ID) (Batch, error) {
	b, err := d.Store.Batch(ctx, id)
	if err == nil {
		err = sitting.Within(ctx, d.Sittings, b.Sittings...)
	}
	if err != nil {
		return Batch{}, err
	}
	return b, nil
}

// View checks a batch as of now.
func (d *Desk) View(ctx context.Context, by people.AccountID, id ID) (View, error) {
	v, _, err := d.look(ctx, by, id, people.Auditor)
	return v, err
}

func (d *Desk) look(ctx context.Context, by people.AccountID, id ID, also ...people.Role) (View, map[sitting.ID]*scene, error) {
	if err := d.administrator(ctx, by, also...); err != nil {
		return View{}, nil, err
	}
	b, err := d.batch(ctx, id)
	if err != nil {
		return View{}, nil, err
	}
	scenes, err := d.scenes(ctx, b.Sittings)
	if err != nil {
		return View{}, nil, err
	}
	v, err := d.view(ctx, b, scenes)
	return v, scenes, err
}

func (d *Desk) view(ctx context.Context, b Batch, scenes map[sitting.ID]*scene) (View, error) {
	if b.State == Issuing { // what is done of it shows before all of it is
		for i := range b.Entries {
			e := &b.Entries[i]
			if e.Excluded == "" {
				e.Number = scenes[e.Sitting].issued[e.Registration]
			}
		}
	}
	checked, err := d.check(ctx, &b, scenes)
	if err != nil {
		return View{}, err
	}
	v := View{Batch: b, Checked: checked, Current: digest(checked), Tally: Tally{Entries: len(checked)}}
	for i := range checked {
		c := &checked[i]
		switch {
		case c.Excluded != "":
			v.Tally.Excluded++
			continue
		case c.Number != "":
			v.Tally.Issued++
		case c.Held != "":
			v.Tally.Held++
		case c.Blocked() && (b.State == Draft || b.State == Proposed):
			v.Tally.Blocked++
		}
		v.Tally.Included++
	}
	return v, nil
}

// Word is what somebody decides about one entry of a draft.
type Word struct {
	Batch        ID
	Version      int // of the batch that was seen
	Registration sitting.RegistrationID
	Reason       string
	Back         bool // takes the decision back, for which no reason is asked
}

// Exclude leaves an entry out, or takes it in again.
func (d *Desk) Exclude(ctx context.Context, by people.AccountID, w Word) (View, error) {
	act := "exclude"
	if w.Back {
		act = "include"
	}
	return d.decide(ctx, by, act, w, func(c *Checked) (*string, error) { return &c.Excluded, nil })
}

// Accept lets an entry go without a photograph, for a reason that the second
// person signs with the rest, or asks for one again.
func (d *Desk) Accept(ctx context.Context, by people.AccountID, w Word) (View, error) {
	act := "accept"
	if w.Back {
		act = "unaccept"
	}
	return d.decide(ctx, by, act, w, func(c *Checked) (*string, error) {
		if !w.Back && !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == FoundPortrait }) {
			return nil, &FieldError{"/registration", "has-photograph"}
		}
		return &c.Faceless, nil
	})
}

// decide puts the reason where field says in a draft.
func (d *Desk) decide(ctx context.Context, by people.AccountID, act string, w Word, field func(*Checked) (*string, error)) (View, error) {
	reason := strings.TrimSpace(w.Reason)
	if n := len([]rune(reason)); w.Back {
		reason = ""
	} else if n < 2 || n > 500 {
		return View{}, &FieldError{"/reason", "length-2-500"}
	}
	v, scenes, err := d.look(ctx, by, w.Batch)
	if err != nil {
		return View{}, err
	}
	at := slices.IndexFunc(v.Entries, func(e Entry) bool { return e.Registration == w.Registration })
	switch {
	case v.State != Draft:
		return View{}, ErrState
	case v.Version != w.Version:
		return View{}, ErrConflict
	case at < 0:
		return View{}, &FieldError{"/registration", "unknown"}
	}
	checked := v.Checked[at]
	text, err := field(&checked)
	if err != nil {
		return View{}, err
	}
	*text = reason
	b := v.Batch
	b.Entries = slices.Clone(b.Entries)
	b.Entries[at] = checked.Entry
	return d.keep(ctx, b, scenes, event(by, act, &b, reason, nil, map[string]any{"registration": w.Registration}))
}

func (d *Desk) keep(ctx context.Context, b Batch, scenes map[sitting.ID]*scene, ev audit.Event) (View, error) {
	err := audit.Do(ctx, d.Audit, ev, func() (err error) {
		b, err = d.Store.ReplaceBatch(ctx, b)
		return err
	})
	if err != nil {
		return View{}, err
	}
	return d.view(ctx, b, scenes)
}

// Propose is the first signature, under what the digest names. It returns
// ErrConflict where that is not what there is now, and ErrBlocked where
// something stands against an entry that is in.
func (d *Desk) Propose(ctx context.Context, by people.AccountID, id ID, digest string) (View, error) {
	v, scenes, err := d.look(ctx, by, id)
	if err != nil {
		return View{}, err
	}
	b := v.Batch
	if b.State, err = b.State.Next(Propose); err != nil {
		return View{}, err
	}
	switch {
	case v.Current != digest:
		return View{}, ErrConflict
	case v.Tally.Blocked > 0:
		return View{}, ErrBlocked
	case v.Tally.Included == 0:
		return View{}, &FieldError{"/entries", "nobody-to-certify"}
	}
	b.Entries = slices.Clone(b.Entries)
	for i := range b.Entries {
		b.Entries[i].Sum = v.Checked[i].sum()
	}
	b.Digest, b.Proposer, b.Signed, b.Word, b.Second, b.SecondAt = digest, by, d.now(), "", "", time.Time{}
	return d.keep(ctx, b, scenes, event(by, "propose", &b, "", nil, map[string]any{"digest": digest, "included": v.Tally.Included}))
}

// Return gives a proposed batch back, with a reason.
func (d *Desk) Return(ctx context.Context, by people.AccountID, id ID, reason string) (View, error) {
	return d.end(ctx, by, id, Return, reason)
}

// Drop gives a draft up, with a reason.
func (d *Desk) Drop(ctx context.Context, by people.AccountID, id ID, reason string) (View, error) {
	return d.end(ctx, by, id, Drop, reason)
}

func (d *Desk) end(ctx context.Context, by people.AccountID, id ID, act Act, reason string) (View, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 500 {
		return View{}, &FieldError{"/reason", "length-2-500"}
	}
	v, scenes, err := d.look(ctx, by, id)
	if err != nil {
		return View{}, err
	}
	b := v.Batch
	if b.State, err = b.State.Next(act); err != nil {
		return View{}, err
	}
	b.Second, b.SecondAt, b.Word, b.Digest = by, d.now(), reason, ""
	return d.keep(ctx, b, scenes, event(by, string(act), &b, reason, nil, nil))
}

package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank/exchange"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Store keeps the records of imports.
type Store interface {
	InsertImport(ctx context.Context, i Import) error
	// Import returns ErrNotFound where there is none.
	Import(ctx context.Context, id string) (Import, error)
	// ReplaceImport stores i with Version+1 if the stored version is still
	// i.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceImport(ctx context.Context, i Import) (Import, error)
	// ImportsOf lists those of a sitting, the newest first.
	ImportsOf(ctx context.Context, id sitting.ID) ([]Import, error)
}

// Office registers candidates: see sitting.Office.
type Office interface {
	Preview(ctx context.Context, id sitting.ID, entries []sitting.Entry) ([]sitting.Fault, error)
	Register(ctx context.Context, id sitting.ID, entries []sitting.Entry) ([]sitting.Registration, error)
	WithdrawImport(ctx context.Context, id sitting.ID, imported string) (int, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Hasher makes a keyed hash: a plain one of a list could be searched for the
// identity numbers in it.
type Hasher interface{ Hash(text string) string }

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Sittings sitting.Finder // as whoever acts may see them
	Office   Office
	Accounts Accounts
	Sealer   Hasher
	Audit    audit.Recorder
	Clock    Clock
}

// Desk imports lists of candidates. Administrators alone do. It is safe for
// concurrent use.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// File is a list as it was sent.
type File struct {
	Name  string
	Cells [][]Cell
}

// Judge tells what would become of each row, and the digest by which that is
// confirmed. Nothing is stored or recorded. It returns a *TableError for what is
// no list, sitting.ErrState once the papers are sealed.
func (d *Desk) Judge(ctx context.Context, by people.AccountID, id sitting.ID, f File) (*Reading, string, error) {
	if err := d.mustLead(ctx, by); err != nil {
		return nil, "", err
	}
	r, err := Read(f.Cells, d.in.Clock.Now())
	if err != nil {
		return nil, "", err
	}
	entries := make([]sitting.Entry, len(r.Rows))
	for i, row := range r.Rows {
		entries[i] = row.Entry
	}
	faults, err := d.in.Office.Preview(ctx, id, entries)
	if err != nil {
		return nil, "", fmt.Errorf("judge a list: %w", err)
	}
	r.leaveOut(faults, f.Cells)
	return r, d.digest(id, r), nil
}

// leaveOut moves rows that the sitting cannot take to those that are dropped.
func (r *Reading) leaveOut(faults []sitting.Fault, cells [][]Cell) {
	head, _ := headOf(cells)
	out := map[int][]exchange.Verdict{} // by line
	for _, f := range faults {
		row := r.Rows[f.Index]
		rd := reader{head: head, line: row.Line, cells: cells[row.Line-1], out: &Reading{}}
		rd.drop(fields[f.Field], exchange.Reason(f.Reason))
		out[row.Line] = append(out[row.Line], rd.drops...)
	}
	if len(out) == 0 {
		return
	}
	verdicts := make([]exchange.Verdict, 0, len(r.Verdicts))
	for _, v := range r.Verdicts {
		drops, dropped := out[v.Row]
		switch {
		case !dropped:
			verdicts = append(verdicts, v)
		case drops != nil:
			verdicts = append(verdicts, drops...)
			out[v.Row] = nil // its other verdicts go
		}
	}
	r.Verdicts = verdicts
	r.Rows = slices.DeleteFunc(r.Rows, func(row Row) bool {
		_, dropped := out[row.Line]
		switch {
		case dropped && row.Changed:
			r.Counts.Changed--
		case dropped:
			r.Counts.Kept--
		}
		return dropped
	})
	r.Counts.Dropped += len(out)
}

// digest stands for exactly what would be registered.
func (d *Desk) digest(id sitting.ID, r *Reading) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gongyuan roster 1\x1f%s\x1e", id)
	for _, row := range r.Rows {
		e := row.Entry
		for _, s := range []string{e.Name, e.IDNumber, e.Admission, e.Room, e.Seat, e.Employer} {
			b.WriteString(s + "\x1f")
		}
		fmt.Fprintf(&b, "%d\x1f%v\x1f%v\x1e", e.Extra, e.Needs, e.Anew)
	}
	return d.in.Sealer.Hash(b.String())
}

// Confirm registers the rows that were shown as kept or changed, all or none.
// It returns ErrDigest where something would be other than it was shown, also
// because the list is registered already.
func (d *Desk) Confirm(ctx context.Context, by people.AccountID, id sitting.ID, f File, digest string) (Import, error) {
	r, now, err := d.Judge(ctx, by, id, f)
	if err != nil {
		return Import{}, err
	}
	if now != digest || len(r.Rows) == 0 {
		return Import{}, ErrDigest
	}
	i := Import{
		ID: uuid.NewString(), Sitting: id, File: cut(strings.TrimSpace(f.Name)), Digest: digest, Counts: r.Counts, State: Imported, By: by,
		At: d.in.Clock.Now().UTC().Truncate(time.Millisecond), Version: 1,
	}
	entries := make([]sitting.Entry, len(r.Rows))
	for n, row := range r.Rows {
		entries[n] = row.Entry
		entries[n].Import = i.ID
	}
	event := audit.Event{Actor: string(by), Act: "roster.import", Object: "sitting:" + string(id), After: i}
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		// The record comes first: what was registered can be undone in any case.
		if err := d.in.Store.InsertImport(ctx, i); err != nil {
			return err
		}
		_, err := d.in.Office.Register(ctx, id, entries)
		return err
	})
	if err != nil {
		return Import{}, d.failed(ctx, i, err)
	}
	return i, nil
}

// failed takes the record of an import back that registered nobody.
func (d *Desk) failed(ctx context.Context, i Import, err error) error {
	i.State, i.UndoneBy, i.UndoneAt = Undone, i.By, i.At
	if _, uerr := d.in.Store.ReplaceImport(context.WithoutCancel(ctx), i); uerr != nil && !errors.Is(uerr, ErrConflict) {
		err = errors.Join(err, uerr)
	}
	return fmt.Errorf("import a list: %w", err)
}

// Undo takes everybody of an import off the roster who is still on it, and
// returns how many they were. It returns sitting.ErrState once the papers are
// sealed, ErrState for one that was undone.
func (d *Desk) Undo(ctx context.Context, by people.AccountID, id sitting.ID, imported string) (int, error) {
	if err := d.mustLead(ctx, by); err != nil {
		return 0, err
	}
	if err := sitting.Within(ctx, d.in.Sittings, id); err != nil {
		return 0, err
	}
	i, err := d.in.Store.Import(ctx, imported)
	switch {
	case err != nil:
		return 0, err
	case i.Sitting != id:
		return 0, ErrNotFound
	case i.State == Undone:
		return 0, ErrState
	}
	n := 0
	event := audit.Event{Actor: string(by), Act: "roster.undo", Object: "sitting:" + string(id), Before: i}
	err = audit.Do(ctx, d.in.Audit, event, func() (err error) {
		if n, err = d.in.Office.WithdrawImport(ctx, id, imported); err != nil {
			return err
		}
		i.State, i.UndoneBy, i.UndoneAt = Undone, by, d.in.Clock.Now().UTC().Truncate(time.Millisecond)
		_, err = d.in.Store.ReplaceImport(ctx, i)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("undo an import: %w", err)
	}
	return n, nil
}

// Imports lists those of a sitting, the newest first.
func (d *Desk) Imports(ctx context.Context, by people.AccountID, id sitting.ID) ([]Import, error) {
	if err := d.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	if err := sitting.Within(ctx, d.in.Sittings, id); err != nil {
		return nil, err
	}
	return d.in.Store.ImportsOf(ctx, id)
}

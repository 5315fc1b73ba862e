package assess

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Design keeps a sheet as the newest version of its name: the first where the
// name is new. Versions that are there stay as they are, and so do the panels
// that pinned them. Keeping again what is the newest version already changes
// nothing. Only administrators without limits may: a sheet is for every sitting
// of its level. Errors: a *FieldError, ErrConflict where
// somebody else kept a version since base, which is the version that the
// design began from, 0 for a new name.
func (d *Desk) Design(ctx context.Context, by people.AccountID, s Sheet, base int) (Sheet, error) {
	if err := people.MustBeUnlimited(ctx, d.in.Accounts, by, ErrForbidden, people.Administrator); err != nil {
		return Sheet{}, fmt.Errorf("design a sheet: %w", err)
	}
	newest, err := d.newest(ctx, s.ID)
	if err != nil {
		return Sheet{}, fmt.Errorf("design a sheet: %w", err)
	}
	s.Version = max(newest.Version, 1)
	if newest.Version > 0 {
		same, err := sameContent(&newest, &s)
		if err != nil || same {
			return newest, err
		}
	}
	if newest.Version != base {
		return Sheet{}, fmt.Errorf("design a sheet: %w", ErrConflict)
	}
	if newest.Version > 0 && (newest.Kind != s.Kind || newest.Level != s.Level) {
		return Sheet{}, &FieldError{"/kind", "of-another-component"}
	}
	s.Version = base + 1
	if err := s.Check(); err != nil {
		return Sheet{}, err
	}
	err = audit.Do(ctx, d.in.Audit, audit.Event{
		Actor: string(by), Act: "sheet.design", Object: fmt.Sprintf("sheet:%s:%d", s.ID, s.Version), After: s,
	}, func() error { return d.in.Sheets.InsertSheet(ctx, s) })
	if errors.Is(err, ErrDuplicate) {
		err = ErrConflict
	}
	if err != nil {
		return Sheet{}, fmt.Errorf("design a sheet: %w", err)
	}
	return s, nil
}

// newest returns the newest version of a name, its zero value where there is
// none.
func (d *Desk) newest(ctx context.Context, id SheetID) (Sheet, error) {
	all, err := d.in.Sheets.Sheets(ctx)
	if err != nil {
		return Sheet{}, err
	}
	var found Sheet
	for _, s := range all {
		if s.ID == id && s.Version > found.Version {
			found = s
		}
	}
	return found, nil
}

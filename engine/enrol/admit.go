package enrol

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// admit puts the person on the roster with the photograph as the portrait, and
// returns the admission number. Who is there already, perhaps by an admission
// that was cut off, stays as they are; a portrait that is missing is made up for.
func (d *Desk) admit(ctx context.Context, by people.AccountID, a *Application) (string, error) {
	number, err := d.in.Sealer.Open(a.IDSealed, a.ID)
	if err != nil {
		return "", fmt.Errorf("admit: %w", err)
	}
	entry := sitting.Entry{Name: a.Name, IDNumber: number, Employer: a.Employer, Import: "enrol:" + a.ID}
	regs, err := d.in.Roster.Register(ctx, a.Sitting, []sitting.Entry{entry})
	var faults *sitting.EntriesError
	if errors.As(err, &faults) && len(faults.Faults) == 1 && strings.HasSuffix(faults.Faults[0].Field, "/idNumber") && faults.Faults[0].Reason == "taken" {
		regs, err = d.registered(ctx, a.Sitting, entry.Import)
	}
	if err != nil || len(regs) == 0 { // nobody: they are there by another way, such as an imported list
		return a.Admission, err
	}
	return regs[0].Admission, d.portray(ctx, by, a, regs[0])
}

// registered finds who came on the roster by an import.
func (d *Desk) registered(ctx context.Context, id sitting.ID, imported string) ([]sitting.Registration, error) {
	s, err := d.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("admit: %w", err)
	}
	all, err := d.in.Roster.Roster(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("admit: %w", err)
	}
	return slices.DeleteFunc(all, func(r sitting.Registration) bool { return r.Import != imported }), nil
}

func (d *Desk) portray(ctx context.Context, by people.AccountID, a *Application, r sitting.Registration) error {
	at := slices.IndexFunc(a.Files, func(f File) bool { return f.Photo })
	if at < 0 {
		return nil
	}
	sealed, err := d.in.Store.Content(ctx, a.Files[at].ID)
	if err != nil {
		return fmt.Errorf("admit: the photograph: %w", err)
	}
	photo, err := d.in.Vault.Open(sealed, ContentContext(a.Files[at].ID))
	if err != nil {
		return fmt.Errorf("admit: the photograph: %w", err)
	}
	if err := d.in.Portrait.Portray(ctx, by, r, a.Files[at].ID, photo); err != nil {
		return fmt.Errorf("admit: the portrait: %w", err)
	}
	return nil
}

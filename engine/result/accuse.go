package result

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Accuse takes misconduct down that an invigilator found: a ruling about
// everything that is taken at the sitting, which waits for its confirmation by
// an administrator. Where one waits or is in force already it changes nothing.
// The caller has seen to who may accuse. Errors: a *FieldError, ErrNotFound.
func (g *Registrar) Accuse(ctx context.Context, by people.AccountID, id sitting.ID, reg sitting.RegistrationID, why string) error {
	why, err := checkWhy("/reason", why)
	if err != nil {
		return err
	}
	s, err := g.Sittings.Sitting(ctx, id)
	if err != nil {
		return fmt.Errorf("accuse: %w", err)
	}
	if !s.Admits(reg) {
		return fmt.Errorf("accuse: %w", ErrNotFound)
	}
	all, err := g.Rulings.RulingsOf(ctx, id)
	if err != nil {
		return fmt.Errorf("accuse: %w", err)
	}
	for _, r := range all {
		if r.Registration == reg && r.Kind == Misconduct && r.Component == "" && (r.State == Accused || r.State == InForce) {
			return nil
		}
	}
	// Its id follows from what it is about: an accusation that is sent again is
	// the same, whatever copy of the program it reaches.
	r := Ruling{
		ID:      RulingID(uuid.NewSHA1(uuid.NameSpaceOID, []byte(string(reg)+"\x1f"+why)).String()),
		Sitting: id, Registration: reg, Kind: Misconduct, State: Accused, Why: why, By: by, At: g.now(), Version: 1,
	}
	if _, err := g.Rulings.Ruling(ctx, r.ID); err == nil {
		r.ID = RulingID(uuid.NewString()) // it was refused or lifted before
	} else if !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("accuse: %w", err)
	}
	return audit.Do(ctx, g.in.Audit, g.ruled(by, "ruling.make", r.Why, nil, r), func() error { return g.Rulings.InsertRuling(ctx, r) })
}

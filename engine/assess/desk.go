package assess

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Desk carries out what administrators, examiners and chairs do, and sees to
// it that each does and reads only what is theirs: else ErrForbidden. It is
// safe for concurrent use, also by several copies of the program: a score is
// guarded by its version, everything else is inserted once.
type Desk struct{ in Deps }

// Deps is what a Desk works with.
type Deps struct {
	Sheets   Sheets
	Panels   Panels
	Scores   Scores
	Rulings  Rulings
	Sittings Sittings
	Accounts Accounts
	Standard standard.Standard
	Clock    Clock
}

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

// Case is one candidate before one panel, by draw number.
type Case struct {
	Panel PanelID
	Draw  int
}

// now is the time as stores keep it.
func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// Provide keeps sheets that are not kept yet. It is idempotent and meant for
// start-up. It returns a *FieldError for a sheet that cannot be, ErrImmutable
// where the version is there with other content.
func (d *Desk) Provide(ctx context.Context, sheets []Sheet) error {
	for _, s := range sheets {
		if err := s.Check(); err != nil {
			return fmt.Errorf("sheet %s: %w", s.ID, err)
		}
		err := d.in.Sheets.InsertSheet(ctx, s)
		if errors.Is(err, ErrDuplicate) {
			err = d.sameSheet(ctx, s)
		}
		if err != nil {
			return fmt.Errorf("sheet %s version %d: %w", s.ID, s.Version, err)
		}
	}
	return nil
}

func (d *Desk) sameSheet(ctx context.Context, s Sheet) error {
	have, err := d.in.Sheets.Sheet(ctx, s.SheetRef)
	if err != nil {
		return err
	}
	a, err := json.Marshal(have)
	if err != nil {
		return err
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return ErrImmutable
	}
	return nil
}

// Sheets lists all versions of all sheets, for staff.
func (d *Desk) Sheets(ctx context.Context) ([]Sheet, error) {
	all, err := d.in.Sheets.Sheets(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sheets: %w", err)
	}
	return all, nil
}

// NewPanel is a panel as an administrator asks for it.
type NewPanel struct {
	Sitting   sitting.ID
	Kind      standard.Kind
	Sheet     SheetRef
	Examiners []people.AccountID
	Chair     people.AccountID
	Rule      Rule       // Mean where empty
	Spread    bank.Marks // DefaultSpread is the default of those who ask; 0 is no difference at all
}

// Appoint creates the panel of a component of a sitting and draws the
// candidates' numbers. Only administrators may. Errors: sitting.ErrNotFound,
// ErrState for a sitting whose roster is not sealed yet, ErrDuplicate where
// the component has a panel, a *FieldError for the rest.
func (d *Desk) Appoint(ctx context.Context, by people.AccountID, n NewPanel) (Panel, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Panel{}, fmt.Errorf("appoint a panel: %w", err)
	}
	s, err := d.in.Sittings.Sitting(ctx, n.Sitting)
	if err != nil {
		return Panel{}, fmt.Errorf("appoint a panel: %w", err)
	}
	if s.State == sitting.Draft {
		return Panel{}, fmt.Errorf("appoint a panel for a sitting that is %s: %w", s.State, ErrState)
	}
	if err := d.checkSheet(ctx, n, s.Level); err != nil {
		return Panel{}, err
	}
	if n.Rule == "" {
		n.Rule = Mean
	}
	p := Panel{
		ID: PanelOf(s.ID, n.Kind), Sitting: s.ID, Level: s.Level, Kind: n.Kind, Sheet: n.Sheet,
		Examiners: slices.Clone(n.Examiners), Chair: n.Chair, Rule: n.Rule, Spread: n.Spread,
		Draw: DrawOrder(s.Secret, s.ID, n.Kind, s.Roster), Created: d.now(), CreatedBy: by,
	}
	if err := p.Check(); err != nil {
		return Panel{}, err
	}
	if err := d.checkMembers(ctx, &p); err != nil {
		return Panel{}, err
	}
	if err := d.in.Panels.InsertPanel(ctx, p); err != nil {
		return Panel{}, fmt.Errorf("appoint a panel: %w", err)
	}
	return p, nil
}

func (d *Desk) checkSheet(ctx context.Context, n NewPanel, level standard.Level) error {
	scheme, _ := d.in.Standard.Scheme(level)
	component, ok := scheme.Component(n.Kind)
	if !ok || n.Kind == standard.Theory {
		return &FieldError{"/kind", "not-scored-at-this-level"}
	}
	sheet, err := d.in.Sheets.Sheet(ctx, n.Sheet)
	switch {
	case errors.Is(err, ErrNotFound):
		return &FieldError{"/sheet", "unknown"}
	case err != nil:
		return fmt.Errorf("appoint a panel: %w", err)
	case sheet.Level != level || sheet.Kind != n.Kind:
		return &FieldError{"/sheet", "of-another-component"}
	case component.Full != bank.FullMarks:
		return &FieldError{"/sheet", "other-full-marks"}
	}
	return nil
}

func (d *Desk) checkMembers(ctx context.Context, p *Panel) error {
	members := map[string]people.AccountID{"/chair": p.Chair}
	for i, e := range p.Examiners {
		members[fmt.Sprintf("/examiners/%d", i)] = e
	}
	for field, who := range members {
		err := d.mustBe(ctx, who, people.Examiner)
		if errors.Is(err, ErrForbidden) {
			return &FieldError{field, "no-examiner"}
		}
		if err != nil {
			return fmt.Errorf("appoint a panel: %w", err)
		}
	}
	return nil
}

// mustBe returns ErrForbidden unless the account is in use and holds the role.
func (d *Desk) mustBe(ctx context.Context, who people.AccountID, role people.Role) error {
	a, err := d.in.Accounts.Account(ctx, who)
	switch {
	case errors.Is(err, people.ErrNotFound):
		return ErrForbidden
	case err != nil:
		return err
	case a.Disabled || !a.Has(role):
		return ErrForbidden
	}
	return nil
}

// Panels lists the panels of a sitting with their draws, for
// administrators.
func (d *Desk) Panels(ctx context.Context, by people.AccountID, id sitting.ID) ([]Panel, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return nil, fmt.Errorf("panels of a sitting: %w", err)
	}
	all, err := d.in.Panels.PanelsOfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("panels of a sitting: %w", err)
	}
	return all, nil
}

// RecordAbsence notes that a candidate did not come. Administrators and the
// panel's chair may. It returns ErrState where an examiner has scored the
// candidate already. Recording it again changes nothing.
func (d *Desk) RecordAbsence(ctx context.Context, by people.AccountID, c Case, why string) error {
	p, who, err := d.leads(ctx, by, c)
	if err != nil {
		return fmt.Errorf("record an absence: %w", err)
	}
	if !within(why, 2, mostNote) {
		return &FieldError{"/why", "length-2-500"}
	}
	scores, err := d.in.Scores.ScoresOfCandidate(ctx, p.ID, who)
	if err != nil {
		return fmt.Errorf("record an absence: %w", err)
	}
	if slices.ContainsFunc(scores, begun) {
		return fmt.Errorf("record the absence of somebody who was scored: %w", ErrState)
	}
	err = d.in.Rulings.InsertAbsence(ctx, Absence{Panel: p.ID, Registration: who, Why: why, By: by, At: d.now()})
	if err != nil && !errors.Is(err, ErrDuplicate) {
		return fmt.Errorf("record an absence: %w", err)
	}
	return nil
}

// begun tells whether anything was entered in the score.
func begun(s Score) bool {
	return slices.ContainsFunc(s.Rows, func(r RowScore) bool { return r.Touched }) ||
		slices.ContainsFunc(s.Vetoes, func(f Finding) bool { return f.Verdict != Undecided })
}

// WithdrawAbsence takes a recorded absence back. Administrators and the panel's
// chair may. It returns ErrNotFound where none is recorded.
func (d *Desk) WithdrawAbsence(ctx context.Context, by people.AccountID, c Case) error {
	p, who, err := d.leads(ctx, by, c)
	if err == nil {
		err = d.in.Rulings.DeleteAbsence(ctx, p.ID, who)
	}
	if err != nil {
		return fmt.Errorf("withdraw an absence: %w", err)
	}
	return nil
}

// leads returns the panel and the candidate for those who lead the panel: its
// chair and administrators.
func (d *Desk) leads(ctx context.Context, by people.AccountID, c Case) (Panel, sitting.RegistrationID, error) {
	p, err := d.leader(ctx, by, c.Panel)
	if err != nil {
		return Panel{}, "", err
	}
	who, ok := p.Registration(c.Draw)
	if !ok {
		return Panel{}, "", ErrNotFound
	}
	return p, who, nil
}

// leader returns the panel for its chair and for administrators. To anybody
// else it says ErrForbidden whether there is such a panel or not.
func (d *Desk) leader(ctx context.Context, by people.AccountID, id PanelID) (Panel, error) {
	p, err := d.in.Panels.Panel(ctx, id)
	if err == nil && p.Chair == by {
		return p, nil
	}
	if no := d.mustBe(ctx, by, people.Administrator); no != nil {
		return Panel{}, no
	}
	return p, err
}

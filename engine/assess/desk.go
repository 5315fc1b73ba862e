package assess

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyuan/engine/audit"
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
	Sheets       Sheets
	Panels       Panels
	Appointments Appointments
	Scores       Scores
	Versions     Versions
	Unlocks      Unlocks
	Rulings      Rulings
	Sittings     Sittings
	Roster       Roster
	Candidates   Candidates
	Examiners    Examiners
	Accounts     Accounts
	Audit        audit.Recorder
	Standard     standard.Standard
	Clock        Clock
	// Released tells whether results of a sitting were released, after which no
	// score is opened again.
	Released func(ctx context.Context, id sitting.ID) (bool, error)
	// Attachments is asked before a score is signed; nil where nothing can be
	// attached.
	Attachments Attachments
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
	same, err := sameContent(&have, &s)
	if err == nil && !same {
		err = ErrImmutable
	}
	return err
}

func sameContent(a, b *Sheet) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}

// Sheets lists all versions of all sheets, for staff.
func (d *Desk) Sheets(ctx context.Context) ([]Sheet, error) {
	all, err := d.in.Sheets.Sheets(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sheets: %w", err)
	}
	return all, nil
}

// mustBe returns ErrForbidden unless the account is in use and holds one of
// the roles.
func (d *Desk) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, who, ErrForbidden, roles...)
}

// panel returns a panel of a sitting that whoever acts deals with.
func (d *Desk) panel(ctx context.Context, id PanelID) (Panel, error) {
	p, err := d.in.Panels.Panel(ctx, id)
	if err == nil {
		err = sitting.Within(ctx, d.in.Sittings, p.Sitting)
	}
	return p, err
}

// Panels lists the panels of a sitting with their draws, for
// administrators.
func (d *Desk) Panels(ctx context.Context, by people.AccountID, id sitting.ID) ([]Panel, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, fmt.Errorf("panels of a sitting: %w", err)
	}
	if err := sitting.Within(ctx, d.in.Sittings, id); err != nil {
		return nil, fmt.Errorf("panels of a sitting: %w", err)
	}
	all, err := d.in.Panels.PanelsOfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("panels of a sitting: %w", err)
	}
	return all, nil
}

// RecordAbsence notes that a candidate did not come. Administrators and the
// panel's chair may. It returns ErrScored where an examiner has scored the
// candidate already. Recording it again changes nothing.
func (d *Desk) RecordAbsence(ctx context.Context, by people.AccountID, c Case, why string) error {
	p, who, err := d.leads(ctx, by, c)
	if err != nil {
		return fmt.Errorf("record an absence: %w", err)
	}
	if !within(why, 2, mostNote) {
		return &FieldError{"/reason", "length-2-500"}
	}
	if p.State != Appointed {
		return fmt.Errorf("record an absence before a panel that is %s: %w", p.State, ErrState)
	}
	scores, err := d.in.Scores.ScoresOfCandidate(ctx, p.ID, who)
	if err != nil {
		return fmt.Errorf("record an absence: %w", err)
	}
	if slices.ContainsFunc(scores, begun) {
		return fmt.Errorf("record the absence of somebody who was scored: %w", ErrScored)
	}
	if absent, err := d.isAbsent(ctx, p.ID, who); err != nil || absent {
		return err
	}
	event := audit.Event{Actor: string(by), Act: "absence.record", Object: c.object(), Why: strings.TrimSpace(why), After: true}
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		return d.in.Rulings.InsertAbsence(ctx, Absence{Panel: p.ID, Registration: who, Why: why, By: by, At: d.now()})
	})
	if err != nil && !errors.Is(err, ErrDuplicate) {
		return fmt.Errorf("record an absence: %w", err)
	}
	return nil
}

// object names a candidate before a panel in the audit record, by draw number.
func (c Case) object() string { return "panel:" + string(c.Panel) + ":" + strconv.Itoa(c.Draw) }

// begun tells whether anything was entered in the score.
func begun(s Score) bool {
	return slices.ContainsFunc(s.Rows, func(r RowScore) bool { return r.Touched }) ||
		slices.ContainsFunc(s.Vetoes, func(f Finding) bool { return f.Verdict != Undecided })
}

// WithdrawAbsence takes a recorded absence back, for example one that was
// entered for somebody else. Administrators and the panel's chair may. Errors:
// ErrNotFound where none is recorded, ErrReleased, a *FieldError.
func (d *Desk) WithdrawAbsence(ctx context.Context, by people.AccountID, c Case, why string) error {
	p, who, err := d.leads(ctx, by, c)
	if err != nil {
		return fmt.Errorf("withdraw an absence: %w", err)
	}
	if !within(why, 2, mostNote) {
		return &FieldError{"/reason", "length-2-500"}
	}
	all, err := d.in.Rulings.Absences(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("withdraw an absence: %w", err)
	}
	i := slices.IndexFunc(all, func(a Absence) bool { return a.Registration == who })
	if i < 0 {
		return fmt.Errorf("withdraw an absence: %w", ErrNotFound)
	}
	if err := d.unreleased(ctx, p.Sitting); err != nil {
		return fmt.Errorf("withdraw an absence: %w", err)
	}
	event := audit.Event{Actor: string(by), Act: "absence.withdraw", Object: c.object(), Why: strings.TrimSpace(why), Before: map[string]any{"by": all[i].By, "at": all[i].At, "why": all[i].Why}}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Rulings.DeleteAbsence(ctx, p.ID, who) })
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
	p, err := d.panel(ctx, id)
	if err == nil && p.Chair == by && d.mustBe(ctx, by, people.Chair) == nil {
		return p, nil
	}
	if no := d.mustBe(ctx, by, people.Administrator); no != nil {
		return Panel{}, no
	}
	return p, err
}

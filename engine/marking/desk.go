package marking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Lease is how long a piece stays with a marker who does not mark it.
const Lease = 15 * time.Minute

// Desk carries out what administrators and markers do, and sees to it that
// each does and reads only what is theirs: else ErrForbidden. It is safe for
// concurrent use, also by several copies of the program: a place of a piece and
// a version of a mark are inserted once.
type Desk struct{ in Deps }

// Deps is what a Desk works with.
type Deps struct {
	Plans    Plans
	Pieces   Pieces
	Claims   Claims
	Marks    Marks
	Results  Results
	Papers   Papers
	Sittings Sittings
	Accounts Accounts
	Recorder audit.Recorder
	Clock    Clock
}

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

// now is the time as stores keep it.
func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// Take keeps the pieces of submissions. It is idempotent; pieces of earlier
// rounds of the attempts are void from then on.
func (d *Desk) Take(ctx context.Context, all []Submitted) error {
	var pieces []Piece
	for i := range all {
		own, err := PiecesOf(&all[i])
		if err != nil {
			return fmt.Errorf("pieces of attempt %s: %w", all[i].Attempt, err)
		}
		if all[i].Round > 0 {
			if err := d.in.Pieces.Supersede(ctx, all[i].Attempt, all[i].Round); err != nil {
				return fmt.Errorf("pieces of attempt %s: %w", all[i].Attempt, err)
			}
		}
		pieces = append(pieces, own...)
	}
	if len(pieces) == 0 {
		return nil
	}
	if err := d.in.Pieces.InsertPieces(ctx, pieces); err != nil {
		return fmt.Errorf("keep pieces: %w", err)
	}
	return nil
}

// Plan returns the plan of a sitting, its Version 0 where there is none yet.
// Only administrators may read it.
func (d *Desk) Plan(ctx context.Context, by people.AccountID, id sitting.ID) (Plan, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Plan{}, fmt.Errorf("read a marking plan: %w", err)
	}
	if _, err := d.in.Sittings.Sitting(ctx, id); err != nil {
		return Plan{}, fmt.Errorf("read a marking plan: %w", err)
	}
	p, err := d.in.Plans.Plan(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Plan{Sitting: id, Tolerance: DefaultTolerance, Every: DefaultEvery, Grace: DefaultGrace}, nil
	}
	if err != nil {
		return Plan{}, fmt.Errorf("read a marking plan: %w", err)
	}
	return p, nil
}

// PutPlan keeps a plan, whose Version is the one that was read. Only
// administrators may. Errors: sitting.ErrNotFound, ErrState while the sitting
// is a draft, ErrConflict, a *FieldError for the rest.
func (d *Desk) PutPlan(ctx context.Context, by people.AccountID, p Plan) (Plan, error) {
	was, err := d.Plan(ctx, by, p.Sitting)
	if err != nil {
		return Plan{}, err
	}
	s, err := d.in.Sittings.Sitting(ctx, p.Sitting)
	if err != nil {
		return Plan{}, fmt.Errorf("keep a marking plan: %w", err)
	}
	if s.State == sitting.Draft {
		return Plan{}, fmt.Errorf("plan the marking of a sitting that is %s: %w", s.State, ErrState)
	}
	if err := p.Check(); err != nil {
		return Plan{}, err
	}
	for i, m := range p.Markers {
		err := d.mustBe(ctx, m.Account, people.Examiner)
		if errors.Is(err, ErrForbidden) {
			return Plan{}, &FieldError{fmt.Sprintf("/markers/%d/account", i), "no-examiner"}
		}
		if err != nil {
			return Plan{}, fmt.Errorf("keep a marking plan: %w", err)
		}
	}
	if was.Version != p.Version {
		return Plan{}, fmt.Errorf("keep a marking plan: %w", ErrConflict)
	}
	// What was handed in before there was a plan, or by an older program.
	if err := d.gather(ctx, p.Sitting); err != nil {
		return Plan{}, err
	}
	p.By, p.At = by, d.now()
	var kept Plan
	err = audit.Do(ctx, d.in.Recorder, planEvent(was, p), func() (err error) {
		kept, err = d.in.Plans.PutPlan(ctx, p)
		return err
	})
	if err != nil {
		return Plan{}, fmt.Errorf("keep a marking plan: %w", err)
	}
	return kept, nil
}

func planEvent(was, p Plan) audit.Event {
	e := audit.Event{Actor: string(p.By), Act: "marking.plan", Object: "sitting:" + string(p.Sitting), After: planFacts(p)}
	if was.Version > 0 {
		e.Before = planFacts(was)
	}
	return e
}

// planFacts is a plan as the record of acts keeps it.
func planFacts(p Plan) any {
	type marker struct {
		Account string      `json:"account"`
		Types   []bank.Type `json:"types,omitempty"`
	}
	out := struct {
		Markers   []marker `json:"markers"`
		Tolerance int      `json:"tolerance"`
		Every     int      `json:"every"`
		Grace     int      `json:"graceSeconds"`
	}{Tolerance: p.Tolerance, Every: p.Every, Grace: int(p.Grace / time.Second)}
	for _, m := range p.Markers {
		out.Markers = append(out.Markers, marker{string(m.Account), m.Types})
	}
	return out
}

// gather keeps the pieces of everything that was handed in.
func (d *Desk) gather(ctx context.Context, id sitting.ID) error {
	handed, err := d.in.Papers.Handed(ctx, id)
	if err != nil {
		return fmt.Errorf("what was handed in: %w", err)
	}
	have, err := d.in.Pieces.PiecesOf(ctx, id, false)
	if err != nil {
		return fmt.Errorf("pieces of a sitting: %w", err)
	}
	known := map[HandedIn]bool{}
	for _, p := range have {
		known[HandedIn{p.Attempt, p.Round}] = true
	}
	for _, h := range handed {
		if known[h] {
			continue
		}
		sub, err := d.in.Papers.Submitted(ctx, h.Attempt, h.Round)
		if err != nil {
			return fmt.Errorf("what was handed in: %w", err)
		}
		if err := d.Take(ctx, []Submitted{sub}); err != nil {
			return err
		}
	}
	return nil
}

// Progress says how far the marking of a sitting is, for administrators.
func (d *Desk) Progress(ctx context.Context, by people.AccountID, id sitting.ID) (Progress, error) {
	b, err := d.boardFor(ctx, by, id)
	if err != nil {
		return Progress{}, fmt.Errorf("progress of marking: %w", err)
	}
	return b.Progress(), nil
}

// Thirds lists the pieces on third marking, for administrators.
func (d *Desk) Thirds(ctx context.Context, by people.AccountID, id sitting.ID) ([]ThirdPiece, error) {
	b, err := d.boardFor(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("pieces on third marking: %w", err)
	}
	return b.Thirds(), nil
}

func (d *Desk) boardFor(ctx context.Context, by people.AccountID, id sitting.ID) (*Board, error) {
	plan, err := d.Plan(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return d.board(ctx, plan)
}

// board reads all that is known of a sitting's marking.
func (d *Desk) board(ctx context.Context, plan Plan) (*Board, error) {
	s, err := d.in.Sittings.Sitting(ctx, plan.Sitting)
	if err != nil {
		return nil, err
	}
	k := Known{Plan: plan, Secret: s.Secret}
	if k.Pieces, err = d.in.Pieces.PiecesOf(ctx, plan.Sitting, false); err != nil {
		return nil, err
	}
	if k.Claims, err = d.in.Claims.ClaimsOf(ctx, plan.Sitting, ""); err != nil {
		return nil, err
	}
	if k.Marks, err = d.in.Marks.MarksOf(ctx, plan.Sitting, ""); err != nil {
		return nil, err
	}
	if k.Settlements, err = d.in.Marks.SettlementsOf(ctx, plan.Sitting); err != nil {
		return nil, err
	}
	return NewBoard(k), nil
}

// Free takes the piece in a marker's hand away, so that somebody else gets it.
// Only administrators may. ErrNotFound tells that there is none.
func (d *Desk) Free(ctx context.Context, by people.AccountID, id sitting.ID, who people.AccountID) error {
	b, err := d.boardFor(ctx, by, id)
	if err != nil {
		return fmt.Errorf("free a piece: %w", err)
	}
	c := b.inHand(who)
	if c == nil {
		return fmt.Errorf("free a piece: %w", ErrNotFound)
	}
	e := audit.Event{Actor: string(by), Act: "marking.free", Object: "marking:" + string(c.Piece), Before: map[string]any{"marker": c.Marker, "place": c.Place}}
	if err := audit.Do(ctx, d.in.Recorder, e, func() error { return d.in.Claims.DeleteClaim(ctx, *c) }); err != nil {
		return fmt.Errorf("free a piece: %w", err)
	}
	return nil
}

// mustBe returns ErrForbidden unless the account is in use and holds one of
// the roles.
func (d *Desk) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, who, ErrForbidden, roles...)
}

// marker returns the plan for somebody who marks in it. To anybody else it says
// ErrForbidden whether there is one or not.
func (d *Desk) marker(ctx context.Context, who people.AccountID, id sitting.ID) (Plan, error) {
	if err := d.mustBe(ctx, who, people.Examiner); err != nil {
		return Plan{}, err
	}
	if err := sitting.Within(ctx, d.in.Sittings, id); err != nil {
		return Plan{}, err
	}
	p, err := d.in.Plans.Plan(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Plan{}, ErrForbidden
	}
	if _, mine := p.Marker(who); err == nil && !mine {
		return Plan{}, ErrForbidden
	}
	return p, err
}

// Blind tells whether somebody must not see whose answers a sitting holds: they
// mark in it, and something is not settled yet. Administrators are never blind.
func (d *Desk) Blind(ctx context.Context, who people.AccountID, id sitting.ID) (bool, error) {
	if err := d.mustBe(ctx, who, people.Administrator); err == nil {
		return false, nil
	}
	plan, err := d.in.Plans.Plan(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("who marks: %w", err)
	}
	if _, mine := plan.Marker(who); !mine {
		return false, nil
	}
	open, err := d.in.Pieces.PiecesOf(ctx, id, true)
	if err != nil {
		return false, fmt.Errorf("what is to be marked: %w", err)
	}
	return len(open) > 0, nil
}

// Duties lists the sittings that somebody marks in.
func (d *Desk) Duties(ctx context.Context, who people.AccountID) ([]sitting.ID, error) {
	if err := d.mustBe(ctx, who, people.Examiner); err != nil {
		return nil, fmt.Errorf("what somebody marks: %w", err)
	}
	plans, err := d.in.Plans.PlansOf(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("what somebody marks: %w", err)
	}
	plans, err = sitting.Visible(ctx, d.in.Sittings, plans, func(p *Plan) []sitting.ID { return []sitting.ID{p.Sitting} })
	if err != nil {
		return nil, fmt.Errorf("what somebody marks: %w", err)
	}
	out := make([]sitting.ID, len(plans))
	for i, p := range plans {
		out[i] = p.Sitting
	}
	return out, nil
}

// facts is a mark as the record of acts keeps it.
func facts(g Given) any {
	return map[string]any{"marks": g.Marks, "criteria": g.Criteria, "note": g.Note}
}

// peopleFacts is what a piece came to, as the record of acts keeps it.
func peopleFacts(m result.PeopleMark) any {
	given := make([]bank.Marks, len(m.Marks))
	for i, x := range m.Marks {
		given[i] = x.Marks
	}
	return map[string]any{"awarded": m.Awarded, "rule": m.Rule, "marks": given}
}

package marking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Task is a piece as its marker sees it: the question as the candidate saw it,
// the answer, and the rubric. Nothing in it names a candidate.
type Task struct {
	Ticket    string
	Until     time.Time // until when the piece stays in hand
	Slot      bank.ViewSlot
	Situation string // of the case that the question is a part of
	Answer    string
	Reference string
	Criteria  []bank.Criterion
	Shares    []bank.Marks // what each criterion earns here
	Mine      *Mark        // what was given so far
	Open      bool         // whether it may still be corrected
	Tally     Tally
}

// Handout is what Next gives.
type Handout struct {
	Task *Task // nil where there is nothing
	Left Left  // why
}

// tries is how often a place that somebody else takes in the same moment is
// looked for anew.
const tries = 20

// Next hands out the next piece, or the one in hand again. Only who marks in
// the sitting may.
func (d *Desk) Next(ctx context.Context, who people.AccountID, id sitting.ID) (Handout, error) {
	plan, err := d.marker(ctx, who, id)
	if err != nil {
		return Handout{}, fmt.Errorf("next piece: %w", err)
	}
	for range tries {
		b, err := d.board(ctx, plan)
		if err != nil {
			return Handout{}, fmt.Errorf("next piece: %w", err)
		}
		now := d.now()
		choice, ok := b.Next(who, now)
		if !ok {
			return Handout{Left: b.Why()}, nil
		}
		c, err := d.claim(ctx, b, choice, who, now)
		if errors.Is(err, ErrTaken) {
			continue // somebody was quicker, or the attempt goes on
		}
		if err != nil {
			return Handout{}, fmt.Errorf("next piece: %w", err)
		}
		task, err := d.task(ctx, &choice.Piece, &c)
		if err != nil {
			return Handout{}, fmt.Errorf("next piece: %w", err)
		}
		b.claims[c.Piece] = append(slices.DeleteFunc(b.claims[c.Piece], func(x Claim) bool { return x.Place == c.Place && x.Marker == who }), c)
		task.Tally, task.Open = b.Tally(who, choice.Piece.Question(), now), true
		return Handout{Task: &task}, nil
	}
	return Handout{}, fmt.Errorf("next piece: %w", ErrConflict)
}

// claim takes the place for somebody, or returns ErrTaken.
func (d *Desk) claim(ctx context.Context, b *Board, choice Choice, who people.AccountID, now time.Time) (Claim, error) {
	p := &choice.Piece
	if err := d.current(ctx, p); err != nil {
		return Claim{}, err
	}
	if choice.Held != nil {
		c := *choice.Held
		if err := d.in.Claims.ExtendClaim(ctx, c, now.Add(Lease)); err != nil {
			return Claim{}, err
		}
		c.Until = now.Add(Lease)
		return c, nil
	}
	if choice.Left != nil {
		if err := d.in.Claims.DeleteClaim(ctx, *choice.Left); err != nil {
			return Claim{}, err
		}
	}
	c := Claim{Sitting: p.Sitting, Piece: p.ID, Place: choice.Place, Marker: who, Taken: now, Until: now.Add(Lease)}
	c.Ticket = b.ticket(&c)
	return c, d.in.Claims.InsertClaim(ctx, c)
}

// current returns ErrTaken for a piece whose attempt was reopened or amended
// since, and puts it aside.
func (d *Desk) current(ctx context.Context, p *Piece) error {
	round, over, err := d.in.Papers.Round(ctx, p.Attempt)
	if err != nil || over && round == p.Round {
		return err
	}
	if err := d.in.Pieces.Move(ctx, []PieceID{p.ID}, Void); err != nil {
		return err
	}
	return ErrTaken
}

// task is the piece of a claim as its marker sees it.
func (d *Desk) task(ctx context.Context, p *Piece, c *Claim) (Task, error) {
	sub, err := d.in.Papers.Submitted(ctx, p.Attempt, p.Round)
	if err != nil {
		return Task{}, err
	}
	view, err := bank.NewView(sub.Paper, sub.Lookup)
	if err != nil {
		return Task{}, err
	}
	at := slices.IndexFunc(sub.Paper.Slots, func(s bank.Slot) bool { return s.Number == p.Slot })
	if at < 0 {
		return Task{}, fmt.Errorf("piece %s: %w", p.ID, bank.ErrPaper)
	}
	_, q, err := sub.question(sub.Paper.Slots[at])
	if err != nil {
		return Task{}, err
	}
	out := Task{
		Ticket: c.Ticket, Until: c.Until, Slot: view.Slots[at], Reference: q.Key.Reference, Criteria: q.Key.Rubric,
		Shares: bank.Shares(q.Key.Rubric, p.Points),
	}
	if n := out.Slot.Case; n > 0 {
		out.Situation = view.Cases[n-1].Situation
	}
	for _, text := range sub.Answers[p.Slot].Text {
		out.Answer += text
	}
	// The number of the slot is the candidate's: another paper has another.
	out.Slot.Number = 0
	return out, nil
}

// held returns a claim of somebody's and its piece.
func (d *Desk) held(ctx context.Context, who people.AccountID, id sitting.ID, ticket string) (Plan, Claim, Piece, error) {
	plan, err := d.marker(ctx, who, id)
	if err != nil {
		return Plan{}, Claim{}, Piece{}, err
	}
	c, err := d.in.Claims.ClaimByTicket(ctx, id, ticket)
	if err == nil && c.Marker != who {
		err = ErrNotFound
	}
	if err != nil {
		return Plan{}, Claim{}, Piece{}, err
	}
	p, err := d.in.Pieces.Piece(ctx, c.Piece)
	return plan, c, p, err
}

// Task shows a piece again that somebody has or had.
func (d *Desk) Task(ctx context.Context, who people.AccountID, id sitting.ID, ticket string) (Task, error) {
	plan, c, p, err := d.held(ctx, who, id, ticket)
	if err != nil {
		return Task{}, fmt.Errorf("show a piece: %w", err)
	}
	out, err := d.task(ctx, &p, &c)
	if err != nil {
		return Task{}, fmt.Errorf("show a piece: %w", err)
	}
	b, err := d.board(ctx, plan)
	if err != nil {
		return Task{}, fmt.Errorf("show a piece: %w", err)
	}
	if m, ok := b.marks[seatOf(c.Piece, c.Place, who)]; ok {
		if m.Marker != who {
			return Task{}, fmt.Errorf("show a piece: %w", ErrTaken)
		}
		out.Mine = &m
	}
	out.Open = b.open(&p, &c, d.now())
	out.Tally = b.Tally(who, p.Question(), d.now())
	return out, nil
}

// open tells whether the mark of a claim may still be given or corrected: until
// it is settled, and not once a third holds the piece. What somebody had again
// can be corrected for as long, so that it looks no different.
func (b *Board) open(p *Piece, c *Claim, now time.Time) bool {
	at := seatOf(c.Piece, c.Place, c.Marker)
	if c.Place == Again {
		m, marked := b.marks[at]
		return p.State != Void && (!marked || now.Before(m.At.Add(b.plan.Grace)))
	}
	if _, settled := b.settled[p.ID]; settled || p.State != Open {
		return false
	}
	third := slices.ContainsFunc(b.claims[p.ID], func(x Claim) bool { return x.Place == Third })
	return c.Place == Third || !third
}

// Give keeps what a marker gives the piece of a ticket. version is the one last
// seen, 0 for none. Giving the same again changes nothing. Errors: ErrNotFound,
// ErrTaken where the lease ran out and somebody else has it, ErrState where the
// attempt was reopened since, ErrSettled, ErrConflict, a *FieldError.
func (d *Desk) Give(ctx context.Context, who people.AccountID, id sitting.ID, ticket string, version int, g Given) (Mark, error) {
	plan, c, p, err := d.held(ctx, who, id, ticket)
	if err == nil {
		err = d.check(ctx, &p, g)
	}
	if err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	k := Known{Plan: plan, Pieces: []Piece{p}}
	if k.Claims, err = d.in.Claims.ClaimsOf(ctx, id, p.ID); err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	if k.Marks, err = d.in.Marks.MarksOf(ctx, id, p.ID); err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	if k.Settlements, err = d.in.Marks.SettlementsOf(ctx, id); err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	b, now := NewBoard(k), d.now()
	was, marked := b.marks[seatOf(p.ID, c.Place, who)]
	switch {
	case p.State == Void:
		err = ErrState
	case marked && was.Marker != who:
		err = ErrTaken
	case marked && was.Given.Same(g):
		return was, nil
	case was.Version != version:
		err = ErrConflict
	case !b.open(&p, &c, now):
		err = ErrSettled
	}
	if err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	m := Mark{Sitting: id, Piece: p.ID, Place: c.Place, Marker: who, Version: version + 1, Given: g, At: now}
	if err := d.keep(ctx, c, was, m); err != nil {
		return Mark{}, fmt.Errorf("give a mark: %w", err)
	}
	return m, nil
}

// keep stores a mark. The first holds on to the claim before, so that nobody
// takes the piece over meanwhile; a correction is taken down.
func (d *Desk) keep(ctx context.Context, c Claim, was, m Mark) error {
	insert := func() error {
		err := d.in.Marks.InsertMark(ctx, m)
		if errors.Is(err, ErrConflict) && m.Version == 1 && m.Place != Again {
			return ErrTaken
		}
		return err
	}
	if m.Version == 1 {
		if err := d.in.Claims.ExtendClaim(ctx, c, m.At.Add(Lease)); err != nil {
			return err
		}
		return insert()
	}
	return audit.Do(ctx, d.in.Recorder, audit.Event{
		Actor: string(m.Marker), Act: "marking.correct", Object: "marking:" + string(m.Piece), Before: facts(was.Given), After: facts(m.Given),
	}, insert)
}

const mostNote = 500

func (d *Desk) check(ctx context.Context, p *Piece, g Given) error {
	switch {
	case g.Marks < 0 || g.Marks > p.Points:
		return &FieldError{"/marks", "within-the-points"}
	case utf8.RuneCountInString(g.Note) > mostNote:
		return &FieldError{"/note", "maxLength"}
	case len(g.Criteria) == 0:
		return nil
	}
	sub, err := d.in.Papers.Submitted(ctx, p.Attempt, p.Round)
	if err != nil {
		return err
	}
	for _, slot := range sub.Paper.Slots {
		if slot.Number != p.Slot {
			continue
		}
		_, q, err := sub.question(slot)
		if err != nil {
			return err
		}
		for i, n := range g.Criteria {
			if n < 0 || n >= len(q.Key.Rubric) || i > 0 && g.Criteria[i-1] >= n {
				return &FieldError{fmt.Sprintf("/criteria/%d", i), "unknown"}
			}
		}
	}
	return nil
}

// Recent is a mark that somebody gave, and whether it may be corrected.
type Recent struct {
	Ticket string
	Stem   string
	Points bank.Marks
	Mark   Mark
	Open   bool
}

// MostRecent is how many marks Recent lists.
const MostRecent = 20

// Recent lists the latest marks that somebody gave, the newest first.
func (d *Desk) Recent(ctx context.Context, who people.AccountID, id sitting.ID) ([]Recent, error) {
	plan, err := d.marker(ctx, who, id)
	if err != nil {
		return nil, fmt.Errorf("recent marks: %w", err)
	}
	b, err := d.board(ctx, plan)
	if err != nil {
		return nil, fmt.Errorf("recent marks: %w", err)
	}
	type given struct {
		claim Claim
		mark  Mark
		began time.Time
	}
	var all []given
	for _, p := range b.pieces {
		for _, c := range b.claims[p.ID] {
			at := seatOf(c.Piece, c.Place, c.Marker)
			if m, ok := b.marks[at]; ok && c.Marker == who && m.Marker == who {
				all = append(all, given{c, m, b.began[at]})
			}
		}
	}
	slices.SortFunc(all, func(x, y given) int {
		return cmp.Or(y.began.Compare(x.began), cmp.Compare(x.claim.Ticket, y.claim.Ticket))
	})
	var out []Recent
	for _, g := range all[:min(len(all), MostRecent)] {
		p := b.byID[g.claim.Piece]
		task, err := d.task(ctx, p, &g.claim)
		if err != nil {
			return nil, fmt.Errorf("recent marks: %w", err)
		}
		out = append(out, Recent{g.claim.Ticket, task.Slot.Stem, p.Points, g.mark, b.open(p, &g.claim, d.now())})
	}
	return out, nil
}

package assess

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Duty is a panel as its members see it: without who the candidates are.
type Duty struct {
	Panel      PanelID
	Sitting    sitting.ID
	Level      standard.Level
	Kind       standard.Kind
	Station    int    // of the component, from 1
	Name       string // of the station, "" for none
	Sheet      SheetRef
	Title      string // of the sheet
	Sample     bool   // of the sheet
	Minutes    int
	Candidates int
	Examiners  int
	Place      int  // the member's place among the examiners from 1; 0 for a chair who is none
	Chair      bool // the member is the chair
}

// Duties lists the appointed panels that the account is a member of, the newest
// first.
func (d *Desk) Duties(ctx context.Context, by people.AccountID) ([]Duty, error) {
	panels, err := d.in.Panels.PanelsOfMember(ctx, by)
	if err != nil {
		return nil, fmt.Errorf("duties: %w", err)
	}
	panels, err = sitting.Visible(ctx, d.in.Sittings, panels, func(p *Panel) []sitting.ID { return []sitting.ID{p.Sitting} })
	if err != nil {
		return nil, fmt.Errorf("duties: %w", err)
	}
	var out []Duty
	for _, p := range panels {
		if p.State != Appointed {
			continue
		}
		sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
		if err != nil {
			return nil, fmt.Errorf("duties: sheet %s: %w", p.Sheet.ID, err)
		}
		out = append(out, Duty{
			Panel: p.ID, Sitting: p.Sitting, Level: p.Level, Kind: p.Kind, Station: p.Station, Name: p.Title, Sheet: p.Sheet, Title: sheet.Title,
			Sample: sheet.Sample, Minutes: sheet.Minutes, Candidates: len(p.Draw), Examiners: len(p.Examiners),
			Place: slices.Index(p.Examiners, by) + 1, Chair: p.Chair == by,
		})
	}
	return out, nil
}

// Task is one candidate whom an examiner has to score, and how far that is.
type Task struct {
	Draw    int
	State   ScoreState
	Version int // 0 where nothing was saved yet
	Total   Total
	Absent  bool
	Saved   time.Time
	Locked  time.Time
}

// Tasks lists an examiner's candidates by draw number.
func (d *Desk) Tasks(ctx context.Context, by people.AccountID, id PanelID) ([]Task, error) {
	p, sheet, err := d.mine(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	scores, err := d.in.Scores.ScoresOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	absences, err := d.in.Rulings.Absences(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	own := map[sitting.RegistrationID]Score{}
	for _, s := range scores {
		if s.Examiner == by {
			own[s.Registration] = s
		}
	}
	out := make([]Task, len(p.Draw))
	for i, who := range p.Draw {
		s, ok := own[who]
		if !ok {
			s = Blank(&sheet, ScoreKey{id, who, by})
		}
		out[i] = Task{
			Draw: i + 1, State: s.State, Version: s.Version, Total: TotalOf(&sheet, &s), Saved: s.Saved, Locked: s.Locked,
			Absent: slices.ContainsFunc(absences, func(a Absence) bool { return a.Registration == who }),
		}
	}
	return out, nil
}

// Form is a score as an examiner sees it: with its sheet and its total, and the
// draw number in the place of the candidate.
type Form struct {
	Case
	Examiner people.AccountID
	Sheet    Sheet
	State    ScoreState
	Version  int
	Rows     []RowScore
	Vetoes   []Finding
	Total    Total
	Absent   bool
	Stands   bool // signed, and what the outcome goes by
	Elapsed  int  // seconds that the examiner measured
	Saved    time.Time
	Locked   time.Time
}

func formOf(c Case, sheet Sheet, s Score, absent bool) Form {
	return Form{
		Case: c, Examiner: s.Examiner, Sheet: sheet, State: s.State, Version: s.Version, Rows: s.Rows, Vetoes: s.Vetoes,
		Total: TotalOf(&sheet, &s), Absent: absent, Elapsed: s.Elapsed, Saved: s.Saved, Locked: s.Locked,
	}
}

// Form returns the examiner's own score of a candidate, blank with version 0
// where nothing was saved yet.
func (d *Desk) Form(ctx context.Context, by people.AccountID, c Case) (Form, error) {
	w, err := d.work(ctx, by, c)
	if err != nil {
		return Form{}, fmt.Errorf("score: %w", err)
	}
	return formOf(c, w.sheet, w.score, w.absent), nil
}

// Save replaces the examiner's own score of a candidate as it was at version.
// Saving the same again after an answer was lost changes nothing. Errors:
// ErrConflict, ErrLocked, ErrAbsent, a *FieldError for what the sheet does not
// have or allow.
func (d *Desk) Save(ctx context.Context, by people.AccountID, c Case, version int, f Filled) (Form, error) {
	w, err := d.work(ctx, by, c)
	if err != nil {
		return Form{}, fmt.Errorf("save a score: %w", err)
	}
	s := w.score
	if s.State, err = s.State.Next(SaveScore); err != nil {
		return Form{}, err
	}
	if w.absent {
		return Form{}, fmt.Errorf("save a score: %w", ErrAbsent)
	}
	if err := s.fill(&w.sheet, f); err != nil {
		return Form{}, err
	}
	if s.Version == version+1 && s.sameEntries(&w.score) {
		return formOf(c, w.sheet, w.score, false), nil
	}
	if s.Version != version {
		return Form{}, fmt.Errorf("save a score: %w", ErrConflict)
	}
	if s.Version == 0 {
		if err := d.begin(ctx, w.panel); err != nil {
			return Form{}, fmt.Errorf("save a score: %w", err)
		}
	}
	s.Saved = d.now()
	return d.put(ctx, c, w.sheet, s)
}

// begin marks a panel as one that scores, before its first score is kept: from
// then on it cannot change, however close to each other the two happen. It
// returns ErrConflict where the panel was changed since it was read.
func (d *Desk) begin(ctx context.Context, p Panel) error {
	for p.Begun.IsZero() {
		p.Begun = d.now()
		_, err := d.in.Appointments.ReplacePanel(ctx, p)
		if err == nil || !errors.Is(err, ErrConflict) {
			return err
		}
		now, err := d.panel(ctx, p.ID)
		if err != nil || now.Begun.IsZero() || now.Version != p.Version+1 {
			return errors.Join(ErrConflict, err)
		}
		p = now // a colleague began
	}
	return nil
}

// Lock signs the examiner's own score of a candidate as it was at version.
// From then on it stays as it is, unless two people unlock it. Signing again after an answer was lost
// changes nothing. Errors: ErrConflict, ErrLocked, ErrAbsent, a *GapsError for
// what is not scored, decided or attached.
func (d *Desk) Lock(ctx context.Context, by people.AccountID, c Case, version int) (Form, error) {
	w, err := d.work(ctx, by, c)
	if err != nil {
		return Form{}, fmt.Errorf("sign a score: %w", err)
	}
	s := w.score
	if s.State == Locked && s.Version == version+1 {
		return formOf(c, w.sheet, s, w.absent), nil
	}
	if s.State, err = s.State.Next(LockScore); err != nil {
		return Form{}, err
	}
	if w.absent {
		return Form{}, fmt.Errorf("sign a score: %w", ErrAbsent)
	}
	if s.Version != version {
		return Form{}, fmt.Errorf("sign a score: %w", ErrConflict)
	}
	if err := d.signable(ctx, &w.sheet, &s); err != nil {
		return Form{}, err
	}
	s.Saved = d.now()
	s.Locked = s.Saved
	event := audit.Event{Actor: string(by), Act: "score.lock", Object: c.object(), After: s.summary(&w.sheet)}
	var f Form
	err = audit.Do(ctx, d.in.Audit, event, func() error {
		f, err = d.put(ctx, c, w.sheet, s)
		return err
	})
	return f, err
}

func (d *Desk) put(ctx context.Context, c Case, sheet Sheet, s Score) (Form, error) {
	stored, err := d.in.Scores.PutScore(ctx, s)
	if err != nil {
		return Form{}, fmt.Errorf("keep a score: %w", err)
	}
	return formOf(c, sheet, stored, false), nil
}

func (s *Score) sameEntries(o *Score) bool {
	return s.Elapsed == o.Elapsed && slices.Equal(s.Vetoes, o.Vetoes) && slices.EqualFunc(s.Rows, o.Rows, func(a, b RowScore) bool {
		return a.Row == b.Row && a.Touched == b.Touched && a.Other == b.Other && a.Note == b.Note && slices.Equal(a.Deductions, b.Deductions)
	})
}

// Forms returns the scores of a candidate that the account may read, in the
// panel's order: an examiner's own always, those of all once all have signed.
func (d *Desk) Forms(ctx context.Context, by people.AccountID, c Case) ([]Form, error) {
	p, err := d.panel(ctx, c.Panel)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("scores: %w", err)
	}
	if err != nil || p.State != Appointed || !p.Has(by) && p.Chair != by {
		return nil, fmt.Errorf("scores: %w", ErrForbidden)
	}
	who, ok := p.Registration(c.Draw)
	if !ok {
		return nil, fmt.Errorf("scores: %w", ErrNotFound)
	}
	sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	scores, err := d.in.Scores.ScoresOfCandidate(ctx, p.ID, who)
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	absent, err := d.isAbsent(ctx, p.ID, who)
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	var out []Form
	for _, e := range p.Examiners {
		i := slices.IndexFunc(scores, func(s Score) bool { return s.Examiner == e })
		if i >= 0 && p.MayRead(by, e, scores) {
			out = append(out, formOf(c, sheet, scores[i], absent))
		}
	}
	return out, nil
}

// work is what an examiner has before them.
type work struct {
	panel  Panel
	sheet  Sheet
	score  Score
	absent bool
}

func (d *Desk) work(ctx context.Context, by people.AccountID, c Case) (work, error) {
	p, sheet, err := d.mine(ctx, by, c.Panel)
	if err != nil {
		return work{}, err
	}
	who, ok := p.Registration(c.Draw)
	if !ok {
		return work{}, ErrNotFound
	}
	key := ScoreKey{p.ID, who, by}
	score, err := d.in.Scores.Score(ctx, key)
	if errors.Is(err, ErrNotFound) {
		score, err = Blank(&sheet, key), nil
	}
	if err != nil {
		return work{}, err
	}
	absent, err := d.isAbsent(ctx, p.ID, who)
	return work{p, sheet, score, absent}, err
}

// mine returns the panel and its sheet for one of its examiners. To anybody
// else it says ErrForbidden whether there is such a panel or not, and to those
// of a panel that is not appointed as well: they are not its examiners yet.
func (d *Desk) mine(ctx context.Context, by people.AccountID, id PanelID) (Panel, Sheet, error) {
	p, err := d.panel(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && (!p.Has(by) || p.State != Appointed) {
		return Panel{}, Sheet{}, ErrForbidden
	}
	if err != nil {
		return Panel{}, Sheet{}, err
	}
	sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
	return p, sheet, err
}

func (d *Desk) isAbsent(ctx context.Context, id PanelID, who sitting.RegistrationID) (bool, error) {
	all, err := d.in.Rulings.Absences(ctx, id)
	return slices.ContainsFunc(all, func(a Absence) bool { return a.Registration == who }), err
}

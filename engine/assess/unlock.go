package assess

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// UnlockID names a request to open a signed score again. It tells the draw
// number and not who the candidate is.
type UnlockID string

// Of tells whether the request is about a score of the sitting.
func (id UnlockID) Of(s sitting.ID) bool { return strings.HasPrefix(string(id), string(s)+":") }

// UnlockState is where a request stands.
type UnlockState string

// The states of a request.
const (
	Asked    UnlockState = "asked"
	Approved UnlockState = "approved"
	Refused  UnlockState = "refused"
)

// Unlock is a request to open a signed score again. One person asks, another
// decides.
type Unlock struct {
	ID UnlockID
	ScoreKey
	Draw      int
	Signed    int // the version of the score that is signed
	Why       string
	By        people.AccountID
	At        time.Time
	State     UnlockState
	Second    people.AccountID // who decided
	SecondWhy string
	SecondAt  time.Time
}

// AskUnlock asks to open an examiner's signed score of a candidate again.
// Examiners of the panel, its chair and administrators may. Errors: ErrForbidden,
// ErrNotFound, ErrUnsigned, ErrReleased, ErrAsked, a *FieldError.
func (d *Desk) AskUnlock(ctx context.Context, by people.AccountID, c Case, examiner people.AccountID, why string) (Unlock, error) {
	p, err := d.member(ctx, by, c.Panel)
	if err != nil {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", err)
	}
	who, ok := p.Registration(c.Draw)
	if !ok || !p.Has(examiner) {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", ErrNotFound)
	}
	if !within(why, 2, mostNote) {
		return Unlock{}, &FieldError{"/reason", "length-2-500"}
	}
	if err := d.unreleased(ctx, p.Sitting); err != nil {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", err)
	}
	key := ScoreKey{p.ID, who, examiner}
	score, err := d.in.Scores.Score(ctx, key)
	if errors.Is(err, ErrNotFound) || err == nil && score.State != Locked {
		err = ErrUnsigned
	}
	if err != nil {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", err)
	}
	before, err := d.in.Unlocks.UnlocksOf(ctx, p.ID)
	if err != nil {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", err)
	}
	refused := 0
	for _, u := range before {
		if u.ScoreKey == key && u.Signed == score.Version && u.State == Refused {
			refused++
		}
	}
	u := Unlock{
		ID:       UnlockID(fmt.Sprintf("%s:%d:%s:%d:%d", p.ID, c.Draw, examiner, score.Version, refused+1)),
		ScoreKey: key, Draw: c.Draw, Signed: score.Version, Why: strings.TrimSpace(why), By: by, At: d.now(), State: Asked,
	}
	event := audit.Event{Actor: string(by), Act: "score.unlock.ask", Object: c.object(), Why: u.Why, Before: map[string]any{"examiner": examiner, "version": u.Signed}}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Unlocks.InsertUnlock(ctx, u) })
	if errors.Is(err, ErrDuplicate) {
		err = ErrAsked
	}
	if err != nil {
		return Unlock{}, fmt.Errorf("ask for an unlock: %w", err)
	}
	return u, nil
}

// DecideUnlock approves or refuses a request. The panel's chair and
// administrators may, but neither who asked nor the score's examiner: else
// ErrSecondPerson. Once approved, the score is open again for its examiner, what
// was signed is kept as a version, and a decision of the chair on it is void.
// Deciding the same again carries out what was cut off. Errors: ErrNotFound,
// ErrForbidden, ErrState where it was decided otherwise, ErrReleased, ErrConflict.
func (d *Desk) DecideUnlock(ctx context.Context, by people.AccountID, id UnlockID, to UnlockState, why string) (Unlock, error) {
	u, err := d.unlockFor(ctx, by, id)
	if err != nil {
		return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
	}
	switch {
	case to != Approved && to != Refused:
		return Unlock{}, &FieldError{"/decision", "unknown"}
	case to == Refused && !within(why, 2, mostNote) || !within(why, 0, mostNote):
		return Unlock{}, &FieldError{"/reason", "length-2-500"}
	}
	why = strings.TrimSpace(why)
	again := u.State == to && u.Second == by
	if u.State != Asked && !again {
		return Unlock{}, fmt.Errorf("decide an unlock that is %s: %w", u.State, ErrState)
	}
	if to == Refused {
		if again {
			return u, nil
		}
		return d.decideUnlock(ctx, u, by, to, why, nil)
	}
	score, err := d.in.Scores.Score(ctx, u.ScoreKey)
	if err != nil {
		return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
	}
	if again && score.Version > u.Signed {
		return u, nil
	}
	if score.State != Locked || score.Version != u.Signed {
		return Unlock{}, fmt.Errorf("decide an unlock: %w", ErrConflict)
	}
	return d.decideUnlock(ctx, u, by, to, why, &score)
}

// decideUnlock keeps the decision, which only one person can make, and opens
// the score where it was approved.
func (d *Desk) decideUnlock(ctx context.Context, u Unlock, by people.AccountID, to UnlockState, why string, score *Score) (Unlock, error) {
	event := audit.Event{
		Actor: string(by), Act: "score.unlock.refuse", Object: Case{u.Panel, u.Draw}.object(), Why: why,
		Before: map[string]any{"examiner": u.Examiner, "version": u.Signed, "askedBy": u.By, "asked": u.Why},
	}
	if to == Approved {
		if err := d.unreleased(ctx, u.Panel.Sitting()); err != nil {
			return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
		}
		p, err := d.panel(ctx, u.Panel)
		if err != nil {
			return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
		}
		sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
		if err != nil {
			return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
		}
		event.Act, event.Before = "score.unlock.approve", score.summary(&sheet)
		event.After = map[string]any{"examiner": u.Examiner, "version": u.Signed + 1, "state": Open, "askedBy": u.By, "asked": u.Why}
	}
	err := audit.Do(ctx, d.in.Audit, event, func() error {
		if u.State == Asked {
			u.State, u.Second, u.SecondWhy, u.SecondAt = to, by, why, d.now()
			if err := d.in.Unlocks.ReplaceUnlock(ctx, u); err != nil {
				return err
			}
		}
		if to == Refused {
			return nil
		}
		return d.reopen(ctx, *score)
	})
	if err != nil {
		return Unlock{}, fmt.Errorf("decide an unlock: %w", err)
	}
	return u, nil
}

// reopen keeps what was signed and opens the score.
func (d *Desk) reopen(ctx context.Context, s Score) error {
	if err := d.in.Versions.InsertVersion(ctx, s); err != nil && !errors.Is(err, ErrDuplicate) {
		return err
	}
	var err error
	if s.State, err = s.State.Next(UnlockScore); err != nil {
		return err
	}
	s.Locked, s.Saved = time.Time{}, d.now()
	return d.in.Scores.ReopenScore(ctx, s)
}

// unlockFor returns a request for those who may decide it.
func (d *Desk) unlockFor(ctx context.Context, by people.AccountID, id UnlockID) (Unlock, error) {
	u, err := d.in.Unlocks.Unlock(ctx, id)
	missing := errors.Is(err, ErrNotFound)
	if err != nil && !missing {
		return Unlock{}, err
	}
	if _, no := d.leader(ctx, by, u.Panel); no != nil && !(missing && errors.Is(no, ErrNotFound)) {
		return Unlock{}, no
	}
	switch {
	case missing:
		return Unlock{}, ErrNotFound
	case u.By == by || u.Examiner == by:
		return Unlock{}, ErrSecondPerson
	}
	return u, nil
}

// MayDecide tells whether somebody can be the second person of a request.
func (d *Desk) MayDecide(ctx context.Context, by people.AccountID, u Unlock) bool {
	if u.State != Asked || u.By == by || u.Examiner == by {
		return false
	}
	_, err := d.leader(ctx, by, u.Panel)
	return err == nil
}

// Unlocks lists the requests of a panel, the newest first: all for its chair and
// for administrators, for its examiners those that they asked for and those
// about their own scores.
func (d *Desk) Unlocks(ctx context.Context, by people.AccountID, id PanelID) ([]Unlock, error) {
	if _, err := d.reader(ctx, by, id); err != nil {
		return nil, fmt.Errorf("unlocks: %w", err)
	}
	all, err := d.in.Unlocks.UnlocksOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("unlocks: %w", err)
	}
	if _, err := d.leader(ctx, by, id); err == nil || d.mustBe(ctx, by, people.Auditor) == nil {
		return all, nil
	}
	return slices.DeleteFunc(all, func(u Unlock) bool { return u.By != by && u.Examiner != by }), nil
}

// Versions returns the scores of a candidate as they were signed, by examiner
// and version: those that stand, and those before they were opened again.
// Examiners read their own; chair and examiners all once all have signed.
// Administrators and auditors who do not belong to the panel read every earlier
// one, and those that stand once all have signed: until then they tell what
// nobody else may know.
func (d *Desk) Versions(ctx context.Context, by people.AccountID, c Case) ([]Form, error) {
	p, err := d.reader(ctx, by, c.Panel)
	if err != nil {
		return nil, fmt.Errorf("versions of scores: %w", err)
	}
	who, ok := p.Registration(c.Draw)
	if !ok {
		return nil, fmt.Errorf("versions of scores: %w", ErrNotFound)
	}
	sheet, err := d.in.Sheets.Sheet(ctx, p.Sheet)
	if err != nil {
		return nil, fmt.Errorf("versions of scores: %w", err)
	}
	old, err := d.in.Versions.VersionsOf(ctx, p.ID, who)
	if err != nil {
		return nil, fmt.Errorf("versions of scores: %w", err)
	}
	scores, err := d.in.Scores.ScoresOfCandidate(ctx, p.ID, who)
	if err != nil {
		return nil, fmt.Errorf("versions of scores: %w", err)
	}
	outside := !p.Has(by) && p.Chair != by
	var out []Form
	for _, s := range old {
		if outside || p.MayRead(by, s.Examiner, scores) {
			out = append(out, formOf(c, sheet, s, false))
		}
	}
	for _, s := range scores {
		if s.State == Locked && (p.MayRead(by, s.Examiner, scores) || outside && p.Has(s.Examiner) && p.allLocked(scores)) {
			f := formOf(c, sheet, s, false)
			f.Stands = true
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b Form) int {
		return cmp.Or(cmp.Compare(slices.Index(p.Examiners, a.Examiner), slices.Index(p.Examiners, b.Examiner)), cmp.Compare(a.Version, b.Version))
	})
	return out, nil
}

// member returns the panel for its examiners, its chair and administrators. To
// anybody else it says ErrForbidden whether there is such a panel or not.
func (d *Desk) member(ctx context.Context, by people.AccountID, id PanelID) (Panel, error) {
	p, err := d.panel(ctx, id)
	if err == nil && p.State == Appointed && p.Has(by) {
		return p, nil
	}
	return d.leader(ctx, by, id)
}

// reader is member, and the auditor, who reads and takes no step.
func (d *Desk) reader(ctx context.Context, by people.AccountID, id PanelID) (Panel, error) {
	if d.mustBe(ctx, by, people.Auditor) == nil {
		return d.panel(ctx, id)
	}
	return d.member(ctx, by, id)
}

// unreleased returns ErrReleased once results of the sitting were released.
func (d *Desk) unreleased(ctx context.Context, id sitting.ID) error {
	released, err := d.in.Released(ctx, id)
	if err == nil && released {
		err = ErrReleased
	}
	return err
}

// summary is what the audit record keeps of a score: every mark and who gave it.
func (s *Score) summary(sheet *Sheet) any {
	t := TotalOf(sheet, s)
	type row struct {
		Row   RowID      `json:"row"`
		Marks bank.Marks `json:"marks"`
		Note  string     `json:"note,omitempty"`
	}
	lines := map[RowID]RowScore{}
	for _, r := range s.Rows {
		lines[r.Row] = r
	}
	var rows []row
	for _, r := range sheet.rows() {
		rows = append(rows, row{r.ID, RowMarks(&r, lines[r.ID]), lines[r.ID].Note})
	}
	return map[string]any{
		"examiner": s.Examiner, "version": s.Version, "state": s.State, "total": t.Sum, "vetoed": t.Vetoed, "rows": rows, "vetoes": s.Vetoes,
	}
}

package assess

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Register is the register of examiners (考评员名册). Administrators keep it; an
// examiner sees their own entry and declares relations to candidates. It is safe
// for concurrent use: an entry is guarded by its version.
type Register struct{ in RegisterDeps }

// RegisterDeps is what a Register works with.
type RegisterDeps struct {
	Examiners Examiners
	Accounts  Accounts
	Sealer    Hasher
	Audit     audit.Recorder
	Clock     Clock
}

// Hasher makes the keyed hash by which an identity number is found.
type Hasher interface{ Hash(text string) string }

// NewRegister returns a Register.
func NewRegister(d RegisterDeps) *Register { return &Register{d} }

// List returns all entries. Only administrators may.
func (r *Register) List(ctx context.Context, by people.AccountID) ([]people.ExaminerEntry, error) {
	if err := r.administrator(ctx, by, people.Auditor); err != nil {
		return nil, fmt.Errorf("list examiners: %w", err)
	}
	all, err := r.in.Examiners.Examiners(ctx)
	if err != nil {
		return nil, fmt.Errorf("list examiners: %w", err)
	}
	return all, nil
}

// Entry returns an examiner's entry, for administrators and for the examiner. It
// returns people.ErrNotFound where there is none.
func (r *Register) Entry(ctx context.Context, by, who people.AccountID) (people.ExaminerEntry, error) {
	if err := r.self(ctx, by, who, people.Auditor); err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("examiner: %w", err)
	}
	e, err := r.in.Examiners.Examiner(ctx, who)
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("examiner: %w", err)
	}
	return e, nil
}

// Put keeps grade, card and employer of an examiner as they were at e.Version, 0
// for a new entry; assessments and relations stay. Only administrators may, and
// not about themselves. Errors: ErrForbidden, people.ErrNotFound for an account
// that is no examiner, people.ErrConflict, a *people.FieldError.
func (r *Register) Put(ctx context.Context, by people.AccountID, e people.ExaminerEntry) (people.ExaminerEntry, error) {
	if err := r.keeper(ctx, by, e.Account); err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("keep an examiner: %w", err)
	}
	e.CardNumber, e.Employer = strings.TrimSpace(e.CardNumber), strings.TrimSpace(e.Employer)
	if err := e.Check(); err != nil {
		return people.ExaminerEntry{}, err
	}
	account, err := r.in.Accounts.Account(ctx, e.Account)
	if err == nil && !account.Has(people.Examiner) {
		err = people.ErrNotFound
	}
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("keep an examiner: %w", err)
	}
	was, err := r.in.Examiners.Examiner(ctx, e.Account)
	if errors.Is(err, people.ErrNotFound) {
		was, err = people.ExaminerEntry{Account: e.Account}, nil
	}
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("keep an examiner: %w", err)
	}
	now := was
	now.Grade, now.CardNumber, now.CardUntil, now.Employer, now.Version = e.Grade, e.CardNumber, e.CardUntil, e.Employer, e.Version
	return r.put(ctx, audit.Event{Actor: string(by), Act: "examiner.keep", Before: facts(&was), After: facts(&now)}, now)
}

// Assess adds a yearly assessment. Who may and errors are as for Put.
func (r *Register) Assess(ctx context.Context, by, who people.AccountID, a people.YearAssessment) (people.ExaminerEntry, error) {
	if err := r.keeper(ctx, by, who); err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("assess an examiner: %w", err)
	}
	a.Note, a.By, a.At = strings.TrimSpace(a.Note), by, r.now()
	if err := a.Check(a.At); err != nil {
		return people.ExaminerEntry{}, err
	}
	e, err := r.in.Examiners.Examiner(ctx, who)
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("assess an examiner: %w", err)
	}
	e.Assessments = append(slices.Clone(e.Assessments), a)
	after := map[string]any{"year": a.Year, "result": a.Result}
	return r.put(ctx, audit.Event{Actor: string(by), Act: "examiner.assess", Why: a.Note, After: after}, e)
}

// Declare adds a relation of an examiner to the person with that identity
// number, whom nobody is shown. Administrators and the examiner may. Declaring
// the same again changes nothing. Errors: ErrForbidden, people.ErrNotFound for
// somebody without an entry, a *people.FieldError.
func (r *Register) Declare(ctx context.Context, by, who people.AccountID, number string, rel people.Relation) (people.ExaminerEntry, error) {
	if err := r.self(ctx, by, who); err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("declare a relation: %w", err)
	}
	at := r.now()
	normal, err := people.NormalIdentity(number, at)
	if err != nil {
		return people.ExaminerEntry{}, &people.FieldError{Field: "/idNumber", Reason: "identity"}
	}
	rel.Note = strings.TrimSpace(rel.Note)
	rel.IDHash, rel.IDMasked, rel.By, rel.At = r.in.Sealer.Hash(normal), people.MaskIdentity(normal), by, at
	if err := rel.Check(); err != nil {
		return people.ExaminerEntry{}, err
	}
	e, err := r.in.Examiners.Examiner(ctx, who)
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("declare a relation: %w", err)
	}
	for _, have := range e.Related(rel.IDHash) {
		if have.Kind == rel.Kind {
			return e, nil
		}
	}
	e.Relations = append(slices.Clone(e.Relations), rel)
	after := map[string]any{"idMasked": rel.IDMasked, "kind": rel.Kind}
	return r.put(ctx, audit.Event{Actor: string(by), Act: "examiner.declare", Why: rel.Note, After: after}, e)
}

// Withdraw takes back the relation at a place of an examiner's entry, as the
// entry was at version. It stays there with the reason. Only administrators may,
// and not about themselves: nobody lifts their own avoidance. Withdrawing it
// again changes nothing. Errors: ErrForbidden, people.ErrNotFound,
// people.ErrConflict, a *people.FieldError.
func (r *Register) Withdraw(ctx context.Context, by, who people.AccountID, version, place int, why string) (people.ExaminerEntry, error) {
	if err := r.keeper(ctx, by, who); err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("withdraw a relation: %w", err)
	}
	if !within(why, 2, mostNote) {
		return people.ExaminerEntry{}, &people.FieldError{Field: "/reason", Reason: "length-2-500"}
	}
	e, err := r.in.Examiners.Examiner(ctx, who)
	if err == nil && (place < 0 || place >= len(e.Relations)) {
		err = people.ErrNotFound
	}
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("withdraw a relation: %w", err)
	}
	rel := e.Relations[place]
	if rel.Withdrawn != nil {
		return e, nil
	}
	why = strings.TrimSpace(why)
	before := map[string]any{"idMasked": rel.IDMasked, "kind": rel.Kind, "note": rel.Note, "by": rel.By, "at": rel.At}
	rel.Withdrawn = &people.RelationWithdrawal{Why: why, By: by, At: r.now()}
	e.Relations, e.Version = slices.Clone(e.Relations), version
	e.Relations[place] = rel
	return r.put(ctx, audit.Event{Actor: string(by), Act: "examiner.relation.withdraw", Why: why, Before: before}, e)
}

func (r *Register) put(ctx context.Context, ev audit.Event, e people.ExaminerEntry) (people.ExaminerEntry, error) {
	ev.Object = "examiner:" + string(e.Account)
	var out people.ExaminerEntry
	err := audit.Do(ctx, r.in.Audit, ev, func() (err error) {
		out, err = r.in.Examiners.PutExaminer(ctx, e)
		return err
	})
	if err != nil {
		return people.ExaminerEntry{}, fmt.Errorf("keep an examiner: %w", err)
	}
	return out, nil
}

// facts is what the audit record keeps of grade, card and employer.
func facts(e *people.ExaminerEntry) any {
	if e.Version == 0 && e.Grade == "" {
		return nil
	}
	return map[string]any{"grade": e.Grade, "cardNumber": e.CardNumber, "cardUntil": e.CardUntil, "employer": e.Employer}
}

func (r *Register) now() time.Time { return r.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// keeper lets administrators without limits through, about others than
// themselves: an examiner is the body's.
func (r *Register) keeper(ctx context.Context, by, who people.AccountID) error {
	if by == who {
		return ErrForbidden
	}
	return people.MustBeUnlimited(ctx, r.in.Accounts, by, ErrForbidden, people.Administrator)
}

// self lets somebody through about themselves, and administrators.
func (r *Register) self(ctx context.Context, by, who people.AccountID, also ...people.Role) error {
	if by == who && by != "" {
		return nil
	}
	return r.administrator(ctx, by, also...)
}

func (r *Register) administrator(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, r.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

package training

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
)

// Store keeps records. None is ever deleted.
type Store interface {
	// Trainings returns those of the candidates, removed ones too, by candidate,
	// first day and kind; of all where ids is nil.
	Trainings(ctx context.Context, ids []people.CandidateID) ([]Record, error)
	// Training returns ErrNotFound where there is none.
	Training(ctx context.Context, id ID) (Record, error)
	// PutTraining stores r with Version+1 if what is stored has r.Version, 0
	// being nothing, else it returns ErrConflict. It returns what it stored.
	PutTraining(ctx context.Context, r Record) (Record, error)
}

// Candidates finds people.
type Candidates interface {
	// CandidatesByHash returns those who exist, by Candidate.IDHash.
	CandidatesByHash(ctx context.Context, hashes []string) (map[string]people.Candidate, error)
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Hasher makes the keyed hash by which an identity number is found.
type Hasher interface{ Hash(text string) string }

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Office works with.
type Deps struct {
	Store      Store
	Candidates Candidates
	Accounts   Accounts
	Sealer     Hasher
	Audit      audit.Recorder
	Clock      Clock
}

// Office keeps records of training. Administrators alone see and change them.
// It is safe for concurrent use: a record is guarded by its version.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	a, err := o.in.Accounts.Account(ctx, by)
	if errors.Is(err, people.ErrNotFound) || err == nil && (a.Disabled || !a.Has(append(also, people.Administrator)...)) {
		return ErrForbidden
	}
	return err
}

func (o *Office) now() time.Time { return o.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// Known is a record with the person whom it is about.
type Known struct {
	Record Record
	Person people.Candidate
}

// List returns all records that count.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]Known, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	all, err := o.in.Store.Trainings(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("trainings: %w", err)
	}
	seen := map[people.CandidateID]bool{}
	var ids []people.CandidateID
	for _, r := range all {
		if !seen[r.Candidate] {
			seen[r.Candidate] = true
			ids = append(ids, r.Candidate)
		}
	}
	persons, err := o.in.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("trainings: %w", err)
	}
	out := make([]Known, 0, len(all))
	for _, r := range all {
		if r.Removal == nil {
			out = append(out, Known{r, persons[r.Candidate]})
		}
	}
	return out, nil
}

// Remove marks a record as entered by mistake. It returns ErrConflict for an
// old version, ErrNotFound for one that was removed before, a *FieldError
// without a reason.
func (o *Office) Remove(ctx context.Context, by people.AccountID, id ID, version int, why string) error {
	if err := o.mustLead(ctx, by); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	if why == "" || longer(why, 500) {
		return &FieldError{"/why", "length-2-500"}
	}
	r, err := o.in.Store.Training(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("remove a training: %w", err)
	case r.Removal != nil:
		return ErrNotFound
	case r.Version != version:
		return ErrConflict
	}
	before := r
	r.Removal, r.Changed, r.By = &Removal{why, by, o.now()}, o.now(), by
	event := audit.Event{Actor: string(by), Act: "training.remove", Object: "training:" + string(id), Why: why, Before: before}
	return audit.Do(ctx, o.in.Audit, event, func() error {
		_, err := o.in.Store.PutTraining(ctx, r)
		return err
	})
}

// plan is what importing rows would do.
type plan struct {
	verdicts []profile.Verdict
	puts     []Record // by verdict; Candidate "" where nothing is done
}

// Judge tells what would become of each row. Nothing is stored or recorded.
func (o *Office) Judge(ctx context.Context, by people.AccountID, rows []Row) ([]profile.Verdict, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return nil, err
	}
	p, err := o.plan(ctx, rows)
	return p.verdicts, err
}

// Import keeps the rows that can be kept and says what became of each. Done
// again, it changes nothing. A record that was removed counts again.
func (o *Office) Import(ctx context.Context, by people.AccountID, rows []Row) ([]profile.Verdict, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return nil, err
	}
	p, err := o.plan(ctx, rows)
	if err != nil {
		return nil, err
	}
	for i, put := range p.puts {
		if put.Candidate == "" {
			continue
		}
		put.Changed, put.By = o.now(), by
		event := audit.Event{Actor: string(by), Act: "training.put", Object: "training:" + string(put.ID()), After: put}
		err := audit.Do(ctx, o.in.Audit, event, func() error {
			_, err := o.in.Store.PutTraining(ctx, put)
			return err
		})
		if errors.Is(err, ErrConflict) {
			p.verdicts[i].Outcome, p.verdicts[i].Reason = profile.Refused, "changed-meanwhile"
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("import trainings: %w", err)
		}
	}
	return p.verdicts, nil
}

func (o *Office) plan(ctx context.Context, rows []Row) (plan, error) {
	out := plan{make([]profile.Verdict, len(rows)), make([]Record, len(rows))}
	hashes, now := make([]string, len(rows)), o.in.Clock.Now()
	for i := range rows {
		if n, err := people.NormalIdentity(rows[i].IDNumber, now); err == nil {
			hashes[i] = o.in.Sealer.Hash(n)
		}
	}
	persons, err := o.in.Candidates.CandidatesByHash(ctx, hashes)
	if err != nil {
		return out, fmt.Errorf("import trainings: %w", err)
	}
	ids := make([]people.CandidateID, 0, len(persons))
	for _, c := range persons {
		ids = append(ids, c.ID)
	}
	all, err := o.in.Store.Trainings(ctx, ids)
	if err != nil {
		return out, fmt.Errorf("import trainings: %w", err)
	}
	have := make(map[ID]Record, len(all))
	for _, r := range all {
		have[r.ID()] = r
	}
	today, seen := now.In(standard.Zone).Format(time.DateOnly), map[ID]bool{}
	for i := range rows {
		r, field, reason := rows[i].read(today)
		who, found := persons[hashes[i]]
		r.Candidate = who.ID
		switch {
		case hashes[i] == "":
			field, reason = "idNumber", "identity"
		case !found:
			field, reason = "idNumber", "no-such-candidate"
		case rows[i].Name != who.Name:
			field, reason = "name", "other-name-known"
		case reason == "" && seen[r.ID()]:
			field, reason = "from", "twice"
		}
		v := profile.Verdict{Row: i + 1, Outcome: profile.Refused, Field: field, Reason: reason, Name: rows[i].Name}
		if reason == "" {
			seen[r.ID()] = true
			v.Outcome = outcome(&r, have)
			if v.Outcome != profile.Same {
				out.puts[i] = r
			}
		}
		out.verdicts[i] = v
	}
	return out, nil
}

// outcome compares a record with those that are there, and gives it the version
// that it follows.
func outcome(r *Record, have map[ID]Record) profile.Outcome {
	old, known := have[r.ID()]
	r.Version = old.Version
	switch {
	case !known || old.Removal != nil:
		return profile.Added
	case old.same(r):
		return profile.Same
	}
	return profile.Changed
}

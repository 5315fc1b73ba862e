package profile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Store keeps profiles.
type Store interface {
	// Profiles returns those of the candidates that have one; of all where ids
	// is nil.
	Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]Profile, error)
	// PutProfile stores p with Version+1 if what is stored has p.Version, 0
	// being nothing, else it returns ErrConflict. It returns what it stored.
	PutProfile(ctx context.Context, p Profile) (Profile, error)
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

// Office keeps profiles. Administrators alone see and change them. It is safe
// for concurrent use: a profile is guarded by its version.
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

// Known is a profile with the person whom it is about.
type Known struct {
	Profile Profile
	Person  people.Candidate
}

// List returns all profiles.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]Known, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	all, err := o.in.Store.Profiles(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("profiles: %w", err)
	}
	ids := make([]people.CandidateID, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	persons, err := o.in.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("profiles: %w", err)
	}
	out := make([]Known, 0, len(all))
	for id, p := range all {
		out = append(out, Known{p, persons[id]})
	}
	return out, nil
}

// plan is what importing rows would do.
type plan struct {
	verdicts []Verdict
	puts     []Profile // by verdict; Candidate "" where nothing is done
}

// Judge tells what would become of each row. Nothing is stored or recorded.
func (o *Office) Judge(ctx context.Context, by people.AccountID, rows []Row) ([]Verdict, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return nil, err
	}
	p, err := o.plan(ctx, rows)
	return p.verdicts, err
}

// Import keeps the rows that can be kept and says what became of each. Done
// again, it changes nothing. A profile that somebody else changed at the same
// moment is refused, with the others kept.
func (o *Office) Import(ctx context.Context, by people.AccountID, rows []Row) ([]Verdict, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return nil, err
	}
	p, err := o.plan(ctx, rows)
	if err != nil {
		return nil, err
	}
	now := o.in.Clock.Now().UTC().Truncate(time.Millisecond)
	for i, put := range p.puts {
		if put.Candidate == "" {
			continue
		}
		put.Changed, put.By = now, by
		event := audit.Event{Actor: string(by), Act: "profile.put", Object: "candidate:" + string(put.Candidate), After: put}
		err := audit.Do(ctx, o.in.Audit, event, func() error {
			_, err := o.in.Store.PutProfile(ctx, put)
			return err
		})
		if errors.Is(err, ErrConflict) {
			p.verdicts[i].Outcome, p.verdicts[i].Reason = Refused, "changed-meanwhile"
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("import profiles: %w", err)
		}
	}
	return p.verdicts, nil
}

func (o *Office) plan(ctx context.Context, rows []Row) (plan, error) {
	out := plan{make([]Verdict, len(rows)), make([]Profile, len(rows))}
	hashes, now := make([]string, len(rows)), o.in.Clock.Now()
	for i := range rows {
		if n, err := people.NormalIdentity(rows[i].IDNumber, now); err == nil {
			hashes[i] = o.in.Sealer.Hash(n)
		}
	}
	persons, err := o.in.Candidates.CandidatesByHash(ctx, hashes)
	if err != nil {
		return out, fmt.Errorf("import profiles: %w", err)
	}
	ids := make([]people.CandidateID, 0, len(persons))
	for _, c := range persons {
		ids = append(ids, c.ID)
	}
	have, err := o.in.Store.Profiles(ctx, ids)
	if err != nil {
		return out, fmt.Errorf("import profiles: %w", err)
	}
	seen := map[people.CandidateID]bool{}
	for i := range rows {
		p, field, reason := rows[i].read()
		who, found := persons[hashes[i]]
		switch {
		case hashes[i] == "":
			field, reason = "idNumber", "identity"
		case !found:
			field, reason = "idNumber", "no-such-candidate"
		case rows[i].Name != who.Name:
			field, reason = "name", "other-name-known"
		case seen[who.ID]:
			field, reason = "idNumber", "twice"
		}
		v := Verdict{Row: i + 1, Outcome: Refused, Field: field, Reason: reason, Name: rows[i].Name}
		if reason == "" {
			seen[who.ID] = true
			old, known := have[who.ID]
			p.Candidate, p.Version = who.ID, old.Version
			switch {
			case !known:
				v.Outcome = Added
			case old.same(&p):
				v.Outcome = Same
			default:
				v.Outcome = Changed
			}
			if v.Outcome != Same {
				out.puts[i] = p
			}
		}
		out.verdicts[i] = v
	}
	return out, nil
}

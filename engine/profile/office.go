package profile

import (
	"context"
	"fmt"

	"gongyuan/engine/audit"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
)

// Query chooses profiles; a zero field chooses all.
type Query struct {
	Unit     string // what the unit's name begins with
	City     string
	Industry Industry
	KeyUnit  bool // of key units only
}

// Store keeps profiles.
type Store interface {
	// Profiles returns those of the candidates that have one.
	Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]Profile, error)
	// ProfilePage returns some of those that a query chooses, by unit, and how
	// many there are.
	ProfilePage(ctx context.Context, q Query, skip, limit int) ([]Profile, int, error)
	// PutProfile stores p with Version+1 if what is stored has p.Version, 0
	// being nothing, else it returns intake.ErrConflict. It returns what it
	// stored.
	PutProfile(ctx context.Context, p Profile) (Profile, error)
}

// Office keeps profiles. Administrators alone see and change them. It is safe
// for concurrent use: a profile is guarded by its version.
type Office struct {
	store Store
	desk  intake.Desk
}

// NewOffice returns an Office.
func NewOffice(store Store, desk intake.Desk) *Office { return &Office{store, desk} }

// Known is a profile with the person whom it is about.
type Known struct {
	Profile Profile
	Person  people.Candidate
}

// List returns some of the profiles that a query chooses, by unit, and how many
// there are.
func (o *Office) List(ctx context.Context, by people.AccountID, q Query, skip, limit int) ([]Known, int, error) {
	if err := o.desk.MustLead(ctx, by, people.Auditor); err != nil {
		return nil, 0, err
	}
	some, total, err := o.store.ProfilePage(ctx, q, skip, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("profiles: %w", err)
	}
	ids := make([]people.CandidateID, len(some))
	for i, p := range some {
		ids[i] = p.Candidate
	}
	persons, err := o.desk.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, 0, fmt.Errorf("profiles: %w", err)
	}
	out := make([]Known, len(some))
	for i, p := range some {
		out[i] = Known{p, persons[p.Candidate]}
	}
	return out, total, nil
}

// Judge tells what would become of each row. Nothing is stored or recorded.
func (o *Office) Judge(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	return p.Verdicts, err
}

// Import keeps the rows that can be kept and says what became of each. Done
// again, it changes nothing. A profile that somebody else changed at the same
// moment is refused, with the others kept.
func (o *Office) Import(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	if err != nil {
		return nil, err
	}
	return p.Keep(func(put Profile) error {
		put.Changed, put.By = o.desk.Now(), by
		event := audit.Event{Actor: string(by), Act: "profile.put", Object: "candidate:" + string(put.Candidate), After: put}
		return audit.Do(ctx, o.desk.Audit, event, func() error {
			_, err := o.store.PutProfile(ctx, put)
			return err
		})
	})
}

func (o *Office) plan(ctx context.Context, by people.AccountID, rows []Row) (out intake.Plan[Profile], err error) {
	if err := o.desk.MustLead(ctx, by); err != nil {
		return out, err
	}
	whose, err := o.desk.Find(ctx, intake.Numbers(rows, func(r *Row) string { return r.IDNumber }))
	if err != nil {
		return out, fmt.Errorf("import profiles: %w", err)
	}
	var ids []people.CandidateID
	for _, w := range whose {
		if w.Person.ID != "" {
			ids = append(ids, w.Person.ID)
		}
	}
	have, err := o.store.Profiles(ctx, ids)
	if err != nil {
		return out, fmt.Errorf("import profiles: %w", err)
	}
	seen := map[people.CandidateID]bool{}
	for i := range rows {
		p, field, reason := rows[i].read()
		id := whose[i].Person.ID
		if f, r := whose[i].Wrong(rows[i].Name); r != "" {
			field, reason = f, r
		} else if id == "" {
			field, reason = "idNumber", "no-such-candidate"
		} else if seen[id] {
			field, reason = "idNumber", "twice"
		}
		if reason != "" {
			out.Refuse(rows[i].Name, field, reason)
			continue
		}
		seen[id] = true
		old, known := have[id]
		p.Candidate, p.Version = id, old.Version
		out.Take(rows[i].Name, intake.Compare(known, old.same(&p)), p)
	}
	return out, nil
}

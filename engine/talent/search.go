package talent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// Person is somebody in the pool as shown.
type Person struct {
	Entry       Entry
	Who         people.Candidate
	Certificate certificate.Certificate // of the highest level that counts
	Profile     profile.Profile         // empty where none is entered
	Trainings   []training.Record       // that count, in order
}

// Query chooses people; a zero field chooses all.
type Query struct {
	Text     string // in name, unit, post or awards
	Level    standard.Level
	City     string
	Industry profile.Industry
	KeyUnit  bool // at key units only
	Function Function
}

func (q *Query) fits(p *Person) bool {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	switch {
	case q.Level != 0 && p.Certificate.Level != q.Level,
		q.City != "" && p.Profile.City != q.City,
		q.Industry != "" && p.Profile.Industry != q.Industry,
		q.KeyUnit && !p.Profile.KeyUnit,
		q.Function != "" && !slices.Contains(p.Entry.Functions, q.Function):
		return false
	}
	for _, s := range []string{p.Who.Name, p.Profile.Unit, p.Profile.Post, p.Entry.Awards} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

// Choose returns those whom a query chooses, in their order.
func Choose(all []Person, q *Query) []Person {
	var out []Person
	for i := range all {
		if q.fits(&all[i]) {
			out = append(out, all[i])
		}
	}
	return out
}

// Search returns who is in the pool and fits, by level from the highest, unit
// and name: those whose consent holds and who have a certificate that counts.
func (o *Office) Search(ctx context.Context, by people.AccountID, q Query) ([]Person, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	all, err := o.pool(ctx)
	if err != nil {
		return nil, fmt.Errorf("talent pool: %w", err)
	}
	all = Choose(all, &q)
	slices.SortFunc(all, func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.Certificate.Level, b.Certificate.Level), cmp.Compare(a.Profile.Unit, b.Profile.Unit), cmp.Compare(a.Who.Name, b.Who.Name), cmp.Compare(a.Who.ID, b.Who.ID))
	})
	return all, nil
}

// Export is Search for a file that leaves the office: it takes a reason, and is
// recorded with who is in it, so that it can be told later who was given out.
func (o *Office) Export(ctx context.Context, by people.AccountID, q Query, why string) ([]Person, error) {
	all, err := o.Search(ctx, by, q)
	if err != nil {
		return nil, err
	}
	if why = strings.TrimSpace(why); !within(why, 2, 500) {
		return nil, &FieldError{"/why", "length-2-500"}
	}
	numbers := make([]string, len(all))
	for i := range all {
		numbers[i] = string(all[i].Certificate.Number)
	}
	event := audit.Event{Actor: string(by), Act: "talent.export", Object: "talent:pool", Why: why, After: map[string]any{"certificates": numbers}}
	return all, audit.Do(ctx, o.in.Audit, event, func() error { return nil })
}

func (o *Office) pool(ctx context.Context) ([]Person, error) {
	entries, err := o.in.Store.Talents(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]people.CandidateID, 0, len(entries))
	for i := range entries {
		ids = append(ids, entries[i].Candidate)
	}
	best, err := o.certificates(ctx, ids)
	if err != nil {
		return nil, err
	}
	profiles, err := o.in.Sources.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	trainings, err := o.in.Sources.Trainings(ctx, ids)
	if err != nil {
		return nil, err
	}
	persons, err := o.in.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	of := map[people.CandidateID][]training.Record{}
	for _, r := range trainings {
		if r.Removal == nil {
			of[r.Candidate] = append(of[r.Candidate], r)
		}
	}
	var out []Person
	for _, e := range entries {
		c, certified := best[e.Candidate]
		if certified && e.Consent() != nil {
			out = append(out, Person{e, persons[e.Candidate], c, profiles[e.Candidate], of[e.Candidate]})
		}
	}
	return out, nil
}

// certificates returns the one of the highest level that counts, of those who
// have one. Of two of a level it is the newer.
func (o *Office) certificates(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]certificate.Certificate, error) {
	all, err := o.in.Sources.CertificatesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[people.CandidateID]certificate.Certificate{}
	for _, c := range all {
		if c.State() != certificate.Valid {
			continue
		}
		old, have := out[c.Candidate]
		if !have || c.Level < old.Level || c.Level == old.Level && c.Date > old.Date {
			out[c.Candidate] = c
		}
	}
	return out, nil
}

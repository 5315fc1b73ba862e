package talent

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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

// batch is how many entries are put together at a time while the pool is gone
// through.
const batch = 500

// place is where somebody stands among those whom a query chooses.
type place struct {
	level      standard.Level
	unit, name string
	id         people.CandidateID
}

func (p place) before(other place) int {
	return cmp.Or(cmp.Compare(p.level, other.level), cmp.Compare(p.unit, other.unit), cmp.Compare(p.name, other.name), cmp.Compare(p.id, other.id))
}

// survey is what a walk through the whole pool finds: the order of those whom a
// query chooses, and the cities of all. The people themselves are read page by
// page.
type survey struct {
	places []place
	cities map[string]bool
}

func (o *Office) survey(ctx context.Context, q *Query) (survey, error) {
	out := survey{cities: map[string]bool{}}
	for after := people.CandidateID(""); ; {
		entries, err := o.in.Store.Talents(ctx, after, batch)
		if err != nil {
			return out, err
		}
		some, err := o.together(ctx, entries)
		if err != nil {
			return out, err
		}
		for i := range some {
			p := &some[i]
			if p.Profile.City != "" {
				out.cities[p.Profile.City] = true
			}
			if q.fits(p) {
				out.places = append(out.places, place{p.Certificate.Level, p.Profile.Unit, p.Who.Name, p.Entry.Candidate})
			}
		}
		if len(entries) < batch {
			break
		}
		after = entries[len(entries)-1].Candidate
	}
	slices.SortFunc(out.places, place.before)
	return out, nil
}

// Found is a page of those whom a query chooses.
type Found struct {
	People []Person
	Total  int      // over all pages
	Cities []string // of all who are in the pool, in order
}

// Search returns a page of who is in the pool and fits, by level from the
// highest, unit and name: those whose consent holds and who have a certificate
// that counts. Whoever withdraws while it is read is left out of its page.
func (o *Office) Search(ctx context.Context, by people.AccountID, q Query, skip, limit int) (Found, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return Found{}, err
	}
	s, err := o.survey(ctx, &q)
	if err != nil {
		return Found{}, fmt.Errorf("talent pool: %w", err)
	}
	out := Found{Total: len(s.places), Cities: slices.Sorted(maps.Keys(s.cities))}
	skip = min(skip, len(s.places))
	if out.People, err = o.read(ctx, s.places[skip:skip+min(limit, len(s.places)-skip)]); err != nil {
		return Found{}, fmt.Errorf("talent pool: %w", err)
	}
	return out, nil
}

// Export is a search for a file that leaves the office, with all whom it finds:
// it takes a reason, and is recorded with who is in it, so that it can be told
// later who was given out.
func (o *Office) Export(ctx context.Context, by people.AccountID, q Query, why string) ([]Person, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return nil, err
	}
	if why = strings.TrimSpace(why); !within(why, 2, 500) {
		return nil, &FieldError{"/why", "length-2-500"}
	}
	s, err := o.survey(ctx, &q)
	if err != nil {
		return nil, fmt.Errorf("talent pool: %w", err)
	}
	all, err := o.read(ctx, s.places)
	if err != nil {
		return nil, fmt.Errorf("talent pool: %w", err)
	}
	numbers := make([]string, len(all))
	for i := range all {
		numbers[i] = string(all[i].Certificate.Number)
	}
	event := audit.Event{Actor: string(by), Act: "talent.export", Object: "talent:pool", Why: why, After: map[string]any{"certificates": numbers}}
	return all, audit.Do(ctx, o.in.Audit, event, func() error { return nil })
}

// read reads the people at places with their trainings, in that order.
func (o *Office) read(ctx context.Context, places []place) ([]Person, error) {
	out := make([]Person, 0, len(places))
	for some := range slices.Chunk(places, batch) {
		ids := make([]people.CandidateID, len(some))
		for i := range some {
			ids[i] = some[i].id
		}
		entries, err := o.in.Store.TalentsOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		persons, err := o.together(ctx, entries)
		if err != nil {
			return nil, err
		}
		trainings, err := o.in.Sources.Trainings(ctx, ids)
		if err != nil {
			return nil, err
		}
		at := make(map[people.CandidateID]*Person, len(persons))
		for i := range persons {
			at[persons[i].Entry.Candidate] = &persons[i]
		}
		for _, r := range trainings {
			if p := at[r.Candidate]; p != nil && r.Removal == nil {
				p.Trainings = append(p.Trainings, r)
			}
		}
		for _, id := range ids {
			if p := at[id]; p != nil {
				out = append(out, *p)
			}
		}
	}
	return out, nil
}

// together puts people together from where they are kept, without their
// trainings: of those entries whose consent holds and who have a certificate
// that counts.
func (o *Office) together(ctx context.Context, entries []Entry) ([]Person, error) {
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
	persons, err := o.in.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, e := range entries {
		if c, certified := best[e.Candidate]; certified && e.Consent() != nil {
			out = append(out, Person{Entry: e, Who: persons[e.Candidate], Certificate: c, Profile: profiles[e.Candidate]})
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

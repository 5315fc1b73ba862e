package result

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Certificates knows what was certified.
type Certificates interface {
	// CertifiedOf returns the numbers of the valid certificates of a sitting.
	CertifiedOf(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]string, error)
}

// Doubt is a valid certificate whose holder's released result no longer bears
// it. Nothing is done about it by itself: two people revoke it, or not.
type Doubt struct {
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Certificate  string
	Result       Qualification
}

// Doubts lists the certificates of sittings that are to be looked at.
func (g *Registrar) Doubts(ctx context.Context, certificates Certificates, ids []sitting.ID) ([]Doubt, error) {
	var out []Doubt
	for _, id := range ids {
		numbers, err := certificates.CertifiedOf(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("certificates to be looked at: %w", err)
		}
		regs := make([]sitting.RegistrationID, 0, len(numbers))
		for r := range numbers {
			regs = append(regs, r)
		}
		latest, err := g.Records.LatestOf(ctx, regs)
		if err != nil {
			return nil, fmt.Errorf("certificates to be looked at: %w", err)
		}
		for r, number := range numbers {
			if have, ok := latest[r]; ok && have.Outcome.Result != Qualified {
				out = append(out, Doubt{id, r, number, have.Outcome.Result})
			}
		}
	}
	slices.SortFunc(out, func(a, b Doubt) int { return cmp.Compare(a.Certificate, b.Certificate) })
	return out, nil
}

// advanceTries bounds how often a version yields to another that came first.
const advanceTries = 3

// advance gives the named released results their next version where a change
// of one component is all that they lack. Where something else differs too, the
// result is left to the next release, whose two persons look at all of it. It
// may be repeated: a result that says what it should gets no version.
func (g *Registrar) advance(ctx context.Context, id sitting.ID, who map[sitting.RegistrationID]bool, kind standard.Kind, cause Record) error {
	ids := make([]sitting.RegistrationID, 0, len(who))
	for r := range who {
		ids = append(ids, r)
	}
	for range advanceTries {
		all, err := g.Compose(ctx, id)
		if err != nil {
			return err
		}
		latest, err := g.Records.LatestOf(ctx, ids)
		if err != nil {
			return err
		}
		var next []Record
		for _, c := range all.Candidates {
			if have, ok := latest[c.Registration.ID]; ok && who[c.Registration.ID] && c.differs(latest) && c.onlyIn(&have, kind) {
				next = append(next, c.record(&all, latest, cause))
			}
		}
		if len(next) == 0 {
			return nil
		}
		err = audit.Do(ctx, g.in.Audit, audit.Event{
			Actor: string(cause.Second), Act: "result.versions", Object: "sitting:" + string(id), Why: cause.Why, After: summary(next),
		}, func() error { return g.Records.InsertRecords(ctx, next) })
		if err != nil {
			return err
		}
	}
	return nil
}

// summary is what the record of acts keeps of new versions.
func summary(all []Record) any {
	type version struct {
		Registration sitting.RegistrationID `json:"registration"`
		Version      int                    `json:"version"`
		Result       Qualification          `json:"result"`
		Cause        Cause                  `json:"cause"`
		CauseID      string                 `json:"causeId"`
	}
	out := make([]version, len(all))
	for i, r := range all {
		out[i] = version{r.Registration, r.Version, r.Outcome.Result, r.Cause, r.CauseID}
	}
	return out
}

// onlyIn tells whether the candidate differs from a released result in one
// component alone.
func (c *Composed) onlyIn(have *Record, kind standard.Kind) bool {
	if c.Outcome.Result == Withheld != (have.Outcome.Result == Withheld) || len(c.Outcome.Components) != len(have.Outcome.Components) {
		return false
	}
	for i, x := range c.Outcome.Components {
		y := have.Outcome.Components[i]
		if x.Kind != y.Kind {
			return false
		}
		if x.Kind == kind {
			continue
		}
		a, b := Outcome{Components: []Component{x}}, Outcome{Components: []Component{y}}
		if !sameOutcome(&a, &b) || !sameBasis(c.Basis[i], have.Basis[i]) {
			return false
		}
	}
	return true
}

// later lists the results of candidates that were released for sittings after
// one, by sitting, the earliest first: what is carried over into them may have
// changed.
func (g *Registrar) later(ctx context.Context, after sitting.Sitting, who []people.CandidateID) ([]laterSitting, error) {
	records, err := g.Records.LatestOfCandidates(ctx, who)
	if err != nil {
		return nil, err
	}
	by := map[sitting.ID]*laterSitting{}
	for _, r := range records {
		if r.Sitting == after.ID || r.Level != after.Level || r.Occupation.Code != after.Occupation.Code || !r.Sat.After(after.Opens) {
			continue
		}
		x := by[r.Sitting]
		if x == nil {
			x = &laterSitting{id: r.Sitting, sat: r.Sat.UnixMilli(), who: map[sitting.RegistrationID]bool{}}
			by[r.Sitting] = x
		}
		x.who[r.Registration] = true
	}
	out := make([]laterSitting, 0, len(by))
	for _, x := range by {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b laterSitting) int { return cmp.Or(cmp.Compare(a.sat, b.sat), cmp.Compare(a.id, b.id)) })
	return out, nil
}

type laterSitting struct {
	id  sitting.ID
	sat int64
	who map[sitting.RegistrationID]bool
}

// consequences gives released results their next version after a component of
// some candidates changed at a sitting, there and wherever it is carried over
// to. It returns the later sittings that it looked at.
func (g *Registrar) consequences(ctx context.Context, x sitting.Sitting, who map[sitting.RegistrationID]people.CandidateID, kind standard.Kind, cause Record) ([]sitting.ID, error) {
	named := make(map[sitting.RegistrationID]bool, len(who))
	candidates := make([]people.CandidateID, 0, len(who))
	for r, c := range who {
		named[r] = true
		candidates = append(candidates, c)
	}
	if err := g.advance(ctx, x.ID, named, kind, cause); err != nil {
		return nil, fmt.Errorf("consequences: %w", err)
	}
	later, err := g.later(ctx, x, candidates)
	if err != nil {
		return nil, fmt.Errorf("consequences: %w", err)
	}
	var out []sitting.ID
	for _, l := range later {
		if err := g.advance(ctx, l.id, l.who, kind, cause); err != nil {
			return nil, fmt.Errorf("consequences: %w", err)
		}
		out = append(out, l.id)
	}
	return out, nil
}

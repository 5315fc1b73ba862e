package result

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Proposal is a regrade as somebody proposes it.
type Proposal struct {
	Ask
	Remedy Remedy
	Digest string // of the remedy in the preview that was looked at
	Why    string
}

// Propose puts a regrade to a second person. It returns ErrState where the item
// has one that is open, ErrConflict where digest is not that of what the remedy
// would do as things are, a *FieldError for the rest.
func (g *Regrader) Propose(ctx context.Context, by people.AccountID, in Proposal) (Regrade, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Regrade{}, fmt.Errorf("propose a regrade: %w", err)
	}
	why, err := checkWhy("/why", in.Why)
	if err != nil {
		return Regrade{}, err
	}
	if !slices.Contains(Remedies(), in.Remedy) {
		return Regrade{}, &FieldError{"/remedy", "unknown"}
	}
	p, _, err := g.preview(ctx, in.Ask, []Remedy{in.Remedy})
	if err != nil {
		return Regrade{}, err
	}
	one := p.Remedies[0]
	switch {
	case p.Open != nil:
		return Regrade{}, fmt.Errorf("another regrade of the item is open: %w", ErrState)
	case one.Impossible != "":
		return Regrade{}, &FieldError{"/remedy", one.Impossible}
	case one.Digest != in.Digest:
		return Regrade{}, fmt.Errorf("propose a regrade: %w", ErrConflict)
	}
	rounds, err := g.re.Regrades.RegradesOfItem(ctx, in.Item)
	if err != nil {
		return Regrade{}, fmt.Errorf("propose a regrade: %w", err)
	}
	r := Regrade{
		ID: regradeID(in.Item, len(rounds)+1), Item: in.Item, Round: len(rounds) + 1, Part: in.Part, Remedy: in.Remedy,
		Pinned: p.Pinned, Sittings: p.Ask.Sittings, Why: why, State: RegradeProposed, Digest: one.Digest, Effect: one.Effect,
		By: by, At: g.now(), Version: 1,
	}
	if in.Remedy.KeyFrom() {
		r.Revision = p.Ask.Revision
	}
	err = audit.Do(ctx, g.Registrar.in.Audit, regraded(by, "regrade.propose", why, r), func() error { return g.re.Regrades.InsertRegrade(ctx, r) })
	if errors.Is(err, ErrDuplicate) {
		return Regrade{}, fmt.Errorf("another regrade of the item is open: %w", ErrState)
	}
	return r, err
}

// ask is the question that a regrade answers.
func (r *Regrade) ask() Ask { return Ask{r.Item, r.Part, r.Revision, r.Sittings} }

// Look returns a regrade with its preview as of now, while it waits for its
// second person. unchanged tells whether it still does what was proposed.
func (g *Regrader) Look(ctx context.Context, by people.AccountID, id RegradeID) (r Regrade, p Preview, unchanged bool, err error) {
	if err = g.administrator(ctx, by, people.Auditor); err != nil {
		return r, p, false, fmt.Errorf("regrade: %w", err)
	}
	if r, err = g.regrade(ctx, id); err != nil || r.State != RegradeProposed {
		return r, p, false, err
	}
	if p, _, err = g.preview(ctx, r.ask(), []Remedy{r.Remedy}); err != nil {
		return r, p, false, err
	}
	return r, p, p.Remedies[0].Digest == r.Digest, nil
}

// List lists regrades, the newest first, and counts them.
func (g *Regrader) List(ctx context.Context, by people.AccountID, skip, limit int) ([]Regrade, int, error) {
	if err := g.administrator(ctx, by, people.Auditor); err != nil {
		return nil, 0, fmt.Errorf("regrades: %w", err)
	}
	if people.LimitsOf(ctx).None() {
		return g.re.Regrades.Regrades(ctx, skip, limit)
	}
	all, _, err := g.re.Regrades.Regrades(ctx, 0, mostRegrades)
	if err != nil {
		return nil, 0, err
	}
	all, err = sitting.Visible(ctx, g.Sources.Sittings, all, func(r *Regrade) []sitting.ID { return r.Sittings })
	return cut(all, skip, limit), len(all), err
}

// mostRegrades is how many are looked through for those within somebody's
// limits.
const mostRegrades = 10_000

// cut is a page of a list.
func cut[T any](all []T, skip, limit int) []T {
	all = all[min(skip, len(all)):]
	return all[:min(limit, len(all))]
}

// regrade returns a regrade of sittings that whoever acts deals with.
func (g *Regrader) regrade(ctx context.Context, id RegradeID) (Regrade, error) {
	r, err := g.re.Regrades.Regrade(ctx, id)
	if err == nil {
		err = sitting.Within(ctx, g.Sources.Sittings, r.Sittings...)
	}
	return r, err
}

// waits returns a regrade for somebody who did not propose it.
func (g *Regrader) waits(ctx context.Context, by people.AccountID, id RegradeID) (Regrade, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Regrade{}, err
	}
	r, err := g.regrade(ctx, id)
	switch {
	case err != nil:
		return Regrade{}, err
	case r.State != RegradeProposed:
		return Regrade{}, fmt.Errorf("the regrade is %s: %w", r.State, ErrState)
	case people.Same(ctx, by, r.By):
		return Regrade{}, ErrSecondPerson
	}
	return r, nil
}

// Return gives a proposed regrade back to whoever proposed it.
func (g *Regrader) Return(ctx context.Context, by people.AccountID, id RegradeID, why string) (Regrade, error) {
	why, err := checkWhy("/word", why)
	if err != nil {
		return Regrade{}, err
	}
	r, err := g.waits(ctx, by, id)
	if err != nil {
		return Regrade{}, fmt.Errorf("return a regrade: %w", err)
	}
	return g.settle(ctx, r, RegradeReturned, by, why)
}

// settle moves a regrade on as its second person said.
func (g *Regrader) settle(ctx context.Context, r Regrade, to RegradeState, by people.AccountID, word string) (Regrade, error) {
	if err := r.to(to); err != nil {
		return Regrade{}, err
	}
	r.Second, r.SecondAt, r.Word = by, g.now(), word
	var stored Regrade
	err := audit.Do(ctx, g.Registrar.in.Audit, regraded(by, "regrade."+string(to), word, r), func() (err error) {
		stored, err = g.re.Regrades.ReplaceRegrade(ctx, r)
		return err
	})
	return stored, err
}

// Approve makes a regrade count, if it still does what digest says, and marks
// every result that it covers again. Where it would do something else, the
// first signature is void and the error is ErrConflict. An error after the
// approval leaves the regrade approved: Finish carries it on.
func (g *Regrader) Approve(ctx context.Context, by people.AccountID, id RegradeID, digest, word string) (Regrade, error) {
	r, err := g.waits(ctx, by, id)
	if err != nil {
		return Regrade{}, fmt.Errorf("approve a regrade: %w", err)
	}
	if digest != r.Digest {
		return Regrade{}, fmt.Errorf("approve a regrade: another preview was looked at: %w", ErrConflict)
	}
	p, _, err := g.preview(ctx, r.ask(), []Remedy{r.Remedy})
	if err != nil {
		return Regrade{}, fmt.Errorf("approve a regrade: %w", err)
	}
	if p.Remedies[0].Digest != r.Digest {
		_, err := g.settle(ctx, r, RegradeVoid, by, "")
		return Regrade{}, errors.Join(fmt.Errorf("the regrade does something else than when it was proposed: %w", ErrConflict), err)
	}
	if r, err = g.settle(ctx, r, RegradeApproved, by, word); err != nil {
		return Regrade{}, fmt.Errorf("approve a regrade: %w", err)
	}
	return g.finish(ctx, r)
}

// Finish carries on with a regrade that was approved and cut off. It may be
// repeated, also by several at once.
func (g *Regrader) Finish(ctx context.Context, by people.AccountID, id RegradeID) (Regrade, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Regrade{}, fmt.Errorf("finish a regrade: %w", err)
	}
	r, err := g.regrade(ctx, id)
	if err != nil {
		return Regrade{}, fmt.Errorf("finish a regrade: %w", err)
	}
	if r.State != RegradeApproved {
		return r, fmt.Errorf("the regrade is %s: %w", r.State, ErrState)
	}
	return g.finish(ctx, r)
}

// Resume finishes what a crash has cut off; call it at start-up.
func (g *Regrader) Resume(ctx context.Context) error {
	all, err := g.re.Regrades.RegradesIn(ctx, RegradeApproved)
	for _, r := range all {
		_, failed := g.finish(ctx, r)
		err = errors.Join(err, failed)
	}
	return err
}

// finish marks what an approved regrade covers again, gives released results
// their next versions, and notes that it is applied.
func (g *Regrader) finish(ctx context.Context, r Regrade) (Regrade, error) {
	done := 0
	for _, id := range r.Sittings {
		all, err := g.Compose(ctx, id)
		if err != nil {
			return r, fmt.Errorf("apply a regrade: %w", err)
		}
		var recs []attempt.Record
		for _, c := range all.Candidates {
			if c.Theory != nil {
				recs = append(recs, c.Attempt)
			}
		}
		for some := range slices.Chunk(recs, scriptBatch) {
			if err := g.Again(ctx, all.Sitting, some); err != nil {
				return r, fmt.Errorf("apply a regrade: %w", err)
			}
			done += len(some)
			if r, err = g.progress(ctx, r, func(r *Regrade) { r.Done = max(r.Done, done) }); err != nil {
				return r, fmt.Errorf("apply a regrade: %w", err)
			}
		}
		who, err := g.amended(ctx, recs, r.ID)
		if err != nil {
			return r, fmt.Errorf("apply a regrade: %w", err)
		}
		later, err := g.consequences(ctx, all.Sitting, who, standard.Theory, Record{
			Cause: ByRegrade, CauseID: string(r.ID), Why: r.Why, By: r.By, Second: r.Second, At: g.now(),
		})
		if err != nil {
			return r, fmt.Errorf("apply a regrade: %w", err)
		}
		if r, err = g.progress(ctx, r, func(r *Regrade) { r.Later = union(r.Later, later) }); err != nil {
			return r, fmt.Errorf("apply a regrade: %w", err)
		}
	}
	return g.progress(ctx, r, func(r *Regrade) {
		if r.State == RegradeApproved {
			r.State, r.Applied = RegradeApplied, g.now()
		}
	})
}

// amended names the candidates whose theory a regrade has marked otherwise.
func (g *Regrader) amended(ctx context.Context, recs []attempt.Record, id RegradeID) (map[sitting.RegistrationID]people.CandidateID, error) {
	out := map[sitting.RegistrationID]people.CandidateID{}
	for some := range slices.Chunk(recs, scriptBatch) {
		ids := make([]string, len(some))
		for i, rec := range some {
			ids[i] = string(rec.ID)
		}
		found, err := g.Theories.ResultsOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, rec := range some {
			if slices.ContainsFunc(found[string(rec.ID)].Amended, func(a Amended) bool { return a.Regrade == id }) {
				out[rec.Registration] = rec.Candidate
			}
		}
	}
	return out, nil
}

func union(a, b []sitting.ID) []sitting.ID {
	for _, id := range b {
		if !slices.Contains(a, id) {
			a = append(a, id)
		}
	}
	return a
}

// progressTries bounds how often a note yields to those of others.
const progressTries = 20

// progress notes how far a regrade has come. Several copies may be at it.
func (g *Regrader) progress(ctx context.Context, r Regrade, note func(*Regrade)) (Regrade, error) {
	for range progressTries {
		note(&r)
		stored, err := g.re.Regrades.ReplaceRegrade(ctx, r)
		if err == nil {
			return stored, nil
		}
		if !errors.Is(err, ErrConflict) {
			return r, err
		}
		if r, err = g.re.Regrades.Regrade(ctx, r.ID); err != nil {
			return r, err
		}
	}
	return r, ErrConflict
}

// Again marks the theory results of attempts of one sitting again by all
// regrades that count. A result that says what it should stays as it is.
func (g *Regrader) Again(ctx context.Context, x sitting.Sitting, recs []attempt.Record) error {
	amendments, err := g.Amendments(ctx, x.ID)
	if err != nil || len(amendments) == 0 {
		return err
	}
	scheme, _ := g.Standard.Scheme(x.Level)
	component, _ := scheme.Component(standard.Theory)
	scripts, err := g.re.Scripts.ScriptsOf(ctx, recs)
	if err != nil {
		return err
	}
	for id, script := range scripts {
		if err := g.oneAgain(ctx, id, &script, component, amendments); err != nil {
			return fmt.Errorf("attempt %s: %w", id, err)
		}
	}
	return nil
}

// oneAgain yields to whoever else marks the result at the same time.
func (g *Regrader) oneAgain(ctx context.Context, id string, script *Script, c standard.Component, amendments []Amendment) error {
	for range advanceTries {
		found, err := g.Theories.ResultsOf(ctx, []string{id})
		if err != nil {
			return err
		}
		was, ok := found[id]
		if !ok || was.Round != script.Round {
			return nil // not marked yet, or anew: marking sees to it
		}
		next, err := Amend(was, script, c, amendments)
		if err != nil {
			return err
		}
		if sameMarks(&was, &next) {
			return nil
		}
		next.Version, next.Marked = was.Version+1, g.now()
		if err = g.re.Theories.Advance(ctx, was, next); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// Doubts lists the certificates that are to be looked at because of a regrade.
func (g *Regrader) Doubts(ctx context.Context, r *Regrade) ([]Doubt, error) {
	return g.Registrar.Doubts(ctx, g.re.Certificates, union(slices.Clone(r.Sittings), r.Later))
}

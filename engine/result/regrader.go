package result

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Regrader (重评) carries out what is decided about questions that were wrong:
// a preview, the word of two administrators, then a new version of each result
// that it changes. It is safe for concurrent use, also by several copies of the
// program.
type Regrader struct {
	*Registrar
	re RegradeDeps
}

// RegradeDeps is what a Regrader works with beside its Registrar.
type RegradeDeps struct {
	Regrades     Regrades
	Theories     TheoryVersions
	Scripts      Scripts
	Sittings     SittingList
	Keys         Keys
	Certificates Certificates
	Appeals      Corrections
}

// Regrades keeps regrades.
type Regrades interface {
	// InsertRegrade returns ErrDuplicate where the item has this round.
	InsertRegrade(ctx context.Context, r Regrade) error
	// Regrade returns ErrNotFound where there is none.
	Regrade(ctx context.Context, id RegradeID) (Regrade, error)
	// ReplaceRegrade stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRegrade(ctx context.Context, r Regrade) (Regrade, error)
	RegradeLists
}

// RegradeLists finds regrades.
type RegradeLists interface {
	// RegradesOfItem lists those of an item by round.
	RegradesOfItem(ctx context.Context, id bank.ItemID) ([]Regrade, error)
	// RegradesOfSitting lists those that cover a sitting by item and round.
	RegradesOfSitting(ctx context.Context, id sitting.ID) ([]Regrade, error)
	// Regrades lists all, the newest first, and counts them.
	Regrades(ctx context.Context, skip, limit int) ([]Regrade, int, error)
	// RegradesIn lists those in a state.
	RegradesIn(ctx context.Context, s RegradeState) ([]Regrade, error)
}

// TheoryVersions keeps theory results with the versions that others took the
// place of.
type TheoryVersions interface {
	// Advance puts next in the place of old, which stays in the history. It
	// returns ErrConflict where old is not what is stored.
	Advance(ctx context.Context, old, next Theory) error
	// Past lists the versions that others took the place of, the oldest first.
	Past(ctx context.Context, attempt string) ([]Theory, error)
}

// Scripts knows what was asked and answered.
type Scripts interface {
	// ScriptsOf returns the scripts of attempts that are handed in.
	ScriptsOf(ctx context.Context, recs []attempt.Record) (map[string]Script, error)
	// Holding returns those of the attempts whose papers hold the item.
	Holding(ctx context.Context, attempts []string, item bank.ItemID) (map[string]bool, error)
}

// SittingList lists sittings.
type SittingList interface {
	Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error)
}

// Keys knows items and their revisions.
type Keys interface {
	// Head returns bank.ErrNotFound where there is none.
	Head(ctx context.Context, id bank.ItemID) (bank.Item, error)
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
}

// NewRegrader returns a Regrader.
func NewRegrader(g *Registrar, d RegradeDeps) *Regrader { return &Regrader{g, d} }

// scriptBatch is how many papers are read at a time.
const scriptBatch = 200

// Preview says what each remedy would do. It changes nothing. Only
// administrators may ask. It returns a *FieldError for what is wrong with the
// question.
func (g *Regrader) Preview(ctx context.Context, by people.AccountID, ask Ask) (Preview, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Preview{}, fmt.Errorf("preview of a regrade: %w", err)
	}
	p, _, err := g.preview(ctx, ask, Remedies())
	return p, err
}

// preview computes some remedies, and returns what it looked at.
func (g *Regrader) preview(ctx context.Context, ask Ask, remedies []Remedy) (Preview, []*scene, error) {
	item, err := g.re.Keys.Head(ctx, ask.Item)
	if errors.Is(err, bank.ErrNotFound) {
		return Preview{}, nil, &FieldError{"/item", "no-such-item"}
	} else if err != nil {
		return Preview{}, nil, fmt.Errorf("preview of a regrade: %w", err)
	}
	p := Preview{Ask: ask, At: g.now()}
	scenes, err := g.scenes(ctx, &p, item)
	if err != nil {
		return Preview{}, nil, fmt.Errorf("preview of a regrade: %w", err)
	}
	if len(scenes) == 0 {
		return Preview{}, nil, &FieldError{"/item", "on-no-paper"}
	}
	rounds, err := g.re.Regrades.RegradesOfItem(ctx, ask.Item)
	if err != nil {
		return Preview{}, nil, fmt.Errorf("preview of a regrade: %w", err)
	}
	for _, r := range rounds {
		if r.State.Counts() {
			p.Earlier = append(p.Earlier, r)
		}
		if r.State.Open() {
			p.Open = &r
		}
	}
	other, impossible, err := g.other(ctx, &p, item, scenes)
	if err != nil {
		return Preview{}, nil, fmt.Errorf("preview of a regrade: %w", err)
	}
	for _, remedy := range remedies {
		one := RemedyPreview{Remedy: remedy}
		if remedy.KeyFrom() {
			one.Impossible = impossible
		}
		if one.Impossible == "" {
			if err := g.compute(ctx, &p, &one, scenes, other); err != nil {
				return Preview{}, nil, fmt.Errorf("preview of a regrade: %w", err)
			}
		}
		p.Remedies = append(p.Remedies, one)
	}
	return p, scenes, nil
}

// scenes finds the sittings whose papers hold the item, and reads them.
func (g *Regrader) scenes(ctx context.Context, p *Preview, item bank.Item) ([]*scene, error) {
	chosen, err := g.sittings(ctx, &p.Ask, item.Bank)
	if err != nil {
		return nil, err
	}
	var scenes []*scene
	p.Ask.Sittings = nil
	pinned := map[int]bool{}
	for _, x := range chosen {
		s, err := g.scene(ctx, x, &p.Ask)
		if err != nil {
			return nil, err
		}
		if len(s.held) == 0 {
			continue
		}
		if x.State != sitting.Closed && x.State != sitting.Released {
			p.Running++
			continue
		}
		covered := Covered{ID: x.ID, Title: x.Title, State: x.State, Opens: x.Opens, Papers: len(s.held), Released: len(s.latest)}
		for _, h := range s.held {
			covered.Points = h.slot.Points
			pinned[h.slot.Ref.Revision] = true
		}
		scenes, p.Sittings, p.Ask.Sittings = append(scenes, s), append(p.Sittings, covered), append(p.Ask.Sittings, x.ID)
	}
	for n := range pinned {
		p.Pinned = append(p.Pinned, n)
	}
	slices.Sort(p.Pinned)
	return scenes, nil
}

// sittings lists those that were asked for, or all that draw from the bank.
func (g *Regrader) sittings(ctx context.Context, ask *Ask, of bank.ID) ([]sitting.Sitting, error) {
	var out []sitting.Sitting
	for i, id := range ask.Sittings {
		x, err := g.Sources.Sittings.Sitting(ctx, id)
		if errors.Is(err, sitting.ErrNotFound) || err == nil && x.State != sitting.Closed && x.State != sitting.Released {
			return nil, &FieldError{fmt.Sprintf("/sittings/%d", i), "not-closed"}
		} else if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	if len(ask.Sittings) > 0 {
		return out, nil
	}
	const page = 50
	for skip := 0; ; skip += page {
		some, total, err := g.re.Sittings.Sittings(ctx, skip, page)
		if err != nil {
			return nil, err
		}
		for _, x := range some {
			if x.Blueprint.Bank == of && x.State != sitting.Draft {
				out = append(out, x)
			}
		}
		if skip+page >= total {
			break
		}
	}
	slices.Reverse(out) // the oldest first, so that what is carried over follows its origin
	return out, nil
}

// scene reads a sitting. One that still runs is only asked whether its papers
// hold the item.
func (g *Regrader) scene(ctx context.Context, x sitting.Sitting, ask *Ask) (*scene, error) {
	s := &scene{held: map[string]held{}}
	s.all.Sitting = x
	if x.State != sitting.Closed && x.State != sitting.Released {
		roster, err := g.Sources.Sittings.Roster(ctx, x)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, r := range roster {
			if r.Attempt != "" {
				ids = append(ids, r.Attempt)
			}
		}
		for some := range slices.Chunk(ids, scriptBatch) {
			found, err := g.re.Scripts.Holding(ctx, some, ask.Item)
			if err != nil || len(found) == 0 {
				if err != nil {
					return nil, err
				}
				continue
			}
			for id := range found {
				s.held[id] = held{}
			}
			break
		}
		return s, nil
	}
	var err error
	if s.all, err = g.Compose(ctx, x.ID); err != nil {
		return nil, err
	}
	if err := g.hold(ctx, s, ask); err != nil || len(s.held) == 0 {
		return s, err
	}
	if s.earlier, err = g.Amendments(ctx, x.ID); err != nil {
		return nil, err
	}
	return s, g.surround(ctx, s)
}

// hold reads the marked papers of a sitting that hold the question.
func (g *Regrader) hold(ctx context.Context, s *scene, ask *Ask) error {
	probe := Regrade{Item: ask.Item, Part: ask.Part}
	var ids []string
	by := map[string]*Composed{}
	for i := range s.all.Candidates {
		if c := &s.all.Candidates[i]; c.Theory != nil {
			ids, by[c.Registration.Attempt] = append(ids, c.Registration.Attempt), c
		}
	}
	for some := range slices.Chunk(ids, scriptBatch) {
		holding, err := g.re.Scripts.Holding(ctx, some, ask.Item)
		if err != nil {
			return err
		}
		var recs []attempt.Record
		for id := range holding {
			recs = append(recs, by[id].Attempt)
		}
		scripts, err := g.re.Scripts.ScriptsOf(ctx, recs)
		if err != nil {
			return err
		}
		for id, script := range scripts {
			if i := slices.IndexFunc(script.Paper.Slots, probe.covers); i >= 0 && script.Round == by[id].Theory.Round {
				s.held[id] = held{*by[id].Theory, script, script.Paper.Slots[i]}
			}
		}
	}
	return nil
}

// surround reads what else a regrade touches at a sitting.
func (g *Regrader) surround(ctx context.Context, s *scene) error {
	ids := make([]sitting.RegistrationID, len(s.all.Candidates))
	for i, c := range s.all.Candidates {
		ids[i] = c.Registration.ID
	}
	var err error
	if s.latest, err = g.Records.LatestOf(ctx, ids); err != nil {
		return err
	}
	if s.certs, err = g.re.Certificates.CertifiedOf(ctx, s.all.Sitting.ID); err != nil {
		return err
	}
	s.appeals, err = g.re.Appeals.AppealsOf(ctx, s.all.Sitting.ID)
	return err
}

// Amendments lists the regrades that count at a sitting, in the order in which
// each item's have the last word.
func (g *Regrader) Amendments(ctx context.Context, id sitting.ID) ([]Amendment, error) {
	all, err := g.re.Regrades.RegradesOfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("regrades of a sitting: %w", err)
	}
	var out []Amendment
	for _, r := range all {
		if !r.State.Counts() {
			continue
		}
		a := Amendment{Regrade: r}
		if r.Remedy.KeyFrom() {
			if a.Other, err = g.revision(ctx, r.Item, r.Revision); err != nil {
				return nil, fmt.Errorf("regrades of a sitting: %w", err)
			}
		}
		out = append(out, a)
	}
	return out, nil
}

func regraded(by people.AccountID, act, why string, r Regrade) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "item:" + string(r.Item), Why: why, After: r}
}

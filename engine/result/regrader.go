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
	"gongyuan/engine/standard"
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
	// Item returns bank.ErrNotFound where there is none.
	Item(ctx context.Context, id bank.ItemID) (bank.Item, error)
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
	item, err := g.re.Keys.Item(ctx, ask.Item)
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

func (g *Regrader) revision(ctx context.Context, item bank.ItemID, n int) (*bank.Revision, error) {
	ref := bank.Ref{Item: item, Revision: n}
	found, err := g.re.Keys.Revisions(ctx, []bank.Ref{ref})
	if err != nil {
		return nil, err
	}
	rev, ok := found[ref]
	if !ok {
		return nil, bank.ErrNotFound
	}
	return &rev, nil
}

// other finds the revision whose key may be brought in and says why it may not.
func (g *Regrader) other(ctx context.Context, p *Preview, item bank.Item, scenes []*scene) (*bank.Revision, string, error) {
	newest := p.Pinned[len(p.Pinned)-1]
	own, err := g.revision(ctx, item.ID, newest)
	if err != nil {
		return nil, "", err
	}
	p.describe(own, nil)
	n := p.Ask.Revision
	if n == 0 {
		n = item.Published
	}
	switch {
	case n == 0, p.Ask.Revision == 0 && n <= newest && len(p.Earlier) == 0:
		return nil, NoOtherRevision, nil
	case n > item.Published:
		return nil, NotPublished, nil
	}
	rev, err := g.revision(ctx, item.ID, n)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, "", &FieldError{"/revision", "unknown"}
	} else if err != nil {
		return nil, "", err
	}
	p.Ask.Revision = n
	p.describe(own, rev)
	reason, err := p.translatable(rev, scenes)
	return rev, reason, err
}

// describe shows the keys before and after.
func (p *Preview) describe(own, other *bank.Revision) {
	part := max(p.Ask.Part, min(len(own.Parts), 1))
	q, ok := own.Part(part)
	if !ok {
		q = &own.Question
	}
	p.Type, p.Stem, p.Before = q.Type, q.Stem, q.Key.Options
	p.Blanks[0] = firsts(q.Key.Blanks)
	if other == nil {
		return
	}
	if q, ok := other.Part(part); ok {
		p.After, p.Blanks[1] = q.Key.Options, firsts(q.Key.Blanks)
	}
}

func firsts(blanks [][]string) []string {
	var out []string
	for _, b := range blanks {
		if len(b) > 0 {
			out = append(out, b[0])
		}
	}
	return out
}

// translatable asks it of each question that the regrade covers.
func (p *Preview) translatable(other *bank.Revision, scenes []*scene) (string, error) {
	probe := Regrade{Item: p.Ask.Item, Part: p.Ask.Part}
	same := true
	seen := map[bank.Ref]bool{}
	for _, s := range scenes {
		for _, h := range s.held {
			for _, place := range h.script.Paper.Slots {
				if !probe.covers(place) || seen[place.Ref] {
					continue
				}
				seen[place.Ref] = true
				rev, ok := h.script.Lookup(bank.Ref{Item: place.Ref.Item, Revision: place.Ref.Revision})
				if !ok {
					return "", bank.ErrNotFound
				}
				q, ok := rev.Part(place.Ref.Part)
				o, there := other.Part(place.Ref.Part)
				if !ok || !there || len(rev.Parts) != len(other.Parts) {
					return OtherOptions, nil
				}
				reason, reworded := Translatable(q, o)
				switch {
				case reason == "":
					same = false
				case reason == MarkedByPeople && place.Ref.Part > 0 && probe.Part == 0:
					// The other parts of the case may have a key.
				case reason != SameKey:
					return reason, nil
				}
				for _, id := range reworded {
					if !slices.Contains(p.Reworded, id) {
						p.Reworded = append(p.Reworded, id)
					}
				}
			}
		}
	}
	if same && len(p.Earlier) == 0 {
		return SameKey, nil
	}
	return "", nil
}

// compute fills in what a remedy would do, at the sittings that it covers and
// wherever theory is carried over from them.
func (g *Regrader) compute(ctx context.Context, p *Preview, one *RemedyPreview, scenes []*scene, other *bank.Revision) error {
	a := Amendment{Regrade: Regrade{ID: "preview", Item: p.Ask.Item, Part: p.Ask.Part, Remedy: one.Remedy, Revision: p.Ask.Revision}, Other: other}
	var rows []digestRow
	changed := map[sitting.RegistrationID]Record{}
	for _, s := range scenes {
		component, _ := s.all.Scheme.Component(standard.Theory)
		theories, effect, err := s.again(component, a)
		if errors.Is(err, ErrNothingLeft) {
			one.Impossible, one.Effect = "nothing-left", Effect{}
			return nil
		} else if err != nil {
			return err
		}
		one.Effect.add(effect)
		histories, err := g.carried(ctx, &s.all, changed)
		if err != nil {
			return err
		}
		after := s.all.with(theories, histories)
		one.compare(s, &after, theories)
		s.note(&after, changed)
		for id, h := range s.held {
			next, ok := theories[id]
			if !ok {
				next = h.theory
			}
			rows = append(rows, digestRow{id, h.theory.Round, h.theory.Version, [2]Figure{figure(&h.theory), figure(&next)}})
		}
	}
	if err := g.beyond(ctx, one, scenes, changed); err != nil {
		return err
	}
	ask := p.Ask
	if !one.Remedy.KeyFrom() {
		ask.Revision = 0 // another revision in between changes nothing
	}
	return one.finish(&ask, rows)
}

func (e *Effect) add(o Effect) {
	e.Papers, e.Up, e.Down, e.Same, e.Lost, e.Won = e.Papers+o.Papers, e.Up+o.Up, e.Down+o.Down, e.Same+o.Same, e.Lost+o.Lost, e.Won+o.Won
}

// note keeps the released results that would get another version.
func (s *scene) note(after *All, changed map[sitting.RegistrationID]Record) {
	for i := range after.Candidates {
		c := &after.Candidates[i]
		if have, ok := s.latest[c.Registration.ID]; ok && c.differs(s.latest) && c.onlyIn(&have, standard.Theory) {
			changed[c.Registration.ID] = c.record(after, s.latest, Record{})
		}
	}
}

// carried makes the histories of those candidates of a sitting whose earlier
// results would have changed.
func (g *Regrader) carried(ctx context.Context, all *All, changed map[sitting.RegistrationID]Record) (map[people.CandidateID]History, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	moved := map[people.CandidateID]bool{}
	for _, r := range changed {
		moved[r.Candidate] = true
	}
	var ids []people.CandidateID
	for _, c := range all.Candidates {
		if c.Registration.Components != nil && moved[c.Registration.Candidate] {
			ids = append(ids, c.Registration.Candidate)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := g.Records.LatestOfCandidates(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := map[people.CandidateID][]Record{}
	for _, r := range records {
		if next, ok := changed[r.Registration]; ok {
			r = next
		}
		if r.Level == all.Sitting.Level && r.Occupation.Code == all.Sitting.Occupation.Code && r.Sitting != all.Sitting.ID {
			by[r.Candidate] = append(by[r.Candidate], r)
		}
	}
	out := map[people.CandidateID]History{}
	for id, records := range by {
		out[id] = HistoryOf(all.Scheme, records, all.Sitting.Opens)
	}
	return out, nil
}

// beyond compares the released results of other sittings into which theory is
// carried over.
func (g *Regrader) beyond(ctx context.Context, one *RemedyPreview, scenes []*scene, changed map[sitting.RegistrationID]Record) error {
	looked := map[sitting.ID]bool{}
	for _, s := range scenes {
		looked[s.all.Sitting.ID] = true
	}
	for _, s := range scenes {
		var who []people.CandidateID
		for _, c := range s.all.Candidates {
			if _, ok := changed[c.Registration.ID]; ok {
				who = append(who, c.Registration.Candidate)
			}
		}
		if len(who) == 0 {
			continue
		}
		later, err := g.later(ctx, s.all.Sitting, who)
		if err != nil {
			return err
		}
		for _, l := range later {
			if looked[l.id] {
				continue
			}
			looked[l.id] = true
			next := &scene{}
			if next.all, err = g.Compose(ctx, l.id); err != nil {
				return err
			}
			if err := g.surround(ctx, next); err != nil {
				return err
			}
			histories, err := g.carried(ctx, &next.all, changed)
			if err != nil {
				return err
			}
			after := next.all.with(nil, histories)
			one.compare(next, &after, nil)
			next.note(&after, changed)
		}
	}
	return nil
}

func regraded(by people.AccountID, act, why string, r Regrade) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "item:" + string(r.Item), Why: why, After: r}
}

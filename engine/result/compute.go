package result

import (
	"context"
	"errors"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

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

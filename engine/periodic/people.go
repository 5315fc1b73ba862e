package periodic

import (
	"context"

	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// gatherTrained finds who completed a training in a span of days: a person
// counts once for each kind, on the last day of the training.
func (o *Office) gatherTrained(ctx context.Context, span Span, out *Facts) error {
	all, err := o.in.Sources.Trainings(ctx, nil)
	if err != nil {
		return err
	}
	who := []people.CandidateID{}
	did := map[people.CandidateID]*Trained{}
	for _, r := range all {
		if r.Removal != nil || !r.Passed || !within(span, r.Until) {
			continue
		}
		t := did[r.Candidate]
		if t == nil {
			t = &Trained{}
			did[r.Candidate], who = t, append(who, r.Candidate)
		}
		t.Initial, t.Rotation = t.Initial || r.Kind == training.Initial, t.Rotation || r.Kind == training.Rotation
	}
	profiles, err := o.in.Sources.Profiles(ctx, who)
	if err != nil {
		return err
	}
	for _, id := range who {
		did[id].Place = placeOf(0, "", profiles, id)
		out.Trained = append(out.Trained, *did[id])
	}
	return nil
}

func within(span Span, day string) bool { return day >= span.From && day <= span.Until }

func placeOf(l standard.Level, site string, all map[people.CandidateID]profile.Profile, id people.CandidateID) Place {
	p, known := all[id]
	return Place{Level: l, Site: site, City: p.City, Industry: p.Industry, Known: known, KeyUnit: p.KeyUnit}
}

package periodic

import (
	"context"

	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/standard"
)

// gatherTrained finds who completed a training in a span of days: a person
// counts once for each kind, on the last day of the training, and once for each
// level that it was of.
func (o *Office) gatherTrained(ctx context.Context, span Span, out *Facts) error {
	all, err := o.in.Sources.Ended(ctx, span.From, span.Until)
	if err != nil {
		return err
	}
	var who []people.CandidateID
	at := map[string]int{} // in out.Trained, by whose number it is
	of := map[string]people.CandidateID{}
	for i := range all {
		r := &all[i]
		if !r.Passed {
			continue
		}
		n, seen := at[r.Holder.Hash]
		if !seen {
			n = len(out.Trained)
			at[r.Holder.Hash], of[r.Holder.Hash] = n, r.Candidate
			out.Trained = append(out.Trained, Trained{})
			if r.Candidate != "" {
				who = append(who, r.Candidate)
			}
		}
		out.Trained[n].Add(r.Level, r.Kind)
	}
	profiles, err := o.in.Sources.Profiles(ctx, who)
	if err != nil {
		return err
	}
	for hash, n := range at {
		out.Trained[n].Place = placeOf(0, "", profiles, of[hash])
	}
	return nil
}

func within(span Span, day string) bool { return day >= span.From && day <= span.Until }

func placeOf(l standard.Level, site string, all map[people.CandidateID]profile.Profile, id people.CandidateID) Place {
	p, known := all[id]
	return Place{Level: l, Site: site, City: p.City, Industry: p.Industry, Known: known, KeyUnit: p.KeyUnit}
}

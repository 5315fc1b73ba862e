package result

import (
	"context"
	"errors"
	"slices"

	"gongyuan/bank"
)

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

package api

import (
	"context"
	"sync"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// revisionCache keeps what never changes: revisions, the papers of running
// attempts, and what explains one version of their deadlines. It is safe for
// concurrent use.
type revisionCache struct {
	// fetch lets one request at a time ask the bank: at the beginning, and after
	// a restart, all ask for the same.
	fetch  sync.Mutex
	mu     sync.RWMutex
	found  map[bank.Ref]*bank.Revision
	papers map[attempt.AttemptID]bank.Paper
	why    map[attempt.AttemptID]why
}

type why struct {
	version int
	sitting.Explanation
}

func (c *revisionCache) explanation(id attempt.AttemptID, version int) (sitting.Explanation, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	w, ok := c.why[id]
	return w.Explanation, ok && w.version == version
}

func (c *revisionCache) explain(id attempt.AttemptID, version int, x sitting.Explanation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil || len(c.why) >= maxPapers {
		c.why = map[attempt.AttemptID]why{}
	}
	c.why[id] = why{version, x}
}

// maxPapers bounds the memory for papers; the cache starts anew beyond it.
const maxPapers = 8192

func (s *server) paper(ctx context.Context, id attempt.AttemptID) (bank.Paper, error) {
	c := &s.revisions
	c.mu.RLock()
	p, ok := c.papers[id]
	c.mu.RUnlock()
	if ok {
		return p, nil
	}
	p, err := s.attempts.Paper(ctx, id)
	if err != nil {
		return bank.Paper{}, err
	}
	s.keepPaper(id, p)
	return p, nil
}

func (s *server) keepPaper(id attempt.AttemptID, p bank.Paper) {
	c := &s.revisions
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.papers == nil || len(c.papers) >= maxPapers {
		c.papers = map[attempt.AttemptID]bank.Paper{}
	}
	c.papers[id] = p
}

// missing lists the revisions of a paper that are not in memory.
func (c *revisionCache) missing(p bank.Paper) []bank.Ref {
	var missing []bank.Ref
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, slot := range p.Slots {
		ref := bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision}
		if c.found[ref] == nil {
			missing = append(missing, ref)
		}
	}
	return missing
}

// lookup finds the revisions of a paper, from memory or from the bank.
func (s *server) lookup(ctx context.Context, p bank.Paper) (bank.Lookup, error) {
	c := &s.revisions
	if len(c.missing(p)) > 0 {
		c.fetch.Lock()
		defer c.fetch.Unlock()
		if missing := c.missing(p); len(missing) > 0 {
			revs, err := s.bank.Revisions(ctx, missing)
			if err != nil {
				return nil, err
			}
			c.mu.Lock()
			for ref, rev := range revs {
				c.found[ref] = &rev
			}
			c.mu.Unlock()
		}
	}
	return func(ref bank.Ref) (*bank.Revision, bool) {
		c.mu.RLock()
		defer c.mu.RUnlock()
		rev := c.found[ref]
		return rev, rev != nil
	}, nil
}

func wirePaper(v bank.View) contract.Paper {
	out := contract.Paper{Slots: make([]contract.PaperSlot, len(v.Slots))}
	for _, sec := range v.Sections {
		rule := sec.Rule
		if rule == "" {
			rule = bank.AllOrNothing
		}
		out.Sections = append(out.Sections, contract.PaperSection{
			Type: contract.ItemType(sec.Type), Count: sec.Count, Points: contract.Marks(sec.Points), Rule: contract.PaperSectionRule(rule),
		})
	}
	for i, slot := range v.Slots {
		out.Slots[i] = wireSlot(v.Cases, slot)
	}
	return out
}

func wireSlot(cases []bank.ViewCase, slot bank.ViewSlot) contract.PaperSlot {
	out := contract.PaperSlot{
		Number: slot.Number, Section: slot.Section, Type: contract.ItemType(slot.Type), Points: contract.Marks(slot.Points),
		Stem: slot.Stem, Blanks: slot.Blanks,
	}
	out.Options = make([]contract.PaperOption, len(slot.Options))
	for i, o := range slot.Options {
		out.Options[i] = contract.PaperOption{Letter: o.Letter, Text: o.Text}
	}
	if slot.Case > 0 {
		out.Situation, out.Part = &cases[slot.Case-1].Situation, &slot.Part
	}
	return out
}

func responseOf(r contract.Response) bank.Response {
	var out bank.Response
	if r.Choice != nil {
		out.Choice = *r.Choice
	}
	if r.Text != nil {
		out.Text = *r.Text
	}
	return out
}

func wireResponse(r bank.Response) contract.Response {
	var out contract.Response
	if len(r.Choice) > 0 {
		out.Choice = &r.Choice
	}
	if len(r.Text) > 0 {
		out.Text = &r.Text
	}
	return out
}

func wireTheory(t result.Theory) contract.TheoryResult {
	out := contract.TheoryResult{
		Awarded: contract.Marks(t.Awarded), Full: contract.Marks(t.Full), Pass: contract.Marks(t.Pass),
		Passed: t.Passed, Complete: t.Complete, Sections: make([]contract.SectionScore, len(t.Sections)),
	}
	for i, sec := range t.Sections {
		out.Sections[i] = contract.SectionScore{
			Type: contract.ItemType(sec.Type), Awarded: contract.Marks(sec.Awarded), Full: contract.Marks(sec.Full),
			Right: sec.Right, Slots: sec.Slots, Waiting: &sec.Waiting,
		}
	}
	return out
}

// review shows a marked paper with keys and explanations. Its callers have
// checked that the viewer may see them.
func (s *server) review(ctx context.Context, sub attempt.Submission, theory result.Theory) ([]contract.ReviewSlot, error) {
	paper, err := s.paper(ctx, sub.Attempt)
	if err != nil {
		return nil, err
	}
	lookup, err := s.lookup(ctx, paper)
	if err != nil {
		return nil, err
	}
	in := bank.ReviewInput{Paper: paper, Lookup: lookup, Responses: map[int]bank.Response{}, Marks: map[int]bank.Mark{}, WithExplanations: true}
	for _, slot := range paper.Slots {
		if in.Responses[slot.Number], err = decode(lookup, slot, sub.Answers[slot.Number].Response); err != nil {
			return nil, err
		}
	}
	for _, slot := range theory.Slots {
		in.Marks[slot.Number] = slot.Mark
	}
	review, err := bank.NewReview(in)
	if err != nil {
		return nil, err
	}
	out := make([]contract.ReviewSlot, len(review.Slots))
	for i, slot := range review.Slots {
		out[i] = contract.ReviewSlot{
			Slot: wireSlot(review.Cases, slot.ViewSlot), Response: wireResponse(slot.Response),
			Awarded: contract.Marks(slot.Mark.Awarded), Points: contract.Marks(slot.Points), Verdict: contract.ReviewSlotVerdict(slot.Mark.Verdict),
		}
		if len(slot.Right) > 0 {
			out[i].Right = &slot.Right
		}
		if slot.Explanation != "" {
			out[i].Explanation = &slot.Explanation
		}
	}
	return out, s.tellRegrades(ctx, &paper, &theory, out)
}

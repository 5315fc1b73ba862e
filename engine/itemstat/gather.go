package itemstat

import (
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/attempt"
	"gongyuan/engine/result"
)

// longest is how long somebody may have been at one question between two
// operations: what is longer was a pause, a lost connection or a walk.
const longest = 15 * time.Minute

// seconds is how long somebody was at each slot: the time from each operation
// to the one before, counted to the slot of the later one, and for the first
// one from the start. Times of the page's own clock are taken where both have
// one, since saves arrive in batches; they decide nothing else. Changing an
// answer again adds to its slot. What a person read without touching it counts
// to the next one touched, so this is about items and never about a person.
func seconds(ops []attempt.Operation, started time.Time) map[int]float64 {
	out := map[int]float64{}
	before := attempt.Operation{ReceivedMs: started.UnixMilli()}
	for i, op := range ops {
		if i > 0 && op.Epoch != before.Epoch {
			before = op // another device: nobody knows when its first question was begun
			continue
		}
		ms := op.ReceivedMs - before.ReceivedMs
		if page := op.ClientMs - before.ClientMs; i > 0 && before.ClientMs > 0 && page > 0 {
			ms = page
		}
		if ms > 0 && ms <= longest.Milliseconds() {
			out[op.Slot] += float64(ms) / 1000
		}
		before = op
	}
	return out
}

// gathered is a matrix that grows person by person.
type gathered struct {
	matrix stats.Matrix
	at     map[bank.Ref]int
	others map[bank.Ref]bank.Revision // whose keys regrades brought in
}

// add adds a person: what their result says of each slot of their paper. A slot
// that a regrade took off the paper is missing by design.
func (g *gathered) add(t *result.Theory, s *result.Script, times map[int]float64) error {
	marks := make(map[int]bank.Mark, len(t.Slots))
	for _, slot := range t.Slots {
		marks[slot.Number] = slot.Mark
	}
	amended := make(map[int]result.Amended, len(t.Amended))
	for _, a := range t.Amended {
		amended[a.Slot] = a
	}
	var p stats.Person
	for _, place := range s.Paper.Slots {
		mark, ok := marks[place.Number]
		by, changed := amended[place.Number]
		if !ok || changed && by.Remedy == result.Without {
			continue
		}
		rev, ok := s.Lookup(bank.Ref{Item: place.Ref.Item, Revision: place.Ref.Revision})
		if !ok {
			return bank.ErrNotFound
		}
		q, ok := rev.Part(place.Ref.Part)
		if !ok {
			return bank.ErrPaper
		}
		answer := s.Answers[place.Number]
		p = append(p, stats.Cell{
			Item: g.item(place.Ref, q, by), Score: mark.Awarded, Full: place.Points, Chosen: chosen(q, place, answer),
			Omitted: answer.Empty(), Seconds: times[place.Number],
		})
	}
	g.matrix.People = append(g.matrix.People, p)
	return nil
}

// item is the column of a revision.
func (g *gathered) item(ref bank.Ref, q *bank.Question, by result.Amended) int {
	if i, ok := g.at[ref]; ok {
		return i
	}
	item := stats.Item{Ref: ref, Type: q.Type}
	if q.Type.Choice() {
		for _, o := range options(q) {
			item.Options = append(item.Options, o.ID)
		}
		item.Key = slices.Clone(q.Key.Options)
		if other, ok := g.others[bank.Ref{Item: ref.Item, Revision: by.Revision}]; ok && by.Remedy.KeyFrom() {
			item.Key = keyBy(item.Key, &other, ref.Part, q.Type, by.Remedy)
		}
	}
	g.at[ref] = len(g.matrix.Items)
	g.matrix.Items = append(g.matrix.Items, item)
	return g.at[ref]
}

// keyBy is the key after a regrade: the other revision's, or where either
// counts, both.
func keyBy(own []bank.OptionID, other *bank.Revision, part int, t bank.Type, by result.Remedy) []bank.OptionID {
	q, ok := other.Part(part)
	switch {
	case !ok:
		return own
	case by == result.OtherKey:
		return slices.Clone(q.Key.Options)
	case t == bank.Multiple:
		return own // either set counts as a whole, which a list of options cannot say
	}
	for _, o := range q.Key.Options {
		if !slices.Contains(own, o) {
			own = append(own, o)
		}
	}
	slices.Sort(own)
	return own
}

func options(q *bank.Question) []bank.Option {
	if q.Type == bank.Judgement && len(q.Options) == 0 {
		return bank.JudgementOptions()
	}
	return q.Options
}

// chosen turns the letters that a person saw into the bank's.
func chosen(q *bank.Question, place bank.Slot, r bank.Response) []bank.OptionID {
	if !q.Type.Choice() {
		return nil
	}
	shown := place.Order
	if len(shown) == 0 {
		for _, o := range options(q) {
			shown = append(shown, o.ID)
		}
	}
	var out []bank.OptionID
	for i, id := range shown {
		if slices.Contains(r.Choice, bank.Letter(i)) {
			out = append(out, id)
		}
	}
	return out
}

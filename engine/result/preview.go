package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Ask is a question about a question: what would a regrade of it do?
type Ask struct {
	Item     bank.ItemID
	Part     int          // of a case; 0 is the whole item
	Revision int          // whose key to bring in; 0 is the newest that is published
	Sittings []sitting.ID // nil is every closed or released one whose papers hold the item
}

// Preview is what each remedy would do. Nothing of it is stored.
type Preview struct {
	Ask      Ask // Revision and Sittings as they were found
	Type     bank.Type
	Stem     string
	Pinned   []int // revisions on the papers
	Before   []bank.OptionID
	After    []bank.OptionID // the other revision's key; nil where there is none
	Reworded []bank.OptionID // options whose words the other revision has corrected
	Blanks   [2][]string     // before and after, of a blank
	Sittings []Covered
	Running  int // sittings not yet closed whose papers hold the item
	Open     *Regrade
	Earlier  []Regrade // that count already, the oldest first
	Remedies []RemedyPreview
	At       time.Time
}

// Covered is a sitting that a regrade covers.
type Covered struct {
	ID       sitting.ID
	Title    string
	State    sitting.State
	Opens    time.Time
	Papers   int // that hold the question and were marked
	Points   bank.Marks
	Released int // results that candidates can see
}

// RemedyPreview is what one remedy would do.
type RemedyPreview struct {
	Remedy     Remedy
	Impossible string // the reason, one of those of Translatable; "" where it is possible
	Effect     Effect
	Changed    []Change  // whose verdict changes in theory, or in all; losers first
	Endangered []Affects // certificates that would no longer be borne
	Gained     []Affects // who would be newly qualified
	Corrected  []Affects // whose theory an appeal decided: that stays as it is
	Appeals    []Affects // open appeals about theory of somebody whose marks change
	Digest     string    // of all that it would do
}

// Affects names a registration and the certificate or appeal concerned.
type Affects struct {
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Candidate    people.CandidateID
	Admission    string
	Number       string // of the certificate or the appeal; "" for none
}

// Change is one result before and after.
type Change struct {
	Sitting      sitting.ID
	Registration sitting.Registration
	Slot         int           // 0 where theory is carried over from another sitting
	Response     bank.Response // letters as shown
	Chosen       []bank.OptionID
	Theory       [2]Figure
	Before       Outcome
	After        Outcome
	Released     bool
	Certificate  string
}

// Figure is what theory came to.
type Figure struct {
	Awarded, Full, Pass bank.Marks
	Complete, Passed    bool
}

func figure(t *Theory) Figure { return Figure{t.Awarded, t.Full, t.Pass, t.Complete, t.Passed} }

// held is one marked paper that holds the question.
type held struct {
	theory Theory
	script Script
	slot   bank.Slot // the first that the question has on it
}

// scene is a sitting with all that a preview needs of it.
type scene struct {
	all     All
	latest  map[sitting.RegistrationID]Record
	held    map[string]held // by attempt
	earlier []Amendment     // that count at this sitting
	certs   map[sitting.RegistrationID]string
	appeals []Appeal
}

// again marks what a sitting's papers earned with one more amendment. It
// returns the results whose marks are others, by attempt.
func (s *scene) again(c standard.Component, a Amendment) (map[string]Theory, Effect, error) {
	out, effect := map[string]Theory{}, Effect{Papers: len(s.held)}
	amendments := append(slices.Clone(s.earlier), a)
	for id, h := range s.held {
		next, err := Amend(h.theory, &h.script, c, amendments)
		if err != nil {
			return nil, effect, err
		}
		was, now := standing(&h.theory), standing(&next)
		switch {
		case now > was:
			effect.Up++
		case now < was:
			effect.Down++
		default:
			effect.Same++
		}
		if h.theory.Complete && next.Complete && h.theory.Passed != next.Passed {
			if next.Passed {
				effect.Won++
			} else {
				effect.Lost++
			}
		}
		if !sameMarks(&h.theory, &next) {
			next.Version = h.theory.Version + 1
			out[id] = next
		}
	}
	return out, effect, nil
}

// standing is what a result is worth beside others, also where papers are of
// different size: marks on the scale of a component in ten-thousandths.
func standing(t *Theory) int64 {
	if t.Full <= 0 {
		return 0
	}
	return int64(t.Awarded) * 1_000_000_000 / int64(t.Full)
}

// sameMarks tells whether two results of one attempt say the same.
func sameMarks(a, b *Theory) bool {
	return figure(a) == figure(b) && slices.EqualFunc(a.Slots, b.Slots, func(x, y Slot) bool { return x.Number == y.Number && x.Mark == y.Mark })
}

// before is a candidate's outcome as it counts: as released, or as composed.
func (s *scene) before(c *Composed) (Outcome, bool) {
	if have, ok := s.latest[c.Registration.ID]; ok {
		return have.Outcome, true
	}
	return c.Outcome, false
}

// compare adds to a preview what changes at a sitting between now and after.
func (p *RemedyPreview) compare(s *scene, after *All, theories map[string]Theory) {
	for i := range after.Candidates {
		now, next := &s.all.Candidates[i], &after.Candidates[i]
		reg := now.Registration
		who := Affects{s.all.Sitting.ID, reg.ID, reg.Candidate, reg.Admission, ""}
		if sameOutcome(&now.Outcome, &next.Outcome) && len(theories) > 0 {
			if _, marked := theories[reg.Attempt]; marked && len(now.Corrections) > 0 {
				p.Corrected = append(p.Corrected, who)
			}
		}
		if _, marked := theories[reg.Attempt]; marked {
			for _, a := range s.appeals {
				if a.Registration == reg.ID && a.Component == standard.Theory && a.State.Open() {
					x := who
					x.Number = a.Number()
					p.Appeals = append(p.Appeals, x)
				}
			}
		}
		was, released := s.before(now)
		who.Number = s.certs[reg.ID]
		if was.Result == Qualified && next.Outcome.Result != Qualified && who.Number != "" {
			p.Endangered = append(p.Endangered, who)
		}
		if was.Result != Qualified && next.Outcome.Result == Qualified && who.Number == "" {
			p.Gained = append(p.Gained, who)
		}
		if verdicts(&was) == verdicts(&next.Outcome) {
			continue
		}
		change := Change{Sitting: s.all.Sitting.ID, Registration: reg, Before: was, After: next.Outcome, Released: released, Certificate: who.Number}
		if h, ok := s.held[reg.Attempt]; ok && reg.Attempt != "" {
			t, marked := theories[reg.Attempt]
			if !marked {
				t = h.theory
			}
			change.Slot, change.Response, change.Theory = h.slot.Number, h.script.Answers[h.slot.Number], [2]Figure{figure(&h.theory), figure(&t)}
			change.Chosen = chosen(h.slot, change.Response)
		}
		p.Changed = append(p.Changed, change)
	}
}

// chosen are the bank's options behind the letters that somebody saw.
func chosen(s bank.Slot, r bank.Response) []bank.OptionID {
	var out []bank.OptionID
	for i, id := range s.Order {
		if slices.Contains(r.Choice, bank.Letter(i)) {
			out = append(out, id)
		}
	}
	return out
}

// verdicts is an outcome without its figures.
func verdicts(o *Outcome) string {
	out := string(o.Result)
	for _, c := range o.Components {
		out += "/" + string(c.Verdict)
	}
	return out
}

// finish puts a preview in order and seals it with a digest. rows say what
// becomes of every paper, also of those whose verdict stays.
func (p *RemedyPreview) finish(ask *Ask, rows []digestRow) error {
	slices.SortFunc(p.Changed, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Sitting, b.Sitting), cmp.Compare(a.Registration.Admission, b.Registration.Admission))
	})
	for _, list := range [][]Affects{p.Endangered, p.Gained, p.Corrected, p.Appeals} {
		slices.SortFunc(list, func(a, b Affects) int {
			return cmp.Or(cmp.Compare(a.Sitting, b.Sitting), cmp.Compare(a.Registration, b.Registration), cmp.Compare(a.Number, b.Number))
		})
	}
	slices.SortFunc(rows, func(a, b digestRow) int { return cmp.Compare(a.Attempt, b.Attempt) })
	raw, err := json.Marshal(struct {
		Ask        *Ask
		Remedy     Remedy
		Effect     Effect
		Rows       []digestRow
		Changed    []Change
		Endangered []Affects
		Gained     []Affects
		Corrected  []Affects
	}{ask, p.Remedy, p.Effect, rows, p.Changed, p.Endangered, p.Gained, p.Corrected})
	if err != nil {
		return fmt.Errorf("digest of a preview: %w", err)
	}
	sum := sha256.Sum256(raw)
	p.Digest = hex.EncodeToString(sum[:])
	return nil
}

// digestRow is what becomes of one paper.
type digestRow struct {
	Attempt string
	Round   int
	Version int
	Theory  [2]Figure
}

// rank puts those who lose first: the level, then theory; then those who win.
func (c *Change) rank() int {
	worth := func(o *Outcome) int {
		switch o.Result {
		case Qualified:
			return 2
		case Incomplete, Withheld:
			return 1
		}
		return 0
	}
	was, now := worth(&c.Before), worth(&c.After)
	switch {
	case now < was:
		return 0
	case c.Before.Passed > c.After.Passed:
		return 1
	case now > was:
		return 2
	}
	return 3
}

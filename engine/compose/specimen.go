package compose

import (
	"context"
	"fmt"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/engine/audit"
)

// maxSpecimens is how many specimen papers are drawn at once.
const maxSpecimens = 5

// SpecimenRequest asks for specimen papers of a blueprint, saved or not. The
// same request gives the same papers as long as the bank stays as it is.
type SpecimenRequest struct {
	Blueprint bank.Blueprint
	Seed      string // 1 to 40 characters that somebody chose
	Count     int    // 1 to 5
}

// Specimen is a paper to look at. It is never given to a candidate.
type Specimen struct {
	Number   int
	Paper    bank.Paper
	Expected bank.Marks
}

// Specimens are papers with the questions they pin.
type Specimens struct {
	Papers    []Specimen
	Questions map[bank.Ref]bank.Revision
}

// Lookup finds a question of the papers.
func (s *Specimens) Lookup(ref bank.Ref) (*bank.Revision, bool) {
	r, ok := s.Questions[ref]
	return &r, ok
}

// Specimens draws specimen papers. Questions and keys are seen by it, so it
// stands in the record. It returns a *draw.Shortage where there is no paper.
func (d *Desk) Specimens(ctx context.Context, by string, r SpecimenRequest) (Specimens, error) {
	return d.specimens(ctx, by, "blueprint.specimen", r, 0)
}

// specimens draws the papers of a request, or of these only the one with that
// number.
func (d *Desk) specimens(ctx context.Context, by, act string, r SpecimenRequest, only int) (Specimens, error) {
	if err := d.mustBe(ctx, by); err != nil {
		return Specimens{}, err
	}
	if n := utf8.RuneCountInString(r.Seed); n < 1 || n > 40 {
		return Specimens{}, &FieldError{"/seed", "length-1-40"}
	}
	if r.Count < 1 || r.Count > maxSpecimens {
		return Specimens{}, &FieldError{"/count", "between-1-5"}
	}
	if err := d.clean(ctx, &r.Blueprint); err != nil {
		return Specimens{}, err
	}
	pool, _, err := d.stock(ctx, r.Blueprint.Bank)
	if err != nil {
		return Specimens{}, err
	}
	plan, err := pool.Plan(r.Blueprint)
	if err != nil {
		return Specimens{}, wrong(err)
	}
	var out Specimens
	e := audit.Event{
		Actor: by, Act: act, Object: "blueprint:" + r.Blueprint.ID,
		After: map[string]any{"bank": r.Blueprint.Bank, "seed": r.Seed, "count": r.Count, "paper": only, "blueprint": noted(&r.Blueprint)},
	}
	err = audit.Do(ctx, d.Audit, e, func() error {
		for n := 1; n <= r.Count; n++ {
			if only > 0 && n != only {
				continue
			}
			paper, err := plan.Draw(draw.Request{Seed: draw.Seed([]byte(r.Seed), "specimen", fmt.Sprint(n), 1)})
			if err != nil {
				return err
			}
			out.Papers = append(out.Papers, Specimen{n, paper, plan.Expected(paper)})
		}
		return nil
	})
	if err != nil {
		return Specimens{}, err
	}
	var refs []bank.Ref
	for _, p := range out.Papers {
		for _, s := range p.Paper.Slots {
			refs = append(refs, bank.Ref{Item: s.Ref.Item, Revision: s.Ref.Revision})
		}
	}
	out.Questions, err = d.Store.Revisions(ctx, refs)
	return out, err
}

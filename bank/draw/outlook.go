package draw

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gongyuan/bank"
)

// Outlook is what a plan's papers will be like. Marks are in hundredths, with
// fractions; shares are from 0 to 1.
type Outlook struct {
	// Log10 is the decimal logarithm of how many different papers there are,
	// estimated: sets of items that fill the cells, keep the limit per point
	// and have the plan's mix. Exclusions and the half point around the target
	// are not taken off.
	Log10    float64
	Papers   int     // how many papers the figures below were taken from
	Expected float64 // mean of the papers' expected scores
	Between  float64 // standard deviation of these from paper to paper
	Within   float64 // of one person's score on one paper, items being independent
	Measured int     // usable items whose facility was measured; the others go by difficulty
	Usable   int     // items that fit a cell
	Overlap  float64 // share of items that two papers have in common, on average
	Drawn    int     // different items that stand on any of the papers
	Most     []Exposed
}

// Exposed is on what share of the papers an item stands.
type Exposed struct {
	Item  bank.ItemID
	Share float64
}

// mostExposed is how many items an outlook names.
const mostExposed = 5

// Outlook draws papers papers, each from a seed of its own that is always the
// same, and measures them. Facility returns the measured share of right
// answers of an item, from 0 to 1, where there is one; it may be nil.
func (pl *Plan) Outlook(ctx context.Context, papers int, facility func(bank.ItemID) (float64, bool)) (Outlook, error) {
	out := Outlook{Log10: pl.variety(), Papers: papers, Usable: len(pl.items)}
	value, variance := make([]float64, len(pl.items)), make([]float64, len(pl.items))
	for i := range pl.items {
		it := &pl.items[i]
		share := float64(pl.facility[it.difficulty]) / 100
		if facility != nil {
			if measured, ok := facility(pl.pool.items[it.pool].id); ok {
				share = measured
				out.Measured++
			}
		}
		points := float64(pl.blueprint.Sections[pl.cells[it.cell].section].Points)
		value[i], variance[i] = points*share, points*points*share*(1-share)
	}
	b := &batch{pl: pl, reqs: make([]Request, papers)}
	for k := range b.reqs {
		b.reqs[k].Seed = Seed([]byte("outlook"), pl.blueprint.ID, fmt.Sprint(k), 1)
	}
	if _, _, err := b.draw(ctx); err != nil {
		return out, err
	}
	times := make([]int, len(pl.items))
	scores := make([]float64, papers)
	within := 0.0
	for k, chosen := range b.chosen {
		for _, i := range chosen {
			times[i]++
			scores[k] += value[i]
			within += variance[i]
		}
	}
	n := float64(papers)
	for _, score := range scores {
		out.Expected += score / n
	}
	for _, score := range scores {
		out.Between += (score - out.Expected) * (score - out.Expected) / max(n-1, 1)
	}
	out.Between, out.Within = math.Sqrt(out.Between), math.Sqrt(within/n)
	out.expose(pl, times)
	return out, nil
}

// expose fills in overlap and exposure.
func (o *Outlook) expose(pl *Plan, times []int) {
	n, pairs := float64(o.Papers), 0.0
	order := make([]int, 0, len(times))
	for i, t := range times {
		if t > 0 {
			order = append(order, i)
			pairs += float64(t) * float64(t-1)
		}
	}
	o.Drawn = len(order)
	if n > 1 {
		o.Overlap = pairs / (n * (n - 1)) / float64(len(pl.places))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[b], times[a]) })
	for _, i := range order[:min(mostExposed, len(order))] {
		o.Most = append(o.Most, Exposed{pl.pool.items[pl.items[i].pool].id, float64(times[i]) / n})
	}
}

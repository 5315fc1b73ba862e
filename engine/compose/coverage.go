package compose

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gongyuan/bank"
	"gongyuan/engine/people"
)

// CoverageRow is a range or a point with the items below it.
type CoverageRow struct {
	Code   string // empty for items whose point the outline does not name
	Title  string
	Point  bool
	Points int // assessment points below that are not retired
	Thin   int // of these, how many have fewer than four items that are not retired
	Cells  []CoverageCell
}

// CoverageCell counts items.
type CoverageCell struct {
	Type       bank.Type
	Difficulty int
	Status     bank.Status
	Items      int
}

// Coverage is what a part of an outline has of items.
type Coverage struct {
	Within  bank.RangeCode
	Title   string
	Rows    []CoverageRow
	Outside int // items of points that the outline does not name
}

// Coverage counts the items of a bank by the parts of one of its ranges, of
// the whole outline for "": its ranges, or its points where it has none below.
func (d *Desk) Coverage(ctx context.Context, by string, id bank.ID, within bank.RangeCode) (Coverage, error) {
	if err := d.mustBe(ctx, by, people.Auditor); err != nil {
		return Coverage{}, err
	}
	if err := d.known(ctx, id); err != nil {
		return Coverage{}, err
	}
	outline, err := d.Store.Outline(ctx, id)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return Coverage{}, err
	}
	part, ok := find(outline.Ranges, within)
	if within == "" {
		part, ok = bank.Range{Title: outline.Title, Children: outline.Ranges}, true
	}
	if !ok {
		return Coverage{}, bank.ErrNotFound
	}
	census, _, _, err := d.census(ctx, id, nil)
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{Within: within, Title: part.Title}
	for _, r := range part.Children {
		out.Rows = append(out.Rows, CoverageRow{Code: string(r.Code), Title: r.Title})
	}
	for _, p := range part.Points {
		out.Rows = append(out.Rows, CoverageRow{Code: string(p.Code), Title: p.Title, Point: true})
	}
	out.count(&outline, census)
	return out, nil
}

func find(rs []bank.Range, code bank.RangeCode) (bank.Range, bool) {
	for _, r := range rs {
		if r.Code == code {
			return r, true
		}
		if found, ok := find(r.Children, code); ok {
			return found, true
		}
	}
	return bank.Range{}, false
}

func (r *CoverageRow) holds(p bank.PointCode) bool {
	return r.Point && r.Code == string(p) || !r.Point && bank.RangeCode(r.Code).Contains(p)
}

// count fills the rows.
func (c *Coverage) count(outline *bank.Outline, census Census) {
	row := map[bank.PointCode]int{}
	sound := map[bank.PointCode]int{}
	for g, n := range census {
		if g.Status != bank.Retired {
			sound[g.Point] += n
		}
	}
	named := map[bank.PointCode]bool{}
	for _, p := range outline.Points() {
		named[p.Code] = true
		i := slices.IndexFunc(c.Rows, func(r CoverageRow) bool { return r.holds(p.Code) })
		if i < 0 {
			continue
		}
		row[p.Code] = i
		if !p.Retired {
			c.Rows[i].Points++
			if sound[p.Code] < bank.MinPerPoint {
				c.Rows[i].Thin++
			}
		}
	}
	cells := map[int]map[Group]int{}
	for g, n := range census {
		if !named[g.Point] {
			c.Outside += n
		}
		i, ok := row[g.Point]
		if !ok {
			continue
		}
		if cells[i] == nil {
			cells[i] = map[Group]int{}
		}
		g.Point = ""
		cells[i][g] += n
	}
	for i, of := range cells {
		for g, n := range of {
			c.Rows[i].Cells = append(c.Rows[i].Cells, CoverageCell{g.Type, g.Difficulty, g.Status, n})
		}
		slices.SortFunc(c.Rows[i].Cells, func(a, b CoverageCell) int {
			return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Difficulty, b.Difficulty), cmp.Compare(a.Status, b.Status))
		})
	}
}

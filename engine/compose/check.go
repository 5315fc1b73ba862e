package compose

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/engine/people"
)

// samples is how many papers a forecast is taken from.
const samples = 100

// CellReport is how a cell of a blueprint stands.
type CellReport struct {
	draw.CellStand
	Waiting map[bank.Status]int // items of the cell that no paper shows, by status
	Short   []draw.CellShortage // what it lacks; empty where nothing
}

// Report is what the bank says to a blueprint.
type Report struct {
	Cells     []CellReport
	Total     bank.Marks
	Plan      *draw.Plan
	Short     *draw.Shortage // nil where papers can be drawn
	Outlook   draw.Outlook   // where they can
	Mix       map[int]int    // items per difficulty that papers aim at; nil for no demand
	Deviation int            // items that the bank forces out of the mix
	Repairs   []draw.Repair  // where asked for and nothing can be drawn
}

// Check holds a blueprint against the published items of its bank. It returns
// a *FieldError for one that is wrong in itself. Repairs take longer and are
// looked for only when asked. Nothing is stored, so an auditor may ask too.
func (d *Desk) Check(ctx context.Context, by string, bp bank.Blueprint, repairs bool) (Report, error) {
	if err := d.mustBe(ctx, by, people.Auditor); err != nil {
		return Report{}, err
	}
	if err := d.clean(ctx, &bp); err != nil {
		return Report{}, err
	}
	pool, census, err := d.stock(ctx, bp.Bank)
	if err != nil {
		return Report{}, err
	}
	survey, err := pool.Survey(bp)
	if err != nil {
		return Report{}, wrong(err)
	}
	out := Report{Total: bp.Total(), Plan: survey.Plan, Short: survey.Short}
	out.Cells = reports(&survey, census)
	if survey.Plan == nil {
		if repairs {
			out.Repairs = survey.Repairs()
		}
		return out, nil
	}
	out.Mix = survey.Plan.Mix()
	out.Deviation, _ = survey.Plan.Deviation()
	facility, err := d.facility(ctx, bp.Bank)
	if err != nil {
		return Report{}, err
	}
	out.Outlook, err = survey.Plan.Outlook(ctx, samples, facility)
	var short *draw.Shortage
	if errors.As(err, &short) { // the ceiling on exposure binds a hundred papers
		out.Plan, out.Short, err = nil, short, nil
	}
	return out, err
}

func (d *Desk) facility(ctx context.Context, id bank.ID) (func(bank.ItemID) (float64, bool), error) {
	if d.Facilities == nil {
		return nil, nil
	}
	known, err := d.Facilities.Facilities(ctx, id)
	if err != nil {
		return nil, err
	}
	return func(item bank.ItemID) (float64, bool) {
		p, ok := known[item]
		return min(max(p, 0), 1), ok && !math.IsNaN(p)
	}, nil
}

// reports joins what the cells have, lack, and have waiting.
func reports(s *draw.Survey, census Census) []CellReport {
	out := make([]CellReport, len(s.Cells))
	for i, c := range s.Cells {
		out[i] = CellReport{CellStand: c, Waiting: map[bank.Status]int{}}
	}
	for g, n := range census {
		if g.Status == bank.Published {
			continue
		}
		for i := range out {
			if c := &out[i]; c.Type == g.Type && (c.Range == "" || c.Range.Contains(g.Point)) {
				c.Waiting[g.Status] += n
			}
		}
	}
	if s.Short != nil {
		for _, lack := range s.Short.Cells {
			for i := range out {
				if out[i].Type == lack.Cell.Type && out[i].Range == lack.Cell.Range {
					out[i].Short = append(out[i].Short, lack)
				}
			}
		}
	}
	return out
}

// wrong makes a field of what drawing refuses and clean did not.
func wrong(err error) error {
	if errors.Is(err, bank.ErrBlueprint) {
		return &FieldError{"/weights", "blueprint-weights"}
	}
	return err
}

var blueprintForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// clean refuses a blueprint that says nothing that could be drawn.
func (d *Desk) clean(ctx context.Context, bp *bank.Blueprint) error {
	if err := d.known(ctx, bp.Bank); errors.Is(err, bank.ErrNotFound) {
		return &FieldError{"/bank", "unknown"}
	} else if err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(bp.Title) < 1 || utf8.RuneCountInString(bp.Title) > 100:
		return &FieldError{"/title", "length-1-100"}
	case bp.Duration < time.Minute || bp.Duration > 480*time.Minute:
		return &FieldError{"/durationMinutes", "between-1-480"}
	case bp.MaxPerPoint < 0 || bp.MaxPerPoint > 1000:
		return &FieldError{"/maxPerPoint", "maximum"}
	case bp.Exposure < 0 || bp.Exposure > 100:
		return &FieldError{"/exposure", "between-0-100"}
	}
	if err := cleanSections(bp.Sections); err != nil {
		return err
	}
	if err := cleanShares(bp); err != nil {
		return err
	}
	outline, err := d.Store.Outline(ctx, bp.Bank)
	if errors.Is(err, bank.ErrNotFound) {
		return cleanWeights(bp.Weights, nil)
	}
	if err != nil {
		return err
	}
	return cleanWeights(bp.Weights, ranges(outline.Ranges))
}

func cleanSections(sections []bank.Section) error {
	if len(sections) == 0 {
		return &FieldError{"/sections", "minItems"}
	}
	for i, s := range sections {
		at := fmt.Sprintf("/sections/%d", i)
		twice := slices.ContainsFunc(sections[:i], func(o bank.Section) bool { return o.Type == s.Type })
		switch {
		case !s.Type.Valid():
			return &FieldError{at + "/type", "enum"}
		case twice:
			return &FieldError{at + "/type", "duplicate"}
		case s.Count < 1 || s.Count > 1000:
			return &FieldError{at + "/count", "between-1-1000"}
		case s.Points < 1 || s.Points > 100_00:
			return &FieldError{at + "/points", "points-range"}
		case !s.Rule.Valid():
			return &FieldError{at + "/rule", "enum"}
		}
	}
	return nil
}

func cleanShares(bp *bank.Blueprint) error {
	for _, m := range []struct {
		field string
		of    map[int]int
		sums  bool
	}{{"/difficulty", bp.Difficulty, true}, {"/facility", bp.Facility, false}} {
		if len(m.of) == 0 {
			continue
		}
		sum := 0
		for k, n := range m.of {
			if k < 1 || k > 5 || n < 0 || n > 100 {
				return &FieldError{m.field, "between-0-100"}
			}
			sum += n
		}
		if m.sums && sum != 100 {
			return &FieldError{m.field, "sums-to-100"}
		}
	}
	return nil
}

// cleanWeights checks ranges against the outline's, where there is one.
func cleanWeights(weights []bank.RangeWeight, known map[bank.RangeCode]bool) error {
	sum := 0
	for i, w := range weights {
		at := fmt.Sprintf("/weights/%d", i)
		overlap := slices.ContainsFunc(weights[:i], func(o bank.RangeWeight) bool {
			return o.Range == w.Range || w.Range.Contains(bank.PointCode(o.Range)) || o.Range.Contains(bank.PointCode(w.Range))
		})
		switch {
		case known != nil && !known[w.Range] || w.Range == "":
			return &FieldError{at + "/range", "no-such-range"}
		case overlap:
			return &FieldError{at + "/range", "range-overlap"}
		case w.Weight < 0 || w.Weight > 10_000:
			return &FieldError{at + "/weight", "between-0-10000"}
		}
		sum += w.Weight
	}
	if len(weights) > 0 && sum == 0 {
		return &FieldError{"/weights", "blueprint-weights"}
	}
	return nil
}

func ranges(all []bank.Range) map[bank.RangeCode]bool {
	out := map[bank.RangeCode]bool{}
	var walk func([]bank.Range)
	walk = func(rs []bank.Range) {
		for _, r := range rs {
			out[r.Code] = true
			walk(r.Children)
		}
	}
	walk(all)
	return out
}

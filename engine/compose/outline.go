package compose

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// OutlineReport is an outline with what belongs to it.
type OutlineReport struct {
	Outline bank.Outline // version 0 and empty where the bank has none
	Items   map[bank.PointCode]int
	Loose   []PointItems // points of items that the outline does not name
	Faults  []bank.OutlineFault
}

// Outline returns the outline of a bank.
func (d *Desk) Outline(ctx context.Context, by string, id bank.ID) (OutlineReport, error) {
	if err := d.mustBe(ctx, by, people.Auditor); err != nil {
		return OutlineReport{}, err
	}
	if err := d.known(ctx, id); err != nil {
		return OutlineReport{}, err
	}
	outline, err := d.Store.Outline(ctx, id)
	if errors.Is(err, bank.ErrNotFound) {
		outline, err = bank.Outline{Bank: id}, nil
	}
	if err != nil {
		return OutlineReport{}, err
	}
	return d.outlined(ctx, outline)
}

func (d *Desk) outlined(ctx context.Context, o bank.Outline) (OutlineReport, error) {
	items, err := d.itemsOf(ctx, o.Bank)
	if err != nil {
		return OutlineReport{}, err
	}
	out := OutlineReport{Outline: o, Items: items}
	if len(o.Ranges) > 0 {
		out.Faults = o.Check()
	}
	named := map[bank.PointCode]bool{}
	for _, p := range o.Points() {
		named[p.Code] = true
	}
	for p, n := range items {
		if !named[p] {
			out.Loose = append(out.Loose, PointItems{p, n})
		}
	}
	slices.SortFunc(out.Loose, func(a, b PointItems) int { return strings.Compare(string(a.Point), string(b.Point)) })
	return out, nil
}

// itemsOf counts the items of each point, retired ones too: what they asked
// stays known.
func (d *Desk) itemsOf(ctx context.Context, id bank.ID) (map[bank.PointCode]int, error) {
	out := map[bank.PointCode]int{}
	_, err := d.Store.Rows(ctx, id, func(r *bank.ItemRow) bool { out[r.Point]++; return false })
	return out, err
}

// SaveOutline replaces the version of an outline that was read. Weights may
// still not add up: that is shown, and blueprints have weights of their own.
// It returns an *InUseError for points that items belong to and that are gone,
// and bank.ErrConflict where somebody else saved meanwhile.
func (d *Desk) SaveOutline(ctx context.Context, by string, o bank.Outline) (_ OutlineReport, err error) {
	defer func() { err = told(err) }()
	was, err := d.Outline(ctx, by, o.Bank)
	if err != nil {
		return OutlineReport{}, err
	}
	if o.Version != was.Outline.Version {
		return OutlineReport{}, fmt.Errorf("compose: outline of %s was saved meanwhile: %w", o.Bank, bank.ErrConflict)
	}
	if err := cleanOutline(&o); err != nil {
		return OutlineReport{}, err
	}
	if used := inUse(&was, &o); len(used) > 0 {
		return OutlineReport{}, &InUseError{used}
	}
	e := audit.Event{Actor: by, Act: "outline.save", Object: "outline:" + string(o.Bank), Before: Differ(&o, &was.Outline), After: Differ(&was.Outline, &o)}
	err = audit.Do(ctx, d.Audit, e, func() error {
		o, err = d.Store.ReplaceOutline(ctx, o)
		return err
	})
	if err != nil {
		return OutlineReport{}, err
	}
	return d.outlined(ctx, o)
}

// inUse lists the points that items belong to and that the next outline does
// not have.
func inUse(was *OutlineReport, next *bank.Outline) []PointItems {
	kept := map[bank.PointCode]bool{}
	for _, p := range next.Points() {
		kept[p.Code] = true
	}
	var out []PointItems
	for _, p := range was.Outline.Points() {
		if n := was.Items[p.Code]; n > 0 && !kept[p.Code] {
			out = append(out, PointItems{p.Code, n})
		}
	}
	return out
}

// OutlineChange is a range or point in one outline that another has not, or
// has otherwise.
type OutlineChange struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Added bool   `json:"added,omitempty"` // else changed
}

// Differ lists what is in an outline and not so in the one before it.
func Differ(before, after *bank.Outline) []OutlineChange {
	was := map[string]string{}
	each(before.Ranges, func(code, _, all string) { was[code] = all })
	var out []OutlineChange
	each(after.Ranges, func(code, title, all string) {
		if old, ok := was[code]; !ok || old != all {
			out = append(out, OutlineChange{code, title, !ok})
		}
	})
	return out
}

func each(rs []bank.Range, visit func(code, title, all string)) {
	for _, r := range rs {
		visit(string(r.Code), r.Title, fmt.Sprint(r.Title, r.Weight))
		for _, p := range r.Points {
			visit(string(p.Code), p.Title, fmt.Sprint(p.Title, p.Importance, p.Retired))
		}
		each(r.Children, visit)
	}
}

// How much an outline may hold.
const (
	maxRanges = 2000
	maxPoints = 10_000
	maxTitle  = 200
)

var (
	rangeForm = regexp.MustCompile(`^[A-Z](-[A-Z]){0,2}$`)
	pointForm = regexp.MustCompile(`^[A-Z](-[A-Z]){2}-\d{3}$`)
)

// cleanOutline refuses what is no outline at all. The pointer of its error is
// the code, since that is what an editor sees.
func cleanOutline(o *bank.Outline) error {
	o.Title = strings.TrimSpace(o.Title)
	if n := utf8.RuneCountInString(o.Title); n > maxTitle {
		return &FieldError{"/title", "maxLength"}
	}
	seen := map[string]bool{}
	ranges, points := 0, 0
	once := func(code string, ok bool) error {
		switch {
		case !ok:
			return &FieldError{"/ranges/" + code, "outline-code"}
		case seen[code]:
			return &FieldError{"/ranges/" + code, "duplicate"}
		}
		seen[code] = true
		return nil
	}
	var walk func(rs []bank.Range, parent bank.RangeCode) error
	walk = func(rs []bank.Range, parent bank.RangeCode) error {
		for i := range rs {
			r := &rs[i]
			ranges++
			below := parent == "" && len(r.Code) == 1 || strings.HasPrefix(string(r.Code), string(parent)+"-") && len(r.Code) == len(parent)+2
			if err := once(string(r.Code), below && rangeForm.MatchString(string(r.Code))); err != nil {
				return err
			}
			r.Title = strings.TrimSpace(r.Title)
			if r.Title == "" || utf8.RuneCountInString(r.Title) > maxTitle {
				return &FieldError{"/ranges/" + string(r.Code) + "/title", "length-1-200"}
			}
			r.Weight = max(r.Weight, -1)
			if r.Weight > 1000 {
				return &FieldError{"/ranges/" + string(r.Code) + "/weight", "maximum"}
			}
			for j := range r.Points {
				points++
				if err := cleanPoint(&r.Points[j], r.Code, once); err != nil {
					return err
				}
			}
			if err := walk(r.Children, r.Code); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(o.Ranges, ""); err != nil {
		return err
	}
	if ranges > maxRanges || points > maxPoints {
		return &FieldError{"/ranges", "maxItems"}
	}
	return nil
}

func cleanPoint(p *bank.Point, in bank.RangeCode, once func(string, bool) error) error {
	if err := once(string(p.Code), pointForm.MatchString(string(p.Code)) && p.Code.Range() == in); err != nil {
		return err
	}
	p.Title = strings.TrimSpace(p.Title)
	if p.Title == "" || utf8.RuneCountInString(p.Title) > maxTitle {
		return &FieldError{"/ranges/" + string(p.Code) + "/title", "length-1-200"}
	}
	if p.Importance != bank.Core && p.Importance != bank.General && p.Importance != bank.Auxiliary {
		return &FieldError{"/ranges/" + string(p.Code) + "/importance", "enum"}
	}
	return nil
}

// Arrival is an outline that was read from a file, held against the one there
// is. Nothing is stored by it.
type Arrival struct {
	Outline bank.Outline // with the version that it would replace
	Changes []OutlineChange
	Gone    []OutlineChange // of the outline there is, not in the file
	InUse   []PointItems    // of these, the points that items belong to: they stand in the way
	Faults  []bank.OutlineFault
}

// Arrive holds an outline from a file against the stored one. A point that is
// retired stays so: files do not say.
func (d *Desk) Arrive(ctx context.Context, by string, o bank.Outline) (Arrival, error) {
	was, err := d.Outline(ctx, by, o.Bank)
	if err != nil {
		return Arrival{}, err
	}
	if o.Title == "" {
		o.Title = was.Outline.Title
	}
	o.Version = was.Outline.Version
	retired := map[bank.PointCode]bool{}
	for _, p := range was.Outline.Points() {
		retired[p.Code] = p.Retired
	}
	var walk func([]bank.Range)
	walk = func(rs []bank.Range) {
		for i := range rs {
			for j := range rs[i].Points {
				rs[i].Points[j].Retired = retired[rs[i].Points[j].Code]
			}
			walk(rs[i].Children)
		}
	}
	walk(o.Ranges)
	if err := cleanOutline(&o); err != nil {
		return Arrival{}, err
	}
	out := Arrival{Outline: o, Changes: Differ(&was.Outline, &o), InUse: inUse(&was, &o), Faults: o.Check()}
	for _, c := range Differ(&o, &was.Outline) {
		if c.Added {
			c.Added = false
			out.Gone = append(out.Gone, c)
		}
	}
	return out, nil
}

package itemstat

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Store keeps reports, by sitting and by item. It is safe for concurrent use.
type Store interface {
	// SaveReport replaces the report of a sitting with all its records.
	SaveReport(ctx context.Context, r Report) error
	// Report returns the report of a sitting, or ErrNotFound where there is none
	// or one that was not kept whole.
	Report(ctx context.Context, id sitting.ID) (Report, error)
	// RecordsOf returns the records of items at all sittings.
	RecordsOf(ctx context.Context, items []bank.ItemID) ([]Record, error)
	// Limits returns those that a bank has of its own, or ErrNotFound.
	Limits(ctx context.Context, id bank.ID) (stats.Limits, error)
	SaveLimits(ctx context.Context, id bank.ID, l stats.Limits) error
}

// Outcomes composes who sat and what counts of it; result.Registrar does.
type Outcomes interface {
	Compose(ctx context.Context, id sitting.ID) (result.All, error)
}

// Scripts knows papers with what was answered on them.
type Scripts interface {
	ScriptsOf(ctx context.Context, recs []attempt.Record) (map[string]result.Script, error)
}

// Journal knows when what was answered.
type Journal interface {
	Operations(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error)
}

// Bank knows revisions and shows figures in its lists.
type Bank interface {
	Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	Rows(ctx context.Context, id bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error)
	SetFigures(ctx context.Context, id bank.ID, all map[bank.ItemID]bank.ItemFigures) error
}

// Accounts knows the staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with. All of it is required.
type Deps struct {
	Store    Store
	Outcomes Outcomes
	Scripts  Scripts
	Journal  Journal
	Bank     Bank
	Accounts Accounts
	Audit    audit.Recorder
	Clock    Clock
}

// Desk is where statistics are computed and read. It is safe for concurrent
// use, also by several copies of the program.
type Desk struct{ in Deps }

// NewDesk returns a desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

// batch is how many people's papers are held at once.
const batch = 100

func (d *Desk) mayRead(ctx context.Context, who people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, who, ErrForbidden, append(also, people.Editor, people.Administrator)...)
}

// Report returns the statistics of a sitting that is over, computed now unless
// they were computed from the same results before, with the limits that they
// are judged by.
func (d *Desk) Report(ctx context.Context, by people.AccountID, id sitting.ID) (Report, stats.Limits, error) {
	if err := d.mayRead(ctx, by, people.Reviewer, people.Auditor); err != nil {
		return Report{}, stats.Limits{}, err
	}
	r, err := d.Compute(ctx, id)
	if err != nil {
		return Report{}, stats.Limits{}, err
	}
	limits, err := d.limits(ctx, r.Bank)
	return r, limits, err
}

// Compute makes the statistics of a sitting and keeps them, unless they are
// there. The program calls it when results are released.
func (d *Desk) Compute(ctx context.Context, id sitting.ID) (Report, error) {
	all, err := d.in.Outcomes.Compose(ctx, id)
	if err != nil {
		return Report{}, fmt.Errorf("item statistics: %w", err)
	}
	if s := all.Sitting.State; s != sitting.Closed && s != sitting.Released {
		return Report{}, fmt.Errorf("item statistics of a sitting that is %s: %w", s, ErrState)
	}
	out := Report{Sitting: id, Title: all.Sitting.Title, Bank: all.Sitting.Blueprint.Bank}
	counted := out.counted(&all)
	out.Basis = basis(counted)
	old, err := d.in.Store.Report(ctx, id)
	switch {
	case err == nil && old.Basis == out.Basis:
		return old, nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return Report{}, err
	}
	if err := d.compute(ctx, &out, &all, counted); err != nil {
		return Report{}, fmt.Errorf("item statistics: %w", err)
	}
	if err := d.in.Store.SaveReport(ctx, out); err != nil {
		return Report{}, err
	}
	// Also items that no longer have a record of this sitting.
	return out, d.show(ctx, out.Bank, append(items(old.Items), items(out.Items)...))
}

func items(all []Record) []bank.ItemID {
	out := make([]bank.ItemID, len(all))
	for i, r := range all {
		out[i] = r.Item.Ref.Item
	}
	return out
}

// counted are those whose theory result is complete and honest.
func (r *Report) counted(all *result.All) []*result.Composed {
	var out []*result.Composed
	for i := range all.Candidates {
		c := &all.Candidates[i]
		switch {
		case c.Theory == nil:
		case slices.ContainsFunc(c.Outcome.Components, func(p result.Component) bool { return p.Kind == standard.Theory && p.State == result.Cheated }):
			r.Misconduct++
		case !c.Theory.Complete:
			r.Incomplete++
		default:
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *result.Composed) int { return cmp.Compare(a.Theory.Attempt, b.Theory.Attempt) })
	return out
}

// formula names the computation: another one makes every kept report stale.
const formula = "gongyuan item statistics 1"

// basis is a digest of which versions of which results are counted.
func basis(all []*result.Composed) string {
	var b strings.Builder
	b.WriteString(formula + "\n")
	for _, c := range all {
		fmt.Fprintf(&b, "%s:%d:%d\n", c.Theory.Attempt, c.Theory.Round, c.Theory.Version)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

func (d *Desk) compute(ctx context.Context, out *Report, all *result.All, counted []*result.Composed) error {
	g := &gathered{at: map[bank.Ref]int{}, others: map[bank.Ref]bank.Revision{}}
	for chunk := range slices.Chunk(counted, batch) {
		if err := d.gather(ctx, g, chunk); err != nil {
			return err
		}
	}
	for _, c := range counted {
		if c.Theory.Passed {
			out.Passed++
		}
		out.Pass = max(out.Pass, c.Theory.Pass)
	}
	a := stats.Analyse(&g.matrix)
	usual := stats.Usual(g.matrix.Items, a.Items)
	out.Paper, out.At = a.Paper, d.in.Clock.Now().UTC().Truncate(time.Millisecond)
	for i, item := range g.matrix.Items {
		out.Items = append(out.Items, Record{
			Sitting: out.Sitting, Title: out.Title, On: all.Sitting.Opens, Basis: out.Basis, Item: item, Sums: a.Items[i], Usual: usual[item.Type],
		})
	}
	slices.SortFunc(out.Items, func(a, b Record) int { return byRef(a.Item.Ref, b.Item.Ref) })
	return nil
}

func (d *Desk) gather(ctx context.Context, g *gathered, chunk []*result.Composed) error {
	recs := make([]attempt.Record, len(chunk))
	ids := make([]attempt.AttemptID, len(chunk))
	for i, c := range chunk {
		recs[i], ids[i] = c.Attempt, c.Attempt.ID
	}
	scripts, err := d.in.Scripts.ScriptsOf(ctx, recs)
	if err != nil {
		return err
	}
	if err := d.bring(ctx, g, chunk, scripts); err != nil {
		return err
	}
	ops, err := d.in.Journal.Operations(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range chunk {
		script, ok := scripts[c.Theory.Attempt]
		if !ok {
			return fmt.Errorf("attempt %s: %w", c.Theory.Attempt, attempt.ErrNotSubmitted)
		}
		if err := g.add(c.Theory, &script, seconds(ops[c.Attempt.ID], c.Attempt.Started)); err != nil {
			return fmt.Errorf("attempt %s: %w", c.Theory.Attempt, err)
		}
	}
	return nil
}

// bring reads the revisions whose keys regrades brought in.
func (d *Desk) bring(ctx context.Context, g *gathered, chunk []*result.Composed, scripts map[string]result.Script) error {
	wanted := map[bank.Ref]bool{}
	for _, c := range chunk {
		item := map[int]bank.ItemID{}
		for _, place := range scripts[c.Theory.Attempt].Paper.Slots {
			item[place.Number] = place.Ref.Item
		}
		for _, a := range c.Theory.Amended {
			ref := bank.Ref{Item: item[a.Slot], Revision: a.Revision}
			if _, ok := g.others[ref]; !ok && a.Remedy.KeyFrom() && ref.Item != "" {
				wanted[ref] = true
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	found, err := d.in.Bank.Revisions(ctx, slices.Collect(maps.Keys(wanted)))
	maps.Copy(g.others, found)
	return err
}

// show brings the figures in the bank's lists up to date.
func (d *Desk) show(ctx context.Context, id bank.ID, touched []bank.ItemID) error {
	slices.Sort(touched)
	touched = slices.Compact(touched)
	limits, err := d.limits(ctx, id)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(touched, 500) {
		records, err := d.in.Store.RecordsOf(ctx, chunk)
		if err != nil {
			return err
		}
		by := map[bank.ItemID][]Record{}
		for _, r := range records {
			by[r.Item.Ref.Item] = append(by[r.Item.Ref.Item], r)
		}
		shown := map[bank.ItemID]bank.ItemFigures{}
		for _, item := range chunk {
			shown[item] = figures(totals(by[item], &limits))
		}
		if err := d.in.Bank.SetFigures(ctx, id, shown); err != nil {
			return err
		}
	}
	return nil
}

// Of returns what an item did at all sittings that were analysed, by revision
// and part, the newest revision first.
func (d *Desk) Of(ctx context.Context, by people.AccountID, id bank.ID, item bank.ItemID) ([]Total, stats.Limits, error) {
	if err := d.mayRead(ctx, by, people.Reviewer, people.Auditor); err != nil {
		return nil, stats.Limits{}, err
	}
	if err := errors.Join(people.WithinBank(ctx, id), people.WithinBank(ctx, item.Bank())); err != nil {
		return nil, stats.Limits{}, err
	}
	limits, err := d.limits(ctx, id)
	if err != nil {
		return nil, limits, err
	}
	records, err := d.in.Store.RecordsOf(ctx, []bank.ItemID{item})
	return totals(records, &limits), limits, err
}

// limits are those of a bank, or the default ones.
func (d *Desk) limits(ctx context.Context, id bank.ID) (stats.Limits, error) {
	l, err := d.in.Store.Limits(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return stats.DefaultLimits(), nil
	}
	return l, err
}

// Limits returns what the items of a bank are judged by.
func (d *Desk) Limits(ctx context.Context, by people.AccountID, id bank.ID) (stats.Limits, error) {
	if err := d.mayRead(ctx, by, people.Reviewer, people.Auditor); err != nil {
		return stats.Limits{}, err
	}
	if err := people.WithinBank(ctx, id); err != nil {
		return stats.Limits{}, err
	}
	return d.limits(ctx, id)
}

// SaveLimits changes what the items of a bank are judged by, also in its lists.
func (d *Desk) SaveLimits(ctx context.Context, by people.AccountID, id bank.ID, l stats.Limits) error {
	if err := d.mayRead(ctx, by); err != nil {
		return err
	}
	if err := people.WithinBank(ctx, id); err != nil {
		return err
	}
	if field, ok := l.Valid(); !ok {
		return &FieldError{"/" + field, "out-of-range"}
	}
	was, err := d.limits(ctx, id)
	if err != nil {
		return err
	}
	event := audit.Event{Actor: string(by), Act: "bank.limits", Object: "bank:" + string(id), Before: was, After: l}
	err = audit.Do(ctx, d.in.Audit, event, func() error { return d.in.Store.SaveLimits(ctx, id, l) })
	if err != nil {
		return err
	}
	rows, err := d.in.Bank.Rows(ctx, id, func(r *bank.ItemRow) bool { return r.Figures.People > 0 })
	if err != nil {
		return err
	}
	known := make([]bank.ItemID, len(rows))
	for i, r := range rows {
		known[i] = r.ID
	}
	return d.show(ctx, id, known)
}

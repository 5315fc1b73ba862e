package editorial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
)

// nearPercent is from where on two stems are called near.
const nearPercent = 70

// Warn says what is odd about a content, saved or not.
func (d *Desk) Warn(ctx context.Context, id bank.ID, code string, content bank.Revision) ([]bank.Warning, error) {
	laws, err := d.Store.Laws(ctx, id)
	if err != nil {
		return nil, err
	}
	out := bank.Warnings(code, &content, laws)
	near, err := d.Store.Near(ctx, id, bank.NewItemID(id, code), content.Stem, nearPercent, 5)
	if err != nil || len(near) == 0 {
		return out, err
	}
	for _, n := range near {
		row, err := d.Store.Item(ctx, n.Item)
		if errors.Is(err, bank.ErrNotFound) || err == nil && row.Status == bank.Retired {
			continue
		}
		if err != nil {
			return nil, err
		}
		kind := bank.NearDuplicate
		if row.Revision > 0 {
			other, err := d.revision(ctx, n.Item, row.Revision)
			if err != nil {
				return nil, err
			}
			if keyWords(&other.Question) != keyWords(&content.Question) {
				kind = bank.NearOtherKey
			}
		}
		out = append(out, bank.Warning{Kind: kind, Values: []string{row.Code, fmt.Sprint(n.Similarity)}})
	}
	return out, nil
}

// Compared is two states of an item and what differs between them.
type Compared struct {
	bank.RevisionDiff
	Row           bank.ItemRow
	Before, After bank.Revision
}

// Compare compares two revisions of an item; 0 is the draft. A before of -1 is
// the published revision, or nothing where there is none; an after of -1 is the
// newest revision, or the draft where there is none.
func (d *Desk) Compare(ctx context.Context, item bank.ItemID, before, after int) (Compared, error) {
	row, err := d.Store.Item(ctx, item)
	if err != nil {
		return Compared{}, err
	}
	out := Compared{Row: row}
	if before == -1 {
		before = row.Published
		if before == 0 {
			before = -1
		}
	}
	if after == -1 {
		after = row.Revision
	}
	for _, side := range []struct {
		number int
		to     *bank.Revision
	}{{before, &out.Before}, {after, &out.After}} {
		switch {
		case side.number == 0:
			m, found, err := d.manuscript(ctx, &row)
			if err != nil {
				return out, err
			}
			if !found {
				return out, bank.ErrNotFound
			}
			*side.to = m.Content
		case side.number > 0:
			if *side.to, err = d.revision(ctx, item, side.number); err != nil {
				return out, err
			}
		}
	}
	if before == -1 {
		out.Before.Type = out.After.Type // a new item has changed nothing
		return out, nil
	}
	out.RevisionDiff = bank.Compare(&out.Before, &out.After)
	return out, nil
}

// Queue is what waits for somebody.
type Queue struct {
	Review   []bank.ItemRow // to approve or return; changes of keys first, then by age
	Returned []bank.ItemRow // theirs, to mend
	Publish  []bank.ItemRow // approved, to be published
	Doubted  []bank.ItemRow // something about them is suspicious; for anybody, the oldest doubt first
}

// Queue lists what waits for somebody in all banks.
func (d *Desk) Queue(ctx context.Context, by string) (Queue, error) {
	banks, err := d.Store.Banks(ctx)
	if err != nil {
		return Queue{}, err
	}
	var out Queue
	for _, b := range banks {
		rows, err := d.Store.Rows(ctx, b.ID, func(r *bank.ItemRow) bool {
			return (r.Work.Stage != bank.StageIdle || !r.Work.Doubted.IsZero()) && r.Status != bank.Retired
		})
		if err != nil {
			return Queue{}, err
		}
		for _, r := range rows {
			mine := slices.Contains(r.Work.Authors, by)
			if !r.Work.Doubted.IsZero() {
				out.Doubted = append(out.Doubted, r)
			}
			switch {
			case r.Work.Stage == bank.StageReview && !mine && (r.Work.Assigned == "" || r.Work.Assigned == by):
				out.Review = append(out.Review, r)
			case r.Work.Stage == bank.StageReturned && mine:
				out.Returned = append(out.Returned, r)
			case r.Work.Stage == bank.StagePassed:
				out.Publish = append(out.Publish, r)
			}
		}
	}
	for _, list := range [][]bank.ItemRow{out.Review, out.Returned, out.Publish} {
		slices.SortFunc(list, func(a, b bank.ItemRow) int {
			if a.Work.AltersKey != b.Work.AltersKey {
				if a.Work.AltersKey {
					return -1
				}
				return 1
			}
			if c := a.Work.Submitted.Compare(b.Work.Submitted); c != 0 {
				return c
			}
			return strings.Compare(string(a.ID), string(b.ID))
		})
	}
	slices.SortFunc(out.Doubted, func(a, b bank.ItemRow) int {
		return cmp.Or(a.Work.Doubted.Compare(b.Work.Doubted), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out, nil
}

// checks holds what was found about whole banks; looking at 20,000 items takes
// seconds, so it is done again only after a while and when asked.
type checks struct {
	mu sync.Mutex
	of map[bank.ID]*heldCheck
}

type heldCheck struct {
	mu    sync.Mutex
	at    time.Time
	found bank.BankCheck
}

const (
	// checkAge is how long what was found about a bank is shown.
	checkAge = 5 * time.Minute
	// mostChecks bounds the memory; beyond it the memory starts anew.
	mostChecks = 100
)

// held is what is known of a bank, to be filled.
func (c *checks) held(id bank.ID) *heldCheck {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[id] == nil {
		if len(c.of) >= mostChecks {
			clear(c.of)
		}
		c.of[id] = &heldCheck{}
	}
	return c.of[id]
}

// drop makes the next look at a bank a new one.
func (c *checks) drop(id bank.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, id)
}

// Check looks at a whole bank: every item that is not retired by itself and
// beside the others, the letters of the keys, the points. It says when it
// looked; again looks now.
func (d *Desk) Check(ctx context.Context, id bank.ID, again bool) (bank.BankCheck, time.Time, error) {
	// What was found for somebody else is shown without asking the store.
	if err := people.WithinBank(ctx, id); err != nil {
		return bank.BankCheck{}, time.Time{}, err
	}
	held := d.checks.held(id)
	held.mu.Lock()
	defer held.mu.Unlock()
	if now := d.Clock.Now(); again || now.Sub(held.at) > checkAge {
		found, err := d.check(ctx, id)
		if err != nil || found.Items == 0 { // whatever name was asked for
			d.checks.drop(id)
		}
		if err != nil {
			return bank.BankCheck{}, time.Time{}, err
		}
		held.found, held.at = found, now
	}
	return held.found, held.at, nil
}

func (d *Desk) check(ctx context.Context, id bank.ID) (bank.BankCheck, error) {
	laws, err := d.Store.Laws(ctx, id)
	if err != nil {
		return bank.BankCheck{}, err
	}
	all, err := d.Store.Newest(ctx, id)
	if err != nil {
		return bank.BankCheck{}, err
	}
	retired := map[bank.ItemID]bool{}
	rows, err := d.Store.Rows(ctx, id, func(r *bank.ItemRow) bool { return r.Status == bank.Retired })
	if err != nil {
		return bank.BankCheck{}, err
	}
	for _, r := range rows {
		retired[r.ID] = true
	}
	all = slices.DeleteFunc(all, func(r bank.Revision) bool { return retired[r.Item] })
	out := bank.BankCheck{Items: len(all), Counts: map[bank.WarningKind]int{}, Keys: bank.Spread(all)}
	near, keys, perPoint := bank.NewNearIndex(), map[bank.ItemID]string{}, map[bank.PointCode]int{}
	for i := range all {
		near.Put(all[i].Item, all[i].Stem)
		keys[all[i].Item] = keyWords(&all[i].Question)
		perPoint[all[i].Point]++
	}
	for i := range all {
		r := &all[i]
		code := strings.TrimPrefix(string(r.Item), string(id)+"/")
		found := bank.Warnings(code, r, laws)
		for _, n := range near.Find(r.Item, r.Stem, nearPercent, 5) {
			kind := bank.NearDuplicate
			if keys[n.Item] != keys[r.Item] {
				kind = bank.NearOtherKey
			}
			found = append(found, bank.Warning{Kind: kind, Values: []string{strings.TrimPrefix(string(n.Item), string(id)+"/"), fmt.Sprint(n.Similarity)}})
		}
		if len(found) == 0 {
			continue
		}
		counted := map[bank.WarningKind]bool{}
		for _, w := range found {
			if !counted[w.Kind] {
				counted[w.Kind] = true
				out.Counts[w.Kind]++
			}
		}
		out.Found = append(out.Found, bank.ItemWarnings{Item: r.Item, Code: code, Stem: bank.Plain(r.Stem), Warnings: found})
	}
	slices.SortStableFunc(out.Found, func(a, b bank.ItemWarnings) int { return worst(a) - worst(b) })
	outline, err := d.Store.Outline(ctx, id)
	if errors.Is(err, bank.ErrNotFound) {
		return out, nil
	}
	out.Thin = bank.Thin(&outline, perPoint)
	return out, err
}

// worst is 0 for an item with a fault, 1 for other keys beside near stems, 2
// for the rest.
func worst(i bank.ItemWarnings) int {
	out := 2
	for _, w := range i.Warnings {
		switch {
		case w.Kind.Fault():
			return 0
		case w.Kind == bank.NearOtherKey:
			out = 1
		}
	}
	return out
}

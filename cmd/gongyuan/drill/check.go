package drill

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gongyuan/api/contract"
)

// check holds what the server kept against what it had acknowledged. It also
// looks at those who did not finish: what was acknowledged to them counts.
func (r *run) check(ctx context.Context) error {
	if err := r.once(ctx); err != nil {
		return err
	}
	until := time.Now().Add(r.tune.patience + time.Duration(len(r.candidates))*100*time.Millisecond)
	r.each(func(c *candidate) {
		if c.ledger.epoch == 0 {
			return // never entered, so nothing was acknowledged
		}
		detail, err := r.office.result(ctx, c.attempt, time.Until(until))
		if err != nil {
			r.meter.unfinished(fmt.Errorf("check: %w", err))
			return
		}
		c.check(detail)
		r.meter.count(func(t *Tally) { t.Checked++ })
	})
	return ctx.Err()
}

// once checks that the list of results names every attempt once.
func (r *run) once(ctx context.Context) error {
	var rows []contract.ResultRow
	if err := r.office.ask(ctx, call{action: actCheck, method: http.MethodGet, path: r.office.path("results")}, &rows); err != nil {
		return err
	}
	times := map[string]int{}
	for _, row := range rows {
		times[row.Attempt]++
	}
	for _, c := range r.candidates {
		if n := times[c.attempt]; c.receipt != nil && n != 1 {
			c.find(Doubled, 0, "1 result", fmt.Sprintf("%d results", n))
		}
	}
	return nil
}

// check compares one attempt, slot by slot, and the receipt.
func (c *candidate) check(detail contract.ResultDetail) {
	kept := make(map[int]string, len(detail.Slots))
	for _, s := range detail.Slots {
		kept[s.Slot.Number] = canonical(s.Response)
	}
	c.found(c.ledger.compare(kept))
	if c.receipt != nil {
		c.keep(*detail.Receipt)
	}
}

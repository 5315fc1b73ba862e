package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"gongyuan/api/contract"
)

// submit hands in, in parallel where a fault says so.
func (c *candidate) submit(ctx context.Context) error {
	times := 1
	if c.strikes(c.tune.odds.parallel) {
		c.meter.fault(faultParallel)
		times = 3
	}
	cut := c.strikes(c.tune.odds.cut)
	for {
		var receipts []contract.Receipt
		err := c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
			var err error
			receipts, err = c.handIn(ctx, times, c.takeCut(&cut))
			return err
		})
		if err == nil {
			c.keep(receipts...)
			return nil
		}
		if !refusedAs(err, "taken-over", "seq-gap") {
			return err
		}
		c.forgotten(err, c.ledger.durable)
		if err := c.enter(ctx, true); err != nil {
			return err
		}
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
}

// handIn submits so many times at once. It fails only where none succeeded.
func (c *candidate) handIn(ctx context.Context, times int, cut time.Duration) ([]contract.Receipt, error) {
	receipts, errs := make([]contract.Receipt, times), make([]error, times)
	var wg sync.WaitGroup
	for i := range times {
		in := call{
			action: actSubmit, method: http.MethodPost, path: c.path("submit"), cut: cut,
			body: contract.SubmitRequest{Epoch: c.ledger.epoch, LastSeq: c.ledger.last},
		}
		wg.Go(func() { _, errs[i] = c.session.call(ctx, in, &receipts[i]) })
	}
	wg.Wait()
	var out []contract.Receipt
	for i, err := range errs {
		if err == nil {
			out = append(out, receipts[i])
		}
	}
	if len(out) == 0 {
		return nil, errs[0]
	}
	return out, nil
}

// keep holds each receipt against the first.
func (c *candidate) keep(receipts ...contract.Receipt) {
	for i := range receipts {
		if c.receipt == nil {
			c.receipt = &receipts[i]
			continue
		}
		if want, got := receiptText(c.receipt), receiptText(&receipts[i]); got != want {
			c.find(Doubled, 0, want, got)
		}
	}
}

// receiptText is what must never change of a receipt. How many late operations
// were kept apart, and whether results are out, may.
func receiptText(r *contract.Receipt) string {
	return fmt.Sprintf("%s %s %s %d/%d %s", r.Attempt, r.SubmittedAt.UTC().Format(time.RFC3339Nano), r.Manner, r.Answered, r.Total, r.Code)
}

// afterwards checks that the end is the end: the same receipt to who asks or
// hands in again, and no more writing.
func (c *candidate) afterwards(ctx context.Context) error {
	if n := c.ledger.answered(); c.receipt.Answered != n {
		c.find(Lost, 0, fmt.Sprintf("%d answered", n), fmt.Sprintf("receipt says %d", c.receipt.Answered))
	}
	err := c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		again, err := c.handIn(ctx, 1, 0)
		if err == nil {
			c.keep(again...)
		}
		return err
	})
	if err != nil {
		return err
	}
	var shown contract.Receipt
	err = c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		_, err := c.session.call(ctx, call{action: actReceipt, method: http.MethodGet, path: c.path("receipt")}, &shown)
		return err
	})
	if err != nil {
		return err
	}
	c.keep(shown)
	refused, err := c.trespass(ctx, c.ledger.epoch, c.ledger.last+1, "attempt-closed", "after-deadline", "taken-over")
	switch {
	case err != nil:
		return err
	case refused:
		c.meter.count(func(t *Tally) { t.Late++ })
	default:
		c.find(WrittenAfterEnd, 0, "refused", fmt.Sprintf("sequence %d accepted", c.ledger.last+1))
	}
	return nil
}

// causeOf says in a few words why a candidate did not finish, the same words
// for the same cause.
func causeOf(err error) string {
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r.Error()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "interrupted"
	case kindOf(err) == "timeout":
		return "timeout"
	}
	var n interface{ Timeout() bool }
	if errors.As(err, &n) {
		return "network"
	}
	return err.Error()
}

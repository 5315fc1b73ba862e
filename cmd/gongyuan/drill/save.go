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

// save sends what is pending. What fails in passing is sent again later, while
// the candidate goes on.
func (c *candidate) save(ctx context.Context) error {
	switch {
	case c.strikes(c.tune.odds.reload):
		c.meter.fault(faultReload)
		if err := c.enter(ctx, true); err != nil {
			return err
		}
	case c.strikes(c.tune.odds.takeOver):
		if err := c.takeOver(ctx); err != nil {
			return err
		}
	}
	c.dirty = time.Time{}
	for len(c.ledger.pending) > 0 {
		wait, err := c.send(ctx)
		if err != nil {
			return err
		}
		if wait > 0 {
			c.again = time.Now().Add(wait)
			return nil
		}
	}
	c.again = time.Time{}
	return nil
}

// flush saves until nothing is pending, or fails.
func (c *candidate) flush(ctx context.Context) error {
	until := time.Now().Add(c.tune.patience)
	for len(c.ledger.pending) > 0 {
		wait, err := c.send(ctx)
		if err == nil {
			err = sleep(ctx, wait)
		}
		if err != nil {
			return err
		}
		if time.Now().After(until) {
			return errors.New("save: not durable in time")
		}
	}
	return nil
}

// outcome is what came of one request to save.
type outcome struct {
	saved    contract.Saved
	err      error
	provoked bool // came too early on purpose: a gap is no surprise
}

// send delivers one batch and returns how long to wait before the next.
func (c *candidate) send(ctx context.Context) (time.Duration, error) {
	ops := c.ledger.batch()
	before, early := c.ledger.durable, false
	outcomes := c.deliver(ctx, ops)
	for _, o := range outcomes {
		if o.err != nil {
			continue
		}
		done, err := c.ledger.acknowledge(o.saved.DurableSeq)
		if err != nil {
			c.meter.fail(actSave, "durable-beyond-sent")
		}
		c.meter.durable(done)
	}
	for _, o := range outcomes {
		if o.provoked && refusedAs(o.err, "seq-gap") && !c.forgotten(o.err, before) {
			early = true
		} else if o.err != nil {
			return c.trouble(ctx, o.err, before)
		}
	}
	c.wait = 0
	if !early && c.ledger.durable < ops[len(ops)-1].Seq {
		return c.tune.askAgain, nil
	}
	return 0, nil
}

// trouble deals with a save that failed: how long to wait, or an error where
// the candidate cannot go on. What was durable is as of when the save was sent.
func (c *candidate) trouble(ctx context.Context, err error, durable int64) (time.Duration, error) {
	if errors.Is(err, errCut) {
		return 0, nil
	}
	if again, after := passing(err); again || refusedAs(err, "seq-gap") && !c.forgotten(err, durable) {
		c.wait = min(max(2*c.wait, c.tune.backoff), c.tune.backoffMax)
		return spread(max(after, c.wait)), ctx.Err()
	}
	if refusedAs(err, "taken-over", "seq-gap", "seq-conflict") {
		return 0, c.enter(ctx, true)
	}
	return 0, err
}

// forgotten tells whether the server asks for operations that it has
// acknowledged, up to durable, and which the page no longer has.
func (c *candidate) forgotten(err error, durable int64) bool {
	var r *refusal
	if !errors.As(err, &r) || r.kind != "seq-gap" || r.expected < 1 || r.expected > durable {
		return false
	}
	c.find(Lost, 0, fmt.Sprintf("epoch %d durable up to %d", c.ledger.epoch, durable), fmt.Sprintf("asked for %d", r.expected))
	return true
}

// deliver sends one batch, once and in order or with a fault.
func (c *candidate) deliver(ctx context.Context, ops []contract.Operation) []outcome {
	odds := &c.tune.odds
	switch {
	case c.strikes(odds.cut):
		order := true
		return c.post(ctx, delivery{ops: ops, cut: c.takeCut(&order)})
	case c.strikes(odds.duplicate):
		c.meter.fault(faultDuplicate)
		return c.post(ctx, delivery{ops: ops}, delivery{ops: ops})
	case len(ops) > 1 && c.strikes(odds.reorder):
		c.meter.fault(faultReorder)
		half := len(ops) / 2
		return c.post(ctx, delivery{ops: ops[half:], early: true}, delivery{ops: ops[:half], after: 2 * time.Millisecond})
	}
	return c.post(ctx, delivery{ops: ops})
}

// delivery is one request to save.
type delivery struct {
	ops   []contract.Operation
	cut   time.Duration
	after time.Duration
	early bool // goes out before what it builds on
}

// post sends all deliveries at once and waits for their outcomes.
func (c *candidate) post(ctx context.Context, all ...delivery) []outcome {
	out := make([]outcome, len(all))
	var wg sync.WaitGroup
	for i, d := range all {
		c.meter.count(func(t *Tally) { t.Sent += int64(len(d.ops)) })
		in := call{
			action: actSave, method: http.MethodPost, path: c.path("ops"), cut: d.cut,
			body: contract.SaveRequest{Epoch: c.ledger.epoch, Ops: d.ops},
		}
		if d.early {
			in.expects = []string{"seq-gap"}
		}
		wg.Go(func() {
			out[i].provoked = d.early
			if out[i].err = sleep(ctx, d.after); out[i].err == nil {
				_, out[i].err = c.session.call(ctx, in, &out[i].saved)
			}
		})
	}
	wg.Wait()
	return out
}

// takeOver goes on at another computer, which has nothing of what the first
// had not saved, and then tries to write from the first.
func (c *candidate) takeOver(ctx context.Context) error {
	c.meter.fault(faultTakeOver)
	epoch, seq := c.ledger.epoch, c.ledger.sent+1
	left := int64(len(c.ledger.pending))
	c.meter.count(func(t *Tally) { t.Left += left })
	c.device++
	if err := c.enter(ctx, false); err != nil {
		return err
	}
	refused, err := c.trespass(ctx, epoch, seq, "taken-over")
	if err != nil {
		return err
	}
	if refused {
		c.meter.count(func(t *Tally) { t.Stale++ })
	} else {
		c.find(WrittenAfterTaken, 0, "refused", fmt.Sprintf("epoch %d sequence %d accepted", epoch, seq))
	}
	return nil
}

// trespass writes where nothing may be written any more, and tells whether
// that was refused with one of the kinds.
func (c *candidate) trespass(ctx context.Context, epoch, seq int64, kinds ...string) (bool, error) {
	p := &c.writer.places[0]
	err := c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		_, err := c.session.call(ctx, call{
			action: actSave, method: http.MethodPost, path: c.path("ops"), expects: kinds,
			body: contract.SaveRequest{Epoch: epoch, Ops: []contract.Operation{{
				Seq: seq, Slot: p.number, Response: p.response(c.rng), ClientMs: time.Now().UnixMilli(),
			}}},
		}, nil)
		return err
	})
	if refusedAs(err, kinds...) {
		return true, nil
	}
	return false, err
}

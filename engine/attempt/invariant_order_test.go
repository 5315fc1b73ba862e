package attempt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// message is what a page sends: operations from … to of an epoch, or, with
// epoch 0, the entry of another page.
type message struct{ epoch, from, to int }

// reference is the ledger of one attempt in a few lines: what each message must
// be answered, and what counts in the end.
type reference struct {
	epoch, applied int
	counts         []attempt.Operation
}

// deliver returns how the service must answer.
func (r *reference) deliver(m message, operation func(epoch, seq int) attempt.Operation) error {
	switch {
	case m.epoch == 0:
		r.epoch, r.applied = r.epoch+1, 0
		return nil
	case m.epoch > r.epoch:
		return attempt.ErrInvalid // no page of ours has it
	case m.epoch < r.epoch:
		return attempt.ErrTakenOver
	case m.from > r.applied+1:
		return attempt.ErrGap
	}
	for ; r.applied < m.to; r.applied++ {
		r.counts = append(r.counts, operation(m.epoch, r.applied+1))
	}
	return nil
}

// delivery is one attempt to which messages come in any order.
type delivery struct {
	w     *world
	id    attempt.AttemptID
	model reference
	// operation is what a page wrote. Its content follows from its place.
	operation func(epoch, seq int) attempt.Operation
}

// take hands one message to the service and compares the answer.
func (d *delivery) take(ctx context.Context, m message) error {
	want := d.model.deliver(m, d.operation)
	var got error
	var saved attempt.Saved
	if m.epoch == 0 {
		var in attempt.Entered
		in, got = d.w.Enter(ctx, enterCommand(d.id, fmt.Sprint("desk ", d.model.epoch)))
		if got == nil && in.Epoch != d.model.epoch {
			return fmt.Errorf("entered as epoch %d, want %d", in.Epoch, d.model.epoch)
		}
	} else {
		cmd := attempt.SaveCommand{Attempt: d.id, Candidate: enginetest.Candidate, Epoch: m.epoch}
		for seq := m.from; seq <= m.to; seq++ {
			cmd.Operations = append(cmd.Operations, d.operation(m.epoch, seq))
		}
		saved, got = d.w.Save(ctx, cmd)
	}
	if !errors.Is(got, want) {
		return fmt.Errorf("%+v: got %w, want %w", m, got, want)
	}
	if want == nil && m.epoch > 0 && (saved.AppliedSeq != d.model.applied || saved.DurableSeq != d.model.applied) {
		return fmt.Errorf("%+v: applied %d, durable %d, want %d", m, saved.AppliedSeq, saved.DurableSeq, d.model.applied)
	}
	return nil
}

// finish has the page send again what is missing up to last, submits, and
// compares the submission with the model.
func (d *delivery) finish(ctx context.Context, last int) error {
	if d.model.applied < last {
		if err := d.take(ctx, message{d.model.epoch, d.model.applied + 1, last}); err != nil {
			return err
		}
	}
	sub, err := d.w.Submit(ctx, submitCommand(d.id, d.model.epoch, d.model.applied))
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	want := attempt.Digest(d.id, attempt.Fold(d.model.counts))
	if sub.Digest != want || sub.Operations != len(d.model.counts) {
		return fmt.Errorf("submission of %d operations: %v, want %d: %v",
			sub.Operations, sub.Answers, len(d.model.counts), attempt.Fold(d.model.counts))
	}
	return nil
}

// deliveries returns n attempts that one page has entered.
func deliveries(t *testing.T, w *world, n int, operation func(epoch, seq int) attempt.Operation) []*delivery {
	t.Helper()
	all, sealed := make([]*delivery, n), make([]attempt.Sealed, n)
	for i := range all {
		sealed[i] = enginetest.SealedAttempt(slots)
		all[i] = &delivery{w: w, id: sealed[i].ID, operation: operation}
	}
	check(t, w.Create(t.Context(), sealed))
	return all
}

// everyOrder returns every order of the messages; of two that are equal the
// first stays first, since exchanging them changes nothing.
func everyOrder(all []message) [][]message {
	if len(all) == 0 {
		return [][]message{nil}
	}
	var orders [][]message
	tried := map[message]bool{}
	for i, first := range all {
		if tried[first] {
			continue
		}
		tried[first] = true
		rest := append(append([]message(nil), all[:i]...), all[i+1:]...)
		for _, order := range everyOrder(rest) {
			orders = append(orders, append([]message{first}, order...))
		}
	}
	return orders
}

// TestEveryOrderOfDelivery is invariant I4: six messages, among them
// duplicates, overlapping batches and the entry of a second page, in every
// order. The service answers each as the reference does, and what is handed in
// is what the reference holds.
func TestEveryOrderOfDelivery(t *testing.T) {
	t.Parallel()
	responses := []string{"A", "B", "", "C", "D"}
	operation := func(epoch, seq int) attempt.Operation {
		// Both epochs write to the same slots, and the third operation takes
		// back what another wrote.
		return enginetest.Op(epoch, seq, seq%3+1, responses[(seq-1)%5]+strconv.Itoa(epoch)[:len(responses[(seq-1)%5])])
	}
	cases := map[string][]message{
		"one page":  {{1, 1, 1}, {1, 2, 3}, {1, 2, 3}, {1, 4, 4}, {1, 3, 5}, {1, 1, 1}},
		"two pages": {{1, 1, 2}, {1, 2, 5}, {0, 0, 0}, {2, 1, 3}, {1, 1, 2}},
	}
	if os.Getenv(historiesVariable) != "" { // 360 orders more: half a minute
		cases["two pages at length"] = []message{{1, 1, 2}, {1, 2, 4}, {0, 0, 0}, {2, 1, 2}, {2, 2, 3}, {1, 1, 2}}
	}
	for name, messages := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				orders := everyOrder(messages)
				inParallel(t, deliveries(t, w, len(orders), operation), func(ctx context.Context, n int, d *delivery) error {
					if err := d.take(ctx, message{}); err != nil {
						return err
					}
					for _, m := range orders[n] {
						if err := d.take(ctx, m); err != nil {
							return fmt.Errorf("order %v: %w", orders[n], err)
						}
					}
					last := map[int]int{1: 5, 2: 3}[d.model.epoch]
					if err := d.finish(ctx, last); err != nil {
						return fmt.Errorf("order %v: %w", orders[n], err)
					}
					return nil
				})
				t.Logf("%d orders", len(orders))
			})
		})
	}
}

// inParallel runs fn for each delivery, a few at a time.
func inParallel(t *testing.T, all []*delivery, fn func(ctx context.Context, n int, d *delivery) error) {
	work := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for n := range work {
				if err := fn(t.Context(), n, all[n]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := range all {
		work <- n
	}
	close(work)
	wg.Wait()
}

// historiesVariable makes the tests of histories larger than every run of the
// tests can afford.
const historiesVariable = "GONGYUAN_HISTORIES"

// histories is how many random histories a test plays on each kind of store.
func histories(t *testing.T) int {
	t.Helper()
	text := os.Getenv(historiesVariable)
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	check(t, err)
	return n
}

// randomMessages draws what a network makes of some pages' messages: each page
// sends batches that begin somewhere in what it wrote, later ones overtake
// earlier ones, and some come several times.
func randomMessages(t *rapid.T) []message {
	var all []message
	epoch, written := 1, 0
	for range rapid.IntRange(40, 80).Draw(t, "messages") {
		switch kind := rapid.IntRange(0, 19).Draw(t, "kind"); {
		case kind == 0:
			epoch, written = epoch+1, 0
			all = append(all, message{})
		case kind < 5 && len(all) > 0: // again, or out of order
			all = append(all, rapid.SampledFrom(all).Draw(t, "again"))
			if last := all[len(all)-1]; last.epoch == 0 {
				epoch, written = epoch+1, 0
			}
		default:
			from := rapid.IntRange(max(1, written-4), written+2).Draw(t, "from")
			to := from + rapid.IntRange(0, 5).Draw(t, "more")
			all, written = append(all, message{epoch, from, to}), max(written, to)
		}
	}
	return all
}

// TestLongRandomDelivery is invariant I4 at length: random histories of several
// pages, during which Redis is emptied now and then.
func TestLongRandomDelivery(t *testing.T) {
	t.Parallel()
	operation := func(epoch, seq int) attempt.Operation {
		return enginetest.Op(epoch, seq, (seq*5+epoch)%slots+1, []string{"A", "B", "", "CD"}[(seq+epoch)%4])
	}
	draw := rapid.Custom(randomMessages)
	each(t, func(t *testing.T, w *world) {
		// Redis is emptied between messages, not during one: then each has one
		// right answer. TestHistories empties it at any time.
		var between sync.RWMutex
		all := deliveries(t, w, histories(t), operation)
		inParallel(t, all, func(ctx context.Context, n int, d *delivery) error {
			if err := d.take(ctx, message{}); err != nil {
				return err
			}
			for i, m := range draw.Example(n) {
				if i%20 == n%20 {
					between.Lock()
					w.lose()
					between.Unlock()
				}
				between.RLock()
				err := d.take(ctx, m)
				between.RUnlock()
				if err != nil {
					return fmt.Errorf("history %d, message %d: %w", n, i, err)
				}
			}
			between.RLock()
			defer between.RUnlock()
			if err := d.finish(ctx, d.model.applied+1); err != nil {
				return fmt.Errorf("history %d: %w", n, err)
			}
			return nil
		})
	})
}

package drill

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gongyuan/api/contract"
)

// Limits of one batch, from the contract.
const (
	maxBatch      = 64
	maxBatchBytes = 32 << 10
)

// written is the state of one slot as somebody knows it.
type written struct {
	response string // canonical
	flagged  bool
}

// canonical gives equal text for responses that mean the same: letters in
// order and each once, or texts without the empty ones at the end.
func canonical(r contract.Response) string {
	if r.Choice != nil && len(*r.Choice) > 0 {
		return strings.Join(slices.Compact(slices.Sorted(slices.Values(*r.Choice))), "")
	}
	if r.Text == nil {
		return ""
	}
	texts := slices.Clone(*r.Text)
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	if len(texts) == 0 {
		return ""
	}
	return fmt.Sprintf("%q", texts)
}

// sentOp is a state that went out and was not acknowledged yet.
type sentOp struct {
	seq int64
	written
}

// slotLedger is what one slot may hold at the server: what was acknowledged
// last, or one of the states that went out after it.
type slotLedger struct {
	known written
	maybe []sentOp
}

func (s *slotLedger) allows(got written) bool {
	if got == s.known {
		return true
	}
	return slices.ContainsFunc(s.maybe, func(o sentOp) bool { return o.written == got })
}

// ledger is what a page holds: the operations that are not durable yet, and
// for the final reckoning what the server acknowledged per slot. It belongs to
// one goroutine.
type ledger struct {
	epoch   int64
	last    int64 // sequence given last
	sent    int64 // sequence that went out last
	durable int64
	pending []contract.Operation // durable+1 to last
	slots   map[int]*slotLedger
}

func newLedger() *ledger { return &ledger{slots: map[int]*slotLedger{}} }

func (l *ledger) slot(n int) *slotLedger {
	s := l.slots[n]
	if s == nil {
		s = &slotLedger{}
		l.slots[n] = s
	}
	return s
}

// write notes a new state of a slot.
func (l *ledger) write(slot int, response contract.Response, flagged bool, ms int64) {
	l.last++
	l.pending = append(l.pending, contract.Operation{Seq: l.last, Slot: slot, Response: response, Flagged: flagged, ClientMs: ms})
}

// batch returns the next operations to send, all that fit, and notes that they
// go out.
func (l *ledger) batch() []contract.Operation {
	size, n := 64, 0 // of the envelope
	for _, op := range l.pending[:min(len(l.pending), maxBatch)] {
		raw, _ := json.Marshal(op) // strings and numbers always encode
		if size += len(raw) + 1; size > maxBatchBytes && n > 0 {
			break
		}
		n++
	}
	out := slices.Clone(l.pending[:n])
	for _, op := range out {
		if op.Seq > l.sent {
			l.sent = op.Seq
			s := l.slot(op.Slot)
			s.maybe = append(s.maybe, sentOp{op.Seq, written{canonical(op.Response), op.Flagged}})
		}
	}
	return out
}

// acknowledge forgets the operations that are durable and returns them. It
// returns an error where the server claims more than it was sent.
func (l *ledger) acknowledge(durable int64) ([]contract.Operation, error) {
	var err error
	if durable > l.sent {
		err = fmt.Errorf("durable up to %d, sent up to %d", durable, l.sent)
		durable = l.sent
	}
	n := 0
	for len(l.pending) > n && l.pending[n].Seq <= durable {
		op := l.pending[n]
		s := l.slot(op.Slot)
		s.known = written{canonical(op.Response), op.Flagged}
		s.maybe = slices.DeleteFunc(s.maybe, func(o sentOp) bool { return o.seq <= op.Seq })
		n++
	}
	done := l.pending[:n]
	l.pending = l.pending[n:]
	l.durable = max(l.durable, durable)
	return done, err
}

// difference is a slot that does not hold what was acknowledged.
type difference struct {
	slot      int
	want, got string
}

// enter begins an epoch with the answers that the server shows, which count as
// acknowledged from now on. It returns where they are not what they must be.
// With keep the page still has its operations and issues them anew; without,
// it is another device.
func (l *ledger) enter(epoch int64, answers []contract.Answer, keep bool) []difference {
	shown := map[int]written{}
	for _, a := range answers {
		shown[a.Slot] = written{canonical(a.Response), a.Flagged}
		l.slot(a.Slot)
	}
	var out []difference
	for _, n := range slices.Sorted(maps.Keys(l.slots)) {
		s, got := l.slots[n], shown[n]
		if !s.allows(got) {
			out = append(out, difference{n, s.known.text(), got.text()})
		}
		s.known, s.maybe = got, nil
	}
	old := l.pending
	l.epoch, l.last, l.sent, l.durable, l.pending = epoch, 0, 0, 0, nil
	if keep {
		for _, op := range old {
			l.write(op.Slot, op.Response, op.Flagged, op.ClientMs)
		}
	}
	return out
}

func (w written) text() string {
	if w.flagged {
		return w.response + " ⚑"
	}
	return w.response
}

// compare holds the ledger against the responses that the server kept, by
// slot. A slot that nobody touched must be empty.
func (l *ledger) compare(kept map[int]string) []difference {
	var out []difference
	all := map[int]bool{}
	for n := range kept {
		all[n] = true
	}
	for n := range l.slots {
		all[n] = true
	}
	for _, n := range slices.Sorted(maps.Keys(all)) {
		s := l.slots[n]
		if s == nil {
			s = &slotLedger{}
		}
		got := kept[n]
		fits := got == s.known.response || slices.ContainsFunc(s.maybe, func(o sentOp) bool { return o.response == got })
		if !fits {
			out = append(out, difference{n, s.known.response, got})
		}
	}
	return out
}

// answered counts the slots whose acknowledged response is not empty.
func (l *ledger) answered() int {
	n := 0
	for _, s := range l.slots {
		if s.known.response != "" {
			n++
		}
	}
	return n
}

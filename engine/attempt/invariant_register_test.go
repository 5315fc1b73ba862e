package attempt_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

// epochs bounds how many leases one history may give.
const epochs = 32

// registerState is one attempt as a single register has it. What epoch and
// sequence wrote follows from the two numbers, so how many operations of each
// epoch count is all that the answers depend on.
type registerState struct {
	// lease is twice the epoch that may write, and one more after an entry of
	// which only its page knows which epoch it got, or that it got one.
	lease  int
	closed bool
	counts [epochs]uint8
}

func (s registerState) applied(epoch int) int { return int(s.counts[epoch]) }

// answers is what the register's operations come to: for each slot which epoch
// and sequence wrote it last.
func (s registerState) answers() [slots]string {
	var out [slots]string
	for epoch, n := range s.counts {
		for seq := 1; seq <= int(n); seq++ {
			op := registerOp(epoch, seq)
			out[op.Slot-1] = op.Response
		}
	}
	return out
}

// registerOp is what a page of the epoch wrote as its operation seq.
func registerOp(epoch, seq int) attempt.Operation {
	return enginetest.Op(epoch, seq, (seq*3+epoch)%slots+1, fmt.Sprintf("%d.%d", epoch, seq))
}

// What a client may ask of an attempt.
const (
	askEnter  = "enter"
	askRead   = "read" // what an entry tells, which it looks up after it holds the lease
	askSave   = "save"
	askBeat   = "beat"
	askSubmit = "submit"
	askTake   = "collect"
)

// ask is a call: a save of the operations from … to, a submit with last
// sequence to, the others without a range.
type ask struct {
	what     string
	epoch    int
	from, to int
	stale    bool // save: sent after another page was told that it holds the lease
}

// What a client was told.
const (
	toldOK      = "ok"
	toldTaken   = "taken over"
	toldClosed  = "closed"
	toldGap     = "gap"
	toldNothing = "nothing" // it may have happened or not, or happen later
)

// told is the outcome of a call.
type told struct {
	outcome string
	epoch   int           // enter: the one that was given
	applied int           // closed, beat: what is said to be in
	mine    bool          // beat
	over    bool          // beat
	answers [slots]string // enter, submit, collect
}

// register is the model that every history must fit: the attempt as one
// register which the calls change one after the other.
//
// Where Redis may lose everything it forgives one thing, for it cannot be had
// without a lock in the journal: a save that is on its way to the journal when
// another page takes the lease may get there after that page was told what
// there is. It then counts, in its place before all that the new page writes.
func register(lossy bool) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{registerState{}} },
		Step: func(state, input, output any) []any {
			var after []any
			for _, s := range step(state.(registerState), input.(ask), output.(told), lossy) {
				after = append(after, s)
			}
			return after
		},
	}
	return m.ToModel()
}

// step returns what the state may be after the call, or nothing where no
// register can have answered so.
func step(s registerState, in ask, out told, lossy bool) []registerState {
	switch in.what {
	case askEnter:
		return stepEnter(s, out)
	case askRead:
		return only(s.lease >= 2*in.epoch && out.answers == s.answers(), s)
	case askSave:
		return stepSave(s, in, out, lossy)
	case askBeat:
		// A beat may tell less than what is in, never more.
		mine := s.lease == 2*in.epoch
		return only(out.mine == mine && out.over == s.closed && (!mine || out.applied <= s.applied(in.epoch)), s)
	case askSubmit, askTake:
		return stepClose(s, in, out)
	}
	return nil
}

// only is the one state that may follow, if the answer fits.
func only(fits bool, s registerState) []registerState {
	if !fits {
		return nil
	}
	return []registerState{s}
}

func stepEnter(s registerState, out told) []registerState {
	after := s
	switch out.outcome {
	case toldClosed:
		return only(s.closed, s)
	case toldNothing:
		if s.closed {
			return only(true, s)
		}
		after.lease |= 1
		return []registerState{s, after}
	}
	// A page may be overtaken while it enters. That epochs rise is checked
	// apart.
	after.lease = max(s.lease, 2*out.epoch)
	return only(!s.closed && 2*out.epoch != s.lease, after)
}

func stepSave(s registerState, in ask, out told, lossy bool) []registerState {
	applied := s.applied(in.epoch)
	lease := s.lease == 2*in.epoch || lossy && !in.stale && s.lease > 2*in.epoch
	after := s
	after.counts[in.epoch] = uint8(max(applied, in.to))
	effect := only(lease && !s.closed && in.from <= applied+1, after)
	switch out.outcome {
	case toldOK:
		return effect
	case toldGap:
		return only(lease && !s.closed && in.from > applied+1, s)
	case toldNothing:
		return append(effect, s)
	case toldTaken:
		// A save that took effect may learn of a newer page, as it may of the
		// end below, when it reports. That there was one is checked apart.
		return append(effect, only(s.lease > 2*in.epoch, s)...)
	}
	if out.applied < in.to {
		effect = nil
	}
	return append(effect, only(s.closed && out.applied == applied, s)...)
}

func stepClose(s registerState, in ask, out told) []registerState {
	may := in.what == askTake || s.lease == 2*in.epoch && in.to == s.applied(in.epoch)
	after := s
	after.closed = true
	switch out.outcome {
	case toldOK:
		return only((s.closed || may) && out.answers == s.answers(), after)
	case toldTaken:
		return only(!s.closed && s.lease > 2*in.epoch, s)
	case toldGap:
		return only(!s.closed && in.to != s.applied(in.epoch), s)
	}
	return append(only(may, after), s)
}

// recorder takes down the calls of one attempt. It is safe for concurrent use.
type recorder struct {
	now atomic.Int64
	mu  sync.Mutex
	all []porcupine.Operation
}

// call records one call. Where nothing is known of its outcome it never
// returns, as far as the checker is concerned.
func (r *recorder) call(client int, in ask, do func() told) told {
	began := r.now.Add(1)
	out := do()
	ended := r.now.Add(1)
	if out.outcome == toldNothing {
		ended = math.MaxInt64
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, porcupine.Operation{ClientId: client, Input: in, Call: began, Output: out, Return: ended})
	return out
}

// checkTime bounds the search for an order that explains a history.
const checkTime = time.Minute

// explains tells whether one register explains the history. A search that
// does not end in time counts as none.
func explains(t testing.TB, history []porcupine.Operation, lossy bool) bool {
	t.Helper()
	history = slices.Clone(history)
	for i, op := range history {
		in, out, superseded := op.Input.(ask), op.Output.(told), false
		for _, other := range history {
			if other.Input.(ask).what != askEnter {
				continue
			}
			before := other.Return < op.Call
			switch newer := supersedes(other.Output.(told), in.epoch); {
			case in.what == askSave && newer:
				in.stale = in.stale || before
				superseded = superseded || other.Call < op.Return
			case in.what == askEnter && out.outcome == toldOK && before && other.Output.(told).epoch >= out.epoch:
				return false
			}
		}
		if in.what == askSave && out.outcome == toldTaken && !superseded {
			return false
		}
		history[i].Input = in
		if in.what == askEnter && out.outcome == toldOK {
			read := op
			read.Input = ask{what: askRead, epoch: out.epoch}
			history = append(history, read)
		}
	}
	result := porcupine.CheckOperationsTimeout(register(lossy), history, checkTime)
	if result == porcupine.Unknown {
		t.Errorf("%d calls: the search did not end in %v", len(history), checkTime)
	}
	return result == porcupine.Ok
}

// supersedes tells whether an entry may have taken the lease from an epoch.
func supersedes(entered told, epoch int) bool {
	return entered.outcome == toldNothing || entered.outcome == toldOK && entered.epoch > epoch
}

// TestRegister shows that the checker tells right histories from wrong ones.
func TestRegister(t *testing.T) {
	t.Parallel()
	at := func(lease int, closed bool, counts ...uint8) (out [slots]string) {
		s := registerState{lease: lease, closed: closed}
		copy(s.counts[1:], counts)
		return s.answers()
	}
	entered := func(epoch int, counts ...uint8) told {
		return told{outcome: toldOK, epoch: epoch, answers: at(0, false, counts...)}
	}
	handedIn := func(counts ...uint8) told { return told{outcome: toldOK, answers: at(0, true, counts...)} }
	ok, nothing := told{outcome: toldOK}, told{outcome: toldNothing}
	closedAt := func(n int) told { return told{outcome: toldClosed, applied: n} }
	enter, submit := ask{what: askEnter}, func(epoch, last int) ask { return ask{what: askSubmit, epoch: epoch, to: last} }
	save := func(epoch, from, to int) ask { return ask{what: askSave, epoch: epoch, from: from, to: to} }
	type line struct {
		in        ask
		out       told
		from, end int64 // 0: after the one before
	}
	for name, c := range map[string]struct {
		right    bool
		history  []line
		forgiven bool // where Redis may lose everything
	}{
		"plain": {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: ok}, {in: save(1, 2, 4), out: ok},
			{in: enter, out: entered(2, 4)}, {in: save(2, 1, 1), out: ok}, {in: submit(2, 1), out: handedIn(4, 1)}, {in: submit(2, 1), out: handedIn(4, 1)}}, false},
		"unknown and there":     {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: nothing}, {in: enter, out: entered(2, 2)}}, false},
		"unknown and not there": {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: nothing}, {in: enter, out: entered(2)}}, false},
		"unknown entry":         {true, []line{{in: enter, out: entered(1)}, {in: enter, out: nothing}, {in: save(1, 1, 1), out: told{outcome: toldTaken}}, {in: enter, out: entered(3)}}, false},
		"at once": {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: ok, from: 10, end: 20},
			{in: enter, out: entered(2, 2), from: 10, end: 20}, {in: save(1, 1, 2), out: told{outcome: toldTaken}}}, false},
		"closed while saving": {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: closedAt(2), from: 10, end: 30},
			{in: ask{what: askTake}, out: handedIn(2), from: 15, end: 20}}, false},
		"an acknowledged save is lost": {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: ok}, {in: enter, out: entered(2)}}, false},
		"the journal was late": {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 2), out: ok, from: 10, end: 30},
			{in: enter, out: entered(2), from: 15, end: 20}, {in: save(2, 1, 1), out: ok}, {in: submit(2, 1), out: handedIn(2, 1)}}, true},
		"a page without the lease writes":  {false, []line{{in: enter, out: entered(1)}, {in: enter, out: entered(2)}, {in: save(1, 1, 1), out: ok}}, false},
		"refused while it holds the lease": {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: told{outcome: toldTaken}}, {in: enter, out: entered(2)}}, false},
		"taken over while saving":          {true, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: told{outcome: toldTaken}, from: 10, end: 20}, {in: enter, out: entered(2, 1), from: 15, end: 20}}, false},
		"one epoch twice":                  {false, []line{{in: enter, out: entered(1)}, {in: enter, out: entered(1)}}, false},
		"epochs fall":                      {false, []line{{in: enter, out: entered(2)}, {in: enter, out: entered(1)}}, false},
		"overtaken while entering": {true, []line{{in: enter, out: entered(1, 0, 1), from: 10, end: 40}, {in: enter, out: entered(2), from: 15, end: 20},
			{in: save(2, 1, 1), out: ok, from: 25, end: 30}}, false},
		"a gap is applied":                   {false, []line{{in: enter, out: entered(1)}, {in: save(1, 3, 3), out: ok}}, false},
		"a gap where there is none":          {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: told{outcome: toldGap}}}, false},
		"counted after the end":              {false, []line{{in: enter, out: entered(1)}, {in: submit(1, 0), out: handedIn()}, {in: save(1, 1, 1), out: ok}}, false},
		"two submissions":                    {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: nothing}, {in: submit(1, 0), out: handedIn()}, {in: submit(1, 0), out: handedIn(1)}}, false},
		"what was acknowledged is missing":   {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: ok}, {in: ask{what: askTake}, out: handedIn()}}, false},
		"set aside what is in":               {false, []line{{in: enter, out: entered(1)}, {in: save(1, 1, 1), out: ok}, {in: ask{what: askTake}, out: handedIn(1)}, {in: save(1, 1, 2), out: closedAt(0)}}, false},
		"a beat knows of more than there is": {false, []line{{in: enter, out: entered(1)}, {in: ask{what: askBeat, epoch: 1}, out: told{outcome: toldOK, mine: true, applied: 1}}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var history []porcupine.Operation
			for n, l := range c.history {
				from, end := int64(100*(n+1)), int64(100*(n+1)+1)
				if l.end > 0 {
					from, end = 150+l.from, 150+l.end
				}
				if l.out.outcome == toldNothing {
					end = math.MaxInt64
				}
				history = append(history, porcupine.Operation{Input: l.in, Output: l.out, Call: from, Return: end})
			}
			for _, lossy := range []bool{false, true} {
				if got := explains(t, history, lossy); got != (c.right || lossy && c.forgiven) {
					t.Errorf("explained: %v, want %v; Redis lost: %v", got, c.right, lossy)
				}
			}
		})
	}
}

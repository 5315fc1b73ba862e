package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/engine/attempt"
)

// livePermutations delivers six messages, duplicates and overlaps among them,
// in every order; a page then sends again what is missing. The outcome is that
// of the right order, and at each moment that of a beginning of it.
func livePermutations(t *testing.T, live attempt.Live) {
	ops := []attempt.Operation{
		Op(1, 1, 1, "A"), Op(1, 2, 2, "B"), Op(1, 3, 1, "C"), Op(1, 4, 2, ""), Op(1, 5, 3, "D"),
	}
	messages := [][]attempt.Operation{ops[:1], ops[1:3], ops[1:3], ops[3:4], ops[2:5], ops[:1]}
	want := attempt.Fold(ops)
	permute(len(messages), func(order []int) {
		// The two pairs of equal messages need only one of their two orders.
		if slices.Index(order, 0) > slices.Index(order, 5) || slices.Index(order, 1) > slices.Index(order, 2) {
			return
		}
		id := running(t, live)
		applied := 0
		for _, i := range order {
			m := messages[i]
			st, err := live.Save(t.Context(), id, Candidate, m, Start)
			if err != nil && !errors.Is(err, attempt.ErrGap) {
				t.Fatalf("order %v, message %d: %v", order, i, err)
			}
			if err == nil {
				applied = max(applied, m[len(m)-1].Seq)
			}
			if st.AppliedSeq != applied {
				t.Fatalf("order %v, message %d: applied %d, want %d", order, i, st.AppliedSeq, applied)
			}
		}
		if applied < len(ops) {
			save(t, live, id, ops[applied:])
		}
		diff(t, fmt.Sprintf("answers after order %v", order), answers(t, live, id), want)
		diff(t, fmt.Sprintf("operations after order %v", order), tail(t, live, id).Operations, ops)
	})
}

// permute calls fn with every order of 0 … n-1 (Heap's algorithm).
func permute(n int, fn func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var visit func(int)
	visit = func(k int) {
		if k <= 1 {
			fn(order)
			return
		}
		for i := range k {
			visit(k - 1)
			if k%2 == 0 {
				order[i], order[k-1] = order[k-1], order[i]
			} else {
				order[0], order[k-1] = order[k-1], order[0]
			}
		}
	}
	visit(n)
}

// liveModel compares the store with a few lines of Go over random histories.
func liveModel(t *testing.T, live attempt.Live) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{live: live, id: running(t, live), epoch: 1, content: map[[2]int]attempt.Operation{}}
		// Not rapid.Repeat: thirty steps of a hundred histories take miniredis,
		// which compiles a script at each call, half a minute under -race.
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			rapid.SampledFrom([]func(*rapid.T){m.save, m.save, m.save, m.durable, m.enter}).Draw(rt, "step")(rt)
		}
		diff(t, "answers", answers(t, live, m.id), attempt.Fold(m.history))
	})
}

type model struct {
	live                      attempt.Live
	id                        attempt.AttemptID
	epoch, applied, watermark int
	content                   map[[2]int]attempt.Operation // by epoch and seq
	history                   []attempt.Operation
}

func (m *model) save(t *rapid.T) {
	epoch := rapid.IntRange(max(1, m.epoch-1), m.epoch).Draw(t, "epoch")
	first := rapid.IntRange(max(1, m.applied-3), m.applied+2).Draw(t, "first")
	var ops []attempt.Operation
	for i := range rapid.IntRange(1, 4).Draw(t, "count") {
		op, known := m.content[[2]int{epoch, first + i}]
		if !known || rapid.IntRange(0, 9).Draw(t, "other") == 0 {
			op = Op(epoch, first+i, rapid.IntRange(1, 4).Draw(t, "slot"), rapid.SampledFrom([]string{"", "A", "BC"}).Draw(t, "response"))
			op.Flagged = rapid.Bool().Draw(t, "flagged")
		}
		ops = append(ops, op)
	}
	want := m.judge(epoch, ops)
	st, err := m.live.Save(t.Context(), m.id, Candidate, ops, Start)
	if !errors.Is(err, want) {
		t.Fatalf("save %+v: got %v, want %v", ops, err, want)
	}
	for _, op := range ops {
		if want == nil && op.Seq > m.applied {
			m.applied = op.Seq
			m.content[[2]int{epoch, op.Seq}] = op
			m.history = append(m.history, op)
		}
	}
	m.compare(t, st)
}

func (m *model) judge(epoch int, ops []attempt.Operation) error {
	if epoch < m.epoch {
		return attempt.ErrTakenOver
	}
	for _, op := range ops {
		was, known := m.content[[2]int{epoch, op.Seq}]
		if known && (was.Slot != op.Slot || was.Response != op.Response || was.Flagged != op.Flagged) {
			return attempt.ErrConflict
		}
	}
	if ops[0].Seq > m.applied+1 {
		return attempt.ErrGap
	}
	return nil
}

func (m *model) durable(t *rapid.T) {
	from := rapid.IntRange(1, m.applied+1).Draw(t, "from")
	to := rapid.IntRange(from, m.applied+1).Draw(t, "to")
	var want error
	switch {
	case to > m.applied:
		want = attempt.ErrAhead
	case from > m.watermark+1:
		want = attempt.ErrGap
	}
	st, err := durable(t.Context(), m.live, m.id, m.epoch, from, to)
	if !errors.Is(err, want) {
		t.Fatalf("durable %d–%d: got %v, want %v", from, to, err, want)
	}
	if want == nil {
		m.watermark = max(m.watermark, to)
	}
	m.compare(t, st)
}

func (m *model) enter(t *rapid.T) {
	m.epoch++
	m.applied, m.watermark = 0, 0
	st, err := m.live.Enter(t.Context(), m.id, Candidate, m.epoch, Start)
	if err != nil {
		t.Fatal(err)
	}
	m.compare(t, st)
}

// compare holds what the store answered against the model.
func (m *model) compare(t *rapid.T, st attempt.LiveState) {
	got, want := []int{st.Epoch, st.AppliedSeq, st.DurableSeq}, []int{m.epoch, m.applied, m.watermark}
	if !slices.Equal(got, want) {
		t.Fatalf("epoch, applied, durable: got %v, want %v", got, want)
	}
}

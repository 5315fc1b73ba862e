package drill

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
)

func choice(letters ...string) contract.Response { return contract.Response{Choice: &letters} }

func texts(t ...string) contract.Response { return contract.Response{Text: &t} }

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b contract.Response
		same bool
	}{
		{choice("B", "A", "B"), choice("A", "B"), true},
		{contract.Response{}, texts("", ""), true},
		{choice(), texts(), true},
		{texts("a", ""), texts("a"), true},
		{texts("", "a"), texts("a"), false},
		{texts("a", "b"), texts("a b"), false},
		{texts("a "), texts("a"), false},
		{choice("A"), choice("B"), false},
	} {
		if got := canonical(c.a) == canonical(c.b); got != c.same {
			t.Errorf("%q and %q: same %v", canonical(c.a), canonical(c.b), got)
		}
	}
}

func answer(slot int, letter string) contract.Answer {
	return contract.Answer{Slot: slot, Response: choice(letter)}
}

// start is a ledger that sent two operations and holds a third.
func start() *ledger {
	l := newLedger()
	l.enter(1, nil, true)
	l.write(1, choice("A"), false, 0)
	l.write(2, choice("B"), false, 0)
	l.batch()
	l.write(1, choice("C"), false, 0)
	return l
}

func TestLedger(t *testing.T) {
	t.Parallel()
	t.Run("OK keeps what is not durable", func(t *testing.T) {
		t.Parallel()
		l := start()
		done, err := l.acknowledge(1)
		if len(done) != 1 || done[0].Seq != 1 || err != nil || len(l.pending) != 2 || l.pending[0].Seq != 2 {
			t.Fatalf("%+v, %v, %+v", done, err, l.pending)
		}
		if ops := l.batch(); len(ops) != 2 || ops[0].Seq != 2 || ops[1].Seq != 3 {
			t.Errorf("%+v", ops)
		}
	})
	t.Run("OK allows what was sent, demands what was acknowledged", func(t *testing.T) {
		t.Parallel()
		for kept, want := range map[string]int{"A": 0, "C": 0, "B": 1, "": 1} {
			l := start()
			_, _ = l.acknowledge(1)
			l.batch()
			got := l.compare(map[int]string{1: kept, 2: "B"})
			if len(got) != want {
				t.Errorf("kept %q: %+v", kept, got)
			}
		}
		l := start() // never sent: C cannot be there
		_, _ = l.acknowledge(2)
		want := []difference{{1, "A", "C"}, {3, "", "D"}}
		if got := l.compare(map[int]string{1: "C", 2: "B", 3: "D"}); !cmp.Equal(want, got, cmp.AllowUnexported(difference{})) {
			t.Error(cmp.Diff(want, got, cmp.AllowUnexported(difference{})))
		}
	})
	t.Run("OK issues anew after a reload", func(t *testing.T) {
		t.Parallel()
		l := start()
		_, _ = l.acknowledge(1)
		if d := l.enter(4, []contract.Answer{answer(1, "A"), answer(2, "B")}, true); len(d) > 0 {
			t.Error(d)
		}
		if ops := l.batch(); l.epoch != 4 || len(ops) != 2 || ops[0].Seq != 1 || ops[0].Slot != 2 || ops[1].Seq != 2 {
			t.Errorf("epoch %d: %+v", l.epoch, ops)
		}
		if d := l.enter(5, []contract.Answer{answer(1, "C"), answer(2, "B")}, false); len(d) > 0 || len(l.pending) > 0 {
			t.Errorf("%+v, pending %+v", d, l.pending)
		}
	})
}

func TestLedgerErr(t *testing.T) {
	t.Parallel()
	t.Run("Err where an acknowledged answer is gone on entering", func(t *testing.T) {
		t.Parallel()
		l := start()
		_, _ = l.acknowledge(2)
		if d := l.enter(2, []contract.Answer{answer(2, "B")}, true); len(d) != 1 || d[0].slot != 1 {
			t.Error(d)
		}
	})
	t.Run("Err where more is durable than was sent", func(t *testing.T) {
		t.Parallel()
		l := start()
		if done, err := l.acknowledge(3); len(done) != 2 || err == nil {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

func TestLedgerBatch(t *testing.T) {
	t.Parallel()
	l := newLedger()
	for range 6 {
		l.write(1, texts(strings.Repeat("x", 6000)), false, 0)
	}
	if got := len(l.batch()); got != 5 {
		t.Errorf("%d long operations in a batch", got)
	}
	l = newLedger()
	for range 100 {
		l.write(1, choice("A"), false, 0)
	}
	if got := len(l.batch()); got != maxBatch {
		t.Errorf("%d operations in a batch", got)
	}
}

func TestRoll(t *testing.T) {
	t.Parallel()
	names := map[string]string{}
	for seed := range uint64(4) {
		for _, p := range roll(seed, MaxCandidates) {
			if _, err := people.NormalIdentity(p.number, time.Now()); err != nil {
				t.Fatalf("%s: %v", p.number, err)
			}
			if other, ok := names[p.number]; ok && other != p.name {
				t.Fatalf("%s is %s and %s", p.number, other, p.name)
			}
			names[p.number] = p.name
		}
	}
	if len(names) < MaxCandidates {
		t.Errorf("%d different numbers", len(names))
	}
}

func TestWriter(t *testing.T) {
	t.Parallel()
	w := writer{rng: rand.New(rand.NewPCG(1, 2)), places: placesOf(fakePaper()), now: map[int]change{}}
	changed, flagged, cleared := 0, 0, 0
	seen := map[int]bool{}
	for range 2000 {
		c := w.change()
		if seen[c.slot] {
			changed++
		}
		if c.flagged {
			flagged++
		}
		if canonical(c.response) == "" {
			cleared++
		}
		seen[c.slot] = true
	}
	if len(seen) != 12 || changed == 0 || flagged == 0 || cleared == 0 {
		t.Errorf("slots %d, changed %d, flagged %d, cleared %d", len(seen), changed, flagged, cleared)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var thousand []uint32
	for i := range uint32(1000) {
		thousand = append(thousand, (i+1)*1000)
	}
	for q, want := range map[float64]Milliseconds{0: 1, .5: 500, .9: 900, .99: 990, .999: 999, 1: 1000} {
		if got := quantile(thousand, q); got != want {
			t.Errorf("%g: got %g, want %g", q, got, want)
		}
	}
	if got := quantile(nil, .5); got != 0 {
		t.Errorf("of nothing: %g", got)
	}
	if got := timeline(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	mean, peak := rate([]sample{{0, 1}, {100, 1}, {4000, 1}})
	if mean != .75 || peak != 2 {
		t.Errorf("rate %g, peak %d", mean, peak)
	}
}

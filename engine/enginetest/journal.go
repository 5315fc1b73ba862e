package enginetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"gongyuan/engine/attempt"
)

// RunJournal is the suite that every journal must pass. open returns a journal
// that the subtests may share.
func RunJournal(t *testing.T, open func(t *testing.T) attempt.Journal) {
	for name, test := range map[string]func(*testing.T, attempt.Journal){
		"Append":     journalAppend,
		"Again":      journalAgain,
		"Concurrent": journalConcurrent,
		"SetAside":   journalSetAside,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func journalEntries(id attempt.AttemptID, ops []attempt.Operation) []attempt.JournalEntry {
	var out []attempt.JournalEntry
	for _, op := range ops {
		out = append(out, attempt.JournalEntry{Attempt: id, Operation: op})
	}
	return out
}

func operations(t testing.TB, j attempt.Journal, id attempt.AttemptID) []attempt.Operation {
	t.Helper()
	got, err := j.Operations(t.Context(), []attempt.AttemptID{id, NewAttemptID()})
	check(t, err)
	return got[id]
}

func journalAppend(t *testing.T, j attempt.Journal) {
	one, two := NewAttemptID(), NewAttemptID()
	a, b := append(Ops(1, 1, 12, 5), Ops(2, 1, 3, 5)...), Ops(10, 1, 2, 5)
	a[1].Response, a[2].Flagged = `["第一空","<&>\n"]`, true
	mixed := append(journalEntries(one, a), journalEntries(two, b)...)
	slices.Reverse(mixed)
	check(t, j.Append(t.Context(), mixed))
	diff(t, "in order", operations(t, j, one), a)
	diff(t, "the other attempt", operations(t, j, two), b)
	diff(t, "no attempt", operations(t, j, NewAttemptID()), []attempt.Operation(nil))
	check(t, j.Append(t.Context(), nil))
}

// journalAgain sends longer batches that begin with what is stored: all that is
// new is stored, what is stored stays.
func journalAgain(t *testing.T, j attempt.Journal) {
	id := NewAttemptID()
	ops := Ops(1, 1, 6, 5)
	check(t, j.Append(t.Context(), journalEntries(id, ops[1:3])))
	again := slices.Clone(ops)
	again[1].Response = "other"
	check(t, j.Append(t.Context(), journalEntries(id, again)))
	check(t, j.Append(t.Context(), journalEntries(id, again)))
	diff(t, "operations", operations(t, j, id), ops)
	twice := append(journalEntries(id, Ops(1, 7, 8, 5)), journalEntries(id, Ops(1, 7, 9, 5))...)
	check(t, j.Append(t.Context(), twice))
	diff(t, "twice in one batch", operations(t, j, id), Ops(1, 1, 9, 5))
}

func journalConcurrent(t *testing.T, j attempt.Journal) {
	id := NewAttemptID()
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for from := 1; from <= 20; from += 4 {
				if err := j.Append(t.Context(), journalEntries(id, Ops(1, from, from+3+n%3, 5))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	diff(t, "operations", operations(t, j, id), Ops(1, 1, 22, 5))
}

func journalSetAside(t *testing.T, j attempt.Journal) {
	id := NewAttemptID()
	var want []attempt.LateOperation
	for i, op := range Ops(1, 4, 6, 5) {
		want = append(want, attempt.LateOperation{Attempt: id, Operation: op, Reason: fmt.Sprintf("reason %d", i)})
	}
	check(t, j.SetAside(t.Context(), want))
	check(t, j.SetAside(t.Context(), want))
	got, err := j.Aside(t.Context(), []attempt.AttemptID{id})
	check(t, err)
	diff(t, "set aside", got, want)
	diff(t, "never counted", operations(t, j, id), []attempt.Operation(nil))
	other := want[0]
	other.Response = "other"
	check(t, j.SetAside(t.Context(), []attempt.LateOperation{other}))
	got, err = j.Aside(t.Context(), []attempt.AttemptID{NewAttemptID(), id})
	check(t, err)
	diff(t, "other content of the same sequence is kept as well", len(got), len(want)+1)

	yes := attempt.Decision{Operation: want[1].ID(), Count: true, By: "staff", Reason: "网络中断", At: Start}
	no := yes
	no.Count = false
	check(t, j.Decide(t.Context(), []attempt.Decision{yes}))
	check(t, j.Decide(t.Context(), []attempt.Decision{no}))
	got, err = j.Aside(t.Context(), []attempt.AttemptID{id})
	check(t, err)
	for _, o := range got {
		var decided *attempt.Decision
		if o.ID() == yes.Operation {
			decided = &yes
		}
		diff(t, "decided once", o.Decision, decided)
	}
}

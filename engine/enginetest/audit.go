package enginetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/audit"
)

// NewTrail returns one copy of the audit record over a store.
func NewTrail(t testing.TB, store audit.Store, clock audit.Clock) *audit.Trail {
	t.Helper()
	trail, err := audit.New(store, CertificateSecrets(), clock)
	check(t, err)
	return trail
}

// RunAudit is the suite that every store of the audit record must pass. each
// runs a test on every kind of store, empty and with its indexes.
func RunAudit(t *testing.T, each func(*testing.T, func(*testing.T, audit.Store))) {
	t.Helper()
	each(t, func(t *testing.T, store audit.Store) {
		t.Run("Chain", func(t *testing.T) { auditChain(t, store) })
	})
}

// auditChain lets three copies of the program write at once and reads what
// they wrote.
func auditChain(t *testing.T, store audit.Store) {
	ctx := t.Context()
	clock := NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	trails := []*audit.Trail{NewTrail(t, store, clock), NewTrail(t, store, clock), NewTrail(t, store, clock)}
	const each = 8
	var wg sync.WaitGroup
	for n, trail := range trails {
		wg.Go(func() {
			for i := range each {
				check(t, trail.Record(audit.From(ctx, "192.0.2.7"), audit.Event{
					Actor: fmt.Sprintf("a%d", n), Act: "score.unlock", Object: fmt.Sprintf("score:p:%d", i), Why: "漏评一行",
					Before: map[string]int{"version": i}, After: map[string]int{"version": i + 1},
				}))
			}
		})
	}
	wg.Wait()
	head, err := trails[0].Verify(ctx, audit.Head{})
	check(t, err)
	diff(t, "entries", head.Index, int64(each*len(trails)))
	all, err := trails[0].Find(ctx, audit.Query{}, 100)
	check(t, err)
	diff(t, "listed", len(all), each*len(trails))
	diff(t, "the newest first", all[0].Index, head.Index)
	mine, err := trails[0].Find(ctx, audit.Query{Actor: "a1", Objects: "score:p:", Before: head.Index + 1}, 100)
	check(t, err)
	diff(t, "of one actor", len(mine), each)
	one, err := trails[0].Find(ctx, audit.Query{Object: "score:p:3", Act: "score.unlock"}, 2)
	check(t, err)
	diff(t, "a page of one object", len(one), 2)
	diff(t, "address, reason, before, after", []string{one[0].From, one[0].Why, string(one[0].Before), string(one[0].After)},
		[]string{"192.0.2.7", "漏评一行", `{"version":3}`, `{"version":4}`})
	_, err = trails[1].Verify(ctx, audit.Head{Index: head.Index, Seal: make([]byte, 32)})
	wantErr(t, "another head noted", err, audit.ErrBroken)
	_, err = trails[1].Verify(ctx, audit.Head{Index: head.Index + 1, Seal: head.Seal})
	wantErr(t, "a longer record noted", err, audit.ErrBroken)
}

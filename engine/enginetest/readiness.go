package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/readiness"
)

// RunReadiness is the suite that every store of drills and of computers must
// pass. It starts from an empty store.
func RunReadiness(t *testing.T, store readiness.Store) {
	ctx := t.Context()
	_, err := store.LatestDrill(ctx)
	wantErr(t, "no drill", err, readiness.ErrNotFound)
	older := readiness.Drill{ID: "a", Ready: true, Began: Start, Ended: Start.Add(time.Minute), Candidates: 50, Checked: 50, By: "x", At: Start.Add(time.Hour)}
	newer := readiness.Drill{ID: "b", Began: Start, Ended: Start.Add(2 * time.Minute), Candidates: 9, Checked: 8, Lost: 1, Doubled: 2, Trespasses: 3, By: "y", At: Start}
	check(t, store.InsertDrill(ctx, newer))
	check(t, store.InsertDrill(ctx, older))
	wantErr(t, "the same report", store.InsertDrill(ctx, older), readiness.ErrKnown)
	got, err := store.LatestDrill(ctx)
	check(t, err)
	diff(t, "the latest", got, newer)

	none, err := store.Probes(ctx, "s")
	check(t, err)
	diff(t, "no probes", len(none), 0)
	p := readiness.Probe{Sitting: "s", Room: "02", Seat: "01", Memory: true, Width: 1366, Height: 768, RoundTrip: 8 * time.Millisecond, Offset: -time.Second, Agent: "x", Address: "10.0.0.1", At: Start}
	first, again, other := p, p, p
	first.Room = "01"
	again.Memory, again.Outside, again.At = false, true, Start.Add(time.Minute)
	other.Sitting = "t"
	for _, x := range []readiness.Probe{p, first, other, again} {
		check(t, store.PutProbe(ctx, x))
	}
	probes, err := store.Probes(ctx, "s")
	check(t, err)
	diff(t, "by room and seat, the last of each", probes, []readiness.Probe{first, again})
}

//go:build unix

package proof

import (
	"slices"
	"strings"
	"testing"

	"gongyuan/cmd/gongyuan/drill"
)

// TestNothingLost is I1: whatever dies, whenever, and whatever happens to the
// connections, everything that was acknowledged is in the final paper, and
// there is one paper of each.
func TestNothingLost(t *testing.T) {
	t.Parallel()
	client := linkFaults("candidates to API", func(w *world) *link { return w.client })
	redis := linkFaults("API to Redis", func(w *world) *link { return w.redis })
	mongo := linkFaults("API to store", func(w *world) *link { return w.mongo })
	together(t,
		part{"API and Redis die", func(t *testing.T) {
			losesNothing(t, newWorld(t, plan{copies: 2}), 2, false, killCopy, killCopies, killRedis, emptyRedis, flushRedis, flushScripts)
		}},
		part{"the store dies", func(t *testing.T) {
			losesNothing(t, newWorld(t, plan{copies: 1, ownStore: true}), 2, false, killStore, killAll)
		}},
		part{"connections break", func(t *testing.T) {
			report := losesNothing(t, newWorld(t, plan{copies: 2}), 1, true, slices.Concat(client, redis, mongo)...)
			for _, own := range []string{"cut", "duplicate", "reorder"} {
				if report.Faults[own] == 0 {
					t.Errorf("no page did its own %s: %v", own, report.Faults)
				}
			}
		}},
	)
}

// losesNothing holds an exam under faults. With pages, the pages do their own
// as well: duplicates, wrong order, cuts, reloads, take-overs.
func losesNothing(t *testing.T, w *world, rounds int, pages bool, faults ...fault) drill.Report {
	t.Helper()
	cfg := w.exam(8 * scale(t))
	cfg.Faults = pages
	s := newSaboteur(t, w, rounds*scale(t), faults...)
	report := w.hold(t, cfg, s.trial())
	s.tell(t.Name(), report)
	noneInside(t, report)
	return report
}

// noneInside makes sure that no fault was shown as one of the program's own.
func noneInside(t *testing.T, r drill.Report) {
	t.Helper()
	for kind, n := range r.Errors {
		if strings.HasSuffix(kind, " internal") || strings.HasSuffix(kind, " http-500") {
			t.Errorf("%d times %s", n, kind)
		}
	}
}

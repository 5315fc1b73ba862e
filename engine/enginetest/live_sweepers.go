package enginetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
)

// sweepersWait is how long after the death of a copy the others have
// everything, and how long a new one may wait for its share.
const sweepersWait = 5 * time.Second

// RunSweepers is the suite of how copies of the program share the sweeping. The
// store must be empty and the test's own. It takes some seconds, because the
// leases end by the store's clock.
func RunSweepers(t *testing.T, live attempt.Live) {
	due := make([]attempt.Appointment, 600)
	for i := range due {
		due[i] = attempt.Appointment{Attempt: NewAttemptID(), State: attempt.Running, Due: Start}
	}
	check(t, live.Schedule(t.Context(), due))
	s := sweepers{live: live, all: len(due)}
	s.atOnce(t, "first", "second", "third", "fourth")
	s.await(t, "all four", "first", "second", "third", "fourth")
	// Copies stop without a word.
	s.await(t, "two are left", "third", "fourth")
	s.await(t, "one is left", "fourth")
	s.await(t, "another joins", "fourth", "fifth")
}

type sweepers struct {
	live attempt.Live
	all  int
}

func (s sweepers) look(t *testing.T, name string) []attempt.AttemptID {
	t.Helper()
	found, err := s.live.Due(t.Context(), name, Start, s.all)
	if err != nil {
		t.Error(err)
	}
	if found.Lost {
		t.Error("lost though it was scheduled")
	}
	return found.Expired
}

// atOnce has copies want the same leases at the same moment.
func (s sweepers) atOnce(t *testing.T, names ...string) {
	t.Helper()
	got := make([][]attempt.AttemptID, len(names))
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			<-begin
			got[i] = s.look(t, name)
		})
	}
	close(begin)
	wg.Wait()
	all := slices.Concat(got...)
	slices.Sort(all)
	if distinct := len(slices.Compact(slices.Clone(all))); len(all) != s.all || distinct != s.all {
		t.Errorf("copies that start at once get %d attempts, %d of them different; want %d", len(all), distinct, s.all)
	}
}

// await has the copies sweep until each attempt comes from exactly one of them
// and none of them idles.
func (s sweepers) await(t *testing.T, what string, names ...string) {
	t.Helper()
	begun := time.Now()
	for {
		from, twice, idle := map[attempt.AttemptID]string{}, 0, 0
		for _, name := range names {
			got := s.look(t, name)
			// An even share would be 1/n of them; buckets are not equally full.
			if len(got)*2*len(names) < s.all {
				idle++
			}
			for _, id := range got {
				if from[id] != "" {
					twice++
				}
				from[id] = name
			}
		}
		took := time.Since(begun)
		if twice == 0 && idle == 0 && len(from) == s.all {
			t.Logf("%s: shared out after %s", what, took.Round(time.Millisecond))
			return
		}
		if took > sweepersWait {
			t.Fatalf("%s: after %s %d of %d are swept, %d twice, %d copies have too few", what, took, len(from), s.all, twice, idle)
		}
		// Real time: the leases end by the clock of the store.
		time.Sleep(100 * time.Millisecond)
	}
}

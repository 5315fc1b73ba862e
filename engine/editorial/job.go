package editorial

import (
	"context"
	"sync"
)

// jobs is the work that goes on after the request that began it: one at a time,
// because each holds a whole file in memory. It also remembers the files read
// last, for looking through their verdicts.
type jobs struct {
	turn chan struct{}
	over context.Context
	stop context.CancelFunc
	all  sync.WaitGroup

	mu    sync.Mutex
	under map[string]bool
	read  []reading // the newest last
}

// maxReadings is how many files that were read are remembered.
const maxReadings = 3

func newJobs() *jobs {
	over, stop := context.WithCancel(context.Background())
	return &jobs{turn: make(chan struct{}, 1), over: over, stop: stop, under: map[string]bool{}}
}

// Close ends what is under way and waits for it. What was cut off is taken up
// again by whoever asks for it next, here or elsewhere.
func (d *Desk) Close() {
	d.jobs.stop()
	d.jobs.all.Wait()
}

// begin does work under a name, unless it is under way here already. The
// values of ctx go with it, its end does not.
func (j *jobs) begin(ctx context.Context, name string, work func(ctx context.Context)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.under[name] || j.over.Err() != nil {
		return
	}
	j.under[name] = true
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(j.over, cancel)
	j.all.Go(func() {
		defer cancel()
		defer release()
		defer j.end(name)
		select {
		case j.turn <- struct{}{}:
			defer func() { <-j.turn }()
			work(ctx)
		case <-ctx.Done():
		}
	})
}

func (j *jobs) end(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.under, name)
}

func (j *jobs) keep(r reading) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop(r.intake)
	if len(j.read) >= maxReadings {
		j.read = append(j.read[:0:0], j.read[1:]...)
	}
	j.read = append(j.read, r)
}

// drop is called with the lock held.
func (j *jobs) drop(intake string) {
	for i := range j.read {
		if j.read[i].intake == intake {
			j.read = append(j.read[:i:i], j.read[i+1:]...)
			return
		}
	}
}

func (j *jobs) find(intake, digest string) (reading, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.read {
		if r.intake == intake && r.digest == digest {
			return r, true
		}
	}
	return reading{}, false
}

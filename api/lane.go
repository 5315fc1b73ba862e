package api

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"
)

// lane lets a bounded number of requests of one kind work at the same time. The
// others wait a little and are then told to come back. Each kind that an exam
// depends on has a lane of its own, so that neither lists and reports nor
// another kind's rush can take its place. It is safe for concurrent use.
type lane struct {
	slots chan struct{}
	wait  time.Duration
}

func newLane(slots int, wait time.Duration) *lane {
	return &lane{slots: make(chan struct{}, slots), wait: wait}
}

// busyError refuses a request that found its lane full.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string { return "api: lane is full" }

// enter returns what gives the place back, or a *busyError.
func (l *lane) enter(ctx context.Context) (leave func(), err error) {
	select {
	case l.slots <- struct{}{}:
		return l.leave, nil
	default:
	}
	full := time.NewTimer(l.wait)
	defer full.Stop()
	select {
	case l.slots <- struct{}{}:
		return l.leave, nil
	case <-full.C:
		return nil, &busyError{comeBack()}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *lane) leave() { <-l.slots }

// comeBack is when whoever was refused should try again: in one to three
// seconds, at random, so that not all of them come at the same moment.
func comeBack() time.Duration { return time.Second + rand.N(2*time.Second) } // #nosec G404 -- a wait

// lanes are the lanes by operation of the contract. Saves wait least, for their
// pages keep what they could not send; whoever starts waits longest, for a page
// without a paper can do nothing else.
func lanes() (of map[string]*lane, others *lane) {
	start, submit := newLane(256, 10*time.Second), newLane(512, 10*time.Second)
	of = map[string]*lane{
		"saveOperations": newLane(256, 2*time.Second),
		"beat":           newLane(256, 2*time.Second),
		"submitAttempt":  submit, "getReceipt": submit, "getOwnResult": submit,
		"enterAttempt": start, "loginCandidate": start, "getCandidateExam": start, "getSealedPaper": start, "refresh": start,
		"streamAttempt": newLane(512, 5*time.Second),
		// Each holds a whole file in memory.
		"checkBankExport": newLane(2, 10*time.Second), "exportBank": newLane(2, 10*time.Second), "listVerdicts": newLane(4, 10*time.Second),
		"completeFile": newLane(4, 10*time.Second), "readFile": newLane(8, 10*time.Second),
	}
	return of, newLane(max(8, 4*runtime.GOMAXPROCS(0)), 5*time.Second)
}

// laneOf is the lane of an operation.
func (s *server) laneOf(id string) *lane {
	if l, ok := s.lanes[id]; ok {
		return l
	}
	return s.others
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"gongyuan/cmd/bench/figure"
	"gongyuan/engine/attempt"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// What is measured of the live board: a page of each of 6,000 candidates saves
// each ten seconds, and so many invigilators look.
const (
	floorSeats   = 6000
	floorPages   = 20
	floorEvents  = floorSeats / 10 // a second
	floorSeconds = 20
)

// floorFigures are L1, from a save on one copy of the program to the screen of
// an invigilator who looks on another, and L2, the share of the machine that
// the boards of both take meanwhile.
func floorFigures(ctx context.Context, _ func(string) bool, show func(figure.Figure)) error {
	h := newFloorHall()
	feed := &floorFeed{heard: map[int]func([]string){}}
	deps := proctor.FloorDeps{Feed: feed, Progress: h, Rosters: h, Records: h, Clock: floorClock{}, Log: slog.New(slog.DiscardHandler)}
	near, far := proctor.NewFloor(deps), proctor.NewFloor(deps)
	defer near.Close()
	defer far.Close()
	looks, cancel := context.WithCancel(ctx)
	defer cancel()
	screens := make([]floorScreen, floorPages)
	var pages sync.WaitGroup
	for i := range screens {
		view, err := far.Open(ctx, "bench", "")
		if err != nil {
			return err
		}
		view.Next() // the whole board
		pages.Go(func() { screens[i].look(looks, view, h) })
	}
	began, before := time.Now(), processorTime()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for time.Since(began) < floorSeconds*time.Second {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		// A tick that came late is made up for.
		for h.saves < int(time.Since(began).Seconds()*floorEvents) {
			near.Stir(h.save())
		}
	}
	took, used := time.Since(began), processorTime()-before
	time.Sleep(2 * time.Second) // the last ones are on their way
	cancel()
	pages.Wait()
	var all []float64
	for i := range screens {
		all = append(all, screens[i].took...)
	}
	slices.Sort(all)
	p99, events := 0.0, h.saves
	if len(all) > 0 {
		p99 = all[len(all)*99/100]
	}
	notes := []string{
		fmt.Sprintf("%d seats, %d saves in %.0f s, %d pages on another copy, %d sightings; the two copies, their seats' progress and the feed are in one process, without Redis and the network", floorSeats, events, took.Seconds(), floorPages, len(all)),
	}
	// Two saves of a seat within one reading are one sighting.
	broken := len(all) < events*floorPages*9/10
	show(figure.Figure{ID: "L1", Value: p99, Unit: "s", Aim: figure.AtMost(1), Broken: broken, Notes: notes})
	share := 100 * used / took.Seconds() / float64(runtime.NumCPU())
	show(figure.Figure{ID: "L2", Value: share, Unit: "%", Aim: figure.AtMost(10), Broken: broken, Notes: []string{
		fmt.Sprintf("of %d processors, with the candidates' side of the bench and every page's JSON in it", runtime.NumCPU()),
	}})
	return nil
}

type floorClock struct{}

func (floorClock) Now() time.Time { return time.Now() }

// floorScreen is the page of an invigilator.
type floorScreen struct{ took []float64 }

func (s *floorScreen) look(ctx context.Context, v *proctor.View, h *floorHall) {
	defer v.Close()
	for {
		u, more := v.Next()
		if u == nil {
			select {
			case <-more:
				continue
			case <-ctx.Done():
				return
			}
		}
		if _, err := json.Marshal(u); err != nil {
			return
		}
		now := time.Now()
		for i := range u.Seats {
			if at, ok := h.savedAt(&u.Seats[i]); ok {
				s.took = append(s.took, now.Sub(at).Seconds())
			}
		}
	}
}

// floorFeed joins the two copies.
type floorFeed struct {
	mu    sync.Mutex
	heard map[int]func([]string)
}

func (f *floorFeed) Publish(_ context.Context, words []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.heard {
		h(words)
	}
	return nil
}

func (f *floorFeed) Subscribe(ctx context.Context, heard func([]string)) error {
	f.mu.Lock()
	n := len(f.heard)
	f.heard[n] = heard
	f.mu.Unlock()
	heard(nil)
	<-ctx.Done()
	return ctx.Err()
}

// floorHall is a sitting under way.
type floorHall struct {
	mu       sync.Mutex
	seats    []proctor.Seat
	progress map[attempt.AttemptID]attempt.Progress
	at       map[attempt.AttemptID][]time.Time // of each answer
	saves    int
}

func newFloorHall() *floorHall {
	h := &floorHall{progress: map[attempt.AttemptID]attempt.Progress{}, at: map[attempt.AttemptID][]time.Time{}}
	now := time.Now()
	for i := range floorSeats {
		id := attempt.AttemptID(fmt.Sprintf("attempt-%04d", i))
		h.seats = append(h.seats, proctor.Seat{
			Registration: sitting.RegistrationID(fmt.Sprintf("r-%04d", i)), Attempt: id, Name: "考生", Room: fmt.Sprintf("%03d", i/30), Place: fmt.Sprintf("%02d", i%30), Total: 100,
		})
		h.progress[id] = attempt.Progress{Attempt: id, State: attempt.Running, LastSeen: now, Deadline: now.Add(time.Hour)}
	}
	return h
}

// save is one candidate's next answer.
func (h *floorHall) save() attempt.AttemptID {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.seats[rand.IntN(len(h.seats))].Attempt
	p := h.progress[id]
	p.Answered, p.LastSeen = p.Answered+1, time.Now()
	h.progress[id], h.at[id] = p, append(h.at[id], p.LastSeen)
	h.saves++
	return id
}

// savedAt is when the answer was saved that the seat shows as its newest.
func (h *floorHall) savedAt(s *proctor.Seat) (time.Time, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.at[s.Attempt]
	if s.Answered < 1 || s.Answered > len(all) {
		return time.Time{}, false
	}
	return all[s.Answered-1], true
}

// Seats implements proctor.Rosters.
func (h *floorHall) Seats(context.Context, sitting.ID) ([]proctor.Seat, error) {
	return slices.Clone(h.seats), nil
}

// Progress implements proctor.Progress.
func (h *floorHall) Progress(_ context.Context, ids []attempt.AttemptID) ([]attempt.Progress, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]attempt.Progress, len(ids))
	for i, id := range ids {
		out[i] = h.progress[id]
	}
	return out, nil
}

// MarksOf implements proctor.Records.
func (h *floorHall) MarksOf(context.Context, sitting.ID, []proctor.Seat) (map[sitting.RegistrationID]proctor.Marks, error) {
	return nil, nil
}

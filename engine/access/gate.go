package access

import (
	"context"
	"sync"
	"time"

	"gongyuan/engine/sitting"
)

// fresh is how long rules are taken for what they are: pages ask four times a
// minute each, and rules change a few times a day.
const fresh = 3 * time.Second

// Gate reads rules for those who ask all the time. It is safe for concurrent
// use.
type Gate struct {
	Store  Store
	Clock  Clock
	Places Places // nil for rooms without networks

	mu    sync.Mutex
	known map[sitting.ID]*reading
}

// reading is what was read, or is being read.
type reading struct {
	done  chan struct{}
	at    time.Time
	rules Rules
	err   error
}

// Rules returns the rules of a sitting as they were at most three seconds ago;
// many who ask at once cost one reading. The caller changes nothing of it.
func (g *Gate) Rules(ctx context.Context, id sitting.ID) (*Rules, error) {
	now := g.Clock.Now()
	g.mu.Lock()
	r := g.known[id]
	if r == nil || now.Sub(r.at) >= fresh || now.Before(r.at) {
		r = &reading{done: make(chan struct{}), at: now}
		if g.known == nil {
			g.known = map[sitting.ID]*reading{}
		}
		g.known[id] = r
		g.mu.Unlock()
		r.rules, r.err = (&Desk{Store: g.Store, Places: g.Places}).Rules(ctx, id)
		if r.err != nil {
			g.drop(id, r)
		}
		close(r.done)
		return &r.rules, r.err
	}
	g.mu.Unlock()
	select {
	case <-r.done:
		return &r.rules, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (g *Gate) drop(id sitting.ID, r *reading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known[id] == r {
		delete(g.known, id)
	}
}

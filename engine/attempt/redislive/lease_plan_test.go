package redislive

import (
	"fmt"
	"testing"
)

// TestPlan has copies sweep in turn, on leases held in memory, until each bucket
// has one of them and each copy no more than its share.
func TestPlan(t *testing.T) {
	t.Parallel()
	for _, copies := range []int{1, 2, 3, 7, 33} {
		t.Run(fmt.Sprint(copies), func(t *testing.T) {
			t.Parallel()
			var held holding
			for range 3 * copies {
				for n := range copies {
					held = held.after(fmt.Sprint("copy ", n))
				}
			}
			count := map[string]int{}
			for b, name := range held.sweeper {
				if name == "" {
					t.Fatalf("nobody sweeps bucket %d", b)
				}
				count[name]++
			}
			share := (buckets + copies - 1) / copies
			for name, n := range count {
				if n > share {
					t.Errorf("%s sweeps %d buckets, its share is %d", name, n, share)
				}
			}
			// Shares are rounded up, so the last copies may find nothing.
			if want := (buckets + share - 1) / share; len(count) < want {
				t.Errorf("%d copies sweep, want %d", len(count), want)
			}
		})
	}
	t.Run("more copies than buckets", func(t *testing.T) {
		t.Parallel()
		var held holding
		for b := range held.sweeper {
			held.sweeper[b] = fmt.Sprint("copy ", b)
		}
		if p := held.plan("late"); !p.waits || len(p.mine()) > 0 {
			t.Errorf("the last copy sweeps %d buckets, want it to wait", len(p.mine()))
		}
		held.newcomer = "late"
		if p := held.plan("copy 7"); p.waits || p.steps[7] != keep || len(p.mine()) != 1 {
			t.Errorf("a copy gives its only bucket away: %v", p.steps[7])
		}
	})
	t.Run("a node away", func(t *testing.T) {
		t.Parallel()
		var held holding
		for b := range 100 {
			held.away[b] = true
		}
		p := held.plan("copy")
		if got := len(p.mine()); got != buckets-100 {
			t.Errorf("looks into %d buckets, want the %d that are there", got, buckets-100)
		}
	})
}

// after is what the leases are once a copy has swept.
func (h holding) after(sweeper string) holding {
	p := h.plan(sweeper)
	for b, step := range p.steps {
		switch step {
		case take:
			h.sweeper[b] = sweeper
		case give:
			h.sweeper[b] = ""
		}
	}
	switch {
	case p.waits && h.newcomer == "":
		h.newcomer = sweeper
	case !p.waits && h.newcomer == sweeper:
		h.newcomer = ""
	}
	return h
}

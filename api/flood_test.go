package api

import (
	"fmt"
	"testing"
	"time"
)

func TestFlood(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		var f flood
		for i := range 3 {
			if wait := f.take("a", 3, now); wait != 0 {
				t.Errorf("request %d waits %v", i, wait)
			}
		}
		if wait := f.take("a", 3, now.Add(time.Minute)); wait != floodWindow-time.Minute {
			t.Errorf("the fourth waits %v", wait)
		}
		if wait := f.take("b", 3, now); wait != 0 {
			t.Errorf("another address waits %v", wait)
		}
		if wait := f.take("a", 3, now.Add(floodWindow)); wait != 0 {
			t.Errorf("in the next window: %v", wait)
		}
	})
	t.Run("OK bounded", func(t *testing.T) {
		t.Parallel()
		var f flood
		for i := range mostAddresses + 100 {
			f.take(fmt.Sprint(i), 50, now)
		}
		if len(f.counts) > mostAddresses+1 {
			t.Errorf("%d addresses are kept", len(f.counts))
		}
		if wait := f.take("one more", 50, now); wait == 0 {
			t.Error("addresses beyond the bound are not limited")
		}
	})
}

func TestCheckPublic(t *testing.T) {
	t.Parallel()
	routes, _, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPublic(routes); err != nil {
		t.Error(err)
	}
	if err := checkPublic(map[string]operation{"GET /new": {id: "new", anyone: true}}); err == nil {
		t.Error("a public route without a limit passes")
	}
	anyone := 0
	for _, op := range routes {
		if op.anyone {
			anyone++
		}
	}
	if anyone != len(publicLimits) {
		t.Errorf("%d public routes, %d limits", anyone, len(publicLimits))
	}
}

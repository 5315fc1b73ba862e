package attempt_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gongyuan/engine/attempt"
)

func TestSteadyClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := time.Now()
		c := attempt.NewSteadyClock()
		time.Sleep(90 * time.Minute)
		if got := c.Now().Sub(before); got != 90*time.Minute {
			t.Errorf("passed %v, want 90m", got)
		}
		if c.Now().Location() != time.UTC {
			t.Error("not in UTC")
		}
	})
}

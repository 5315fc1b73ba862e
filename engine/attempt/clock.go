package attempt

import "time"

// SteadyClock tells the wall time at which it was made plus the monotonic time
// that has passed since. Steps of the wall clock, by an operator or by a time
// service, do not move it, so they neither cost nor give a candidate time. It
// is safe for concurrent use.
type SteadyClock struct {
	wall  time.Time // without a monotonic reading
	start time.Time // with one
}

// NewSteadyClock takes the wall time now. Make one per process, at start-up.
func NewSteadyClock() *SteadyClock {
	now := time.Now()
	return &SteadyClock{wall: now.Round(0).UTC(), start: now}
}

// Now implements Clock. Times are in UTC.
func (c *SteadyClock) Now() time.Time { return c.wall.Add(time.Since(c.start)) }

var _ Clock = (*SteadyClock)(nil)

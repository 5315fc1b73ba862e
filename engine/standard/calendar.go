package standard

import (
	"slices"
	"time"
)

// Calendar tells working days from others. Its zero value knows weekends only:
// public holidays, and the weekends that are worked instead, are decided year
// by year and are data.
type Calendar struct {
	Holidays []string `json:"holidays,omitempty"` // 2006-01-02, of days that would be worked
	Workdays []string `json:"workdays,omitempty"` // of weekend days that are worked
}

// Zone is the time in which days begin and end.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// Working tells whether the day of an instant is a working day.
func (c *Calendar) Working(t time.Time) bool {
	day := t.In(Zone)
	name := day.Format(time.DateOnly)
	if slices.Contains(c.Workdays, name) {
		return true
	}
	weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	return !weekend && !slices.Contains(c.Holidays, name)
}

// After returns the end of the n-th working day after the day of an instant:
// the first moment of the day that follows it. The day itself does not count.
// With n = 0 it is the end of that day.
func (c *Calendar) After(t time.Time, n int) time.Time {
	day := t.In(Zone)
	end := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, Zone)
	for n > 0 {
		if c.Working(end) {
			n--
		}
		end = end.AddDate(0, 0, 1)
	}
	return end.UTC()
}

// Left returns how many working days there are after the day of an instant and
// before end: 0 on the last day, and -1 once end has come.
func (c *Calendar) Left(now, end time.Time) int {
	if !now.Before(end) {
		return -1
	}
	day := now.In(Zone)
	n := 0
	for next := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, Zone); next.Before(end); next = next.AddDate(0, 0, 1) {
		if c.Working(next) {
			n++
		}
	}
	return n
}

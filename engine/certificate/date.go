package certificate

import (
	"fmt"
	"time"
)

// Date is a calendar day in China, such as 2026-10-30.
type Date string

// china is where certificates are dated; it has one offset and no summer time.
var china = time.FixedZone("UTC+8", 8*60*60)

// DateOf returns the day on which t falls in China.
func DateOf(t time.Time) Date { return Date(t.In(china).Format(time.DateOnly)) }

// Check tells whether d is a day that exists, in its normal form.
func (d Date) Check() error {
	if _, err := time.Parse(time.DateOnly, string(d)); err != nil {
		return &FieldError{"/date", "date"}
	}
	return nil
}

// Year returns the year of a date that Check has passed.
func (d Date) Year() int {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t.Year()
}

// lastDay is the day before d comes again after some years.
func (d Date) lastDay(years int) Date {
	t, _ := time.Parse(time.DateOnly, string(d))
	return Date(t.AddDate(years, 0, -1).Format(time.DateOnly))
}

// begins is the first moment of the day in China.
func (d Date) begins() time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, string(d), china)
	return t
}

// Chinese writes the date as it is printed: 2026年10月30日.
func (d Date) Chinese() string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

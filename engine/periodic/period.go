package periodic

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"gongyuan/engine/standard"
)

// Period is a quarter, such as 2026-Q4, or a year, such as 2026.
type Period string

var periods = regexp.MustCompile(`^(20\d\d)(?:-Q([1-4]))?$`)

// Span is the days of a period and when its report is due, as 2006-01-02.
type Span struct{ From, Until, Due string }

// Span returns the days of a period. A quarter's report is due on the 20th of
// its last month, a year's on 10 December. It returns a *FieldError for what is
// no period.
func (p Period) Span() (Span, error) {
	m := periods.FindStringSubmatch(string(p))
	if m == nil {
		return Span{}, &FieldError{"/period", "period"}
	}
	year, _ := strconv.Atoi(m[1])
	if m[2] == "" {
		return Span{fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year), fmt.Sprintf("%d-12-10", year)}, nil
	}
	quarter, _ := strconv.Atoi(m[2])
	last := time.Date(year, time.Month(3*quarter+1), 0, 0, 0, 0, 0, time.UTC)
	return Span{
		fmt.Sprintf("%d-%02d-01", year, 3*quarter-2), last.Format(time.DateOnly), fmt.Sprintf("%d-%02d-20", year, 3*quarter),
	}, nil
}

// Today is the day in China on which t falls.
func Today(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

// Around lists the periods whose report may be due at a moment: the quarter and
// the year of that day, and those before.
func Around(t time.Time) []Period {
	t = t.In(standard.Zone)
	year, quarter := t.Year(), (int(t.Month())+2)/3
	before := Period(fmt.Sprintf("%d-Q%d", year, quarter-1))
	if quarter == 1 {
		before = Period(fmt.Sprintf("%d-Q4", year-1))
	}
	return []Period{before, Period(fmt.Sprintf("%d-Q%d", year, quarter)), Period(strconv.Itoa(year - 1)), Period(strconv.Itoa(year))}
}

// Due is a report that is not submitted.
type Due struct {
	Period Period
	Day    string // on which it is due
	Late   bool
}

// How long before and after its day a report is spoken of.
const (
	ahead  = 20 * 24 * time.Hour
	behind = 60 * 24 * time.Hour
)

// dueAt tells whether a report is to be spoken of at a moment.
func dueAt(p Period, now time.Time) (Due, bool) {
	span, err := p.Span()
	if err != nil {
		return Due{}, false
	}
	day, _ := time.ParseInLocation(time.DateOnly, span.Due, standard.Zone)
	d := Due{p, span.Due, Today(now) > span.Due}
	return d, !now.Before(day.Add(-ahead)) && now.Before(day.Add(behind))
}

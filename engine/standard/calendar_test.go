package standard

import (
	"testing"
	"time"
)

func TestAfter(t *testing.T) {
	t.Parallel()
	c := Calendar{Holidays: []string{"2026-10-01", "2026-10-02", "2026-10-05"}, Workdays: []string{"2026-10-10"}}
	for _, x := range []struct {
		from string
		days int
		want string // the last moment belongs to the day before
	}{
		{"2026-11-23T09:00:00+08:00", 0, "2026-11-24"},
		{"2026-11-23T09:00:00+08:00", 1, "2026-11-25"},
		{"2026-11-20T23:59:59+08:00", 1, "2026-11-24"}, // Friday: Monday counts
		{"2026-11-20T16:00:00Z", 1, "2026-11-24"},      // Saturday in China
		{"2026-11-23T09:00:00+08:00", 5, "2026-12-01"},
		{"2026-09-30T09:00:00+08:00", 2, "2026-10-08"}, // the holidays do not count
		{"2026-10-09T09:00:00+08:00", 1, "2026-10-11"}, // the Saturday is worked
	} {
		from, err := time.Parse(time.RFC3339, x.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.After(from, x.days).In(Zone).Format(time.DateTime); got != x.want+" 00:00:00" {
			t.Errorf("%d working days after %s end at %s, want %s", x.days, x.from, got, x.want)
		}
	}
}

func TestCarryUntil(t *testing.T) {
	t.Parallel()
	passed := time.Date(2026, 5, 16, 2, 0, 0, 0, time.UTC)
	if got := (CarryRules{Months: 24}).Until(passed); !got.Equal(passed.AddDate(2, 0, 0)) {
		t.Errorf("until %s", got)
	}
	if got := (CarryRules{}).Until(passed); got.After(passed) {
		t.Errorf("carried over though the rules say no: %s", got)
	}
}

func TestGrades(t *testing.T) {
	t.Parallel()
	if !SeniorExaminer.Covers(Examiner) || !Examiner.Covers(Examiner) || Examiner.Covers(SeniorExaminer) || Grade("").Covers(Examiner) {
		t.Error("a senior examiner covers both grades, an examiner the lower only")
	}
}

func TestCalendarLeft(t *testing.T) {
	t.Parallel()
	c := Calendar{Holidays: []string{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"}, Workdays: []string{"2026-10-10"}}
	from := time.Date(2026, 9, 29, 1, 0, 0, 0, time.UTC)
	end := c.After(from, 3) // of 30 September, 8 and 9 October
	for _, x := range []struct {
		at   time.Time
		want int
	}{
		{from, 3}, {from.Add(24 * time.Hour), 2}, {from.AddDate(0, 0, 4), 2}, {end.Add(-time.Second), 0}, {end, -1}, {end.Add(time.Hour), -1},
	} {
		if got := c.Left(x.at, end); got != x.want {
			t.Errorf("at %s %d working days are left, want %d", x.at.In(Zone), got, x.want)
		}
	}
	for n := range 20 {
		if got := c.Left(from, c.After(from, n)); got != n {
			t.Errorf("of %d working days %d are left at the beginning", n, got)
		}
	}
}

func TestAppealKinds(t *testing.T) {
	t.Parallel()
	all, some := AppealRules{}, AppealRules{Kinds: []string{"recount"}}
	if !all.Allows("other") || !some.Allows("recount") || some.Allows("other") {
		t.Error("none named means all, else those named")
	}
}

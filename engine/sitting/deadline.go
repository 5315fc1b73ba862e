package sitting

import (
	"fmt"
	"strings"
	"time"
)

// Pause is a stretch in which the clock of an attempt stood still. A zero
// Until means that it still does.
type Pause struct {
	From  time.Time
	Until time.Time
}

// Allowance is all that decides until when one candidate may write.
type Allowance struct {
	Start     time.Time     // when the candidate began
	Duration  time.Duration // of the exam
	Closes    time.Time     // end of the window; zero means none
	Extra     time.Duration // individual extra time (个人延时)
	Extension time.Duration // given to the room or the sitting (考场补时)
	Pauses    []Pause
}

// Deadline returns the instant until which answers count, and the parts of
// the sentence that explains it. The window's end cuts a late start short;
// extra time, extensions and pauses move both. A pause that still lasts counts
// up to now, so the deadline of a paused attempt recedes as time passes.
func (a Allowance) Deadline(now time.Time) (time.Time, Explanation) {
	var paused time.Duration
	for _, p := range a.Pauses {
		until := p.Until
		if until.IsZero() {
			until = now
		}
		paused += max(until.Sub(p.From), 0)
	}
	grant := a.Extra + a.Extension + paused
	own := a.Start.Add(a.Duration + grant)
	x := Explanation{Duration: a.Duration, Extra: a.Extra, Extension: a.Extension, Paused: paused}
	if end := a.Closes.Add(grant); !a.Closes.IsZero() && own.After(end) {
		x.CutTo = end
		return end, x
	}
	return own, x
}

// Stored is the moment as of which the deadline is kept: now, or the beginning
// of the pause that still lasts.
func (a Allowance) Stored(now time.Time) time.Time {
	if n := len(a.Pauses); n > 0 && a.Pauses[n-1].Until.IsZero() {
		return a.Pauses[n-1].From
	}
	return now
}

// Explanation is why a deadline is what it is. Every screen that shows the
// deadline shows the sentence too.
type Explanation struct {
	Duration  time.Duration
	Extra     time.Duration
	Extension time.Duration
	Paused    time.Duration
	CutTo     time.Time // set where the window's end came first
}

// Sentence writes the explanation in Chinese, or in English for lang "en".
func (x Explanation) Sentence(lang string) string {
	en := strings.HasPrefix(lang, "en")
	say := func(zh, e string, d time.Duration) string {
		if en {
			return fmt.Sprintf(e, minutes(d, true))
		}
		return fmt.Sprintf(zh, minutes(d, false))
	}
	parts := []string{say("时长 %s", "duration %s", x.Duration)}
	if x.Extra > 0 {
		parts = append(parts, say("个人延时 %s", "%s of extra time", x.Extra))
	}
	if x.Extension > 0 {
		parts = append(parts, say("考场补时 %s", "%s added for the room", x.Extension))
	}
	if x.Paused.Round(time.Second) > 0 {
		parts = append(parts, say("暂停 %s", "paused for %s", x.Paused))
	}
	switch {
	case !x.CutTo.IsZero() && en:
		parts = append(parts, "cut short by the end of the sitting")
	case !x.CutTo.IsZero():
		parts = append(parts, "到场次结束为止")
	}
	if en {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "，")
}

// minutes writes a duration in minutes, with seconds where there are any.
func minutes(d time.Duration, en bool) string {
	d = d.Round(time.Second)
	m, s := int(d/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case en && s == 0:
		return fmt.Sprintf("%d min", m)
	case en:
		return fmt.Sprintf("%d min %d s", m, s)
	case s == 0:
		return fmt.Sprintf("%d 分钟", m)
	case m == 0:
		return fmt.Sprintf("%d 秒", s)
	}
	return fmt.Sprintf("%d 分 %d 秒", m, s)
}

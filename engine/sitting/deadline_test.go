package sitting

import (
	"testing"
	"time"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	at := func(clock string) time.Time {
		v, err := time.Parse("15:04:05", clock)
		if err != nil {
			t.Fatal(err)
		}
		return v.AddDate(2026, 10, 21)
	}
	now := at("10:30:00")
	for _, c := range []struct {
		name   string
		in     Allowance
		want   time.Time
		zh, en string
	}{
		{"duration only", Allowance{Start: at("10:00:00"), Duration: 90 * time.Minute}, at("11:30:00"),
			"时长 90 分钟", "duration 90 min"},
		{"extra time", Allowance{Start: at("10:00:00"), Duration: 90 * time.Minute, Extra: 10 * time.Minute, Closes: at("11:30:00")}, at("11:40:00"),
			"时长 90 分钟，个人延时 10 分钟", "duration 90 min, 10 min of extra time"},
		{"late start is cut by the window", Allowance{Start: at("10:20:00"), Duration: 90 * time.Minute, Closes: at("11:30:00")}, at("11:30:00"),
			"时长 90 分钟，到场次结束为止", "duration 90 min, cut short by the end of the sitting"},
		{"a room extension moves the window too", Allowance{Start: at("10:20:00"), Duration: 90 * time.Minute, Closes: at("11:30:00"), Extension: 6*time.Minute + 40*time.Second}, at("11:36:40"),
			"时长 90 分钟，考场补时 6 分 40 秒，到场次结束为止", "duration 90 min, 6 min 40 s added for the room, cut short by the end of the sitting"},
		{"a pause that is over", Allowance{Start: at("10:00:00"), Duration: 90 * time.Minute, Pauses: []Pause{{at("10:05:00"), at("10:06:00")}}}, at("11:31:00"),
			"时长 90 分钟，暂停 1 分钟", "duration 90 min, paused for 1 min"},
		{"a pause that lasts counts up to now", Allowance{Start: at("10:00:00"), Duration: 90 * time.Minute, Pauses: []Pause{{at("10:29:30"), time.Time{}}}}, at("11:30:30"),
			"时长 90 分钟，暂停 30 秒", "duration 90 min, paused for 0 min 30 s"},
		{"everything at once", Allowance{Start: at("10:00:00"), Duration: time.Hour, Extra: time.Minute, Extension: 2 * time.Minute,
			Pauses: []Pause{{at("10:01:00"), at("10:02:00")}, {at("10:03:00"), at("10:05:00")}}}, at("11:06:00"),
			"时长 60 分钟，个人延时 1 分钟，考场补时 2 分钟，暂停 3 分钟", "duration 60 min, 1 min of extra time, 2 min added for the room, paused for 3 min"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, x := c.in.Deadline(now)
			if !got.Equal(c.want) {
				t.Errorf("deadline = %s, want %s", got, c.want)
			}
			if zh := x.Sentence("zh-CN"); zh != c.zh {
				t.Errorf("sentence = %q, want %q", zh, c.zh)
			}
			if en := x.Sentence("en"); en != c.en {
				t.Errorf("sentence = %q, want %q", en, c.en)
			}
		})
	}
}

// TestSentenceOfAShortPause says no word of a pause too short to write down.
func TestSentenceOfAShortPause(t *testing.T) {
	t.Parallel()
	x := Explanation{Duration: time.Hour, Paused: 300 * time.Millisecond}
	if got, want := x.Sentence("zh-CN"), "时长 60 分钟"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.Paused = 800 * time.Millisecond
	if got, want := x.Sentence("zh-CN"), "时长 60 分钟，暂停 1 秒"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

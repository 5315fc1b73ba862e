package api

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/attempt"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// TestChronicle holds what the protocol of a sitting says of what happened.
func TestChronicle(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return begin.Add(time.Duration(minute) * time.Minute) }
	c := &chronicle{name: func(a people.AccountID) string { return "监考 " + string(a) }, seats: map[sitting.RegistrationID]seat{
		"r1": {Registration: sitting.Registration{ID: "r1", Room: "01", Seat: "07", Attempt: "a1"}, person: people.Candidate{Name: "周壬"}},
		"r2": {Registration: sitting.Registration{ID: "r2", Room: "02", Seat: "03", Attempt: "a2"}, person: people.Candidate{Name: "吴癸"}},
	}}
	acts := []proctor.Act{
		{Kind: proctor.CheckIn, Registration: "r1", By: "甲", At: at(0)},
		{Kind: proctor.Warn, Registration: "r1", Text: "请收起手机", Reason: "手机响了", By: "甲", At: at(1)},
		{Kind: proctor.Evacuate, Room: "01", Text: "火警", Reason: "火警", Count: 28, By: "甲", At: at(2)},
		{Kind: proctor.Transfer, Registration: "r2", FromRoom: "02", FromPlace: "02", ToRoom: "02", ToPlace: "03", Reason: "电脑坏了", By: "乙", At: at(3)},
		{Kind: proctor.Unlock, Registration: "r2", Reason: "浏览器已核对", By: "乙", At: at(4)},
		{Kind: proctor.Expel, Registration: "r1", Text: "抄袭", Reason: "当场发现", By: "甲", At: at(5)},
	}
	c.acts(acts)
	c.calls([]proctor.Call{
		{Kind: proctor.Question, Registration: "r2", Slot: 37, Text: "没有正确选项", State: proctor.Done, Word: "照常作答", Forwarded: true, By: "乙", At: at(6)},
		{Kind: proctor.Help, Registration: "r2", State: proctor.Raised, At: at(7)},
	})
	c.collected([]attempt.Record{
		{ID: "a1", Closing: attempt.Closing{Manner: attempt.Collected, At: at(5), By: "甲", Reason: "当场发现"}},
		{ID: "a2", Closing: attempt.Closing{Manner: attempt.Collected, At: at(9), By: "乙", Reason: "未交卷离场"}},
		{ID: "a3", Closing: attempt.Closing{Manner: attempt.Collected, At: at(9), By: "乙", Reason: "不在名单"}},
	}, acts)
	c.cut([]attempt.Incident{
		{Room: "02", From: at(10), Until: at(13).Add(20 * time.Second), Seats: 12, Settled: true},
		{Room: "02", Seat: "a2", From: at(20), Seats: 1},
		{From: at(21), Until: at(22), Seats: 40},
	})
	one, two := "01-07 周壬", "02-03 吴癸"
	want := []daysheet.Event{
		{At: at(1), Room: "01", Where: one, What: "违纪警告", Why: "请收起手机；手机响了", By: "监考 甲"},
		{At: at(2), Room: "01", Where: "01 考场", What: "疏散", Why: "28 人；火警", By: "监考 甲"},
		{At: at(3), Room: "02", Where: two, What: "换座", Why: "02-02 到 02-03；电脑坏了", By: "监考 乙"},
		{At: at(4), Room: "02", Where: two, What: "解开页面", Why: "浏览器已核对", By: "监考 乙"},
		{At: at(5), Room: "01", Where: one, What: "违纪，终止考试", Why: "抄袭；当场发现", By: "监考 甲"},
		{At: at(6), Room: "02", Where: two, What: "反映第 37 题有误", Why: "没有正确选项；已办结：照常作答，已转命题人员", By: "监考 乙"},
		{At: at(7), Room: "02", Where: two, What: "举手", Why: "没有办结"},
		{At: at(9), Room: "02", Where: two, What: "收卷", Why: "未交卷离场", By: "监考 乙"},
		{At: at(10), Room: "02", Where: "02 考场", What: "断线（系统测得）", Why: "持续 3 分 20 秒，12 人；已补时"},
		{At: at(20), Room: "02", Where: two, What: "断线（系统测得）", Why: "还没有恢复"},
		{At: at(21), Where: "全部考生", What: "断线（系统测得）", Why: "持续 1 分钟，40 人"},
	}
	if diff := cmp.Diff(want, c.out); diff != "" {
		t.Error(diff)
	}
	for _, k := range []proctor.Kind{
		proctor.MarkGone, proctor.Undo, proctor.Message, proctor.Warn, proctor.Expel, proctor.Transfer, proctor.Evacuate, proctor.Return, proctor.Lock, proctor.Unlock,
	} {
		if actWords[k] == "" {
			t.Errorf("no word for %s", k)
		}
	}
	if slices.Contains([]string{orderWords[attempt.Extend], orderWords[attempt.Pause], orderWords[attempt.Resume], orderWords[attempt.Reopen]}, "") {
		t.Error("an order without a word")
	}
}

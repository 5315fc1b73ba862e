package api

import (
	"testing"

	"gongyuan/engine/sitting"
)

func TestGapWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   sitting.Opening
		want string
	}{
		"OK: nothing open":                   {sitting.Opening{}, ""},
		"OK: a reason where nothing is open": {sitting.Opening{Reason: "按计划"}, "理由：按计划"},
		"OK: rooms once, computers counted": {sitting.Opening{Reason: "备用", Gaps: []sitting.Gap{
			{Check: "drill", Reason: "none"}, {Check: "room", Name: "01"}, {Check: "room", Name: "02"}, {Check: "room", Name: "01"}, {Check: "browsers", Have: 2, Need: 30},
		}}, "未完成：演练、考场与监考员（01、02）、考生机检查（2 / 30 台）；理由：备用"},
		"Err: a check without words": {sitting.Opening{Gaps: []sitting.Gap{{Check: "moon"}}}, "未完成：moon"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := gapWords(&c.of); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

package bank_test

import (
	"fmt"
	"testing"
	"time"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := bank.NewCatalogue()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	put := func(n int, point bank.PointCode, stem, text string, change func(*bank.ItemRow)) {
		code := fmt.Sprintf("B-%s-%03d", point, n)
		row := bank.ItemRow{Item: bank.Item{ID: bank.NewItemID("b", code), Bank: "b", Code: code, Point: point, Status: bank.Published, Updated: day.AddDate(0, 0, n)},
			Type: bank.Single, Difficulty: n%5 + 1, Stem: stem}
		if change != nil {
			change(&row)
		}
		c.Put(row, text)
	}
	put(1, "D-B-A-001", "出入口处的视频监控画面，应能辨认进出人员。", "示例", func(r *bank.ItemRow) { r.LastUsed = day })
	put(2, "D-B-A-001", "视频监控系统由前端采集、传输组成。", "", nil)
	put(3, "D-B-B-001", "发现可疑人员时应（　　）。", "查看视频监控", func(r *bank.ItemRow) {
		r.Status, r.Work.Stage, r.Tags = bank.InReview, bank.StageReview, []string{"急"}
	})
	put(4, "E-A-A-001", "监控视频的保存", "", func(r *bank.ItemRow) { r.Author = "ding" })
	for name, x := range map[string]struct {
		q    bank.ItemQuery
		want []int
	}{
		"everything":       {bank.ItemQuery{}, []int{1, 2, 3, 4}},
		"descending":       {bank.ItemQuery{Descending: true}, []int{4, 3, 2, 1}},
		"changed last":     {bank.ItemQuery{Sort: bank.ByChange, Descending: true}, []int{4, 3, 2, 1}},
		"difficulty":       {bank.ItemQuery{Sort: bank.ByDifficulty}, []int{1, 2, 3, 4}},
		"page":             {bank.ItemQuery{Skip: 1, Limit: 2}, []int{2, 3}},
		"range":            {bank.ItemQuery{Range: "D-B"}, []int{1, 2, 3}},
		"point":            {bank.ItemQuery{Range: "D-B-A-001"}, []int{1, 2}},
		"stage":            {bank.ItemQuery{Stage: bank.StageReview}, []int{3}},
		"tag":              {bank.ItemQuery{Tag: "急"}, []int{3}},
		"author":           {bank.ItemQuery{Author: "ding"}, []int{4}},
		"used":             {bank.ItemQuery{Used: bank.Only}, []int{1}},
		"not used":         {bank.ItemQuery{Used: bank.Without}, []int{2, 3, 4}},
		"best first":       {bank.ItemQuery{Text: "视频监控"}, []int{2, 1, 3}},
		"by code":          {bank.ItemQuery{Text: "视频监控", Sort: bank.ByCode}, []int{1, 2, 3}},
		"words apart":      {bank.ItemQuery{Text: "监控 视频"}, []int{4, 2, 1, 3}},
		"a code":           {bank.ItemQuery{Text: "E-A-A-001"}, []int{4}},
		"one character":    {bank.ItemQuery{Text: "疑"}, []int{3}},
		"unknown":          {bank.ItemQuery{Text: "消防"}, nil},
		"punctuation":      {bank.ItemQuery{Text: "，。"}, nil},
		"another bank":     {bank.ItemQuery{Bank: "c"}, nil},
		"text and filters": {bank.ItemQuery{Text: "视频", Status: bank.InReview}, []int{3}},
	} {
		got := c.Find(x.q)
		var numbers []int
		for _, r := range got.Rows {
			numbers = append(numbers, int(r.Code[len(r.Code)-1]-'0'))
		}
		if diff := cmp.Diff(x.want, numbers); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if name != "page" && got.Total != len(x.want) {
			t.Errorf("%s: total = %d, want %d", name, got.Total, len(x.want))
		}
	}
	for range 300 { // places of what is replaced are used again
		put(2, "D-B-A-001", "改过的题干", "", nil)
	}
	if got := c.Find(bank.ItemQuery{Text: "改过"}); got.Total != 1 || c.Len() != 4 {
		t.Errorf("after replacing: %+v of %d", got, c.Len())
	}
	c.Drop("b/B-D-B-A-001-002")
	if got := c.Find(bank.ItemQuery{}); got.Total != 3 {
		t.Errorf("after dropping: %d", got.Total)
	}
}

package xlsx_test

import (
	"bytes"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/exchange/xlsx"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
)

// book writes sheets of text.
func book(t *testing.T, sheets map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, lines := range sheets {
		_, err := f.NewSheet(name)
		must(t, err)
		for i, line := range lines {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			must(t, err)
			must(t, f.SetSheetRow(name, cell, &line))
		}
	}
	must(t, f.DeleteSheet("Sheet1"))
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

// TestReadDistribution reads the two distributions as the trade writes them:
// parents on the first of their rows only, letters of their own level, totals
// below, and no sheet of settings.
func TestReadDistribution(t *testing.T) {
	t.Parallel()
	got, err := xlsx.Read(bytes.NewReader(book(t, map[string][][]any{
		"题型分布": {{"某某方案"}, {"题型", "题量", "分值"}, {"单选题", 60, 0.5}, {"多选", "２０", "1.5"}, {"C（判断题）", 40, "1"}, {"U", 1, 1}, {"合计", 120, 100}},
		"知识点分布": {
			{"一级代码", "二级代码", "三级代码", "比重"},
			{"A", "A", "A", 4}, {"", "", "B", "6%"}, {"", "B", "", 10}, {"B", "", "", 50}, {"", "B-A", "", 80}, {"C", "", "", "—"}, {"?", "", "", 1}, {"D", "", "", "一"},
		},
	})), xlsx.Options{Bank: "b"})
	if err != nil {
		t.Fatal(err)
	}
	want := &bank.Blueprint{
		ID: "b", Bank: "b", Title: "b", Duration: 90 * time.Minute,
		Sections: []bank.Section{{Type: bank.Single, Count: 60, Points: 50}, {Type: bank.Multiple, Count: 20, Points: 150}, {Type: bank.Judgement, Count: 40, Points: 100}},
		Weights:  []bank.RangeWeight{{Range: "A-A-A", Weight: 4}, {Range: "A-A-B", Weight: 6}, {Range: "A-B", Weight: 10}, {Range: "B-A", Weight: 80}},
	}
	if diff := cmp.Diff(want, got.Blueprint, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("blueprint (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		`dropped A6 bad-section "U"→""`, `dropped A8 bad-code "?"→""`, `dropped D9 bad-weight "一"→""`, `changed D5 weight-of-parent "50"→""`,
		`changed 0 default-taken ""→"b"`, `changed 0 default-taken ""→"b"`, `changed 0 default-taken ""→"90"`,
	}, summary(got)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

func TestReadUnsoundBlueprint(t *testing.T) {
	t.Parallel()
	got, err := xlsx.Read(bytes.NewReader(book(t, map[string][][]any{
		"题型分布": {{"题型代码", "题数", "每题分值"}, {"B", 1, 1}, {"B", 2, 1}},
		"组卷":   {{"方案编号", "p"}, {"方案名称", "方案"}, {"时长（分钟）", "一小时"}, {"难度比例", "1/2/3"}, {"颜色", "红"}},
	})), xlsx.Options{Bank: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		`dropped B3 bad-setting "一小时"→""`, `dropped B4 bad-setting "1/2/3"→""`, `dropped B5 bad-setting "红"→""`,
		`changed 0 default-taken ""→"90"`, `dropped 0 unsound-blueprint "bank: blueprint: section \"B\": type, count, points or rule"→""`,
	}, summary(got)); diff != "" || got.Blueprint != nil {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

func TestReadOutline(t *testing.T) {
	t.Parallel()
	got, err := xlsx.Read(bytes.NewReader(book(t, map[string][][]any{
		"鉴定要素细目表": {
			{"代码", "名称", "比重", "重要程度"},
			{"A", "甲", 60}, {"a-a", "乙", "60%"}, {"A-A-A", "丙", 60}, {"A-A-A-001", "点", "", "X"}, {"A-A-A-002", "点", "", "核心"},
			{"B", "丁", "—"}, {"C-A", "孤", 1}, {"A", "再", 1}, {"D", "戊", "多"}, {"A-A-A-003", "点", "", "W"}, {"A-A-B-001", "点", "", "X"}, {"A-A-A-001", "点", "", "Y"}, {"第一章", "", 1},
		},
		"题库": {
			{"ID", "认定点代码", "题型代码", "试题（题干）", "正确答案", "难度代码"},
			{"C-A-A-A-001-001", "A-A-A-001", "C", "问", "对", 1}, {"C-A-A-A-009-001", "A-A-A-009", "C", "问二", "对", 1},
		},
	})), xlsx.Options{Bank: "b"})
	if err != nil {
		t.Fatal(err)
	}
	want := &bank.Outline{Bank: "b", Title: "b", Ranges: []bank.Range{
		{Code: "A", Title: "甲", Weight: 60, Children: []bank.Range{{Code: "A-A", Title: "乙", Weight: 60, Children: []bank.Range{{
			Code: "A-A-A", Title: "丙", Weight: 60,
			Points: []bank.Point{{Code: "A-A-A-001", Title: "点", Importance: bank.Core}, {Code: "A-A-A-002", Title: "点", Importance: bank.Core}},
		}}}}},
		{Code: "B", Title: "丁", Weight: -1},
	}}
	if diff := cmp.Diff(want, got.Outline, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("outline (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		`dropped A8 orphan-range "C-A"→""`, `dropped A9 duplicate-code "A"→""`, `dropped C10 bad-weight "多"→""`, `dropped D11 bad-importance "W"→""`,
		`dropped A12 orphan-range "A-A-B-001"→""`, `dropped A13 duplicate-code "A-A-A-001"→""`, `dropped A14 bad-code "第一章"→""`,
		`dropped B3 unknown-point "A-A-A-009"→""`,
	}, summary(got)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if len(got.Revisions) != 1 || got.Counts.Kept != 1 || got.Counts.Dropped != 1 {
		t.Errorf("%d revisions, %+v", len(got.Revisions), got.Counts)
	}
}

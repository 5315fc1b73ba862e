package bank_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
)

func TestParseRubric(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []bank.Criterion
	}{
		"OK lines with what they earn": {"答题要点：\n1. 报警并报告（2分）\n2. 切断电源（1.5 分）。\n  疏散人员(2 分)；\n", []bank.Criterion{
			{"1. 报警并报告", 200}, {"2. 切断电源", 150}, {"疏散人员", 200},
		}},
		"OK what the heading earns": {"一、评估（5分）：统一准则（1分）；分析（4分）。\n二、要求（2分）：\n1．限期整改（1分）；\n2．归档（1分）。", []bank.Criterion{
			{"一、评估：统一准则（1分）；分析（4分）。", 500}, {"1．限期整改", 100}, {"2．归档", 100},
		}},
		"OK no structure":             {"说出三个要点，每点 2 分。", nil},
		"OK empty":                    {"", nil},
		"Err nothing before the mark": {"（2分）", nil},
		"Err worth nothing":           {"礼貌用语（0分）", nil},
		"Err worth in the middle":     {"报警（2分）并报告", nil},
		"Err three decimals":          {"报警（1.255分）", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, bank.ParseRubric(c.text)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.want, bank.ParseRubric(bank.FormatRubric(c.want))); d != "" {
				t.Errorf("written and read back (-want +got):\n%s", d)
			}
		})
	}
}

// TestShares holds the shares of random rubrics to what they are to sum to,
// and to within a hundredth of the exact part.
func TestShares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rubric := make([]bank.Criterion, rapid.IntRange(1, 12).Draw(t, "criteria"))
		var all bank.Marks
		for i := range rubric {
			rubric[i].Weight = bank.Marks(rapid.Int64Range(1, 5000).Draw(t, "weight"))
			all += rubric[i].Weight
		}
		points := bank.Marks(rapid.Int64Range(0, 10000).Draw(t, "points"))
		var sum bank.Marks
		for i, s := range bank.Shares(rubric, points) {
			sum += s
			exact := rubric[i].Weight * points
			if s < exact/all || s > exact/all+1 {
				t.Fatalf("criterion %d of weight %d of %d earns %d of %d", i, rubric[i].Weight, all, s, points)
			}
		}
		if sum != points {
			t.Fatalf("shares sum to %d, want %d", sum, points)
		}
	})
	if d := cmp.Diff([]bank.Marks{0, 0}, bank.Shares(make([]bank.Criterion, 2), 500)); d != "" {
		t.Errorf("without weight: %s", d)
	}
	if d := cmp.Diff([]bank.Marks{167, 167, 166}, bank.Shares([]bank.Criterion{{"", 100}, {"", 100}, {"", 100}}, 500)); d != "" {
		t.Errorf("equals: %s", d)
	}
}

package bank_test

import (
	"strings"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func spelled(pieces []bank.Piece) string {
	marks := map[bank.ChangeKind]string{bank.Kept: "", bank.Added: "+", bank.Removed: "-"}
	var b strings.Builder
	for _, p := range pieces {
		if m := marks[p.Kind]; m != "" {
			b.WriteString("[" + m + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestDiffText(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"", "", ""},
		{"同样", "同样", "同样"},
		{"", "新", "[+新]"},
		{"旧", "", "[-旧]"},
		{"关闭阀门，开窗通风", "关闭阀门，开窗通风，不动电器", "关闭阀门，开窗通风[+，不动电器]"},
		{"先排气，再查找漏点。", "先断气、通风。", "先[-排气，再查找漏点][+断气、通风]。"},
	} {
		if got := spelled(bank.DiffText(c[0], c[1])); got != c[2] {
			t.Errorf("%q → %q = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestDiffTextHoldsBoth takes any two texts: what is left of the pieces
// without the added ones is the old text, without the removed ones the new.
func TestDiffTextHoldsBoth(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.SampledFrom([]rune("甲乙丙丁，。ab")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		var before, after strings.Builder
		for _, p := range bank.DiffText(a, b) {
			if p.Kind != bank.Added {
				before.WriteString(p.Text)
			}
			if p.Kind != bank.Removed {
				after.WriteString(p.Text)
			}
		}
		if before.String() != a || after.String() != b {
			t.Fatalf("%q → %q: pieces give %q and %q", a, b, before.String(), after.String())
		}
	})
}

func TestCompare(t *testing.T) {
	t.Parallel()
	old := bank.Revision{Point: "A-A-A-001", Difficulty: 3, Question: bank.Question{
		Type: bank.Single, Stem: "发现燃气泄漏时，应当首先（　　）。", Explanation: "先排气。",
		Options: []bank.Option{{ID: "A", Text: "打开排风扇"}, {ID: "B", Text: "关闭阀门"}, {ID: "C", Text: "以上都对"}},
		Key:     bank.Key{Options: []bank.OptionID{"A"}},
	}}
	changed := func(change func(r *bank.Revision)) bank.Revision {
		r := old
		r.Options = append([]bank.Option{}, old.Options...)
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		after  bank.Revision
		key    bool
		fields []string
	}{
		"OK nothing": {changed(func(*bank.Revision) {}), false, nil},
		"OK key":     {changed(func(r *bank.Revision) { r.Key.Options = []bank.OptionID{"B"}; r.Stem += "示例" }), true, []string{"key", "stem"}},
		"OK option and feedback": {changed(func(r *bank.Revision) { r.Options[1].Text += "，不动电器"; r.Options[0].Feedback = "有火花" }), false,
			[]string{"feedback:A", "option:B"}},
		"OK last":   {changed(func(r *bank.Revision) { r.Options[2].Last = true }), false, []string{"option:C"}},
		"OK option": {changed(func(r *bank.Revision) { r.Options = append(r.Options, bank.Option{ID: "D", Text: "离开"}) }), false, []string{"option:D"}},
		"OK type":   {changed(func(r *bank.Revision) { r.Type = bank.Multiple }), true, []string{"type"}},
		"OK part":   {changed(func(r *bank.Revision) { r.Parts = []bank.Question{{Type: bank.Essay, Stem: "试述"}} }), true, []string{"part:1/type", "part:1/stem"}},
		"OK rest": {changed(func(r *bank.Revision) { r.Point, r.Difficulty, r.Excludes = "A-A-A-002", 4, []bank.ItemID{"b/x"} }), false,
			[]string{"point", "difficulty", "excludes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := bank.Compare(&old, &c.after)
			var fields []string
			for _, f := range got.Fields {
				if f.Changed {
					fields = append(fields, f.Field)
				}
			}
			if diff := cmp.Diff(c.fields, fields); diff != "" || got.AltersKey != c.key {
				t.Errorf("alters key = %v, want %v; fields (-want +got):\n%s", got.AltersKey, c.key, diff)
			}
		})
	}
}

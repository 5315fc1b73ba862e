package formats_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// everything is a bank with one of each thing that some format cannot carry.
func everything() exchange.Bundle {
	b := exchange.Bundle{Bank: "demo-3", Title: "示例", Media: map[string][]byte{"5e": []byte("png")}}
	options := []bank.Option{{ID: "A", Text: "甲"}, {ID: "B", Text: "乙\n第二行"}, {ID: "C", Text: "以上都对", Last: true}}
	add := func(code string, difficulty int, q bank.Question, parts ...bank.Question) *bank.Revision {
		q.Type = bank.Type(code[:1])
		b.Revisions = append(b.Revisions, bank.Revision{
			Item: bank.NewItemID(b.Bank, code), Number: 1, Point: "A-A-A-001", Difficulty: difficulty, Question: q, Parts: parts,
		})
		return &b.Revisions[len(b.Revisions)-1]
	}
	single := bank.Question{Type: bank.Single, Stem: "单选题干", Options: options, Key: bank.Key{Options: []bank.OptionID{"A"}}, Explanation: "解析", Source: "依据"}
	add("B-A-A-A-001-001", 2, single).Consistency = 4
	add("G-A-A-A-001-001", 3, bank.Question{Stem: "多选题干", Options: options, Key: bank.Key{Options: []bank.OptionID{"A", "C"}}}).Excludes = []bank.ItemID{"demo-3/B-A-A-A-001-001"}
	add("C-A-A-A-001-001", 3, bank.Question{Stem: "判断题干", Options: bank.JudgementOptions(), Key: bank.Key{Options: []bank.OptionID{bank.False}}})
	add("T-A-A-A-001-001", 3, bank.Question{Stem: "一个空（____）。", Key: bank.Key{Blanks: [][]string{{"甲", "乙"}}}})
	add("T-A-A-A-001-002", 3, bank.Question{Stem: "两个空____、______。", Key: bank.Key{Blanks: [][]string{{"甲"}, {"乙"}}}})
	add("T-A-A-A-001-003", 3, bank.Question{Stem: "没有标出的两个空。", Key: bank.Key{Blanks: [][]string{{"甲"}, {"乙"}}}})
	add("D-A-A-A-001-001", 3, bank.Question{Stem: "简答题干", Key: bank.Key{Reference: "要点一\n要点二"}})
	add("W-A-A-A-001-001", 5, bank.Question{Stem: "论述题干", Key: bank.Key{Reference: "论点", Rubric: []bank.Criterion{{Text: "论点", Weight: 200}}}})
	part := single
	part.Stem = "小题"
	add("E-A-A-A-001-001", 3, bank.Question{Stem: "案情", Explanation: "全题解析"}, part, bank.Question{Type: bank.Essay, Stem: "第二小题", Key: bank.Key{Reference: "论点"}})
	add("O-A-A-A-001-001", 3, bank.Question{Stem: "排序"}).Foreign = &bank.Foreign{
		Format: "qti-2.1", ID: "o1", Kind: "orderInteraction", Path: "items/o.xml",
		Raw:   `<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="o1" title="o1"><itemBody><orderInteraction responseIdentifier="R"><prompt>排序</prompt></orderInteraction></itemBody></assessmentItem>`,
		Media: []bank.Media{{Path: "items/a.png", Type: "image/png", Sum: "5e", Size: 3}, {Path: "items/gone.png", Type: "image/png", Sum: "6f", Size: 3}},
	}
	add("O-A-A-A-001-002", 3, bank.Question{Stem: "配对"}).Foreign = &bank.Foreign{
		Format: "moodle-xml", Kind: "matching", Raw: `<question type="matching"><questiontext><text>配对</text></questiontext></question>`,
	}
	add("O-A-A-A-001-003", 3, bank.Question{Stem: "数值"}).Foreign = &bank.Foreign{Format: "gift", Kind: "numerical", Raw: "数值 {#3:1}"}
	told := add("B-A-A-A-001-003", 3, single)
	told.Options = append([]bank.Option{}, single.Options...)
	told.Options[1].Feedback = "只对一半"
	told.Stem = "如图[img:0123456789abcdef0123456789abcdef|灭火器]"
	stale := add("B-A-A-A-001-002", 3, single)
	stale.Stem = "导入后改过"
	stale.Foreign = &bank.Foreign{Format: "qti-2.2", ID: "s1", Raw: "<assessmentItem/>", Digest: "another"}
	return b
}

// TestLosses holds what each format says that it cannot carry.
func TestLosses(t *testing.T) {
	t.Parallel()
	for _, f := range writers() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			b := everything()
			_, verdicts := write(t, f, b)
			told := map[string]bool{}
			for _, v := range verdicts {
				told[v.Item] = true
				if v.Outcome != exchange.Kept && (v.Text.ZH == "" || v.Todo.EN == "") {
					t.Errorf("%s has no sentence", v.Reason)
				}
			}
			for i := range b.Revisions {
				if code := exchange.CodeOf(b.Bank, b.Revisions[i].Item); !told[code] {
					t.Errorf("nothing is said of %s", code)
				}
			}
			text := strings.Join(said(verdicts), "\n") + "\n"
			golden := filepath.Join("testdata", "losses", f.Name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestForeignComesBack exports what was imported from other systems, and reads
// it back: what is kept as it came is the same, files included.
func TestForeignComesBack(t *testing.T) {
	t.Parallel()
	for name, raw := range samples(t) {
		for _, out := range []string{"qti-2.2", "qti-3.0", "moodle-xml", "gift"} {
			first, in, err := formats.Read(strings.NewReader(string(raw)), filepath.Base(name), exchange.Options{Bank: "demo-3", Point: "A-A-A-001"})
			if err != nil || family(in.Name) != family(out) {
				continue
			}
			t.Run(name+"/"+out, func(t *testing.T) {
				t.Parallel()
				f, _ := formats.Named(out)
				b := first.Bundle()
				packed, _ := write(t, f, b)
				if len(b.Revisions) == 0 {
					return
				}
				second := read(t, f, packed, exchange.Options{Bank: "demo-3", Held: first.Revisions})
				second.CarryForeign(first.Revisions)
				if diff := cmp.Diff(first.Revisions, second.Revisions, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("(-first +second):\n%s\n%v", diff, said(second.Verdicts))
				}
				if diff := cmp.Diff(first.Media, second.Media, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("media (-first +second):\n%s", diff)
				}
			})
		}
	}
}

package formats_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

// writers lists the formats that write.
func writers() []exchange.Format {
	return slices.DeleteFunc(formats.All(), func(f exchange.Format) bool { return f.Write == nil })
}

func write(t rapid.TB, f exchange.Format, b exchange.Bundle) ([]byte, []exchange.Verdict) {
	t.Helper()
	var buf bytes.Buffer
	verdicts, err := f.Write(&buf, b)
	if err != nil {
		t.Fatalf("%s: Write: %v", f.Name, err)
	}
	return buf.Bytes(), verdicts
}

func read(t rapid.TB, f exchange.Format, raw []byte, opts exchange.Options) exchange.Import {
	t.Helper()
	got, err := f.Read(bytes.NewReader(raw), opts)
	if err != nil {
		t.Fatalf("%s: Read: %v\n%s", f.Name, err, clip(raw))
	}
	return got
}

func clip(raw []byte) string { return string(raw[:min(len(raw), 4000)]) }

// carried keeps of a bundle what the verdicts of an export say was carried
// whole.
func carried(b exchange.Bundle, verdicts []exchange.Verdict) []bank.Revision {
	whole := map[string]bool{}
	for _, v := range verdicts {
		if v.Outcome == exchange.Kept {
			whole[v.Item] = true
		}
	}
	var out []bank.Revision
	for _, r := range b.Revisions {
		if whole[exchange.CodeOf(b.Bank, r.Item)] {
			r.Author, r.Number = "", 1
			out = append(out, r)
		}
	}
	return out
}

// TestRoundTripGenerated writes a generated bank in every format and reads it
// back. What an export says it kept must come back as it was.
func TestRoundTripGenerated(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(3, 160)
	b := exchange.Bundle{Bank: banktest.Bank, Title: "示例题库", Revisions: revs}
	for i := range b.Revisions {
		b.Revisions[i].Author, b.Revisions[i].Number = "", 1
	}
	for _, f := range writers() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			raw, verdicts := write(t, f, b)
			if found, err := formats.Detect("", raw); err != nil || family(found.Name) != family(f.Name) {
				t.Errorf("detected as %q, %v", found.Name, err)
			}
			if f.Name == "aiken" { // has no codes; see TestAikenFindsItsItems
				return
			}
			got := read(t, f, raw, exchange.Options{Bank: b.Bank})
			want := carried(b, verdicts)
			if len(want) == 0 || f.Name != "gift" && len(want) != len(revs) {
				t.Errorf("%d of %d carried", len(want), len(revs))
			}
			if diff := cmp.Diff(want, got.Revisions, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !got.Clean() {
				t.Errorf("verdicts: %v", said(got.Verdicts)[:1])
			}
		})
	}
}

// TestFeedbackStays: what editors say of options has no place in any file, and
// is not lost by one that is brought in again.
func TestFeedbackStays(t *testing.T) {
	t.Parallel()
	held := bank.Revision{Item: "b/B-A-A-A-001-001", Number: 2, Question: bank.Question{Type: bank.Single, Options: []bank.Option{{ID: "A", Text: "甲", Feedback: "对"}, {ID: "B", Text: "乙", Feedback: "错"}}}}
	in := exchange.Import{Bank: "b", Revisions: []bank.Revision{{Item: held.Item, Question: bank.Question{Type: bank.Single, Options: []bank.Option{{ID: "A", Text: "甲"}, {ID: "B", Text: "丙"}}}}}}
	in.CarryForeign([]bank.Revision{held})
	want := []bank.Option{{ID: "A", Text: "甲", Feedback: "对"}, {ID: "B", Text: "丙"}}
	if diff := cmp.Diff(want, in.Revisions[0].Options); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func family(name string) string {
	name, _, _ = strings.Cut(name, "-")
	return name
}

func said(verdicts []exchange.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		if v.Outcome != exchange.Kept {
			out = append(out, fmt.Sprintf("%s %s:%d %s %s %s %q→%q", v.Outcome, v.Sheet, v.Row, v.Item, v.Field, v.Reason, v.Old, v.New))
		}
	}
	return out
}

// TestAikenFindsItsItems: a format without codes finds the items that the bank
// holds, and changes nothing of them.
func TestAikenFindsItsItems(t *testing.T) {
	t.Parallel()
	revs, _ := banktest.Generate(3, 200)
	for i := range revs {
		revs[i].Stem, revs[i].Number = fmt.Sprintf("%s（%d）", revs[i].Stem, i), 1
	}
	f, _ := formats.Named("aiken")
	raw, _ := write(t, f, exchange.Bundle{Bank: banktest.Bank, Revisions: revs})
	got := read(t, f, raw, exchange.Options{Bank: banktest.Bank, Held: revs})
	var want []bank.Revision
	for _, r := range revs {
		if r.Type == bank.Single || r.Type == bank.Judgement {
			want = append(want, r)
		}
	}
	if diff := cmp.Diff(want, got.Revisions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// nasty draws texts that formats might take for their own marks.
func nasty(t *rapid.T, name string) string {
	return rapid.SampledFrom([]string{
		"", "=1+1", "~甲#乙", "{T}", "::题::", "//注", "a\\b", "\\\\server\\x", "行一\n行二", "行一\n\n行三", "A. 甲 B. 乙", "题\nA. 甲\nB. 乙", "答案：A", "题\n答案：B", "1. 一\n2. 二",
		"（1）一\n（2）二", "<b>&amp;</b>", "]]>", "100%", "%50%", "50% 以上", "[html]x", "->", "a -> b", "两  空", " x", "x\t y", "\"引\"'", "ANSWER: A", "单选题", "题\n二、多选题", "%贡院", "a:b", "*", "a*b",
		"{1:SHORTANSWER:=x}", "$x$", "一、判断题", "&#10;", "解析：x", "\\", "x\\", "T", "【图】", "题\n\\x", "末 \n行", "////", "#", "####", "[tag:x]", "<p>", "</text>",
	}).Draw(t, name)
}

func question(t *rapid.T, typ bank.Type, stem string) bank.Question {
	q := bank.Question{Type: typ, Stem: stem, Explanation: strings.TrimSpace(nasty(t, "explanation")), Source: strings.TrimSpace(nasty(t, "source"))}
	switch typ {
	case bank.Judgement:
		q.Options = bank.JudgementOptions()
		q.Key.Options = []bank.OptionID{rapid.SampledFrom([]bank.OptionID{bank.True, bank.False}).Draw(t, "key")}
	case bank.Single, bank.Multiple:
		n := rapid.IntRange(2, 8).Draw(t, "options")
		for i := range n {
			q.Options = append(q.Options, bank.Option{
				ID: bank.OptionID(bank.Letter(i)), Text: strings.TrimSpace(fmt.Sprintf("%s%d", nasty(t, "option"), i)), Last: rapid.IntRange(0, 9).Draw(t, "last") == 0,
			})
		}
		keys := 1
		if typ == bank.Multiple {
			keys = rapid.IntRange(1, n).Draw(t, "keys")
		}
		for i := range keys {
			q.Key.Options = append(q.Key.Options, bank.OptionID(bank.Letter(i)))
		}
	case bank.Blank:
		n := rapid.IntRange(1, 3).Draw(t, "blanks")
		if rapid.Bool().Draw(t, "gaps") {
			q.Stem += strings.Repeat(" ____。", n)
		}
		for range n {
			var accepted []string
			for j := range rapid.IntRange(1, 3).Draw(t, "accepted") {
				accepted = append(accepted, strings.TrimSpace(strings.ReplaceAll(nasty(t, "answer"), "\n", " "))+fmt.Sprintf("答%d", j))
			}
			q.Key.Blanks = append(q.Key.Blanks, accepted)
		}
	default:
		q.Key.Reference = strings.TrimSpace(nasty(t, "reference") + "参考" + rapid.SampledFrom([]string{"", "（2分）", "\n要点（1.5分）"}).Draw(t, "worth"))
		q.Key.Rubric = bank.ParseRubric(q.Key.Reference)
		if rapid.IntRange(0, 9).Draw(t, "apart") == 0 {
			q.Key.Rubric = append(q.Key.Rubric, bank.Criterion{Text: "另记", Weight: 100})
		}
	}
	return q
}

func drawn(t *rapid.T) exchange.Bundle {
	b := exchange.Bundle{Bank: "demo-3", Title: "示例"}
	for i := range rapid.IntRange(1, 5).Draw(t, "items") {
		typ := rapid.SampledFrom(bank.Types()).Draw(t, "type")
		code := fmt.Sprintf("%s-A-A-A-001-%03d", typ, i+1)
		rev := bank.Revision{
			Item: bank.NewItemID(b.Bank, code), Number: 1, Point: "A-A-A-001",
			Difficulty: rapid.IntRange(1, 5).Draw(t, "difficulty"), Consistency: rapid.IntRange(0, 5).Draw(t, "consistency"),
		}
		stem := strings.TrimSpace(fmt.Sprintf("%s题%d", nasty(t, "stem"), i))
		if typ == bank.Case {
			rev.Question = bank.Question{Type: typ, Stem: stem}
			for j := range rapid.IntRange(1, 3).Draw(t, "parts") {
				part := rapid.SampledFrom(bank.Types()[:6]).Draw(t, "part type")
				rev.Parts = append(rev.Parts, question(t, part, strings.TrimSpace(fmt.Sprintf("%s问%d", nasty(t, "part"), j))))
			}
		} else {
			rev.Question = question(t, typ, stem)
		}
		if i > 0 {
			rev.Excludes = []bank.ItemID{b.Revisions[0].Item, "other-1/B-A-A-A-001-001"}
		}
		b.Revisions = append(b.Revisions, rev)
	}
	return b
}

// TestRoundTripNasty is the same over texts that look like marks.
func TestRoundTripNasty(t *testing.T) {
	t.Parallel()
	for _, f := range writers() {
		if f.Name == "aiken" || f.Name == "xlsx" { // no codes; and a test of its own
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				b := drawn(t)
				raw, verdicts := write(t, f, b)
				want := carried(b, verdicts)
				if len(verdicts) == 0 {
					t.Fatal("no verdicts")
				}
				got, err := f.Read(bytes.NewReader(raw), exchange.Options{Bank: b.Bank})
				if err != nil && len(want) > 0 {
					t.Fatalf("Read: %v\n%s", err, clip(raw))
				}
				back := slices.DeleteFunc(got.Revisions, func(r bank.Revision) bool {
					return !slices.ContainsFunc(want, func(w bank.Revision) bool { return w.Item == r.Item })
				})
				if diff := cmp.Diff(want, back, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("(-want +got):\n%s\n%s\n%v", diff, clip(raw), said(got.Verdicts))
				}
			})
		})
	}
}

// TestXMLInGBK: XML that says that it is in GBK is read so.
func TestXMLInGBK(t *testing.T) {
	t.Parallel()
	const quiz = `<?xml version="1.0" encoding="GBK"?><quiz><question type="essay"><name><text>一</text></name><questiontext format="plain_text"><text>简述巡查的步骤。</text></questiontext></question></quiz>`
	raw, err := simplifiedchinese.GBK.NewEncoder().String(quiz)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := formats.Named("moodle-xml")
	got := read(t, f, []byte(raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
	if len(got.Revisions) != 1 || got.Revisions[0].Stem != "简述巡查的步骤。" {
		t.Errorf("%+v", got)
	}
	if found, err := formats.Detect("x.xml", []byte(raw)); err != nil || found.Name != "moodle-xml" {
		t.Errorf("detected as %s, %v", found.Name, err)
	}
}

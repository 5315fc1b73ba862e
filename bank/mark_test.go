package bank_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/bank"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const rule = "----------\n"

// TestMarkSlotGolden reads files of a question (lines "name: value"), then a
// line "answers:" and one encoded response per line; below the rule stands
// what each response earns.
func TestMarkSlotGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/marking/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(raw), rule)
			got := markGolden(t, input)
			if *update {
				if err := os.WriteFile(file, []byte(input+rule+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func markGolden(t *testing.T, input string) string {
	t.Helper()
	var (
		q       bank.Question
		slot    bank.Slot
		multi   bank.MultipleRule
		out     strings.Builder
		answers bool
	)
	for line := range strings.Lines(input) {
		line = strings.TrimSuffix(line, "\n")
		if answers {
			out.WriteString(markLine(t, &q, slot, multi, line))
			continue
		}
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "type":
			q.Type = bank.Type(value)
		case "options":
			for _, id := range strings.Fields(value) {
				q.Options = append(q.Options, bank.Option{ID: bank.OptionID(id), Text: id})
			}
		case "order":
			for _, id := range strings.Fields(value) {
				slot.Order = append(slot.Order, bank.OptionID(id))
			}
		case "key":
			for _, id := range strings.Fields(value) {
				q.Key.Options = append(q.Key.Options, bank.OptionID(id))
			}
		case "blank":
			q.Key.Blanks = append(q.Key.Blanks, strings.Split(value, " | "))
		case "points":
			m, err := bank.ParseMarks(value)
			if err != nil {
				t.Fatal(err)
			}
			slot.Points = m
		case "rule":
			multi = bank.MultipleRule(value)
		case "answers:":
			answers = true
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return out.String()
}

func markLine(t *testing.T, q *bank.Question, slot bank.Slot, multi bank.MultipleRule, line string) string {
	t.Helper()
	r, err := bank.DecodeResponse(q.Type, line)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	m := bank.MarkSlot(q, slot, multi, r)
	if line == "" {
		line = "(nothing)"
	}
	by := ""
	if m.ByPeople {
		by = " by people"
	}
	return fmt.Sprintf("%s → %s %s%s\n", line, m.Awarded, m.Verdict, by)
}

// TestMarkSlotProperties holds for every rule, order and response: marks stay
// within the slot, the exact set earns all, and shuffling changes nothing.
func TestMarkSlotProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "options")
		var ids []bank.OptionID
		q := bank.Question{Type: bank.Multiple}
		for i := range n {
			id := bank.OptionID(bank.Letter(i))
			ids = append(ids, id)
			q.Options = append(q.Options, bank.Option{ID: id})
		}
		q.Key.Options = rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, n, rapid.ID).Draw(t, "key")
		picked := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, n, rapid.ID).Draw(t, "picked")
		order := rapid.Permutation(ids).Draw(t, "order")
		points := bank.Marks(rapid.IntRange(1, 1000).Draw(t, "points"))
		multi := rapid.SampledFrom([]bank.MultipleRule{"", bank.AllOrNothing, bank.HalfIfPartial, bank.PerOption}).Draw(t, "rule")

		shuffled := bank.MarkSlot(&q, bank.Slot{Points: points, Order: order}, multi, asShown(order, picked))
		plain := bank.MarkSlot(&q, bank.Slot{Points: points, Order: ids}, multi, asShown(ids, picked))
		if shuffled != plain {
			t.Fatalf("shuffled %+v, plain %+v", shuffled, plain)
		}
		if plain.Awarded < 0 || plain.Awarded > points {
			t.Fatalf("awarded %s of %s", plain.Awarded, points)
		}
		full := bank.MarkSlot(&q, bank.Slot{Points: points, Order: order}, multi, asShown(order, q.Key.Options))
		if full != (bank.Mark{Awarded: points, Verdict: bank.Right}) {
			t.Fatalf("exact set: %+v", full)
		}
	})
}

func asShown(order, picked []bank.OptionID) bank.Response {
	var r bank.Response
	for i, id := range order {
		for _, p := range picked {
			if p == id {
				r.Choice = append(r.Choice, bank.Letter(i))
			}
		}
	}
	return r
}

func TestMarkSlotSpreadsBlanks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "blanks")
		points := bank.Marks(rapid.IntRange(9, 1000).Draw(t, "points"))
		q := bank.Question{Type: bank.Blank, Key: bank.Key{Blanks: make([][]string, n)}}
		for i := range q.Key.Blanks {
			q.Key.Blanks[i] = []string{"是"}
		}
		var sum, before bank.Marks
		for i := range n {
			r := bank.Response{Text: make([]string, n)}
			r.Text[i] = "是"
			m := bank.MarkSlot(&q, bank.Slot{Points: points}, "", r).Awarded
			if i > 0 && (m > before || before-m > 1) {
				t.Fatalf("blank %d has %s after %s", i, m, before)
			}
			sum, before = sum+m, m
		}
		if sum != points {
			t.Fatalf("blanks add up to %s of %s", sum, points)
		}
	})
}

func TestNormal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ＧＢ　５０３４８": "gb50348", "（一）": "(一)", "110、119。": "110,119.", "“ A ”": `"a"`, " \u200b\t": "",
	} {
		if got := bank.Normal(in); got != want {
			t.Errorf("Normal(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := bank.Normal(s); bank.Normal(once) != once {
			t.Fatalf("%q → %q → %q", s, once, bank.Normal(once))
		}
	})
}

package result

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/attempt"
	"gongyuan/engine/standard"
)

// shuffleVariable makes TestSameBytesFromTwoProcesses the other process: it
// mixes its input by this seed and prints what it comes to.
const shuffleVariable = "GONGYUAN_SHUFFLE"

// TestSameBytesFromTwoProcesses is invariant I6: the same paper and the same
// operations, marked by processes that get everything in another order, come
// to the same bytes.
func TestSameBytesFromTwoProcesses(t *testing.T) {
	if text := os.Getenv(shuffleVariable); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("marked: %s\n", markShuffled(t, rand.New(rand.NewPCG(seed, 0))))
		return
	}
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first string
	for seed := range 4 {
		cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestSameBytesFromTwoProcesses$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", shuffleVariable, seed+1))
		out, err := cmd.Output()
		_, line, found := strings.Cut(string(out), "marked: ")
		line, _, _ = strings.Cut(line, "\n")
		switch {
		case err != nil || !found || line == "":
			t.Fatalf("process %d: %v\n%s", seed, err, out)
		case first == "":
			first = line
		case line != first:
			t.Errorf("process %d came to\n%s, the first to\n%s", seed, line, first)
		}
	}
}

// markShuffled marks one fixed paper from operations, answers, revisions and
// slots that come in a random order, and returns the marks and the digests of
// result and answers.
func markShuffled(t *testing.T, order *rand.Rand) string {
	t.Helper()
	paper, revs := fixedPaper()
	ops := fixedOperations(paper)
	ops = append(ops, ops[:len(ops)/2]...) // some were delivered twice
	shuffle(order, ops)
	shuffle(order, paper.Slots)
	shuffle(order, revs)
	byRef := map[bank.Ref]*bank.Revision{}
	for i, r := range revs {
		byRef[bank.Ref{Item: r.Item, Revision: r.Number}] = &revs[i]
	}
	lookup := func(r bank.Ref) (*bank.Revision, bool) { rev, ok := byRef[r]; return rev, ok }
	folded := attempt.Fold(ops)
	answers := map[int]bank.Response{}
	for _, s := range paper.Slots {
		r, err := bank.DecodeResponse(byRef[s.Ref].Type, folded[s.Number].Response)
		if err != nil {
			t.Fatal(err)
		}
		answers[s.Number] = r
	}
	theory, err := MarkTheory(paper, answers, lookup, standard.Component{Kind: standard.Theory, Full: 10000, Pass: 6000})
	if err != nil {
		t.Fatal(err)
	}
	if theory.Awarded == 0 || theory.Awarded == theory.Full {
		t.Fatalf("%d of %d: nothing would show", theory.Awarded, theory.Full)
	}
	// The slots are listed as the paper lists them, which was shuffled.
	slices.SortFunc(theory.Slots, func(a, b Slot) int { return a.Number - b.Number })
	raw, err := json.Marshal(theory)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d of %d, %x, %s", theory.Awarded, theory.Full, sha256.Sum256(raw), attempt.Digest("attempt-1", folded))
}

func shuffle[T any](order *rand.Rand, all []T) {
	order.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// fixedPaper is always the same paper of sixty slots, in sections by type, the
// multiple choices by the rule of halves.
func fixedPaper() (bank.Paper, []bank.Revision) {
	random := rand.New(rand.NewPCG(6, 6))
	all, _ := banktest.Generate(6, 300)
	var p bank.Paper
	var used []bank.Revision
	for i, kind := range []bank.Type{bank.Single, bank.Multiple, bank.Judgement, bank.Blank} {
		p.Sections = append(p.Sections, bank.Section{Type: kind, Count: 15, Points: 150, Rule: bank.HalfIfPartial})
		for _, r := range all {
			if r.Type != kind || len(p.Slots) == 15*(i+1) {
				continue
			}
			s := bank.Slot{Number: len(p.Slots) + 1, Section: i, Points: 150, Ref: bank.Ref{Item: r.Item, Revision: r.Number}}
			for _, n := range random.Perm(len(r.Options)) {
				s.Order = append(s.Order, r.Options[n].ID)
			}
			p.Slots, used = append(p.Slots, s), append(used, r)
		}
	}
	return p, used
}

// fixedOperations answers each slot in two epochs, some rightly.
func fixedOperations(p bank.Paper) []attempt.Operation {
	random := rand.New(rand.NewPCG(7, 7))
	var ops []attempt.Operation
	for epoch := 1; epoch <= 2; epoch++ {
		for i, s := range p.Slots {
			var r bank.Response
			for n := range s.Order {
				if random.IntN(len(s.Order)) == 0 || n == random.IntN(4) {
					r.Choice = append(r.Choice, bank.Letter(n))
				}
			}
			if len(s.Order) == 0 {
				r.Text = []string{"示例"}
			}
			ops = append(ops, attempt.Operation{Epoch: epoch, Seq: i + 1, Slot: s.Number, Response: r.Encode(), Flagged: i%9 == epoch})
		}
	}
	return ops
}

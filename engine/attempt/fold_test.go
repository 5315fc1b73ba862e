package attempt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
)

func TestFold(t *testing.T) {
	t.Parallel()
	ops := []attempt.Operation{
		enginetest.Op(1, 1, 1, "A"), enginetest.Op(1, 2, 2, "B"), enginetest.Op(1, 10, 2, "C"),
		enginetest.Op(2, 1, 1, "D"), enginetest.Op(2, 2, 3, "A"), enginetest.Op(2, 3, 3, ""), enginetest.Op(10, 1, 4, ""),
	}
	ops[6].Flagged = true
	want := map[int]attempt.Answer{1: {Response: "D"}, 2: {Response: "C"}, 4: {Flagged: true}}
	if diff := cmp.Diff(want, attempt.Fold(ops)); diff != "" {
		t.Errorf("fold (-want +got):\n%s", diff)
	}
	if got := attempt.Answered(want); got != 2 {
		t.Errorf("answered %d, want 2", got)
	}
	if got := attempt.Fold(nil); len(got) != 0 {
		t.Errorf("fold of nothing: %v", got)
	}
}

// TestFoldIgnoresOrder draws long histories, shuffles them and repeats some.
func TestFoldIgnoresOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var ops []attempt.Operation
		for epoch := range rapid.IntRange(1, 4).Draw(t, "epochs") {
			for seq := range rapid.IntRange(0, 20).Draw(t, "operations") {
				op := enginetest.Op(epoch+1, seq+1, rapid.IntRange(1, 6).Draw(t, "slot"), rapid.SampledFrom([]string{"", "A", "BC"}).Draw(t, "response"))
				op.Flagged = rapid.Bool().Draw(t, "flagged")
				ops = append(ops, op)
			}
		}
		want := map[int]attempt.Answer{}
		for _, op := range ops {
			want[op.Slot] = attempt.Answer{Response: op.Response, Flagged: op.Flagged}
			if want[op.Slot] == (attempt.Answer{}) {
				delete(want, op.Slot)
			}
		}
		mixed := append(append([]attempt.Operation(nil), ops...), ops[:len(ops)/2]...)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if diff := cmp.Diff(want, attempt.Fold(mixed)); diff != "" {
			t.Fatalf("fold (-want +got):\n%s", diff)
		}
		if a, b := attempt.Digest("id", attempt.Fold(mixed)), attempt.Digest("id", want); a != b {
			t.Fatalf("digests %s and %s", a, b)
		}
	})
}

func TestDigest(t *testing.T) {
	t.Parallel()
	answers := map[int]attempt.Answer{10: {Response: "B"}, 2: {Response: "A"}, 3: {Flagged: true}}
	// printf 'gongyuan submission 1\nid-1\n2:1:A\n10:1:B\n' | sha256sum
	const want = "c7fd148b0215e0ddf574092dcd61705cfcac20e07303040954dac213140179b1"
	got := attempt.Digest("id-1", answers)
	if got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	sub := attempt.Submission{Digest: "7f3a91c2d04e55"}
	if got := sub.Receipt(); got != "7F3A 91C2 D04E" {
		t.Errorf("receipt %q", got)
	}
	for name, other := range map[string]map[int]attempt.Answer{
		"another answer": {10: {Response: "C"}, 2: {Response: "A"}},
		"another slot":   {11: {Response: "B"}, 2: {Response: "A"}},
		"run together":   {2: {Response: "A\n10:1:B"}},
		"none":           {},
	} {
		if attempt.Digest("id-1", other) == got {
			t.Errorf("%s: the same digest", name)
		}
	}
	if attempt.Digest("id-2", answers) == got {
		t.Error("another attempt: the same digest")
	}
}

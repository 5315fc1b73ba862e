package attempt

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// byEpochAndSeq is the order in which operations were written.
func byEpochAndSeq(a, b Operation) int {
	return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
}

// Fold replays operations into answers: by epoch and seq, the last writer of a
// slot wins. Neither the order of ops nor duplicates change the outcome. A slot
// whose last operation took the response and the mark back is absent.
func Fold(ops []Operation) map[int]Answer {
	sorted := slices.SortedFunc(slices.Values(ops), byEpochAndSeq)
	answers := map[int]Answer{}
	for _, op := range sorted {
		if op.Response == "" && !op.Flagged {
			delete(answers, op.Slot)
			continue
		}
		answers[op.Slot] = Answer{Response: op.Response, Flagged: op.Flagged}
	}
	return answers
}

// Answered counts the slots that hold a response.
func Answered(answers map[int]Answer) int {
	n := 0
	for _, a := range answers {
		if a.Response != "" {
			n++
		}
	}
	return n
}

// Digest is the hex SHA-256 of the attempt's id and its final responses: the
// lines "gongyuan submission 1" and the id, then for each slot with a response,
// by number, "slot:bytes:response", each ended by a line feed. The count of
// bytes keeps two different sets of answers from giving the same text. The
// candidate's own marks do not enter.
func Digest(id AttemptID, answers map[int]Answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gongyuan submission 1\n%s\n", id)
	for _, slot := range slices.Sorted(maps.Keys(answers)) {
		if r := answers[slot].Response; r != "" {
			fmt.Fprintf(&b, "%d:%d:%s\n", slot, len(r), r)
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

func receiptCode(digest string) string {
	if len(digest) < 12 {
		return ""
	}
	d := strings.ToUpper(digest[:12])
	return d[:4] + " " + d[4:8] + " " + d[8:12]
}

// contiguous returns the last sequence of an epoch up to which the operations,
// which are in order, have no gap.
func contiguous(ops []Operation, epoch int) int {
	last := 0
	for _, op := range ops {
		if op.Epoch == epoch && op.Seq == last+1 {
			last++
		}
	}
	return last
}

// runs yields the stretches of operations, which are in order, that follow each
// other within one epoch.
func runs(ops []Operation) iter.Seq[[]Operation] {
	return func(yield func([]Operation) bool) {
		start := 0
		for i := 1; i <= len(ops); i++ {
			if i < len(ops) && ops[i].Epoch == ops[i-1].Epoch && ops[i].Seq == ops[i-1].Seq+1 {
				continue
			}
			if start < i && !yield(ops[start:i]) {
				return
			}
			start = i
		}
	}
}

func entries(id AttemptID, ops []Operation) []JournalEntry {
	out := make([]JournalEntry, len(ops))
	for i, op := range ops {
		out[i] = JournalEntry{Attempt: id, Operation: op}
	}
	return out
}

package proctor

import "gongyuan/engine/attempt"

// Many different questions answered within so short a time are unusual: a fact
// to be weighed, for there are people who fill in what they wrote on paper.
const (
	hastySlots = 8
	hastyMs    = 10_000
)

// Hasty returns the sequence of the operation with which, by the page's own
// clock, the first hastySlots different questions were answered within hastyMs;
// 0 where there is none. A page that was cut off sends late what was written in
// its time: so it is the page's clock that counts.
func Hasty(ops []attempt.Operation) int {
	for i := range ops {
		seen := map[int]bool{}
		for k := i; k >= 0; k-- {
			if d := ops[i].ClientMs - ops[k].ClientMs; d < 0 || d > hastyMs {
				break
			}
			seen[ops[k].Slot] = true
			if len(seen) >= hastySlots {
				return ops[i].Seq
			}
		}
	}
	return 0
}

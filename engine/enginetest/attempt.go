package enginetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Start is when the exams of tests begin.
var Start = time.Date(2027, 5, 22, 9, 0, 0, 0, time.UTC)

// The candidate whom builders give an attempt to, and somebody else.
const (
	Candidate people.CandidateID = "candidate-1"
	Stranger  people.CandidateID = "candidate-2"
)

// NewAttemptID returns an identifier that no other test uses.
func NewAttemptID() attempt.AttemptID { return attempt.AttemptID(uuid.NewString()) }

// Paper returns a paper of n single-choice slots of one point.
func Paper(n int) bank.Paper {
	p := bank.Paper{
		Blueprint: "blueprint-1", Bank: "bank-1", Seed: "5eed",
		Sections: []bank.Section{{Type: bank.Single, Count: n, Points: 100}},
	}
	for i := range n {
		p.Slots = append(p.Slots, bank.Slot{
			Number: i + 1, Points: 100, Order: []bank.OptionID{"B", "A", "D", "C"},
			Ref: bank.Ref{Item: bank.NewItemID("bank-1", fmt.Sprintf("B-A-B-C-001-%03d", i+1)), Revision: 1},
		})
	}
	return p
}

// SealedAttempt returns a ready attempt of Candidate with a paper of n slots.
func SealedAttempt(n int) attempt.Sealed {
	return attempt.Sealed{
		Record: attempt.Record{
			ID: NewAttemptID(), Sitting: "sitting-1", Registration: "registration-1", Candidate: Candidate,
			Number: 1, State: attempt.Ready, Slots: n, Closes: Start.Add(3 * time.Hour), Created: Start.Add(-time.Hour),
		},
		Paper: Paper(n),
	}
}

// Op returns an operation received at Start.
func Op(epoch, seq, slot int, response string) attempt.Operation {
	return attempt.Operation{
		Epoch: epoch, Seq: seq, Slot: slot, Response: response,
		ClientMs: Start.UnixMilli() + int64(seq), ReceivedMs: Start.UnixMilli(),
	}
}

// Ops returns operations from … to of an epoch: operation n answers slot
// (n-1) mod slots + 1 with a letter that changes from round to round, unless
// slots is a multiple of seven.
func Ops(epoch, from, to, slots int) []attempt.Operation {
	var ops []attempt.Operation
	for n := from; n <= to; n++ {
		ops = append(ops, Op(epoch, n, (n-1)%slots+1, string(rune('A'+n%7))))
	}
	return ops
}

// check fails the test at once on an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Starts asks about each attempt by itself; it is an attempt.Config.MayStart.
func Starts(one func(context.Context, attempt.Record, time.Time) (sitting.Allowance, error)) func(context.Context, []attempt.Record, []time.Time) ([]attempt.Admission, error) {
	return func(ctx context.Context, all []attempt.Record, at []time.Time) ([]attempt.Admission, error) {
		out := make([]attempt.Admission, len(all))
		for i, r := range all {
			out[i].Allowance, out[i].Err = one(ctx, r, at[i])
		}
		return out, nil
	}
}

// Marks deals with each submission by itself; it is an attempt.Config.Marker.
func Marks(one func(context.Context, attempt.Record, attempt.Submission) error) func(context.Context, []attempt.Marking) []error {
	return func(ctx context.Context, all []attempt.Marking) []error {
		out := make([]error, len(all))
		for i, m := range all {
			out[i] = one(ctx, m.Record, m.Submission)
		}
		return out
	}
}

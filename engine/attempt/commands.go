package attempt

import (
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// EnterCommand is a page that opens the attempt. Every load of the page sends
// one. DeviceID is made once by a browser and kept there.
type EnterCommand struct {
	Attempt     AttemptID
	Candidate   people.CandidateID
	DeviceID    string
	DeviceLabel string
}

// Entered is what a page needs to go on from where the attempt stands.
type Entered struct {
	Record      Record
	Paper       bank.Paper // show it through bank.NewView only
	Epoch       int        // stamp every operation with it; seq starts at 1 again
	AppliedSeq  int        // 0: a new epoch has no operations yet
	Answers     map[int]Answer
	Previous    Lease // the lease before; its DeviceID tells a page whether it was itself
	Deadline    time.Time
	PausedSince time.Time // zero while the clock runs
	Explanation sitting.Explanation
	Version     int // of the deadline
	Now         time.Time
}

// SaveCommand is a batch of operations of one epoch, their sequences following
// each other without a gap. Its strings must stay unchanged for ever: they
// outlive the call on their way to the journal.
type SaveCommand struct {
	Attempt    AttemptID
	Candidate  people.CandidateID
	Epoch      int
	Operations []Operation // 1 … MaxBatch; their own Epoch is overwritten
}

// Saved is the receipt of a save.
type Saved struct {
	AppliedSeq int  // the last sequence that the attempt holds
	DurableSeq int  // the last one up to which everything is in permanent storage
	Pending    bool // the batch is applied but not yet durable: keep it and ask again
	Now        time.Time
	Deadline   time.Time
	// PausedSince is zero while the clock runs; else the deadline recedes.
	PausedSince time.Time
	Version     int // of the deadline
}

// SubmitCommand hands the attempt in. LastSeq is the last sequence that the
// page has written in this epoch, 0 if none.
type SubmitCommand struct {
	Attempt   AttemptID
	Candidate people.CandidateID
	Epoch     int
	LastSeq   int
}

// CollectCommand takes an attempt in, by an invigilator or administrator. The
// caller has checked the role.
type CollectCommand struct {
	Attempt AttemptID
	By      people.AccountID
	Reason  string
}

// Status is where an attempt stands, for the candidate.
type Status struct {
	Record      Record
	Explanation sitting.Explanation
	Now         time.Time
}

// Beat is the answer to a heartbeat. A page that finds Mine false stops
// writing; one that finds another Version asks for the Status.
type Beat struct {
	State    State
	Deadline time.Time
	// PausedSince is zero while the clock runs; else the deadline recedes.
	PausedSince time.Time
	Version     int
	Mine        bool  // whether the epoch that asked still holds the lease
	Holder      Lease // who does, where it is not
	AppliedSeq  int   // of the current epoch
	DurableSeq  int
	Now         time.Time
}

package attempt

import (
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// AttemptID names an attempt: the text of a UUID, given when the papers of the
// sitting are sealed. It must not hold a colon, which the identifiers that are
// made from it use as their separator.
type AttemptID string

// Limits on what one save may carry. Above them Save returns ErrInvalid.
const (
	MaxBatch    = 64        // operations in one save
	MaxResponse = 20 * 1000 // bytes of one encoded response
)

// Record is what lasts of an attempt besides its operations and its paper.
type Record struct {
	ID           AttemptID
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Candidate    people.CandidateID
	Number       int // 1 for the registration's first attempt
	// Round counts how often the attempt was submitted and then reopened, or
	// amended by a decision. Each round has a submission of its own.
	Round     int
	Slots     int // answerable places on the paper, numbered from 1
	State     State
	Started   time.Time         // zero until the candidate began
	Allowance sitting.Allowance // what decides the deadline; zero until then
	Deadline  time.Time         // answers count before it; zero until started
	// DeadlineVersion is 1 at the start and one more at each later change.
	DeadlineVersion int
	Lease           Lease     // who may write; zero until the first entry
	Closes          time.Time // end of the sitting's window
	Closing         Closing   // how the attempt ended; zero while it has not
	Answered        int       // as submitted; 0 before
	Marked          bool      // whether the Marker has dealt with the submission
	Created         time.Time
}

// PausedSince returns when the clock was stopped, or the zero time while it
// runs.
func (r *Record) PausedSince() time.Time {
	if n := len(r.Allowance.Pauses); r.State == Paused && n > 0 {
		return r.Allowance.Pauses[n-1].From
	}
	return time.Time{}
}

// DeadlineAt is the deadline as of now: while the attempt is paused it recedes.
func (r *Record) DeadlineAt(now time.Time) time.Time {
	return receding(r.Deadline, r.PausedSince(), now)
}

// receding is a deadline, as of the beginning of a pause, as of now.
func receding(deadline, paused, now time.Time) time.Time {
	if paused.IsZero() || now.Before(paused) {
		return deadline
	}
	return deadline.Add(now.Sub(paused))
}

// Explanation tells why the deadline is what it is. It is the zero value
// before the start.
func (r *Record) Explanation(now time.Time) sitting.Explanation {
	if r.Started.IsZero() {
		return sitting.Explanation{}
	}
	if r.State != Paused { // it may have been taken in while it was
		now = r.Allowance.Stored(now)
	}
	_, x := r.Allowance.Deadline(now)
	return x
}

// Sealed is an attempt and the paper that was drawn for it.
type Sealed struct {
	Record
	Paper bank.Paper
}

// Lease is the right of one device to write. Each entry raises the epoch by at
// least one and takes the right from the device before.
type Lease struct {
	Epoch       int // from 1; 0 means that nobody entered yet
	DeviceID    string
	DeviceLabel string // for people to read, such as a seat or a browser
	Since       time.Time
}

// Operation sets the whole state of one slot. Its identity is attempt, epoch
// and seq; seq counts 1, 2, 3 … within the attempt and epoch.
type Operation struct {
	Epoch int
	Seq   int
	Slot  int // bank.Slot.Number
	// Response is what bank.Response.Encode wrote, checked by the caller; empty
	// means that the candidate took the answer back. The ledger does not look
	// into it.
	Response string
	Flagged  bool  // the candidate's own mark to come back to it
	ClientMs int64 // the page's clock in Unix milliseconds; decides nothing
	// ReceivedMs is when the server got it, in Unix milliseconds by the
	// engine's clock. Save sets it.
	ReceivedMs int64
}

// Answer is the state of one slot.
type Answer struct {
	Response string // encoded; empty means not answered
	Flagged  bool
}

// Manner is how an attempt ended.
type Manner string

// The manners of ending.
const (
	ByCandidate Manner = "candidate" // handed in
	ByDeadline  Manner = "deadline"  // time was up
	Collected   Manner = "collected" // taken in by staff
)

// Closing is the end of an attempt.
type Closing struct {
	Manner Manner // empty while the attempt has not ended
	// At is when it ended as the candidate sees it: the server's time of the
	// act, or for ByDeadline the deadline itself, however late it was noticed.
	At     time.Time
	By     people.AccountID // Collected only
	Reason string           // Collected only
}

// Submission is what one attempt comes to. There is at most one for a round, it
// never changes, and everybody who closes the attempt gets the same.
type Submission struct {
	Attempt     AttemptID
	Round       int // 0 for the first, see Record.Round
	Sitting     sitting.ID
	Candidate   people.CandidateID
	SubmittedAt time.Time // Closing.At
	Manner      Manner
	By          people.AccountID // Collected only
	Reason      string           // Collected only
	Answers     map[int]Answer   // by slot number; slots never touched are absent
	Answered    int              // slots with a response
	Total       int              // slots on the paper
	Operations  int              // how many operations the answers were folded from
	Epoch       int              // the last lease
	LastSeq     int              // and the last of its operations that counted
	Digest      string           // hex SHA-256, see Digest
}

// Receipt is the short code by which a candidate can later prove what was
// handed in: the first twelve hex digits of the digest, such as
// "7F3A 91C2 D04E".
func (s *Submission) Receipt() string { return receiptCode(s.Digest) }

// Progress is what staff see of an attempt while it runs.
type Progress struct {
	Attempt    AttemptID
	State      State
	Answered   int
	AppliedSeq int // of the current epoch
	Epoch      int
	LastSeen   time.Time // the last save, entry or heartbeat; zero if unknown
	Deadline   time.Time // from a live store as it was when paused; from the service as of now
	// PausedSince is zero while the clock runs.
	PausedSince time.Time
}

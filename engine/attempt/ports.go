package attempt

import (
	"context"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ErrUnknown is returned by a live store for an attempt that it does not hold.
// The service then restores it; callers of the service never see it.
var ErrUnknown = errUnknown

// ErrAhead is returned by a live store that is asked about an epoch or a
// sequence beyond what it holds, because it lost its newest writes. The service
// then restores it; callers of the service never see it.
var ErrAhead = errAhead

// Clock tells the engine's time. It must never run backwards.
type Clock interface {
	Now() time.Time
}

// Live is the live state of running attempts. Each method is one atomic step,
// may be repeated with the same effect as once, and is safe for concurrent
// use. All return errors that wrap ErrUnavailable where the store cannot be
// reached, and ErrUnknown where it does not hold the attempt.
type Live interface {
	LiveWriter
	LiveCloser
	LiveReader
	LiveKeeper
}

// LiveWriter is what a candidate's page does to the live state.
type LiveWriter interface {
	// Start puts a new attempt in place; one that is there already stays as it
	// is.
	Start(ctx context.Context, b Begin) error
	// Enter gives the lease to epoch, which must be newer than the one that
	// holds it: else ErrTakenOver. It returns ErrClosed, or ErrLate from the
	// due time on, and ErrNotFound for a foreign candidate. A repeated call
	// with the epoch that holds the lease succeeds.
	Enter(ctx context.Context, id AttemptID, who people.CandidateID, epoch int, now time.Time) (LiveState, error)
	// Save applies operations of one epoch whose sequences follow each other,
	// all or none. Those already applied with the same content are passed over.
	// With ErrGap, ErrConflict, ErrLate, ErrClosed or ErrTakenOver the state is
	// returned as well.
	Save(ctx context.Context, id AttemptID, who people.CandidateID, ops []Operation, now time.Time) (LiveState, error)
	// Durable tells that operations from … to of an epoch are in the journal.
	// The watermark rises only if they join what is durable; else ErrGap with
	// the state. It returns ErrAhead where the state no longer holds them.
	Durable(ctx context.Context, id AttemptID, epoch, from, to int) (LiveState, error)
	// Touch notes that the page is there. It returns ErrNotFound for a foreign
	// candidate and else no refusal, only the state.
	Touch(ctx context.Context, id AttemptID, who people.CandidateID, epoch int, now time.Time) (LiveState, error)
}

// LiveCloser ends attempts. The first of the three that comes decides the
// Closing; the others return ErrClosed. From the due time on it is ByDeadline,
// whoever asks.
type LiveCloser interface {
	// Submit hands in. It returns ErrTakenOver for an older epoch, ErrGap
	// unless lastSeq is what was applied, ErrNotFound for a foreign candidate.
	Submit(ctx context.Context, id AttemptID, who people.CandidateID, epoch, lastSeq int, now time.Time) (LiveState, error)
	// Expire closes what is due. It returns ErrState for what is not due yet.
	Expire(ctx context.Context, id AttemptID, now time.Time) (LiveState, error)
	// Force collects.
	Force(ctx context.Context, id AttemptID, by people.AccountID, reason string, now time.Time) (LiveState, error)
	// Finished tells that everything about a closed attempt is in permanent
	// storage: it leaves the sweeper's sets, and its live state may go.
	Finished(ctx context.Context, id AttemptID) error
}

// LiveReader reads the live state without changing it.
type LiveReader interface {
	// Answers returns what each touched slot holds now.
	Answers(ctx context.Context, id AttemptID) (map[int]Answer, error)
	// Tail returns how the attempt ended, if it has, and the operations of any
	// epoch that are applied but not known to be durable, in order.
	Tail(ctx context.Context, id AttemptID) (Tail, error)
	// Progress returns the state of those attempts that it holds, in any order.
	Progress(ctx context.Context, ids []AttemptID) ([]Progress, error)
}

// LiveKeeper is what the sweeper needs.
type LiveKeeper interface {
	// Restore puts an attempt back as record and journal have it, unless the
	// live state is at least as new.
	Restore(ctx context.Context, s Snapshot) error
	// Due lists up to limit attempts of each bucket that are due, and as many
	// that have ended and are not finished. Lost tells that the live store has
	// forgotten things since the last Schedule.
	Due(ctx context.Context, now time.Time, limit int) (Due, error)
	// Schedule notes deadlines and unfinished attempts that are not noted yet,
	// and clears Lost.
	Schedule(ctx context.Context, all []Appointment) error
}

// Begin is a new attempt for the live store.
type Begin struct {
	Attempt   AttemptID
	Candidate people.CandidateID
	Slots     int
	Deadline  time.Time
	Due       time.Time // deadline and grace; the first instant that is too late
	Version   int       // of the deadline
	Now       time.Time
}

// LiveState is what every live step answers. AppliedSeq and DurableSeq are
// those of Epoch, the one that holds the lease.
type LiveState struct {
	State      State
	Epoch      int
	AppliedSeq int
	DurableSeq int
	Conflict   int // ErrConflict: the sequence
	Deadline   time.Time
	Version    int
}

// Tail is the end of an attempt that the journal may lack.
type Tail struct {
	State      State
	Closing    Closing
	Operations []Operation
}

// Snapshot is an attempt as permanent storage has it.
type Snapshot struct {
	Begin
	State    State // Running or Closed
	Epoch    int
	Applied  int // of Epoch, all of it durable
	Answers  map[int]Answer
	Recent   []Operation // the newest of Epoch, so that a conflict is still found
	Closing  Closing
	LastSeen time.Time
}

// Due is what a sweep has to do.
type Due struct {
	Expired []AttemptID
	Closing []AttemptID
	Lost    bool
}

// Appointment is one attempt that the sweeper must come back to: at Due while
// it runs, at once when it has ended.
type Appointment struct {
	Attempt AttemptID
	State   State
	Due     time.Time
}

// Journal is the permanent ledger of operations. Its methods are safe for
// concurrent use; their errors wrap ErrUnavailable where it cannot be reached.
type Journal interface {
	// Append stores operations, any number of attempts mixed. What is stored
	// already, by attempt, epoch and seq, stays as it is. When it returns nil
	// all of them are durable; after an error any of them may be.
	Append(ctx context.Context, ops []JournalEntry) error
	// Operations returns the operations of one attempt by epoch and seq.
	Operations(ctx context.Context, id AttemptID) ([]Operation, error)
	// SetAside stores what came too late; it is idempotent like Append.
	SetAside(ctx context.Context, ops []LateOperation) error
	// Aside returns what was set aside for one attempt, in order.
	Aside(ctx context.Context, id AttemptID) ([]LateOperation, error)
}

// JournalEntry is one operation of one attempt.
type JournalEntry struct {
	Attempt AttemptID
	Operation
}

// Records are the attempts as they last. Methods are safe for concurrent use,
// return ErrNotFound for an unknown attempt and errors that wrap
// ErrUnavailable where the store cannot be reached.
type Records interface {
	RecordReader
	RecordWriter
	Submissions
}

// RecordReader reads attempts.
type RecordReader interface {
	Record(ctx context.Context, id AttemptID) (Record, error)
	Paper(ctx context.Context, id AttemptID) (bank.Paper, error)
	// OfSitting returns the attempts of a sitting, by id.
	OfSitting(ctx context.Context, id sitting.ID) ([]Record, error)
	// Several returns those of the attempts that exist, by id.
	Several(ctx context.Context, ids []AttemptID) ([]Record, error)
	// Unfinished returns up to limit attempts after the given id, by id, that
	// run, or have ended and lack their submission or its marking.
	Unfinished(ctx context.Context, after AttemptID, limit int) ([]Record, error)
}

// RecordWriter moves attempts on.
type RecordWriter interface {
	// Create stores attempts and papers; those that exist stay as they are.
	Create(ctx context.Context, all []Sealed) error
	// Enter takes the next lease of an attempt, as RecordReader gave it, for a
	// device, and with the first lease starts it as first says: both are
	// inserted once and never move. It returns the record after it and the
	// lease before. device.Epoch is chosen here.
	Enter(ctx context.Context, r Record, device Lease, first FirstEntry) (Record, Lease, error)
	// Close notes how an attempt ended, unless it is noted already, and returns
	// what is noted.
	Close(ctx context.Context, id AttemptID, c Closing) (Closing, error)
	// Marked notes that the Marker has dealt with the submission.
	Marked(ctx context.Context, id AttemptID) error
}

// FirstEntry is the start of an attempt. It is used only where the attempt has
// not started yet.
type FirstEntry struct {
	Allowance sitting.Allowance // Start is the moment of the start
	Deadline  time.Time
}

// Submissions are inserted once and never changed.
type Submissions interface {
	// Insert stores the submission unless the attempt has one, moves the record
	// to Submitted, and returns the submission that is stored.
	Insert(ctx context.Context, s Submission) (Submission, error)
	// Submission returns ErrNotSubmitted where there is none.
	Submission(ctx context.Context, id AttemptID) (Submission, error)
}

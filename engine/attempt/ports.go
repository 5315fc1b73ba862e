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
	LiveTimer
	LiveCloser
	LiveReader
	LiveKeeper
}

// LiveWriter is what a candidate's page does to the live state.
type LiveWriter interface {
	// Start puts new attempts in place, each with its first lease; one that is
	// there already stays as it is. The states come in the order of all.
	Start(ctx context.Context, all []Begin) ([]LiveState, error)
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
	// Durable tells of operations that are in the journal, and answers for each
	// mark in the order given. A watermark rises only if they join what is
	// durable; else ErrGap with the state. It is ErrAhead where the state no
	// longer holds them.
	Durable(ctx context.Context, marks []Mark) ([]LiveState, []error)
	// Touch notes that the page is there. It returns ErrNotFound for a foreign
	// candidate and else no refusal, only the state.
	Touch(ctx context.Context, id AttemptID, who people.CandidateID, epoch int, now time.Time) (LiveState, error)
}

// LiveTimer changes the time of attempts.
type LiveTimer interface {
	// Adjust takes over the time of an attempt, whole, unless it has a newer
	// version already. It returns ErrClosed where the attempt has ended.
	Adjust(ctx context.Context, t Timing) (LiveState, error)
}

// LiveCloser ends attempts. The first of the three that comes decides the
// Closing; the others return ErrClosed. From the due time on it is ByDeadline,
// whoever asks.
type LiveCloser interface {
	// Submit hands in. It returns ErrTakenOver for an older epoch, ErrGap
	// unless lastSeq is what was applied, ErrNotFound for a foreign candidate.
	Submit(ctx context.Context, id AttemptID, who people.CandidateID, epoch, lastSeq int, now time.Time) (LiveState, error)
	// Expire closes what is due. It returns ErrState for what is not due yet or
	// paused, and ErrAhead where its deadline is older than the version.
	Expire(ctx context.Context, id AttemptID, version int, now time.Time) (LiveState, error)
	// Force collects.
	Force(ctx context.Context, id AttemptID, by people.AccountID, reason string, now time.Time) (LiveState, error)
	// Finished tells that everything about closed attempts is in permanent
	// storage: they leave the sweeper's sets, and their live state may go.
	Finished(ctx context.Context, ids []AttemptID) error
}

// LiveReader reads the live state without changing it.
type LiveReader interface {
	// Answers returns what each touched slot holds in the live store, or
	// ErrUnknown. What counts is in the journal.
	Answers(ctx context.Context, id AttemptID) (map[int]Answer, error)
	// Tails returns, for those of the attempts that it holds, how they ended,
	// if they have, and the operations of any epoch that are applied but not
	// known to be durable, in order.
	Tails(ctx context.Context, ids []AttemptID) (map[AttemptID]Tail, error)
	// Progress returns the state of those attempts that it holds, in any order.
	Progress(ctx context.Context, ids []AttemptID) ([]Progress, error)
}

// LiveKeeper is what the sweeper needs.
type LiveKeeper interface {
	// Claim marks the place of an attempt that the live store lacks and returns
	// the mark, or the one that is there. Marks are lost with all else, and
	// after a minute.
	Claim(ctx context.Context, id AttemptID) (string, error)
	// Restore puts an attempt back as record and journal have it, unless the
	// live state is at least as new. It returns ErrAhead, and changes nothing,
	// where the live state is no longer what Snapshot.Over says.
	Restore(ctx context.Context, s Snapshot) error
	// Due lists up to limit attempts of each bucket that are due, and as many
	// that have ended and are not finished, from those buckets that the copy of
	// the program named sweeper holds. Copies share the buckets by leases of a
	// few seconds, which Due takes, renews and gives back: a copy that calls it
	// each second keeps its share, and the share of one that stops goes to the
	// others within five seconds. The leases are an economy and no guarantee:
	// two copies may get the same attempt. Lost tells that the live store has
	// forgotten things since the last Schedule. Where a part of the store is
	// not reached, Due returns what the rest holds, and an error.
	Due(ctx context.Context, sweeper string, now time.Time, limit int) (Due, error)
	// Schedule notes deadlines and unfinished attempts that are not noted yet,
	// and clears Lost. Where a part of the store is not reached, it notes what
	// the rest holds, and returns an error.
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

// Mark is a stretch of operations of one attempt and epoch.
type Mark struct {
	Attempt  AttemptID
	Epoch    int
	From, To int
}

// Timing is until when an attempt runs, as its record has it.
type Timing struct {
	Attempt     AttemptID
	Deadline    time.Time // while paused: as it was at that moment
	Due         time.Time // deadline and grace
	Version     int
	PausedSince time.Time // zero while the clock runs
}

// LiveState is what every live step answers. AppliedSeq and DurableSeq are
// those of Epoch, the one that holds the lease.
type LiveState struct {
	State       State
	Epoch       int
	AppliedSeq  int
	DurableSeq  int
	Conflict    int       // ErrConflict: the sequence
	Deadline    time.Time // while paused: as it was at that moment
	Version     int
	PausedSince time.Time // zero while the clock runs
	// GoneSince is when the page was heard before a loss of connection that
	// this step ends; zero where there was none.
	GoneSince time.Time
	Round     int // of the record
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
	State    State // Running, Paused or Closed
	Round    int
	Paused   time.Time // since when; zero while the clock runs
	Epoch    int
	Applied  int // of Epoch, all of it durable
	Answers  map[int]Answer
	Recent   []Operation // the newest of Epoch, so that a conflict is still found
	Closing  Closing
	LastSeen time.Time
	// Over is what the live store held before the journal was read; nil means
	// that it does not matter. What was applied since, the snapshot lacks.
	Over *Held
}

// Held is how far a live state had come.
type Held struct {
	There   bool
	Epoch   int
	Applied int
	Claim   string // where it was not there
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
	// Operations returns the operations of the attempts, each by epoch and seq.
	Operations(ctx context.Context, ids []AttemptID) (map[AttemptID][]Operation, error)
	Evidence
}

// Evidence is what came too late, and what was decided about it.
type Evidence interface {
	// SetAside stores what came too late; it is idempotent like Append.
	SetAside(ctx context.Context, ops []LateOperation) error
	// Aside returns what was set aside for the attempts, by attempt, epoch and
	// seq, each with its decision if there is one.
	Aside(ctx context.Context, ids []AttemptID) ([]LateOperation, error)
	// Decide stores decisions. What is decided already stays as it is.
	Decide(ctx context.Context, all []Decision) error
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
	Adjustments
	Orders
}

// RecordReader reads attempts.
type RecordReader interface {
	Record(ctx context.Context, id AttemptID) (Record, error)
	Paper(ctx context.Context, id AttemptID) (bank.Paper, error)
	// Newest returns the newest lease that was given, which the record may not
	// have yet, or the zero Lease.
	Newest(ctx context.Context, id AttemptID) (Lease, error)
	// Papers returns those of the attempts that exist.
	Papers(ctx context.Context, ids []AttemptID) (map[AttemptID]bank.Paper, error)
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
	// Enter takes the next lease for each entry, and with the first lease
	// starts the attempt as First says: both are inserted once and never move.
	// It returns, in the order of all, the record after it and the lease
	// before. An error means that any of them may have been taken.
	Enter(ctx context.Context, all []Entry) ([]Taken, error)
	// Close notes how attempts ended, unless it is noted already, and returns
	// the records as they are noted.
	Close(ctx context.Context, all map[AttemptID]Closing) (map[AttemptID]Record, error)
	// Finish moves closed attempts to Submitted, as their submissions say, and
	// notes which of them the Marker has dealt with.
	Finish(ctx context.Context, all []Finished) error
}

// Entry is one page's claim to the next lease of an attempt.
type Entry struct {
	Record Record // as RecordReader gave it
	Device Lease  // Epoch is chosen by the store
	First  FirstEntry
}

// Taken is a lease that was given.
type Taken struct {
	Record   Record
	Previous Lease
}

// FirstEntry is the start of an attempt. It is used only where the attempt has
// not started yet.
type FirstEntry struct {
	Allowance sitting.Allowance // Start is the moment of the start
	Deadline  time.Time
}

// Finished is what becomes of an attempt once its submission is stored.
type Finished struct {
	Attempt  AttemptID
	Round    int
	Answered int
	Marked   bool
}

// Submissions are inserted once for each round of an attempt and never changed.
type Submissions interface {
	// Insert stores those submissions whose attempt has none of that round yet,
	// and returns in the same order what is stored.
	Insert(ctx context.Context, all []Submission) ([]Submission, error)
	// Submission returns ErrNotSubmitted where there is none.
	Submission(ctx context.Context, id AttemptID, round int) (Submission, error)
}

// Adjustments are the changes of attempts' time, each inserted once as the next
// version of its attempt.
type Adjustments interface {
	// Adjust inserts changes and notes them in the records. Those whose version
	// another change has taken are returned; nothing of them is kept.
	Adjust(ctx context.Context, all []Adjustment) (taken []AttemptID, err error)
	// Adjustments returns the changes of the attempts, by version.
	Adjustments(ctx context.Context, ids []AttemptID) (map[AttemptID][]Adjustment, error)
	// Note brings the records of the attempts up to the changes, for those
	// whose insertion was not followed by it.
	Note(ctx context.Context, all []Adjustment) error
}

// Orders are what staff decided about time, and the losses of connection that
// were measured.
type Orders interface {
	// InsertOrder stores an order unless one with its ID exists, or one that
	// makes the same incident good, and returns the one that is stored.
	InsertOrder(ctx context.Context, o Order) (Order, error)
	// OrdersOf returns the orders of a sitting, newest first.
	OrdersOf(ctx context.Context, id sitting.ID) ([]Order, error)
	// InsertGaps stores losses of connection; it is idempotent.
	InsertGaps(ctx context.Context, all []Gap) error
	// Gaps returns those of the attempts, by attempt and time.
	Gaps(ctx context.Context, ids []AttemptID) ([]Gap, error)
}

// News tells all copies of the program that something about an attempt has
// changed: its time, its lease or its state. It is a hint and may be lost.
type News interface {
	Publish(ctx context.Context, ids []AttemptID) error
	// Subscribe calls heard for each publication, and with nil whenever some
	// may have been missed, such as at the beginning. It returns when ctx ends
	// or the store is lost for good.
	Subscribe(ctx context.Context, heard func([]AttemptID)) error
}

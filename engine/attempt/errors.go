package attempt

import (
	"errors"
	"fmt"
)

// The errors of this package. Those marked * come as a *Refusal, which says
// more.
var (
	// ErrNotFound is returned for an attempt that does not exist and for one
	// that belongs to another candidate, so that nobody learns which it is.
	ErrNotFound = errors.New("attempt: not found")
	// ErrInvalid is returned for a batch that no page of ours sends: empty, too
	// large, sequences that do not follow each other, a slot not on the paper.
	ErrInvalid = errors.New("attempt: invalid")
	// ErrState is returned by Next for an event that a state does not allow.
	ErrState = errors.New("attempt: not possible in this state")
	// ErrNotStarted is returned for an attempt that nobody has entered yet.
	ErrNotStarted = errors.New("attempt: not started")
	// ErrTakenOver * : another page of the same candidate holds the lease.
	ErrTakenOver = errors.New("attempt: taken over by another page")
	// ErrGap * : operations are missing before those that were sent, or before
	// the submission. Nothing was applied; send again from Refusal.Expected.
	ErrGap = errors.New("attempt: operations are missing")
	// ErrConflict * : the sequence Refusal.Expected is already taken by another
	// content. Nothing was applied.
	ErrConflict = errors.New("attempt: sequence already used for something else")
	// ErrLate * : the deadline and the grace are over. What was new is kept
	// apart and does not count.
	ErrLate = errors.New("attempt: too late")
	// ErrClosed * : the attempt has ended. What was new is kept apart and does
	// not count.
	ErrClosed = errors.New("attempt: closed")
	// ErrNotSubmitted is returned by Receipt while the attempt has not ended.
	ErrNotSubmitted = errors.New("attempt: not submitted yet")
	// ErrDecided is returned for an order whose ID stands for another one, and
	// for late operations that are decided otherwise, or whose place in the
	// ledger holds another content.
	ErrDecided = errors.New("attempt: ordered or decided otherwise already")
	// ErrSettled is returned for an order that makes an incident good which
	// another order makes good already.
	ErrSettled = errors.New("attempt: the incident is settled by another order")
	// ErrHeld is in the outcome of an order to resume that leaves an attempt
	// paused, because it is paused for another reason as well.
	ErrHeld = errors.New("attempt: paused for another reason")
	// ErrNoTime is in the outcome of an order to reopen that leaves no time.
	ErrNoTime = errors.New("attempt: no time left to go on with")
	// ErrBusy is returned when the queue to the journal is full. Nothing was
	// applied; try again in a second.
	ErrBusy = errors.New("attempt: too many saves at once")
	// ErrUnavailable is wrapped by adapters where a store could not be reached.
	// Nothing is known of the outcome; every call of the service may be
	// repeated.
	ErrUnavailable = errors.New("attempt: store unavailable")
)

// errUnknown and errAhead are answers of the live store that the service deals
// with itself; adapters return them through the exported names in ports.go.
var (
	errUnknown = errors.New("attempt: not in the live store")
	errAhead   = errors.New("attempt: the live store is older than the journal")
)

// Refusal is why a live attempt did not do what it was asked, with what the
// page needs to go on. errors.Is finds its Reason.
type Refusal struct {
	Reason     error // ErrTakenOver, ErrGap, ErrConflict, ErrLate or ErrClosed
	AppliedSeq int   // of the epoch that asked; what is up to here is in
	DurableSeq int   // what is up to here may be forgotten by the page
	Expected   int   // ErrGap: the sequence to send next; ErrConflict: the one in conflict
	SetAside   int   // ErrLate, ErrClosed: how many operations of this call were kept apart
	Holder     Lease // ErrTakenOver: who writes now
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%v (applied %d, durable %d, expected %d, set aside %d)",
		r.Reason, r.AppliedSeq, r.DurableSeq, r.Expected, r.SetAside)
}

// Unwrap returns the reason.
func (r *Refusal) Unwrap() error { return r.Reason }

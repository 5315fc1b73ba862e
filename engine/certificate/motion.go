package certificate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
)

// MotionState is where a motion stands.
type MotionState string

// The states of a motion.
const (
	MotionOpen     MotionState = "open" // waits for the second person
	MotionApproved MotionState = "approved"
	MotionReturned MotionState = "returned"
	MotionVoid     MotionState = "void" // the certificate changed after the first signature
)

// motionMoves is the only place where a motion's state changes.
var motionMoves = map[MotionState]map[MotionState]bool{MotionOpen: {MotionApproved: true, MotionReturned: true, MotionVoid: true}}

// Motion is what one person proposes to do to a certificate and another decides.
type Motion struct {
	Number   Number
	Seq      int // from 1; a certificate has one open motion at most, its last
	Kind     ActKind
	Reason   string
	Evidence string   // what it rests on and where that is kept
	Files    []string // of what it rests on, by id
	Seen     int      // acts of the certificate when it was proposed
	State    MotionState
	By       people.AccountID
	At       time.Time
	Second   people.AccountID
	SecondAt time.Time
	Word     string // why it was returned
	Version  int
}

// Motions keeps motions.
type Motions interface {
	// InsertMotion returns ErrTaken where the certificate has a motion of this Seq.
	InsertMotion(ctx context.Context, m Motion) error
	// ReplaceMotion keeps m over the version that it was read at, with the next
	// one; ErrTaken where that is not the one that is there.
	ReplaceMotion(ctx context.Context, m Motion) error
	// MotionsOf returns those of a certificate in order.
	MotionsOf(ctx context.Context, n Number) ([]Motion, error)
}

// mostMotionFiles bounds the files that one motion names.
const mostMotionFiles = 20

// Evidence knows the files that motions rest on.
type Evidence interface {
	// Holds tells whether somebody has kept each of the files for the motion seq
	// about a certificate.
	Holds(ctx context.Context, by people.AccountID, n Number, seq int, files []string) (bool, error)
}

// Motions returns what was proposed about a certificate, in order.
func (r *Registry) Motions(ctx context.Context, n Number) ([]Motion, error) {
	return r.records.MotionsOf(ctx, n)
}

// Propose moves that a certificate is revoked or printed again under its number.
// Another person decides. It returns ErrNotFound, ErrState where the certificate
// is void, ErrConflict where something is proposed already, or a *FieldError.
func (r *Registry) Propose(ctx context.Context, m Motion) (Motion, error) {
	for field, text := range map[string]*string{"/reason": &m.Reason, "/evidence": &m.Evidence} {
		*text = strings.TrimSpace(*text)
		if n := utf8.RuneCountInString(*text); n < 2 || n > 500 {
			return Motion{}, &FieldError{field, "length-2-500"}
		}
	}
	if m.Kind != Revoke && m.Kind != Reissue {
		return Motion{}, &FieldError{"/kind", "unknown"}
	}
	c, err := r.byNumber(ctx, m.Number)
	if err != nil {
		return Motion{}, err
	}
	if _, err := c.State().Next(m.Kind); err != nil {
		return Motion{}, err
	}
	all, err := r.records.MotionsOf(ctx, m.Number)
	if err != nil {
		return Motion{}, err
	}
	if n := len(all); n > 0 && all[n-1].State == MotionOpen {
		return Motion{}, ErrConflict
	}
	if err := r.supported(ctx, &m, len(all)+1); err != nil {
		return Motion{}, err
	}
	m.Seq, m.Seen, m.State, m.Version = len(all)+1, len(c.Acts), MotionOpen, 1
	m.At = r.clock.Now().UTC().Truncate(time.Second)
	if err := r.records.InsertMotion(ctx, m); errors.Is(err, ErrTaken) {
		return Motion{}, ErrConflict
	} else if err != nil {
		return Motion{}, fmt.Errorf("propose about %s: %w", m.Number, err)
	}
	return m, nil
}

// supported returns a *FieldError where a file is named that who proposes has
// not put there.
func (r *Registry) supported(ctx context.Context, m *Motion, seq int) error {
	switch {
	case len(m.Files) == 0:
		return nil
	case r.evidence == nil || len(m.Files) > mostMotionFiles:
		return &FieldError{"/files", "unknown"}
	}
	holds, err := r.evidence.Holds(ctx, m.By, m.Number, seq, m.Files)
	if err != nil {
		return fmt.Errorf("files of a motion about %s: %w", m.Number, err)
	}
	if !holds {
		return &FieldError{"/files", "unknown"}
	}
	return nil
}

// NextMotion returns the number that the next motion about a certificate will
// have, 0 where nothing may be proposed now, or ErrNotFound.
func (r *Registry) NextMotion(ctx context.Context, n Number) (int, error) {
	c, err := r.byNumber(ctx, n)
	if err != nil {
		return 0, err
	}
	all, err := r.records.MotionsOf(ctx, n)
	if err != nil || c.State() == Revoked || len(all) > 0 && all[len(all)-1].State == MotionOpen {
		return 0, err
	}
	return len(all) + 1, nil
}

// Decide approves the open motion seq of a certificate, or returns it with a
// word, and returns the certificate as it is then. An approval carries the
// motion out; where it was cut off in between, approving again finishes it. The
// person who proposed is refused with ErrSecondPerson, except to take it back.
// Where the certificate changed since, the motion is void and the error
// ErrConflict.
func (r *Registry) Decide(ctx context.Context, n Number, seq int, approve bool, word string, by people.AccountID) (Certificate, error) {
	word = strings.TrimSpace(word)
	if l := utf8.RuneCountInString(word); !approve && (l < 2 || l > 500) {
		return Certificate{}, &FieldError{"/reason", "length-2-500"}
	}
	c, err := r.byNumber(ctx, n)
	if err != nil {
		return Certificate{}, err
	}
	all, err := r.records.MotionsOf(ctx, n)
	if err != nil {
		return Certificate{}, err
	}
	if seq < 1 || seq > len(all) {
		return Certificate{}, ErrNotFound
	}
	m := all[seq-1]
	if approve && people.Same(ctx, by, m.By) {
		return Certificate{}, ErrSecondPerson
	}
	if m.State == MotionApproved && approve && m.Second == by {
		return r.carry(ctx, m, &c) // cut off before, or asked twice
	}
	to := MotionReturned
	switch {
	case !motionMoves[m.State][to]:
		return Certificate{}, fmt.Errorf("a motion that is %s: %w", m.State, ErrState)
	case approve && len(c.Acts) != m.Seen:
		to = MotionVoid
	case approve:
		to = MotionApproved
	}
	m.State, m.Second, m.SecondAt, m.Word = to, by, r.clock.Now().UTC().Truncate(time.Second), word
	if err := r.records.ReplaceMotion(ctx, m); errors.Is(err, ErrTaken) {
		return Certificate{}, ErrConflict
	} else if err != nil {
		return Certificate{}, fmt.Errorf("decide about %s: %w", n, err)
	}
	switch to {
	case MotionVoid:
		return Certificate{}, ErrConflict
	case MotionApproved:
		return r.carry(ctx, m, &c)
	}
	return c, nil
}

// carry does what an approved motion says, once.
func (r *Registry) carry(ctx context.Context, m Motion, c *Certificate) (Certificate, error) {
	if m.Kind == Revoke {
		return r.Revoke(ctx, m.Number, m.Reason, m.By, m.Second)
	}
	before := 0 // reissues when it was proposed
	for i := range min(m.Seen, len(c.Acts)) {
		if c.Acts[i].Kind == Reissue {
			before++
		}
	}
	return r.Reissue(ctx, m.Number, before+1, m.Reason, m.By, m.Second)
}

package audit

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
)

// Store keeps entries and the head. Nothing but the head is ever changed.
type Store interface {
	// InsertEntry adds an entry, or returns sequence.ErrTaken where its index
	// is there already.
	InsertEntry(ctx context.Context, e Entry) error
	// LastEntry returns the highest index that is from or higher, and from−1
	// where there is none.
	LastEntry(ctx context.Context, from int64) (int64, error)
	// EntriesFrom returns up to limit entries from an index on, in order.
	EntriesFrom(ctx context.Context, from int64, limit int) ([]Entry, error)
	// Find returns up to limit entries that match, the newest first.
	Find(ctx context.Context, q Query, limit int) ([]Entry, error)
	// RaiseHead keeps the head unless a higher one is kept already.
	RaiseHead(ctx context.Context, h Head) error
	// Head returns the head, its Index 0 where nothing was recorded yet.
	Head(ctx context.Context) (Head, error)
}

// Query says which entries to find. Empty fields match everything.
type Query struct {
	Before  int64 // entries below this index; 0 for all
	Actor   string
	Act     string
	Object  string
	Objects string // the beginning of the object, such as "sitting:42"
}

// Head is number and seal of the newest entry.
type Head struct {
	Index int64
	Seal  []byte
	// Key and Mark are of a head that is kept: the id of a secret, and an
	// HMAC-SHA-256 under it. Every entry shows its own seal, so that number and
	// seal alone could be put back to where the record was cut off.
	Key  string
	Mark []byte
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Trail is the record of an installation. It is safe for concurrent use, also
// by several copies of the program.
type Trail struct {
	store Store
	clock Clock
	place *sequence.Sequence
	first string // id of the secret that seals
	keys  map[string][]byte
	heads map[string][]byte // that mark heads

	mu    sync.Mutex
	last  Head  // the newest entry that this copy has written
	found *kept // how the record stood when this copy first wrote to it
}

// kept is how the record stood when a copy of the program began to write.
type kept struct {
	// head is where the record had come to. What is written comes after it, so
	// that a tail that was cut off leaves a gap for good.
	head Head
	// false for a head that is not what the program left there: it stays as it
	// is, to be found.
	sound bool
}

// New returns the record in a store. The first secret seals, all verify.
func New(store Store, secrets []people.Secret, clock Clock) (*Trail, error) {
	if len(secrets) == 0 {
		return nil, errors.New("audit: no secret")
	}
	t := &Trail{store: store, clock: clock, place: sequence.New(), first: secrets[0].ID, keys: map[string][]byte{}, heads: map[string][]byte{}}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan audit v1", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("audit: derive key: %w", err)
		}
		t.keys[s.ID] = key
		if t.heads[s.ID], err = hkdf.Key(sha256.New, s.Key, nil, "gongyuan audit head v1", sha256.Size); err != nil {
			return nil, fmt.Errorf("audit: derive key: %w", err)
		}
	}
	return t, nil
}

// Record takes an event down and returns when it is stored. After an error it
// may be stored or not.
func (t *Trail) Record(ctx context.Context, ev Event) error {
	before, err := encoded(ev.Before)
	if err != nil {
		return err
	}
	after, err := encoded(ev.After)
	if err != nil {
		return err
	}
	e := Entry{
		At: t.clock.Now().UTC().Truncate(time.Millisecond), Actor: ev.Actor, From: origin(ctx), Act: ev.Act, Object: ev.Object,
		Why: strings.TrimSpace(ev.Why), Before: before, After: after, Key: t.first,
	}
	begun, err := t.begin(ctx)
	if err != nil {
		return fmt.Errorf("audit: record %s: %w", e.Act, err)
	}
	err = t.place.Place(ctx, sequence.Step{
		First: 1,
		Last: func(ctx context.Context, from int64) (int64, error) {
			last, err := t.store.LastEntry(ctx, from)
			return max(last, begun.head.Index), err
		},
		Insert: func(ctx context.Context, n int64) error {
			if err := t.link(ctx, &e, n); err != nil {
				return err
			}
			return t.store.InsertEntry(ctx, e)
		},
		// An entry is nobody's but its writer's: a clash is always another's.
		Mine: func(context.Context) (bool, error) { return false, nil },
	})
	if err != nil {
		return fmt.Errorf("audit: record %s: %w", e.Act, err)
	}
	head := Head{Index: e.Index, Seal: e.Seal, Key: t.first}
	head.Mark = head.mark(t.heads[t.first])
	t.mu.Lock()
	if head.Index > t.last.Index {
		t.last = head
	}
	t.mu.Unlock()
	if !begun.sound {
		return nil
	}
	if err := t.store.RaiseHead(ctx, head); err != nil {
		return fmt.Errorf("audit: keep the head: %w", err)
	}
	return nil
}

// begin looks, once, how the record stood before this copy wrote to it.
func (t *Trail) begin(ctx context.Context) (kept, error) {
	t.mu.Lock()
	found := t.found
	t.mu.Unlock()
	if found != nil {
		return *found, nil
	}
	head, err := t.Stand(ctx)
	var broken *Break
	if err != nil && !errors.As(err, &broken) {
		return kept{}, err
	}
	now := kept{sound: broken == nil || broken.Fault == CutOff}
	if t.marked(&head) {
		now.head = head
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found == nil {
		t.found = &now
	}
	return *t.found, nil
}

// link gives the entry its place after the entry before it.
func (t *Trail) link(ctx context.Context, e *Entry, n int64) error {
	e.Index, e.Prev = n, make([]byte, sha256.Size)
	if n > 1 {
		prev, err := t.sealOf(ctx, n-1)
		if err != nil {
			return err
		}
		e.Prev = prev
	}
	e.Seal = e.seal(t.keys[e.Key])
	return nil
}

func (t *Trail) sealOf(ctx context.Context, n int64) ([]byte, error) {
	t.mu.Lock()
	last := t.last
	t.mu.Unlock()
	if last.Index == n {
		return last.Seal, nil
	}
	found, err := t.store.EntriesFrom(ctx, n, 1)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 && found[0].Index == n {
		return found[0].Seal, nil
	}
	begun, err := t.begin(ctx)
	if err == nil && begun.head.Index == n { // cut off; the record goes on behind the gap
		return begun.head.Seal, nil
	}
	return nil, errors.Join(err, &Break{Missing, n, "is missing"})
}

// Find returns up to limit entries that match, the newest first. The record is
// of all sittings together: to whoever has limits it is people.ErrOutside.
func (t *Trail) Find(ctx context.Context, q Query, limit int) ([]Entry, error) {
	if !people.LimitsOf(ctx).None() {
		return nil, people.ErrOutside
	}
	return t.store.Find(ctx, q, limit)
}

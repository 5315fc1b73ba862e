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

	mu   sync.Mutex
	last Head // the newest entry that this copy has seen
}

// New returns the record in a store. The first secret seals, all verify.
func New(store Store, secrets []people.Secret, clock Clock) (*Trail, error) {
	if len(secrets) == 0 {
		return nil, errors.New("audit: no secret")
	}
	t := &Trail{store: store, clock: clock, place: sequence.New(), first: secrets[0].ID, keys: map[string][]byte{}}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan audit v1", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("audit: derive key: %w", err)
		}
		t.keys[s.ID] = key
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
	err = t.place.Place(ctx, sequence.Step{
		First: 1,
		Last:  t.store.LastEntry,
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
	head := Head{e.Index, e.Seal}
	t.mu.Lock()
	t.last = head
	t.mu.Unlock()
	if err := t.store.RaiseHead(ctx, head); err != nil {
		return fmt.Errorf("audit: keep the head: %w", err)
	}
	return nil
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
	if len(found) == 0 || found[0].Index != n {
		return nil, &Break{Missing, n, "is missing"}
	}
	return found[0].Seal, nil
}

// Find returns up to limit entries that match, the newest first.
func (t *Trail) Find(ctx context.Context, q Query, limit int) ([]Entry, error) {
	return t.store.Find(ctx, q, limit)
}

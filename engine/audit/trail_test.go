package audit_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
)

// memory is a store whose rows a test may tamper with.
type memory struct {
	mu      sync.Mutex
	entries []audit.Entry
	head    audit.Head
	refuse  error // what InsertEntry returns instead of storing
}

func (m *memory) InsertEntry(_ context.Context, e audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		return m.refuse
	}
	if slices.ContainsFunc(m.entries, func(o audit.Entry) bool { return o.Index == e.Index }) {
		return sequence.ErrTaken
	}
	m.entries = append(m.entries, e)
	return nil
}

func (m *memory) LastEntry(_ context.Context, from int64) (int64, error) {
	last := from - 1
	for _, e := range m.entries {
		last = max(last, e.Index)
	}
	return last, nil
}

func (m *memory) EntriesFrom(_ context.Context, from int64, limit int) ([]audit.Entry, error) {
	var out []audit.Entry
	for _, e := range m.entries {
		if e.Index >= from && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (m *memory) Find(context.Context, audit.Query, int) ([]audit.Entry, error) { return nil, nil }

func (m *memory) RaiseHead(_ context.Context, h audit.Head) error {
	if h.Index > m.head.Index {
		m.head = h
	}
	return nil
}

func (m *memory) Head(context.Context) (audit.Head, error) { return m.head, nil }

type clock struct{ at time.Time }

func (c *clock) Now() time.Time { c.at = c.at.Add(time.Second); return c.at }

func secret(id string) people.Secret { return people.Secret{ID: id, Key: bytes.Repeat([]byte(id), 32)} }

func newTrail(t *testing.T, m *memory, secrets ...people.Secret) *audit.Trail {
	t.Helper()
	trail, err := audit.New(m, secrets, &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return trail
}

// recorded returns a store with n entries and the trail that wrote them.
func recorded(t *testing.T, n int) (*memory, *audit.Trail) {
	t.Helper()
	m := &memory{}
	trail := newTrail(t, m, secret("a"))
	for i := range n {
		err := trail.Record(t.Context(), audit.Event{Actor: "admin", Act: "result.release", Object: fmt.Sprintf("sitting:%d", i), Why: "复核无误", After: i})
		if err != nil {
			t.Fatal(err)
		}
	}
	return m, trail
}

// tamperings are the ways of changing a record behind its back. They return
// false where this try changed nothing.
var tamperings = map[string]func(*memory, *rand.Rand) bool{
	"change a text": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		fields := []*string{&e.Actor, &e.From, &e.Act, &e.Object, &e.Why, &e.Key}
		*fields[r.IntN(len(fields))] += "x"
		return true
	},
	"move text to the next field": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		e.Actor, e.From = e.Actor[:len(e.Actor)-1], e.Actor[len(e.Actor)-1:]+e.From
		return true
	},
	"change a value": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		e.After = []byte("99")
		return true
	},
	"change the time": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		e.At = e.At.Add(time.Duration(1+r.IntN(1000)) * time.Millisecond)
		return true
	},
	"change a seal": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		e.Seal = bytes.Clone(e.Seal)
		e.Seal[r.IntN(len(e.Seal))] ^= 1 << r.IntN(8)
		return true
	},
	"drop one": func(m *memory, r *rand.Rand) bool {
		i := r.IntN(len(m.entries))
		m.entries = slices.Delete(m.entries, i, i+1)
		return true
	},
	"drop one and close the gap": func(m *memory, r *rand.Rand) bool {
		i := r.IntN(len(m.entries))
		m.entries = slices.Delete(m.entries, i, i+1)
		for k := i; k < len(m.entries); k++ {
			m.entries[k].Index--
		}
		return true
	},
	"cut the tail off": func(m *memory, r *rand.Rand) bool {
		m.entries = m.entries[:r.IntN(len(m.entries))]
		return true
	},
	"swap two": func(m *memory, r *rand.Rand) bool {
		i, k := r.IntN(len(m.entries)), r.IntN(len(m.entries))
		m.entries[i].Index, m.entries[k].Index = m.entries[k].Index, m.entries[i].Index
		slices.SortFunc(m.entries, func(a, b audit.Entry) int { return int(a.Index - b.Index) })
		return i != k
	},
	"put one in between": func(m *memory, r *rand.Rand) bool {
		i := r.IntN(len(m.entries))
		e := m.entries[i]
		e.Actor, e.Object = "nobody", "sitting:99"
		m.entries = slices.Insert(m.entries, i, e)
		for k := i + 1; k < len(m.entries); k++ {
			m.entries[k].Index++
		}
		return true
	},
	// Whoever holds the database alone knows how a seal is made, and not the
	// secret: the row fits the one before it and names itself as the newest.
	"change one and seal it anew without the secret": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[r.IntN(len(m.entries))]
		e.Why = "改过"
		e.Seal = guessed(e, r)
		return true
	},
	"change the last, seal it anew and raise the head": func(m *memory, r *rand.Rand) bool {
		e := &m.entries[len(m.entries)-1]
		e.Why = "改过"
		e.Seal = guessed(e, r)
		m.head = audit.Head{Index: e.Index, Seal: e.Seal}
		return true
	},
	"add one at the end without the secret": func(m *memory, r *rand.Rand) bool {
		last := m.entries[len(m.entries)-1]
		e := last
		e.Index, e.Prev, e.Why = last.Index+1, last.Seal, "没有的事"
		e.Seal = guessed(&e, r)
		m.entries = append(m.entries, e)
		m.head = audit.Head{Index: e.Index, Seal: e.Seal}
		return true
	},
	"cut the tail off and lower the head to a wrong seal": func(m *memory, r *rand.Rand) bool {
		n := 1 + r.IntN(len(m.entries)-1)
		m.entries = m.entries[:n]
		m.head = audit.Head{Index: int64(n), Seal: guessed(&m.entries[n-1], r)}
		return true
	},
	// The row shows its seal: whoever cuts off what came after it knows what the
	// head has to say, and not how it is marked.
	"cut the tail off and lower the head to the right seal": func(m *memory, r *rand.Rand) bool {
		n := 1 + r.IntN(len(m.entries)-1)
		m.entries = m.entries[:n]
		last := m.entries[n-1]
		m.head.Index, m.head.Seal, m.head.Key = last.Index, last.Seal, last.Key
		return true
	},
	"cut the tail off and mark the head without the secret": func(m *memory, r *rand.Rand) bool {
		n := 1 + r.IntN(len(m.entries)-1)
		m.entries = m.entries[:n]
		last := m.entries[n-1]
		m.head = audit.Head{Index: last.Index, Seal: last.Seal, Key: last.Key, Mark: guessed(&last, r)}
		return true
	},
	"drop the head": func(m *memory, _ *rand.Rand) bool {
		m.head = audit.Head{}
		return true
	},
	"repeat one at the end": func(m *memory, r *rand.Rand) bool {
		e := m.entries[r.IntN(len(m.entries))]
		e.Index = int64(len(m.entries)) + 1
		m.entries = append(m.entries, e)
		return true
	},
}

// guessed is a seal by somebody who has no secret and tries a key of his own.
func guessed(e *audit.Entry, r *rand.Rand) []byte {
	mac := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, r.Uint64()))
	fmt.Fprint(mac, e.Index, e.At, e.Actor, e.From, e.Act, e.Object, e.Why, e.Before, e.After, e.Key, e.Prev)
	return mac.Sum(nil)
}

func TestTamperings(t *testing.T) {
	t.Parallel()
	const tries = 10_000
	m, _ := recorded(t, 24)
	trail := newTrail(t, m, secret("a")) // one that remembers nothing
	if _, err := trail.Verify(t.Context(), audit.Head{}); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range tamperings {
			if !yield(name) {
				return
			}
		}
	})
	whole, head := slices.Clone(m.entries), m.head
	for n := 0; n < tries; {
		m.entries, m.head = slices.Clone(whole), head
		name := names[n%len(names)]
		if !tamperings[name](m, r) {
			continue
		}
		if _, err := trail.Verify(t.Context(), audit.Head{}); !errors.Is(err, audit.ErrBroken) {
			t.Fatalf("try %d, %s: Verify = %v, want ErrBroken", n, name, err)
		}
		n++
	}
}

// TestRollback is what the record itself cannot show: an old copy of entries
// and head. The program that wrote them shows it while it runs, and a head that
// was noted elsewhere does ever after.
func TestRollback(t *testing.T) {
	t.Parallel()
	m, trail := recorded(t, 5)
	old := memory{entries: slices.Clone(m.entries), head: m.head}
	if err := trail.Record(t.Context(), audit.Event{Actor: "admin", Act: "score.unlock", Object: "score:1"}); err != nil {
		t.Fatal(err)
	}
	noted := m.head
	m.entries, m.head = old.entries, old.head
	if _, err := trail.Verify(t.Context(), audit.Head{}); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("by the program that wrote it: %v, want ErrBroken", err)
	}
	after := newTrail(t, m, secret("a"))
	if _, err := after.Verify(t.Context(), audit.Head{}); err != nil {
		t.Errorf("an old copy as a whole: %v", err)
	}
	if _, err := after.Verify(t.Context(), noted); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("with the head noted: %v, want ErrBroken", err)
	}
}

// TestGoesOn has the program start on a record that was cut off, and write on
// until there are more entries than there ever were: what was cut off stays
// found.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(m *memory){
		"entries alone": func(*memory) {},
		"head put back to the entry": func(m *memory) {
			last := m.entries[len(m.entries)-1]
			m.head.Index, m.head.Seal = last.Index, last.Seal
		},
		"head dropped": func(m *memory) { m.head = audit.Head{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := recorded(t, 40)
			m.entries = m.entries[:30]
			cut(m)
			trail := newTrail(t, m, secret("a"))
			for range 60 {
				if err := trail.Record(t.Context(), audit.Event{Actor: "admin", Act: "score.unlock", Object: "score:1"}); err != nil {
					t.Fatal(err)
				}
			}
			for who, reader := range map[string]*audit.Trail{"the program": trail, "another": newTrail(t, m, secret("a"))} {
				if _, err := reader.Verify(t.Context(), audit.Head{}); !errors.Is(err, audit.ErrBroken) {
					t.Errorf("to %s the record holds together: %v", who, err)
				}
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	m, _ := recorded(t, 3)
	rotated := newTrail(t, m, secret("b"), secret("a"))
	if err := rotated.Record(t.Context(), audit.Event{Actor: "admin", Act: "secret.rotate", Object: "installation"}); err != nil {
		t.Fatal(err)
	}
	if _, err := rotated.Verify(t.Context(), audit.Head{}); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	if _, err := newTrail(t, m, secret("a")).Verify(t.Context(), audit.Head{}); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("without the new secret: %v, want ErrBroken", err)
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	event := audit.Event{Actor: "admin", Act: "score.unlock", Object: "score:1"}
	m, trail := recorded(t, 0)
	failed := errors.New("no room")
	if err := audit.Do(t.Context(), trail, event, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("Do = %v", err)
	}
	var acts []string
	for _, e := range m.entries {
		acts = append(acts, e.Act)
	}
	if want := []string{"score.unlock", "score.unlock.failed"}; !slices.Equal(acts, want) {
		t.Errorf("acts %q, want %q", acts, want)
	}
	m.refuse = failed
	err := audit.Do(t.Context(), trail, event, func() error { t.Error("done without a record"); return nil })
	if !errors.Is(err, failed) {
		t.Errorf("Do = %v", err)
	}
}

package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"time"
)

// Errors of this package.
var (
	ErrNotFound = errors.New("audit: not found")
	// ErrBroken tells that the record does not hold together.
	ErrBroken = errors.New("audit: the record was changed")
	ErrHead   = errors.New("audit: a head is a number, a colon and a seal, as 'audit verify' prints it")
)

// Event is an act as whoever does it describes it.
type Event struct {
	Actor  string // account or candidate; System for the program itself
	Act    string // noun and verb, such as "score.unlock"
	Object string // what it is done to, such as "score:" and its key
	Why    string // the reason that the actor gave, where one is asked for
	Before any    // what was, as far as it changes; nil for nothing. Encoded as JSON
	After  any    // what will be; nil for nothing. Encoded as JSON
}

// System is the actor of what the program does by itself.
const System = "system"

// Entry is an event as it is kept.
type Entry struct {
	Index  int64 // from 1
	At     time.Time
	Actor  string
	From   string // the address that the request came from, "" for none
	Act    string
	Object string
	Why    string
	Before json.RawMessage // nil for nothing
	After  json.RawMessage
	Key    string // id of the secret that sealed it
	Prev   []byte // Seal of the entry before; of the first, 32 zero bytes
	Seal   []byte
}

// seal is the HMAC-SHA-256 of the entry. Every field goes in with its length
// before it, in eight bytes, so that no two entries read alike.
func (e *Entry) seal(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	number(mac, uint64(e.Index))
	number(mac, uint64(e.At.UnixMilli()))
	for _, field := range [][]byte{
		[]byte(e.Actor), []byte(e.From), []byte(e.Act), []byte(e.Object), []byte(e.Why), e.Before, e.After, []byte(e.Key), e.Prev,
	} {
		number(mac, uint64(len(field)))
		mac.Write(field)
	}
	return mac.Sum(nil)
}

// mark is the HMAC-SHA-256 of the head.
func (h *Head) mark(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	number(mac, uint64(h.Index))
	number(mac, uint64(len(h.Seal)))
	mac.Write(h.Seal)
	mac.Write([]byte(h.Key))
	return mac.Sum(nil)
}

func number(mac hash.Hash, n uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	mac.Write(b[:])
}

// Recorder takes events down; *Trail is one. Domain packages ask for it.
type Recorder interface {
	Record(ctx context.Context, e Event) error
}

// Do takes an event down, then does it. Where doing it fails, that is taken
// down too; the error is what doing it said.
func Do(ctx context.Context, r Recorder, e Event, act func() error) error {
	if err := r.Record(ctx, e); err != nil {
		return err
	}
	err := act()
	if err == nil {
		return nil
	}
	e.Act, e.Why, e.Before, e.After = e.Act+".failed", err.Error(), nil, nil
	return errors.Join(err, r.Record(context.WithoutCancel(ctx), e))
}

type originKey struct{}

// From returns a context of a request that came from the address.
func From(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, originKey{}, address)
}

func origin(ctx context.Context) string {
	address, _ := ctx.Value(originKey{}).(string)
	return address
}

func encoded(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("audit: encode: %w", err)
	}
	return raw, nil
}

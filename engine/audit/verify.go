package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// String is the head as people note it: number, colon, seal in hex.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Index, hex.EncodeToString(h.Seal)) }

// ParseHead reads what String wrote, or returns ErrHead. Nothing is the zero Head.
func ParseHead(text string) (Head, error) {
	if text == "" {
		return Head{}, nil
	}
	number, seal, _ := strings.Cut(text, ":")
	index, err := strconv.ParseInt(number, 10, 64)
	raw, sealed := hex.DecodeString(seal)
	if err != nil || sealed != nil || index < 1 || len(raw) != sha256.Size {
		return Head{}, ErrHead
	}
	return Head{Index: index, Seal: raw}, nil
}

// Fault says in which way the record does not hold together.
type Fault string

const (
	Missing   Fault = "missing"   // the entry is not there
	Unopened  Fault = "unopened"  // it was sealed by a secret that is not at hand
	Misplaced Fault = "misplaced" // it does not follow the entry before it
	Altered   Fault = "altered"   // it does not match its seal
	Replaced  Fault = "replaced"  // it is not the one that the head, or a noted head, names
	CutOff    Fault = "cut-off"   // it and all that came after it are not there
	Behind    Fault = "behind"    // the head was put back to before it
)

// Break is the first place where the record does not hold together. It is an
// ErrBroken.
type Break struct {
	Fault Fault
	Entry int64
	says  string
}

// Error implements error.
func (b *Break) Error() string { return fmt.Sprintf("%v: entry %d %s", ErrBroken, b.Entry, b.says) }

// Unwrap returns ErrBroken.
func (b *Break) Unwrap() error { return ErrBroken }

// batch is how many entries Verify reads at a time.
const batch = 500

// Verify reads the whole record and holds every entry against the one before
// it, and the end against the head. Noted is a head that was written down
// elsewhere, its zero value for none: the record must still contain it. It
// returns the head of what it read, with a *Break that names the first entry
// that does not fit. Entries that are added meanwhile are no fault.
func (t *Trail) Verify(ctx context.Context, noted Head) (Head, error) {
	head, err := t.store.Head(ctx)
	if err != nil {
		return Head{}, err
	}
	at := Head{0, make([]byte, sha256.Size)}
	for {
		entries, err := t.store.EntriesFrom(ctx, at.Index+1, batch)
		if err != nil {
			return at, err
		}
		for i := range entries {
			if at, err = t.follows(at, &entries[i]); err != nil {
				return at, err
			}
			if at.Index == noted.Index && !hmac.Equal(at.Seal, noted.Seal) {
				return at, &Break{Replaced, at.Index, "is not the one that was noted"}
			}
			if at.Index == head.Index && !bytes.Equal(at.Seal, head.Seal) {
				return at, &Break{Replaced, at.Index, "is not the one that the head names"}
			}
		}
		if len(entries) < batch {
			break
		}
	}
	if most := max(head.Index, noted.Index); at.Index < most {
		return at, &Break{CutOff, at.Index + 1, fmt.Sprintf("is missing, and what came after it up to entry %d", most)}
	}
	return at, t.headFollows(ctx, at)
}

// headFollows tells whether the head has kept up with the entries: at most one
// entry, whose writer was stopped before it raised the head, may be ahead.
func (t *Trail) headFollows(ctx context.Context, at Head) error {
	head, err := t.store.Head(ctx)
	if err != nil {
		return err
	}
	const inFlight = 16 // copies of the program that write at this moment
	if at.Index-head.Index > inFlight {
		return &Break{Behind, head.Index + 1, fmt.Sprintf("and what comes after it up to entry %d is not known to the head", at.Index)}
	}
	return nil
}

// follows returns the head after the entry, or a *Break.
func (t *Trail) follows(at Head, e *Entry) (Head, error) {
	key, known := t.keys[e.Key]
	switch {
	case e.Index != at.Index+1:
		return at, &Break{Missing, at.Index + 1, "is missing"}
	case !known:
		return at, &Break{Unopened, e.Index, fmt.Sprintf("was sealed by secret %q, which is not at hand", e.Key)}
	case !hmac.Equal(e.Prev, at.Seal):
		return at, &Break{Misplaced, e.Index, fmt.Sprintf("does not follow entry %d", at.Index)}
	case !hmac.Equal(e.Seal, e.seal(key)):
		return at, &Break{Altered, e.Index, "does not match its seal"}
	}
	return Head{e.Index, e.Seal}, nil
}

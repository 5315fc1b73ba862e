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
	Unmarked  Fault = "unmarked"  // the head names it, and was not made by the program
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
// elsewhere, its zero value for none: the record must still contain it, as it
// must what this copy of the program has written itself. It
// returns the head of what it read, with a *Break that names the first entry
// that does not fit. Entries that are added meanwhile are no fault.
func (t *Trail) Verify(ctx context.Context, noted Head) (Head, error) {
	t.mu.Lock()
	wrote := t.last
	t.mu.Unlock()
	head, err := t.store.Head(ctx)
	if err != nil {
		return Head{}, err
	}
	at := Head{Seal: make([]byte, sha256.Size)}
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
			if at.Index == wrote.Index && !hmac.Equal(at.Seal, wrote.Seal) {
				return at, &Break{Replaced, at.Index, "is not the one that this program wrote"}
			}
			if at.Index == head.Index && !bytes.Equal(at.Seal, head.Seal) {
				return at, &Break{Replaced, at.Index, "is not the one that the head names"}
			}
		}
		if len(entries) < batch {
			break
		}
	}
	if most := max(head.Index, noted.Index, wrote.Index); at.Index < most {
		return at, &Break{CutOff, at.Index + 1, fmt.Sprintf("is missing, and what came after it up to entry %d", most)}
	}
	if head, err = t.store.Head(ctx); err != nil {
		return at, err
	}
	return at, t.headFollows(&head, at.Index)
}

// inFlight is how many copies of the program may be about to raise the head.
const inFlight = 16

// marked tells whether the program made the head. Before the first entry there
// is none.
func (t *Trail) marked(h *Head) bool {
	key, known := t.heads[h.Key]
	return h.Index == 0 || known && hmac.Equal(h.Mark, h.mark(key))
}

// headFollows tells whether the head is one that the program made, and has kept
// up with the entries, of which the newest is last: at most one entry of each
// copy, which was stopped before it raised the head, may be ahead.
func (t *Trail) headFollows(head *Head, last int64) error {
	if !t.marked(head) {
		return &Break{Unmarked, head.Index, "is named by a head that the program did not make"}
	}
	if last-head.Index > inFlight {
		return &Break{Behind, head.Index + 1, fmt.Sprintf("and what comes after it up to entry %d is not known to the head", last)}
	}
	return nil
}

// Stand returns how far the record goes, by its head, to be noted elsewhere. It
// reads no more than head and newest entry, and returns a *Break where these
// two do not fit.
func (t *Trail) Stand(ctx context.Context) (Head, error) {
	head, err := t.store.Head(ctx)
	if err != nil {
		return Head{}, err
	}
	last, err := t.store.LastEntry(ctx, 1)
	if err != nil {
		return Head{}, err
	}
	if err := t.headFollows(&head, last); err != nil {
		return head, err
	}
	if last < head.Index {
		return head, &Break{CutOff, last + 1, fmt.Sprintf("is missing, and what came after it up to entry %d", head.Index)}
	}
	return head, nil
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
	return Head{Index: e.Index, Seal: e.Seal}, nil
}

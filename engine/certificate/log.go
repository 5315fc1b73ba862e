package certificate

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"gongyuan/engine/sequence"
)

// leafBatch is how many leaves are read at a time.
const leafBatch = 1000

// Log is the append-only record of issues and acts. It is safe for concurrent
// use, also by several copies of the program.
type Log struct {
	store LogStore
	keys  *Keys
	clock Clock
	place *sequence.Sequence

	mu   sync.Mutex // guards what follows; held while leaves are read
	tree tree
}

// NewLog returns the log in a store. It reads nothing yet.
func NewLog(store LogStore, keys *Keys, clock Clock) *Log {
	return &Log{store: store, keys: keys, clock: clock, place: sequence.New()}
}

// Append gives an entry its leaf, once, and returns its index. An entry whose
// key is there already keeps its leaf; if that says something else, the error
// is ErrLog.
func (l *Log) Append(ctx context.Context, e Entry) (int64, error) {
	leaf := Leaf{Key: e.Key(), Data: e.Bytes()}
	err := l.place.Place(ctx, sequence.Step{
		Last: l.store.LastLeaf, // from leaf 0
		Insert: func(ctx context.Context, n int64) error {
			leaf.Index = n
			return l.store.InsertLeaf(ctx, leaf)
		},
		Mine: func(ctx context.Context) (bool, error) {
			have, err := l.store.LeafByKey(ctx, leaf.Key)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			if err == nil && string(have.Data) != string(leaf.Data) {
				err = fmt.Errorf("%w: leaf %d says something else about %s", ErrLog, have.Index, leaf.Key)
			}
			leaf.Index = have.Index
			return err == nil, err
		},
	})
	if err != nil {
		return 0, fmt.Errorf("append to the log: %w", err)
	}
	return leaf.Index, nil
}

// Head signs the log as it is now, or returns the head that was signed at this
// size. It returns ErrLog where the leaves do not fit the newest head.
func (l *Log) Head(ctx context.Context) (Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head(ctx)
}

func (l *Log) head(ctx context.Context) (Head, error) {
	newest, err := l.follow(ctx, &l.tree)
	if err != nil {
		return Head{}, err
	}
	if newest.Signed != "" && newest.Size == l.tree.size {
		return newest, nil
	}
	root, err := l.tree.root(l.tree.size)
	if err != nil {
		return Head{}, err
	}
	signed, err := l.keys.signHead(l.tree.size, root, l.clock.Now())
	if err != nil {
		return Head{}, err
	}
	err = l.store.InsertHead(ctx, signed.Size, signed.Signed)
	if !errors.Is(err, ErrTaken) {
		return signed, wrapLog(err, "keep the head")
	}
	text, err := l.store.Head(ctx, signed.Size) // another copy was quicker
	if err != nil {
		return Head{}, wrapLog(err, "read the head")
	}
	return l.fits(&l.tree, text)
}

// follow reads what is new of the log into t and holds it against the newest
// signed head, which it returns. What was stored before it began is in t
// afterwards, or the log is refused.
func (l *Log) follow(ctx context.Context, t *tree) (Head, error) {
	text, err := l.store.LastHead(ctx)
	if err != nil {
		return Head{}, wrapLog(err, "read the newest head")
	}
	last, err := l.store.LastLeaf(ctx, t.size)
	if err != nil {
		return Head{}, wrapLog(err, "read the size")
	}
	if err := l.read(ctx, t); err != nil {
		return Head{}, err
	}
	if t.size <= last {
		return Head{}, fmt.Errorf("%w: leaf %d is missing", ErrLog, t.size)
	}
	if text == "" {
		return Head{}, nil
	}
	return l.fits(t, text)
}

// read adds the leaves that follow those of t, up to the first that is not
// there.
func (l *Log) read(ctx context.Context, t *tree) error {
	for {
		leaves, err := l.store.LeavesFrom(ctx, t.size, leafBatch)
		if err != nil {
			return wrapLog(err, "read leaves")
		}
		for _, leaf := range leaves {
			// Leaves that came while the store was listing may be ahead of
			// one that it has passed: the next reading finds both.
			if leaf.Index != t.size {
				return nil
			}
			e, err := ParseEntry(leaf.Data)
			if err != nil || e.Key() != leaf.Key {
				return fmt.Errorf("%w: leaf %d", ErrLog, leaf.Index)
			}
			if err := t.add(leaf.Data); err != nil {
				return err
			}
		}
		if len(leaves) < leafBatch {
			return nil
		}
	}
}

// fits verifies a signed head and that the leaves in t make its root.
func (l *Log) fits(t *tree, text string) (Head, error) {
	h, err := VerifyHead(text, l.keys.JWKS())
	if err != nil {
		return Head{}, err
	}
	root, err := t.root(h.Size)
	if err != nil {
		return Head{}, err
	}
	if root != h.Root {
		return Head{}, fmt.Errorf("%w: the first %d leaves are not those that were signed", ErrLog, h.Size)
	}
	return h, nil
}

// Check reads the whole log again and holds it against the newest signed head.
// It returns the number of leaves, or ErrLog where any of those that were
// signed is altered or missing.
func (l *Log) Check(ctx context.Context) (int64, error) {
	var fresh tree
	if _, err := l.follow(ctx, &fresh); err != nil {
		return 0, err
	}
	return fresh.size, nil
}

// Inclusion proves that a leaf is in the log as it is now. It returns
// ErrNotFound for an index that the log does not have.
func (l *Log) Inclusion(ctx context.Context, index int64) (Inclusion, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := l.head(ctx)
	if err != nil {
		return Inclusion{}, err
	}
	if index < 0 || index >= h.Size {
		return Inclusion{}, ErrNotFound
	}
	leaves, err := l.store.LeavesFrom(ctx, index, 1)
	if err != nil || len(leaves) != 1 {
		return Inclusion{}, errors.Join(wrapLog(err, "read the leaf"), ErrLog)
	}
	path, err := tlog.ProveRecord(h.Size, index, &l.tree)
	if err != nil {
		return Inclusion{}, wrapLog(err, "prove")
	}
	p := Inclusion{Index: index, Data: leaves[0].Data, Path: path, Head: h.Signed}
	if _, err := CheckInclusion(p, l.keys.JWKS()); err != nil {
		return Inclusion{}, err // the leaf was altered since the tree was read
	}
	return p, nil
}

// InclusionOf proves what the log holds about a certificate: its issue (seq 0)
// or one of its acts. It returns ErrNotFound where the log has nothing of it.
func (l *Log) InclusionOf(ctx context.Context, n Number, seq int) (Inclusion, error) {
	leaf, err := l.store.LeafByKey(ctx, Entry{Number: n, Seq: seq}.Key())
	if err != nil {
		return Inclusion{}, err
	}
	return l.Inclusion(ctx, leaf.Index)
}

// Consistency proves that the log as it is now begins with the first size
// leaves of an earlier head. It returns ErrNotFound for a size that the log
// never had.
func (l *Log) Consistency(ctx context.Context, size int64) ([]tlog.Hash, Head, error) {
	return l.Between(ctx, size, 0)
}

// Between proves that the log of newer leaves, 0 for as it is now, begins with
// that of older ones, and returns the signed head of the newer. It returns
// ErrNotFound for a size that the log never had.
func (l *Log) Between(ctx context.Context, older, newer int64) ([]tlog.Hash, Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := l.head(ctx)
	if err != nil {
		return nil, Head{}, err
	}
	if newer == 0 {
		newer = h.Size
	}
	if older < 0 || older > newer || newer > h.Size {
		return nil, Head{}, ErrNotFound
	}
	if newer < h.Size {
		root, err := l.tree.root(newer)
		if err != nil {
			return nil, Head{}, err
		}
		if h, err = l.keys.signHead(newer, root, l.clock.Now()); err != nil {
			return nil, Head{}, err
		}
	}
	if older == 0 {
		return nil, h, nil
	}
	path, err := tlog.ProveTree(newer, older, &l.tree)
	return path, h, wrapLog(err, "prove")
}

// Leaves returns up to limit leaves from an index on, with the newest head.
func (l *Log) Leaves(ctx context.Context, from int64, limit int) ([]Leaf, Head, error) {
	h, err := l.Head(ctx)
	if err != nil {
		return nil, Head{}, err
	}
	leaves, err := l.store.LeavesFrom(ctx, from, limit)
	for i := range leaves {
		if leaves[i].Index >= h.Size { // came after the head
			leaves = leaves[:i]
			break
		}
	}
	return leaves, h, wrapLog(err, "read leaves")
}

// CheckLeaves holds a whole log, as it was downloaded, against a signed head,
// with the body's published keys. It needs no network. It returns ErrLog where
// a leaf is altered, missing, exchanged or there twice.
func CheckLeaves(leaves [][]byte, signed string, keys JWKS) (Head, error) {
	head, err := VerifyHead(signed, keys)
	if err != nil {
		return Head{}, err
	}
	if int64(len(leaves)) != head.Size {
		return Head{}, fmt.Errorf("%w: it has %d leaves, the head says %d", ErrLog, len(leaves), head.Size)
	}
	var t tree
	seen := make(map[string]bool, len(leaves))
	for i, data := range leaves {
		e, err := ParseEntry(data)
		if err != nil {
			return Head{}, fmt.Errorf("leaf %d: %w", i, err)
		}
		if seen[e.Key()] {
			return Head{}, fmt.Errorf("%w: leaf %d is about %s once more", ErrLog, i, e.Key())
		}
		seen[e.Key()] = true
		if err := t.add(data); err != nil {
			return Head{}, err
		}
	}
	root, err := t.root(head.Size)
	if err == nil && root != head.Root {
		err = fmt.Errorf("%w: these %d leaves are not those that were signed", ErrLog, head.Size)
	}
	return head, err
}

// wrapLog names the operation that failed; nil stays nil.
func wrapLog(err error, op string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("certificate: log: %s: %w", op, err)
}

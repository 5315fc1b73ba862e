package certificate

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the Merkle tree (RFC 6962) over leaves that were read, in memory:
// about 64 bytes for each. It is not safe for concurrent use.
type tree struct {
	hashes []tlog.Hash // in the order of tlog.StoredHashIndex
	size   int64
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("%w: hash %d is beyond the tree", ErrLog, x)
		}
		out[i] = t.hashes[x]
	}
	return out, nil
}

// add appends a leaf.
func (t *tree) add(data []byte) error {
	more, err := tlog.StoredHashes(t.size, data, t)
	if err != nil {
		return fmt.Errorf("certificate: hash of leaf %d: %w", t.size, err)
	}
	t.hashes = append(t.hashes, more...)
	t.size++
	return nil
}

// root returns the root of the tree's first size leaves.
func (t *tree) root(size int64) (tlog.Hash, error) {
	if size < 0 || size > t.size {
		return tlog.Hash{}, fmt.Errorf("%w: it has %d leaves, not %d", ErrLog, t.size, size)
	}
	h, err := tlog.TreeHash(size, t)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("certificate: root: %w", err)
	}
	return h, nil
}

package certificate

import (
	"encoding/base64"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is one of the tree's, SHA-256 by RFC 6962.
type Hash = tlog.Hash

// Head is the signed state of the log at one size.
type Head struct {
	Size   int64
	Root   tlog.Hash
	At     time.Time // when it was signed
	Signed string    // the compact JWS that says so
}

// headPayload is what is signed.
type headPayload struct {
	Version int    `json:"v"`
	Size    int64  `json:"size"`
	Root    string `json:"root"` // base64
	At      string `json:"at"`   // RFC 3339
}

func (k *Keys) signHead(size int64, root tlog.Hash, at time.Time) (Head, error) {
	at = at.UTC().Truncate(time.Second)
	text, err := k.sign(typHead, headPayload{formatVersion, size, base64.StdEncoding.EncodeToString(root[:]), at.Format(time.RFC3339)})
	return Head{size, root, at, text}, err
}

// VerifyHead reads a signed head with the body's published keys. It returns
// ErrLog, with the reason, for anything that they have not signed as a head.
func VerifyHead(text string, keys JWKS) (Head, error) {
	var p headPayload
	if err := open(text, typHead, keys, &p); err != nil {
		return Head{}, fmt.Errorf("%w: head: %w", ErrLog, err)
	}
	root, err1 := base64.StdEncoding.Strict().DecodeString(p.Root)
	at, err2 := time.Parse(time.RFC3339, p.At)
	if err1 != nil || err2 != nil || len(root) != tlog.HashSize || p.Size < 0 || p.Version != formatVersion {
		return Head{}, fmt.Errorf("%w: head: its content is not a head's", ErrLog)
	}
	return Head{p.Size, tlog.Hash(root), at, text}, nil
}

// Inclusion proves that a leaf is in the log of a head.
type Inclusion struct {
	Index int64
	Data  []byte
	Path  []tlog.Hash // siblings from the leaf up
	Head  string      // signed
}

// CheckInclusion checks the proof and its head with the body's published keys
// and returns what the leaf says. It needs no network. It returns ErrLog for a
// proof that does not hold.
func CheckInclusion(p Inclusion, keys JWKS) (Entry, error) {
	head, err := VerifyHead(p.Head, keys)
	if err != nil {
		return Entry{}, err
	}
	if err := tlog.CheckRecord(p.Path, head.Size, head.Root, p.Index, tlog.RecordHash(p.Data)); err != nil {
		return Entry{}, fmt.Errorf("%w: leaf %d is not in the log of %d", ErrLog, p.Index, head.Size)
	}
	return ParseEntry(p.Data)
}

// Covers tells whether the entry is about the signed statement.
func (e Entry) Covers(signed string) bool { return e.Digest == digest(signed) }

// CheckConsistency checks that the newer log begins with all of the older one,
// unchanged. Both heads are to be verified before. It returns ErrLog where
// that is not proved.
func CheckConsistency(path []tlog.Hash, older, newer Head) error {
	if older.Size == 0 && len(path) == 0 && newer.Size >= 0 {
		return nil // every log begins with the empty one
	}
	if err := tlog.CheckTree(path, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("%w: the log of %d does not begin with that of %d", ErrLog, newer.Size, older.Size)
	}
	return nil
}

package certificate

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Issued is the kind of an entry that is about the issue itself; the kinds of
// the others are those of acts.
const Issued = "issue"

// Entry is what one leaf of the log says. It names nobody: the digest is that
// of the signed statement, which cannot be guessed without its signature.
type Entry struct {
	Kind   string // Issued or an ActKind
	Number Number
	Seq    int // 0 for the issue, else the act's
	At     time.Time
	Digest string // SHA-256 of the statement, hex
}

const entryTitle = "gongyuan certificate log v1"

// Bytes returns the leaf: six lines, always the same for the same entry.
func (e Entry) Bytes() []byte {
	return fmt.Appendf(nil, "%s\n%s\n%s\n%d\n%s\n%s\n", entryTitle, e.Kind, e.Number, e.Seq, e.At.UTC().Format(time.RFC3339), e.Digest)
}

// Key names what the entry is about. The log has one leaf of each key.
func (e Entry) Key() string { return fmt.Sprintf("%s:%d", e.Number, e.Seq) }

// ParseEntry reads a leaf. It returns ErrLog for what Bytes would not write.
func ParseEntry(data []byte) (Entry, error) {
	lines := strings.Split(string(data), "\n")
	if len(lines) != 7 {
		return Entry{}, fmt.Errorf("%w: a leaf is not six lines", ErrLog)
	}
	seq, err1 := strconv.Atoi(lines[3])
	at, err2 := time.Parse(time.RFC3339, lines[4])
	e := Entry{Kind: lines[1], Number: Number(lines[2]), Seq: seq, At: at, Digest: lines[5]}
	if err1 != nil || err2 != nil || string(e.Bytes()) != string(data) {
		return Entry{}, fmt.Errorf("%w: a leaf is not an entry", ErrLog)
	}
	return e, nil
}

// entries returns what the log has to hold about a certificate, by Seq.
func (c *Certificate) entries() []Entry {
	sum := digest(c.Statement)
	out := []Entry{{Issued, c.Number, 0, c.Issued, sum}}
	for _, a := range c.Acts {
		out = append(out, Entry{string(a.Kind), c.Number, a.Seq, a.At, sum})
	}
	return out
}
